//! What a recording asks of both sides, learnt by running it as it is.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{
    AcceptReservation, Command, Event, EventKind, ReservationId, ReservationRef, TaskId, Timestamp, WorkerId,
};
use pointsman_sim::Recording;
use pointsman_testkit::Model;
use serde_json::Value;

/// A command of the recording that both sides get.
pub(super) struct Input {
    pub(super) number: usize,
    pub(super) at: Timestamp,
    pub(super) command: Command,
}

/// What becomes of a reservation, by the task's number; `None` is the usual one.
pub(super) type Courses = BTreeMap<Option<usize>, Vec<(Duration, Command)>>;

/// Something that was done in the recording.
pub(super) struct Done {
    pub(super) number: usize,
    pub(super) at: Timestamp,
    pub(super) command: Command,
    pub(super) reservation: Option<Made>,
}

#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) id: ReservationId,
    pub(super) task: TaskId,
    pub(super) worker: WorkerId,
    pub(super) at: Timestamp,
}

/// Runs the recording as it is, to learn what its commands mean.
pub(super) fn lesson(recording: &Recording, auto: bool) -> (Vec<Input>, Courses) {
    let mut model = Model::new(recording.workspace(), recording.namespace()).unwrap();
    let (mut made, mut done, mut inputs): (Vec<Made>, Vec<Done>, Vec<Input>) = Default::default();
    for (number, entry) in recording.entries().iter().enumerate() {
        let (at, mut command) = (entry.at, entry.command.clone());
        model.handle_timeout(at);
        note(&mut made, &model.take_events());
        let answer = model.handle(at, &command);
        let reference = reference(&mut command).map(|reference| *reference);
        let known = reference.and_then(|reference| find(&made, reference));
        if answer.is_ok() {
            done.push(Done { number, at, command: command.clone(), reservation: known });
        }
        let never = matches!(reference, Some(ReservationRef::Id(_))) && known.is_none();
        let outdated = answer.is_err_and(|why| why.code() == "version-mismatch");
        if let (Some(ReservationRef::Id(_)), Some(made)) = (reference, known) {
            *self::reference(&mut command).unwrap() = (made.task, made.worker).into();
        }
        let left_out = never || outdated || (auto && by_a_worker(&command));
        if !left_out {
            inputs.push(Input { number, at, command: unversioned(&command) });
        }
        note(&mut made, &model.take_events());
    }
    (inputs, courses(&done))
}

pub(super) fn note(made: &mut Vec<Made>, events: &[Event]) {
    for event in events {
        if let EventKind::ReservationCreated(facts) = &event.kind {
            let (task, worker) = (facts.task.task, facts.worker.worker);
            made.push(Made { id: facts.reservation, task, worker, at: event.at });
        }
    }
}

pub(super) fn find(made: &[Made], reference: ReservationRef) -> Option<Made> {
    let is = |it: &&Made| match reference {
        ReservationRef::Id(id) => it.id == id,
        ReservationRef::Of { task, worker } => (it.task, it.worker) == (task, worker),
    };
    made.iter().rev().find(is).copied()
}

pub(super) fn reference(command: &mut Command) -> Option<&mut ReservationRef> {
    match command {
        Command::AcceptReservation(it) => Some(&mut it.reservation),
        Command::RejectReservation(it) => Some(&mut it.reservation),
        Command::HoldReservation(it) => Some(&mut it.reservation),
        Command::CancelReservation(it) => Some(&mut it.reservation),
        _ => None,
    }
}

/// Written down and read again without its version.
pub(super) fn unversioned(command: &Command) -> Command {
    let mut written = serde_json::to_value(command).unwrap();
    let fields = written.get_mut(command.name()).and_then(Value::as_object_mut).unwrap();
    fields.remove("if_version");
    serde_json::from_value(written).unwrap()
}

pub(super) fn by_a_worker(command: &Command) -> bool {
    let verbs = ["accept_", "reject_", "hold_", "cancel_reservation", "wrap_", "complete_"];
    verbs.iter().any(|verb| command.name().starts_with(verb))
}

/// For each completed task: what was done about the reservation by which it was taken.
pub(super) fn courses(done: &[Done]) -> Courses {
    let mut courses = Courses::new();
    let mut times = Vec::new();
    for (place, end) in done.iter().enumerate() {
        let Command::CompleteTask(complete) = &end.command else { continue };
        let task = complete.task;
        let created = |it: &Done| matches!(&it.command, Command::CreateTask(create) if create.task == task);
        let birth = done[..place].iter().rposition(created).unwrap();
        let life = &done[birth..=place];
        let taken = |it: &&Done| {
            matches!(it.command, Command::AcceptReservation(_)) && it.reservation.is_some_and(|made| made.task == task)
        };
        let taken = life.iter().find(taken).unwrap();
        let made = taken.reservation.unwrap();
        let concerns = |it: &&Done| match &it.command {
            Command::HoldReservation(_) | Command::AcceptReservation(_) => {
                it.reservation.is_some_and(|other| other.id == made.id)
            }
            Command::WrapTask(wrap) => wrap.task == task,
            Command::CompleteTask(complete) => complete.task == task,
            _ => false,
        };
        let course = life.iter().filter(concerns).map(|it| (it.at.since(made.at), it.command.clone())).collect();
        courses.insert(Some(done[birth].number), course);
        times.push((end.at.since(taken.at), done[birth].number));
    }
    times.sort_unstable();
    let accept = || vec![(Duration::ZERO, AcceptReservation::new(ReservationId::new(0)).into())];
    let median = times.len().checked_sub(1).map(|last| times[last / 2].1);
    courses.insert(None, median.map_or_else(accept, |number| courses[&Some(number)].clone()));
    courses
}
