//! The smallest group of workers with which a figure is good enough, with confidence.

use std::sync::atomic::{AtomicBool, Ordering};

use pointsman_config::{Diagnostic, Files, Node, parse_file};
use serde::Serialize;

use super::{Experiment, Progress, Runs};
use crate::estimate::{Confidence, Interval};
use crate::reading::choice;
use crate::results::Unit;
use crate::scenario::Scenario;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The group whose count is sought.
    pub group: String,
    /// The figure, by its full name: `class.voice.service_level_20s`.
    pub figure: String,
    /// What the figure has to be.
    pub target: Target,
    /// The smallest and the largest count tried.
    pub counts: (u64, u64),
    /// How often each count runs.
    pub replications: u64,
    /// How many threads at most.
    pub jobs: usize,
    /// How sure it has to be.
    pub confidence: Confidence,
}

/// What a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Staffing {
    /// The smallest count that is good enough; none when neither the largest nor the smallest is.
    pub count: Option<u64>,
    /// What the figure is counted in.
    pub unit: Unit,
    /// Whether it was stopped before there was an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// Every count that was tried, the smallest first.
    pub tried: Vec<Tried>,
}

/// A count that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tried {
    /// How many workers.
    pub count: u64,
    /// How often it ran: fewer times than asked for where it was stopped.
    pub replications: u64,
    /// The mean of the figure; absent where no run has it.
    pub value: Option<f64>,
    /// Half the width of its interval.
    pub half_width: Option<f64>,
    /// Whether the whole interval is good; never of what was stopped.
    pub is_good: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// The scenario, or the scenario with a count, cannot be run.
    Wrong(Vec<Diagnostic>),
    /// It has no such figure; what was probably meant.
    NoFigure(String),
    /// The figure can never be that; why.
    NoTarget(String),
    /// No count of this group can be sought; why, and what to do.
    NoGroup(String),
    /// Somebody asked to stop.
    Stopped,
}

/// Halves the range until the smallest good count and the one below it are known. More workers are taken to be no worse;
/// where the most are not good enough, the fewest are looked at: what falls with every worker, as occupancy does, is best
/// there.
///
/// # Errors
/// When a scenario cannot be run, when there is no such figure, or when it was stopped before anything was tried.
pub fn staffing(
    scenario: &Scenario,
    question: &Question,
    files: &dyn Files,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Staffing, Unanswered> {
    has_count(scenario, &question.group)?;
    let (mut low, mut high) = question.counts;
    let mut tried: Vec<Tried> = Vec::new();
    let (most, unit) = attempt(scenario, question, high, files, stop, progress)?;
    tried.push(most);
    let mut partial = stop.load(Ordering::Relaxed);
    while low < high && !partial {
        let count = if most.is_good { low.midpoint(high) } else { low };
        match attempt(scenario, question, count, files, stop, progress) {
            Ok((found, _)) => {
                tried.push(found);
                partial = stop.load(Ordering::Relaxed);
                if found.is_good || !most.is_good { high = count } else { low = count + 1 }
            }
            Err(Unanswered::Stopped) => partial = true,
            Err(wrong) => return Err(wrong),
        }
    }
    tried.sort_by_key(|one| one.count);
    let count = tried.iter().find(|one| one.is_good).map(|one| one.count).filter(|_| !partial);
    Ok(Staffing { count, unit, partial, tried })
}

/// Whether the scenario says how many workers the group has, so that another number can be said.
fn has_count(scenario: &Scenario, group: &str) -> Result<(), Unanswered> {
    let root = parse_file(scenario.file()).map_err(Unanswered::Wrong)?;
    let groups = root.get("staff").map(Node::elements).unwrap_or_default();
    let name = |node: &Node| node.get("group").and_then(Node::as_str).map(str::to_owned);
    let names: Vec<String> = groups.iter().filter_map(name).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    match groups.iter().find(|node| name(node).as_deref() == Some(group)) {
        Some(node) if node.get("count").is_some() => Ok(()),
        Some(_) => Err(Unanswered::NoGroup(format!(
            "the group `{group}` names its workers, so that there is no number of them to seek: write a `count` in \
             place of `workers`"
        ))),
        None if groups.is_empty() => Err(Unanswered::NoGroup(format!(
            "the scenario has no groups of workers: write `staff: [{{group: {group}, count: 1}}]`"
        ))),
        None => Err(Unanswered::NoGroup(format!("there is no group `{group}`: {}", choice(group, &known)))),
    }
}

fn attempt(
    scenario: &Scenario,
    question: &Question,
    count: u64,
    files: &dyn Files,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<(Tried, Unit), Unanswered> {
    let path = format!("staff.{}.count", question.group);
    let (scenario, told) = scenario.with_number(&path, count, files);
    let scenario = scenario.ok_or(Unanswered::Wrong(told))?;
    let wrong = |diagnostic| Unanswered::Wrong(vec![diagnostic]);
    let experiment = Experiment::new(&scenario, None, stop).map_err(wrong)?;
    let place = experiment.place(&question.figure).map_err(Unanswered::NoFigure)?;
    let (Target::AtLeast(target) | Target::AtMost(target)) = question.target;
    if experiment.columns()[place].unit == Unit::Share && !(0.0..=1.0).contains(&target) {
        let figure = &question.figure;
        return Err(Unanswered::NoTarget(format!(
            "`{figure}` is a share from 0 to 1, such as 0.8, and never {target}"
        )));
    }
    let runs = Runs { replications: 0..question.replications, jobs: question.jobs };
    let ran = experiment.run(&runs, stop, progress).map_err(wrong)?;
    let whole = ran.rows.rows.iter().filter(|row| row.complete || row.overran);
    let replications = whole.clone().count() as u64;
    if replications == 0 {
        return Err(Unanswered::Stopped);
    }
    let values: Vec<f64> = whole.filter_map(|row| row.values.get(place).copied().flatten()).collect();
    let interval = Interval::student(&values, question.confidence);
    let half_width = interval.and_then(|interval| interval.half_width);
    let is_good = interval.zip(half_width).is_some_and(|(interval, half)| match question.target {
        Target::AtLeast(target) => interval.mean - half >= target,
        Target::AtMost(target) => interval.mean + half <= target,
    });
    let (value, is_good) = (interval.map(|interval| interval.mean), is_good && !ran.rows.partial);
    let tried = Tried { count, replications, value, half_width, is_good };
    Ok((tried, experiment.columns()[place].unit))
}
