//! What always holds (semantics section 14), one invariant per file: some over the engine's views, some over the
//! stream of its events. None of them needs the model.

mod answers_agree;
mod asked_when_available;
mod assigned_has_worker;
mod ended_tasks_rest;
mod load_in_capacity;
mod one_taker;
mod reservation_lifecycle;
mod reserved_is_asked;
mod sequence;
mod shares_in_bounds;
mod strict_order;
mod task_lifecycle;
mod timers_ahead;
mod versions_rise;
mod waiting_has_step;
mod work_conserving;

use std::fmt;

use pointsman::{Engine, Event, WorkspaceSpec};

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
    asked: asked_when_available::AskedWhenAvailable,
    load: load_in_capacity::LoadInCapacity,
    order: strict_order::StrictOrder,
    versions: versions_rise::VersionsRise,
}

impl Watch {
    /// The name of every invariant over events, and what it says.
    pub const LIST: [(&'static str, &'static str); 8] = [
        ("sequence", "events are numbered without gaps and never go back in time"),
        ("task-lifecycle", "tasks change their status by the table; an assigned task is never canceled"),
        ("reservation-lifecycle", "reservations change their status by the table, and begin as pending"),
        ("ended-tasks-rest", "nothing more happens to a task that has ended"),
        ("asked-when-available", "only workers in an available activity are asked, but for a first direct offer"),
        ("load-in-capacity", "nobody is asked beyond the capacity, but for a first direct offer"),
        ("strict-order", "no task ahead of another is passed over for a worker that could serve it"),
        ("versions-rise", "versions rise with every change and with nothing else"),
    ];

    /// Knows the capacities that a workspace declares; the default knows none and judges none.
    pub fn starting(spec: &WorkspaceSpec) -> Self {
        Self { load: load_in_capacity::LoadInCapacity::starting(spec), ..Self::default() }
    }

    /// Judges the next event.
    ///
    /// # Errors
    /// The first invariant that the event breaks.
    pub fn observe(&mut self, event: &Event) -> Result<(), Violation> {
        self.sequence.observe(event)?;
        self.tasks.observe(event)?;
        self.reservations.observe(event)?;
        self.ended.observe(event)?;
        self.asked.observe(event)?;
        self.load.observe(event)?;
        self.order.observe(event)?;
        self.versions.observe(event)
    }
}

