//! The life of a task: time to live, limits, ends (semantics section 4).

use pointsman::{
    AcceptReservation, CancelTask, CreateTask, DeleteWorkflow, RejectReservation, RoutingTarget, SetWorkerActivity,
    TaskStatus, Timestamp, UpdateTask, UpdateWorkflow, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
};
use serde_json::json;

use super::{World, instant, seconds};

const NOTHING: Vec<String> = Vec::new();

#[test]
fn a_waiting_task_lives_as_long_as_it_was_given() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1").timeout(seconds(60)));
    assert_eq!(world.until(59), NOTHING);
    assert_eq!(world.until(60), ["task.canceled t1"]);
    let reason = world.engine.task("t1".into()).and_then(|view| view.facts.reason);
    assert_eq!(reason.as_deref(), Some("Task TTL Exceeded"));
    assert_eq!(world.until(360), NOTHING, "the purge is silent");
    assert_eq!(world.status("t1"), None, "gone five minutes after its end");
}

#[test]
fn the_time_to_live_takes_a_reserved_task_with_its_reservation() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1").timeout(seconds(10)));
    assert_eq!(world.until(10), ["task.canceled t1", "reservation.canceled t1 alice"]);
    assert_eq!(world.activity("alice"), "Available");
}

#[test]
fn a_reservation_timeout_of_the_same_instant_comes_before_the_time_to_live() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1").timeout(seconds(20)));
    let expected = ["reservation.timeout t1 alice", "worker.activity.update alice Offline", "task.canceled t1"];
    assert_eq!(world.until(20), expected);
}

#[test]
fn a_task_assigned_for_a_day_is_removed() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(10, AcceptReservation::new(("t1", "alice")));
    let day = 24 * 60 * 60;
    assert_eq!(world.until(day + 9), NOTHING, "the time to live no longer counts");
    assert_eq!(world.until(day + 10), ["reservation.canceled t1 alice", "task.system-deleted t1"]);
    assert_eq!(world.engine.poll_timeout(), None);
}

#[test]
fn canceling_tells_the_task_first() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    let canceled = world.at(1, CancelTask::new("t1").reason("caller hung up"));
    assert_eq!(canceled, ["task.canceled t1", "reservation.canceled t1 alice"]);
}

#[test]
fn an_update_of_a_pending_task_reads_the_filters_again() {
    let mut world = super::workflows::two_languages();
    world.at(0, CreateTask::new("t1").attributes(json!({"language": "en"})));
    let same = world.at(1, UpdateTask::new("t1").attributes(json!({"language": "en", "vip": true})));
    assert_eq!(same, ["task.updated t1"]);
    let other = world.at(2, UpdateTask::new("t1").attributes(json!({"language": "es"})));
    let expected = ["task.updated t1", "task-queue.moved t1", "workflow.target-matched t1", "task-queue.entered t1"];
    assert_eq!(other, expected);
    let stored = world.at(3, UpdateTask::new("t1").attributes(json!({"language": "en"})).re_evaluate(false));
    assert_eq!(stored, ["task.updated t1"]);
    let none = world.at(4, UpdateTask::new("t1").attributes(json!({"language": "fr"})));
    assert_eq!(none, ["task.updated t1", "workflow.timeout t1", "task.canceled t1"]);
}

#[test]
fn a_reserved_task_reads_the_filters_when_it_returns() {
    let mut world = super::workflows::two_languages();
    world.at(0, WorkerSpec::new("alice").activity("Available"));
    world.at(0, CreateTask::new("t1").attributes(json!({"language": "en"})));
    let stored = world.at(1, UpdateTask::new("t1").attributes(json!({"language": "es"})));
    assert_eq!(stored, ["task.updated t1"]);
    let returned = world.at(2, RejectReservation::new(("t1", "alice")));
    let expected = [
        "reservation.rejected t1 alice",
        "task-queue.moved t1",
        "workflow.target-matched t1",
        "task-queue.entered t1",
        "reservation.created t1 alice",
    ];
    assert_eq!(returned, expected);
}

