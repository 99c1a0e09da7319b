//! Operations: commands whose task, worker or reservation is chosen by number among what there is when their turn
//! comes, so that a sequence stays meaningful while it shrinks.

use std::time::Duration;

use pointsman::{
    Command, Rejection, ReservationId, ReservationRef, ReservationStatus, TaskId, TaskStatus, Timestamp, WorkerId,
    WorkspaceSpec,
};

use crate::Model;

/// One operation: some time passes, then a driver asks for something.
#[derive(Clone, Debug)]
pub struct Op {
    /// How much time passes first.
    pub after: Delay,
    /// What is asked for then; nothing, when only time passes.
    ///
    /// Its task, worker or reservation is a placeholder for `subject`, and its virtual start time is an age: the
    /// span since the epoch, counted back from the clock.
    pub command: Option<Command>,
    /// The task, worker or reservation the command is about.
    pub subject: Pick,
}

/// How much time passes.
#[derive(Clone, Copy, Debug)]
pub enum Delay {
    /// None: the instant of the operation before.
    None,
    /// This many milliseconds.
    Millis(u32),
    /// Until the next timer is due.
    ToTimer,
    /// Until one millisecond before the next timer is due.
    JustBeforeTimer,
    /// One millisecond backwards, which is refused.
    Backwards,
}

/// One thing among those there are.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    /// Counted around the list as often as needed.
    pub index: usize,
    /// Not only among those the command is meant for, but among all there have ever been; a new task takes a used
    /// name.
    pub stale: bool,
}

impl Op {
    /// The instant at which the operation happens.
    pub(crate) fn now(&self, model: &Model) -> Timestamp {
        let clock = model.clock();
        let next = model.next_timer().unwrap_or(clock);
        match self.after {
            Delay::None => clock,
            Delay::Millis(millis) => clock + Duration::from_millis(millis.into()),
            Delay::ToTimer => next,
            Delay::JustBeforeTimer => next.before(Duration::from_millis(1)).max(clock),
            Delay::Backwards => clock.before(Duration::from_millis(1)),
        }
    }
}

impl Pick {
    /// One of the preferred ones; when stale, or when there are none of them, one of all.
    fn among<T: Copy>(self, preferred: &[T], all: &[T]) -> Option<T> {
        let list = if self.stale || preferred.is_empty() { all } else { preferred };
        list.get(self.index.checked_rem(list.len())?).copied()
    }
}

/// The namespace of every engine and model of the test kit's own making.
pub(crate) const NAMESPACE: u128 = 7;

/// What the operations mean in this workspace, found out with the model alone: instants, and commands or nothing but
/// time.
///
/// # Errors
/// Why the workspace is refused.
pub fn script(spec: &WorkspaceSpec, ops: &[Op]) -> Result<Vec<(Timestamp, Option<Command>)>, Rejection> {
    let mut model = Model::new(spec, NAMESPACE)?;
    let mut history = History::default();
    let mut script = Vec::new();
    for op in ops {
        history.observe(&model);
        let now = op.now(&model);
        let command = history.aim(&model, op, now);
        match &command {
            // What is refused is part of the script; it changes nothing.
            Some(command) => drop(model.handle(now, command)),
            None => model.handle_timeout(now),
        }
        script.push((now, command));
    }
    Ok(script)
}

/// Everything there has ever been, in order of appearance.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) tasks: Vec<TaskId>,
    workers: Vec<WorkerId>,
    reservations: Vec<(ReservationId, TaskId, WorkerId)>,
}

/// The name of the n-th task that operations create.
pub(crate) fn task_name(number: usize) -> String {
    format!("t{number}")
}

impl History {
    /// Remembers what the model holds now.
    pub(crate) fn observe(&mut self, model: &Model) {
        remember(&mut self.tasks, model.tasks().map(|task| task.facts.task));
        remember(&mut self.workers, model.workers().map(|worker| worker.facts.worker));
        remember(&mut self.reservations, model.reservations().map(|row| (row.reservation, row.task, row.worker)));
    }

    /// The operation's command about its subject; none when there is nothing it could be about.
    pub(crate) fn aim(&self, model: &Model, op: &Op, now: Timestamp) -> Option<Command> {
        let mut command = op.command.clone()?;
        let pick = op.subject;
        let task = |test: fn(TaskStatus) -> bool| self.task(model, pick, test);
        let worker = || self.worker(model, pick);
        let reservation = || self.reservation(model, pick);
        let instant = |age: Option<Timestamp>| age.map(|age| now.before(age.since(Timestamp::EPOCH)));
        match &mut command {
            Command::CreateTask(command) => {
                command.task = self.new_task(pick);
                command.virtual_start_time = instant(command.virtual_start_time);
            }
            Command::UpdateTask(command) => {
                command.task = task(|status| !status.is_terminal())?;
                command.virtual_start_time = instant(command.virtual_start_time);
            }
            Command::CancelTask(command) => command.task = task(TaskStatus::is_waiting)?,
            Command::WrapTask(command) => command.task = task(|status| status == TaskStatus::Assigned)?,
            Command::CompleteTask(command) => command.task = task(TaskStatus::is_taken)?,
            Command::DeleteTask(command) => command.task = task(|_| true)?,
            Command::AcceptReservation(command) => command.reservation = reservation()?,
            Command::RejectReservation(command) => command.reservation = reservation()?,
            Command::HoldReservation(command) => command.reservation = reservation()?,
            Command::CancelReservation(command) => command.reservation = reservation()?,
            Command::UpdateWorker(command) => command.worker = worker()?,
            Command::SetWorkerActivity(command) => command.worker = worker()?,
            Command::UpdateWorkerChannel(command) => command.worker = worker()?,
            Command::DeleteWorker(command) => command.worker = worker()?,
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
            | Command::CreateWorker(_) => {}
        }
        Some(command)
    }

    fn new_task(&self, pick: Pick) -> TaskId {
        let fresh = TaskId::named(&task_name(self.tasks.len()));
        if pick.stale { pick.among(&[], &self.tasks).unwrap_or(fresh) } else { fresh }
    }

    fn task(&self, model: &Model, pick: Pick, test: fn(TaskStatus) -> bool) -> Option<TaskId> {
        let fitting: Vec<_> =
            model.tasks().filter(|task| test(task.facts.status)).map(|task| task.facts.task).collect();
        pick.among(&fitting, &self.tasks)
    }

    fn worker(&self, model: &Model, pick: Pick) -> Option<WorkerId> {
        let present: Vec<_> = model.workers().map(|worker| worker.facts.worker).collect();
        pick.among(&present, &self.workers)
    }

    fn reservation(&self, model: &Model, pick: Pick) -> Option<ReservationRef> {
        let pending = model.reservations().filter(|row| row.status == ReservationStatus::Pending);
        let pending: Vec<_> = pending.map(|row| (row.reservation, row.task, row.worker)).collect();
        let (id, task, worker) = pick.among(&pending, &self.reservations)?;
        Some(match (pick.stale, pick.index % 3) {
            (_, 0) => ReservationRef::Of { task, worker },
            (true, 1) => {
                ReservationRef::Of { task: pick.among(&[], &self.tasks)?, worker: pick.among(&[], &self.workers)? }
            }
            (_, _) => ReservationRef::Id(id),
        })
    }
}

fn remember<T: PartialEq>(known: &mut Vec<T>, present: impl Iterator<Item = T>) {
    for item in present {
        if !known.contains(&item) {
            known.push(item);
        }
    }
}
