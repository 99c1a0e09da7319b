//! Configuration that changes under way, and what refuses to go (semantics sections 3.6, 5.7, 6 and 7, rule R22).

use pointsman::{
    AcceptReservation, ActivitySpec, Command, CompleteTask, CreateTask, DeleteActivity, DeleteTaskChannel,
    DeleteTaskQueue, DeleteWorker, DeleteWorkflow, FilterSpec, RejectReservation, SetWorkerActivity, TargetSpec,
    TaskChannelSpec, TaskStatus, UpdateTaskChannel, UpdateTaskQueue, UpdateWorker, UpdateWorkerChannel, UpdateWorkflow,
    UpdateWorkspace, WorkerChannelSpec, WorkerSpec, WorkflowConfiguration, WrapTask,
};

use super::{World, instant, office, seconds};

const NOTHING: Vec<String> = Vec::new();

fn everyone_to(queue: &str) -> FilterSpec {
    FilterSpec::new("1==1").target(TargetSpec::to(queue))
}

#[test]
fn a_new_reservation_timeout_is_for_new_reservations() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, CreateTask::new("t1"));
    world.at(5, UpdateWorkflow::new("in").task_reservation_timeout(seconds(60)));
    assert_eq!(world.until(19), NOTHING);
    let timed_out = world.until(20);
    assert_eq!(timed_out[0], "reservation.timeout t1 alice", "an open one keeps its own");
    assert_eq!(timed_out[2], "reservation.created t1 bob");
    assert_eq!(world.engine.poll_timeout(), Some(instant(80)), "a task of the old configuration has the new timeout");
}

#[test]
fn a_worker_goes_when_nothing_is_open_or_unanswered_by_force() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, CreateTask::new("t1"));
    world.at(0, CreateTask::new("t2"));
    world.at(1, AcceptReservation::new(("t2", "bob")));
    assert_eq!(world.refused(1, DeleteWorker::new("alice")).code(), "worker-has-reservations");
    assert_eq!(world.refused(1, DeleteWorker::new("bob").force(true)).code(), "worker-has-reservations");
    let forced = world.at(2, DeleteWorker::new("alice").force(true));
    assert_eq!(forced, ["reservation.canceled t1 alice", "worker.deleted alice"]);
    world.at(3, CompleteTask::new("t2"));
    assert_eq!(world.at(4, RejectReservation::new(("t1", "bob")))[0], "reservation.rejected t1 bob");
}

#[test]
fn what_is_in_use_does_not_go() {
    let mut world = World::of(&["alice"]);
    world.at(0, ActivitySpec::new("Lunch", false));
    world.at(0, ActivitySpec::new("Busy", false));
    world.at(0, TaskChannelSpec::new("fax"));
    world.at(0, UpdateTaskQueue::new("all").assignment_activity("Busy"));
    world.at(0, UpdateWorkspace::new().default_activity("Lunch"));
    world.at(0, CreateTask::new("t1").task_channel("fax"));
    let in_use: [Command; 7] = [
        DeleteActivity::new("Available").into(),
        DeleteActivity::new("Offline").into(),
        DeleteActivity::new("Lunch").into(),
        DeleteActivity::new("Busy").into(),
        DeleteTaskChannel::new("fax").into(),
        DeleteTaskQueue::new("all").into(),
        DeleteWorkflow::new("in").into(),
    ];
    for command in in_use {
        assert_eq!(world.refused(1, command.clone()).code(), "in-use", "{command:?}");
    }
    assert_eq!(world.at(2, DeleteTaskQueue::new("other")), ["task-queue.deleted other"]);
    assert_eq!(world.at(2, DeleteActivity::new("Unavailable")), ["activity.deleted Unavailable"]);
    assert_eq!(world.at(2, DeleteTaskChannel::new("sms")), ["task-channel.deleted sms"]);
    world.at(3, AcceptReservation::new(("t1", "alice")));
    assert_eq!(world.refused(3, DeleteTaskChannel::new("fax")).code(), "in-use");
    world.at(3, CompleteTask::new("t1"));
    assert_eq!(world.at(3, DeleteTaskChannel::new("fax")), ["task-channel.deleted fax"], "an ended task is no use");
}

#[test]
fn an_activity_stays_while_a_reservation_remembers_it() {
    let spec = office(everyone_to("all")).multi_task_enabled(false);
    let mut world = World::new(spec);
    for name in ["Ready", "Asked", "Else"] {
        world.at(0, ActivitySpec::new(name, name == "Ready"));
    }
    world.at(0, UpdateTaskQueue::new("all").reservation_activity("Asked"));
    world.at(0, WorkerSpec::new("alice").activity("Ready"));
    world.at(0, CreateTask::new("t1"));
    world.at(1, UpdateTaskQueue::new("all").reservation_activity("Else"));
    world.at(1, SetWorkerActivity::new("alice", "Unavailable"));
    for remembered in ["Ready", "Asked"] {
        let refused = world.refused(1, DeleteActivity::new(remembered)).to_string();
        assert!(refused.contains("is in use by reservation"), "{refused}");
    }
    world.at(2, RejectReservation::new(("t1", "alice")));
    assert_eq!(world.at(2, DeleteActivity::new("Asked")), ["activity.deleted Asked"]);
    assert_eq!(world.at(2, DeleteActivity::new("Ready")), ["activity.deleted Ready"]);
}

