//! What a run did is played again by the simulator, from a text, with the same events.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::cell::Cell;
use std::sync::Arc;

use pointsman::{Command, Engine, Event, TaskStatus, Timestamp, WorkspaceSpec};
use pointsman_config::{NoFiles, SourceFile, has_errors};
use pointsman_sim::{Options, Outcome, Scenario, run};
use pointsman_testkit::scenario;
use proptest::strategy::Strategy;
use support::{Script, drained, staged, stories};

/// Plays a scenario file: everything in it must be readable.
fn play(text: &str) -> Result<Outcome, String> {
    let file = Arc::new(SourceFile::new("run.yaml", text));
    let (scenario, diagnostics) = Scenario::parse(&file, &NoFiles);
    let told: Vec<_> = diagnostics.iter().map(ToString::to_string).collect();
    if has_errors(&diagnostics) {
        return Err(format!("{}\n{text}", told.join("\n")));
    }
    let scenario = scenario.ok_or("a scenario without errors is there")?;
    let outcome = run(&scenario, &Options::default()).map_err(|refused| refused.to_string())?;
    let failures: Vec<_> = outcome.failures.iter().map(ToString::to_string).collect();
    if failures.is_empty() { Ok(outcome) } else { Err(format!("{}\n{text}", failures.join("\n"))) }
}

#[test]
fn a_run_written_as_a_scenario_is_the_same_run() {
    let (steps, events) = (Cell::new(0), Cell::new(0));
    support::runs(200).check(stories(60), |(spec, ops)| {
        let (engine, script) = staged(&spec, &ops)?;
        let text = scenario(&spec, &script);
        let outcome = play(&text)?;
        let (digest, expected) = played(engine, &script);
        let transcript: Vec<_> = outcome.transcript.iter().map(|line| (line.kind, line.at)).collect();
        let expected: Vec<_> = expected.iter().map(|event| (event.kind.name(), event.at.since(spec.start))).collect();
        support::same("events", &expected, &transcript).map_err(|why| format!("{why}\n{text}"))?;
        support::same("digests", &digest, &outcome.report.digest).map_err(|why| format!("{why}\n{text}"))?;
        steps.set(steps.get() + text.matches(" do: ").count());
        events.set(events.get() + expected.len());
        Ok(())
    });
    assert!(steps.get() > 0 && events.get() > steps.get() / 2, "the scenarios do too little");
}

/// The digest in the end and every event.
fn played(mut engine: Engine, script: &Script) -> (String, Vec<Event>) {
    let mut events = Vec::new();
    for (now, command) in script {
        match command.clone() {
            // A refusal is part of the run.
            Some(command) => drop(engine.handle(*now, command)),
            None => engine.handle_timeout(*now),
        }
        events.extend(drained(&mut engine));
    }
    (engine.digest().to_string(), events)
}

#[test]
fn a_wrong_belief_shrinks_to_a_short_scenario() {
    let never_done = |driver: &pointsman_testkit::Driver| {
        let done = driver.engine().tasks().find(|task| task.facts.status == TaskStatus::Completed);
        done.map_or(Ok(()), |task| Err(format!("{} is done", task.facts)))
    };
    let failure = pointsman_testkit::Runs { cases: 1_000, seed: 0 }.falsify(stories(80), never_done).unwrap();
    let steps: Vec<_> = failure.scenario.lines().filter(|line| line.contains("do: ")).collect();
    let verbs = ["create_task", "accept_reservation", "complete_task"];
    assert!(verbs.iter().all(|verb| steps.iter().any(|step| step.contains(verb))), "{failure}");
    assert!(steps.len() <= 4, "{} steps are more than it takes\n{failure}", steps.len());
    let outcome = play(&failure.scenario).unwrap();
    assert!(outcome.transcript.iter().any(|line| line.kind == "task.completed"), "{failure}");
    assert!(failure.to_string().contains("run again with `Runs { cases: 1, seed:"), "{failure}");
}

#[test]
fn a_panic_shrinks_as_well() {
    let stories = stories(30).prop_map(|(spec, ops)| (spec, ops));
    let failure = pointsman_testkit::Runs { cases: 200, seed: 0 }.falsify(stories, |driver| {
        assert!(driver.events().len() < 3, "too much happens");
        Ok(())
    });
    let failure = failure.unwrap();
    assert!(failure.reason.contains("too much happens"), "{failure}");
    assert!(play(&failure.scenario).unwrap().transcript.len() >= 3, "{failure}");
}

#[test]
fn what_the_format_cannot_say_is_a_comment() {
    let script: [(Timestamp, Option<Command>); 3] = [
        (Timestamp::from_millis(5_000), None),
        (Timestamp::EPOCH, Some(pointsman::DeleteTask::new("t1").into())),
        (Timestamp::from_millis(6_000), Some(pointsman::TaskChannelSpec::new("1st").into())),
    ];
    let text = scenario(&WorkspaceSpec::new("Empty"), &script);
    let steps = text.split_once("steps:\n").unwrap().1;
    let expected = "  # at 0s: delete_task is refused: time-went-backwards
  # at 6s: create_task_channel is refused: invalid-unique-name
  - {at: 6s, expect: {never: []}}  # time passes
";
    assert_eq!(steps, expected);
    assert_eq!(play(&text).unwrap().transcript, []);
}
