//! What an operator can do with values of which only the kinds are known. Never looks at the values themselves.

use std::fmt;
use std::ops::{BitAnd, BitOr};

use pointsman_expr::{Op, Ref};

/// A set of kinds of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOL: Self = Self(2);
    pub(super) const NUMBER: Self = Self(4);
    pub(super) const STRING: Self = Self(8);
    pub(super) const LIST: Self = Self(16);
    pub(super) const OBJECT: Self = Self(32);
    pub(super) const ANY: Self = Self(63);
    const SCALAR: Self = Self(15);

    pub(super) fn of(value: Ref<'_>) -> Self {
        match value {
            Ref::Null => Self::NULL,
            Ref::Bool(_) => Self::BOOL,
            Ref::Number(_) => Self::NUMBER,
            Ref::Str(_) => Self::STRING,
            Ref::Array(_) => Self::LIST,
            Ref::Object(_) => Self::OBJECT,
        }
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::NONE
    }

    pub(super) fn meets(self, other: Self) -> bool {
        !(self & other).is_none()
    }

    fn is_within(self, other: Self) -> bool {
        self & other == self
    }
}

impl BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Kinds {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// `a string`, `a number or a list`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            (Self::NULL, "null"),
            (Self::BOOL, "a boolean"),
            (Self::NUMBER, "a number"),
            (Self::STRING, "a string"),
            (Self::LIST, "a list"),
            (Self::OBJECT, "an object"),
        ];
        let words: Vec<&str> = words.iter().filter(|(kind, _)| self.meets(*kind)).map(|(_, word)| *word).collect();
        f.write_str(&words.join(" or "))
    }
}

/// Which side of an operator is to be a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListSide {
    Neither,
    Left,
    Right,
}

pub(super) fn list_side(op: Op) -> ListSide {
    match op {
        Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual | Op::Contains => {
            ListSide::Neither
        }
        Op::Has => ListSide::Left,
        Op::In | Op::NotIn => ListSide::Right,
    }
}

/// The result of an operator between any values of these kinds, when it is the same for all of them (semantics 1.5).
///
/// Lists are taken to hold no nulls: a missing value is in none of them.
pub(super) fn outcome(op: Op, left: Kinds, right: Kinds) -> Option<bool> {
    let comparable = Kinds::NUMBER | Kinds::STRING;
    let certain = |possible: bool| if possible { None } else { Some(false) };
    match op {
        Op::Equal => certain((left & right).meets(Kinds::SCALAR)),
        Op::NotEqual => inequality(left, right),
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => certain((left & right).meets(comparable)),
        Op::Contains => certain((left & right).meets(Kinds::STRING)),
        Op::Has => certain(left.meets(Kinds::LIST) && right.meets(MEMBERS)),
        Op::In => certain(left.meets(MEMBERS) && right.meets(Kinds::LIST)),
        Op::NotIn => certain(left.meets(Kinds::SCALAR) && right.meets(Kinds::LIST)),
    }
}

const MEMBERS: Kinds = Kinds(Kinds::SCALAR.0 & !Kinds::NULL.0);

/// Scalars of different kinds always differ; a list or an object differs from nothing.
fn inequality(left: Kinds, right: Kinds) -> Option<bool> {
    let both_null = left == Kinds::NULL && right == Kinds::NULL;
    if both_null || !left.meets(Kinds::SCALAR) || !right.meets(Kinds::SCALAR) {
        return Some(false);
    }
    let differ = left.is_within(Kinds::SCALAR) && right.is_within(Kinds::SCALAR) && !left.meets(right);
    differ.then_some(true)
}

#[cfg(test)]
mod tests {
    use pointsman_expr::Value;

    use super::*;

    fn samples() -> Vec<Value> {
        let list = |items: Vec<Value>| Value::from(items);
        let object = pointsman_expr::Object::default();
        vec![
            Value::Null,
            Value::from(true),
            Value::from(false),
            Value::from(1),
            Value::from(2),
            Value::from("a"),
            Value::from("ab"),
            list(vec![]),
            list(vec![Value::from(1), Value::from("a"), Value::from(true)]),
            Value::from(object),
        ]
    }

    #[test]
    fn what_is_certain_of_kinds_holds_for_their_values() {
        for (left, right) in samples().iter().flat_map(|left| samples().into_iter().map(move |right| (left, right))) {
            for op in Op::ALL {
                let certain = outcome(op, Kinds::of(left.as_ref()), Kinds::of(right.as_ref()));
                let result = op.holds(left.as_ref(), right.as_ref());
                assert!(certain.is_none_or(|certain| certain == result), "{left} {op} {right}: {result}");
            }
        }
    }

    #[test]
    fn every_operator_wants_its_kinds() {
        let (list, text, number) = (Kinds::LIST, Kinds::STRING, Kinds::NUMBER);
        for (op, left, right, expected) in [
            (Op::Has, text, text, Some(false)),
            (Op::Has, list | text, text, None),
            (Op::In, Kinds::ANY, text, Some(false)),
            (Op::In, Kinds::NULL, Kinds::ANY, Some(false)),
            (Op::NotIn, Kinds::NULL, list, None),
            (Op::Equal, list, text, Some(false)),
            (Op::Equal, Kinds::NULL, Kinds::ANY, None),
            (Op::NotEqual, number, text, Some(true)),
            (Op::NotEqual, list, text, Some(false)),
            (Op::NotEqual, list | number, text, None),
            (Op::Greater, number, text, Some(false)),
            (Op::Greater, Kinds::NULL, Kinds::ANY, Some(false)),
            (Op::Contains, list, text, Some(false)),
        ] {
            assert_eq!(outcome(op, left, right), expected, "{left} {op} {right}");
        }
    }
}
