//! Owns sets of values: which ones a reference may have, and which ones make a comparison with a constant hold. Says
//! again, of sets, what `op.rs` says of two values, and is tested against it. Never knows which reference it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::line::Line;
use crate::{Number, Op, Value};

/// A set of values. NULL, the booleans and objects are told apart by kind only; numbers and texts by place on a line,
/// texts also by parts that they must or must not contain, lists by members that they must or must not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Values {
    /// Of `NULL`, `TRUE`, `FALSE` and `OBJECT`.
    plain: u8,
    numbers: Line<Number>,
    texts: Texts,
    lists: Lists,
}

const NULL: u8 = 1;
const TRUE: u8 = 2;
const FALSE: u8 = 4;
const OBJECT: u8 = 8;
const EVERY_KIND: u8 = NULL | TRUE | FALSE | OBJECT;

impl Values {
    pub(super) const NOTHING: Self = Self::of(0, Line::NOTHING, Texts::NOTHING, Lists::NOTHING);
    pub(super) const ANYTHING: Self = Self::of(EVERY_KIND, Line::ANYTHING, Texts::ANYTHING, Lists::ANYTHING);
    pub(super) const MISSING: Self = Self::of(NULL, Line::NOTHING, Texts::NOTHING, Lists::NOTHING);
    pub(super) const BOOLEANS: Self = Self::of(TRUE | FALSE, Line::NOTHING, Texts::NOTHING, Lists::NOTHING);
    pub(super) const OBJECTS: Self = Self::of(OBJECT, Line::NOTHING, Texts::NOTHING, Lists::NOTHING);
    pub(super) const TEXTS: Self = Self::of(0, Line::NOTHING, Texts::ANYTHING, Lists::NOTHING);
    pub(super) const LISTS: Self = Self::of(0, Line::NOTHING, Texts::NOTHING, Lists::ANYTHING);
    pub(super) const FILLED_LISTS: Self = Self::of(0, Line::NOTHING, Texts::NOTHING, Lists::FILLED);
    /// What has an order among its own kind.
    pub(super) const ORDERED: Self = Self::of(0, Line::ANYTHING, Texts::ANYTHING, Lists::NOTHING);
    pub(super) const SCALARS: Self = Self::of(NULL | TRUE | FALSE, Line::ANYTHING, Texts::ANYTHING, Lists::NOTHING);

    const fn of(plain: u8, numbers: Line<Number>, texts: Texts, lists: Lists) -> Self {
        Self { plain, numbers, texts, lists }
    }

    /// These numbers and nothing else.
    pub(super) fn numbers(numbers: Line<Number>) -> Self {
        Self { numbers, ..Self::NOTHING }
    }

