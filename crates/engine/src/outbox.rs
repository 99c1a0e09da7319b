//! The only way to emit an event, and where events wait until the driver takes them.

use std::collections::VecDeque;

use crate::event::{Event, EventKind};
use crate::time::Timestamp;

/// Events not yet taken, and how many there have been.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    waiting: VecDeque<Event>,
    emitted: u64,
}

impl Outbox {
    pub(crate) fn emit(&mut self, at: Timestamp, kind: EventKind) {
        self.emitted += 1;
        self.waiting.push_back(Event { sequence: self.emitted, at, kind });
    }

    pub(crate) fn poll(&mut self) -> Option<Event> {
        self.waiting.pop_front()
    }

    /// How many events there have been.
    pub(crate) fn emitted(&self) -> u64 {
        self.emitted
    }
}
