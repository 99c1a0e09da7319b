//! A workflow's configuration, compiled: every expression parsed, every queue resolved, inheritance written out
//! (semantics sections 2.2 to 2.4).

use std::time::Duration;

use pointsman_expr::{Expression, Kind, KnownWorker, OrderBy};

use super::Catalog;
use super::compile::{expression, invalid, range, span};
use crate::event::FilterRef;
use crate::id::TaskQueueId;
use crate::limits::MAX_PRIORITY;
use crate::reject::Rejection;
use crate::spec::{FilterSpec, KnownWorkerSpec, TargetSpec, WorkflowConfiguration};

/// The longest a routing step may last: some 136 years.
const MAX_STEP_TIMEOUT: Duration = Duration::from_secs(u32::MAX as u64);

/// Filters in the order they are tried, and where a task goes that matches none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration {
    pub(crate) filters: Vec<Filter>,
    pub(crate) default: Option<Target>,
    /// The one step of a task that goes without filters; then there is nothing else.
    pub(crate) direct: Option<Target>,
}

/// A predicate over tasks and the routing steps of those that match.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) expression: Expression,
    pub(crate) targets: Vec<Target>,
}

/// A routing step.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) queue: TaskQueueId,
    pub(crate) priority: Option<u32>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) expression: Option<Expression>,
    pub(crate) order_by: Option<OrderBy>,
    pub(crate) skip_if: Option<Expression>,
    pub(crate) known_worker: Option<(KnownBy, KnownWorker)>,
}

impl Target {
    /// Every worker of this queue, for as long as it takes.
    fn of(queue: TaskQueueId) -> Self {
        Self {
            queue,
            priority: None,
            timeout: None,
            expression: None,
            order_by: None,
            skip_if: None,
            known_worker: None,
        }
    }
}

/// What the attribute of a known-worker step holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KnownBy {
    /// A worker's SID.
    Sid,
    /// A worker's friendly name, matched without regard to case.
    FriendlyName,
}

/// Judges a filter expression for some task.
pub(crate) type Tester<'a> = &'a dyn Fn(&Expression) -> bool;

impl Configuration {
    /// That of a task whose routing target names this queue, or none (rule R15).
    pub(crate) fn direct(queue: Option<TaskQueueId>) -> Self {
        Self { direct: queue.map(Target::of), ..Self::default() }
    }

    /// The first filter that matches, at or below `from`.
    pub(crate) fn first_match(&self, from: usize, matches: Tester<'_>) -> Option<FilterRef> {
        let below = self.filters.iter().enumerate().skip(from);
        below.into_iter().find(|(_, filter)| matches(&filter.expression)).map(|(index, _)| FilterRef::Index(index))
    }

    /// The default filter, where there is one.
    pub(crate) fn default_filter(&self) -> Option<FilterRef> {
        self.default.as_ref().map(|_| FilterRef::Default)
    }

    pub(crate) fn targets(&self, filter: FilterRef) -> &[Target] {
        match filter {
            FilterRef::Index(index) => self.filters.get(index).map_or(&[], |filter| &filter.targets),
            FilterRef::Default => self.default.as_slice(),
            FilterRef::Direct => self.direct.as_slice(),
        }
    }

    pub(crate) fn target(&self, filter: FilterRef, index: usize) -> Option<&Target> {
        self.targets(filter).get(index)
    }

    /// Every routing step.
    pub(crate) fn all_targets(&self) -> impl Iterator<Item = &Target> {
        self.filters.iter().flat_map(|filter| &filter.targets).chain(&self.default).chain(&self.direct)
    }

    /// Every expression of every step and filter.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let filters = self.filters.iter().map(|filter| &filter.expression);
        let steps = self.all_targets().flat_map(|target| target.expression.iter().chain(&target.skip_if));
        filters.chain(steps)
    }
}

/// Every queue the configuration names exists.
pub(crate) fn known_queues(spec: &WorkflowConfiguration, catalog: &Catalog) -> Result<(), Rejection> {
    let targets = spec.filters.iter().flat_map(|filter| &filter.targets).chain(&spec.default_filter);
    let unknown = targets.filter_map(|target| target.queue).find(|queue| !catalog.queues.contains(*queue));
    unknown.map_or(Ok(()), |queue| Err(Rejection::UnknownTaskQueue(queue)))
}

