//! Versions: what raises them, and commands that name one (semantics section 4.4).

use pointsman::{
    AcceptReservation, CancelReservation, CancelTask, Command, CompleteTask, CreateTask, DeleteTask, DeleteWorker,
    HoldReservation, RejectReservation, Revision, SetWorkerActivity, TaskChannelId, UpdateTask, UpdateWorker,
    UpdateWorkerChannel, WorkerId, WrapTask,
};
use serde_json::json;

use super::{World, instant};

impl World {
    fn task_version(&self, task: &str) -> u64 {
        self.engine.task(task.into()).expect("the task exists").facts.revision.version
    }

    fn worker_version(&self, worker: &str) -> u64 {
        self.engine.worker(worker.into()).expect("the worker exists").facts.revision.version
    }

    fn reservation_version(&self, worker: &str) -> u64 {
        let view = self.engine.worker(worker.into()).expect("the worker exists");
        self.engine.reservation(view.reservations[0]).expect("it is there").revision.version
    }

    fn channel_version(&self, worker: &str) -> u64 {
        let view = self.engine.worker(worker.into()).expect("the worker exists");
        let share = view.channels.iter().find(|share| share.task_channel == TaskChannelId::named("default"));
        share.expect("every worker has it").revision.version
    }
}

#[test]
fn a_task_has_one_more_with_each_change() {
    let mut world = World::of(&[]);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.task_version("t1"), 1, "0 when created, 1 in its step");
    world.at(1, UpdateTask::new("t1").attributes(json!({"x": 1})).priority(3));
    assert_eq!(world.task_version("t1"), 2, "one update, whatever it holds");
    world.at(1, UpdateTask::new("t1"));
    assert_eq!(world.task_version("t1"), 2, "nothing was given");
    world.at(2, pointsman::WorkerSpec::new("alice").activity("Available"));
    assert_eq!(world.task_version("t1"), 3, "reserved");
    world.at(3, RejectReservation::new(("t1", "alice")));
    assert_eq!(world.task_version("t1"), 5, "pending, then reserved again");
    world.at(4, AcceptReservation::new(("t1", "alice")));
    world.at(5, WrapTask::new("t1"));
    world.at(6, CompleteTask::new("t1"));
    let revision = world.engine.task("t1".into()).map(|view| view.facts.revision);
    assert_eq!(revision, Some(Revision { version: 8, updated_at: instant(6) }));
}

#[test]
fn a_reservation_has_one_more_with_hold_and_each_status() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.reservation_version("alice"), 0);
    world.at(1, HoldReservation::new(("t1", "alice")));
    assert_eq!(world.reservation_version("alice"), 1);
    world.at(2, AcceptReservation::new(("t1", "alice")));
    assert_eq!(world.reservation_version("alice"), 2, "accepting raises it by exactly one");
}

#[test]
fn a_worker_and_its_channels_count_apart() {
    let mut world = World::of(&["alice"]);
    world.at(0, UpdateWorkerChannel::new("alice", "default").capacity(2).available(false));
    assert_eq!((world.worker_version("alice"), world.channel_version("alice")), (0, 2), "two events, two changes");
    world.at(1, UpdateWorker::new("alice").attributes(json!({"x": 1})).activity("Offline"));
    assert_eq!((world.worker_version("alice"), world.channel_version("alice")), (2, 2));
    world.at(2, SetWorkerActivity::new("alice", "Offline"));
    world.at(3, UpdateWorkerChannel::new("alice", "default").capacity(2));
    assert_eq!((world.worker_version("alice"), world.channel_version("alice")), (2, 2), "nothing changed");
}

#[test]
fn a_command_for_another_version_is_refused() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, CreateTask::new("t1"));
    let commands: [Command; 12] = [
        UpdateTask::new("t1").if_version(9).into(),
        CancelTask::new("t1").if_version(9).into(),
        WrapTask::new("t1").if_version(9).into(),
        CompleteTask::new("t1").if_version(9).into(),
        DeleteTask::new("t1").if_version(9).into(),
        UpdateWorker::new("alice").if_version(9).into(),
        SetWorkerActivity::new("alice", "Offline").if_version(9).into(),
        DeleteWorker::new("alice").if_version(9).into(),
        AcceptReservation::new(("t1", "alice")).if_version(9).into(),
        RejectReservation::new(("t1", "alice")).if_version(9).into(),
        HoldReservation::new(("t1", "alice")).if_version(9).into(),
        CancelReservation::new(("t1", "alice")).if_version(9).into(),
    ];
    for command in commands {
        let rejection = world.refused(0, command.clone());
        assert_eq!(rejection.code(), "version-mismatch", "{command:?}");
        let sentence = rejection.to_string();
        assert!(sentence.ends_with("the command is meant for 9: look at it again"), "{sentence}");
    }
}

#[test]
fn a_command_for_the_version_there_is_is_applied() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    let (task, reservation) = (world.task_version("t1"), world.reservation_version("alice"));
    world.at(1, HoldReservation::new(("t1", "alice")).if_version(reservation));
    world.at(2, AcceptReservation::new(("t1", "alice")).if_version(reservation + 1));
    world.at(3, WrapTask::new("t1").if_version(task + 1));
    world.at(4, CompleteTask::new("t1").if_version(task + 2));
    world.at(5, SetWorkerActivity::new("alice", "Offline").if_version(0));
    world.at(6, UpdateWorker::new("alice").friendly_name("Alice").if_version(1));
    world.at(7, DeleteTask::new("t1").if_version(task + 3));
    world.at(8, DeleteWorker::new(WorkerId::named("alice")).if_version(2));
}

#[test]
fn the_version_is_judged_after_the_form_and_before_the_state() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1"));
    world.at(0, AcceptReservation::new(("t1", "alice")));
    world.at(0, CompleteTask::new("t1"));
    let malformed = UpdateTask::new("t1").attributes(json!(1)).if_version(9);
    assert_eq!(world.refused(1, malformed).code(), "invalid-attributes");
    assert_eq!(world.refused(1, CancelTask::new("t1").if_version(9)).code(), "version-mismatch");
    assert_eq!(world.refused(1, AcceptReservation::new(("t1", "alice")).if_version(9)).code(), "version-mismatch");
}
