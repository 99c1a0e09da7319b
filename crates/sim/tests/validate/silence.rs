//! Where one thing is otherwise, theory says nothing.

use crate::support::{each_of, experiment, one_queue, ran, scenario};

const PLAIN: &str = "
staff: [{group: agents, count: 2}]
arrivals: [{class: calls, poisson: 1/1m}]
handling: [{time: {exponential: {mean: 1m}}}]
measure: {warm_up: 1h, horizon: 21h}
";

fn theory(text: &str) -> usize {
    let scenario = scenario(text);
    let experiment = experiment(&scenario, 1);
    let ran = ran(&experiment, 2, 1);
    experiment.results(&ran.rows, each_of(1)).theory.len()
}

fn theory_of_one_queue(from: &str, to: &str) -> usize {
    let text = one_queue(PLAIN);
    assert!(text.contains(from), "{from}");
    theory(&text.replace(from, to))
}

#[test]
fn everything_that_no_formula_knows_silences_it() {
    assert_eq!(theory(&one_queue(PLAIN)), 6);
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
        ("poisson: 1/1m", "poisson: 1/1m, drawn: {language: {choice: {en: 1, es: 1}}}"),
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
        assert_eq!(theory_of_one_queue(from, to), 0, "{to}");
    }
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
    assert_eq!(theory(&text), 6);
}
