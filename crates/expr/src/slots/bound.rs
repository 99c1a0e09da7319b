//! Owns the bound expression: the tests of a compiled one, each with a comparison of cells before the full one. Knows
//! no rule of its own: what cells do not decide, the full comparison does.

use std::cmp::Ordering;
use std::ops::Range;

use super::cell::{Cell, Tag};
use super::{Row, Slots};
use crate::program::{Check, FAILS, HOLDS};
use crate::{Attributes, Expression, Name, Number, Op, Operand, Ref, Root, Source, Value};

/// A condition over slots, ready to be evaluated. Cheap to make, not to be used with rows of another [`Slots`].
#[derive(Clone, Debug)]
pub struct Bound {
    expression: Expression,
    /// INVARIANT: one for each test of the program, in its order.
    tests: Box<[Test]>,
    /// The items of the constant lists.
    constants: Box<[Cell]>,
}

#[derive(Clone, Copy, Debug)]
struct Test {
    quick: Quick,
    on_true: u32,
    on_false: u32,
}

/// A comparison of cells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quick {
    /// None: operands that are in no row, and comparisons that need the text.
    Never,
    Missing(Slot),
    Present(Slot),
    Equal(Slot, Cell),
    NotEqual(Slot, Cell),
    /// A number, and which orders of the value against it hold.
    Ordered(Slot, Number, Orders),
    /// The list of the slot has the scalar, or does not.
    Has(Slot, Cell, bool),
    /// The scalar of the slot is in the constants, or is not.
    In(Slot, Span, bool),
    EqualSlots(Slot, Slot),
    NotEqualSlots(Slot, Slot),
    /// The scalar of the first slot is in the list of the second, or is not.
    InSlot(Slot, Slot, bool),
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) root: Root,
    pub(super) index: u32,
    /// Whether a field of the worker stands in for a missing attribute.
    pub(super) or_field: bool,
}

/// A part of the constants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span(u32, u32);

/// A set of orders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orders {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Bound {
    pub(super) fn new(expression: &Expression, slots: &mut Slots) -> Self {
        let mut constants = Vec::new();
        let tests = expression.program().tests().map(|(check, on_true, on_false)| {
            let quick = Binder { slots, constants: &mut constants }.quick(check);
            Test { quick, on_true, on_false }
        });
        Self { expression: expression.clone(), tests: tests.collect(), constants: constants.into() }
    }

    /// The expression.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Whether the condition holds: for names of the task by the first row, for attributes of the worker by the second,
    /// for all others by the source. Does not allocate, recurse or fail.
    #[must_use]
    #[inline]
    pub fn matches(&self, task: &Row, worker: &Row, others: &impl Source) -> bool {
        let rows = [task, worker];
        let mut at = 0;
        loop {
            let test = &self.tests[at as usize];
            let holds = match test.quick.holds(rows, &self.constants) {
                Some(holds) => holds,
                None => self.full(at, rows, others),
            };
            at = if holds { test.on_true } else { test.on_false };
            match at {
                HOLDS => return true,
                FAILS => return false,
                _ => {}
            }
        }
    }

    #[cold]
    fn full(&self, test: u32, [task, worker]: [&Row; 2], others: &impl Source) -> bool {
        let source = Documents { task: task.attributes(), worker: worker.attributes(), others };
        self.expression.program().check(test).holds(&source)
    }

    /// The quick comparisons, in the order of the text.
    pub(super) fn quicks(&self) -> impl Iterator<Item = Quick> {
        self.tests.iter().map(|test| test.quick)
    }

    pub(super) fn constants(&self, span: Span) -> &[Cell] {
        &self.constants[span.range()]
    }
}

/// Two documents, and where everything else comes from.
struct Documents<'a, S> {
    task: &'a Attributes,
    worker: &'a Attributes,
    others: &'a S,
}

impl<S: Source> Source for Documents<'_, S> {
    fn value(&self, name: &Name) -> Ref<'_> {
        match name {
            Name::Task(path) => self.task.get(path),
            Name::Worker(path) => self.worker.get(path),
            Name::WorkerAttributeOrField(path, field) => match self.worker.get(path) {
                Ref::Null => self.others.value(&Name::WorkerField(*field)),
                found @ (Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Array(_) | Ref::Object(_)) => found,
            },
            Name::WorkerField(_)
            | Name::WorkerChannel { .. }
            | Name::Workers(_)
            | Name::Clock(_)
            | Name::Nodes { .. }
            | Name::Nothing => self.others.value(name),
        }
    }
}

