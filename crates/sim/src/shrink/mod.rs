//! A failing scenario made as small as it gets while it fails in the same way. Candidates are changes of the document,
//! tried one after the other, the largest first; what is written is what was run. No change is kept that makes more to read
//! and follow, and none is tried that has more lines than the original. Nothing is drawn here.

mod edit;
mod reductions;
mod trial;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pointsman::parse_duration;
use pointsman_config::{Diagnostic, Files, Severity, SourceFile, parse_file};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::document::{Tree, inline};
use crate::report::Failure;
use crate::scenario::{self, Scenario};

use edit::Edit;
use reductions::{REDUCTIONS, Reduction};
use trial::{Trial, trial};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Another seed than the scenario's.
    pub seed: Option<u64>,
    /// How often to run, instead of what the scenario says, or once.
    pub replications: Option<u64>,
    /// How many candidates to run at most.
    pub tries: u64,
    /// How many replications at the same time. It changes nothing in the answer.
    pub jobs: usize,
    /// What the result is going to be called.
    pub called: String,
    /// The folder of the scenario, where the result is going to stand in another: recorded tables are named with it.
    pub folder: Option<String>,
}

/// The smallest scenario that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shrunk {
    /// What fails in it, with its place in it.
    pub failure: Failure,
    /// How large the scenario was.
    pub before: Size,
    /// How large it is now.
    pub after: Size,
    /// How many candidates were run.
    pub tries: u64,
    /// Why it ended.
    pub ended: Ended,
    /// The scenario, as YAML.
    pub scenario: String,
}

/// How large a scenario is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Size {
    /// The lines of its document, with everything inline.
    pub lines: usize,
    /// The values that are written in it: each instant in a list is one.
    pub values: usize,
    /// The tasks of its first run, or those that came by chance in its largest.
    pub tasks: usize,
    /// The workers of its first run.
    pub workers: usize,
    /// What happened in its longest run: events of the engine, and in a random scenario what happens by itself.
    pub events: u64,
}

/// Why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Ended {
    /// Nothing makes it smaller.
    Smallest,
    /// All tries were used.
    Tries,
    /// Somebody asked for it.
    Stopped,
}

/// Why there is nothing to shrink.
#[derive(Clone, Debug)]
pub enum Unshrunk {
    /// The scenario, or a file it names, cannot be read.
    Unreadable(Vec<Diagnostic>),
    /// Nothing fails in it.
    Holds,
    /// Somebody asked to stop before anything failed.
    Stopped,
}

/// Makes a failing scenario smaller while the first of its failed expectations fails. `progress` is told the tries so
/// far and the lines that are left. When somebody asks to stop, the smallest one so far is the answer.
///
/// # Errors
/// When there is nothing to shrink.
pub fn shrink(
    scenario: &Scenario,
    files: &dyn Files,
    wanted: &Wanted,
    stop: &AtomicBool,
    progress: &dyn Fn(u64, usize),
) -> Result<Shrunk, Unshrunk> {
    let mut search = Search::new(scenario, files, wanted, stop, progress)?;
    while search.round() {}
    Ok(search.answer())
}

/// A document that fails as it should.
struct Best {
    tree: Tree,
    scenario: Scenario,
    trial: Trial,
    failure: Failure,
}

impl Best {
    fn size(&self) -> Size {
        let Trial { tasks, workers, events, .. } = self.trial;
        let (lines, values) = (lines(&self.scenario), self.tree.values());
        Size { lines, values, tasks, workers, events }
    }

    /// What there is to follow: how many runs, then all that is written and takes part in the first.
    fn effort(&self) -> (u64, usize) {
        let Size { values, tasks, workers, .. } = self.size();
        (self.scenario.model.plan.replications.unwrap_or(1), values + tasks + workers)
    }

    /// When it fails.
    fn at(&self) -> Duration {
        parse_duration(&self.failure.at).unwrap_or_default()
    }
}

/// What is known and not yet tried.
struct Search<'a> {
    files: &'a dyn Files,
    wanted: &'a Wanted,
    stop: &'a AtomicBool,
    progress: &'a dyn Fn(u64, usize),
    /// No candidate may do more than the original did.
    most_events: u64,
    /// How large the original is.
    before: Size,
    best: Best,
    tries: u64,
    seen: BTreeSet<u64>,
}

