//! What happened in one minute to one scope on one channel, or in a window to all that was asked for.

use super::counts::Counts;
use super::spread::Spread;
use super::waits::Waits;

/// Counts and waits that add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Bucket {
    pub(super) counts: Counts,
    pub(super) until_accepted: Waits,
    pub(super) until_canceled: Waits,
    pub(super) in_queue_until_accepted: Spread,
}

impl Bucket {
    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.until_accepted.merge(&other.until_accepted);
        self.until_canceled.merge(&other.until_canceled);
        self.in_queue_until_accepted.merge(&other.in_queue_until_accepted);
    }
}
