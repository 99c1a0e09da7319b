//! From configuration to graph: names for ids, inherited queues, the age at which a step is left. Who serves a queue is
//! an engine's answer.

use std::time::Duration;

use pointsman::{
    Engine, FilterRef, FilterSpec, KnownWorkerSpec, Rejection, TargetSpec, TaskQueueId, TaskQueueSpec, TimeoutBasis,
    WorkerId, WorkflowConfiguration, WorkflowId, WorkspaceSpec, format_duration,
};
use pointsman_config::{Diagnostic, Names, Node as Document, read_workflow};

use super::edges;
use super::{Filter, Graph, Queue, Serving, Step};

/// More names than this are not kept: nobody reads them.
const MOST_NAMES: usize = 100;

pub(super) fn workflow(spec: &WorkspaceSpec, names: &Names, workflow: WorkflowId) -> Result<Graph, Rejection> {
    let engine = Engine::new(spec.clone(), 0)?;
    let found = spec.workflows.iter().find(|found| found.workflow == workflow);
    let found = found.ok_or(Rejection::UnknownWorkflow(workflow))?;
    let name = names.name(workflow).unwrap_or(&found.friendly_name);
    let reader = Reader { names, workspace: Some((spec, &engine)), basis: spec.timeout_basis };
    let mut graph = reader.graph(name, &found.configuration);
    graph.task_reservation_timeout = Some(format_duration(found.task_reservation_timeout));
    graph.id = Some(workflow);
    Ok(graph)
}

pub(super) fn document(name: &str, document: &Document) -> (Option<Graph>, Vec<Diagnostic>) {
    let names = queue_names(document);
    let (configuration, diagnostics) = read_workflow(document, Some(&names));
    let reader = Reader { names: &names, workspace: None, basis: TimeoutBasis::default() };
    (configuration.map(|configuration| reader.graph(name, &configuration)), diagnostics)
}

/// Every text that a document names a queue by.
fn queue_names(document: &Document) -> Names {
    let mut names = Names::new();
    let routing = document.get("task_routing");
    let filters = routing.and_then(|routing| routing.get("filters")).map(Document::elements).unwrap_or_default();
    let targets = filters.iter().filter_map(|filter| filter.get("targets")).flat_map(Document::elements);
    let targets = targets.chain(routing.and_then(|routing| routing.get("default_filter")));
    for queue in targets.filter_map(|target| target.get("queue")?.as_str()) {
        // The same queue once more, mostly.
        let _ = names.declare::<TaskQueueId>(queue, None, None);
    }
    names
}

struct Reader<'a> {
    names: &'a Names,
    workspace: Option<(&'a WorkspaceSpec, &'a Engine)>,
    basis: TimeoutBasis,
}

