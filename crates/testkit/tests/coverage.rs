//! The random runs are good enough: they reach every transition of both lifecycles, every kind of event, and every
//! reason for refusing a command.

mod support;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pointsman::{Engine, Event, EventKind, Rejection, ReservationId, ReservationStatus, TaskFacts, TaskId, TaskStatus};
use support::{drained, staged, stories};

/// Refusals of a workspace as a whole: no command meets them.
const OUT_OF_REACH: [&str; 1] = ["no-such-workspace-activity"];

/// Everything that happened at least once.
#[derive(Default)]
struct Seen {
    kinds: BTreeSet<&'static str>,
    refusals: BTreeSet<&'static str>,
    tasks: BTreeSet<(TaskStatus, TaskStatus)>,
    reservations: BTreeSet<(ReservationStatus, ReservationStatus)>,
}

/// The statuses of one run.
#[derive(Default)]
struct Run {
    tasks: BTreeMap<TaskId, TaskStatus>,
    reservations: BTreeMap<ReservationId, ReservationStatus>,
}

#[test]
fn random_runs_reach_everything() {
    let seen = RefCell::new(Seen::default());
    support::runs(5_000).check(stories(80), |(spec, ops)| {
        let (mut engine, script) = staged(&spec, &ops)?;
        let (mut seen, mut run) = (seen.borrow_mut(), Run::default());
        for (now, command) in script {
            match command {
                Some(command) => {
                    let refused = engine.handle(now, command).err();
                    seen.refusals.extend(refused.map(|reason| reason.code()));
                }
                None => engine.handle_timeout(now),
            }
            seen.look_at(&mut engine, &mut run);
        }
        Ok(())
    });
    seen.into_inner().assert_complete();
}

impl Seen {
    fn look_at(&mut self, engine: &mut Engine, run: &mut Run) {
        for event in drained(engine) {
            self.kinds.insert(event.kind.name());
            self.look_at_event(&event, run);
        }
        engine.tasks().for_each(|task| self.task(&task.facts, run));
    }

    fn look_at_event(&mut self, event: &Event, run: &mut Run) {
        if let EventKind::TaskCreated(facts) = &event.kind {
            run.tasks.remove(&facts.task);
        }
        if let Some(facts) = event.kind.task() {
            self.task(facts, run);
        }
        if let Some(facts) = event.kind.reservation() {
            let before = run.reservations.insert(facts.reservation, facts.status);
            self.reservations.extend(before.map(|before| (before, facts.status)));
        }
    }

    fn task(&mut self, facts: &TaskFacts, run: &mut Run) {
        let before = run.tasks.insert(facts.task, facts.status);
        self.tasks.extend(before.filter(|before| *before != facts.status).map(|before| (before, facts.status)));
    }

    fn assert_complete(&self) {
        let tasks: BTreeSet<_> = TaskStatus::TRANSITIONS.iter().copied().collect();
        assert_eq!(self.tasks, tasks, "the transitions of tasks");
        let reservations: BTreeSet<_> = ReservationStatus::TRANSITIONS.iter().copied().collect();
        assert_eq!(self.reservations, reservations, "the transitions of reservations");
        let kinds: BTreeSet<_> = EventKind::NAMES.iter().copied().collect();
        assert_eq!(self.kinds, kinds, "the kinds of events");
        let reachable = |code: &&str| !OUT_OF_REACH.contains(code);
        let refusals: BTreeSet<_> = Rejection::CODES.iter().copied().filter(reachable).collect();
        assert_eq!(self.refusals, refusals, "the reasons for refusal");
    }
}
