//! Runs of chance in which nothing is left to it, so that every time is known: going on from a snapshot, and what waits are
//! due to.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pointsman_config::SourceFile;
use pointsman_sim::experiment::{Experiment, Runs};
use pointsman_sim::results::Results;
use pointsman_sim::{Options, Outcome, Recording, Scenario, diff, engine_at_end, replay, run};

const BEFORE: &str = "
workspace:
  multi_task_enabled: true
  activities: [{name: Offline, available: false}, {name: Available, available: true}]
  task_queues: [{name: q, target_workers: 1==1}]
  workflows: [{name: w, task_reservation_timeout: 60, configuration: {task_routing: {default_filter: {queue: q}}}}]
staff: [{group: agents, count: 1}]
arrivals: [{class: calls, at: [0, 60], attributes: {kind: call}, patience: PATIENCE}]
handling: [{time: 10m}]
measure: {horizon: 4m}
";

const AFTER: &str = "
initial_state: {snapshot: state.json}
arrivals: [{class: calls, at: [15m], attributes: {kind: call}, patience: PATIENCE}]
handling: [{time: 10m}]
measure: {horizon: 40m}
";

/// Nothing else says how long calls take.
const CALLS: &str = "at,talk\n15m,10m\n39m,100\n";

fn parse(text: &str, state: &str) -> Result<Scenario, String> {
    let files = |path: &str| match path {
        "state.json" => Ok(state.to_owned()),
        "calls.csv" => Ok(CALLS.to_owned()),
        path => Err(format!("no {path}")),
    };
    let (scenario, told) = Scenario::parse(&Arc::new(SourceFile::new("s.yaml", text)), &files);
    scenario.ok_or_else(|| told.iter().map(ToString::to_string).collect())
}

fn story(scenario: &Scenario) -> Outcome {
    let never = AtomicBool::new(false);
    Experiment::new(scenario, None, &never).unwrap().story(0, &never).unwrap()
}

/// The figures of one replication.
fn results(scenario: &Scenario) -> Results {
    let never = AtomicBool::new(false);
    let experiment = Experiment::new(scenario, None, &never).unwrap();
    let rows = experiment.run(&Runs { replications: 0..1, jobs: 1 }, &never, &()).unwrap().rows;
    experiment.results(&rows, experiment.confidence())
}

/// The state after four minutes: one task in hand since 0, one that waits since 60 s.
fn state(patience: &str) -> String {
    let before = story(&parse(&BEFORE.replace("PATIENCE", patience), "").unwrap());
    serde_json::to_string(&engine_at_end(&before.recording).unwrap().snapshot()).unwrap()
}

/// When events of a type were, in seconds after the snapshot.
fn times(outcome: &Outcome, kind: &str) -> Vec<u64> {
    outcome.transcript.iter().filter(|line| line.kind == kind).map(|line| line.at.as_secs()).collect()
}

#[test]
fn what_is_under_way_is_over_when_it_would_have_been() {
    let scenario = parse(&AFTER.replace("PATIENCE", "30m"), &state("30m")).unwrap();
    let after = story(&scenario);
    // Ids go on where those of the first run ended: nothing was refused.
    assert_eq!(after.report.tasks.len(), 3, "{:?}", after.report.tasks.keys());
    // The first task has been in hand for four of its ten minutes; then the second one is taken, then the third.
    assert_eq!(times(&after, "task.completed"), [360, 960, 1_560]);
    assert_eq!(times(&after, "reservation.accepted"), [360, 960]);
    let results = results(&scenario);
    // The second one has waited for three minutes before; those in hand are not measured, what waits is.
    let value = |figure| results.run.value(figure);
    assert_eq!((value("offered"), value("wait_mean")), (Some(2.0), Some((540.0 + 60.0) / 2.0)));
    assert!(value("little").unwrap().abs() < 1e-9, "{:?}", value("little"));
}

