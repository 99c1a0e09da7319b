//! The engine's rules as stories: commands at instants, and exactly the events that follow.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod changes;
mod direct;
mod explain;
mod matching;
mod refusals;
mod reservations;
mod tasks;
mod versions;
mod workflows;
mod workspace;

use std::time::Duration;

use pointsman::{
    Command, Engine, Event, FilterSpec, Rejection, Subject, TargetSpec, TaskFacts, TaskId, TaskQueueSpec, TaskStatus,
    Timestamp, WorkerFacts, WorkerId, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};

const TASKS: [&str; 5] = ["t1", "t2", "t3", "t4", "t5"];

/// An engine, a clock in seconds, and the habit to check every invariant after every step.
struct World {
    engine: Engine,
}

impl World {
    fn new(spec: WorkspaceSpec) -> Self {
        Self { engine: Engine::new(spec, 7).expect("the spec is sound") }
    }

    /// A queue `all` for everybody, a workflow into it with a reservation timeout of 20 s, available workers.
    fn of(workers: &[&str]) -> Self {
        Self::new(with_workers(office(FilterSpec::new("1==1").target(TargetSpec::to("all"))), workers))
    }

    /// Applies a command that must be accepted; the answer is what followed, timers before it included.
    fn at(&mut self, seconds: i64, command: impl Into<Command>) -> Vec<String> {
        self.engine.handle(instant(seconds), command).expect("the command is legal");
        self.drain()
    }

    /// Lets time pass.
    fn until(&mut self, seconds: i64) -> Vec<String> {
        self.engine.handle_timeout(instant(seconds));
        self.drain()
    }

    /// Applies a command that must be refused; the state stays what time alone would have made it.
    fn refused(&mut self, seconds: i64, command: impl Into<Command>) -> Rejection {
        let mut untouched = self.engine.clone();
        untouched.handle_timeout(instant(seconds));
        let rejection = self.engine.handle(instant(seconds), command).expect_err("the command is illegal");
        assert_eq!(self.engine.digest(), untouched.digest(), "a refused command changes nothing");
        self.drain();
        rejection
    }

    fn drain(&mut self) -> Vec<String> {
        self.engine.check();
        std::iter::from_fn(|| self.engine.poll_event()).map(|event| line(&event)).collect()
    }

    fn status(&self, task: &str) -> Option<TaskStatus> {
        self.engine.task(task.into()).map(|view| view.facts.status)
    }

    fn activity(&self, worker: &str) -> String {
        self.engine.worker(worker.into()).expect("the worker exists").facts.activity_name.to_string()
    }

    fn reserved(&self, task: &str) -> Vec<String> {
        let view = self.engine.task(task.into()).expect("the task exists");
        view.reserved.iter().map(|id| self.name(*id)).collect()
    }

    fn ranked(&self, task: &str) -> Vec<String> {
        self.engine.ranked(task.into()).into_iter().map(|id| self.name(id)).collect()
    }

    fn name(&self, id: WorkerId) -> String {
        self.engine.worker(id).expect("the worker exists").facts.friendly_name.to_string()
    }
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A workspace with the queue `all` and the workflow `in` that holds this filter.
fn office(filter: FilterSpec) -> WorkspaceSpec {
    office_with(WorkflowConfiguration::new().filter(filter))
}

fn office_with(configuration: WorkflowConfiguration) -> WorkspaceSpec {
    WorkspaceSpec::new("Office")
        .task_queue(TaskQueueSpec::new("all", "1==1"))
        .task_queue(TaskQueueSpec::new("other", "1==1"))
        .workflow(WorkflowSpec::new("in", configuration).task_reservation_timeout(seconds(20)))
}

fn with_workers(spec: WorkspaceSpec, names: &[&str]) -> WorkspaceSpec {
    names.iter().fold(spec, |spec, name| spec.worker(WorkerSpec::new(name).activity("Available")))
}

/// `reservation.created t1 alice`: the kind and the subjects by name.
fn line(event: &Event) -> String {
    let subject = match event.kind.subject() {
        Subject::Task(facts) => task(facts),
        Subject::Reservation(facts) => format!("{} {}", task(&facts.task), worker(&facts.worker)),
        Subject::Worker(facts) => worker(facts),
        Subject::WorkerActivity(facts) => format!("{} {}", worker(&facts.worker), facts.worker.activity_name),
        Subject::WorkerChannel(facts) => format!("{} {}", worker(&facts.worker), facts.unique_name),
        Subject::Activity(facts) => facts.friendly_name.to_string(),
        Subject::TaskChannel(facts) => facts.unique_name.to_string(),
        Subject::TaskQueue(facts) => facts.friendly_name.to_string(),
        Subject::Workflow(facts) => facts.friendly_name.to_string(),
        Subject::Workspace(facts) => facts.friendly_name.to_string(),
    };
    format!("{} {subject}", event.kind.name())
}

fn task(facts: &TaskFacts) -> String {
    let name = TASKS.iter().find(|name| TaskId::named(name) == facts.task);
    name.map_or_else(|| facts.task.to_string(), ToString::to_string)
}

fn worker(facts: &WorkerFacts) -> String {
    facts.friendly_name.to_string()
}
