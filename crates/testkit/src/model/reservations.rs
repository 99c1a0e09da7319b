//! Reservations: how they are made, answered and ended (semantics section 5).

use std::sync::Arc;

use pointsman::{
    AcceptReservation, ActivityId, CancelReservation, DEFAULT_RESERVATION_TIMEOUT, EventKind, HoldReservation,
    RejectReservation, Rejection, ReservationFacts, ReservationId, ReservationRef, ReservationStatus, Revision, TaskId,
    TaskStatus, Versioned, WorkerId,
};

use super::Model;
use super::check::{self, Judged, given};
use super::rows::{Mark, Reservation};

/// Where a worker goes when a reservation ends without success.
#[derive(Clone, Copy, Debug)]
pub(super) enum Aftermath {
    /// Nowhere.
    Stay,
    /// Back to the activity before, if the reservation moved the worker and it is still where it was moved to.
    Back,
    /// To this activity.
    To(ActivityId),
}

impl Model {
    /// Reserves these workers for the task, in this order.
    pub(super) fn reserve(&mut self, task: TaskId, workers: &[WorkerId]) {
        self.set_task_status(task, TaskStatus::Reserved);
        let row = &mut self.tasks[task];
        row.assignments += 1;
        row.mark = None;
        workers.iter().for_each(|worker| self.create_reservation(task, *worker));
    }

    fn create_reservation(&mut self, task: TaskId, worker: WorkerId) {
        let now = self.clock;
        let row = &self.tasks[task];
        let (channel, queue) = (row.channel, row.step.as_ref().map(|step| step.target.queue));
        let answer_time = row.workflow.map(|id| self.workflows[id].spec.task_reservation_timeout);
        self.made += 1;
        let id = ReservationId::minted(self.namespace, self.made);
        self.reservations.push(Reservation {
            id,
            task,
            worker,
            channel,
            queue,
            status: ReservationStatus::Pending,
            created_at: now,
            expires_at: now + answer_time.unwrap_or(DEFAULT_RESERVATION_TIMEOUT),
            held: false,
            moved: None,
            revision: Revision { version: 0, updated_at: now },
        });
        let row = &mut self.workers[worker];
        row.last_reserved = Some((now, self.made));
        row.shares[channel].last_reserved = row.last_reserved;
        let from = row.activity;
        self.emit(EventKind::ReservationCreated(self.reservation_facts(id)));
        let to = queue.and_then(|queue| self.queues[queue].spec.reservation_activity);
        if let Some(to) = to.filter(|to| !self.multi_task_enabled && *to != from) {
            self.reservations[id].moved = Some((from, to));
            self.change_activity(worker, to);
        }
    }

    pub(super) fn accept_reservation(&mut self, command: &AcceptReservation) -> Judged {
        let id = self.addressed(command.reservation)?;
        self.is_pending(id, command.if_version)?;
        let Reservation { task, worker, queue, .. } = self.reservations[id];
        self.set_reservation_status(id, ReservationStatus::Accepted);
        self.set_task_status(task, TaskStatus::Assigned);
        self.tasks[task].taken_at = Some(self.clock);
        self.emit(EventKind::ReservationAccepted(self.reservation_facts(id)));
        let to = queue.and_then(|queue| self.queues[queue].spec.assignment_activity);
        if let Some(to) = to.filter(|_| !self.multi_task_enabled) {
            self.change_activity(worker, to);
        }
        for sibling in self.pending_of_task(task) {
            self.end_reservation(sibling, ReservationStatus::Rescinded, Aftermath::Back);
        }
        Ok(())
    }

    pub(super) fn reject_reservation(&mut self, command: &RejectReservation) -> Judged {
        let id = self.addressed(command.reservation)?;
        given(command.activity, |id| self.activities.known(id))?;
        self.is_pending(id, command.if_version)?;
        self.fail(id, ReservationStatus::Rejected, command.activity.map_or(Aftermath::Back, Aftermath::To));
        Ok(())
    }

    /// The reservation stays pending, its timer is gone (rule R24).
    pub(super) fn hold_reservation(&mut self, command: &HoldReservation) -> Judged {
        let id = self.addressed(command.reservation)?;
        self.is_pending(id, command.if_version)?;
        let now = self.clock;
        let row = &mut self.reservations[id];
        check::require(!row.held, || Rejection::ReservationHeld { reservation: id })?;
        row.held = true;
        raise(&mut row.revision, now);
        Ok(())
    }

    pub(super) fn cancel_reservation(&mut self, command: &CancelReservation) -> Judged {
        let id = self.addressed(command.reservation)?;
        self.is_pending(id, command.if_version)?;
        self.fail(id, ReservationStatus::Canceled, Aftermath::Back);
        Ok(())
    }