/// A time that has lasted longer than the shorter recorded ones is the longest.
#[test]
fn what_a_task_of_a_snapshot_takes_may_be_known_from_a_trace_only() {
    let traced = AFTER.replace("at: [15m]", "trace: {file: calls.csv, at: at, handling: talk}");
    let traced = traced.replace("handling: [{time: 10m}]\n", "").replace("PATIENCE", "30m");
    let after = story(&parse(&traced, &state("30m")).unwrap());
    let done = times(&after, "task.completed");
    // The one in hand goes on for six minutes, the one that waits takes as long as one of those recorded.
    assert_eq!(done[0], 360, "{done:?}");
    assert!([460, 960].contains(&done[1]), "{done:?}");
    assert_eq!(times(&after, "reservation.accepted")[..2], [360, done[1].max(900)], "{done:?}");
}

#[test]
fn who_has_waited_gives_up_earlier() {
    let after = story(&parse(&AFTER.replace("PATIENCE", "8m30s"), &state("8m30s")).unwrap());
    assert_eq!(times(&after, "task.canceled"), [330]);
    assert_eq!(times(&after, "task.completed"), [360, 1_500]);
}

#[test]
fn more_workers_come_at_once_and_a_recording_replays() {
    let more = AFTER.replace("PATIENCE", "30m") + "staff: [{group: more, count: 1}]\n";
    let after = story(&parse(&more, &state("30m")).unwrap());
    assert_eq!(times(&after, "worker.created"), [0]);
    assert_eq!(times(&after, "task.completed"), [360, 600, 1_500]);
    let text = after.recording.to_json_lines().unwrap();
    let again = replay(&Recording::read(&text).unwrap(), |_, _| {}).unwrap();
    assert_eq!((again.difference, again.digest), (None, after.report.digest));
}

#[test]
fn what_cannot_be_gone_on_from_is_told() {
    let state = state("30m");
    let refused = |text: &str, state: &str, expected: &str| {
        let Err(told) = parse(&text.replace("PATIENCE", "30m"), state) else { panic!("nothing is wrong with\n{text}") };
        assert!(told.contains(expected), "`{expected}` is not in\n{told}");
    };
    refused(AFTER, "{}", "`state.json` is no snapshot");
    refused(&AFTER.replace("kind: call", "kind: chat"), &state, "2 open tasks of the snapshot are like no class");
    refused(&(AFTER.to_owned() + "start: 2024-05-06T09:00:00Z\n"), &state, "the snapshot has it");
    refused(&AFTER.replace("snapshot:", "snapshoot:"), &state, "did you mean `snapshot`?");
    refused(&AFTER.replace("{snapshot: state.json}", "full"), &state, "expected `empty`");
    refused(&AFTER.replace("{snapshot: state.json}", "empty"), &state, "`workspace`");
}

#[test]
fn every_millisecond_of_a_wait_has_a_cause() {
    let text = BEFORE.replace("at: [0, 60]", "at: [0, 1]").replace("PATIENCE", "10m");
    let text = text.replace("count: 1}", "count: 1, shifts: [{from: 60, to: 1h}], answers: {after: 5s}}");
    let text = text.replace("time: 10m", "time: 30s").replace("horizon: 4m", "horizon: 1h");
    let scenario = parse(&text, "").unwrap();
    let results = results(&scenario);
    // The first waits for a minute until somebody is there, and five seconds for the answer; the second comes a second
    // later, and when the first is taken and done it waits for an answer, too.
    let queue = &results.queues[0].figures;
    for figures in [&results.run, queue] {
        let parts = ["reserved", "none_available", "no_capacity"].map(|it| figures.value(&format!("wait_{it}_mean")));
        assert_eq!(parts, [Some(5.0), Some((60.0 + 59.0) / 2.0), Some((0.0 + 35.0) / 2.0)]);
        assert_eq!(figures.value("wait_of_all_mean"), Some((65.0 + 99.0) / 2.0));
    }
}

