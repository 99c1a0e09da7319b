//! What an expectation is compared with: the state of a run at one instant. It reads; it decides nothing about routing.

use std::collections::BTreeMap;

use pointsman::{
    Command, Engine, FilterRef, ReservationView, TaskId, TaskView, WorkerChannelView, WorkerId, WorkerView,
    WorkflowConfiguration, WorkflowId,
};
use serde_json::Value;

use crate::labels::Labels;
use crate::report::{ChannelReport, ReservationReport, WorkerReport};
use crate::statistics::Statistics;
use crate::transcript::{Line, filter};

/// Names of a workflow's filters, by their place.
pub(crate) type FilterNames = BTreeMap<WorkflowId, Vec<Option<String>>>;

/// The workflow that a command configures, and how.
pub(crate) fn configured(command: &Command) -> Option<(WorkflowId, &WorkflowConfiguration)> {
    if let Command::CreateWorkflow(spec) = command {
        return Some((spec.workflow, &spec.configuration));
    }
    let Command::UpdateWorkflow(update) = command else { return None };
    Some((update.workflow, update.configuration.as_ref()?))
}

pub(crate) fn filter_names(configuration: &WorkflowConfiguration) -> Vec<Option<String>> {
    configuration.filters.iter().map(|filter| filter.friendly_name.clone()).collect()
}

/// A run at one instant.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) lines: &'a [Line],
    pub(crate) statistics: &'a Statistics,
    pub(crate) labels: Labels<'a>,
    pub(crate) filters: &'a FilterNames,
    /// The figures of the results, where they are looked at.
    pub(crate) figures: &'a [Option<f64>],
}

/// What may be expected of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskField {
    /// Whether there is such a task.
    Exists,
    /// `pending`, `reserved`, ...
    Status,
    /// The queue it is in, or was in last.
    Queue,
    /// Its priority.
    Priority,
    /// Its workflow.
    Workflow,
    /// The filter it is in, or was in last.
    Filter,
    /// The zero-based index of the routing step.
    Target,
    /// Workers with a pending reservation, in any order.
    Reserved,
    /// Who has accepted.
    Worker,
    /// Who may take it, in any order.
    Eligible,
    /// The same, in the order in which they would be chosen.
    Ranked,
    /// Why it ended.
    Reason,
    /// Its channel.
    TaskChannel,
    /// Its attributes.
    Attributes,
}

impl TaskField {
    pub(crate) const ALL: &'static [(&'static str, Self)] = &[
        ("exists", Self::Exists),
        ("status", Self::Status),
        ("queue", Self::Queue),
        ("priority", Self::Priority),
        ("workflow", Self::Workflow),
        ("filter", Self::Filter),
        ("target", Self::Target),
        ("reserved", Self::Reserved),
        ("worker", Self::Worker),
        ("eligible", Self::Eligible),
        ("ranked", Self::Ranked),
        ("reason", Self::Reason),
        ("task_channel", Self::TaskChannel),
        ("attributes", Self::Attributes),
    ];
}

/// What may be expected of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkerField {
    /// Whether there is such a worker.
    Exists,
    /// The activity.
    Activity,
    /// Whether the activity is an available one.
    Available,
    /// The tasks of the open reservations, in any order.
    Reservations,
    /// The attributes.
    Attributes,
}

impl WorkerField {
    pub(crate) const ALL: &'static [(&'static str, Self)] = &[
        ("exists", Self::Exists),
        ("activity", Self::Activity),
        ("available", Self::Available),
        ("reservations", Self::Reservations),
        ("attributes", Self::Attributes),
    ];
}

/// What may be expected of a worker's channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelField {
    /// Accepted reservations.
    AssignedTasks,
    /// The free share of the capacity.
    AvailableCapacityPercentage,
    /// The capacity.
    ConfiguredCapacity,
    /// Whether new tasks are taken.
    Available,
}

impl ChannelField {
    pub(crate) const ALL: &'static [(&'static str, Self)] = &[
        ("assigned_tasks", Self::AssignedTasks),
        ("available_capacity_percentage", Self::AvailableCapacityPercentage),
        ("configured_capacity", Self::ConfiguredCapacity),
        ("available", Self::Available),
    ];

    pub(crate) fn read(self, channel: &WorkerChannelView) -> Value {
        match self {
            Self::AssignedTasks => channel.assigned_tasks.into(),
            Self::AvailableCapacityPercentage => channel.available_capacity_percentage.into(),
            Self::ConfiguredCapacity => channel.configured_capacity.into(),
            Self::Available => channel.available.into(),
        }
    }
}

