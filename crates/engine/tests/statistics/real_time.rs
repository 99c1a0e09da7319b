//! The workspace now (semantics section 10.1, Q51).

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{
    AcceptReservation, ActivityFigures, CancelTask, CompleteTask, CreateTask, LongestWait, SetWorkerActivity,
    TasksByStatus, WorkerChannelSpec, WorkerSpec, WrapTask,
};
use serde_json::json;

use super::{World, instant, office};

fn waiting(task: &str, seconds: u64) -> Option<LongestWait> {
    Some(LongestWait { task: task.into(), age: Duration::from_secs(seconds) })
}

fn by_activity(rows: &[ActivityFigures]) -> Vec<(&str, usize)> {
    rows.iter().map(|row| (&*row.friendly_name, row.workers)).collect()
}

/// One task in each live status, and two that have ended: all through `support`, by alice who takes five at once.
fn busy() -> World {
    let alice = WorkerSpec::new("alice").activity("Available").channel("default", WorkerChannelSpec::new(5));
    let mut world = World::new(office().worker(alice));
    for (at, task) in [(0, "wrapping"), (1, "assigned"), (2, "completed"), (3, "canceled"), (4, "reserved")] {
        world.at(at, CreateTask::new(task).priority(7));
    }
    world.at(5, AcceptReservation::new(("wrapping", "alice")));
    world.at(5, AcceptReservation::new(("assigned", "alice")));
    world.at(5, AcceptReservation::new(("completed", "alice")));
    world.at(6, CompleteTask::new("completed"));
    world.at(6, WrapTask::new("wrapping"));
    world.at(6, CancelTask::new("canceled"));
    world.at(7, SetWorkerActivity::new("alice", "Offline"));
    world.at(8, CreateTask::new("pending").priority(3));
    world.at(9, CreateTask::new("later").priority(9));
    world
}

#[test]
fn live_tasks_are_counted_and_priorities_are_those_of_waiting_ones() {
    let world = busy();
    let figures = world.engine.workspace_figures(None);
    assert_eq!(figures.tasks.total_tasks, 5);
    assert_eq!(figures.tasks.tasks_by_status, TasksByStatus { pending: 2, reserved: 1, assigned: 1, wrapping: 1 });
    assert_eq!(figures.tasks.tasks_by_priority, BTreeMap::from([(3, 1), (7, 1), (9, 1)]));
    assert_eq!(figures.workers.total_workers, 1);
    assert_eq!(world.engine.workflow_figures("in".into(), None), Some(figures.tasks.clone()));
    assert_eq!(world.engine.task_queue_figures("support".into(), None).map(|queue| queue.tasks), Some(figures.tasks));
    assert_eq!(world.engine.workflow_figures("other".into(), None), None);
    assert_eq!(world.engine.task_queue_figures("other".into(), None), None);
}

#[test]
fn only_a_pending_task_is_the_longest_waiting() {
    let mut world = busy();
    world.until(19);
    assert_eq!(world.engine.workspace_figures(None).tasks.longest_waiting, waiting("pending", 11));
    world.at(20, CancelTask::new("pending"));
    world.at(20, CancelTask::new("later"));
    assert_eq!(world.engine.workspace_figures(None).tasks.longest_waiting, None, "a reserved one does not count");
    world.at(20, CreateTask::new("first").priority(1));
    world.at(20, CreateTask::new("second").priority(2));
    let figures = world.engine.task_queue_figures("support".into(), None).unwrap();
    assert_eq!(figures.tasks.longest_waiting, waiting("first", 0), "of equally old ones the first created");
    assert_eq!(figures.longest_in_queue, waiting("first", 0));
}

#[test]
fn the_age_in_a_queue_counts_from_the_entry_into_it() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("moved").attributes(json!({"kind": "sales"})));
    world.at(40, CreateTask::new("stayed"));
    world.engine.handle_timeout(instant(100) + Duration::from_millis(250));
    let figures = world.engine.task_queue_figures("support".into(), None).unwrap();
    let exact = |task: &str, millis| Some(LongestWait { task: task.into(), age: Duration::from_millis(millis) });
    assert_eq!(figures.tasks.longest_waiting, exact("moved", 100_250));
    assert_eq!(figures.longest_in_queue, exact("stayed", 60_250), "the other one came at 60 s");
    let left = world.engine.task_queue_figures("sales".into(), None).unwrap();
    assert_eq!((left.tasks.total_tasks, left.longest_in_queue), (0, None));
}

#[test]
fn activities_without_workers_have_a_row() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, WorkerSpec::new("carol").attributes(json!({"skill": "sales"})));
    let workers = world.engine.workers_figures();
    assert_eq!(workers.total_workers, 3);
    assert_eq!(by_activity(&workers.activities), [("Offline", 1), ("Available", 2), ("Unavailable", 0)]);
    assert_eq!(world.engine.workspace_figures(None).workers, workers);
    let sales = world.engine.task_queue_figures("sales".into(), None).unwrap();
    assert_eq!(by_activity(&sales.activities), [("Offline", 1), ("Available", 0), ("Unavailable", 0)]);
    assert_eq!((sales.total_eligible_workers, sales.total_available_workers), (1, 0));
    let nobody = world.engine.task_queue_figures("nobody".into(), None).unwrap();
    assert_eq!(by_activity(&nobody.activities), [("Offline", 0), ("Available", 0), ("Unavailable", 0)]);
    assert_eq!(nobody.total_eligible_workers, 0);
}

#[test]
fn a_busy_worker_is_still_available() {
    let mut world = World::of(&["alice"]);
    let available = |world: &World| {
        let figures = world.engine.task_queue_figures("support".into(), None).unwrap();
        (figures.total_eligible_workers, figures.total_available_workers)
    };
    world.at(0, CreateTask::new("t1"));
    assert_eq!(available(&world), (1, 1), "reserved, with a capacity of one");
    world.at(1, AcceptReservation::new(("t1", "alice")));
    assert_eq!(available(&world), (1, 1));
    world.at(2, SetWorkerActivity::new("alice", "Unavailable"));
    assert_eq!(available(&world), (1, 0));
}

#[test]
fn a_channel_leaves_out_tasks_but_no_workers() {
    let mut world = World::of(&["alice"]);
    world.at(0, SetWorkerActivity::new("alice", "Offline"));
    world.at(1, CreateTask::new("call").task_channel("voice"));
    world.at(2, CreateTask::new("chat").task_channel("chat"));
    let voice = world.engine.workspace_figures(Some("voice".into()));
    assert_eq!((voice.tasks.total_tasks, voice.tasks.longest_waiting), (1, waiting("call", 1)));
    assert_eq!(voice.workers.total_workers, 1);
    let chat = world.engine.task_queue_figures("support".into(), Some("chat".into())).unwrap();
    assert_eq!((chat.tasks.total_tasks, chat.longest_in_queue), (1, waiting("chat", 0)));
    assert_eq!(chat.total_eligible_workers, 1);
    let chat = world.engine.workflow_figures("in".into(), Some("chat".into())).unwrap();
    assert_eq!(chat.tasks_by_status.pending, 1);
    assert_eq!(world.engine.workspace_figures(Some("video".into())).tasks, Default::default());
}
