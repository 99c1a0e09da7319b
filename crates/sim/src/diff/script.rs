//! What both sides are asked to do: the commands of a recording, told so that they mean the same on either side, and how
//! tasks are worked off. Everything in it is learnt from one run of the recording as it is.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{
    AcceptReservation, Command, Event, EventKind, Rejection, ReservationId, ReservationRef, TaskId, Timestamp, WorkerId,
};

use super::Answers;
use crate::recording::Recording;
use crate::replay::{Turn, replay};

/// What both sides are asked to do.
pub(super) struct Script {
    /// The commands in order.
    pub(super) inputs: Vec<Input>,
    /// How tasks are worked off, where no commands say so.
    pub(super) handling: Option<Handling>,
    /// When it ends.
    pub(super) end: Timestamp,
}

/// A command of the recording.
pub(super) struct Input {
    /// Its place in the recording.
    pub(super) number: usize,
    pub(super) at: Timestamp,
    pub(super) command: Command,
}

/// What is done about a reservation that leads to the end of its task: commands, each so long after it was made.
pub(super) type Course = Vec<(Duration, Command)>;

/// The courses of tasks, by the place of the command that created them.
pub(super) struct Handling {
    courses: BTreeMap<usize, Course>,
    /// That of a task without one of its own.
    usual: Course,
}

impl Handling {
    /// The course of the task that this command created.
    pub(super) fn course(&self, creation: usize) -> &Course {
        self.courses.get(&creation).unwrap_or(&self.usual)
    }
}

impl Script {
    /// The command at this place of the recording, unless it was left out.
    pub(super) fn input(&self, number: usize) -> Option<&Input> {
        self.inputs.binary_search_by_key(&number, |input| input.number).ok().map(|place| &self.inputs[place])
    }

    /// Learns from a run of the recording.
    pub(super) fn learn(recording: &Recording, answers: Answers) -> Result<Self, Rejection> {
        let mut lesson = Lesson { auto: answers == Answers::Auto, ..Lesson::default() };
        replay(recording, |_, turn| lesson.take(turn))?;
        let inputs = std::mem::take(&mut lesson.inputs);
        Ok(Self { inputs, handling: lesson.auto.then(|| lesson.handling()), end: recording.end_at() })
    }
}

#[derive(Default)]
struct Lesson {
    /// Whether what workers do is left to [`Handling`].
    auto: bool,
    inputs: Vec<Input>,
    reservations: BTreeMap<ReservationId, Reserved>,
    newest: BTreeMap<(TaskId, WorkerId), ReservationId>,
    /// The command that created the task which has this id now.
    created: BTreeMap<TaskId, usize>,
    /// The reservation by which a task was taken.
    taken: BTreeMap<TaskId, ReservationId>,
    /// Of completed tasks, with the time from acceptance to completion.
    courses: BTreeMap<usize, (Duration, Course)>,
}

/// A reservation of the recording.
struct Reserved {
    task: TaskId,
    worker: WorkerId,
    at: Timestamp,
    accepted_at: Timestamp,
    course: Course,
}

impl Lesson {
    fn take(&mut self, turn: &Turn<'_>) {
        if let Some((number, command)) = turn.command {
            self.input(number, command, turn);
            if turn.refused.is_none() {
                self.done(number, command, turn.at);
            }
        }
        turn.events.iter().for_each(|event| self.see(event));
    }

    fn see(&mut self, event: &Event) {
        let EventKind::ReservationCreated(facts) = &event.kind else { return };
        let (task, worker, at) = (facts.task.task, facts.worker.worker, event.at);
        self.reservations
            .insert(facts.reservation, Reserved { task, worker, at, accepted_at: at, course: Course::new() });
        self.newest.insert((task, worker), facts.reservation);
    }

    fn input(&mut self, number: usize, command: &Command, turn: &Turn<'_>) {
        if self.auto && is_answer(command) {
            return;
        }
        let mut command = command.clone();
        if self.means_the_same(&mut command, turn.refused) {
            self.inputs.push(Input { number, at: turn.at, command });
        }
    }

    /// Takes from the command what only this run knows: ids of reservations, which depend on how many were made before,
    /// become task and worker; versions that its author had seen are not asked for. False when nothing is left of it: it
    /// was refused for its version, or it names a reservation that there never was.
    fn means_the_same(&self, command: &mut Command, refused: Option<&Rejection>) -> bool {
        let (reference, version) = what_it_names(command);
        if let Some(version) = version {
            *version = None;
        }
        if let Some(reference) = reference
            && let ReservationRef::Id(id) = *reference
        {
            let Some(row) = self.reservations.get(&id) else { return false };
            *reference = ReservationRef::Of { task: row.task, worker: row.worker };
        }
        !refused.is_some_and(|refused| matches!(refused, Rejection::VersionMismatch { .. }))
    }