/// Judges the form of a configuration in document order; the first thing wrong is the answer.
pub(crate) fn compile(spec: &WorkflowConfiguration, catalog: &Catalog) -> Result<Configuration, Rejection> {
    let filters = spec.filters.iter().enumerate();
    let filters = filters.map(|(index, filter)| compile_filter(filter, format!("filters[{index}]"), catalog));
    let filters = filters.collect::<Result<_, _>>()?;
    let default = spec.default_filter.as_ref().map(|target| compile_default(target, catalog)).transpose()?;
    Ok(Configuration { filters, default, direct: None })
}

fn compile_filter(spec: &FilterSpec, place: String, catalog: &Catalog) -> Result<Filter, Rejection> {
    let expression = expression(format!("{place}.expression"), &spec.expression, Kind::Filter, &catalog.limits)?;
    if spec.targets.is_empty() {
        return Err(Rejection::NoTargets { place });
    }
    let mut targets: Vec<Target> = Vec::with_capacity(spec.targets.len());
    for (index, target) in spec.targets.iter().enumerate() {
        let inherited = targets.last().map(|target| target.queue);
        targets.push(compile_target(target, &format!("{place}.targets[{index}]"), inherited, catalog)?);
    }
    Ok(Filter { expression, targets })
}

/// The default filter has neither a timeout nor a `skip_if`, whatever it says (Q19).
fn compile_default(spec: &TargetSpec, catalog: &Catalog) -> Result<Target, Rejection> {
    let target = compile_target(spec, "default_filter", None, catalog)?;
    Ok(Target { timeout: None, skip_if: None, ..target })
}

fn compile_target(
    spec: &TargetSpec,
    place: &str,
    inherited: Option<TaskQueueId>,
    catalog: &Catalog,
) -> Result<Target, Rejection> {
    let at = |key: &str| format!("{place}.{key}");
    let limits = &catalog.limits;
    let parse = |key: &str, text: &Option<String>| {
        text.as_ref().map(|text| expression(at(key), text, Kind::Target, limits)).transpose()
    };
    let Some(queue) = spec.queue.or(inherited) else {
        return Err(Rejection::NoQueue { place: place.to_owned() });
    };
    let priority = spec.priority.map(|given| range(&at("priority"), given, 0, MAX_PRIORITY)).transpose()?;
    let timeout = spec.timeout.map(|given| span(&at("timeout"), given, MAX_STEP_TIMEOUT)).transpose()?;
    let expression = parse("expression", &spec.expression)?;
    let order_by = spec.order_by.as_ref().map(|text| order_by(at("order_by"), text, catalog)).transpose()?;
    let skip_if = spec.skip_if.as_ref().map(|text| skip_if(at("skip_if"), text, catalog)).transpose()?;
    let known_worker = spec.known_worker.as_ref().map(|known| known_worker(place, known, catalog)).transpose()?;
    Ok(Target { queue, priority, timeout, expression, order_by, skip_if, known_worker })
}

fn order_by(place: String, text: &str, catalog: &Catalog) -> Result<OrderBy, Rejection> {
    let parsed = OrderBy::parse(text, &catalog.limits.expression());
    parsed.map(|(order_by, _)| order_by).map_err(|errors| invalid(place, text, errors))
}

fn skip_if(place: String, text: &str, catalog: &Catalog) -> Result<Expression, Rejection> {
    expression(place, text, Kind::SkipIf, &catalog.limits)
}

fn known_worker(place: &str, spec: &KnownWorkerSpec, catalog: &Catalog) -> Result<(KnownBy, KnownWorker), Rejection> {
    let (by, key, text) = match spec {
        KnownWorkerSpec::Sid(text) => (KnownBy::Sid, "known_worker_sid", text),
        KnownWorkerSpec::FriendlyName(text) => (KnownBy::FriendlyName, "known_worker_friendly_name", text),
    };
    let parsed = KnownWorker::parse(text, &catalog.limits.expression());
    parsed.map(|(known, _)| (by, known)).map_err(|errors| invalid(format!("{place}.{key}"), text, errors))
}
