//! Where tasks and workers meet: of each queue the classes of its workers and the lines of its tasks; and the task
//! channels, in the order in which classes count them.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::Judge;
use crate::id::{TaskChannelId, TaskQueueId};

/// Queues and channels by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Queues {
    sides: IndexMap<TaskQueueId, Sides, FxBuildHasher>,
    pub(super) channels: Vec<Channel>,
    /// The numbers of the channels of which a task has waited: before that nobody stands ready for one.
    pub(super) used: Vec<usize>,
}

/// Both sides of a queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Sides {
    /// The classes of its workers; some may have nobody to ask.
    pub(super) classes: Vec<usize>,
    /// The lines of tasks in it, by channel; none is empty.
    pub(super) lines: Vec<Vec<usize>>,
}

/// A task channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    pub(super) id: TaskChannelId,
    /// Whether idle time counts on this channel alone (Q46).
    pub(super) optimized: bool,
}

impl Queues {
    /// No queue yet, and the channels there are: workers have their shares in the same order.
    pub(super) fn new(judge: Judge<'_>) -> Self {
        let channels = judge.catalog.channels.iter();
        let channels = channels.map(|(_, row)| Channel { id: row.id, optimized: row.optimized });
        let mut channels: Vec<_> = channels.collect();
        channels.sort_unstable_by_key(|channel| channel.id);
        Self { sides: IndexMap::default(), channels, used: Vec::new() }
    }

    /// The number of a queue.
    pub(super) fn number(&mut self, queue: TaskQueueId) -> usize {
        self.sides.get_index_of(&queue).unwrap_or_else(|| {
            let channels = self.channels.len() + 1;
            let sides = Sides { classes: Vec::new(), lines: vec![Vec::new(); channels] };
            self.sides.insert_full(queue, sides).0
        })
    }

    pub(super) fn sides(&self, queue: usize) -> &Sides {
        &self.sides[queue]
    }

    pub(super) fn sides_mut(&mut self, queue: usize) -> &mut Sides {
        &mut self.sides[queue]
    }

    /// Notes that a task of this channel waits; when it is the first, the number of the channel.
    pub(super) fn uses(&mut self, id: TaskChannelId) -> Option<usize> {
        let number = self.channel(id);
        if number == self.channels.len() || self.used.contains(&number) {
            return None;
        }
        self.used.push(number);
        Some(number)
    }

    /// The number of a channel; one that nobody has when there is no such channel.
    pub(super) fn channel(&self, id: TaskChannelId) -> usize {
        self.channels.iter().position(|channel| channel.id == id).unwrap_or(self.channels.len())
    }
}
