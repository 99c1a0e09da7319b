//! Who is asked first, and for which task (semantics sections 2.9, 3.2, 3.3 and 7).

use pointsman::{
    AcceptReservation, CompleteTask, CreateTask, FilterSpec, RejectReservation, SetWorkerActivity, TargetSpec,
    TaskChannelSpec, TaskOrder, TaskQueueSpec, UpdateTask, UpdateTaskQueue, UpdateWorkerChannel, WorkerChannelSpec,
    WorkerSpec, WorkflowConfiguration,
};
use serde_json::json;

use super::{World, office, office_with, seconds};

fn ordered(order_by: &str, workers: &[(&str, serde_json::Value)]) -> World {
    let spec = office(FilterSpec::new("1==1").target(TargetSpec::to("all").order_by(order_by)));
    let spec = workers.iter().fold(spec, |spec, (name, attributes)| {
        spec.worker(WorkerSpec::new(name).activity("Available").attributes(attributes.clone()))
    });
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t1"));
    world
}

#[test]
fn order_by_ranks_and_missing_values_come_last_both_ways() {
    let workers = [
        ("alice", json!({"finance": 10, "support": 8})),
        ("bob", json!({"finance": 10, "support": 5})),
        ("carol", json!({"finance": 10})),
    ];
    assert_eq!(ordered("worker.finance ASC, worker.support ASC", &workers).ranked("t1"), ["bob", "alice", "carol"]);
    assert_eq!(ordered("worker.finance ASC, worker.support desc", &workers).ranked("t1"), ["alice", "bob", "carol"]);
}

#[test]
fn a_value_that_is_no_integer_voids_the_whole_list() {
    let workers = [("alice", json!({"level": 1})), ("bob", json!({"level": 9.0})), ("carol", json!({"level": "7"}))];
    assert_eq!(ordered("worker.level DESC", &workers[..2]).ranked("t1"), ["bob", "alice"], "9.0 is an integer");
    assert_eq!(ordered("worker.level DESC", &workers).ranked("t1")[..2], ["bob", "carol"], "alice was just asked");
}

#[test]
fn who_was_idle_longer_before_the_start_is_asked_first() {
    let spec = office(FilterSpec::new("1==1").target(TargetSpec::to("all")));
    let worker = |name| WorkerSpec::new(name).activity("Offline");
    let spec = spec
        .worker(worker("alice").idle_for(seconds(60)))
        .worker(worker("bob").idle_for(seconds(600)))
        .worker(worker("carol"));
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.ranked("t1"), ["carol", "bob", "alice"], "never reserved counts as longest");
}

#[test]
fn priority_is_global_across_queues_and_age_breaks_ties() {
    let urgent = FilterSpec::new("urgent == true").target(TargetSpec::to("other").priority(10));
    let rest = FilterSpec::new("1==1").target(TargetSpec::to("all"));
    let spec = office_with(WorkflowConfiguration::new().filter(urgent).filter(rest));
    let mut world = World::new(spec.worker(WorkerSpec::new("alice")));
    world.at(0, CreateTask::new("t1"));
    world.at(1, CreateTask::new("t2"));
    world.at(2, CreateTask::new("t3").attributes(json!({"urgent": true})));
    let served = serve_all(&mut world);
    assert_eq!(served, ["t3", "t1", "t2"]);
}

/// Lets alice take everything, one after the other.
fn serve_all(world: &mut World) -> Vec<String> {
    let mut served = Vec::new();
    world.at(100, SetWorkerActivity::new("alice", "Available"));
    while let Some(task) = super::TASKS
        .iter()
        .find(|task| world.engine.task((**task).into()).is_some_and(|view| !view.reserved.is_empty()))
    {
        served.push((*task).to_owned());
        world.at(100, AcceptReservation::new((*task, "alice")));
        world.at(100, CompleteTask::new(*task));
    }
    served
}

