//! Reservations, those that have ended included as long as their task is there (rule R25).

use super::table::{Seq, Table};
use crate::id::{ActivityId, ReservationId, TaskChannelId, TaskId, TaskQueueId, WorkerId};
use crate::invariant::{Checked, ensure};
use crate::revision::Revision;
use crate::status::ReservationStatus;
use crate::time::Timestamp;

/// A worker asked to take a task.
#[derive(Clone, Debug)]
pub(crate) struct Reservation {
    pub(crate) id: ReservationId,
    pub(crate) task: TaskId,
    pub(crate) worker: WorkerId,
    /// Where both are in their tables: what comes of the ids, so that they need not be looked up.
    pub(crate) task_seq: Seq,
    pub(crate) worker_seq: Seq,
    /// Absent for a task that went straight to its worker.
    pub(crate) queue: Option<TaskQueueId>,
    pub(crate) channel: TaskChannelId,
    pub(crate) status: ReservationStatus,
    pub(crate) created_at: Timestamp,
    /// When the time to answer is up; absent once answered or held.
    pub(crate) expires_at: Option<Timestamp>,
    /// Single-tasking: where the reservation moved the worker, and from where (rule R23).
    pub(crate) moved: Option<Moved>,
    pub(crate) revision: Revision,
}

/// A change of activity that a reservation made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) from: ActivityId,
    pub(crate) to: ActivityId,
}

/// The table of reservations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reservations {
    rows: Table<ReservationId, Reservation>,
}

impl Reservations {
    /// The reservations of a snapshot.
    #[cfg(feature = "snapshot")]
    pub(crate) fn restored(rows: Table<ReservationId, Reservation>) -> Self {
        Self { rows }
    }

    /// The count the next reservation's id is minted from.
    pub(crate) fn next(&self) -> Seq {
        self.rows.next()
    }

    pub(crate) fn insert(&mut self, reservation: Reservation) -> Seq {
        self.rows.insert(reservation.id, reservation)
    }

    pub(crate) fn remove(&mut self, id: ReservationId) {
        self.rows.forget(id, |_| ());
    }

    pub(crate) fn get(&self, id: ReservationId) -> Option<&Reservation> {
        self.rows.get(id)
    }

    /// A reservation with its place in the creation order.
    pub(crate) fn row(&self, id: ReservationId) -> Option<(Seq, &Reservation)> {
        self.rows.row(id)
    }

    pub(crate) fn at(&self, seq: Seq) -> Option<&Reservation> {
        self.rows.at(seq)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Seq, &Reservation)> {
        self.rows.iter()
    }

    /// Moves a reservation along its lifecycle; its time to answer is over.
    pub(crate) fn transition(&mut self, seq: Seq, next: ReservationStatus, now: Timestamp) {
        let Some(row) = self.rows.at_mut(seq) else { return };
        assert!(row.status.may_become(next), "reservation {} cannot go from {} to {next}", row.id, row.status);
        row.status = next;
        row.expires_at = None;
        row.revision.raise(now);
    }

    /// Stops the time to answer of a pending reservation (rule R24).
    pub(crate) fn hold(&mut self, seq: Seq, now: Timestamp) {
        if let Some(row) = self.rows.at_mut(seq) {
            row.expires_at = None;
            row.revision.raise(now);
        }
    }

    /// Says where the tasks and workers of a snapshot are.
    #[cfg(feature = "snapshot")]
    pub(crate) fn locate(&mut self, place: impl Fn(&Reservation) -> Option<(Seq, Seq)>) {
        for (_, row) in self.rows.iter_mut() {
            (row.task_seq, row.worker_seq) = place(row).unwrap_or((row.task_seq, row.worker_seq));
        }
    }

    /// Remembers where the reservation moved its worker.
    pub(crate) fn remember(&mut self, seq: Seq, moved: Moved) {
        if let Some(row) = self.rows.at_mut(seq) {
            row.moved = Some(moved);
        }
    }

    pub(crate) fn check(&self) -> Checked {
        self.rows.check()?;
        for (_, row) in self.rows.iter() {
            let pending = row.status == ReservationStatus::Pending;
            ensure!(pending || row.expires_at.is_none(), "{}: only a pending reservation expires", row.id);
        }
        Ok(())
    }
}
