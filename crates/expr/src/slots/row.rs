//! Owns the row: the values that one document has in the slots. Never compares.

use super::Columns;
use super::cell::{Cell, Tag};
use crate::{Attributes, Ref, Root};

/// What one attribute document has in the slots of a [`super::Slots`]: sixteen bytes for each, and as many for each
/// item of a list.
#[derive(Clone, Debug, Default)]
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
        mut symbol: impl FnMut(&str) -> Option<u32>,
    ) {
        let Self { cells, .. } = self;
        let mut missed = false;
        cells.clear();
        cells.resize(columns.len(), Cell::NULL);
        columns.read(attributes, |slot, value| {
            let first = cells.len();
            let cell = match value {
                Ref::Array(items) => {
                    cells.extend(items.iter().map(|item| scalar(item, &mut symbol)));
                    Cell::list(first as u32, items.len() as u32)
                }
                Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Object(_) => scalar(value, &mut symbol),
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

    /// The cell of a slot that the row has.
    #[inline]
    pub(super) fn cell(&self, slot: u32) -> Cell {
        self.cells[slot as usize]
    }

    /// The items of a list.
    #[inline]
    pub(super) fn items(&self, list: Cell) -> Option<&[Cell]> {
        list.as_list().map(|place| &self.cells[place])
    }

    /// Whether a text of this row that has no symbol is none of those with this symbol either.
    #[inline]
    pub(super) fn knows(&self, symbol: u32) -> bool {
        symbol < self.symbols
    }
}

impl Slot {
    #[inline]
    pub(super) fn row<'a>(&self, [task, worker]: [&'a Row; 2]) -> &'a Row {
        match self.root {
            Root::Task => task,
            Root::Worker => worker,
        }
    }

    #[inline]
    pub(super) fn cell(&self, rows: [&Row; 2]) -> Cell {
        self.row(rows).cell(self.index)
    }

    #[inline]
    pub(super) fn items<'a>(&self, rows: [&'a Row; 2]) -> Option<&'a [Cell]> {
        self.row(rows).items(self.cell(rows))
    }

    /// The attribute, when it is there.
    #[inline]
    pub(super) fn attribute(&self, rows: [&Row; 2]) -> Option<Cell> {
        Some(self.cell(rows)).filter(|cell| *cell != Cell::NULL)
    }
}

impl Asked {
    pub(super) fn grow(&mut self, other: Self) {
        *self = Self { slots: self.slots.max(other.slots), symbols: self.symbols.max(other.symbols) };
    }
}

/// The cell of a value that is no list, or one within a list.
#[inline]
fn scalar(value: Ref<'_>, symbol: &mut impl FnMut(&str) -> Option<u32>) -> Cell {
    match value {
        Ref::Null => Cell::NULL,
        Ref::Bool(value) => Cell::bool(value),
        Ref::Number(number) => Cell::number(number),
        Ref::Str(text) => symbol(text).map_or(Cell::TEXT, Cell::symbol),
        Ref::Array(_) | Ref::Object(_) => Cell::STRUCTURE,
    }
}
