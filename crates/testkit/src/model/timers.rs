//! Timers, found by looking at everything for the earliest (rule R3).

use pointsman::{ASSIGNED_AT_MOST, EventKind, PURGE_AFTER, ReservationStatus, TaskId, TaskStatus, Timestamp};

use super::reservations::Aftermath;
use super::rows::{Mark, Task};
use super::{Model, eval};

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

    fn timers_of(&self, task: &Task) -> impl Iterator<Item = (Timestamp, Timer)> + use<> {
        let pending = task.status == TaskStatus::Pending;
        let step = task.step.as_ref().filter(|_| pending);
        let reads_clock = step.and_then(|step| step.target.expression.as_ref()).is_some_and(eval::reads_clock);
        let taken = task.taken_at.filter(|_| task.status.is_taken());
        let timers = [
            (reads_clock.then(|| next_minute(self.clock)), Timer::Minute),
            (step.and_then(|step| step.deadline), Timer::StepDeadline),
            (task.status.is_waiting().then_some(task.lives_until), Timer::TimeToLive),
            (taken.map(|taken| taken + ASSIGNED_AT_MOST), Timer::AssignedLimit),
            (task.ended_at.map(|ended| ended + PURGE_AFTER), Timer::Purge),
        ];
        timers.into_iter().filter_map(|(due, timer)| due.map(|due| (due, timer)))
    }

    /// Applies every timer of this instant and kind, in creation order.
    fn fire(&mut self, due: Timestamp, timer: Timer) {
        if timer == Timer::ReservationTimeout {
            // The worker goes to the timeout activity in both modes (Q58, Q60).
            let to = Aftermath::To(self.timeout_activity);
            let late = self.reservations.which(|row| row.waits() && row.expires_at == due);
            return late.into_iter().for_each(|id| self.fail(id, ReservationStatus::Timeout, to));
        }
        for id in self.tasks.which(|task| self.timers_of(task).any(|found| found == (due, timer))) {
            match timer {
                // The tasks are tested again by settling; nothing happens to them before.
                Timer::Minute | Timer::ReservationTimeout => {}
                Timer::StepDeadline => self.tasks[id].mark = Some(Mark::Returned),
                Timer::TimeToLive => self.cancel(id, Some("Task TTL Exceeded")),
                Timer::AssignedLimit => self.system_delete(id),
                Timer::Purge => self.forget(id),
            }
        }
    }

    fn system_delete(&mut self, task: TaskId) {
        self.end_reservation(self.taken(task), ReservationStatus::Canceled, Aftermath::Back);
        self.emit(EventKind::TaskSystemDeleted(self.task_facts(task)));
        self.forget(task);
    }
}

fn next_minute(after: Timestamp) -> Timestamp {
    Timestamp::from_millis((after.as_millis().div_euclid(MINUTE) + 1).saturating_mul(MINUTE))
}
