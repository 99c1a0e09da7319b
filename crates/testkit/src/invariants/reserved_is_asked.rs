//! A task is reserved exactly as long as a worker is being asked.

use pointsman::{Engine, TaskStatus};

use super::{Invariant, Violation, require};

const NAME: &str = "reserved-is-asked";

pub(super) const INVARIANT: Invariant =
    Invariant { name: NAME, what: "a task is reserved exactly when it has a pending reservation", check };

fn check(engine: &Engine) -> Result<(), Violation> {
    engine.tasks().try_for_each(|task| {
        let reserved = task.facts.status == TaskStatus::Reserved;
        require(reserved != task.reserved.is_empty(), NAME, || {
            format!("{} with {} pending reservations", task.facts, task.reserved.len())
        })
    })
}
