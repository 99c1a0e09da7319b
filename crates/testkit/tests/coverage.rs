//! The random runs are good enough: they reach every transition of both lifecycles, every kind of event, every reason
//! for refusing a command, and the meetings of rules that are easily missed. Each is counted and printed.

mod support;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pointsman::{
    Command, Engine, Event, EventKind, FilterRef, Rejection, ReservationId, ReservationStatus, RoutingTarget,
    StepFacts, TaskFacts, TaskId, TaskStatus, Timestamp, UpdateTask, UpdateWorkflow,
};
use support::{drained, staged, stories};

/// Refusals of a workspace as a whole: no command meets them.
const OUT_OF_REACH: [&str; 1] = ["no-such-workspace-activity"];

/// So many cases reach everything; fewer only count.
const ENOUGH: u32 = 2_000;

/// What has no name of its own in the types.
const MEETINGS: [&str; 35] = [
    "left by timeout: next target",
    "left by timeout: next filter",
    "left by timeout: returned past its deadline",
    "left by skip: next target",
    "left by skip: next filter",
    "left by skip: default filter",
    "canceled: Task canceled on Workflow timeout",
    "canceled: Task canceled on Workflow skip",
    "canceled: Task canceled because no workflow filter matched and there is no default filter",
    "canceled: Task TTL Exceeded",
    "canceled: Task TTL Exceeded or Max assignment count exceeded",
    "time to live ends while reserved",
    "offered to a worker, whatever the load: first",
    "offered to a worker, whatever the load: again",
    "offered to a worker with room: first",
    "offered to a worker with room: again",
    "offered from a queue: first",
    "offered from a queue: again",
    "offered by a named workflow: first",
    "offered by a named workflow: again",
    "offered to a worker outside of every queue",
    "asked while unavailable",
    "batch with a held sibling",
    "a held sibling is rescinded",
    "attributes change while reserved",
    "re-evaluated while reserved",
    "re-evaluated while reserved, attributes changed before",
    "re-evaluated beside a direct task",
    "canceled when it returns to a new pass",
    "multitasking switched on while workers are asked",
    "reserved because a minute is over",
    "known version: task",
    "known version: worker",
    "known version: reservation",
    "timers of one instant",
];

/// How often everything happened.
#[derive(Default)]
struct Counts(BTreeMap<String, usize>);

/// What is remembered of one run.
#[derive(Default)]
struct Run {
    tasks: BTreeMap<TaskId, Known>,
    reservations: BTreeMap<ReservationId, (ReservationStatus, bool)>,
}

/// What is remembered of a task.
#[derive(Default)]
struct Known {
    status: Option<TaskStatus>,
    step: Option<StepFacts>,
    offers: usize,
    /// The attributes changed while it was reserved.
    changed: bool,
    /// A new pass was asked for while it was reserved.
    pass_wanted: bool,
}

#[test]
fn random_runs_reach_everything() {
    let (counts, runs) = (RefCell::new(Counts::default()), support::runs(3_000));
    runs.check(stories(80), |(spec, ops)| {
        let (mut engine, script) = staged(&spec, &ops)?;
        let (mut counts, mut run) = (counts.borrow_mut(), Run::default());
        for (now, command) in script {
            counts.call(&mut engine, &mut run, now, command);
        }
        Ok(())
    });
    counts.into_inner().judge(runs.cases >= ENOUGH);
}

