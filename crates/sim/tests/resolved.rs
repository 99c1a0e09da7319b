//! The resolved file: it reads, resolving it again changes no byte, and it runs to the same digests and figures.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pointsman_config::SourceFile;
use pointsman_sim::experiment::{Experiment, Runs};
use pointsman_sim::{Options, Scenario, run};

#[test]
fn every_scenario_resolves_to_one_that_runs_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(folders) = fs::read_dir(root.join("sims")) else {
        eprintln!("skipped: the scenarios are not there, as in a package");
        return;
    };
    let folders = folders.map(|entry| entry.unwrap().path().join("scenario.yaml")).filter(|path| path.is_file());
    let examples = ["day.yaml", "spanish.yaml", "from-now.yaml", "nobody-gives-up.yaml"]
        .map(|name| root.join("docs/examples").join(name));
    let files: Vec<PathBuf> = folders.chain(examples).collect();
    assert!(files.len() > 12, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let scenario = read(&file, &text);
        let resolved = scenario.resolved(&on_disk).unwrap();
        let again = read(&file, &resolved);
        assert_eq!(again.resolved(&on_disk).unwrap(), resolved, "{}", file.display());
        assert_eq!(outcome(&again), outcome(&scenario), "{}:\n{resolved}", file.display());
    }
}

/// Everything that a run says, but for the place of what fails.
fn outcome(scenario: &Scenario) -> String {
    if !scenario.is_random() {
        let outcome = run(scenario, &Options::default()).unwrap();
        return format!("{}{}", serde_json::to_string(&outcome.report).unwrap(), outcome.transcript_text());
    }
    let stop = AtomicBool::new(false);
    let experiment = Experiment::new(scenario, None, &stop).unwrap();
    let ran = experiment.run(&Runs { replications: 0..1, jobs: 1 }, &stop, &()).unwrap();
    let results = experiment.results(&ran.rows, experiment.confidence());
    format!("{}\n{}", serde_json::to_string(&ran.rows).unwrap(), serde_json::to_string(&results).unwrap())
}

fn read(file: &Path, text: &str) -> Scenario {
    let (scenario, told) = Scenario::parse(&Arc::new(SourceFile::new(file.to_string_lossy(), text)), &on_disk);
    scenario.unwrap_or_else(|| panic!("{}: {told:?}\n{text}", file.display()))
}

fn on_disk(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| error.to_string())
}

#[test]
fn a_template_and_json_resolve_too() {
    let text = r#"{"workspace": {"template": "fifo"}, "steps": [{"at": 0, "do": "create_task", "task": "t"}]}"#;
    let scenario = read(Path::new("x.yaml"), text);
    let resolved = scenario.resolved(&on_disk).unwrap();
    let again = read(Path::new("x.yaml"), &resolved);
    assert_eq!((again.resolved(&on_disk).unwrap(), outcome(&again)), (resolved, outcome(&scenario)));
}

/// Steps that stand out of order, leave all they can to defaults, and are partly refused.
const COMMANDS: &str = r#"
workspace:
  multi_task_enabled: true
  workers: [{name: alice, activity: Available}]
  task_queues: [{name: all, target_workers: 1==1}]
  workflows: [{name: only, configuration: {task_routing: {default_filter: {queue: all}}}}]
steps:
  - {at: 5, do: update_task, task: t1, attributes: {kind: chat}}
  - {at: 0, do: create_task, task: t1}
  - {at: 1, do: create_worker, name: bob, channels: {voice: {capacity: 2}}}
  - {at: 2, do: create_task_queue, name: chats}
  - {at: 3, do: create_task, task: t2, priority: 4, task_channel: voice, timeout: 60}
  - {at: 4, do: set_worker_activity, worker: alice, activity: Offline}
  - {at: 6, do: create_activity, name: Lunch, available: false}
  - {at: 7, do: create_task, task: t3, attributes: null, refused: invalid-attributes}
  - {at: 8, do: delete_worker, worker: bob}
  - {at: 9, do: cancel_task, task: t9, refused: unknown-task}
  - {at: 10, do: create_task, task: t4, routing_target: {worker: alice}}
  - {at: 87000, expect: {task: t1, exists: false}}
"#;

const RESOLVED: &str = r#"  - {at: 5, do: update_task, task: t1, attributes: {kind: chat}, re_evaluate: true}
  - at: 0
    do: create_task
    task: t1
    task_channel: default
    timeout: 1d
    workflow: only
    attributes: {}
    priority: 0
  - at: 1
    do: create_worker
    name: bob
    channels:
      voice: {capacity: 2, available: true}
      sms: {capacity: 1, available: true}
      chat: {capacity: 1, available: true}
      video: {capacity: 1, available: true}
      default: {capacity: 1, available: true}
    friendly_name: bob
    activity: Offline
    attributes: {}
  - at: 2
    do: create_task_queue
    name: chats
    friendly_name: chats
    target_workers: 1==1
    max_reserved_workers: 1
    task_order: FIFO
  - at: 3
    do: create_task
    task: t2
    priority: 4
    task_channel: voice
    timeout: 60
    workflow: only
    attributes: {}
  - at: 4
    do: set_worker_activity
    worker: alice
    activity: Offline
    reject_pending_reservations: false
  - {at: 6, do: create_activity, name: Lunch, available: false, friendly_name: Lunch}
  - at: 7
    do: create_task
    task: t3
    attributes: null
    refused: invalid-attributes
    task_channel: default
    timeout: 1d
    workflow: only
    priority: 0
  - {at: 8, do: delete_worker, worker: bob, force: false}
  - {at: 9, do: cancel_task, task: t9, refused: unknown-task}
  - at: 10
    do: create_task
    task: t4
    routing_target: {worker: alice, ignore_capacity: true}
    task_channel: default
    timeout: 1d
    attributes: {}
    priority: 0
  - {at: 87000, expect: {task: t1, exists: false}}
"#;

#[test]
fn commands_say_what_they_leave_to_defaults() {
    let steps = |commands: &str| {
        let scenario = read(Path::new("x.yaml"), commands);
        let resolved = scenario.resolved(&on_disk).unwrap();
        let again = read(Path::new("x.yaml"), &resolved);
        assert_eq!(again.resolved(&on_disk).unwrap(), resolved);
        assert_eq!(outcome(&again), outcome(&scenario), "{resolved}");
        let (_, steps) = resolved.split_once("\nsteps:\n").unwrap();
        steps.to_owned()
    };
    assert_eq!(steps(COMMANDS), RESOLVED);
    // Where the only workflow is not the only one all the time it is not said.
    let second =
        "  - {at: 11, do: create_workflow, name: two, configuration: {task_routing: {default_filter: {queue: all}}}}\n";
    let told = steps(&format!("{COMMANDS}{second}"));
    assert!(!told.contains("workflow: only") && told.contains("task_reservation_timeout: 2m"), "{told}");
}

/// The page and the file say the same order.
#[test]
fn the_order_of_what_happens_at_once_is_that_of_the_page() {
    let Ok(page) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/simulation.md")) else {
        eprintln!("skipped: the guides are not there, as in a package");
        return;
    };
    let text = "workspace: {}\n";
    let resolved = read(Path::new("x.yaml"), text).resolved(&on_disk).unwrap();
    let numbered = |text: &str, before: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(before));
        lines.filter(|line| line.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned).collect()
    };
    let told = numbered(&resolved, "#   ");
    assert_eq!((told.len(), told), (11, numbered(&page, "")));
}
