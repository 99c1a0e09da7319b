//! What an operator configures, as plain values: the workspace and everything declared in it.
//!
//! Specs hold texts and ids as given; the catalog judges and compiles them. The same specs travel inside the
//! `create_*` commands, so a workspace declared at once and one built command by command are alike.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use pointsman_expr::{Object, Value};

use crate::id::{ActivityId, TaskChannelId, TaskQueueId, WorkerId, WorkflowId};
use crate::limits::{DEFAULT_RESERVATION_TIMEOUT, Limits};
use crate::setters::setters;
use crate::time::Timestamp;

/// A workspace and what it holds when the engine starts (semantics section 8).
///
/// What is left out has TaskRouter's default: multitasking, the activities Offline, Available and Unavailable with
/// Offline as default and timeout activity, and the channels voice, sms, chat, video and default.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceSpec {
    /// What people call the workspace.
    pub friendly_name: String,
    /// The instant the engine's clock starts at.
    pub start: Timestamp,
    /// Multitasking (the default) or single-tasking (semantics section 7.4).
    pub multi_task_enabled: bool,
    /// Which class of queues goes first when a worker can serve both.
    pub prioritize_queue_order: TaskOrder,
    /// What the timeouts of routing steps count from.
    pub timeout_basis: TimeoutBasis,
    /// The activity of a worker created without one; `Offline` when absent.
    pub default_activity: Option<ActivityId>,
    /// The activity of a worker whose reservation timed out; `Offline` when absent.
    pub timeout_activity: Option<ActivityId>,
    /// What a new workspace holds beyond its activities.
    pub template: Template,
    /// Activities; when there are none, TaskRouter's three.
    pub activities: Vec<ActivitySpec>,
    /// Task channels; when there are none, TaskRouter's five. `default` always exists.
    pub task_channels: Vec<TaskChannelSpec>,
    /// Task queues.
    pub task_queues: Vec<TaskQueueSpec>,
    /// Workflows.
    pub workflows: Vec<WorkflowSpec>,
    /// Workers, in the order that breaks ties between them.
    pub workers: Vec<WorkerSpec>,
    /// Bounds on sizes and counts.
    pub limits: Limits,
}

impl WorkspaceSpec {
    /// An empty multitasking workspace.
    pub fn new(friendly_name: impl Into<String>) -> Self {
        Self {
            friendly_name: friendly_name.into(),
            start: Timestamp::EPOCH,
            multi_task_enabled: true,
            prioritize_queue_order: TaskOrder::Fifo,
            timeout_basis: TimeoutBasis::TaskAge,
            default_activity: None,
            timeout_activity: None,
            template: Template::None,
            activities: Vec::new(),
            task_channels: Vec::new(),
            task_queues: Vec::new(),
            workflows: Vec::new(),
            workers: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// Adds an activity. The first one replaces TaskRouter's three.
    #[must_use]
    pub fn activity(mut self, activity: ActivitySpec) -> Self {
        self.activities.push(activity);
        self
    }

    /// Adds a task channel. The first one replaces TaskRouter's five; `default` stays.
    #[must_use]
    pub fn task_channel(mut self, channel: TaskChannelSpec) -> Self {
        self.task_channels.push(channel);
        self
    }

    /// Adds a task queue.
    #[must_use]
    pub fn task_queue(mut self, queue: TaskQueueSpec) -> Self {
        self.task_queues.push(queue);
        self
    }

    /// Adds a workflow.
    #[must_use]
    pub fn workflow(mut self, workflow: WorkflowSpec) -> Self {
        self.workflows.push(workflow);
        self
    }

    /// Adds a worker.
    #[must_use]
    pub fn worker(mut self, worker: WorkerSpec) -> Self {
        self.workers.push(worker);
        self
    }

    /// The same with the queue and the workflow of its template written out, behind its own.
    #[must_use]
    pub fn expanded(mut self) -> Self {
        match std::mem::take(&mut self.template) {
            Template::None => self,
            Template::Fifo => {
                let queue = TaskQueueSpec::new("Sample Queue", "1==1");
                let configuration = WorkflowConfiguration::new().default_filter(TargetSpec::to(queue.task_queue));
                let workflow = WorkflowSpec::new("Default Fifo Workflow", configuration);
                self.task_queue(queue).workflow(workflow)
            }
        }
    }
}

setters! { WorkspaceSpec {
    /// Starts the engine's clock at this instant.
    start(instant: Timestamp) => instant;
    /// Multitasking (`true`) or single-tasking.
    multi_task_enabled(enabled: bool) => enabled;
    /// Which class of queues goes first.
    prioritize_queue_order(order: TaskOrder) => order;
    /// What the timeouts of routing steps count from.
    timeout_basis(basis: TimeoutBasis) => basis;
    /// The activity of a worker created without one.
    default_activity(activity: impl Into<ActivityId>) => Some(activity.into());
    /// The activity after a reservation timeout.
    timeout_activity(activity: impl Into<ActivityId>) => Some(activity.into());
    /// What the workspace holds at first.
    template(template: Template) => template;
    /// Bounds on sizes and counts.
    limits(limits: Limits) => limits;
} }

/// The unnamed empty workspace.
impl Default for WorkspaceSpec {
    fn default() -> Self {
        Self::new("Workspace")
    }
}

/// What a new workspace holds beyond its activities (semantics section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Template {
    /// Nothing.
    #[default]
    None,
    /// The queue `Sample Queue` for every worker and the workflow `Default Fifo Workflow` into it.
    Fifo,
}

/// The order of the tasks of a queue, and of the two classes of queues (semantics sections 3.2 and 3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "UPPERCASE"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TaskOrder {
    /// Higher priority first, then older first.
    #[default]
    Fifo,
    /// Newest first, whatever the priority.
    Lifo,
}

