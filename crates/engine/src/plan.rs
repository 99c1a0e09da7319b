//! What would happen, found out on a fork: the engine itself runs on a copy, so there is no second idea of routing.

use crate::command::Command;
use crate::engine::Engine;
use crate::event::{Event, EventKind, ReservationFacts};
use crate::reject::Rejection;
use crate::time::Timestamp;

/// What a command would do, and what would follow ([`Engine::plan`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Whether the command would be accepted.
    pub answer: Result<(), Rejection>,
    /// What would happen up to and at the instant of the command: due timers, then the command.
    pub now: Vec<Event>,
    /// What would happen afterwards if nobody did anything.
    pub next: Vec<Event>,
}

impl Plan {
    /// The reservations that would be made at once.
    pub fn reserved_now(&self) -> impl Iterator<Item = &ReservationFacts> {
        reserved(&self.now)
    }

    /// The reservations that would be made later if nobody did anything, in order.
    pub fn reserved_next(&self) -> impl Iterator<Item = &ReservationFacts> {
        reserved(&self.next)
    }
}

fn reserved(events: &[Event]) -> impl Iterator<Item = &ReservationFacts> {
    let made = |event: &Event| matches!(event.kind, EventKind::ReservationCreated(_));
    events.iter().filter(move |event| made(event)).filter_map(|event| event.kind.reservation())
}

/// Runs the copy to its end.
pub(crate) fn plan(mut fork: Engine, now: Timestamp, command: Option<Command>, until: Timestamp) -> Plan {
    drained(&mut fork);
    let answer = match command {
        Some(command) => fork.handle(now, command),
        None => {
            fork.handle_timeout(now);
            Ok(())
        }
    };
    let now = drained(&mut fork);
    fork.handle_timeout(until);
    Plan { answer, now, next: drained(&mut fork) }
}

fn drained(engine: &mut Engine) -> Vec<Event> {
    std::iter::from_fn(|| engine.poll_event()).collect()
}
