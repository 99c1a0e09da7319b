//! What the model remembers, one row per thing, and how a row is found: by looking at all of them.

use std::sync::Arc;
use std::time::Duration;

use pointsman::{
    ActivityId, Attributes, FilterRef, ReservationId, ReservationStatus, TaskChannelId, TaskId, TaskOrder, TaskQueueId,
    TaskStatus, Timestamp, WorkerId, WorkflowId,
};
use pointsman_expr::Expression;

use super::Model;
use super::configuration::{Configuration, Target};

/// When a worker was last reserved, and the how-manieth reservation that was. Greater is more recent (rule R2).
pub(super) type Recency = (Timestamp, u64);

#[derive(Clone, Debug)]
pub(super) struct Activity {
    pub(super) id: ActivityId,
    pub(super) sid: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) available: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) id: TaskChannelId,
    pub(super) name: Arc<str>,
    pub(super) unique_name: Arc<str>,
    pub(super) optimized: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) id: TaskQueueId,
    pub(super) name: Arc<str>,
    pub(super) target_workers: Arc<str>,
    /// Absent when the text is empty: no worker matches.
    pub(super) expression: Option<Expression>,
    pub(super) max_reserved_workers: u32,
    pub(super) order: TaskOrder,
    pub(super) reservation_activity: Option<ActivityId>,
    pub(super) assignment_activity: Option<ActivityId>,
}

#[derive(Clone, Debug)]
pub(super) struct Workflow {
    pub(super) id: WorkflowId,
    pub(super) name: Arc<str>,
    pub(super) reservation_timeout: Duration,
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
    pub(super) shares: Vec<Share>,
    pub(super) last_reserved: Option<Recency>,
}

/// A worker's share of one channel.
#[derive(Clone, Debug)]
pub(super) struct Share {
    pub(super) channel: TaskChannelId,
    pub(super) capacity: u32,
    pub(super) available: bool,
    pub(super) last_reserved: Option<Recency>,
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
    /// The names of what has been deleted since; only an ended task outlives its channel, workflow or queue.
    pub(super) channel_name: Arc<str>,
    pub(super) workflow: WorkflowId,
    pub(super) workflow_name: Arc<str>,
    /// The configuration the task follows, whatever the workflow has become (Q30).
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
}

/// A task's place in its configuration.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) filter: FilterRef,
    pub(super) target: usize,
    /// What stands there in the configuration by which the task entered.
    pub(super) plan: Target,
    pub(super) queue: TaskQueueId,
    pub(super) queue_name: Arc<str>,
    pub(super) entered_at: Timestamp,
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
    pub(super) queue: TaskQueueId,
    pub(super) status: ReservationStatus,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) held: bool,
    /// The activities from and to which it moved its worker, if it did (rule R23).
    pub(super) moved: Option<(ActivityId, ActivityId)>,
}

/// Finds what must be there.
macro_rules! present {
    ($rows:expr, $id:expr) => {{
        let id = $id;
        match $rows.find(|row| row.id == id) {
            Some(row) => row,
            None => unreachable!("{id} is referred to and therefore exists"),
        }
    }};
}

impl Model {
    pub(super) fn find_activity(&self, id: ActivityId) -> Option<&Activity> {
        self.activities.iter().find(|row| row.id == id)
    }

    pub(super) fn find_channel(&self, id: TaskChannelId) -> Option<&Channel> {
        self.channels.iter().find(|row| row.id == id)
    }

    pub(super) fn find_queue(&self, id: TaskQueueId) -> Option<&Queue> {
        self.queues.iter().find(|row| row.id == id)
    }

    pub(super) fn find_workflow(&self, id: WorkflowId) -> Option<&Workflow> {
        self.workflows.iter().find(|row| row.id == id)
    }

