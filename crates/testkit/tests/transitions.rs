//! Every status against every command: what the tables of lifecycles do not allow is refused for its own reason, in a
//! sentence, and changes nothing.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use pointsman::{
    AcceptReservation, CancelReservation, CancelTask, Command, CompleteTask, CreateTask, DeleteTask, HoldReservation,
    RejectReservation, Rejection, ReservationId, ReservationRef, ReservationStatus, SetWorkerActivity, TargetSpec,
    TaskId, TaskQueueSpec, TaskStatus, UpdateTask, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
    WrapTask,
};
use pointsman_testkit::Driver;
use serde_json::json;

/// A workspace where Ann, who is offline, and Bob are asked together.
fn workspace() -> WorkspaceSpec {
    let routing = WorkflowConfiguration::new().default_filter(TargetSpec::to("everyone"));
    WorkspaceSpec::new("Small")
        .task_queue(TaskQueueSpec::new("everyone", "1==1").max_reserved_workers(2))
        .workflow(WorkflowSpec::new("workflow", routing))
        .worker(WorkerSpec::new("ann"))
        .worker(WorkerSpec::new("bob").activity("Offline"))
}

fn done(driver: &mut Driver, command: impl Into<Command>) {
    let refused = driver.refused();
    driver.handle(driver.engine().clock(), command).unwrap();
    assert_eq!(driver.refused(), refused, "the command is legal");
}

fn go(driver: &mut Driver, worker: &str, activity: &str) {
    done(driver, SetWorkerActivity::new(worker, activity));
}

/// Task `t1`, brought into this status.
fn task_in(status: TaskStatus) -> Driver {
    let mut driver = Driver::new(&workspace()).unwrap();
    done(&mut driver, CreateTask::new("t1"));
    let mut commands: Vec<Command> = Vec::new();
    match status {
        TaskStatus::Pending => {}
        TaskStatus::Canceled => commands.push(CancelTask::new("t1").into()),
        TaskStatus::Reserved | TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed => {
            go(&mut driver, "ann", "Available");
        }
    }
    if matches!(status, TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed) {
        commands.push(AcceptReservation::new(("t1", "ann")).into());
    }
    if status == TaskStatus::Wrapping {
        commands.push(WrapTask::new("t1").into());
    }
    if status == TaskStatus::Completed {
        commands.push(CompleteTask::new("t1").into());
    }
    commands.into_iter().for_each(|command| done(&mut driver, command));
    assert_eq!(driver.engine().task("t1".into()).unwrap().facts.status, status);
    driver
}

/// The refusal of a command about a task in a status; none when it is done.
type Refusal = fn(TaskId, TaskStatus) -> Option<Rejection>;

fn ended(task: TaskId, status: TaskStatus) -> Option<Rejection> {
    status.is_terminal().then_some(Rejection::TaskEnded { task, status })
}

const TASK_COMMANDS: [(fn() -> Command, Refusal); 6] = [
    (|| UpdateTask::new("t1").attributes(json!({"a": 1})).into(), ended),
    (
        || UpdateTask::new("t1").task_channel("voice").into(),
        |task, status| {
            let refused = (status != TaskStatus::Pending).then_some(Rejection::TaskNotPending { task, status });
            ended(task, status).or(refused)
        },
    ),
    (
        || CancelTask::new("t1").into(),
        |task, status| {
            let refused = (!status.is_waiting()).then_some(Rejection::TaskNotWaiting { task, status });
            ended(task, status).or(refused)
        },
    ),
    (
        || WrapTask::new("t1").into(),
        |task, status| {
            let refused = (status != TaskStatus::Assigned).then_some(Rejection::TaskNotAssigned { task, status });
            ended(task, status).or(refused)
        },
    ),
    (
        || CompleteTask::new("t1").into(),
        |task, status| {
            let refused = (!status.is_taken()).then_some(Rejection::TaskNotTaken { task, status });
            ended(task, status).or(refused)
        },
    ),
    (|| DeleteTask::new("t1").into(), |_, _| None),
];

