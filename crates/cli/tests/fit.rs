//! `pointsman fit` from the outside: a part of a scenario, or one JSON document.

#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod support;

use serde_json::{Value, json};
use support::{Folder, docs, guide, pointsman, with_input};

const TABLE: &[u8] = b"received,talk,wait\n0,60,5\n100,60,1\n2000,,30\n";

#[test]
fn a_table_becomes_a_part_of_a_scenario() {
    let answer = with_input(&["fit", "-", "--at", "received", "--handling", "talk", "--wait", "wait"], TABLE).code(0);
    let expected = "\
arrivals:
  - class: \"tasks\"    # 3 tasks
    profile: {counts: [2, 1], interval: 30m}
    patience: {histogram: {edges: [0s, 30s], weights: [1]}}    # 1 of 3 gave up
handling:
  - class: \"tasks\"    # 2 times, 60.0 s on average
    time: 1m
";
    assert_eq!(answer.out, expected);
}

#[test]
fn a_table_becomes_a_document() {
    let args = ["fit", "-", "--at", "received", "--interval", "1h", "--format", "json"];
    let document: Value = serde_json::from_str(&with_input(&args, TABLE).code(0).out).unwrap();
    let class = json!({"class": "tasks", "tasks": 3, "profile": {"interval": "1h", "counts": [3]}});
    assert_eq!(document, json!({"tasks": 3, "classes": [class]}));
}

#[test]
fn a_distribution_with_a_name_is_proposed_with_the_reason() {
    // The times that 200 exponential ones with a mean of 100 s have on average, from the shortest.
    let times = (1..=200).rev().scan(0.0, |time, left| {
        *time += 100.0 / f64::from(left);
        Some(*time)
    });
    let rows: String = times.map(|time| format!("0,{time:.3}\n")).collect();
    let table = format!("received,talk\n{rows}");
    let args = ["fit", "-", "--at", "received", "--handling", "talk"];
    let told = with_input(&args, table.as_bytes()).code(0).out;
    assert!(told.contains("    # exponential is 0.00") && told.contains("away, and chance explains 0.07"), "{told}");
    assert!(told.contains("    time: {exponential: {mean: 1m40s}}"), "{told}");
    let document: Value =
        serde_json::from_str(&with_input(&[&args[..], &["--format", "json"]].concat(), table.as_bytes()).code(0).out)
            .unwrap();
    let handling = &document["classes"][0]["handling"];
    assert_eq!(handling["shapes"].as_array().unwrap().len(), 3, "{handling}");
    assert!(handling["histogram"]["histogram"]["edges"].is_array() && handling["time"]["exponential"].is_object());
}

/// The page shows what its commands print.
#[test]
fn the_example_of_the_guide_is_what_comes_out() {
    let Some(page) = guide("experiments.md") else { return };
    let (folder, section) = (Folder::new(), page.split_once("## From recorded tasks").unwrap().1);
    let (example, out) = (docs().join("examples/day.yaml"), folder.name("out"));
    pointsman(&["run", example.to_str().unwrap(), "--report", &out, "--quiet"]).code(0);
    let line = section.lines().find(|line| line.starts_with("pointsman fit")).unwrap();
    let table = folder.name("out/tasks.csv");
    let words = line.split(' ').skip(1).map(|word| if word.ends_with(".csv") { &table } else { word });
    let shown = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(pointsman(&words.collect::<Vec<_>>()).code(0).out, shown);
    assert!(shown.contains("# 41 of 502 gave up") && shown.contains("wrap_up: 20s"), "{shown}");
}

#[test]
fn what_cannot_be_used_is_said() {
    let told = |args: &[&str], words: &str| {
        let answer = with_input(&[&["fit", "-"], args].concat(), TABLE).code(2);
        assert!(answer.out.is_empty() && answer.err.contains(words), "{}", answer.err);
    };
    told(&["--at", "recieved"], "did you mean `received`?");
    let twice = with_input(&["fit", "-", "--at", "talk"], b"talk,wait,talk\n0,1,2\n").code(2);
    assert!(twice.err.contains("the table has more than one column `talk`: give each column a name"), "{}", twice.err);
    told(&["--at", "received", "--wait", "wait"], "nothing says which tasks were given up");
    told(&["--at", "received", "--interval", "7h", "--repeat", "24h"], "a whole number of intervals");
    pointsman(&["fit", "nowhere.csv", "--at", "received"]).code(2);
}
