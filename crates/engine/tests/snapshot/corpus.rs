//! The seeds of the fuzz target `snapshot`: each is refused, or restored and then keeps every invariant for a while.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pointsman::{
    AcceptReservation, ActivitySpec, CreateTask, DeleteWorkspace, Engine, FilterSpec, RoutingTarget, Snapshot,
    TargetSpec, TaskChannelSpec, TaskQueueSpec, Timestamp, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    WorkspaceSpec,
};

use crate::{kept, reborn, text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/snapshot")
}

#[test]
fn every_seed_is_refused_or_lives() {
    let folder = folder();
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there, as in a package", folder.display());
        return;
    }
    let (mut refused, mut restored) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let snapshot = serde_json::from_slice::<Snapshot>(&bytes).ok();
        match snapshot.and_then(|snapshot| Engine::restore(snapshot).ok()) {
            Some(engine) => {
                live(engine);
                restored += 1;
            }
            None => refused += 1,
        }
    }
    assert!(restored >= 3 && refused >= 2, "the seeds show both sides: {restored} restored, {refused} refused");
}

fn live(mut engine: Engine) {
    for _ in 0..8 {
        engine = reborn(&engine);
        let Some(due) = engine.poll_timeout() else { return };
        engine.handle_timeout(due);
    }
    engine.check();
}

#[test]
fn the_seeds_are_of_the_newest_version() {
    let folder = folder();
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there, as in a package", folder.display());
        return;
    }
    for (name, bytes) in seeds() {
        kept(&folder.join(name), &bytes, "the format has changed");
    }
}

/// Small, so that a fuzzer gets far with them.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let now = Timestamp::EPOCH;
    let target = TargetSpec::to("q").timeout(Duration::from_secs(5)).expression("task.a == worker.b");
    let filter = FilterSpec::new("a == 1").target(target).target(TargetSpec::new().order_by("worker.b"));
    let spec = WorkspaceSpec::new("w")
        .activity(ActivitySpec::new("Offline", true))
        .task_channel(TaskChannelSpec::new("default"))
        .task_queue(TaskQueueSpec::new("q", "b > 0"))
        .workflow(WorkflowSpec::new("f", WorkflowConfiguration::new().filter(filter)));
    let mut seeds = Vec::new();
    let mut engine = Engine::new(spec, 0).unwrap();
    seeds.push(("empty.json", text(&engine)));
    engine.handle(now, CreateTask::new("t").attributes(serde_json::json!({"a": 1}))).unwrap();
    while engine.poll_event().is_some() {}
    seeds.push(("waiting.json", text(&engine)));
    engine.handle(now, WorkerSpec::new("v").attributes(serde_json::json!({"b": 1}))).unwrap();
    while engine.poll_event().is_some() {}
    seeds.push(("reserved.json", text(&engine)));
    engine.handle(now, AcceptReservation::new(("t", "v"))).unwrap();
    engine.handle(now, CreateTask::new("d").routing_target(RoutingTarget::worker("v"))).unwrap();
    while engine.poll_event().is_some_and(|event| event.sequence < 9) {}
    seeds.push(("assigned.json", text(&engine)));
    engine.handle(now, DeleteWorkspace::new()).unwrap();
    while engine.poll_event().is_some() {}
    let whole = text(&engine);
    seeds.push(("cut-off.json", whole[..whole.len() / 3].to_owned()));
    seeds.push(("version-2.json", whole.replacen("\"version\":1", "\"version\":2", 1)));
    seeds.push(("contradiction.json", whole.replacen("\"target\":0", "\"target\":7", 1)));
    seeds.push(("deleted.json", whole));
    seeds.into_iter().map(|(name, text)| (name, text.into_bytes())).collect()
}
