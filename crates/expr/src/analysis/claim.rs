//! Owns what the outcome of one comparison says: of the values of its references, and of the relation between two of
//! them. Never combines comparisons.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names;
use super::values::Values;
use crate::program::Check;
use crate::{Name, Op, Operand, Term, Value};

/// A comparison, as what is true when it holds and what is true when it does not.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) holds: Claim,
    pub(super) fails: Claim,
}

/// What an outcome says; it may say less than is true.
#[derive(Clone, Debug)]
pub(super) enum Claim {
    /// Nothing: the outcome is always possible.
    Nothing,
    /// The outcome never comes about.
    Absurd,
    /// The name with this number has one of these values.
    Value(usize, Values),
    /// The pair with this number stands in one of these relations, and its names have such values.
    Relation(usize, Relations, Vec<(usize, Values)>),
}

/// The relations in which two values can stand, one bit each. What the bits mean depends on the kind of the pair; bits
/// without a meaning stand for what no operator asks about.
pub(super) type Relations = u8;

pub(super) const ANY_RELATION: Relations = Relations::MAX;

/// Numbers or texts: the left one is less, the same, more.
const LESS: Relations = 1;
const SAME: Relations = 2;
const MORE: Relations = 4;
/// Scalars without an order: equal, or not. What is left is a list or an object among the two.
const ALIKE: Relations = 8;
const UNLIKE: Relations = 16;

/// A scalar and a list: it is in it, or not. What is left is anything else.
const INSIDE: Relations = 1;
const OUTSIDE: Relations = 2;

/// Two texts, of which the one contains the other. What is left is anything else.
const CONTAINED: Relations = 1;

/// Two operands whose values are not known, in the order in which every comparison of the two is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pair {
    Order(Name, Name),
    Membership { member: Name, list: Name },
    Parts { text: Text, part: Name },
}

/// A text in which another is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Text {
    Of(Name),
    Constant(Arc<str>),
}

/// The names and pairs that comparisons speak of, numbered as they come.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    names: BTreeMap<Name, usize>,
    pairs: BTreeMap<Pair, usize>,
    /// Which name is held by which, and by which of its values.
    pub(super) holders: Vec<Holder>,
}

/// A name whose value, if there is one, lies in the value of another.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) inner: usize,
    pub(super) outer: usize,
    pub(super) values: Values,
}

impl Subjects {
    /// The values that each name can have, by number.
    pub(super) fn values(&self) -> Vec<Values> {
        let mut values = vec![Values::ANYTHING; self.names.len()];
        for (name, &number) in &self.names {
            values[number] = names::values_of(name);
        }
        values
    }

    pub(super) fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// Reads a comparison as evaluation does, existence tests included (Q65).
    pub(super) fn comparison(&mut self, op: Op, left: &Term, right: &Term) -> Comparison {
        match Check::new(op, &left.operand, &right.operand) {
            Check::Missing(operand) => self.existence(operand).turned(),
            Check::Present(operand) => self.existence(operand),
            Check::SelectsNothing(operand) => self.selection(operand).turned(),
            Check::SelectsSomething(operand) => self.selection(operand),
            Check::Compare(op, left, right) => match (known(left), known(right)) {
                (Known::Constant(left), Known::Constant(right)) => constant(op.holds(left.as_ref(), right.as_ref())),
                (Known::Name(name), Known::Constant(constant)) => self.with_constant(op, name, constant, true),
                (Known::Constant(constant), Known::Name(name)) => self.with_constant(op, name, constant, false),
                (Known::Name(left), Known::Name(right)) if left == right => {
                    self.where_in(left, Values::where_holds_of_itself(op))
                }
                (Known::Name(left), Known::Name(right)) => self.of_two(op, left, right),
            },
        }
    }

    fn selection(&mut self, operand: &Operand) -> Comparison {
        match known(operand) {
            Known::Constant(_) => constant(false),
            Known::Name(name) => self.where_in(name, Values::FILLED_LISTS),
        }
    }

    fn existence(&mut self, operand: &Operand) -> Comparison {
        match known(operand) {
            Known::Constant(value) => constant(*value != Value::Null),
            Known::Name(name) => self.where_in(name, Values::MISSING.complement()),
        }
    }

    fn with_constant(&mut self, op: Op, name: &Name, other: &Value, name_is_left: bool) -> Comparison {
        match (Values::where_holds(op, other, name_is_left), other) {
            (Some(values), _) => self.where_in(name, values),
            (None, Value::String(text)) => {
                let pair = Pair::Parts { text: Text::Constant(Arc::clone(text)), part: name.clone() };
                self.related(pair, CONTAINED, [(name, Values::TEXTS)])
            }
            (None, Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                constant(false)
            }
        }
    }

