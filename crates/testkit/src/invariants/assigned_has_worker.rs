//! Work that was taken was taken by someone.

use pointsman::{Engine, TaskStatus};

use super::{Invariant, Violation, require};

const NAME: &str = "assigned-has-worker";

pub(super) const INVARIANT: Invariant =
    Invariant { name: NAME, what: "a task has a worker exactly when it is assigned, wrapping or completed", check };

fn check(engine: &Engine) -> Result<(), Violation> {
    engine.tasks().try_for_each(|task| {
        let taken = task.facts.status.is_taken() || task.facts.status == TaskStatus::Completed;
        require(taken == task.worker.is_some(), NAME, || format!("{} with worker {:?}", task.facts, task.worker))
    })
}
