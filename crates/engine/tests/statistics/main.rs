//! Statistics as stories: commands at instants, and figures worked out by hand (semantics section 10, Q51, Q52).

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod activities;
mod keeping;
mod real_time;
mod tasks;

use std::time::Duration;

use pointsman::statistics::{Counts, Cumulative, Scope, Settings, Spread, Statistics, Window};
use pointsman::{
    Command, Engine, FilterSpec, TargetSpec, TaskQueueSpec, Timestamp, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    WorkspaceSpec,
};

/// An engine whose events are counted.
struct World {
    engine: Engine,
    statistics: Statistics,
}

impl World {
    fn new(spec: WorkspaceSpec) -> Self {
        Self::with(spec, Settings::default())
    }

    fn with(spec: WorkspaceSpec, settings: Settings) -> Self {
        let engine = Engine::new(spec, 7).expect("the spec is sound");
        let statistics = Statistics::with_settings(&engine, settings).expect("the settings are in range");
        Self { engine, statistics }
    }

    /// The [`office`] with available workers.
    fn of(workers: &[&str]) -> Self {
        let worker = |spec: WorkspaceSpec, name: &&str| spec.worker(WorkerSpec::new(name).activity("Available"));
        Self::new(workers.iter().fold(office(), worker))
    }

    fn at(&mut self, seconds: i64, command: impl Into<Command>) {
        self.at_millis(seconds * 1_000, command);
    }

    fn at_millis(&mut self, millis: i64, command: impl Into<Command>) {
        self.engine.handle(Timestamp::from_millis(millis), command).expect("the command is legal");
        self.count();
    }

    fn until(&mut self, seconds: i64) {
        self.engine.handle_timeout(instant(seconds));
        self.count();
    }

    fn count(&mut self) {
        while let Some(event) = self.engine.poll_event() {
            self.statistics.observe(&event);
        }
    }

    /// The figures of a scope from one minute to another.
    fn between(&self, minutes: (i64, i64), scope: Scope) -> Cumulative {
        self.statistics.cumulative(scope, None, window(minutes)).expect("the window is kept")
    }

    fn counts(&self, minutes: (i64, i64), scope: Scope) -> Counts {
        self.between(minutes, scope).counts
    }
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn window((start, end): (i64, i64)) -> Window {
    Window::new(instant(start * 60), instant(end * 60)).expect("the window is sound")
}

fn queue(name: &str) -> Scope {
    Scope::TaskQueue(name.into())
}

fn worker(name: &str) -> Scope {
    Scope::Worker(name.into())
}

fn workflow() -> Scope {
    Scope::Workflow("in".into())
}

/// Count, shortest, average, longest and total, in milliseconds.
fn spread(spread: Spread) -> [u128; 5] {
    let [min, average, max, total] = [spread.min(), spread.average(), spread.max(), spread.total()];
    [u128::from(spread.count()), min.as_millis(), average.as_millis(), max.as_millis(), total.as_millis()]
}

/// `sales` for a minute, then `support`; `pair`s; all else to `support`. Reservations last 20 s.
fn office() -> WorkspaceSpec {
    let sales = TargetSpec::to("sales").timeout(Duration::from_secs(60));
    let filters = WorkflowConfiguration::new()
        .filter(FilterSpec::new("kind == 'sales'").target(sales).target(TargetSpec::to("support")))
        .filter(FilterSpec::new("kind == 'pair'").target(TargetSpec::to("pair")))
        .filter(FilterSpec::new("kind == 'short'").target(TargetSpec::to("nobody").timeout(Duration::from_secs(30))))
        .default_filter(TargetSpec::to("support"));
    WorkspaceSpec::new("Office")
        .task_queue(TaskQueueSpec::new("sales", "skill == 'sales'"))
        .task_queue(TaskQueueSpec::new("support", "1==1"))
        .task_queue(TaskQueueSpec::new("pair", "1==1").max_reserved_workers(2))
        .task_queue(TaskQueueSpec::new("nobody", ""))
        .workflow(WorkflowSpec::new("in", filters).task_reservation_timeout(Duration::from_secs(20)))
}