#[test]
fn a_group_has_its_own_costs_or_those_of_all() {
    let text = BEFORE.replace("PATIENCE", "10m").replace("horizon: 4m", "horizon: 1h30m, cost_per_hour: 20");
    let two = "count: 1}, {group: seniors, count: 2, cost_per_hour: 30}";
    let results = results(&parse(&text.replace("count: 1}", two), "").unwrap());
    let costs: Vec<Option<f64>> = results.groups.iter().map(|group| group.figures.value("cost")).collect();
    assert_eq!((costs, results.run.value("cost")), (vec![Some(30.0), Some(90.0)], Some(120.0)));
    let Err(told) = parse(&text.replace("cost_per_hour: 20", "cost_per_hour: -1"), "") else { panic!("accepted") };
    assert!(told.contains("a number that is not negative"), "{told}");
}

/// Five minutes of ten are done at the first shift's end; the rest waits for the second one.
#[test]
fn what_is_handed_back_is_one_task_that_waits_twice() {
    let text =
        BEFORE.replace("at: [0, 60]", "at: [5m]").replace("PATIENCE", "1h").replace("horizon: 4m", "horizon: 1h");
    let shifts = "count: 1, at_end: hand_back, shifts: [{from: 0, to: 10m}, {from: 20m, to: 40m}]}";
    let results = results(&parse(&text.replace("count: 1}", shifts), "").unwrap());
    for figures in [&results.run, &results.classes[0].figures, &results.queues[0].figures] {
        let counts = ["offered", "handled", "handed_back", "wait_mean", "handling_mean"].map(|it| figures.value(it));
        assert_eq!(counts, [1.0, 1.0, 1.0, 0.0, 600.0].map(Some));
        assert!(
            figures.value("little").unwrap().abs() < 1e-9 && figures.value("waiting_mean") == Some(600.0 / 3_600.0)
        );
    }
    assert_eq!(results.groups[0].figures.value("busy_mean"), Some(600.0 / 3_600.0));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let text = BEFORE.replace("PATIENCE", "1h");
    let refused = |from: &str, to: &str, expected: &str| {
        assert!(text.contains(from), "{from}");
        let Err(told) = parse(&text.replace(from, to), "") else { panic!("nothing is wrong with {to}") };
        assert!(told.contains(expected), "`{expected}` is not in\n{told}");
    };
    let shifts = |shifts: &str| format!("count: 1, shifts: [{shifts}]}}");
    let group = |shift: &str, expected: &str| refused("count: 1}", &shifts(shift), expected);
    group("{from: 0, to: 8h}, {from: 4h, to: 9h}", "this shift overlaps another one");
    group("{from: 0, to: 8h, every: 24h}, {from: 47h, to: 49h}", "this shift overlaps another one");
    group("{from: 0, to: 8h, breaks: [{at: 1h, for: 1h}, {at: 90m, for: 1h}]}", "two breaks of this shift overlap");
    refused("count: 1}", "count: 1, pace: 0}", "a pace above 0");
    refused("count: 1}", "count: 1, pace: {uniform: {from: -1, to: 2}}}", "a pace above 0");
    refused("count: 1}", "count: 1, slow_down: [1, 0]}", "a factor above 0");
    refused("count: 1}", "count: 1, slow_down: []}", "factors such as");
    refused("[{time: 10m}]", "[{time: 10m}, {time: 1m, from: 2h, until: 1h}]", "this period ends before it begins");
    let measure = |measure: &str, expected: &str| refused("{horizon: 4m}", measure, expected);
    measure(
        "{horizon: 4m, service_levels: [{within: 20s}, {within: 20s, abandoned: left-out}]}",
        "give service levels a `name`",
    );
    measure("{horizon: 4m, quantiles: [0.5, 0.5]}", "write a quantile once");
    measure("{horizon: 10h, interval: 1s}", "expected at most 10000");
    let text =
        text.replace("count: 1}", &shifts("{from: 0, to: 8h, every: 24h}")).replace("measure: {horizon: 4m}", "");
    let Err(told) = parse(&text, "") else { panic!("it never ends") };
    assert!(told.contains("shifts that come again and again never end"), "{told}");
}

