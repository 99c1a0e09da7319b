//! One task explained against 7,500 workers: as many as TaskRouter lets be available in a workspace.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail loudly, and documents itself by its names")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman::{
    AcceptReservation, CreateTask, Engine, FilterSpec, TargetSpec, TaskId, TaskQueueSpec, Timestamp, WorkerSpec,
    WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use serde_json::json;

const WORKERS: usize = 7_500;
const LANGUAGES: [&str; 5] = ["en", "es", "fr", "de", "it"];

/// Workers with one skill of five; a queue for a language nobody speaks, one for everybody.
fn engine() -> Engine {
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
        workspace = workspace.worker(if number % 8 == 0 { worker } else { worker.activity("Available") });
    }
    Engine::new(workspace, 0).unwrap()
}

fn create(engine: &mut Engine, name: &str, attributes: serde_json::Value) {
    engine.handle(Timestamp::EPOCH, CreateTask::new(name).attributes(attributes)).unwrap();
}

/// Nobody is in the queue; nobody fulfils the step; everybody is busy, with a thousand tasks ahead.
fn states() -> [(&'static str, Engine, TaskId); 3] {
    let mut out = engine();
    create(&mut out, "out", json!({"language": "no"}));
    let mut step = engine();
    create(&mut step, "step", json!({"level": 5}));
    let mut busy = engine();
    for number in 0..WORKERS + 1_000 {
        create(&mut busy, &format!("t{number}"), json!({}));
    }
    let reserved: Vec<_> = busy.tasks().filter(|task| !task.reserved.is_empty()).collect();
    for task in reserved {
        busy.handle(Timestamp::EPOCH, AcceptReservation::new((task.facts.task, task.reserved[0]))).unwrap();
    }
    create(&mut busy, "last", json!({}));
    [("not_in_queue", out, "out".into()), ("step_false", step, "step".into()), ("busy", busy, "last".into())]
}

fn explaining(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explain_7500");
    group.sample_size(30);
    for (name, engine, task) in states() {
        assert_eq!(engine.explain(task).unwrap().workers.len(), WORKERS);
        group.bench_function(name, |bencher| bencher.iter(|| engine.explain(black_box(task))));
    }
    group.finish();
}

criterion_group!(benches, explaining);
criterion_main!(benches);
