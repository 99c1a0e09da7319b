//! The reference model: the routing rules read from the papers a second time, with plain vectors and linear scans.
//!
//! It owns the order of one call: timers, then the command, then settling. It shares no code with the engine beyond
//! the boundary types, keeps no index and remembers nothing that it can look up again.

mod catalog;
mod check;
mod configuration;
mod eval;
mod explain;
mod facts;
mod order;
mod reservations;
mod rows;
mod scope;
mod settle;
mod start;
mod tasks;
mod timers;
mod workers;

use std::sync::Arc;

use pointsman::{
    ActivityId, ActivitySpec, Command, Event, EventKind, Limits, Rejection, ReservationView, TaskChannelSpec, TaskId,
    TaskOrder, TaskQueueId, TaskView, TimeoutBasis, Timestamp, WorkerId, WorkerView, WorkspaceSpec,
};

use rows::{Queue, Reservation, Rows, Task, Worker, Workflow};

/// The naive reading of the routing rules: same inputs, same events, same refusals as the engine's.
///
/// The calls are the engine's own: [`new`](Self::new), then [`handle`](Self::handle) and
/// [`handle_timeout`](Self::handle_timeout) in any order, [`take_events`](Self::take_events) after each.
///
/// ```
/// use pointsman::{CreateTask, Timestamp, WorkspaceSpec};
/// use pointsman_testkit::Model;
///
/// let mut model = Model::new(&WorkspaceSpec::new("Empty"), 0).unwrap();
/// let refused = model.handle(Timestamp::EPOCH, &CreateTask::new("t1").into());
/// assert_eq!(refused.unwrap_err().code(), "workflow-required");
/// assert!(model.take_events().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Model {
    namespace: u128,
    clock: Timestamp,
    deleted: bool,
    name: Arc<str>,
    multi_task_enabled: bool,
    prioritize_queue_order: TaskOrder,
    default_activity: ActivityId,
    timeout_activity: ActivityId,
    timeout_basis: TimeoutBasis,
    limits: Limits,
    activities: Rows<ActivitySpec>,
    channels: Rows<TaskChannelSpec>,
    queues: Rows<Queue>,
    workflows: Rows<Workflow>,
    workers: Rows<Worker>,
    tasks: Rows<Task>,
    reservations: Rows<Reservation>,
    /// What was deleted, with its last name.
    departed: Vec<(String, Arc<str>)>,
    /// Reservations ever made; the next one's id is minted from the number after it.
    made: u64,
    sequence: u64,
    events: Vec<Event>,
}

impl Model {
    /// A model of this workspace; it emits nothing yet.
    ///
    /// # Errors
    /// The reason why the workspace cannot be, as the engine gives it.
    pub fn new(spec: &WorkspaceSpec, namespace: u128) -> Result<Self, Rejection> {
        start::build(spec, namespace)
    }

    /// Fires what is due, then applies the command, then settles.
    ///
    /// # Errors
    /// Why the command is refused; it then changed nothing.
    pub fn handle(&mut self, now: Timestamp, command: &Command) -> Result<(), Rejection> {
        if now < self.clock {
            return Err(Rejection::TimeWentBackwards { now, clock: self.clock });
        }
        self.run_timers(now);
        if self.deleted {
            return Err(Rejection::WorkspaceDeleted);
        }
        self.apply(command)?;
        if !self.deleted {
            self.settle();
        }
        Ok(())
    }

    /// Fires what is due; an instant that has passed does nothing.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if now >= self.clock {
            self.run_timers(now);
        }
    }

    /// The events since the last call, oldest first.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The greatest instant seen.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The earliest timer, found by looking at everything.
    pub fn next_timer(&self) -> Option<Timestamp> {
        self.earliest_timer().map(|(due, _)| due)
    }

    /// One task.
    pub fn task(&self, id: TaskId) -> Option<TaskView> {
        self.tasks.find(id).map(|task| self.task_view(task))
    }

    /// Every task, in creation order.
    pub fn tasks(&self) -> impl Iterator<Item = TaskView> + '_ {
        self.tasks.iter().map(|task| self.task_view(task))
    }

    /// One worker.
    pub fn worker(&self, id: WorkerId) -> Option<WorkerView> {
        self.workers.find(id).map(|worker| self.worker_view(worker))
    }

    /// Every worker, in creation order.
    pub fn workers(&self) -> impl Iterator<Item = WorkerView> + '_ {
        self.workers.iter().map(|worker| self.worker_view(worker))
    }

    /// The workers a task's step admits, whatever their activity and load, in creation order.
    pub fn eligible(&self, task: TaskId) -> Vec<WorkerId> {
        self.tasks.find(task).map(|task| self.eligible_workers(task)).unwrap_or_default()
    }

    /// The same workers in the order in which they would be chosen.
    pub fn ranked(&self, task: TaskId) -> Vec<WorkerId> {
        self.tasks.find(task).map(|task| self.rank(task, self.eligible_workers(task))).unwrap_or_default()
    }

    /// The workers whom a queue's expression matches, in creation order.
    pub fn members(&self, queue: TaskQueueId) -> Vec<WorkerId> {
        let known = self.queues.find(queue).is_some();
        self.workers.which(|worker| known && self.is_member(queue, worker))
    }

    /// Every reservation that its task has not taken with it, in creation order.
    pub fn reservations(&self) -> impl Iterator<Item = ReservationView> + '_ {
        self.reservations.iter().map(|row| self.reservation_view(row))
    }

    fn emit(&mut self, kind: EventKind) {
        self.sequence += 1;
        self.events.push(Event { sequence: self.sequence, at: self.clock, kind });
    }

    fn apply(&mut self, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::UpdateWorkspace(command) => self.update_workspace(command),
            Command::DeleteWorkspace(_) => self.delete_workspace(),
            Command::CreateActivity(spec) => self.create_activity(spec),
            Command::UpdateActivity(command) => self.update_activity(command),
            Command::DeleteActivity(command) => self.delete_activity(command),
            Command::CreateTaskChannel(spec) => self.create_task_channel(spec),
            Command::UpdateTaskChannel(command) => self.update_task_channel(command),
            Command::DeleteTaskChannel(command) => self.delete_task_channel(command),
            Command::CreateTaskQueue(spec) => self.create_task_queue(spec),
            Command::UpdateTaskQueue(command) => self.update_task_queue(command),
            Command::DeleteTaskQueue(command) => self.delete_task_queue(command),
            Command::CreateWorkflow(spec) => self.create_workflow(spec),
            Command::UpdateWorkflow(command) => self.update_workflow(command),
            Command::DeleteWorkflow(command) => self.delete_workflow(command),
            Command::CreateWorker(spec) => self.create_worker(spec),
            Command::UpdateWorker(command) => self.update_worker(command),
            Command::SetWorkerActivity(command) => self.set_worker_activity(command),
            Command::UpdateWorkerChannel(command) => self.update_worker_channel(command),
            Command::DeleteWorker(command) => self.delete_worker(command),
            Command::CreateTask(command) => self.create_task(command),
            Command::UpdateTask(command) => self.update_task(command),
            Command::CancelTask(command) => self.cancel_task(command),
            Command::WrapTask(command) => self.wrap_task(command),
            Command::CompleteTask(command) => self.complete_task(command),
            Command::DeleteTask(command) => self.delete_task(command),
            Command::AcceptReservation(command) => self.accept_reservation(command),
            Command::RejectReservation(command) => self.reject_reservation(command),
            Command::HoldReservation(command) => self.hold_reservation(command),
            Command::CancelReservation(command) => self.cancel_reservation(command),
        }
    }
}
