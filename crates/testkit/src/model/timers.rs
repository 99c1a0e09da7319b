//! Timers, found by looking at everything for the earliest (rule R3).

use pointsman::{
    ASSIGNED_AT_MOST, EventKind, PURGE_AFTER, ReservationId, ReservationStatus, TaskId, TaskStatus, Timestamp,
};

use super::Model;
use super::reservations::Aftermath;
use super::rows::{Mark, Task};

/// What a timer is about, in the order of one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Minute,
    ReservationTimeout,
    StepDeadline,
    TimeToLive,
    AssignedLimit,
    Purge,
}

const MINUTE: i64 = 60_000;

impl Model {
    /// Fires what is due at or before `until`, each (instant, kind) settled once, then sets the clock.
    pub(super) fn run_timers(&mut self, until: Timestamp) {
        while let Some((due, timer)) = self.earliest_timer().filter(|(due, _)| *due <= until) {
            assert!(due >= self.clock, "a timer that is due fires at once");
            self.clock = due;
            self.fire(due, timer);
            self.settle();
        }
        self.clock = until;
    }

    pub(super) fn earliest_timer(&self) -> Option<(Timestamp, Timer)> {
        if self.deleted {
            return None;
        }
        let answers = self.reservations.iter().filter(|row| row.waits());
        let answers = answers.map(|row| (row.expires_at, Timer::ReservationTimeout));
        let others = self.tasks.iter().flat_map(|task| self.timers_of(task));
        answers.chain(others).min()
    }

    fn timers_of(&self, task: &Task) -> Vec<(Timestamp, Timer)> {
        let mut timers = Vec::new();
        if self.waits_for_the_clock(task) {
            timers.push((next_minute(self.clock), Timer::Minute));
        }
        let deadline = task.step.as_ref().and_then(|step| step.deadline);
        if let Some(deadline) = deadline.filter(|_| task.status == TaskStatus::Pending) {
            timers.push((deadline, Timer::StepDeadline));
        }
        if task.status.is_waiting() {
            timers.push((task.lives_until, Timer::TimeToLive));
        }
        if let Some(taken) = task.taken_at.filter(|_| task.status.is_taken()) {
            timers.push((taken + ASSIGNED_AT_MOST, Timer::AssignedLimit));
        }
        if let Some(ended) = task.ended_at {
            timers.push((ended + PURGE_AFTER, Timer::Purge));
        }
        timers
    }

    /// Applies every timer of this instant and kind, in creation order.
    fn fire(&mut self, due: Timestamp, timer: Timer) {
        if timer == Timer::ReservationTimeout {
            self.reservations_where(|row| row.waits() && row.expires_at == due)
                .into_iter()
                .for_each(|id| self.answer_time_is_up(id));
            return;
        }
        let tasks = self.tasks.iter().filter(|task| self.timers_of(task).contains(&(due, timer)));
        let tasks: Vec<TaskId> = tasks.map(|task| task.id).collect();
        for id in tasks {
            match timer {
                // The tasks are tested again by settling; nothing happens to them before.
                Timer::Minute | Timer::ReservationTimeout => {}
                Timer::StepDeadline => self.the_task_mut(id).mark = Some(Mark::Returned),
                Timer::TimeToLive => self.cancel(id, "Task TTL Exceeded"),
                Timer::AssignedLimit => self.system_delete(id),
                Timer::Purge => self.forget(id),
            }
        }
    }

    /// The worker goes to the timeout activity in both modes (Q58, Q60).
    fn answer_time_is_up(&mut self, id: ReservationId) {
        let activity = self.timeout_activity;
        self.end_reservation(id, ReservationStatus::Timeout, Aftermath::To(activity));
        self.task_returns(self.the_reservation(id).task);
    }

    fn system_delete(&mut self, task: TaskId) {
        let taken = self.taken(task);
        self.end_reservation(taken, ReservationStatus::Canceled, Aftermath::Back);
        self.emit(EventKind::TaskSystemDeleted(self.task_facts(task)));
        self.forget(task);
    }
}

fn next_minute(after: Timestamp) -> Timestamp {
    Timestamp::from_millis((after.as_millis().div_euclid(MINUTE) + 1).saturating_mul(MINUTE))
}
