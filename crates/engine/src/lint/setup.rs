//! What the lints look at: a compiled configuration, the workers that are known, the tasks that are known to occur.
//! It holds no lint.

use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::{Attributes, Expression, Path, Ref, WorkerField};

use super::finding::{Entity, Place};
use super::kinds::Kinds;
use super::knowledge::{Knowledge, Known};
use crate::catalog::{Catalog, Configuration, Target, compile_workflow};
use crate::command::{Command, CreateTask, RoutingTarget, UpdateWorker};
use crate::event::FilterRef;
use crate::id::{ActivityId, TaskId, WorkerId, WorkflowId};
use crate::reject::Rejection;
use crate::spec::{TargetSpec, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkspaceSpec};
use crate::step::found;

/// Everything that is known.
pub(super) struct Setup<'a> {
    /// The workspace; none when only a configuration is known.
    pub(super) workspace: Option<&'a WorkspaceSpec>,
    pub(super) catalog: Catalog,
    pub(super) workflows: Vec<Workflow<'a>>,
    /// Those that the workspace declares, then those of commands.
    pub(super) workers: Vec<Worker>,
    pub(super) tasks: Vec<Task>,
    pub(super) commands: &'a [Command],
}

impl<'a> Setup<'a> {
    /// A workspace with what is done in it.
    pub(super) fn of_workspace(workspace: &'a WorkspaceSpec, commands: &'a [Command]) -> Result<Self, Rejection> {
        let catalog = catalog(workspace, |_| ())?;
        let workflows = workspace.workflows.iter().filter_map(|spec| {
            let place = Place::of(Entity::Workflow(spec.workflow), &*spec.friendly_name);
            let compiled = catalog.workflows.get(spec.workflow)?.configuration.clone();
            let place = place.field("configuration");
            let answer_time = Some(spec.task_reservation_timeout);
            Some(Workflow { id: Some(spec.workflow), place, spec: &spec.configuration, compiled, answer_time })
        });
        let workflows: Vec<_> = workflows.collect();
        let declared = workspace.workers.iter().filter_map(Worker::declared);
        let observed = commands.iter().enumerate().filter_map(|(at, command)| Worker::observed(at, command, workspace));
        let workers = declared.chain(observed).collect();
        let tasks = commands.iter().enumerate();
        let tasks = tasks.filter_map(|(position, command)| Task::observed(position, command, workspace)).collect();
        Ok(Self { workspace: Some(workspace), catalog, workflows, workers, tasks, commands })
    }

    /// A workflow's configuration on its own, or as the only one of a workspace.
    pub(super) fn of_configuration(
        spec: &'a WorkflowConfiguration,
        workspace: Option<&'a WorkspaceSpec>,
    ) -> Result<Self, Rejection> {
        let catalog = match workspace {
            Some(workspace) => catalog(workspace, |bare| bare.workflows.clear())?,
            None => nowhere(),
        };
        let compiled = Arc::new(compile_workflow(spec, &catalog)?);
        let place = Place::of(Entity::Configuration, "");
        let workflows = vec![Workflow { id: None, place, spec, compiled, answer_time: None }];
        let workers = workspace.map(|workspace| &workspace.workers[..]).unwrap_or_default();
        let workers = workers.iter().filter_map(Worker::declared).collect();
        Ok(Self { workspace, catalog, workflows, workers, tasks: Vec::new(), commands: &[] })
    }

    /// The queues that the workspace declares, with their expressions; none for the empty text.
    pub(super) fn queues(&self) -> impl Iterator<Item = (&'a TaskQueueSpec, Place, Option<&Expression>)> {
        let queues = self.workspace.map(|workspace| &workspace.task_queues[..]).unwrap_or_default();
        queues.iter().filter_map(|spec| {
            let place = Place::of(Entity::TaskQueue(spec.task_queue), &*spec.friendly_name);
            Some((spec, place, self.catalog.queues.get(spec.task_queue)?.expression.as_ref()))
        })
    }

    /// The workers that the workspace declares.
    pub(super) fn declared(&self) -> impl Iterator<Item = &Worker> {
        self.workers.iter().filter(|worker| worker.is_declared())
    }

    /// The tasks that are known to be created in a workflow.
    pub(super) fn tasks_of(&self, workflow: &Workflow<'_>) -> impl Iterator<Item = &Task> {
        let id = workflow.id;
        self.tasks.iter().filter(move |task| task.workflow == id)
    }
}

/// What the workspace configures, compiled. Workers are no part of it.
fn catalog(workspace: &WorkspaceSpec, change: fn(&mut WorkspaceSpec)) -> Result<Catalog, Rejection> {
    let mut bare = workspace.clone();
    bare.workers.clear();
    change(&mut bare);
    found(bare, 0).map(|(catalog, ..)| catalog)
}

/// The catalog of a workspace of which nothing is known.
fn nowhere() -> Catalog {
    let offline = ActivityId::named("Offline");
    Catalog::new("".into(), offline, offline)
}

/// A workflow and its configuration.
pub(super) struct Workflow<'a> {
    pub(super) id: Option<WorkflowId>,
    /// The place of its configuration.
    pub(super) place: Place,
    pub(super) spec: &'a WorkflowConfiguration,
    pub(super) compiled: Arc<Configuration>,
    /// How long a worker has to answer, where that is known.
    pub(super) answer_time: Option<Duration>,
}

/// A routing step, as written and compiled.
pub(super) struct Step<'s> {
    pub(super) filter: FilterRef,
    pub(super) index: usize,
    pub(super) spec: &'s TargetSpec,
    pub(super) target: &'s Target,
    pub(super) place: Place,
}

