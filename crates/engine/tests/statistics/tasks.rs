//! Tasks and reservations over time.

use std::time::Duration;

use pointsman::statistics::{Counts, Scope, WaitCounts, WaitSplit};
use pointsman::{
    AcceptReservation, CancelReservation, CancelTask, CompleteTask, CreateTask, DeleteTask, RejectReservation,
    RoutingTarget, TaskQueueSpec, UpdateTask, WorkerChannelSpec, WorkerSpec, WorkspaceSpec,
};
use serde_json::json;

use super::{World, office, queue, spread, window, worker, workflow};

const HOUR: (i64, i64) = (0, 60);

#[test]
fn a_task_is_counted_in_every_scope_it_belongs_to() {
    let mut world = World::of(&["alice"]);
    world.at(1, CreateTask::new("t1"));
    world.at(7, AcceptReservation::new(("t1", "alice")));
    world.at(70, CompleteTask::new("t1"));
    world.at(80, DeleteTask::new("t1"));

    let reserved = Counts { reservations_created: 1, reservations_accepted: 1, ..Counts::default() };
    let ended = Counts { tasks_completed: 1, tasks_deleted: 1, ..reserved };
    assert_eq!(world.counts(HOUR, Scope::Workspace), Counts { tasks_created: 1, ..ended });
    assert_eq!(world.counts(HOUR, workflow()), Counts { tasks_entered: 1, ..ended });
    assert_eq!(world.counts(HOUR, queue("support")), Counts { tasks_entered: 1, ..ended });
    assert_eq!(world.counts(HOUR, worker("alice")), reserved);
    assert_eq!(world.counts(HOUR, queue("sales")), Counts::default());
    assert_eq!(world.counts(HOUR, queue("no such queue")), Counts::default());
    assert_eq!(world.statistics.since_start(), Counts { tasks_created: 1, ..ended });

    let six_seconds = [1, 6_000, 6_000, 6_000, 6_000];
    for scope in [Scope::Workspace, workflow(), queue("support")] {
        let figures = world.between(HOUR, scope);
        assert_eq!(spread(figures.wait_until_accepted), six_seconds, "{scope:?}");
        assert_eq!(figures.avg_task_acceptance_time(), Duration::from_secs(6), "{scope:?}");
        assert_eq!(spread(figures.wait_until_canceled), [0; 5], "{scope:?}");
    }
    assert_eq!(spread(world.between(HOUR, queue("support")).wait_in_queue_until_accepted), six_seconds);
    assert_eq!(spread(world.between(HOUR, workflow()).wait_in_queue_until_accepted), [0; 5]);
    assert_eq!(spread(world.between(HOUR, worker("alice")).wait_until_accepted), [0; 5]);
}

#[test]
fn an_event_belongs_to_the_minute_that_begins_with_it() {
    let mut world = World::of(&[]);
    world.at_millis(59_999, CreateTask::new("t1"));
    world.at_millis(60_000, CreateTask::new("t2"));
    world.at_millis(60_000, CreateTask::new("t3"));
    world.at_millis(120_000, CreateTask::new("t4"));
    let created = |minutes| world.counts(minutes, Scope::Workspace).tasks_created;
    assert_eq!([created((0, 1)), created((1, 2)), created((2, 3)), created((0, 3))], [1, 2, 1, 4]);
}

#[test]
fn an_acceptance_belongs_to_the_queue_the_task_has_moved_to() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1").attributes(json!({"kind": "sales"})));
    world.until(60);
    world.at(70, WorkerSpec::new("bob").activity("Available"));
    world.at(75, AcceptReservation::new(("t1", "bob")));

    let sales = world.between(HOUR, queue("sales"));
    assert_eq!(sales.counts, Counts { tasks_entered: 1, tasks_moved: 1, ..Counts::default() });
    assert_eq!(spread(sales.wait_until_accepted), [0; 5]);

    let support = world.between(HOUR, queue("support"));
    let taken = Counts { reservations_created: 1, reservations_accepted: 1, ..Counts::default() };
    assert_eq!(support.counts, Counts { tasks_entered: 1, ..taken });
    assert_eq!(spread(support.wait_until_accepted), [1, 75_000, 75_000, 75_000, 75_000], "since its creation");
    assert_eq!(spread(support.wait_in_queue_until_accepted), [1, 15_000, 15_000, 15_000, 15_000], "since 60 s");

    assert_eq!(world.counts(HOUR, workflow()), Counts { tasks_entered: 1, tasks_moved: 1, ..taken });
    assert_eq!(world.counts(HOUR, Scope::Workspace), Counts { tasks_created: 1, tasks_moved: 1, ..taken });
}

