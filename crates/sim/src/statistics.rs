//! Figures of a run, folded over its events: counts, and waits from a task's creation to its end of waiting.
//!
//! It judges nothing. What counts for which queue follows semantics section 10.2 (Q52): an acceptance counts for the
//! queue the reservation was made in, an end of a task for the queue it was in last.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{Event, EventKind, ReservationFacts, TaskFacts, TaskStatus};
use serde::Serialize;

use crate::labels::Labels;

/// The figures of the whole workspace, and of each task queue by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statistics {
    /// The whole workspace.
    pub workspace: Figures,
    /// Each queue that a task has entered.
    pub task_queues: BTreeMap<String, Figures>,
}

/// Counts and waits. Each reservation of a batch counts once.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figures {
    /// Tasks created; of a queue always 0, as tasks are created in a workflow.
    pub tasks_created: u64,
    /// Entries into the queue; of the workspace into any queue.
    pub tasks_entered: u64,
    /// Tasks that left the queue for another one.
    pub tasks_moved: u64,
    /// Tasks completed.
    pub tasks_completed: u64,
    /// Tasks canceled.
    pub tasks_canceled: u64,
    /// Tasks deleted, by command or after 24 hours with a worker.
    pub tasks_deleted: u64,
    /// Tasks that fell out of their workflow by timeout or because nothing matched.
    pub tasks_timed_out_in_workflow: u64,
    /// Workers asked.
    pub reservations_created: u64,
    /// Reservations the worker took.
    pub reservations_accepted: u64,
    /// Reservations the worker refused.
    pub reservations_rejected: u64,
    /// Reservations without an answer in time.
    pub reservations_timed_out: u64,
    /// Reservations that ended for another reason.
    pub reservations_canceled: u64,
    /// Reservations another worker of the batch was faster with.
    pub reservations_rescinded: u64,
    /// From the task's creation to its acceptance.
    pub wait_until_accepted: Waits,
    /// From the task's creation to its cancellation while it waited.
    pub wait_until_canceled: Waits,
}

/// A set of waits, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waits {
    /// How many.
    pub count: u64,
    /// Their mean, rounded half up; absent when there are none.
    pub average: Option<u64>,
    /// The shortest.
    pub min: Option<u64>,
    /// The longest.
    pub max: Option<u64>,
    /// Their sum.
    pub total: u64,
    #[serde(skip)]
    all: Vec<u64>,
}

impl Waits {
    fn add(&mut self, wait: Duration) {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.count += 1;
        self.total = self.total.saturating_add(wait);
        self.min = Some(self.min.map_or(wait, |least| least.min(wait)));
        self.max = Some(self.max.map_or(wait, |most| most.max(wait)));
        self.average = Some(self.total.saturating_add(self.count / 2) / self.count);
        self.all.push(wait);
    }

    fn within(&self, limit: Duration) -> u64 {
        self.all.iter().filter(|wait| u128::from(**wait) <= limit.as_millis()).fold(0, |count, _| count + 1)
    }
}

impl Figures {
    /// The share of tasks that were accepted within `limit` of their creation, among those accepted or canceled while
    /// they waited; `None` when there are none.
    pub fn service_level(&self, limit: Duration) -> Option<f64> {
        let ended = self.wait_until_accepted.count + self.wait_until_canceled.count;
        let share = |within: u64| {
            #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            let share = within as f64 / ended as f64;
            share
        };
        (ended > 0).then(|| share(self.wait_until_accepted.within(limit)))
    }
}

