//! Configurations, to and from their form in a snapshot: each stored once, however many tasks follow it.

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman_expr::{Expression, OrderBy};

use super::SnapshotError;
use super::at::At;
use super::current as stored;
use crate::catalog::{Catalog, Configuration, KnownBy, Target, compile_workflow};
use crate::spec::{FilterSpec, KnownWorkerSpec, TargetSpec, WorkflowConfiguration};

/// The configurations seen so far, in the order they were seen.
#[derive(Default)]
pub(super) struct Shared<'e> {
    seen: Vec<&'e Configuration>,
    by_address: BTreeMap<*const Configuration, usize>,
}

impl<'e> Shared<'e> {
    /// The place of a configuration: the same for all who share it.
    pub(super) fn index(&mut self, configuration: &'e Arc<Configuration>) -> usize {
        let next = self.seen.len();
        let index = *self.by_address.entry(Arc::as_ptr(configuration)).or_insert(next);
        if index == next {
            self.seen.push(configuration);
        }
        index
    }

    pub(super) fn write(self) -> Vec<stored::Configuration> {
        self.seen.into_iter().map(stored::Configuration::write).collect()
    }
}

/// The configuration at this place, shared.
pub(super) fn get(all: &[Arc<Configuration>], index: usize, at: &At) -> Result<Arc<Configuration>, SnapshotError> {
    let found = all.get(index).cloned();
    found.ok_or_else(|| {
        let count = all.len();
        at.key("configuration")
            .error(format_args!("expected the index of one of {count} configurations, found {index}"))
    })
}

impl stored::Configuration {
    fn write(configuration: &Configuration) -> Self {
        let Configuration { filters, default, direct } = configuration;
        Self {
            filters: filters
                .iter()
                .map(|filter| stored::Filter {
                    expression: filter.expression.text().to_owned(),
                    targets: filter.targets.iter().map(stored::Target::write).collect(),
                })
                .collect(),
            default_filter: default.as_ref().map(stored::Target::write),
            direct: direct.as_ref().map(|target| target.queue),
        }
    }

    /// Compiled as it was when it was configured. Whether its queues exist depends on who follows it.
    pub(super) fn read(self, at: &At, catalog: &Catalog) -> Result<Configuration, SnapshotError> {
        let Self { filters, default_filter, direct } = self;
        if direct.is_some() {
            let alone = filters.is_empty() && default_filter.is_none();
            at.expect("direct", alone, "null beside `filters` or `default_filter`")?;
            return Ok(Configuration::direct(direct));
        }
        let mut spec = WorkflowConfiguration::new();
        spec.filters = filters.into_iter().map(stored::Filter::read).collect();
        spec.default_filter = default_filter.map(stored::Target::read);
        compile_workflow(&spec, catalog).map_err(|problem| at.error(problem))
    }
}

impl stored::Filter {
    fn read(self) -> FilterSpec {
        let Self { expression, targets } = self;
        let mut spec = FilterSpec::new(expression);
        spec.targets = targets.into_iter().map(stored::Target::read).collect();
        spec
    }
}

impl stored::Target {
    fn write(target: &Target) -> Self {
        let Target { queue, priority, timeout, expression, order_by, skip_if, known_worker } = target;
        let text = |expression: &Option<Expression>| expression.as_ref().map(|it| it.text().to_owned());
        Self {
            queue: *queue,
            priority: *priority,
            timeout: *timeout,
            expression: text(expression),
            order_by: order_by.as_ref().map(OrderBy::text).map(str::to_owned),
            skip_if: text(skip_if),
            known_worker: known_worker.as_ref().map(|(by, known)| match by {
                KnownBy::Sid => stored::KnownWorker::Sid(known.text().to_owned()),
                KnownBy::FriendlyName => stored::KnownWorker::FriendlyName(known.text().to_owned()),
            }),
        }
    }

    fn read(self) -> TargetSpec {
        let Self { queue, priority, timeout, expression, order_by, skip_if, known_worker } = self;
        let known_worker = known_worker.map(|known| match known {
            stored::KnownWorker::Sid(text) => KnownWorkerSpec::Sid(text),
            stored::KnownWorker::FriendlyName(text) => KnownWorkerSpec::FriendlyName(text),
        });
        TargetSpec { queue: Some(queue), priority, timeout, expression, order_by, skip_if, known_worker }
    }
}