#[test]
fn a_queue_stays_as_long_as_a_task_follows_a_configuration_that_names_it() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1"));
    let moved = UpdateWorkflow::new("in").configuration(WorkflowConfiguration::new().filter(everyone_to("other")));
    world.at(1, moved);
    let refused = world.refused(2, DeleteTaskQueue::new("all"));
    assert!(refused.to_string().contains("is in use by task"), "{refused}");
    world.at(3, UpdateWorkflow::new("in").re_evaluate_tasks(true));
    assert_eq!(world.at(4, DeleteTaskQueue::new("all")), ["task-queue.deleted all"]);
}

#[test]
fn the_activity_a_worker_has_is_no_change_but_may_reject() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(1, SetWorkerActivity::new("alice", "Offline"));
    assert_eq!(world.at(2, SetWorkerActivity::new("alice", "Offline")), NOTHING);
    let since = |world: &World| world.engine.worker("alice".into()).map(|view| view.facts.activity_since);
    assert_eq!(since(&world), Some(instant(1)));
    let again = SetWorkerActivity::new("alice", "Offline").reject_pending_reservations(true);
    assert_eq!(world.at(3, again), ["reservation.rejected t1 alice"]);
    assert_eq!(since(&world), Some(instant(1)));
}

#[test]
fn a_timeout_moves_the_worker_and_leaves_its_other_reservations() {
    let alice = WorkerSpec::new("alice").activity("Available").channel("default", WorkerChannelSpec::new(3));
    let mut world = World::new(office(everyone_to("all")).worker(alice));
    world.at(0, CreateTask::new("t1"));
    world.at(10, CreateTask::new("t2"));
    world.at(11, SetWorkerActivity::new("alice", "Unavailable"));
    let timed_out = world.until(20);
    let expected = ["reservation.timeout t1 alice", "worker.activity.update alice Offline"];
    assert_eq!(timed_out, expected, "even out of an unavailable activity");
    assert_eq!(world.reserved("t2"), ["alice"]);
    assert_eq!(world.at(21, AcceptReservation::new(("t2", "alice"))), ["reservation.accepted t2 alice"]);
}

#[test]
fn a_lower_maximum_leaves_an_open_batch_alone() {
    let mut world = World::of(&["alice", "bob", "carol"]);
    world.at(0, UpdateTaskQueue::new("all").max_reserved_workers(3));
    world.at(0, CreateTask::new("t1"));
    world.at(1, UpdateTaskQueue::new("all").max_reserved_workers(1));
    assert_eq!(world.reserved("t1"), ["alice", "bob", "carol"]);
    world.at(2, RejectReservation::new(("t1", "alice")));
    world.at(2, RejectReservation::new(("t1", "bob")));
    assert_eq!(world.reserved("t1"), ["carol"], "nobody is added");
    let last = world.at(2, RejectReservation::new(("t1", "carol")));
    assert_eq!(last, ["reservation.rejected t1 carol", "reservation.created t1 alice"], "one at a time from now on");
}

#[test]
fn capacity_below_the_load_keeps_the_work_and_shows_no_free_share() {
    let alice = WorkerSpec::new("alice").activity("Available").channel("default", WorkerChannelSpec::new(3));
    let mut world = World::new(office(everyone_to("all")).worker(alice));
    world.at(0, CreateTask::new("t1"));
    world.at(0, CreateTask::new("t2"));
    let share = |world: &World| {
        let view = world.engine.worker("alice".into()).expect("she is there");
        let shares = view.channels.into_iter().filter(|share| &*share.unique_name == "default");
        shares.map(|share| (share.assigned_tasks, share.available_capacity_percentage)).next_back()
    };
    assert_eq!(share(&world), Some((0, 33)), "floor of a third");
    world.at(1, AcceptReservation::new(("t1", "alice")));
    world.at(2, WrapTask::new("t1"));
    assert_eq!(share(&world), Some((0, 33)), "wrapping is not assigned and still takes capacity");
    world.at(3, UpdateWorkerChannel::new("alice", "default").capacity(1));
    assert_eq!(share(&world), Some((0, 0)));
    world.at(4, UpdateWorkerChannel::new("alice", "default").capacity(0));
    assert_eq!(share(&world), Some((0, 0)));
    assert_eq!(world.at(5, AcceptReservation::new(("t2", "alice"))), ["reservation.accepted t2 alice"]);
    world.at(6, CompleteTask::new("t1"));
    assert_eq!(world.status("t1"), Some(TaskStatus::Completed));
}

#[test]
fn a_channel_that_becomes_optimized_changes_who_was_idle_longest() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, UpdateWorkerChannel::new("alice", "voice").capacity(2));
    world.at(0, CreateTask::new("t1").task_channel("voice"));
    world.at(1, CreateTask::new("t2").task_channel("chat"));
    let offline = |name: &str| UpdateWorker::new(name).activity("Offline");
    world.at(2, offline("alice"));
    world.at(2, offline("bob"));
    world.at(3, CreateTask::new("t3").task_channel("voice"));
    assert_eq!(world.ranked("t3"), ["alice", "bob"], "bob was reserved last");
    world.at(4, UpdateTaskChannel::new("voice").channel_optimized_routing(true));
    assert_eq!(world.ranked("t3"), ["bob", "alice"], "bob was never reserved for a call");
}
