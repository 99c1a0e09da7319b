//! An attribute document with the nodes its JSON-path queries select, found once per document and not per candidate.

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman_expr::{Attributes, Value};

/// A task's or worker's attributes.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    attributes: Attributes,
    nodes: BTreeMap<Arc<str>, Arc<[Value]>>,
}

impl Document {
    pub(crate) fn new<'a>(attributes: Attributes, queries: impl Iterator<Item = &'a Arc<str>>) -> Self {
        let mut document = Self { attributes, nodes: BTreeMap::new() };
        document.select(queries);
        document
    }

    pub(crate) fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The nodes of a live query; none of any other.
    pub(crate) fn nodes(&self, query: &str) -> &[Value] {
        self.nodes.get(query).map_or(&[], |nodes| nodes)
    }

    /// Looks up what has not been looked up yet.
    pub(crate) fn select<'a>(&mut self, queries: impl Iterator<Item = &'a Arc<str>>) {
        for query in queries {
            if !self.nodes.contains_key(query) {
                self.nodes.insert(query.clone(), select(query, &self.attributes));
            }
        }
    }
}

#[cfg(feature = "jsonpath")]
fn select(query: &str, attributes: &Attributes) -> Arc<[Value]> {
    pointsman_expr::select(query, attributes)
}

/// Without the feature no expression holds a query.
#[cfg(not(feature = "jsonpath"))]
fn select(_: &str, _: &Attributes) -> Arc<[Value]> {
    Arc::default()
}