impl Workflow<'_> {
    pub(super) fn filter_place(&self, index: usize) -> Place {
        self.place.field("filters").index(index)
    }

    pub(super) fn default_place(&self) -> Place {
        self.place.field("default_filter")
    }

    /// The steps of a filter.
    pub(super) fn steps_of(&self, filter: FilterRef) -> impl Iterator<Item = Step<'_>> {
        let (specs, place) = match filter {
            FilterRef::Index(index) => {
                let specs = self.spec.filters.get(index).map(|filter| &filter.targets[..]).unwrap_or_default();
                (specs, self.filter_place(index).field("targets"))
            }
            FilterRef::Default => (self.spec.default_filter.as_slice(), self.default_place()),
            FilterRef::Direct => (&[][..], self.place.clone()),
        };
        let targets = specs.iter().zip(self.compiled.targets(filter)).enumerate();
        targets.map(move |(index, (spec, target))| {
            let is_default = filter == FilterRef::Default;
            let place = if is_default { place.clone() } else { place.index(index) };
            Step { filter, index, spec, target, place }
        })
    }

    /// Every step, in the order of the document.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        let filters = (0..self.spec.filters.len()).map(FilterRef::Index);
        filters.chain([FilterRef::Default]).flat_map(|filter| self.steps_of(filter))
    }

    /// The expression of a filter; none for the default filter.
    pub(super) fn condition(&self, filter: FilterRef) -> Option<&Expression> {
        match filter {
            FilterRef::Index(index) => self.compiled.filters.get(index).map(|filter| &filter.expression),
            FilterRef::Default | FilterRef::Direct => None,
        }
    }

    /// What messages call a filter: by its friendly name, else by its place.
    pub(super) fn filter_name(&self, index: usize) -> String {
        let name = self.spec.filters.get(index).and_then(|filter| filter.friendly_name.as_deref());
        name.map_or_else(|| format!("`filters[{index}]`"), |name| format!("the filter `{name}`"))
    }
}

/// A worker of whom at least the attributes are known.
pub(super) struct Worker {
    pub(super) id: WorkerId,
    pub(super) place: Place,
    pub(super) attributes: Attributes,
    pub(super) sid: String,
}

impl Worker {
    fn declared(spec: &WorkerSpec) -> Option<Self> {
        Self::new(Place::of(Entity::Worker(spec.worker), &*spec.friendly_name), spec)
    }

    /// A worker who comes later, or has other attributes later.
    fn observed(position: usize, command: &Command, workspace: &WorkspaceSpec) -> Option<Self> {
        if let Command::CreateWorker(spec) = command {
            return Self::new(Place::of(Entity::Command(position), &*spec.friendly_name), spec);
        }
        let Command::UpdateWorker(UpdateWorker { worker, friendly_name, attributes, .. }) = command else {
            return None;
        };
        let mut spec = workspace.workers.iter().find(|spec| spec.worker == *worker)?.clone();
        spec.friendly_name = friendly_name.clone().unwrap_or(spec.friendly_name);
        spec.attributes = attributes.clone().unwrap_or(spec.attributes);
        Self::new(Place::of(Entity::Command(position), &*spec.friendly_name), &spec)
    }

    fn new(place: Place, spec: &WorkerSpec) -> Option<Self> {
        let sid = spec.sid.clone().unwrap_or_else(|| spec.worker.to_string());
        Some(Self { id: spec.worker, place, attributes: spec.attributes.clone().try_into().ok()?, sid })
    }

    pub(super) fn is_declared(&self) -> bool {
        matches!(self.place.entity, Entity::Worker(_))
    }

    pub(super) fn name(&self) -> &str {
        &self.place.name
    }
}

impl Knowledge for Worker {
    fn worker(&self, path: &Path) -> Known<'_> {
        Known::Value(self.attributes.get(path))
    }

    fn field(&self, field: WorkerField) -> Known<'_> {
        match field {
            WorkerField::Sid => Known::Value(Ref::Str(&self.sid)),
            WorkerField::FriendlyName => Known::Value(Ref::Str(&self.place.name)),
            // A worker goes from one activity to another.
            WorkerField::ActivitySid | WorkerField::ActivityName => Known::Kinds(Kinds::STRING),
        }
    }
}

/// A task that is known to be created.
pub(super) struct Task {
    /// The place of its command.
    pub(super) place: Place,
    pub(super) id: TaskId,
    pub(super) workflow: Option<WorkflowId>,
    pub(super) attributes: Attributes,
    pub(super) priority: u32,
}

impl Task {
    fn observed(position: usize, command: &Command, workspace: &WorkspaceSpec) -> Option<Self> {
        let Command::CreateTask(CreateTask { task, workflow, attributes, priority, routing_target, .. }) = command
        else {
            return None;
        };
        let named = match routing_target {
            Some(RoutingTarget::Workflow(workflow)) => Some(*workflow),
            Some(RoutingTarget::Worker { .. } | RoutingTarget::TaskQueue(_)) => return None,
            None => *workflow,
        };
        let only = || Some(workspace.workflows.first()?.workflow).filter(|_| workspace.workflows.len() == 1);
        let place = Place::of(Entity::Command(position), "");
        let attributes = attributes.clone().try_into().ok()?;
        Some(Self { place, id: *task, workflow: named.or_else(only), attributes, priority: *priority })
    }
}

impl Knowledge for Task {
    fn task(&self, path: &Path) -> Known<'_> {
        Known::Value(self.attributes.get(path))
    }
}
