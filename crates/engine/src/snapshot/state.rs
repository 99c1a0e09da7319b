//! What changes while tasks are routed, as a whole, to and from its form in a snapshot; and what follows from it: loads,
//! members, timers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::SnapshotError;
use super::at::At;
use super::configuration::Shared;
use super::current as stored;
use crate::catalog::{Catalog, Configuration};
use crate::id::{ReservationId, TaskId};
use crate::matching::Judge;
use crate::state::State;
use crate::state::reservations::{Reservation, Reservations};
use crate::state::table::{Seq, Table};
use crate::state::tasks::{Task, Tasks};
use crate::state::timers::Timers;
use crate::state::workers::{Worker, Workers};
use crate::time::Timestamp;

impl stored::State {
    pub(super) fn write<'e>(state: &'e State, shared: &mut Shared<'e>) -> Self {
        let State { tasks, workers, reservations, timers: _ } = state;
        let task = |row| stored::Task::write(row, shared);
        Self {
            workers: stored::Rows::write(workers.next(), workers.iter(), stored::Worker::write),
            tasks: stored::Rows::write(tasks.next(), tasks.iter(), task),
            reservations: stored::Rows::write(reservations.next(), reservations.iter(), stored::Reservation::write),
        }
    }

    pub(super) fn read(
        self,
        at: &At,
        namespace: u128,
        clock: Timestamp,
        catalog: &Catalog,
        configurations: &[Arc<Configuration>],
    ) -> Result<State, SnapshotError> {
        let Self { workers, tasks, reservations } = self;
        let minted = |seq: Seq| ReservationId::minted(namespace, seq.0);
        let reservation = |seq, at: &At, row: stored::Reservation| row.read(at, minted(seq));
        let reservations = reservations.read(&at.key("reservations"), |row: &Reservation| row.id, reservation)?;
        let made = reservations.next().0.saturating_sub(1);
        let worker = |_, at: &At, row: stored::Worker| row.read(at, catalog, made);
        let workers = workers.read(&at.key("workers"), |row: &Worker| row.id, worker)?;
        let of_task = by_task(&reservations);
        let task = |_, at: &At, row: stored::Task| {
            let own = of_task.get(&row.task).map_or(&[][..], |rows| rows);
            row.read(at, catalog, configurations, own)
        };
        let tasks = tasks.read(&at.key("tasks"), Task::id, task)?;

        let mut state = State {
            tasks: Tasks::restored(tasks, catalog.prioritized),
            workers: Workers::restored(workers),
            reservations: Reservations::restored(reservations),
            timers: Timers::default(),
        };
        load(&mut state);
        fill(&mut state, catalog, clock);
        for (due, kind, subject) in state.deadlines(clock) {
            state.arm(kind, subject, due);
        }
        Ok(state)
    }
}

fn by_task(reservations: &Table<ReservationId, Reservation>) -> BTreeMap<TaskId, Vec<(Seq, &Reservation)>> {
    let mut of_task: BTreeMap<TaskId, Vec<(Seq, &Reservation)>> = BTreeMap::new();
    for (seq, row) in reservations.iter() {
        of_task.entry(row.task).or_default().push((seq, row));
    }
    of_task
}

/// Reservations know their tasks and workers, and workers carry the open ones.
fn load(state: &mut State) {
    let State { tasks, workers, reservations, .. } = state;
    reservations.locate(|row| tasks.seq(row.task).zip(workers.seq(row.worker)));
    for (seq, row) in reservations.iter().filter(|(_, row)| row.status.is_open()) {
        workers.carry(row.worker, row.channel, seq, row.status);
    }
}

/// Workers are in the queues whose expressions hold.
fn fill(state: &mut State, catalog: &Catalog, now: Timestamp) {
    let judge = Judge { catalog, state, now };
    let members: Vec<_> = state.workers.iter().map(|(seq, worker)| (seq, judge.memberships(worker))).collect();
    for (worker, queues) in members {
        state.workers.join(worker, &queues);
    }
}
