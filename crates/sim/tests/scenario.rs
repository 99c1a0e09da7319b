//! Scenarios as texts: what is wrong with them and where, and what running them gives.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::sync::Arc;
use std::time::Duration;

use pointsman_config::SourceFile;
use pointsman_sim::{Options, Outcome, Phase, Scenario, Span, TaskLane, replicate, run};

const WORKSPACE: &str = "\
workspace:
  workers: [{name: alice, activity: Available}, {name: bob}]
  task_queues: [{name: all, friendly_name: Everyone, target_workers: 1==1}]
  workflows:
    - name: only
      task_reservation_timeout: 30
      configuration:
        task_routing:
          filters: [{filter_friendly_name: Any, expression: 1==1, targets: [{queue: all, priority: 7, timeout: 60}]}]
steps:
";

fn parse(text: &str) -> Result<Scenario, String> {
    let file = Arc::new(SourceFile::new("s.yaml", text));
    let no_files = |path: &str| Err::<String, String>(format!("no {path}"));
    let (scenario, diagnostics) = Scenario::parse(&file, &no_files);
    let words: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    scenario.ok_or_else(|| words.join("\n"))
}

fn scenario(steps: &str) -> Scenario {
    parse(&format!("{WORKSPACE}{steps}")).unwrap_or_else(|errors| panic!("{errors}"))
}

