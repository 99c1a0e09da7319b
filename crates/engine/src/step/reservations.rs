//! Commands about reservations, and how a reservation ends (semantics section 5).

use std::sync::Arc;

use super::{ReservationEvent, Step, is_version};
use crate::command::{AcceptReservation, CancelReservation, HoldReservation, RejectReservation, ReservationRef};
use crate::event::{EventKind, TaskFacts};
use crate::id::{ActivityId, ReservationId, TaskId, TaskQueueId, WorkerId};
use crate::limits::ASSIGNED_AT_MOST;
use crate::reject::{Rejection, Versioned};
use crate::state::reservations::Reservation;
use crate::state::table::Seq;
use crate::state::tasks::{Mark, Revisit, TaskState};
use crate::state::timers::TimerKind;
use crate::status::{ReservationStatus, TaskStatus};

const TOO_MANY_ASSIGNMENTS: &str = "Task TTL Exceeded or Max assignment count exceeded";

/// Where a worker goes when a reservation ends without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// To this activity.
    To(ActivityId),
    /// Where it was before, if the reservation moved it and it is still there (rule R23).
    Back,
    /// Nowhere.
    Nowhere,
}

impl Step<'_> {
    pub(super) fn accept_reservation(&mut self, command: &AcceptReservation) -> Result<(), Rejection> {
        let seq = self.pending(command.reservation, command.if_version)?;
        let Ok(row) = self.reservation_at(seq) else { return Ok(()) };
        let (id, task, worker, queue) = (row.id, row.task_seq, row.worker_seq, row.queue);
        let siblings: Vec<Seq> = self.open_reservations(task).filter(|other| *other != seq).collect();
        let (now, until) = (self.now, self.now + ASSIGNED_AT_MOST);
        self.state.tasks.modify(task, |task| {
            task.turn(TaskState::Taken { by: id, wrapping: false, until }, now);
            task.revisit = Revisit::Nothing;
        });
        self.state.arm(TimerKind::AssignedLimit, task, until);
        self.advance(seq, ReservationStatus::Accepted);
        self.emit_reservation(seq, EventKind::ReservationAccepted);
        self.move_to_assignment_activity(worker, queue);
        for sibling in siblings {
            self.end_reservation(sibling, ReservationStatus::Rescinded, Goes::Back);
        }
        Ok(())
    }

    /// Single-tasking: a worker who accepts goes to the queue's assignment activity (rule R23).
    fn move_to_assignment_activity(&mut self, worker: Seq, queue: Option<TaskQueueId>) {
        if self.catalog.multi_task {
            return;
        }
        let queue = queue.and_then(|queue| self.catalog.queues.get(queue));
        if let Some(activity) = queue.and_then(|queue| queue.assignment_activity) {
            self.set_activity(worker, activity);
        }
    }

    pub(super) fn reject_reservation(&mut self, command: &RejectReservation) -> Result<(), Rejection> {
        let seq = self.resolve(command.reservation)?;
        let activity = command.activity.map(|id| self.activity(id).map(|row| row.id)).transpose()?;
        self.is_pending(seq, command.if_version)?;
        self.fail(seq, ReservationStatus::Rejected, activity.map_or(Goes::Back, Goes::To));
        Ok(())
    }

    pub(super) fn cancel_reservation(&mut self, command: &CancelReservation) -> Result<(), Rejection> {
        let seq = self.pending(command.reservation, command.if_version)?;
        self.fail(seq, ReservationStatus::Canceled, Goes::Back);
        Ok(())
    }

    pub(super) fn hold_reservation(&mut self, command: &HoldReservation) -> Result<(), Rejection> {
        let seq = self.pending(command.reservation, command.if_version)?;
        let row = self.reservation_at(seq)?;
        if row.expires_at.is_none() {
            return Err(Rejection::ReservationHeld { reservation: row.id });
        }
        self.state.reservations.hold(seq, self.now);
        Ok(())
    }

    /// Ends a pending reservation without success; its task may return to pending.
    pub(super) fn fail(&mut self, seq: Seq, status: ReservationStatus, goes: Goes) {
        let task = self.state.reservations.at(seq).map(|row| row.task_seq);
        self.end_reservation(seq, status, goes);
        if let Some(task) = task {
            self.return_if_unreserved(task);
        }
    }

    /// Ends an open reservation without success: frees the capacity, tells, moves the worker.
    pub(super) fn end_reservation(&mut self, seq: Seq, status: ReservationStatus, goes: Goes) {
        let kind: ReservationEvent = match status {
            ReservationStatus::Rejected => EventKind::ReservationRejected,
            ReservationStatus::Timeout => EventKind::ReservationTimedOut,
            ReservationStatus::Rescinded => EventKind::ReservationRescinded,
            ReservationStatus::Canceled => EventKind::ReservationCanceled,
            ReservationStatus::Pending
            | ReservationStatus::Accepted
            | ReservationStatus::Wrapping
            | ReservationStatus::Completed => unreachable!("{status} is not an end without success"),
        };
        self.advance(seq, status);
        self.emit_reservation(seq, kind);
        let Some(row) = self.state.reservations.at(seq) else { return };
        let worker = row.worker_seq;
        let is_in = |activity| self.state.workers.at(worker).is_some_and(|worker| worker.activity == activity);
        match (goes, row.moved) {
            (Goes::To(activity), _) => self.set_activity(worker, activity),
            (Goes::Back, Some(moved)) if is_in(moved.to) => self.set_activity(worker, moved.from),
            (Goes::Back | Goes::Nowhere, _) => {}
        }
    }

    /// A reserved task without a pending reservation returns to pending (docs/events.md, rules R9 and R20).
    fn return_if_unreserved(&mut self, seq: Seq) {
        let Some(task) = self.state.tasks.at(seq) else { return };
        if task.status() != TaskStatus::Reserved || self.open_reservations(seq).next().is_some() {
            return;
        }
        if task.assignments >= self.catalog.limits.assignments {
            return self.end_canceled(seq, Some(TOO_MANY_ASSIGNMENTS.into()));
        }
        let (now, revisit) = (self.now, task.revisit);
        self.state.tasks.modify(seq, |task| {
            task.turn(TaskState::Pending, now);
            task.mark = Some(Mark::Returned);
        });
        match revisit {
            Revisit::Nothing => {}
            Revisit::Filters => self.read_filters(seq),
            Revisit::Workflow => self.re_evaluate(seq),
        }
    }

    /// The reservation of a task follows the task, which has been told of; the answer is its worker.
    pub(super) fn follow(
        &mut self,
        task: Option<Arc<TaskFacts>>,
        reservation: Option<Seq>,
        status: ReservationStatus,
        kind: ReservationEvent,
    ) -> Option<Seq> {
        let seq = reservation?;
        self.advance(seq, status);
        self.emit_reservation_of(task?, seq, kind);
        self.state.reservations.at(seq).map(|row| row.worker_seq)
    }

    /// Moves a reservation along its lifecycle, with its worker's load.
    fn advance(&mut self, seq: Seq, to: ReservationStatus) {
        let Some(row) = self.state.reservations.at(seq) else { return };
        let (worker, channel, from) = (row.worker_seq, row.channel, row.status);
        self.state.reservations.transition(seq, to, self.now);
        self.state.workers.shift(worker, channel, seq, from, to);
    }

    /// The reservation that is meant, which must be pending (Q42).
    fn pending(&self, reservation: ReservationRef, if_version: Option<u64>) -> Result<Seq, Rejection> {
        let seq = self.resolve(reservation)?;
        self.is_pending(seq, if_version).map(|()| seq)
    }

    fn is_pending(&self, seq: Seq, if_version: Option<u64>) -> Result<(), Rejection> {
        let row = self.reservation_at(seq)?;
        is_version(Versioned::Reservation(row.id), row.revision, if_version)?;
        if row.status == ReservationStatus::Pending {
            return Ok(());
        }
        Err(Rejection::ReservationNotPending { reservation: row.id, status: row.status })
    }

    fn resolve(&self, reservation: ReservationRef) -> Result<Seq, Rejection> {
        match reservation {
            ReservationRef::Id(id) => self.reservation(id).map(|(seq, _)| seq),
            ReservationRef::Of { task, worker } => self.newest(task, worker),
        }
    }

    /// The newest reservation of a pair (rule R25).
    fn newest(&self, task: TaskId, worker: WorkerId) -> Result<Seq, Rejection> {
        let (_, row) = self.task(task)?;
        self.worker(worker)?;
        let mut newest_first =
            row.reservations.iter().rev().filter_map(|(seq, _)| Some((*seq, self.state.reservations.at(*seq)?)));
        let found = newest_first.find(|(_, row)| row.worker == worker).map(|(seq, _)| seq);
        found.ok_or(Rejection::NoReservation { task, worker })
    }

    fn reservation_at(&self, seq: Seq) -> Result<&Reservation, Rejection> {
        self.state.reservations.at(seq).ok_or_else(|| Rejection::UnknownReservation(ReservationId::new(0)))
    }
}
