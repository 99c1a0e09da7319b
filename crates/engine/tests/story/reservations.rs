//! Reservations: asked, answered, timed out, held, in batches (semantics section 5).

use pointsman::{
    AcceptReservation, ActivitySpec, CancelReservation, CompleteTask, CreateTask, FilterSpec, HoldReservation,
    RejectReservation, SetWorkerActivity, TargetSpec, TaskQueueSpec, TaskStatus, UpdateWorker, WorkerChannelSpec,
    WorkerSpec, WrapTask,
};
use serde_json::json;

use super::{World, office, with_workers};

#[test]
fn a_task_is_offered_taken_wrapped_and_completed() {
    let mut world = World::of(&["alice"]);
    let created = world.at(0, CreateTask::new("t1"));
    let expected = [
        "task.created t1",
        "workflow.entered t1",
        "workflow.target-matched t1",
        "task-queue.entered t1",
        "reservation.created t1 alice",
    ];
    assert_eq!(created, expected);
    assert_eq!(world.at(1, AcceptReservation::new(("t1", "alice"))), ["reservation.accepted t1 alice"]);
    assert_eq!(world.at(2, WrapTask::new("t1")), ["task.wrapup t1", "reservation.wrapup t1 alice"]);
    assert_eq!(world.at(3, CompleteTask::new("t1")), ["task.completed t1", "reservation.completed t1 alice"]);
    assert_eq!(world.activity("alice"), "Available", "multitasking leaves the activity alone");
}

#[test]
fn a_timeout_moves_the_worker_and_offers_the_task_to_the_next() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.until(19), Vec::<String>::new());
    let timeout = world.until(20);
    let expected =
        ["reservation.timeout t1 alice", "worker.activity.update alice Offline", "reservation.created t1 bob"];
    assert_eq!(timeout, expected);
}

#[test]
fn the_refuser_is_asked_last_even_within_one_instant() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, CreateTask::new("t1"));
    let first = world.at(0, RejectReservation::new(("t1", "alice")));
    assert_eq!(first, ["reservation.rejected t1 alice", "reservation.created t1 bob"]);
    let second = world.at(0, RejectReservation::new(("t1", "bob")));
    assert_eq!(second, ["reservation.rejected t1 bob", "reservation.created t1 alice"]);
}

#[test]
fn a_reject_with_an_activity_moves_the_worker() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    let rejected = world.at(1, RejectReservation::new(("t1", "alice")).activity("Unavailable"));
    assert_eq!(rejected, ["reservation.rejected t1 alice", "worker.activity.update alice Unavailable"]);
    assert_eq!(world.status("t1"), Some(TaskStatus::Pending));
}

#[test]
fn the_thousandth_failed_assignment_cancels_the_task() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    for _ in 1..1_000 {
        world.at(0, RejectReservation::new(("t1", "alice")));
    }
    let last = world.at(0, RejectReservation::new(("t1", "alice")));
    assert_eq!(last, ["reservation.rejected t1 alice", "task.canceled t1"]);
    let reason = world.engine.task("t1".into()).and_then(|view| view.facts.reason);
    assert_eq!(reason.as_deref(), Some("Task TTL Exceeded or Max assignment count exceeded"));
}

#[test]
fn of_a_batch_the_first_to_accept_wins_and_nobody_is_topped_up() {
    let to_pair = FilterSpec::new("1==1").target(TargetSpec::to("pair"));
    let spec = office(FilterSpec::new("1==0").target(TargetSpec::to("all")));
    let spec = spec.task_queue(TaskQueueSpec::new("pair", "1==1").max_reserved_workers(2));
    let mut spec = with_workers(spec, &["alice", "bob", "carol"]);
    spec.workflows[0].configuration.filters.push(to_pair);
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.reserved("t1"), ["alice", "bob"]);
    assert_eq!(world.at(1, RejectReservation::new(("t1", "alice"))), ["reservation.rejected t1 alice"]);
    assert_eq!(world.reserved("t1"), ["bob"], "no top-up while a sibling is pending");
    let all_ended = world.at(2, RejectReservation::new(("t1", "bob")));
    let expected = ["reservation.rejected t1 bob", "reservation.created t1 carol", "reservation.created t1 alice"];
    assert_eq!(all_ended, expected, "longest idle first");
    let won = world.at(3, AcceptReservation::new(("t1", "alice")));
    assert_eq!(won, ["reservation.accepted t1 alice", "reservation.rescinded t1 carol"]);
}

#[test]
fn a_held_reservation_has_no_timer_and_still_counts() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.at(5, HoldReservation::new(("t1", "alice"))), Vec::<String>::new());
    assert_eq!(world.refused(6, HoldReservation::new(("t1", "alice"))).code(), "reservation-held");
    assert_eq!(world.until(600), Vec::<String>::new(), "no timeout");
    assert_eq!(world.reserved("t1"), ["alice"]);
    let failed = world.at(601, CancelReservation::new(("t1", "alice")));
    assert_eq!(failed, ["reservation.canceled t1 alice", "reservation.created t1 alice"]);
    world.at(602, HoldReservation::new(("t1", "alice")));
    assert_eq!(world.at(603, AcceptReservation::new(("t1", "alice"))), ["reservation.accepted t1 alice"]);
}