impl Quick {
    /// The result, where the cells decide it.
    #[inline]
    fn holds(&self, rows: [&Row; 2], constants: &[Cell]) -> Option<bool> {
        match self {
            Self::Never => None,
            Self::Missing(slot) => Some(slot.cell(rows)? == Cell::NULL),
            Self::Present(slot) => Some(slot.cell(rows)? != Cell::NULL),
            Self::Equal(slot, constant) => is(slot.row(rows), slot.cell(rows)?, *constant),
            Self::NotEqual(slot, constant) => {
                let cell = slot.cell(rows)?;
                if cell.is_scalar() { is(slot.row(rows), cell, *constant).map(|is| !is) } else { Some(false) }
            }
            Self::Ordered(slot, number, orders) => Some(orders.hold(slot.cell(rows)?, *number)),
            Self::Has(slot, constant, wanted) => {
                let row = slot.row(rows);
                let Some(items) = row.items(slot.cell(rows)?) else { return Some(false) };
                has(row, items, *constant).map(|has| has == *wanted)
            }
            Self::In(slot, list, wanted) => {
                let cell = slot.cell(rows)?;
                if cell.is_scalar() {
                    within(slot.row(rows), cell, &constants[list.range()], *wanted)
                } else {
                    Some(false)
                }
            }
            Self::EqualSlots(left, right) => {
                let (left_cell, right_cell) = (left.cell(rows)?, right.cell(rows)?);
                let scalars = left_cell.is_scalar() && right_cell.is_scalar();
                if scalars { same(left.row(rows), left_cell, right.row(rows), right_cell) } else { Some(false) }
            }
            Self::NotEqualSlots(left, right) => {
                let (left_cell, right_cell) = (left.cell(rows)?, right.cell(rows)?);
                let scalars = left_cell.is_scalar() && right_cell.is_scalar();
                let same = || same(left.row(rows), left_cell, right.row(rows), right_cell);
                if scalars { same().map(|same| !same) } else { Some(false) }
            }
            Self::InSlot(scalar, list, wanted) => {
                let (cell, row) = (scalar.cell(rows)?, list.row(rows));
                let items = row.items(list.cell(rows)?).filter(|_| cell.is_scalar());
                let Some(items) = items else { return Some(false) };
                member(scalar.row(rows), cell, row, items).map(|member| member == *wanted)
            }
        }
    }
}

impl Slot {
    #[inline]
    fn row<'a>(&self, [task, worker]: [&'a Row; 2]) -> &'a Row {
        match self.root {
            Root::Task => task,
            Root::Worker => worker,
        }
    }

    /// The cell of the slot, when it is the whole truth.
    #[inline]
    fn cell(&self, rows: [&Row; 2]) -> Option<Cell> {
        let cell = self.row(rows).cell(self.index)?;
        if self.or_field && cell == Cell::NULL { None } else { Some(cell) }
    }
}

impl Span {
    fn range(self) -> Range<usize> {
        self.0 as usize..self.1 as usize
    }
}

impl Orders {
    fn of(op: Op) -> Option<Self> {
        let (less, equal, greater) = match op {
            Op::Less => (true, false, false),
            Op::LessOrEqual => (true, true, false),
            Op::Greater => (false, false, true),
            Op::GreaterOrEqual => (false, true, true),
            Op::Equal | Op::NotEqual | Op::Contains | Op::Has | Op::In | Op::NotIn => return None,
        };
        Some(Self { less, equal, greater })
    }

    fn turned(self) -> Self {
        Self { less: self.greater, greater: self.less, ..self }
    }

    #[inline]
    fn hold(self, cell: Cell, number: Number) -> bool {
        cell.as_number().is_some_and(|value| match value.cmp(&number) {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        })
    }
}

/// Whether a scalar of a row is this constant. A text without a symbol may have got that of the constant later.
#[inline]
fn is(row: &Row, cell: Cell, constant: Cell) -> Option<bool> {
    if cell == constant {
        return Some(true);
    }
    (cell.tag() != Tag::Text || knows(row, constant)).then_some(false)
}

/// Whether no text of the row that has no symbol is this scalar.
#[inline]
fn knows(row: &Row, scalar: Cell) -> bool {
    scalar.as_symbol().is_none_or(|symbol| row.knows(symbol))
}

/// Whether one of the items of a row is this constant.
#[inline]
fn has(row: &Row, items: &[Cell], constant: Cell) -> Option<bool> {
    if items.contains(&constant) {
        return Some(true);
    }
    knows(row, constant).then_some(false)
}

/// Whether a scalar of a row is one of these constants, or is none of them.
#[inline]
fn within(row: &Row, cell: Cell, constants: &[Cell], wanted: bool) -> Option<bool> {
    if cell.tag() == Tag::Text {
        return constants.iter().all(|constant| knows(row, *constant)).then_some(!wanted);
    }
    Some(constants.contains(&cell) == wanted)
}

/// Whether the scalars of two rows are equal.
#[inline]
fn same(left_row: &Row, left: Cell, right_row: &Row, right: Cell) -> Option<bool> {
    match (left.tag(), right.tag()) {
        (Tag::Text, Tag::Text) => None,
        (Tag::Text, _) => knows(left_row, right).then_some(false),
        (_, Tag::Text) => knows(right_row, left).then_some(false),
        _ => Some(left == right),
    }
}

