//! One task explained against 7,500 workers: as many as TaskRouter lets be available in a workspace.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail loudly, and documents itself by its names")]

use std::cell::LazyCell;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman::{
    CreateTask, Engine, FilterSpec, TargetSpec, TaskId, TaskQueueSpec, Timestamp, WorkerChannelSpec, WorkerSpec,
    WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use serde_json::json;

const WORKERS: usize = 7_500;
const LANGUAGES: [&str; 5] = ["en", "es", "fr", "de", "it"];

/// Workers with one skill of five; a queue for a language nobody speaks, one for everybody.
fn engine(capacity: u32) -> Engine {
    let nobody = FilterSpec::new("language == 'no'").target(TargetSpec::to("nobody"));
    let stepped = TargetSpec::to("everybody").expression("worker.level >= task.level AND worker.team == 'none'");
    let filters = WorkflowConfiguration::new()
        .filter(nobody)
        .filter(FilterSpec::new("level > 0").target(stepped))
        .default_filter(TargetSpec::to("everybody"));
    let mut workspace = WorkspaceSpec::new("bench")
        .task_queue(TaskQueueSpec::new("nobody", "languages HAS 'no' AND level > 2"))
        .task_queue(TaskQueueSpec::new("everybody", "1==1"))
        .workflow(WorkflowSpec::new("in", filters));
    for number in 0..WORKERS {
        let attributes = json!({"languages": [LANGUAGES[number % 5]], "level": number % 10, "team": "a", "site": "x"});
        let worker = WorkerSpec::new(&format!("w{number}")).attributes(attributes);
        let worker = worker.channel("default", WorkerChannelSpec::new(capacity));
        workspace = workspace.worker(if number % 8 == 0 { worker } else { worker.activity("Available") });
    }
    Engine::new(workspace, 0).unwrap()
}

fn create(engine: &mut Engine, name: &str, attributes: serde_json::Value) {
    engine.handle(Timestamp::EPOCH, CreateTask::new(name).attributes(attributes)).unwrap();
}

/// An engine and the task to be explained.
type State = (Engine, TaskId);
type Make = fn() -> State;

fn nobody_is_in_the_queue() -> State {
    let mut engine = engine(1);
    create(&mut engine, "out", json!({"language": "no"}));
    (engine, "out".into())
}

fn nobody_fulfils_the_step() -> State {
    let mut engine = engine(1);
    create(&mut engine, "step", json!({"level": 5}));
    (engine, "step".into())
}

/// And a thousand tasks are ahead.
fn nobody_has_a_hand_free() -> State {
    let mut engine = engine(0);
    for number in 0..1_000 {
        create(&mut engine, &format!("t{number}"), json!({}));
    }
    create(&mut engine, "last", json!({}));
    (engine, "last".into())
}

const STATES: [(&str, Make); 3] = [
    ("not_in_queue", nobody_is_in_the_queue),
    ("step_false", nobody_fulfils_the_step),
    ("busy", nobody_has_a_hand_free),
];

fn explaining(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explain_7500");
    group.sample_size(30);
    for (name, state) in STATES {
        let state = LazyCell::new(state);
        group.bench_function(name, |bencher| {
            let (engine, task) = &*state;
            assert_eq!(engine.explain(*task).unwrap().workers.len(), WORKERS);
            bencher.iter(|| engine.explain(black_box(*task)));
        });
    }
    group.finish();
}

criterion_group!(benches, explaining);
criterion_main!(benches);
