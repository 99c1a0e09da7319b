//! A scenario that is one queue before workers who are alike, with nothing else that plays a part: all that the exact
//! answers know. Every condition is looked at; what is not known to be harmless is told instead.

use std::time::Duration;

use pointsman::{FilterRef, TargetSpec, TaskFacts, TaskOrder, TaskQueueSpec, WorkflowConfiguration, WorkflowSpec};
use pointsman_expr::{self as expr, Kind, Limits, Name, Root, Segment};

use super::load::Load;
use super::routes::{Arrived, Member, Routes, lives};
use crate::arrival::ArrivalProcess;
use crate::distribution::{Distribution, Drawn};
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

/// The pool that a scenario is, or what it has that no formula knows.
pub(super) fn of(scenario: &Scenario) -> Result<Pool, String> {
    let (spec, model) = (&scenario.workspace.spec, &scenario.model);
    let is_scripted = scenario.steps.iter().any(|step| matches!(step.action, Action::Do { .. }));
    unless(is_scripted, "commands under `steps` play a part")?;
    unless(scenario.initial.is_some(), "it goes on from a snapshot")?;
    unless(spec.prioritize_queue_order != TaskOrder::Fifo, "the newest task goes first")?;
    let routes = Routes::new(spec, model).ok_or("the engine refuses the workspace")?;
    let arrived: Option<Vec<Arrived>> = model.classes.iter().map(|class| routes.first(class)).collect();
    let arrived = arrived.ok_or("tasks of some class cannot be created")?;
    let first = arrived.first().ok_or("no tasks come")?;
    let is_one = |other: &Arrived| other.members == first.members && place(&other.task) == place(&first.task);
    unless(!arrived.iter().all(is_one), "classes go to different queues or workers")?;
    arrived.iter().try_for_each(|arrived| is_plain(scenario, &arrived.task))?;
    for group in first.members.iter().map(|member| &model.groups[member.group]) {
        is_steady(group, model.measure.horizon)?;
    }
    let are_there = first.members.iter().all(|member| member.is_there && member.capacity > 0);
    unless(!are_there || first.members.is_empty(), "not all workers are there from the beginning")?;
    let flow = |(place, arrived): (usize, &Arrived)| Flow::of(scenario, place, arrived);
    let lives = arrived.iter().map(|arrived| lives(&arrived.task)).min().unwrap_or_default();
    Ok(Pool {
        flows: arrived.iter().enumerate().map(flow).collect::<Result<_, _>>()?,
        places: places(&first.members).ok_or("there is too much room for tasks")?,
        workers: u32::try_from(spec.workers.len()).ok().filter(|_| spec.workers.len() == first.members.len()),
        lives: lives.as_secs_f64(),
    })
}

/// Says what stands in the way, where it does.
fn unless(is_in_the_way: bool, what: impl Into<String>) -> Result<(), String> {
    if is_in_the_way { Err(what.into()) } else { Ok(()) }
}

fn places(members: &[Member]) -> Option<u32> {
    members.iter().map(|member| member.capacity).try_fold(0u32, u32::checked_add)
}

/// What classes must have in common.
fn place(task: &TaskFacts) -> Option<(pointsman::TaskQueueId, pointsman::TaskChannelId)> {
    Some((task.step.as_ref()?.task_queue, task.task_channel))
}

/// Whether the task waits in one queue in the order of age, until one worker takes it.
fn is_plain(scenario: &Scenario, task: &TaskFacts) -> Result<(), String> {
    let spec = &scenario.workspace.spec;
    let step = task.step.as_ref().ok_or("tasks go to no queue")?;
    let name = &step.task_queue_name;
    let queue = spec.task_queues.iter().find(|queue| queue.task_queue == step.task_queue);
    let workflow = workflow_of(scenario, task).ok_or("tasks are in no workflow")?;
    let moves = |queue: &TaskQueueSpec| queue.reservation_activity.is_some() || queue.assignment_activity.is_some();
    let queue = queue.ok_or("tasks go to no queue")?;
    unless(queue.max_reserved_workers != 1, format!("the queue `{name}` asks several workers at once"))?;
    unless(queue.task_order != TaskOrder::Fifo, format!("in the queue `{name}` the newest task goes first"))?;
    // Without multitasking activities decide, and not the capacity: who goes to none may take any number of tasks.
    let why = if moves(queue) { "moves workers to other activities" } else { "keeps nobody from taking several tasks" };
    unless(!spec.multi_task_enabled, format!("the queue `{name}` {why}"))?;
    let called = &workflow.friendly_name;
    unless(!stays(workflow, step.filter), format!("tasks may go on to other steps of the workflow `{called}`"))?;
    let is_timeless = names(&workflow.configuration).is_some_and(|names| names.iter().all(is_fixed));
    unless(!is_timeless, format!("expressions of the workflow `{called}` read what changes with time"))
}