fn two_classes(prioritized: TaskOrder) -> World {
    let stack = FilterSpec::new("stack == true").target(TargetSpec::to("stack"));
    let line = FilterSpec::new("1==1").target(TargetSpec::to("all"));
    let spec = office_with(WorkflowConfiguration::new().filter(stack).filter(line)).prioritize_queue_order(prioritized);
    let mut spec = spec.worker(WorkerSpec::new("alice"));
    spec.task_queues.push(TaskQueueSpec::new("stack", "1==1").task_order(TaskOrder::Lifo));
    let mut world = World::new(spec);
    for (second, name) in (0..).zip(["t1", "t2", "t3", "t4"]) {
        let stack = name == "t2" || name == "t4";
        world.at(
            second,
            CreateTask::new(name).priority(5 - u32::try_from(second).unwrap()).attributes(json!({"stack": stack})),
        );
    }
    world
}

#[test]
fn one_class_of_queues_goes_before_the_other() {
    assert_eq!(serve_all(&mut two_classes(TaskOrder::Fifo)), ["t1", "t3", "t4", "t2"]);
    assert_eq!(serve_all(&mut two_classes(TaskOrder::Lifo)), ["t4", "t2", "t1", "t3"]);
}

#[test]
fn a_queue_that_changes_its_order_changes_it_for_those_who_wait() {
    let mut world = two_classes(TaskOrder::Fifo);
    world.at(50, UpdateTaskQueue::new("stack").task_order(TaskOrder::Fifo));
    assert_eq!(serve_all(&mut world), ["t1", "t2", "t3", "t4"]);
}

#[test]
fn what_nobody_may_take_blocks_nothing() {
    let hard =
        FilterSpec::new("hard == true").target(TargetSpec::to("all").priority(99).expression("worker.guru == true"));
    let easy = FilterSpec::new("1==1").target(TargetSpec::to("all"));
    let spec = office_with(WorkflowConfiguration::new().filter(hard).filter(easy));
    let mut world = World::new(spec.worker(WorkerSpec::new("alice").activity("Available")));
    world.at(0, CreateTask::new("t1").attributes(json!({"hard": true})));
    let created = world.at(1, CreateTask::new("t2"));
    assert_eq!(created.last().map(String::as_str), Some("reservation.created t2 alice"));
}

#[test]
fn capacity_is_counted_per_channel_and_pending_reservations_take_it() {
    let spec = office(FilterSpec::new("1==1").target(TargetSpec::to("all")));
    let alice = WorkerSpec::new("alice").activity("Available").channel("chat", WorkerChannelSpec::new(2));
    let mut world = World::new(spec.worker(alice));
    world.at(0, CreateTask::new("t1").task_channel("chat"));
    world.at(0, CreateTask::new("t2").task_channel("chat"));
    world.at(0, CreateTask::new("t3").task_channel("chat"));
    world.at(0, CreateTask::new("t4").task_channel("voice"));
    assert_eq!([world.reserved("t2"), world.reserved("t4")], [["alice"], ["alice"]]);
    assert_eq!(world.reserved("t3"), Vec::<String>::new(), "chat is full");
    let view = world.engine.worker("alice".into()).unwrap();
    let free = |name: &str| {
        view.channels.iter().find(|share| &*share.unique_name == name).map(|share| share.available_capacity_percentage)
    };
    assert_eq!((free("chat"), free("voice"), free("sms")), (Some(0), Some(0), Some(100)));
    let more = world.at(1, UpdateWorkerChannel::new("alice", "chat").capacity(3));
    assert_eq!(more, ["worker.capacity.update alice chat", "reservation.created t3 alice"]);
    let closed = world.at(2, UpdateWorkerChannel::new("alice", "chat").capacity(9).available(false));
    assert_eq!(closed, ["worker.capacity.update alice chat", "worker.channel.availability.update alice chat"]);
    world.at(3, CreateTask::new("t5").task_channel("chat"));
    assert_eq!(world.reserved("t5"), Vec::<String>::new());
}

