//! What cannot work is said before the run, and what does not end is ended.

use pointsman_sim::results::Results;

use crate::support::{each_of, experiment, one_queue, ran, read, scenario};

fn told(rest: &str) -> Vec<String> {
    let (_, diagnostics) = read(&one_queue(rest));
    diagnostics.into_iter().map(|it| format!("{}: {}", it.code, it.message)).collect()
}

fn results(rest: &str) -> Results {
    let scenario = scenario(&one_queue(rest));
    let experiment = experiment(&scenario, 1);
    let ran = ran(&experiment, 2, 2);
    experiment.results(&ran.rows, each_of(1))
}

const HANDLING: &str = "handling: [{time: {exponential: {mean: 1m}}}]\n";

#[test]
fn a_class_that_nobody_may_take_is_an_error() {
    let rest = format!(
        "staff: [{{group: agents, count: 2}}]\narrivals: [{{class: calls, poisson: 1/1m}}]\n{HANDLING}measure: {{horizon: 1h}}\n"
    );
    assert_eq!(told(&rest), [""; 0]);
    let (_, diagnostics) = read(&one_queue(&rest).replace("1==1", "skill == 'x'"));
    let told: Vec<&str> = diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(told, ["no worker can ever take a task of the class `calls`"]);
    assert!(diagnostics[0].help.as_deref().unwrap_or_default().contains("the queue `q`"), "{diagnostics:?}");
}

#[test]
fn a_class_of_which_some_have_no_worker_is_a_warning() {
    let text = one_queue(&format!(
        "staff: [{{group: agents, count: 2, attributes: {{speaks: [en]}}}}]
arrivals: [{{class: calls, poisson: 1/1m, drawn: {{language: {{choice: {{en: 8, es: 2}}}}}}}}]
{HANDLING}measure: {{horizon: 1h}}
"
    ));
    let target = "default_filter: {queue: q, expression: \"worker.speaks HAS task.language\"}";
    let (scenario, diagnostics) = read(&text.replace("default_filter: {queue: q}", target));
    let told: Vec<&str> = diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(told, ["some tasks of the class `calls` can never be taken: no worker may, or none is ever there"]);
    assert!(
        scenario.is_some() && diagnostics[0].help.as_deref().unwrap_or_default().contains("\"es\""),
        "{diagnostics:?}"
    );
}

#[test]
fn more_load_than_workers_is_a_warning_unless_tasks_give_up() {
    let rest = |patience: &str| {
        format!(
            "staff: [{{group: agents, count: 2}}]
arrivals: [{{class: calls, poisson: 3/1m{patience}}}, {{class: chats, poisson: 1/1m, patience: 5m}}]
{HANDLING}measure: {{horizon: 1h}}
"
        )
    };
    assert_eq!(
        told(&rest("")),
        [
            "unstable: the classes that wait without end bring 3.0 erlangs (`calls`), and their workers can do 2: the queue \
          grows as long as the run lasts"
        ]
    );
    assert_eq!(told(&rest(", patience: 10m")), [""; 0]);
}

/// A fifth of six erlangs is for one of ten workers; and whoever is told that it takes long goes away only half of the time.
#[test]
fn more_load_than_some_of_the_workers_is_a_warning() {
    let text = one_queue(&format!(
        "staff: [{{group: many, count: 9, attributes: {{speaks: [en]}}}}, {{group: one, count: 1, attributes: {{speaks: [es]}}}}]
arrivals: [{{class: calls, poisson: 6/1m, drawn: {{language: {{choice: {{en: 8, es: 2}}}}}}}}]
{HANDLING}measure: {{horizon: 1h}}
"
    ));
    let target = "default_filter: {queue: q, expression: \"worker.speaks HAS task.language\"}";
    let told = |text: &str| read(text).1.into_iter().map(|it| it.message).collect::<Vec<_>>();
    let overloaded = told(&text.replace("default_filter: {queue: q}", target));
    let expected = "bring 1.2 erlangs (`calls`), and their workers can do 1:";
    assert!(overloaded.len() == 1 && overloaded[0].contains(expected), "{overloaded:?}");
    let balking = |load: &str| {
        told(&text.replace("poisson: 6/1m", &format!("poisson: {load}/1m, balking: {{above: 1m, probability: 0.5}}")))
    };
    assert_eq!(balking("19"), [""; 0]);
    let overloaded = balking("21");
    assert!(overloaded.len() == 1 && overloaded[0].contains("bring 10.5 erlangs"), "{overloaded:?}");
}

