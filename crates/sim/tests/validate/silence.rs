//! Where one thing is otherwise, theory says nothing but why.

use crate::support::{each_of, experiment, one_queue, ran, read, scenario};

const PLAIN: &str = "
staff: [{group: agents, count: 2}]
arrivals: [{class: calls, poisson: 1/1m}]
handling: [{time: {exponential: {mean: 1m}}}]
measure: {warm_up: 1h, horizon: 21h}
";

/// How many exact answers there are, and why there are none.
fn told(text: &str) -> (usize, Option<String>) {
    let scenario = scenario(text);
    let experiment = experiment(&scenario, 1);
    let ran = ran(&experiment, 2, 1);
    let results = experiment.results(&ran.rows, each_of(1));
    assert_eq!(results.theory.is_empty(), results.no_theory.is_some(), "{text}");
    (results.theory.len(), results.no_theory)
}

fn theory(text: &str) -> usize {
    told(text).0
}

fn changed(from: &str, to: &str) -> String {
    let text = one_queue(PLAIN);
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

#[test]
fn everything_that_no_formula_knows_silences_it() {
    assert_eq!(theory(&one_queue(PLAIN)), 7);
    let changes = [
        ("poisson: 1/1m", "poisson: 1/1m, batch: {choice: {1: 1, 2: 1}}"),
        ("poisson: 1/1m", "poisson: 1/1m, day_factor: 0.1"),
        ("poisson: 1/1m", "poisson: 1/1m, from: 1h"),
        ("poisson: 1/1m", "poisson: 1/1m, until: 20h"),
        ("poisson: 1/1m", "poisson: 1/1m, bursts: [{from: 10h, for: 20m, multiply: 3}]"),
        ("poisson: 1/1m", "renewal: {exponential: {mean: 1m}}"),
        ("poisson: 1/1m", "linear: [{at: 0, rate: 1/1m}, {at: 21h, rate: 1/1m}]"),
        ("poisson: 1/1m", "poisson: 1/1m, balking: {above: 5m}"),
        ("poisson: 1/1m", "poisson: 1/1m, patience: {exponential: {mean: 1m}}, redial: {probability: 0.5, after: 5m}"),
        ("poisson: 1/1m", "poisson: 1/1m, patience: 1m"),
        ("count: 2", "count: 2, answers: {after: 1s}"),
        ("count: 2", "count: 2, answers: {reject: 0.1}"),
        ("count: 2", "count: 2, answers: {ignore: 0.1}"),
        ("count: 2", "count: 2, pace: {uniform: {from: 0.5, to: 1.5}}"),
        ("count: 2", "count: 2, slow_down: [1, 1.5]"),
        ("count: 2", "count: 2, shifts: [{from: 0s, to: 20h}]"),
        ("{mean: 1m}}}", "{mean: 1m}}, wrap_up: 10s}"),
        ("{exponential: {mean: 1m}}", "{uniform: {from: 30s, to: 90s}}"),
        ("handling: [", "handling: [{from: 5h, until: 6h, time: 1m}, "),
        ("target_workers: \"1==1\"", "target_workers: \"1==1\", max_reserved_workers: 2"),
        ("target_workers: \"1==1\"", "target_workers: \"1==1\", task_order: LIFO"),
        (
            "filters: [], default_filter: {queue: q}",
            "filters: [{expression: \"1==1\", targets: [{queue: q, timeout: 60}, {queue: q}]}]",
        ),
        (
            "filters: [], default_filter: {queue: q}",
            "filters: [{expression: \"1==1\", targets: [{queue: q, skip_if: \"workers.available == 0\"}]}]",
        ),
        (
            "filters: [], default_filter: {queue: q}",
            "filters: [{expression: \"1==1\", targets: [{queue: q, expression: \"worker.channel.default.assigned_tasks < 5\"}]}]",
        ),
        ("warm_up: 1h, ", ""),
        ("horizon: 21h", "horizon: 90m"),
        ("poisson: 1/1m", "poisson: 3/1m"),
    ];
    for (from, to) in changes {
        assert_eq!(theory(&changed(from, to)), 0, "{to}");
    }
}

#[test]
fn it_says_why_it_is_silent() {
    let reasons = [
        (
            "poisson: 1/1m",
            "poisson: 1/1m, from: 1h",
            "tasks do not come as a Poisson process at one rate; it needs 21 workers or more, and nobody else, for nobody ever",
        ),
        (
            "poisson: 1/1m",
            "poisson: 1/1m, day_factor: 0.1",
            "tasks do not come as a Poisson process at one rate; tasks of `calls` do not come as a Poisson process",
        ),
        ("poisson: 1/1m", "poisson: 1/1m, balking: {above: 5m}", "tasks of `calls` may stay away"),
        ("poisson: 1/1m", "poisson: 1/1m, patience: 1m", "no formula is known for such handling times, patience"),
        ("poisson: 1/1m", "poisson: 3/1m", "more comes than workers can do"),
        ("count: 2", "count: 2, shifts: [{from: 0s, to: 20h}]", "workers of `agents` come and go"),
        ("count: 2", "count: 2, answers: {after: 1s}", "workers of `agents` do not accept at once"),
        ("count: 2", "count: 2, pace: 1.5", "workers of `agents` are not always equally fast"),
        ("{mean: 1m}}}", "{mean: 1m}}, wrap_up: 10s}", "no formula is known for such handling times"),
        ("1==1\"", "1==1\", task_order: LIFO", "in the queue `q` the newest task goes first"),
        ("1==1\"", "1==1\", max_reserved_workers: 2", "the queue `q` asks several workers at once"),
        (
            "multi_task_enabled: true",
            "multi_task_enabled: false",
            "the queue `q` keeps nobody from taking several tasks",
        ),
        ("warm_up: 1h, ", "", "figures of the long run need"),
    ];
    for (from, to, expected) in reasons {
        let (_, why) = told(&changed(from, to));
        assert!(why.as_ref().is_some_and(|why| why.starts_with(expected)), "{to}: {why:?}");
    }
}

/// With enough workers, what stands in the way of theory is how long tasks take.
#[test]
fn it_says_which_handling_times_have_no_formula() {
    let text = changed("poisson: 1/1m", "poisson: 1/1m, from: 1h").replace("count: 2", "count: 40");
    assert_eq!(theory(&text), 5);
    // Within a day nothing takes longer than one.
    assert_eq!(theory(&text.replace("{exponential: {mean: 1m}}", "{pareto: {shape: 1.5, scale: 20s}}")), 5);
    let text = text.replace("horizon: 21h", "horizon: 25h");
    for (time, expected) in [
        (
            "{sum: [{exponential: {mean: 20s}}, {exponential: {mean: 40s}}]}",
            "no formula is known for how long tasks of `calls` take",
        ),
        ("{pareto: {shape: 1.5, scale: 20s}}", "some tasks take longer than a day"),
    ] {
        let (_, why) = told(&text.replace("{exponential: {mean: 1m}}", time));
        let expected = format!("tasks do not come as a Poisson process at one rate; {expected}");
        assert!(why.as_ref().is_some_and(|why| why.starts_with(&expected)), "{time}: {why:?}");
    }
}

/// A shift as long as the run is none.
#[test]
fn who_is_there_from_beginning_to_end_is_always_there() {
    let shift = |shift: &str| theory(&changed("count: 2", &format!("count: 2, {shift}")));
    assert_eq!(shift("shifts: [{from: 0, to: 21h}]"), 7);
    assert_eq!(shift("shifts: [{from: 0, to: 24h, every: 24h, breaks: [{at: 22h, for: 1h}]}], late: 0, absence: 0"), 7);
    for other in [
        "shifts: [{from: 1, to: 21h}]",
        "shifts: [{from: 0, to: 10h}, {from: 10h, to: 21h}]",
        "shifts: [{from: 0, to: 21h, breaks: [{at: 3h, for: 1m}]}]",
        "shifts: [{from: 0, to: 21h}], late: 1s",
        "shifts: [{from: 0, to: 21h}], absence: 0.1",
        "shifts: [{from: 0, to: 21h}], working: Offline",
    ] {
        let text = changed("count: 2", &format!("count: 2, {other}"));
        // In the last one nobody ever works, so that it is no scenario.
        assert!(read(&text).0.is_none_or(|_| theory(&text) == 0), "{other}");
    }
}

/// What is drawn and decides about nothing is as good as not drawn.
#[test]
fn what_no_expression_reads_may_be_drawn() {
    let drawn = "poisson: 1/1m, drawn: {language: {choice: {en: 1, es: 1}}}";
    let text = changed("poisson: 1/1m", drawn);
    assert_eq!(theory(&text), 7);
    for filter in ["language != null", "Language == 'x'", "kind == 'c' OR language.first == 'e'"] {
        let filter = format!("filters: [{{expression: \"{filter}\", targets: [{{queue: q}}]}}]");
        let (count, why) = told(&text.replace("filters: []", &filter));
        assert_eq!(
            (count, why.as_deref()),
            (0, Some("where tasks of `calls` go depends on what is drawn")),
            "{filter}"
        );
    }
    let filter =
        "filters: [{expression: \"kind == 'c'\", targets: [{queue: q, expression: \"worker.takes HAS task.kind\"}]}]";
    assert_eq!(theory(&text.replace("filters: []", filter)), 7);
}

#[test]
fn a_script_silences_it() {
    let text = one_queue(PLAIN) + "steps: [{at: 5h, do: create_task, task: t1, workflow: w}]\n";
    assert_eq!(theory(&text), 0);
}

/// Workers whom not all tasks may go to.
#[test]
fn two_queues_silence_it() {
    let text = one_queue(PLAIN)
        .replace("target_workers: \"1==1\"}", "target_workers: \"1==1\"}, {name: other, target_workers: \"1==1\"}")
        .replace("filters: []", "filters: [{expression: \"kind == 'o'\", targets: [{queue: other}]}]")
        .replace("poisson: 1/1m}", "poisson: 1/2m}, {class: others, poisson: 1/2m, attributes: {kind: o}}");
    assert_eq!(theory(&text), 0);
}

/// Filters and steps that read what stands still change nothing.
#[test]
fn a_workflow_with_filters_is_one_queue_all_the_same() {
    let filter =
        "filters: [{expression: \"kind == 'c'\", targets: [{queue: q, expression: \"worker.takes HAS task.kind\"}]}]";
    let text = one_queue(PLAIN)
        .replace("filters: []", filter)
        .replace("count: 2", "count: 2, attributes: {takes: [c, d]}")
        .replace("poisson: 1/1m", "poisson: 1/1m, attributes: {kind: c}");
    assert_eq!(theory(&text), 7);
}
