//! Where a task goes without reading the filters of a workflow, and its text form.

use crate::id::{TaskQueueId, WorkerId, WorkflowId};

/// Where a new task goes (semantics section 4.6, Q38, rule R15).
///
/// In texts it is an object: `{ worker, task_queue?, ignore_capacity? }`, `{ task_queue }` or `{ workflow }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "wire::RoutingTarget", into = "wire::RoutingTarget"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "wire::RoutingTarget"))]
pub enum RoutingTarget {
    /// To this worker and no other.
    Worker {
        /// The worker.
        worker: WorkerId,
        /// The queue the task is in meanwhile; the worker need not be a member.
        task_queue: Option<TaskQueueId>,
        /// Whether the first offer is made whatever the worker's activity, channel and load.
        ignore_capacity: bool,
    },
    /// Into this queue, to stay there.
    TaskQueue(TaskQueueId),
    /// Into this workflow, as if it were named as the task's workflow.
    Workflow(WorkflowId),
}

impl RoutingTarget {
    /// To this worker, whatever the worker's activity, channel and load, in no queue.
    pub fn worker(worker: impl Into<WorkerId>) -> Self {
        Self::Worker { worker: worker.into(), task_queue: None, ignore_capacity: true }
    }

    /// Into this queue.
    pub fn task_queue(queue: impl Into<TaskQueueId>) -> Self {
        Self::TaskQueue(queue.into())
    }

    /// Into this workflow.
    pub fn workflow(workflow: impl Into<WorkflowId>) -> Self {
        Self::Workflow(workflow.into())
    }

    /// Whether it leads to a worker or a queue without a workflow's filters.
    pub(crate) fn is_direct(self) -> bool {
        match self {
            Self::Worker { .. } | Self::TaskQueue(_) => true,
            Self::Workflow(_) => false,
        }
    }

    /// The only worker it considers.
    pub(crate) fn only_worker(self) -> Option<WorkerId> {
        match self {
            Self::Worker { worker, .. } => Some(worker),
            Self::TaskQueue(_) | Self::Workflow(_) => None,
        }
    }

    /// The queue it names.
    pub(crate) fn queue(self) -> Option<TaskQueueId> {
        match self {
            Self::Worker { task_queue, .. } => task_queue,
            Self::TaskQueue(queue) => Some(queue),
            Self::Workflow(_) => None,
        }
    }
}

/// The text form.
#[cfg(feature = "serde")]
mod wire {
    use super::{TaskQueueId, WorkerId, WorkflowId};

    #[derive(Default, serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct RoutingTarget {
        #[serde(skip_serializing_if = "Option::is_none")]
        worker: Option<WorkerId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        task_queue: Option<TaskQueueId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        workflow: Option<WorkflowId>,
        /// Only with a worker; `true` when absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        ignore_capacity: Option<bool>,
    }

    #[derive(Debug, thiserror::Error)]
    #[error(
        "a routing target is a `worker` with or without `task_queue` and `ignore_capacity`, or a `task_queue`, or a `workflow`"
    )]
    pub(super) struct Unclear;

    impl TryFrom<RoutingTarget> for super::RoutingTarget {
        type Error = Unclear;

        fn try_from(wire: RoutingTarget) -> Result<Self, Unclear> {
            match (wire.worker, wire.task_queue, wire.workflow, wire.ignore_capacity) {
                (Some(worker), task_queue, None, ignore) => {
                    Ok(Self::Worker { worker, task_queue, ignore_capacity: ignore.unwrap_or(true) })
                }
                (None, Some(queue), None, None) => Ok(Self::TaskQueue(queue)),
                (None, None, Some(workflow), None) => Ok(Self::Workflow(workflow)),
                _ => Err(Unclear),
            }
        }
    }

    impl From<super::RoutingTarget> for RoutingTarget {
        fn from(target: super::RoutingTarget) -> Self {
            match target {
                super::RoutingTarget::Worker { worker, task_queue, ignore_capacity } => {
                    Self { worker: Some(worker), task_queue, ignore_capacity: Some(ignore_capacity), ..Self::default() }
                }
                super::RoutingTarget::TaskQueue(queue) => Self { task_queue: Some(queue), ..Self::default() },
                super::RoutingTarget::Workflow(workflow) => Self { workflow: Some(workflow), ..Self::default() },
            }
        }
    }
}
