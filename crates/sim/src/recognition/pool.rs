//! A scenario that is one queue before workers who are alike, with nothing else that plays a part: all that the exact
//! answers know. Every condition is looked at; what is not known to be harmless makes it none.

use pointsman::{FilterRef, TargetSpec, TaskFacts, TaskOrder, TaskQueueSpec, WorkflowConfiguration, WorkflowSpec};
use pointsman_expr::{self as expr, Kind, Limits, Name};

use super::load::Load;
use super::routes::{Arrived, Member, Routes, lives};
use crate::arrival::ArrivalProcess;
use crate::distribution::Distribution;
use crate::model::{Group, Model, Work};
use crate::scenario::Scenario;
use crate::step::Action;

/// One queue before workers who are alike.
pub(super) struct Pool {
    pub(super) flows: Vec<Flow>,
    /// How many tasks can be in work at once.
    pub(super) places: u32,
    /// How many workers there are, when no others are there and each has one place or more.
    pub(super) workers: Option<u32>,
    /// How long a task may wait before the engine ends it, in seconds.
    pub(super) lives: f64,
}

/// The tasks of a class.
pub(super) struct Flow {
    pub(super) class: String,
    /// When they come.
    pub(super) process: ArrivalProcess,
    /// How often, where that never changes.
    pub(super) rate: Option<f64>,
    pub(super) priority: u32,
    pub(super) handling: Distribution,
    pub(super) patience: Option<Distribution>,
}

/// The pool that a scenario is; none when it is anything else.
pub(super) fn of(scenario: &Scenario) -> Option<Pool> {
    let (spec, model) = (&scenario.workspace.spec, &scenario.model);
    let is_scripted = scenario.steps.iter().any(|step| matches!(step.action, Action::Do { .. }));
    if is_scripted || scenario.initial.is_some() || spec.prioritize_queue_order != TaskOrder::Fifo {
        return None;
    }
    let routes = Routes::new(spec, model)?;
    let arrived: Vec<Arrived> = model.classes.iter().map(|class| routes.first(class)).collect::<Option<_>>()?;
    let first = arrived.first()?;
    let is_one = |other: &Arrived| other.members == first.members && place(&other.task) == place(&first.task);
    let is_plain = |arrived: &Arrived| is_plain(scenario, &arrived.task);
    let groups = || first.members.iter().map(|member| member.group);
    let are_plain = groups().all(|group| is_steady(&model.groups[group]));
    let are_there = first.members.iter().all(|member| member.is_there && member.capacity > 0);
    if !(arrived.iter().all(is_one) && arrived.iter().all(is_plain) && are_plain && are_there) {
        return None;
    }
    let flow = |(place, arrived): (usize, &Arrived)| Flow::of(model, place, arrived);
    Some(Pool {
        flows: arrived.iter().enumerate().map(flow).collect::<Option<_>>()?,
        places: places(&first.members, spec.multi_task_enabled)?,
        workers: u32::try_from(spec.workers.len()).ok().filter(|_| spec.workers.len() == first.members.len()),
        lives: arrived.iter().map(|arrived| lives(&arrived.task)).min().map(|lives| lives.as_secs_f64())?,
    })
}

/// A worker of a workspace without multitasking has one place.
fn places(members: &[Member], multi_task: bool) -> Option<u32> {
    let place = |member: &Member| if multi_task { member.capacity } else { 1 };
    members.iter().map(place).try_fold(0u32, u32::checked_add)
}

/// What classes must have in common.
fn place(task: &TaskFacts) -> Option<(pointsman::TaskQueueId, pointsman::TaskChannelId)> {
    Some((task.step.as_ref()?.task_queue, task.task_channel))
}