#[test]
fn a_class_that_nobody_accepts_is_a_warning() {
    let told = |answers: &str| {
        let staff = format!("staff: [{{group: agents, count: 2, answers: {{{answers}}}}}]\n");
        told(&format!("{staff}arrivals: [{{class: calls, at: [0s]}}]\n{HANDLING}"))
    };
    let expected = "nobody-accepts: nobody ever accepts a task of the class `calls`: all are rejected or ignored";
    for answers in ["reject: 1", "ignore: 1", "reject: 0.5, ignore: 0.5"] {
        assert_eq!(told(answers), [expected], "{answers}");
    }
    assert_eq!(told("reject: 0.5, ignore: 0.4"), [""; 0]);
}

/// Everything that keeps a worker from its next task counts: 1.5 erlangs of work before two workers.
#[test]
fn what_holds_workers_and_when_they_are_there_counts() {
    let model = |staff: &str, work: &str| {
        told(&format!(
            "staff: [{{group: agents, count: 2{staff}}}]
arrivals: [{{class: calls, poisson: 90/1h}}]
handling: [{{time: {{exponential: {{mean: 1m}}}}{work}}}]
measure: {{horizon: 24h}}
"
        ))
    };
    let cases = [
        ("", ", wrap_up: 40s", "bring 2.5 erlangs (`calls`), and their workers can do 2:"),
        (", slow_down: [2, 3]", "", "bring 3.0 erlangs (`calls`), and their workers can do 2:"),
        (", answers: {after: 1m}", "", "bring 3.0 erlangs (`calls`), and their workers can do 2:"),
        (", shifts: [{from: 0, to: 8h}]", "", "bring 1.5 erlangs (`calls`), and their workers can do 0.7:"),
        (", shifts: [{from: 0, to: 4h, every: 6h}]", "", "bring 1.5 erlangs (`calls`), and their workers can do 1.3:"),
        (
            ", shifts: [{from: 0, to: 24h}], absence: 0.5",
            "",
            "bring 1.5 erlangs (`calls`), and their workers can do 1:",
        ),
        (", shifts: [{from: 0, to: 24h}], absence: 1", "", "no-worker: no worker can ever take"),
        (", shifts: [{from: 0, to: 24h, breaks: [{at: 2h, for: 8h}]}]", "", "and their workers can do 1.3:"),
        (", shifts: [{from: 0, to: 1h, every: 1h}], late: 20m", "", "and their workers can do 1.3:"),
        (", answers: {reject: 0.5, after: 20s}", "", "bring 2.5 erlangs (`calls`), and their workers can do 2:"),
        (", answers: {ignore: 0.5, back_after: 0}", "", "and their workers can do 2:"),
    ];
    for (staff, work, expected) in cases {
        let told = model(staff, work);
        assert!(told.iter().any(|line| line.contains(expected)), "{staff}{work}: {told:?}");
    }
    assert_eq!(model(", shifts: [{from: 0, to: 8h, every: 8h}]", ""), [""; 0]);
}

/// What a worker does on one channel takes nothing from another.
#[test]
fn every_channel_has_its_own_capacity() {
    let rest = "staff: [{group: agents, count: 2, channels: {voice: {capacity: 1}, chat: {capacity: 3}}}]
arrivals: [{class: calls, poisson: 1/1m, task_channel: voice}, {class: chats, poisson: RATE/1m, task_channel: chat}]
handling: [{time: {exponential: {mean: 1m}}}]
measure: {horizon: 1h}
";
    let told = |rate: &str| {
        let channels = "task_channels: [{name: voice}, {name: chat}]\n  task_queues";
        let text = one_queue(&rest.replace("RATE", rate)).replace("task_queues", channels);
        let (_, diagnostics) = read(&text);
        diagnostics.into_iter().map(|it| it.message).collect::<Vec<_>>()
    };
    assert_eq!(told("5"), [""; 0]);
    let overloaded = told("7");
    assert!(overloaded.len() == 1 && overloaded[0].contains("7.0 erlangs (`chats`)"), "{overloaded:?}");
}