    pub(super) fn find_worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.iter().find(|row| row.id == id)
    }

    pub(super) fn find_task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.iter().find(|row| row.id == id)
    }

    pub(super) fn the_activity(&self, id: ActivityId) -> &Activity {
        present!(self.activities.iter(), id)
    }

    pub(super) fn the_queue(&self, id: TaskQueueId) -> &Queue {
        present!(self.queues.iter(), id)
    }

    pub(super) fn the_queue_mut(&mut self, id: TaskQueueId) -> &mut Queue {
        present!(self.queues.iter_mut(), id)
    }

    pub(super) fn the_workflow(&self, id: WorkflowId) -> &Workflow {
        present!(self.workflows.iter(), id)
    }

    pub(super) fn the_workflow_mut(&mut self, id: WorkflowId) -> &mut Workflow {
        present!(self.workflows.iter_mut(), id)
    }

    pub(super) fn the_channel(&self, id: TaskChannelId) -> &Channel {
        present!(self.channels.iter(), id)
    }

    pub(super) fn the_channel_mut(&mut self, id: TaskChannelId) -> &mut Channel {
        present!(self.channels.iter_mut(), id)
    }

    pub(super) fn the_activity_mut(&mut self, id: ActivityId) -> &mut Activity {
        present!(self.activities.iter_mut(), id)
    }

    pub(super) fn the_worker(&self, id: WorkerId) -> &Worker {
        present!(self.workers.iter(), id)
    }

    pub(super) fn the_worker_mut(&mut self, id: WorkerId) -> &mut Worker {
        present!(self.workers.iter_mut(), id)
    }

    pub(super) fn the_task(&self, id: TaskId) -> &Task {
        present!(self.tasks.iter(), id)
    }

    pub(super) fn the_task_mut(&mut self, id: TaskId) -> &mut Task {
        present!(self.tasks.iter_mut(), id)
    }

    pub(super) fn the_reservation(&self, id: ReservationId) -> &Reservation {
        present!(self.reservations.iter(), id)
    }

    pub(super) fn the_reservation_mut(&mut self, id: ReservationId) -> &mut Reservation {
        present!(self.reservations.iter_mut(), id)
    }

    /// The pending reservations of a task, in creation order.
    pub(super) fn pending_of_task(&self, task: TaskId) -> Vec<ReservationId> {
        self.reservations_where(|row| row.task == task && row.status == ReservationStatus::Pending)
    }

    /// The pending reservations of a worker, in creation order.
    pub(super) fn pending_of_worker(&self, worker: WorkerId) -> Vec<ReservationId> {
        self.reservations_where(|row| row.worker == worker && row.status == ReservationStatus::Pending)
    }

    pub(super) fn reservations_where(&self, test: impl Fn(&Reservation) -> bool) -> Vec<ReservationId> {
        self.reservations.iter().filter(|row| test(row)).map(|row| row.id).collect()
    }

    /// Reservations of a worker on a channel in one of these states.
    pub(super) fn count(&self, worker: WorkerId, channel: TaskChannelId, states: &[ReservationStatus]) -> u32 {
        let counted =
            |row: &&Reservation| row.worker == worker && row.channel == channel && states.contains(&row.status);
        u32::try_from(self.reservations.iter().filter(counted).count()).unwrap_or(u32::MAX)
    }

    /// What takes up capacity: pending, accepted and wrapping (semantics section 7.3).
    pub(super) fn load(&self, worker: WorkerId, channel: TaskChannelId) -> u32 {
        use ReservationStatus::{Accepted, Pending, Wrapping};
        self.count(worker, channel, &[Pending, Accepted, Wrapping])
    }
}

impl Reservation {
    /// Whether its timer runs: pending and not held (rule R24).
    pub(super) fn waits(&self) -> bool {
        self.status == ReservationStatus::Pending && !self.held
    }
}

impl Worker {
    pub(super) fn share(&self, channel: TaskChannelId) -> &Share {
        match self.shares.iter().find(|share| share.channel == channel) {
            Some(share) => share,
            None => unreachable!("every worker has a share of every channel"),
        }
    }

    pub(super) fn share_mut(&mut self, channel: TaskChannelId) -> &mut Share {
        match self.shares.iter_mut().find(|share| share.channel == channel) {
            Some(share) => share,
            None => unreachable!("every worker has a share of every channel"),
        }
    }
}