/// Whether a scalar of one row is among the items of another.
#[inline]
fn member(row: &Row, scalar: Cell, list_row: &Row, items: &[Cell]) -> Option<bool> {
    if scalar.tag() != Tag::Text {
        return has(list_row, items, scalar);
    }
    let differs = |item: &Cell| item.tag() != Tag::Text && knows(row, *item);
    items.iter().all(differs).then_some(false)
}

/// Turns comparisons into quick ones.
struct Binder<'a> {
    slots: &'a mut Slots,
    constants: &'a mut Vec<Cell>,
}

impl Binder<'_> {
    fn quick(&mut self, check: &Check) -> Quick {
        match check {
            Check::Missing(operand) => self.slot(operand).map_or(Quick::Never, Quick::Missing),
            Check::Present(operand) => self.slot(operand).map_or(Quick::Never, Quick::Present),
            Check::SelectsNothing(_) | Check::SelectsSomething(_) => Quick::Never,
            Check::Compare(op, left, right) => match (self.slot(left), self.slot(right)) {
                (Some(left), Some(right)) => between_slots(*op, left, right),
                (Some(slot), None) => self.with_constant(*op, slot, right),
                (None, Some(slot)) => self.after_constant(*op, left, slot),
                (None, None) => Quick::Never,
            },
        }
    }

    /// The slot of a path, made when it is missing.
    fn slot(&mut self, operand: &Operand) -> Option<Slot> {
        let Operand::Name(name) = operand else { return None };
        let (root, path, or_field) = match name {
            Name::Task(path) => (Root::Task, path, false),
            Name::Worker(path) => (Root::Worker, path, false),
            Name::WorkerAttributeOrField(path, _) => (Root::Worker, path, true),
            Name::WorkerField(_)
            | Name::WorkerChannel { .. }
            | Name::Workers(_)
            | Name::Clock(_)
            | Name::Nodes { .. }
            | Name::Nothing => return None,
        };
        Some(Slot { root, index: self.slots.columns(root).slot(path), or_field })
    }

    fn with_constant(&mut self, op: Op, slot: Slot, operand: &Operand) -> Quick {
        let Operand::Literal(value) = operand else { return Quick::Never };
        match (op, value) {
            (Op::In | Op::NotIn, Value::Array(items)) => Quick::In(slot, self.list(items), op == Op::In),
            (Op::Equal, _) => self.scalar(value).map_or(Quick::Never, |constant| Quick::Equal(slot, constant)),
            (Op::NotEqual, _) => self.scalar(value).map_or(Quick::Never, |constant| Quick::NotEqual(slot, constant)),
            (Op::Has, _) => self.scalar(value).map_or(Quick::Never, |constant| Quick::Has(slot, constant, true)),
            (_, Value::Number(number)) => {
                Orders::of(op).map_or(Quick::Never, |orders| Quick::Ordered(slot, *number, orders))
            }
            _ => Quick::Never,
        }
    }

    fn after_constant(&mut self, op: Op, operand: &Operand, slot: Slot) -> Quick {
        match (op, operand) {
            (Op::Equal | Op::NotEqual, _) => self.with_constant(op, slot, operand),
            (Op::In | Op::NotIn, Operand::Literal(value)) => {
                self.scalar(value).map_or(Quick::Never, |constant| Quick::Has(slot, constant, op == Op::In))
            }
            (Op::Has, Operand::Literal(Value::Array(_))) => self.with_constant(Op::In, slot, operand),
            (_, Operand::Literal(Value::Number(number))) => {
                Orders::of(op).map_or(Quick::Never, |orders| Quick::Ordered(slot, *number, orders.turned()))
            }
            _ => Quick::Never,
        }
    }

    fn list(&mut self, items: &[Value]) -> Span {
        let first = self.constants.len() as u32;
        for item in items {
            let cell = self.scalar(item).unwrap_or(Cell::STRUCTURE);
            self.constants.push(cell);
        }
        Span(first, self.constants.len() as u32)
    }

    /// The cell of a constant that is no list.
    fn scalar(&mut self, value: &Value) -> Option<Cell> {
        match value {
            Value::Null => Some(Cell::NULL),
            Value::Bool(value) => Some(Cell::bool(*value)),
            Value::Number(number) => Some(Cell::number(*number)),
            Value::String(text) => Some(Cell::symbol(self.slots.symbols.intern(text))),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

fn between_slots(op: Op, left: Slot, right: Slot) -> Quick {
    match op {
        Op::Equal => Quick::EqualSlots(left, right),
        Op::NotEqual => Quick::NotEqualSlots(left, right),
        Op::Has => Quick::InSlot(right, left, true),
        Op::In => Quick::InSlot(left, right, true),
        Op::NotIn => Quick::InSlot(left, right, false),
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual | Op::Contains => Quick::Never,
    }
}
