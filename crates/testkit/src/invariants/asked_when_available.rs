//! Only workers in an available activity are asked (semantics section 6.2).

use pointsman::{Event, EventKind};

use super::{Violation, require};

const NAME: &str = "asked-when-available";

pub(super) fn observe(event: &Event) -> Result<(), Violation> {
    let EventKind::ReservationCreated(facts) = &event.kind else {
        return Ok(());
    };
    require(facts.worker.available, NAME, || format!("{event}: {} is unavailable", facts.worker))
}
