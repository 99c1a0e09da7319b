//! Replications on several threads, put in order as they come.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{ops::Range, thread};

use pointsman_config::Diagnostic;

use super::{Experiment, Ran, Replica, Row};
use crate::estimate::Precision;

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

/// How many replications are run before it is looked again whether there are enough: the same on any number of threads.
const ROUND: u64 = 10;

impl Experiment<'_> {
    /// Runs replications, ten at a time, until the figure at this place of the columns is precise enough, or as many as
    /// are allowed.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub fn run_until(
        &self,
        (place, precision): (usize, Precision),
        (first, at_most): (u64, u64),
        jobs: usize,
        stop: &AtomicBool,
        progress: &dyn Progress,
    ) -> Result<Ran, Diagnostic> {
        let mut ran = Ran::default();
        let mut from = 0;
        loop {
            let to = if from == 0 { first.max(2) } else { from + ROUND }.min(at_most);
            let more = self.run(&Runs { replications: from..to, jobs }, stop, progress)?;
            ran.extend(more);
            let value = |row: &Row| row.values.get(place).copied().flatten();
            let values: Vec<f64> = ran.rows.rows.iter().filter_map(value).collect();
            if to >= at_most || stop.load(Ordering::Relaxed) || precision.reached(&values).is_some() {
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
