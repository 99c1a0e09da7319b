//! A configuration put in place on a fork of a living engine: which commands that takes, and in which order. What they
//! do is the engine's.

use std::collections::BTreeMap;

use pointsman::{
    Command, DeleteActivity, DeleteTaskChannel, DeleteTaskQueue, DeleteWorker, DeleteWorkflow, Engine, TaskQueueSpec,
    UpdateActivity, UpdateTaskChannel, UpdateTaskQueue, UpdateWorker, UpdateWorkerChannel, UpdateWorkflow,
    UpdateWorkspace, WorkerSpec, WorkflowSpec, WorkspaceSpec,
};
use pointsman_config::Names;

use super::filters::Filters;
use super::seen::Seen;
use crate::replay::drained;
use crate::words;

/// What both forks begin with.
pub(super) struct Fork<'a> {
    pub(super) engine: &'a Engine,
    /// The filters it has now.
    pub(super) filters: &'a Filters,
    /// What things are called.
    pub(super) names: &'a Names,
    /// The commands of both sides in words, sorted: their places are the numbers of refusals.
    pub(super) texts: &'a [String],
}

impl Fork<'_> {
    /// Gives a fork the commands that put a configuration with these filters in place, and looks at every task that
    /// waited before.
    pub(super) fn show(&self, commands: &[Command], filters: Filters) -> Seen {
        let mut engine = self.engine.clone();
        drained(&mut engine);
        let mut seen = Seen::new(&engine, filters);
        let waiting = || self.engine.tasks().filter(|view| view.facts.status.is_waiting()).enumerate();
        waiting().for_each(|(number, view)| seen.found(number, &view, self.filters));
        for command in commands {
            match engine.handle(engine.clock(), command.clone()) {
                // What it does is in the configuration that this side begins with.
                Ok(()) => seen.re_evaluated(command),
                Err(rejection) => seen.refused.extend(self.number(command).map(|number| (number, rejection.code()))),
            }
            drained(&mut engine).iter().for_each(|event| seen.observe(event));
        }
        waiting().for_each(|(_, view)| seen.note_eligible(&engine, view.facts.task));
        seen.finish(&engine);
        count_waiting(&mut seen);
        seen
    }

    fn number(&self, command: &Command) -> Option<usize> {
        self.texts.binary_search(&words::command(command, self.names)).ok()
    }
}

/// The shares are of the tasks that waited: those that still do are in their filter.
fn count_waiting(seen: &mut Seen) {
    for life in seen.tasks.values() {
        let Some(workflow) = life.facts.workflow.filter(|_| !life.is_direct()) else { continue };
        *seen.entered.entry(workflow).or_default() += 1;
        if let Some((filter, _)) = life.filter.as_ref().filter(|_| life.facts.status.is_waiting()) {
            *seen.matched.entry((workflow, *filter)).or_default() += 1;
        }
    }
}

/// The commands that put a configuration in place of what is there. Workers get their names, attributes and channels
/// and keep their activity. What the other configuration has and this one has not is deleted; what neither has stays.
/// Workflows come last, with their tasks re-evaluated where the two configurations differ or bring something new.
pub(super) fn commands(base: &WorkspaceSpec, own: &WorkspaceSpec, other: &WorkspaceSpec) -> Vec<Command> {
    let activities = changes(&base.activities, &own.activities, &other.activities, |it| it.activity);
    let channels = changes(&base.task_channels, &own.task_channels, &other.task_channels, |it| it.task_channel);
    let queues = changes(&base.task_queues, &own.task_queues, &other.task_queues, |it| it.task_queue);
    let workers = changes(&base.workers, &own.workers, &other.workers, |it| it.worker);
    let workflows = changes(&base.workflows, &own.workflows, &other.workflows, |it| it.workflow);
    let mut commands: Vec<Command> = Vec::new();
    commands.extend(activities.put(Command::CreateActivity, |was, is| {
        (was.friendly_name != is.friendly_name)
            .then(|| UpdateActivity::new(is.activity, is.friendly_name.clone()).into())
            .into_iter()
            .collect()
    }));
    commands.extend(channels.put(Command::CreateTaskChannel, |was, is| {
        let update = UpdateTaskChannel::new(is.task_channel).friendly_name(is.friendly_name.clone());
        let update = update.channel_optimized_routing(is.channel_optimized_routing);
        if was == is { Vec::new() } else { vec![update.into()] }
    }));
    commands.extend(settings(base, own));
    commands.extend(queues.put(Command::CreateTaskQueue, update_task_queue));
    commands.extend(workers.put(Command::CreateWorker, update_worker));
    let others: BTreeMap<_, _> = other.workflows.iter().map(|it| (it.workflow, it)).collect();
    commands.extend(workflows.put(Command::CreateWorkflow, |was, is| {
        let differs = was != is || others.get(&is.workflow).is_some_and(|other| *other != is);
        if differs { vec![update_workflow(is)] } else { Vec::new() }
    }));
    commands.extend(workflows.deleted.iter().map(|it| DeleteWorkflow::new(it.workflow).into()));
    commands.extend(queues.deleted.iter().map(|it| DeleteTaskQueue::new(it.task_queue).into()));
    commands.extend(workers.deleted.iter().map(|it| DeleteWorker::new(it.worker).force(true).into()));
    commands.extend(channels.deleted.iter().map(|it| DeleteTaskChannel::new(it.task_channel).into()));
    commands.extend(activities.deleted.iter().map(|it| DeleteActivity::new(it.activity).into()));
    commands
}

