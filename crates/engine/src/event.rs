//! What happened, as values that are complete when emitted: nobody has to look a subject up (semantics section 9).
//! Which events follow which command, and in which order, is written down in `docs/events.md`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::Attributes;

use crate::command::RoutingTarget;
use crate::id::{ActivityId, ReservationId, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
use crate::revision::Revision;
use crate::status::{ReservationStatus, TaskStatus};
use crate::time::Timestamp;

/// One fact, with its place in the engine's history.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// 1 for the first event of an engine, then without gaps.
    pub sequence: u64,
    /// When it happened: a timer's due time, or the `now` of the command.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// Declares the event kinds, grouped by the facts they carry.
macro_rules! event_kinds {
    ($($(#[$subject_doc:meta])* $subject:ident($facts:ty) { $($(#[$doc:meta])* $kind:ident = $name:literal,)* })*) => {
        /// What happened. The names in texts are TaskRouter's (semantics section 9.2).
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(tag = "type", content = "data"))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum EventKind {
            $($(
                $(#[$doc])*
                #[cfg_attr(feature = "serde", serde(rename = $name))]
                $kind(Arc<$facts>),
            )*)*
        }

        impl EventKind {
            /// The name of every kind, grouped by subject.
            pub const NAMES: &'static [&'static str] = &[$($($name,)*)*];

            /// The kind's name in texts: `task.created`.
            pub fn name(&self) -> &'static str {
                match self {
                    $($(Self::$kind(_) => $name,)*)*
                }
            }

            /// The facts it carries.
            pub fn subject(&self) -> Subject<'_> {
                match self {
                    $($(Self::$kind(facts) => Subject::$subject(facts),)*)*
                }
            }
        }

        /// What an event is about.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Subject<'a> {
            $($(#[$subject_doc])* $subject(&'a $facts),)*
        }
    };
}

event_kinds! {
    /// The workspace.
    Workspace(WorkspaceFacts) {
        /// A setting changed.
        WorkspaceUpdated = "workspace.updated",
        /// The workspace has ended.
        WorkspaceDeleted = "workspace.deleted",
    }
    /// An activity.
    Activity(ActivityFacts) {
        /// Added.
        ActivityCreated = "activity.created",
        /// Renamed.
        ActivityUpdated = "activity.updated",
        /// Removed.
        ActivityDeleted = "activity.deleted",
    }
    /// A task channel.
    TaskChannel(TaskChannelFacts) {
        /// Added.
        TaskChannelCreated = "task-channel.created",
        /// Changed.
        TaskChannelUpdated = "task-channel.updated",
        /// Removed.
        TaskChannelDeleted = "task-channel.deleted",
    }
    /// A task queue.
    TaskQueue(TaskQueueFacts) {
        /// Added.
        TaskQueueCreated = "task-queue.created",
        /// Its expression changed.
        TaskQueueExpressionUpdated = "task-queue.expression.updated",
        /// Removed.
        TaskQueueDeleted = "task-queue.deleted",
    }
    /// A workflow.
    Workflow(WorkflowFacts) {
        /// Added.
        WorkflowCreated = "workflow.created",
        /// Changed.
        WorkflowUpdated = "workflow.updated",
        /// Removed.
        WorkflowDeleted = "workflow.deleted",
    }
    /// A worker.
    Worker(WorkerFacts) {
        /// Added.
        WorkerCreated = "worker.created",
        /// Attributes or friendly name changed.
        WorkerAttributesUpdated = "worker.attributes.update",
        /// Removed.
        WorkerDeleted = "worker.deleted",
    }
    /// A worker and the activity it came from.
    WorkerActivity(WorkerActivityFacts) {
        /// The activity changed.
        WorkerActivityUpdated = "worker.activity.update",
    }
    /// A worker and one of its channels.
    WorkerChannel(WorkerChannelFacts) {
        /// The configured capacity changed.
        WorkerCapacityUpdated = "worker.capacity.update",
        /// The channel was opened or closed for new tasks.
        WorkerChannelAvailabilityUpdated = "worker.channel.availability.update",
    }
    /// A task.
    Task(TaskFacts) {
        /// Created.
        TaskCreated = "task.created",
        /// Attributes, priority, virtual start time or channel changed.
        TaskUpdated = "task.updated",
        /// Canceled: by command, time to live, end of the workflow, or too many assignments.
        TaskCanceled = "task.canceled",
        /// Moved to wrapping.
        TaskWrapup = "task.wrapup",
        /// Completed.
        TaskCompleted = "task.completed",
        /// Removed by command.
        TaskDeleted = "task.deleted",
        /// Removed because it was assigned for 24 hours.
        TaskSystemDeleted = "task.system-deleted",
        /// Entered its workflow: once per task.
        WorkflowEntered = "workflow.entered",
        /// Entered a routing step.
        WorkflowTargetMatched = "workflow.target-matched",
        /// Fell out of the workflow by timeout or because nothing matched.
        WorkflowTimeout = "workflow.timeout",
        /// Fell out of the workflow by skipping its last step.
        WorkflowSkipped = "workflow.skipped",
        /// Entered a queue.
        TaskQueueEntered = "task-queue.entered",
        /// Leaves a step because its time is up; the facts name the queue it was in.
        TaskQueueTimeout = "task-queue.timeout",
        /// Leaves a queue for another; the facts name the one it was in.
        TaskQueueMoved = "task-queue.moved",
    }
    /// A reservation.
    Reservation(ReservationFacts) {
        /// A worker was asked.
        ReservationCreated = "reservation.created",
        /// The worker took the task.
        ReservationAccepted = "reservation.accepted",
        /// The worker refused.
        ReservationRejected = "reservation.rejected",
        /// The worker did not answer in time.
        ReservationTimedOut = "reservation.timeout",
        /// It ended for another reason.
        ReservationCanceled = "reservation.canceled",
        /// Another worker of the batch accepted.
        ReservationRescinded = "reservation.rescinded",
        /// After-work began.
        ReservationWrapup = "reservation.wrapup",
        /// Done, together with the task.
        ReservationCompleted = "reservation.completed",
    }
}

impl EventKind {
    /// The task it tells of: its own, or that of its reservation.
    pub fn task(&self) -> Option<&TaskFacts> {
        match self.subject() {
            Subject::Task(facts) => Some(facts),
            Subject::Reservation(facts) => Some(&facts.task),
            Subject::Workspace(_)
            | Subject::Activity(_)
            | Subject::TaskChannel(_)
            | Subject::TaskQueue(_)
            | Subject::Workflow(_)
            | Subject::Worker(_)
            | Subject::WorkerActivity(_)
            | Subject::WorkerChannel(_) => None,
        }
    }

    /// The worker it tells of: its own, or that of its reservation.
    pub fn worker(&self) -> Option<&WorkerFacts> {
        match self.subject() {
            Subject::Worker(facts) => Some(facts),
            Subject::WorkerActivity(facts) => Some(&facts.worker),
            Subject::WorkerChannel(facts) => Some(&facts.worker),
            Subject::Reservation(facts) => Some(&facts.worker),
            Subject::Workspace(_)
            | Subject::Activity(_)
            | Subject::TaskChannel(_)
            | Subject::TaskQueue(_)
            | Subject::Workflow(_)
            | Subject::Task(_) => None,
        }
    }

    /// The reservation it tells of.
    pub fn reservation(&self) -> Option<&ReservationFacts> {
        if let Subject::Reservation(facts) = self.subject() { Some(facts) } else { None }
    }
}

/// A workspace's settings of that moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceFacts {
    /// What people call it.
    pub friendly_name: Arc<str>,
}

