//! The two lifecycles, each as one table of legal transitions (semantics sections 4.2 and 5.2).

/// Where a task is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TaskStatus {
    /// Waiting for a worker.
    Pending,
    /// One or more workers have been asked.
    Reserved,
    /// A worker has accepted.
    Assigned,
    /// The main work is done, after-work is running.
    Wrapping,
    /// Done.
    Completed,
    /// Ended without being done.
    Canceled,
}

impl TaskStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Reserved, Self::Assigned, Self::Wrapping, Self::Completed, Self::Canceled];

    /// Every legal change of status.
    pub const TRANSITIONS: &'static [(Self, Self)] = &[
        (Self::Pending, Self::Reserved),
        (Self::Pending, Self::Canceled),
        (Self::Reserved, Self::Pending),
        (Self::Reserved, Self::Assigned),
        (Self::Reserved, Self::Canceled),
        (Self::Assigned, Self::Wrapping),
        (Self::Assigned, Self::Completed),
        (Self::Wrapping, Self::Completed),
    ];

    /// `pending`, `reserved`, ...
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Reserved => "reserved",
            Self::Assigned => "assigned",
            Self::Wrapping => "wrapping",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
        }
    }

    /// Whether the task still waits for a worker's yes.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Pending | Self::Reserved)
    }

    /// Whether a worker has taken the task and is not done with it.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Assigned | Self::Wrapping)
    }

    /// Whether nothing but removal can follow.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Canceled)
    }

    pub(crate) fn may_become(self, next: Self) -> bool {
        Self::TRANSITIONS.contains(&(self, next))
    }
}

impl std::fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Where a reservation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ReservationStatus {
    /// The worker has been asked.
    Pending,
    /// The worker has taken the task.
    Accepted,
    /// After-work is running.
    Wrapping,
    /// Done, together with the task.
    Completed,
    /// The worker refused.
    Rejected,
    /// The worker did not answer in time.
    Timeout,
    /// It ended before acceptance for another reason.
    Canceled,
    /// Another worker of the batch accepted.
    Rescinded,
}

impl ReservationStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Accepted,
        Self::Wrapping,
        Self::Completed,
        Self::Rejected,
        Self::Timeout,
        Self::Canceled,
        Self::Rescinded,
    ];

    /// Every legal change of status. Accepted and wrapping reservations are canceled only with their task (rule R19).
    pub const TRANSITIONS: &'static [(Self, Self)] = &[
        (Self::Pending, Self::Accepted),
        (Self::Pending, Self::Rejected),
        (Self::Pending, Self::Timeout),
        (Self::Pending, Self::Canceled),
        (Self::Pending, Self::Rescinded),
        (Self::Accepted, Self::Wrapping),
        (Self::Accepted, Self::Completed),
        (Self::Accepted, Self::Canceled),
        (Self::Wrapping, Self::Completed),
        (Self::Wrapping, Self::Canceled),
    ];

    /// `pending`, `accepted`, ...
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Wrapping => "wrapping",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Timeout => "timeout",
            Self::Canceled => "canceled",
            Self::Rescinded => "rescinded",
        }
    }

    /// Whether it takes up capacity (semantics section 7.3).
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Accepted | Self::Wrapping)
    }

    pub(crate) fn may_become(self, next: Self) -> bool {
        Self::TRANSITIONS.contains(&(self, next))
    }
}

impl std::fmt::Display for ReservationStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