impl Counts {
    fn saw(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    fn call(&mut self, engine: &mut Engine, run: &mut Run, now: Timestamp, command: Option<Command>) {
        let reads_filters = matches!(command, Some(Command::UpdateTask(_) | Command::UpdateWorkflow(_)));
        let end_of_timers = command.as_ref().map_or(now, |_| now.before(Duration::from_millis(1)));
        if let Some(command) = command {
            let meetings = met_by_command(engine, run, &command);
            match engine.handle(now, command.clone()) {
                Ok(()) => {
                    meetings.iter().for_each(|what| self.saw(*what));
                    run.remember(engine, &command);
                }
                Err(reason) => self.saw(format!("refused: {}", reason.code())),
            }
        } else {
            engine.handle_timeout(now);
        }
        let events = drained(engine);
        let ended = |event: &Event| event.kind.reservation().is_some_and(|facts| !facts.status.is_open());
        let quiet = !reads_filters && !events.iter().any(ended);
        self.timers(&events, end_of_timers);
        for (index, event) in events.iter().enumerate() {
            self.saw(format!("event: {}", event.kind.name()));
            self.event(event, &events[..index], quiet, run);
        }
        for facts in engine.tasks().map(|task| task.facts) {
            self.task(&facts, run);
            let known = run.tasks.entry(facts.task).or_default();
            let still = facts.status == TaskStatus::Reserved;
            (known.changed, known.pass_wanted) = (known.changed && still, known.pass_wanted && still);
        }
        self.reservations(engine, run);
    }

    /// What happened before the instant of a command is the work of timers.
    fn timers(&mut self, events: &[Event], until: Timestamp) {
        let instants: BTreeSet<_> = events.iter().map(|event| event.at).filter(|at| *at <= until).collect();
        for at in instants {
            let of_instant = || events.iter().filter(|event| event.at == at).map(|event| &event.kind);
            let timeouts = of_instant().filter(|kind| matches!(kind, EventKind::ReservationTimedOut(_))).count();
            if timeouts > 1 {
                self.saw("timers of one instant");
            }
            let asks = |kind: &EventKind| matches!(kind, EventKind::ReservationCreated(_));
            let follows = |kind: &EventKind| asks(kind) || matches!(kind, EventKind::WorkerActivityUpdated(_));
            if at.as_millis() % 60_000 == 0 && of_instant().any(asks) && of_instant().all(follows) {
                self.saw("reserved because a minute is over");
            }
        }
    }

    fn event(&mut self, event: &Event, earlier: &[Event], quiet: bool, run: &mut Run) {
        let Some(facts) = event.kind.task() else {
            return;
        };
        if matches!(event.kind, EventKind::TaskCreated(_)) {
            run.tasks.remove(&facts.task);
        }
        let known = run.tasks.entry(facts.task).or_default();
        let before = earlier.iter().rev().find(|before| before.kind.task().is_some_and(|task| task.task == facts.task));
        let late = |event: &Event| matches!(event.kind, EventKind::TaskQueueTimeout(_) | EventKind::TaskQueueMoved(_));
        if matches!(event.kind, EventKind::TaskQueueTimeout(_))
            && before.is_some_and(|before| before.kind.reservation().is_some())
        {
            self.saw("left by timeout: returned past its deadline");
        }
        if let (EventKind::WorkflowTargetMatched(_), Some(from), Some(to)) = (&event.kind, &known.step, &facts.step) {
            let of_task = |event: &&Event| event.kind.task().is_some_and(|task| task.task == facts.task);
            let mut leaving = earlier.iter().rev().filter(of_task).take_while(|event| late(event));
            let by_timeout = leaving.any(|event| matches!(event.kind, EventKind::TaskQueueTimeout(_)));
            if by_timeout || quiet {
                self.saw(format!("left by {}: {}", if by_timeout { "timeout" } else { "skip" }, way(from, to)));
            }
        }
        if let EventKind::TaskCanceled(facts) = &event.kind {
            self.canceled(facts, known);
        }
        if let EventKind::ReservationCreated(reservation) = &event.kind {
            self.offered(facts, known);
            if !reservation.worker.available {
                self.saw("asked while unavailable");
            }
        }
        self.task(facts, run);
        if let Some(facts) = event.kind.reservation() {
            let before = run.reservations.insert(facts.reservation, (facts.status, false));
            if let Some((before, held)) = before {
                self.saw(format!("reservation: {before} -> {}", facts.status));
                if held && facts.status == ReservationStatus::Rescinded {
                    self.saw("a held sibling is rescinded");
                }
            }
        }
    }

    fn canceled(&mut self, facts: &TaskFacts, known: &Known) {
        self.saw(format!("canceled: {}", facts.reason.as_deref().unwrap_or("without a reason")));
        let reason = facts.reason.as_deref().unwrap_or_default();
        if reason == "Task TTL Exceeded" && known.status == Some(TaskStatus::Reserved) {
            self.saw("time to live ends while reserved");
        }
        if reason.starts_with("Task canceled because") && known.pass_wanted {
            self.saw("canceled when it returns to a new pass");
        }
    }

    /// Once per batch: the first of a batch finds the task as it was before.
    fn offered(&mut self, facts: &TaskFacts, known: &mut Known) {
        if known.status == Some(TaskStatus::Reserved) {
            return;
        }
        let whom = match facts.routing_target {
            None => return,
            Some(RoutingTarget::Worker { ignore_capacity: true, .. }) => "to a worker, whatever the load",
            Some(RoutingTarget::Worker { ignore_capacity: false, .. }) => "to a worker with room",
            Some(RoutingTarget::TaskQueue(_)) => "from a queue",
            Some(RoutingTarget::Workflow(_)) => "by a named workflow",
        };
        self.saw(format!("offered {whom}: {}", if known.offers == 0 { "first" } else { "again" }));
        known.offers += 1;
        if facts.step.is_none() {
            self.saw("offered to a worker outside of every queue");
        }
    }

    fn task(&mut self, facts: &TaskFacts, run: &mut Run) {
        let known = run.tasks.entry(facts.task).or_default();
        known.step = facts.step.clone();
        let before = known.status.replace(facts.status).filter(|before| *before != facts.status);
        if let Some(before) = before {
            self.saw(format!("task: {before} -> {}", facts.status));
        }
    }

    fn reservations(&mut self, engine: &Engine, run: &mut Run) {
        for (id, (_, held)) in &mut run.reservations {
            let row = engine.reservation(*id);
            *held = row.is_some_and(|row| row.status == ReservationStatus::Pending && row.expires_at.is_none());
            let siblings = |task| engine.task(task).map_or(0, |task| task.reserved.len());
            if *held && row.is_some_and(|row| siblings(row.task) > 1) {
                *self.0.entry("batch with a held sibling".to_owned()).or_default() += 1;
            }
        }
    }

    fn judge(&self, complete: bool) {
        self.0.iter().for_each(|(what, count)| eprintln!("{count:>8} {what}"));
        let kinds = EventKind::NAMES.iter().map(|name| format!("event: {name}"));
        let refusals = Rejection::CODES.iter().filter(|code| !OUT_OF_REACH.contains(code));
        let refusals = refusals.map(|code| format!("refused: {code}"));
        let meetings = MEETINGS.iter().map(|what| (*what).to_owned());
        let wanted = wanted_transitions().into_iter().chain(kinds).chain(refusals).chain(meetings);
        let missing: Vec<_> = wanted.filter(|what| !self.0.contains_key(what)).collect();
        assert!(missing.is_empty() || !complete, "never met: {missing:#?}");
        let legal = wanted_transitions();
        let odd = self.0.keys().find(|what| what.contains(" -> ") && !legal.contains(*what));
        assert_eq!(odd, None, "a change of status outside of the tables");
    }
}

impl Run {
    /// What an accepted command leaves behind for later.
    fn remember(&mut self, engine: &Engine, command: &Command) {
        if let Command::UpdateTask(UpdateTask { task, attributes: Some(_), re_evaluate: true, .. }) = command {
            let known = self.tasks.entry(*task).or_default();
            known.changed |= known.status == Some(TaskStatus::Reserved);
        }
        if let Command::UpdateWorkflow(UpdateWorkflow { workflow, re_evaluate_tasks: true, .. }) = command {
            for facts in engine.tasks().map(|task| task.facts).filter(|facts| facts.workflow == Some(*workflow)) {
                let known = self.tasks.entry(facts.task).or_default();
                known.pass_wanted |= known.status == Some(TaskStatus::Reserved) && !is_direct(&facts);
            }
        }
    }
}

/// Every change of status in the tables.
fn wanted_transitions() -> BTreeSet<String> {
    let tasks = TaskStatus::TRANSITIONS.iter().map(|(from, to)| format!("task: {from} -> {to}"));
    let reservations = ReservationStatus::TRANSITIONS.iter();
    tasks.chain(reservations.map(|(from, to)| format!("reservation: {from} -> {to}"))).collect()
}

/// From one step to the next.
fn way(from: &StepFacts, to: &StepFacts) -> &'static str {
    match to.filter {
        FilterRef::Default => "default filter",
        FilterRef::Index(_) if to.filter == from.filter => "next target",
        FilterRef::Index(_) => "next filter",
        FilterRef::Direct => "out of the workflow",
    }
}