    /// The version first, then the state.
    fn is_pending(&self, id: ReservationId, if_version: Option<u64>) -> Judged {
        let Reservation { status, revision, .. } = self.reservations[id];
        same_version(Versioned::Reservation(id), revision, if_version)?;
        let pending = status == ReservationStatus::Pending;
        check::require(pending, || Rejection::ReservationNotPending { reservation: id, status })
    }

    /// By its id, or the newest of a task and a worker (rule R25).
    fn addressed(&self, reference: ReservationRef) -> Judged<ReservationId> {
        match reference {
            ReservationRef::Id(id) => self.reservations.known(id).map(|()| id),
            ReservationRef::Of { task, worker } => {
                self.tasks.known(task)?;
                self.workers.known(worker)?;
                let of_both = self.reservations.which(|row| row.task == task && row.worker == worker);
                of_both.last().copied().ok_or(Rejection::NoReservation { task, worker })
            }
        }
    }

    /// Ends a pending reservation without success; its task returns.
    pub(super) fn fail(&mut self, id: ReservationId, status: ReservationStatus, aftermath: Aftermath) {
        self.end_reservation(id, status, aftermath);
        self.task_returns(self.reservations[id].task);
    }

    /// Ends a reservation without success: the event, then the worker's activity.
    pub(super) fn end_reservation(&mut self, id: ReservationId, status: ReservationStatus, aftermath: Aftermath) {
        self.set_reservation_status(id, status);
        self.emit(ended(status, self.reservation_facts(id)));
        let Reservation { worker, moved, .. } = self.reservations[id];
        match (aftermath, moved) {
            (Aftermath::Stay, _) | (Aftermath::Back, None) => {}
            (Aftermath::To(activity), _) => self.change_activity(worker, activity),
            (Aftermath::Back, Some((before, set))) => {
                if self.workers[worker].activity == set {
                    self.change_activity(worker, before);
                }
            }
        }
    }

    pub(super) fn set_reservation_status(&mut self, id: ReservationId, status: ReservationStatus) {
        let now = self.clock;
        let row = &mut self.reservations[id];
        row.status = status;
        raise(&mut row.revision, now);
    }

    /// A reserved task whose last pending reservation has ended is pending again.
    fn task_returns(&mut self, id: TaskId) {
        if self.tasks[id].status != TaskStatus::Reserved || !self.pending_of_task(id).is_empty() {
            return;
        }
        // It does not return but ends at once (rule R20).
        if self.tasks[id].assignments >= self.limits.assignments {
            return self.cancel(id, Some("Task TTL Exceeded or Max assignment count exceeded"));
        }
        self.set_task_status(id, TaskStatus::Pending);
        let row = &mut self.tasks[id];
        let pass_wanted = std::mem::take(&mut row.pass_wanted);
        let filters_wanted = std::mem::take(&mut row.filters_wanted);
        if pass_wanted {
            self.new_pass_with_new_configuration(id);
        } else if filters_wanted && !self.same_filter_matches(id) {
            self.new_pass(id);
        } else {
            // The deadline is looked at after the filters (rule R9).
            self.tasks[id].mark = Some(Mark::Returned);
        }
    }

    /// The pending reservations of a task, in creation order.
    pub(super) fn pending_of_task(&self, task: TaskId) -> Vec<ReservationId> {
        self.reservations.which(|row| row.task == task && row.status == ReservationStatus::Pending)
    }

    /// The pending reservations of a worker, in creation order.
    pub(super) fn pending_of_worker(&self, worker: WorkerId) -> Vec<ReservationId> {
        self.reservations.which(|row| row.worker == worker && row.status == ReservationStatus::Pending)
    }
}

/// One change more (semantics section 4.4).
pub(super) fn raise(revision: &mut Revision, now: pointsman::Timestamp) {
    *revision = Revision { version: revision.version + 1, updated_at: now };
}

/// The version its author has seen, if the command names one.
pub(super) fn same_version(of: Versioned, revision: Revision, if_version: Option<u64>) -> Judged {
    let found = revision.version;
    let expected = if_version.unwrap_or(found);
    check::require(found == expected, || Rejection::VersionMismatch { of, expected, found })
}

fn ended(status: ReservationStatus, facts: Arc<ReservationFacts>) -> EventKind {
    match status {
        ReservationStatus::Rejected => EventKind::ReservationRejected(facts),
        ReservationStatus::Timeout => EventKind::ReservationTimedOut(facts),
        ReservationStatus::Canceled => EventKind::ReservationCanceled(facts),
        ReservationStatus::Rescinded => EventKind::ReservationRescinded(facts),
        ReservationStatus::Pending
        | ReservationStatus::Accepted
        | ReservationStatus::Wrapping
        | ReservationStatus::Completed => unreachable!("{status} is not an end without success"),
    }
}
