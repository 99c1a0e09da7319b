//! Every reason to refuse a command, each met once; and the order in which they are given.

use std::collections::BTreeSet;

use pointsman::{
    AcceptReservation, ActivitySpec, CancelTask, Command, CompleteTask, CreateTask, DeleteActivity, DeleteTaskChannel,
    DeleteTaskQueue, DeleteWorker, DeleteWorkflow, DeleteWorkspace, Engine, FilterSpec, HoldReservation, Limits,
    RejectReservation, Rejection, RoutingTarget, SetWorkerActivity, TargetSpec, TaskChannelSpec, TaskId, TaskQueueSpec,
    Timestamp, UpdateActivity, UpdateTask, UpdateWorker, UpdateWorkspace, WorkerSpec, WorkflowConfiguration,
    WorkflowSpec, WorkspaceSpec, WrapTask,
};
use serde_json::json;

use super::{World, instant, seconds};

/// t1 is assigned to alice, t2 is reserved for bob, t3 is pending, t4 is completed.
fn world() -> World {
    let limits = Limits { activities: 3, ..Limits::default() };
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all"));
    let spec = super::with_workers(super::office(filter).limits(limits), &["alice", "bob"]);
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t4"));
    world.at(0, AcceptReservation::new(("t4", "alice")));
    world.at(0, CompleteTask::new("t4"));
    world.at(0, CreateTask::new("t1"));
    world.at(0, AcceptReservation::new(("t1", "bob")));
    world.at(0, CreateTask::new("t2"));
    world.at(0, CreateTask::new("t3"));
    world.at(0, WorkflowSpec::new("second", WorkflowConfiguration::new()));
    world
}

fn workflow(filter: FilterSpec) -> WorkflowSpec {
    WorkflowSpec::new("new", WorkflowConfiguration::new().filter(filter))
}

fn cases() -> Vec<(&'static str, Command)> {
    let target = || TargetSpec::to("all");
    let filter = |target: TargetSpec| FilterSpec::new("1==1").target(target);
    vec![
        ("unknown-activity", SetWorkerActivity::new("alice", "Lunch").into()),
        ("unknown-task-channel", CreateTask::new("t5").workflow("in").task_channel("fax").into()),
        ("unknown-task-queue", workflow(filter(TargetSpec::to("nowhere"))).into()),
        ("unknown-workflow", CreateTask::new("t5").workflow("nowhere").into()),
        ("unknown-worker", DeleteWorker::new("carol").into()),
        ("unknown-task", CancelTask::new("t9").into()),
        ("unknown-reservation", AcceptReservation::new(pointsman::ReservationId::new(1)).into()),
        ("no-reservation", AcceptReservation::new(("t3", "alice")).into()),
        ("activity-exists", ActivitySpec::new("Offline", true).into()),
        ("task-channel-exists", TaskChannelSpec::new("voice").into()),
        ("task-queue-exists", TaskQueueSpec::new("all", "1==1").into()),
        ("workflow-exists", WorkflowSpec::new("in", WorkflowConfiguration::new()).into()),
        ("worker-exists", WorkerSpec::new("alice").into()),
        ("task-exists", CreateTask::new("t1").into()),
        ("worker-name-taken", UpdateWorker::new("alice").friendly_name("BOB").into()),
        ("unique-name-taken", TaskChannelSpec::new("voice").task_channel("other".into()).into()),
        ("friendly-name-length", UpdateActivity::new("Offline", "").into()),
        ("friendly-name-length", UpdateActivity::new("Offline", "x".repeat(65)).into()),
        ("invalid-unique-name", TaskChannelSpec::new("my-channel").into()),
        ("invalid-attributes", CreateTask::new("t5").workflow("in").attributes(json!([1])).into()),
        ("invalid-attributes", UpdateTask::new("t3").attributes(deep(65)).into()),
        ("invalid-attributes", UpdateWorker::new("alice").attributes(json!(null)).into()),
        ("invalid-expression", TaskQueueSpec::new("new", "skill-level > 3").into()),
        ("invalid-expression", workflow(filter(target().order_by("level"))).into()),
        ("invalid-expression", workflow(filter(target().skip_if("worker.x == 1"))).into()),
        ("no-targets", workflow(FilterSpec::new("1==1")).into()),
        ("no-queue", workflow(filter(TargetSpec::new())).into()),
        ("span-out-of-range", CreateTask::new("t5").workflow("in").timeout(seconds(0)).into()),
        ("span-out-of-range", workflow(filter(target())).task_reservation_timeout(seconds(86_401)).into()),
        ("span-out-of-range", workflow(filter(target().timeout(seconds(0)))).into()),
        ("number-out-of-range", CreateTask::new("t5").workflow("in").priority(2_147_483_648).into()),
        ("number-out-of-range", TaskQueueSpec::new("new", "1==1").max_reserved_workers(51).into()),
        (
            "virtual-start-time-out-of-range",
            CreateTask::new("t5").workflow("in").virtual_start_time(instant(99)).into(),
        ),
        ("routing-target-conflict", conflicting().into()),
        ("version-mismatch", CancelTask::new("t3").if_version(9).into()),
        ("multitasking-stays", UpdateWorkspace::new().multi_task_enabled(false).into()),
        ("too-many-activities", ActivitySpec::new("Lunch", false).into()),
        ("task-ended", WrapTask::new("t4").into()),
        ("task-not-waiting", CancelTask::new("t1").into()),
        ("task-not-assigned", WrapTask::new("t3").into()),
        ("task-not-taken", CompleteTask::new("t2").into()),
        ("task-not-pending", UpdateTask::new("t2").task_channel("voice").into()),
        ("reservation-not-pending", RejectReservation::new(("t1", "bob")).into()),
        ("reject-needs-unavailable-activity", UpdateWorker::new("alice").reject_pending_reservations(true).into()),
        ("in-use", DeleteActivity::new("Offline").into()),
        ("in-use", DeleteTaskQueue::new("all").into()),
        ("in-use", DeleteWorkflow::new("in").into()),
        ("default-task-channel", DeleteTaskChannel::new("default").into()),
        ("worker-has-reservations", DeleteWorker::new("alice").into()),
        ("worker-has-reservations", DeleteWorker::new("bob").force(true).into()),
    ]
}