#[test]
fn each_reservation_of_a_batch_counts_but_its_task_waits_once() {
    let mut world = World::of(&["alice", "bob", "carol"]);
    world.at(0, CreateTask::new("t1").attributes(json!({"kind": "pair"})));
    world.at(3, AcceptReservation::new(("t1", "bob")));
    let pair = world.between(HOUR, queue("pair"));
    let counts =
        Counts { reservations_created: 2, reservations_accepted: 1, reservations_rescinded: 1, ..Counts::default() };
    assert_eq!(pair.counts, Counts { tasks_entered: 1, ..counts });
    assert_eq!(pair.wait_until_accepted.count(), 1);
    let alice = Counts { reservations_created: 1, reservations_rescinded: 1, ..Counts::default() };
    assert_eq!(world.counts(HOUR, worker("alice")), alice);
    assert_eq!(world.counts(HOUR, worker("carol")), Counts::default());
}

#[test]
fn reservations_end_in_many_ways() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(1, RejectReservation::new(("t1", "alice")));
    world.at(2, CancelReservation::new(("t1", "alice")));
    world.until(22);
    world.at(23, CancelTask::new("t1"));
    let ended = Counts {
        reservations_created: 3,
        reservations_rejected: 1,
        reservations_canceled: 1,
        reservations_timed_out: 1,
        ..Counts::default()
    };
    assert_eq!(world.counts(HOUR, worker("alice")), ended);
    assert_eq!(world.counts(HOUR, queue("support")), Counts { tasks_entered: 1, tasks_canceled: 1, ..ended });
    assert_eq!(spread(world.between(HOUR, Scope::Workspace).wait_until_canceled), [1, 23_000, 23_000, 23_000, 23_000]);
}

#[test]
fn a_wait_equal_to_a_threshold_is_below_it() {
    let mut world = World::new(
        office().worker(WorkerSpec::new("alice").activity("Available").channel("default", WorkerChannelSpec::new(10))),
    );
    for task in ["t1", "t2", "t3", "t4", "t5"] {
        world.at(0, CreateTask::new(task));
    }
    world.at_millis(4_000, AcceptReservation::new(("t1", "alice")));
    world.at_millis(5_000, AcceptReservation::new(("t2", "alice")));
    world.at_millis(5_000, CancelTask::new("t3"));
    world.at_millis(5_001, AcceptReservation::new(("t4", "alice")));
    world.at_millis(6_000, CancelTask::new("t5"));
    let figures = world.between(HOUR, Scope::Workspace);
    let split = |seconds| figures.split_by_wait_time(seconds).unwrap();
    let counts = |reservations_accepted, tasks_canceled| WaitCounts { reservations_accepted, tasks_canceled };
    assert_eq!(split(5), WaitSplit { above: counts(1, 1), below: counts(2, 1) });
    assert_eq!(split(6), WaitSplit { above: counts(0, 0), below: counts(3, 2) });
    assert_eq!(split(0), WaitSplit { above: counts(3, 2), below: counts(0, 0) });
    assert_eq!(world.between(HOUR, queue("support")).split_by_wait_time(5), Ok(split(5)));
    let other_minute = world.between((1, 60), Scope::Workspace);
    assert_eq!(other_minute.split_by_wait_time(5), Ok(WaitSplit::default()));
}

#[test]
fn waits_have_extremes_a_total_and_an_average_rounded_half_up() {
    let mut world = World::of(&["alice", "bob", "carol"]);
    world.at(0, CreateTask::new("t1"));
    world.at(0, CreateTask::new("t2"));
    world.at_millis(1_000, AcceptReservation::new(("t1", "alice")));
    world.at_millis(2_000, AcceptReservation::new(("t2", "bob")));
    let two = world.between(HOUR, Scope::Workspace).wait_until_accepted;
    assert_eq!(spread(two), [2, 1_000, 2_000, 2_000, 3_000], "a second and a half is two");
    world.at(60, CreateTask::new("t3"));
    world.at_millis(61_400, AcceptReservation::new(("t3", "carol")));
    let three = world.between(HOUR, Scope::Workspace).wait_until_accepted;
    assert_eq!(spread(three), [3, 1_000, 1_000, 2_000, 4_400], "4.4 s among three");
    let second_minute = world.between((1, 2), Scope::Workspace).wait_until_accepted;
    assert_eq!(spread(second_minute), [1, 1_400, 1_000, 1_400, 1_400], "extremes are those of the window");
}

