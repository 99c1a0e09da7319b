//! Sequences of operations.

use std::time::Duration;

use pointsman::{
    AcceptReservation, ActivityId, ActivitySpec, CancelReservation, CancelTask, Command, CompleteTask, CreateTask,
    DeleteActivity, DeleteTask, DeleteTaskChannel, DeleteTaskQueue, DeleteWorker, DeleteWorkflow, DeleteWorkspace,
    FilterSpec, HoldReservation, RejectReservation, ReservationId, RoutingTarget, SetWorkerActivity, TargetSpec,
    TaskChannelId, TaskChannelSpec, TaskOrder, TaskQueueId, Timestamp, UpdateActivity, UpdateTask, UpdateTaskChannel,
    UpdateTaskQueue, UpdateWorker, UpdateWorkerChannel, UpdateWorkflow, UpdateWorkspace, Value, WorkerId,
    WorkflowConfiguration, WorkflowId, WorkspaceSpec, WrapTask,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::expressions::queue_expression;
use super::words::{ACTIVITIES, CHANNELS, QUEUES, WORKERS, WORKFLOWS, or_illegal, task_attributes, worker_attributes};
use super::workspace::{
    activity_name, answer_time, any_queue, any_worker, any_workflow, name_queue, name_worker, name_workflow, seconds,
    task_order, workflow_configuration,
};
use crate::op::{About, Delay, Op, Pick, about};

/// What the operations about tasks and workers may name.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    workflows: Vec<WorkflowId>,
    channels: Vec<Option<TaskChannelId>>,
    workers: Vec<WorkerId>,
    queues: Vec<TaskQueueId>,
    activities: Vec<ActivityId>,
    task_attributes: BoxedStrategy<Value>,
    worker_attributes: BoxedStrategy<Value>,
}

impl Vocabulary {
    /// The workflows, channels and activities that a workspace declares; documents of the test kit's own words.
    pub fn of(spec: &WorkspaceSpec) -> Self {
        let declared: Vec<_> = spec.activities.iter().map(|activity| activity.activity).collect();
        let three = || ["Offline", "Available", "Unavailable"].map(ActivityId::named).to_vec();
        let channels = spec.task_channels.iter().map(|channel| Some(channel.task_channel));
        Self {
            workflows: spec.workflows.iter().map(|workflow| workflow.workflow).collect(),
            channels: channels.chain([None]).collect(),
            workers: Vec::new(),
            queues: Vec::new(),
            activities: if declared.is_empty() { three() } else { declared },
            task_attributes: task_attributes().boxed(),
            worker_attributes: worker_attributes().boxed(),
        }
    }

    /// With tasks that go straight to a worker, a queue or a workflow of the workspace.
    #[must_use]
    pub fn direct_tasks(mut self, spec: &WorkspaceSpec) -> Self {
        self.workers = spec.workers.iter().map(|worker| worker.worker).collect();
        self.queues = spec.task_queues.iter().map(|queue| queue.task_queue).collect();
        self
    }

    /// The attributes that tasks are given.
    #[must_use]
    pub fn task_attributes(mut self, attributes: impl Strategy<Value = Value> + 'static) -> Self {
        self.task_attributes = attributes.boxed();
        self
    }

    /// The attributes that workers are given.
    #[must_use]
    pub fn worker_attributes(mut self, attributes: impl Strategy<Value = Value> + 'static) -> Self {
        self.worker_attributes = attributes.boxed();
        self
    }

    /// Those of [`workspace`](super::workspace()).
    fn own() -> Self {
        Self {
            // The first one is always declared.
            workflows: WORKFLOWS.into_iter().chain([WORKFLOWS[0]; 6]).map(WorkflowId::named).collect(),
            channels: CHANNELS.iter().map(|name| Some(TaskChannelId::named(name))).chain([None, None]).collect(),
            // The last ones are seldom there.
            workers: WORKERS.map(WorkerId::named).to_vec(),
            queues: QUEUES.map(TaskQueueId::named).to_vec(),
            // Workers who are available do more.
            activities: ACTIVITIES
                .iter()
                .map(|(name, _)| *name)
                .chain(["Available"; 8])
                .map(ActivityId::named)
                .collect(),
            task_attributes: or_illegal(task_attributes().boxed()).boxed(),
            worker_attributes: or_illegal(worker_attributes().boxed()).boxed(),
        }
    }

    fn activity(&self) -> BoxedStrategy<ActivityId> {
        select(self.activities.clone()).boxed()
    }

    /// No workflow at all when the workspace declares none: the only one is meant, or none.
    fn workflow(&self) -> BoxedStrategy<Option<WorkflowId>> {
        if self.workflows.is_empty() {
            Just(None).boxed()
        } else {
            select(self.workflows.clone()).prop_map(Some).boxed()
        }
    }
}

