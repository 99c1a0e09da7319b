//! Version 1 of the snapshot format: what a snapshot says, and nothing of how an engine holds it. Once released, a
//! change here is a new version.
//!
//! Stored is what cannot be found out again: the texts of expressions and not their trees, rows and not indexes,
//! deadlines and not timers. Rows stand under their place in the creation order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::Attributes;
use serde::{Deserialize, Serialize};

use crate::event::{Event, FilterRef};
use crate::id::{ActivityId, ReservationId, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
use crate::spec::{TaskOrder, TimeoutBasis};
use crate::status::ReservationStatus;
use crate::time::Timestamp;

/// An engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Workspace {
    /// 32 hexadecimal digits.
    pub(super) namespace: String,
    pub(super) clock: Timestamp,
    pub(super) catalog: Catalog,
    pub(super) state: State,
    pub(super) outbox: Outbox,
}

/// What the operator configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Catalog {
    pub(super) friendly_name: Arc<str>,
    pub(super) multi_task_enabled: bool,
    pub(super) prioritize_queue_order: TaskOrder,
    pub(super) timeout_basis: TimeoutBasis,
    pub(super) default_activity: ActivityId,
    pub(super) timeout_activity: ActivityId,
    pub(super) deleted: bool,
    pub(super) limits: Limits,
    pub(super) activities: Rows<Activity>,
    pub(super) task_channels: Rows<TaskChannel>,
    pub(super) task_queues: Rows<TaskQueue>,
    /// What workflows have now, and what tasks entered under: each once.
    pub(super) configurations: Vec<Configuration>,
    pub(super) workflows: Rows<Workflow>,
}

