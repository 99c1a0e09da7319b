//! Nobody shares a task.

use std::collections::BTreeMap;

use pointsman::{Engine, ReservationStatus};

use super::{Invariant, Violation, require};

const NAME: &str = "one-taker";

pub(super) const INVARIANT: Invariant =
    Invariant { name: NAME, what: "at most one reservation of a task is accepted or wrapping", check };

fn check(engine: &Engine) -> Result<(), Violation> {
    let mut takers = BTreeMap::new();
    for id in engine.workers().flat_map(|worker| worker.reservations) {
        let Some(row) = engine.reservation(id) else {
            continue;
        };
        let taken = [ReservationStatus::Accepted, ReservationStatus::Wrapping].contains(&row.status);
        let before = if taken { takers.insert(row.task, row.worker) } else { None };
        require(before.is_none(), NAME, || format!("{} is taken by {} and by {before:?}", row.task, row.worker))?;
    }
    Ok(())
}