fn conflicting() -> CreateTask {
    CreateTask::new("t5").workflow("in").routing_target(RoutingTarget::workflow("second"))
}

fn deep(levels: usize) -> serde_json::Value {
    (1..levels).fold(json!({}), |inner, _| json!({"a": inner}))
}

#[test]
fn every_reason_is_given_and_changes_nothing() {
    let mut world = world();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for (code, command) in cases() {
        let rejection = world.refused(0, command.clone());
        assert_eq!(rejection.code(), code, "{command:?}: {rejection}");
        assert!(!rejection.to_string().is_empty());
        met.insert(code);
    }
    world.at(0, HoldReservation::new(("t2", "alice")));
    met.insert(world.refused(0, HoldReservation::new(("t2", "alice"))).code());
    met.insert(world.engine.handle(instant(-1), CancelTask::new("t1")).unwrap_err().code());
    world.at(0, DeleteWorkspace::new());
    met.insert(world.refused(0, CancelTask::new("t3")).code());
    met.insert(Engine::new(WorkspaceSpec::new("W").default_activity("Lunch"), 0).unwrap_err().code());
    let two = WorkflowSpec::new("two", WorkflowConfiguration::new());
    let mut undecided = World::of(&[]);
    undecided.at(0, two);
    met.insert(undecided.refused(0, CreateTask::new("t1")).code());
    assert_eq!(met, Rejection::CODES.iter().copied().collect(), "a reason without a case here");
}

#[test]
fn the_deepest_document_allowed_is_accepted() {
    let mut world = world();
    world.at(0, UpdateTask::new("t3").attributes(deep(64)));
}

#[test]
#[cfg(feature = "serde")]
fn a_null_survives_a_log_of_commands() {
    let written = |command: Command| serde_json::to_string(&command).unwrap();
    let read = |text: &str| serde_json::from_str::<Command>(text).unwrap();
    for command in [UpdateTask::new("t1").attributes(json!(null)), UpdateTask::new("t1")].map(Command::from) {
        assert_eq!(read(&written(command.clone())), command);
    }
}

#[test]
fn existence_comes_before_form_and_form_before_state() {
    let mut world = world();
    let unknown_and_malformed = CreateTask::new("t5").workflow("nowhere").priority(u32::MAX);
    assert_eq!(world.refused(0, unknown_and_malformed).code(), "unknown-workflow");
    let malformed_and_ended = UpdateTask::new("t4").attributes(json!(1));
    assert_eq!(world.refused(0, malformed_and_ended).code(), "invalid-attributes");
}

#[test]
fn an_error_names_the_place_in_the_workflow() {
    let mut world = world();
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all")).target(TargetSpec::new().skip_if("&&"));
    let rejection = world.refused(0, workflow(filter));
    let Rejection::InvalidExpression { place, text, errors } = &rejection else { panic!("{rejection}") };
    assert_eq!((place.as_str(), text.as_str()), ("filters[0].targets[1].skip_if", "&&"));
    assert!(!errors.is_empty());
}

#[test]
fn a_refused_command_still_lets_time_pass() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    let refused = world.engine.handle(instant(25), CancelTask::new(TaskId::named("t9")));
    assert!(refused.is_err());
    assert_eq!(world.drain()[0], "reservation.timeout t1 alice", "drain after refusals, too");
    assert_eq!(world.engine.clock(), instant(25));
    assert_ne!(world.engine.clock(), Timestamp::EPOCH);
}
