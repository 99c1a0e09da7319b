//! Owns the access predicate: values of which an expression needs one in order to hold. Never evaluates.

use std::sync::Arc;

use super::bound::{Bound, Quick, Slot};
use super::cell::Cell;
use crate::{Name, NodeKind, Operand, Root, Term, Value, WorkerField};

/// A value that some row may have.
#[derive(Clone, Debug)]
pub(super) enum Atom {
    /// A slot has it.
    Cell(Key),
    /// The attribute is missing, and the field in its stead is this text.
    Field(WorkerField, Arc<str>),
}

/// A scalar that a slot holds, or that is an item of the list it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) is_item: bool,
    pub(super) cell: Cell,
}

/// A slot of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) root: Root,
    pub(super) slot: u32,
}

impl From<Slot> for Place {
    fn from(slot: Slot) -> Self {
        Self { root: slot.root, slot: slot.index }
    }
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
    let price = |atoms: &Vec<Atom>| (atoms.iter().map(&cost).sum::<usize>(), atoms.len());
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
    let literal = || [left, right].into_iter().find_map(|term| as_literal(&term.operand));
    let name = || [left, right].into_iter().find_map(|term| as_name(&term.operand));
    match quick {
        Quick::Missing(slot) if !slot.or_field => Some(vec![is(slot, Cell::NULL)]),
        Quick::Equal(slot, cell) => with_field(vec![is(slot, cell)], name()?, std::slice::from_ref(literal()?)),
        Quick::In(slot, span, true) => {
            let items = if let Value::Array(items) = literal()? { &**items } else { &[] };
            let cells = bound.constants(span).iter();
            with_field(cells.map(|cell| is(slot, *cell)).collect(), name()?, items)
        }
        Quick::Has(slot, cell, true) => Some(vec![Atom::Cell(Key { place: slot.into(), is_item: true, cell })]),
        Quick::Never
        | Quick::Missing(_)
        | Quick::Present(_)
        | Quick::NotEqual(..)
        | Quick::Ordered(..)
        | Quick::Has(..)
        | Quick::In(..)
        | Quick::EqualSlots(..)
        | Quick::NotEqualSlots(..)
        | Quick::InSlot(..) => None,
    }
}

fn is(slot: Slot, cell: Cell) -> Atom {
    Atom::Cell(Key { place: slot.into(), is_item: false, cell })
}

/// The atoms, and those of the field that may stand in for the attribute. A field may be missing, too, so that no set
/// is known where NULL is among the constants.
fn with_field(mut atoms: Vec<Atom>, name: &Name, constants: &[Value]) -> Option<Vec<Atom>> {
    let Name::WorkerAttributeOrField(_, field) = name else { return Some(atoms) };
    for constant in constants {
        match constant {
            Value::String(text) => atoms.push(Atom::Field(*field, text.clone())),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => return None,
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

fn as_name(operand: &Operand) -> Option<&Name> {
    match operand {
        Operand::Name(name) => Some(name),
        Operand::Literal(_) => None,
    }
}