    /// The scalars among these constants. Lists and objects equal nothing (R7).
    pub(super) fn among<'a>(constants: impl IntoIterator<Item = &'a Value>) -> Self {
        let (mut plain, mut numbers, mut texts) = (0, Vec::new(), Vec::new());
        for constant in constants {
            match constant {
                Value::Null => plain |= NULL,
                Value::Bool(true) => plain |= TRUE,
                Value::Bool(false) => plain |= FALSE,
                Value::Number(number) => numbers.push(*number),
                Value::String(text) => texts.push(Arc::clone(text)),
                Value::Array(_) | Value::Object(_) => {}
            }
        }
        let texts = Texts { line: Line::only(texts), ..Texts::NOTHING };
        Self { plain, numbers: Line::only(numbers), texts, lists: Lists::NOTHING }
    }

    /// The values of a name for which a comparison with a constant holds (semantics 1.5, R7), neither more nor less.
    /// `None` when that is not a set of this form: which texts are parts of a constant is not followed up.
    pub(super) fn where_holds(op: Op, constant: &Value, name_is_left: bool) -> Option<Self> {
        Some(match (op, name_is_left) {
            (Op::Equal, _) => Self::among([constant]),
            (Op::NotEqual, _) if !constant.as_ref().is_scalar() => Self::NOTHING,
            (Op::NotEqual, _) => Self::SCALARS.and(&Self::among([constant]).complement()),
            (Op::Less, true) | (Op::Greater, false) => Self::below(constant),
            (Op::LessOrEqual, true) | (Op::GreaterOrEqual, false) => Self::up_to(constant),
            (Op::Greater, true) | (Op::Less, false) => Self::of_kind(constant).and(&Self::up_to(constant).complement()),
            (Op::GreaterOrEqual, true) | (Op::LessOrEqual, false) => {
                Self::of_kind(constant).and(&Self::below(constant).complement())
            }
            (Op::In, true) | (Op::Has, false) => Self::members_of(constant).unwrap_or(Self::NOTHING),
            (Op::NotIn, true) => match Self::members_of(constant) {
                Some(members) => Self::SCALARS.and(&members.complement()),
                None => Self::NOTHING,
            },
            (Op::In, false) | (Op::Has, true) => Self::lists(Lists::by_member(constant, true)),
            (Op::NotIn, false) => Self::lists(Lists::by_member(constant, false)),
            (Op::Contains, true) => Self::by_part(constant),
            (Op::Contains, false) => return None,
        })
    }

    /// The values for which a comparison of a name with itself holds.
    pub(super) fn where_holds_of_itself(op: Op) -> Self {
        match op {
            Op::Equal => Self::SCALARS,
            Op::LessOrEqual | Op::GreaterOrEqual => Self::ORDERED,
            Op::Contains => Self::TEXTS,
            Op::NotEqual | Op::Less | Op::Greater | Op::Has | Op::In | Op::NotIn => Self::NOTHING,
        }
    }

    /// Everything else. Of texts and lists with several demands on them that is not a set of this form; then it has all
    /// of them.
    pub(super) fn complement(self) -> Self {
        Self {
            plain: EVERY_KIND & !self.plain,
            numbers: self.numbers.complement(),
            texts: self.texts.complement(),
            lists: self.lists.complement(),
        }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            plain: self.plain & other.plain,
            numbers: self.numbers.and(&other.numbers),
            texts: self.texts.and(&other.texts),
            lists: self.lists.and(&other.lists),
        }
    }

    /// Whether the two may have a value in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.plain & other.plain != 0
            || self.numbers.meets(&other.numbers)
            || self.texts.meets(&other.texts)
            || self.lists.meets(&other.lists)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.plain == 0 && self.numbers.is_empty() && self.texts.line.is_empty() && self.lists.is_empty()
    }

    pub(super) fn has_missing(&self) -> bool {
        self.plain & NULL != 0
    }

    pub(super) fn or_missing(self) -> Self {
        Self { plain: self.plain | NULL, ..self }
    }

    /// The same of a reference whose numbers are whole.
    pub(super) fn whole(self) -> Self {
        Self { numbers: self.numbers.whole(), ..self }
    }

    /// The text, when the set has nothing else.
    pub(super) fn only_text(&self) -> Option<&Arc<str>> {
        let others = self.plain != 0 || !self.numbers.is_empty() || !self.lists.is_empty();
        self.texts.line.only_point().filter(|_| !others)
    }

    pub(super) fn is_only_missing(&self) -> bool {
        self.plain == NULL && self.numbers.is_empty() && self.texts.line.is_empty() && self.lists.is_empty()
    }

    /// How much there is to look at. A demand takes about as long as four cuts.
    pub(super) fn size(&self) -> usize {
        self.numbers.size() + self.texts.line.size() + 4 * (self.texts.parts.len() + self.lists.members.len())
    }

    fn lists(lists: Lists) -> Self {
        Self { lists, ..Self::NOTHING }
    }

    fn by_part(constant: &Value) -> Self {
        let Value::String(part) = constant else { return Self::NOTHING };
        let texts = Texts { line: Line::ANYTHING, parts: BTreeMap::from([(Arc::clone(part), true)]) };
        Self { texts, ..Self::NOTHING }
    }

    /// The members of a list; `None` of what is no list.
    fn members_of(constant: &Value) -> Option<Self> {
        match constant {
            Value::Array(items) => Some(Self::among(items.iter())),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
        }
    }

    /// What may be compared with the constant by its order.
    fn of_kind(constant: &Value) -> Self {
        match constant {
            Value::Number(_) => Self::numbers(Line::ANYTHING),
            Value::String(_) => Self::TEXTS,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Self::NOTHING,
        }
    }

    fn below(constant: &Value) -> Self {
        Self::stretch(constant, Line::below, Line::below)
    }

    fn up_to(constant: &Value) -> Self {
        Self::stretch(constant, Line::up_to, Line::up_to)
    }

    fn stretch(
        constant: &Value,
        of_numbers: fn(Number) -> Line<Number>,
        of_texts: fn(Arc<str>) -> Line<Arc<str>>,
    ) -> Self {
        match constant {
            Value::Number(number) => Self::numbers(of_numbers(*number)),
            Value::String(text) => {
                let line = of_texts(Arc::clone(text));
                Self { texts: Texts { line, ..Texts::NOTHING }, ..Self::NOTHING }
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Self::NOTHING,
        }
    }
}

/// A set of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Texts {
    line: Line<Arc<str>>,
    /// Which parts the texts contain, and which they do not. Nothing is known of any other part.
    parts: BTreeMap<Arc<str>, bool>,
}

impl Texts {
    const NOTHING: Self = Self { line: Line::NOTHING, parts: BTreeMap::new() };
    const ANYTHING: Self = Self { line: Line::ANYTHING, parts: BTreeMap::new() };

