//! What the operator configured, as a whole, to and from its form in a snapshot.

use std::sync::Arc;

use super::SnapshotError;
use super::at::At;
use super::configuration::Shared;
use super::current as stored;
use crate::catalog::{Activity, Catalog, Channel, Configuration, Queue, Workflow, friendly_name};
use crate::limits::Limits;

impl stored::Catalog {
    /// Without the configurations: tasks may add to those of the workflows.
    pub(super) fn write<'e>(catalog: &'e Catalog, shared: &mut Shared<'e>) -> Self {
        let Catalog {
            friendly_name,
            multi_task,
            prioritized,
            timeout_basis,
            default_activity,
            timeout_activity,
            limits,
            deleted,
            activities,
            channels,
            queues,
            workflows,
            selectors: _,
            membership: _,
            default_channel: _,
        } = catalog;
        let workflow = |row| stored::Workflow::write(row, shared);
        Self {
            friendly_name: friendly_name.clone(),
            multi_task_enabled: *multi_task,
            prioritize_queue_order: *prioritized,
            timeout_basis: *timeout_basis,
            default_activity: *default_activity,
            timeout_activity: *timeout_activity,
            deleted: *deleted,
            limits: stored::Limits::write(limits),
            activities: stored::Rows::write(activities.next(), activities.iter(), stored::Activity::write),
            task_channels: stored::Rows::write(channels.next(), channels.iter(), stored::TaskChannel::write),
            task_queues: stored::Rows::write(queues.next(), queues.iter(), stored::TaskQueue::write),
            configurations: Vec::new(),
            workflows: stored::Rows::write(workflows.next(), workflows.iter(), workflow),
        }
    }

    /// The catalog, and the configurations in their order.
    pub(super) fn read(self, at: &At) -> Result<(Catalog, Vec<Arc<Configuration>>), SnapshotError> {
        let Self {
            friendly_name: name,
            multi_task_enabled,
            prioritize_queue_order,
            timeout_basis,
            default_activity,
            timeout_activity,
            deleted,
            limits,
            activities,
            task_channels,
            task_queues,
            configurations,
            workflows,
        } = self;
        let name = at.judged("friendly_name", friendly_name(&name))?;
        let mut catalog = Catalog::new(name, default_activity, timeout_activity);
        catalog.multi_task = multi_task_enabled;
        catalog.prioritized = prioritize_queue_order;
        catalog.timeout_basis = timeout_basis;
        catalog.deleted = deleted;
        catalog.limits = limits.read();
        let id = |row: &Activity| row.id;
        catalog.activities = activities.read(&at.key("activities"), id, |_, at, row| row.read(at))?;
        let id = |row: &Channel| row.id;
        catalog.channels = task_channels.read(&at.key("task_channels"), id, |_, at, row| row.read(at))?;
        catalog.note_default_channel();
        let id = |row: &Queue| row.id;
        catalog.queues = task_queues.read(&at.key("task_queues"), id, |_, at, row| row.read(at, &catalog.limits))?;
        let configurations = read_configurations(configurations, &at.key("configurations"), &catalog)?;
        let workflow = |_, at: &At, row: stored::Workflow| row.read(at, &catalog.limits, &configurations);
        catalog.workflows = workflows.read(&at.key("workflows"), |row: &Workflow| row.id, workflow)?;
        note_queries(&mut catalog, &configurations);
        for (_, queue) in catalog.queues.iter() {
            catalog.membership.set(queue.id, queue.expression.as_ref());
        }
        Ok((catalog, configurations))
    }
}

fn read_configurations(
    configurations: Vec<stored::Configuration>,
    at: &At,
    catalog: &Catalog,
) -> Result<Vec<Arc<Configuration>>, SnapshotError> {
    let all = configurations.into_iter().enumerate();
    all.map(|(index, stored)| stored.read(&at.key(index), catalog).map(Arc::new)).collect()
}

/// The queries of everything that can be evaluated.
fn note_queries(catalog: &mut Catalog, configurations: &[Arc<Configuration>]) {
    catalog.selectors.note(catalog.queues.iter().filter_map(|(_, queue)| queue.expression.as_ref()));
    catalog.selectors.note(configurations.iter().flat_map(|configuration| configuration.expressions()));
}

impl stored::Limits {
    pub(super) fn write(limits: &Limits) -> Self {
        let Limits {
            activities,
            task_timeout,
            reservation_timeout,
            max_reserved_workers,
            assignments,
            capacity,
            expression_length,
            expression_depth,
        } = *limits;
        Self {
            activities,
            task_timeout,
            reservation_timeout,
            max_reserved_workers,
            assignments,
            capacity,
            expression_length,
            expression_depth,
        }
    }

    pub(super) fn read(self) -> Limits {
        let Self {
            activities,
            task_timeout,
            reservation_timeout,
            max_reserved_workers,
            assignments,
            capacity,
            expression_length,
            expression_depth,
        } = self;
        Limits {
            activities,
            task_timeout,
            reservation_timeout,
            max_reserved_workers,
            assignments,
            capacity,
            expression_length,
            expression_depth,
        }
    }
}