/// Whether the task waits in one queue in the order of age, until one worker takes it.
fn is_plain(scenario: &Scenario, task: &TaskFacts) -> bool {
    let spec = &scenario.workspace.spec;
    let Some(step) = &task.step else { return false };
    let queue = spec.task_queues.iter().find(|queue| queue.task_queue == step.task_queue);
    let workflow = spec.workflows.iter().find(|workflow| Some(workflow.workflow) == task.workflow);
    let keeps = |queue: &TaskQueueSpec| {
        let moves = queue.reservation_activity.is_some() || queue.assignment_activity.is_some();
        queue.max_reserved_workers == 1 && queue.task_order == TaskOrder::Fifo && (spec.multi_task_enabled || !moves)
    };
    queue.is_some_and(keeps) && workflow.is_some_and(|workflow| stays(workflow, step.filter))
}

/// Whether a task that this filter takes stays in its only step.
fn stays(workflow: &WorkflowSpec, filter: FilterRef) -> bool {
    let configuration = &workflow.configuration;
    let targets = match filter {
        FilterRef::Index(place) => configuration.filters.get(place).map_or(&[][..], |filter| &filter.targets),
        FilterRef::Default => configuration.default_filter.as_slice(),
        FilterRef::Direct => &[],
    };
    let is_plain =
        |target: &TargetSpec| target.timeout.is_none() && target.skip_if.is_none() && target.known_worker.is_none();
    targets.len() == 1 && targets.iter().all(is_plain) && is_timeless(configuration)
}

/// Whether nothing in it reads what changes: the time of day, loads, activities.
fn is_timeless(configuration: &WorkflowConfiguration) -> bool {
    let filters = configuration.filters.iter().map(|filter| (filter.expression.as_str(), Kind::Filter));
    let all = configuration.filters.iter().flat_map(|filter| &filter.targets).chain(&configuration.default_filter);
    let targets = all.filter_map(|target| Some((target.expression.as_deref()?, Kind::Target)));
    filters.chain(targets).all(|(text, kind)| {
        let read = expr::parse(text, kind, &Limits::default());
        read.is_ok_and(|parsed| parsed.expression.names().all(is_fixed))
    })
}

fn is_fixed(name: &Name) -> bool {
    match name {
        Name::Task(_) | Name::Worker(_) | Name::WorkerAttributeOrField(..) => true,
        Name::Nodes { .. } | Name::Nothing => true,
        Name::WorkerField(field) => {
            matches!(field, expr::WorkerField::Sid | expr::WorkerField::FriendlyName)
        }
        Name::WorkerChannel { .. } | Name::Workers(_) | Name::Clock(_) => false,
    }
}

/// Whether its workers are there all the time, accept at once, and are as fast as anybody.
fn is_steady(group: &Group) -> bool {
    let at_once = group.answer_after.as_ref().is_none_or(is_zero) && group.reject == 0.0 && group.ignore == 0.0;
    let even = group.pace.as_ref().is_none_or(|pace| *pace == Distribution::Constant(1.0));
    group.shifts.is_empty() && at_once && even && group.slow_down.iter().all(|factor| *factor == 1.0)
}

fn is_zero(span: &Distribution) -> bool {
    *span == Distribution::Constant(0.0)
}

impl Flow {
    fn of(model: &Model, place: usize, arrived: &Arrived) -> Option<Self> {
        let class = &model.classes[place];
        let stays = class.balking.is_none() && class.redial.is_none();
        let work = only_work(model, place, &arrived.members)?;
        let ends = work.wrap_up.as_ref().is_none_or(is_zero);
        (stays && ends && class.drawn.is_empty()).then_some(())?;
        Some(Self {
            class: class.name.clone(),
            process: class.process.clone(),
            rate: class.process.steady_rate(),
            priority: arrived.task.priority,
            handling: work.time.clone(),
            patience: class.patience.clone(),
        })
    }
}

/// What tasks of a class take, when that is the same for all workers at all times.
fn only_work<'a>(model: &'a Model, class: usize, members: &[Member]) -> Option<&'a Work> {
    let first = members.first()?;
    let work = model.steady_work(class, first.group)?;
    let same = |member: &Member| model.steady_work(class, member.group) == Some(work);
    members.iter().all(same).then_some(work)
}

impl Pool {
    /// Of all tasks together.
    pub(super) fn load(&self) -> Option<Load> {
        Load::of(&self.flows.iter().collect::<Vec<_>>())
    }
}
