//! Owns the access predicate: values and bounds of which an expression needs one in order to hold. Never evaluates.

use std::sync::Arc;

use super::bound::{Bound, Quick};
use super::cell::Cell;
use super::row::Slot;
use crate::{Name, NodeKind, Number, Operand, Term, Value, WorkerField};

/// A value that some row may have.
#[derive(Clone, Debug)]
pub(super) enum Atom {
    /// The slot holds it.
    Scalar(Slot, Cell),
    /// The slot holds a list with it.
    Item(Slot, Cell),
    /// The slot holds a number beyond a bound.
    Beyond(Slot, Side, Threshold),
    /// The attribute is missing, and the field in its stead is this text.
    Field(WorkerField, Arc<str>),
}

/// On which side of its bound a number has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Above,
    Below,
}

/// A place between numbers: just before one of them, or just behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Threshold {
    pub(super) number: Number,
    pub(super) behind: bool,
}

/// Atoms of which one is true whenever a condition holds, and whenever it fails; none where no such set is known.
#[derive(Clone, Default)]
struct Needs {
    to_hold: Option<Vec<Atom>>,
    to_fail: Option<Vec<Atom>>,
}

/// The cheapest set of atoms of which one is true whenever the expression holds, by the cost of an atom.
pub(super) fn needs(bound: &Bound, cost: impl Fn(&Atom) -> usize) -> Option<Vec<Atom>> {
    let (tree, mut quicks) = (bound.expression().tree(), bound.quicks());
    let mut of_nodes: Vec<Needs> = Vec::with_capacity(tree.nodes().len());
    // Half of all rows may be beyond a bound, so that a value is always the better lead.
    let bounds = |atoms: &[Atom]| atoms.iter().filter(|atom| matches!(atom, Atom::Beyond(..))).count();
    let price = |atoms: &Vec<Atom>| (bounds(atoms), atoms.iter().map(&cost).sum::<usize>(), atoms.len());
    for node in tree.nodes() {
        let parts = || node.kind.children().iter().map(|part| &of_nodes[part.index()]);
        let needs = match &node.kind {
            NodeKind::And(_) => Needs {
                to_hold: parts().filter_map(|part| part.to_hold.as_ref()).min_by_key(|atoms| price(atoms)).cloned(),
                to_fail: parts().map(|part| part.to_fail.clone()).collect::<Option<Vec<_>>>().map(|all| all.concat()),
            },
            NodeKind::Or(_) => Needs {
                to_hold: parts().map(|part| part.to_hold.clone()).collect::<Option<Vec<_>>>().map(|all| all.concat()),
                to_fail: parts().filter_map(|part| part.to_fail.as_ref()).min_by_key(|atoms| price(atoms)).cloned(),
            },
            NodeKind::Not(part) => {
                let Needs { to_hold, to_fail } = of_nodes[part.index()].clone();
                Needs { to_hold: to_fail, to_fail: to_hold }
            }
            // The comparisons of a tree stand in the order of the text, as the quick ones do.
            NodeKind::Test { left, right, .. } => {
                Needs { to_hold: quicks.next().and_then(|quick| of_test(bound, quick, left, right)), to_fail: None }
            }
        };
        of_nodes.push(needs);
    }
    of_nodes.pop()?.to_hold
}

fn of_test(bound: &Bound, quick: Quick, left: &Term, right: &Term) -> Option<Vec<Atom>> {
    let field = || [left, right].into_iter().find_map(|term| as_field(&term.operand));
    let literal = || [left, right].into_iter().find_map(|term| as_literal(&term.operand));
    match quick {
        Quick::Missing(slot) => Some(vec![Atom::Scalar(slot, Cell::NULL)]),
        Quick::Equal(slot, cell) => Some(vec![Atom::Scalar(slot, cell)]),
        Quick::In(slot, list, true) => {
            Some(bound.constants(list).iter().map(|cell| Atom::Scalar(slot, *cell)).collect())
        }
        Quick::Has(slot, cell, true) => Some(vec![Atom::Item(slot, cell)]),
        Quick::Ordered(slot, number, orders) => {
            let (side, behind) = orders.beyond();
            Some(vec![Atom::Beyond(slot, side, Threshold { number, behind })])
        }
        Quick::EqualOrField(slot, cell) => {
            or_field(vec![Atom::Scalar(slot, cell)], field()?, std::slice::from_ref(literal()?))
        }
        Quick::InOrField(slot, list) => {
            let items = if let Value::Array(items) = literal()? { &**items } else { &[] };
            or_field(bound.constants(list).iter().map(|cell| Atom::Scalar(slot, *cell)).collect(), field()?, items)
        }
        Quick::Never
        | Quick::Present(_)
        | Quick::NotEqual(..)
        | Quick::Has(..)
        | Quick::In(..)
        | Quick::EqualSlots(..)
        | Quick::NotEqualSlots(..)
        | Quick::InSlot(..) => None,
    }
}

