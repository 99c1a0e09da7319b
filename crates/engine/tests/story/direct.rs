//! Tasks that go straight to a worker, a queue or a workflow (semantics section 4.6, Q38, rule R15).

use pointsman::{
    AcceptReservation, CompleteTask, CreateTask, DeleteTaskQueue, DeleteWorker, FilterRef, RejectReservation,
    RoutingTarget, SetWorkerActivity, TargetSpec, TaskQueueSpec, TaskStatus, UpdateTask, UpdateWorkflow, WorkerId,
    WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use serde_json::json;

use super::{World, instant, seconds};

const NOTHING: Vec<String> = Vec::new();

fn to(worker: &str) -> RoutingTarget {
    RoutingTarget::worker(worker)
}

fn considerate(worker: &str) -> RoutingTarget {
    RoutingTarget::Worker { worker: worker.into(), task_queue: None, ignore_capacity: false }
}

fn within(worker: &str, queue: &str) -> RoutingTarget {
    RoutingTarget::Worker { worker: worker.into(), task_queue: Some(queue.into()), ignore_capacity: true }
}

#[test]
fn a_task_for_a_worker_reads_no_filter_and_enters_no_queue() {
    let mut world = World::of(&["alice", "bob"]);
    let events = world.at(0, CreateTask::new("t1").routing_target(to("bob")));
    assert_eq!(events, ["task.created t1", "reservation.created t1 bob"]);
    let facts = world.engine.task("t1".into()).expect("it is there").facts;
    assert_eq!((facts.step, facts.routing_target), (None, Some(to("bob"))));
    assert_eq!(world.at(1, AcceptReservation::new(("t1", "bob"))), ["reservation.accepted t1 bob"]);
}

#[test]
fn the_first_offer_ignores_activity_and_capacity_the_next_does_not() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(0, SetWorkerActivity::new("alice", "Offline"));
    let offered = world.at(1, CreateTask::new("t2").routing_target(to("alice")));
    assert_eq!(offered, ["task.created t2", "reservation.created t2 alice"]);
    assert_eq!(world.at(2, RejectReservation::new(("t2", "alice"))), ["reservation.rejected t2 alice"]);
    assert_eq!(world.status("t2"), Some(TaskStatus::Pending), "alice is offline");
    let still_full = world.at(3, SetWorkerActivity::new("alice", "Available"));
    assert_eq!(still_full, ["worker.activity.update alice Available"], "t1 takes her capacity");
    world.at(4, AcceptReservation::new(("t1", "alice")));
    let freed = world.at(5, CompleteTask::new("t1"));
    assert_eq!(freed, ["task.completed t1", "reservation.completed t1 alice", "reservation.created t2 alice"]);
}

#[test]
fn without_ignoring_capacity_it_waits_for_the_worker() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, SetWorkerActivity::new("alice", "Offline"));
    let waits = world.at(0, CreateTask::new("t1").routing_target(considerate("alice")));
    assert_eq!(waits, ["task.created t1"], "nobody else is asked");
    assert_eq!(world.ranked("t1"), ["alice"]);
    let offered = world.at(1, SetWorkerActivity::new("alice", "Available"));
    assert_eq!(offered, ["worker.activity.update alice Available", "reservation.created t1 alice"]);
}

#[test]
fn the_worker_need_not_be_in_the_queue() {
    let mut world = World::of(&["alice"]);
    world.at(0, TaskQueueSpec::new("nobody's", "1==0").max_reserved_workers(5));
    let events = world.at(0, CreateTask::new("t1").routing_target(within("alice", "nobody's")));
    assert_eq!(events, ["task.created t1", "task-queue.entered t1", "reservation.created t1 alice"]);
    let step = world.engine.task("t1".into()).and_then(|view| view.facts.step).expect("it is in a queue");
    assert_eq!((step.filter, step.target, step.task_queue), (FilterRef::Direct, 0, "nobody's".into()));
    assert_eq!(world.refused(1, DeleteTaskQueue::new("nobody's")).code(), "in-use");
}

#[test]
fn a_task_for_a_queue_stays_in_it() {
    let mut world = World::of(&[]);
    let events = world.at(0, CreateTask::new("t1").routing_target(RoutingTarget::task_queue("other")));
    assert_eq!(events, ["task.created t1", "task-queue.entered t1"]);
    assert_eq!(world.at(1, UpdateTask::new("t1").attributes(json!({"x": 1}))), ["task.updated t1"]);
    let emptied = UpdateWorkflow::new("in").configuration(WorkflowConfiguration::new()).re_evaluate_tasks(true);
    assert_eq!(world.at(2, emptied), ["workflow.updated in"], "it follows no workflow");
    let came = world.at(3, WorkerSpec::new("alice").activity("Available"));
    assert_eq!(came, ["worker.created alice", "reservation.created t1 alice"]);
}

#[test]
fn a_task_for_a_workflow_is_one_of_that_workflow() {
    let mut world = World::of(&["alice"]);
    let elsewhere = WorkflowConfiguration::new().default_filter(TargetSpec::to("other"));
    world.at(0, WorkflowSpec::new("second", elsewhere));
    let events = world.at(0, CreateTask::new("t1").routing_target(RoutingTarget::workflow("second")));
    assert_eq!(events[..2], ["task.created t1", "workflow.entered t1"]);
    let facts = world.engine.task("t1".into()).expect("it is there").facts;
    assert_eq!((facts.workflow, facts.workflow_name.as_deref()), (Some("second".into()), Some("second")));
}

