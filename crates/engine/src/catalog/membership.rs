//! The expressions of all queues, indexed: which queues a worker belongs to is found without a look at each.

use std::collections::{BTreeMap, BTreeSet};

use pointsman_expr::{Attributes, Expression, Found, Index, Row, Slots, Source};

use super::reads_activity;
use crate::id::TaskQueueId;

/// Queue expressions by what has to be true of a worker for them to hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Membership {
    slots: Slots,
    index: Index,
    /// Numbers of queues that are gone are given again.
    numbers: BTreeMap<TaskQueueId, u32>,
    queues: Vec<Option<TaskQueueId>>,
    /// Those who is in which depends on activities (Q15).
    activity_readers: BTreeSet<TaskQueueId>,
}

impl Membership {
    /// Workers join this queue by this expression; nobody does without one.
    pub(crate) fn set(&mut self, queue: TaskQueueId, expression: Option<&Expression>) {
        self.forget(queue);
        let Some(expression) = expression else { return };
        let free = self.queues.iter().position(Option::is_none).unwrap_or(self.queues.len());
        let number = u32::try_from(free).unwrap_or(u32::MAX);
        self.queues.resize(self.queues.len().max(free + 1), None);
        self.queues[free] = Some(queue);
        if reads_activity(expression) {
            self.activity_readers.insert(queue);
        }
        self.numbers.insert(queue, number);
        self.index.insert(number, &self.slots.bind(expression));
    }

    pub(crate) fn forget(&mut self, queue: TaskQueueId) {
        let Some(number) = self.numbers.remove(&queue) else { return };
        self.index.remove(number);
        self.queues[number as usize] = None;
        self.activity_readers.remove(&queue);
    }

    /// Whether who is in some queue depends on activities.
    pub(crate) fn reads_activity(&self) -> bool {
        !self.activity_readers.is_empty()
    }

    /// The queues whose expressions hold for a worker with these attributes and these fields, sorted.
    pub(crate) fn of(&self, attributes: &Attributes, fields: &impl Source) -> Vec<TaskQueueId> {
        let (nobody, row) = (Row::default(), self.slots.passing_row_of_worker(attributes));
        let mut found = Found::default();
        let numbers = self.index.matching(&nobody, &row, fields, &mut found);
        let mut queues: Vec<_> = numbers.filter_map(|number| self.queues.get(number as usize).copied()?).collect();
        queues.sort_unstable();
        queues
    }
}
