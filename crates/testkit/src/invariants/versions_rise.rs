//! Versions only rise, and by no more than what happened (`docs/events.md`, Versions).

use std::collections::BTreeMap;
use std::fmt::Debug;

use pointsman::{
    Event, EventKind, ReservationId, Revision, Subject, TaskChannelId, TaskFacts, TaskId, WorkerFacts, WorkerId,
};

use super::{Violation, require};

const NAME: &str = "versions-rise";

/// The version and the look in which each thing was last seen.
#[derive(Clone, Debug, Default)]
pub(super) struct VersionsRise {
    tasks: BTreeMap<TaskId, (Revision, String)>,
    workers: BTreeMap<WorkerId, (Revision, String)>,
    channels: BTreeMap<(WorkerId, TaskChannelId), (Revision, String)>,
    reservations: BTreeMap<ReservationId, (Revision, String)>,
}

impl VersionsRise {
    /// One change between two events of a worker and its channels; of tasks and reservations two: that a task
    /// returns and that a reservation is held have no event of their own.
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        self.forget(event);
        if let Subject::WorkerChannel(facts) = event.kind.subject() {
            let look = (facts.available, facts.configured_capacity);
            rises(event, &mut self.channels, (facts.worker.worker, facts.task_channel), facts.revision, &look, 1)?;
        }
        if let Some(facts) = event.kind.task() {
            rises(event, &mut self.tasks, facts.task, facts.revision, &task_look(facts), 2)?;
        }
        if let Some(facts) = event.kind.worker() {
            rises(event, &mut self.workers, facts.worker, facts.revision, &worker_look(facts), 1)?;
        }
        let Some(facts) = event.kind.reservation() else {
            return Ok(());
        };
        rises(event, &mut self.reservations, facts.reservation, facts.revision, &facts.status, 2)
    }

    /// Another one may take the name of one that is gone.
    fn forget(&mut self, event: &Event) {
        if let EventKind::TaskCreated(facts) = &event.kind {
            self.tasks.remove(&facts.task);
        }
        if let EventKind::WorkerCreated(facts) = &event.kind {
            self.workers.remove(&facts.worker);
            self.channels.retain(|(worker, _), _| *worker != facts.worker);
        }
        if let EventKind::TaskChannelCreated(facts) = &event.kind {
            self.channels.retain(|(_, channel), _| *channel != facts.task_channel);
        }
    }
}

/// What no name elsewhere changes.
fn task_look(facts: &TaskFacts) -> impl Debug {
    let place = facts.step.as_ref().map(|step| (step.filter, step.target, step.task_queue));
    (facts.status, facts.priority, facts.attributes.clone(), facts.virtual_start_time, facts.task_channel, place)
}

fn worker_look(facts: &WorkerFacts) -> impl Debug {
    (facts.friendly_name.clone(), facts.attributes.clone(), facts.activity, facts.activity_since)
}

fn rises<K: Ord + Copy>(
    event: &Event,
    seen: &mut BTreeMap<K, (Revision, String)>,
    id: K,
    revision: Revision,
    look: &impl Debug,
    most: u64,
) -> Result<(), Violation> {
    let look = format!("{look:?}");
    let Some((before, looked)) = seen.insert(id, (revision, look.clone())) else {
        return Ok(());
    };
    let by = revision.version.checked_sub(before.version);
    let same = revision == before && look == looked;
    let right = by.is_some_and(|by| by <= most && (by > 0 || same)) && revision.updated_at >= before.updated_at;
    require(right, NAME, || format!("{event}: {revision:?} follows {before:?}"))
}
