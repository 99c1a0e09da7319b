//! What commands would do and what would follow, by people's names: the JSON of `pointsman plan`. The engine runs on a
//! copy of itself; here what it says is told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pointsman::{Command, Engine, Event, Plan, Rejection, ReservationFacts, TaskId, WaitCause, format_duration};
use pointsman_config::{Context, Diagnostic, Files, SourceFile, has_errors, parse_yaml};
use serde::Serialize;

use crate::labels::Labels;
use crate::reading::Reader;
use crate::situation::Situation;
use crate::step::{self, Action};
use crate::transcript::Line;

/// A command that might be given.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The command and whom it is about: `create_task t9`.
    pub what: String,
    /// The command.
    pub command: Command,
    /// The code of the refusal that is expected.
    pub refused: Option<&'static str>,
}

/// What commands would do, and what would follow if nobody did anything.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Forecast {
    /// The instant of the commands, counted from the start.
    pub at: String,
    /// How far it looks, counted from the start.
    pub until: String,
    /// The commands, in order.
    pub commands: Vec<ForecastCommand>,
    /// Who would be asked at once.
    pub reserved_now: Vec<ForecastReservation>,
    /// Who would be asked later.
    pub reserved_next: Vec<ForecastReservation>,
    /// Tasks that the commands are about or that move by them, and would then wait for something else than an answer.
    pub waiting: Vec<ForecastWait>,
    /// What would happen at once, as in a transcript.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<std::collections::BTreeMap<String, serde_json::Value>>"))]
    pub now: Vec<Line>,
    /// What would happen later.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<std::collections::BTreeMap<String, serde_json::Value>>"))]
    pub next: Vec<Line>,
    /// The fingerprint of the state before.
    pub digest: String,
    /// The fingerprint of the state after: the same, since nothing was done.
    pub digest_after: String,
}

/// A command of a forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastCommand {
    /// The command and whom it is about.
    pub what: String,
    /// Whether it would be done or refused as expected.
    pub expected: bool,
    /// The code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The refusal in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A reservation of a forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastReservation {
    /// When, counted from the start.
    pub at: String,
    /// The task.
    pub task: String,
    /// The worker who would be asked.
    pub worker: String,
}

/// A task that would wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastWait {
    /// The task.
    pub task: String,
    /// The queue it would wait in.
    pub queue: Option<String>,
    /// What for: the code of a cause.
    pub cause: String,
    /// The same in words.
    pub waits_for: String,
}

impl Situation {
    /// Reads a command such as `{do: create_task, task: t9, workflow: incoming}`, as a step of a scenario has it. What
    /// it creates has a name from then on.
    ///
    /// # Errors
    /// Everything that is wrong with it, with places in its text.
    pub fn propose(&mut self, file: &Arc<SourceFile>, files: &dyn Files) -> Result<Proposal, Vec<Diagnostic>> {
        let node = parse_yaml(file)?;
        let mut diagnostics = step::declare_created(std::slice::from_ref(&node), &mut self.names);
        let limits = self.engine.spec().limits;
        let mut reader = Reader::new(Context::new(&self.names, &limits).start(self.zero()).files(files));
        let action = step::read_command(&mut reader, &node);
        diagnostics.append(&mut reader.diagnostics);
        match action {
            Some(Action::Do { what, command, refused }) if !has_errors(&diagnostics) => {
                Ok(Proposal { what, command: *command, refused })
            }
            Some(_) | None => Err(diagnostics),
        }
    }

    /// What these commands would do now, one after the other, and what would follow for this long.
    pub fn forecast(&self, proposals: &[Proposal], ahead: Duration) -> Forecast {
        let digest = self.engine.digest().to_string();
        let (now, until) = (self.engine.clock(), self.engine.clock() + ahead);
        let labels = Labels::new(&self.names);
        let (mut fork, mut commands, mut events) = (self.engine.clone(), Vec::new(), Vec::new());
        for proposal in proposals {
            let Plan { answer, now: done, .. } = fork.plan(now, Some(proposal.command.clone()), now);
            events.extend(done);
            commands.push(proposal.answered(answer.err().as_ref(), self));
            // Refused or not has just been said.
            let _ = fork.handle(now, proposal.command.clone());
        }
        let next = fork.plan(now, None, until);
        let told = |event| Line::new(event, self.zero(), labels);
        let first = Plan { answer: Ok(()), now: events, next: Vec::new() };
        let asked = |facts: &ReservationFacts| ForecastReservation {
            at: format_duration(facts.created_at.since(self.zero())),
            task: labels.task(facts.task.task),
            worker: labels.worker(facts.worker.worker, &facts.worker.friendly_name),
        };
        Forecast {
            at: format_duration(now.since(self.zero())),
            until: format_duration(until.since(self.zero())),
            commands,
            reserved_now: first.reserved_now().map(asked).collect(),
            reserved_next: next.reserved_next().map(asked).collect(),
            waiting: self.waiting(&fork, &first.now),
            now: first.now.iter().map(told).collect(),
            next: next.next.iter().map(told).collect(),
            digest,
            digest_after: self.engine.digest().to_string(),
        }
    }
}

impl Situation {
    /// The tasks of these events that wait on that fork.
    fn waiting(&self, fork: &Engine, events: &[Event]) -> Vec<ForecastWait> {
        let labels = Labels::new(&self.names);
        let tasks: BTreeSet<TaskId> = events.iter().filter_map(|event| Some(event.kind.task()?.task)).collect();
        let waits = tasks.into_iter().filter_map(|task| {
            let explained = fork.explain(task)?;
            let cause = explained.cause.filter(|cause| *cause != WaitCause::Reserved)?;
            let step = explained.task.facts.step.as_ref();
            Some(ForecastWait {
                task: labels.task(task),
                queue: step.map(|step| labels.task_queue(step.task_queue, &step.task_queue_name)),
                cause: cause.code().to_owned(),
                waits_for: cause.to_string(),
            })
        });
        waits.collect()
    }
}

impl Proposal {
    fn answered(&self, rejection: Option<&Rejection>, situation: &Situation) -> ForecastCommand {
        let refused = rejection.map(Rejection::code);
        ForecastCommand {
            what: self.what.clone(),
            expected: refused == self.refused,
            refused: refused.map(str::to_owned),
            reason: rejection.map(|rejection| situation.names.in_words(&rejection.to_string())),
        }
    }
}
