//! Runtime state: one table per noun, each keeping its own indexes true. It holds no flow and judges nothing.

mod check;
pub(crate) mod document;
pub(crate) mod reservations;
pub(crate) mod rows;
pub(crate) mod table;
pub(crate) mod tasks;
pub(crate) mod timers;
pub(crate) mod workers;

use std::collections::BTreeSet;

use self::reservations::Reservations;
use self::table::Seq;
use self::tasks::Tasks;
use self::timers::{Timer, TimerKind, Timers};
use self::workers::Workers;
use crate::time::Timestamp;

/// Everything that changes while tasks are routed.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) tasks: Tasks,
    pub(crate) workers: Workers,
    pub(crate) reservations: Reservations,
    pub(crate) timers: Timers,
}

impl State {
    /// Every timer there has to be at this instant. A waiting task's step deadline may have passed while the task was
    /// reserved: that timer has fired.
    pub(crate) fn deadlines(&self, clock: Timestamp) -> BTreeSet<Timer> {
        let reservations = self.reservations.iter();
        let answers = reservations.filter_map(|(seq, row)| Some((row.expires_at?, TimerKind::Reservation, seq)));
        let tasks = self.tasks.iter().flat_map(|(seq, task)| {
            let deadlines = TimerKind::OF_TASKS.into_iter();
            let deadlines = deadlines.filter_map(move |kind| Some((task.due(kind)?, kind, seq)));
            deadlines.filter(move |(due, kind, _)| *kind != TimerKind::StepDeadline || *due > clock)
        });
        answers.chain(tasks).collect()
    }

    /// Sets the timer that a row has now.
    pub(crate) fn arm(&mut self, kind: TimerKind, subject: Seq, due: Timestamp) {
        let Self { timers, tasks, reservations, .. } = self;
        timers.arm((due, kind, subject), |timer| stands(tasks, reservations, timer));
    }

    /// Forgets timers that rows have no more, so that what is due first stands.
    pub(crate) fn tidy_timers(&mut self) {
        let Self { timers, tasks, reservations, .. } = self;
        timers.tidy(|timer| stands(tasks, reservations, timer));
    }

    /// Takes the next timer of this instant and kind, in creation order.
    pub(crate) fn pop(&mut self, due: Timestamp, kind: TimerKind) -> Option<Seq> {
        let Self { timers, tasks, reservations, .. } = self;
        timers.pop(due, kind, |timer| stands(tasks, reservations, timer))
    }
}

/// Whether the row still has this timer.
fn stands(tasks: &Tasks, reservations: &Reservations, (due, kind, subject): Timer) -> bool {
    let at = match kind {
        TimerKind::Minute => None,
        TimerKind::Reservation => reservations.at(subject).and_then(|row| row.expires_at),
        TimerKind::StepDeadline | TimerKind::TimeToLive | TimerKind::AssignedLimit | TimerKind::Purge => {
            tasks.at(subject).and_then(|task| task.due(kind))
        }
    };
    at == Some(due)
}
