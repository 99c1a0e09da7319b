//! Owns advice on texts that parse: comparisons that cannot mean what they say. Never refuses anything.

use std::ops::Range;

use super::quoted;
use crate::{Kind, Name, Node, NodeKind, Op, Operand, Ref, Term, Tree, Value, Warning};

/// Adds the warnings that need the whole tree.
pub(super) fn tree(text: &str, kind: Kind, tree: &Tree, warnings: &mut Vec<Warning>) {
    let lint = Lint { text, kind, tree };
    warnings.extend(tree.nodes().iter().filter_map(|node| lint.node(node)));
}

struct Lint<'t> {
    text: &'t str,
    kind: Kind,
    tree: &'t Tree,
}

impl Lint<'_> {
    fn node(&self, node: &Node) -> Option<Warning> {
        let NodeKind::Test { op, left, right } = &node.kind else { return None };
        let found = match (&left.operand, &right.operand) {
            (Operand::Literal(a), Operand::Literal(b)) => self.constants(*op, (left, a), (right, b))?,
            (Operand::Name(a), Operand::Name(b)) => {
                self.unguarded(*op, (left, right), a, b).or_else(|| self.single_node(*op, left, right))?
            }
            _ => self.never_true(*op, left, right).or_else(|| self.single_node(*op, left, right))?,
        };
        let (code, message, help) = found;
        Some(Warning { code, span: node.span.clone(), message, help: Some(help) })
    }

    fn slice(&self, span: &Range<usize>) -> &str {
        &self.text[span.clone()]
    }

    /// Two constants, unless they are of the `1 == 1` family (Q62). Usually one is a key in quotes.
    fn constants(&self, op: Op, left: (&Term, &Value), right: (&Term, &Value)) -> Option<Found> {
        if !is_quotable(left.1) && !is_quotable(right.1) && left.1.kind() == right.1.kind() {
            return None;
        }
        let result = op.holds(left.1.as_ref(), right.1.as_ref());
        let message = format!("both sides are constants, so this is always {result}");
        let (text_left, text_right) = (self.slice(&left.0.span), self.slice(&right.0.span));
        let key_is_right = matches!(op, Op::In | Op::NotIn);
        let (quoted_key, other) = if key_is_right { (right.1, left.1) } else { (left.1, right.1) };
        let key = key_text(quoted_key).map(|key| (key, key_is_right));
        let key = key.or_else(|| key_text(other).map(|key| (key, !key_is_right)));
        let help = match key {
            Some((key, true)) => format!("drop the quotes to read the key: `{text_left} {op} {}`", self.prefixed(key)),
            Some((key, false)) => {
                format!("drop the quotes to read the key: `{} {op} {text_right}`", self.prefixed(key))
            }
            None => "compare with a name, or write `1 == 1` or `1 == 0`".to_owned(),
        };
        Some(("constant-comparison", message, help))
    }

    /// A key as it would have to be written here.
    fn prefixed(&self, key: &str) -> String {
        let has_prefix = key.starts_with("task.") || key.starts_with("worker.");
        if self.kind == Kind::Target && !has_prefix { format!("worker.{key}") } else { key.to_owned() }
    }

    /// Equality of two keys that may both be missing, which holds (R7).
    fn unguarded(&self, op: Op, places: (&Term, &Term), left: &Name, right: &Name) -> Option<Found> {
        let can_miss = |name: &Name| matches!(name, Name::Task(_) | Name::Worker(_));
        let applies = op == Op::Equal && can_miss(left) && can_miss(right) && left != right;
        if !applies || self.is_guarded(left) || self.is_guarded(right) {
            return None;
        }
        let (left, right) = (self.slice(&places.0.span), self.slice(&places.1.span));
        let message = format!("this holds also when `{left}` and `{right}` are both missing");
        Some(("unguarded-comparison", message, format!("add `AND {left} != null` if that is not meant")))
    }

    /// Whether the text tests elsewhere that the key is there, or holds something.
    fn is_guarded(&self, name: &Name) -> bool {
        self.tree.nodes().iter().any(|node| {
            let NodeKind::Test { op, left, right } = &node.kind else { return false };
            let is = |term: &Term| matches!(&term.operand, Operand::Name(other) if other == name);
            let literal = |term: &Term| matches!(&term.operand, Operand::Literal(_));
            match op {
                Op::NotEqual => {
                    (is(left) && right.operand.is_null_literal()) || (is(right) && left.operand.is_null_literal())
                }
                Op::Equal => {
                    let null = left.operand.is_null_literal() || right.operand.is_null_literal();
                    !null && ((is(left) && literal(right)) || (is(right) && literal(left)))
                }
                Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => is(left) || is(right),
                Op::Contains | Op::Has | Op::In => is(left) || is(right),
                Op::NotIn => false,
            }
        })
    }

    /// A constant of a type with which the operator never holds.
    fn never_true(&self, op: Op, left: &Term, right: &Term) -> Option<Found> {
        let (term, on_the_left) = match (&left.operand, &right.operand) {
            (Operand::Literal(_), _) => (left, true),
            (_, Operand::Literal(_)) => (right, false),
            _ => return None,
        };
        let Operand::Literal(value) = &term.operand else { return None };
        let help = impossible(op, value.as_ref(), on_the_left)?;
        let message =
            format!("{} {} beside `{op}` makes this always false", value.kind(), quoted(self.slice(&term.span)));
        Some(("never-true", message, help.to_owned()))
    }

    /// A query for one place gives a list of one node, which is not the list that stands there.
    fn single_node(&self, op: Op, left: &Term, right: &Term) -> Option<Found> {
        if !matches!(op, Op::Has | Op::In | Op::NotIn) {
            return None;
        }
        let term = if op == Op::Has { left } else { right };
        let Operand::Name(Name::Nodes { query, .. }) = &term.operand else { return None };
        if query.contains(['*', '?', ':', ',']) || query.contains("..") {
            return None;
        }
        let message = format!("`{query}` selects a single value, not the elements of a list");
        Some(("single-node", message, format!("write `{query}[*]` for the elements, or a plain path")))
    }
}

/// Code, message and help.
type Found = (&'static str, String, String);

/// Whether the constant may be a key or a list in disguise; numbers, booleans and null are not.
fn is_quotable(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_))
}

/// A string that could be a path.
fn key_text(value: &Value) -> Option<&str> {
    let Value::String(text) = value else { return None };
    let head = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    let sound = |key: &str| key.starts_with(head) && key.chars().all(|c| head(c) || c.is_ascii_digit());
    text.split('.').all(sound).then_some(&**text)
}

/// What to write instead of a constant with which the operator never holds.
fn impossible(op: Op, value: Ref<'_>, on_the_left: bool) -> Option<&'static str> {
    let is_list = matches!(value, Ref::Array(_));
    match op {
        Op::Has => side(is_list == on_the_left, "`HAS` wants a list on the left and a single value on the right"),
        Op::In | Op::NotIn => {
            side(is_list != on_the_left, "`IN` wants a single value on the left and a list on the right")
        }
        Op::Equal | Op::NotEqual => side(!is_list, "write `IN` to compare with every element"),
        Op::Contains => side(matches!(value, Ref::Str(_)), "`CONTAINS` wants two strings; write `HAS` for lists"),
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
            side(matches!(value, Ref::Number(_) | Ref::Str(_)), "only numbers and strings have an order")
        }
    }
}

fn side(possible: bool, help: &'static str) -> Option<&'static str> {
    (!possible).then_some(help)
}
