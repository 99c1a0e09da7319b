//! A wait, split: every millisecond of it goes to one cause.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{Timestamp, WaitCause};

/// A wait that goes on, or is over.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    /// When it began.
    from: Timestamp,
    /// When it ended.
    to: Option<Timestamp>,
    /// Up to here everything is in the parts.
    split_to: Timestamp,
    /// What the time since then is due to.
    cause: Option<WaitCause>,
    parts: BTreeMap<WaitCause, Duration>,
}

impl Wait {
    /// A wait that begins now.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { from: now, to: None, split_to: now, cause: None, parts: BTreeMap::new() }
    }

    /// Gives the time up to now to the cause that held until now.
    pub(super) fn pass(&mut self, now: Timestamp) {
        let span = now.since(self.split_to);
        if let Some(cause) = self.cause.filter(|_| !span.is_zero()) {
            *self.parts.entry(cause).or_default() += span;
        }
        self.split_to = now;
    }

    /// From now on it is due to this.
    pub(super) fn is_due_to(&mut self, cause: Option<WaitCause>) {
        self.cause = cause.filter(|_| self.to.is_none());
    }

    /// Whether it goes on.
    pub(super) fn goes_on(&self) -> bool {
        self.to.is_none()
    }

    /// It is over; a second end changes nothing.
    pub(super) fn stop(&mut self, now: Timestamp) {
        self.to.get_or_insert(now);
        self.cause = None;
    }

    /// The whole of it and its parts, up to now.
    pub(super) fn finish(mut self, now: Timestamp) -> (Duration, BTreeMap<WaitCause, Duration>) {
        self.pass(now);
        (self.to.unwrap_or(now).since(self.from), self.parts)
    }
}
