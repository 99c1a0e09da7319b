//! The configuration as the spec that would declare it: the catalog read back. It compiles and judges nothing.

use pointsman_expr::{Expression, OrderBy};

use crate::catalog::{Activity, Channel, Configuration, KnownBy, Queue, Target, Workflow};
use crate::matching::Judge;
use crate::spec::{
    ActivitySpec, FilterSpec, KnownWorkerSpec, TargetSpec, TaskChannelSpec, TaskQueueSpec, WorkerChannelSpec,
    WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use crate::state::workers::Worker;

pub(crate) fn workspace(judge: Judge<'_>) -> WorkspaceSpec {
    let workers = judge.state.workers.iter().map(|(_, row)| worker(row)).collect();
    WorkspaceSpec { workers, ..catalog(judge) }
}

/// Everything but the workers.
pub(crate) fn catalog(judge: Judge<'_>) -> WorkspaceSpec {
    let Judge { catalog, now, .. } = judge;
    let mut spec = WorkspaceSpec::new(&*catalog.friendly_name).start(now).limits(catalog.limits.clone());
    spec.multi_task_enabled = catalog.multi_task;
    spec.prioritize_queue_order = catalog.prioritized;
    spec.timeout_basis = catalog.timeout_basis;
    spec.default_activity = Some(catalog.default_activity);
    spec.timeout_activity = Some(catalog.timeout_activity);
    spec.activities = catalog.activities.iter().map(|(_, row)| activity(row)).collect();
    spec.task_channels = catalog.channels.iter().map(|(_, row)| task_channel(row)).collect();
    spec.task_queues = catalog.queues.iter().map(|(_, row)| task_queue(row)).collect();
    spec.workflows = catalog.workflows.iter().map(|(_, row)| workflow(row)).collect();
    spec
}

fn activity(row: &Activity) -> ActivitySpec {
    ActivitySpec {
        activity: row.id,
        sid: Some(row.sid.to_string()),
        friendly_name: row.friendly_name.to_string(),
        available: row.available,
    }
}

fn task_channel(row: &Channel) -> TaskChannelSpec {
    TaskChannelSpec {
        task_channel: row.id,
        friendly_name: row.friendly_name.to_string(),
        unique_name: row.unique_name.to_string(),
        channel_optimized_routing: row.optimized,
    }
}

pub(crate) fn task_queue(row: &Queue) -> TaskQueueSpec {
    TaskQueueSpec {
        task_queue: row.id,
        friendly_name: row.friendly_name.to_string(),
        target_workers: row.target_workers.to_string(),
        max_reserved_workers: row.max_reserved_workers,
        task_order: row.task_order,
        reservation_activity: row.reservation_activity,
        assignment_activity: row.assignment_activity,
    }
}

pub(crate) fn workflow(row: &Workflow) -> WorkflowSpec {
    WorkflowSpec {
        workflow: row.id,
        friendly_name: row.friendly_name.to_string(),
        task_reservation_timeout: row.reservation_timeout,
        configuration: configuration(&row.configuration),
    }
}

/// Without the names of its filters, which nothing keeps.
pub(crate) fn configuration(compiled: &Configuration) -> WorkflowConfiguration {
    let filters = compiled.filters.iter().map(|filter| FilterSpec {
        friendly_name: None,
        expression: filter.expression.text().to_owned(),
        targets: filter.targets.iter().map(target).collect(),
    });
    WorkflowConfiguration { filters: filters.collect(), default_filter: compiled.default.as_ref().map(target) }
}

fn target(compiled: &Target) -> TargetSpec {
    let text = |expression: &Option<Expression>| expression.as_ref().map(|it| it.text().to_owned());
    TargetSpec {
        queue: Some(compiled.queue),
        priority: compiled.priority,
        timeout: compiled.timeout,
        expression: text(&compiled.expression),
        order_by: compiled.order_by.as_ref().map(OrderBy::text).map(str::to_owned),
        skip_if: text(&compiled.skip_if),
        known_worker: compiled.known_worker.as_ref().map(|(by, known)| match by {
            KnownBy::Sid => KnownWorkerSpec::Sid(known.text().to_owned()),
            KnownBy::FriendlyName => KnownWorkerSpec::FriendlyName(known.text().to_owned()),
        }),
    }
}

fn worker(row: &Worker) -> WorkerSpec {
    let share = |capacity, available| WorkerChannelSpec { capacity, available };
    WorkerSpec {
        worker: row.id,
        sid: Some(row.sid.to_string()),
        friendly_name: row.friendly_name.to_string(),
        attributes: row.document.attributes().to_value(),
        activity: Some(row.activity),
        channels: row.channels.iter().map(|(id, row)| (*id, share(row.capacity, row.available))).collect(),
        idle_for: None,
    }
}
