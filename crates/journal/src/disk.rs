//! A journal in a folder: what its tables hold, and how it is found again after whatever happened.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use redb::{Range, ReadableTable, ReadableTableMetadata, Table, TableDefinition, WriteTransaction};

use crate::bounds::Bounds;
use crate::frame::{frame_entry, frame_snapshot, read_entry, read_snapshot};
use crate::store::{Failure, Found, Store};
use crate::{Entries, Entry, Journal, JournalError, Saved};

/// Frames by index.
const ENTRIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entries");
/// One frame, or none.
const SNAPSHOT: TableDefinition<'_, (), &[u8]> = TableDefinition::new("snapshot");
/// Positions by name.
const CURSORS: TableDefinition<'_, &str, u64> = TableDefinition::new("cursors");

/// A journal in a folder, as one file, for one process at a time.
pub struct DiskJournal {
    store: Store,
    behaviour: u32,
    bounds: Bounds,
    /// Cursors that moved since the last write: they wait for the next one.
    moved: BTreeMap<String, u64>,
    repaired: Option<String>,
}

impl DiskJournal {
    /// Opens the journal in this folder, or begins one; entries from now on will say this behaviour version.
    ///
    /// A write that a crash tore is undone, and an entry at the very end that is cut or damaged is dropped:
    /// [`repaired`](Self::repaired) tells of both.
    ///
    /// # Errors
    /// When somebody else has it open, the folder or the file cannot be used, or anything but the end is damaged.
    pub fn open(dir: &Path, behaviour: u32) -> Result<Self, JournalError> {
        let (store, found) = Store::open(dir)?;
        let (bounds, cut) = store.write("recover", recover)?;
        let torn = match found {
            Found::Whole => None,
            Found::Torn => Some(format!("the last write was torn and is undone; the next index is {}", bounds.next)),
        };
        Ok(Self { store, behaviour, bounds, moved: BTreeMap::new(), repaired: cut.or(torn) })
    }

    /// What had to be cut off the end when it was opened.
    #[must_use]
    pub fn repaired(&self) -> Option<String> {
        self.repaired.clone()
    }
}

impl Journal for DiskJournal {
    fn append(&mut self, expected_index: u64, records: &[Vec<u8>]) -> Result<(), JournalError> {
        self.bounds.check_append(expected_index)?;
        if records.is_empty() && self.moved.is_empty() {
            return Ok(());
        }
        self.store.write("append to", |change| {
            let mut entries = change.open_table(ENTRIES)?;
            for (index, bytes) in (expected_index..).zip(records) {
                entries.insert(index, frame_entry(index, self.behaviour, bytes).as_slice())?;
            }
            keep(&self.moved, change)
        })?;
        self.bounds.next += records.len() as u64;
        self.moved.clear();
        Ok(())
    }

    fn read(&self, from: u64) -> Result<Entries<'_>, JournalError> {
        self.bounds.check_within(from)?;
        let range = self.store.read(|look| Ok(look.open_table(ENTRIES)?.range(from..)?))?;
        Ok(Box::new(Reading { store: &self.store, range, at: from, end: self.bounds.next }))
    }

    fn next_index(&self) -> u64 {
        self.bounds.next
    }

    fn saved(&self) -> Result<Option<Saved>, JournalError> {
        self.store.read(|look| saved(&look.open_table(SNAPSHOT)?))
    }

    fn save(&mut self, index: u64, bytes: &[u8]) -> Result<(), JournalError> {
        self.bounds.check_within(index)?;
        self.store.write("save a snapshot in", |change| {
            change.open_table(SNAPSHOT)?.insert((), frame_snapshot(index, self.behaviour, bytes).as_slice())?;
            change.open_table(ENTRIES)?.retain_in(..index, |_, _| false)?;
            keep(&self.moved, change)
        })?;
        self.bounds.first = index;
        self.moved.clear();
        Ok(())
    }

    fn cursor(&self, name: &str) -> Result<Option<u64>, JournalError> {
        if let Some(&at) = self.moved.get(name) {
            return Ok(Some(at));
        }
        self.store.read(|look| Ok(look.open_table(CURSORS)?.get(name)?.map(|at| at.value())))
    }

    fn set_cursors(&mut self, cursors: &[(String, u64)]) -> Result<(), JournalError> {
        self.moved.extend(cursors.iter().cloned());
        Ok(())
    }
}