    /// Notes what was done about a reservation.
    fn done(&mut self, number: usize, command: &Command, at: Timestamp) {
        if let Command::CreateTask(create) = command {
            self.created.insert(create.task, number);
            self.taken.remove(&create.task);
        } else if let Command::HoldReservation(hold) = command {
            self.goes_on(self.id(hold.reservation), command, at);
        } else if let Command::AcceptReservation(accept) = command {
            self.accepted(self.id(accept.reservation), at);
            self.goes_on(self.id(accept.reservation), command, at);
        } else if let Command::WrapTask(wrap) = command {
            self.goes_on(self.taken.get(&wrap.task).copied(), command, at);
        } else if let Command::CompleteTask(complete) = command {
            self.goes_on(self.taken.get(&complete.task).copied(), command, at);
            self.completed(complete.task, at);
        }
    }

    fn id(&self, reference: ReservationRef) -> Option<ReservationId> {
        match reference {
            ReservationRef::Id(id) => Some(id),
            ReservationRef::Of { task, worker } => self.newest.get(&(task, worker)).copied(),
        }
    }

    fn goes_on(&mut self, id: Option<ReservationId>, command: &Command, at: Timestamp) {
        if let Some(row) = id.and_then(|id| self.reservations.get_mut(&id)) {
            row.course.push((at.since(row.at), command.clone()));
        }
    }

    fn accepted(&mut self, id: Option<ReservationId>, at: Timestamp) {
        if let Some((id, row)) = id.and_then(|id| Some((id, self.reservations.get_mut(&id)?))) {
            row.accepted_at = at;
            self.taken.insert(row.task, id);
        }
    }

    fn completed(&mut self, task: TaskId, at: Timestamp) {
        let row = self.taken.get(&task).and_then(|id| self.reservations.get(id));
        if let Some((number, row)) = self.created.get(&task).zip(row) {
            self.courses.insert(*number, (at.since(row.accepted_at), row.course.clone()));
        }
    }

    /// The usual course is that of the task with the median time from acceptance to completion, the lower one of two;
    /// when none was completed, whoever is asked accepts at once and keeps the task.
    fn handling(self) -> Handling {
        let mut by_time: Vec<_> = self.courses.iter().map(|(number, (time, _))| (*time, *number)).collect();
        by_time.sort_unstable();
        let median = by_time.get(by_time.len().saturating_sub(1) / 2).and_then(|(_, number)| self.courses.get(number));
        let accept = || vec![(Duration::ZERO, AcceptReservation::new(ReservationId::new(0)).into())];
        let usual = median.map_or_else(accept, |(_, course)| course.clone());
        let courses = self.courses.into_iter().map(|(number, (_, course))| (number, course));
        Handling { courses: courses.collect(), usual }
    }
}

/// Whether it is what a worker does about a task at hand.
fn is_answer(command: &Command) -> bool {
    matches!(
        command,
        Command::AcceptReservation(_)
            | Command::RejectReservation(_)
            | Command::HoldReservation(_)
            | Command::CancelReservation(_)
            | Command::WrapTask(_)
            | Command::CompleteTask(_)
    )
}

/// The command of a course, for this reservation and task.
pub(super) fn aimed(mut command: Command, reservation: ReservationId, task: TaskId) -> Command {
    let (reference, version) = what_it_names(&mut command);
    version.into_iter().for_each(|version| *version = None);
    reference.into_iter().for_each(|reference| *reference = reservation.into());
    if let Command::WrapTask(wrap) = &mut command {
        wrap.task = task;
    } else if let Command::CompleteTask(complete) = &mut command {
        complete.task = task;
    }
    command
}

/// The reservation and the version that a command names.
fn what_it_names(command: &mut Command) -> (Option<&mut ReservationRef>, Option<&mut Option<u64>>) {
    match command {
        Command::AcceptReservation(it) => (Some(&mut it.reservation), Some(&mut it.if_version)),
        Command::RejectReservation(it) => (Some(&mut it.reservation), Some(&mut it.if_version)),
        Command::HoldReservation(it) => (Some(&mut it.reservation), Some(&mut it.if_version)),
        Command::CancelReservation(it) => (Some(&mut it.reservation), Some(&mut it.if_version)),
        Command::UpdateTask(it) => (None, Some(&mut it.if_version)),
        Command::CancelTask(it) => (None, Some(&mut it.if_version)),
        Command::WrapTask(it) => (None, Some(&mut it.if_version)),
        Command::CompleteTask(it) => (None, Some(&mut it.if_version)),
        Command::DeleteTask(it) => (None, Some(&mut it.if_version)),
        Command::UpdateWorker(it) => (None, Some(&mut it.if_version)),
        Command::SetWorkerActivity(it) => (None, Some(&mut it.if_version)),
        Command::DeleteWorker(it) => (None, Some(&mut it.if_version)),
        Command::UpdateWorkspace(_)
        | Command::DeleteWorkspace(_)
        | Command::CreateActivity(_)
        | Command::UpdateActivity(_)
        | Command::DeleteActivity(_)
        | Command::CreateTaskChannel(_)
        | Command::UpdateTaskChannel(_)
        | Command::DeleteTaskChannel(_)
        | Command::CreateTaskQueue(_)
        | Command::UpdateTaskQueue(_)
        | Command::DeleteTaskQueue(_)
        | Command::CreateWorkflow(_)
        | Command::UpdateWorkflow(_)
        | Command::DeleteWorkflow(_)
        | Command::CreateWorker(_)
        | Command::UpdateWorkerChannel(_)
        | Command::CreateTask(_) => (None, None),
    }
}
