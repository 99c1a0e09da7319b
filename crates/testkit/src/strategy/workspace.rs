//! Workspaces: what is declared at the start, small enough to be read when a test fails.

use std::time::Duration;

use pointsman::{
    ActivitySpec, FilterSpec, KnownWorkerSpec, Limits, TargetSpec, TaskChannelSpec, TaskOrder, TaskQueueId,
    TaskQueueSpec, Template, TimeoutBasis, Timestamp, WorkerChannelSpec, WorkerSpec, WorkflowConfiguration,
    WorkflowSpec, WorkspaceSpec,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::expressions::{filter_expression, order_by, queue_expression, skip_if, target_expression};
use super::words::{ACTIVITIES, CHANNELS, QUEUES, WORKERS, WORKFLOWS, worker_attributes};

/// A workspace of up to four queues, three workflows and four workers, in either mode.
pub fn workspace() -> BoxedStrategy<WorkspaceSpec> {
    let queues = prop_oneof![1 => vec(any_queue(), 1..=2), 3 => vec(any_queue(), 3..=4)];
    let declared = (queues, vec(any_workflow(), 1..=3), vec(any_worker(), 1..=4));
    (settings(), declared)
        .prop_map(|(mut spec, (queues, workflows, workers))| {
            spec.task_queues = queues.into_iter().zip(QUEUES).map(|(queue, name)| name_queue(queue, name)).collect();
            let known: Vec<_> = spec.task_queues.iter().map(|queue| queue.task_queue).collect();
            for (workflow, name) in workflows.into_iter().zip(WORKFLOWS) {
                let mut workflow = name_workflow(workflow, name);
                keep_to(&known, &mut workflow.configuration);
                spec.workflows.push(workflow);
            }
            spec.workers = workers.into_iter().zip(WORKERS).map(|(worker, name)| name_worker(worker, name)).collect();
            spec
        })
        .boxed()
}

/// Everything but queues, workflows and workers.
fn settings() -> BoxedStrategy<WorkspaceSpec> {
    let modes = (
        prop::bool::weighted(0.4),
        task_order(),
        option::weighted(0.3, activity_name()),
        // Where nobody comes back from, nothing happens any more.
        option::weighted(0.8, prop_oneof![4 => Just("Available"), 1 => activity_name()]),
    );
    let basis = prop_oneof![2 => Just(TimeoutBasis::TaskAge), 1 => Just(TimeoutBasis::StepEntry)];
    let rest = (task_channels(), limits(), 0..120_000_i64, prop::bool::weighted(0.1), basis);
    (modes, rest)
        .prop_map(|((single, first, default, timeout), (channels, limits, start, template, basis))| {
            let mut spec = WorkspaceSpec::new("workspace").multi_task_enabled(!single).prioritize_queue_order(first);
            spec.timeout_basis = basis;
            spec.activities = activities();
            spec.task_channels = channels;
            spec.default_activity = default.map(Into::into);
            spec.timeout_activity = timeout.map(Into::into);
            spec.template = if template { Template::Fifo } else { Template::None };
            spec.start(Timestamp::from_millis(1_700_000_000_000 + start)).limits(limits)
        })
        .boxed()
}

/// TaskRouter's, or so low that they are met.
fn limits() -> BoxedStrategy<Limits> {
    let assignments = prop_oneof![6 => Just(30), 1 => Just(1_000), 1 => 1..4_u32];
    let activities = prop_oneof![5 => Just(100), 1 => Just(ACTIVITIES.len())];
    (assignments, activities)
        .prop_map(|(assignments, activities)| Limits { assignments, activities, ..Limits::default() })
        .boxed()
}

fn activities() -> Vec<ActivitySpec> {
    let spec =
        |(name, available): (&str, bool)| ActivitySpec::new(name, available).sid(format!("WA{}", name.to_lowercase()));
    ACTIVITIES.into_iter().map(spec).collect()
}

/// `default` is declared or left to the workspace.
fn task_channels() -> BoxedStrategy<Vec<TaskChannelSpec>> {
    vec(any::<bool>(), 2..=3)
        .prop_map(|optimized| {
            let spec =
                |(optimized, name): (bool, &str)| TaskChannelSpec::new(name).channel_optimized_routing(optimized);
            optimized.into_iter().zip(CHANNELS.into_iter().rev()).map(spec).collect()
        })
        .boxed()
}

pub(super) fn any_queue() -> BoxedStrategy<TaskQueueSpec> {
    let members = prop_oneof![20 => queue_expression(), 1 => Just(String::new())];
    let moves = (option::weighted(0.5, activity_name()), option::weighted(0.5, activity_name()));
    (members, 1..=3_u32, task_order(), moves)
        .prop_map(|(members, most, order, (reserve, assign))| {
            let mut queue = TaskQueueSpec::new("queue", members).max_reserved_workers(most).task_order(order);
            queue.reservation_activity = reserve.map(Into::into);
            queue.assignment_activity = assign.map(Into::into);
            queue
        })
        .boxed()
}

pub(super) fn name_queue(queue: TaskQueueSpec, name: &str) -> TaskQueueSpec {
    queue.task_queue(name.into()).friendly_name(name)
}

pub(super) fn any_workflow() -> BoxedStrategy<WorkflowSpec> {
    (workflow_configuration(), answer_time())
        .prop_map(|(configuration, answer_time)| {
            WorkflowSpec::new("workflow", configuration).task_reservation_timeout(answer_time)
        })
        .boxed()
}

/// Short ones often: tasks that return are wanted.
pub(super) fn answer_time() -> BoxedStrategy<Duration> {
    prop_oneof![1 => seconds(1..90), 1 => seconds(1..12)].boxed()
}

pub(super) fn name_workflow(workflow: WorkflowSpec, name: &str) -> WorkflowSpec {
    workflow.workflow(name.into()).friendly_name(name)
}

/// A configuration of up to three filters with up to three targets each, and mostly a default filter. The queues
/// are among `q0` to `q3`.
pub fn workflow_configuration() -> BoxedStrategy<WorkflowConfiguration> {
    (vec(any_filter(), 0..=3), option::weighted(0.75, first_target()))
        .prop_map(|(filters, default)| {
            let mut configuration = WorkflowConfiguration::new();
            configuration.filters = filters;
            configuration.default_filter = default;
            configuration
        })
        .boxed()
}

fn any_filter() -> BoxedStrategy<FilterSpec> {
    (filter_expression(), first_target(), vec(any_target(), 0..=2))
        .prop_map(|(expression, first, others)| {
            let filter = FilterSpec::new(expression).target(first);
            others.into_iter().fold(filter, FilterSpec::target)
        })
        .boxed()
}

fn first_target() -> BoxedStrategy<TargetSpec> {
    (any_target(), select(&QUEUES[..])).prop_map(|(target, queue)| target.queue(queue)).boxed()
}

fn any_target() -> BoxedStrategy<TargetSpec> {
    let known = prop_oneof![
        Just(KnownWorkerSpec::Sid("task.agent".to_owned())),
        Just(KnownWorkerSpec::FriendlyName("task.agent".to_owned())),
    ];
    let fields = (
        option::weighted(0.6, select(&QUEUES[..])),
        option::weighted(0.3, 0..3_u32),
        option::weighted(0.6, seconds(1..90)),
        option::weighted(0.5, target_expression()),
        option::weighted(0.3, order_by()),
        option::weighted(0.3, skip_if()),
        option::weighted(0.15, known),
    );
    fields
        .prop_map(|(queue, priority, timeout, expression, order_by, skip_if, known_worker)| {
            let mut target = TargetSpec::new();
            target.queue = queue.map(Into::into);
            target.priority = priority;
            target.timeout = timeout;
            target.expression = expression;
            target.order_by = order_by;
            target.skip_if = skip_if;
            target.known_worker = known_worker;
            target
        })
        .boxed()
}

/// Targets that lead elsewhere lead into the first of these queues.
fn keep_to(queues: &[TaskQueueId], configuration: &mut WorkflowConfiguration) {
    let targets = configuration.filters.iter_mut().flat_map(|filter| &mut filter.targets);
    for target in targets.chain(&mut configuration.default_filter) {
        if target.queue.is_some_and(|queue| !queues.contains(&queue)) {
            target.queue = queues.first().copied();
        }
    }
}

pub(super) fn any_worker() -> BoxedStrategy<WorkerSpec> {
    let activity = prop_oneof![4 => Just(Some("Available")), 1 => option::of(activity_name())];
    let shares = vec(option::weighted(0.5, share()), CHANNELS.len());
    let idle = option::weighted(0.3, seconds(0..4));
    (worker_attributes(), activity, shares, idle)
        .prop_map(|(attributes, activity, shares, idle)| {
            let mut worker = WorkerSpec::new("worker").attributes(attributes);
            worker.activity = activity.map(Into::into);
            worker.idle_for = idle;
            let given = CHANNELS.iter().zip(shares).filter_map(|(channel, share)| Some((*channel, share?)));
            given.fold(worker, |worker, (channel, share)| worker.channel(channel, share))
        })
        .boxed()
}

pub(super) fn name_worker(worker: WorkerSpec, name: &str) -> WorkerSpec {
    worker.worker(name.into()).friendly_name(name).sid(name)
}

fn share() -> BoxedStrategy<WorkerChannelSpec> {
    (0..=3_u32, prop::bool::weighted(0.8))
        .prop_map(|(capacity, available)| {
            let mut share = WorkerChannelSpec::new(capacity);
            share.available = available;
            share
        })
        .boxed()
}

pub(super) fn activity_name() -> BoxedStrategy<&'static str> {
    select(&ACTIVITIES[..]).prop_map(|(name, _)| name).boxed()
}

pub(super) fn task_order() -> BoxedStrategy<TaskOrder> {
    prop_oneof![3 => Just(TaskOrder::Fifo), 2 => Just(TaskOrder::Lifo)].boxed()
}

/// Whole seconds, small ones often: timers of one instant are wanted.
pub(super) fn seconds(range: std::ops::Range<u64>) -> BoxedStrategy<Duration> {
    prop_oneof![2 => range.clone(), 1 => range.start..range.start + 4].prop_map(Duration::from_secs).boxed()
}
