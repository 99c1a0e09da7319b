//! A pair with changes made to it that nobody has made yet. Judged by the same function as pairs that are.

use std::sync::Arc;

use pointsman_expr::{Expression, Kind, Name, Path, Root, Value};

use super::moves::Move;
use super::{Change, ChangeKind};
use crate::catalog::{Configuration, compile_workflow};
use crate::command::{
    AcceptReservation, Command, SetWorkerActivity, UpdateTask, UpdateTaskQueue, UpdateWorker, UpdateWorkerChannel,
    UpdateWorkflow,
};
use crate::declared;
use crate::event::FilterRef;
use crate::id::{ActivityId, WorkflowId};
use crate::matching::{Judge, Obstacle, course};
use crate::spec::WorkflowConfiguration;
use crate::state::document::Document;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::status::TaskStatus;

/// A task, a worker and what lies between them.
#[derive(Clone)]
pub(super) struct WhatIf<'a> {
    pub(super) judge: Judge<'a>,
    pub(super) task: Task,
    pub(super) worker: Worker,
    /// The expression of the step's queue.
    pub(super) queue: Option<Expression>,
    /// The attributes that have been changed.
    pub(super) changed: Vec<(Root, Path)>,
    seq: Seq,
    answered: bool,
}

impl<'a> WhatIf<'a> {
    pub(super) fn new(judge: Judge<'a>, task: &Task, seq: Seq, worker: &Worker) -> Self {
        let queue = task.place.as_ref().and_then(|place| judge.catalog.queues.get(place.queue));
        let queue = queue.and_then(|queue| queue.expression.clone());
        Self { judge, task: task.clone(), worker: worker.clone(), queue, changed: Vec::new(), seq, answered: false }
    }

    /// Whether nothing stands between the two.
    pub(super) fn is_clear(&self) -> bool {
        self.standing().next().is_none()
    }

