//! Values worth trying where a comparison came out wrong. Only guesses: whoever asks tries them out.

use pointsman_expr::{Number, Op, Value};

/// Values for one operand, the likeliest first, given its own value and the other operand's.
pub(super) fn candidates(op: Op, own: &Value, other: &Value, own_is_left: bool) -> Vec<Value> {
    let mut found = match (op, own_is_left) {
        (Op::Has, true) | (Op::In | Op::NotIn, false) => lists(own, other),
        (_, _) => scalars(other),
    };
    found.extend([Value::Null, Value::from(true), Value::from(false), Value::from(0), Value::from("x")]);
    let mut seen: Vec<Value> = vec![own.clone()];
    found.retain(|value| {
        let new = !seen.contains(value);
        seen.push(value.clone());
        new
    });
    found
}

/// With the other value and without it.
fn lists(own: &Value, other: &Value) -> Vec<Value> {
    let items = if let Value::Array(items) = own { items.to_vec() } else { Vec::new() };
    let with = items.iter().cloned().chain([other.clone()]).collect::<Vec<_>>();
    let without = items.into_iter().filter(|item| item != other).collect::<Vec<_>>();
    vec![Value::from(with), Value::from(without)]
}

/// The other value, what stands beside it, and what it is made of.
fn scalars(other: &Value) -> Vec<Value> {
    let beside = match other {
        Value::Number(number) => beside(*number),
        Value::String(text) => vec![Value::from(format!("{text}x")), Value::from("")],
        Value::Array(items) => items.iter().take(3).cloned().chain([Value::from("-")]).collect(),
        Value::Null | Value::Bool(_) | Value::Object(_) => Vec::new(),
    };
    std::iter::once(other.clone()).chain(beside).collect()
}

fn beside(number: Number) -> Vec<Value> {
    let whole = number.as_i64().unwrap_or_else(|| number.as_f64() as i64);
    [whole.saturating_add(1), whole.saturating_sub(1)].map(Value::from).into()
}
