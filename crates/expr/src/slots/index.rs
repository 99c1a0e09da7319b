//! Owns the index: which of many expressions hold, without a look at each. Never decides by itself: what it finds is
//! evaluated.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::sync::Arc;

use indexmap::{Equivalent, IndexMap};
use rustc_hash::FxBuildHasher;

use super::access::{Atom, Side, Threshold, needs};
use super::bound::Bound;
use super::cell::Cell;
use super::row::{Asked, Row, Slot};
use crate::{Name, Ref, Source, WorkerField};

/// Expressions under numbers of the caller's, found by values without which they cannot hold.
///
/// `skills HAS 'fr' AND level > 3` is evaluated only for rows with that skill, `level > 3 AND tier != 'basic'` only for
/// those with such a level. Expressions with neither a value nor a bound to lead to them are evaluated for every row. The numbers should be small: what a search needs grows with the greatest.
#[derive(Clone, Debug, Default)]
pub struct Index {
    entries: Vec<Option<Entry>>,
    /// Every number in use.
    all: Found,
    /// The numbers of the expressions to which no value leads.
    unled: Found,
    slots: BTreeMap<Slot, Values>,
    fields: BTreeMap<WorkerField, Leads<Arc<str>>>,
    /// What rows have to know, so that their cells can be looked up: of a task and of a worker.
    asked: [Asked; 2],
}

/// The expressions to which the values of one slot lead.
#[derive(Clone, Debug, Default)]
struct Values {
    scalars: Leads<Cell>,
    /// By the items of a list.
    items: Leads<Cell>,
    /// By numbers above a threshold, and below.
    above: BTreeSet<(Threshold, u32)>,
    below: BTreeSet<(Threshold, u32)>,
}

/// The numbers of the expressions to which each value leads.
type Leads<V> = IndexMap<V, Vec<u32>, FxBuildHasher>;

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
        let atoms = needs(bound, |atom| self.count(atom)).map(Vec::into_boxed_slice);
        match &atoms {
            Some(atoms) => atoms.iter().for_each(|atom| self.lead(atom, number)),
            None => self.unled.insert(number),
        }
        self.all.insert(number);
        for (asked, more) in self.asked.iter_mut().zip(bound.asked()) {
            asked.grow(more);
        }
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
        let rows_answer = task.answers(self.asked[0]) && worker.answers(self.asked[1]);
        if rows_answer {
            self.find(task, worker, others, found);
        } else {
            found.0.clone_from(&self.all.0);
        }
        let holds = move |Entry { bound, .. }: &Entry| {
            if rows_answer { bound.run(task, worker, others) } else { bound.matches(task, worker, others) }
        };
        found.iter().filter(move |number| self.entries[*number as usize].as_ref().is_some_and(holds))
    }

    /// Finds what may hold, by rows that answer what is asked.
    fn find(&self, task: &Row, worker: &Row, others: &impl Source, found: &mut Found) {
        found.0.clone_from(&self.unled.0);
        for (slot, values) in &self.slots {
            match slot.items([task, worker]) {
                Some(items) => items.iter().for_each(|item| found.extend(led(&values.items, item))),
                None => values.find(slot.cell([task, worker]), found),
            }
        }
        for (field, texts) in &self.fields {
            if let Ref::Str(text) = others.value(&Name::WorkerField(*field)) {
                found.extend(led(texts, text));
            }
        }
    }

    /// How many expressions an atom leads to.
    fn count(&self, atom: &Atom) -> usize {
        let numbers = match atom {
            Atom::Scalar(slot, cell) => self.slots.get(slot).map(|values| led(&values.scalars, cell)),
            Atom::Item(slot, cell) => self.slots.get(slot).map(|values| led(&values.items, cell)),
            Atom::Beyond(slot, side, _) => return self.slots.get(slot).map_or(0, |values| values.beyond(*side).len()),
            Atom::Field(field, text) => self.fields.get(field).map(|texts| led(texts, text)),
        };
        numbers.map_or(0, <[u32]>::len)
    }

    fn lead(&mut self, atom: &Atom, number: u32) {
        let numbers = match atom {
            Atom::Beyond(slot, side, threshold) => {
                self.slots.entry(*slot).or_default().beyond_mut(*side).insert((*threshold, number));
                return;
            }
            Atom::Scalar(slot, cell) => self.slots.entry(*slot).or_default().scalars.entry(*cell).or_default(),
            Atom::Item(slot, cell) => self.slots.entry(*slot).or_default().items.entry(*cell).or_default(),
            Atom::Field(field, text) => self.fields.entry(*field).or_default().entry(text.clone()).or_default(),
        };
        numbers.push(number);
    }

    fn mislead(&mut self, atom: &Atom, number: u32) {
        match atom {
            Atom::Scalar(slot, cell) => forget(self.slots.get_mut(slot).map(|v| &mut v.scalars), cell, number),
            Atom::Item(slot, cell) => forget(self.slots.get_mut(slot).map(|v| &mut v.items), cell, number),
            Atom::Beyond(slot, side, threshold) => {
                self.slots.entry(*slot).or_default().beyond_mut(*side).remove(&(*threshold, number));
            }
            Atom::Field(field, text) => forget(self.fields.get_mut(field), text, number),
        }
    }
}

impl Values {
    /// Finds what the value of the slot leads to, which is no list.
    #[inline]
    fn find(&self, cell: Cell, found: &mut Found) {
        found.extend(led(&self.scalars, &cell));
        let Some(number) = cell.as_number().filter(|_| !(self.above.is_empty() && self.below.is_empty())) else {
            return;
        };
        let [before, behind] = [false, true].map(|behind| Threshold { number, behind });
        self.above.range(..=(before, u32::MAX)).for_each(|(_, number)| found.insert(*number));
        self.below.range((behind, 0)..).for_each(|(_, number)| found.insert(*number));
    }

    fn beyond(&self, side: Side) -> &BTreeSet<(Threshold, u32)> {
        match side {
            Side::Above => &self.above,
            Side::Below => &self.below,
        }
    }

    fn beyond_mut(&mut self, side: Side) -> &mut BTreeSet<(Threshold, u32)> {
        match side {
            Side::Above => &mut self.above,
            Side::Below => &mut self.below,
        }
    }
}

#[inline]
fn led<'a, V: Hash + Eq, K: Hash + Equivalent<V> + ?Sized>(leads: &'a Leads<V>, value: &K) -> &'a [u32] {
    leads.get(value).map_or(&[], Vec::as_slice)
}

fn forget<V: Hash + Eq>(leads: Option<&mut Leads<V>>, value: &V, number: u32) {
    let Some(leads) = leads else { return };
    let Some(numbers) = leads.get_mut(value) else { return };
    numbers.retain(|other| *other != number);
    if numbers.is_empty() {
        leads.swap_remove(value);
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
