//! What was due has happened.

use pointsman::Engine;

use super::{Invariant, Violation, require};

const NAME: &str = "timers-ahead";

pub(super) const INVARIANT: Invariant = Invariant { name: NAME, what: "the next timer lies after the clock", check };

fn check(engine: &Engine) -> Result<(), Violation> {
    let (next, clock) = (engine.poll_timeout(), engine.clock());
    require(next.is_none_or(|next| next > clock), NAME, || format!("a timer is due at {next:?}, the clock is {clock}"))
}