/// Breaks the invariant of this name unless the test holds.
fn require(test: bool, invariant: &'static str, story: impl FnOnce() -> String) -> Result<(), Violation> {
    if test { Ok(()) } else { Err(Violation { invariant, story: story() }) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pointsman::{
        CancelTask, CreateTask, EventKind, RoutingTarget, SetWorkerActivity, TargetSpec, TaskChannelSpec, TaskFacts,
        TaskQueueSpec, TaskStatus, Timestamp, WorkerChannelSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    };

    use super::*;

    /// A workspace with one worker.
    fn workspace() -> WorkspaceSpec {
        let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("everyone"));
        WorkspaceSpec::new("Small")
            .task_channel(TaskChannelSpec::new("default"))
            .task_queue(TaskQueueSpec::new("everyone", "1==1"))
            .workflow(WorkflowSpec::new("all", everyone))
            .worker(WorkerSpec::new("ann").activity("Available"))
    }

    /// The events of a task that is created, reserved and canceled.
    fn events() -> Vec<Event> {
        let mut engine = Engine::new(workspace(), 0).unwrap();
        engine.handle(Timestamp::EPOCH, CreateTask::new("t1")).unwrap();
        engine.handle(Timestamp::EPOCH, CancelTask::new("t1")).unwrap();
        std::iter::from_fn(|| engine.poll_event()).collect()
    }

    /// The invariant that a changed stream breaks.
    fn broken(change: impl FnOnce(&mut Vec<Event>)) -> Option<&'static str> {
        let mut events = events();
        change(&mut events);
        renumber(&mut events);
        broken_by(&events, Watch::default())
    }

    fn broken_by(events: &[Event], mut watch: Watch) -> Option<&'static str> {
        events.iter().try_for_each(|event| watch.observe(event)).err().map(|violation| violation.invariant)
    }

    fn renumber(events: &mut [Event]) {
        for (event, number) in events.iter_mut().zip(1..) {
            event.sequence = number;
        }
    }

    fn task(event: &mut Event, change: impl FnOnce(&mut TaskFacts)) {
        if let EventKind::ReservationCreated(facts) = &mut event.kind {
            return change(Arc::make_mut(&mut Arc::make_mut(facts).task));
        }
        if let EventKind::WorkflowTargetMatched(facts) = &mut event.kind {
            return change(Arc::make_mut(facts));
        }
        panic!("{event} is not expected here");
    }

    #[test]
    fn a_true_stream_breaks_nothing() {
        assert_eq!(events().len(), 7);
        assert_eq!(broken(|_| {}), None);
        assert_eq!(broken_by(&events(), Watch::starting(&workspace())), None);
    }

    #[test]
    fn gaps_and_steps_back_in_time_are_seen() {
        let mut gap = events();
        gap.remove(2);
        assert_eq!(broken_by(&gap, Watch::default()), Some("sequence"));
        assert_eq!(broken(|events| events[3].at = Timestamp::from_millis(-1)), Some("sequence"));
    }

    #[test]
    fn illegal_changes_of_status_are_seen() {
        assert_eq!(
            broken(|events| task(&mut events[2], |facts| facts.status = TaskStatus::Completed)),
            Some("task-lifecycle")
        );
        assert_eq!(
            broken(|events| task(&mut events[4], |facts| facts.status = TaskStatus::Assigned)),
            Some("task-lifecycle")
        );
        assert_eq!(broken(|events| drop(events.remove(4))), Some("reservation-lifecycle"));
    }

    #[test]
    fn life_after_the_end_is_seen() {
        assert_eq!(broken(|events| events.push(events[5].clone())), Some("ended-tasks-rest"));
    }

    #[test]
    fn asking_an_unavailable_worker_is_seen_unless_the_task_may() {
        let away = |target: Option<RoutingTarget>| {
            broken(|events| {
                if let EventKind::ReservationCreated(facts) = &mut events[4].kind {
                    let facts = Arc::make_mut(facts);
                    Arc::make_mut(&mut facts.worker).available = false;
                    Arc::make_mut(&mut facts.task).routing_target = target;
                }
            })
        };
        assert_eq!(away(None), Some("asked-when-available"));
        assert_eq!(away(Some(RoutingTarget::worker("ann"))), None);
    }

    #[test]
    fn asking_beyond_the_capacity_is_seen() {
        let none = WorkerSpec::new("ann").channel("default", WorkerChannelSpec::new(0));
        let mut spec = workspace();
        spec.workers = vec![none];
        assert_eq!(broken_by(&events(), Watch::starting(&spec)), Some("load-in-capacity"));
        assert_eq!(broken_by(&events(), Watch::starting(&spec.multi_task_enabled(false))), None);
    }

    #[test]
    fn passing_over_a_task_ahead_is_seen() {
        let mut spec = workspace();
        spec.workers[0].activity = Some("Offline".into());
        let mut engine = Engine::new(spec, 0).unwrap();
        let later = Timestamp::from_millis(1_000);
        engine.handle(Timestamp::EPOCH, CreateTask::new("behind")).unwrap();
        engine.handle(later, CreateTask::new("ahead").priority(1)).unwrap();
        engine.handle(later, SetWorkerActivity::new("ann", "Available")).unwrap();
        let mut events: Vec<_> = std::iter::from_fn(|| engine.poll_event()).collect();
        assert_eq!(broken_by(&events, Watch::default()), None);
        let first = events.iter().rposition(|event| event.kind.task().is_some()).unwrap();
        task(&mut events[first], |facts| facts.task = "behind".into());
        task(&mut events[first], |facts| facts.priority = 0);
        task(&mut events[first], |facts| facts.virtual_start_time = Timestamp::EPOCH);
        assert_eq!(broken_by(&events, Watch::default()), Some("strict-order"));
    }

    #[test]
    fn versions_that_stay_fall_or_leap_are_seen() {
        for version in [1, 0, 4] {
            let leaps = |events: &mut Vec<Event>| task(&mut events[4], |facts| facts.revision.version = version);
            assert_eq!(broken(leaps), Some("versions-rise"), "{version}");
        }
    }

    #[test]
    fn names_are_unique() {
        let names = invariants().iter().map(|invariant| invariant.name).chain(Watch::LIST.map(|(name, _)| name));
        let unique: std::collections::BTreeSet<_> = names.clone().collect();
        assert_eq!(unique.len(), names.count());
    }
}
