//! What a driver may ask of the engine, as values. Ids of what is created travel inside the command, so that a
//! retry is recognisable and nothing here needs an answer.

mod reservation;
mod routing;

use std::time::Duration;

use pointsman_expr::Value;

pub use reservation::{AcceptReservation, CancelReservation, HoldReservation, RejectReservation, ReservationRef};
pub use routing::RoutingTarget;

use crate::id::{ActivityId, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
use crate::setters::setters;
use crate::spec::{
    ActivitySpec, TaskChannelSpec, TaskOrder, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    no_attributes,
};
use crate::time::Timestamp;

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($payload:ident) = $text:literal,)*) => {
        /// Everything a driver may ask, one variant per command; each is applied whole or refused whole.
        ///
        /// Written as text, a command is an object with one key, its name in snake case.
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Command {
            $($(#[$doc])* $name($payload),)*
        }

        impl Command {
            /// The name of every command, in the order of the enum.
            pub const NAMES: &'static [&'static str] = &[$($text),*];

            /// The command's name in texts: `create_task`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $text,)*
                }
            }
        }

        $(
            impl From<$payload> for Command {
                fn from(payload: $payload) -> Self {
                    Self::$name(payload)
                }
            }
        )*
    };
}

commands! {
    /// Changes the workspace's settings.
    UpdateWorkspace(UpdateWorkspace) = "update_workspace",
    /// Ends the workspace: everything after is refused (rule R22).
    DeleteWorkspace(DeleteWorkspace) = "delete_workspace",
    /// Adds an activity.
    CreateActivity(ActivitySpec) = "create_activity",
    /// Renames an activity.
    UpdateActivity(UpdateActivity) = "update_activity",
    /// Removes an activity that is not in use.
    DeleteActivity(DeleteActivity) = "delete_activity",
    /// Adds a task channel, and a worker channel for every worker.
    CreateTaskChannel(TaskChannelSpec) = "create_task_channel",
    /// Changes a task channel.
    UpdateTaskChannel(UpdateTaskChannel) = "update_task_channel",
    /// Removes a task channel that is not in use.
    DeleteTaskChannel(DeleteTaskChannel) = "delete_task_channel",
    /// Adds a task queue.
    CreateTaskQueue(TaskQueueSpec) = "create_task_queue",
    /// Changes a task queue; a changed expression changes its members at once.
    UpdateTaskQueue(UpdateTaskQueue) = "update_task_queue",
    /// Removes a task queue that is not in use.
    DeleteTaskQueue(DeleteTaskQueue) = "delete_task_queue",
    /// Adds a workflow.
    CreateWorkflow(WorkflowSpec) = "create_workflow",
    /// Changes a workflow; tasks in it follow only when asked to.
    UpdateWorkflow(UpdateWorkflow) = "update_workflow",
    /// Removes a workflow that is not in use.
    DeleteWorkflow(DeleteWorkflow) = "delete_workflow",
    /// Adds a worker.
    CreateWorker(WorkerSpec) = "create_worker",
    /// Changes a worker.
    UpdateWorker(UpdateWorker) = "update_worker",
    /// Moves a worker to an activity.
    SetWorkerActivity(SetWorkerActivity) = "set_worker_activity",
    /// Changes a worker's capacity or availability on one channel.
    UpdateWorkerChannel(UpdateWorkerChannel) = "update_worker_channel",
    /// Removes a worker.
    DeleteWorker(DeleteWorker) = "delete_worker",
    /// Creates a task and sends it into its workflow.
    CreateTask(CreateTask) = "create_task",
    /// Changes a task.
    UpdateTask(UpdateTask) = "update_task",
    /// Cancels a pending or reserved task.
    CancelTask(CancelTask) = "cancel_task",
    /// Moves an assigned task to wrapping.
    WrapTask(WrapTask) = "wrap_task",
    /// Completes an assigned or wrapping task.
    CompleteTask(CompleteTask) = "complete_task",
    /// Removes a task in whatever state.
    DeleteTask(DeleteTask) = "delete_task",
    /// Accepts a pending reservation: the task is assigned, siblings are rescinded.
    AcceptReservation(AcceptReservation) = "accept_reservation",
    /// Rejects a pending reservation.
    RejectReservation(RejectReservation) = "reject_reservation",
    /// Stops the timer of a pending reservation while its acceptance is being set up (rule R24).
    HoldReservation(HoldReservation) = "hold_reservation",
    /// Ends a pending reservation because its callback or its set-up failed.
    CancelReservation(CancelReservation) = "cancel_reservation",
}

