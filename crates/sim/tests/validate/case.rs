//! One case: a scenario, how often it is run, and checks of what came out.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pointsman_config::SourceFile;
use pointsman_sim::Scenario;
use pointsman_sim::estimate::{Confidence, Interval};
use pointsman_sim::experiment::{Experiment, Ran, Runs};
use pointsman_sim::results::{Estimates, Named, Results};

/// A pool of workers alike with one queue, unless something else is said.
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) queues: &'static str,
    pub(crate) filters: &'static str,
    pub(crate) staff: String,
    pub(crate) arrivals: String,
    pub(crate) handling: &'static str,
    pub(crate) warm_up: &'static str,
    pub(crate) horizon: &'static str,
    pub(crate) interval: Option<&'static str>,
    /// After how many seconds a ring ends.
    pub(crate) ring: u32,
    pub(crate) replications: u64,
}

impl Case {
    pub(crate) fn new(seed: u64, arrivals: &str, staff: &str) -> Self {
        Self {
            seed,
            queues: "[{name: all, target_workers: 1==1}]",
            filters: "filters: [], default_filter: {queue: all}",
            staff: format!("[{{group: agents, {staff}}}]"),
            arrivals: arrivals.to_owned(),
            handling: "[{time: {exponential: {mean: 1m}}}]",
            warm_up: "5h",
            horizon: "200h",
            interval: None,
            ring: 60,
            replications: 20,
        }
    }

    pub(crate) fn text(&self) -> String {
        let Self { queues, filters, staff, arrivals, handling, warm_up, horizon, ring, .. } = self;
        let interval = self.interval.map(|width| format!(", interval: {width}")).unwrap_or_default();
        format!(
            "workspace:\n  task_queues: {queues}\n  workflows:\n    - name: incoming\n      task_reservation_timeout: {ring}\n      \
             configuration: {{task_routing: {{{filters}}}}}\nstaff: {staff}\narrivals: {arrivals}\nhandling: {handling}\n\
             measure: {{horizon: {horizon}, warm_up: {warm_up}{interval}}}\n"
        )
    }

    pub(crate) fn run(&self) -> Found {
        let effort = std::env::var("POINTSMAN_EFFORT").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
        let replications = ((self.replications as f64 * effort) as u64).max(5);
        let (ran, results, columns) = run(&self.text(), self.seed, 0..replications, 2);
        Found { ran, results, columns }
    }
}

/// The confidence of every interval.
fn confidence() -> Confidence {
    Confidence::new(0.999).unwrap()
}

pub(crate) fn parse(text: &str) -> Scenario {
    let file = Arc::new(SourceFile::new("s.yaml", text));
    let no_files = |path: &str| Err::<String, String>(format!("no {path}"));
    let (scenario, diagnostics) = Scenario::parse(&file, &no_files);
    scenario.unwrap_or_else(|| panic!("{}\n{text}", diagnostics.iter().map(ToString::to_string).collect::<String>()))
}

/// Runs a scenario; the names of the columns come last.
pub(crate) fn run(text: &str, seed: u64, replications: Range<u64>, jobs: usize) -> (Ran, Results, Vec<String>) {
    let (scenario, stop) = (parse(text), AtomicBool::new(false));
    let experiment = Experiment::new(&scenario, Some(seed), &stop).unwrap();
    let ran = experiment.run(&Runs { replications, jobs }, &stop, &()).unwrap();
    let results = experiment.results(&ran.rows, confidence());
    (ran, results, experiment.columns().iter().map(pointsman_sim::results::Column::name).collect())
}

/// What a case gave.
pub(crate) struct Found {
    ran: Ran,
    results: Results,
    columns: Vec<String>,
}

impl Found {
    /// The interval of a figure of the run covers the exact value, and is no wider to either side than this share of it.
    #[track_caller]
    pub(crate) fn covers(&self, figure: &str, exact: f64, narrow: f64) {
        check(&self.results.run, figure, exact, narrow);
    }

    #[track_caller]
    pub(crate) fn covers_of(&self, class: &str, figure: &str, exact: f64, narrow: f64) {
        check(named(&self.results.classes, class), figure, exact, narrow);
    }

    #[track_caller]
    pub(crate) fn covers_of_group(&self, group: &str, figure: &str, exact: f64, narrow: f64) {
        check(named(&self.results.groups, group), figure, exact, narrow);
    }

    #[track_caller]
    pub(crate) fn covers_in(&self, interval: usize, figure: &str, exact: f64, narrow: f64) {
        check(&self.results.intervals[interval].figures, figure, exact, narrow);
    }

    /// The same of one figure by another, run by run.
    #[track_caller]
    pub(crate) fn covers_ratio(&self, (of, by): (&str, &str), exact: f64, narrow: f64) {
        let ratios: Vec<f64> = self.values(of).iter().zip(self.values(by)).map(|(of, by)| of / by).collect();
        let interval = Interval::student(&ratios, confidence()).unwrap();
        judge(&format!("{of} by {by}"), (interval.mean, interval.half_width.unwrap()), exact, narrow);
    }

    /// The mean and the variance over the runs.
    pub(crate) fn moments(&self, figure: &str) -> [f64; 2] {
        let values = self.values(figure);
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        [mean, values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0)]
    }

    fn values(&self, figure: &str) -> Vec<f64> {
        let place = self.columns.iter().position(|name| name == figure).unwrap();
        self.ran.rows.rows.iter().map(|row| row.values[place].unwrap()).collect()
    }
}

fn named<'a>(all: &'a [Named], name: &str) -> &'a Estimates {
    &all.iter().find(|named| named.name == name).unwrap().figures
}

#[track_caller]
fn check(figures: &Estimates, figure: &str, exact: f64, narrow: f64) {
    let estimate = figures.get(figure).unwrap_or_else(|| panic!("there is no {figure}"));
    judge(figure, (estimate.value.unwrap(), estimate.half_width.unwrap()), exact, narrow);
}

#[track_caller]
fn judge(what: &str, (value, half_width): (f64, f64), exact: f64, narrow: f64) {
    let told = format!("{what}: {value:.5} +- {half_width:.5}, exactly {exact:.5}");
    println!("{told}");
    assert!((value - exact).abs() <= half_width, "{told}");
    assert!(half_width <= narrow * exact.abs(), "{told}: too wide to say anything");
}
