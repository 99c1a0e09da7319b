//! What one name may be compared with, and the values around it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use pointsman_expr::{Number, Object, Op, Value};

use super::dice::Dice;

/// The values around the constants that a name is compared with.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    values: Vec<Value>,
    /// Whether a list is wanted there.
    is_list: bool,
    /// Whether parts are looked for in it.
    has_parts: bool,
}

impl Pool {
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    /// Takes note of what an operator wants of its operand.
    pub(super) fn expect(&mut self, op: Op, is_left: bool) {
        match op {
            Op::Has => self.is_list |= is_left,
            Op::In | Op::NotIn => self.is_list |= !is_left,
            Op::Contains => self.has_parts |= is_left,
            Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {}
        }
    }

    /// Adds a constant, or the elements of one, with the values around it.
    pub(super) fn add(&mut self, constant: &Value) {
        match constant {
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::Number(number) => self.values.extend(around_number(*number)),
            Value::String(text) => self.values.extend(around_text(text)),
            Value::Bool(value) => self.values.extend([(*value).into(), (!value).into(), value.to_string().into()]),
            Value::Null | Value::Object(_) => self.values.push(Value::Null),
        }
    }

    pub(super) fn extend(&mut self, values: Vec<Value>) {
        self.values.extend(values);
    }

    /// Adds a number between every two that are next to each other.
    pub(super) fn fill_gaps(&mut self) {
        let mut numbers: Vec<Number> = self.values.iter().filter_map(number).collect();
        numbers.sort();
        numbers.dedup();
        let middle = |pair: &[Number]| float(pair[0].as_f64() / 2.0 + pair[1].as_f64() / 2.0);
        self.values.extend(numbers.windows(2).filter_map(middle));
    }

    /// Mostly a value from here, now and then one from anywhere, something odd, or none.
    pub(super) fn value(&self, all: &[Value], dice: &mut Dice) -> Option<Value> {
        match dice.below(16) {
            0..=3 => None,
            4 => Some(odd(dice)),
            5 => Some(dice.pick(all).cloned().unwrap_or_else(|| odd(dice))),
            _ if self.is_list && !dice.one_in(4) => Some(self.list(dice)),
            _ if self.has_parts && !dice.one_in(4) => Some(self.text(dice)),
            _ => Some(dice.pick(&self.values).cloned().unwrap_or_else(|| odd(dice))),
        }
    }

    /// A list of some of the values, and of what is never a member.
    pub(super) fn list(&self, dice: &mut Dice) -> Value {
        let mut items: Vec<Value> = (0..dice.below(4)).filter_map(|_| dice.pick(&self.values).cloned()).collect();
        if dice.one_in(4) {
            items.push(odd(dice));
        }
        Value::from(items)
    }

    /// One of the texts, or some of them in a row.
    pub(super) fn text(&self, dice: &mut Dice) -> Value {
        let texts: Vec<&Arc<str>> = self.values.iter().filter_map(text).collect();
        let row: String = (0..=dice.below(3)).filter_map(|_| dice.pick(&texts).map(|text| &***text)).collect();
        Value::from(row)
    }

    /// One of the whole numbers in a range, if there is one.
    pub(super) fn whole(&self, range: RangeInclusive<i64>, dice: &mut Dice) -> Option<i64> {
        let numbers = self.values.iter().filter_map(number).filter_map(Number::as_i64);
        let numbers: Vec<i64> = numbers.filter(|number| range.contains(number)).collect();
        dice.pick(&numbers).copied()
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn text(value: &Value) -> Option<&Arc<str>> {
    match value {
        Value::String(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn float(value: f64) -> Option<Value> {
    Number::try_from(value).ok().map(Value::from)
}

fn around_number(number: Number) -> Vec<Value> {
    let beside = [-1.0, -0.5, 0.5, 1.0].into_iter().filter_map(|step| float(number.as_f64() + step));
    // More than once, so that it is not rare among its neighbours.
    [number.into(), number.into(), number.to_string().into()].into_iter().chain(beside).collect()
}

fn around_text(text: &Arc<str>) -> Vec<Value> {
    let mut shorter = text.chars();
    shorter.next_back();
    let mut later = text.chars();
    later.next();
    let beside =
        [shorter.as_str().into(), later.as_str().into(), format!("{text}x").into(), format!("{text}\0").into()];
    let number = text.parse().ok().and_then(float);
    [Value::String(Arc::clone(text)), Value::String(Arc::clone(text))].into_iter().chain(beside).chain(number).collect()
}

/// What an author did not expect there.
fn odd(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => true.into(),
        2 => false.into(),
        3 => 0.into(),
        4 => (-7).into(),
        5 => "".into(),
        6 => "m".into(),
        7 => Value::from(vec![]),
        8 => Value::from(vec![Value::Null]),
        9 => Value::from(vec![Value::from(vec![Value::from("a")])]),
        10 => Value::from(Object::default()),
        _ => Value::from(Object::from_iter([("k".into(), Value::from(1))])),
    }
}
