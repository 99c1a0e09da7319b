//! Only workers in an available activity are asked (semantics section 6.2); a task that goes straight to a worker
//! may ask once whatever the activity (rule R15).

use std::collections::BTreeSet;

use pointsman::{Event, EventKind, RoutingTarget, TaskFacts, TaskId};

use super::{Violation, require};

const NAME: &str = "asked-when-available";

/// The tasks that have asked.
#[derive(Clone, Debug, Default)]
pub(super) struct AskedWhenAvailable {
    asked: BTreeSet<TaskId>,
}

impl AskedWhenAvailable {
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        if let EventKind::TaskCreated(facts) = &event.kind {
            self.asked.remove(&facts.task);
        }
        let EventKind::ReservationCreated(facts) = &event.kind else {
            return Ok(());
        };
        let first = self.asked.insert(facts.task.task);
        let waived = first && ignores_capacity(&facts.task);
        require(facts.worker.available || waived, NAME, || format!("{event}: {} is unavailable", facts.worker))
    }
}

/// Whether its first offer is made whatever the worker does.
pub(super) fn ignores_capacity(task: &TaskFacts) -> bool {
    matches!(task.routing_target, Some(RoutingTarget::Worker { ignore_capacity: true, .. }))
}
