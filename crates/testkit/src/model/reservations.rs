//! Reservations: how they are made, answered and ended (semantics section 5).

use pointsman::{
    AcceptReservation, ActivityId, CancelReservation, EventKind, HoldReservation, RejectReservation, Rejection,
    ReservationFacts, ReservationId, ReservationRef, ReservationStatus, TaskId, TaskStatus, WorkerId,
};

use super::Model;
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
        let row = self.the_task_mut(task);
        row.status = TaskStatus::Reserved;
        row.assignments += 1;
        row.mark = None;
        for worker in workers {
            self.create_reservation(task, *worker);
        }
    }

    fn create_reservation(&mut self, task: TaskId, worker: WorkerId) {
        let row = self.the_task(task);
        let Some(step) = &row.step else {
            unreachable!("a task is reserved in a step");
        };
        let (channel, queue) = (row.channel, step.queue);
        let answer_time = self.the_workflow(row.workflow).reservation_timeout;
        let now = self.clock;
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
            expires_at: now + answer_time,
            held: false,
            moved: None,
        });
        let recency = Some((now, self.made));
        let row = self.the_worker_mut(worker);
        row.last_reserved = recency;
        row.share_mut(channel).last_reserved = recency;
        self.emit(EventKind::ReservationCreated(self.reservation_facts(id)));
        let to = self.the_queue(queue).reservation_activity.filter(|_| !self.multi_task_enabled);
        let from = self.the_worker(worker).activity;
        if let Some(to) = to.filter(|to| *to != from) {
            self.the_reservation_mut(id).moved = Some((from, to));
            self.change_activity(worker, to);
        }
    }

    pub(super) fn accept_reservation(&mut self, command: &AcceptReservation) -> Result<(), Rejection> {
        let id = self.pending_reservation(command.reservation)?;
        let row = self.the_reservation_mut(id);
        row.status = ReservationStatus::Accepted;
        let (task, worker, queue) = (row.task, row.worker, row.queue);
        let now = self.clock;
        let row = self.the_task_mut(task);
        row.status = TaskStatus::Assigned;
        row.taken_at = Some(now);
        self.emit(EventKind::ReservationAccepted(self.reservation_facts(id)));
        if let Some(to) = self.the_queue(queue).assignment_activity.filter(|_| !self.multi_task_enabled) {
            self.change_activity(worker, to);
        }
        for sibling in self.pending_of_task(task) {
            self.end_reservation(sibling, ReservationStatus::Rescinded, Aftermath::Back);
        }
        Ok(())
    }

    pub(super) fn reject_reservation(&mut self, command: &RejectReservation) -> Result<(), Rejection> {
        let id = self.addressed(command.reservation)?;
        self.given_activity_exists(command.activity)?;
        self.is_pending(id)?;
        let aftermath = command.activity.map_or(Aftermath::Back, Aftermath::To);
        self.end_reservation(id, ReservationStatus::Rejected, aftermath);
        self.task_returns(self.the_reservation(id).task);
        Ok(())
    }

    /// The reservation stays pending, its timer is gone (rule R24).
    pub(super) fn hold_reservation(&mut self, command: &HoldReservation) -> Result<(), Rejection> {
        let id = self.pending_reservation(command.reservation)?;
        let row = self.the_reservation_mut(id);
        if row.held {
            return Err(Rejection::ReservationHeld { reservation: id });
        }
        row.held = true;
        Ok(())
    }

    pub(super) fn cancel_reservation(&mut self, command: &CancelReservation) -> Result<(), Rejection> {
        let id = self.pending_reservation(command.reservation)?;
        self.end_reservation(id, ReservationStatus::Canceled, Aftermath::Back);
        self.task_returns(self.the_reservation(id).task);
        Ok(())
    }

    fn pending_reservation(&self, reference: ReservationRef) -> Result<ReservationId, Rejection> {
        let id = self.addressed(reference)?;
        self.is_pending(id)?;
        Ok(id)
    }

    fn is_pending(&self, id: ReservationId) -> Result<(), Rejection> {
        match self.the_reservation(id).status {
            ReservationStatus::Pending => Ok(()),
            status @ (ReservationStatus::Accepted
            | ReservationStatus::Wrapping
            | ReservationStatus::Completed
            | ReservationStatus::Rejected
            | ReservationStatus::Timeout
            | ReservationStatus::Canceled
            | ReservationStatus::Rescinded) => Err(Rejection::ReservationNotPending { reservation: id, status }),
        }
    }

    /// By its id, or the newest of a task and a worker (rule R25).
    fn addressed(&self, reference: ReservationRef) -> Result<ReservationId, Rejection> {
        match reference {
            ReservationRef::Id(id) => {
                let known = self.reservations.iter().any(|row| row.id == id);
                known.then_some(id).ok_or(Rejection::UnknownReservation(id))
            }
            ReservationRef::Of { task, worker } => {
                self.task_exists(task)?;
                self.worker_exists(worker)?;
                let newest = self.reservations.iter().rev().find(|row| row.task == task && row.worker == worker);
                newest.map(|row| row.id).ok_or(Rejection::NoReservation { task, worker })
            }
        }
    }

    /// Ends a reservation without success: the event, then the worker's activity.
    pub(super) fn end_reservation(&mut self, id: ReservationId, status: ReservationStatus, aftermath: Aftermath) {
        let row = self.the_reservation_mut(id);
        row.status = status;
        let (worker, moved) = (row.worker, row.moved);
        self.emit(ended(status, self.reservation_facts(id)));
        match (aftermath, moved) {
            (Aftermath::Stay, _) | (Aftermath::Back, None) => {}
            (Aftermath::To(activity), _) => self.change_activity(worker, activity),
            (Aftermath::Back, Some((before, set))) => {
                if self.the_worker(worker).activity == set {
                    self.change_activity(worker, before);
                }
            }
        }
    }

    /// A reserved task whose last pending reservation has ended is pending again.
    pub(super) fn task_returns(&mut self, id: TaskId) {
        if self.the_task(id).status != TaskStatus::Reserved || !self.pending_of_task(id).is_empty() {
            return;
        }
        let most = self.limits.assignments;
        let row = self.the_task_mut(id);
        row.status = TaskStatus::Pending;
        let pass_wanted = std::mem::take(&mut row.pass_wanted);
        let filters_wanted = std::mem::take(&mut row.filters_wanted);
        if row.assignments >= most {
            self.cancel(id, "Task TTL Exceeded or Max assignment count exceeded");
        } else if pass_wanted {
            self.new_pass_with_new_configuration(id);
        } else if filters_wanted && !self.same_filter_matches(id) {
            self.new_pass(id);
        } else {
            // The deadline is looked at after the filters (rule R9).
            self.the_task_mut(id).mark = Some(Mark::Returned);
        }
    }
}

fn ended(status: ReservationStatus, facts: Box<ReservationFacts>) -> EventKind {
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
