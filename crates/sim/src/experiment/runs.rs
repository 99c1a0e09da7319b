//! Replications on several threads, put in order as they come.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{ops::Range, thread};

use pointsman_config::Diagnostic;

use super::{Experiment, Ran, Replica};

/// How far the runs are.
pub trait Progress: Sync {
    /// Another replication is over; of those in the range, as many are now.
    fn done(&self, replications: u64);
}

/// Nobody wants to know.
impl Progress for () {
    fn done(&self, _: u64) {}
}

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
        let over = AtomicU64::new(0);
        let found: Mutex<BTreeMap<u64, Result<Replica, Diagnostic>>> = Mutex::default();
        let work = || {
            while !stop.load(Ordering::Relaxed) {
                let replication = next.fetch_add(1, Ordering::Relaxed);
                if replication >= runs.replications.end {
                    return;
                }
                let replica = self.replica(replication, stop);
                found.lock().unwrap_or_else(PoisonError::into_inner).insert(replication, replica);
                progress.done(over.fetch_add(1, Ordering::Relaxed) + 1);
            }
        };
        thread::scope(|scope| {
            for _ in 0..runs.jobs.max(1) {
                scope.spawn(work);
            }
        });
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(in_order(found.into_values().collect::<Result<Vec<_>, _>>()?))
    }
}

fn in_order(found: Vec<Replica>) -> Ran {
    let any_complete = found.iter().any(|replica| replica.row.complete);
    let mut ran = Ran::default();
    for replica in found.into_iter().filter(|replica| replica.row.complete || !any_complete) {
        ran.rows.pooled.merge(&replica.pooled);
        ran.rows.rows.push(replica.row);
        ran.failures.extend(replica.failures);
        let expected = replica.report.expectations.clone();
        match &mut ran.report {
            None => ran.report = Some(replica.report),
            Some(first) => {
                first.replications += 1;
                first.expectations.passed += expected.passed;
                first.expectations.failed.extend(expected.failed);
            }
        }
    }
    ran
}
