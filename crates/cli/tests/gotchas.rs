//! A stranger asks `explain` why nobody got the task, or got it as they did, and is told: for every gotcha of
//! `docs/gotchas` that shows in the state of a run.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use std::path::{Path, PathBuf};

use support::{Answer, pointsman};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gotchas")
}

/// What is asked about a scenario, and what the answer must tell.
type Question = (&'static str, &'static [&'static str], &'static [&'static str]);

const QUESTIONS: &[Question] = &[
    ("01-hyphenated-keys", &["--task", "t"], &["`skill_level` is missing (there is `skill-level`)"]),
    ("02-has-on-a-text", &["--task", "t"], &["`skills` is \"billing\" (this is not a list"]),
    ("03-typos", &["--task", "one"], &["`langauges` is missing (there is `languages`)"]),
    ("03-typos", &["--task", "two"], &["`team` is \"sales\""]),
    (
        "04-timeout-takes-away",
        &["--task", "chat"],
        &["`Offline`", "since 20s, when it did not answer for `call` in time"],
    ),
    (
        "05-default-filter",
        &["--task", "t"],
        &["the default filter is for tasks that match no filter, not for those whose"],
    ),
    (
        "06-last-target",
        &["--task", "t", "--at", "100s"],
        &["the last target that the task matches: at 2m its time is up"],
    ),
    ("06-last-target", &["--task", "t"], &["when the last target that a task matches is left by timeout"]),
    (
        "07-preferred-agents",
        &["--task", "t", "--at", "1s"],
        &["`task.preferred_agents` is missing", "5m  leaves filter 0"],
    ),
    ("08-known-worker", &["--task", "nobody"], &["`task.agent` is missing, so it is nobody"]),
    ("08-known-worker", &["--task", "stranger"], &["`task.agent` is \"Zoe\", and there is no such worker"]),
    (
        "09-step-clock",
        &["--task", "t"],
        &["1m  leaves filter 0, target 1 by timeout\n        1m  enters filter 0, target 2"],
    ),
    ("10-reject", &["--task", "t"], &["5s  `ann` has rejected it\n        5s  `ann` is asked"]),
    (
        "11-skip-if",
        &["--task", "second"],
        &["`skip_if` is `workers.available == 0`: it counts activities, not free hands"],
    ),
    (
        "12-skipped-is-not-timed-out",
        &["--task", "skipped"],
        &["filter 1 `Vips`: left by skip", "enters the default filter"],
    ),
    (
        "12-skipped-is-not-timed-out",
        &["--task", "late"],
        &["leaves filter 0 `Urgent`, target 0 by timeout", "not for those whose"],
    ),
    (
        "13-lifo",
        &["--task", "urgent", "--at", "1s"],
        &["it takes `newest` first (newest first, since 1s)", "LIFO: the newest"],
    ),
    ("14-priority-overwritten", &["--task", "urgent"], &["priority 90 becomes 5"]),
    ("15-assigned-tasks", &["--worker", "ann"], &["one  pending", "two  pending"]),
    ("16-wrapping", &["--task", "second"], &["1 of 1 on the channel `default` (`first` wrapping)"]),
    ("23-unreachable-endpoint", &["--task", "t"], &["1s  `ann` is no longer asked\n        1s  `ann` is asked"]),
    ("26-update", &["--task", "t"], &["changed at 1s without `re_evaluate_tasks`"]),
    ("28-reserved", &["--task", "second"], &["1 of 1 on the channel `default` (`first` asked)"]),
];

fn ask(name: &str, rest: &[&str]) -> Answer {
    let file = folder().join(format!("{name}.yaml"));
    pointsman(&[&["explain", file.to_str().unwrap()], rest].concat()).code(0)
}

#[test]
fn explain_tells_why() {
    if !folder().is_dir() {
        eprintln!("skipped: {} is not there, as in a package", folder().display());
        return;
    }
    for (name, rest, expected) in QUESTIONS {
        let answer = ask(name, rest);
        for text in *expected {
            assert!(answer.out.contains(text), "{name} {rest:?}: `{text}` is not in\n{}", answer.out);
        }
    }
}

/// Those that have no scenario of their own: what is told when it has happened.
#[test]
fn explain_tells_what_a_day_or_a_client_did() {
    let folder = support::Folder::new();
    let office = "workspace:
  workers: [{name: ann, activity: Available}]
  task_queues: [{name: all}]
  workflows: [{name: in, configuration: {task_routing: {default_filter: {queue: all}}}}]
steps:
  - {at: 0, do: create_task, task: t}
";
    let told = |steps: &str, expected: &str| {
        let file = folder.file("scenario.yaml", &format!("{office}{steps}"));
        let answer = pointsman(&["explain", &file, "--task", "t", "--at", "30h"]).code(0);
        assert!(answer.out.contains(expected), "`{expected}` is not in\n{}", answer.out);
    };
    let accept = "  - {at: 5, do: accept_reservation, task: t, worker: ann}\n";
    told(accept, "`t` is gone: it was removed at 1d5s, 24 hours after a worker took it.");
    told("", "canceled: Task TTL Exceeded");
    let slow = "  - {at: 5, do: hold_reservation, task: t, worker: ann}\n  - {at: 9m, do: cancel_reservation, task: t, worker: ann}\n";
    told(slow, "9m  `ann` is no longer asked");
}
