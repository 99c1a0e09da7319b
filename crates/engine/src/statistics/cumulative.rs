//! The answer to a question: the figures of a scope in a window.

use std::time::Duration;

use super::StatisticsError;
use super::bucket::{Bucket, TaskWaits};
use super::counts::Counts;
use super::spread::Spread;
use super::window::Window;

/// What happened to a scope in a window (semantics section 10.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cumulative {
    /// The window.
    pub window: Window,
    /// How often things happened.
    pub counts: Counts,
    /// From the creation of a task until a worker accepted it. None for workers.
    pub wait_until_accepted: Spread,
    /// From the creation of a task until it was canceled. None for workers.
    pub wait_until_canceled: Spread,
    /// From the entry into this queue until a worker accepted the task. For queues only.
    pub wait_in_queue_until_accepted: Spread,
    waits: TaskWaits,
    longest_wait: u32,
}

/// What ended above and below a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitSplit {
    /// After a wait longer than the threshold.
    pub above: WaitCounts,
    /// After a wait that was not longer: one equal to the threshold is here (Q52).
    pub below: WaitCounts,
}

/// How many waits ended, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitCounts {
    /// With a worker.
    pub reservations_accepted: u64,
    /// Without one.
    pub tasks_canceled: u64,
}

impl Cumulative {
    pub(super) fn new(window: Window, longest_wait: u32, bucket: Bucket) -> Self {
        let waits = bucket.waits.map(|waits| *waits).unwrap_or_default();
        Self {
            window,
            counts: bucket.counts,
            wait_until_accepted: waits.until_accepted.spread,
            wait_until_canceled: waits.until_canceled.spread,
            wait_in_queue_until_accepted: waits.in_queue_until_accepted,
            waits,
            longest_wait,
        }
    }

    /// The average time from the creation of a task until a worker accepted it, in whole seconds.
    pub fn avg_task_acceptance_time(&self) -> Duration {
        self.wait_until_accepted.average()
    }

    /// How many tasks were accepted or canceled after a wait, since their creation, of more than so many seconds, and
    /// how many were not.
    ///
    /// # Errors
    /// When the threshold is beyond [`Settings::longest_wait`](super::Settings::longest_wait).
    pub fn split_by_wait_time(&self, threshold: u32) -> Result<WaitSplit, StatisticsError> {
        if threshold > self.longest_wait {
            return Err(StatisticsError::ThresholdTooLong { threshold, longest: self.longest_wait });
        }
        let (accepted_above, accepted_below) = self.waits.until_accepted.split(threshold);
        let (canceled_above, canceled_below) = self.waits.until_canceled.split(threshold);
        Ok(WaitSplit {
            above: WaitCounts { reservations_accepted: accepted_above, tasks_canceled: canceled_above },
            below: WaitCounts { reservations_accepted: accepted_below, tasks_canceled: canceled_below },
        })
    }
}
