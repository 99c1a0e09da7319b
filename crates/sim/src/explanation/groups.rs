//! Verdicts that say the same, told once: so that thousands of workers are read on one screen.

use std::collections::BTreeMap;

use pointsman::{
    Failed, ReservationStatus, TaskId, TaskVerdict as JudgedTask, Verdict, WorkerId, WorkerVerdict as JudgedWorker,
};

use super::advice::{self, Unblock};
use super::excerpt::{Excerpt, Seen};
use super::words::{Words, holding};

/// Workers (or, of one worker, tasks) with the same verdict for the same reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The code of the verdict.
    pub verdict: String,
    /// Whether nothing but order stands between the two.
    pub eligible: bool,
    /// Their names, in the order of creation; of tasks in the order in which they are served.
    pub names: Vec<String>,
    /// What is true of each worker.
    pub sentence: String,
    /// The expression that does not hold.
    pub excerpt: Option<Excerpt>,
    /// What else there is to say of some of them.
    pub besides: Vec<String>,
    /// What would bring one of them and the task together.
    pub unblock: Option<Unblock>,
    /// The pair that needs the least.
    nearest: (TaskId, WorkerId),
}

impl Group {
    /// Adds what would bring the nearest pair together.
    pub(super) fn advise(&mut self, words: Words<'_>) {
        self.unblock = advice::of(words, self.nearest.0, self.nearest.1);
    }
}

/// What there is to say of a pair.
pub(super) struct Pair<'a> {
    name: String,
    task: TaskId,
    worker: WorkerId,
    verdict: &'a Verdict,
    others: &'a [Verdict],
}

impl<'a> Pair<'a> {
    /// Told to whoever asks about the task.
    pub(super) fn of_worker(words: Words<'_>, task: TaskId, judged: &'a JudgedWorker) -> Self {
        let name = words.labels.worker(judged.worker, &judged.friendly_name);
        Self { name, task, worker: judged.worker, verdict: &judged.verdict, others: &judged.others }
    }

    /// Told to whoever asks about the worker.
    pub(super) fn of_task(words: Words<'_>, worker: WorkerId, judged: &'a JudgedTask) -> Self {
        let name = words.task(judged.task);
        Self { name, task: judged.task, worker, verdict: &judged.verdict, others: &judged.others }
    }
}

/// The groups, those nearest to a reservation first.
pub(super) fn of(words: Words<'_>, pairs: Vec<Pair<'_>>) -> Vec<Group> {
    let mut groups: Vec<Vec<Pair<'_>>> = Vec::new();
    let mut places: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    for pair in pairs {
        let key = (pair.verdict.code(), reason(pair.verdict));
        let place = *places.entry(key).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(pair);
    }
    groups.sort_by_key(|pairs| pairs.first().map(|pair| distance(pair.verdict)));
    groups.iter().filter_map(|pairs| group(words, pairs)).collect()
}

fn group(words: Words<'_>, pairs: &[Pair<'_>]) -> Option<Group> {
    let nearest = pairs.iter().min_by_key(|pair| pair.others.len())?;
    let first = pairs.first()?;
    let single = if let [pair] = pairs { Some(pair) } else { None };
    Some(Group {
        verdict: first.verdict.code().to_owned(),
        eligible: first.verdict.is_eligible(),
        names: pairs.iter().map(|pair| pair.name.clone()).collect(),
        sentence: single.map_or_else(|| shared(words, first, pairs), |pair| sentence(words, pair)),
        excerpt: excerpt(words, pairs),
        besides: single.map_or_else(|| besides(words, pairs), |pair| others(words, pair)),
        unblock: None,
        nearest: (nearest.task, nearest.worker),
    })
}