#[test]
fn without_a_workflow_the_offer_lasts_two_minutes() {
    let mut world = World::new(WorkspaceSpec::new("Bare").worker(WorkerSpec::new("alice").activity("Available")));
    world.at(0, CreateTask::new("t1").routing_target(to("alice")));
    let timed_out = ["reservation.timeout t1 alice", "worker.activity.update alice Offline"];
    assert_eq!(world.until(119), NOTHING);
    assert_eq!(world.until(120), timed_out);
    assert_eq!(world.engine.task("t1".into()).and_then(|view| view.facts.workflow), None);
}

#[test]
fn the_offer_lasts_as_long_as_those_of_the_only_workflow() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1").routing_target(to("alice")));
    assert_eq!(world.engine.poll_timeout(), Some(instant(20)));
}

#[test]
fn it_waits_for_a_worker_who_was_deleted_and_for_its_own_end() {
    let mut world = World::of(&["alice"]);
    world.at(0, SetWorkerActivity::new("alice", "Offline"));
    world.at(0, CreateTask::new("t1").routing_target(considerate("alice")).timeout(seconds(60)));
    world.at(1, CreateTask::new("t2").routing_target(to("alice")).timeout(seconds(60)));
    world.at(2, DeleteWorker::new("alice").force(true));
    assert_eq!(world.status("t2"), Some(TaskStatus::Pending));
    let back = world.at(3, WorkerSpec::new("alice"));
    assert_eq!(back, ["worker.created alice"], "t2 has had its first offer, t1 asks for an available worker");
    assert_eq!(world.until(61), ["task.canceled t1", "task.canceled t2"]);
}

#[test]
fn an_untried_task_takes_a_worker_created_again_as_she_is() {
    let mut world = World::new(single(WorkspaceSpec::new("Single")));
    world.at(0, CreateTask::new("t1").routing_target(to("alice")));
    let waits = world.at(0, CreateTask::new("t2").routing_target(to("alice")));
    assert_eq!(waits, ["task.created t2"], "single-tasking: one pending reservation at a time");
    world.at(1, SetWorkerActivity::new("alice", "Offline"));
    let next = world.at(2, RejectReservation::new(("t1", "alice")));
    assert_eq!(next, ["reservation.rejected t1 alice", "reservation.created t2 alice"], "whatever the activity");
}

fn single(spec: WorkspaceSpec) -> WorkspaceSpec {
    spec.multi_task_enabled(false).worker(WorkerSpec::new("alice").activity("Available"))
}

#[test]
fn it_has_its_place_in_the_order_of_tasks() {
    let mut world = World::of(&["alice"]);
    world.at(0, SetWorkerActivity::new("alice", "Offline"));
    world.at(0, CreateTask::new("t1").priority(1));
    world.at(0, CreateTask::new("t2").priority(2).routing_target(considerate("alice")));
    let events = world.at(1, SetWorkerActivity::new("alice", "Available"));
    assert_eq!(events[1..], ["reservation.created t2 alice"]);
}

#[test]
fn what_it_names_must_exist_and_agree() {
    let mut world = World::of(&["alice"]);
    world.at(0, WorkflowSpec::new("second", WorkflowConfiguration::new()));
    let mut code = |target| world.refused(0, CreateTask::new("t1").workflow("in").routing_target(target)).code();
    assert_eq!(code(to("carol")), "unknown-worker");
    assert_eq!(code(within("alice", "nowhere")), "unknown-task-queue");
    assert_eq!(code(RoutingTarget::task_queue("nowhere")), "unknown-task-queue");
    assert_eq!(code(RoutingTarget::workflow("nowhere")), "unknown-workflow");
    assert_eq!(code(RoutingTarget::workflow("second")), "routing-target-conflict");
}

#[test]
#[cfg(feature = "serde")]
fn its_text_form_is_an_object() {
    let read = |value| serde_json::from_value::<RoutingTarget>(value);
    assert_eq!(read(json!({"worker": "alice"})).ok(), Some(to("alice")));
    assert_eq!(read(json!({"worker": "alice", "ignore_capacity": false})).ok(), Some(considerate("alice")));
    assert_eq!(read(json!({"worker": "alice", "task_queue": "all"})).ok(), Some(within("alice", "all")));
    assert_eq!(read(json!({"task_queue": "all"})).ok(), Some(RoutingTarget::task_queue("all")));
    assert_eq!(read(json!({"workflow": "in"})).ok(), Some(RoutingTarget::workflow("in")));
    for unclear in
        [json!({}), json!({"workflow": "in", "worker": "alice"}), json!({"task_queue": "all", "ignore_capacity": true})]
    {
        let error = read(unclear).expect_err("unclear").to_string();
        assert!(error.contains("a routing target is a `worker`"), "{error}");
    }
    for target in [to("alice"), within("alice", "all"), RoutingTarget::workflow("in")] {
        let text = serde_json::to_value(target).expect("it is written");
        assert_eq!(read(text).ok(), Some(target));
    }
    assert_eq!(
        to("alice"),
        RoutingTarget::Worker { worker: WorkerId::named("alice"), task_queue: None, ignore_capacity: true }
    );
}
