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

    /// The events not yet taken, in order.
    #[cfg(feature = "snapshot")]
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Event> {
        self.waiting.iter()
    }

    /// The events of a snapshot.
    #[cfg(feature = "snapshot")]
    pub(crate) fn restored(waiting: Vec<Event>, emitted: u64) -> Self {
        Self { waiting: waiting.into(), emitted }
    }

    /// How many events there have been.
    pub(crate) fn emitted(&self) -> u64 {
        self.emitted
    }
}
