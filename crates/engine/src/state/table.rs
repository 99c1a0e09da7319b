//! One table per noun: rows by id, in creation order. It knows nothing about its rows.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;

use super::rows::Rows;
use crate::invariant::{Checked, ensure};

/// A row's place in the creation order of its table: never reused, so it breaks ties and names timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Seq(pub(crate) u64);

/// Rows by id and by creation order.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, R> {
    rows: Rows<R>,
    by_id: Ids<K>,
    next: u64,
}

/// Places by id. They are spread over many tables, of which each is small: no command waits until a large one has grown.
/// Nothing but a check sees their order.
#[derive(Clone, Debug)]
struct Ids<K>(Box<[HashTable<(K, Seq)>]>);

/// How many tables there are.
const PARTS: usize = 64;

impl<K, R> Default for Table<K, R> {
    fn default() -> Self {
        Self { rows: Rows::default(), by_id: Ids::default(), next: 1 }
    }
}

impl<K> Default for Ids<K> {
    fn default() -> Self {
        Self((0..PARTS).map(|_| HashTable::new()).collect())
    }
}

impl<K: Copy + Eq + Hash> Ids<K> {
    /// Within its table an id goes by other bits of its hash.
    fn part(hash: u64) -> usize {
        (hash >> 40) as usize % PARTS
    }

    fn get(&self, id: &K) -> Option<Seq> {
        let hash = FxBuildHasher.hash_one(id);
        self.0[Self::part(hash)].find(hash, |(known, _)| known == id).map(|(_, seq)| *seq)
    }

    /// True when the id is new.
    fn insert(&mut self, id: K, seq: Seq) -> bool {
        let hash = FxBuildHasher.hash_one(id);
        let part = &mut self.0[Self::part(hash)];
        match part.entry(hash, |(known, _)| *known == id, |(known, _)| FxBuildHasher.hash_one(known)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert((id, seq));
                true
            }
        }
    }

    fn remove(&mut self, id: &K) -> Option<Seq> {
        let hash = FxBuildHasher.hash_one(id);
        let found = self.0[Self::part(hash)].find_entry(hash, |(known, _)| known == id).ok()?;
        Some(found.remove().0.1)
    }

    fn len(&self) -> usize {
        self.0.iter().map(HashTable::len).sum()
    }

    fn values(&self) -> impl Iterator<Item = &Seq> {
        self.0.iter().flatten().map(|(_, seq)| seq)
    }
}

impl<K: Copy + Eq + Hash, R> Table<K, R> {
    /// The place the next row will have, counted from 1.
    pub(crate) fn next(&self) -> Seq {
        Seq(self.next)
    }

    /// The rows of a snapshot at their places; none when two have one id or a place is not below `next`.
    #[cfg(feature = "snapshot")]
    pub(crate) fn restored(next: u64, given: Vec<(Seq, R)>, id: impl Fn(&R) -> K) -> Option<Self> {
        let mut table = Self { next, ..Self::default() };
        for (seq, row) in given {
            let alone = table.by_id.insert(id(&row), seq) && table.rows.insert(seq, row).is_none();
            if !alone || seq.0 >= next {
                return None;
            }
        }
        Some(table)
    }

    /// Adds a row at the end.
    pub(crate) fn insert(&mut self, id: K, row: R) -> Seq {
        let seq = self.next();
        self.next += 1;
        let is_new = self.by_id.insert(id, seq);
        assert!(is_new, "an id is inserted once");
        self.rows.insert(seq, row);
        seq
    }

    pub(crate) fn remove(&mut self, id: K) -> Option<R> {
        let seq = self.by_id.remove(&id)?;
        self.rows.remove(seq)
    }

    /// Removes a row of which nobody wants more than what is taken of it.
    pub(crate) fn forget<T>(&mut self, id: K, take: impl FnOnce(&mut R) -> T) -> Option<(Seq, T)> {
        let seq = self.by_id.remove(&id)?;
        let taken = self.rows.get_mut(seq).map(take);
        self.rows.forget(seq);
        taken.map(|taken| (seq, taken))
    }

    pub(crate) fn seq(&self, id: K) -> Option<Seq> {
        self.by_id.get(&id)
    }

    /// A row with its place.
    pub(crate) fn row(&self, id: K) -> Option<(Seq, &R)> {
        let seq = self.seq(id)?;
        self.rows.get(seq).map(|row| (seq, row))
    }

    pub(crate) fn contains(&self, id: K) -> bool {
        self.by_id.get(&id).is_some()
    }

    pub(crate) fn get(&self, id: K) -> Option<&R> {
        self.rows.get(self.seq(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: K) -> Option<&mut R> {
        self.rows.get_mut(self.seq(id)?)
    }

    pub(crate) fn at(&self, seq: Seq) -> Option<&R> {
        self.rows.get(seq)
    }

    pub(crate) fn at_mut(&mut self, seq: Seq) -> Option<&mut R> {
        self.rows.get_mut(seq)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// In creation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Seq, &R)> {
        self.rows.iter()
    }

    /// In creation order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (Seq, &mut R)> {
        self.rows.iter_mut()
    }

    /// Ids and rows name each other, and no place is ahead of the counter.
    pub(crate) fn check(&self) -> Checked {
        ensure!(self.rows.len() == self.by_id.len(), "every row has one id");
        for seq in self.by_id.values() {
            ensure!(self.rows.get(*seq).is_some(), "every id names a row");
            ensure!(seq.0 < self.next, "places come from the counter");
        }
        Ok(())
    }
}
