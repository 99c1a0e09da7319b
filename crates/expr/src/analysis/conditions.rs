//! Owns the conditions that are asked about, taken apart into what their comparisons say. Never searches.

use super::claim::{Claim, Comparison, Subjects};
use crate::{Expression, NodeId, NodeKind};

/// Conditions inside one another beyond which nothing is asked: parentheses within the usual limits nest less deeply.
const MAX_DEPTH: usize = 512;

/// Expressions side by side. A condition is addressed by its number: those of the first expression come first, in the
/// order of its tree.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    parts: Vec<Part>,
    /// The number of the whole expression, of each.
    wholes: Vec<usize>,
    pub(super) is_too_deep: bool,
}

#[derive(Debug)]
enum Part {
    And(Vec<usize>),
    Or(Vec<usize>),
    Not(usize),
    Comparison(Box<Comparison>),
}

/// A condition and the outcome that is wanted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Goal {
    pub(super) condition: usize,
    pub(super) holds: bool,
}

/// How a goal is reached.
pub(super) enum Way<'a> {
    /// What a comparison then says must be true.
    Claim(&'a Claim),
    /// All of these conditions must come out as the goal does.
    Every(&'a [usize]),
    /// At least one of these conditions must.
    Some(&'a [usize]),
}

impl Conditions {
    pub(super) fn of<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> (Self, Subjects) {
        let (mut conditions, mut subjects) = (Self::default(), Subjects::default());
        for expression in expressions {
            conditions.add(expression, &mut subjects);
        }
        (conditions, subjects)
    }

    /// The number of a whole expression.
    pub(super) fn whole(&self, expression: usize) -> usize {
        self.wholes[expression]
    }

    /// How to reach a goal, and the outcome that this asks of the conditions named.
    pub(super) fn way(&self, goal: Goal) -> (Way<'_>, bool) {
        let Goal { mut condition, mut holds } = goal;
        loop {
            let way = match &self.parts[condition] {
                Part::Not(inner) => {
                    (condition, holds) = (*inner, !holds);
                    continue;
                }
                Part::Comparison(comparison) => Way::Claim(comparison.claim(holds)),
                Part::And(parts) if holds => Way::Every(parts),
                Part::Or(parts) if !holds => Way::Every(parts),
                Part::And(parts) | Part::Or(parts) => Way::Some(parts),
            };
            return (way, holds);
        }
    }

    fn add(&mut self, expression: &Expression, subjects: &mut Subjects) {
        let first = self.parts.len();
        let mut depths: Vec<usize> = Vec::new();
        for node in expression.tree().nodes() {
            let depth = node.kind.children().iter().map(|child| depths[child.index()] + 1).max().unwrap_or(0);
            self.is_too_deep |= depth > MAX_DEPTH;
            depths.push(depth);
            let numbers = |nodes: &[NodeId]| nodes.iter().map(|node| first + node.index()).collect();
            self.parts.push(match &node.kind {
                NodeKind::And(parts) => Part::And(numbers(parts)),
                NodeKind::Or(parts) => Part::Or(numbers(parts)),
                NodeKind::Not(inner) => Part::Not(first + inner.index()),
                NodeKind::Test { op, left, right } => Part::Comparison(Box::new(subjects.comparison(*op, left, right))),
            });
        }
        self.wholes.push(first + expression.tree().root().index());
    }
}

impl Goal {
    pub(super) fn turned(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}
