//! Everything that is due some day, ordered by (instant, kind, creation): a heap whose entries know where they are, so
//! that any can be taken out. It knows when and what for, never what to do.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

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

/// Children of one entry: fewer levels than a binary heap, and they lie side by side.
const ARITY: usize = 4;

/// At most one timer per (kind, subject).
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// INVARIANT: no entry is due before its parent.
    heap: Vec<Entry>,
    /// INVARIANT: where each entry is in the heap; the entry knows its index here.
    places: IndexMap<(TimerKind, Seq), usize, FxBuildHasher>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    due: Timestamp,
    kind: TimerKind,
    subject: Seq,
    index: usize,
}

impl Entry {
    fn order(&self) -> (Timestamp, TimerKind, Seq) {
        (self.due, self.kind, self.subject)
    }
}

impl Timers {
    /// Sets the timer, replacing the one of this kind and subject.
    pub(crate) fn arm(&mut self, kind: TimerKind, subject: Seq, due: Timestamp) {
        self.disarm(kind, subject);
        let at = self.heap.len();
        let (index, _) = self.places.insert_full((kind, subject), at);
        self.heap.push(Entry { due, kind, subject, index });
        self.rise(at);
    }

    pub(crate) fn disarm(&mut self, kind: TimerKind, subject: Seq) {
        let Some((index, _, at)) = self.places.swap_remove_full(&(kind, subject)) else { return };
        if let Some((_, moved)) = self.places.get_index(index) {
            self.heap[*moved].index = index;
        }
        self.heap.swap_remove(at);
        if at < self.heap.len() {
            self.note(at);
            self.rise(at);
            self.sink(at);
        }
    }

    /// What is due next.
    pub(crate) fn first(&self) -> Option<(Timestamp, TimerKind)> {
        self.heap.first().map(|entry| (entry.due, entry.kind))
    }

    /// Takes the next timer of this instant and kind, in creation order.
    pub(crate) fn pop(&mut self, due: Timestamp, kind: TimerKind) -> Option<Seq> {
        let first = self.heap.first().filter(|first| (first.due, first.kind) == (due, kind))?;
        let subject = first.subject;
        self.disarm(kind, subject);
        Some(subject)
    }

    /// In no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Timestamp, TimerKind, Seq)> {
        self.heap.iter().map(Entry::order)
    }

    /// Moves an entry up until its parent is due first.
    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if self.heap[parent].order() <= self.heap[at].order() {
                return;
            }
            self.swap(at, parent);
            at = parent;
        }
    }

    /// Moves an entry down until it is due before its children.
    fn sink(&mut self, mut at: usize) {
        loop {
            let first = at * ARITY + 1;
            let children = first..self.heap.len().min(first + ARITY);
            let Some(next) = children.min_by_key(|child| self.heap[*child].order()) else { return };
            if self.heap[at].order() <= self.heap[next].order() {
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

    /// Writes down where an entry is now.
    fn note(&mut self, at: usize) {
        let index = self.heap[at].index;
        self.places[index] = at;
    }

    pub(crate) fn check(&self) -> Checked {
        ensure!(self.heap.len() == self.places.len(), "every timer is in one place");
        for (at, entry) in self.heap.iter().enumerate() {
            let place = self.places.get_index(entry.index);
            ensure!(place == Some((&(entry.kind, entry.subject), &at)), "timers know where they are");
            ensure!(self.heap[at.saturating_sub(1) / ARITY].order() <= entry.order(), "what is due first comes first");
        }
        Ok(())
    }
}
