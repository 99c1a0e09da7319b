//! Owns what can be said of conditions inside one expression: which contradict each other, and which are decided before
//! any value is seen. Never says it of the whole.

use std::ops::Range;

use super::conditions::Goal;
use super::search::{Exhausted, Work};
use super::{Analysis, WORK_LIMIT};
use crate::{Expression, NodeId, NodeKind, Operand, Tree};

/// The first two conditions joined by `AND`, anywhere in the expression, of which each can hold but not both.
/// `None` when there are none, and when it takes too much work.
#[must_use]
pub fn contradiction(expression: &Expression) -> Option<(Range<usize>, Range<usize>)> {
    let (left, right) = Inside::of(expression).contradiction().ok().flatten()?;
    let span = |node: NodeId| expression.tree()[node].span.clone();
    Some((span(left), span(right)))
}

/// The conditions inside the expression that never hold where it matters (`false`), or always hold (`true`), none of them
/// inside another; in the order of the text.
///
/// It matters where all others joined with it by `AND` hold. Conditions that read nothing, such as `1 == 1`, are meant so
/// and left out. Of an expression that as a whole never or always holds there are none; nor beyond the work limit.
#[must_use]
pub fn dead_parts(expression: &Expression) -> Vec<(Range<usize>, bool)> {
    let mut inside = Inside::of(expression);
    let mut dead = Vec::new();
    // What was found before the work limit was reached is certain all the same.
    let _ = inside.dead_parts(&mut dead);
    dead
}

/// One expression with all its conditions; a condition has the number of its node.
struct Inside<'a> {
    tree: &'a Tree,
    analysis: Analysis,
    work: Work,
}

impl<'a> Inside<'a> {
    fn of(expression: &'a Expression) -> Self {
        Self { tree: expression.tree(), analysis: Analysis::of([expression]), work: Work(WORK_LIMIT) }
    }

    fn can(&mut self, goals: &[Goal]) -> Result<bool, Exhausted> {
        self.analysis.is_possible(goals, &mut self.work)
    }

    fn contradiction(&mut self) -> Result<Option<(NodeId, NodeId)>, Exhausted> {
        for node in self.tree.nodes() {
            let NodeKind::And(parts) = &node.kind else { continue };
            let found = self.contradiction_among(&self.joined(parts))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn contradiction_among(&mut self, parts: &[NodeId]) -> Result<Option<(NodeId, NodeId)>, Exhausted> {
        let mut possible: Vec<NodeId> = Vec::new();
        for &part in parts {
            if !self.can(&[holding(part)])? {
                continue;
            }
            for &other in &possible {
                if !self.can(&[holding(other), holding(part)])? {
                    return Ok(Some((other, part)));
                }
            }
            possible.push(part);
        }
        Ok(None)
    }

    /// The conditions joined by `AND`, those in parentheses of their own included; in the order of the text.
    fn joined(&self, parts: &[NodeId]) -> Vec<NodeId> {
        let mut joined = Vec::new();
        let mut open: Vec<NodeId> = parts.iter().rev().copied().collect();
        while let Some(part) = open.pop() {
            match &self.tree[part].kind {
                NodeKind::And(parts) => open.extend(parts.iter().rev()),
                NodeKind::Or(_) | NodeKind::Not(_) | NodeKind::Test { .. } => joined.push(part),
            }
        }
        joined
    }

    fn dead_parts(&mut self, dead: &mut Vec<(Range<usize>, bool)>) -> Result<(), Exhausted> {
        let root = self.tree.root();
        if !self.can(&[holding(root)])? || !self.can(&[holding(root).turned()])? {
            return Ok(());
        }
        let (reads, parents) = (self.reads_something(), self.parents());
        // The last one of the text at the bottom.
        let mut open = vec![root];
        while let Some(part) = open.pop() {
            if !reads[part.index()] {
                continue;
            }
            match if part == root { None } else { self.outcome(part, &parents)? } {
                Some(outcome) => dead.push((self.tree[part].span.clone(), outcome)),
                None => open.extend(self.tree[part].kind.children().iter().rev()),
            }
        }
        Ok(())
    }

    /// The outcome of a condition, if it is decided.
    fn outcome(&mut self, part: NodeId, parents: &[Option<NodeId>]) -> Result<Option<bool>, Exhausted> {
        let mut goals = vec![holding(part)];
        let mut inner = part;
        while let Some(outer) = parents[inner.index()] {
            if let NodeKind::And(parts) = &self.tree[outer].kind {
                goals.extend(parts.iter().filter(|other| **other != inner).map(|other| holding(*other)));
            }
            inner = outer;
        }
        if !self.can(&goals)? {
            return Ok(Some(false));
        }
        Ok(if self.can(&[holding(part).turned()])? { None } else { Some(true) })
    }

    /// The condition in which each lies.
    fn parents(&self) -> Vec<Option<NodeId>> {
        let mut parents = vec![None; self.tree.nodes().len()];
        let mut open = vec![self.tree.root()];
        while let Some(outer) = open.pop() {
            for &child in self.tree[outer].kind.children() {
                parents[child.index()] = Some(outer);
                open.push(child);
            }
        }
        parents
    }

    /// Whether each condition has a reference in it. Children come first in the tree.
    fn reads_something(&self) -> Vec<bool> {
        let mut reads: Vec<bool> = Vec::new();
        for node in self.tree.nodes() {
            let inside = node.kind.children().iter().any(|child| reads[child.index()]);
            let own = match &node.kind {
                NodeKind::Test { left, right, .. } => {
                    [left, right].iter().any(|term| matches!(term.operand, Operand::Name(_)))
                }
                NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) => false,
            };
            reads.push(inside || own);
        }
        reads
    }
}

fn holding(node: NodeId) -> Goal {
    Goal { condition: node.index(), holds: true }
}