impl Statistics {
    pub(crate) fn observe(&mut self, event: &Event, labels: Labels<'_>) {
        let wait = |task: &TaskFacts| event.at.since(task.created_at);
        match &event.kind {
            EventKind::TaskCreated(_) => self.workspace.tasks_created += 1,
            EventKind::TaskQueueEntered(task) => self.of_task(task, labels, |figures| figures.tasks_entered += 1),
            EventKind::TaskQueueMoved(task) => self.of_task(task, labels, |figures| figures.tasks_moved += 1),
            EventKind::TaskCompleted(task) => self.of_task(task, labels, |figures| figures.tasks_completed += 1),
            EventKind::TaskCanceled(task) => self.of_task(task, labels, |figures| {
                figures.tasks_canceled += 1;
                figures.wait_until_canceled.add(wait(task));
            }),
            EventKind::TaskDeleted(task) => self.of_task(task, labels, |figures| {
                figures.tasks_deleted += 1;
                if matches!(task.status, TaskStatus::Pending | TaskStatus::Reserved) {
                    figures.wait_until_canceled.add(wait(task));
                }
            }),
            EventKind::TaskSystemDeleted(task) => self.of_task(task, labels, |figures| figures.tasks_deleted += 1),
            EventKind::WorkflowTimeout(task) => {
                self.of_task(task, labels, |figures| figures.tasks_timed_out_in_workflow += 1);
            }
            EventKind::ReservationCreated(facts) => {
                self.of_reservation(facts, labels, |figures| figures.reservations_created += 1);
            }
            EventKind::ReservationAccepted(facts) => self.of_reservation(facts, labels, |figures| {
                figures.reservations_accepted += 1;
                figures.wait_until_accepted.add(wait(&facts.task));
            }),
            EventKind::ReservationRejected(facts) => {
                self.of_reservation(facts, labels, |figures| figures.reservations_rejected += 1);
            }
            EventKind::ReservationTimedOut(facts) => {
                self.of_reservation(facts, labels, |figures| figures.reservations_timed_out += 1);
            }
            EventKind::ReservationCanceled(facts) => {
                self.of_reservation(facts, labels, |figures| figures.reservations_canceled += 1);
            }
            EventKind::ReservationRescinded(facts) => {
                self.of_reservation(facts, labels, |figures| figures.reservations_rescinded += 1);
            }
            EventKind::WorkspaceUpdated(_)
            | EventKind::WorkspaceDeleted(_)
            | EventKind::ActivityCreated(_)
            | EventKind::ActivityUpdated(_)
            | EventKind::ActivityDeleted(_)
            | EventKind::TaskChannelCreated(_)
            | EventKind::TaskChannelUpdated(_)
            | EventKind::TaskChannelDeleted(_)
            | EventKind::TaskQueueCreated(_)
            | EventKind::TaskQueueExpressionUpdated(_)
            | EventKind::TaskQueueDeleted(_)
            | EventKind::WorkflowCreated(_)
            | EventKind::WorkflowUpdated(_)
            | EventKind::WorkflowDeleted(_)
            | EventKind::WorkerCreated(_)
            | EventKind::WorkerAttributesUpdated(_)
            | EventKind::WorkerDeleted(_)
            | EventKind::WorkerActivityUpdated(_)
            | EventKind::WorkerCapacityUpdated(_)
            | EventKind::WorkerChannelAvailabilityUpdated(_)
            | EventKind::TaskUpdated(_)
            | EventKind::TaskWrapup(_)
            | EventKind::WorkflowEntered(_)
            | EventKind::WorkflowTargetMatched(_)
            | EventKind::WorkflowSkipped(_)
            | EventKind::TaskQueueTimeout(_)
            | EventKind::ReservationWrapup(_)
            | EventKind::ReservationCompleted(_) => {}
        }
    }

    fn of_task(&mut self, task: &TaskFacts, labels: Labels<'_>, count: impl Fn(&mut Figures)) {
        count(&mut self.workspace);
        if let Some(step) = &task.step {
            let queue = labels.task_queue(step.task_queue, &step.task_queue_name);
            count(self.task_queues.entry(queue).or_default());
        }
    }

    fn of_reservation(&mut self, facts: &ReservationFacts, labels: Labels<'_>, count: impl Fn(&mut Figures)) {
        count(&mut self.workspace);
        let name = facts.task.step.as_ref().map(|step| step.task_queue_name.as_ref()).unwrap_or_default();
        if let Some(queue) = facts.task_queue {
            count(self.task_queues.entry(labels.task_queue(queue, name)).or_default());
        }
    }
}
