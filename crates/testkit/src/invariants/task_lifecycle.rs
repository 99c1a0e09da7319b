//! Tasks change their status by the table.

use std::collections::BTreeMap;

use pointsman::{Event, EventKind, Subject, TaskFacts, TaskId, TaskStatus};

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
        let Some(facts) = task_of(event) else {
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

/// The task an event tells of.
pub(super) fn task_of(event: &Event) -> Option<&TaskFacts> {
    match event.kind.subject() {
        Subject::Task(facts) => Some(facts),
        Subject::Reservation(facts) => Some(&facts.task),
        Subject::Workspace(_)
        | Subject::Activity(_)
        | Subject::TaskChannel(_)
        | Subject::TaskQueue(_)
        | Subject::Workflow(_)
        | Subject::Worker(_)
        | Subject::WorkerActivity(_)
        | Subject::WorkerChannel(_) => None,
    }
}
