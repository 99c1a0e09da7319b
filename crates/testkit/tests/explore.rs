//! Every order of arrivals, answers, silences, activity changes, cancellations and completions in a handful of small
//! workspaces: to a bound of states that grows with `POINTSMAN_EFFORT`, or to the end where there is one. A thousand
//! states more take 25 MB and about half a second.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use pointsman::{
    ActivitySpec, CreateTask, FilterSpec, TargetSpec, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    WorkspaceSpec,
};
use pointsman_testkit::{Bound, Exploration};

const WORKERS: [&str; 3] = ["ann", "bob", "cat"];
const TASKS: [&str; 3] = ["t1", "t2", "t3"];

/// Available workers, a workflow with these steps, twenty seconds to answer.
fn workspace(workers: usize, targets: impl IntoIterator<Item = TargetSpec>) -> WorkspaceSpec {
    let filter = targets.into_iter().fold(FilterSpec::new("1==1"), FilterSpec::target);
    let workflow = WorkflowSpec::new("workflow", WorkflowConfiguration::new().filter(filter));
    let spec = WorkspaceSpec::new("Small").workflow(workflow.task_reservation_timeout(Duration::from_secs(20)));
    WORKERS[..workers].iter().fold(spec, |spec, name| {
        let level = serde_json::json!({"senior": *name == "ann"});
        spec.worker(WorkerSpec::new(name).activity("Available").attributes(level))
    })
}

fn exploration(spec: &WorkspaceSpec, tasks: usize) -> Exploration {
    let exploration = Exploration::of(spec).activity("Available").activity("Offline");
    TASKS[..tasks].iter().fold(exploration, |exploration, name| exploration.task(CreateTask::new(*name)))
}

/// Explores to about so many states at effort 1, and says how far it came.
fn explore(what: &str, exploration: Exploration, states: u32) {
    let states = support::runs(states).cases as usize;
    let explored = exploration.depth(1_000).states(states).run(|_| Ok(())).unwrap_or_else(|fault| panic!("{fault}"));
    support::say(&format!("{what}: {explored}"));
    assert!(explored.bound == Bound::Exhausted || explored.states >= states, "{explored}");
}

fn one_queue(workers: usize) -> WorkspaceSpec {
    workspace(workers, [TargetSpec::to("everyone")]).task_queue(TaskQueueSpec::new("everyone", "1==1"))
}

#[test]
fn one_queue_three_workers_three_tasks() {
    explore("one queue, 3 x 3", exploration(&one_queue(3), 3), 2_000);
}

#[test]
fn two_steps_with_a_timeout() {
    let steps = [TargetSpec::to("seniors").timeout(Duration::from_secs(30)).priority(1), TargetSpec::to("everyone")];
    let spec = workspace(3, steps)
        .task_queue(TaskQueueSpec::new("seniors", "senior == true"))
        .task_queue(TaskQueueSpec::new("everyone", "1==1"));
    explore("two steps, 3 x 3", exploration(&spec, 3), 2_000);
}

#[test]
fn batches_of_two() {
    let queue = TaskQueueSpec::new("everyone", "1==1").max_reserved_workers(2);
    let spec = workspace(3, [TargetSpec::to("everyone")]).task_queue(queue);
    explore("batches of 2, 3 x 3", exploration(&spec, 3), 2_000);
}

#[test]
fn single_tasking() {
    let queue = TaskQueueSpec::new("everyone", "1==1").reservation_activity("Reserved").assignment_activity("Busy");
    let spec = ["Offline", "Reserved", "Busy"].iter().fold(
        workspace(3, [TargetSpec::to("everyone")]).activity(ActivitySpec::new("Available", true)),
        |spec, name| spec.activity(ActivitySpec::new(name, false)),
    );
    let spec = spec.multi_task_enabled(false).task_queue(queue);
    explore("single-tasking, 3 x 3", exploration(&spec, 3), 2_000);
}

/// A task that lives a minute, a worker: everything there is.
#[test]
fn one_worker_and_one_short_task_to_the_end() {
    let task = CreateTask::new("t1").timeout(Duration::from_secs(60));
    let spec = one_queue(1);
    let exploration = Exploration::of(&spec).activity("Available").activity("Offline").task(task);
    let explored = exploration.depth(1_000).run(|_| Ok(())).unwrap_or_else(|fault| panic!("{fault}"));
    support::say(&format!("one queue, 1 x 1: {explored}"));
    assert_eq!(explored.bound, Bound::Exhausted);
}

#[test]
fn a_broken_rule_is_told_by_its_shortest_story() {
    let fault = exploration(&one_queue(2), 2).run(|step| {
        let taken = step.after.engine().tasks().filter(|task| task.facts.status.is_taken()).count();
        if taken < 2 { Ok(()) } else { Err("two tasks are taken".to_owned()) }
    });
    let fault = fault.unwrap_err();
    assert_eq!(fault.engine, "two tasks are taken");
    let commands = fault.scenario.lines().filter(|line| line.contains("do: ")).count();
    assert_eq!(commands, 4, "two arrive, two are accepted\n{fault}");
}
