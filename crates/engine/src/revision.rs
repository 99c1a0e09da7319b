//! How often something has changed, and when last: what optimistic updates compare (semantics section 4.4).

use crate::time::Timestamp;

/// The version of a task, worker, reservation or worker channel. What raises it is listed in `docs/events.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Revision {
    /// 0 at the start, then one more with every change.
    pub version: u64,
    /// When the last change was; at first, when it began.
    pub updated_at: Timestamp,
}

impl Revision {
    pub(crate) fn first(at: Timestamp) -> Self {
        Self { version: 0, updated_at: at }
    }

    pub(crate) fn raise(&mut self, now: Timestamp) {
        *self = Self { version: self.version + 1, updated_at: now };
    }
}
