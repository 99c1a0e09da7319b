//! What an event counts as, and where: the one table of the statistics. It stores nothing.
//!
//! Three decisions are here (Q52): everything counts for the queue, workflow and channel the event names, so an
//! acceptance belongs to the queue the task is in when it is accepted; each reservation of a batch is an event and
//! counts; waits run from the creation of the task, and in a queue from its last entry, until the event, whatever
//! happened meanwhile.

use std::time::Duration;

use super::Scope;
use super::bucket::Bucket;
use super::counts::Counts;
use crate::event::{Event, EventKind, TaskFacts};
use crate::id::TaskChannelId;

/// One thing that counts.
pub(super) struct Sample<'a> {
    kind: &'a EventKind,
    task: &'a TaskFacts,
    columns: &'static [Column],
    wait: Option<Wait>,
}

/// One of the counts.
pub(super) type Counter = fn(&mut Counts) -> &mut u64;

/// A wait that is over.
enum Wait {
    Accepted { since_creation: Duration, in_queue: Option<Duration> },
    Canceled { since_creation: Duration },
}

/// A column of section 10.2.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Workspace,
    Workflow,
    TaskQueue,
    Worker,
}

const WORKSPACE: &[Column] = &[Column::Workspace];
const WORKFLOW: &[Column] = &[Column::Workflow];
const TASK_QUEUE: &[Column] = &[Column::TaskQueue];
const BUT_QUEUE: &[Column] = &[Column::Workspace, Column::Workflow];
const BUT_WORKER: &[Column] = &[Column::Workspace, Column::Workflow, Column::TaskQueue];
const ALL: &[Column] = &[Column::Workspace, Column::Workflow, Column::TaskQueue, Column::Worker];

/// In which columns an event counts, and as what.
pub(super) fn rule(kind: &EventKind) -> Option<(&'static [Column], Counter)> {
    match kind {
        EventKind::TaskCreated(_) => Some((WORKSPACE, |counts| &mut counts.tasks_created)),
        EventKind::WorkflowEntered(_) => Some((WORKFLOW, |counts| &mut counts.tasks_entered)),
        EventKind::TaskQueueEntered(_) => Some((TASK_QUEUE, |counts| &mut counts.tasks_entered)),
        EventKind::TaskQueueMoved(_) => Some((BUT_WORKER, |counts| &mut counts.tasks_moved)),
        EventKind::WorkflowTimeout(_) => Some((BUT_QUEUE, |counts| &mut counts.tasks_timed_out_in_workflow)),
        EventKind::TaskCanceled(_) => Some((BUT_WORKER, |counts| &mut counts.tasks_canceled)),
        EventKind::TaskCompleted(_) => Some((BUT_WORKER, |counts| &mut counts.tasks_completed)),
        EventKind::TaskDeleted(_) | EventKind::TaskSystemDeleted(_) => {
            Some((BUT_WORKER, |counts| &mut counts.tasks_deleted))
        }
        EventKind::ReservationCreated(_) => Some((ALL, |counts| &mut counts.reservations_created)),
        EventKind::ReservationAccepted(_) => Some((ALL, |counts| &mut counts.reservations_accepted)),
        EventKind::ReservationRejected(_) => Some((ALL, |counts| &mut counts.reservations_rejected)),
        EventKind::ReservationTimedOut(_) => Some((ALL, |counts| &mut counts.reservations_timed_out)),
        EventKind::ReservationCanceled(_) => Some((ALL, |counts| &mut counts.reservations_canceled)),
        EventKind::ReservationRescinded(_) => Some((ALL, |counts| &mut counts.reservations_rescinded)),
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
        | EventKind::WorkflowTargetMatched(_)
        | EventKind::WorkflowSkipped(_)
        | EventKind::TaskQueueTimeout(_)
        | EventKind::ReservationWrapup(_)
        | EventKind::ReservationCompleted(_) => None,
    }
}

impl<'a> Sample<'a> {
    /// What the event counts as; many kinds count as nothing.
    pub(super) fn of(event: &'a Event) -> Option<Self> {
        let task = event.kind.task()?;
        let (columns, _) = rule(&event.kind)?;
        Some(Self { kind: &event.kind, task, columns, wait: wait(event, task) })
    }

    /// On which channel.
    pub(super) fn channel(&self) -> TaskChannelId {
        self.task.task_channel
    }

    /// Where. A task may be without workflow or queue (rule R15).
    pub(super) fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.columns.iter().filter_map(|column| match column {
            Column::Workspace => Some(Scope::Workspace),
            Column::Workflow => self.task.workflow.map(Scope::Workflow),
            Column::TaskQueue => self.task.step.as_ref().map(|step| Scope::TaskQueue(step.task_queue)),
            Column::Worker => self.kind.reservation().map(|facts| Scope::Worker(facts.worker.worker)),
        })
    }

    pub(super) fn count(&self, counts: &mut Counts) {
        counts.count(self.kind);
    }

    /// Counts it in one of its scopes. Workers have no waits; only queues have waits in a queue.
    pub(super) fn record(&self, scope: Scope, bucket: &mut Bucket, longest_wait: u32) {
        self.count(&mut bucket.counts);
        if matches!(scope, Scope::Worker(_)) {
            return;
        }
        match &self.wait {
            Some(Wait::Accepted { since_creation, in_queue }) => {
                bucket.waits().until_accepted.add(*since_creation, longest_wait);
                let in_queue = in_queue.filter(|_| matches!(scope, Scope::TaskQueue(_)));
                in_queue.into_iter().for_each(|wait| bucket.waits().in_queue_until_accepted.add(wait));
            }
            Some(Wait::Canceled { since_creation }) => bucket.waits().until_canceled.add(*since_creation, longest_wait),
            None => {}
        }
    }
}

fn wait(event: &Event, task: &TaskFacts) -> Option<Wait> {
    let since_creation = event.at.since(task.created_at);
    if let EventKind::ReservationAccepted(_) = event.kind {
        let in_queue = task.step.as_ref().map(|step| event.at.since(step.queue_entered_at));
        return Some(Wait::Accepted { since_creation, in_queue });
    }
    if let EventKind::TaskCanceled(_) = event.kind {
        return Some(Wait::Canceled { since_creation });
    }
    None
}