fn is_direct(facts: &TaskFacts) -> bool {
    matches!(facts.routing_target, Some(RoutingTarget::Worker { .. } | RoutingTarget::TaskQueue(_)))
}

/// What an accepted command means in this state.
fn met_by_command(engine: &Engine, run: &Run, command: &Command) -> Vec<&'static str> {
    let reserved = |id: &TaskId| engine.task(*id).is_some_and(|task| task.facts.status == TaskStatus::Reserved);
    let asked = || engine.tasks().filter(|task| task.facts.status == TaskStatus::Reserved).map(|task| task.facts);
    let mut met = Vec::new();
    if let Command::UpdateTask(command) = command {
        if command.attributes.is_some() && command.re_evaluate && reserved(&command.task) {
            met.push("attributes change while reserved");
        }
        met.extend(command.if_version.map(|_| "known version: task"));
    }
    if let Command::SetWorkerActivity(command) = command {
        met.extend(command.if_version.map(|_| "known version: worker"));
    }
    if let Command::AcceptReservation(command) = command {
        met.extend(command.if_version.map(|_| "known version: reservation"));
    }
    if let Command::UpdateWorkflow(UpdateWorkflow { workflow, re_evaluate_tasks: true, .. }) = command {
        for facts in asked().filter(|facts| facts.workflow == Some(*workflow)) {
            if is_direct(&facts) {
                met.push("re-evaluated beside a direct task");
                continue;
            }
            met.push("re-evaluated while reserved");
            if run.tasks.get(&facts.task).is_some_and(|known| known.changed) {
                met.push("re-evaluated while reserved, attributes changed before");
            }
        }
    }
    if let Command::UpdateWorkspace(command) = command {
        let on = command.multi_task_enabled == Some(true);
        met.extend((on && asked().next().is_some()).then_some("multitasking switched on while workers are asked"));
    }
    met
}
