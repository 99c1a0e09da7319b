//! Control flow: one file per command family. Each command is checked against the state as it is, which may refuse
//! it; what is left cannot fail. Steps change tables, arm timers, emit events and mark what settling has to look at.

mod activities;
mod channels;
mod queues;
mod reservations;
mod route;
mod settle;
mod tasks;
mod timers;
mod workers;
mod workflows;
mod workspace;

pub(crate) use timers::next_due;
pub(crate) use workspace::found;

use std::sync::Arc;

use pointsman_expr::{Attributes, Value};

use crate::catalog::Catalog;
use crate::command::Command;
use crate::event::{EventKind, ReservationFacts, TaskFacts, WorkerFacts};
use crate::facts;
use crate::id::{ReservationId, TaskId, WorkerId};
use crate::matching::{Index, Judge};
use crate::outbox::Outbox;
use crate::reject::{Rejection, Versioned};
use crate::revision::Revision;
use crate::state::State;
use crate::state::reservations::Reservation;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::time::Timestamp;

/// A kind of event about a task.
type TaskEvent = fn(Arc<TaskFacts>) -> EventKind;

/// A kind of event about a reservation.
type ReservationEvent = fn(Arc<ReservationFacts>) -> EventKind;

/// What a step may touch, at one instant.
pub(crate) struct Step<'e> {
    pub(crate) now: Timestamp,
    pub(crate) namespace: u128,
    pub(crate) catalog: &'e mut Catalog,
    pub(crate) state: &'e mut State,
    pub(crate) index: &'e mut Index,
    pub(crate) out: &'e mut Outbox,
}

impl Step<'_> {
    /// Applies a command whole, or refuses it whole; then settles.
    pub(crate) fn apply(&mut self, command: Command) -> Result<(), Rejection> {
        if self.catalog.deleted {
            return Err(Rejection::WorkspaceDeleted);
        }
        match command {
            Command::UpdateWorkspace(command) => self.update_workspace(&command),
            Command::DeleteWorkspace(_) => self.delete_workspace(),
            Command::CreateActivity(spec) => self.create_activity(spec),
            Command::UpdateActivity(command) => self.update_activity(&command),
            Command::DeleteActivity(command) => self.delete_activity(&command),
            Command::CreateTaskChannel(spec) => self.create_task_channel(spec),
            Command::UpdateTaskChannel(command) => self.update_task_channel(&command),
            Command::DeleteTaskChannel(command) => self.delete_task_channel(&command),
            Command::CreateTaskQueue(spec) => self.create_task_queue(spec),
            Command::UpdateTaskQueue(command) => self.update_task_queue(command),
            Command::DeleteTaskQueue(command) => self.delete_task_queue(&command),
            Command::CreateWorkflow(spec) => self.create_workflow(&spec),
            Command::UpdateWorkflow(command) => self.update_workflow(command),
            Command::DeleteWorkflow(command) => self.delete_workflow(&command),
            Command::CreateWorker(spec) => self.create_worker(spec),
            Command::UpdateWorker(command) => self.update_worker(command),
            Command::SetWorkerActivity(command) => self.set_worker_activity(&command),
            Command::UpdateWorkerChannel(command) => self.update_worker_channel(&command),
            Command::DeleteWorker(command) => self.delete_worker(&command),
            Command::CreateTask(command) => self.create_task(command),
            Command::UpdateTask(command) => self.update_task(command),
            Command::CancelTask(command) => self.cancel_task(command),
            Command::WrapTask(command) => self.wrap_task(command),
            Command::CompleteTask(command) => self.complete_task(command),
            Command::DeleteTask(command) => self.delete_task(&command),
            Command::AcceptReservation(command) => self.accept_reservation(&command),
            Command::RejectReservation(command) => self.reject_reservation(&command),
            Command::HoldReservation(command) => self.hold_reservation(&command),
            Command::CancelReservation(command) => self.cancel_reservation(&command),
        }?;
        self.settle();
        Ok(())
    }

    fn emit(&mut self, kind: EventKind) {
        self.out.emit(self.now, kind);
    }

    fn judge(&self) -> Judge<'_> {
        Judge { catalog: self.catalog, state: self.state, now: self.now }
    }

    fn task(&self, id: TaskId) -> Result<(Seq, &Task), Rejection> {
        self.state.tasks.row(id).ok_or(Rejection::UnknownTask(id))
    }

    fn worker(&self, id: WorkerId) -> Result<(Seq, &Worker), Rejection> {
        self.state.workers.row(id).ok_or(Rejection::UnknownWorker(id))
    }

    fn reservation(&self, id: ReservationId) -> Result<(Seq, &Reservation), Rejection> {
        self.state.reservations.row(id).ok_or(Rejection::UnknownReservation(id))
    }

    /// Emits events about a task as it is now.
    fn emit_task<const N: usize>(&mut self, seq: Seq, kinds: [TaskEvent; N]) {
        if let Some((facts, (last, others))) = self.task_facts(seq).zip(kinds.split_last()) {
            others.iter().for_each(|kind| self.emit(kind(Arc::clone(&facts))));
            self.emit(last(facts));
        }
    }

    /// Emits one event about a task as it is now, which is the answer.
    fn tell_task(&mut self, seq: Seq, kind: TaskEvent) -> Option<Arc<TaskFacts>> {
        let facts = self.task_facts(seq)?;
        self.emit(kind(Arc::clone(&facts)));
        Some(facts)
    }

    fn task_facts(&mut self, seq: Seq) -> Option<Arc<TaskFacts>> {
        let task = self.state.tasks.at(seq)?;
        let known = self.judge().known_worker(task).map(|worker| worker.id);
        if task.knows(known) {
            return Some(Arc::clone(&task.told));
        }
        self.state.tasks.told(seq, known)
    }

    /// Emits an event about a worker as it is now.
    fn emit_worker(&mut self, id: WorkerId, kind: fn(Arc<WorkerFacts>) -> EventKind) {
        let facts = self.state.workers.get(id).map(|worker| facts::worker(self.catalog, worker));
        if let Some(facts) = facts {
            self.emit(kind(Arc::new(facts)));
        }
    }

    /// Emits an event about a reservation, its task and its worker as they are now.
    fn emit_reservation(&mut self, seq: Seq, kind: ReservationEvent) {
        let task = self.state.reservations.at(seq).map(|row| row.task_seq);
        let task = task.and_then(|task| self.task_facts(task));
        if let Some(task) = task {
            self.emit_reservation_of(task, seq, kind);
        }
    }

    /// The same, when the task has been told of.
    fn emit_reservation_of(&mut self, task: Arc<TaskFacts>, seq: Seq, kind: ReservationEvent) {
        let State { reservations, workers, .. } = &mut *self.state;
        let Some(row) = reservations.at(seq) else { return };
        if let Some(worker) = workers.told(row.worker_seq, |worker| facts::worker(self.catalog, worker)) {
            let facts = facts::reservation(row, task, worker);
            self.emit(kind(Arc::new(facts)));
        }
    }
}

/// The version a command is meant for is the one there is (semantics section 4.4).
fn is_version(of: Versioned, revision: Revision, expected: Option<u64>) -> Result<(), Rejection> {
    let found = revision.version;
    match expected {
        Some(expected) if expected != found => Err(Rejection::VersionMismatch { of, expected, found }),
        Some(_) | None => Ok(()),
    }
}

/// Attributes are an object that does not nest too deep.
fn attributes(value: Value) -> Result<Attributes, Rejection> {
    Attributes::try_from(value).map_err(Rejection::InvalidAttributes)
}
