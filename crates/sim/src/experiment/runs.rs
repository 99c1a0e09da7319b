//! Replications on several threads, put in order as they come.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{ops::Range, thread};

use pointsman_config::Diagnostic;

use serde::Serialize;

use super::{Experiment, Ran, Replica, Row};
use crate::estimate::{Interval, Precision};

/// How far the runs are.
pub trait Progress: Sync {
    /// Another replication is over.
    fn done(&self) {}

    /// So many more tasks have come, and so many more milliseconds of the scenario have passed.
    fn passed(&self, tasks: u64, millis: u64) {
        let _ = (tasks, millis);
    }
}

/// Nobody wants to know.
impl Progress for () {}

/// Which replications, on how many threads.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The replications, from 0.
    pub replications: Range<u64>,
    /// How many threads at most. It changes no figure.
    pub jobs: usize,
}

impl Experiment<'_> {
    /// Runs them all. When somebody asks to stop, those that are over count; of a run that was stopped on the way, what
    /// it has is kept only when there is nothing else.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub fn run(&self, runs: &Runs, stop: &AtomicBool, progress: &dyn Progress) -> Result<Ran, Diagnostic> {
        let next = AtomicU64::new(runs.replications.start);
        let found: Mutex<BTreeMap<u64, Result<Replica, Diagnostic>>> = Mutex::default();
        let work = || {
            while !stop.load(Ordering::Relaxed) {
                let replication = next.fetch_add(1, Ordering::Relaxed);
                if replication >= runs.replications.end {
                    return;
                }
                let replica = self.replica(replication, stop, progress);
                found.lock().unwrap_or_else(PoisonError::into_inner).insert(replication, replica);
                progress.done();
            }
        };
        thread::scope(|scope| {
            for _ in 0..runs.jobs.max(1) {
                scope.spawn(work);
            }
        });
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut ran = in_order(found.into_values().collect::<Result<Vec<_>, _>>()?);
        ran.rows.partial = stop.load(Ordering::Relaxed);
        Ok(ran)
    }
}

/// A figure that is to be known well.
#[derive(Clone, Debug)]
pub struct Aim {
    /// Its place among the columns.
    place: usize,
    precision: Precision,
    /// How many replications come first.
    first: u64,
    at_most: u64,
}

impl Aim {
    /// The figure in each replication.
    fn values(&self, rows: &[Row]) -> Vec<f64> {
        rows.iter().filter_map(|row| row.values.get(self.place).copied().flatten()).collect()
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Precise {
    /// The figure.
    pub figure: String,
    /// Half the width of its interval by its mean, as it is to be at most.
    pub wanted: f64,
    /// As it is. Absent where the mean is zero, or with fewer than two replications that have the figure.
    pub half_width: Option<f64>,
    /// Whether it was as precise as that after some of the replications, or after all.
    pub is_reached: bool,
}

/// How many replications are run before it is looked again whether there are enough: the same on any number of threads.
const ROUND: u64 = 10;

impl Experiment<'_> {
    /// The figure that the scenario wants to know well, where it names one.
    pub fn aim(&self) -> Option<Aim> {
        let until = self.scenario.model.plan.precision.as_ref()?;
        let first = self.replications().unwrap_or(10);
        let (confidence, least) = (self.confidence(), usize::try_from(first).unwrap_or(10));
        let precision = Precision { relative: until.half_width, confidence, least };
        Some(Aim { place: self.place(&until.figure).ok()?, precision, first, at_most: until.at_most })
    }

    /// How well that figure is known.
    pub(super) fn precise(&self, rows: &[Row]) -> Option<Precise> {
        let aim = self.aim()?;
        let values = aim.values(rows);
        let interval = Interval::student(&values, aim.precision.confidence);
        Some(Precise {
            figure: self.columns()[aim.place].name(),
            wanted: aim.precision.relative,
            half_width: interval.and_then(|interval| interval.relative()),
            is_reached: aim.precision.reached(&values).is_some(),
        })
    }

    /// Runs replications, ten at a time, until a figure is precise enough, or as many as are allowed.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub fn run_until(
        &self,
        aim: &Aim,
        jobs: usize,
        stop: &AtomicBool,
        progress: &dyn Progress,
    ) -> Result<Ran, Diagnostic> {
        let mut ran = Ran::default();
        let mut from = 0;
        loop {
            let to = if from == 0 { aim.first.max(2) } else { from + ROUND }.min(aim.at_most);
            let more = self.run(&Runs { replications: from..to, jobs }, stop, progress)?;
            ran.extend(more);
            let is_over = to >= aim.at_most || stop.load(Ordering::Relaxed);
            if is_over || aim.precision.reached(&aim.values(&ran.rows.rows)).is_some() {
                return Ok(ran);
            }
            from = to;
        }
    }
}

fn in_order(found: Vec<Replica>) -> Ran {
    let was_stopped = |replica: &Replica| !replica.row.complete && !replica.row.overran;
    let only_stopped = found.iter().all(was_stopped);
    let mut ran = Ran::default();
    for replica in found.into_iter().filter(|replica| only_stopped || !was_stopped(replica)) {
        ran.rows.pooled.merge(&replica.pooled);
        ran.rows.rows.push(replica.row);
        ran.failures.extend(replica.failures);
        ran.events = ran.events.max(replica.events);
        ran.tasks = ran.tasks.max(replica.tasks);
        ran.add(Some(replica.report));
    }
    ran
}