/// Declares a command's struct, its `new` from what is required, and its setters.
macro_rules! payload {
    (
        $(#[$doc:meta])* $name:ident
        new { $($(#[$required_doc:meta])* $required:ident: $required_type:ty,)* }
        with { $($(#[$optional_doc:meta])* $(@$attribute:meta)* $optional:ident: $optional_type:ty = $default:expr, $argument:ident: $argument_type:ty => $value:expr;)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name {
            $($(#[$required_doc])* pub $required: $required_type,)*
            $($(#[$optional_doc])* $(#[$attribute])* pub $optional: $optional_type,)*
        }

        impl $name {
            /// The command with what it needs; the rest keeps its default.
            #[allow(clippy::new_without_default, reason = "commands are made on purpose, not by default")]
            pub fn new($($required: impl Into<$required_type>),*) -> Self {
                Self { $($required: $required.into(),)* $($optional: $default,)* }
            }
        }

        setters! { $name { $($(#[$optional_doc])* $optional($argument: $argument_type) => $value;)* } }
    };
}

payload! {
    /// Changes the workspace's settings; what is absent stays.
    UpdateWorkspace
    new {}
    with {
        /// What people call the workspace.
        @cfg_attr(feature = "serde", serde(default))
        friendly_name: Option<String> = None, name: impl Into<String> => Some(name.into());
        /// The activity of a worker created without one.
        @cfg_attr(feature = "serde", serde(default))
        default_activity: Option<ActivityId> = None, activity: impl Into<ActivityId> => Some(activity.into());
        /// The activity after a reservation timeout.
        @cfg_attr(feature = "serde", serde(default))
        timeout_activity: Option<ActivityId> = None, activity: impl Into<ActivityId> => Some(activity.into());
        /// Which class of queues goes first.
        @cfg_attr(feature = "serde", serde(default))
        prioritize_queue_order: Option<TaskOrder> = None, order: TaskOrder => Some(order);
        /// `true` switches multitasking on; it cannot be switched off (semantics section 7.4).
        @cfg_attr(feature = "serde", serde(default))
        multi_task_enabled: Option<bool> = None, enabled: bool => Some(enabled);
    }
}

payload! {
    /// Ends the workspace.
    DeleteWorkspace
    new {}
    with {}
}

payload! {
    /// Renames an activity.
    UpdateActivity
    new {
        /// The activity.
        activity: ActivityId,
        /// Its new name.
        friendly_name: String,
    }
    with {}
}

payload! {
    /// Removes an activity; refused while it is in use (Q44).
    DeleteActivity
    new {
        /// The activity.
        activity: ActivityId,
    }
    with {}
}

payload! {
    /// Changes a task channel; what is absent stays.
    UpdateTaskChannel
    new {
        /// The channel.
        task_channel: TaskChannelId,
    }
    with {
        /// What people call it.
        @cfg_attr(feature = "serde", serde(default))
        friendly_name: Option<String> = None, name: impl Into<String> => Some(name.into());
        /// Whether "longest idle" looks at this channel only (Q46).
        @cfg_attr(feature = "serde", serde(default))
        channel_optimized_routing: Option<bool> = None, optimized: bool => Some(optimized);
    }
}

payload! {
    /// Removes a task channel; refused while it is in use, and always for `default` (rule R22).
    DeleteTaskChannel
    new {
        /// The channel.
        task_channel: TaskChannelId,
    }
    with {}
}

payload! {
    /// Changes a task queue; what is absent stays.
    UpdateTaskQueue
    new {
        /// The queue.
        task_queue: TaskQueueId,
    }
    with {
        /// What people call it.
        @cfg_attr(feature = "serde", serde(default))
        friendly_name: Option<String> = None, name: impl Into<String> => Some(name.into());
        /// The expression over worker attributes; an empty text matches no worker.
        @cfg_attr(feature = "serde", serde(default))
        target_workers: Option<String> = None, text: impl Into<String> => Some(text.into());
        /// How many workers are reserved at once for one task; open batches stay as they are (rule R11).
        @cfg_attr(feature = "serde", serde(default))
        max_reserved_workers: Option<u32> = None, count: u32 => Some(count);
        /// The order of the queue's tasks.
        @cfg_attr(feature = "serde", serde(default))
        task_order: Option<TaskOrder> = None, order: TaskOrder => Some(order);
        /// Single-tasking: the activity of a reserved worker.
        @cfg_attr(feature = "serde", serde(default))
        reservation_activity: Option<ActivityId> = None, activity: impl Into<ActivityId> => Some(activity.into());
        /// Single-tasking: the activity of a worker who accepted.
        @cfg_attr(feature = "serde", serde(default))
        assignment_activity: Option<ActivityId> = None, activity: impl Into<ActivityId> => Some(activity.into());
    }
}

payload! {
    /// Removes a task queue; refused while it is in use (rule R22).
    DeleteTaskQueue
    new {
        /// The queue.
        task_queue: TaskQueueId,
    }
    with {}
}

payload! {
    /// Changes a workflow; what is absent stays. Tasks already in it keep the old configuration unless asked to
    /// re-evaluate (Q30, rule R9).
    UpdateWorkflow
    new {
        /// The workflow.
        workflow: WorkflowId,
    }
    with {
        /// What people call it.
        @cfg_attr(feature = "serde", serde(default))
        friendly_name: Option<String> = None, name: impl Into<String> => Some(name.into());
        /// How long a reserved worker has to answer; open reservations keep theirs (Q41).
        @cfg_attr(feature = "serde", serde(default, with = "crate::time::span::optional"))
        @cfg_attr(feature = "schema", schemars(with = "Option<String>"))
        task_reservation_timeout: Option<Duration> = None, span: Duration => Some(span);
        /// Filters, targets and the default filter.
        @cfg_attr(feature = "serde", serde(default))
        configuration: Option<WorkflowConfiguration> = None, configuration: WorkflowConfiguration => Some(configuration);
        /// Whether the workflow's pending and reserved tasks start a new pass.
        @cfg_attr(feature = "serde", serde(default))
        re_evaluate_tasks: bool = false, re_evaluate: bool => re_evaluate;
    }
}

payload! {
    /// Removes a workflow; refused while it is in use (rule R22).
    DeleteWorkflow
    new {
        /// The workflow.
        workflow: WorkflowId,
    }
    with {}
}

payload! {
    /// Changes a worker; what is absent stays. All changes are applied, then tasks are matched once (rule R14).
    UpdateWorker
    new {
        /// The worker.
        worker: WorkerId,
    }
    with {
        /// What people call the worker.
        @cfg_attr(feature = "serde", serde(default))
        friendly_name: Option<String> = None, name: impl Into<String> => Some(name.into());
        /// A JSON object that replaces the attributes.
        @cfg_attr(feature = "serde", serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none"))
        @cfg_attr(feature = "schema", schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>"))
        attributes: Option<Value> = None, attributes: impl Into<Value> => Some(attributes.into());
        /// The new activity.
        @cfg_attr(feature = "serde", serde(default))
        activity: Option<ActivityId> = None, activity: impl Into<ActivityId> => Some(activity.into());
        /// Whether the worker's pending reservations are rejected: only with an unavailable activity (section 5.7).
        @cfg_attr(feature = "serde", serde(default))
        reject_pending_reservations: bool = false, reject: bool => reject;
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}

payload! {
    /// Moves a worker to an activity.
    SetWorkerActivity
    new {
        /// The worker.
        worker: WorkerId,
        /// The new activity.
        activity: ActivityId,
    }
    with {
        /// Whether the worker's pending reservations are rejected: only with an unavailable activity (section 5.7).
        @cfg_attr(feature = "serde", serde(default))
        reject_pending_reservations: bool = false, reject: bool => reject;
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}

payload! {
    /// Changes a worker's share of one channel; what is absent stays.
    UpdateWorkerChannel
    new {
        /// The worker.
        worker: WorkerId,
        /// The channel.
        task_channel: TaskChannelId,
    }
    with {
        /// How many tasks at once; 0 takes none.
        @cfg_attr(feature = "serde", serde(default))
        capacity: Option<u32> = None, capacity: u32 => Some(capacity);
        /// Whether new tasks of this channel are taken at all.
        @cfg_attr(feature = "serde", serde(default))
        available: Option<bool> = None, available: bool => Some(available);
    }
}

payload! {
    /// Removes a worker; refused while it holds accepted or wrapping work, and while reservations are pending
    /// unless forced (Q43).
    DeleteWorker
    new {
        /// The worker.
        worker: WorkerId,
    }
    with {
        /// Whether pending reservations are canceled.
        @cfg_attr(feature = "serde", serde(default))
        force: bool = false, force: bool => force;
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}

payload! {
    /// Creates a task and sends it into its workflow (semantics section 4.1).
    CreateTask
    new {
        /// The new task's id.
        task: TaskId,
    }
    with {
        /// The workflow; may be absent when the workspace has exactly one, and for a task with a routing target.
        @cfg_attr(feature = "serde", serde(default))
        workflow: Option<WorkflowId> = None, workflow: impl Into<WorkflowId> => Some(workflow.into());
        /// A JSON object.
        @cfg_attr(feature = "serde", serde(default = "no_attributes"))
        @cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))
        attributes: Value = no_attributes(), attributes: impl Into<Value> => attributes.into();
        /// Higher goes first; a target's priority overwrites it.
        @cfg_attr(feature = "serde", serde(default))
        priority: u32 = 0, priority: u32 => priority;
        /// Time to live while pending or reserved; 24 h when absent.
        @cfg_attr(feature = "serde", serde(default, with = "crate::time::span::optional"))
        @cfg_attr(feature = "schema", schemars(with = "Option<String>"))
        timeout: Option<Duration> = None, span: Duration => Some(span);
        /// The channel; `default` when absent.
        @cfg_attr(feature = "serde", serde(default))
        task_channel: Option<TaskChannelId> = None, channel: impl Into<TaskChannelId> => Some(channel.into());
        /// The instant the task's place in the order counts from; the present when absent.
        @cfg_attr(feature = "serde", serde(default))
        virtual_start_time: Option<Timestamp> = None, instant: Timestamp => Some(instant);
        /// A worker, queue or workflow to go to; the filters are read when absent.
        @cfg_attr(feature = "serde", serde(default))
        routing_target: Option<RoutingTarget> = None, target: RoutingTarget => Some(target);
    }
}

#[cfg(feature = "serde")]
fn yes() -> bool {
    true
}

/// A `null` that is written is given, and refused where an object is wanted.
#[cfg(feature = "serde")]
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    serde::Deserialize::deserialize(deserializer).map(Some)
}

payload! {
    /// Changes a task; what is absent stays (semantics section 4.5).
    UpdateTask
    new {
        /// The task.
        task: TaskId,
    }
    with {
        /// A JSON object that replaces the attributes.
        @cfg_attr(feature = "serde", serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none"))
        @cfg_attr(feature = "schema", schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>"))
        attributes: Option<Value> = None, attributes: impl Into<Value> => Some(attributes.into());
        /// Higher goes first; a target entered later may overwrite it.
        @cfg_attr(feature = "serde", serde(default))
        priority: Option<u32> = None, priority: u32 => Some(priority);
        /// The instant the task's place in the order counts from; moves no timer (Q21).
        @cfg_attr(feature = "serde", serde(default))
        virtual_start_time: Option<Timestamp> = None, instant: Timestamp => Some(instant);
        /// The channel: only while pending (Q37).
        @cfg_attr(feature = "serde", serde(default))
        task_channel: Option<TaskChannelId> = None, channel: impl Into<TaskChannelId> => Some(channel.into());
        /// Whether changed attributes run the filters again (rule R10).
        @cfg_attr(feature = "serde", serde(default = "yes"))
        re_evaluate: bool = true, re_evaluate: bool => re_evaluate;
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}

payload! {
    /// Cancels a pending or reserved task.
    CancelTask
    new {
        /// The task.
        task: TaskId,
    }
    with {
        /// Why.
        @cfg_attr(feature = "serde", serde(default))
        reason: Option<String> = None, reason: impl Into<String> => Some(reason.into());
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}

payload! {
    /// Moves an assigned task to wrapping; its worker keeps the capacity taken.
    WrapTask
    new {
        /// The task.
        task: TaskId,
    }
    with {
        /// Why.
        @cfg_attr(feature = "serde", serde(default))
        reason: Option<String> = None, reason: impl Into<String> => Some(reason.into());
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}

payload! {
    /// Completes an assigned or wrapping task.
    CompleteTask
    new {
        /// The task.
        task: TaskId,
    }
    with {
        /// Why.
        @cfg_attr(feature = "serde", serde(default))
        reason: Option<String> = None, reason: impl Into<String> => Some(reason.into());
        /// Single-tasking: where the worker goes afterwards.
        @cfg_attr(feature = "serde", serde(default))
        post_work_activity: Option<ActivityId> = None, activity: impl Into<ActivityId> => Some(activity.into());
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}

payload! {
    /// Removes a task in whatever state; its open reservations are canceled (rule R19).
    DeleteTask
    new {
        /// The task.
        task: TaskId,
    }
    with {
        /// The version the command is meant for; any other is refused (semantics section 4.4).
        @cfg_attr(feature = "serde", serde(default))
        if_version: Option<u64> = None, version: u64 => Some(version);
    }
}
