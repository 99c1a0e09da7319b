//! Owns the numbering: a slot for each path that expressions read, a symbol for each text they compare with. Never
//! evaluates, and never forgets a number that it gave.
//!
//! Values that are read often are read once: [`Slots`] numbers the paths of the expressions that it binds, a [`Row`]
//! holds the values that one document has there, and a [`Bound`] expression compares rows. Equal texts have equal
//! symbols, so that most comparisons compare integers. What cells cannot decide (texts without a symbol, the order of
//! texts, names that are no attributes) is read from the documents and the source by the expression itself, so that
//! the result is that of [`Expression::matches`] whatever the rows know.

mod access;
mod binder;
mod bound;
mod cell;
mod index;
mod row;

pub use bound::Bound;
pub use index::{Found, Index};
pub use row::Row;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::object::Prefix;
use crate::{Attributes, Expression, Path, Ref, Root, Segment};

/// The slots of the paths and the symbols of the texts that the expressions bound to it read.
///
/// It only grows: by the expressions bound, and by the texts of the rows made with [`Slots::row_of_worker`]. Who changes
/// expressions for ever starts anew from time to time, with all expressions and rows.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    symbols: Symbols,
    task: Columns,
    worker: Columns,
}

impl Slots {
    /// Without slots.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Compiles an expression over slots, which are added where they are missing. Rows made before remain right; they
    /// are read faster when they are made anew.
    pub fn bind(&mut self, expression: &Expression) -> Bound {
        Bound::new(expression, self)
    }

    /// The row of a worker's attributes. Their texts get symbols.
    pub fn row_of_worker(&mut self, attributes: &Attributes) -> Row {
        let Self { symbols, worker, .. } = self;
        let mut row = Row::new(attributes);
        row.fill(worker, attributes, 0, |text| Some(symbols.intern(text)));
        row.shrink();
        row
    }

    /// The row of a task's attributes. Their texts get no symbols: tasks come and go by the million.
    #[must_use]
    pub fn row_of_task(&self, attributes: &Attributes) -> Row {
        let mut row = Row::new(attributes);
        self.refill(&mut row, attributes);
        row
    }

    /// The row of a worker's attributes that is not kept: its texts get no symbols.
    #[must_use]
    pub fn passing_row_of_worker(&self, attributes: &Attributes) -> Row {
        let mut row = Row::new(attributes);
        row.fill(&self.worker, attributes, self.symbols.0.len(), |text| self.symbols.get(text));
        row
    }

    /// Makes the row that of other attributes of a task, in the memory it has.
    pub fn refill(&self, row: &mut Row, attributes: &Attributes) {
        row.fill(&self.task, attributes, self.symbols.0.len(), |text| self.symbols.get(text));
    }

    fn columns(&mut self, root: Root) -> &mut Columns {
        match root {
            Root::Task => &mut self.task,
            Root::Worker => &mut self.worker,
        }
    }
}

/// The texts that have a symbol, in the order of their numbers.
#[derive(Clone, Debug, Default)]
struct Symbols(IndexSet<Arc<str>, FxBuildHasher>);

impl Symbols {
    #[inline]
    fn get(&self, text: &str) -> Option<u32> {
        self.0.get_index_of(text).map(|at| at as u32)
    }

    fn intern(&mut self, text: &str) -> u32 {
        self.get(text).unwrap_or_else(|| self.0.insert_full(text.into()).0 as u32)
    }
}

/// The slots of one root.
#[derive(Clone, Debug, Default)]
struct Columns {
    slots: BTreeMap<Path, u32>,
    /// INVARIANT: sorted, as the keys of a document are; each key once, its prefix at the same place in `prefixes`.
    prefixes: Vec<Prefix>,
    keys: Vec<Key>,
}

/// The slots of the paths that begin with one key.
#[derive(Clone, Debug)]
struct Key {
    key: Arc<str>,
    slots: Vec<(u32, Path)>,
}

impl Columns {
    fn len(&self) -> usize {
        self.slots.len()
    }

    /// The slot of a path.
    fn slot(&mut self, path: &Path) -> u32 {
        if let Some(slot) = self.slots.get(path) {
            return *slot;
        }
        let slot = self.slots.len() as u32;
        self.slots.insert(path.clone(), slot);
        // A path that begins otherwise leads nowhere: its slot stays NULL.
        if let Some(Segment::Key(key)) = path.segments().first() {
            let at = self.place(key);
            self.keys[at].slots.push((slot, path.clone()));
        }
        slot
    }

    fn place(&mut self, key: &Arc<str>) -> usize {
        self.keys.binary_search_by(|other| other.key.cmp(key)).unwrap_or_else(|at| {
            self.prefixes.insert(at, Prefix::of(key));
            self.keys.insert(at, Key { key: key.clone(), slots: Vec::new() });
            at
        })
    }

    /// Shows every value that a document has in a slot.
    #[inline]
    fn read<'a>(&self, attributes: &'a Attributes, mut show: impl FnMut(u32, Ref<'a>)) {
        let mut from = 0;
        for (prefix, key, value) in attributes.as_object().entries().prefixed() {
            from += self.prefixes[from..].partition_point(|other| *other < prefix);
            let alike = self.prefixes[from..].iter().take_while(|other| **other == prefix).count();
            let Some(found) = self.keys[from..from + alike].iter().find(|other| *other.key == *key) else { continue };
            for (slot, path) in &found.slots {
                if let Some(value) = path.follow(value) {
                    show(*slot, value);
                }
            }
        }
    }
}
