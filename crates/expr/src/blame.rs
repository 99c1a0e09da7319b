//! Owns the reasons for a result: the comparisons to which it is due. Judges nothing anew; the results are those of
//! [`Expression::why`].

use std::ops::Range;

use crate::{Expression, NodeId, NodeKind, Source, Value, why};

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
        let tree = self.tree();
        let results = why::results(tree, source);
        let mut blamed = Vec::new();
        let mut open = vec![(tree.root(), true)];
        while let Some((id, wanted)) = open.pop() {
            if results[id.index()] == wanted {
                continue;
            }
            let node = &tree[id];
            match &node.kind {
                NodeKind::And(parts) | NodeKind::Or(parts) => {
                    open.extend(parts.iter().rev().map(|part| (*part, wanted)));
                }
                NodeKind::Not(inner) => open.push((*inner, !wanted)),
                NodeKind::Test { op, left, right } => {
                    let note = wanted.then(|| why::note(*op, left, right, source)).flatten();
                    let value = |term: &crate::Term| term.operand.read(source).to_value();
                    let (left, right) = (value(left), value(right));
                    blamed.push(Blamed { node: id, span: node.span.clone(), wanted, left, right, note });
                }
            }
        }
        blamed
    }
}
