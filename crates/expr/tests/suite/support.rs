//! What the tests share: a source of fixed values, the scale of random tests, and running an expression.

use std::collections::BTreeMap;

use pointsman_expr::{Attributes, Expression, Kind, Limits, Name, Ref, Source, Value, parse};
use proptest::prelude::ProptestConfig;
use serde_json::{Value as Json, json};

/// A configuration for a random test of so many cases, times the variable `POINTSMAN_EFFORT`.
pub(crate) fn cases(base: u32) -> ProptestConfig {
    let effort = variable("POINTSMAN_EFFORT").and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    let cases = (f64::from(base) * effort).max(1.0) as u32;
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A variable of the environment.
#[allow(clippy::disallowed_methods, reason = "tests may be steered from outside")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Two documents, and the values of built-in names under their spelling.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) task: Attributes,
    pub(crate) worker: Attributes,
    pub(crate) built_in: BTreeMap<String, Value>,
    nodes: BTreeMap<Name, Value>,
}

impl World {
    pub(crate) fn new(task: Json, worker: Json) -> Self {
        Self { task: attributes(task), worker: attributes(worker), ..Self::default() }
    }

    pub(crate) fn with(mut self, name: &str, value: Json) -> Self {
        self.built_in.insert(name.to_owned(), Value::from(value));
        self
    }

    /// Selects the nodes that the expression reads, as the engine does once per document.
    #[cfg(feature = "jsonpath")]
    pub(crate) fn prepare(&mut self, expression: &Expression) {
        for name in expression.names() {
            let Name::Nodes { root, query } = name else { continue };
            let document = if *root == pointsman_expr::Root::Task { &self.task } else { &self.worker };
            let nodes = pointsman_expr::Query::parse(query).expect("judged by the parser").select(document);
            self.nodes.insert(name.clone(), Value::Array(nodes));
        }
    }

    #[cfg(not(feature = "jsonpath"))]
    pub(crate) fn prepare(&mut self, _: &Expression) {}
}

impl Source for World {
    fn value(&self, name: &Name) -> Ref<'_> {
        let built_in = |text: &str| self.built_in.get(text).map_or(Ref::Null, Value::as_ref);
        match name {
            Name::Task(path) => self.task.get(path),
            Name::Worker(path) => self.worker.get(path),
            Name::WorkerAttributeOrField(path, field) => match self.worker.get(path) {
                Ref::Null => built_in(&format!("worker.{}", field.as_str())),
                found => found,
            },
            Name::Nodes { .. } => self.nodes.get(name).map_or(Ref::Null, Value::as_ref),
            Name::WorkerField(_) | Name::WorkerChannel { .. } | Name::Workers(_) | Name::Clock(_) => {
                built_in(&name.to_string())
            }
            Name::Nothing => Ref::Null,
        }
    }
}

pub(crate) fn attributes(json: Json) -> Attributes {
    let json = if json.is_null() { json!({}) } else { json };
    Attributes::try_from(Value::from(json)).expect("a document")
}

/// Parses with the default limits, with what went wrong in the panic.
pub(crate) fn expression(text: &str, kind: Kind) -> Expression {
    match parse(text, kind, &Limits::default()) {
        Ok(parsed) => parsed.expression,
        Err(errors) => panic!("`{text}` as {kind}: {errors:#?}"),
    }
}

/// Evaluates, and insists that the explanation agrees.
pub(crate) fn evaluate(text: &str, kind: Kind, world: &World) -> bool {
    let expression = expression(text, kind);
    let mut world = world.clone();
    world.prepare(&expression);
    let result = expression.matches(&world);
    assert_eq!(expression.why(&world)[0].holds, result, "the explanation of `{text}` differs");
    result
}
