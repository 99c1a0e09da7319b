//! The seeds of the fuzz target `snapshot`: each is refused, or restored and then keeps every invariant for a while.

use std::fs;
use std::path::Path;

use pointsman::{Engine, Snapshot};

use crate::reborn;

#[test]
fn every_seed_is_refused_or_lives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/snapshot");
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

/// Small, so that a fuzzer gets far with them.
#[test]
#[ignore = "writes the seeds"]
fn write() {
    use pointsman::{
        AcceptReservation, ActivitySpec, CreateTask, DeleteWorkspace, FilterSpec, RoutingTarget, TargetSpec,
        TaskChannelSpec, TaskQueueSpec, Timestamp, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/snapshot");
    fs::create_dir_all(&folder).unwrap();
    let now = Timestamp::EPOCH;
    let target = TargetSpec::to("q").timeout(std::time::Duration::from_secs(5)).expression("task.a == worker.b");
    let filter = FilterSpec::new("a == 1").target(target).target(TargetSpec::new().order_by("worker.b"));
    let spec = WorkspaceSpec::new("w")
        .activity(ActivitySpec::new("Offline", true))
        .task_channel(TaskChannelSpec::new("default"))
        .task_queue(TaskQueueSpec::new("q", "b > 0"))
        .workflow(WorkflowSpec::new("f", WorkflowConfiguration::new().filter(filter)));
    let write = |name: &str, engine: &Engine| {
        fs::write(folder.join(name), serde_json::to_vec(&engine.snapshot()).unwrap()).unwrap();
    };
    let mut engine = Engine::new(spec, 0).unwrap();
    write("empty.json", &engine);
    engine.handle(now, CreateTask::new("t").attributes(serde_json::json!({"a": 1}))).unwrap();
    while engine.poll_event().is_some() {}
    write("waiting.json", &engine);
    engine.handle(now, WorkerSpec::new("v").attributes(serde_json::json!({"b": 1}))).unwrap();
    while engine.poll_event().is_some() {}
    write("reserved.json", &engine);
    engine.handle(now, AcceptReservation::new(("t", "v"))).unwrap();
    engine.handle(now, CreateTask::new("d").routing_target(RoutingTarget::worker("v"))).unwrap();
    while engine.poll_event().is_some_and(|event| event.sequence < 9) {}
    write("assigned.json", &engine);
    engine.handle(now, DeleteWorkspace::new()).unwrap();
    while engine.poll_event().is_some() {}
    write("deleted.json", &engine);
    let text = serde_json::to_string(&engine.snapshot()).unwrap();
    fs::write(folder.join("cut-off.json"), &text[..text.len() / 3]).unwrap();
    fs::write(folder.join("version-2.json"), text.replacen("\"version\":1", "\"version\":2", 1)).unwrap();
    fs::write(folder.join("contradiction.json"), text.replacen("\"target\":0", "\"target\":7", 1)).unwrap();
}
