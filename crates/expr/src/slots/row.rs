//! Owns the row: the values that one document has in the slots. Never compares.

use std::sync::Arc;

use super::Columns;
use super::cell::{Cell, Tag};
use crate::{Attributes, Root, Value};

/// What one attribute document has in the slots of a [`super::Slots`]: sixteen bytes for each, and as many for each
/// item of a list.
#[derive(Clone, Debug)]
pub struct Row {
    attributes: Attributes,
    /// The cells of the slots, and behind them the items of their lists.
    cells: Vec<Cell>,
    slots: u32,
    /// How many symbols there were for the texts that have none; no limit when all have one.
    symbols: u32,
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot {
    pub(super) root: Root,
    pub(super) index: u32,
}

/// What a row has to know, so that its cells may be compared: of a task or of a worker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// More than the greatest slot that is read.
    pub(super) slots: u32,
    /// More than the greatest symbol of a constant.
    pub(super) symbols: u32,
}

impl Row {
    pub(super) fn new(attributes: &Attributes) -> Self {
        Self { attributes: attributes.clone(), cells: Vec::new(), slots: 0, symbols: u32::MAX }
    }

    pub(super) fn shrink(&mut self) {
        self.cells.shrink_to_fit();
    }

    /// Holds these attributes instead. `symbol` finds the symbol of a text, of which there are so many.
    pub(super) fn fill(
        &mut self,
        columns: &Columns,
        attributes: &Attributes,
        symbols: usize,
        mut symbol: impl FnMut(&Arc<str>) -> Option<u32>,
    ) {
        let Self { cells, .. } = self;
        let mut missed = false;
        cells.clear();
        cells.resize(columns.len(), Cell::NULL);
        columns.read(attributes, |slot, value| {
            let first = cells.len();
            let cell = match value {
                Value::Array(items) => {
                    cells.extend(items.iter().map(|item| scalar(item, &mut symbol)));
                    Cell::list(first as u32, items.len() as u32)
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                    scalar(value, &mut symbol)
                }
            };
            missed |= cell.tag() == Tag::Text || cells[first..].iter().any(|item| item.tag() == Tag::Text);
            cells[slot as usize] = cell;
        });
        self.slots = columns.len() as u32;
        self.symbols = if missed { symbols as u32 } else { u32::MAX };
        self.attributes.clone_from(attributes);
    }

    /// The document.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Whether the cells can be compared with what is asked of them: slots and symbols that were there when the row
    /// was made.
    #[inline]
    pub(super) fn answers(&self, asked: Asked) -> bool {
        asked.slots <= self.slots && asked.symbols <= self.symbols
    }
}

/// The cells of a task's row and of a worker's.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    cells: [&'a [Cell]; 2],
    symbols: [u32; 2],
}

impl<'a> Cells<'a> {
    #[inline]
    pub(super) fn of(task: &'a Row, worker: &'a Row) -> Self {
        Self { cells: [&task.cells, &worker.cells], symbols: [task.symbols, worker.symbols] }
    }

    /// The cell of a slot that the row has.
    #[inline]
    pub(super) fn get(&self, slot: Slot) -> Cell {
        self.cells[slot.root as usize][slot.index as usize]
    }

    /// The items of a slot that holds a list.
    #[inline]
    pub(super) fn items(&self, slot: Slot) -> Option<&'a [Cell]> {
        self.get(slot).as_list().map(|place| &self.cells[slot.root as usize][place])
    }

    /// The cell of a slot that holds a scalar.
    #[inline]
    pub(super) fn scalar(&self, slot: Slot) -> Option<Cell> {
        Some(self.get(slot)).filter(|cell| cell.is_scalar())
    }

    /// The cell of a slot that holds anything.
    #[inline]
    pub(super) fn present(&self, slot: Slot) -> Option<Cell> {
        Some(self.get(slot)).filter(|cell| *cell != Cell::NULL)
    }

    /// Whether no text of a row that has no symbol is this scalar: it had its symbol when the row was made.
    #[inline]
    pub(super) fn knows(&self, root: Root, scalar: Cell) -> bool {
        scalar.as_symbol().is_none_or(|symbol| symbol < self.symbols[root as usize])
    }
}

impl Asked {
    pub(super) fn grow(&mut self, other: Self) {
        *self = Self { slots: self.slots.max(other.slots), symbols: self.symbols.max(other.symbols) };
    }
}

/// The cell of a value that is no list, or one within a list.
#[inline]
fn scalar(value: &Value, symbol: &mut impl FnMut(&Arc<str>) -> Option<u32>) -> Cell {
    match value {
        Value::Null => Cell::NULL,
        Value::Bool(value) => Cell::bool(*value),
        Value::Number(number) => Cell::number(*number),
        Value::String(text) => symbol(text).map_or(Cell::TEXT, Cell::symbol),
        Value::Array(_) | Value::Object(_) => Cell::STRUCTURE,
    }
}
