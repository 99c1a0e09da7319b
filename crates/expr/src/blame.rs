//! Owns the reasons for a result: the comparisons to which it is due. Judges nothing anew; the results are those of
//! [`Expression::why`].

use std::ops::Range;

use crate::program::Check;
use crate::{Expression, NodeId, NodeKind, Operand, Source, Term, Tree, Value, why};

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
        let mut blame = Blame { tree: self.tree(), source, blamed: Vec::new() };
        blame.turns_out(self.tree().root(), true);
        blame.blamed
    }
}

struct Blame<'t, S> {
    tree: &'t Tree,
    source: &'t S,
    blamed: Vec<Blamed>,
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
                    let note = if wanted { why::note(*op, left, right, self.source) } else { None };
                    let (left, right) = (self.value(left), self.value(right));
                    self.blamed.push(Blamed { node: id, span: node.span.clone(), wanted, left, right, note });
                }
                as_wanted
            }
        }
    }

    fn value(&self, term: &Term) -> Value {
        match &term.operand {
            Operand::Literal(value) => value.clone(),
            Operand::Name(name) => self.source.value(name).to_value(),
        }
    }

    fn all(&mut self, parts: &[NodeId], wanted: bool) -> bool {
        let before = self.blamed.len();
        for part in parts {
            self.turns_out(*part, wanted);
        }
        self.blamed.len() == before
    }

    /// Where one part turns out as wanted, nobody is to blame.
    fn any(&mut self, parts: &[NodeId], wanted: bool) -> bool {
        let before = self.blamed.len();
        let any = parts.iter().any(|part| self.turns_out(*part, wanted));
        if any {
            self.blamed.truncate(before);
        }
        any
    }
}
