//! An attribute document with the nodes its JSON-path queries select, found once per document and not per candidate.

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman_expr::{Attributes, Value};

use crate::catalog::Selector;

/// A task's or worker's attributes.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    attributes: Attributes,
    nodes: BTreeMap<Arc<str>, Arc<[Value]>>,
}

impl Document {
    pub(crate) fn new<'a>(
        attributes: Attributes,
        selectors: impl Iterator<Item = (&'a Arc<str>, &'a Selector)>,
    ) -> Self {
        let mut document = Self { attributes, nodes: BTreeMap::new() };
        document.select(selectors);
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
    pub(crate) fn select<'a>(&mut self, selectors: impl Iterator<Item = (&'a Arc<str>, &'a Selector)>) {
        for (text, selector) in selectors {
            if !self.nodes.contains_key(text) {
                self.nodes.insert(text.clone(), selector.select(&self.attributes));
            }
        }
    }
}
