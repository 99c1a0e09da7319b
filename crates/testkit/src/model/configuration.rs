//! A workflow's configuration as the model follows it: expressions parsed, queues inherited (semantics section 2).

use std::time::Duration;

use pointsman::{
    FilterRef, FilterSpec, KnownWorkerSpec, Limits, MAX_PRIORITY, Rejection, TargetSpec, TaskQueueId,
    WorkflowConfiguration,
};
use pointsman_expr::{Expression, Kind, KnownWorker, OrderBy};

use super::check::{self, Judged};

#[derive(Clone, Debug, Default)]
pub(super) struct Configuration {
    pub(super) filters: Vec<Filter>,
    pub(super) default: Option<Target>,
}

#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) expression: Expression,
    pub(super) targets: Vec<Target>,
}

#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) queue: TaskQueueId,
    pub(super) priority: Option<u32>,
    pub(super) timeout: Option<Duration>,
    pub(super) expression: Option<Expression>,
    pub(super) order_by: Option<OrderBy>,
    pub(super) skip_if: Option<Expression>,
    pub(super) known_worker: Option<Known>,
}

/// The task attribute that names the only worker of a step.
#[derive(Clone, Debug)]
pub(super) enum Known {
    Sid(KnownWorker),
    FriendlyName(KnownWorker),
}

impl Configuration {
    /// The synthetic step of a direct task, in the place of a default filter.
    pub(super) fn into_queue(queue: TaskQueueId) -> Self {
        let target = Target {
            queue,
            priority: None,
            timeout: None,
            expression: None,
            order_by: None,
            skip_if: None,
            known_worker: None,
        };
        Self { filters: Vec::new(), default: Some(target) }
    }

    /// The target at a place of this configuration.
    pub(super) fn target(&self, filter: FilterRef, target: usize) -> &Target {
        let found = match filter {
            FilterRef::Index(index) => self.filters.get(index).and_then(|filter| filter.targets.get(target)),
            FilterRef::Default | FilterRef::Direct => self.default.as_ref(),
        };
        found.unwrap_or_else(|| unreachable!("only steps of the configuration are entered"))
    }

    /// Whether any step leads into this queue.
    pub(super) fn names(&self, queue: TaskQueueId) -> bool {
        let targets = self.filters.iter().flat_map(|filter| &filter.targets).chain(&self.default);
        targets.into_iter().any(|target| target.queue == queue)
    }
}

/// Every queue that a configuration names, as often as it does.
pub(super) fn queues(configuration: &WorkflowConfiguration) -> impl Iterator<Item = TaskQueueId> + '_ {
    let targets = configuration.filters.iter().flat_map(|filter| &filter.targets);
    targets.chain(&configuration.default_filter).filter_map(|target| target.queue)
}

/// Judges the form of a configuration and parses its texts.
pub(super) fn compile(configuration: &WorkflowConfiguration, limits: &Limits) -> Judged<Configuration> {
    let filters = configuration.filters.iter().enumerate();
    let filters = filters.map(|(index, spec)| filter(spec, &format!("filters[{index}]"), limits));
    let filters = filters.collect::<Judged<Vec<_>>>()?;
    let default = check::given(configuration.default_filter.as_ref(), |spec| default_filter(spec, limits))?;
    Ok(Configuration { filters, default })
}

fn filter(spec: &FilterSpec, place: &str, limits: &Limits) -> Judged<Filter> {
    let expression = check::expression(&spec.expression, Kind::Filter, &format!("{place}.expression"), limits)?;
    check::require(!spec.targets.is_empty(), || Rejection::NoTargets { place: place.to_owned() })?;
    let mut targets = Vec::new();
    let mut queue = None;
    for (index, spec) in spec.targets.iter().enumerate() {
        queue = spec.queue.or(queue);
        targets.push(target(spec, queue, &format!("{place}.targets[{index}]"), limits)?);
    }
    Ok(Filter { expression, targets })
}

/// Its timeout and `skip_if` are ignored (Q19).
fn default_filter(spec: &TargetSpec, limits: &Limits) -> Judged<Target> {
    let mut spec = spec.clone();
    spec.timeout = None;
    spec.skip_if = None;
    target(&spec, spec.queue, "default_filter", limits)
}

fn target(spec: &TargetSpec, queue: Option<TaskQueueId>, place: &str, limits: &Limits) -> Judged<Target> {
    let queue = queue.ok_or_else(|| Rejection::NoQueue { place: place.to_owned() })?;
    let at = |field: &str| format!("{place}.{field}");
    let condition = |text: &Option<String>, kind, field| {
        check::given(text.as_ref(), |text| check::expression(text, kind, &at(field), limits))
    };
    check::given(spec.priority, |priority| check::number(&at("priority"), priority, 0, MAX_PRIORITY))?;
    check::given(spec.timeout, |timeout| check::span(&at("timeout"), timeout, Duration::MAX))?;
    Ok(Target {
        queue,
        priority: spec.priority,
        timeout: spec.timeout,
        expression: condition(&spec.expression, Kind::Target, "expression")?,
        order_by: check::given(spec.order_by.as_ref(), |text| order_by(text, &at("order_by"), limits))?,
        skip_if: condition(&spec.skip_if, Kind::SkipIf, "skip_if")?,
        known_worker: check::given(spec.known_worker.as_ref(), |known| known_worker(known, place, limits))?,
    })
}

fn order_by(text: &str, place: &str, limits: &Limits) -> Judged<OrderBy> {
    let parsed = OrderBy::parse(text, &check::text_limits(limits));
    parsed.map(|(order_by, _)| order_by).map_err(|errors| check::invalid(place, text, errors))
}

fn known_worker(spec: &KnownWorkerSpec, place: &str, limits: &Limits) -> Judged<Known> {
    let parse = |text: &str| {
        let parsed = KnownWorker::parse(text, &check::text_limits(limits));
        parsed.map(|(known, _)| known).map_err(|errors| check::invalid(&format!("{place}.known_worker"), text, errors))
    };
    Ok(match spec {
        KnownWorkerSpec::Sid(text) => Known::Sid(parse(text)?),
        KnownWorkerSpec::FriendlyName(text) => Known::FriendlyName(parse(text)?),
    })
}
