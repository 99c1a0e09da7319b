//! Scenarios as text, their runs, and how figures are held against exact ones.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pointsman_config::{Diagnostic, SourceFile};
use pointsman_sim::Scenario;
use pointsman_sim::estimate::Confidence;
use pointsman_sim::experiment::{Experiment, Ran, Runs};
use pointsman_sim::results::{Results, Scope};

/// How often a case in a thousand may fail by bad luck: once.
const BAD_LUCK: f64 = 0.001;

/// One queue for everybody, and nothing else.
pub(crate) const ONE_QUEUE: &str = r#"
workspace:
  activities: [{name: Offline, available: false}, {name: Available, available: true}]
  multi_task_enabled: true
  task_queues: [{name: q, target_workers: "1==1"}]
  workflows: [{name: w, configuration: {task_routing: {filters: [], default_filter: {queue: q}}}}]
"#;

/// A scenario of one queue: the rest of the file is given.
pub(crate) fn one_queue(rest: &str) -> String {
    format!("{ONE_QUEUE}{rest}")
}

pub(crate) fn read(text: &str) -> (Option<Scenario>, Vec<Diagnostic>) {
    let file = Arc::new(SourceFile::new("scenario.yaml", text.to_owned()));
    let none = |path: &str| Err::<String, String>(format!("there is no `{path}`"));
    Scenario::parse(&file, &none)
}

pub(crate) fn scenario(text: &str) -> Scenario {
    let (scenario, diagnostics) = read(text);
    let told: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    scenario.unwrap_or_else(|| panic!("{told:?}"))
}

pub(crate) fn experiment(scenario: &Scenario, seed: u64) -> Experiment<'_> {
    Experiment::new(scenario, Some(seed), &AtomicBool::new(false)).unwrap()
}

pub(crate) fn ran(experiment: &Experiment<'_>, replications: u64, jobs: usize) -> Ran {
    let runs = Runs { replications: 0..replications, jobs };
    experiment.run(&runs, &AtomicBool::new(false), &()).unwrap()
}

/// How many replications, by `POINTSMAN_EFFORT`: never fewer than the case asks for, and no more at that of the gate, since
/// a case is whole with as many; higher efforts narrow the intervals.
#[allow(clippy::disallowed_methods, reason = "the one place where these tests read how hard to try")]
pub(crate) fn effort(replications: u64) -> u64 {
    let effort = std::env::var("POINTSMAN_EFFORT").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    ((replications as f64 * effort / 4.0) as u64).max(replications)
}

/// A figure and what it is in theory.
pub(crate) type Exact<'a> = (Scope, &'a str, f64);

pub(crate) fn run(figure: &str, exact: f64) -> Exact<'_> {
    (Scope::Run, figure, exact)
}

pub(crate) fn class<'a>(name: &str, figure: &'a str, exact: f64) -> Exact<'a> {
    (Scope::Class(name.to_owned()), figure, exact)
}

pub(crate) fn group<'a>(name: &str, figure: &'a str, exact: f64) -> Exact<'a> {
    (Scope::Group(name.to_owned()), figure, exact)
}

/// The confidence with which each of so many intervals must hold for all of them to hold together.
pub(crate) fn each_of(count: usize) -> Confidence {
    Confidence::try_from(1.0 - BAD_LUCK / count as f64).unwrap()
}

/// Runs a case and holds it against the exact figures.
pub(crate) fn holds(text: &str, seed: u64, replications: u64, exact: &[Exact<'_>]) -> Results {
    let scenario = scenario(text);
    let experiment = experiment(&scenario, seed);
    let ran = ran(&experiment, effort(replications), 2);
    let results = experiment.results(&ran.rows, each_of(exact.len()));
    let mut wrong = String::new();
    for (scope, figure, exact) in exact {
        let estimate = results.of(scope).and_then(|figures| figures.get(figure));
        let estimate = estimate.unwrap_or_else(|| panic!("no figure {scope:?} {figure}"));
        let (value, half) = (estimate.value.unwrap(), estimate.half_width.unwrap());
        println!("{scope:?} {figure}: exact {exact:.6}, simulated {value:.6} +- {half:.6}");
        // An interval that says nothing cannot fail.
        assert!(
            half <= 0.15 * exact.abs(),
            "{scope:?} {figure}: {value} +- {half} is too wide to hold {exact} against it"
        );
        if (value - exact).abs() > half {
            writeln!(wrong, "{scope:?} {figure}: {value} +- {half} does not cover {exact}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "seed {seed}:\n{wrong}");
    results
}

/// The theory that the results name by themselves is the one the case knows, for these figures.
pub(crate) fn is_recognised(results: &Results, kind: &str, exact: &[Exact<'_>]) {
    for (scope, figure, value) in exact {
        let found = results.theory.iter().find(|theory| theory.scope == *scope && theory.figure == *figure);
        let found = found.unwrap_or_else(|| panic!("{kind} says nothing of {scope:?} {figure}: {:?}", results.theory));
        assert_eq!((found.kind.name(), found.covered), (kind, Some(true)), "{scope:?} {figure}");
        assert!(
            (found.exact - value).abs() <= 1e-9 * value.abs(),
            "{scope:?} {figure}: {} is not {value}",
            found.exact
        );
    }
}
