//! The story harness: what it demands, what it proves, and what it says when a story goes another way.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use pointsman::{
    AcceptReservation, CancelTask, CompleteTask, CreateTask, FilterSpec, RejectReservation, TargetSpec, TaskQueueSpec,
    WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec, WrapTask,
};
use pointsman_testkit::{Story, event};

/// Ten seconds with the seniors, then everyone; twenty seconds to answer.
fn workspace() -> WorkspaceSpec {
    let seniors = TargetSpec::to("seniors").timeout(Duration::from_secs(10)).priority(5);
    let filter = FilterSpec::new("1==1").target(seniors).target(TargetSpec::to("everyone"));
    let workflow = WorkflowSpec::new("support", WorkflowConfiguration::new().filter(filter));
    WorkspaceSpec::new("Support")
        .task_queue(TaskQueueSpec::new("seniors", "level >= 3"))
        .task_queue(TaskQueueSpec::new("everyone", "1==1"))
        .workflow(workflow.task_reservation_timeout(Duration::from_secs(20)))
        .worker(WorkerSpec::new("ann").activity("Available"))
}

/// What a story that fails says.
fn complaint(tell: impl FnOnce(&mut Story)) -> String {
    let told = catch_unwind(AssertUnwindSafe(|| tell(&mut Story::given(workspace()))));
    let payload = told.expect_err("the story should fail");
    let fixed = payload.downcast_ref::<&str>().map(ToString::to_string);
    payload.downcast_ref().cloned().or(fixed).expect("a story fails with a text")
}

#[test]
fn a_task_escalates_is_taken_and_done() {
    let mut story = Story::given(workspace());
    story.when(CreateTask::new("order")).expect([
        event("task.created").task("order").status("pending"),
        event("workflow.entered").workflow("support"),
        event("workflow.target-matched").filter(0).target(0).priority(5),
        event("task-queue.entered").queue("seniors"),
    ]);
    story.at("9s").quiet();
    story.at(Duration::from_secs(10)).expect([
        event("task-queue.timeout").queue("seniors"),
        event("task-queue.moved").queue("seniors"),
        event("workflow.target-matched").target(1),
        event("task-queue.entered").queue("everyone"),
        event("reservation.created").task("order").worker("ann").status("pending").queue("everyone"),
    ]);
    story.refused(CompleteTask::new("order"), "task-not-taken").quiet();
    story.when(AcceptReservation::new(("order", "ann"))).expect([event("reservation.accepted").status("accepted")]);
    story.at("1m").when(WrapTask::new("order").reason("solved")).expect([
        event("task.wrapup").reason("solved").status("wrapping"),
        event("reservation.wrapup").worker("ann").reason("solved"),
    ]);
    story.when(CompleteTask::new("order")).expect([event("task.completed"), event("reservation.completed")]);
    story.at("6m").quiet();
    assert_eq!(story.engine().tasks().count(), 0, "it is gone after five minutes");
    assert_eq!(story.driver().script().len(), 9);
}

#[test]
fn a_reservation_times_out_and_the_worker_goes_offline() {
    let mut story = Story::given(workspace());
    story.when(CreateTask::new("order")).at("10s").skip();
    story.at("30s").expect([
        event("reservation.timeout").worker("ann"),
        event("worker.activity.update").previous_activity("Available").activity("Offline").available(false),
    ]);
}

#[test]
fn other_events_than_expected_are_told_beside_each_other() {
    let told = complaint(|story| {
        story.at("5s").when(CreateTask::new("order")).expect([
            event("task.created").task("order"),
            event("workflow.target-matched").queue("everyone"),
            event("task-queue.entered"),
        ]);
    });
    let expected = "other events were expected (`-` is missing, `+` has happened instead):
    task.created task=order status=pending priority=0
  - workflow.target-matched queue=everyone
  + workflow.entered task=order status=pending priority=0
  + workflow.target-matched task=order status=pending priority=5 queue=\"seniors\"
    task-queue.entered task=order status=pending priority=5 queue=\"seniors\"

the story so far:
  at 5s
  when create_task {task: order}
          5s  task.created task=order";
    assert!(told.starts_with(expected), "{told}");
}

#[test]
fn events_that_nobody_expected_are_a_failure() {
    let told = complaint(|story| _ = story.when(CreateTask::new("t1")));
    assert!(told.contains("  + task.created task=t1"), "{told}");
    let told = complaint(|story| _ = story.when(CreateTask::new("t1")).quiet());
    assert!(told.contains("  + task.created task=t1"), "{told}");
}

#[test]
fn answers_other_than_expected_are_a_failure() {
    let told = complaint(|story| _ = story.when(CancelTask::new("t1")));
    assert!(told.starts_with("expected it to be done\nrefused: unknown-task (there is no task t1;"), "{told}");
    let told = complaint(|story| _ = story.refused(CreateTask::new("t1"), "unknown-task"));
    assert!(told.starts_with("expected a refusal: unknown-task\nit was done"), "{told}");
    let reject = || RejectReservation::new(("t1", "ann"));
    let told = complaint(|story| _ = story.refused(reject(), "no-reservation"));
    assert!(told.starts_with("expected a refusal: no-reservation\nrefused: unknown-task"), "{told}");
}

#[test]
fn what_cannot_be_told_is_said_at_once() {
    assert!(complaint(|_| drop(event("task.create"))).starts_with("there is no event `task.create`"));
    assert!(complaint(|story| _ = story.at("soon")).starts_with("expected a span of time"));
    let back = complaint(|story| _ = story.at("5s").at("4s"));
    assert_eq!(back, "a story goes forward: it is 5s already, not 4s");
    let unknown = complaint(|story| _ = story.refused(CancelTask::new("t1"), "no-luck"));
    assert!(unknown.starts_with("there is no refusal `no-luck`"));
    let spec = workspace().worker(WorkerSpec::new("Ann"));
    let taken = complaint(|_| drop(Story::given(spec)));
    assert!(taken.starts_with("the workspace is refused: worker"), "{taken}");
}