impl Moment<'_> {
    /// `None` when there is no such task.
    pub(crate) fn task(self, id: TaskId, field: TaskField) -> Option<Value> {
        let view = self.engine.task(id);
        if field == TaskField::Exists {
            return Some(view.is_some().into());
        }
        view.map(|view| self.task_field(&view, field))
    }

    fn task_field(self, view: &TaskView, field: TaskField) -> Value {
        let facts = &view.facts;
        let step = facts.step.as_ref();
        match field {
            TaskField::Exists => true.into(),
            TaskField::Status => facts.status.name().into(),
            TaskField::Queue => step.map(|step| self.labels.task_queue(step.task_queue, &step.task_queue_name)).into(),
            TaskField::Priority => facts.priority.into(),
            TaskField::Workflow => self.labels.workflow_of(facts).into(),
            TaskField::Filter => step.map_or(Value::Null, |step| filter(step.filter)),
            TaskField::Target => step.map(|step| step.target).into(),
            TaskField::Reserved => self.sorted(&view.reserved),
            TaskField::Worker => view.worker.map(|id| self.worker_name(id)).into(),
            TaskField::Eligible => self.sorted(&self.engine.eligible(facts.task)),
            TaskField::Ranked => self.engine.ranked(facts.task).into_iter().map(|id| self.worker_name(id)).collect(),
            TaskField::Reason => facts.reason.as_ref().map(|reason| reason.as_ref()).into(),
            TaskField::TaskChannel => {
                self.labels.task_channel(facts.task_channel, &facts.task_channel_unique_name).into()
            }
            TaskField::Attributes => Value::from(&facts.attributes.to_value()),
        }
    }

    /// The name that the task's workflow, as it is now, gives the filter the task is in.
    pub(crate) fn filter_name(&self, id: TaskId) -> Option<&str> {
        let facts = self.engine.task(id)?.facts;
        match facts.step?.filter {
            FilterRef::Index(index) => self.filters.get(&facts.workflow?)?.get(index)?.as_deref(),
            FilterRef::Default | FilterRef::Direct => None,
        }
    }

    /// `None` when there is no such worker.
    pub(crate) fn worker(self, id: WorkerId, field: WorkerField) -> Option<Value> {
        let view = self.engine.worker(id);
        if field == WorkerField::Exists {
            return Some(view.is_some().into());
        }
        view.map(|view| self.worker_field(&view, field))
    }

    fn worker_field(self, view: &WorkerView, field: WorkerField) -> Value {
        let facts = &view.facts;
        match field {
            WorkerField::Exists => true.into(),
            WorkerField::Activity => self.labels.activity(facts.activity, &facts.activity_name).into(),
            WorkerField::Available => facts.available.into(),
            WorkerField::Reservations => {
                let mut tasks: Vec<String> = self.reservations(view).into_iter().map(|open| open.task).collect();
                tasks.sort();
                tasks.into()
            }
            WorkerField::Attributes => Value::from(&facts.attributes.to_value()),
        }
    }

    /// The worker's open reservations, oldest first.
    fn reservations(self, view: &WorkerView) -> Vec<ReservationReport> {
        let open = view.reservations.iter().filter_map(|id| self.engine.reservation(*id));
        let report = |open: ReservationView| ReservationReport {
            task: self.labels.task(open.task),
            status: open.status.name().to_owned(),
        };
        open.map(report).collect()
    }

    pub(crate) fn worker_name(self, id: WorkerId) -> String {
        let name = self.engine.worker(id).map(|view| view.facts.friendly_name);
        self.labels.worker(id, name.as_deref().unwrap_or("a deleted worker"))
    }

    fn sorted(self, workers: &[WorkerId]) -> Value {
        let mut names: Vec<String> = workers.iter().map(|id| self.worker_name(*id)).collect();
        names.sort();
        names.into()
    }

    /// A worker with everything that can be expected of it.
    pub(crate) fn worker_report(self, view: &WorkerView) -> WorkerReport {
        let channel = |channel: &WorkerChannelView| {
            let name = self.labels.task_channel(channel.task_channel, &channel.unique_name);
            let report = ChannelReport {
                configured_capacity: channel.configured_capacity,
                available: channel.available,
                assigned_tasks: channel.assigned_tasks,
                available_capacity_percentage: channel.available_capacity_percentage,
            };
            (name, report)
        };
        WorkerReport {
            activity: self.labels.activity(view.facts.activity, &view.facts.activity_name),
            available: view.facts.available,
            channels: view.channels.iter().map(channel).collect(),
            reservations: self.reservations(view),
        }
    }
}
