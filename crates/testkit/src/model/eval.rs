//! Expressions, evaluated by walking their syntax tree (semantics section 1.5, Q9-Q12, Q65, rule R7).
//!
//! The operators are written here a second time, from the text; nothing is taken from the compiled program.

use std::cmp::Ordering;

use pointsman_expr::{Expression, Name, NodeId, NodeKind, Op, Operand, Term, Tree, Value};

/// Whether the expression is true where `lookup` gives the value of a name, NULL for what is missing.
pub(super) fn holds(expression: &Expression, lookup: &impl Fn(&Name) -> Value) -> bool {
    let tree = expression.tree();
    node_holds(tree, tree.root(), lookup)
}

/// Whether the value of the expression can change with the time of day.
pub(super) fn reads_clock(expression: &Expression) -> bool {
    let is_clock = |term: &Term| matches!(term.operand, Operand::Name(Name::Clock(_)));
    expression.tree().nodes().iter().any(|node| match &node.kind {
        NodeKind::Test { left, right, .. } => is_clock(left) || is_clock(right),
        NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) => false,
    })
}

fn node_holds(tree: &Tree, id: NodeId, lookup: &impl Fn(&Name) -> Value) -> bool {
    match &tree[id].kind {
        NodeKind::And(parts) => parts.iter().all(|part| node_holds(tree, *part, lookup)),
        NodeKind::Or(parts) => parts.iter().any(|part| node_holds(tree, *part, lookup)),
        NodeKind::Not(part) => !node_holds(tree, *part, lookup),
        NodeKind::Test { op, left, right } => test_holds(*op, &left.operand, &right.operand, lookup),
    }
}

fn test_holds(op: Op, left: &Operand, right: &Operand, lookup: &impl Fn(&Name) -> Value) -> bool {
    let value = |operand: &Operand| match operand {
        Operand::Literal(value) => value.clone(),
        Operand::Name(name) => lookup(name),
    };
    let (a, b) = (value(left), value(right));
    let names_null = [left, right].iter().any(|operand| matches!(operand, Operand::Literal(Value::Null)));
    match op {
        // Beside a literal null these two ask whether the other side exists (Q65).
        Op::Equal if names_null => absent(left, &a) && absent(right, &b),
        Op::NotEqual if names_null => !(absent(left, &a) && absent(right, &b)),
        Op::Equal => scalar(&a) && scalar(&b) && equal(&a, &b),
        Op::NotEqual => scalar(&a) && scalar(&b) && !equal(&a, &b),
        Op::Less => ordering(&a, &b) == Some(Ordering::Less),
        Op::Greater => ordering(&a, &b) == Some(Ordering::Greater),
        Op::LessOrEqual => matches!(ordering(&a, &b), Some(Ordering::Less | Ordering::Equal)),
        Op::GreaterOrEqual => matches!(ordering(&a, &b), Some(Ordering::Greater | Ordering::Equal)),
        Op::Contains => match (&a, &b) {
            (Value::String(text), Value::String(part)) => text.contains(&**part),
            _ => false,
        },
        Op::Has => member(&b, &a).unwrap_or(false),
        Op::In => member(&a, &b).unwrap_or(false),
        Op::NotIn => !member(&a, &b).unwrap_or(true),
    }
}

/// NULL, or a JSON-path term that selects nothing.
fn absent(operand: &Operand, value: &Value) -> bool {
    let selected_nothing = matches!(operand, Operand::Name(Name::Nodes { .. })) && *value == Value::Array([].into());
    selected_nothing || *value == Value::Null
}

/// NULL is a scalar too (R7).
fn scalar(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(_) | Value::Object(_) => false,
    }
}

/// Scalars of different types are never equal (Q10); numbers compare by value.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a.cmp(b) == Ordering::Equal,
        (Value::String(a), Value::String(b)) => a == b,
        _ => false,
    }
}

/// Numbers by value, strings by code point; nothing else has an order (Q11).
fn ordering(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.chars().cmp(b.chars())),
        _ => None,
    }
}

/// Whether a scalar is an element of an array; `None` when the operands are not a scalar and an array (Q9, R7).
fn member(element: &Value, array: &Value) -> Option<bool> {
    let Value::Array(items) = array else {
        return None;
    };
    scalar(element).then(|| items.iter().any(|item| scalar(item) && equal(item, element)))
}
