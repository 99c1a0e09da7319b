//! A workflow's configuration as the model follows it: expressions parsed, queues inherited (semantics section 2).

use std::time::Duration;

use pointsman::{
    FilterRef, FilterSpec, KnownWorkerSpec, Limits, MAX_PRIORITY, Rejection, TargetSpec, TaskQueueId,
    WorkflowConfiguration,
};
use pointsman_expr::{Expression, Kind, KnownWorker, OrderBy};

use super::{Model, check};

#[derive(Clone, Debug)]
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
    /// The target at a place of this configuration.
    pub(super) fn target(&self, filter: FilterRef, target: usize) -> &Target {
        let found = match filter {
            FilterRef::Index(index) => self.filters.get(index).and_then(|filter| filter.targets.get(target)),
            FilterRef::Default => self.default.as_ref(),
        };
        match found {
            Some(target) => target,
            None => unreachable!("only steps of the configuration are entered"),
        }
    }

    /// Whether any step leads into this queue.
    pub(super) fn names_queue(&self, queue: TaskQueueId) -> bool {
        let steps = self.filters.iter().flat_map(|filter| &filter.targets).chain(&self.default);
        steps.into_iter().any(|target| target.queue == queue)
    }
}

/// Every queue that a configuration names exists.
pub(super) fn queues_exist(model: &Model, configuration: &WorkflowConfiguration) -> Result<(), Rejection> {
    let targets = configuration.filters.iter().flat_map(|filter| &filter.targets);
    let mut named = targets.chain(&configuration.default_filter).filter_map(|target| target.queue);
    named.try_for_each(|queue| model.queue_exists(queue))
}

/// Judges the form of a configuration and parses its texts.
pub(super) fn compile(configuration: &WorkflowConfiguration, limits: &Limits) -> Result<Configuration, Rejection> {
    let mut filters = Vec::new();
    for (index, spec) in configuration.filters.iter().enumerate() {
        filters.push(filter(spec, &format!("filters[{index}]"), limits)?);
    }
    let default = configuration.default_filter.as_ref();
    let default = default.map(|spec| default_filter(spec, limits)).transpose()?;
    Ok(Configuration { filters, default })
}

fn filter(spec: &FilterSpec, place: &str, limits: &Limits) -> Result<Filter, Rejection> {
    let expression = expression(&spec.expression, Kind::Filter, &format!("{place}.expression"), limits)?;
    if spec.targets.is_empty() {
        return Err(Rejection::NoTargets { place: place.to_owned() });
    }
    let mut targets = Vec::new();
    let mut queue = None;
    for (index, spec) in spec.targets.iter().enumerate() {
        queue = spec.queue.or(queue);
        targets.push(target(spec, queue, &format!("{place}.targets[{index}]"), limits)?);
    }
    Ok(Filter { expression, targets })
}

/// Its timeout and `skip_if` are ignored (Q19).
fn default_filter(spec: &TargetSpec, limits: &Limits) -> Result<Target, Rejection> {
    let mut spec = spec.clone();
    spec.timeout = None;
    spec.skip_if = None;
    target(&spec, spec.queue, "default_filter", limits)
}

fn target(spec: &TargetSpec, queue: Option<TaskQueueId>, place: &str, limits: &Limits) -> Result<Target, Rejection> {
    let queue = queue.ok_or_else(|| Rejection::NoQueue { place: place.to_owned() })?;
    if let Some(priority) = spec.priority {
        check::number(&format!("{place}.priority"), priority, 0, MAX_PRIORITY)?;
    }
    if let Some(timeout) = spec.timeout {
        check::span(&format!("{place}.timeout"), timeout, Duration::MAX)?;
    }
    let parse = |text: &Option<String>, kind, field: &str| {
        text.as_ref().map(|text| expression(text, kind, &format!("{place}.{field}"), limits)).transpose()
    };
    Ok(Target {
        queue,
        priority: spec.priority,
        timeout: spec.timeout,
        expression: parse(&spec.expression, Kind::Target, "expression")?,
        order_by: order_by(spec, place, limits)?,
        skip_if: parse(&spec.skip_if, Kind::SkipIf, "skip_if")?,
        known_worker: known_worker(spec, place, limits)?,
    })
}

pub(super) fn expression(text: &str, kind: Kind, place: &str, limits: &Limits) -> Result<Expression, Rejection> {
    match pointsman_expr::parse(text, kind, &text_limits(limits)) {
        Ok(parsed) => Ok(parsed.expression),
        Err(errors) => Err(Rejection::InvalidExpression { place: place.to_owned(), text: text.to_owned(), errors }),
    }
}

fn order_by(spec: &TargetSpec, place: &str, limits: &Limits) -> Result<Option<OrderBy>, Rejection> {
    let Some(text) = &spec.order_by else {
        return Ok(None);
    };
    match OrderBy::parse(text, &text_limits(limits)) {
        Ok((order_by, _)) => Ok(Some(order_by)),
        Err(errors) => {
            Err(Rejection::InvalidExpression { place: format!("{place}.order_by"), text: text.clone(), errors })
        }
    }
}

fn known_worker(spec: &TargetSpec, place: &str, limits: &Limits) -> Result<Option<Known>, Rejection> {
    let Some(known) = &spec.known_worker else {
        return Ok(None);
    };
    let (field, text) = match known {
        KnownWorkerSpec::Sid(text) => ("known_worker_sid", text),
        KnownWorkerSpec::FriendlyName(text) => ("known_worker_friendly_name", text),
    };
    let parsed = match KnownWorker::parse(text, &text_limits(limits)) {
        Ok((parsed, _)) => parsed,
        Err(errors) => {
            let place = format!("{place}.{field}");
            return Err(Rejection::InvalidExpression { place, text: text.clone(), errors });
        }
    };
    Ok(Some(match known {
        KnownWorkerSpec::Sid(_) => Known::Sid(parsed),
        KnownWorkerSpec::FriendlyName(_) => Known::FriendlyName(parsed),
    }))
}

fn text_limits(limits: &Limits) -> pointsman_expr::Limits {
    pointsman_expr::Limits { max_length: limits.expression_length, max_depth: limits.expression_depth }
}
