//! What the operator configured, compiled: activities, task channels, task queues and workflows by id, in creation
//! order. It holds no runtime state: who is in a queue is for `state` to know.

mod compile;
mod workflow;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::{Expression, Name, Root};

pub(crate) use compile::{friendly_name, range, reservation_timeout, target_workers, task_timeout, unique_name};
pub(crate) use workflow::{Configuration, KnownBy, Target, compile as compile_workflow};

use crate::id::{ActivityId, TaskChannelId, TaskQueueId, WorkflowId};
use crate::limits::Limits;
use crate::spec::TaskOrder;
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
    /// Whether who is in the queue depends on activities (Q15).
    pub(crate) reads_activity: bool,
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

/// A JSON-path query of some live expression, and whose attributes it selects from.
pub(crate) type Query = (Root, Arc<str>);

/// The whole configuration.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    pub(crate) friendly_name: Arc<str>,
    pub(crate) multi_task: bool,
    pub(crate) prioritized: TaskOrder,
    pub(crate) default_activity: ActivityId,
    pub(crate) timeout_activity: ActivityId,
    pub(crate) limits: Limits,
    pub(crate) deleted: bool,
    pub(crate) activities: Table<ActivityId, Activity>,
    pub(crate) channels: Table<TaskChannelId, Channel>,
    pub(crate) queues: Table<TaskQueueId, Queue>,
    pub(crate) workflows: Table<WorkflowId, Workflow>,
    /// Every JSON-path query ever configured, so that documents are searched once per version and never per
    /// candidate. It only grows: bounded by what the operator writes.
    queries: BTreeSet<Query>,
}

impl Catalog {
    pub(crate) fn new(friendly_name: Arc<str>, default_activity: ActivityId, timeout_activity: ActivityId) -> Self {
        Self {
            friendly_name,
            multi_task: true,
            prioritized: TaskOrder::Fifo,
            default_activity,
            timeout_activity,
            limits: Limits::default(),
            deleted: false,
            activities: Table::default(),
            channels: Table::default(),
            queues: Table::default(),
            workflows: Table::default(),
            queries: BTreeSet::new(),
        }
    }

    pub(crate) fn channel_named(&self, unique_name: &str) -> Option<&Channel> {
        self.channels.iter().map(|(_, channel)| channel).find(|channel| &*channel.unique_name == unique_name)
    }

    pub(crate) fn default_channel(&self) -> Option<TaskChannelId> {
        self.channel_named(DEFAULT_CHANNEL).map(|channel| channel.id)
    }

    /// The queries that select from one kind of document.
    pub(crate) fn queries(&self, root: Root) -> impl Iterator<Item = &Arc<str>> {
        self.queries.iter().filter(move |(of, _)| *of == root).map(|(_, query)| query)
    }

    /// Notes the JSON-path queries of an expression; true when one of them is new.
    pub(crate) fn note_queries<'a>(&mut self, expressions: impl Iterator<Item = &'a Expression>) -> bool {
        let before = self.queries.len();
        let queries = expressions.flat_map(Expression::names).filter_map(|name| match name {
            Name::Nodes { root, query } => Some((*root, query.clone())),
            Name::Task(_)
            | Name::Worker(_)
            | Name::WorkerAttributeOrField(..)
            | Name::WorkerField(_)
            | Name::WorkerChannel { .. }
            | Name::Workers(_)
            | Name::Clock(_)
            | Name::Nothing => None,
        });
        self.queries.extend(queries);
        self.queries.len() > before
    }

    /// Every table's own rules (see [`Table::check`]).
    pub(crate) fn check(&self) {
        self.activities.check();
        self.channels.check();
        self.queues.check();
        self.workflows.check();
        assert!(self.activities.contains(self.default_activity), "the default activity exists");
        assert!(self.activities.contains(self.timeout_activity), "the timeout activity exists");
        assert!(self.default_channel().is_some(), "the channel `default` exists");
    }
}