    fn complement(self) -> Self {
        match self.parts.len() {
            0 => Self { line: self.line.complement(), ..self },
            1 if self.line == Line::ANYTHING => {
                Self { parts: self.parts.into_iter().map(|(part, contained)| (part, !contained)).collect(), ..self }
            }
            _ => Self::ANYTHING,
        }
    }

    fn and(&self, other: &Self) -> Self {
        let mut both = Self { line: self.line.and(&other.line), parts: self.parts.clone() };
        for (part, contained) in &other.parts {
            if both.rules_out(part, *contained) {
                return Self::NOTHING;
            }
            both.parts.insert(Arc::clone(part), *contained);
        }
        let Self { line, parts } = &mut both;
        if !parts.is_empty() {
            line.retain_points(|text| parts.iter().all(|(part, contained)| text.contains(&**part) == *contained));
        }
        if both.line.is_empty() { Self::NOTHING } else { both }
    }

    /// Whether no text with these parts can contain, or not contain, one more. Every text contains the empty one.
    fn rules_out(&self, part: &str, contained: bool) -> bool {
        let mut others = self.parts.iter();
        if contained {
            others.any(|(other, there)| !there && part.contains(&**other))
        } else {
            part.is_empty() || others.any(|(other, there)| *there && other.contains(part))
        }
    }

    fn meets(&self, other: &Self) -> bool {
        if self.parts.is_empty() && other.parts.is_empty() {
            return self.line.meets(&other.line);
        }
        !self.and(other).line.is_empty()
    }
}

/// A set of lists.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lists {
    /// Whether the empty list belongs to it.
    empty: bool,
    /// Whether lists with elements belong to it.
    filled: bool,
    /// Which members the lists have, and which they do not. Nothing is known of any other member.
    members: BTreeMap<Scalar, bool>,
}

impl Lists {
    const NOTHING: Self = Self { empty: false, filled: false, members: BTreeMap::new() };
    const ANYTHING: Self = Self { empty: true, filled: true, members: BTreeMap::new() };
    const FILLED: Self = Self { empty: false, filled: true, members: BTreeMap::new() };

    /// The lists with this member, or those without it. A list or an object is neither in a list nor not in it.
    fn by_member(constant: &Value, present: bool) -> Self {
        match Scalar::of(constant) {
            Some(member) => Self { empty: !present, filled: true, members: BTreeMap::from([(member, present)]) },
            None => Self::NOTHING,
        }
    }

    fn complement(self) -> Self {
        let mut members = self.members.iter();
        match (members.next(), members.next()) {
            (None, _) => Self { empty: !self.empty, filled: !self.filled, ..self },
            (Some((member, present)), None) if self.empty != *present && self.filled => {
                Self { empty: *present, filled: true, members: BTreeMap::from([(member.clone(), !present)]) }
            }
            (Some(_), _) => Self::ANYTHING,
        }
    }

    fn and(&self, other: &Self) -> Self {
        let mut both = Self {
            empty: self.empty && other.empty,
            filled: self.filled && other.filled,
            members: self.members.clone(),
        };
        if both.is_empty() {
            return Self::NOTHING;
        }
        for (member, present) in &other.members {
            if both.members.insert(member.clone(), *present) == Some(!present) {
                return Self::NOTHING;
            }
        }
        both
    }

    fn meets(&self, other: &Self) -> bool {
        if self.members.is_empty() || other.members.is_empty() {
            return (self.empty && other.empty) || (self.filled && other.filled);
        }
        !self.and(other).is_empty()
    }

    fn is_empty(&self) -> bool {
        !self.empty && !self.filled
    }
}

/// What can be a member of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
}

impl Scalar {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(value) => Some(Self::Bool(*value)),
            Value::Number(number) => Some(Self::Number(*number)),
            Value::String(text) => Some(Self::Text(Arc::clone(text))),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Object;

    fn scalars() -> Vec<Value> {
        let float = |value: f64| Value::Number(Number::try_from(value).unwrap());
        let numbers = [0, 1, 2, 3].map(Value::from).into_iter().chain([1.5, 2.5, -0.5].map(float));
        let texts = ["", "a", "aa", "ab", "b", "ba", "c"].map(Value::from);
        [Value::Null, true.into(), false.into()].into_iter().chain(numbers).chain(texts).collect()
    }

    fn lists() -> Vec<Value> {
        let nested = Value::from(vec![Value::from(vec![Value::from("a")])]);
        let pairs = scalars().into_iter().map(|value| Value::from(vec![value, Value::from("a")]));
        let singles = scalars().into_iter().map(|value| Value::from(vec![value]));
        [Value::from(vec![]), nested].into_iter().chain(singles).chain(pairs).collect()
    }

