//! A pair with changes made to it that nobody has made yet. Judged by the same function as pairs that are.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use pointsman_expr::{Expression, Kind, Name, Path, Root, Value};

use super::moves::Move;
use super::{Change, ChangeKind};
use crate::catalog::{Configuration, Filter, compile_workflow, reads_activity};
use crate::command::{
    AcceptReservation, Command, SetWorkerActivity, UpdateTask, UpdateTaskQueue, UpdateWorker, UpdateWorkerChannel,
    UpdateWorkflow,
};
use crate::declared;
use crate::event::FilterRef;
use crate::id::WorkflowId;
use crate::matching::{Judge, Obstacle, course};
use crate::spec::WorkflowConfiguration;
use crate::state::document::Document;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::status::{ReservationStatus, TaskStatus};

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
    /// Whether the task has begun anew.
    pub(super) begun_anew: bool,
    seq: Seq,
    answered: bool,
    /// Whether another worker took the task.
    taken: bool,
    /// What takes long and comes out the same each time.
    kept: Rc<Kept>,
}

/// Read once for all copies of a pair.
#[derive(Default)]
struct Kept {
    /// What the queue's expression may become.
    queue: OnceCell<Vec<Expression>>,
    /// The workflow with another step.
    step: OnceCell<Option<Admitting>>,
}

/// A configuration whose step takes the worker.
struct Admitting {
    spec: WorkflowConfiguration,
    compiled: Arc<Configuration>,
    /// The step's expression.
    to: String,
}

impl<'a> WhatIf<'a> {
    pub(super) fn new(judge: Judge<'a>, task: &Task, seq: Seq, worker: &Worker) -> Self {
        let queue = task.step.as_ref().and_then(|place| judge.catalog.queues.get(place.task_queue));
        let queue = queue.and_then(|queue| queue.expression.clone());
        let (task, worker, kept) = (task.clone(), worker.clone(), Rc::default());
        let (changed, begun_anew, answered, taken) = (Vec::new(), false, false, false);
        Self { judge, task, worker, queue, changed, begun_anew, seq, answered, taken, kept }
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
                let has_queue = self.task.step.is_some() && self.task.target().is_some();
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
        self.worker.channels.get(&self.task.task_channel).map_or(0, |share| share.load())
    }

    /// Whether the step looks at what the worker's channels hold.
    pub(super) fn reads_counters(&self) -> bool {
        let names = self.step_expression().into_iter().flat_map(Expression::names);
        names.into_iter().any(|name| matches!(name, Name::WorkerChannel { .. }))
    }

    /// Whether an expression looks at the worker's activity.
    pub(super) fn reads_activity(&self) -> bool {
        self.queue.iter().chain(self.step_expression()).any(reads_activity)
    }

    pub(super) fn step_expression(&self) -> Option<&Expression> {
        self.task.target().and_then(|target| target.expression.as_ref())
    }

    /// Whether the step considers the worker.
    pub(super) fn is_known(&self) -> bool {
        !self.stands_there(Obstacle::NotTheKnownWorker)
    }

    /// The pair after these changes; none when one of them cannot be made.
    pub(super) fn after(mut self, moves: &[Move]) -> Option<Self> {
        moves.iter().try_for_each(|moved| self.make(moved))?;
        Some(self)
    }

    /// The changes and their commands.
    pub(super) fn changes(mut self, moves: &[Move]) -> Option<Vec<Change>> {
        let made = moves.iter().map(|moved| {
            self.make(moved)?;
            let (kind, command) = self.made(moved)?;
            Some(Change { kind, command })
        });
        made.collect()
    }

    fn make(&mut self, moved: &Move) -> Option<()> {
        match moved {
            Move::Answer => self.answer(),
            Move::Queue => self.admit_to_queue(),
            Move::Attribute(root, path, value) => self.set_attribute(*root, path, value),
            Move::Channel => self.worker.channels.get_mut(&self.task.task_channel).map(|share| share.available = true),
            Move::Capacity(to) => {
                self.worker.channels.get_mut(&self.task.task_channel).map(|share| share.capacity = *to)
            }
            Move::Activity(activity) => {
                self.worker.activity = *activity;
                Some(())
            }
            Move::Step => self.admit_to_step(),
            Move::Naming(path, value) => self.set_attribute(Root::Task, path, value),
            Move::LateAnswer => self.answer_late(),
        }
    }

