//! One side of a comparison of runs: the script through an engine with one of the two configurations.

use std::collections::BTreeMap;

use pointsman::{Command, Engine, Event, EventKind, Rejection, ReservationId, TaskId, Timestamp, WorkspaceSpec};

use super::filters::Filters;
use super::script::{Handling, Input, Script, aimed};
use super::seen::Seen;
use crate::replay::drained;

/// Runs the script.
pub(super) fn play(
    spec: &WorkspaceSpec,
    namespace: u128,
    filters: Filters,
    script: &Script,
) -> Result<Seen, Rejection> {
    let engine = Engine::new(spec.clone(), namespace)?;
    let seen = Seen::new(&engine, filters);
    let mut side = Side { engine, seen, handling: script.handling.as_ref(), agenda: BTreeMap::new(), planned: 0 };
    for input in &script.inputs {
        side.input(input);
    }
    side.advance(script.end, true);
    side.seen.finish(&side.engine);
    Ok(side.seen)
}

struct Side<'a> {
    engine: Engine,
    seen: Seen,
    handling: Option<&'a Handling>,
    /// What workers are going to do: by time, then in the order it was planned.
    agenda: BTreeMap<(Timestamp, u64), Plan>,
    planned: u64,
}

/// The next command of a course.
struct Plan {
    reservation: ReservationId,
    reserved_at: Timestamp,
    task: TaskId,
    /// The command that created the task.
    creation: usize,
    /// The place of the command in the course.
    place: usize,
}

impl Side<'_> {
    /// What workers do at the instant of a command comes after it.
    fn input(&mut self, input: &Input) {
        self.advance(input.at, false);
        let answer = self.engine.handle(input.at, input.command.clone());
        let Err(rejection) = answer else { return self.done(input) };
        self.seen.refused.insert(input.number, rejection.code());
        self.take();
    }

    fn done(&mut self, input: &Input) {
        self.seen.learn(input.number, &input.command);
        let created = if let Command::CreateTask(create) = &input.command { Some(create.task) } else { None };
        created.into_iter().for_each(|task| self.seen.expect(task, input.number));
        self.take();
        created.into_iter().for_each(|task| self.seen.note_eligible(&self.engine, task));
    }

    /// Lets timers fire and workers act, each at their time: before that instant, or through it.
    fn advance(&mut self, until: Timestamp, through: bool) {
        loop {
            let next = self.agenda.first_key_value().map(|((at, _), _)| *at);
            let next = next.filter(|at| *at < until || (through && *at == until));
            let now = next.unwrap_or(until);
            if let Some(due) = self.engine.poll_timeout().filter(|due| *due <= now) {
                self.engine.handle_timeout(due);
                self.take();
            } else if next.is_some() {
                self.act();
            } else {
                return self.engine.handle_timeout(until);
            }
        }
    }

    /// Does what is planned next. What is no longer possible is left, and with it the rest of its course.
    fn act(&mut self) {
        let Some(((now, _), plan)) = self.agenda.pop_first() else { return };
        let step = self.handling.and_then(|handling| handling.course(plan.creation).get(plan.place));
        let Some((_, command)) = step else { return };
        let is_same = self.seen.number(plan.task) == Some(plan.creation);
        let command = aimed(command.clone(), plan.reservation, plan.task);
        if is_same && self.engine.handle(now, command).is_ok() {
            self.plan(Plan { place: plan.place + 1, ..plan });
        }
        self.take();
    }

    fn plan(&mut self, plan: Plan) {
        let step = self.handling.and_then(|handling| handling.course(plan.creation).get(plan.place));
        if let Some((after, _)) = step {
            self.planned += 1;
            self.agenda.insert((plan.reserved_at + *after, self.planned), plan);
        }
    }

    fn take(&mut self) {
        for event in drained(&mut self.engine) {
            self.seen.observe(&event);
            self.asked(&event);
        }
    }

    /// A worker who is asked has plans.
    fn asked(&mut self, event: &Event) {
        let EventKind::ReservationCreated(facts) = &event.kind else { return };
        let (task, reservation) = (facts.task.task, facts.reservation);
        if let Some(creation) = self.seen.number(task) {
            self.plan(Plan { reservation, reserved_at: event.at, task, creation, place: 0 });
        }
    }
}