/// What tells reasons of one verdict apart.
fn reason(verdict: &Verdict) -> String {
    let places = |failed: &Failed| {
        let spans = failed.blamed.iter().map(|blamed| format!("{:?}", blamed.span));
        spans.collect::<Vec<_>>().join(" ")
    };
    match verdict {
        Verdict::NotInQueue { queue, failed } => {
            let queue = queue.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default();
            queue + &failed.as_ref().map(places).unwrap_or_default()
        }
        Verdict::StepExpressionFalse { failed } => failed.expression.text().to_owned() + &places(failed),
        Verdict::NotTheKnownWorker { .. }
        | Verdict::ActivityUnavailable { .. }
        | Verdict::ChannelUnavailable { .. }
        | Verdict::NoCapacity { .. }
        | Verdict::NotWaiting { .. } => verdict.to_string(),
        Verdict::Outranked { task, .. } => task.to_string(),
        Verdict::Reserved { .. }
        | Verdict::Assigned { .. }
        | Verdict::AlreadyHasReservation { .. }
        | Verdict::WouldBeNext
        | Verdict::OrderedBehind { .. } => String::new(),
    }
}

/// How far a worker with this verdict is from having the task.
fn distance(verdict: &Verdict) -> u32 {
    match verdict {
        Verdict::Assigned { .. } => 0,
        Verdict::Reserved { .. } => 1,
        Verdict::WouldBeNext => 2,
        Verdict::OrderedBehind { .. } => 3,
        Verdict::Outranked { .. } => 4,
        Verdict::AlreadyHasReservation { .. } => 5,
        Verdict::NoCapacity { .. } => 6,
        Verdict::ChannelUnavailable { .. } => 7,
        Verdict::ActivityUnavailable { .. } => 8,
        Verdict::NotTheKnownWorker { .. } => 9,
        Verdict::StepExpressionFalse { .. } => 10,
        Verdict::NotInQueue { .. } => 11,
        Verdict::NotWaiting { .. } => 12,
    }
}

/// Of one pair. What an expression saw is in the excerpt.
fn sentence(words: Words<'_>, pair: &Pair<'_>) -> String {
    headline(words, pair).unwrap_or_else(|| {
        words.sentence(pair.worker, pair.verdict) + &words.background(pair.task, pair.worker, pair.verdict)
    })
}

/// Of several pairs.
fn shared(words: Words<'_>, first: &Pair<'_>, pairs: &[Pair<'_>]) -> String {
    if let Verdict::AlreadyHasReservation { .. } = first.verdict {
        return "has been asked to take another task and has not answered yet".to_owned();
    }
    if let Verdict::OrderedBehind { worker, ahead, .. } = first.verdict {
        return format!("comes behind `{}` ({})", words.worker(*worker), words.order(ahead));
    }
    let plain = headline(words, first).unwrap_or_else(|| words.sentence(first.worker, first.verdict));
    plain + &hands(words, pairs).unwrap_or_default()
}

/// The verdict of an expression that fails, without the expression.
fn headline(words: Words<'_>, pair: &Pair<'_>) -> Option<String> {
    if let Verdict::NotInQueue { queue: Some((id, name)), failed: Some(_) } = pair.verdict {
        return Some(format!("is not in the queue `{}`", words.labels.task_queue(*id, name)));
    }
    let of_step = matches!(pair.verdict, Verdict::StepExpressionFalse { .. });
    of_step.then(|| "does not fulfil the step's expression".to_owned())
}

/// What full hands are full of: ` (12 accepted, 2 asked)`.
fn hands(words: Words<'_>, pairs: &[Pair<'_>]) -> Option<String> {
    if !matches!(pairs.first()?.verdict, Verdict::NoCapacity { .. }) {
        return None;
    }
    let mut counts: BTreeMap<ReservationStatus, usize> = BTreeMap::new();
    for (_, status) in pairs.iter().flat_map(|pair| words.holds(pair.task, pair.worker)) {
        *counts.entry(status).or_default() += 1;
    }
    let counts = counts.into_iter().map(|(status, count)| format!("{count} {}", holding(status)));
    Some(format!(" ({} in all)", counts.collect::<Vec<_>>().join(", ")))
}

