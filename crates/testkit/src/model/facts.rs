//! What events and views tell, gathered from the rows at that moment.

use std::sync::Arc;

use pointsman::{
    ActivityFacts, ActivityId, ReservationFacts, ReservationId, ReservationStatus, ReservationView, StepFacts,
    TaskChannelFacts, TaskChannelId, TaskFacts, TaskId, TaskQueueFacts, TaskQueueId, TaskView, WorkerChannelView,
    WorkerFacts, WorkerId, WorkerView, WorkflowFacts, WorkflowId, WorkspaceFacts,
};

use super::Model;
use super::rows::{Reservation, Step, Task, Worker};

impl Model {
    pub(super) fn workspace_facts(&self) -> Arc<WorkspaceFacts> {
        Arc::new(WorkspaceFacts { friendly_name: self.name.clone() })
    }

    pub(super) fn activity_facts(&self, id: ActivityId) -> Arc<ActivityFacts> {
        let row = &self.activities[id];
        let friendly_name = row.friendly_name.as_str().into();
        Arc::new(ActivityFacts { activity: id, friendly_name, available: row.available })
    }

    pub(super) fn channel_facts(&self, id: TaskChannelId) -> Arc<TaskChannelFacts> {
        let row = &self.channels[id];
        Arc::new(TaskChannelFacts {
            task_channel: id,
            friendly_name: row.friendly_name.as_str().into(),
            unique_name: row.unique_name.as_str().into(),
            channel_optimized_routing: row.channel_optimized_routing,
        })
    }

    pub(super) fn queue_facts(&self, id: TaskQueueId) -> Arc<TaskQueueFacts> {
        let spec = &self.queues[id].spec;
        let (friendly_name, target_workers) = (spec.friendly_name.as_str().into(), spec.target_workers.as_str().into());
        Arc::new(TaskQueueFacts { task_queue: id, friendly_name, target_workers })
    }

    pub(super) fn workflow_facts(&self, id: WorkflowId) -> Arc<WorkflowFacts> {
        let friendly_name = self.workflows[id].spec.friendly_name.as_str().into();
        Arc::new(WorkflowFacts { workflow: id, friendly_name })
    }

    pub(super) fn worker_facts(&self, id: WorkerId) -> WorkerFacts {
        let row = &self.workers[id];
        let activity = &self.activities[row.activity];
        WorkerFacts {
            worker: id,
            friendly_name: row.name.clone(),
            attributes: row.attributes.clone(),
            activity: activity.activity,
            activity_name: activity.friendly_name.as_str().into(),
            available: activity.available,
            activity_since: row.activity_since,
            revision: row.revision,
        }
    }

    pub(super) fn task_facts(&self, id: TaskId) -> Arc<TaskFacts> {
        Arc::new(self.facts_of(&self.tasks[id]))
    }

    fn facts_of(&self, row: &Task) -> TaskFacts {
        let channel = self.channels.find(row.channel).map(|channel| &channel.unique_name);
        let workflow_name = |id| {
            let found = self.workflows.find(id).map(|workflow| &workflow.spec.friendly_name);
            self.name_or_last(found, &id)
        };
        TaskFacts {
            task: row.id,
            attributes: row.attributes.clone(),
            status: row.status,
            priority: row.priority,
            created_at: row.created_at,
            virtual_start_time: row.virtual_start,
            expires_at: row.lives_until,
            reason: row.reason.clone(),
            task_channel: row.channel,
            task_channel_unique_name: self.name_or_last(channel, &row.channel),
            workflow: row.workflow,
            workflow_name: row.workflow.map(workflow_name),
            routing_target: row.routing_target,
            step: row.step.as_ref().map(|step| self.step_facts(row, step)),
            revision: row.revision,
        }
    }

