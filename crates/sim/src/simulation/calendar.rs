//! What is going to happen, in the order in which it does: by time, then by kind, then as it was written down. Nothing
//! else decides, so the order of things that happen at once is the same in every run.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use pointsman::ReservationId;

use super::jobs::Slot;

/// Milliseconds since the start of the run.
pub(crate) type Time = u64;

/// What is going to happen. Of what happens at one time the kinds come in this order; the engine's own timers come
/// first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A step of the script, by its place.
    Step(usize),
    /// A worker comes to a shift, or is back from a break.
    Come(usize),
    /// A worker's shift begins some day: by worker, shift and day.
    Day(usize, usize, u32),
    /// A worker leaves for a break.
    Pause(usize),
    /// A worker's shift ends.
    Leave(usize),
    /// A worker comes back from where a missed reservation took it.
    Back(usize),
    /// The work on a task is done.
    Done(Slot),
    /// The work after a task is done.
    Wrapped(Slot),
    /// Nobody waits for a task any more.
    GiveUp(Slot),
    /// A worker answers to a reservation.
    Answer(ReservationId, Answer),
    /// Tasks of a class come.
    Arrival(usize),
    /// A task comes again.
    Again(Slot),
}

/// What a worker says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Yes.
    Accept,
    /// No.
    Reject,
}

impl Kind {
    fn rank(self) -> u8 {
        match self {
            Self::Step(_) => 0,
            Self::Come(_) | Self::Day(..) => 1,
            Self::Pause(_) | Self::Leave(_) => 2,
            Self::Back(_) => 3,
            Self::Done(_) => 4,
            Self::Wrapped(_) => 5,
            Self::GiveUp(_) => 6,
            Self::Answer(..) => 7,
            Self::Arrival(_) => 8,
            Self::Again(_) => 9,
        }
    }
}

/// The calendar.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    entries: BinaryHeap<Entry>,
    written: u64,
}

/// In one number, because it is compared so often: the time, the rank of the kind, and how much was written before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order(u128);

impl Order {
    fn new(at: Time, rank: u8, written: u64) -> Self {
        Self(u128::from(at) << 64 | u128::from(rank) << 56 | u128::from(written))
    }

    fn at(self) -> Time {
        (self.0 >> 64) as Time
    }
}

/// The first is the greatest, as the heap wants it. No two have the same order.
#[derive(Clone, Copy, Debug)]
struct Entry {
    order: Order,
    kind: Kind,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.order.cmp(&self.order)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Entry {}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Calendar {
    pub(super) fn add(&mut self, at: Time, kind: Kind) {
        self.written += 1;
        self.entries.push(Entry { order: Order::new(at, kind.rank(), self.written), kind });
    }

    /// When something happens next.
    pub(super) fn next(&self) -> Option<Time> {
        self.entries.peek().map(|entry| entry.order.at())
    }

    /// What happens next, when it is not later than this.
    pub(super) fn take(&mut self, until: Time) -> Option<(Time, Kind)> {
        self.next().filter(|at| *at <= until)?;
        self.entries.pop().map(|entry| (entry.order.at(), entry.kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_at_once_comes_by_kind_and_then_as_written() {
        let mut calendar = Calendar::default();
        for (at, kind) in [(5, Kind::Arrival(1)), (5, Kind::Arrival(0)), (5, Kind::Come(3)), (2, Kind::Leave(0))] {
            calendar.add(at, kind);
        }
        let order: Vec<_> = std::iter::from_fn(|| calendar.take(5)).collect();
        assert_eq!(order, [(2, Kind::Leave(0)), (5, Kind::Come(3)), (5, Kind::Arrival(1)), (5, Kind::Arrival(0))]);
    }

    #[test]
    fn nothing_is_taken_before_its_time() {
        let mut calendar = Calendar::default();
        calendar.add(7, Kind::Step(0));
        assert_eq!((calendar.take(6), calendar.next(), calendar.take(7)), (None, Some(7), Some((7, Kind::Step(0)))));
    }
}