impl Reader<'_> {
    fn graph(&self, name: &str, configuration: &WorkflowConfiguration) -> Graph {
        let filters: Vec<Filter> = configuration.filters.iter().map(|filter| self.filter(filter)).collect();
        let default_filter = configuration.default_filter.as_ref().and_then(|target| self.default_filter(target));
        Graph {
            workflow: name.to_owned(),
            task_reservation_timeout: None,
            edges: edges::edges(&filters, default_filter.is_some()),
            filters,
            default_filter,
            queues: self.queues(configuration),
            counts: None,
            id: None,
        }
    }

    fn filter(&self, spec: &FilterSpec) -> Filter {
        let mut clock = Clock { basis: self.basis, sum: Duration::ZERO, exact: true };
        let (mut queue, mut reached) = (None, true);
        let mut steps = Vec::with_capacity(spec.targets.len());
        for target in &spec.targets {
            queue = target.queue.or(queue);
            let left = target.timeout.map(|timeout| clock.left(timeout));
            clock.exact &= left.is_some();
            let name = queue.map(|queue| self.queue_name(queue)).unwrap_or_default();
            let step = Step { reached, left, ..step(target, name) };
            reached &= step.timeout.is_some() || step.skip_if.is_some();
            steps.push(step);
        }
        Filter { name: spec.friendly_name.clone(), expression: spec.expression.clone(), steps }
    }

    /// It keeps its tasks: a timeout and a `skip_if` are ignored (Q19).
    fn default_filter(&self, target: &TargetSpec) -> Option<Step> {
        let step = step(target, self.queue_name(target.queue?));
        Some(Step { timeout: None, skip_if: None, ..step })
    }

    fn queue_name(&self, id: TaskQueueId) -> String {
        let friendly = || self.queue_spec(id).map(|queue| queue.friendly_name.clone());
        self.names.name(id).map(str::to_owned).or_else(friendly).unwrap_or_else(|| id.to_string())
    }

    fn queue_spec(&self, id: TaskQueueId) -> Option<&TaskQueueSpec> {
        self.workspace?.0.task_queues.iter().find(|queue| queue.task_queue == id)
    }

    /// Each once, in the order of the document.
    fn queues(&self, configuration: &WorkflowConfiguration) -> Vec<Queue> {
        let targets = configuration.filters.iter().flat_map(|filter| &filter.targets);
        let mut ids: Vec<TaskQueueId> = Vec::new();
        for id in targets.chain(&configuration.default_filter).filter_map(|target| target.queue) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids.into_iter().map(|id| Queue { name: self.queue_name(id), serving: self.serving(id) }).collect()
    }

    fn serving(&self, id: TaskQueueId) -> Option<Serving> {
        let (queue, (_, engine)) = (self.queue_spec(id)?, self.workspace?);
        let workers = engine.members(id);
        let friendly = |id| Some(engine.worker(id)?.facts.friendly_name.to_string());
        let name = |id: &WorkerId| self.names.name(*id).map(str::to_owned).or_else(|| friendly(*id));
        Some(Serving {
            friendly_name: queue.friendly_name.clone(),
            expression: queue.target_workers.clone(),
            task_order: queue.task_order,
            max_reserved_workers: queue.max_reserved_workers,
            workers: workers.len(),
            names: workers.iter().take(MOST_NAMES).filter_map(name).collect(),
        })
    }
}

fn step(target: &TargetSpec, queue: String) -> Step {
    let (known_worker_sid, known_worker_friendly_name) = match &target.known_worker {
        Some(KnownWorkerSpec::Sid(path)) => (Some(path.clone()), None),
        Some(KnownWorkerSpec::FriendlyName(path)) => (None, Some(path.clone())),
        None => (None, None),
    };
    Step {
        queue,
        priority: target.priority,
        timeout: target.timeout.map(format_duration),
        left: None,
        expression: target.expression.clone(),
        order_by: target.order_by.clone(),
        skip_if: target.skip_if.clone(),
        known_worker_sid,
        known_worker_friendly_name,
        reached: true,
        counts: None,
    }
}

/// When the steps of a filter are left, by a task that came to no other filter before (rule R5).
struct Clock {
    basis: TimeoutBasis,
    sum: Duration,
    /// Whether every step so far has a timeout: one without lets any time pass until it is skipped.
    exact: bool,
}

impl Clock {
    fn left(&mut self, timeout: Duration) -> String {
        self.sum = self.sum.saturating_add(timeout);
        match (self.basis, self.exact) {
            (TimeoutBasis::StepEntry, _) => format!("after {}", format_duration(timeout)),
            (TimeoutBasis::TaskAge, true) => format!("at age {}", format_duration(self.sum)),
            (TimeoutBasis::TaskAge, false) => format!("at age {} or later", format_duration(self.sum)),
        }
    }
}

/// The place of a filter.
pub(super) fn index_of(filter: FilterRef) -> Option<usize> {
    match filter {
        FilterRef::Index(index) => Some(index),
        FilterRef::Default | FilterRef::Direct => None,
    }
}
