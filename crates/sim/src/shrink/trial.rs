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
    /// Whether every replication came to its end.
    pub(super) is_whole: bool,
}

/// Runs a scenario; none when somebody asked to stop, or when it cannot be run.
pub(super) fn trial(scenario: &Scenario, jobs: usize, stop: &AtomicBool) -> Option<Trial> {
    if !scenario.is_random() {
        let outcome = run(scenario, &Options::default()).ok()?;
        return Some(Trial::new(outcome.report, 0, outcome.transcript.len() as u64, true));
    }
    let experiment = Experiment::new(scenario, None, stop).ok()?;
    let replications = 0..experiment.replications().unwrap_or(1);
    let ran = experiment.judged(experiment.run(&Runs { replications, jobs }, stop, &()).ok()?);
    let is_whole = ran.rows.rows.iter().all(|row| row.complete);
    ran.report.filter(|_| !ran.rows.partial).map(|report| Trial::new(report, ran.tasks, ran.events, is_whole))
}

impl Trial {
    /// A report names the tasks only where somebody asked for what happened.
    fn new(report: Report, came: u64, events: u64, is_whole: bool) -> Self {
        let (tasks, workers) = (report.tasks.len().max(came as usize), report.workers.len());
        Self { failed: report.expectations.failed, tasks, workers, events, is_whole }
    }
}
