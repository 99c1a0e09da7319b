//! Multitasking: nobody is asked beyond the capacity (semantics section 7.3), but for the first offer of a task that
//! goes straight to a worker (rule R15). Judged when the worker is asked: capacity may be lowered afterwards.

use std::collections::{BTreeMap, BTreeSet};

use pointsman::{Event, EventKind, ReservationFacts, ReservationId, TaskChannelId, TaskId, WorkerId, WorkspaceSpec};

use super::asked_when_available::ignores_capacity;
use super::{Violation, require};

const NAME: &str = "load-in-capacity";

/// What is known of capacities, and what takes them up. Workers whose capacity no event has told are not judged.
#[derive(Clone, Debug, Default)]
pub(super) struct LoadInCapacity {
    capacities: BTreeMap<(WorkerId, TaskChannelId), u32>,
    open: BTreeMap<ReservationId, (WorkerId, TaskChannelId)>,
    asked: BTreeSet<TaskId>,
}

impl LoadInCapacity {
    /// Knows the workers that a multitasking workspace declares.
    pub(super) fn starting(spec: &WorkspaceSpec) -> Self {
        let mut start = Self::default();
        for worker in spec.workers.iter().filter(|_| spec.multi_task_enabled) {
            for channel in spec.task_channels.iter().map(|channel| channel.task_channel).chain(["default".into()]) {
                let share = worker.channels.get(&channel).copied().unwrap_or_default();
                start.capacities.insert((worker.worker, channel), share.capacity);
            }
        }
        start
    }

    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        if let EventKind::WorkerCapacityUpdated(facts) = &event.kind {
            let known = self.capacities.get_mut(&(facts.worker.worker, facts.task_channel));
            known.into_iter().for_each(|capacity| *capacity = facts.configured_capacity);
        }
        if let EventKind::WorkerDeleted(facts) = &event.kind {
            self.capacities.retain(|(worker, _), _| *worker != facts.worker);
        }
        if let EventKind::TaskChannelDeleted(facts) = &event.kind {
            self.capacities.retain(|(_, channel), _| *channel != facts.task_channel);
        }
        if let EventKind::TaskCreated(facts) = &event.kind {
            self.asked.remove(&facts.task);
        }
        event.kind.reservation().map_or(Ok(()), |facts| self.reservation(event, facts))
    }

    fn reservation(&mut self, event: &Event, facts: &ReservationFacts) -> Result<(), Violation> {
        let place = (facts.worker.worker, facts.task.task_channel);
        let new = self.open.insert(facts.reservation, place).is_none();
        if !facts.status.is_open() {
            self.open.remove(&facts.reservation);
        }
        let waived = self.asked.insert(facts.task.task) && ignores_capacity(&facts.task);
        let Some(capacity) = self.capacities.get(&place).filter(|_| new && !waived) else {
            return Ok(());
        };
        let load = self.open.values().filter(|open| **open == place).count();
        require(load <= *capacity as usize, NAME, || format!("{event}: {load} at once, the capacity is {capacity}"))
    }
}