#[test]
fn a_figure_that_nothing_tells_yet_breaks_no_promise() {
    let steps = "steps: [{at: 0, always: {statistics: {wait: {of: max}, '<=': LIMIT}}}]\n";
    let run = |limit: &str| {
        story(
            &parse(
                &(BEFORE.replace("PATIENCE", "1h").replace("horizon: 4m", "horizon: 20m")
                    + &steps.replace("LIMIT", limit)),
                "",
            )
            .unwrap(),
        )
    };
    // The second task is taken after nine minutes.
    assert_eq!(run("9m").report.expectations.failed.len(), 0);
    let failed = run("8m").report.expectations.failed;
    assert_eq!((failed.len(), failed[0].at.as_str()), (1, "10m"));
}

/// A slow worker takes twice as long for what is left, too.
#[test]
fn what_goes_on_goes_on_at_the_worker_s_pace() {
    let slow = AFTER.replace("PATIENCE", "30m") + "staff: [{group: slow, workers: [agents-1], pace: 2}]\n";
    let after = story(&parse(&slow, &state("30m")).unwrap());
    assert_eq!(times(&after, "task.completed"), [960, 2_160]);
}

/// What is told of a script that goes on from a snapshot is told of the run that it has.
#[test]
fn the_commands_of_a_script_go_on_from_the_snapshot_too() {
    let script = "initial_state: {snapshot: state.json}\nsteps: [{at: 5, do: create_task, task: t1, workflow: w}]\n";
    let scenario = parse(script, &state("30m")).unwrap();
    let ran = run(&scenario, &Options::default()).unwrap();
    let commands = Recording::of_steps(&scenario);
    assert_eq!(engine_at_end(&commands).unwrap().digest().to_string(), ran.report.digest);
    let (workspace, names) = (commands.workspace(), commands.names());
    let same = diff::Variant { workspace, names: &names };
    let refused = diff::runs(&commands, same, same, diff::Answers::AsRecorded);
    assert_eq!(refused.unwrap_err(), diff::DiffError::GoesOn);
}

/// Two classes, of which one comes from steps only; both wait for one worker.
fn beside_steps(steps: &str) -> String {
    let text = BEFORE.replace("PATIENCE", "20m").replace("horizon: 4m", "horizon: 1h");
    let vip = "}, {class: vip, at: [], attributes: {kind: vip}, patience: 1m}]\nhandling";
    text.replace("}]\nhandling", vip) + "steps:\n" + steps
}

#[test]
fn a_task_of_a_step_is_one_of_its_class() {
    let steps = "  - {at: 20m, do: create_task, task: x, workflow: w, attributes: {kind: vip, name: x}}
  - {at: 22m, do: create_task, task: y, workflow: w, attributes: {kind: vip}}
  - {at: 25m, do: create_task, task: x2, workflow: w, attributes: {kind: call}}
  - {at: 24m, expect: {task: y, status: canceled, reason: given up}}
  - {at: 29m, expect: {task: x, status: assigned, worker: agents-1}}
  - {at: 31m, expect: {task: x2, worker: agents-1}}\n";
    let scenario = parse(&beside_steps(steps), "").unwrap();
    let outcome = story(&scenario);
    assert!(outcome.passed(), "{:?}", outcome.failures);
    assert_eq!(times(&outcome, "task.completed"), [600, 1_200, 1_800, 2_400]);
    let figures = results(&scenario);
    let of = |class: usize, figure| figures.classes[class].figures.value(figure);
    assert_eq!(["offered", "handled", "abandoned"].map(|it| of(1, it)), [2.0, 1.0, 1.0].map(Some));
    assert_eq!((of(0, "offered"), figures.run.value("offered")), (Some(3.0), Some(5.0)));
}

