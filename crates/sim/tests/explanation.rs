//! What is told of the scenarios of `sims/`: waits are the sums of their causes, and what is said to help helps, as a
//! step that anybody can write.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pointsman::{TaskId, WorkerId};
use pointsman_config::{EntityKind, NoFiles, SourceFile};
use pointsman_sim::history::Happened;
use pointsman_sim::{Options, Recording, Scenario, Situation, run};

/// The scenarios of the repository; none in a package.
fn scenarios() -> Vec<(PathBuf, Scenario)> {
    let sims = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims");
    if !sims.is_dir() {
        eprintln!("skipped: {} is not there, as in a package", sims.display());
        return Vec::new();
    }
    let read = |folder: PathBuf| {
        let path = folder.join("scenario.yaml");
        let file = Arc::new(SourceFile::new(path.to_string_lossy(), fs::read_to_string(&path).unwrap()));
        let files = |path: &str| fs::read_to_string(path).map_err(|error| error.to_string());
        (folder, Scenario::parse(&file, &files).0.unwrap())
    };
    let scenarios: Vec<_> = support::folders(&sims).into_iter().map(read).collect();
    assert!(scenarios.len() >= 10, "the folders of sims/ are not where this test looks for them");
    scenarios
}

/// How a scenario stands some time after its start, with the histories of all its tasks.
fn situation(scenario: &Scenario, after: Duration) -> Situation {
    let recording = Recording::of_steps(scenario);
    Situation::of(&recording, scenario.names().clone(), scenario.start + after, tasks(scenario)).unwrap()
}

fn tasks(scenario: &Scenario) -> Vec<TaskId> {
    let names = scenario.names();
    names.all(EntityKind::Task).filter_map(|name| names.id(name)).collect()
}

#[test]
fn every_wait_in_every_scenario_is_the_sum_of_its_causes() {
    let (mut waits, mut causes) = (0, BTreeMap::new());
    for (folder, scenario) in scenarios() {
        let outcome = run(&scenario, &Options::default()).unwrap();
        let end = outcome.timeline.end;
        let situation = situation(&scenario, end);
        let histories = situation.histories.as_ref().unwrap();
        assert_eq!(histories.tasks.len(), outcome.timeline.tasks.len(), "{}", folder.display());
        for lane in &outcome.timeline.tasks {
            let history = &histories.tasks[&scenario.names().id(&lane.name).unwrap()];
            let expected = lane.wait().unwrap_or(end - lane.created);
            let whose = format!("{} of {}", lane.name, folder.display());
            assert_eq!(history.waited, expected, "{whose}");
            assert_eq!(history.wait.values().sum::<Duration>(), expected, "{whose}: {:?}", history.wait);
            waits += 1;
            causes.extend(history.wait.keys().map(|cause| (cause.code(), ())));
        }
    }
    assert!(waits == 0 || (waits > 50 && causes.len() >= 5), "{waits} waits, {causes:?}");
}

#[test]
fn what_helps_is_a_step_that_gives_the_very_command() {
    let (mut changes, mut kinds) = (0, BTreeMap::new());
    for (folder, scenario) in scenarios() {
        let end = run(&scenario, &Options::default()).unwrap().timeline.end;
        for quarter in 0..4 {
            let situation = situation(&scenario, end * quarter / 4);
            for task in tasks(&scenario) {
                for worker in situation.engine.workers().map(|view| view.facts.worker).collect::<Vec<_>>() {
                    let read = steps_read(&situation, task, worker, &folder);
                    changes += read.len();
                    kinds.extend(read.into_iter().map(|kind| (kind, ())));
                }
            }
        }
    }
    assert!(changes == 0 || (changes > 100 && kinds.len() >= 3), "{changes} changes, {kinds:?}");
}

