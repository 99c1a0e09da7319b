//! Reservations, to and from their form in a snapshot.

use super::SnapshotError;
use super::at::At;
use super::current as stored;
use crate::id::ReservationId;
use crate::state::reservations::{Moved, Reservation};
use crate::state::table::Seq;

impl stored::Reservation {
    pub(super) fn write(row: &Reservation) -> Self {
        let Reservation {
            id,
            task,
            worker,
            task_seq: _,
            worker_seq: _,
            queue,
            channel,
            status,
            created_at,
            expires_at,
            moved,
            revision,
        } = row;
        Self {
            reservation: *id,
            task: *task,
            worker: *worker,
            task_queue: *queue,
            task_channel: *channel,
            status: *status,
            created_at: *created_at,
            expires_at: *expires_at,
            moved: moved.map(|Moved { from, to }| stored::Moved { from, to }),
            revision: stored::Revision::write(*revision),
        }
    }

    /// The id is the one minted in this namespace for this place.
    pub(super) fn read(self, at: &At, minted: ReservationId) -> Result<Reservation, SnapshotError> {
        let Self {
            reservation,
            task,
            worker,
            task_queue,
            task_channel,
            status,
            created_at,
            expires_at,
            moved,
            revision,
        } = self;
        at.expect("reservation", reservation == minted, format_args!("{minted}, the id made for this place"))?;
        at.past("created_at", created_at)?;
        Ok(Reservation {
            id: reservation,
            task,
            worker,
            task_seq: Seq(0),
            worker_seq: Seq(0),
            queue: task_queue,
            channel: task_channel,
            status,
            created_at,
            expires_at,
            moved: moved.map(|stored::Moved { from, to }| Moved { from, to }),
            revision: revision.read(at)?,
        })
    }
}
