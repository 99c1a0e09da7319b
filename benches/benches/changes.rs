//! What happens beside the life of tasks, at a steady load and through the public API: workers come, go and change
//! (`churn`), a task looks for a worker (`idle_pick`) and a worker for a task (`task_pick`), timers are set, stopped and
//! fire (`timers`).

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail loudly")]

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use pointsman::{
    CancelTask, Command, CreateTask, Engine, SetWorkerActivity, TaskId, Timestamp, UpdateWorker, UpdateWorkerChannel,
    Value, WorkerId,
};
use pointsman_benches::route::{Dice, L, Loop, M, Regime, S, Shape, Size, workspace};
use serde_json::json;

fn loaded(size: Size, regime: Regime) -> Engine {
    let engine = Engine::new(workspace(size, Shape::Friendly), 0).unwrap();
    Loop::new(engine, size, Shape::Friendly, regime).into_router()
}

fn give(engine: &mut Engine, command: impl Into<Command>) {
    engine.handle(engine.clock(), command).unwrap();
    while engine.poll_event().is_some() {}
}

fn worker(number: u64) -> WorkerId {
    WorkerId::named(&format!("w{number}"))
}

fn grouped<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    group
}

/// A worker leaves and comes back; a worker gets other attributes.
fn churn(criterion: &mut Criterion) {
    let mut group = grouped(criterion, "churn");
    for size in [S, M, L] {
        let mut engine = loaded(size, Regime::Backlog);
        let mut dice = Dice(3);
        let workers: Vec<_> = (0..size.workers).map(worker).collect();
        group.bench_function(format!("{}/away and back", size.name), |bencher| {
            bencher.iter(|| {
                let worker = workers[dice.below(size.workers) as usize];
                give(&mut engine, SetWorkerActivity::new(worker, "Offline"));
                give(&mut engine, SetWorkerActivity::new(worker, "Available"));
            });
        });
        let skilled = |skill: u64| -> Value {
            json!({"skills": [format!("s{skill}"), "s1"], "level": skill % 5, "site": "x"}).into()
        };
        let attributes: Vec<Value> = (0..size.queues).map(skilled).collect();
        group.bench_function(format!("{}/other attributes", size.name), |bencher| {
            bencher.iter(|| {
                let worker = workers[dice.below(size.workers) as usize];
                let attributes = attributes[dice.below(size.queues) as usize].clone();
                give(&mut engine, UpdateWorker::new(worker).attributes(attributes));
            });
        });
    }
    group.finish();
}

/// A task comes, is offered to the worker who has been idle longest, and is withdrawn.
fn idle_pick(criterion: &mut Criterion) {
    let mut group = grouped(criterion, "idle_pick");
    for size in [S, M, L] {
        let mut engine = loaded(size, Regime::Idle);
        let attributes: Value = json!({"topic": "t1", "level": 0}).into();
        let mut made = 0;
        group.bench_function(size.name, |bencher| {
            bencher.iter(|| {
                made += 1;
                let id = TaskId::new(made | 1 << 101);
                give(&mut engine, CreateTask::new(id).workflow("f0").attributes(attributes.clone()));
                give(&mut engine, CancelTask::new(id));
            });
        });
    }
    group.finish();
}

/// A worker who is full gets room for one more, is offered the best task it may take, and refuses it by leaving.
fn task_pick(criterion: &mut Criterion) {
    let mut group = grouped(criterion, "task_pick");
    for size in [S, M, L] {
        let mut engine = loaded(size, Regime::Backlog);
        let mut dice = Dice(5);
        let workers: Vec<_> = (0..size.workers).map(worker).collect();
        group.bench_function(size.name, |bencher| {
            bencher.iter(|| {
                let worker = workers[dice.below(size.workers) as usize];
                give(&mut engine, UpdateWorkerChannel::new(worker, "chat").capacity(4));
                let away = SetWorkerActivity::new(worker, "Offline").reject_pending_reservations(true);
                give(&mut engine, away);
                give(&mut engine, UpdateWorkerChannel::new(worker, "chat").capacity(3));
                give(&mut engine, SetWorkerActivity::new(worker, "Available"));
            });
        });
    }
    group.finish();
}

/// So many tasks wait, each with a time to live of its own and a step that ends: one is created, which sets two timers,
/// and one canceled, which stops them; and one at a time runs out.
fn timers(criterion: &mut Criterion) {
    let mut group = grouped(criterion, "timers");
    let nobody = Size { workers: 0, ..S };
    for open in [1_000, 10_000, 100_000] {
        let mut dice = Dice(9);
        let mut task = |number: u128| {
            let lives = Duration::from_secs(100_000 + dice.below(100_000));
            let task = CreateTask::new(TaskId::new(number)).workflow("f0").timeout(lives);
            task.attributes(json!({"topic": "t2"}))
        };
        let mut engine = Engine::new(workspace(nobody, Shape::Friendly), 0).unwrap();
        (0..open).for_each(|number| give(&mut engine, task(number)));
        let mut made = open;
        group.bench_function(format!("{open}/set and stopped"), |bencher| {
            bencher.iter(|| {
                give(&mut engine, task(made));
                give(&mut engine, CancelTask::new(TaskId::new(made - open)));
                made += 1;
            });
        });
        group.bench_function(format!("{open}/set and fired"), |bencher| {
            bencher.iter(|| {
                give(&mut engine, task(made).timeout(Duration::from_millis(1)));
                made += 1;
                engine.handle_timeout(Timestamp::from_millis(engine.clock().as_millis() + 1));
                while engine.poll_event().is_some() {}
            });
        });
    }
    group.finish();
}

criterion_group!(benches, churn, idle_pick, task_pick, timers);
criterion_main!(benches);
