//! The workspace: defaults, templates, configuration commands, its end (semantics sections 6.2, 7.1 and 8).

use pointsman::{
    AcceptReservation, ActivitySpec, CreateTask, DeleteActivity, DeleteTaskChannel, DeleteWorker, DeleteWorkflow,
    DeleteWorkspace, Engine, FilterSpec, RejectReservation, TargetSpec, TaskChannelSpec, TaskQueueSpec, Template,
    UpdateActivity, UpdateTaskChannel, UpdateTaskQueue, UpdateWorkerChannel, UpdateWorkspace, WorkerChannelSpec,
    WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};

use super::{World, instant};

#[test]
fn a_workspace_starts_with_the_documented_activities_and_channels() {
    let engine = Engine::new(WorkspaceSpec::new("W").worker(WorkerSpec::new("alice")), 0).unwrap();
    let alice = engine.worker("alice".into()).unwrap();
    assert_eq!((&*alice.facts.activity_name, alice.facts.available), ("Offline", false));
    let channels: Vec<_> = alice.channels.iter().map(|share| &*share.unique_name).collect();
    assert_eq!(channels, ["voice", "sms", "chat", "video", "default"]);
    assert!(alice.channels.iter().all(|share| share.configured_capacity == 1 && share.available));
}

#[test]
fn the_template_brings_a_queue_and_a_workflow() {
    let spec = WorkspaceSpec::new("W").template(Template::Fifo).worker(WorkerSpec::new("alice").activity("Available"));
    let mut world = World::new(spec);
    let created = world.at(0, CreateTask::new("t1"));
    assert_eq!(created.last().map(String::as_str), Some("reservation.created t1 alice"));
    let step = world.engine.task("t1".into()).and_then(|view| view.facts.step).unwrap();
    assert_eq!(&*step.task_queue_name, "Sample Queue");
}

#[test]
fn configuration_commands_tell_what_they_did() {
    let mut world = World::new(WorkspaceSpec::new("W"));
    assert_eq!(world.at(0, ActivitySpec::new("Lunch", false)), ["activity.created Lunch"]);
    assert_eq!(world.at(0, UpdateActivity::new("Lunch", "Break")), ["activity.updated Break"]);
    assert_eq!(world.at(0, DeleteActivity::new("Lunch")), ["activity.deleted Break"]);
    assert_eq!(world.at(0, TaskChannelSpec::new("fax")), ["task-channel.created fax"]);
    assert_eq!(world.at(0, UpdateTaskChannel::new("fax").friendly_name("Fax")), ["task-channel.updated fax"]);
    assert_eq!(world.at(0, DeleteTaskChannel::new("fax")), ["task-channel.deleted fax"]);
    assert_eq!(world.at(0, TaskQueueSpec::new("q", "1==1")), ["task-queue.created q"]);
    assert_eq!(world.at(0, UpdateTaskQueue::new("q").target_workers("1==0")), ["task-queue.expression.updated q"]);
    assert_eq!(world.at(0, UpdateTaskQueue::new("q").target_workers("1==0")), Vec::<String>::new());
    let workflow = WorkflowSpec::new("w", WorkflowConfiguration::new().default_filter(TargetSpec::to("q")));
    assert_eq!(world.at(0, workflow), ["workflow.created w"]);
    assert_eq!(world.at(0, DeleteWorkflow::new("w")), ["workflow.deleted w"]);
    assert_eq!(world.at(0, WorkerSpec::new("alice")), ["worker.created alice"]);
    assert_eq!(world.at(0, DeleteWorker::new("alice")), ["worker.deleted alice"]);
    assert_eq!(world.at(0, UpdateWorkspace::new().friendly_name("X")), ["workspace.updated X"]);
}

#[test]
fn a_new_queue_expression_finds_its_workers_at_once() {
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all"));
    let mut world = World::new(super::with_workers(super::office(filter), &["alice"]));
    world.at(0, UpdateTaskQueue::new("all").target_workers(""));
    world.at(1, CreateTask::new("t1"));
    assert_eq!(world.reserved("t1"), Vec::<String>::new(), "the empty text matches nobody");
    let opened = world.at(2, UpdateTaskQueue::new("all").target_workers("friendly_name == 'alice'"));
    assert_eq!(opened, ["task-queue.expression.updated all", "reservation.created t1 alice"]);
}

#[test]
fn multitasking_is_switched_on_and_not_off() {
    let spec = super::office(FilterSpec::new("1==1").target(TargetSpec::to("all"))).multi_task_enabled(false);
    let mut world = World::new(super::with_workers(spec, &["alice"]));
    world.at(0, UpdateTaskQueue::new("all").reservation_activity("Unavailable"));
    world.at(0, UpdateTaskQueue::new("all").assignment_activity("Offline"));
    let moved = world.at(0, CreateTask::new("t1"));
    assert_eq!(moved.last().map(String::as_str), Some("worker.activity.update alice Unavailable"));
    assert_eq!(world.at(1, UpdateWorkspace::new().multi_task_enabled(false)), ["workspace.updated Office"]);
    assert_eq!(world.at(1, UpdateWorkspace::new().multi_task_enabled(true)), ["workspace.updated Office"]);
    let back = world.at(2, RejectReservation::new(("t1", "alice")));
    let expected =
        ["reservation.rejected t1 alice", "worker.activity.update alice Available", "reservation.created t1 alice"];
    assert_eq!(back, expected, "she returns from where single-tasking had put her, and is not moved again");
    assert_eq!(world.at(3, AcceptReservation::new(("t1", "alice"))), ["reservation.accepted t1 alice"]);
    world.at(4, UpdateWorkerChannel::new("alice", "default").capacity(2));
    assert_eq!(world.at(5, CreateTask::new("t2")).last().map(String::as_str), Some("reservation.created t2 alice"));
    assert_eq!(world.refused(6, UpdateWorkspace::new().multi_task_enabled(false)).code(), "multitasking-stays");
}

#[test]
fn multitasking_frees_what_single_tasking_held_back() {
    let spec = super::office(FilterSpec::new("1==1").target(TargetSpec::to("all"))).multi_task_enabled(false);
    let alice = WorkerSpec::new("alice").activity("Available").channel("default", WorkerChannelSpec::new(2));
    let mut world = World::new(spec.worker(alice));
    world.at(0, CreateTask::new("t1"));
    world.at(0, CreateTask::new("t2"));
    assert_eq!(
        world.at(1, UpdateWorkspace::new().multi_task_enabled(false)),
        ["workspace.updated Office"],
        "as it was"
    );
    let events = world.at(1, UpdateWorkspace::new().multi_task_enabled(true));
    assert_eq!(events, ["workspace.updated Office", "reservation.created t2 alice"]);
}

#[test]
fn nothing_happens_in_a_deleted_workspace() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.at(1, DeleteWorkspace::new()), ["workspace.deleted Office"]);
    assert_eq!(world.engine.poll_timeout(), None);
    assert_eq!(world.until(1_000_000), Vec::<String>::new());
    assert_eq!(world.refused(1_000_001, CreateTask::new("t2")).code(), "workspace-deleted");
}

#[test]
fn extra_timeouts_change_nothing() {
    let story = |eager: bool| {
        let mut world = World::of(&["alice", "bob"]);
        let mut events = world.at(3, CreateTask::new("t1"));
        for second in (4..200).filter(|_| eager) {
            events.extend(world.until(second));
        }
        events.extend(world.at(200, CreateTask::new("t2")));
        world.engine.handle_timeout(instant(0));
        (events, world.engine.digest())
    };
    assert_eq!(story(true), story(false));
}