#[test]
fn the_end_of_a_workflow_is_told_from_other_cancellations() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1").attributes(json!({"kind": "short"})));
    world.at(0, CreateTask::new("t2").timeout(Duration::from_secs(40)));
    world.until(60);
    let both = Counts { tasks_canceled: 2, tasks_timed_out_in_workflow: 1, ..Counts::default() };
    assert_eq!(world.counts(HOUR, Scope::Workspace), Counts { tasks_created: 2, ..both });
    assert_eq!(world.counts(HOUR, workflow()), Counts { tasks_entered: 2, ..both });
    let one = Counts { tasks_entered: 1, tasks_canceled: 1, ..Counts::default() };
    assert_eq!(world.counts(HOUR, queue("nobody")), one, "a queue has no such column");
    let canceled = world.between(HOUR, Scope::Workspace).wait_until_canceled;
    assert_eq!(spread(canceled), [2, 30_000, 35_000, 40_000, 70_000]);
}

#[test]
fn a_task_assigned_for_a_day_is_counted_as_deleted() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(1, AcceptReservation::new(("t1", "alice")));
    world.until(24 * 60 * 60 + 1);
    let day_two = world.counts((24 * 60, 25 * 60), queue("support"));
    assert_eq!(day_two, Counts { tasks_deleted: 1, reservations_canceled: 1, ..Counts::default() });
}

#[test]
fn a_channel_leaves_out_the_others() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1").task_channel("voice"));
    world.at(0, CreateTask::new("t2").task_channel("chat"));
    world.at(4, AcceptReservation::new(("t1", "alice")));
    let on = |channel: &str, scope| world.statistics.cumulative(scope, Some(channel.into()), window(HOUR)).unwrap();
    for scope in [Scope::Workspace, workflow(), queue("support"), worker("alice")] {
        assert_eq!(on("voice", scope).counts.reservations_accepted, 1, "{scope:?}");
        assert_eq!(on("chat", scope).counts.reservations_accepted, 0, "{scope:?}");
        assert_eq!(on("chat", scope).counts.reservations_created, 1, "{scope:?}");
        assert_eq!(world.counts(HOUR, scope).reservations_created, 2, "{scope:?}");
    }
    assert_eq!(on("voice", Scope::Workspace).wait_until_accepted.count(), 1);
    assert_eq!(on("chat", Scope::Workspace).wait_until_accepted.count(), 0);
}

#[test]
fn an_event_counts_for_the_channel_its_task_has_then() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1").task_channel("voice"));
    world.at(1, UpdateTask::new("t1").task_channel("chat"));
    world.at(2, CancelTask::new("t1"));
    let on = |channel: &str| {
        let figures = world.statistics.cumulative(Scope::Workspace, Some(channel.into()), window(HOUR)).unwrap();
        (figures.counts.tasks_created, figures.counts.tasks_canceled)
    };
    assert_eq!([on("voice"), on("chat")], [(1, 0), (0, 1)]);
}

#[test]
fn a_task_without_queue_and_workflow_counts_for_workspace_and_worker() {
    let spec = WorkspaceSpec::new("Direct").task_queue(TaskQueueSpec::new("all", "1==1"));
    let mut world = World::new(spec.worker(WorkerSpec::new("alice")));
    world.at(0, CreateTask::new("t1").routing_target(RoutingTarget::worker("alice")));
    world.at(9, AcceptReservation::new(("t1", "alice")));
    let taken = Counts { reservations_created: 1, reservations_accepted: 1, ..Counts::default() };
    assert_eq!(world.counts(HOUR, worker("alice")), taken);
    assert_eq!(world.counts(HOUR, Scope::Workspace), Counts { tasks_created: 1, ..taken });
    assert_eq!(world.counts(HOUR, queue("all")), Counts::default());
    assert_eq!(spread(world.between(HOUR, Scope::Workspace).wait_until_accepted), [1, 9_000, 9_000, 9_000, 9_000]);
}
