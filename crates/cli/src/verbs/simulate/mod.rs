//! Scenarios with chance in them: `run`, and the verbs `compare`, `staff` and `merge` that only they have; and `shrink`.

pub(crate) mod compare;
mod csv;
pub(crate) mod merge;
mod progress;
pub(crate) mod shrink;
pub(crate) mod staff;
mod table;

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use pointsman_config::Diagnostic;
use pointsman_sim::experiment::{Experiment, Ran, Runs, Shard, part};
use pointsman_sim::results::Results;
use pointsman_sim::{Outcome, Report, Scenario};
use schemars::JsonSchema;
use serde::Serialize;

use self::progress::Bar;
use super::run::{record, snapshot, transcript, write, write_story};
use crate::args::{Format, Part, RunArgs};
use crate::output::{self, Exit, Failure, print, print_json, remark, render_all};

/// The JSON of a run. Where chance plays a part it is told of the first replication, with the results of all.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Report")]
pub(crate) struct Answer<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// What all replications come to; absent where chance plays no part.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<&'a Results>,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(report: &'a Report, results: Option<&'a Results>) -> Self {
        Self { report, results }
    }
}

pub(crate) fn run(args: &RunArgs, scenario: Scenario) -> Result<Exit, Failure> {
    refuse(args)?;
    let scenario = &match args.until {
        Some(until) => scenario.ended_at(until).map_err(|why| Failure::Input(format!("`--until`: {why}")))?,
        None => scenario,
    };
    let stop = stoppable();
    let experiment = Experiment::new(scenario, args.seed, stop).map_err(refused)?;
    if let Some(part) = args.shard {
        return shard(args, &experiment, part, stop);
    }
    let ran = experiment.judged(ran(args, &experiment, stop)?);
    let finished = Finished::new(scenario, &experiment, &ran)?;
    finished.leave_behind(args)?;
    finished.tell(args.format, args.quiet)
}

/// What has no meaning when chance plays a part.
fn refuse(args: &RunArgs) -> Result<(), Failure> {
    if !args.bless {
        return Ok(());
    }
    let help = "chance plays a part in this one, and its figures are pinned by its seed";
    Err(Failure::Input(format!("`--bless` is for scripted scenarios: {help}")))
}

/// As many as are asked for on the command line, else by the scenario.
fn ran(args: &RunArgs, experiment: &Experiment<'_>, stop: &AtomicBool) -> Result<Ran, Failure> {
    let jobs = jobs(args.jobs);
    let Some(aim) = experiment.aim().filter(|_| args.replications.is_none()) else {
        let count = args.replications.or(experiment.replications()).unwrap_or(1);
        let bar = Bar::new(Some(experiment), count);
        return experiment.run(&Runs { replications: 0..count, jobs }, stop, &bar).map_err(refused);
    };
    experiment.run_until(&aim, jobs, stop, &Bar::new(None, 0)).map_err(refused)
}

fn shard(args: &RunArgs, experiment: &Experiment<'_>, part_of: Part, stop: &AtomicBool) -> Result<Exit, Failure> {
    if experiment.aim().is_some() && args.replications.is_none() {
        let message = "a shard has to know how many replications there are, and this scenario runs until it is precise";
        return Err(Failure::Input(format!("{message}: add `--replications N`")));
    }
    let count = args.replications.or(experiment.replications()).unwrap_or(1);
    let replications = part(count, part_of.number, part_of.of);
    let bar = Bar::new(Some(experiment), replications.end - replications.start);
    let ran = experiment.run(&Runs { replications, jobs: jobs(args.jobs) }, stop, &bar).map_err(refused)?;
    if ran.rows.partial && ran.rows.rows.iter().all(|row| !row.complete && !row.overran) {
        return Err(Failure::Stopped("stopped before a replication was over"));
    }
    remark(&render_all(&ran.failures));
    let exit = exit(&ran);
    print(&(serde_json::to_string(&Shard::new(experiment, count, ran))? + "\n"))?;
    Ok(exit)
}

/// As many events of the first replication are kept for tables and pictures of single tasks.
const MOST_TOLD: u64 = 500_000;