/// What else holds of one pair.
fn others(words: Words<'_>, pair: &Pair<'_>) -> Vec<String> {
    let other = |other: &Verdict| {
        let later = words.later(pair.worker, other);
        later.unwrap_or_else(|| words.sentence(pair.worker, other) + &words.background(pair.task, pair.worker, other))
    };
    let needed = |other: &&Verdict| !matches!(other, Verdict::NotWaiting { .. });
    pair.others.iter().filter(needed).map(other).collect()
}

/// What else holds of some of several pairs, counted.
fn besides(words: Words<'_>, pairs: &[Pair<'_>]) -> Vec<String> {
    let mut counts: BTreeMap<(u32, &'static str), usize> = BTreeMap::new();
    let needed = |other: &&Verdict| !matches!(other, Verdict::NotWaiting { .. });
    for other in pairs.iter().flat_map(|pair| pair.others).filter(needed) {
        *counts.entry((distance(other), also(other))).or_default() += 1;
    }
    let late = pairs.iter().filter(|pair| matches!(pair.verdict, Verdict::ActivityUnavailable { .. }));
    let late = late.filter(|pair| words.unanswered(pair.worker).is_some()).count();
    let late = (late > 0).then(|| of_them(late, pairs.len(), "went there by not answering in time"));
    let counted = counts.into_iter().rev().map(|((_, what), count)| of_them(count, pairs.len(), what));
    late.into_iter().chain(counted).collect()
}

fn of_them(count: usize, all: usize, what: &str) -> String {
    if count == all { format!("all {what}") } else { format!("{count} of them {what}") }
}

/// A verdict that does not decide, of several workers.
fn also(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Reserved { .. } => "have been asked",
        Verdict::Assigned { .. } => "have taken the task",
        Verdict::NotInQueue { .. } => "are not in the queue, either",
        Verdict::StepExpressionFalse { .. } => "do not fulfil the step's expression, either",
        Verdict::NotTheKnownWorker { .. } => "are not the worker the task is for, either",
        Verdict::ActivityUnavailable { .. } => "are in an activity that is not an available one",
        Verdict::ChannelUnavailable { .. } => "take no new tasks of the channel",
        Verdict::NoCapacity { .. } => "have no free hand",
        Verdict::AlreadyHasReservation { .. } => "have not answered for another task",
        Verdict::NotWaiting { .. } => "are not needed",
        Verdict::WouldBeNext => "would take this task first",
        Verdict::OrderedBehind { .. } => "come behind others",
        Verdict::Outranked { .. } => "would take other tasks first",
    }
}

fn excerpt(words: Words<'_>, pairs: &[Pair<'_>]) -> Option<Excerpt> {
    let seen: Vec<Seen<'_>> = pairs.iter().filter_map(|pair| seen(words, pair)).collect();
    Excerpt::of(place(words, pairs.first()?), &seen)
}

fn seen<'a>(words: Words<'_>, pair: &Pair<'a>) -> Option<Seen<'a>> {
    let (Verdict::NotInQueue { failed: Some(failed), .. } | Verdict::StepExpressionFalse { failed }) = pair.verdict
    else {
        return None;
    };
    let task = words.engine.task(pair.task)?.facts.attributes;
    let worker = words.engine.worker(pair.worker).map(|view| view.facts.attributes);
    Some(Seen { failed, task, worker })
}

/// Where the expression stands.
fn place(words: Words<'_>, pair: &Pair<'_>) -> String {
    if let Verdict::NotInQueue { queue: Some((id, name)), .. } = pair.verdict {
        return format!("queue {}", words.labels.task_queue(*id, name));
    }
    let step = words.engine.task(pair.task).and_then(|view| view.facts.step);
    step.map(|step| format!("filter {}, target {}", step.filter, step.target)).unwrap_or_default()
}