/// What the timeout of a routing step counts from (Q22).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TimeoutBasis {
    /// The start of the task's pass through the workflow, all timeouts of the pass added up (rule R5): as TaskRouter does.
    #[default]
    TaskAge,
    /// The instant at which the task entered the step.
    StepEntry,
}

/// A named state of workers (semantics section 6.2).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActivitySpec {
    /// The id.
    pub activity: ActivityId,
    /// What expressions see as `activity_sid`; the text form of the id when absent.
    #[cfg_attr(feature = "serde", serde(default))]
    pub sid: Option<String>,
    /// What people and `activity_name` call it.
    pub friendly_name: String,
    /// Whether workers in it are considered for tasks. It never changes.
    pub available: bool,
}

impl ActivitySpec {
    /// An activity known by this name.
    pub fn new(name: &str, available: bool) -> Self {
        Self { activity: name.into(), sid: None, friendly_name: name.to_owned(), available }
    }
}

setters! { ActivitySpec {
    /// Another id than the one of the name.
    activity(id: ActivityId) => id;
    /// What expressions see as `activity_sid`.
    sid(sid: impl Into<String>) => Some(sid.into());
    /// Another friendly name than the name.
    friendly_name(name: impl Into<String>) => name.into();
} }

/// A kind of work with its own capacity per worker (semantics section 7.1).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskChannelSpec {
    /// The id.
    pub task_channel: TaskChannelId,
    /// What people call it.
    pub friendly_name: String,
    /// The name in expressions, `worker.channel.<unique_name>`: letters, digits, `_` and `$`, no digit in front.
    pub unique_name: String,
    /// Whether "longest idle" looks at this channel only (Q46).
    #[cfg_attr(feature = "serde", serde(default))]
    pub channel_optimized_routing: bool,
}

impl TaskChannelSpec {
    /// A channel with this unique name.
    pub fn new(unique_name: &str) -> Self {
        Self {
            task_channel: unique_name.into(),
            friendly_name: unique_name.to_owned(),
            unique_name: unique_name.to_owned(),
            channel_optimized_routing: false,
        }
    }
}

setters! { TaskChannelSpec {
    /// Another id than the one of the unique name.
    task_channel(id: TaskChannelId) => id;
    /// Another friendly name than the unique name.
    friendly_name(name: impl Into<String>) => name.into();
    /// Whether "longest idle" looks at this channel only.
    channel_optimized_routing(optimized: bool) => optimized;
} }

/// A standing predicate over workers, with an order for its tasks (semantics section 3.1).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskQueueSpec {
    /// The id.
    pub task_queue: TaskQueueId,
    /// What people call it.
    pub friendly_name: String,
    /// The expression over worker attributes; an empty text matches no worker.
    #[cfg_attr(feature = "serde", serde(default = "every_worker"))]
    pub target_workers: String,
    /// How many workers are reserved at once for one task.
    #[cfg_attr(feature = "serde", serde(default = "one"))]
    pub max_reserved_workers: u32,
    /// The order of the queue's tasks.
    #[cfg_attr(feature = "serde", serde(default))]
    pub task_order: TaskOrder,
    /// Single-tasking: the activity of a reserved worker; none changes nothing (rule R23).
    #[cfg_attr(feature = "serde", serde(default))]
    pub reservation_activity: Option<ActivityId>,
    /// Single-tasking: the activity of a worker who accepted; none changes nothing.
    #[cfg_attr(feature = "serde", serde(default))]
    pub assignment_activity: Option<ActivityId>,
}