#[test]
fn a_task_of_no_class_is_for_steps_only() {
    let steps = "  - {at: 20m, do: create_task, task: x, workflow: w, attributes: {kind: other}}
  - {at: 21m, expect: {task: x, status: reserved, reserved: [agents-1]}}
  - {at: 21m, do: accept_reservation, task: x, worker: agents-1}
  - {at: 50m, expect: {task: x, status: assigned}}\n";
    let text = beside_steps(steps).replace("task_reservation_timeout: 60", "task_reservation_timeout: 120");
    let file = Arc::new(SourceFile::new("s.yaml", text));
    let (scenario, told) = Scenario::parse(&file, &|_: &str| Err(String::new()));
    let told: Vec<_> = told.iter().map(|diagnostic| (diagnostic.code, diagnostic.path.as_str())).collect();
    assert_eq!(told, [("no-class", "steps[0]")]);
    let outcome = story(&scenario.unwrap());
    assert!(outcome.passed(), "{:?}", outcome.failures);
    assert_eq!(times(&outcome, "task.completed"), [600, 1_200]);
}

#[test]
fn steps_speak_of_tasks_to_come() {
    let steps = "  - {at: 0, expect: {task: calls-2, exists: false}}
  - {at: 2m, do: update_task, task: calls-2, priority: 7}
  - {at: 3m, expect: {task: calls-2, priority: 7, status: pending}}
  - {at: 3m, expect: {task: calls-1, worker: agents-1}}
  - {at: 3m, expect: {events: [{type: task.created, task: calls-1}, {type: task.created, task: calls-2}]}}
  - {at: 3m, do: cancel_task, task: calls-3, refused: unknown-task}
  - {at: 4m, do: cancel_task, task: calls-2, reason: not needed}\n";
    let scenario = parse(&beside_steps(steps), "").unwrap();
    let outcome = story(&scenario);
    assert!(outcome.passed(), "{:?}", outcome.failures);
    assert_eq!((times(&outcome, "task.completed"), times(&outcome, "task.canceled")), (vec![600], vec![240]));
    assert_eq!(results(&scenario).run.value("lost"), Some(1.0));
    let namesake = beside_steps("  - {at: 0, do: create_task, task: calls-2, workflow: w, attributes: {kind: call}}\n");
    let (_, told) = Scenario::parse(&Arc::new(SourceFile::new("s.yaml", namesake)), &|_: &str| Err(String::new()));
    assert_eq!(told.iter().map(|it| it.code).collect::<Vec<_>>(), ["namesake"]);
    let Err(told) = parse(&beside_steps("  - {at: 0, do: cancel_task, task: cals-2}\n"), "") else {
        panic!("accepted")
    };
    assert!(told.contains("cals-2"), "{told}");
}

/// Nobody is there for ten minutes: those who come wait as long as the first has not waited for two, and when it has been taken
/// the last one's wait counts while others wait.
#[test]
fn who_would_wait_too_long_stays_away() {
    let text = BEFORE.replace("at: [0, 60]", "at: [0, 119, 121, 601, 602, 640, 1400]").replace("PATIENCE", "1h");
    let text = text.replace("}]\nhandling", ", balking: {above: 2m}}]\nhandling").replace("time: 10m", "time: 30s");
    let text =
        text.replace("count: 1}", "count: 1, shifts: [{from: 10m, to: 1h}]}").replace("horizon: 4m", "horizon: 1h");
    let scenario = parse(&text, "").unwrap();
    // At 121 the first has waited for 121 seconds, and at 601 the second has and the last one for 600. At 640 nobody waits.
    let figures = results(&scenario).run;
    let counts = ["offered", "handled", "blocked"].map(|it| figures.value(it));
    assert_eq!(counts, [7.0, 4.0, 3.0].map(Some));
    assert_eq!(times(&story(&scenario), "task.completed"), [630, 660, 690, 1_430]);
}