/// An activity of that moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActivityFacts {
    /// The activity.
    pub activity: ActivityId,
    /// What people call it.
    pub friendly_name: Arc<str>,
    /// Whether workers in it are considered for tasks.
    pub available: bool,
}

/// A task channel of that moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskChannelFacts {
    /// The channel.
    pub task_channel: TaskChannelId,
    /// What people call it.
    pub friendly_name: Arc<str>,
    /// Its name in expressions.
    pub unique_name: Arc<str>,
    /// Whether "longest idle" looks at this channel only.
    pub channel_optimized_routing: bool,
}

/// A task queue of that moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskQueueFacts {
    /// The queue.
    pub task_queue: TaskQueueId,
    /// What people call it.
    pub friendly_name: Arc<str>,
    /// Its expression.
    pub target_workers: Arc<str>,
}

/// A workflow of that moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkflowFacts {
    /// The workflow.
    pub workflow: WorkflowId,
    /// What people call it.
    pub friendly_name: Arc<str>,
}

/// A worker of that moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerFacts {
    /// The worker.
    pub worker: WorkerId,
    /// What people call the worker.
    pub friendly_name: Arc<str>,
    /// The attributes then in force.
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub attributes: Attributes,
    /// The activity.
    pub activity: ActivityId,
    /// What people call the activity.
    pub activity_name: Arc<str>,
    /// Whether the activity is an available one.
    pub available: bool,
    /// Since when the worker is in it.
    pub activity_since: Timestamp,
    /// The worker's version.
    pub revision: Revision,
}

/// A worker after a change of activity.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerActivityFacts {
    /// The worker, in the new activity.
    pub worker: WorkerFacts,
    /// The activity before.
    pub previous_activity: ActivityId,
    /// What people call the activity before.
    pub previous_activity_name: Arc<str>,
    /// How long the worker was in it.
    #[cfg_attr(feature = "serde", serde(with = "crate::time::span"))]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub time_in_previous_activity: Duration,
}

