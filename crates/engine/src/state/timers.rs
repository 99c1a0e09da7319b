//! Everything that is due some day, ordered by (instant, kind, creation). Most timers of a kind are set in the order in
//! which they are due, and most are over before that: setting and stopping one costs next to nothing. It knows when
//! and what for, never what to do.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

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
    const ALL: [Self; 6] =
        [Self::Minute, Self::Reservation, Self::StepDeadline, Self::TimeToLive, Self::AssignedLimit, Self::Purge];
    const COUNT: usize = Self::ALL.len();
}

/// Timers that are over may be kept, so many beside as many as are set.
const KEPT: usize = 64;

/// At most one timer per (kind, subject).
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// When each is due, by kind: the truth, of which the rest is an order.
    due: [Rows<Timestamp>; TimerKind::COUNT],
    /// Timers of one kind that were set in the order in which they are due, as most are. Some are over.
    lanes: [VecDeque<(Timestamp, Seq)>; TimerKind::COUNT],
    /// The others. Some are over.
    strays: BinaryHeap<Reverse<Timer>>,
}

/// Ordered as they fire.
type Timer = (Timestamp, TimerKind, Seq);

impl Timers {
    /// Sets the timer, replacing the one of this kind and subject.
    pub(crate) fn arm(&mut self, kind: TimerKind, subject: Seq, due: Timestamp) {
        let before = self.due[kind as usize].insert(subject, due);
        let lane = &mut self.lanes[kind as usize];
        if lane.back().is_none_or(|last| *last < (due, subject)) {
            lane.push_back((due, subject));
        } else {
            self.strays.push(Reverse((due, kind, subject)));
        }
        if let Some(before) = before {
            self.over((before, kind, subject));
        }
    }

    pub(crate) fn disarm(&mut self, kind: TimerKind, subject: Seq) {
        if let Some(due) = self.due[kind as usize].remove(subject) {
            self.over((due, kind, subject));
        }
    }

    /// A timer is over: the first of each order is one that is set, and not too many are kept that are not.
    fn over(&mut self, timer: Timer) {
        let (due, kind, subject) = timer;
        let lane = &self.lanes[kind as usize];
        if lane.front() == Some(&(due, subject)) || lane.len() > 2 * self.due[kind as usize].len() + KEPT {
            self.tidy_lane(kind);
        }
        if self.strays.peek() == Some(&Reverse(timer)) || self.strays.len() > KEPT {
            self.tidy_strays();
        }
    }

    /// What is due next.
    pub(crate) fn first(&self) -> Option<(Timestamp, TimerKind)> {
        self.next().map(|(due, kind, _)| (due, kind))
    }

    fn next(&self) -> Option<Timer> {
        let mut next = self.strays.peek().map(|Reverse(timer)| *timer);
        for (lane, kind) in self.lanes.iter().zip(TimerKind::ALL) {
            let Some((due, subject)) = lane.front().copied() else { continue };
            if next.is_none_or(|next| (due, kind, subject) < next) {
                next = Some((due, kind, subject));
            }
        }
        next
    }

    /// Takes the next timer of this instant and kind, in creation order.
    pub(crate) fn pop(&mut self, due: Timestamp, kind: TimerKind) -> Option<Seq> {
        let (_, _, subject) = self.next().filter(|next| (next.0, next.1) == (due, kind))?;
        self.disarm(kind, subject);
        Some(subject)
    }

    /// In no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Timer> {
        let kinds = self.due.iter().zip(TimerKind::ALL);
        kinds.flat_map(|(rows, kind)| rows.iter().map(move |(subject, due)| (*due, kind, subject)))
    }

    fn is_set(&self, (due, kind, subject): Timer) -> bool {
        self.due[kind as usize].get(subject) == Some(&due)
    }

    fn tidy_lane(&mut self, kind: TimerKind) {
        let (due, lane) = (&self.due[kind as usize], &mut self.lanes[kind as usize]);
        let is_set = |(at, subject): &(Timestamp, Seq)| due.get(*subject) == Some(at);
        while lane.front().is_some_and(|first| !is_set(first)) {
            lane.pop_front();
        }
        if lane.len() > 2 * due.len() + KEPT {
            lane.retain(is_set);
        }
    }

    fn tidy_strays(&mut self) {
        while self.strays.peek().is_some_and(|Reverse(first)| !self.is_set(*first)) {
            self.strays.pop();
        }
        if self.strays.len() > 2 * self.len() + KEPT {
            let mut strays = std::mem::take(&mut self.strays);
            strays.retain(|Reverse(timer)| self.is_set(*timer));
            self.strays = strays;
        }
    }

    fn len(&self) -> usize {
        self.due.iter().map(Rows::len).sum()
    }

    pub(crate) fn check(&self) -> Checked {
        let mut set: Vec<Timer> = self.iter().collect();
        set.sort_unstable();
        ensure!(self.next() == set.first().copied(), "what is due first comes first");
        let lanes = self.lanes.iter().zip(TimerKind::ALL);
        let lanes = lanes.flat_map(|(lane, kind)| lane.iter().map(move |(due, subject)| (*due, kind, *subject)));
        let strays = self.strays.iter().map(|Reverse(timer)| *timer);
        let mut known: Vec<Timer> = lanes.chain(strays).filter(|timer| self.is_set(*timer)).collect();
        known.sort_unstable();
        known.dedup();
        ensure!(known == set, "every timer has its turn");
        Ok(())
    }
}
