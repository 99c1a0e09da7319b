//! A scenario run several times: on as many threads as there are, with the same figures to the bit on any number of
//! them. One row of figures per replication; everything else is made of the rows, in their order.

mod comparison;
mod runs;
mod shard;
mod staffing;
mod variant;
mod warnings;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use pointsman::{Engine, WorkspaceSpec};
use pointsman_config::Diagnostic;
use serde::{Deserialize, Serialize};

use crate::estimate::{Confidence, mser_5};
use crate::expectation::Check;
use crate::model::{Measure, WarmUp};
use crate::random::Streams;
use crate::reading::choice;
use crate::recognition::theory;
use crate::report::Report;
use crate::results::{self, Column, Estimates, Pooled, Results, Scope, Span};
use crate::results::{Named, Reduction};
use crate::run::{Counter, Ended, Nobody, Outcome, Story, Watcher, failed};
use crate::scenario::Scenario;
use crate::simulation::{Ending, simulate};
use crate::tally::Tally;

pub use comparison::{Compared, Comparison, compare, side_by_side};
pub use runs::{Aim, Precise, Progress, Runs};
pub use shard::{Shard, Unmergeable, part};
pub use staffing::{Question, Staffing, Target, Tried, Unanswered, staffing};

/// The figures of one replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which one, from 0.
    pub replication: u64,
    /// The fingerprint of the whole state at its end.
    pub digest: String,
    /// Whether it came to its end.
    pub complete: bool,
    /// Whether more happened in it than the scenario allows, so that it was ended on the way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overran: bool,
    /// When it began to be measured, in seconds.
    pub from: f64,
    /// When it ended, in seconds.
    pub to: f64,
    /// By column.
    pub values: Vec<Option<f64>>,
    /// By column, half the width of the interval that this run alone gives around its figure.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub half_widths: BTreeMap<usize, f64>,
    /// By interval and column.
    pub intervals: Vec<Vec<Option<f64>>>,
    /// What is expected of all replications together, figure by figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Option<f64>>,
}

/// A scenario, ready to be run.
#[derive(Clone)]
pub struct Experiment<'a> {
    scenario: &'a Scenario,
    seed: u64,
    measure: Measure,
}

/// The rows of some replications, and their waits together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// In the order of replications.
    pub rows: Vec<Row>,
    /// The waits of all of them.
    pub pooled: Pooled,
    /// Whether some are missing, or not at their end, because somebody asked to stop.
    pub partial: bool,
}

impl Rows {
    /// Adds those of the replications that follow.
    pub fn extend(&mut self, more: Self) {
        self.pooled.merge(&more.pooled);
        self.rows.extend(more.rows);
        self.partial |= more.partial;
    }
}

/// What is kept of one replication.
struct Replica {
    row: Row,
    pooled: Pooled,
    report: Report,
    failures: Vec<Diagnostic>,
    events: u64,
    tasks: u64,
}

/// What runs gave.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// Their figures.
    pub rows: Rows,
    /// The state at the end of the first of them, with the expectations of all.
    pub report: Option<Report>,
    /// The failed expectations once more, each with its place in the scenario.
    pub failures: Vec<Diagnostic>,
    /// How much happened in the longest of them.
    pub(crate) events: u64,
    /// How many tasks came by chance in the largest of them.
    pub(crate) tasks: u64,
}

impl Ran {
    /// Adds what the replications that follow gave.
    pub(crate) fn extend(&mut self, more: Self) {
        self.rows.extend(more.rows);
        self.failures.extend(more.failures);
        self.events = self.events.max(more.events);
        self.tasks = self.tasks.max(more.tasks);
        self.add(more.report);
    }

    /// The first report stays; the expectations of all count.
    fn add(&mut self, report: Option<Report>) {
        let Some(report) = report else { return };
        let Some(first) = &mut self.report else {
            self.report = Some(report);
            return;
        };
        first.replications += report.replications;
        first.expectations.passed += report.expectations.passed;
        first.expectations.failed.extend(report.expectations.failed);
    }
}