/// Reads the steps that are said to help a pair. The kinds of changes.
fn steps_read(situation: &Situation, task: TaskId, worker: WorkerId, folder: &Path) -> Vec<String> {
    let explained = situation.explain(task, Some(worker));
    let told = explained.and_then(|explained| explained.workers.into_values().next()?.unblock);
    let advice = situation.engine.unblock(task, worker).map(|advice| advice.changes).unwrap_or_default();
    let told = told.map(|told| told.changes).unwrap_or_default();
    assert_eq!(told.len(), advice.len());
    for (told, advised) in told.iter().zip(&advice).filter(|(told, _)| told.step.is_some()) {
        let file = Arc::new(SourceFile::new("step", told.step.clone().unwrap()));
        let read = situation.clone().propose(&file, &NoFiles);
        let read = read.unwrap_or_else(|wrong| panic!("{}: {}", folder.display(), wrong[0]));
        assert_eq!(read.command, advised.command, "{}: {told:?}", folder.display());
    }
    told.into_iter().map(|change| change.kind).collect()
}

#[test]
fn what_is_said_to_happen_next_happens() {
    for (folder, scenario) in scenarios() {
        let last = Recording::of_steps(&scenario).end_at().since(scenario.start);
        let now = situation(&scenario, last);
        // A day later every time to live is up, and nobody has done anything.
        let later = situation(&scenario, last + Duration::from_hours(25));
        for task in tasks(&scenario) {
            let Some(explained) = now.explain(task, None).filter(|explained| !explained.next.is_empty()) else {
                continue;
            };
            let history = &later.histories.as_ref().unwrap().tasks[&task].entries;
            let already = explained.history.unwrap().len();
            assert_eq!(explained.next, history[already..], "{}: {}", folder.display(), explained.task);
        }
    }
}

const CHANGED: &str = "
workspace:
  task_queues: [{name: one}, {name: two}]
  workflows:
    - name: in
      configuration: {task_routing: {filters: [{filter_friendly_name: Old, expression: 1==1, targets: [{queue: one}]}]}}
  workers: [{name: ann, activity: Available, channels: {default: {capacity: 0}}}]
steps:
  - {at: 0, do: create_task, task: t}
  - {at: 1, do: update_task, task: t, attributes: {x: 1}, priority: 7}
  - at: 2
    do: update_workflow
    workflow: in
    re_evaluate_tasks: true
    configuration:
      task_routing: {filters: [{filter_friendly_name: New, expression: 1==1, targets: [{queue: two}]}]}
  - {at: 3, do: update_worker_channel, worker: ann, task_channel: default, capacity: 1}
  - {at: 4, do: accept_reservation, task: t, worker: ann}
  - {at: 5, do: wrap_task, task: t}
  - {at: 6, do: complete_task, task: t, reason: done}
";

#[test]
fn a_history_names_filters_by_the_configuration_that_was_followed() {
    let file = Arc::new(SourceFile::new("changed.yaml", CHANGED));
    let scenario = Scenario::parse(&file, &NoFiles).0.unwrap();
    let situation = situation(&scenario, Duration::from_secs(10));
    let history = &situation.histories.as_ref().unwrap().tasks[&TaskId::from("t")];
    let told: Vec<String> = history.entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    let expected = [
        r#"{"at":"0s","what":"created","workflow":"in","priority":0}"#,
        r#"{"at":"0s","what":"entered-step","filter":0,"filter_name":"Old","target":0,"queue":"one","priority":0}"#,
        r#"{"at":"1s","what":"updated","changed":["attributes","priority"]}"#,
        r#"{"at":"2s","what":"workflow-updated","re_evaluate_tasks":true}"#,
        r#"{"at":"2s","what":"left-step","filter":0,"filter_name":"Old","target":0,"by":"reread"}"#,
        r#"{"at":"2s","what":"entered-step","filter":0,"filter_name":"New","target":0,"queue":"two","priority":7}"#,
        r#"{"at":"3s","what":"asked","worker":"ann"}"#,
        r#"{"at":"4s","what":"answered","worker":"ann","answer":"accepted"}"#,
        r#"{"at":"5s","what":"turned","status":"wrapping"}"#,
        r#"{"at":"6s","what":"turned","status":"completed","reason":"done"}"#,
    ];
    assert_eq!(told, expected);
    assert!(!history.entries.iter().any(|entry| matches!(entry.what, Happened::LeftWorkflow { .. })));
    assert_eq!(history.taken, Some(("ann".to_owned(), Duration::from_secs(4))));
    assert_eq!((history.waited, history.ended), (Duration::from_secs(4), Some(Duration::from_secs(6))));
}
