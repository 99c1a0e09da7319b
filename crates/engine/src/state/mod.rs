//! Runtime state: one table per noun, each keeping its own indexes true. It holds no flow and judges nothing.

pub(crate) mod document;
pub(crate) mod reservations;
pub(crate) mod table;
pub(crate) mod tasks;
pub(crate) mod timers;
pub(crate) mod workers;

use std::collections::BTreeSet;

use self::reservations::Reservations;
use self::table::Seq;
use self::tasks::{Revisit, TaskState, Tasks};
use self::timers::{TimerKind, Timers};
use self::workers::Workers;
use crate::catalog::Catalog;
use crate::status::{ReservationStatus, TaskStatus};

/// Everything that changes while tasks are routed.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) tasks: Tasks,
    pub(crate) workers: Workers,
    pub(crate) reservations: Reservations,
    pub(crate) timers: Timers,
    pub(crate) dirty: Dirty,
}

/// What may have gained a candidate since the last settling. Only a shortcut: settling with everything dirty gives
/// the same result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dirty {
    pub(crate) workers: BTreeSet<Seq>,
    pub(crate) tasks: BTreeSet<Seq>,
    pub(crate) everything: bool,
}

impl State {
    /// Asserts what must hold between the tables after every command; `check` of each table covers the rest.
    pub(crate) fn check(&self, catalog: &Catalog) {
        self.tasks.check();
        self.workers.check(catalog);
        self.reservations.check();
        self.timers.check();
        self.check_reservations();
        self.check_timers();
    }

    /// Tasks, workers and reservations tell the same story.
    fn check_reservations(&self) {
        for (_, task) in self.tasks.iter() {
            let open = task.reservations.iter().filter_map(|id| self.reservations.get(*id));
            let open: Vec<_> = open.filter(|reservation| reservation.status.is_open()).collect();
            let pending = open.iter().filter(|reservation| reservation.status == ReservationStatus::Pending).count();
            match task.status() {
                TaskStatus::Reserved => assert!(pending > 0 && pending == open.len(), "reserved: only pending ones"),
                TaskStatus::Assigned | TaskStatus::Wrapping => assert_eq!(open.len(), 1, "taken by exactly one"),
                TaskStatus::Pending | TaskStatus::Completed | TaskStatus::Canceled => {
                    assert!(open.is_empty(), "a {} task has no open reservation", task.status());
                }
            }
        }
        for (seq, reservation) in self.reservations.iter().filter(|(_, row)| row.status.is_open()) {
            let worker = self.workers.get(reservation.worker);
            assert!(worker.is_some_and(|worker| worker.open.contains(&seq)), "a worker knows its reservations");
        }
        for (_, worker) in self.workers.iter() {
            self.workers.check_load(worker, &self.reservations);
        }
    }

    /// Every deadline that can still matter has its timer, and no timer is without one.
    fn check_timers(&self) {
        let mut expected = BTreeSet::new();
        for (seq, reservation) in self.reservations.iter() {
            expected.extend(reservation.expires_at.map(|due| (due, TimerKind::Reservation, seq)));
        }
        for (seq, task) in self.tasks.iter() {
            match task.state {
                TaskState::Pending | TaskState::Reserved => {
                    expected.insert((task.expires_at, TimerKind::TimeToLive, seq));
                }
                TaskState::Taken { until, .. } => {
                    expected.insert((until, TimerKind::AssignedLimit, seq));
                }
                TaskState::Ended { purge_at, .. } => {
                    expected.insert((purge_at, TimerKind::Purge, seq));
                }
            }
        }
        let without_steps: BTreeSet<_> =
            self.timers.iter().filter(|(_, kind, _)| *kind != TimerKind::StepDeadline).collect();
        assert_eq!(without_steps, expected, "timers and deadlines agree");
        for (due, _, seq) in self.timers.iter().filter(|(_, kind, _)| *kind == TimerKind::StepDeadline) {
            let place = self.tasks.at(seq).and_then(|task| task.place.as_ref());
            assert_eq!(place.and_then(|place| place.deadline), Some(due), "a step timer is its step's deadline");
        }
        for (_, task) in self.tasks.iter().filter(|(_, task)| task.status() == TaskStatus::Pending) {
            assert_eq!(task.revisit, Revisit::Nothing, "a pending task owes no revisit");
        }
    }
}