impl<'a> Experiment<'a> {
    /// Prepares the runs; where the warm-up is found out by a first look, that is taken here.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub fn new(scenario: &'a Scenario, seed: Option<u64>, stop: &AtomicBool) -> Result<Self, Diagnostic> {
        let (seed, measure) = (seed.unwrap_or(scenario.seed), scenario.model.measure.clone());
        let mut experiment = Self { scenario, seed, measure };
        if experiment.measure.warm_up == WarmUp::Automatic {
            experiment.measure.warm_up = WarmUp::Time(experiment.settled(stop)?);
        }
        Ok(experiment)
    }

    /// When the waits of the first replication have settled.
    fn settled(&self, stop: &AtomicBool) -> Result<std::time::Duration, Diagnostic> {
        let mut tally = self.tally();
        tally.series = Some(Vec::new());
        let simulated = simulate(self.scenario, self.streams(0), tally, (stop, &()), |_, _| Nobody::default())?;
        let series = simulated.tally.series.unwrap_or_default();
        #[allow(clippy::cast_precision_loss, reason = "waits stay far below 2^53 milliseconds")]
        let waits: Vec<f64> = series.iter().map(|(_, wait)| *wait as f64).collect();
        let cut = mser_5(&waits).observations;
        let latest = series.iter().take(cut).map(|(born, _)| *born + 1).max();
        Ok(std::time::Duration::from_millis(latest.unwrap_or(0)))
    }

    /// One replication. Only what expectations look at is kept.
    fn replica(&self, replication: u64, stop: &AtomicBool, progress: &dyn Progress) -> Result<Replica, Diagnostic> {
        let heed = (stop, progress);
        if self.scenario.expected().any(Check::looks_back) {
            self.simulated(replication, heed, self.told(replication))
        } else if self.scenario.expected().next().is_some() {
            self.simulated(replication, heed, |_, _| Counter::default())
        } else {
            self.simulated(replication, heed, |_, _| Nobody::default())
        }
    }

    /// Somebody who is told everything.
    fn told(&self, replication: u64) -> impl FnOnce(&WorkspaceSpec, &Engine) -> Story {
        let (scenario, seed) = (self.scenario, self.streams(replication).of_engine());
        move |spec, engine| Story::new(scenario, spec, seed, engine)
    }

    fn simulated<W: Watcher>(
        &self,
        replication: u64,
        heed: (&AtomicBool, &dyn Progress),
        watcher: impl FnOnce(&WorkspaceSpec, &Engine) -> W,
    ) -> Result<Replica, Diagnostic> {
        let simulated = simulate(self.scenario, self.streams(replication), self.tally(), heed, watcher)?;
        let Ended { report, failures, samples, .. } = simulated.ended;
        let (mut row, pooled) = self.read(replication, report.digest.clone(), &simulated.tally, simulated.ending);
        row.expected = samples;
        Ok(Replica { row, pooled, report, failures, events: simulated.events, tasks: simulated.tasks })
    }

    /// One replication with everything that happened in it.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub fn story(&self, replication: u64, stop: &AtomicBool) -> Result<Outcome, Diagnostic> {
        let told = self.told(replication);
        let simulated = simulate(self.scenario, self.streams(replication), self.tally(), (stop, &()), told)?;
        Ok(simulated.ended.into())
    }

    /// The same, ended on the way when more happens than this: it grows with every event, by about a kilobyte.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub fn beginning(&self, replication: u64, most_events: u64, stop: &AtomicBool) -> Result<Outcome, Diagnostic> {
        let mut scenario = self.scenario.clone();
        let most = most_events.min(scenario.model.measure.most_events);
        scenario.model.measure.most_events = most;
        let told = self.told(replication);
        let simulated = simulate(&scenario, self.streams(replication), self.tally(), (stop, &()), told)?;
        let is_whole = simulated.events <= most_events;
        Ok(Outcome { is_whole, ..simulated.ended.into() })
    }

    fn tally(&self) -> Tally {
        Tally::new(&self.scenario.model, self.scenario.workspace.spec.task_queues.len(), &self.measure)
    }

    fn streams(&self, replication: u64) -> Streams {
        Streams::new(self.seed, replication)
    }

    fn read(&self, replication: u64, digest: String, tally: &Tally, ending: Ending) -> (Row, Pooled) {
        let demands = std::iter::once(&tally.run).chain(&tally.classes).chain(&tally.queues);
        let pooled = Pooled(demands.map(|demand| demand.waits.clone()).collect());
        let row = Row {
            replication,
            digest,
            complete: ending == Ending::Over,
            overran: ending == Ending::TooMuch,
            from: seconds(tally.since),
            to: seconds(tally.until),
            values: results::values(tally, &self.scenario.model, &self.measure),
            half_widths: results::half_widths(&self.scenario.figures, tally, &self.measure, self.confidence()),
            intervals: results::in_interval(tally, &self.measure),
            expected: Vec::new(),
        };
        (row, pooled)
    }

    /// Judges what is expected of all replications together. Once, when all are there.
    #[must_use]
    pub fn judged(&self, mut ran: Ran) -> Ran {
        let Some(report) = &mut ran.report else { return ran };
        for (place, (at, check)) in self.scenario.over_replications().enumerate() {
            let Some((bound, confidence)) = check.over_replications() else { continue };
            let value = |row: &Row| row.expected.get(place).copied().flatten();
            let values: Vec<f64> = ran.rows.rows.iter().filter_map(value).collect();
            match bound.judge_mean(&values, confidence) {
                Ok(()) => report.expectations.passed += 1,
                Err(mismatch) => {
                    let at = self.scenario.start + at;
                    let (failure, diagnostic) = failed(self.scenario, at, &check.what, &check.place, mismatch);
                    report.expectations.failed.push(failure);
                    ran.failures.push(diagnostic);
                }
            }
        }
        ran
    }

    /// How often the scenario wants to run.
    pub fn replications(&self) -> Option<u64> {
        self.scenario.model.plan.replications
    }

    /// How long a replication lasts, where the scenario says so.
    pub fn horizon(&self) -> Option<std::time::Duration> {
        self.measure.horizon
    }

    /// How sure its intervals are to be.
    pub fn confidence(&self) -> Confidence {
        self.scenario.model.plan.confidence
    }

    /// The place of a figure by its full name; the nearest names when there is none.
    ///
    /// # Errors
    /// What was probably meant, or everything there is.
    pub fn place(&self, figure: &str) -> Result<usize, String> {
        let names: Vec<String> = self.columns().iter().map(Column::name).collect();
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        known.iter().position(|name| *name == figure).ok_or_else(|| choice(figure, &known))
    }

    /// What the figures are, in the order of a row's values.
    pub fn columns(&self) -> &[Column] {
        &self.scenario.figures
    }

    /// What all rows come to.
    pub fn results(&self, rows: &Rows, confidence: Confidence) -> Results {
        let reduction = Reduction { rows: &rows.rows, confidence };
        let scopes = reduction.scopes(self.columns(), &rows.pooled, &self.measure.quantiles);
        let mut run = Estimates::default();
        let (mut classes, mut queues, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for (scope, figures) in scopes {
            match scope {
                Scope::Run => run = figures,
                Scope::Class(name) => classes.push(Named { name, figures }),
                Scope::Queue(name) => queues.push(Named { name, figures }),
                Scope::Group(name) => groups.push(Named { name, figures }),
                Scope::Interval => {}
            }
        }
        let width = self.measure.interval.map_or(0.0, |width| width.as_secs_f64());
        let mut results = Results {
            scenario: self.scenario.name.clone(),
            seed: self.seed,
            replications: rows.rows.len() as u64,
            overran: rows.rows.iter().filter(|row| row.overran).count() as u64,
            precise: self.precise(&rows.rows),
            warnings: Vec::new(),
            partial: rows.partial || rows.rows.iter().any(|row| !row.complete),
            confidence: confidence.get(),
            measured: measured(&rows.rows),
            wait: "from the task's creation until a worker accepts it; of a queue, from the entry into it",
            run,
            classes,
            queues,
            groups,
            intervals: reduction.intervals(&results::interval_columns(&self.measure), width),
            theory: Vec::new(),
            no_theory: None,
        };
        match theory(self.scenario, &self.measure, &results) {
            Ok(theory) => results.theory = theory,
            Err(why) => results.no_theory = Some(why),
        }
        results.warnings = self.warnings(&results);
        results
    }
}

fn measured(rows: &[Row]) -> Span {
    let mean = |value: fn(&Row) -> f64| rows.iter().map(value).sum::<f64>() / rows.len().max(1) as f64;
    Span { from: mean(|row| row.from), to: mean(|row| row.to) }
}

#[allow(clippy::cast_precision_loss, reason = "times stay far below 2^53 milliseconds")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1_000.0
}