    /// A comparison that holds for these values of a name, and for no others.
    fn where_in(&mut self, name: &Name, values: Values) -> Comparison {
        let (holds, fails) = (values.clone(), values.complement());
        let (holds, fails) = if names::is_whole(name) { (holds.whole(), fails.whole()) } else { (holds, fails) };
        let name = self.name(name);
        Comparison { holds: Claim::Value(name, holds), fails: Claim::Value(name, fails) }
    }

    fn of_two(&mut self, op: Op, left: &Name, right: &Name) -> Comparison {
        let member = |member: &Name, list: &Name| Pair::Membership { member: member.clone(), list: list.clone() };
        let (scalar, filled) = (Values::SCALARS, Values::FILLED_LISTS);
        match op {
            Op::Equal => self.in_order(SAME | ALIKE, left, right, Values::SCALARS),
            Op::NotEqual => self.in_order(LESS | MORE | UNLIKE, left, right, Values::SCALARS),
            Op::Less => self.in_order(LESS, left, right, Values::ORDERED),
            Op::LessOrEqual => self.in_order(LESS | SAME, left, right, Values::ORDERED),
            Op::Greater => self.in_order(LESS, right, left, Values::ORDERED),
            Op::GreaterOrEqual => self.in_order(LESS | SAME, right, left, Values::ORDERED),
            Op::Contains => {
                let pair = Pair::Parts { text: Text::Of(left.clone()), part: right.clone() };
                self.related(pair, CONTAINED, [(left, Values::TEXTS), (right, Values::TEXTS)])
            }
            Op::Has => self.related(member(right, left), INSIDE, [(right, scalar), (left, filled)]),
            Op::In => self.related(member(left, right), INSIDE, [(left, scalar), (right, filled)]),
            Op::NotIn => self.related(member(left, right), OUTSIDE, [(left, scalar), (right, Values::LISTS)]),
        }
    }

    /// Reads the names in one order, whichever is written first.
    fn in_order(&mut self, relations: Relations, left: &Name, right: &Name, values: Values) -> Comparison {
        let names = [(left, values.clone()), (right, values)];
        if left < right {
            return self.related(Pair::Order(left.clone(), right.clone()), relations, names);
        }
        let (less, more) = (relations & LESS != 0, relations & MORE != 0);
        let turned = if less == more { relations } else { relations ^ (LESS | MORE) };
        self.related(Pair::Order(right.clone(), left.clone()), turned, names)
    }

    /// A comparison that holds when the pair stands in one of these relations, which then says this of its names.
    fn related<const N: usize>(&mut self, pair: Pair, relations: Relations, names: [(&Name, Values); N]) -> Comparison {
        let new = self.pairs.len();
        let pair = *self.pairs.entry(pair).or_insert(new);
        let values = names.map(|(name, values)| (self.name(name), values));
        Comparison {
            holds: Claim::Relation(pair, relations, values.into()),
            fails: Claim::Relation(pair, !relations, Vec::new()),
        }
    }

    /// The number of a name. What holds it has one, too.
    fn name(&mut self, name: &Name) -> usize {
        if let Some(&number) = self.names.get(name) {
            return number;
        }
        let number = self.names.len();
        self.names.insert(name.clone(), number);
        if let Some((holder, values)) = names::holder(name) {
            let outer = self.name(&holder);
            self.holders.push(Holder { inner: number, outer, values });
        }
        number
    }
}

impl Comparison {
    pub(super) fn claim(&self, holds: bool) -> &Claim {
        if holds { &self.holds } else { &self.fails }
    }

    fn turned(self) -> Self {
        Self { holds: self.fails, fails: self.holds }
    }
}

fn constant(holds: bool) -> Comparison {
    let always = Comparison { holds: Claim::Nothing, fails: Claim::Absurd };
    if holds { always } else { always.turned() }
}

/// An operand whose value is known, or is one of a name.
enum Known<'a> {
    Constant(&'a Value),
    Name(&'a Name),
}

fn known(operand: &Operand) -> Known<'_> {
    match operand {
        Operand::Literal(value) => Known::Constant(value),
        Operand::Name(Name::Nothing) => Known::Constant(&Value::Null),
        Operand::Name(name) => Known::Name(name),
    }
}