impl<'a> Search<'a> {
    fn new(
        scenario: &Scenario,
        files: &'a dyn Files,
        wanted: &'a Wanted,
        stop: &'a AtomicBool,
        progress: &'a dyn Fn(u64, usize),
    ) -> Result<Self, Unshrunk> {
        let mut root = parse_file(&scenario.file).map_err(Unshrunk::Unreadable)?;
        inline(&mut root, files).map_err(Unshrunk::Unreadable)?;
        let tree = prepared(Tree::from(&root), scenario, wanted);
        let scenario = read(&tree.to_yaml(), &scenario.file.name, files).map_err(Unshrunk::Unreadable)?;
        let nothing = || if stop.load(Ordering::Relaxed) { Unshrunk::Stopped } else { Unshrunk::Holds };
        let trial = trial(&scenario, wanted.jobs, stop).ok_or_else(nothing)?;
        let failure = trial.failed.first().cloned().ok_or(Unshrunk::Holds)?;
        let (most_events, seen) = (trial.events, BTreeSet::from([fingerprint(&scenario.file.text)]));
        let best = Best { tree, scenario, trial, failure };
        let before = best.size();
        Ok(Self { files, wanted, stop, progress, most_events, before, best, tries: 0, seen })
    }

    fn is_over(&self) -> bool {
        self.tries >= self.wanted.tries || self.stop.load(Ordering::Relaxed)
    }

    /// Tries everything once; whether something helped and there may be more.
    fn round(&mut self) -> bool {
        let mut helped = false;
        for reduction in REDUCTIONS {
            helped |= self.exhaust(*reduction);
        }
        helped && !self.is_over()
    }

    /// Tries one kind of change wherever it can be made. After one that helps the next one takes its place.
    fn exhaust(&mut self, reduction: Reduction) -> bool {
        let candidates = |best: &Best| reduction(&best.tree, &best.scenario, best.at());
        let (mut edits, mut nth, mut helped) = (candidates(&self.best), 0, false);
        while nth < edits.len() && !self.is_over() {
            if self.offer(&edits[nth]) {
                (edits, helped) = (candidates(&self.best), true);
            } else {
                nth += 1;
            }
        }
        helped
    }

    /// Takes the change if the document still fails in the same way and there is no more to follow.
    fn offer(&mut self, edit: &Edit) -> bool {
        let readable = self.readable(edit).filter(|(_, scenario)| lines(scenario) <= self.before.lines);
        let Some((tree, scenario)) = readable.filter(|(_, scenario)| self.is_as_sure(scenario)) else { return false };
        self.tries += 1;
        (self.progress)(self.tries, lines(&self.best.scenario));
        let Some(trial) = trial(&scenario, self.wanted.jobs, self.stop) else { return false };
        // What else fails may fail afterwards: a failure that comes of an earlier one is another.
        let first = trial.failed.first().filter(|failure| trial.is_whole && is_same(failure, &self.best.failure));
        let Some(failure) = first.cloned() else { return false };
        let candidate = Best { tree, scenario, trial, failure };
        let is_taken = candidate.effort() <= self.best.effort();
        if is_taken {
            self.best = candidate;
        }
        is_taken
    }

    /// Fewer replications are less sure: what they judge together would fail for that alone.
    fn is_as_sure(&self, scenario: &Scenario) -> bool {
        let mut together = self.best.scenario.over_replications();
        let is_joint = together.any(|(_, check)| check.what == self.best.failure.what);
        !is_joint || scenario.model.plan.replications == self.best.scenario.model.plan.replications
    }

    /// The changed document, if it can be read and is a new one. What cannot be read any more without the things that
    /// were taken away goes with them.
    fn readable(&mut self, edit: &Edit) -> Option<(Tree, Scenario)> {
        const MOST_MENDS: usize = 40;
        let mut tree = in_order(edit.applied(&self.best.tree)?);
        for _ in 0..MOST_MENDS {
            let text = tree.to_yaml();
            if !self.seen.insert(fingerprint(&text)) {
                return None;
            }
            let told = match read(&text, &self.best.scenario.file.name, self.files) {
                Ok(mut scenario) => {
                    let most = &mut scenario.model.measure.most_events;
                    *most = self.most_events.min(*most);
                    return Some((tree, scenario));
                }
                Err(told) => told,
            };
            let wrong = told.iter().find(|diagnostic| diagnostic.severity == Severity::Error)?;
            tree = edit.mended(&tree, &wrong.path)?;
        }
        None
    }

