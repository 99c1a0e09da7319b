//! Owns the reasons for a result: the comparisons to which it is due. Judges nothing anew; the results are those of
//! [`Expression::why`].

use std::ops::Range;
use std::sync::Arc;

use crate::program::Check;
use crate::{Expression, NodeId, NodeKind, Op, Source, Term, Tree, Value, why};

/// A comparison that has the result it should not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blamed {
    /// The comparison, in [`Expression::tree`].
    pub node: NodeId,
    /// The bytes of the expression's text.
    pub span: Range<usize>,
    /// Whether it should hold; it does not when this is true, and does when it is false (below a `NOT`).
    pub wanted: bool,
    /// The value on the left.
    pub left: Value,
    /// The value on the right.
    pub right: Value,
    /// Why the comparison fails for the types of its operands, where that surprises people.
    pub note: Option<&'static str>,
}

impl Expression {
    /// The comparisons that keep the expression from holding, in the order of the text; none when it holds.
    ///
    /// If each of them came out the other way the expression would hold. Of an `AND` all parts that fail are named, of
    /// an `OR` all parts, though one would suffice.
    #[must_use]
    pub fn blame(&self, source: &impl Source) -> Vec<Blamed> {
        let mut failed = Vec::new();
        Blame { tree: self.tree(), source, failed: &mut failed }.turns_out(self.tree().root(), true);
        failed.iter().map(|failed| Blamed::new(self.tree(), *failed, source)).collect()
    }
}

/// [`Expression::blame`] for one expression and many sources, of which many see the same: what is equal is kept once.
#[derive(Debug)]
pub struct Blames<'e> {
    expression: &'e Expression,
    failed: Vec<(NodeId, bool)>,
    told: Vec<Arc<[Blamed]>>,
}

/// How many different answers are kept; what is beyond them is told anew each time.
const KEPT: usize = 16;

impl<'e> Blames<'e> {
    /// For this expression.
    #[must_use]
    pub fn of(expression: &'e Expression) -> Self {
        Self { expression, failed: Vec::new(), told: Vec::new() }
    }

    /// The expression.
    #[must_use]
    pub fn expression(&self) -> &'e Expression {
        self.expression
    }

    /// As [`Expression::blame`].
    pub fn blame(&mut self, source: &impl Source) -> Arc<[Blamed]> {
        let tree = self.expression.tree();
        self.failed.clear();
        Blame { tree, source, failed: &mut self.failed }.turns_out(tree.root(), true);
        let same = |told: &&Arc<[Blamed]>| {
            let mut pairs = told.iter().zip(&self.failed);
            told.len() == self.failed.len() && pairs.all(|(told, failed)| told.is(tree, *failed, source))
        };
        if let Some(told) = self.told.iter().find(same) {
            return told.clone();
        }
        let new: Arc<[Blamed]> = self.failed.iter().map(|failed| Blamed::new(tree, *failed, source)).collect();
        if self.told.len() < KEPT {
            self.told.push(new.clone());
        }
        new
    }
}

impl Blamed {
    fn new(tree: &Tree, (node, wanted): (NodeId, bool), source: &impl Source) -> Self {
        let span = tree[node].span.clone();
        let Some((op, left, right)) = test(tree, node) else {
            return Self { node, span, wanted, left: Value::Null, right: Value::Null, note: None };
        };
        let note = if wanted { why::note(op, left, right, source) } else { None };
        let [left, right] = [left, right].map(|term| term.operand.read(source).to_value());
        Self { node, span, wanted, left, right, note }
    }

    /// Whether it says what there is to say of this one.
    fn is(&self, tree: &Tree, (node, wanted): (NodeId, bool), source: &impl Source) -> bool {
        let saw = |told: &Value, term: &Term| told.as_ref() == term.operand.read(source);
        let same = |(_, left, right)| saw(&self.left, left) && saw(&self.right, right);
        (self.node, self.wanted) == (node, wanted) && test(tree, node).is_some_and(same)
    }
}

/// The comparison; only comparisons are blamed.
fn test(tree: &Tree, node: NodeId) -> Option<(Op, &Term, &Term)> {
    match &tree[node].kind {
        NodeKind::Test { op, left, right } => Some((*op, left, right)),
        NodeKind::Not(_) | NodeKind::And(_) | NodeKind::Or(_) => None,
    }
}

struct Blame<'t, S> {
    tree: &'t Tree,
    source: &'t S,
    /// The comparisons that do not turn out as wanted, and what was wanted of them.
    failed: &'t mut Vec<(NodeId, bool)>,
}

impl<S: Source> Blame<'_, S> {
    /// Whether the condition turns out as wanted; if not, it is noted why. Recursion ends where nesting does: the parser
    /// bounds it.
    fn turns_out(&mut self, id: NodeId, wanted: bool) -> bool {
        let node = &self.tree[id];
        match (&node.kind, wanted) {
            (NodeKind::Not(inner), _) => self.turns_out(*inner, !wanted),
            (NodeKind::And(parts), true) | (NodeKind::Or(parts), false) => self.all(parts, wanted),
            (NodeKind::And(parts), false) | (NodeKind::Or(parts), true) => self.any(parts, wanted),
            (NodeKind::Test { op, left, right }, _) => {
                let as_wanted = Check::new(*op, &left.operand, &right.operand).holds(self.source) == wanted;
                if !as_wanted {
                    self.failed.push((id, wanted));
                }
                as_wanted
            }
        }
    }

    fn all(&mut self, parts: &[NodeId], wanted: bool) -> bool {
        let before = self.failed.len();
        for part in parts {
            self.turns_out(*part, wanted);
        }
        self.failed.len() == before
    }

    /// Where one part turns out as wanted, nobody is to blame.
    fn any(&mut self, parts: &[NodeId], wanted: bool) -> bool {
        let before = self.failed.len();
        let any = parts.iter().any(|part| self.turns_out(*part, wanted));
        if any {
            self.failed.truncate(before);
        }
        any
    }
}