#[cfg(feature = "serde")]
fn every_worker() -> String {
    "1==1".to_owned()
}

#[cfg(feature = "serde")]
fn one() -> u32 {
    1
}

impl TaskQueueSpec {
    /// A FIFO queue that reserves one worker at a time.
    pub fn new(name: &str, target_workers: impl Into<String>) -> Self {
        Self {
            task_queue: name.into(),
            friendly_name: name.to_owned(),
            target_workers: target_workers.into(),
            max_reserved_workers: 1,
            task_order: TaskOrder::Fifo,
            reservation_activity: None,
            assignment_activity: None,
        }
    }
}

setters! { TaskQueueSpec {
    /// Another id than the one of the name.
    task_queue(id: TaskQueueId) => id;
    /// Another friendly name than the name.
    friendly_name(name: impl Into<String>) => name.into();
    /// How many workers are reserved at once for one task.
    max_reserved_workers(count: u32) => count;
    /// The order of the queue's tasks.
    task_order(order: TaskOrder) => order;
    /// Single-tasking: the activity of a reserved worker.
    reservation_activity(activity: impl Into<ActivityId>) => Some(activity.into());
    /// Single-tasking: the activity of a worker who accepted.
    assignment_activity(activity: impl Into<ActivityId>) => Some(activity.into());
} }

/// A workflow: how tasks find their queue (semantics section 2).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkflowSpec {
    /// The id.
    pub workflow: WorkflowId,
    /// What people call it.
    pub friendly_name: String,
    /// How long a reserved worker has to answer: 1 s to 24 h.
    #[cfg_attr(feature = "serde", serde(with = "crate::time::span", default = "default_reservation_timeout"))]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub task_reservation_timeout: Duration,
    /// Filters, targets and the default filter.
    pub configuration: WorkflowConfiguration,
}

#[cfg(feature = "serde")]
fn default_reservation_timeout() -> Duration {
    DEFAULT_RESERVATION_TIMEOUT
}

impl WorkflowSpec {
    /// A workflow with TaskRouter's reservation timeout of 120 s.
    pub fn new(name: &str, configuration: WorkflowConfiguration) -> Self {
        Self {
            workflow: name.into(),
            friendly_name: name.to_owned(),
            task_reservation_timeout: DEFAULT_RESERVATION_TIMEOUT,
            configuration,
        }
    }
}

setters! { WorkflowSpec {
    /// Another id than the one of the name.
    workflow(id: WorkflowId) => id;
    /// Another friendly name than the name.
    friendly_name(name: impl Into<String>) => name.into();
    /// How long a reserved worker has to answer.
    task_reservation_timeout(span: Duration) => span;
} }

/// Filters in the order they are tried, and where a task goes that matches none (semantics section 2.2).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkflowConfiguration {
    /// Filters, first match first.
    pub filters: Vec<FilterSpec>,
    /// Where a task goes that matches no filter. Its timeout and `skip_if` are ignored (Q19).
    pub default_filter: Option<TargetSpec>,
}

impl WorkflowConfiguration {
    /// A configuration without filters: every task is canceled until one is added.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a filter below the others.
    #[must_use]
    pub fn filter(mut self, filter: FilterSpec) -> Self {
        self.filters.push(filter);
        self
    }
}

setters! { WorkflowConfiguration {
    /// Where a task goes that matches no filter.
    default_filter(target: TargetSpec) => Some(target);
} }

/// A predicate over tasks and the routing steps of those that match.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilterSpec {
    /// What people call it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub friendly_name: Option<String>,
    /// The expression over task attributes.
    pub expression: String,
    /// Routing steps in order; the first names a queue.
    pub targets: Vec<TargetSpec>,
}

impl FilterSpec {
    /// A filter without targets yet; one is needed.
    pub fn new(expression: impl Into<String>) -> Self {
        Self { friendly_name: None, expression: expression.into(), targets: Vec::new() }
    }

    /// Adds a routing step below the others.
    #[must_use]
    pub fn target(mut self, target: TargetSpec) -> Self {
        self.targets.push(target);
        self
    }
}

setters! { FilterSpec {
    /// What people call it.
    friendly_name(name: impl Into<String>) => Some(name.into());
} }

/// A routing step (semantics section 2.4). Everything but the queue applies to this step only.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TargetSpec {
    /// The queue; when absent, that of the step before.
    pub queue: Option<TaskQueueId>,
    /// Overwrites the task's priority.
    pub priority: Option<u32>,
    /// How long the step lasts, at least 1 s, counted by the pass's cumulative clock (rule R5).
    #[cfg_attr(feature = "serde", serde(with = "crate::time::span::optional"))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub timeout: Option<Duration>,
    /// The expression over task and worker that narrows the queue's workers.
    pub expression: Option<String>,
    /// The order of the workers.
    pub order_by: Option<String>,
    /// Leave the step at once when nobody can be reserved and this holds.
    pub skip_if: Option<String>,
    /// Consider this worker only.
    pub known_worker: Option<KnownWorkerSpec>,
}