impl Vocabulary {
    /// To a worker or a queue of the vocabulary, or into a workflow; nowhere in particular when it has none of them.
    fn routing_target(&self) -> BoxedStrategy<Option<RoutingTarget>> {
        if self.workers.is_empty() || self.queues.is_empty() {
            return Just(None).boxed();
        }
        let queue = || select(self.queues.clone());
        let to_worker = (select(self.workers.clone()), option::weighted(0.5, queue()), any::<bool>());
        let to_worker = to_worker.prop_map(|(worker, task_queue, ignore_capacity)| RoutingTarget::Worker {
            worker,
            task_queue,
            ignore_capacity,
        });
        let to_workflow = self.workflow().prop_map(|workflow| workflow.map(RoutingTarget::Workflow));
        prop_oneof![
            14 => Just(None),
            4 => to_worker.prop_map(Some),
            2 => queue().prop_map(|queue| Some(RoutingTarget::TaskQueue(queue))),
            1 => to_workflow,
        ]
        .boxed()
    }
}

/// Operations about tasks, reservations and workers of a workspace; its configuration stays as it is.
pub fn work(vocabulary: &Vocabulary) -> BoxedStrategy<Op> {
    let command = prop_oneof![
        2 => Just(None),
        6 => tasks(vocabulary).prop_map(Some),
        6 => answers(vocabulary).prop_map(Some),
        3 => workers(vocabulary).prop_map(Some),
    ];
    op(command).boxed()
}

/// Operations about everything in a workspace of [`workspace`](super::workspace()), illegal ones included.
pub fn anything() -> BoxedStrategy<Op> {
    let vocabulary = Vocabulary::own();
    let command = prop_oneof![
        6 => Just(None),
        22 => tasks(&vocabulary).prop_map(Some),
        14 => answers(&vocabulary).prop_map(Some),
        12 => workers(&vocabulary).prop_map(Some),
        10 => catalog().prop_map(Some),
    ];
    op(command).boxed()
}

fn op(command: impl Strategy<Value = Option<Command>> + 'static) -> BoxedStrategy<Op> {
    let subject = (0..64_usize, prop::bool::weighted(0.06)).prop_map(|(index, stale)| Pick { index, stale });
    let if_version = option::weighted(0.15, prop_oneof![5 => Just(0_u64), 1 => 1..3_u64]);
    (delay(), command, subject, if_version)
        .prop_map(|(after, mut command, subject, version)| {
            let place = command.as_mut().map(about).and_then(About::if_version);
            place.into_iter().for_each(|place| *place = version);
            Op { after, command, subject }
        })
        .boxed()
}

fn delay() -> BoxedStrategy<Delay> {
    prop_oneof![
        120 => Just(Delay::None),
        30 => (1..20_u32).prop_map(|seconds| Delay::Millis(seconds * 1_000)),
        10 => (1..90_000_u32).prop_map(Delay::Millis),
        30 => Just(Delay::ToTimer),
        10 => Just(Delay::JustBeforeTimer),
        1 => Just(Delay::Millis(25 * 60 * 60 * 1_000)),
        1 => Just(Delay::Backwards),
    ]
    .boxed()
}

fn placeholder() -> ReservationId {
    ReservationId::new(0)
}

fn tasks(vocabulary: &Vocabulary) -> BoxedStrategy<Command> {
    let reason = option::of(select(&["done", "gone"][..]).prop_map(str::to_owned));
    let post_work = option::weighted(0.3, vocabulary.activity());
    prop_oneof![
        16 => create_task(vocabulary),
        8 => update_task(vocabulary),
        2 => reason.clone().prop_map(|reason| {
            let mut command = CancelTask::new("");
            command.reason = reason;
            command.into()
        }),
        4 => reason.clone().prop_map(|reason| {
            let mut command = WrapTask::new("");
            command.reason = reason;
            command.into()
        }),
        6 => (reason, post_work).prop_map(|(reason, post_work)| {
            let mut command = CompleteTask::new("");
            command.reason = reason;
            command.post_work_activity = post_work;
            command.into()
        }),
        1 => Just(DeleteTask::new("").into()),
    ]
    .boxed()
}

fn create_task(vocabulary: &Vocabulary) -> BoxedStrategy<Command> {
    let workflow = vocabulary.workflow().prop_flat_map(|workflow| prop_oneof![12 => Just(workflow), 1 => Just(None)]);
    let fields = (
        workflow,
        select(vocabulary.channels.clone()),
        vocabulary.task_attributes.clone(),
        priority(),
        option::weighted(0.3, time_to_live()),
        option::weighted(0.2, age()),
        vocabulary.routing_target(),
    );
    fields
        .prop_map(|(workflow, channel, attributes, priority, timeout, age, target)| {
            let mut command = CreateTask::new("").attributes(attributes).priority(priority);
            command.workflow = workflow;
            command.routing_target = target;
            command.task_channel = channel;
            command.timeout = timeout;
            command.virtual_start_time = age;
            command.into()
        })
        .boxed()
}