impl Drop for DiskJournal {
    /// Keeps the cursors. If that fails they stand where they stood, as after a crash.
    fn drop(&mut self) {
        if !self.moved.is_empty() {
            let _ = self.store.write("keep the cursors of", |change| keep(&self.moved, change));
        }
    }
}

impl fmt::Debug for DiskJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskJournal")
            .field("behaviour", &self.behaviour)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

/// Entries on their way out of the store, each held against the place it has to have.
struct Reading<'a> {
    store: &'a Store,
    range: Range<'static, u64, &'static [u8]>,
    at: u64,
    end: u64,
}

impl Iterator for Reading<'_> {
    type Item = Result<Entry, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.end {
            return None;
        }
        let entry = self.step().map_err(|failure| self.store.explain("read", failure));
        self.at = if entry.is_ok() { self.at + 1 } else { self.end };
        Some(entry)
    }
}

impl Reading<'_> {
    fn step(&mut self) -> Result<Entry, Failure> {
        let missing = JournalError::Missing { index: self.at };
        let (index, framed) = self.range.next().ok_or(missing)??;
        if index.value() != self.at {
            return Err(JournalError::Missing { index: self.at }.into());
        }
        Ok(read_entry(self.at, framed.value())?)
    }
}

/// Which entries there are, once a damaged one at the very end is cut off; and what was cut.
fn recover(change: &WriteTransaction) -> Result<(Bounds, Option<String>), Failure> {
    // Opening a table makes it.
    change.open_table(CURSORS)?;
    let first = saved(&change.open_table(SNAPSHOT)?)?.map_or(0, |saved| saved.index);
    let mut entries = change.open_table(ENTRIES)?;
    let cut = cut_tail(&mut entries)?;
    let next = match last(&entries)? {
        Some(Ok(entry)) => entry.index + 1,
        Some(Err(error)) => return Err(error.into()),
        None => first,
    };
    check_gapless(&entries, Bounds { first, next })?;
    Ok((Bounds { first, next }, cut))
}

/// Drops the last entry when it is damaged: it may be what is left of a torn write. Damage before it cannot be that.
fn cut_tail(entries: &mut Table<'_, u64, &'static [u8]>) -> Result<Option<String>, Failure> {
    let Some(Err(JournalError::Damaged { place, flaw })) = last(entries)? else { return Ok(None) };
    entries.pop_last()?;
    Ok(Some(format!("{place}, the last one, was cut off: {flaw}")))
}

fn last(entries: &impl ReadableTable<u64, &'static [u8]>) -> Result<Option<Result<Entry, JournalError>>, Failure> {
    Ok(entries.last()?.map(|(index, framed)| read_entry(index.value(), framed.value())))
}

/// Every index of these is there, and no other.
fn check_gapless(entries: &Table<'_, u64, &'static [u8]>, bounds: Bounds) -> Result<(), Failure> {
    if let Some((index, _)) = entries.range(..bounds.first)?.next().transpose()? {
        let flaw = format!("it is still there though the snapshot covers all before {}", bounds.first);
        return Err(JournalError::Damaged { place: format!("entry {}", index.value()), flaw }.into());
    }
    if entries.len()? == bounds.next.saturating_sub(bounds.first) {
        return Ok(());
    }
    for (place, entry) in (bounds.first..).zip(entries.iter()?) {
        if entry?.0.value() != place {
            return Err(JournalError::Missing { index: place }.into());
        }
    }
    Ok(())
}

fn saved(snapshot: &impl ReadableTable<(), &'static [u8]>) -> Result<Option<Saved>, Failure> {
    let framed = snapshot.get(())?;
    Ok(framed.map(|framed| read_snapshot(framed.value())).transpose()?)
}

fn keep(cursors: &BTreeMap<String, u64>, change: &WriteTransaction) -> Result<(), Failure> {
    let mut kept = change.open_table(CURSORS)?;
    for (name, at) in cursors {
        kept.insert(name.as_str(), at)?;
    }
    Ok(())
}
