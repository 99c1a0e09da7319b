//! The figures of a worker's channels are what their definitions say (semantics section 7.3, rule R25).

use pointsman::{Engine, ReservationStatus, WorkerView};

use super::{Invariant, Violation, require};

const NAME: &str = "shares-in-bounds";

pub(super) const INVARIANT: Invariant = Invariant {
    name: NAME,
    what: "assigned tasks and free share of every channel follow from the reservations",
    check,
};

fn check(engine: &Engine) -> Result<(), Violation> {
    engine.workers().try_for_each(|worker| check_worker(engine, &worker))
}

fn check_worker(engine: &Engine, worker: &WorkerView) -> Result<(), Violation> {
    let open = worker.reservations.iter().filter_map(|id| engine.reservation(*id));
    let open: Vec<_> = open.filter_map(|row| Some((row.status, engine.task(row.task)?.facts.task_channel))).collect();
    worker.channels.iter().try_for_each(|share| {
        let here = || open.iter().filter(|(_, channel)| *channel == share.task_channel);
        let accepted = here().filter(|(status, _)| *status == ReservationStatus::Accepted).count();
        let capacity = share.configured_capacity as usize;
        let free = capacity.saturating_sub(here().count()) * 100 / capacity.max(1);
        let right = share.assigned_tasks as usize == accepted && share.available_capacity_percentage as usize == free;
        require(right, NAME, || {
            format!("{}: {accepted} accepted and {free} percent free, told as {share:?}", worker.facts)
        })
    })
}
