//! Owns the choice of the quick comparison for each full one. Never evaluates.

use super::Slots;
use super::bound::{Orders, Quick, Span};
use super::cell::Cell;
use super::row::{Asked, Slot};
use crate::program::Check;
use crate::{Name, Op, Operand, Path, Root, Value};

/// Turns comparisons into quick ones, and notes what they ask of rows.
pub(super) struct Binder<'a> {
    pub(super) slots: &'a mut Slots,
    pub(super) constants: &'a mut Vec<Cell>,
    pub(super) asked: &'a mut [Asked; 2],
}

impl Binder<'_> {
    pub(super) fn quick(&mut self, check: &Check) -> Quick {
        let quick = match check {
            Check::Missing(operand) => self.slot(operand).map(Quick::Missing),
            Check::Present(operand) => self.slot(operand).map(Quick::Present),
            Check::SelectsNothing(_) | Check::SelectsSomething(_) => None,
            Check::Compare(op, left, right) => match (self.slot(left), self.slot(right)) {
                (Some(left), Some(right)) => between_slots(*op, left, right),
                (Some(slot), None) => self.with_constant(*op, slot, right),
                (None, Some(slot)) => self.after_constant(*op, left, slot),
                (None, None) => self.or_field(*op, left, right),
            },
        };
        quick.unwrap_or(Quick::Never)
    }

    /// The slot of an attribute, made when it is missing.
    fn slot(&mut self, operand: &Operand) -> Option<Slot> {
        match operand {
            Operand::Name(Name::Task(path)) => Some(self.number(Root::Task, path)),
            Operand::Name(Name::Worker(path)) => Some(self.number(Root::Worker, path)),
            Operand::Name(_) | Operand::Literal(_) => None,
        }
    }

    fn number(&mut self, root: Root, path: &Path) -> Slot {
        let slot = Slot { root, index: self.slots.columns(root).slot(path) };
        self.asked[root as usize].grow(Asked { slots: slot.index + 1, symbols: 0 });
        slot
    }

    fn with_constant(&mut self, op: Op, slot: Slot, operand: &Operand) -> Option<Quick> {
        let Operand::Literal(value) = operand else { return None };
        match op {
            Op::Equal => Some(Quick::Equal(slot, self.scalar(slot, value)?)),
            Op::NotEqual => Some(Quick::NotEqual(slot, self.scalar(slot, value)?)),
            Op::Has => Some(Quick::Has(slot, self.scalar(slot, value)?, true)),
            Op::In | Op::NotIn => Some(Quick::In(slot, self.list(slot, value)?, op == Op::In)),
            Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => match value {
                Value::Number(number) => Some(Quick::Ordered(slot, *number, Orders::of(op)?)),
                Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
            },
            Op::Contains => None,
        }
    }

    fn after_constant(&mut self, op: Op, operand: &Operand, slot: Slot) -> Option<Quick> {
        let Operand::Literal(value) = operand else { return None };
        match op {
            Op::Equal | Op::NotEqual => self.with_constant(op, slot, operand),
            Op::Less => self.with_constant(Op::Greater, slot, operand),
            Op::LessOrEqual => self.with_constant(Op::GreaterOrEqual, slot, operand),
            Op::Greater => self.with_constant(Op::Less, slot, operand),
            Op::GreaterOrEqual => self.with_constant(Op::LessOrEqual, slot, operand),
            Op::In | Op::NotIn => Some(Quick::Has(slot, self.scalar(slot, value)?, op == Op::In)),
            Op::Has => self.with_constant(Op::In, slot, operand),
            Op::Contains => None,
        }
    }

    fn or_field(&mut self, op: Op, left: &Operand, right: &Operand) -> Option<Quick> {
        let (path, value, op) = match (left, right, op) {
            (Operand::Name(Name::WorkerAttributeOrField(path, _)), Operand::Literal(value), Op::Equal | Op::In)
            | (Operand::Literal(value), Operand::Name(Name::WorkerAttributeOrField(path, _)), Op::Equal | Op::Has) => {
                (path, value, op)
            }
            _ => return None,
        };
        let slot = self.number(Root::Worker, path);
        if op == Op::Equal {
            return Some(Quick::EqualOrField(slot, self.scalar(slot, value)?));
        }
        Some(Quick::InOrField(slot, self.list(slot, value)?))
    }

    /// The place of the items of a constant that is a list.
    fn list(&mut self, slot: Slot, value: &Value) -> Option<Span> {
        let Value::Array(items) = value else { return None };
        let first = self.constants.len() as u32;
        for item in &**items {
            let cell = self.scalar(slot, item).unwrap_or(Cell::STRUCTURE);
            self.constants.push(cell);
        }
        Some(Span(first, self.constants.len() as u32))
    }

    /// The cell of a constant that is no list, to be compared with a slot.
    fn scalar(&mut self, slot: Slot, value: &Value) -> Option<Cell> {
        match value {
            Value::Null => Some(Cell::NULL),
            Value::Bool(value) => Some(Cell::bool(*value)),
            Value::Number(number) => Some(Cell::number(*number)),
            Value::String(text) => {
                let symbol = self.slots.symbols.intern(text);
                self.asked[slot.root as usize].grow(Asked { slots: 0, symbols: symbol + 1 });
                Some(Cell::symbol(symbol))
            }
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

fn between_slots(op: Op, left: Slot, right: Slot) -> Option<Quick> {
    match op {
        Op::Equal => Some(Quick::EqualSlots(left, right)),
        Op::NotEqual => Some(Quick::NotEqualSlots(left, right)),
        Op::Has => Some(Quick::InSlot(right, left, true)),
        Op::In => Some(Quick::InSlot(left, right, true)),
        Op::NotIn => Some(Quick::InSlot(left, right, false)),
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual | Op::Contains => None,
    }
}
