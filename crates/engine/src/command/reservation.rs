//! The commands that address a reservation, and their text form.

use crate::id::{ActivityId, ReservationId, TaskId, WorkerId};
use crate::setters::setters;

/// A reservation by its id, or the newest one of a task and a worker (rule R25).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationRef {
    /// That very reservation.
    Id(ReservationId),
    /// The newest reservation of this pair.
    Of {
        /// The task.
        task: TaskId,
        /// The worker.
        worker: WorkerId,
    },
}

impl From<ReservationId> for ReservationRef {
    fn from(id: ReservationId) -> Self {
        Self::Id(id)
    }
}

impl<T: Into<TaskId>, W: Into<WorkerId>> From<(T, W)> for ReservationRef {
    fn from((task, worker): (T, W)) -> Self {
        Self::Of { task: task.into(), worker: worker.into() }
    }
}

/// Declares a command that addresses a reservation. In texts it has either `reservation`, or `task` and `worker`.
macro_rules! reservation_payload {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(try_from = "wire::Plain", into = "wire::Plain"))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "wire::Plain"))]
        pub struct $name {
            /// Which reservation: its id, or `(task, worker)`.
            pub reservation: ReservationRef,
            /// The version of the reservation the command is meant for; any other is refused.
            pub if_version: Option<u64>,
        }

        impl $name {
            /// The command for this reservation.
            pub fn new(reservation: impl Into<ReservationRef>) -> Self {
                Self { reservation: reservation.into(), if_version: None }
            }
        }

        setters! { $name {
            /// The version of the reservation the command is meant for.
            if_version(version: u64) => Some(version);
        } }

        #[cfg(feature = "serde")]
        impl TryFrom<wire::Plain> for $name {
            type Error = wire::Incomplete;

            fn try_from(wire: wire::Plain) -> Result<Self, wire::Incomplete> {
                let reservation = wire::address(wire.reservation, wire.task, wire.worker)?;
                Ok(Self { reservation, if_version: wire.if_version })
            }
        }

        #[cfg(feature = "serde")]
        impl From<$name> for wire::Plain {
            fn from(command: $name) -> Self {
                let (reservation, task, worker) = wire::fields(command.reservation);
                Self { reservation, task, worker, if_version: command.if_version }
            }
        }
    };
}

reservation_payload! {
    /// Accepts a pending reservation.
    AcceptReservation
}
reservation_payload! {
    /// Stops the timer of a pending reservation; it then waits for accept or cancel.
    HoldReservation
}
reservation_payload! {
    /// Ends a pending reservation because its callback or its set-up failed; the task is offered again.
    CancelReservation
}

/// Rejects a pending reservation; the task is offered again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "wire::Reject", into = "wire::Reject"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "wire::Reject"))]
pub struct RejectReservation {
    /// Which reservation: its id, or `(task, worker)`.
    pub reservation: ReservationRef,
    /// Where the worker goes; when absent, the activity stays (single-tasking: returns to the one before, Q55).
    pub activity: Option<ActivityId>,
    /// The version of the reservation the command is meant for; any other is refused.
    pub if_version: Option<u64>,
}

impl RejectReservation {
    /// The command for this reservation.
    pub fn new(reservation: impl Into<ReservationRef>) -> Self {
        Self { reservation: reservation.into(), activity: None, if_version: None }
    }
}

setters! { RejectReservation {
    /// Where the worker goes.
    activity(activity: impl Into<ActivityId>) => Some(activity.into());
    /// The version of the reservation the command is meant for.
    if_version(version: u64) => Some(version);
} }

#[cfg(feature = "serde")]
impl TryFrom<wire::Reject> for RejectReservation {
    type Error = wire::Incomplete;

    fn try_from(wire: wire::Reject) -> Result<Self, wire::Incomplete> {
        let reservation = wire::address(wire.reservation, wire.task, wire.worker)?;
        Ok(Self { reservation, activity: wire.activity, if_version: wire.if_version })
    }
}

#[cfg(feature = "serde")]
impl From<RejectReservation> for wire::Reject {
    fn from(command: RejectReservation) -> Self {
        let (reservation, task, worker) = wire::fields(command.reservation);
        Self { reservation, task, worker, activity: command.activity, if_version: command.if_version }
    }
}

/// The text forms of the commands that address a reservation.
#[cfg(feature = "serde")]
mod wire {
    use super::{ActivityId, ReservationId, ReservationRef, TaskId, WorkerId};

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Plain {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) reservation: Option<ReservationId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) task: Option<TaskId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) worker: Option<WorkerId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) if_version: Option<u64>,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Reject {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) reservation: Option<ReservationId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) task: Option<TaskId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) worker: Option<WorkerId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) activity: Option<ActivityId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) if_version: Option<u64>,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("a reservation is addressed by `reservation`, or by `task` and `worker`")]
    pub(super) struct Incomplete;

    type Fields = (Option<ReservationId>, Option<TaskId>, Option<WorkerId>);

    pub(super) fn address(
        reservation: Option<ReservationId>,
        task: Option<TaskId>,
        worker: Option<WorkerId>,
    ) -> Result<ReservationRef, Incomplete> {
        match (reservation, task, worker) {
            (Some(id), None, None) => Ok(ReservationRef::Id(id)),
            (None, Some(task), Some(worker)) => Ok(ReservationRef::Of { task, worker }),
            _ => Err(Incomplete),
        }
    }

    pub(super) fn fields(reservation: ReservationRef) -> Fields {
        match reservation {
            ReservationRef::Id(id) => (Some(id), None, None),
            ReservationRef::Of { task, worker } => (None, Some(task), Some(worker)),
        }
    }
}