impl TargetSpec {
    /// A step in the queue of the step before it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A step in this queue.
    pub fn to(queue: impl Into<TaskQueueId>) -> Self {
        Self { queue: Some(queue.into()), ..Self::default() }
    }
}

setters! { TargetSpec {
    /// The queue of this step and of those below it that name none.
    queue(queue: impl Into<TaskQueueId>) => Some(queue.into());
    /// Overwrites the task's priority.
    priority(priority: u32) => Some(priority);
    /// How long the step lasts.
    timeout(span: Duration) => Some(span);
    /// Narrows the queue's workers.
    expression(text: impl Into<String>) => Some(text.into());
    /// The order of the workers.
    order_by(text: impl Into<String>) => Some(text.into());
    /// Leave the step when nobody can be reserved and this holds.
    skip_if(text: impl Into<String>) => Some(text.into());
    /// Consider this worker only.
    known_worker(known: KnownWorkerSpec) => Some(known);
} }

/// The task attribute that names the only worker of a step (semantics section 2.10), such as `task.agent_sid`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum KnownWorkerSpec {
    /// The attribute holds a worker's SID.
    Sid(String),
    /// The attribute holds a worker's friendly name, matched without regard to case.
    FriendlyName(String),
}

/// A worker (semantics section 6.1).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerSpec {
    /// The id.
    pub worker: WorkerId,
    /// What expressions see as `worker.sid`; the text form of the id when absent.
    #[cfg_attr(feature = "serde", serde(default))]
    pub sid: Option<String>,
    /// What people call the worker: unique in the workspace, without regard to case.
    pub friendly_name: String,
    /// A JSON object.
    #[cfg_attr(feature = "serde", serde(default = "no_attributes"))]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub attributes: Value,
    /// The activity; the workspace's default activity when absent.
    #[cfg_attr(feature = "serde", serde(default))]
    pub activity: Option<ActivityId>,
    /// Channels that differ from capacity 1 and available.
    #[cfg_attr(feature = "serde", serde(default))]
    pub channels: BTreeMap<TaskChannelId, WorkerChannelSpec>,
    /// How long ago the worker was last reserved; absent means never, which counts as longest (rule R2).
    #[cfg_attr(feature = "serde", serde(default, with = "crate::time::span::optional"))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub idle_for: Option<Duration>,
}

/// The empty attribute document. All of them are one.
pub(crate) fn no_attributes() -> Value {
    static EMPTY: LazyLock<Arc<Object>> = LazyLock::new(Arc::default);
    Value::Object(Arc::clone(&EMPTY))
}

impl WorkerSpec {
    /// A worker without attributes, in the default activity, with capacity 1 on every channel.
    pub fn new(name: &str) -> Self {
        Self {
            worker: name.into(),
            sid: None,
            friendly_name: name.to_owned(),
            attributes: no_attributes(),
            activity: None,
            channels: BTreeMap::new(),
            idle_for: None,
        }
    }

    /// Sets capacity and availability on one channel.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<TaskChannelId>, spec: WorkerChannelSpec) -> Self {
        self.channels.insert(channel.into(), spec);
        self
    }
}

setters! { WorkerSpec {
    /// Another id than the one of the name.
    worker(id: WorkerId) => id;
    /// What expressions see as `worker.sid`.
    sid(sid: impl Into<String>) => Some(sid.into());
    /// Another friendly name than the name.
    friendly_name(name: impl Into<String>) => name.into();
    /// A JSON object.
    attributes(attributes: impl Into<Value>) => attributes.into();
    /// The activity at the start.
    activity(activity: impl Into<ActivityId>) => Some(activity.into());
    /// How long ago the worker was last reserved.
    idle_for(span: Duration) => Some(span);
} }

/// A worker's share of a task channel (semantics section 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerChannelSpec {
    /// How many tasks at once; 0 takes none.
    pub capacity: u32,
    /// Whether new tasks of this channel are taken at all.
    pub available: bool,
}

impl Default for WorkerChannelSpec {
    fn default() -> Self {
        Self { capacity: 1, available: true }
    }
}

impl WorkerChannelSpec {
    /// An available channel with this capacity.
    pub fn new(capacity: u32) -> Self {
        Self { capacity, available: true }
    }
}

setters! { WorkerChannelSpec {
    /// Whether new tasks of this channel are taken at all.
    available(available: bool) => available;
} }
