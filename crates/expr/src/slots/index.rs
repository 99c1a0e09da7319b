//! Owns the index: which of many expressions hold, without a look at each. Never decides by itself: what it finds is
//! evaluated.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::access::{Atom, Key, Place, needs};
use super::bound::Bound;
use super::cell::{Cell, Tag};
use super::row::Row;
use crate::{Name, Ref, Root, Source, WorkerField};

/// Expressions under numbers of the caller's, found by values without which they cannot hold.
///
/// `skills HAS 'fr' AND level > 3` is evaluated only for rows with that skill. Expressions without such a value are
/// evaluated for every row. The numbers should be small: what a search needs grows with the greatest.
#[derive(Clone, Debug, Default)]
pub struct Index {
    entries: Vec<Option<Entry>>,
    /// Every number in use.
    all: Found,
    /// The numbers of the expressions to which no value leads.
    unled: Found,
    cells: IndexMap<Key, Vec<u32>, FixedState>,
    fields: BTreeMap<WorkerField, IndexMap<Arc<str>, Vec<u32>, FixedState>>,
    /// The slots to look at, each with the number of its keys.
    places: BTreeMap<Place, usize>,
    /// More than the greatest symbol there ever was in a key.
    symbols: u32,
}

#[derive(Clone, Debug)]
struct Entry {
    bound: Bound,
    /// What leads to it.
    atoms: Option<Box<[Atom]>>,
}

impl Index {
    /// Without expressions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds the expression under this number, instead of the one it may have had there.
    pub fn insert(&mut self, number: u32, bound: &Bound) {
        self.remove(number);
        let atoms = needs(bound, |atom| self.numbers(atom).len()).map(Vec::into_boxed_slice);
        match &atoms {
            Some(atoms) => atoms.iter().for_each(|atom| self.lead(atom, number)),
            None => self.unled.insert(number),
        }
        self.all.insert(number);
        let at = number as usize;
        self.entries.resize(self.entries.len().max(at + 1), None);
        self.entries[at] = Some(Entry { bound: bound.clone(), atoms });
    }

    /// Holds nothing under this number.
    pub fn remove(&mut self, number: u32) {
        let Some(entry) = self.entries.get_mut(number as usize).and_then(Option::take) else { return };
        self.all.remove(number);
        self.unled.remove(number);
        for atom in entry.atoms.iter().flatten() {
            self.mislead(atom, number);
        }
    }

    /// The numbers of the expressions that hold, ascending; each is found out when it is asked for. Names are read as by
    /// [`Bound::matches`]; `found` is memory to be used again.
    pub fn matching<'a>(
        &'a self,
        task: &'a Row,
        worker: &'a Row,
        others: &'a impl Source,
        found: &'a mut Found,
    ) -> impl Iterator<Item = u32> {
        found.0.clone_from(&self.unled.0);
        if self.find(task, worker, others, found).is_none() {
            found.0.clone_from(&self.all.0);
        }
        let holds = |entry: &Entry| entry.bound.matches(task, worker, others);
        found.iter().filter(move |number| self.entries[*number as usize].as_ref().is_some_and(holds))
    }

    /// Adds the numbers to which the rows lead; none when a row is older than what the index asks for.
    fn find(&self, task: &Row, worker: &Row, others: &impl Source, found: &mut Found) -> Option<()> {
        for place in self.places.keys() {
            let row = match place.root {
                Root::Task => task,
                Root::Worker => worker,
            };
            let cell = row.cell(place.slot).filter(|_| self.symbols == 0 || row.knows(self.symbols - 1))?;
            match row.items(cell) {
                Some(items) => items.iter().for_each(|item| self.follow(*place, true, *item, found)),
                None => self.follow(*place, false, cell, found),
            }
        }
        for (field, texts) in &self.fields {
            let Ref::Str(text) = others.value(&Name::WorkerField(*field)) else { continue };
            found.extend(texts.get(text).map_or(&[], Vec::as_slice));
        }
        Some(())
    }

    #[inline]
    fn follow(&self, place: Place, is_item: bool, cell: Cell, found: &mut Found) {
        if !matches!(cell.tag(), Tag::Text | Tag::Structure) {
            found.extend(self.cells.get(&Key { place, is_item, cell }).map_or(&[], Vec::as_slice));
        }
    }

    /// The numbers to which an atom leads.
    fn numbers(&self, atom: &Atom) -> &[u32] {
        let numbers = match atom {
            Atom::Cell(key) => self.cells.get(key),
            Atom::Field(field, text) => self.fields.get(field).and_then(|texts| texts.get(text)),
        };
        numbers.map_or(&[], Vec::as_slice)
    }

    fn lead(&mut self, atom: &Atom, number: u32) {
        let numbers = match atom {
            Atom::Cell(key) => {
                self.symbols = self.symbols.max(key.cell.as_symbol().map_or(0, |symbol| symbol + 1));
                self.cells.entry(*key).or_insert_with(|| {
                    *self.places.entry(key.place).or_default() += 1;
                    Vec::new()
                })
            }
            Atom::Field(field, text) => self.fields.entry(*field).or_default().entry(text.clone()).or_default(),
        };
        numbers.push(number);
    }

    fn mislead(&mut self, atom: &Atom, number: u32) {
        match atom {
            Atom::Cell(key) => {
                if forget(&mut self.cells, key, number) {
                    drop_one(&mut self.places, key.place);
                }
            }
            Atom::Field(field, text) => {
                if let Some(texts) = self.fields.get_mut(field) {
                    forget(texts, text, number);
                }
            }
        }
    }
}

/// Takes a number from a key; whether that was the last one.
fn forget<K: Eq + Hash>(keys: &mut IndexMap<K, Vec<u32>, FixedState>, key: &K, number: u32) -> bool {
    let Some(numbers) = keys.get_mut(key) else { return false };
    numbers.retain(|other| *other != number);
    let is_last = numbers.is_empty();
    if is_last {
        keys.swap_remove(key);
    }
    is_last
}

fn drop_one(places: &mut BTreeMap<Place, usize>, place: Place) {
    if let Some(keys) = places.get_mut(&place) {
        *keys -= 1;
        if *keys == 0 {
            places.remove(&place);
        }
    }
}

/// A set of numbers, as bits: what a search found. Memory to be used again.
#[derive(Clone, Debug, Default)]
pub struct Found(Vec<u64>);

impl Found {
    fn insert(&mut self, number: u32) {
        let (word, bit) = (number as usize / 64, number % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    fn extend(&mut self, numbers: &[u32]) {
        numbers.iter().for_each(|number| self.insert(*number));
    }

    fn remove(&mut self, number: u32) {
        if let Some(word) = self.0.get_mut(number as usize / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        let words = self.0.iter().zip((0..).step_by(64));
        words.flat_map(|(word, first)| bits(*word).map(move |bit| first + bit))
    }
}

/// The places of the bits that are set, ascending.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}