/// Runs that are over, and what they come to.
struct Finished<'a> {
    scenario: &'a Scenario,
    experiment: &'a Experiment<'a>,
    ran: &'a Ran,
    report: &'a Report,
    results: Results,
}

impl<'a> Finished<'a> {
    fn new(scenario: &'a Scenario, experiment: &'a Experiment<'a>, ran: &'a Ran) -> Result<Self, Failure> {
        let report = ran.report.as_ref().ok_or(Failure::Stopped("stopped before anything was measured"))?;
        let results = experiment.results(&ran.rows, experiment.confidence());
        Ok(Self { scenario, experiment, ran, report, results })
    }

    fn answer(&self) -> Answer<'_> {
        Answer::new(self.report, Some(&self.results))
    }

    /// Everything that was asked for in files: what happened in the first replication, and the figures of all.
    fn leave_behind(&self, args: &RunArgs) -> Result<(), Failure> {
        let files = [&args.transcript, &args.record, &args.snapshot];
        if files.iter().all(|file| file.is_none()) {
            return args.report.as_ref().map_or(Ok(()), |folder| self.report(folder));
        }
        let story = self.experiment.story(0, &AtomicBool::new(false)).map_err(refused)?;
        if let Some(path) = &args.transcript {
            write(path, &transcript(&story, path)?)?;
        }
        if let Some(path) = &args.record {
            write(path, &record(&story)?)?;
        }
        if let Some(path) = &args.snapshot {
            write(path, &snapshot(&story)?)?;
        }
        args.report.as_ref().map_or(Ok(()), |folder| self.fill(folder, &story))
    }

    /// A folder with everything, and as much of the first replication as memory is to hold.
    fn report(&self, folder: &Path) -> Result<(), Failure> {
        let story = self.experiment.beginning(0, MOST_TOLD, &AtomicBool::new(false)).map_err(refused)?;
        if !story.is_whole {
            let end = pointsman::format_duration(story.timeline.end);
            let help = "`--transcript FILE` and `--record FILE` beside it tell all";
            remark(&format!(
                "note: single tasks are told of the first {end} only, or it would take gigabytes; {help}\n"
            ));
        }
        self.fill(folder, &story)
    }

    fn fill(&self, folder: &Path, story: &Outcome) -> Result<(), Failure> {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::Input(format!("cannot create the folder `{}`: {error}", folder.display())))?;
        write(&folder.join("report.json"), &output::json(&self.answer())?)?;
        csv::write_all(folder, self.experiment, self.ran, &self.results, story)?;
        write_story(folder, story)?;
        let page = pointsman_sim::results_page(self.scenario, &self.results, (&self.ran.rows, self.report), story);
        write(&folder.join("index.html"), &page)
    }

    fn tell(&self, format: Format, quiet: bool) -> Result<Exit, Failure> {
        match format {
            Format::Json => print_json(&self.answer())?,
            Format::Text if quiet => {}
            Format::Text => print(&table::results(self.scenario, &self.results, self.report))?,
        }
        self.results.warnings.iter().for_each(|warning| remark(&format!("warning: {warning}\n")));
        remark(&render_all(&together(&self.ran.failures, self.results.replications)));
        Ok(exit(self.ran))
    }
}

/// What shards say of expectations stands in the report.
fn exit(ran: &Ran) -> Exit {
    let failed = ran.report.as_ref().is_some_and(|report| !report.expectations.failed.is_empty());
    match (ran.rows.partial, failed) {
        (true, _) => Exit::Stopped,
        (false, true) => Exit::Found,
        (false, false) => Exit::Done,
    }
}

/// What failed in the same place in several replications is told once.
fn together(failures: &[Diagnostic], replications: u64) -> Vec<Diagnostic> {
    let same = |one: &Diagnostic, other: &Diagnostic| one.span == other.span && one.path == other.path;
    let mut told: Vec<Diagnostic> = Vec::new();
    for failure in failures {
        if told.iter().any(|other| same(failure, other)) {
            continue;
        }
        let times = failures.iter().filter(|other| same(failure, other)).count();
        let several =
            (times > 1).then(|| format!("it failed in {times} of {replications} replications; this is the first"));
        told.push(Diagnostic { help: failure.help.clone().or(several), ..failure.clone() });
    }
    told
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