    fn step_facts(&self, task: &Task, step: &Step) -> StepFacts {
        let queue = step.target.queue;
        let name = self.queues.find(queue).map(|row| &row.spec.friendly_name);
        let known = step.target.known_worker.as_ref();
        StepFacts {
            filter: step.filter,
            target: step.index,
            task_queue: queue,
            task_queue_name: self.name_or_last(name, &queue),
            queue_entered_at: step.queue_entered_at,
            known_worker: known.and_then(|known| self.known_worker(task, known)),
        }
    }

    /// The name of something, or what it was called when it was deleted: a task that has ended outlives it.
    fn name_or_last(&self, name: Option<&String>, id: &impl ToString) -> Arc<str> {
        if let Some(name) = name {
            return name.as_str().into();
        }
        let id = id.to_string();
        let last = self.departed.iter().rev().find(|(gone, _)| *gone == id).map(|(_, name)| name.clone());
        last.unwrap_or_else(|| unreachable!("{id} is referred to and was therefore there"))
    }

    pub(super) fn reservation_facts(&self, id: ReservationId) -> Arc<ReservationFacts> {
        let row = &self.reservations[id];
        Arc::new(ReservationFacts {
            reservation: id,
            status: row.status,
            task: self.task_facts(row.task),
            worker: Arc::new(self.worker_facts(row.worker)),
            task_queue: row.queue,
            created_at: row.created_at,
            expires_at: row.waits().then_some(row.expires_at),
            revision: row.revision,
        })
    }

    pub(super) fn reservation_view(&self, row: &Reservation) -> ReservationView {
        ReservationView {
            reservation: row.id,
            status: row.status,
            task: row.task,
            worker: row.worker,
            task_queue: row.queue,
            created_at: row.created_at,
            expires_at: row.waits().then_some(row.expires_at),
            revision: row.revision,
        }
    }

    pub(super) fn task_view(&self, row: &Task) -> TaskView {
        use ReservationStatus::{Accepted, Completed, Wrapping};
        let of_task = || self.reservations.iter().filter(|reservation| reservation.task == row.id);
        let pending = of_task().filter(|reservation| reservation.status == ReservationStatus::Pending);
        let taken = of_task().find(|reservation| [Accepted, Wrapping, Completed].contains(&reservation.status));
        TaskView {
            facts: self.facts_of(row),
            reserved: pending.map(|reservation| reservation.worker).collect(),
            worker: taken.map(|reservation| reservation.worker),
            reservations: of_task().map(|reservation| reservation.id).collect(),
        }
    }

    pub(super) fn worker_view(&self, row: &Worker) -> WorkerView {
        let open = self.reservations.which(|reservation| reservation.worker == row.id && reservation.status.is_open());
        WorkerView {
            facts: self.worker_facts(row.id),
            channels: self.channels.iter().map(|channel| self.share_view(row, channel.task_channel)).collect(),
            reservations: open,
        }
    }

    pub(super) fn share_view(&self, worker: &Worker, channel: TaskChannelId) -> WorkerChannelView {
        let share = &worker.shares[channel];
        let used = self.load(worker.id, channel).min(share.capacity);
        WorkerChannelView {
            task_channel: channel,
            unique_name: self.channels[channel].unique_name.as_str().into(),
            configured_capacity: share.capacity,
            available: share.available,
            assigned_tasks: self.count(worker.id, channel, |status| status == ReservationStatus::Accepted),
            // Rule R25; a capacity of 0 gives 0 (Q49).
            available_capacity_percentage: (share.capacity - used) * 100 / share.capacity.max(1),
            revision: share.revision,
        }
    }

    /// What takes up capacity: pending, accepted and wrapping (semantics section 7.3).
    pub(super) fn load(&self, worker: WorkerId, channel: TaskChannelId) -> u32 {
        self.count(worker, channel, ReservationStatus::is_open)
    }

    fn count(&self, worker: WorkerId, channel: TaskChannelId, test: fn(ReservationStatus) -> bool) -> u32 {
        let rows = self.reservations.iter().filter(|row| row.worker == worker && row.channel == channel);
        u32::try_from(rows.filter(|row| test(row.status)).count()).unwrap_or(u32::MAX)
    }
}
