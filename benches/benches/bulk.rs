//! What happens to many at once, what a row takes up, and the longest single command: one run, printed as a table.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_types,
    missing_docs,
    reason = "a bench may fail loudly and read the clock"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use pointsman::{
    Command, CreateTask, Engine, Event, FilterSpec, SetWorkerActivity, Snapshot, TargetSpec, TaskId, TaskQueueSpec,
    Timestamp, UpdateTaskQueue, UpdateWorker, UpdateWorkflow, Value, WorkerId, WorkerSpec, WorkflowConfiguration,
};
use pointsman_benches::bytes;
use pointsman_benches::route::{L, Loop, M, Regime, Router, Shape, Size, XL, workspace};
use serde_json::json;

/// An engine that notes how long each command took, and what it was.
struct Watched {
    engine: Engine,
    took: Vec<(Duration, &'static str)>,
}

impl Router for Watched {
    fn handle(&mut self, now: Timestamp, command: Command, events: &mut Vec<Event>) {
        let name = command.name();
        let start = Instant::now();
        self.engine.handle(now, command).unwrap();
        self.took.push((start.elapsed(), name));
        events.extend(std::iter::from_fn(|| self.engine.poll_event()));
    }
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    println!("{what:70}{:>12.1?}", start.elapsed());
    made
}

fn give(engine: &mut Engine, command: impl Into<Command>) {
    engine.handle(engine.clock(), command).unwrap();
    while engine.poll_event().is_some() {}
}

/// Every worker leaves and comes back; a queue, an attribute and a workflow change while tasks wait.
fn changes(size: Size) {
    let engine = timed("load the workspace", || Engine::new(workspace(size, Shape::Friendly), 0).unwrap());
    let state = timed("fill it until tasks wait", || Loop::new(engine, size, Shape::Friendly, Regime::Backlog));
    let mut engine = state.into_router();
    println!("{} tasks, {} workers", engine.tasks().count(), size.workers);
    let worker = |number: u64| WorkerId::named(&format!("w{number}"));
    for (what, activity) in [("all workers leave, one by one", "Offline"), ("all come back", "Available")] {
        timed(what, || (0..size.workers).for_each(|n| give(&mut engine, SetWorkerActivity::new(worker(n), activity))));
    }
    let skills = json!({"skills": ["s1", "s2", "s3"], "level": 9, "team": "other"});
    timed("a worker's attributes change", || give(&mut engine, UpdateWorker::new(worker(7)).attributes(skills)));
    let text = "skills HAS 's3' OR level >= 4";
    timed("a queue's expression changes", || give(&mut engine, UpdateTaskQueue::new("q3").target_workers(text)));
    timed("a workflow is read anew by its tasks", || {
        give(&mut engine, UpdateWorkflow::new("f0").re_evaluate_tasks(true));
    });
    let nobody = UpdateTaskQueue::new("q3").target_workers("");
    timed("a queue loses all its workers", || give(&mut engine, nobody));
    timed("a queue is added", || give(&mut engine, TaskQueueSpec::new("more", "level == 3 AND team == 'team2'")));
}

/// A snapshot of many waiting tasks, written, read and restored.
fn snapshots(tasks: usize) {
    let size = Size { backlog: tasks, ..M };
    let engine = Engine::new(workspace(size, Shape::Friendly), 0).unwrap();
    let state = Loop::new(engine, size, Shape::Friendly, Regime::Backlog);
    let engine = state.router();
    println!("{} tasks", engine.tasks().count());
    let snapshot = timed("take a snapshot", || engine.snapshot());
    let text = timed("write it as JSON", || serde_json::to_vec(&snapshot).unwrap());
    println!("{} MB", text.len() / 1_000_000);
    let read: Snapshot = timed("read it", || serde_json::from_slice(&text).unwrap());
    let restored = timed("restore the engine", || Engine::restore(read).unwrap());
    assert_eq!(restored.digest(), engine.digest(), "nothing is lost");
}

/// All tasks wait in one workflow, which gets another configuration.
fn swap(tasks: u64) {
    let mut engine = Engine::new(workspace(Size { workers: 0, ..M }, Shape::Friendly), 0).unwrap();
    let topics: Vec<Value> = (0..8).map(|topic| json!({"topic": format!("t{topic}"), "level": topic}).into()).collect();
    for number in 0..tasks {
        let attributes = topics[(number % 8) as usize].clone();
        give(&mut engine, CreateTask::new(TaskId::new(number.into())).workflow("f0").attributes(attributes));
    }
    let filter =
        |level: u64| FilterSpec::new(format!("level == {level}")).target(TargetSpec::to(&*format!("q{level}")));
    let other = (0..8).rev().map(filter).fold(WorkflowConfiguration::new(), WorkflowConfiguration::filter);
    let update = UpdateWorkflow::new("f0").configuration(other).re_evaluate_tasks(true);
    timed(&format!("a workflow of {tasks} waiting tasks is exchanged"), || give(&mut engine, update));
    assert_eq!(engine.tasks().filter(|task| task.facts.step.is_some()).count() as u64, tasks, "all wait on");
}

/// Bytes of an id.
const ID: i64 = size_of::<TaskId>() as i64;

fn told(what: &str, bytes: i64, of_ids: i64) {
    println!("{:70}{bytes:>12}", format!("{what}, ids and names included"));
    println!("{:70}{:>12}", format!("{what}, without them"), bytes - of_ids);
}

/// Bytes of a waiting task and of a worker, their attributes apart: all, and what is left without ids and names.
fn memory() {
    const MANY: usize = 100_000;
    let mut engine = Engine::new(workspace(Size { workers: 0, ..M }, Shape::Friendly), 0).unwrap();
    let attributes: Value = json!({"topic": "t7", "level": 2}).into();
    let ((), taken) = bytes(|| {
        for number in 0..MANY {
            let task = CreateTask::new(TaskId::new(number as u128)).attributes(attributes.clone());
            give(&mut engine, task.workflow("f0").priority((number % 7) as u32));
        }
    });
    // In the row its own and those of its workflow, queue and channel; its own once more in the map of ids.
    told("bytes of a waiting task", taken / MANY as i64, 5 * ID);
    let attributes = json!({"skills": ["s1", "s20", "s30"], "level": 2});
    let attributes: Value = attributes.into();
    let ((), taken) = bytes(|| {
        for number in 0..MANY {
            let worker = WorkerSpec::new(&format!("w{number}")).attributes(attributes.clone());
            give(&mut engine, worker.activity("Available"));
        }
    });
    // Its own and that of its activity; of three queues and three channels; its own in the map; and what it is called:
    // the name, the name as it is compared, and the SID.
    told("bytes of a worker in three queues", taken / MANY as i64, 9 * ID + 6 + 6 + 34);
    black_box(engine);
}

/// How long each command of a long run takes: the shortest of several such runs, so that pauses of the machine are not
/// among them.
fn longest(size: Size, runs: usize) {
    let mut took = commands(size);
    for _ in 1..runs {
        let again = commands(size);
        assert_eq!(took.len(), again.len(), "every run is the same");
        took.iter_mut().zip(again).for_each(|(took, again)| *took = (*took).min(again));
    }
    let mut sorted = took.clone();
    sorted.sort_unstable();
    for (what, at) in [("median", 0.5), ("99 %", 0.99), ("99.99 %", 0.999_9)] {
        let index = ((sorted.len() - 1) as f64 * at) as usize;
        println!("{:70}{:>12.1?}", format!("command, {what} of {}", sorted.len()), sorted[index].0);
    }
    for (time, name) in sorted.iter().rev().take(5) {
        let nth = took.iter().position(|command| command == &(*time, *name)).unwrap_or_default();
        println!("{:70}{time:>12.1?}", format!("among the longest, {name}, number {nth}"));
    }
}

fn commands(size: Size) -> Vec<(Duration, &'static str)> {
    let engine = Engine::new(workspace(size, Shape::Friendly), 0).unwrap();
    let mut state = Loop::new(Watched { engine, took: Vec::new() }, size, Shape::Friendly, Regime::Backlog);
    state.decide(20_000);
    state.into_router().took
}

fn main() {
    // `cargo test` runs benches too, and is content with less.
    let quick = !std::env::args().any(|given| given == "--bench");
    let small = Size { workers: 50, queues: 16, backlog: 100, groups: 10, ..M };
    for size in if quick { vec![small] } else { vec![L, XL] } {
        println!("-- {}", size.name);
        changes(size);
    }
    println!("-- snapshot");
    snapshots(if quick { 100 } else { 500_000 });
    println!("-- swap");
    swap(if quick { 100 } else { 1_000_000 });
    if !quick {
        println!("-- memory");
        memory();
    }
    println!("-- single commands at {}", if quick { "a small size" } else { "L" });
    longest(if quick { small } else { L }, if quick { 1 } else { 5 });
}
