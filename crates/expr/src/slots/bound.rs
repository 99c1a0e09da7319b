//! Owns the bound expression: the tests of a compiled one, each with a comparison of cells before the full one. Knows
//! no rule of its own: what cells do not decide, the full comparison does.

use std::cmp::Ordering;
use std::ops::Range;

use super::Slots;
use super::access::Side;
use super::binder::Binder;
use super::cell::{Cell, Tag};
use super::row::{Asked, Row, Slot};
use crate::program::{FAILS, HOLDS};
use crate::{Expression, Name, Number, Op, Ref, Source};

/// A condition over slots, ready to be evaluated. Not to be used with rows of another [`Slots`].
#[derive(Clone, Debug)]
pub struct Bound {
    expression: Expression,
    /// INVARIANT: one for each test of the program, in its order.
    tests: Box<[Test]>,
    /// The items of the constant lists.
    constants: Box<[Cell]>,
    asked: [Asked; 2],
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
    /// As `Equal`, when the attribute is there.
    EqualOrField(Slot, Cell),
    /// As `In`, when the attribute is there.
    InOrField(Slot, Span),
    EqualSlots(Slot, Slot),
    NotEqualSlots(Slot, Slot),
    /// The scalar of the first slot is in the list of the second, or is not.
    InSlot(Slot, Slot, bool),
}

/// A part of the constants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span(pub(super) u32, pub(super) u32);

/// A set of orders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orders {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Bound {
    pub(super) fn new(expression: &Expression, slots: &mut Slots) -> Self {
        let (mut constants, mut asked) = (Vec::new(), Default::default());
        let tests = expression.program().tests().map(|(check, on_true, on_false)| {
            let quick = Binder { slots, constants: &mut constants, asked: &mut asked }.quick(check);
            Test { quick, on_true, on_false }
        });
        Self { expression: expression.clone(), tests: tests.collect(), constants: constants.into(), asked }
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
        if task.answers(self.asked[0]) && worker.answers(self.asked[1]) {
            return self.run(task, worker, others);
        }
        self.expression.matches(&Documents { task, worker, others })
    }

    /// [`Bound::matches`] of rows that answer what is asked.
    #[inline]
    pub(super) fn run(&self, task: &Row, worker: &Row, others: &impl Source) -> bool {
        let source = Documents { task, worker, others };
        let mut at = 0;
        loop {
            let test = &self.tests[at as usize];
            let quick = test.quick.holds([task, worker], &self.constants);
            let holds = quick.unwrap_or_else(|| self.expression.program().check(at).holds(&source));
            at = if holds { test.on_true } else { test.on_false };
            match at {
                HOLDS => return true,
                FAILS => return false,
                _ => {}
            }
        }
    }

    pub(super) fn asked(&self) -> [Asked; 2] {
        self.asked
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
    task: &'a Row,
    worker: &'a Row,
    others: &'a S,
}

impl<S: Source> Source for Documents<'_, S> {
    fn value(&self, name: &Name) -> Ref<'_> {
        match name {
            Name::Task(path) => self.task.attributes().get(path),
            Name::Worker(path) => self.worker.attributes().get(path),
            Name::WorkerAttributeOrField(path, field) => match self.worker.attributes().get(path) {
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
        let scalar = |slot: &Slot| Some(slot.cell(rows)).filter(|cell| cell.is_scalar());
        Some(match self {
            Self::Never => return None,
            Self::Missing(slot) => slot.cell(rows) == Cell::NULL,
            Self::Present(slot) => slot.cell(rows) != Cell::NULL,
            Self::Equal(slot, constant) => slot.cell(rows) == *constant,
            Self::NotEqual(slot, constant) => scalar(slot).is_some_and(|cell| cell != *constant),
            Self::Ordered(slot, number, orders) => orders.hold(slot.cell(rows), *number),
            Self::Has(slot, constant, wanted) => {
                slot.items(rows).is_some_and(|items| items.contains(constant) == *wanted)
            }
            Self::In(slot, list, wanted) => {
                scalar(slot).is_some_and(|cell| constants[list.range()].contains(&cell) == *wanted)
            }
            Self::EqualOrField(slot, constant) => slot.attribute(rows)? == *constant,
            Self::InOrField(slot, list) => {
                let cell = slot.attribute(rows)?;
                cell.is_scalar() && constants[list.range()].contains(&cell)
            }
            Self::EqualSlots(left, right) => match (scalar(left), scalar(right)) {
                (Some(a), Some(b)) => same(left.row(rows), a, right.row(rows), b)?,
                _ => false,
            },
            Self::NotEqualSlots(left, right) => match (scalar(left), scalar(right)) {
                (Some(a), Some(b)) => !same(left.row(rows), a, right.row(rows), b)?,
                _ => false,
            },
            Self::InSlot(of, list, wanted) => match (scalar(of), list.items(rows)) {
                (Some(cell), Some(items)) => member(of.row(rows), cell, list.row(rows), items)? == *wanted,
                _ => false,
            },
        })
    }
}

