//! Owns `order_by`: its clauses, and the comparison of workers by them (semantics 2.9, Q27, Q29, R25).
//! Never breaks the ties that remain.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use crate::{Limits, Name, ParseError, Ref, Source, Warning, parser};

/// A list of names by which workers are ranked. Cheap to clone; equal when the texts are.
#[derive(Clone, Debug)]
pub struct OrderBy {
    text: Arc<str>,
    clauses: Arc<[Clause]>,
}

/// One name of the list with its direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What is read of each worker.
    pub name: Name,
    /// Which end comes first.
    pub direction: Direction,
    /// The bytes of the text, direction included.
    pub span: Range<usize>,
}

/// Which end of the values comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The smallest first; also when no direction is written.
    Ascending,
    /// The largest first.
    Descending,
}

impl OrderBy {
    /// Reads `worker.<path> [ASC|DESC], ...`.
    ///
    /// # Errors
    /// Every error of the text, in its order; never an empty list.
    pub fn parse(text: &str, limits: &Limits) -> Result<(Self, Vec<Warning>), Vec<ParseError>> {
        let (clauses, warnings) = parser::parse_order_by(text, limits)?;
        Ok((Self { text: text.into(), clauses: clauses.into() }, warnings))
    }

    /// The text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The clauses, the first one deciding first.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// What a worker is ranked by.
    ///
    /// # Errors
    /// The first clause whose value is neither an integer nor missing. The caller then ranks without the list (Q27).
    pub fn key(&self, source: &impl Source) -> Result<OrderKey, NonInteger> {
        let value = |(clause, c): (usize, &Clause)| integer(source.value(&c.name)).ok_or(NonInteger { clause });
        self.clauses.iter().enumerate().map(value).collect::<Result<Box<[_]>, _>>().map(OrderKey)
    }

    /// Which of two workers comes first. A worker without a value comes after those with one, in both directions.
    #[must_use]
    pub fn compare(&self, a: &OrderKey, b: &OrderKey) -> Ordering {
        let pairs = self.clauses.iter().zip(a.0.iter().zip(&b.0));
        let orders = pairs.map(|(clause, (a, b))| missing_last(clause.direction, *a, *b));
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

impl PartialEq for OrderBy {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for OrderBy {}

/// The values of one worker, one for each clause of the list that made the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderKey(Box<[Option<i64>]>);

impl OrderKey {
    /// The values in the order of the clauses; `None` where the worker has none.
    #[must_use]
    pub fn values(&self) -> &[Option<i64>] {
        &self.0
    }
}

/// A worker's value is not an integer, so the list is ignored for this selection (Q27).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonInteger {
    /// The position of the clause in [`OrderBy::clauses`].
    pub clause: usize,
}

/// The integer of a value; `Some(None)` when the value is missing, `None` when it is something else.
fn integer(value: Ref<'_>) -> Option<Option<i64>> {
    match value {
        Ref::Null => Some(None),
        Ref::Number(number) => number.as_i64().map(Some),
        Ref::Bool(_) | Ref::Str(_) | Ref::Array(_) | Ref::Object(_) => None,
    }
}

fn missing_last(direction: Direction, a: Option<i64>, b: Option<i64>) -> Ordering {
    match (a, b, direction) {
        (Some(a), Some(b), Direction::Ascending) => a.cmp(&b),
        (Some(a), Some(b), Direction::Descending) => b.cmp(&a),
        (Some(_), None, _) => Ordering::Less,
        (None, Some(_), _) => Ordering::Greater,
        (None, None, _) => Ordering::Equal,
    }
}
