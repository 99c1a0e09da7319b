//! Reservations change their status by the table, and begin as pending.

use std::collections::BTreeMap;

use pointsman::{Event, ReservationId, ReservationStatus};

use super::{Violation, require};

const NAME: &str = "reservation-lifecycle";

/// The status in which each reservation was last seen.
#[derive(Clone, Debug, Default)]
pub(super) struct ReservationLifecycle {
    seen: BTreeMap<ReservationId, ReservationStatus>,
}

impl ReservationLifecycle {
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        let Some(facts) = event.kind.reservation() else {
            return Ok(());
        };
        let before = self.seen.insert(facts.reservation, facts.status);
        let legal = match before {
            None => facts.status == ReservationStatus::Pending,
            Some(before) => ReservationStatus::TRANSITIONS.contains(&(before, facts.status)),
        };
        require(legal, NAME, || format!("{event}: it was {before:?} before"))
    }
}
