//! What happens when time passes: each kind of timer, fired at its due time (rule R3).

use super::Step;
use super::reservations::Goes;
use crate::event::EventKind;
use crate::state::State;
use crate::state::table::Seq;
use crate::state::tasks::Mark;
use crate::state::timers::TimerKind;
use crate::status::{ReservationStatus, TaskStatus};
use crate::time::Timestamp;

const TTL_EXCEEDED: &str = "Task TTL Exceeded";

/// What is due next after `clock`: the first timer, or the next full minute while a waiting task's step reads the
/// clock (Q64).
pub(crate) fn next_due(state: &State, clock: Timestamp) -> Option<(Timestamp, TimerKind)> {
    let is_awaited = !state.tasks.clock_readers().is_empty();
    let minute = is_awaited.then(|| (clock.next_minute(), TimerKind::Minute));
    // At the end of time there is no next minute.
    let minute = minute.filter(|(due, _)| *due > clock);
    let timer = state.timers.next().map(|(due, kind, _)| (due, kind));
    minute.filter(|minute| timer.is_none_or(|timer| *minute < timer)).or(timer)
}

impl Step<'_> {
    /// Applies every timer of this kind that is due at this instant, in creation order; then settles once. Most commands
    /// come when nothing is due, and do not prepare for it.
    #[inline(never)]
    pub(crate) fn fire(&mut self, kind: TimerKind) {
        if kind == TimerKind::Minute {
            self.state.tasks.touch_clock_readers();
        }
        while let Some(subject) = self.state.pop(self.now, kind) {
            self.expire(kind, subject);
        }
        self.settle();
    }

    fn expire(&mut self, kind: TimerKind, subject: Seq) {
        match kind {
            TimerKind::Minute => {}
            TimerKind::Reservation => {
                let goes = Goes::To(self.catalog.timeout_activity);
                self.fail(subject, ReservationStatus::Timeout, goes);
            }
            TimerKind::StepDeadline => self.step_is_over(subject),
            TimerKind::TimeToLive => self.end_canceled(subject, Some(TTL_EXCEEDED.into())),
            TimerKind::AssignedLimit => self.remove_task(subject, EventKind::TaskSystemDeleted),
            TimerKind::Purge => {
                if let Some(id) = self.state.tasks.at(subject).map(|task| task.id()) {
                    self.forget_task(id);
                }
            }
        }
    }

    /// A pending task leaves in its turn; a reserved one is looked at again when it returns (semantics section 2.6).
    fn step_is_over(&mut self, task: Seq) {
        if self.state.tasks.at(task).is_some_and(|task| task.status() == TaskStatus::Pending) {
            self.state.tasks.modify(task, |task| task.mark = Some(Mark::Returned));
        }
    }
}
