//! What became of tasks.

use crate::estimate::{self, Batches, Moments, Quantiles};
use crate::model::Level;
use crate::simulation::{Parts, Time};

/// Quantiles of waits are told to three figures.
pub(crate) type Waits = Quantiles<3>;

/// A service level as it is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standard {
    /// The longest wait that is in time.
    pub(super) within: Time,
    pub(super) level: Level,
}

/// The tasks of a run, a class, a queue or an interval.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    /// Those that came.
    pub(crate) offered: u64,
    /// Those that did not stay because of the wait.
    pub(crate) blocked: u64,
    /// Those that the engine or a script ended before a worker took them.
    pub(crate) lost: u64,
    /// Those of them whose time in the workflow was up.
    pub(crate) timed_out: u64,
    /// Those that came again after they were given up.
    pub(crate) again: u64,
    /// How often one went from one queue to another.
    pub(crate) transferred: u64,
    /// How often one was handed back.
    pub(crate) handed_back: u64,
    /// The waits of those that a worker took.
    pub(crate) wait: Moments,
    pub(crate) waits: Waits,
    /// The same in the order in which they ended.
    pub(crate) in_order: Batches,
    /// In the same order, whether each was given up, and whether it was good by each service level that counts it.
    pub(crate) given_up_in_order: Batches,
    pub(crate) good_in_order: Vec<Batches>,
    /// How many of them, or of those that were given up, waited at all.
    pub(crate) waited: u64,
    /// The waits of those that were given up.
    pub(crate) given_up: Moments,
    /// What the waits of both were due to.
    pub(crate) due_to: Parts,
    /// The waits of those that were lost, went on to another queue, or were handed back and taken again.
    pub(crate) passed: Moments,
    /// How long workers had to do with those that are done.
    pub(crate) handling: Moments,
    /// For each service level: taken in time, given up in time.
    pub(crate) in_time: Vec<[u64; 2]>,
    /// How long those have waited that waited when the run began, all together.
    pub(crate) waited_before: u128,
    /// How many wait.
    pub(crate) waiting: estimate::Level,
}

impl Demand {
    pub(crate) fn new(levels: usize) -> Self {
        Self {
            offered: 0,
            blocked: 0,
            lost: 0,
            timed_out: 0,
            again: 0,
            transferred: 0,
            handed_back: 0,
            wait: Moments::default(),
            waits: Waits::default(),
            in_order: Batches::default(),
            given_up_in_order: Batches::default(),
            good_in_order: vec![Batches::default(); levels],
            waited: 0,
            given_up: Moments::default(),
            due_to: Parts::default(),
            passed: Moments::default(),
            handling: Moments::default(),
            in_time: vec![[0; 2]; levels],
            waited_before: 0,
            waiting: estimate::Level::new(0, 0),
        }
    }

    /// Adds what became of other tasks, but for what their order decides: how long the line was, and how waits follow on
    /// each other.
    pub(super) fn merge(&mut self, other: &Self) {
        self.offered += other.offered;
        self.blocked += other.blocked;
        self.lost += other.lost;
        self.timed_out += other.timed_out;
        self.again += other.again;
        self.transferred += other.transferred;
        self.handed_back += other.handed_back;
        self.wait.merge(&other.wait);
        self.waits.merge(&other.waits);
        self.waited += other.waited;
        self.given_up.merge(&other.given_up);
        self.due_to = self.due_to.and(other.due_to);
        self.waited_before += other.waited_before;
        self.passed.merge(&other.passed);
        self.handling.merge(&other.handling);
        for (ours, theirs) in self.in_time.iter_mut().zip(&other.in_time) {
            *ours = [ours[0] + theirs[0], ours[1] + theirs[1]];
        }
    }

    /// The warm-up is over.
    pub(super) fn begin(&mut self, cut: Time) {
        self.waiting.reset(cut);
        self.waited_before = 0;
    }

    pub(super) fn taken(&mut self, wait: Time, due_to: Parts, levels: &[Standard]) {
        self.is_due_to(due_to, wait);
        self.wait.add(wait);
        self.waits.add(wait);
        self.waited += u64::from(wait > 0);
        self.count(0, wait, levels);
    }

    pub(super) fn given_up(&mut self, wait: Time, due_to: Parts, levels: &[Standard]) {
        self.is_due_to(due_to, wait);
        self.given_up.add(wait);
        self.waited += u64::from(wait > 0);
        self.count(1, wait, levels);
    }

    /// What depends on the order in which tasks end. An interval has no use for it.
    pub(super) fn follows(&mut self, is_taken: bool, wait: Time, levels: &[Standard]) {
        if is_taken {
            self.in_order.add(wait);
        }
        self.given_up_in_order.add(u64::from(!is_taken));
        for (good, standard) in self.good_in_order.iter_mut().zip(levels) {
            let is_good = standard.level.judges(is_taken, wait <= standard.within);
            is_good.into_iter().for_each(|is_good| good.add(u64::from(is_good)));
        }
    }

    fn is_due_to(&mut self, due_to: Parts, wait: Time) {
        debug_assert!(due_to.reserved + due_to.none_available <= wait, "{due_to:?} is more than {wait}");
        self.due_to = self.due_to.and(due_to);
    }

    fn count(&mut self, end: usize, wait: Time, levels: &[Standard]) {
        for (counts, standard) in self.in_time.iter_mut().zip(levels) {
            counts[end] += u64::from(wait <= standard.within);
        }
    }
}
