//! Rows as the facts that events carry. Pure reads.

use std::sync::Arc;

use crate::catalog::{Activity, Catalog, Channel, Queue, Workflow};
use crate::event::{
    ActivityFacts, ReservationFacts, TaskChannelFacts, TaskFacts, TaskQueueFacts, WorkerChannelFacts, WorkerFacts,
    WorkflowFacts, WorkspaceFacts,
};
use crate::matching::Judge;
use crate::state::reservations::Reservation;
use crate::state::tasks::Task;
use crate::state::workers::{Worker, WorkerChannel};

pub(crate) fn workspace(catalog: &Catalog) -> WorkspaceFacts {
    WorkspaceFacts { friendly_name: catalog.friendly_name.clone() }
}

pub(crate) fn activity(row: &Activity) -> ActivityFacts {
    ActivityFacts { activity: row.id, friendly_name: row.friendly_name.clone(), available: row.available }
}

pub(crate) fn task_channel(row: &Channel) -> TaskChannelFacts {
    TaskChannelFacts {
        task_channel: row.id,
        friendly_name: row.friendly_name.clone(),
        unique_name: row.unique_name.clone(),
        channel_optimized_routing: row.optimized,
    }
}

pub(crate) fn task_queue(row: &Queue) -> TaskQueueFacts {
    TaskQueueFacts {
        task_queue: row.id,
        friendly_name: row.friendly_name.clone(),
        target_workers: row.target_workers.clone(),
    }
}

pub(crate) fn workflow(row: &Workflow) -> WorkflowFacts {
    WorkflowFacts { workflow: row.id, friendly_name: row.friendly_name.clone() }
}

pub(crate) fn worker(catalog: &Catalog, row: &Worker) -> WorkerFacts {
    let activity = catalog.activities.get(row.activity);
    WorkerFacts {
        worker: row.id,
        friendly_name: row.friendly_name.clone(),
        attributes: row.document.attributes().clone(),
        activity: row.activity,
        activity_name: activity.map(|activity| activity.friendly_name.clone()).unwrap_or_default(),
        available: activity.is_some_and(|activity| activity.available),
        activity_since: row.activity_since,
        revision: row.revision,
    }
}

pub(crate) fn worker_channel(
    catalog: &Catalog,
    row: &Worker,
    channel: &Channel,
    share: &WorkerChannel,
    previous_capacity: u32,
) -> WorkerChannelFacts {
    WorkerChannelFacts {
        worker: worker(catalog, row),
        task_channel: channel.id,
        unique_name: channel.unique_name.clone(),
        available: share.available,
        configured_capacity: share.capacity,
        previous_capacity,
        available_capacity_percentage: share.available_capacity_percentage(),
        assigned_tasks: share.accepted,
        revision: share.revision,
    }
}

pub(crate) fn task(judge: Judge<'_>, row: &Task) -> TaskFacts {
    let mut facts = TaskFacts::clone(row);
    if let Some(step) = &mut facts.step {
        step.known_worker = judge.known_worker(row).map(|worker| worker.id);
    }
    facts
}

pub(crate) fn reservation(row: &Reservation, task: Arc<TaskFacts>, worker: Arc<WorkerFacts>) -> ReservationFacts {
    ReservationFacts {
        reservation: row.id,
        status: row.status,
        task,
        worker,
        task_queue: row.queue,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revision: row.revision,
    }
}