#[test]
fn pending_reservations_are_rejected_on_the_way_out() {
    let spec = office(FilterSpec::new("1==1").target(TargetSpec::to("all")));
    let alice = WorkerSpec::new("alice").activity("Available").channel("default", WorkerChannelSpec::new(2));
    let mut world = World::new(spec.worker(alice));
    world.at(0, CreateTask::new("t1"));
    world.at(1, CreateTask::new("t2"));
    let stay = SetWorkerActivity::new("alice", "Available").reject_pending_reservations(true);
    assert_eq!(world.refused(2, stay).code(), "reject-needs-unavailable-activity");
    let leave = SetWorkerActivity::new("alice", "Offline").reject_pending_reservations(true);
    let expected =
        ["worker.activity.update alice Offline", "reservation.rejected t1 alice", "reservation.rejected t2 alice"];
    assert_eq!(world.at(3, leave), expected);
}

#[test]
fn a_change_of_activity_leaves_reservations_alone() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    let left = world.at(1, SetWorkerActivity::new("alice", "Offline"));
    assert_eq!(left, ["worker.activity.update alice Offline"]);
    assert_eq!(world.at(2, SetWorkerActivity::new("alice", "Offline")), Vec::<String>::new(), "Q45");
    assert_eq!(world.at(3, AcceptReservation::new(("t1", "alice"))), ["reservation.accepted t1 alice"]);
}

/// Idle, Reserved, Busy: the activities of the first quickstart.
fn single_tasking(workers: &[&str]) -> World {
    let spec = office(FilterSpec::new("1==1").target(TargetSpec::to("desk"))).multi_task_enabled(false);
    let activities = [("Offline", false), ("Available", true), ("Reserved", false), ("Busy", false)];
    let spec =
        activities.iter().fold(spec, |spec, (name, available)| spec.activity(ActivitySpec::new(name, *available)));
    let desk = TaskQueueSpec::new("desk", "1==1").reservation_activity("Reserved").assignment_activity("Busy");
    World::new(with_workers(spec.task_queue(desk.max_reserved_workers(2)), workers))
}

#[test]
fn single_tasking_moves_workers_with_their_reservations() {
    let mut world = single_tasking(&["alice", "bob"]);
    let created = world.at(0, CreateTask::new("t1"));
    let expected = [
        "reservation.created t1 alice",
        "worker.activity.update alice Reserved",
        "reservation.created t1 bob",
        "worker.activity.update bob Reserved",
    ];
    assert_eq!(created[4..], expected);
    let accepted = world.at(1, AcceptReservation::new(("t1", "bob")));
    let expected = [
        "reservation.accepted t1 bob",
        "worker.activity.update bob Busy",
        "reservation.rescinded t1 alice",
        "worker.activity.update alice Available",
    ];
    assert_eq!(accepted, expected);
    let done = world.at(2, CompleteTask::new("t1").post_work_activity("Offline"));
    let expected = ["task.completed t1", "reservation.completed t1 bob", "worker.activity.update bob Offline"];
    assert_eq!(done, expected);
}

#[test]
fn single_tasking_returns_a_worker_only_from_where_it_was_put() {
    let mut world = single_tasking(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(1, SetWorkerActivity::new("alice", "Busy"));
    let rejected = world.at(2, RejectReservation::new(("t1", "alice")));
    assert_eq!(rejected, ["reservation.rejected t1 alice"], "moved away meanwhile: stays (R23)");
    assert_eq!(world.activity("alice"), "Busy");
    world.at(3, SetWorkerActivity::new("alice", "Available"));
    assert_eq!(world.activity("alice"), "Reserved", "asked again");
    let timeout = world.until(23);
    assert_eq!(timeout, ["reservation.timeout t1 alice", "worker.activity.update alice Offline"]);
}

#[test]
fn a_deleted_task_frees_its_worker() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(1, AcceptReservation::new(("t1", "alice")));
    world.at(2, CreateTask::new("t2"));
    let deleted = world.at(3, pointsman::DeleteTask::new("t1"));
    let expected = ["reservation.canceled t1 alice", "task.deleted t1", "reservation.created t2 alice"];
    assert_eq!(deleted, expected);
    assert_eq!(world.status("t1"), None);
}

#[test]
fn attributes_of_a_worker_decide_at_once() {
    let to_speakers =
        FilterSpec::new("1==1").target(TargetSpec::to("all").expression("worker.languages HAS task.language"));
    let mut world = World::new(with_workers(office(to_speakers), &["alice"]));
    world.at(0, CreateTask::new("t1").attributes(json!({"language": "es"})));
    assert_eq!(world.status("t1"), Some(TaskStatus::Pending));
    let learned = world.at(1, UpdateWorker::new("alice").attributes(json!({"languages": ["es"]})));
    assert_eq!(learned, ["worker.attributes.update alice", "reservation.created t1 alice"]);
    let forgot = world.at(2, UpdateWorker::new("alice").attributes(json!({})));
    assert_eq!(forgot, ["worker.attributes.update alice"], "an open reservation stays");
}
