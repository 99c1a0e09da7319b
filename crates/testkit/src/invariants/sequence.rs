//! Events are numbered without gaps and never go back in time.

use pointsman::{Event, Timestamp};

use super::{Violation, require};

const NAME: &str = "sequence";

/// The last event seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    last: Option<(u64, Timestamp)>,
}

impl Sequence {
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        let (number, at) = self.last.replace((event.sequence, event.at)).unwrap_or((0, event.at));
        require(event.sequence == number + 1 && event.at >= at, NAME, || {
            format!("event {} at {} follows event {number} at {at}", event.sequence, event.at)
        })
    }
}
