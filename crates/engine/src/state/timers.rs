//! Everything that is due some day, ordered by (instant, kind, creation): a heap in which every timer is found, so
//! that any can be taken out. It knows when and what for, never what to do.

use super::rows::Rows;
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

impl TimerKind {
    const COUNT: usize = Self::Purge as usize + 1;
}

/// Children of one timer: fewer levels than a binary heap, and they lie side by side.
const ARITY: usize = 4;

/// At most one timer per (kind, subject).
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// INVARIANT: no timer is due before its parent.
    heap: Vec<Timer>,
    /// INVARIANT: where each timer is in the heap, by kind.
    places: [Rows<usize>; TimerKind::COUNT],
}

/// Ordered as they fire.
type Timer = (Timestamp, TimerKind, Seq);

impl Timers {
    /// Sets the timer, replacing the one of this kind and subject.
    pub(crate) fn arm(&mut self, kind: TimerKind, subject: Seq, due: Timestamp) {
        self.disarm(kind, subject);
        let at = self.heap.len();
        self.heap.push((due, kind, subject));
        self.places[kind as usize].insert(subject, at);
        self.rise(at);
    }

    pub(crate) fn disarm(&mut self, kind: TimerKind, subject: Seq) {
        let Some(at) = self.places[kind as usize].remove(subject) else { return };
        self.heap.swap_remove(at);
        if at < self.heap.len() {
            self.note(at);
            self.rise(at);
            self.sink(at);
        }
    }

    /// What is due next.
    pub(crate) fn first(&self) -> Option<(Timestamp, TimerKind)> {
        self.heap.first().map(|(due, kind, _)| (*due, *kind))
    }

    /// Takes the next timer of this instant and kind, in creation order.
    pub(crate) fn pop(&mut self, due: Timestamp, kind: TimerKind) -> Option<Seq> {
        let (_, _, subject) = *self.heap.first().filter(|first| (first.0, first.1) == (due, kind))?;
        self.disarm(kind, subject);
        Some(subject)
    }

    /// In no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Timer> {
        self.heap.iter().copied()
    }

    /// Moves a timer up until its parent is due first.
    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if self.heap[parent] <= self.heap[at] {
                return;
            }
            self.swap(at, parent);
            at = parent;
        }
    }

    /// Moves a timer down until it is due before its children.
    fn sink(&mut self, mut at: usize) {
        loop {
            let first = at * ARITY + 1;
            let children = first..self.heap.len().min(first + ARITY);
            let Some(next) = children.min_by_key(|child| self.heap[*child]) else { return };
            if self.heap[at] <= self.heap[next] {
                return;
            }
            self.swap(at, next);
            at = next;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.note(a);
        self.note(b);
    }

    /// Writes down where a timer is now.
    fn note(&mut self, at: usize) {
        let (_, kind, subject) = self.heap[at];
        if let Some(place) = self.places[kind as usize].get_mut(subject) {
            *place = at;
        }
    }

    pub(crate) fn check(&self) -> Checked {
        let places: usize = self.places.iter().map(Rows::len).sum();
        ensure!(self.heap.len() == places, "every timer is in one place");
        for (at, timer) in self.heap.iter().enumerate() {
            ensure!(self.places[timer.1 as usize].get(timer.2) == Some(&at), "timers know where they are");
            ensure!(self.heap[at.saturating_sub(1) / ARITY] <= *timer, "what is due first comes first");
        }
        Ok(())
    }
}
