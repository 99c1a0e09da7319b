//! The same seed gives the same bytes, whatever the number of threads; and what is drawn for a task stays the same
//! whatever happens to the others.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::support::{each_of, experiment, one_queue, ran, scenario};

/// Too few workers, so that tasks wait, give up and come again; a share of workers does not answer.
const BUSY: &str = "
staff: [{group: agents, count: 3, answers: {ignore: 0.1, after: {exponential: {mean: 2s}}}, pace: {uniform: {from: 0.8, to: 1.2}}}]
arrivals:
  - class: calls
    poisson: 3/1m
    patience: {exponential: {mean: 2m}}
    redial: {probability: 0.5, after: {exponential: {mean: 5m}}}
handling: [{time: {lognormal: {mean: 1m, cv: 1.2}}, wrap_up: 10s}]
measure: {warm_up: 10m, horizon: 4h, interval: 30m}
";

fn bytes(text: &str, seed: u64, jobs: usize) -> [String; 2] {
    let scenario = scenario(text);
    let experiment = experiment(&scenario, seed);
    let ran = ran(&experiment, 12, jobs);
    let results = experiment.results(&ran.rows, each_of(1));
    [serde_json::to_string(&ran.rows).unwrap(), serde_json::to_string(&results).unwrap()]
}

#[test]
fn rows_and_results_are_the_same_on_one_thread_and_on_two() {
    let text = one_queue(BUSY);
    let first = bytes(&text, 1, 1);
    assert_eq!(first, bytes(&text, 1, 1), "the second run differs");
    assert_eq!(first, bytes(&text, 1, 2), "two threads differ");
    assert_ne!(first[0], bytes(&text, 2, 1)[0]);
}

#[test]
fn transcripts_are_the_same_in_every_run() {
    let scenario = scenario(&one_queue(BUSY));
    let told = || experiment(&scenario, 1).story(3, &AtomicBool::new(false)).unwrap();
    let (first, second) = (told(), told());
    assert!(first.transcript.len() > 1_000);
    assert_eq!(first.transcript_text(), second.transcript_text());
    assert_eq!(first.report.digest, second.report.digest);
}

/// When a task came, how long it was worked on, and how long it waited before it was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Drawn {
    came: Duration,
    taken: Option<Duration>,
    work: Option<Duration>,
    patience: Option<Duration>,
}

/// The tasks of the class `calls`.
fn drawn(text: &str) -> BTreeMap<String, Drawn> {
    let scenario = scenario(text);
    let story = experiment(&scenario, 1).story(0, &AtomicBool::new(false)).unwrap();
    let mut tasks: BTreeMap<String, Drawn> = BTreeMap::new();
    for line in &story.transcript {
        let Some(name) = line.fact("task").and_then(|name| name.as_str()) else { continue };
        if !name.starts_with("calls-") {
            continue;
        }
        let task = tasks.entry(name.to_owned()).or_default();
        match line.kind {
            "task.created" => task.came = line.at,
            "reservation.accepted" => task.taken = Some(line.at),
            "reservation.completed" => task.work = task.taken.map(|taken| line.at - taken),
            "task.canceled" => task.patience = Some(line.at - task.came),
            _ => {}
        }
    }
    tasks
}

/// What both runs say of a task is the same, and it is said often enough to mean something.
fn share_their_chance(base: &BTreeMap<String, Drawn>, other: &BTreeMap<String, Drawn>) {
    assert!(base.keys().eq(other.keys()));
    let (mut work, mut patience, mut moved) = (0, 0, 0);
    for (name, task) in base {
        let also = &other[name];
        assert_eq!(task.came, also.came, "{name} came at another time");
        if let Some((one, two)) = task.work.zip(also.work) {
            assert_eq!(one, two, "{name} took another time");
            work += 1;
        }
        if let Some((one, two)) = task.patience.zip(also.patience) {
            assert_eq!(one, two, "{name} waited another time");
            patience += 1;
        }
        moved += usize::from(task.taken != also.taken);
    }
    let told = format!("{work} works, {patience} waits, {moved} taken at another time");
    assert!(work > 100 && patience > 20 && moved > 100, "{told}");
}

const PLAIN: &str = "
staff: [{group: agents, count: 3}]
arrivals:
  - {class: calls, poisson: 4/1m, patience: {exponential: {mean: 2m}}}
handling: [{time: {lognormal: {mean: 1m, cv: 1.2}}}]
measure: {horizon: 3h}
";

#[test]
fn one_more_worker_leaves_what_is_drawn_for_a_task() {
    let base = one_queue(PLAIN);
    share_their_chance(&drawn(&base), &drawn(&base.replace("count: 3", "count: 4")));
}

#[test]
fn one_more_class_leaves_what_is_drawn_for_the_first() {
    let base = one_queue(PLAIN);
    let second = "arrivals:\n  - {class: chats, poisson: 1/2m, priority: 3, patience: {uniform: {from: 1m, to: 9m}}}";
    let other = base.replace("arrivals:", second);
    share_their_chance(&drawn(&base), &drawn(&other));
}
