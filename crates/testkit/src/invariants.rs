//! What always holds (semantics section 14), one invariant per file: some over the engine's views, some over the
//! stream of its events. None of them needs the model.

mod answers_agree;
mod asked_when_available;
mod assigned_has_worker;
mod ended_tasks_rest;
mod one_taker;
mod reservation_lifecycle;
mod reserved_is_asked;
mod sequence;
mod shares_in_bounds;
mod task_lifecycle;
mod timers_ahead;
mod waiting_has_step;
mod work_conserving;

use std::fmt;

use pointsman::{Engine, Event};

/// An invariant over the views of an engine, to be checked between calls.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// What it says.
    pub what: &'static str,
    /// Tells what breaks it, if anything does.
    pub check: fn(&Engine) -> Result<(), Violation>,
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant's name.
    pub invariant: &'static str,
    /// What breaks it.
    pub story: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.story)
    }
}

impl std::error::Error for Violation {}

/// Every invariant over an engine.
///
/// ```
/// use pointsman::{Engine, WorkspaceSpec};
///
/// let engine = Engine::new(WorkspaceSpec::new("Empty"), 0).unwrap();
/// for invariant in pointsman_testkit::invariants() {
///     assert_eq!((invariant.check)(&engine), Ok(()), "{}: {}", invariant.name, invariant.what);
/// }
/// ```
pub fn invariants() -> &'static [Invariant] {
    &[
        reserved_is_asked::INVARIANT,
        one_taker::INVARIANT,
        assigned_has_worker::INVARIANT,
        answers_agree::INVARIANT,
        waiting_has_step::INVARIANT,
        work_conserving::INVARIANT,
        shares_in_bounds::INVARIANT,
        timers_ahead::INVARIANT,
    ]
}

/// Checks every invariant over an engine.
///
/// # Errors
/// The first one that is broken.
pub fn check(engine: &Engine) -> Result<(), Violation> {
    invariants().iter().try_for_each(|invariant| (invariant.check)(engine))
}

/// The invariants over a stream of events, from the first event of an engine on.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    sequence: sequence::Sequence,
    tasks: task_lifecycle::TaskLifecycle,
    reservations: reservation_lifecycle::ReservationLifecycle,
    ended: ended_tasks_rest::EndedTasksRest,
}

impl Watch {
    /// Judges the next event.
    ///
    /// # Errors
    /// The first invariant that the event breaks.
    pub fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        self.sequence.observe(event)?;
        self.tasks.observe(event)?;
        self.reservations.observe(event)?;
        self.ended.observe(event)?;
        asked_when_available::observe(event)
    }
}

/// Breaks the invariant of this name unless the test holds.
fn require(test: bool, invariant: &'static str, story: impl FnOnce() -> String) -> Result<(), Violation> {
    if test { Ok(()) } else { Err(Violation { invariant, story: story() }) }
}