/// What changes while tasks are routed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    pub(super) workers: Rows<Worker>,
    pub(super) tasks: Rows<Task>,
    pub(super) reservations: Rows<Reservation>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outbox {
    /// How many events there have been.
    pub(super) emitted: u64,
    /// Those not yet taken, in order.
    pub(super) waiting: Vec<Event>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rows<R> {
    /// The place of the next row; places are never used twice.
    pub(super) next: u64,
    /// By place.
    pub(super) rows: BTreeMap<u64, R>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) activities: usize,
    #[serde(with = "crate::time::span")]
    pub(super) task_timeout: Duration,
    #[serde(with = "crate::time::span")]
    pub(super) reservation_timeout: Duration,
    pub(super) max_reserved_workers: u32,
    pub(super) assignments: u32,
    pub(super) capacity: u32,
    pub(super) expression_length: usize,
    pub(super) expression_depth: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Activity {
    pub(super) activity: ActivityId,
    pub(super) sid: Arc<str>,
    pub(super) friendly_name: Arc<str>,
    pub(super) available: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskChannel {
    pub(super) task_channel: TaskChannelId,
    pub(super) friendly_name: Arc<str>,
    pub(super) unique_name: Arc<str>,
    pub(super) channel_optimized_routing: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskQueue {
    pub(super) task_queue: TaskQueueId,
    pub(super) friendly_name: Arc<str>,
    pub(super) target_workers: Arc<str>,
    pub(super) max_reserved_workers: u32,
    pub(super) task_order: TaskOrder,
    pub(super) reservation_activity: Option<ActivityId>,
    pub(super) assignment_activity: Option<ActivityId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configuration {
    pub(super) filters: Vec<Filter>,
    pub(super) default_filter: Option<Target>,
    /// The queue of a task that goes without filters; then there are none.
    pub(super) direct: Option<TaskQueueId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    pub(super) expression: String,
    pub(super) targets: Vec<Target>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Target {
    pub(super) queue: TaskQueueId,
    pub(super) priority: Option<u32>,
    #[serde(with = "crate::time::span::optional")]
    pub(super) timeout: Option<Duration>,
    pub(super) expression: Option<String>,
    pub(super) order_by: Option<String>,
    pub(super) skip_if: Option<String>,
    pub(super) known_worker: Option<KnownWorker>,
}

/// Which attribute names the only worker of a step, and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KnownWorker {
    /// A SID.
    Sid(String),
    /// A friendly name.
    FriendlyName(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Workflow {
    pub(super) workflow: WorkflowId,
    pub(super) friendly_name: Arc<str>,
    #[serde(with = "crate::time::span")]
    pub(super) task_reservation_timeout: Duration,
    /// An index of `configurations`.
    pub(super) configuration: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Worker {
    pub(super) worker: WorkerId,
    pub(super) sid: Arc<str>,
    pub(super) friendly_name: Arc<str>,
    pub(super) attributes: Attributes,
    pub(super) activity: ActivityId,
    pub(super) activity_since: Timestamp,
    pub(super) channels: BTreeMap<TaskChannelId, WorkerChannel>,
    pub(super) last_reserved: Option<LastReserved>,
    pub(super) revision: Revision,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkerChannel {
    pub(super) capacity: u32,
    pub(super) available: bool,
    pub(super) last_reserved: Option<LastReserved>,
    pub(super) revision: Revision,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastReserved {
    pub(super) at: Timestamp,
    /// How many reservations had been made by then, this one included.
    pub(super) made: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revision {
    pub(super) version: u64,
    pub(super) updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    pub(super) task: TaskId,
    pub(super) workflow: Option<WorkflowId>,
    pub(super) workflow_name: Option<Arc<str>>,
    pub(super) routing_target: Option<RoutingTarget>,
    /// An index of `configurations`.
    pub(super) configuration: usize,
    pub(super) attributes: Attributes,
    pub(super) priority: u32,
    pub(super) created_at: Timestamp,
    pub(super) virtual_start_time: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) task_channel: TaskChannelId,
    pub(super) task_channel_unique_name: Arc<str>,
    pub(super) state: TaskState,
    pub(super) reason: Option<Arc<str>>,
    pub(super) place: Option<Place>,
    pub(super) pass: Pass,
    pub(super) revisit: Revisit,
    pub(super) assignments: u32,
    pub(super) revision: Revision,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RoutingTarget {
    /// To a worker.
    Worker { worker: WorkerId, task_queue: Option<TaskQueueId>, ignore_capacity: bool },
    /// Into a queue.
    TaskQueue(TaskQueueId),
    /// Into a workflow.
    Workflow(WorkflowId),
}

/// Which reservation was accepted is told by the reservations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum TaskState {
    /// Waiting.
    Pending,
    /// Workers have been asked.
    Reserved,
    /// Taken.
    Assigned { until: Timestamp },
    /// Taken, after-work running.
    Wrapping { until: Timestamp },
    /// Done.
    Completed { purge_at: Timestamp },
    /// Ended without being done.
    Canceled { purge_at: Timestamp },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) filter: FilterRef,
    pub(super) target: usize,
    pub(super) task_queue: TaskQueueId,
    pub(super) task_queue_name: Arc<str>,
    pub(super) task_order: TaskOrder,
    pub(super) queue_entered_at: Timestamp,
    pub(super) deadline: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pass {
    pub(super) base: Timestamp,
    #[serde(with = "crate::time::span")]
    pub(super) sum: Duration,
    pub(super) entered: Option<FilterRef>,
    pub(super) timed_out: bool,
}

/// What a reserved task owes when it returns to pending.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Revisit {
    /// Nothing.
    Nothing,
    /// To read the filters again.
    Filters,
    /// A new pass.
    Workflow,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reservation {
    pub(super) reservation: ReservationId,
    pub(super) task: TaskId,
    pub(super) worker: WorkerId,
    pub(super) task_queue: Option<TaskQueueId>,
    pub(super) task_channel: TaskChannelId,
    pub(super) status: ReservationStatus,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) moved: Option<Moved>,
    pub(super) revision: Revision,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moved {
    pub(super) from: ActivityId,
    pub(super) to: ActivityId,
}
