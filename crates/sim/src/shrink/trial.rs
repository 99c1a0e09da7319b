//! A scenario run as `pointsman run` would, for what fails in it.

use std::sync::atomic::AtomicBool;

use crate::experiment::{Experiment, Runs};
use crate::report::{Failure, Report};
use crate::run::{Options, run};
use crate::scenario::Scenario;

/// What a run gave.
pub(super) struct Trial {
    pub(super) failed: Vec<Failure>,
    pub(super) tasks: usize,
    pub(super) workers: usize,
    /// Those of the longest replication.
    pub(super) events: u64,
}

/// Runs a scenario to its end; none when it did not come there.
pub(super) fn trial(scenario: &Scenario, jobs: usize, stop: &AtomicBool) -> Option<Trial> {
    if !scenario.is_random() {
        let outcome = run(scenario, &Options::default()).ok()?;
        return Some(Trial::new(outcome.report, outcome.transcript.len() as u64));
    }
    let experiment = Experiment::new(scenario, None, stop).ok()?;
    let replications = 0..experiment.replications().unwrap_or(1);
    let ran = experiment.run(&Runs { replications, jobs }, stop, &()).ok()?;
    let is_whole = !ran.rows.partial && ran.rows.rows.iter().all(|row| row.complete);
    ran.report.filter(|_| is_whole).map(|report| Trial::new(report, ran.events))
}

impl Trial {
    fn new(report: Report, events: u64) -> Self {
        let (tasks, workers) = (report.tasks.len(), report.workers.len());
        Self { failed: report.expectations.failed, tasks, workers, events }
    }
}