/// A worker and the state of one of its channels.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerChannelFacts {
    /// The worker.
    pub worker: WorkerFacts,
    /// The channel.
    pub task_channel: TaskChannelId,
    /// The channel's name in expressions.
    pub unique_name: Arc<str>,
    /// Whether new tasks of this channel are taken.
    pub available: bool,
    /// How many tasks at once.
    pub configured_capacity: u32,
    /// How many tasks at once before the change; the same when the capacity did not change.
    pub previous_capacity: u32,
    /// The free share of the capacity, 0 to 100.
    pub available_capacity_percentage: u32,
    /// Reservations accepted on this channel, wrapping ones not counted.
    pub assigned_tasks: u32,
    /// The version of the worker's share of the channel.
    pub revision: Revision,
}

/// A task of that moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskFacts {
    /// The task.
    pub task: TaskId,
    /// The attributes then in force.
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub attributes: Attributes,
    /// Where it is in its life.
    pub status: TaskStatus,
    /// Its priority.
    pub priority: u32,
    /// When it was created: its age is the event's time since then.
    pub created_at: Timestamp,
    /// The instant its place in the order counts from.
    pub virtual_start_time: Timestamp,
    /// When its time to live as a pending or reserved task is up.
    pub expires_at: Timestamp,
    /// Why it was canceled, completed or moved to wrapping.
    pub reason: Option<Arc<str>>,
    /// Its channel.
    pub task_channel: TaskChannelId,
    /// The channel's name in expressions.
    pub task_channel_unique_name: Arc<str>,
    /// Its workflow; a task with a routing target may have none.
    pub workflow: Option<WorkflowId>,
    /// What people call the workflow.
    pub workflow_name: Option<Arc<str>>,
    /// Where it goes without reading filters.
    pub routing_target: Option<RoutingTarget>,
    /// The routing step it is in, or was in last.
    pub step: Option<StepFacts>,
    /// The task's version.
    pub revision: Revision,
}

/// A task's place in its workflow.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepFacts {
    /// The filter.
    pub filter: FilterRef,
    /// The zero-based index of the routing step in the filter.
    pub target: usize,
    /// The queue.
    pub task_queue: TaskQueueId,
    /// What people call the queue.
    pub task_queue_name: Arc<str>,
    /// When the task entered this queue.
    pub queue_entered_at: Timestamp,
    /// The only worker this step considers, when the step names one and the task names a worker that exists.
    pub known_worker: Option<WorkerId>,
}

/// The reason of a task that was canceled because its filters were read and led nowhere (Q25).
pub const NO_FILTER_MATCHES: &str = "Task canceled because no workflow filter matched and there is no default filter";

/// A filter of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FilterRef {
    /// The filter at this zero-based place.
    Index(usize),
    /// The default filter.
    Default,
    /// None: the task's routing target.
    Direct,
}

/// `0`, `1`, ..., `default` or `direct`.
impl fmt::Display for FilterRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => fmt::Display::fmt(index, f),
            Self::Default => f.pad("default"),
            Self::Direct => f.pad("direct"),
        }
    }
}

/// A reservation of that moment, with its task and worker.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReservationFacts {
    /// The reservation.
    pub reservation: ReservationId,
    /// Where it is in its life.
    pub status: ReservationStatus,
    /// The task.
    pub task: Arc<TaskFacts>,
    /// The worker.
    pub worker: Arc<WorkerFacts>,
    /// The queue the task was in when the worker was asked.
    pub task_queue: Option<TaskQueueId>,
    /// When the worker was asked.
    pub created_at: Timestamp,
    /// When the worker's time to answer is up; absent once answered or held.
    pub expires_at: Option<Timestamp>,
    /// The reservation's version.
    pub revision: Revision,
}

/// One line: time, kind, subject and what matters of it.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8} {} {}", self.at, self.kind.name(), self.kind.subject())
    }
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace(facts) => write!(f, "workspace={:?}", facts.friendly_name),
            Self::Activity(facts) => write!(f, "activity={:?} available={}", facts.friendly_name, facts.available),
            Self::TaskChannel(facts) => write!(f, "channel={}", facts.unique_name),
            Self::TaskQueue(facts) => write!(f, "queue={:?}", facts.friendly_name),
            Self::Workflow(facts) => write!(f, "workflow={:?}", facts.friendly_name),
            Self::Worker(facts) => write!(f, "{facts}"),
            Self::WorkerActivity(facts) => write!(f, "{} from={:?}", facts.worker, facts.previous_activity_name),
            Self::WorkerChannel(facts) => write!(
                f,
                "{} channel={} available={} capacity={}",
                facts.worker, facts.unique_name, facts.available, facts.configured_capacity
            ),
            Self::Task(facts) => write!(f, "{facts}"),
            Self::Reservation(facts) => {
                write!(f, "{} {} worker={:?}", facts.reservation, facts.task, facts.worker.friendly_name)
            }
        }
    }
}

impl fmt::Display for WorkerFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker={:?} activity={:?}", self.friendly_name, self.activity_name)
    }
}

impl fmt::Display for TaskFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task={} status={} priority={}", self.task, self.status, self.priority)?;
        if let Some(step) = &self.step {
            write!(f, " queue={:?}", step.task_queue_name)?;
        }
        match &self.reason {
            Some(reason) => write!(f, " reason={reason:?}"),
            None => Ok(()),
        }
    }
}