fn update_task(vocabulary: &Vocabulary) -> BoxedStrategy<Command> {
    let fields = (
        option::weighted(0.7, vocabulary.task_attributes.clone()),
        option::weighted(0.3, priority()),
        option::weighted(0.2, age()),
        option::weighted(0.2, select(vocabulary.channels.clone())),
        prop::bool::weighted(0.8),
    );
    fields
        .prop_map(|(attributes, priority, age, channel, re_evaluate)| {
            let mut command = UpdateTask::new("").re_evaluate(re_evaluate);
            command.attributes = attributes;
            command.priority = priority;
            command.virtual_start_time = age;
            command.task_channel = channel.flatten();
            command.into()
        })
        .boxed()
}

fn priority() -> BoxedStrategy<u32> {
    prop_oneof![60 => 0..4_u32, 1 => Just(u32::MAX)].boxed()
}

/// Too short now and then, and long enough for the longest assignment.
fn time_to_live() -> BoxedStrategy<Duration> {
    prop_oneof![30 => seconds(1..300), 1 => Just(Duration::from_millis(999)), 3 => Just(Duration::from_secs(200_000))]
        .boxed()
}

/// How long ago; before 1900 now and then.
fn age() -> BoxedStrategy<Timestamp> {
    prop_oneof![30 => 0..20_000_i64, 1 => Just(200 * 366 * 86_400_000)].prop_map(Timestamp::from_millis).boxed()
}

fn answers(vocabulary: &Vocabulary) -> BoxedStrategy<Command> {
    prop_oneof![
        9 => Just(AcceptReservation::new(placeholder()).into()),
        5 => option::weighted(0.3, vocabulary.activity()).prop_map(|activity| {
            let mut command = RejectReservation::new(placeholder());
            command.activity = activity;
            command.into()
        }),
        3 => Just(HoldReservation::new(placeholder()).into()),
        1 => Just(CancelReservation::new(placeholder()).into()),
    ]
    .boxed()
}

fn workers(vocabulary: &Vocabulary) -> BoxedStrategy<Command> {
    let name = prop_oneof![Just("W1".to_owned()), Just("renamed".to_owned()), Just(String::new())];
    let update = (
        option::weighted(0.1, name),
        option::weighted(0.7, vocabulary.worker_attributes.clone()),
        option::weighted(0.4, vocabulary.activity()),
        prop::bool::weighted(0.1),
    );
    let channels: Vec<_> =
        vocabulary.channels.iter().flatten().copied().chain([TaskChannelId::named("default")]).collect();
    let share = (select(channels), option::of(capacity()), option::weighted(0.4, any::<bool>()));
    prop_oneof![
        4 => update.prop_map(|(name, attributes, activity, reject)| {
            let mut command = UpdateWorker::new("").reject_pending_reservations(reject);
            command.friendly_name = name;
            command.attributes = attributes;
            command.activity = activity;
            command.into()
        }),
        12 => (vocabulary.activity(), prop::bool::weighted(0.15)).prop_map(|(activity, reject)| {
            SetWorkerActivity::new("", activity).reject_pending_reservations(reject).into()
        }),
        6 => share.prop_map(|(channel, capacity, available)| {
            let mut command = UpdateWorkerChannel::new("", channel);
            command.capacity = capacity;
            command.available = available;
            command.into()
        }),
        1 => any::<bool>().prop_map(|force| DeleteWorker::new("").force(force).into()),
    ]
    .boxed()
}

fn capacity() -> BoxedStrategy<u32> {
    prop_oneof![20 => 0..4_u32, 1 => Just(1_001)].boxed()
}

fn catalog() -> BoxedStrategy<Command> {
    prop_oneof![
        2 => (any_worker(), select(&WORKERS[..])).prop_map(|(worker, name)| name_worker(worker, name).into()),
        2 => queues(),
        9 => workflows(),
        1 => activities(),
        1 => task_channels(),
        3 => settings(),
    ]
    .boxed()
}

