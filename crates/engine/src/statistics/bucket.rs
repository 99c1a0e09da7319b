//! What happened in one minute to one scope on one channel, or in a window to all that was asked for.

use super::counts::Counts;
use super::spread::Spread;
use super::waits::Waits;

/// Counts and waits that add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Bucket {
    pub(super) counts: Counts,
    /// Absent until a wait is over: most buckets are those of workers, who have no waits.
    pub(super) waits: Option<Box<TaskWaits>>,
}

/// The waits of tasks that are over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct TaskWaits {
    pub(super) until_accepted: Waits,
    pub(super) until_canceled: Waits,
    pub(super) in_queue_until_accepted: Spread,
}

impl Bucket {
    pub(super) fn waits(&mut self) -> &mut TaskWaits {
        self.waits.get_or_insert_default()
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        let Some(theirs) = &other.waits else { return };
        let ours = self.waits();
        ours.until_accepted.merge(&theirs.until_accepted);
        ours.until_canceled.merge(&theirs.until_canceled);
        ours.in_queue_until_accepted.merge(&theirs.in_queue_until_accepted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TaskChannelId;
    use crate::statistics::Scope;

    /// What the documentation of `Statistics` says of memory.
    #[test]
    fn a_bucket_is_small() {
        let key = size_of::<(Scope, TaskChannelId)>();
        assert!(key + size_of::<Box<Bucket>>() + size_of::<Bucket>() <= 168);
        assert!(size_of::<TaskWaits>() <= 144);
    }
}