/// What differs between two configurations and no command can change both ways.
pub(super) fn unchangeable(old: &WorkspaceSpec, new: &WorkspaceSpec) -> Option<String> {
    if old.timeout_basis != new.timeout_basis {
        return Some("`timeout_basis`".to_owned());
    }
    if old.limits != new.limits {
        return Some("`limits`".to_owned());
    }
    let activities = changes(&old.activities, &new.activities, &[], |it| it.activity).kept;
    let activity = activities.into_iter().find(|(was, is)| was.available != is.available);
    let queues = changes(&old.task_queues, &new.task_queues, &[], |it| it.task_queue).kept;
    let moves = |it: &TaskQueueSpec| (it.reservation_activity.is_some(), it.assignment_activity.is_some());
    let queue = queues.into_iter().find(|(was, is)| moves(was) != moves(is));
    let activity = activity.map(|(_, it)| format!("whether the activity `{}` is available", it.friendly_name));
    activity.or_else(|| queue.map(|(_, it)| format!("whether the queue `{}` moves its workers", it.friendly_name)))
}

/// What has to happen to the things of one kind.
struct Changes<'s, T> {
    created: Vec<&'s T>,
    /// As it is, and as it is to be.
    kept: Vec<(&'s T, &'s T)>,
    deleted: Vec<&'s T>,
}

fn changes<'s, T, I: Ord>(base: &'s [T], own: &'s [T], other: &'s [T], id: fn(&T) -> I) -> Changes<'s, T> {
    let by_id = |all: &'s [T]| -> BTreeMap<I, &'s T> { all.iter().map(|it| (id(it), it)).collect() };
    let (there, wanted, others) = (by_id(base), by_id(own), by_id(other));
    let pair = |is: &'s T| Some((*there.get(&id(is))?, is));
    let obsolete = |it: &&T| others.contains_key(&id(it)) && !wanted.contains_key(&id(it));
    Changes {
        created: own.iter().filter(|it| !there.contains_key(&id(it))).collect(),
        kept: own.iter().filter_map(pair).collect(),
        deleted: base.iter().filter(obsolete).collect(),
    }
}

impl<T: Clone> Changes<'_, T> {
    fn put(&self, create: fn(T) -> Command, update: impl Fn(&T, &T) -> Vec<Command>) -> Vec<Command> {
        let created = self.created.iter().map(|it| create(T::clone(it)));
        created.chain(self.kept.iter().flat_map(|(was, is)| update(was, is))).collect()
    }
}

fn settings(base: &WorkspaceSpec, own: &WorkspaceSpec) -> Option<Command> {
    let mut update = UpdateWorkspace::new().friendly_name(own.friendly_name.clone());
    update = update.prioritize_queue_order(own.prioritize_queue_order).multi_task_enabled(own.multi_task_enabled);
    update.default_activity = own.default_activity;
    update.timeout_activity = own.timeout_activity;
    let settings = |it: &WorkspaceSpec| {
        let activities = (it.default_activity, it.timeout_activity);
        (it.friendly_name.clone(), it.prioritize_queue_order, it.multi_task_enabled, activities)
    };
    (settings(base) != settings(own)).then(|| update.into())
}

fn update_task_queue(was: &TaskQueueSpec, is: &TaskQueueSpec) -> Vec<Command> {
    let mut update = UpdateTaskQueue::new(is.task_queue).friendly_name(is.friendly_name.clone());
    update = update.target_workers(is.target_workers.clone()).max_reserved_workers(is.max_reserved_workers);
    update = update.task_order(is.task_order);
    update.reservation_activity = is.reservation_activity;
    update.assignment_activity = is.assignment_activity;
    if was == is { Vec::new() } else { vec![update.into()] }
}

fn update_worker(was: &WorkerSpec, is: &WorkerSpec) -> Vec<Command> {
    let mut commands = Vec::new();
    if was.attributes != is.attributes || was.friendly_name != is.friendly_name {
        let update = UpdateWorker::new(is.worker).friendly_name(is.friendly_name.clone());
        commands.push(update.attributes(is.attributes.clone()).into());
    }
    for (channel, share) in &was.channels {
        let wanted = is.channels.get(channel).copied().unwrap_or_default();
        if wanted != *share {
            let update = UpdateWorkerChannel::new(is.worker, *channel).capacity(wanted.capacity);
            commands.push(update.available(wanted.available).into());
        }
    }
    commands
}

fn update_workflow(is: &WorkflowSpec) -> Command {
    let update = UpdateWorkflow::new(is.workflow).friendly_name(is.friendly_name.clone());
    let update = update.task_reservation_timeout(is.task_reservation_timeout).configuration(is.configuration.clone());
    update.re_evaluate_tasks(true).into()
}
