//! Everything that is due some day, ordered by (instant, kind, creation). Most timers of a kind are set in the order in
//! which they are due, and most are over before that: setting one costs next to nothing, and nobody stops one. Rows say
//! when they are due, and so whether a timer still stands; it knows in which order, never what to do.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

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
    const ALL: [Self; 6] =
        [Self::Minute, Self::Reservation, Self::StepDeadline, Self::TimeToLive, Self::AssignedLimit, Self::Purge];
    const COUNT: usize = Self::ALL.len();
    /// Those of tasks.
    pub(crate) const OF_TASKS: [Self; 4] = [Self::StepDeadline, Self::TimeToLive, Self::AssignedLimit, Self::Purge];
}

/// Timers that are over may be kept, so many beside as many as stand.
const KEPT: usize = 64;

/// So many timers are looked at with each that is set, once too many are kept: no command pays for all of them.
const SWEPT: usize = 8;

/// The order in which timers fire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// What is due first.
    first: Option<Timer>,
    /// Timers of one kind that were set in the order in which they are due, as most are.
    lanes: [Lane; TimerKind::COUNT],
    /// The others.
    strays: BinaryHeap<Reverse<Timer>>,
    /// How many strays there may be before those that are over are forgotten.
    allowed: usize,
}

/// Timers of one kind, those that stand in their order.
#[derive(Clone, Debug, Default)]
struct Lane {
    timers: VecDeque<(Timestamp, Seq)>,
    /// How many there may be before those that are over are forgotten.
    allowed: usize,
    sweep: Option<Sweep>,
}

/// How far it is looked for timers that are over: before `kept` all stood, between the two all are over.
#[derive(Clone, Copy, Debug, Default)]
struct Sweep {
    kept: usize,
    seen: usize,
}

/// Ordered as they fire.
pub(crate) type Timer = (Timestamp, TimerKind, Seq);

impl Timers {
    /// Sets a timer.
    pub(crate) fn arm(&mut self, timer: Timer, stands: impl Fn(Timer) -> bool) {
        let (due, kind, subject) = timer;
        self.first = Some(self.first.map_or(timer, |first| first.min(timer)));
        let lane = &mut self.lanes[kind as usize];
        if lane.timers.back().is_none_or(|last| *last < (due, subject)) {
            lane.push(due, subject, |(due, subject)| stands((due, kind, subject)));
            return;
        }
        self.strays.push(Reverse(timer));
        if self.strays.len() > self.allowed {
            self.strays.retain(|Reverse(timer)| stands(*timer));
            self.allowed = 2 * self.strays.len() + KEPT;
        }
    }

    /// Forgets timers that are over until what is due first stands.
    pub(crate) fn tidy(&mut self, stands: impl Fn(Timer) -> bool) {
        while let Some(first) = self.first.filter(|first| !stands(*first)) {
            self.forget(first);
        }
    }

    /// Forgets what is due first, however often it was set.
    fn forget(&mut self, first: Timer) {
        let (due, kind, subject) = first;
        self.lanes[kind as usize].forget((due, subject));
        while self.strays.peek() == Some(&Reverse(first)) {
            self.strays.pop();
        }
        self.first = self.least();
    }

    /// What is due next, as long as nothing has happened since it was [tidied](Self::tidy).
    pub(crate) fn next(&self) -> Option<Timer> {
        self.first
    }

    fn least(&self) -> Option<Timer> {
        let mut next = self.strays.peek().map(|Reverse(timer)| *timer);
        for (lane, kind) in self.lanes.iter().zip(TimerKind::ALL) {
            let Some((due, subject)) = lane.timers.front().copied() else { continue };
            if next.is_none_or(|next| (due, kind, subject) < next) {
                next = Some((due, kind, subject));
            }
        }
        next
    }

    /// Takes the next timer of this instant and kind, in creation order.
    pub(crate) fn pop(&mut self, due: Timestamp, kind: TimerKind, stands: impl Fn(Timer) -> bool) -> Option<Seq> {
        while let Some(next) = self.first.filter(|next| (next.0, next.1) == (due, kind)) {
            self.forget(next);
            if stands(next) {
                return Some(next.2);
            }
        }
        None
    }

    /// The timers that stand are those, and what is due first comes first.
    pub(crate) fn check(&self, set: &BTreeSet<Timer>) -> Checked {
        ensure!(self.next() == set.first().copied(), "what is due first comes first");
        let lanes = self.lanes.iter().zip(TimerKind::ALL);
        let lanes = lanes.flat_map(|(lane, kind)| lane.timers.iter().map(move |(due, subject)| (*due, kind, *subject)));
        let known: BTreeSet<Timer> = lanes.chain(self.strays.iter().map(|Reverse(timer)| *timer)).collect();
        ensure!(set.is_subset(&known), "every deadline ahead has its timer");
        Ok(())
    }
}

impl Lane {
    fn push(&mut self, due: Timestamp, subject: Seq, stands: impl Fn((Timestamp, Seq)) -> bool) {
        self.timers.push_back((due, subject));
        if self.timers.len() > self.allowed {
            self.sweep(stands);
        }
    }

    /// Brings timers that are over together behind those that stand; at the end they go at once.
    fn sweep(&mut self, stands: impl Fn((Timestamp, Seq)) -> bool) {
        let Sweep { mut kept, mut seen } = self.sweep.take().unwrap_or_default();
        for _ in 0..SWEPT {
            let Some(timer) = self.timers.get(seen) else { break };
            if stands(*timer) {
                self.timers.swap(kept, seen);
                kept += 1;
            }
            seen += 1;
        }
        if seen < self.timers.len() {
            self.sweep = Some(Sweep { kept, seen });
        } else {
            self.timers.truncate(kept);
            self.allowed = 2 * kept + KEPT;
        }
    }

    /// Forgets a timer that comes first.
    fn forget(&mut self, first: (Timestamp, Seq)) {
        while self.timers.front() == Some(&first) {
            self.timers.pop_front();
            if let Some(Sweep { kept, seen }) = &mut self.sweep {
                (*kept, *seen) = (kept.saturating_sub(1), seen.saturating_sub(1));
            }
        }
    }
}
