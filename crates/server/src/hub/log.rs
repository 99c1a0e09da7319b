//! The events of a workspace that can still be asked for.

use std::collections::VecDeque;
use std::time::Duration;

use pointsman::{Event, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an event can be asked for (semantics section 9.1).
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The most events that are kept: memory is bounded before the thirty days are over.
const KEPT_AT_MOST: usize = 100_000;

/// Events in order, the oldest dropped first. An event shares its documents with its neighbours, so that it takes a few
/// hundred bytes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventLog(VecDeque<Event>);

impl EventLog {
    pub(super) fn push(&mut self, event: Event) {
        let kept_from = event.at.before(KEPT_FOR);
        self.0.push_back(event);
        while self.0.len() > KEPT_AT_MOST || self.0.front().is_some_and(|event| event.at < kept_from) {
            self.0.pop_front();
        }
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.0.iter()
    }

    /// Those that happened at this instant or later.
    pub fn since(&self, start: Timestamp) -> impl DoubleEndedIterator<Item = &Event> {
        self.0.range(self.0.partition_point(|event| event.at < start)..)
    }

    /// Those behind this one.
    pub fn after(&self, sequence: u64) -> impl DoubleEndedIterator<Item = &Event> {
        self.0.range(self.0.partition_point(|event| event.sequence <= sequence)..)
    }

    /// The number of the last event, 0 before the first.
    pub fn last(&self) -> u64 {
        self.0.back().map_or(0, |event| event.sequence)
    }
}