fn workflow_of<'a>(scenario: &'a Scenario, task: &TaskFacts) -> Option<&'a WorkflowSpec> {
    scenario.workspace.spec.workflows.iter().find(|workflow| Some(workflow.workflow) == task.workflow)
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
    targets.len() == 1 && targets.iter().all(is_plain)
}

/// What the expressions read by which tasks find their queue and workers; none where one cannot be read.
fn names(configuration: &WorkflowConfiguration) -> Option<Vec<Name>> {
    let filters = configuration.filters.iter().map(|filter| (filter.expression.as_str(), Kind::Filter));
    let all = configuration.filters.iter().flat_map(|filter| &filter.targets).chain(&configuration.default_filter);
    let targets = all.filter_map(|target| Some((target.expression.as_deref()?, Kind::Target)));
    let read = |(text, kind)| expr::parse(text, kind, &Limits::default()).ok();
    let parsed = filters.chain(targets).map(read).collect::<Option<Vec<_>>>()?;
    Some(parsed.iter().flat_map(|parsed| parsed.expression.names().cloned()).collect())
}

/// Whether it is an attribute of the task that is drawn, or may be one.
fn is_drawn(name: &Name, drawn: &Drawn) -> bool {
    match name {
        Name::Task(path) => match path.segments().first() {
            Some(Segment::Key(first)) => drawn.names().any(|drawn| drawn.eq_ignore_ascii_case(first)),
            Some(Segment::Index(_)) | None => true,
        },
        Name::Nodes { root, .. } => *root == Root::Task,
        Name::Worker(_)
        | Name::WorkerAttributeOrField(..)
        | Name::WorkerField(_)
        | Name::WorkerChannel { .. }
        | Name::Workers(_)
        | Name::Clock(_)
        | Name::Nothing => false,
    }
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
fn is_steady(group: &Group, horizon: Option<Duration>) -> Result<(), String> {
    let at_once = group.answer_after.as_ref().is_none_or(is_zero) && group.reject == 0.0 && group.ignore == 0.0;
    let is_usual = group.pace.as_ref().is_none_or(|pace| *pace == Distribution::Constant(1.0));
    let is_even = is_usual && group.slow_down.iter().all(|factor| *factor == 1.0);
    let workers =
        group.name.as_ref().map(|name| format!("workers of `{name}`")).unwrap_or_else(|| "workers".to_owned());
    unless(!group.is_always_there(horizon), format!("{workers} come and go"))?;
    unless(!at_once, format!("{workers} do not accept at once"))?;
    unless(!is_even, format!("{workers} are not always equally fast"))
}

fn is_zero(span: &Distribution) -> bool {
    *span == Distribution::Constant(0.0)
}

impl Flow {
    fn of(scenario: &Scenario, place: usize, arrived: &Arrived) -> Result<Self, String> {
        let class = &scenario.model.classes[place];
        let name = &class.name;
        unless(class.balking.is_some(), format!("tasks of `{name}` may stay away"))?;
        let comes_again = class.redial.as_ref().is_some_and(|redial| redial.probability > 0.0);
        unless(comes_again, format!("tasks of `{name}` may come again"))?;
        let work = only_work(&scenario.model, place, &arrived.members)
            .ok_or_else(|| format!("handling times of `{name}` differ by worker or by time"))?;
        let read = workflow_of(scenario, &arrived.task).and_then(|workflow| names(&workflow.configuration));
        let is_read = read.is_none_or(|names| names.iter().any(|name| is_drawn(name, &class.drawn)));
        unless(!class.drawn.is_empty() && is_read, format!("where tasks of `{name}` go depends on what is drawn"))?;
        Ok(Self {
            class: name.clone(),
            process: class.process.clone(),
            rate: class.process.steady_rate(),
            priority: arrived.task.priority,
            handling: held(work),
            patience: class.patience.clone(),
        })
    }
}

/// How long a worker has to do with a task: until it is done, and afterwards.
fn held(work: &Work) -> Distribution {
    match work.wrap_up.as_ref().filter(|wrap_up| !is_zero(wrap_up)) {
        Some(wrap_up) => Distribution::Sum(vec![work.time.clone(), wrap_up.clone()]),
        None => work.time.clone(),
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
    /// Whether tasks of every class come as a Poisson process at a rate that never changes.
    pub(super) fn is_steady(&self) -> bool {
        self.flows.iter().all(|flow| flow.rate.is_some())
    }

    /// Of all tasks together.
    pub(super) fn load(&self) -> Option<Load> {
        Load::of(&self.flows.iter().collect::<Vec<_>>())
    }
}
