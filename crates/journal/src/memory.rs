//! A journal for as long as the process lives.

use std::collections::{BTreeMap, VecDeque};

use crate::bounds::Bounds;
use crate::{Entries, Entry, Journal, JournalError, Saved};

/// A journal in memory: the same rules, nothing on disk. For tests, and for drivers whose work may be lost.
#[derive(Debug)]
pub struct MemoryJournal {
    behaviour: u32,
    saved: Option<Saved>,
    entries: VecDeque<Entry>,
    cursors: BTreeMap<String, u64>,
}

impl MemoryJournal {
    /// An empty journal, whose entries will say this behaviour version.
    #[must_use]
    pub fn new(behaviour: u32) -> Self {
        Self { behaviour, saved: None, entries: VecDeque::new(), cursors: BTreeMap::new() }
    }

    fn bounds(&self) -> Bounds {
        let first = self.saved.as_ref().map_or(0, |saved| saved.index);
        Bounds { first, next: first + self.entries.len() as u64 }
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, expected_index: u64, records: &[Vec<u8>]) -> Result<(), JournalError> {
        self.bounds().check_append(expected_index)?;
        let behaviour = self.behaviour;
        let entries = (expected_index..).zip(records);
        self.entries.extend(entries.map(|(index, bytes)| Entry { index, behaviour, bytes: bytes.clone() }));
        Ok(())
    }

    fn read(&self, from: u64) -> Result<Entries<'_>, JournalError> {
        self.bounds().check_within(from)?;
        Ok(Box::new(self.entries.iter().skip_while(move |entry| entry.index < from).cloned().map(Ok)))
    }

    fn next_index(&self) -> u64 {
        self.bounds().next
    }

    fn saved(&self) -> Result<Option<Saved>, JournalError> {
        Ok(self.saved.clone())
    }

    fn save(&mut self, index: u64, bytes: &[u8]) -> Result<(), JournalError> {
        self.bounds().check_within(index)?;
        self.entries.retain(|entry| entry.index >= index);
        self.saved = Some(Saved { index, behaviour: self.behaviour, bytes: bytes.to_vec() });
        Ok(())
    }

    fn cursor(&self, name: &str) -> Result<Option<u64>, JournalError> {
        Ok(self.cursors.get(name).copied())
    }

    fn set_cursors(&mut self, cursors: &[(String, u64)]) -> Result<(), JournalError> {
        self.cursors.extend(cursors.iter().cloned());
        Ok(())
    }
}