#[test]
fn every_status_of_a_task_against_every_command() {
    for status in TaskStatus::ALL {
        for (command, refusal) in TASK_COMMANDS {
            judge(task_in(status), &command(), refusal("t1".into(), status), status.name());
        }
    }
}

/// A reservation of `t1` for Ann, brought into this status.
fn reservation_in(status: ReservationStatus) -> (Driver, ReservationId) {
    let mut driver = Driver::new(&workspace()).unwrap();
    go(&mut driver, "ann", "Available");
    if status == ReservationStatus::Rescinded {
        go(&mut driver, "bob", "Available");
    }
    done(&mut driver, CreateTask::new("t1"));
    let reservation = driver.engine().worker("ann".into()).unwrap().reservations[0];
    let accept = || AcceptReservation::new(("t1", "ann")).into();
    let commands: Vec<Command> = match status {
        ReservationStatus::Pending => Vec::new(),
        ReservationStatus::Accepted => vec![accept()],
        ReservationStatus::Wrapping => vec![accept(), WrapTask::new("t1").into()],
        ReservationStatus::Completed => vec![accept(), CompleteTask::new("t1").into()],
        ReservationStatus::Rejected => vec![RejectReservation::new(("t1", "ann")).activity("Offline").into()],
        ReservationStatus::Canceled => vec![CancelTask::new("t1").into()],
        ReservationStatus::Rescinded => vec![AcceptReservation::new(("t1", "bob")).into()],
        ReservationStatus::Timeout => {
            let due = driver.engine().poll_timeout().unwrap();
            driver.handle_timeout(due).unwrap();
            Vec::new()
        }
    };
    commands.into_iter().for_each(|command| done(&mut driver, command));
    assert_eq!(driver.engine().reservation(reservation).unwrap().status, status);
    (driver, reservation)
}

const RESERVATION_COMMANDS: [fn(ReservationRef) -> Command; 4] = [
    |reservation| AcceptReservation::new(reservation).into(),
    |reservation| RejectReservation::new(reservation).into(),
    |reservation| HoldReservation::new(reservation).into(),
    |reservation| CancelReservation::new(reservation).into(),
];

#[test]
fn every_status_of_a_reservation_against_every_command() {
    for status in ReservationStatus::ALL {
        for command in RESERVATION_COMMANDS {
            let (driver, id) = reservation_in(status);
            let pending = status == ReservationStatus::Pending;
            let refusal = || (!pending).then_some(Rejection::ReservationNotPending { reservation: id, status });
            judge(driver.clone(), &command(id.into()), refusal(), status.name());
            judge(driver, &command(("t1", "ann").into()), refusal(), status.name());
        }
    }
}

#[test]
fn a_held_reservation_is_not_held_again() {
    for (place, command) in RESERVATION_COMMANDS.into_iter().enumerate() {
        let (mut driver, id) = reservation_in(ReservationStatus::Pending);
        done(&mut driver, HoldReservation::new(id));
        let refusal = (place == 2).then_some(Rejection::ReservationHeld { reservation: id });
        judge(driver, &command(id.into()), refusal, "held");
    }
}

/// The command is done, or refused for this reason with nothing changed.
fn judge(mut driver: Driver, command: &Command, refusal: Option<Rejection>, status: &str) {
    let what = format!("{} when {status}", command.name());
    let mut engine = driver.engine().clone();
    let before = (engine.digest(), driver.events().len());
    let answer = engine.handle(engine.clock(), command.clone());
    driver.handle(engine.clock(), command.clone()).unwrap();
    assert_eq!(answer.as_ref().err(), refusal.as_ref(), "{what}");
    let Some(refusal) = refusal else {
        assert_ne!(driver.engine().digest(), before.0, "{what} does something");
        return;
    };
    assert_eq!((driver.engine().digest(), driver.events().len()), before, "{what} changes nothing");
    let sentence = refusal.to_string();
    let subject = if let Rejection::ReservationNotPending { reservation, .. }
    | Rejection::ReservationHeld { reservation } = refusal
    {
        reservation.to_string()
    } else {
        TaskId::named("t1").to_string()
    };
    assert!(sentence.contains(&subject) && sentence.contains(status), "{what}: {sentence}");
}
