//! A task that waits, waits somewhere.

use pointsman::{Engine, RoutingTarget};

use super::{Invariant, Violation, require};

const NAME: &str = "waiting-has-step";

pub(super) const INVARIANT: Invariant = Invariant {
    name: NAME,
    what: "a task that has not ended is in a routing step, unless it goes to a worker outside of every queue",
    check,
};

fn check(engine: &Engine) -> Result<(), Violation> {
    engine.tasks().try_for_each(|task| {
        let outside = matches!(task.facts.routing_target, Some(RoutingTarget::Worker { task_queue: None, .. }));
        let placed = task.facts.step.is_some() || task.facts.status.is_terminal();
        require(placed != outside || task.facts.status.is_terminal(), NAME, || {
            format!("{} with step {:?} and target {:?}", task.facts, task.facts.step, task.facts.routing_target)
        })
    })
}