    /// Accepting takes the worker to the queue's assignment activity (rule R23).
    fn answer(&mut self) -> Option<()> {
        self.taken = self.frees_a_taker();
        let row = self.judge.unanswered(&self.task, &self.worker)?;
        let queue = row.queue.and_then(|queue| self.judge.catalog.queues.get(queue));
        self.worker.activity = queue.and_then(|queue| queue.assignment_activity).unwrap_or(self.worker.activity);
        let share = self.worker.channels.get_mut(&row.channel)?;
        (share.pending, share.accepted) = (share.pending.saturating_sub(1), share.accepted + 1);
        self.answered = true;
        Some(())
    }

    /// Until then nobody could be asked for the task that began anew, and its step's `skip_if` took it away.
    fn answer_late(&mut self) -> Option<()> {
        (!(self.begun_anew && self.judge.skips(&self.task))).then_some(())?;
        self.answer()
    }

    /// Those who have been asked for the same task as the worker: its answer frees them.
    pub(super) fn others_asked(&self) -> impl Iterator<Item = (Seq, &'a Worker)> {
        let state = self.judge.state;
        let asked = self.judge.unanswered(&self.task, &self.worker).and_then(|row| state.tasks.get(row.task));
        let rows =
            asked.into_iter().flat_map(|task| &task.reservations).filter_map(|(seq, _)| state.reservations.at(*seq));
        let others = rows.filter(|row| row.worker != self.worker.id && row.status == ReservationStatus::Pending);
        others.filter_map(|row| state.workers.row(row.worker))
    }

    /// Whether one of those takes the task at once.
    fn frees_a_taker(&self) -> bool {
        let takes = |(seq, worker): (Seq, &Worker)| {
            let stands = |it: &Obstacle| self.judge.stands(*it, &self.task, seq, worker);
            course(&self.task).filter(|it| *it != Obstacle::AlreadyReserved).all(|it| !stands(&it))
        };
        self.others_asked().any(takes)
    }

    fn set_attribute(&mut self, root: Root, path: &Path, value: &Value) -> Option<()> {
        let document = match root {
            Root::Task => &mut self.task.document,
            Root::Worker => &mut self.worker.document,
        };
        let attributes = document.attributes().with(path, value.clone())?;
        *document = Document::new(attributes, self.judge.catalog.selectors.of(root));
        self.changed.push((root, path.clone()));
        Some(())
    }

    /// The queue's expression, or this very worker; everybody where the worker cannot be named.
    fn admit_to_queue(&mut self) -> Option<()> {
        let kept = self.kept.clone();
        let wider = kept.queue.get_or_init(|| self.wider_queues());
        let wide = wider.iter().find(|expression| self.judge.is_member(Some(expression), &self.worker))?;
        self.queue = Some(wide.clone());
        Some(())
    }

    fn wider_queues(&self) -> Vec<Expression> {
        let old = self.queue.as_ref().map(Expression::text);
        let named = [named("sid", &self.worker.sid), named("friendly_name", &self.worker.friendly_name)];
        let texts = named.map(|name| either(old, &name)).into_iter().chain(["1==1".to_owned()]);
        texts.filter_map(|text| self.parse(&text, Kind::Queue)).collect()
    }

    /// Only where the task comes back to this step when its workflow is read anew.
    fn admit_to_step(&mut self) -> Option<()> {
        (!self.taken).then_some(())?;
        let (_, current, filter) = self.first_step()?;
        let kept = self.kept.clone();
        let admitting = kept.step.get_or_init(|| self.admitting(current, filter)).as_ref()?;
        self.task.configuration = admitting.compiled.clone();
        self.begun_anew = true;
        Some(())
    }

    fn admitting(&self, current: &Configuration, filter: FilterRef) -> Option<Admitting> {
        let mut spec = declared::configuration(current);
        let target = target(&mut spec, filter)?;
        let to = either(target.expression.as_deref(), &named("worker.sid", &self.worker.sid));
        let to = if self.parse(&to, Kind::Target).is_some() { to } else { "1==1".to_owned() };
        target.expression = Some(to.clone());
        let compiled = Arc::new(compile_workflow(&spec, self.judge.catalog).ok()?);
        Some(Admitting { spec, compiled, to })
    }

