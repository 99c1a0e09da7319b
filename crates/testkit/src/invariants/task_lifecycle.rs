//! Tasks change their status by the table.

use std::collections::BTreeMap;

use pointsman::{Event, EventKind, TaskId, TaskStatus};

use super::{Violation, require};

const NAME: &str = "task-lifecycle";

/// The status in which each task was last seen.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskLifecycle {
    seen: BTreeMap<TaskId, TaskStatus>,
}

impl TaskLifecycle {
    /// A new task may take the name of one that is gone.
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        let Some(facts) = event.kind.task() else {
            return Ok(());
        };
        if matches!(event.kind, EventKind::TaskCreated(_)) {
            self.seen.remove(&facts.task);
        }
        let before = self.seen.insert(facts.task, facts.status).unwrap_or(TaskStatus::Pending);
        let legal = before == facts.status || TaskStatus::TRANSITIONS.contains(&(before, facts.status));
        require(legal, NAME, || format!("{event}: {} was {before} before", facts.task))
    }
}
