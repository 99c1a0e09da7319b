//! What the model remembers: one row per thing, in creation order, found by looking at all of them.

use std::fmt::Display;
use std::ops::{Deref, DerefMut, Index, IndexMut};
use std::sync::Arc;
use std::time::Duration;

use pointsman::{
    ActivityId, ActivitySpec, Attributes, FilterRef, Rejection, ReservationId, ReservationStatus, Revision,
    RoutingTarget, TaskChannelId, TaskChannelSpec, TaskId, TaskQueueId, TaskQueueSpec, TaskStatus, Timestamp, WorkerId,
    WorkflowId, WorkflowSpec,
};
use pointsman_expr::Expression;

use super::configuration::{Configuration, Target};

/// When a worker was last reserved, and the how-manieth reservation that was. Greater is more recent (rule R2).
pub(super) type Recency = (Timestamp, u64);

#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) spec: TaskQueueSpec,
    /// Absent when the text is empty: no worker matches.
    pub(super) expression: Option<Expression>,
}

#[derive(Clone, Debug)]
pub(super) struct Workflow {
    pub(super) spec: WorkflowSpec,
    pub(super) configuration: Arc<Configuration>,
}

#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) id: WorkerId,
    pub(super) sid: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) attributes: Attributes,
    pub(super) activity: ActivityId,
    pub(super) activity_since: Timestamp,
    pub(super) shares: Rows<Share>,
    pub(super) last_reserved: Option<Recency>,
    pub(super) revision: Revision,
}

/// A worker's share of one channel.
#[derive(Clone, Debug)]
pub(super) struct Share {
    pub(super) channel: TaskChannelId,
    pub(super) capacity: u32,
    pub(super) available: bool,
    pub(super) last_reserved: Option<Recency>,
    pub(super) revision: Revision,
}

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: TaskId,
    pub(super) attributes: Attributes,
    pub(super) status: TaskStatus,
    pub(super) priority: u32,
    pub(super) created_at: Timestamp,
    pub(super) virtual_start: Timestamp,
    pub(super) lives_until: Timestamp,
    pub(super) reason: Option<Arc<str>>,
    pub(super) channel: TaskChannelId,
    pub(super) workflow: Option<WorkflowId>,
    pub(super) routing_target: Option<RoutingTarget>,
    /// The configuration the task follows, whatever the workflow has become (Q30); that of a direct task is its own.
    pub(super) configuration: Arc<Configuration>,
    pub(super) step: Option<Step>,
    pub(super) pass: Pass,
    pub(super) mark: Option<Mark>,
    pub(super) assignments: u32,
    /// A new pass was asked for while the task was reserved.
    pub(super) pass_wanted: bool,
    /// The attributes changed while the task was reserved.
    pub(super) filters_wanted: bool,
    pub(super) taken_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) revision: Revision,
}

/// A task's place in its configuration.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) filter: FilterRef,
    pub(super) index: usize,
    /// What stands there in the configuration by which the task entered.
    pub(super) target: Target,
    pub(super) queue_entered_at: Timestamp,
    pub(super) deadline: Option<Timestamp>,
}

/// One walk through the filters (rule R5).
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) base: Timestamp,
    pub(super) sum: Duration,
    pub(super) entry: FilterRef,
    /// A filter of this pass was left by timeout.
    pub(super) timed_out: bool,
}

/// Why a pending task has to be looked at beyond its candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// It entered its step.
    Entered,
    /// A reservation ended without success, or the step's time is up.
    Returned,
}

#[derive(Clone, Debug)]
pub(super) struct Reservation {
    pub(super) id: ReservationId,
    pub(super) task: TaskId,
    pub(super) worker: WorkerId,
    pub(super) channel: TaskChannelId,
    pub(super) queue: Option<TaskQueueId>,
    pub(super) status: ReservationStatus,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) held: bool,
    /// The activities from and to which it moved its worker, if it did (rule R23).
    pub(super) moved: Option<(ActivityId, ActivityId)>,
    pub(super) revision: Revision,
}

impl Reservation {
    /// Whether its timer runs: pending and not held (rule R24).
    pub(super) fn waits(&self) -> bool {
        self.status == ReservationStatus::Pending && !self.held
    }
}

impl Task {
    /// Whether it goes straight to a worker or a queue and reads no filter.
    pub(super) fn is_direct(&self) -> bool {
        matches!(self.routing_target, Some(RoutingTarget::Worker { .. } | RoutingTarget::TaskQueue(_)))
    }
}

/// Something with an id.
pub(super) trait Row {
    type Id: Copy + PartialEq + Display;
    const UNKNOWN: fn(Self::Id) -> Rejection;
    fn id(&self) -> Self::Id;
}

macro_rules! rows {
    ($($row:ty, $id:ty, $unknown:ident, |$self:ident| $field:expr;)*) => {
        $(impl Row for $row {
            type Id = $id;
            const UNKNOWN: fn($id) -> Rejection = Rejection::$unknown;
            fn id(&$self) -> $id {
                $field
            }
        })*
    };
}

rows! {
    ActivitySpec, ActivityId, UnknownActivity, |self| self.activity;
    TaskChannelSpec, TaskChannelId, UnknownTaskChannel, |self| self.task_channel;
    Queue, TaskQueueId, UnknownTaskQueue, |self| self.spec.task_queue;
    Workflow, WorkflowId, UnknownWorkflow, |self| self.spec.workflow;
    Worker, WorkerId, UnknownWorker, |self| self.id;
    Share, TaskChannelId, UnknownTaskChannel, |self| self.channel;
    Task, TaskId, UnknownTask, |self| self.id;
    Reservation, ReservationId, UnknownReservation, |self| self.id;
}

/// Rows in creation order. `rows[id]` is the row that must be there.
#[derive(Clone, Debug)]
pub(super) struct Rows<R>(Vec<R>);

impl<R: Row> Rows<R> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn find(&self, id: R::Id) -> Option<&R> {
        self.0.iter().find(|row| row.id() == id)
    }

    /// Refuses an id that is not there.
    pub(super) fn known(&self, id: R::Id) -> Result<(), Rejection> {
        self.find(id).map(drop).ok_or(R::UNKNOWN(id))
    }

    /// Refuses an id that is there already.
    pub(super) fn free(&self, id: R::Id, taken: fn(R::Id) -> Rejection) -> Result<(), Rejection> {
        self.find(id).map_or(Ok(()), |_| Err(taken(id)))
    }

    pub(super) fn remove(&mut self, id: R::Id) {
        self.0.retain(|row| row.id() != id);
    }

    /// The ids of the rows for which this holds.
    pub(super) fn which(&self, test: impl Fn(&R) -> bool) -> Vec<R::Id> {
        self.0.iter().filter(|row| test(row)).map(Row::id).collect()
    }
}

impl<R> Deref for Rows<R> {
    type Target = Vec<R>;

    fn deref(&self) -> &Vec<R> {
        &self.0
    }
}

impl<R> DerefMut for Rows<R> {
    fn deref_mut(&mut self) -> &mut Vec<R> {
        &mut self.0
    }
}

impl<R: Row> Index<R::Id> for Rows<R> {
    type Output = R;

    fn index(&self, id: R::Id) -> &R {
        self.find(id).unwrap_or_else(|| missing(id))
    }
}

impl<R: Row> IndexMut<R::Id> for Rows<R> {
    fn index_mut(&mut self, id: R::Id) -> &mut R {
        self.0.iter_mut().find(|row| row.id() == id).unwrap_or_else(|| missing(id))
    }
}

fn missing(id: impl Display) -> ! {
    unreachable!("{id} is referred to and therefore exists")
}