fn outcome(steps: &str) -> Outcome {
    run(&scenario(steps), &Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// The scenario of these steps is refused: each text must stand in the errors.
fn refused(steps: &str, texts: &[&str]) {
    let Err(errors) = parse(&format!("{WORKSPACE}{steps}")) else { panic!("nothing is wrong with\n{steps}") };
    for text in texts {
        assert!(errors.contains(text), "`{text}` is not in\n{errors}");
    }
}

/// The first expectation of these steps fails in these words.
fn fails(steps: &str, expected: &str, actual: &str) {
    let outcome = outcome(steps);
    let failed = outcome.report.expectations.failed.first();
    let words = failed.map(|failure| (failure.expected.as_str(), failure.actual.as_str()));
    assert_eq!(words, Some((expected, actual)), "{:?}", outcome.report.expectations);
}

const T1: &str = "- {at: 0, do: create_task, task: t1, attributes: {a: 1}}\n";

#[test]
fn errors_have_a_place_and_a_suggestion() {
    refused("- {at: 0, do: create_tusk, task: t1}\n", &["s.yaml:11:15: error", "did you mean `create_task`?"]);
    refused("- {at: 0, do: create_task, tsk: t1}\n", &["s.yaml:11:", "tsk"]);
    refused("- {at: 0, do: create_task, task: t1, wrkflow: only}\n", &["s.yaml:11:38", "workflow"]);
    refused("- {at: soon, do: create_task, task: t1}\n", &["s.yaml:11:8: error", "a span of time", "`soon`"]);
    refused("- {at: -1, do: create_task, task: t1}\n", &["s.yaml:11:8: error", "a span of time"]);
    refused("- {do: create_task, task: t1}\n", &["s.yaml:11:3: error", "the key `at` is missing"]);
    refused("- {at: 0}\n", &["a step needs `do`, `expect` or `always`"]);
    refused("- {at: 0, do: create_task, task: t1, expect: {task: t1}}\n", &["one of `do`, `expect` and `always`"]);
    refused("- {at: 0, do: create_task, task: t1, refused: task-exist}\n", &["did you mean `task-exists`?"]);
    refused("- {at: 0, do: set_worker_activity, worker: alcie, activity: Offline}\n", &["s.yaml:11:44", "`alice`"]);
    refused("- {at: 0, do: set_worker_activity, worker: alice, activity: Ofline}\n", &["s.yaml:11:61", "`Offline`"]);
    refused(&format!("{T1}- {{at: 0, do: accept_reservation, task: t2, worker: bob}}\n"), &["s.yaml:12:", "t2"]);
    refused(&format!("{T1}- {{at: 0, do: accept_reservation, task: t1}}\n"), &["s.yaml:12:", "`worker`"]);
}

#[test]
fn expectations_are_read_as_strictly() {
    refused("- {at: 0, expect: {task: t1, status: pending}}\n", &["s.yaml:11:26", "t1"]);
    refused(&format!("{T1}- {{at: 0, expect: {{task: t1, statu: pending}}}}\n"), &["s.yaml:12:30", "`status`"]);
    refused(&format!("{T1}- {{at: 0, expect: {{task: t1, status: pnding}}}}\n"), &["s.yaml:12:38", "pending"]);
    refused(&format!("{T1}- {{at: 0, expect: {{task: t1, queue: evryone}}}}\n"), &["s.yaml:12:37", "`Everyone`"]);
    refused("- {at: 0, expect: {worker: bob, channels: {voise: {available: true}}}}\n", &["s.yaml:11:44", "voice"]);
    refused("- {at: 0, expect: {events: [{type: task.create}]}}\n", &["s.yaml:11:36", "`task.created`"]);
    refused("- {at: 0, expect: {never: [{tsk: t1}]}}\n", &["s.yaml:11:29", "`task`"]);
    refused("- {at: 0, expect: {statistics: {task_created: 1}}}\n", &["s.yaml:11:33", "`tasks_created`"]);
    refused("- {at: 0, expect: {statistics: {tasks_created: {}}}}\n", &["compared with nothing"]);
    refused("- {at: 0, expect: {statistics: {service_level: {}, '>=': 1}}}\n", &["`within`"]);
    refused("- {at: 0, expect: {statistics: {tasks_created: {}, between: 3}}}\n", &["two numbers"]);
    refused("- {at: 0, expect: {statistics: {tasks_created: {queue: all}, '==': 0}}}\n", &["`tasks_entered`"]);
    refused("- {at: 0, expect: {tsk: t1}}\n", &["s.yaml:11:20", "`task`"]);
}

#[test]
fn the_file_around_the_steps_is_strict_too() {
    let errors = |text: &str| parse(text).map(|scenario| scenario.name).unwrap_err();
    assert!(errors("name: x\n").contains("the key `workspace` is missing"));
    assert!(errors("nme: x\nworkspace: {}\n").contains("s.yaml:1:1: error[unknown-key]: unknown key `nme`"));
    assert!(errors("version: 2\nworkspace: {}\n").contains("version 1"));
    assert!(errors("start: yesterday\nworkspace: {}\n").contains("s.yaml:1:8"));
    assert!(errors("- 1\n").contains("a mapping"));
    assert!(errors("workspace: {}\nworkspace: {}\n").contains("s.yaml:2:1"));
    assert!(errors("workspace: w.yaml\n").contains("no w.yaml"));
}

#[test]
fn a_failed_expectation_says_what_was_there() {
    let then = |expected: &str| format!("{T1}- {{at: 1, expect: {{{expected}}}}}\n");
    fails(&then("task: t1, status: pending"), "pending", "reserved");
    fails(&then("task: t1, reserved: []"), "[]", r#"["alice"]"#);
    fails(&then("task: t1, eligible: [bob]"), r#"["bob"]"#, r#"["alice","bob"]"#);
    fails(&then("task: t1, ranked: [alice, bob]"), r#"["alice","bob"]"#, r#"["bob","alice"]"#);
    fails(&then("task: t1, worker: alice"), "alice", "null");
    fails(&then("task: t1, filter: 1"), "1", "0");
    fails(&then("task: t1, filter: Some"), "Some", "Any");
    fails(&then("task: t1, exists: false"), "false", "true");
    fails(&then("worker: alice, activity: Offline"), "Offline", "Available");
    fails(&then("worker: alice, reservations: []"), "[]", r#"["t1"]"#);
    fails(&then("worker: alice, channels: {default: {assigned_tasks: 1}}"), "1", "0");
    fails(
        &then("never: [{type: reservation.created}]"),
        "no event reservation.created",
        "0s  reservation.created       t1  worker=alice queue=all",
    );
    fails(
        &then("events: [{type: reservation.created}, {type: task.created}]"),
        "an event task.created",
        "none after `0s  reservation.created       t1  worker=alice queue=all`",
    );
    fails(&then("statistics: {tasks_created: 2}"), "== 2", "1");
    fails(&then("statistics: {wait: {}, '<=': 1s}"), "<= 1s", "no task to tell it from");
}

#[test]
fn what_is_expected_and_holds_counts() {
    let outcome = outcome(&format!(
        "{T1}\
         - {{at: 1, expect: {{task: t1, status: reserved, queue: Everyone, priority: 7, workflow: only, filter: Any, target: 0}}}}\n\
         - {{at: 2, do: accept_reservation, task: t1, worker: alice}}\n\
         - {{at: 2, expect: {{task: t1, status: assigned, worker: alice, reserved: [], reason: null}}}}\n\
         - {{at: 2, do: create_task, task: t1, refused: task-exists}}\n\
         - {{at: 2, do: cancel_task, task: nobody, refused: unknown-task}}\n\
         - at: 2\n\
         \x20 expect:\n\
         \x20   statistics:\n\
         \x20     - {{wait: {{queue: all, of: max}}, between: [1, 2s]}}\n\
         \x20     - {{service_level: {{queue: all, within: 2s}}, '==': 1, confidence: 0.99}}\n\
         \x20     - {{tasks_created: {{'>=': 1, '<': 2}}, tasks_canceled: 0}}\n"
    ));
    assert!(outcome.passed(), "{:?}", outcome.failures);
    assert_eq!(outcome.report.expectations.passed, 6 + 4 + 2 + 4);
}

#[test]
fn what_must_always_hold_is_looked_at_whenever_something_has_happened() {
    let bob_comes = "- {at: 7, do: set_worker_activity, worker: bob, activity: Available}\n\
                     - {at: 7, do: set_worker_activity, worker: bob, activity: Offline}\n\
                     - {at: 9, do: set_worker_activity, worker: bob, activity: Available}\n";
    let away = "{worker: bob, available: false}";
    let lasting =
        |rest: &str| outcome(&format!("- {{at: 2, always: {away}{rest}}}\n{bob_comes}- {{at: 20, expect: {{}}}}\n"));
    // Nobody sees what is undone within the same instant.
    let failed = lasting("").report.expectations.failed;
    assert_eq!((failed.len(), failed[0].at.as_str(), failed[0].actual.as_str()), (1, "9s", "true"));
    assert_eq!(lasting(", until: 8").report.expectations.passed, 1);
    // A step's timer is no command, and is seen all the same.
    let failed =
        outcome(&format!("{T1}- {{at: 0, always: {{task: t1, reserved: [alice]}}}}\n- {{at: 40, expect: {{}}}}\n"));
    assert_eq!(failed.report.expectations.failed[0].at, "30s");
    refused("- {at: 0, always: {events: []}}\n", &["not-lasting", "under `expect`"]);
    refused("- {at: 0, until: 5, expect: {}, always: {}}\n", &["one of `do`, `expect` and `always`"]);
    refused("- {at: 0, always: {}, untill: 5}\n", &["did you mean `until`?"]);
}

#[test]
fn refusals_are_expectations() {
    fails("- {at: 0, do: create_task, task: t1, refused: task-exists}\n", "refused: task-exists", "the engine did it");
    let outcome = outcome(&format!("{T1}- {{at: 1, do: complete_task, task: t1}}\n"));
    let failed = &outcome.report.expectations.failed[0];
    assert_eq!((failed.at.as_str(), failed.line, failed.column), ("1s", 12, 3));
    assert_eq!(failed.what, "complete_task t1");
    assert!(failed.actual.starts_with("refused: task-not-taken (cannot complete task `t1`"), "{}", failed.actual);
}

#[test]
fn timers_fire_at_their_times_between_the_steps() {
    let outcome = outcome(&format!("{T1}- {{at: 100, expect: {{task: t1, status: canceled}}}}\n"));
    assert!(outcome.passed(), "{:?}", outcome.failures);
    let times: Vec<(Duration, &str)> = outcome.transcript.iter().map(|line| (line.at, line.kind)).collect();
    assert!(times.contains(&(Duration::from_secs(30), "reservation.timeout")), "{times:?}");
    assert!(times.contains(&(Duration::from_secs(60), "task.canceled")), "{times:?}");
}

#[test]
fn a_run_ends_with_its_last_step_or_as_told() {
    let scenario = scenario(&format!("{T1}- {{at: 10, do: cancel_task, task: t1}}\n"));
    let end = |until: Option<u64>| {
        let options = Options { until: until.map(Duration::from_secs), ..Options::default() };
        let report = run(&scenario, &options).unwrap().report;
        (report.end.clone(), report.tasks["t1"].status.clone(), report.tasks["t1"].exists)
    };
    assert_eq!(end(None), ("10s".to_owned(), "canceled".to_owned(), true));
    assert_eq!(end(Some(9)), ("9s".to_owned(), "reserved".to_owned(), true));
    assert_eq!(end(Some(400)), ("6m40s".to_owned(), "canceled".to_owned(), false), "gone, but remembered");
}

#[test]
fn steps_run_in_the_order_of_time() {
    let outcome = outcome(&format!("- {{at: 5, do: cancel_task, task: t1}}\n{T1}"));
    assert!(outcome.passed(), "{:?}", outcome.failures);
    assert_eq!(outcome.report.tasks["t1"].status, "canceled");
}

#[test]
fn what_steps_create_has_a_name() {
    let outcome = outcome(
        "- {at: 0, do: create_activity, name: Lunch, available: false}\n\
         - {at: 0, do: create_task_channel, name: fax}\n\
         - {at: 0, do: create_task_queue, name: few, target_workers: kind == 'x', max_reserved_workers: 2}\n\
         - {at: 0, do: create_workflow, name: other, configuration: {task_routing: {default_filter: {queue: few}}}}\n\
         - {at: 0, do: create_worker, worker: carol, activity: Available, attributes: {kind: x}, channels: {fax: {capacity: 2}}}\n\
         - {at: 1, do: create_task, task: t1, workflow: other, task_channel: fax}\n\
         - {at: 1, expect: {task: t1, status: reserved, queue: few, filter: default, reserved: [carol], task_channel: fax}}\n\
         - {at: 2, do: reject_reservation, task: t1, worker: carol, activity: Lunch}\n\
         - {at: 2, expect: {worker: carol, activity: Lunch}}\n\
         - {at: 3, do: update_workflow, workflow: other, re_evaluate_tasks: true, configuration: {task_routing: {default_filter: {queue: all}}}}\n\
         - {at: 3, expect: {task: t1, status: reserved, queue: all, reserved: [alice]}}\n\
         - {at: 4, do: delete_task, task: t1}\n\
         - {at: 4, expect: {task: t1, exists: false}}\n\
         - {at: 4, do: delete_worker, worker: carol}\n\
         - {at: 4, expect: {worker: carol, exists: false}}\n",
    );
    assert!(outcome.passed(), "{:?}", outcome.failures);
}

#[test]
fn a_transcript_reads_well_and_is_data_too() {
    let outcome =
        outcome(&format!("{T1}- {{at: 1500ms, do: reject_reservation, task: t1, worker: alice, activity: Offline}}\n"));
    let expected = "        0s  task.created              t1  priority=0 task_channel=default attributes={\"a\":1}
        0s  workflow.entered          t1  workflow=only
        0s  workflow.target-matched   t1  queue=all filter=0 target=0 priority=7
        0s  task-queue.entered        t1  queue=all
        0s  reservation.created       t1  worker=alice queue=all
   1s500ms  reservation.rejected      t1  worker=alice
   1s500ms  worker.activity.update    alice  activity=Offline previous_activity=Available
";
    assert_eq!(outcome.transcript_text(), expected);
    let lines = outcome.transcript_json_lines().unwrap();
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!((last["type"].as_str(), last["worker"].as_str()), (Some("worker.activity.update"), Some("alice")));
    assert_eq!(last["time_in_previous_activity"], "1s500ms");
    assert_eq!(last["at"], "1s500ms");
}

#[test]
fn replications_of_a_script_agree_whatever_the_seed() {
    let scenario = scenario(T1);
    let options = |seed| Options { seed: Some(seed), until: None };
    let many = replicate(&scenario, &options(1), 5, 3).unwrap();
    assert!(many.passed());
    assert_eq!(many.report.replications, 5);
    assert_eq!(many.report.digest, run(&scenario, &options(1)).unwrap().report.digest);
    let other = run(&scenario, &options(2)).unwrap();
    assert_eq!(many.transcript_text(), other.transcript_text());
    assert_ne!(many.report.digest, other.report.digest, "the ids of reservations come from the seed");
}

#[test]
fn a_recording_holds_every_command() {
    let outcome = outcome(&format!("{T1}- {{at: 2, do: create_task, task: t1, refused: task-exists}}\n"));
    let text = outcome.recording.to_json_lines().unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["format"], "pointsman-record");
    assert_eq!(lines[0]["workspace"]["workers"][0]["friendly_name"], "alice");
    assert_eq!(lines[1]["at"], 0);
    assert_eq!(lines[2]["at"], 2000);
    assert!(lines[2]["command"]["create_task"].is_object());
    assert_eq!(lines[3]["digest"].as_str(), Some(outcome.report.digest.as_str()));
}

#[test]
fn a_recording_runs_again_to_the_same_digest() {
    use pointsman::{Command, Engine, Timestamp, WorkspaceSpec};
    let outcome = outcome(&format!("{T1}- {{at: 40, do: set_worker_activity, worker: bob, activity: Available}}\n"));
    let text = outcome.recording.to_json_lines().unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let workspace: WorkspaceSpec = serde_json::from_value(lines[0]["workspace"].clone()).unwrap();
    let namespace = u128::from_str_radix(lines[0]["namespace"].as_str().unwrap(), 16).unwrap();
    let mut engine = Engine::new(workspace, namespace).unwrap();
    for line in &lines[1..lines.len() - 1] {
        let command: Command = serde_json::from_value(line["command"].clone()).unwrap();
        engine.handle(Timestamp::from_millis(line["at"].as_i64().unwrap()), command).unwrap();
        while engine.poll_event().is_some() {}
    }
    let end = &lines[lines.len() - 1];
    engine.handle_timeout(Timestamp::from_millis(end["end"].as_i64().unwrap()));
    while engine.poll_event().is_some() {}
    assert_eq!(Some(engine.digest().to_string().as_str()), end["digest"].as_str());
}

#[test]
fn figures_count_each_reservation_of_a_batch() {
    let outcome = outcome(
        "- {at: 0, do: update_task_queue, task_queue: all, max_reserved_workers: 2}\n\
         - {at: 0, do: set_worker_activity, worker: bob, activity: Available}\n\
         - {at: 0, do: create_task, task: t1}\n\
         - {at: 0, expect: {task: t1, reserved: [bob, alice]}}\n\
         - {at: 4, do: accept_reservation, task: t1, worker: bob}\n\
         - {at: 5, do: create_task, task: t2}\n\
         - {at: 6, do: cancel_task, task: t2, reason: never mind}\n\
         - {at: 6, do: delete_task, task: t1}\n",
    );
    assert!(outcome.passed(), "{:?}", outcome.failures);
    let statistics = &outcome.report.statistics.unwrap();
    let all = &statistics.task_queues["all"];
    assert_eq!(
        (all.counts.reservations_created, all.counts.reservations_accepted, all.counts.reservations_rescinded),
        (3, 1, 1)
    );
    assert_eq!(all.counts.reservations_canceled, 2, "one with its task canceled, one accepted with its task deleted");
    assert_eq!((all.wait_until_accepted.total, all.wait_until_canceled.total), (4_000, 1_000));
    assert_eq!(all.service_level(Duration::from_secs(4)), Some(0.5));
    assert_eq!(all.service_level(Duration::from_millis(3_999)), Some(0.0));
    assert_eq!(
        (all.counts.tasks_created, all.counts.tasks_entered, all.counts.tasks_canceled, all.counts.tasks_deleted),
        (0, 2, 1, 1)
    );
    assert_eq!(statistics.workspace.counts.tasks_created, 2);
    assert_eq!(outcome.report.tasks["t1"].worker.as_deref(), Some("bob"), "gone, but remembered");
}

#[test]
fn a_shorter_run_is_the_beginning_of_a_longer_one() {
    let steps = format!("{T1}- {{at: 33, do: set_worker_activity, worker: bob, activity: Available}}\n");
    let scenario = scenario(&steps);
    let lines = |until: u64| {
        let options = Options { until: Some(Duration::from_secs(until)), ..Options::default() };
        run(&scenario, &options).unwrap().transcript
    };
    let whole = lines(100);
    for until in [0, 29, 30, 31, 33, 62, 63, 64, 99] {
        let part = lines(until);
        assert_eq!(part, whole[..part.len()], "until {until} s");
        assert!(whole[part.len()..].iter().all(|line| line.at > Duration::from_secs(until)));
    }
}

#[test]
fn a_scenario_may_be_json() {
    let text =
        r#"{"name": "j", "workspace": {}, "steps": [{"at": "1m", "expect": {"statistics": {"tasks_created": 0}}}]}"#;
    let scenario = parse(text).unwrap_or_else(|errors| panic!("{errors}"));
    let outcome = run(&scenario, &Options::default()).unwrap();
    assert!(outcome.passed());
    assert_eq!((outcome.report.scenario.as_str(), outcome.report.end.as_str()), ("j", "1m"));
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// Pieces of scenarios, so that texts get past the first error.
    fn soup() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "at",
            "do",
            "expect",
            "task",
            "worker",
            "create_task",
            "t1",
            "alice",
            "0",
            "-1",
            "1h",
            ": ",
            ", ",
            "{",
            "}",
            "[",
            "]",
            "- ",
            "\n",
            "  ",
            "events",
            "never",
            "statistics",
            "wait",
            "'=='",
            "status",
            "pending",
            "refused",
            "null",
        ]);
        prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128 * effort()))]

        #[test]
        fn no_steps_panic(steps in soup()) {
            if let Ok(scenario) = parse(&format!("{WORKSPACE}{steps}")) {
                let options = Options { until: Some(Duration::from_secs(100)), ..Options::default() };
                prop_assert!(run(&scenario, &options).is_ok());
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = parse(&text);
        }
    }

    #[allow(clippy::disallowed_methods, reason = "the one place where tests read how hard to try")]
    fn effort() -> u32 {
        let effort = std::env::var("POINTSMAN_EFFORT").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a small positive range")]
        let cases = effort.clamp(1.0, 10_000.0) as u32;
        cases
    }
}