#[test]
fn longest_idle_may_look_at_the_channel_alone() {
    let build = |optimized| {
        let spec = office(FilterSpec::new("1==1").target(TargetSpec::to("all")));
        let spec = spec.task_channel(TaskChannelSpec::new("voice"));
        let spec = spec.task_channel(TaskChannelSpec::new("chat").channel_optimized_routing(optimized));
        let mut world = World::new(super::with_workers(spec, &["alice", "bob"]));
        world.at(0, CreateTask::new("t1").task_channel("chat"));
        world.at(1, CreateTask::new("t2").task_channel("voice"));
        world.at(2, CreateTask::new("t3").task_channel("voice"));
        world.at(3, RejectReservation::new(("t1", "alice")));
        world
    };
    assert_eq!(build(false).reserved("t1"), ["bob"]);
    assert_eq!(build(false).ranked("t1"), ["alice", "bob"], "alice was asked least recently on all channels");
    assert_eq!(build(true).reserved("t1"), ["bob"]);
}

#[test]
fn an_update_of_priority_reorders_those_who_wait() {
    let mut world = World::of(&["alice"]);
    world.at(0, SetWorkerActivity::new("alice", "Offline"));
    world.at(1, CreateTask::new("t1"));
    world.at(2, CreateTask::new("t2"));
    world.at(3, UpdateTask::new("t2").priority(7));
    assert_eq!(serve_all(&mut world), ["t2", "t1"]);
}

/// A reserved worker's percentage falls, which can make the worker a candidate elsewhere (R12).
#[test]
fn a_new_reservation_can_open_another_step() {
    let busy = FilterSpec::new("busy == true")
        .target(TargetSpec::to("all").expression("worker.channel.default.available_capacity_percentage < 100"));
    let any = FilterSpec::new("1==1").target(TargetSpec::to("all"));
    let spec = office_with(WorkflowConfiguration::new().filter(busy).filter(any));
    let alice = WorkerSpec::new("alice").activity("Available").channel("default", WorkerChannelSpec::new(2));
    let mut world = World::new(spec.worker(alice));
    world.at(0, CreateTask::new("t1").attributes(json!({"busy": true})));
    assert_eq!(world.reserved("t1"), Vec::<String>::new());
    let created = world.at(1, CreateTask::new("t2"));
    assert_eq!(created[4..], ["reservation.created t2 alice", "reservation.created t1 alice"]);
}

/// The nodes of a query follow the document: those of queries that come later, too.
#[cfg(feature = "jsonpath")]
#[test]
fn json_path_terms_select_inside_attributes() {
    let skilled = TargetSpec::to("all").expression("worker.$.skills[?@.level >= 3].name HAS task.skill");
    let mut world = World::new(super::with_workers(office(FilterSpec::new("1==1").target(skilled)), &["alice"]));
    world.at(0, CreateTask::new("t1").attributes(json!({"skill": "billing"})));
    let skills = |level| {
        pointsman::UpdateWorker::new("alice").attributes(json!({"skills": [{"name": "billing", "level": level}]}))
    };
    assert_eq!(world.at(1, skills(2)), ["worker.attributes.update alice"]);
    assert_eq!(world.at(2, skills(3)), ["worker.attributes.update alice", "reservation.created t1 alice"]);
    let narrower = UpdateTaskQueue::new("all").target_workers("$.skills[?@.level > 8] != null");
    world.at(3, narrower);
    assert_eq!(world.engine.eligible("t1".into()), Vec::new());
    world.at(4, UpdateTaskQueue::new("all").target_workers("$.skills[?@.level > 2] != null"));
    assert_eq!(world.ranked("t1"), ["alice"], "documents that were there are searched for a new query");
}

/// Within one instant the order of reservations counts (R2): an idle time falls in between them.
#[test]
fn who_is_created_idle_stands_behind_those_reserved_by_then() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, CreateTask::new("t1"));
    world.at(0, WorkerSpec::new("carol").idle_for(seconds(0)));
    world.at(0, CreateTask::new("t2"));
    world.at(0, CreateTask::new("t3"));
    assert_eq!(world.ranked("t3"), ["alice", "carol", "bob"]);
}