#[test]
fn no_end_and_no_mean_are_errors() {
    let staff = "staff: [{group: agents, count: 2}]\n";
    let endless = told(&format!("{staff}arrivals: [{{class: calls, poisson: 1/1m}}]\n{HANDLING}"));
    assert_eq!(endless, ["no-horizon: these arrivals never end, and nothing says when the run does"]);
    let heavy = "handling: [{time: {pareto: {shape: 0.9, scale: 1m}}}]\nmeasure: {horizon: 1h}\n";
    let heavy = told(&format!("{staff}arrivals: [{{class: calls, poisson: 1/1m}}]\n{heavy}"));
    assert!(heavy.len() == 1 && heavy[0].contains("mean"), "{heavy:?}");
}

/// A second holds ten thousand tasks, and each of them is over in the instant in which it comes.
#[test]
fn a_run_with_more_events_than_allowed_ends_and_says_so() {
    let results = results(
        "staff: [{group: agents, count: 2}]
arrivals: [{class: calls, poisson: 10000/1s}]
handling: [{time: 0s}]
measure: {horizon: 1h, most_events: 100000}
",
    );
    assert_eq!((results.overran, results.partial), (2, true));
    let warning = &results.warnings[0];
    assert!(warning.contains("2 of 2 runs were ended on the way"), "{warning}");
    assert!(results.run.value("handled").unwrap() > 1_000.0 && results.measured.to < 100.0);
}

/// A thousand million in a millisecond: memory ends before they are over.
#[test]
fn a_run_with_more_open_tasks_than_allowed_ends_and_says_so() {
    let results = results(
        "staff: [{group: agents, count: 2}]
arrivals: [{class: calls, poisson: 1000000000/1ms}]
handling: [{time: 1m}]
measure: {horizon: 1h, most_open: 10000}
",
    );
    assert_eq!((results.overran, results.partial), (2, true));
    assert!(results.warnings[0].contains("`most_open`"), "{:?}", results.warnings);
}

/// Gaps of no length are refused, or the limit ends them.
#[test]
fn arrivals_without_gaps_end() {
    let rest = "staff: [{group: agents, count: 2}]
arrivals: [{class: calls, renewal: {choice: {0: 1}}}]
handling: [{time: 0s}]
measure: {horizon: 1h, most_events: 100000}
";
    if told(rest).is_empty() {
        assert_eq!(results(rest).overran, 2);
    }
}

/// Nobody ever answers: the engine asks again and again until the task's own time is up.
#[test]
fn tasks_that_nobody_answers_end() {
    let results = results(
        "staff: [{group: agents, count: 2, answers: {ignore: 1, back_after: 0s}}]
arrivals: [{class: calls, at: [0s, 1s]}]
handling: [{time: 1m}]
",
    );
    assert_eq!((results.overran, results.run.value("lost"), results.run.value("handled")), (0, Some(2.0), Some(0.0)));
}

/// Everybody says no, at once.
#[test]
fn tasks_that_everybody_rejects_end() {
    let results = results(
        "staff: [{group: agents, count: 2, answers: {reject: 1}}]
arrivals: [{class: calls, at: [0s, 1s]}]
handling: [{time: 1m}]
measure: {horizon: 48h, most_events: 1000000}
",
    );
    assert_eq!((results.overran, results.run.value("handled")), (0, Some(0.0)));
}

#[test]
fn a_warm_up_of_more_tasks_than_come_is_told() {
    let results = results(
        "staff: [{group: agents, count: 2}]
arrivals: [{class: calls, at: [0s, 1s]}]
handling: [{time: 1m}]
measure: {horizon: 1h, warm_up: {tasks: 5}}
",
    );
    let expected = "no task was measured: the warm-up is to be 5 tasks, and fewer came in every run";
    assert_eq!(results.warnings, [expected]);
}

#[test]
fn a_thousand_years_without_tasks_pass_at_once() {
    let results = results(
        "staff: [{group: agents, count: 2}]
arrivals: [{class: calls, at: [0s, 1s]}]
handling: [{time: 1m}]
measure: {horizon: 8760000h}
",
    );
    assert_eq!((results.overran, results.run.value("handled")), (0, Some(2.0)));
}

/// Shifts go on without tasks; what happens counts even where the engine hears nothing of it.
#[test]
fn a_thousand_years_of_shifts_end() {
    let results = results(
        "staff: [{group: agents, count: 2, absence: 0.99, shifts: [{from: 0s, to: 1s, every: 1s}]}]
arrivals: [{class: calls, at: [0s, 1s], patience: 1m}]
handling: [{time: 1m}]
measure: {horizon: 8760000h, most_events: 100000}
",
    );
    assert_eq!(results.overran, 2);
}
