//! `pointsman shrink` and `check --resolved` from the outside.

#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod support;

use serde_json::Value;
use support::{Folder, SCENARIO, docs, guide, pointsman, with_input};

/// `SCENARIO` with more in it, and one expectation that fails.
fn failing() -> String {
    let more = "  - {at: 2, do: create_task, task: t2, attributes: {language: es}}
  - {at: 60, do: accept_reservation, task: t1, worker: alice}
  - {at: 90, expect: {task: t1, status: pending}}
";
    format!("{SCENARIO}{more}")
}

const SMALL: &str = "\
# The smallest scenario found that fails like this:
#   at 0s, task t1: status: expected pending, got assigned
";

#[test]
fn a_failing_scenario_becomes_a_small_one_that_fails_the_same() {
    let folder = Folder::new();
    let (big, small) = (folder.file("big.yaml", &failing()), folder.name("small.yaml"));
    let told = pointsman(&["shrink", &big, "--out", &small]).code(0);
    assert!(
        told.out.contains("nothing smaller fails like this") && told.out.contains("lines                11 -> "),
        "{}",
        told.out
    );
    let text = folder.read("small.yaml");
    assert!(text.starts_with(SMALL) && !text.contains("t2"), "{text}");
    let run = pointsman(&["run", &small, "--quiet"]).code(1);
    assert!(run.err.contains("task t1: status: expected pending, got assigned"), "{}", run.err);
    let (again, first) = (pointsman(&["shrink", &small, "--out", &small]).code(0), text);
    assert_eq!(folder.read("small.yaml"), first, "{}", again.out);
}

#[test]
fn the_result_is_printed_where_no_file_is_named() {
    let text = with_input(&["shrink", "-"], failing().as_bytes()).code(0);
    assert!(text.out.starts_with(SMALL) && text.err.contains("tries"), "{}{}", text.out, text.err);
    let json = with_input(&["shrink", "-", "--format", "json"], failing().as_bytes()).code(0);
    let found: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&found["scenario"], &found["ended"]), (&Value::from(text.out), &Value::from("smallest")));
    assert_eq!(found["failure"]["what"], "task t1: status");
    let few = with_input(&["shrink", "-", "--tries", "1", "--format", "json"], failing().as_bytes()).code(0);
    let few: Value = serde_json::from_str(&few.out).unwrap();
    assert_eq!((&few["ended"], &few["tries"]), (&Value::from("tries"), &Value::from(1)));
}

#[test]
fn what_holds_and_what_has_no_place_is_told() {
    let holds = with_input(&["shrink", "-"], SCENARIO.as_bytes()).code(2);
    assert!(holds.out.is_empty() && holds.err.contains("nothing fails in `-`"), "{}", holds.err);
    let folder = Folder::new();
    let big = folder.file("big.yaml", &failing());
    let nowhere = pointsman(&["shrink", &big, "--out", &folder.name("no/small.yaml")]).code(2);
    assert!(nowhere.err.contains("there is no folder"), "{}", nowhere.err);
    pointsman(&["shrink", &folder.file("none.yaml", "steps: 5")]).code(2);
}

/// The page shows what comes out.
#[test]
fn the_example_of_the_guide_is_what_comes_out() {
    let Some(page) = guide("experiments.md") else { return };
    let mut blocks = page.split("```yaml\n").filter_map(|rest| rest.split("```").next());
    let shown = blocks.find(|block| block.starts_with("# The smallest")).unwrap();
    let example = docs().join("examples/nobody-gives-up.yaml");
    let found = pointsman(&["shrink", example.to_str().unwrap()]).code(0);
    assert_eq!(found.out.replace("run FILE", "run target/small.yaml"), shown);
}

#[test]
fn a_resolved_scenario_runs_the_same() {
    let folder = Folder::new();
    let file = folder.file("tiny.yaml", SCENARIO);
    let resolved = pointsman(&["check", &file, "--resolved"]).code(0).out;
    assert!(resolved.contains("max_reserved_workers: 1") && resolved.contains("seed: 1"), "{resolved}");
    let other = folder.file("resolved.yaml", &resolved);
    let run = |file: &str| pointsman(&["run", file, "--format", "json"]).code(0).out;
    assert_eq!(run(&other), run(&file));
    let json = pointsman(&["check", &file, "--resolved", "--format", "json"]).code(0);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["scenario"], resolved);
    assert!(pointsman(&["check", &file, &other, "--resolved"]).code(2).err.contains("one scenario"));
    assert!(with_input(&["check", "-", "--resolved"], b"workers: []\n").code(2).err.contains("this is none"));
    pointsman(&["check", &folder.file("wrong.yaml", "workspace: {}\nsteps: 5\n"), "--resolved"]).code(1);
}