/// After the minute for an answer she has a break for two.
#[test]
fn who_does_not_answer_goes_where_the_group_says() {
    let text =
        BEFORE.replace("PATIENCE", "20m").replace("{name: Offline", "{name: Break, available: false}, {name: Offline");
    let text = text.replace("count: 1}", "count: 1, answers: {ignore: 1, on_miss: Break, back_after: 2m}}");
    let steps = "steps:\n  - {at: 61, expect: {worker: agents-1, activity: Break}}
  - {at: 181, expect: {worker: agents-1, activity: Available}}\n";
    let outcome = story(&parse(&(text + steps), "").unwrap());
    assert!(outcome.passed(), "{:?}", outcome.failures);
}

/// Room for chats that never come to somebody is no room.
#[test]
fn places_are_those_on_which_one_may_be_asked() {
    let text = BEFORE.replace("PATIENCE", "20m").replace("horizon: 4m", "horizon: 1h");
    let text = text.replace(
        "task_queues: [",
        "task_channels: [{name: chat}]\n  task_queues: [{name: c, target_workers: for == 'chat'}, ",
    );
    let text = text
        .replace("1==1", "for == 'calls'")
        .replace("{default_filter", "{filters: [{expression: kind == 'chat', targets: [{queue: c}]}], default_filter");
    let people = "count: 1, attributes: {for: calls}, channels: {default: {capacity: 2}, chat: {capacity: 4}}}, {group: others, count: 1, \
                  attributes: {for: chat}, channels: {chat: {capacity: 4}}}";
    let chats = "}, {class: chats, at: [0], attributes: {kind: chat}, task_channel: chat}]\nhandling";
    let text = text.replace("count: 1}", people).replace("}]\nhandling", chats);
    let groups = results(&parse(&text, "").unwrap()).groups;
    let of = |group: usize| ["occupancy", "utilisation"].map(|it| groups[group].figures.value(it).unwrap());
    // Two calls of ten minutes overlap in nine of them: eleven of sixty minutes busy, and twenty of a hundred and twenty.
    assert_eq!(of(0), [11.0 / 60.0, 20.0 / 120.0]);
    assert_eq!(of(1), [10.0 / 60.0, 10.0 / 240.0]);
}

/// What a report says of workers it says by names, though nobody was told them on the way.
#[test]
fn a_report_calls_tasks_by_their_names() {
    let scenario = parse(&BEFORE.replace("PATIENCE", "20m"), "").unwrap();
    let never = AtomicBool::new(false);
    let experiment = Experiment::new(&scenario, None, &never).unwrap();
    let report = experiment.run(&Runs { replications: 0..1, jobs: 1 }, &never, &()).unwrap().report.unwrap();
    assert_eq!(report.workers["agents-1"].reservations[0].task, "calls-1");
}

/// Two shifts that touch are one, and so are breaks; who is late into a break comes when it is over.
#[test]
fn what_touches_is_one() {
    let present = |shifts: &str, more: &str| {
        let text =
            BEFORE.replace("at: [0, 60]", "at: [90m]").replace("PATIENCE", "1m").replace("horizon: 4m", "horizon: 3h");
        let text = text.replace("count: 1}", &format!("count: 1, shifts: [{shifts}]{more}}}"));
        let results = results(&parse(&text, "").unwrap());
        (results.run.value("present_mean").unwrap(), results.run.value("handled").unwrap())
    };
    assert_eq!(present("{from: 0, to: 1h, every: 1h}", ""), (1.0, 1.0));
    assert_eq!(present("{from: 0, to: 1h}, {from: 1h, to: 2h}, {from: 2h, to: 3h}", ""), (1.0, 1.0));
    let breaks = "{from: 0, to: 3h, breaks: [{at: 90m, for: 30m}, {at: 1h, for: 30m}]}";
    assert_eq!(present(breaks, ""), (2.0 / 3.0, 0.0));
    assert_eq!(present(breaks, ", late: 70m"), (1.0 / 3.0, 0.0));
}