#[test]
fn a_virtual_start_time_moves_a_task_in_the_order_and_no_timer() {
    let mut world = World::of(&["alice"]);
    world.at(0, SetWorkerActivity::new("alice", "Offline"));
    world.at(10, CreateTask::new("t1").timeout(seconds(100)));
    world.at(20, CreateTask::new("t2").timeout(seconds(100)));
    world.at(30, UpdateTask::new("t2").virtual_start_time(instant(5)));
    let free = world.at(40, SetWorkerActivity::new("alice", "Available"));
    assert_eq!(free, ["worker.activity.update alice Available", "reservation.created t2 alice"]);
    let early = UpdateTask::new("t1").virtual_start_time(Timestamp::from_millis(-2_208_988_800_001));
    assert_eq!(world.refused(41, early).code(), "virtual-start-time-out-of-range");
    let until = world.until(110);
    assert!(until.contains(&"task.canceled t1".to_owned()), "its own creation counts: {until:?}");
    assert_eq!(world.status("t2"), Some(TaskStatus::Pending));
}

#[test]
fn each_thing_given_is_an_update() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1"));
    let updates = [
        UpdateTask::new("t1").priority(1),
        UpdateTask::new("t1").virtual_start_time(Timestamp::EPOCH),
        UpdateTask::new("t1").task_channel("voice"),
        UpdateTask::new("t1").attributes(json!({})),
    ];
    for update in updates {
        assert_eq!(world.at(1, update.clone()), ["task.updated t1"], "{update:?}");
    }
    assert_eq!(world.at(1, UpdateTask::new("t1")), NOTHING);
}

#[test]
fn filters_are_read_again_only_for_attributes_and_only_when_asked() {
    let mut world = super::workflows::two_languages();
    world.at(0, CreateTask::new("t1").attributes(json!({"language": "en"})));
    let stored = UpdateTask::new("t1").attributes(json!({"language": "es"})).re_evaluate(false);
    assert_eq!(world.at(1, stored), ["task.updated t1"]);
    assert_eq!(world.at(2, UpdateTask::new("t1").priority(1)), ["task.updated t1"], "the task stays where it is");
}

#[test]
fn an_ended_task_is_no_use_of_its_workflow_and_a_new_name_is_told_to_the_living() {
    let mut world = World::of(&[]);
    world.at(0, WorkflowSpec::new("second", WorkflowConfiguration::new()));
    world.at(0, CreateTask::new("t1").workflow("in"));
    world.at(1, UpdateWorkflow::new("in").friendly_name("Renamed"));
    world.at(1, UpdateWorkflow::new("second").friendly_name("Other"));
    let name = world.engine.task("t1".into()).and_then(|view| view.facts.workflow_name);
    assert_eq!(name.as_deref(), Some("Renamed"));
    assert_eq!(world.at(1, DeleteWorkflow::new("second")), ["workflow.deleted Other"]);
    world.at(2, CancelTask::new("t1"));
    assert_eq!(world.at(2, DeleteWorkflow::new("in")), ["workflow.deleted Renamed"]);
}

#[test]
fn the_same_workflow_twice_is_no_conflict() {
    let mut world = World::of(&[]);
    let twice = CreateTask::new("t1").workflow("in").routing_target(RoutingTarget::workflow("in"));
    assert_eq!(world.at(0, twice)[0], "task.created t1");
}

#[test]
fn a_reserved_task_that_was_told_not_to_read_the_filters_does_not() {
    let mut world = super::workflows::two_languages();
    world.at(0, WorkerSpec::new("alice").activity("Available"));
    world.at(0, CreateTask::new("t1").attributes(json!({"language": "en"})));
    world.at(1, UpdateTask::new("t1").attributes(json!({"language": "es"})).re_evaluate(false));
    world.at(1, UpdateTask::new("t1").priority(1));
    let returned = world.at(2, RejectReservation::new(("t1", "alice")));
    assert_eq!(returned, ["reservation.rejected t1 alice", "reservation.created t1 alice"]);
}
