//! The JSON-path queries of live expressions: each is read once here, and run once per document.

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman_expr::{Expression, Name, Root};

#[cfg(feature = "jsonpath")]
pub(crate) use pointsman_expr::Query as Selector;

/// Without the feature no expression holds a query.
#[cfg(not(feature = "jsonpath"))]
#[derive(Clone, Debug)]
pub(crate) enum Selector {}

#[cfg(not(feature = "jsonpath"))]
impl Selector {
    fn parse(_: &str) -> Result<Self, ()> {
        Err(())
    }

    pub(crate) fn select(&self, _: &pointsman_expr::Attributes) -> Arc<[pointsman_expr::Value]> {
        match *self {}
    }
}

/// Every query ever configured. It only grows: bounded by what the operator writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selectors(BTreeMap<(Root, Arc<str>), Selector>);

impl Selectors {
    /// The queries that select from one kind of document, with their texts.
    pub(crate) fn of(&self, root: Root) -> impl Iterator<Item = (&Arc<str>, &Selector)> {
        self.0.iter().filter(move |((of, _), _)| *of == root).map(|((_, text), selector)| (text, selector))
    }

    /// Notes the queries of these expressions; true when one of them is new.
    pub(crate) fn note<'a>(&mut self, expressions: impl Iterator<Item = &'a Expression>) -> bool {
        let before = self.0.len();
        for name in expressions.flat_map(Expression::names) {
            let Name::Nodes { root, query } = name else { continue };
            if let Ok(selector) = Selector::parse(query) {
                self.0.insert((*root, query.clone()), selector);
            }
        }
        self.0.len() > before
    }
}
