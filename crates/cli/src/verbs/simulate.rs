//! `pointsman run` of a scenario with chance in it: replications, and what they come to.

use std::sync::atomic::AtomicBool;

use pointsman_sim::estimate::Confidence;
use pointsman_sim::experiment::{Experiment, Runs};
use pointsman_sim::results::Results;
use pointsman_sim::{Report, Scenario};
use serde::Serialize;

use crate::args::{Format, RunArgs};
use crate::output::{Exit, Failure, print, print_json, remark, render_all};

/// The JSON of a run with chance in it: that of a scripted one, of the first replication, and the results of all.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    report: Option<&'a Report>,
    results: &'a Results,
}

pub(crate) fn run(args: &RunArgs, scenario: &Scenario) -> Result<Exit, Failure> {
    let stop = AtomicBool::new(false);
    let refused = |diagnostic| Failure::Diagnostics(vec![diagnostic]);
    let experiment = Experiment::new(scenario, args.seed, &stop).map_err(refused)?;
    let runs = Runs { replications: 0..args.replications, jobs: usize::try_from(args.jobs).unwrap_or(1) };
    let ran = experiment.run(&runs, &stop, &()).map_err(refused)?;
    let results = experiment.results(&ran.rows, Confidence::default());
    match args.format {
        Format::Json => print_json(&Answer { report: ran.report.as_ref(), results: &results })?,
        Format::Text if args.quiet => {}
        Format::Text => print(&format!("{results:#?}"))?,
    }
    remark(&render_all(&ran.failures));
    Ok(if ran.failures.is_empty() { Exit::Done } else { Exit::Found })
}