/// Who comes with the snapshot is there from the beginning, and the lines are as long as they are.
#[test]
fn a_run_from_a_snapshot_counts_what_is_there() {
    let more = AFTER.replace("PATIENCE", "30m") + "staff: [{group: more, count: 3}]\n";
    let results = results(&parse(&more, &state("30m")).unwrap());
    let more = results.groups.iter().find(|group| group.name == "more").unwrap();
    assert_eq!(more.figures.value("present_mean"), Some(3.0));
    // The one that waits is taken at once: nobody waits after that.
    let run = ["waiting_mean", "waiting_max", "wait_none_available_mean"].map(|it| results.run.value(it));
    assert_eq!(run, [Some(0.0), Some(0.0), Some(0.0)]);
    assert!(results.run.value("little").unwrap().abs() < 1e-9);
}

#[test]
fn a_worker_of_a_step_answers_as_those_of_no_group() {
    let text =
        BEFORE.replace("at: [0, 60]", "at: [0, 1]").replace("PATIENCE", "1h").replace("horizon: 4m", "horizon: 1h");
    let steps = "steps: [{at: 60, do: create_worker, name: zoe, activity: Available}]\n";
    let results = results(&parse(&(text + steps), "").unwrap());
    assert_eq!(results.run.value("wait_max"), Some(59.0));
    let of = |figure: &str| {
        results.groups.iter().map(|it| (it.name.as_str(), it.figures.value(figure).unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(of("handled"), [("workers", 1.0), ("agents", 1.0)]);
    assert_eq!(of("present_mean"), [("workers", 59.0 / 60.0), ("agents", 1.0)]);
}

/// What a step ends is done then.
#[test]
fn a_task_that_a_step_ends_is_done() {
    let text = BEFORE.replace("at: [0, 60]", "at: [0]").replace("PATIENCE", "1h").replace("horizon: 4m", "horizon: 1h");
    let text = text.replace("time: 10m", "time: 10m, wrap_up: 1m");
    let ended = |steps: &str| {
        let scenario = parse(&format!("{text}steps: [{steps}]\n"), "").unwrap();
        let outcome = story(&scenario);
        assert!(outcome.passed(), "{:?}", outcome.failures);
        let run = results(&scenario).run;
        (
            run.value("handled_by_workers").unwrap(),
            run.value("handling_mean").unwrap(),
            times(&outcome, "task.completed"),
        )
    };
    assert_eq!(ended(""), (1.0, 600.0, vec![660]));
    assert_eq!(ended("{at: 5m, do: complete_task, task: calls-1}"), (1.0, 300.0, vec![300]));
    assert_eq!(ended("{at: 5m, do: wrap_task, task: calls-1}"), (1.0, 300.0, vec![360]));
    let both = "{at: 5m, do: wrap_task, task: calls-1}, {at: 330, do: complete_task, task: calls-1}";
    assert_eq!(ended(both), (1.0, 300.0, vec![330]));
    assert_eq!(ended("{at: 630, do: complete_task, task: calls-1}"), (1.0, 600.0, vec![630]));
}

/// Who is taken, or gives up, in the instant of coming has not waited.
#[test]
fn who_does_not_wait_stands_in_no_line() {
    let text = BEFORE
        .replace("at: [0, 60]", "at: [0, 60, 20m]")
        .replace("PATIENCE", "0")
        .replace("horizon: 4m", "horizon: 1h");
    let run = results(&parse(&text, "").unwrap()).run;
    let figures = ["handled", "abandoned", "waiting_max", "delayed"].map(|it| run.value(it));
    assert_eq!(figures, [2.0, 1.0, 0.0, 0.0].map(Some));
}
