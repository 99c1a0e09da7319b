//! Once a task has ended, nothing more happens to it.

use std::collections::BTreeSet;

use pointsman::{Event, EventKind, TaskId};

use super::{Violation, require};

const NAME: &str = "ended-tasks-rest";

/// The tasks that have ended.
#[derive(Clone, Debug, Default)]
pub(super) struct EndedTasksRest {
    ended: BTreeSet<TaskId>,
}

impl EndedTasksRest {
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        let Some(facts) = event.kind.task() else {
            return Ok(());
        };
        if matches!(event.kind, EventKind::TaskCreated(_)) {
            self.ended.remove(&facts.task);
        }
        let closes = matches!(
            event.kind,
            EventKind::TaskDeleted(_) | EventKind::ReservationCanceled(_) | EventKind::ReservationCompleted(_)
        );
        let rests = closes || !self.ended.contains(&facts.task);
        if facts.status.is_terminal() {
            self.ended.insert(facts.task);
        }
        require(rests, NAME, || format!("{event}: {} had ended", facts.task))
    }
}
