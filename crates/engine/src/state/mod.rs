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
use self::tasks::{TaskState, Tasks};
use self::timers::{TimerKind, Timers};
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
    pub(crate) fn deadlines(&self, clock: Timestamp) -> BTreeSet<(Timestamp, TimerKind, Seq)> {
        let reservations = self.reservations.iter();
        let answers = reservations.filter_map(|(seq, row)| Some((row.expires_at?, TimerKind::Reservation, seq)));
        let mut deadlines: BTreeSet<_> = answers.collect();
        for (seq, task) in self.tasks.iter() {
            deadlines.insert(match task.state {
                TaskState::Pending | TaskState::Reserved => (task.expires_at, TimerKind::TimeToLive, seq),
                TaskState::Taken { until, .. } => (until, TimerKind::AssignedLimit, seq),
                TaskState::Ended { purge_at, .. } => (purge_at, TimerKind::Purge, seq),
            });
            let step = task.place.as_ref().and_then(|place| place.deadline);
            let step = step.filter(|deadline| task.status().is_waiting() && *deadline > clock);
            deadlines.extend(step.map(|deadline| (deadline, TimerKind::StepDeadline, seq)));
        }
        deadlines
    }
}
