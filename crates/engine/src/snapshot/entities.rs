//! Activities, task channels, task queues and workflows, to and from their form in a snapshot. Texts are judged and
//! compiled again.

use std::sync::Arc;

use super::SnapshotError;
use super::at::At;
use super::configuration::{self, Shared};
use super::current as stored;
use crate::catalog::{
    Activity, Channel, Configuration, Queue, Workflow, friendly_name, range, reservation_timeout, target_workers,
    unique_name,
};
use crate::limits::Limits;

impl stored::Activity {
    pub(super) fn write(row: &Activity) -> Self {
        let Activity { id, sid, friendly_name, available } = row;
        Self { activity: *id, sid: sid.clone(), friendly_name: friendly_name.clone(), available: *available }
    }

    pub(super) fn read(self, at: &At) -> Result<Activity, SnapshotError> {
        let Self { activity, sid, friendly_name: name, available } = self;
        let friendly_name = at.judged("friendly_name", friendly_name(&name))?;
        Ok(Activity { id: activity, sid, friendly_name, available })
    }
}

impl stored::TaskChannel {
    pub(super) fn write(row: &Channel) -> Self {
        let Channel { id, friendly_name, unique_name, optimized } = row;
        Self {
            task_channel: *id,
            friendly_name: friendly_name.clone(),
            unique_name: unique_name.clone(),
            channel_optimized_routing: *optimized,
        }
    }

    pub(super) fn read(self, at: &At) -> Result<Channel, SnapshotError> {
        let Self { task_channel, friendly_name: name, unique_name: unique, channel_optimized_routing } = self;
        Ok(Channel {
            id: task_channel,
            friendly_name: at.judged("friendly_name", friendly_name(&name))?,
            unique_name: at.judged("unique_name", unique_name(&unique))?,
            optimized: channel_optimized_routing,
        })
    }
}

impl stored::TaskQueue {
    /// The expression is its text, and what it reads follows from it.
    pub(super) fn write(row: &Queue) -> Self {
        let Queue {
            id,
            friendly_name,
            target_workers,
            expression: _,
            max_reserved_workers,
            task_order,
            reservation_activity,
            assignment_activity,
        } = row;
        Self {
            task_queue: *id,
            friendly_name: friendly_name.clone(),
            target_workers: target_workers.clone(),
            max_reserved_workers: *max_reserved_workers,
            task_order: *task_order,
            reservation_activity: *reservation_activity,
            assignment_activity: *assignment_activity,
        }
    }

    pub(super) fn read(self, at: &At, limits: &Limits) -> Result<Queue, SnapshotError> {
        let Self {
            task_queue,
            friendly_name: name,
            target_workers: text,
            max_reserved_workers,
            task_order,
            reservation_activity,
            assignment_activity,
        } = self;
        let expression = at.judged("target_workers", target_workers(&text, limits))?;
        let most = limits.max_reserved_workers;
        let max_reserved_workers = range("the number of reserved workers", max_reserved_workers, 1, most);
        Ok(Queue {
            id: task_queue,
            friendly_name: at.judged("friendly_name", friendly_name(&name))?,
            target_workers: text,
            expression,
            max_reserved_workers: at.judged("max_reserved_workers", max_reserved_workers)?,
            task_order,
            reservation_activity,
            assignment_activity,
        })
    }
}

impl stored::Workflow {
    pub(super) fn write<'e>(row: &'e Workflow, shared: &mut Shared<'e>) -> Self {
        let Workflow { id, friendly_name, reservation_timeout, configuration } = row;
        Self {
            workflow: *id,
            friendly_name: friendly_name.clone(),
            task_reservation_timeout: *reservation_timeout,
            configuration: shared.index(configuration),
        }
    }

    pub(super) fn read(
        self,
        at: &At,
        limits: &Limits,
        configurations: &[Arc<Configuration>],
    ) -> Result<Workflow, SnapshotError> {
        let Self { workflow, friendly_name: name, task_reservation_timeout, configuration: index } = self;
        let timeout = reservation_timeout(task_reservation_timeout, limits);
        let configuration = configuration::get(configurations, index, at)?;
        at.expect(
            "configuration",
            configuration.direct.is_none(),
            "one with filters, found that of a task that goes without them",
        )?;
        Ok(Workflow {
            id: workflow,
            friendly_name: at.judged("friendly_name", friendly_name(&name))?,
            reservation_timeout: at.judged("task_reservation_timeout", timeout)?,
            configuration,
        })
    }
}
