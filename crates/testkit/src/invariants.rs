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

#[cfg(test)]
mod tests {
    use pointsman::{
        CancelTask, CreateTask, EventKind, TargetSpec, TaskQueueSpec, TaskStatus, Timestamp, WorkerSpec,
        WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
    };

    use super::*;

    /// The events of a task that is created, reserved and canceled.
    fn events() -> Vec<Event> {
        let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("everyone"));
        let spec = WorkspaceSpec::new("Small")
            .task_queue(TaskQueueSpec::new("everyone", "1==1"))
            .workflow(WorkflowSpec::new("all", everyone))
            .worker(WorkerSpec::new("ann").activity("Available"));
        let mut engine = Engine::new(spec, 0).unwrap();
        engine.handle(Timestamp::EPOCH, CreateTask::new("t1")).unwrap();
        engine.handle(Timestamp::EPOCH, CancelTask::new("t1")).unwrap();
        std::iter::from_fn(|| engine.poll_event()).collect()
    }

    /// The invariant that a changed stream breaks.
    fn broken(change: impl FnOnce(&mut Vec<Event>)) -> Option<&'static str> {
        let mut events = events();
        change(&mut events);
        let mut watch = Watch::default();
        events.iter().try_for_each(|event| watch.observe(event)).err().map(|violation| violation.invariant)
    }

    fn renumber(events: &mut [Event]) {
        for (event, number) in events.iter_mut().zip(1..) {
            event.sequence = number;
        }
    }

    #[test]
    fn a_true_stream_breaks_nothing() {
        assert_eq!(events().len(), 7);
        assert_eq!(broken(|_| {}), None);
    }

    #[test]
    fn gaps_and_steps_back_in_time_are_seen() {
        assert_eq!(broken(|events| drop(events.remove(2))), Some("sequence"));
        assert_eq!(broken(|events| events[3].at = Timestamp::from_millis(-1)), Some("sequence"));
    }

    #[test]
    fn illegal_changes_of_status_are_seen() {
        let completed = |events: &mut Vec<Event>| {
            if let EventKind::WorkflowTargetMatched(facts) = &mut events[2].kind {
                facts.status = TaskStatus::Completed;
            }
        };
        assert_eq!(broken(completed), Some("task-lifecycle"));
        let unasked = |events: &mut Vec<Event>| {
            events.remove(4);
            renumber(events);
        };
        assert_eq!(broken(unasked), Some("reservation-lifecycle"));
    }

    #[test]
    fn life_after_the_end_is_seen() {
        let twice = |events: &mut Vec<Event>| {
            let canceled = events[5].clone();
            events.push(canceled);
            renumber(events);
        };
        assert_eq!(broken(twice), Some("ended-tasks-rest"));
    }

    #[test]
    fn asking_an_unavailable_worker_is_seen() {
        let away = |events: &mut Vec<Event>| {
            if let EventKind::ReservationCreated(facts) = &mut events[4].kind {
                facts.worker.available = false;
            }
        };
        assert_eq!(broken(away), Some("asked-when-available"));
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<_> = invariants().iter().map(|invariant| invariant.name).collect();
        assert_eq!(names.len(), invariants().len());
    }
}