/// The atoms, and those of the field that stands in for a missing attribute. A field may be missing, too, so that no set
/// is known where NULL is among the constants.
fn or_field(mut atoms: Vec<Atom>, field: WorkerField, constants: &[Value]) -> Option<Vec<Atom>> {
    for constant in constants {
        match constant {
            Value::String(text) => atoms.push(Atom::Field(field, text.clone())),
            Value::Null => return None,
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {}
        }
    }
    Some(atoms)
}

fn as_literal(operand: &Operand) -> Option<&Value> {
    match operand {
        Operand::Literal(value) => Some(value),
        Operand::Name(_) => None,
    }
}

fn as_field(operand: &Operand) -> Option<WorkerField> {
    match operand {
        Operand::Name(Name::WorkerAttributeOrField(_, field)) => Some(*field),
        Operand::Name(_) | Operand::Literal(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Limits, Slots, parse};

    #[test]
    fn an_expression_needs_one_of_few_values() {
        let cases = [
            ("a == 'x'", Some(1)),
            ("a == 'x' AND b > 1", Some(1)),
            ("b > 1 AND (a IN ['x', 'y'] OR l HAS 3)", Some(3)),
            ("a IN ['x', 'y'] AND b == 1", Some(1)),
            ("a == 'x' OR b > 1", Some(2)),
            ("a > 'x'", None),
            ("NOT (a > 1)", None),
            ("a != 'x' AND b <= 1", Some(1)),
            ("a == null", Some(1)),
            ("a != 'x'", None),
            ("a NOT IN ['x']", None),
            ("NOT (a != 'x')", None),
            ("NOT (NOT (a == 'x' OR a == 'y'))", Some(2)),
            ("NOT (a == 'x') OR NOT (b == 1)", None),
            ("a == b", None),
            ("sid == 'x'", Some(2)),
            ("sid IN ['x', 'y']", Some(4)),
            ("sid IN ['x', null]", None),
            ("sid == 1", Some(1)),
        ];
        for (text, expected) in cases {
            let expression = parse(text, Kind::Queue, &Limits::default()).unwrap().expression;
            let found = needs(&Slots::new().bind(&expression), |_| 0);
            assert_eq!(found.map(|atoms| atoms.len()), expected, "{text}");
        }
    }

    #[test]
    fn the_cheapest_values_are_taken() {
        let expression = parse("a == 1 AND b == 2", Kind::Queue, &Limits::default()).unwrap().expression;
        let bound = Slots::new().bind(&expression);
        for cheap in [0, 1] {
            let found = needs(&bound, |atom| match atom {
                Atom::Scalar(slot, _) => usize::from(slot.index != cheap),
                Atom::Item(..) | Atom::Beyond(..) | Atom::Field(..) => 9,
            });
            assert!(matches!(found.as_deref(), Some([Atom::Scalar(slot, _)]) if slot.index == cheap));
        }
    }

    #[test]
    fn values_are_better_than_bounds() {
        let expression = parse("a > 1 AND b == 2", Kind::Queue, &Limits::default()).unwrap().expression;
        let found = needs(&Slots::new().bind(&expression), |atom| usize::from(matches!(atom, Atom::Scalar(..))) * 9);
        assert!(matches!(found.as_deref(), Some([Atom::Scalar(..)])));
    }
}
