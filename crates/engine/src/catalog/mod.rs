//! What the operator configured, compiled: activities, task channels, task queues and workflows by id, in creation
//! order. It holds no runtime state: who is in a queue is for `state` to know.

mod compile;
mod membership;
mod selector;
mod workflow;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::Expression;

pub(crate) use compile::{
    friendly_name, range, reads_activity, reservation_timeout, target_workers, task_timeout, unique_name,
};
pub(crate) use membership::Membership;
pub(crate) use selector::{Selector, Selectors};
pub(crate) use workflow::{Configuration, Filter, KnownBy, Target, compile as compile_workflow, known_queues};

use crate::id::{ActivityId, TaskChannelId, TaskQueueId, WorkflowId};
use crate::invariant::{Checked, ensure};
use crate::limits::Limits;
use crate::spec::{TaskOrder, TimeoutBasis};
use crate::state::table::Table;

/// The unique name of the channel of tasks that name none.
pub(crate) const DEFAULT_CHANNEL: &str = "default";

/// A named state of workers.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub(crate) id: ActivityId,
    pub(crate) sid: Arc<str>,
    pub(crate) friendly_name: Arc<str>,
    pub(crate) available: bool,
}

/// A kind of work.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) id: TaskChannelId,
    pub(crate) friendly_name: Arc<str>,
    pub(crate) unique_name: Arc<str>,
    pub(crate) optimized: bool,
}

/// A standing predicate over workers, with an order for its tasks.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) id: TaskQueueId,
    pub(crate) friendly_name: Arc<str>,
    pub(crate) target_workers: Arc<str>,
    /// Absent for the empty text, which matches no worker.
    pub(crate) expression: Option<Expression>,
    pub(crate) max_reserved_workers: u32,
    pub(crate) task_order: TaskOrder,
    pub(crate) reservation_activity: Option<ActivityId>,
    pub(crate) assignment_activity: Option<ActivityId>,
}

/// How tasks find their queue.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    pub(crate) id: WorkflowId,
    pub(crate) friendly_name: Arc<str>,
    pub(crate) reservation_timeout: Duration,
    /// Shared with the tasks that entered under it (Q30).
    pub(crate) configuration: Arc<Configuration>,
}

/// The whole configuration.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    pub(crate) friendly_name: Arc<str>,
    pub(crate) multi_task: bool,
    pub(crate) prioritized: TaskOrder,
    pub(crate) timeout_basis: TimeoutBasis,
    pub(crate) default_activity: ActivityId,
    pub(crate) timeout_activity: ActivityId,
    pub(crate) limits: Limits,
    pub(crate) deleted: bool,
    pub(crate) activities: Table<ActivityId, Activity>,
    pub(crate) channels: Table<TaskChannelId, Channel>,
    /// The channel called `default`, which cannot be deleted.
    pub(crate) default_channel: Option<TaskChannelId>,
    pub(crate) queues: Table<TaskQueueId, Queue>,
    pub(crate) workflows: Table<WorkflowId, Workflow>,
    pub(crate) selectors: Selectors,
    pub(crate) membership: Membership,
}

impl Catalog {
    pub(crate) fn new(friendly_name: Arc<str>, default_activity: ActivityId, timeout_activity: ActivityId) -> Self {
        Self {
            friendly_name,
            multi_task: true,
            prioritized: TaskOrder::Fifo,
            timeout_basis: TimeoutBasis::TaskAge,
            default_activity,
            timeout_activity,
            limits: Limits::default(),
            deleted: false,
            activities: Table::default(),
            channels: Table::default(),
            default_channel: None,
            queues: Table::default(),
            workflows: Table::default(),
            selectors: Selectors::default(),
            membership: Membership::default(),
        }
    }

    pub(crate) fn channel_named(&self, unique_name: &str) -> Option<&Channel> {
        self.channels.iter().map(|(_, channel)| channel).find(|channel| &*channel.unique_name == unique_name)
    }

    /// Notes which channel is called `default`, once there is one.
    pub(crate) fn note_default_channel(&mut self) {
        self.default_channel = self.channel_named(DEFAULT_CHANNEL).map(|channel| channel.id);
    }

    /// Every table's own rules (see [`Table::check`]), and that whatever is named exists.
    pub(crate) fn check(&self) -> Checked {
        self.activities.check()?;
        self.channels.check()?;
        self.queues.check()?;
        self.workflows.check()?;
        ensure!(self.activities.contains(self.default_activity), "the default activity exists");
        ensure!(self.activities.contains(self.timeout_activity), "the timeout activity exists");
        let default = self.default_channel.and_then(|id| self.channels.get(id));
        ensure!(
            default.is_some_and(|channel| &*channel.unique_name == DEFAULT_CHANNEL),
            "the channel `default` exists"
        );
        let names: BTreeSet<_> = self.channels.iter().map(|(_, channel)| &channel.unique_name).collect();
        ensure!(names.len() == self.channels.len(), "the unique names of task channels are unique");
        for (_, queue) in self.queues.iter() {
            let mut activities = queue.reservation_activity.iter().chain(&queue.assignment_activity);
            ensure!(activities.all(|id| self.activities.contains(*id)), "{}: a queue's activities exist", queue.id);
        }
        for (_, workflow) in self.workflows.iter() {
            ensure!(self.has_queues_of(&workflow.configuration), "{}: a workflow's queues exist", workflow.id);
        }
        Ok(())
    }

    /// Whether every queue the configuration names exists.
    pub(crate) fn has_queues_of(&self, configuration: &Configuration) -> bool {
        configuration.all_targets().all(|target| self.queues.contains(target.queue))
    }
}
