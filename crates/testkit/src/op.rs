//! Operations: commands whose task, worker or reservation is chosen by number among what there is when their turn
//! comes, so that a sequence stays meaningful while it shrinks.

use std::time::Duration;

use pointsman::{
    Command, CreateTask, Rejection, ReservationId, ReservationRef, ReservationStatus, Revision, TaskId, TaskStatus,
    Timestamp, UpdateTask, WorkerId, WorkspaceSpec,
};

use crate::Model;

/// One operation: some time passes, then a driver asks for something.
#[derive(Clone, Debug)]
pub struct Op {
    /// How much time passes first.
    pub after: Delay,
    /// What is asked for then; nothing, when only time passes.
    ///
    /// Its task, worker or reservation is a placeholder for `subject`. Its virtual start time is an age: the span
    /// since the epoch, counted back from the clock. Its `if_version` is how many versions old its knowledge is.
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
    /// One of the preferred ones; when stale, and now and then when there are none of them, one of all.
    fn among<T: Copy>(self, preferred: &[T], all: &[T]) -> Option<T> {
        let list = if self.stale || (preferred.is_empty() && self.index.is_multiple_of(4)) { all } else { preferred };
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
        match about(&mut command) {
            About::NewTask(id) => *id = self.new_task(op.subject),
            About::Task { id, fitting, if_version } => {
                *id = self.task(model, op.subject, fitting)?;
                resolve(if_version, model.task(*id).map(|task| task.facts.revision));
            }
            About::Worker { id, if_version } => {
                *id = self.worker(model, op.subject)?;
                if_version.into_iter().for_each(|seen| resolve(seen, model.worker(*id).map(|row| row.facts.revision)));
            }
            About::Reservation { reference, if_version } => {
                let (id, address) = self.reservation(model, op.subject)?;
                *reference = address;
                let row = model.reservations().find(|row| row.reservation == id);
                resolve(if_version, row.map(|row| row.revision));
            }
            About::Nothing => {}
        }
        if let Command::CreateTask(CreateTask { virtual_start_time: Some(instant), .. })
        | Command::UpdateTask(UpdateTask { virtual_start_time: Some(instant), .. }) = &mut command
        {
            *instant = now.before(instant.since(Timestamp::EPOCH));
        }
        Some(command)
    }

    fn new_task(&self, pick: Pick) -> TaskId {
        let fresh = TaskId::named(&task_name(self.tasks.len()));
        if pick.stale { pick.among(&[], &self.tasks).unwrap_or(fresh) } else { fresh }
    }

    fn task(&self, model: &Model, pick: Pick, fitting: fn(TaskStatus) -> bool) -> Option<TaskId> {
        let tasks = model.tasks().map(|task| task.facts).filter(|task| fitting(task.status));
        pick.among(&tasks.map(|task| task.task).collect::<Vec<_>>(), &self.tasks)
    }

    fn worker(&self, model: &Model, pick: Pick) -> Option<WorkerId> {
        let present: Vec<_> = model.workers().map(|worker| worker.facts.worker).collect();
        pick.among(&present, &self.workers)
    }

    /// By its id, or by task and worker; a stale address may fit no reservation.
    fn reservation(&self, model: &Model, pick: Pick) -> Option<(ReservationId, ReservationRef)> {
        let pending = model.reservations().filter(|row| row.status == ReservationStatus::Pending);
        let pending: Vec<_> = pending.map(|row| (row.reservation, row.task, row.worker)).collect();
        let (id, task, worker) = pick.among(&pending, &self.reservations)?;
        let address = match (pick.stale, pick.index % 3) {
            (_, 0) => ReservationRef::Of { task, worker },
            (true, 1) => {
                ReservationRef::Of { task: pick.among(&[], &self.tasks)?, worker: pick.among(&[], &self.workers)? }
            }
            (_, _) => ReservationRef::Id(id),
        };
        Some((id, address))
    }
}