/// Spans as `PHASE LABEL FROM-TO`, in seconds.
fn drawn(spans: &[Span]) -> Vec<String> {
    let seconds = |time: Duration| time.as_secs();
    let text = |span: &Span| format!("{:?} {} {}-{}", span.phase, span.label, seconds(span.from), seconds(span.to));
    spans.iter().map(text).collect()
}

fn marks(lane: &TaskLane) -> Vec<String> {
    lane.marks.iter().map(|mark| format!("{} {} {}", mark.at.as_secs(), mark.worker, mark.status.name())).collect()
}

#[test]
fn the_timeline_follows_a_task_through_timeout_acceptance_and_wrapping() {
    let outcome = outcome(
        "
  - {at: 5, do: create_task, task: t1}
  - {at: 40, do: set_worker_activity, worker: bob, activity: Available}
  - {at: 42, do: accept_reservation, task: t1, worker: bob}
  - {at: 50, do: wrap_task, task: t1}
  - {at: 60, do: complete_task, task: t1}
  - {at: 61, do: create_task, task: t2}
  - {at: 62, do: delete_task, task: t2}
  - {at: 70, do: create_task, task: t3}
  - {at: 71, do: create_task, task: t4}
  - {at: 80, expect: {task: t3, status: reserved}}
",
    );
    let timeline = &outcome.timeline;
    assert_eq!(timeline.end, Duration::from_secs(80));
    let t1 = &timeline.tasks[0];
    assert_eq!(
        drawn(&t1.spans),
        ["Reserved alice 5-35", "Waiting all 35-40", "Reserved bob 40-42", "Assigned bob 42-50", "Wrapping bob 50-60"]
    );
    assert_eq!(marks(t1), ["35 alice timeout", "42 bob accepted"]);
    let times = (t1.first_reserved, t1.accepted, t1.ended, t1.wait());
    let seconds = |time| Some(Duration::from_secs(time));
    assert_eq!(times, (seconds(5), seconds(42), seconds(60), seconds(37)));
    assert_eq!(drawn(&timeline.tasks[1].spans), ["Reserved bob 61-62"]);
    assert_eq!((marks(&timeline.tasks[1]), timeline.tasks[1].ended), (vec!["62 bob canceled".to_owned()], seconds(62)));
    assert_eq!((timeline.tasks[2].ended, timeline.tasks[2].wait()), (None, None));
    let names: Vec<&str> = timeline.tasks.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["t1", "t2", "t3", "t4"]);
}

