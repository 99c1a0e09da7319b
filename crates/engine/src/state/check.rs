//! What must hold between the tables after every command; `check` of each table covers the rest.

use super::State;
use super::reservations::Reservation;
use super::tasks::{Revisit, Task, TaskState};
use super::workers::Worker;
use crate::catalog::Catalog;
use crate::facts;
use crate::invariant::{Checked, ensure};
use crate::status::{ReservationStatus, TaskStatus};
use crate::time::Timestamp;

impl State {
    pub(crate) fn check(&self, catalog: &Catalog, clock: Timestamp) -> Checked {
        self.tasks.check()?;
        self.workers.check(catalog)?;
        self.reservations.check()?;
        for (_, task) in self.tasks.iter() {
            self.check_reservations_of(task)?;
            check_step(task)?;
            if !task.status().is_terminal() {
                check_living(task, catalog, clock)?;
            }
        }
        self.workers.iter().try_for_each(|(_, worker)| check_told(worker, catalog))?;
        self.check_reservations(catalog)?;
        if !catalog.deleted {
            self.timers.check(&self.deadlines(clock))?;
        }
        Ok(())
    }

    /// A task and its reservations tell the same story.
    fn check_reservations_of(&self, task: &Task) -> Checked {
        let (id, status) = (task.id(), task.status());
        let rows: Vec<_> = task.reservations.iter().filter_map(|(seq, _)| self.reservations.at(*seq)).collect();
        let own = rows.iter().map(|row| (row.task, row.id)).eq(task.reservations.iter().map(|(_, own)| (id, *own)));
        ensure!(own, "{id}: a task's reservations exist and name it");
        let open: Vec<_> = rows.iter().filter(|row| row.status.is_open()).collect();
        match status {
            TaskStatus::Reserved => {
                let pending = open.iter().all(|row| row.status == ReservationStatus::Pending);
                ensure!(
                    pending && !open.is_empty(),
                    "{id}: a reserved task has pending reservations, no other open one"
                );
            }
            TaskStatus::Assigned | TaskStatus::Wrapping => {
                ensure!(open.len() == 1, "{id}: a task is taken by exactly one");
            }
            TaskStatus::Pending | TaskStatus::Completed | TaskStatus::Canceled => {
                ensure!(open.is_empty(), "{id}: a {status} task has no open reservation");
            }
        }
        let taker = match task.state {
            TaskState::Taken { by, wrapping: false, .. } => Some((by, ReservationStatus::Accepted)),
            TaskState::Taken { by, wrapping: true, .. } => Some((by, ReservationStatus::Wrapping)),
            TaskState::Ended { by, .. } => by.map(|by| (by, ReservationStatus::Completed)),
            TaskState::Pending | TaskState::Reserved => None,
        };
        let follows = |(by, status)| rows.iter().any(|row| row.id == by && row.status == status);
        ensure!(taker.is_none_or(follows), "{id}: a task's accepted reservation follows it");
        Ok(())
    }

    /// Reservations belong to a task, open ones to a worker.
    fn check_reservations(&self, catalog: &Catalog) -> Checked {
        let known: usize = self.tasks.iter().map(|(_, task)| task.reservations.len()).sum();
        ensure!(known == self.reservations.iter().count(), "every reservation belongs to one task");
        for (seq, row) in self.reservations.iter().filter(|(_, row)| row.status.is_open()) {
            let id = row.id;
            let worker = self.workers.get(row.worker);
            ensure!(worker.is_some_and(|worker| worker.open.contains(&seq)), "{id}: a worker knows its reservations");
            let places = self.tasks.seq(row.task).zip(self.workers.seq(row.worker));
            ensure!(places == Some((row.task_seq, row.worker_seq)), "{id}: a reservation knows its task and worker");
            check_open(row, catalog)?;
        }
        self.workers.iter().try_for_each(|(_, worker)| self.workers.check_load(worker, &self.reservations))
    }
}

/// What an open reservation names exists.
fn check_open(row: &Reservation, catalog: &Catalog) -> Checked {
    let id = row.id;
    ensure!(catalog.channels.contains(row.channel), "{id}: an open reservation's task channel exists");
    let mut activities = row.moved.iter().flat_map(|moved| [moved.from, moved.to]);
    ensure!(activities.all(|id| catalog.activities.contains(id)), "{id}: an open reservation's activities exist");
    Ok(())
}

/// What is kept to be said of a worker again is what there is to say.
fn check_told(worker: &Worker, catalog: &Catalog) -> Checked {
    let kept = worker.told.as_ref().filter(|told| told.revision == worker.revision);
    let holds = kept.is_none_or(|told| **told == facts::worker(catalog, worker));
    ensure!(holds, "{}: what events said of a worker last is said again only while it is true", worker.id);
    Ok(())
}

/// A task is in a step of the configuration it follows.
fn check_step(task: &Task) -> Checked {
    let (id, placed) = (task.id(), task.step.is_some());
    let told = task.status == task.state.status() && task.attributes == *task.document.attributes();
    ensure!(told, "{id}: what there is to say of a task is what it is");
    ensure!(placed || task.deadline.is_none(), "{id}: a task outside any step has no deadline");
    let Some(place) = &task.step else { return Ok(()) };
    let (id, target) = (task.id(), task.target());
    ensure!(target.is_some(), "{id}: a task's step is one of the configuration it follows");
    let queue = target.is_some_and(|target| target.queue == place.task_queue);
    ensure!(queue, "{id}: a task is in the queue of its step");
    let timed = target.is_some_and(|target| target.timeout.is_some() == task.deadline.is_some());
    ensure!(timed, "{id}: a step has a deadline when it has a timeout, and only then");
    Ok(())
}

/// What a task that has not ended names exists, and it owes nothing it could have done.
fn check_living(task: &Task, catalog: &Catalog, clock: Timestamp) -> Checked {
    let (id, status) = (task.id(), task.status());
    ensure!(catalog.channels.contains(task.task_channel), "{id}: a task's channel exists");
    ensure!(task.workflow.is_none_or(|id| catalog.workflows.contains(id)), "{id}: a task's workflow exists");
    ensure!(task.workflow.is_some() || task.is_direct(), "{id}: only a direct task has no workflow");
    ensure!(catalog.has_queues_of(&task.configuration), "{id}: the queues a task may come to exist");
    let stepless = task.is_direct() && task.configuration.direct.is_none();
    ensure!(task.step.is_some() != stepless, "{id}: a task is in a step, unless it goes to a worker outside any queue");
    if let Some(place) = &task.step {
        let queue = catalog.queues.get(place.task_queue);
        let told =
            queue.is_some_and(|queue| queue.friendly_name == place.task_queue_name && queue.task_order == task.order);
        ensure!(told, "{id}: a task knows its queue's name and order");
    }
    ensure!(
        task.revisit == Revisit::Nothing || status == TaskStatus::Reserved,
        "{id}: only a reserved task owes a revisit"
    );
    ensure!(task.revisit != Revisit::Workflow || !task.is_direct(), "{id}: a direct task is not evaluated again");
    let most = catalog.limits.assignments.max(1);
    let assignable = if status == TaskStatus::Pending { task.assignments < most } else { task.assignments <= most };
    ensure!(assignable, "{id}: a task is assigned at most {most} times");
    let waits = status == TaskStatus::Pending && !catalog.deleted;
    ensure!(!waits || !task.is_overdue(clock), "{id}: a pending task leaves its step when the time is up");
    Ok(())
}
