//! Owns the view of a list, wherever it lies. Never copies one.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::object::Span;
use crate::{Object, Ref, Value};

/// The items of a list, where it lies.
#[derive(Clone, Copy)]
pub struct Items<'a>(Place<'a>);

#[derive(Clone, Copy)]
enum Place<'a> {
    Values(&'a [Value]),
    Document(&'a Object, Span),
}

impl<'a> Items<'a> {
    #[inline]
    pub(crate) fn of_document(document: &'a Object, list: Span) -> Self {
        Self(Place::Document(document, list))
    }

    /// All items in their order.
    #[inline]
    pub fn iter(self) -> impl ExactSizeIterator<Item = Ref<'a>> {
        match self.0 {
            Place::Values(values) => Iter::Values(values.iter()),
            Place::Document(document, list) => Iter::Document(document.items(list)),
        }
    }

    /// Whether this holds of one of the items.
    #[inline]
    pub(crate) fn any(self, holds: impl Fn(Ref<'a>) -> bool) -> bool {
        match self.0 {
            Place::Values(values) => values.iter().any(|value| holds(value.as_ref())),
            Place::Document(document, list) => document.items(list).any(holds),
        }
    }

    /// The item at this place, counted from zero.
    #[must_use]
    #[inline]
    pub fn get(self, index: usize) -> Option<Ref<'a>> {
        match self.0 {
            Place::Values(values) => values.get(index).map(Value::as_ref),
            Place::Document(document, list) => document.item(list, index),
        }
    }

    /// How many items there are.
    #[must_use]
    pub fn len(self) -> usize {
        match self.0 {
            Place::Values(values) => values.len(),
            Place::Document(_, list) => list.len(),
        }
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// The items of either place.
enum Iter<V, D> {
    Values(V),
    Document(D),
}

impl<'a, V, D> Iterator for Iter<V, D>
where
    V: ExactSizeIterator<Item = &'a Value>,
    D: ExactSizeIterator<Item = Ref<'a>>,
{
    type Item = Ref<'a>;

    #[inline]
    fn next(&mut self) -> Option<Ref<'a>> {
        match self {
            Self::Values(values) => values.next().map(Value::as_ref),
            Self::Document(items) => items.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Values(values) => values.size_hint(),
            Self::Document(items) => items.size_hint(),
        }
    }
}

impl<'a, V, D> ExactSizeIterator for Iter<V, D>
where
    V: ExactSizeIterator<Item = &'a Value>,
    D: ExactSizeIterator<Item = Ref<'a>>,
{
}

impl<'a> From<&'a [Value]> for Items<'a> {
    #[inline]
    fn from(values: &'a [Value]) -> Self {
        Self(Place::Values(values))
    }
}

impl PartialEq for Items<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Items<'_> {}

impl Hash for Items<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|item| item.hash(state));
    }
}

impl fmt::Debug for Items<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Ref::to_value)).finish()
    }
}