fn queues() -> BoxedStrategy<Command> {
    let members = prop_oneof![20 => queue_expression(), 1 => Just("team ==".to_owned()), 1 => Just(String::new())];
    let update = (
        select(&QUEUES[..]),
        option::weighted(0.6, members),
        option::weighted(0.3, 0..4_u32),
        option::weighted(0.3, task_order()),
        option::weighted(0.3, activity_name()),
        option::weighted(0.3, activity_name()),
    );
    prop_oneof![
        1 => (any_queue(), select(&QUEUES[..])).prop_map(|(queue, name)| name_queue(queue, name).into()),
        4 => update.prop_map(|(queue, members, most, order, reserve, assign)| {
            let mut command = UpdateTaskQueue::new(queue);
            command.target_workers = members;
            command.max_reserved_workers = most;
            command.task_order = order;
            command.reservation_activity = reserve.map(Into::into);
            command.assignment_activity = assign.map(Into::into);
            command.into()
        }),
        1 => select(&QUEUES[..]).prop_map(|queue| DeleteTaskQueue::new(queue).into()),
        1 => select(&QUEUES[..]).prop_map(|queue| UpdateTaskQueue::new(queue).friendly_name("renamed").into()),
    ]
    .boxed()
}

fn workflows() -> BoxedStrategy<Command> {
    let update = (
        select(&WORKFLOWS[..]),
        option::weighted(0.7, workflow_configuration()),
        option::weighted(0.3, prop_oneof![8 => answer_time(), 1 => Just(Duration::ZERO)]),
        prop::bool::weighted(0.6),
    );
    prop_oneof![
        1 => (any_workflow(), select(&WORKFLOWS[..])).prop_map(|(workflow, name)| name_workflow(workflow, name).into()),
        6 => update.prop_map(|(workflow, configuration, answer_time, re_evaluate)| {
            let mut command = UpdateWorkflow::new(workflow).re_evaluate_tasks(re_evaluate);
            command.configuration = configuration;
            command.task_reservation_timeout = answer_time;
            command.into()
        }),
        8 => select(vec!["f0", "f0", "f1"]).prop_map(|workflow| UpdateWorkflow::new(workflow).re_evaluate_tasks(true).into()),
        1 => ill_made_workflow(),
        1 => select(&WORKFLOWS[..]).prop_map(|workflow| DeleteWorkflow::new(workflow).into()),
        1 => select(&WORKFLOWS[..]).prop_map(|workflow| UpdateWorkflow::new(workflow).friendly_name("renamed").into()),
    ]
    .boxed()
}

/// A filter without targets, or a first target without a queue.
fn ill_made_workflow() -> BoxedStrategy<Command> {
    let filter = FilterSpec::new("1==1");
    let filters = vec![filter.clone(), filter.target(TargetSpec::new())];
    let command = |(workflow, filter)| {
        UpdateWorkflow::new(workflow).configuration(WorkflowConfiguration::new().filter(filter)).into()
    };
    (select(&WORKFLOWS[..]), select(filters)).prop_map(command).boxed()
}

fn activities() -> BoxedStrategy<Command> {
    prop_oneof![
        (select(&ACTIVITIES[..]), any::<bool>()).prop_map(|((name, _), available)| {
            ActivitySpec::new(name, available).sid(format!("WA{}", name.to_lowercase())).into()
        }),
        activity_name().prop_map(|name| UpdateActivity::new(name, "renamed").into()),
        activity_name().prop_map(|name| UpdateActivity::new(name, name).into()),
        activity_name().prop_map(|name| DeleteActivity::new(name).into()),
        any::<bool>().prop_map(|available| ActivitySpec::new("Extra", available).into()),
        Just(DeleteActivity::new("Extra").into()),
    ]
    .boxed()
}

fn task_channels() -> BoxedStrategy<Command> {
    let name = || select(&["default", "voice", "chat", "more", "1st"][..]);
    prop_oneof![
        name().prop_map(|name| TaskChannelSpec::new(name).into()),
        name().prop_map(|name| TaskChannelSpec::new(name).task_channel("other".into()).into()),
        (name(), any::<bool>())
            .prop_map(|(name, optimized)| { UpdateTaskChannel::new(name).channel_optimized_routing(optimized).into() }),
        name().prop_map(|name| UpdateTaskChannel::new(name).friendly_name("renamed").into()),
        name().prop_map(|name| DeleteTaskChannel::new(name).into()),
    ]
    .boxed()
}

fn settings() -> BoxedStrategy<Command> {
    let activities = (option::of(activity_name()), option::of(activity_name()), option::of(task_order()));
    prop_oneof![
        24 => activities.prop_map(|(default, timeout, order): (_, _, Option<TaskOrder>)| {
            let mut command = UpdateWorkspace::new();
            command.default_activity = default.map(Into::into);
            command.timeout_activity = timeout.map(Into::into);
            command.prioritize_queue_order = order;
            command.into()
        }),
        2 => Just(UpdateWorkspace::new().default_activity("nowhere").into()),
        12 => prop::bool::weighted(0.7).prop_map(|multi| UpdateWorkspace::new().multi_task_enabled(multi).into()),
        1 => Just(DeleteWorkspace::new().into()),
    ]
    .boxed()
}