    fn everything() -> Vec<Value> {
        let objects =
            [Value::from(Object::default()), Value::from(Object::from_iter([("a".into(), Value::from("a"))]))];
        scalars().into_iter().chain(lists()).chain(objects).collect()
    }

    /// The set of one value, as far as sets tell values apart.
    fn single(value: &Value) -> Values {
        match value {
            Value::Object(_) => Values::OBJECTS,
            Value::Array(items) => {
                let is_in = |member: &Value| Op::In.holds(member.as_ref(), Value::Array(Arc::clone(items)).as_ref());
                let members = scalars().into_iter().map(|member| (Scalar::of(&member).unwrap(), is_in(&member)));
                let (empty, filled) = (items.is_empty(), !items.is_empty());
                Values::lists(Lists { empty, filled, members: members.collect() })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Values::among([value]),
        }
    }

    /// Every set that a comparison with a constant can make, with the outcome of that comparison.
    fn sets() -> Vec<(Op, Value, bool, Values)> {
        let mut sets = Vec::new();
        for op in Op::ALL {
            for constant in everything() {
                for name_is_left in [true, false] {
                    if let Some(values) = Values::where_holds(op, &constant, name_is_left) {
                        sets.push((op, constant.clone(), name_is_left, values));
                    }
                }
            }
        }
        sets
    }

    #[test]
    fn comparisons_with_a_constant_hold_exactly_in_their_sets() {
        let everything: Vec<_> = everything().into_iter().map(|value| (single(&value), value)).collect();
        let sets = sets();
        assert_eq!(sets.len(), (Op::ALL.len() * 2 - 1) * everything.len());
        for (op, constant, name_is_left, values) in sets {
            let others = values.clone().complement();
            for (single, value) in &everything {
                let (left, right) = if name_is_left { (value, &constant) } else { (&constant, value) };
                let holds = op.holds(left.as_ref(), right.as_ref());
                assert_eq!(values.meets(single), holds, "{left} {op} {right}: {values:?}");
                assert_eq!(others.meets(single), !holds, "not {left} {op} {right}: {others:?}");
            }
        }
    }

    #[test]
    fn comparisons_of_a_name_with_itself_hold_exactly_in_their_sets() {
        for op in Op::ALL {
            let values = Values::where_holds_of_itself(op);
            for value in everything() {
                let holds = op.holds(value.as_ref(), value.as_ref());
                assert_eq!(values.meets(&single(&value)), holds, "{value} {op} {value}");
                assert_eq!(values.clone().complement().meets(&single(&value)), !holds, "not {value} {op} {value}");
            }
        }
    }

    #[test]
    fn what_two_sets_have_in_common_is_neither_more_nor_less() {
        let mut sets: Vec<Values> = sets().into_iter().map(|(.., values)| values).collect();
        sets.dedup();
        sets.extend(sets.clone().into_iter().map(Values::complement));
        let everything: Vec<_> = everything().iter().map(single).collect();
        for (at, a) in sets.iter().enumerate() {
            // Every pair would take long; these reach every set and every distance.
            for b in sets.iter().skip(at % 31).step_by(31) {
                let both = a.and(b);
                assert_eq!(both.is_empty(), !a.meets(b), "{a:?} and {b:?}");
                for value in &everything {
                    let common = a.meets(value) && b.meets(value);
                    assert_eq!(both.meets(value), common, "{value:?} in {a:?} and {b:?}: {both:?}");
                }
            }
        }
    }

    #[test]
    fn demands_on_a_text_or_a_list_add_up() {
        let text = |part: &str| Values::where_holds(Op::Contains, &part.into(), true).unwrap();
        let list = |member: &str| Values::where_holds(Op::Has, &member.into(), true).unwrap();
        let (without_text, without_list) = (|part| text(part).complement(), |member| list(member).complement());
        let is_text = |values: Values| Values::TEXTS.and(&values);
        assert!(text("abc").and(&without_text("b")).is_empty());
        assert!(is_text(without_text("b")).and(&text("abc")).is_empty());
        assert!(is_text(without_text("")).is_empty());
        assert!(!text("abc").and(&text("xyz")).and(&without_text("cx")).is_empty());
        assert!(text("abc").and(&Values::among(["ab", "bc"].map(Value::from).iter())).is_empty());
        assert!(!text("ab").and(&Values::among(["abc"].map(Value::from).iter())).is_empty());
        assert!(list("a").and(&list("b")).and(&without_list("a")).is_empty());
        assert!(!list("a").and(&list("b")).and(&without_list("c")).is_empty());
        assert!(!without_list("a").and(&without_list("b")).is_empty());
        let several = list("a").and(&list("b")).complement();
        assert!(several.meets(&list("a").and(&list("b"))), "the complement of several demands is everything");
    }
}