impl Span {
    fn range(self) -> Range<usize> {
        self.0 as usize..self.1 as usize
    }
}

impl Orders {
    pub(super) fn of(op: Op) -> Option<Self> {
        let (less, equal, greater) = match op {
            Op::Less => (true, false, false),
            Op::LessOrEqual => (true, true, false),
            Op::Greater => (false, false, true),
            Op::GreaterOrEqual => (false, true, true),
            Op::Equal | Op::NotEqual | Op::Contains | Op::Has | Op::In | Op::NotIn => return None,
        };
        Some(Self { less, equal, greater })
    }

    /// On which side of a threshold numbers have to be, and whether it is behind the number that they are compared with.
    pub(super) fn beyond(self) -> (Side, bool) {
        if self.greater { (Side::Above, !self.equal) } else { (Side::Below, self.equal) }
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

/// Whether the scalars of two rows are equal. A text without a symbol may equal one that got its symbol later.
#[inline]
fn same(left_row: &Row, left: Cell, right_row: &Row, right: Cell) -> Option<bool> {
    match (left.tag() == Tag::Text, right.tag() == Tag::Text) {
        (false, false) => Some(left == right),
        (true, false) => differs(left_row, right).then_some(false),
        (false, true) => differs(right_row, left).then_some(false),
        (true, true) => None,
    }
}

/// Whether a scalar of one row is among the items of another.
#[inline]
fn member(row: &Row, scalar: Cell, list_row: &Row, items: &[Cell]) -> Option<bool> {
    if scalar.tag() == Tag::Text {
        return items.iter().all(|item| item.tag() != Tag::Text && differs(row, *item)).then_some(false);
    }
    let has = items.contains(&scalar);
    (has || differs(list_row, scalar)).then_some(has)
}

/// Whether no text of the row that has no symbol is this scalar.
#[inline]
fn differs(row: &Row, scalar: Cell) -> bool {
    scalar.as_symbol().is_none_or(|symbol| row.knows(symbol))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Limits, parse};

    /// How many comparisons of the text are not made of cells.
    fn full(text: &str, kind: Kind) -> usize {
        let expression = parse(text, kind, &Limits::default()).unwrap().expression;
        Slots::new().bind(&expression).quicks().filter(|quick| matches!(quick, Quick::Never)).count()
    }

    #[test]
    fn most_comparisons_are_made_of_cells() {
        let quick = "a == 'x' AND 'x' != a AND a == null AND null != a AND a < 3 AND 3 <= a AND a > 0.5 AND 1 >= a AND \
                     l HAS 'x' AND 'x' IN l AND 'x' NOT IN l AND a IN ['x', 1] AND ['x'] HAS a AND a NOT IN ['x'] AND \
                     a == b.c[0] AND a != b AND l HAS a AND a IN l AND a NOT IN l";
        assert_eq!(full(quick, Kind::Filter), 0);
        assert_eq!(full("sid == 'WK1' AND friendly_name IN ['a', 'b'] AND ['a'] HAS sid", Kind::Queue), 0);
    }

    #[test]
    fn comparisons_that_need_text_or_other_names_are_made_in_full() {
        assert_eq!(full("a < 'x' AND a CONTAINS 'x' AND a < b AND 'x' CONTAINS a AND 1 == 1", Kind::Filter), 5);
        assert_eq!(full("worker.sid == 'x' AND worker.channel.a.assigned_tasks == task.n", Kind::Target), 2);
        assert_eq!(full("sid != 'x' AND sid == a AND sid == null AND a == ['x'] AND a > true", Kind::Queue), 5);
    }

    #[test]
    fn a_test_is_small() {
        assert_eq!(size_of::<Test>(), 40);
    }
}
