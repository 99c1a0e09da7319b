//! Scenarios with chance in them: `run`, and the verbs `compare`, `staff` and `merge` that only they have.

pub(crate) mod compare;
mod csv;
pub(crate) mod merge;
mod progress;
pub(crate) mod staff;
mod table;

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use pointsman_config::Diagnostic;
use pointsman_sim::estimate::Precision;
use pointsman_sim::experiment::{Experiment, Ran, Runs, Shard, part};
use pointsman_sim::results::Results;
use pointsman_sim::{Outcome, Report, Scenario};
use serde::Serialize;

use self::progress::Bar;
use super::run::{record, transcript, write, write_story};
use crate::args::{Format, Part, RunArgs};
use crate::output::{self, Exit, Failure, print, print_json, remark, render_all};

/// The JSON of a run with chance in it: that of a scripted one, of the first replication, and the results of all.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    report: Option<&'a Report>,
    results: &'a Results,
}

pub(crate) fn run(args: &RunArgs, scenario: &Scenario) -> Result<Exit, Failure> {
    refuse(args)?;
    let stop = stoppable();
    let experiment = Experiment::new(scenario, args.seed, stop).map_err(refused)?;
    if let Some(part) = args.shard {
        return shard(args, &experiment, part, stop);
    }
    let ran = ran(args, &experiment, stop)?;
    if ran.rows.rows.is_empty() {
        return Err(Failure::Input("stopped before anything was measured".to_owned()));
    }
    let results = experiment.results(&ran.rows, experiment.confidence());
    leave_behind(args, scenario, &experiment, &ran, &results)?;
    answer(args.format, args.quiet, scenario, &ran, &results)
}

/// What has no meaning when chance plays a part.
fn refuse(args: &RunArgs) -> Result<(), Failure> {
    let given = [(args.bless, "--bless"), (args.until.is_some(), "--until")];
    given.iter().find(|(given, _)| *given).map_or(Ok(()), |(_, flag)| {
        let help = "its length is its `measure: {horizon: ...}`, and its figures are pinned by its seed";
        Err(Failure::Input(format!("`{flag}` is for scripted scenarios: chance plays a part in this one; {help}")))
    })
}

/// As many as are asked for on the command line, else by the scenario.
fn ran(args: &RunArgs, experiment: &Experiment<'_>, stop: &AtomicBool) -> Result<Ran, Failure> {
    let jobs = jobs(args.jobs);
    let Some(until) = experiment.until_precise().filter(|_| args.replications.is_none()) else {
        let count = args.replications.or(experiment.replications()).unwrap_or(1);
        let bar = Bar::new(Some(experiment), count);
        return experiment.run(&Runs { replications: 0..count, jobs }, stop, &bar).map_err(refused);
    };
    let nothing = |help| Failure::Input(format!("there is no figure `{}`: {help}", until.figure));
    let place = experiment.place(&until.figure).map_err(nothing)?;
    let first = experiment.replications().unwrap_or(10);
    let confidence = experiment.confidence();
    let precision = Precision { relative: until.half_width, confidence, least: usize::try_from(first).unwrap_or(10) };
    let bar = Bar::new(None, 0);
    experiment.run_until((place, precision), (first, until.at_most), jobs, stop, &bar).map_err(refused)
}

fn shard(args: &RunArgs, experiment: &Experiment<'_>, part_of: Part, stop: &AtomicBool) -> Result<Exit, Failure> {
    if experiment.until_precise().is_some() && args.replications.is_none() {
        let message = "a shard has to know how many replications there are, and this scenario runs until it is precise";
        return Err(Failure::Input(format!("{message}: add `--replications N`")));
    }
    let count = args.replications.or(experiment.replications()).unwrap_or(1);
    let replications = part(count, part_of.number, part_of.of);
    let bar = Bar::new(Some(experiment), replications.end - replications.start);
    let ran = experiment.run(&Runs { replications, jobs: jobs(args.jobs) }, stop, &bar).map_err(refused)?;
    if ran.rows.partial {
        return Err(Failure::Input("stopped: a shard is whole or nothing".to_owned()));
    }
    remark(&render_all(&ran.failures));
    let exit = exit(&ran);
    print(&(serde_json::to_string(&Shard::new(experiment, count, ran))? + "\n"))?;
    Ok(exit)
}

/// Everything that was asked for in files: what happened in the first replication, and the figures of all.
fn leave_behind(
    args: &RunArgs,
    scenario: &Scenario,
    experiment: &Experiment<'_>,
    ran: &Ran,
    results: &Results,
) -> Result<(), Failure> {
    if args.transcript.is_none() && args.record.is_none() && args.report.is_none() {
        return Ok(());
    }
    let story = experiment.story(0, &AtomicBool::new(false)).map_err(refused)?;
    if let Some(path) = &args.transcript {
        write(path, &transcript(&story, path)?)?;
    }
    if let Some(path) = &args.record {
        write(path, &record(&story)?)?;
    }
    if let Some(folder) = &args.report {
        report(folder, scenario, experiment, (ran, results), &story)?;
    }
    Ok(())
}

fn report(
    folder: &Path,
    scenario: &Scenario,
    experiment: &Experiment<'_>,
    (ran, results): (&Ran, &Results),
    story: &Outcome,
) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::Input(format!("cannot create the folder `{}`: {error}", folder.display())))?;
    write(&folder.join("report.json"), &output::json(&Answer { report: ran.report.as_ref(), results })?)?;
    csv::write_all(folder, experiment, ran, results, story)?;
    write_story(folder, story)?;
    write(&folder.join("index.html"), &pointsman_sim::results_page(scenario, results, &ran.rows, story))
}

fn answer(format: Format, quiet: bool, scenario: &Scenario, ran: &Ran, results: &Results) -> Result<Exit, Failure> {
    match format {
        Format::Json => print_json(&Answer { report: ran.report.as_ref(), results })?,
        Format::Text if quiet => {}
        Format::Text => print(&table::results(scenario, results, ran.report.as_ref()))?,
    }
    remark(&render_all(&ran.failures));
    Ok(exit(ran))
}

fn exit(ran: &Ran) -> Exit {
    if ran.failures.is_empty() { Exit::Done } else { Exit::Found }
}

fn refused(diagnostic: Diagnostic) -> Failure {
    Failure::Diagnostics(vec![diagnostic])
}

/// As many threads as asked for, or as there are cores.
fn jobs(asked: Option<u64>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or_else(cores, |jobs| usize::try_from(jobs).unwrap_or(1))
}

/// Becomes true when somebody presses Ctrl-C: the results so far are told, and marked as partial. Pressed again, it ends
/// at once.
fn stoppable() -> &'static AtomicBool {
    static STOP: AtomicBool = AtomicBool::new(false);
    let stop = || {
        if STOP.swap(true, std::sync::atomic::Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    // Where signals cannot be had, Ctrl-C ends the program as ever.
    let _ = ctrlc::set_handler(stop);
    &STOP
}
