//! Owns the operators: the one function that judges two values (semantics 1.3, 1.5, 16.1 R7).
//! Never looks a name up; compiled evaluation and explanation both come here.

use std::cmp::Ordering;
use std::fmt;

use crate::{Items, Ref};

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// `==` or `=`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `CONTAINS`: the string on the left contains the one on the right.
    Contains,
    /// `HAS`: the list on the left has the scalar on the right.
    Has,
    /// `IN`: the scalar on the left is in the list on the right.
    In,
    /// `NOT IN`: the scalar on the left is not in the list on the right.
    NotIn,
}

impl Op {
    /// Every operator, in the order of the reference.
    pub const ALL: [Self; 10] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Contains,
        Self::Has,
        Self::In,
        Self::NotIn,
    ];

    /// The usual spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "CONTAINS",
            Self::Has => "HAS",
            Self::In => "IN",
            Self::NotIn => "NOT IN",
        }
    }

    /// Whether the operator holds between two values.
    ///
    /// NULL stands for a missing key and for a literal alike, so the existence test of Q65 (`list != null`) is not
    /// judged here: the expression recognises it by its literal.
    #[must_use]
    #[inline]
    pub fn holds(self, left: Ref<'_>, right: Ref<'_>) -> bool {
        match self {
            Self::Equal => scalars_equal(left, right),
            Self::NotEqual => left.is_scalar() && right.is_scalar() && !scalars_equal(left, right),
            Self::Less => order(left, right).is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
            Self::Greater => order(left, right).is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
            Self::Contains => contains(left, right),
            Self::Has => is_member(right, left) == Some(true),
            Self::In => is_member(left, right) == Some(true),
            Self::NotIn => is_member(left, right) == Some(false),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Equality of scalars of one type; everything else is unequal (Q10, R7).
#[inline]
fn scalars_equal(left: Ref<'_>, right: Ref<'_>) -> bool {
    match (left, right) {
        (Ref::Str(a), Ref::Str(b)) => a == b,
        (Ref::Number(a), Ref::Number(b)) => a == b,
        (Ref::Bool(a), Ref::Bool(b)) => a == b,
        (Ref::Null, Ref::Null) => true,
        _ => false,
    }
}

/// The order of two numbers or two strings (by code point, Q11); nothing else has one.
fn order(left: Ref<'_>, right: Ref<'_>) -> Option<Ordering> {
    match (left, right) {
        (Ref::Number(a), Ref::Number(b)) => Some(a.cmp(&b)),
        // UTF-8 sorts by bytes as it does by code points.
        (Ref::Str(a), Ref::Str(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn contains(left: Ref<'_>, right: Ref<'_>) -> bool {
    match (left, right) {
        (Ref::Str(text), Ref::Str(part)) => text.contains(part),
        _ => false,
    }
}

/// Whether a scalar is in a list; `None` when the sides are not a scalar and a list. Elements that are lists or
/// objects match nothing (R7).
#[inline]
fn is_member(scalar: Ref<'_>, list: Ref<'_>) -> Option<bool> {
    match list {
        Ref::Array(items) if scalar.is_scalar() => Some(has(items, scalar)),
        Ref::Array(_) | Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Object(_) => None,
    }
}

#[inline]
fn has(items: Items<'_>, scalar: Ref<'_>) -> bool {
    items.any(|item| scalars_equal(item, scalar))
}