#[test]
fn the_timeline_shows_workers_activities_and_work_without_overlap() {
    let text = format!(
        "{WORKSPACE}{}",
        "
  - {at: 0, do: update_worker_channel, worker: alice, task_channel: default, capacity: 2}
  - {at: 1, do: create_task, task: t1}
  - {at: 2, do: accept_reservation, task: t1, worker: alice}
  - {at: 3, do: create_task, task: t2}
  - {at: 4, do: accept_reservation, task: t2, worker: alice}
  - {at: 6, do: complete_task, task: t1}
  - {at: 7, do: create_task, task: t3}
  - {at: 8, do: reject_reservation, task: t3, worker: alice}
  - {at: 9, do: set_worker_activity, worker: alice, activity: Unavailable}
  - {at: 9, do: create_worker, name: carol, activity: Offline}
  - {at: 10, do: delete_worker, worker: carol}
  - {at: 11, expect: {worker: alice, activity: Unavailable}}
"
    );
    let outcome = run(&parse(&text).unwrap(), &Options::default()).unwrap();
    let workers = &outcome.timeline.workers;
    let names: Vec<&str> = workers.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["alice", "bob", "carol"]);
    assert_eq!(outcome.failures, []);
    let alice = &workers[0];
    assert_eq!(alice.activities.len(), 2);
    assert_eq!((alice.activities[0].phase, alice.activities[1].phase), (Phase::Available, Phase::Unavailable));
    assert_eq!(drawn(&alice.work[0].spans), ["Reserved t1 1-2", "Assigned t1 2-6"]);
    assert_eq!(drawn(&alice.work[1].spans), ["Reserved t2 3-4", "Assigned t2 4-11"]);
    assert_eq!(drawn(&alice.work[2].spans), ["Reserved t3 7-8"]);
    assert_eq!(drawn(&alice.work[3].spans), ["Reserved t3 8-11"], "asked again at once");
    assert_eq!(alice.work.iter().map(|work| work.row).collect::<Vec<_>>(), [0, 1, 0, 0]);
    assert_eq!(drawn(&workers[2].activities), ["Unavailable Offline 9-10"]);
    assert!(workers[1].work.is_empty());
}

#[test]
fn what_goes_on_at_the_end_has_its_place_even_without_length() {
    let outcome = outcome(
        "
  - {at: 0, do: set_worker_activity, worker: bob, activity: Available}
  - {at: 0, do: update_worker_channel, worker: alice, task_channel: default, capacity: 2}
  - {at: 0, do: create_task, task: t1}
  - {at: 0, do: create_task, task: t2}
  - {at: 0, do: create_task, task: t3}
",
    );
    let timeline = &outcome.timeline;
    assert_eq!(drawn(&timeline.tasks[0].spans), ["Reserved alice 0-0"]);
    let rows = |lane: usize| timeline.workers[lane].work.iter().map(|work| work.row).collect::<Vec<_>>();
    assert_eq!((rows(0), rows(1)), (vec![0, 1], vec![0]));
}