    fn answer(self) -> Shrunk {
        let ended = match () {
            () if self.stop.load(Ordering::Relaxed) => Ended::Stopped,
            () if self.tries >= self.wanted.tries => Ended::Tries,
            () => Ended::Smallest,
        };
        let head = head(&self.best.failure, &self.wanted.called);
        let scenario = head.clone() + &self.best.scenario.file.text;
        let line = self.best.failure.line + head.lines().count();
        let after = self.best.size();
        let (failure, before, tries) = (Failure { line, ..self.best.failure }, self.before, self.tries);
        Shrunk { failure, before, after, tries, ended, scenario }
    }
}

/// Whether two fail in the same way: the same is expected, and there is the same instead where that is told in a word.
fn is_same(one: &Failure, other: &Failure) -> bool {
    one.what == other.what && one.expected == other.expected && told(one) == told(other)
}

/// Why a step is refused, the state that a task or a worker is in, or that there is nothing; events, figures and lists may be
/// others.
fn told(failure: &Failure) -> Option<&str> {
    let is_state = ["task ", "worker "].iter().any(|subject| failure.what.starts_with(subject));
    let refused = failure.actual.strip_prefix("refused: ").and_then(|refused| refused.split(' ').next());
    let is_told = |actual: &&str| actual.starts_with("no ") || (is_state && !actual.starts_with('['));
    refused.or(Some(&*failure.actual).filter(is_told))
}

/// What is asked for on the command line stands in the document, in which the sections have their usual order.
fn prepared(mut tree: Tree, scenario: &Scenario, wanted: &Wanted) -> Tree {
    if let Some(seed) = wanted.seed {
        tree.put("seed", seed.into());
    }
    let plan = &scenario.model.plan;
    if scenario.is_random() {
        let first = plan.precision.as_ref().and(plan.replications.or(Some(10)));
        if let Some(replications) = wanted.replications.or(first) {
            tree.section("experiment").put("replications", replications.into());
        }
        if plan.precision.is_some() {
            tree.section("experiment").without("until");
        }
    }
    wanted.folder.iter().for_each(|folder| move_tables(&mut tree, folder));
    in_order(tree)
}

/// Recorded tables and snapshots stay where they are: they are named from elsewhere.
fn move_tables(tree: &mut Tree, folder: &str) {
    let mut tables = Vec::new();
    tree.walk(&mut |way, keys, value| match (keys, value) {
        (["arrivals", "trace", "file"] | ["initial_state", "snapshot"], Tree::Text(path)) if !path.starts_with('/') => {
            tables.push((way.to_vec(), format!("{folder}/{path}")));
        }
        _ => {}
    });
    for (way, path) in tables {
        tree.at_mut(&way).into_iter().for_each(|table| *table = path.clone().into());
    }
}

/// What happens stands below what is there.
fn in_order(tree: Tree) -> Tree {
    tree.in_order(&scenario::sections())
}

fn read(text: &str, name: &str, files: &dyn Files) -> Result<Scenario, Vec<Diagnostic>> {
    let (scenario, told) = Scenario::parse(&Arc::new(SourceFile::new(name, text)), files);
    scenario.ok_or(told)
}

fn lines(scenario: &Scenario) -> usize {
    scenario.file.text.lines().count()
}

fn fingerprint(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// What a reader of the file should know first.
fn head(failure: &Failure, called: &str) -> String {
    let Failure { at, what, expected, actual, .. } = failure;
    let words = format!("at {at}, {what}: expected {expected}, got {actual}").replace(['\n', '\r'], " ");
    format!("# The smallest scenario found that fails like this:\n#   {words}\n# Run it: pointsman run {called}\n")
}

#[cfg(test)]
mod tests;
