//! No task ahead of another is passed over for a worker that could serve it (semantics sections 3.2 and 14).
//!
//! Judged from events alone, so only where they are proof: both tasks stand in the same step of a workflow that
//! nobody has changed, with equal attributes and the same channel, and one is ahead whatever the order of the queue.

use std::collections::{BTreeMap, BTreeSet};

use pointsman::{Event, EventKind, ReservationId, TaskFacts, TaskId, TaskStatus, WorkflowId};

use super::{Violation, require};

const NAME: &str = "strict-order";

/// The tasks that wait, and what could make them wait for different things.
#[derive(Clone, Debug, Default)]
pub(super) struct StrictOrder {
    pending: BTreeMap<TaskId, TaskFacts>,
    asked: BTreeMap<TaskId, BTreeSet<ReservationId>>,
    changed: BTreeSet<WorkflowId>,
}

impl StrictOrder {
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        if let EventKind::WorkflowUpdated(facts) | EventKind::WorkflowCreated(facts) = &event.kind {
            self.changed.insert(facts.workflow);
        }
        let Some(facts) = event.kind.task() else {
            return Ok(());
        };
        self.remember(event, facts);
        let EventKind::ReservationCreated(_) = event.kind else {
            return Ok(());
        };
        let passed_over = self.pending.values().find(|other| self.alike(other, facts) && is_ahead(other, facts));
        require(passed_over.is_none(), NAME, || {
            let other = passed_over.map(ToString::to_string).unwrap_or_default();
            format!("{event}: {other} is ahead and waits for the same")
        })
    }

    /// A reserved task whose last reservation has ended waits again, in the facts of that event.
    fn remember(&mut self, event: &Event, facts: &TaskFacts) {
        let asked = self.asked.entry(facts.task).or_default();
        if let Some(reservation) = event.kind.reservation() {
            asked.remove(&reservation.reservation);
            asked.extend(reservation.status.is_open().then_some(reservation.reservation));
        }
        let gone = matches!(event.kind, EventKind::TaskDeleted(_) | EventKind::TaskSystemDeleted(_));
        let waits = facts.status == TaskStatus::Pending || (facts.status == TaskStatus::Reserved && asked.is_empty());
        if waits && !gone {
            self.pending.insert(facts.task, facts.clone());
        } else {
            self.pending.remove(&facts.task);
        }
    }

    /// Whether a worker who can serve one can serve the other.
    fn alike(&self, one: &TaskFacts, other: &TaskFacts) -> bool {
        let place = |task: &TaskFacts| task.step.as_ref().map(|step| (step.filter, step.target, step.task_queue));
        let unchanged = one.workflow.is_some_and(|workflow| !self.changed.contains(&workflow));
        let same_step = one.workflow == other.workflow && place(one) == place(other);
        let same_task = one.attributes == other.attributes && one.task_channel == other.task_channel;
        unchanged && same_step && same_task && one.routing_target.is_none() && other.routing_target.is_none()
    }
}

/// Ahead in a FIFO queue by priority and in a LIFO queue by age.
fn is_ahead(one: &TaskFacts, other: &TaskFacts) -> bool {
    one.priority > other.priority && one.virtual_start_time > other.virtual_start_time
}