    /// What stands between them.
    pub(super) fn standing(&self) -> impl Iterator<Item = Obstacle> + '_ {
        course(&self.task).filter(|obstacle| self.stands_there(*obstacle))
    }

    fn stands_there(&self, obstacle: Obstacle) -> bool {
        match obstacle {
            Obstacle::NotInQueue => {
                let has_queue = self.task.place.is_some() && self.task.target().is_some();
                !(has_queue && self.judge.is_member(self.queue.as_ref(), &self.worker))
            }
            Obstacle::AlreadyReserved if self.answered => false,
            Obstacle::StepExpressionFalse
            | Obstacle::NotTheKnownWorker
            | Obstacle::ActivityUnavailable
            | Obstacle::ChannelUnavailable
            | Obstacle::NoCapacity
            | Obstacle::AlreadyReserved => self.judge.stands(obstacle, &self.task, self.seq, &self.worker),
        }
    }

    /// The worker's load on the task's channel.
    pub(super) fn load(&self) -> u32 {
        self.worker.channels.get(&self.task.channel).map_or(0, |share| share.load())
    }

    /// Whether the step looks at what the worker's channels hold.
    pub(super) fn reads_counters(&self) -> bool {
        let names = self.step_expression().into_iter().flat_map(Expression::names);
        names.into_iter().any(|name| matches!(name, Name::WorkerChannel { .. }))
    }

    pub(super) fn step_expression(&self) -> Option<&Expression> {
        self.task.target().and_then(|target| target.expression.as_ref())
    }

    /// The pair after these changes, with the changes; none when one of them cannot be made.
    pub(super) fn after(mut self, moves: &[Move]) -> Option<(Self, Vec<Change>)> {
        let changes = moves.iter().map(|moved| self.make(moved)).collect::<Option<Vec<_>>>()?;
        Some((self, changes))
    }

    fn make(&mut self, moved: &Move) -> Option<Change> {
        let (kind, command) = match moved {
            Move::Answer => self.answer()?,
            Move::Queue => self.admit_to_queue()?,
            Move::Attribute(Root::Worker, path, value) => self.set_worker_attribute(path, value)?,
            Move::Attribute(Root::Task, path, value) => self.set_task_attribute(path, value)?,
            Move::Channel => self.switch_channel_on()?,
            Move::Capacity(to) => self.raise_capacity(*to)?,
            Move::Activity(activity) => self.set_activity(*activity)?,
            Move::Step => self.admit_to_step()?,
        };
        Some(Change { kind, command })
    }

    /// Accepting takes the worker to the queue's assignment activity (rule R23).
    fn answer(&mut self) -> Option<(ChangeKind, Command)> {
        let row = self.judge.unanswered(&self.task, &self.worker)?;
        let queue = row.queue.and_then(|queue| self.judge.catalog.queues.get(queue));
        self.worker.activity = queue.and_then(|queue| queue.assignment_activity).unwrap_or(self.worker.activity);
        let share = self.worker.channels.get_mut(&row.channel)?;
        (share.pending, share.accepted) = (share.pending.saturating_sub(1), share.accepted + 1);
        self.answered = true;
        Some((ChangeKind::Answer { task: row.task }, AcceptReservation::new(row.id).into()))
    }

    fn set_worker_attribute(&mut self, path: &Path, value: &Value) -> Option<(ChangeKind, Command)> {
        let attributes = self.worker.document.attributes().with(path, value.clone())?;
        let command = UpdateWorker::new(self.worker.id).attributes(attributes.to_value());
        self.changed.push((Root::Worker, path.clone()));
        self.worker.document = Document::new(attributes, self.judge.catalog.selectors.of(Root::Worker));
        Some((ChangeKind::SetWorkerAttribute { path: path.clone(), to: value.clone() }, command.into()))
    }

    fn set_task_attribute(&mut self, path: &Path, value: &Value) -> Option<(ChangeKind, Command)> {
        let attributes = self.task.document.attributes().with(path, value.clone())?;
        let command = UpdateTask::new(self.task.id).attributes(attributes.to_value()).re_evaluate(false);
        self.changed.push((Root::Task, path.clone()));
        self.task.document = Document::new(attributes, self.judge.catalog.selectors.of(Root::Task));
        Some((ChangeKind::SetTaskAttribute { path: path.clone(), to: value.clone() }, command.into()))
    }

    fn switch_channel_on(&mut self) -> Option<(ChangeKind, Command)> {
        self.worker.channels.get_mut(&self.task.channel)?.available = true;
        let command = UpdateWorkerChannel::new(self.worker.id, self.task.channel).available(true);
        Some((ChangeKind::SwitchChannelOn { channel: self.task.channel_name.clone() }, command.into()))
    }

    fn raise_capacity(&mut self, to: u32) -> Option<(ChangeKind, Command)> {
        self.worker.channels.get_mut(&self.task.channel)?.capacity = to;
        let command = UpdateWorkerChannel::new(self.worker.id, self.task.channel).capacity(to);
        Some((ChangeKind::RaiseCapacity { channel: self.task.channel_name.clone(), to }, command.into()))
    }

    fn set_activity(&mut self, activity: ActivityId) -> Option<(ChangeKind, Command)> {
        let name = self.judge.catalog.activities.get(activity)?.friendly_name.clone();
        self.worker.activity = activity;
        Some((ChangeKind::SetActivity { activity, name }, SetWorkerActivity::new(self.worker.id, activity).into()))
    }

    /// The queue's expression, or this very worker; everybody where the worker cannot be named.
    fn admit_to_queue(&mut self) -> Option<(ChangeKind, Command)> {
        let queue = self.judge.catalog.queues.get(self.task.place.as_ref()?.queue)?;
        let old = self.queue.as_ref().map(Expression::text);
        let named = [named("sid", &self.worker.sid), named("friendly_name", &self.worker.friendly_name)];
        let admits = |text: &String| {
            let parsed = self.parse(text, Kind::Queue)?;
            self.judge.is_member(Some(&parsed), &self.worker).then(|| (parsed, text.clone()))
        };
        let texts = named.map(|name| either(old, &name)).into_iter().chain(["1==1".to_owned()]);
        let (expression, to) = texts.collect::<Vec<_>>().iter().find_map(admits)?;
        self.queue = Some(expression);
        let command = UpdateTaskQueue::new(queue.id).target_workers(&to);
        Some((ChangeKind::SetQueueExpression { task_queue: queue.id, to }, command.into()))
    }

    /// Only where the task comes back to this step when its workflow is read anew.
    fn admit_to_step(&mut self) -> Option<(ChangeKind, Command)> {
        let (workflow, current, filter) = self.first_step()?;
        let mut spec = declared::configuration(current);
        let target = target(&mut spec, filter)?;
        let to = either(target.expression.as_deref(), &named("worker.sid", &self.worker.sid));
        let to = if self.parse(&to, Kind::Target).is_some() { to } else { "1==1".to_owned() };
        target.expression = Some(to.clone());
        self.task.configuration = Arc::new(compile_workflow(&spec, self.judge.catalog).ok()?);
        let command = UpdateWorkflow::new(workflow).configuration(spec).re_evaluate_tasks(true);
        Some((ChangeKind::SetStepExpression { workflow, filter, target: 0, to }, command.into()))
    }

    /// The workflow's configuration, when the task stands in the very step by which it would enter it now.
    fn first_step(&self) -> Option<(WorkflowId, &'a Configuration, FilterRef)> {
        let place = self.task.place.as_ref().filter(|place| place.target == 0)?;
        let pending = self.task.status() == TaskStatus::Pending && !self.task.is_direct();
        let workflow = self.judge.catalog.workflows.get(self.task.workflow.filter(|_| pending)?)?;
        let current = &*workflow.configuration;
        let matching = current.first_match(0, &|expression| self.judge.filter_matches(expression, &self.task));
        let entry = matching.or_else(|| current.default_filter())?;
        let same = entry == place.filter && current.target(entry, 0)?.queue == place.queue;
        same.then_some((workflow.id, current, entry))
    }

    fn parse(&self, text: &str, kind: Kind) -> Option<Expression> {
        let parsed = pointsman_expr::parse(text, kind, &self.judge.catalog.limits.expression());
        parsed.ok().map(|parsed| parsed.expression)
    }
}

/// The first target of a filter.
fn target(spec: &mut WorkflowConfiguration, filter: FilterRef) -> Option<&mut crate::spec::TargetSpec> {
    match filter {
        FilterRef::Index(index) => spec.filters.get_mut(index)?.targets.first_mut(),
        FilterRef::Default => spec.default_filter.as_mut(),
        FilterRef::Direct => None,
    }
}

fn either(old: Option<&str>, new: &str) -> String {
    old.map_or_else(|| new.to_owned(), |old| format!("({old}) OR {new}"))
}

/// A comparison with a text, quoted as the language wants it (Q1).
fn named(name: &str, value: &str) -> String {
    let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
    format!("{name} == '{quoted}'")
}
