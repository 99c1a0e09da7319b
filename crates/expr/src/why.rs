//! Owns the explanation of a result: every condition with the values it saw. Judges through the same checks as
//! evaluation, and never in another way.

use std::ops::Range;

use crate::program::Check;
use crate::{Name, NodeKind, Op, Operand, Ref, Source, Term, Tree, Value};

/// One condition of an expression, with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The bytes of the expression's text.
    pub span: Range<usize>,
    /// That text.
    pub text: String,
    /// How many conditions it lies in; 0 is the whole expression.
    pub depth: usize,
    /// Whether it holds on its own account.
    pub holds: bool,
    /// The operands of a comparison with their values; empty for `AND`, `OR` and `NOT`.
    pub seen: Vec<Seen>,
    /// Why a comparison fails for the types of its operands, where that surprises people.
    pub note: Option<&'static str>,
}

/// An operand and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The bytes of the expression's text.
    pub span: Range<usize>,
    /// That text.
    pub text: String,
    /// The value; NULL when the key is missing.
    pub value: Value,
    /// Whether it is a constant.
    pub literal: bool,
}

pub(crate) fn steps(text: &str, tree: &Tree, source: &impl Source) -> Vec<Step> {
    let results = results(tree, source);
    let mut steps = Vec::with_capacity(results.len());
    let mut open = vec![(tree.root(), 0)];
    while let Some((id, depth)) = open.pop() {
        let node = &tree[id];
        let (seen, note) = match &node.kind {
            NodeKind::Test { op, left, right } => compared(text, *op, left, right, source),
            NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) => (Vec::new(), None),
        };
        let holds = results[id.index()];
        let own_text = text[node.span.clone()].to_owned();
        steps.push(Step { span: node.span.clone(), text: own_text, depth, holds, seen, note });
        open.extend(node.kind.children().iter().rev().map(|&child| (child, depth + 1)));
    }
    steps
}

/// The result of every node. Children come first in the tree, so one pass over it suffices.
fn results(tree: &Tree, source: &impl Source) -> Vec<bool> {
    let mut results: Vec<bool> = Vec::with_capacity(tree.nodes().len());
    for node in tree.nodes() {
        let holds = match &node.kind {
            NodeKind::And(parts) => parts.iter().all(|part| results[part.index()]),
            NodeKind::Or(parts) => parts.iter().any(|part| results[part.index()]),
            NodeKind::Not(inner) => !results[inner.index()],
            NodeKind::Test { op, left, right } => Check::new(*op, &left.operand, &right.operand).holds(source),
        };
        results.push(holds);
    }
    results
}

fn compared(text: &str, op: Op, left: &Term, right: &Term, source: &impl Source) -> (Vec<Seen>, Option<&'static str>) {
    let seen = |term: &Term| Seen {
        span: term.span.clone(),
        text: text[term.span.clone()].to_owned(),
        value: term.operand.read(source).to_value(),
        literal: matches!(term.operand, Operand::Literal(_)),
    };
    let note = note(op, left, right, source);
    (vec![seen(left), seen(right)], note)
}

/// Why a comparison comes out as it does, where its types or missing keys make that surprising.
pub(crate) fn note(op: Op, left: &Term, right: &Term, source: &impl Source) -> Option<&'static str> {
    let null_test = left.operand.is_null_literal() || right.operand.is_null_literal();
    if null_test && matches!(op, Op::Equal | Op::NotEqual) {
        return None;
    }
    if op == Op::Equal && both_missing(left, right, source) {
        return Some("both keys are missing, and missing equals missing");
    }
    type_note(op, left.operand.read(source), right.operand.read(source))
}

fn both_missing(left: &Term, right: &Term, source: &impl Source) -> bool {
    let missing = |term: &Term| matches!(&term.operand, Operand::Name(name) if is_missing(source, name));
    missing(left) && missing(right)
}

fn is_missing(source: &impl Source, name: &Name) -> bool {
    source.value(name) == Ref::Null
}

/// Why an operator cannot hold between values of these types.
fn type_note(op: Op, left: Ref<'_>, right: Ref<'_>) -> Option<&'static str> {
    match op {
        Op::Has => membership_note(right, left),
        Op::In | Op::NotIn => membership_note(left, right),
        _ if !left.is_scalar() || !right.is_scalar() => Some("a list or an object makes every scalar operator false"),
        Op::Contains => match (left, right) {
            (Ref::Str(_), Ref::Str(_)) => None,
            _ => Some("CONTAINS holds only between two strings"),
        },
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => order_note(left, right),
        Op::Equal | Op::NotEqual => equality_note(left, right),
    }
}

fn membership_note(scalar: Ref<'_>, list: Ref<'_>) -> Option<&'static str> {
    match (scalar.is_scalar(), list) {
        (true, Ref::Array(_)) => None,
        (_, Ref::Null) => Some("the list is missing: HAS, IN and NOT IN are all false"),
        (false, Ref::Array(_)) => Some("a list or an object is never a member of a list"),
        (_, Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Object(_)) => {
            Some("this is not a list: HAS, IN and NOT IN are all false")
        }
    }
}

fn order_note(left: Ref<'_>, right: Ref<'_>) -> Option<&'static str> {
    match (left, right) {
        (Ref::Number(_), Ref::Number(_)) | (Ref::Str(_), Ref::Str(_)) => None,
        (Ref::Null, _) | (_, Ref::Null) => Some("a missing value has no order"),
        _ => Some("only two numbers or two strings have an order"),
    }
}

fn equality_note(left: Ref<'_>, right: Ref<'_>) -> Option<&'static str> {
    match (left, right) {
        (Ref::Null, _) | (_, Ref::Null) => None,
        (a, b) if a.kind() == b.kind() => None,
        _ => Some("values of different types are never equal"),
    }
}