    /// What has just been made, as a command.
    fn made(&self, moved: &Move) -> Option<(ChangeKind, Command)> {
        let (worker, channel) = (self.worker.id, self.task.task_channel);
        let share = UpdateWorkerChannel::new(worker, channel);
        let name = || self.task.task_channel_unique_name.clone();
        Some(match moved {
            Move::Answer | Move::LateAnswer => {
                let row = self.judge.unanswered(&self.task, &self.worker)?;
                (ChangeKind::Answer { task: row.task }, AcceptReservation::new(row.id).into())
            }
            Move::Queue => self.made_of_queue()?,
            Move::Attribute(Root::Worker, path, to) => {
                let attributes = self.worker.document.attributes().to_value();
                let kind = ChangeKind::SetWorkerAttribute { path: path.clone(), to: to.clone() };
                (kind, UpdateWorker::new(worker).attributes(attributes).into())
            }
            Move::Attribute(Root::Task, path, to) | Move::Naming(path, to) => {
                let attributes = self.task.document.attributes().to_value();
                let kind = ChangeKind::SetTaskAttribute { path: path.clone(), to: to.clone() };
                (kind, UpdateTask::new(self.task.id()).attributes(attributes).re_evaluate(false).into())
            }
            Move::Channel => (ChangeKind::SwitchChannelOn { channel: name() }, share.available(true).into()),
            Move::Capacity(to) => (ChangeKind::RaiseCapacity { channel: name(), to: *to }, share.capacity(*to).into()),
            Move::Activity(activity) => {
                let name = self.judge.catalog.activities.get(*activity)?.friendly_name.clone();
                let kind = ChangeKind::SetActivity { activity: *activity, name };
                (kind, SetWorkerActivity::new(worker, *activity).into())
            }
            Move::Step => self.made_of_step()?,
        })
    }

    fn made_of_queue(&self) -> Option<(ChangeKind, Command)> {
        let queue = self.judge.catalog.queues.get(self.task.step.as_ref()?.task_queue)?;
        let to = self.queue.as_ref()?.text().to_owned();
        let command = UpdateTaskQueue::new(queue.id).target_workers(&to);
        Some((ChangeKind::SetQueueExpression { task_queue: queue.id, to }, command.into()))
    }

    fn made_of_step(&self) -> Option<(ChangeKind, Command)> {
        let (workflow, _, filter) = self.first_step()?;
        let Admitting { spec, to, .. } = self.kept.step.get()?.as_ref()?;
        let command = UpdateWorkflow::new(workflow).configuration(spec.clone()).re_evaluate_tasks(true);
        Some((ChangeKind::SetStepExpression { workflow, filter, target: 0, to: to.clone() }, command.into()))
    }

    /// The workflow's configuration, when the task stands in the very step by which it would enter it now.
    fn first_step(&self) -> Option<(WorkflowId, &'a Configuration, FilterRef)> {
        let place = self.task.step.as_ref()?;
        let (workflow, current) = self.current()?;
        let matching = current.first_match(0, &|expression| self.judge.filter_matches(expression, &self.task));
        let entry = matching.or_else(|| current.default_filter())?;
        let same = entry == place.filter && current.target(entry, 0)?.queue == place.task_queue;
        same.then_some((workflow, current, entry))
    }

    /// Whether the step can be changed, and nothing but its expression changes then.
    pub(super) fn may_begin_anew(&self) -> bool {
        let same = |current: &Configuration| std::ptr::eq(&*self.task.configuration, current);
        self.begun_anew || self.first_step().is_some_and(|(_, current, _)| same(current))
    }

    /// The workflow that a task in a first step would enter anew.
    fn current(&self) -> Option<(WorkflowId, &'a Configuration)> {
        let first = self.task.step.as_ref().is_some_and(|place| place.target == 0);
        let pending = self.task.status() == TaskStatus::Pending && !self.task.is_direct();
        let workflow = self.judge.catalog.workflows.get(self.task.workflow.filter(|_| first && pending)?)?;
        Some((workflow.id, &*workflow.configuration))
    }

    /// The filters that decide where it would enter.
    pub(super) fn current_filters(&self) -> &'a [Filter] {
        self.current().map_or(&[], |(_, current)| &*current.filters)
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
