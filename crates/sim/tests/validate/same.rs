//! The same seed gives the same bytes on any number of threads, and the chance of a class stays with its tasks.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use pointsman_sim::Line;
use pointsman_sim::experiment::Experiment;

use super::case::{Case, parse, run};

const CALLS: &str = "{class: calls, poisson: 4/1m, patience: {exponential: {mean: 1m}}}";

fn case(more: &str, workers: u32) -> Case {
    let arrivals = format!("[{CALLS}{more}]");
    Case { horizon: "3h", warm_up: "10m", interval: Some("30m"), ..Case::new(17, &arrivals, &format!("count: {workers}")) }
}

fn bytes(jobs: usize) -> [String; 2] {
    let (ran, results, _) = run(&case("", 4).text(), 17, 0..7, jobs);
    [serde_json::to_string(&ran.rows).unwrap(), serde_json::to_string(&results).unwrap()]
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(bytes(1), bytes(1));
}

#[test]
fn threads_change_no_byte() {
    assert_eq!(bytes(1), bytes(2));
    assert_eq!(bytes(1), bytes(5));
}

#[test]
fn another_seed_gives_other_figures() {
    let [one, two] = [17, 18].map(|seed| run(&case("", 4).text(), seed, 0..1, 1).0.rows);
    assert_ne!(one, two);
}

/// When the tasks of the class came, how long work on them took, and how long those waited who gave up.
fn draws(case: &Case) -> [BTreeMap<String, Duration>; 3] {
    let (scenario, stop) = (parse(&case.text()), AtomicBool::new(false));
    let told = Experiment::new(&scenario, Some(case.seed), &stop).unwrap().story(0, &stop).unwrap();
    let times = |kind: &str| -> BTreeMap<String, Duration> {
        let task = |line: &Line| line.fact("task")?.as_str().filter(|name| name.starts_with("calls-")).map(str::to_owned);
        let lines = told.transcript.iter().filter(|line| line.kind == kind);
        lines.filter_map(|line| Some((task(line)?, line.at))).collect()
    };
    let (came, taken) = (times("task.created"), times("reservation.accepted"));
    let since = |start: &BTreeMap<String, Duration>, end: BTreeMap<String, Duration>| {
        end.into_iter().map(|(task, at)| (task.clone(), at - start[&task])).collect()
    };
    let (worked, waited) = (since(&taken, times("task.completed")), since(&came, times("task.canceled")));
    [came, worked, waited]
}

/// Every draw that both runs have is the same; and they have most of them.
#[track_caller]
fn keep_their_draws(base: &Case, other: &Case) {
    for (base, other) in draws(base).into_iter().zip(draws(other)) {
        let common: Vec<_> = base.iter().filter_map(|(task, time)| Some((time, other.get(task)?))).collect();
        assert!(common.len() > 10, "only {} of {} and {}", common.len(), base.len(), other.len());
        assert!(common.iter().all(|(base, other)| base == other));
    }
}

#[test]
fn one_more_worker_changes_no_draw() {
    keep_their_draws(&case("", 4), &case("", 5));
}

#[test]
fn a_second_class_changes_no_draw_of_the_first() {
    keep_their_draws(&case("", 4), &case(", {class: chats, poisson: 1/1m}", 4));
}
