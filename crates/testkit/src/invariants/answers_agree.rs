//! Tasks and workers tell the same about their reservations.

use pointsman::{Engine, ReservationStatus, WorkerId};

use super::{Invariant, Violation, require};

const NAME: &str = "answers-agree";

pub(super) const INVARIANT: Invariant = Invariant {
    name: NAME,
    what: "a worker's open reservations are open, are its own, and are those its tasks tell of",
    check,
};

fn check(engine: &Engine) -> Result<(), Violation> {
    let workers: Vec<_> = engine.workers().collect();
    for worker in &workers {
        let id = worker.facts.worker;
        worker.reservations.iter().try_for_each(|reservation| {
            let row = engine.reservation(*reservation);
            let told = row.is_some_and(|row| row.worker == id && row.status.is_open() && told(engine, row.task, id));
            require(told, NAME, || format!("{} holds {reservation}, which is {row:?}", worker.facts))
        })?;
    }
    let held = workers.iter().flat_map(|worker| &worker.reservations).filter_map(|id| engine.reservation(*id));
    let pending = held.filter(|row| row.status == ReservationStatus::Pending).count();
    let asked: usize = engine.tasks().map(|task| task.reserved.len()).sum();
    require(pending == asked, NAME, || format!("workers hold {pending} pending reservations, tasks tell of {asked}"))
}

fn told(engine: &Engine, task: pointsman::TaskId, worker: WorkerId) -> bool {
    engine.task(task).is_some_and(|task| task.reserved.contains(&worker) || task.worker == Some(worker))
}
