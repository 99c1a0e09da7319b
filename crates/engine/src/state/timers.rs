//! Everything that is due some day, ordered by (instant, kind, creation). It knows when and what for, never what to do.

use std::collections::{BTreeMap, BTreeSet};

use super::table::Seq;
use crate::invariant::{Checked, ensure};
use crate::time::Timestamp;

/// Why the engine has to wake up, in the order of one instant (rule R3). The minute boundary, which comes first, is
/// derived from the tasks that wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TimerKind {
    /// A clock-reading step is tested again.
    Minute,
    /// A worker's time to answer is up.
    Reservation,
    /// A routing step's time is up.
    StepDeadline,
    /// A task's time to live is up.
    TimeToLive,
    /// A task has been assigned for as long as it may be.
    AssignedLimit,
    /// An ended task goes.
    Purge,
}

/// At most one timer per (kind, subject).
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    order: BTreeSet<(Timestamp, TimerKind, Seq)>,
    due: BTreeMap<(TimerKind, Seq), Timestamp>,
}

impl Timers {
    /// Sets the timer, replacing the one of this kind and subject.
    pub(crate) fn arm(&mut self, kind: TimerKind, subject: Seq, due: Timestamp) {
        self.disarm(kind, subject);
        self.due.insert((kind, subject), due);
        self.order.insert((due, kind, subject));
    }

    pub(crate) fn disarm(&mut self, kind: TimerKind, subject: Seq) {
        if let Some(due) = self.due.remove(&(kind, subject)) {
            self.order.remove(&(due, kind, subject));
        }
    }

    /// What is due next.
    pub(crate) fn first(&self) -> Option<(Timestamp, TimerKind)> {
        self.order.first().map(|(due, kind, _)| (*due, *kind))
    }

    /// Takes the next timer of this instant and kind, in creation order.
    pub(crate) fn pop(&mut self, due: Timestamp, kind: TimerKind) -> Option<Seq> {
        let (at, of, subject) = *self.order.first()?;
        if (at, of) != (due, kind) {
            return None;
        }
        self.disarm(kind, subject);
        Some(subject)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Timestamp, TimerKind, Seq)> {
        self.order.iter().copied()
    }

    pub(crate) fn check(&self) -> Checked {
        ensure!(self.order.len() == self.due.len(), "one due time per timer");
        for (due, kind, subject) in &self.order {
            ensure!(self.due.get(&(*kind, *subject)) == Some(due), "the order of timers and their due times agree");
        }
        Ok(())
    }
}
