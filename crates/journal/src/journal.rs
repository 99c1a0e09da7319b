//! What every journal does. Where it keeps what it is given is told by those who implement it.

use crate::JournalError;

/// A record and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place: the first record ever appended has 0, each has one more than the one before it.
    pub index: u64,
    /// The behaviour version it was appended under.
    pub behaviour: u32,
    /// The record as it was given.
    pub bytes: Vec<u8>,
}

/// A snapshot: it stands for all entries before its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The first entry that it does not cover.
    pub index: u64,
    /// The behaviour version it was saved under.
    pub behaviour: u32,
    /// The snapshot as it was given.
    pub bytes: Vec<u8>,
}

/// Entries in order. After an error there are no more.
pub type Entries<'a> = Box<dyn Iterator<Item = Result<Entry, JournalError>> + 'a>;

/// An ordered log of opaque records, a snapshot, and named cursors.
///
/// A driver *recovers* ([`saved`](Self::saved), then [`read`](Self::read) from its index on), then *appends* each batch before
/// anybody hears of it. Refusals change nothing. When a store fails in the middle of a change, whether the change was made is
/// known only once the journal is opened again.
pub trait Journal: Send {
    /// Appends these records, the first at `expected_index`: all or none, and durable when this returns.
    ///
    /// # Errors
    /// When `expected_index` is not the next index, or the store fails.
    fn append(&mut self, expected_index: u64, records: &[Vec<u8>]) -> Result<(), JournalError>;

    /// The entries from this index on, in order; from the next index on there are none.
    ///
    /// # Errors
    /// When the index lies behind the end, or its entry was dropped for a snapshot. What is missing or damaged on the way is
    /// an error in the place of its entry.
    fn read(&self, from: u64) -> Result<Entries<'_>, JournalError>;

    /// The index the next record gets.
    fn next_index(&self) -> u64;

    /// The latest snapshot.
    ///
    /// # Errors
    /// When it is damaged, or the store fails.
    fn saved(&self) -> Result<Option<Saved>, JournalError>;

    /// Saves a snapshot that covers all entries before `index`, and drops those and the snapshot before it: both or
    /// neither, and durable when this returns.
    ///
    /// # Errors
    /// When `index` lies behind the end or is covered by the snapshot there is, or the store fails.
    fn save(&mut self, index: u64, bytes: &[u8]) -> Result<(), JournalError>;

    /// Where a cursor stands; none when it never moved.
    ///
    /// # Errors
    /// When the store fails.
    fn cursor(&self, name: &str) -> Result<Option<u64>, JournalError>;

    /// Moves cursors, forwards or backwards. They are durable with the next append or snapshot, at the latest when the
    /// journal is dropped; after a crash they may stand where they stood before.
    ///
    /// # Errors
    /// When the store fails.
    fn set_cursors(&mut self, cursors: &[(String, u64)]) -> Result<(), JournalError>;
}