/// What a command is about: the places to be filled in.
pub(crate) enum About<'a> {
    /// A task to be created.
    NewTask(&'a mut TaskId),
    /// A task, best one of these.
    Task { id: &'a mut TaskId, fitting: fn(TaskStatus) -> bool, if_version: &'a mut Option<u64> },
    /// A worker; a change of its channels takes no version.
    Worker { id: &'a mut WorkerId, if_version: Option<&'a mut Option<u64>> },
    /// A reservation, best a pending one.
    Reservation { reference: &'a mut ReservationRef, if_version: &'a mut Option<u64> },
    /// Something that is named.
    Nothing,
}

impl<'a> About<'a> {
    /// Where the version goes that the command's author has seen.
    pub(crate) fn if_version(self) -> Option<&'a mut Option<u64>> {
        match self {
            Self::Task { if_version, .. } | Self::Reservation { if_version, .. } => Some(if_version),
            Self::Worker { if_version, .. } => if_version,
            Self::NewTask(_) | Self::Nothing => None,
        }
    }
}

/// What the command is about.
pub(crate) fn about(command: &mut Command) -> About<'_> {
    /// A task command's places.
    macro_rules! task {
        ($command:ident, $fitting:expr) => {
            About::Task { id: &mut $command.task, fitting: $fitting, if_version: &mut $command.if_version }
        };
    }
    /// A reservation command's places.
    macro_rules! reservation {
        ($command:ident) => {
            About::Reservation { reference: &mut $command.reservation, if_version: &mut $command.if_version }
        };
    }
    /// A worker command's places.
    macro_rules! worker {
        ($command:ident) => {
            About::Worker { id: &mut $command.worker, if_version: Some(&mut $command.if_version) }
        };
    }
    match command {
        Command::CreateTask(command) => About::NewTask(&mut command.task),
        Command::UpdateTask(command) => task!(command, |status| !status.is_terminal()),
        Command::CancelTask(command) => task!(command, TaskStatus::is_waiting),
        Command::WrapTask(command) => task!(command, |status| status == TaskStatus::Assigned),
        Command::CompleteTask(command) => task!(command, TaskStatus::is_taken),
        Command::DeleteTask(command) => task!(command, |_| true),
        Command::AcceptReservation(command) => reservation!(command),
        Command::RejectReservation(command) => reservation!(command),
        Command::HoldReservation(command) => reservation!(command),
        Command::CancelReservation(command) => reservation!(command),
        Command::UpdateWorker(command) => worker!(command),
        Command::SetWorkerActivity(command) => worker!(command),
        Command::DeleteWorker(command) => worker!(command),
        Command::UpdateWorkerChannel(command) => About::Worker { id: &mut command.worker, if_version: None },
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
        | Command::CreateWorker(_) => About::Nothing,
    }
}

/// Makes a version out of how far the author's knowledge lies behind; ahead, where there is nothing behind.
fn resolve(if_version: &mut Option<u64>, revision: Option<Revision>) {
    let current = revision.map_or(0, |revision| revision.version);
    *if_version = if_version.map(|off| current.checked_sub(off).unwrap_or(current + off));
}

fn remember<T: PartialEq>(known: &mut Vec<T>, present: impl Iterator<Item = T>) {
    for item in present {
        if !known.contains(&item) {
            known.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_current_one_or_one_off() {
        let resolved = |off: Option<u64>, version: u64| {
            let (mut seen, revision) = (off, Revision { version, updated_at: Timestamp::EPOCH });
            resolve(&mut seen, Some(revision));
            seen
        };
        assert_eq!(resolved(None, 3), None);
        assert_eq!(resolved(Some(0), 3), Some(3));
        assert_eq!(resolved(Some(2), 3), Some(1), "what its author saw has changed since");
        assert_eq!(resolved(Some(2), 1), Some(3), "nothing lies so far behind");
    }

    #[test]
    fn a_pick_prefers_what_fits() {
        let pick = |index, stale| Pick { index, stale }.among(&[1, 2], &[3]);
        assert_eq!([pick(0, false), pick(3, false), pick(0, true)], [Some(1), Some(2), Some(3)]);
        let nothing_fits = |index| Pick { index, stale: false }.among(&[], &[3]);
        assert_eq!([nothing_fits(4), nothing_fits(5)], [Some(3), None]);
    }
}
