//! What events and views tell, gathered from the rows at that moment.

use pointsman::{
    ActivityFacts, ActivityId, ReservationFacts, ReservationId, ReservationStatus, StepFacts, TaskChannelFacts,
    TaskChannelId, TaskFacts, TaskId, TaskQueueFacts, TaskQueueId, TaskView, WorkerChannelView, WorkerFacts, WorkerId,
    WorkerView, WorkflowFacts, WorkflowId, WorkspaceFacts,
};

use super::Model;
use super::rows::{Channel, Step, Task, Worker};

impl Model {
    pub(super) fn workspace_facts(&self) -> WorkspaceFacts {
        WorkspaceFacts { friendly_name: self.name.clone() }
    }

    pub(super) fn activity_facts(&self, id: ActivityId) -> ActivityFacts {
        let row = self.the_activity(id);
        ActivityFacts { activity: id, friendly_name: row.name.clone(), available: row.available }
    }

    pub(super) fn channel_facts(&self, id: TaskChannelId) -> TaskChannelFacts {
        let row = self.the_channel(id);
        TaskChannelFacts {
            task_channel: id,
            friendly_name: row.name.clone(),
            unique_name: row.unique_name.clone(),
            channel_optimized_routing: row.optimized,
        }
    }

    pub(super) fn queue_facts(&self, id: TaskQueueId) -> TaskQueueFacts {
        let row = self.the_queue(id);
        TaskQueueFacts { task_queue: id, friendly_name: row.name.clone(), target_workers: row.target_workers.clone() }
    }

    pub(super) fn workflow_facts(&self, id: WorkflowId) -> WorkflowFacts {
        WorkflowFacts { workflow: id, friendly_name: self.the_workflow(id).name.clone() }
    }

    pub(super) fn worker_facts(&self, id: WorkerId) -> WorkerFacts {
        let row = self.the_worker(id);
        let activity = self.the_activity(row.activity);
        WorkerFacts {
            worker: id,
            friendly_name: row.name.clone(),
            attributes: row.attributes.clone(),
            activity: activity.id,
            activity_name: activity.name.clone(),
            available: activity.available,
        }
    }

    pub(super) fn task_facts(&self, id: TaskId) -> Box<TaskFacts> {
        Box::new(self.facts_of(self.the_task(id)))
    }

    fn facts_of(&self, row: &Task) -> TaskFacts {
        let channel = self.find_channel(row.channel).map(|channel| channel.unique_name.clone());
        let workflow = self.find_workflow(row.workflow).map(|workflow| workflow.name.clone());
        TaskFacts {
            task: row.id,
            attributes: row.attributes.clone(),
            status: row.status,
            priority: row.priority,
            created_at: row.created_at,
            reason: row.reason.clone(),
            task_channel: row.channel,
            task_channel_unique_name: channel.unwrap_or_else(|| row.channel_name.clone()),
            workflow: row.workflow,
            workflow_name: workflow.unwrap_or_else(|| row.workflow_name.clone()),
            step: row.step.as_ref().map(|step| self.step_facts(row, step)),
        }
    }

    fn step_facts(&self, task: &Task, step: &Step) -> StepFacts {
        let queue = self.find_queue(step.queue).map(|queue| queue.name.clone());
        let known = step.plan.known_worker.as_ref();
        StepFacts {
            filter: step.filter,
            target: step.target,
            task_queue: step.queue,
            task_queue_name: queue.unwrap_or_else(|| step.queue_name.clone()),
            queue_entered_at: step.entered_at,
            known_worker: known.and_then(|known| self.known_worker(task, known)),
        }
    }

    pub(super) fn reservation_facts(&self, id: ReservationId) -> Box<ReservationFacts> {
        let row = self.the_reservation(id);
        Box::new(ReservationFacts {
            reservation: id,
            status: row.status,
            task: self.facts_of(self.the_task(row.task)),
            worker: self.worker_facts(row.worker),
            task_queue: row.queue,
            created_at: row.created_at,
            expires_at: row.waits().then_some(row.expires_at),
        })
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
        }
    }

    pub(super) fn worker_view(&self, row: &Worker) -> WorkerView {
        WorkerView {
            facts: self.worker_facts(row.id),
            channels: self.channels.iter().map(|channel| self.worker_channel_view(row, channel)).collect(),
            reservations: self
                .reservations_where(|reservation| reservation.worker == row.id && reservation.status.is_open()),
        }
    }

    pub(super) fn worker_channel_view(&self, worker: &Worker, channel: &Channel) -> WorkerChannelView {
        let share = worker.share(channel.id);
        WorkerChannelView {
            task_channel: channel.id,
            unique_name: channel.unique_name.clone(),
            configured_capacity: share.capacity,
            available: share.available,
            assigned_tasks: self.count(worker.id, channel.id, &[ReservationStatus::Accepted]),
            available_capacity_percentage: self.free_share(worker.id, channel.id, share.capacity),
        }
    }
}
