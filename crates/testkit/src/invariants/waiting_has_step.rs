//! A task that waits, waits somewhere.

use pointsman::Engine;

use super::{Invariant, Violation, require};

const NAME: &str = "waiting-has-step";

pub(super) const INVARIANT: Invariant =
    Invariant { name: NAME, what: "a task that has not ended is in a routing step", check };

fn check(engine: &Engine) -> Result<(), Violation> {
    engine.tasks().try_for_each(|task| {
        let placed = task.facts.step.is_some() || task.facts.status.is_terminal();
        require(placed, NAME, || format!("{} is in no step", task.facts))
    })
}
