//! What becomes of a journal that somebody or something damaged: its end is cut, everything else refused, and never is
//! anything read that was not written.
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod support;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use pointsman_journal::{DiskJournal, Journal, JournalError};
use redb::{Database, TableDefinition};
use support::entries;
use tempfile::TempDir;

const ENTRIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entries");
const SNAPSHOT: TableDefinition<'_, (), &[u8]> = TableDefinition::new("snapshot");

/// Entries 2 to 9 behind a snapshot, closed.
fn journal() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = DiskJournal::open(folder.path(), 7).unwrap();
    journal.append(0, &(0..10).map(record).collect::<Vec<_>>()).unwrap();
    journal.save(2, b"the first two").unwrap();
    folder
}

fn record(index: u64) -> Vec<u8> {
    format!("record {index}").into_bytes()
}

fn file(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("journal.redb")
}

/// Changes the frame of an entry as it lies in the store; none takes it away.
fn change(folder: &TempDir, index: u64, change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>) {
    let database = Database::open(file(folder)).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut table = transaction.open_table(ENTRIES).unwrap();
        let framed = table.remove(index).unwrap().unwrap().value().to_vec();
        if let Some(changed) = change(framed) {
            table.insert(index, changed.as_slice()).unwrap();
        }
    }
    transaction.commit().unwrap();
}

fn flip(mut framed: Vec<u8>) -> Option<Vec<u8>> {
    *framed.last_mut().unwrap() ^= 1;
    Some(framed)
}

fn cut(mut framed: Vec<u8>) -> Option<Vec<u8>> {
    framed.truncate(5);
    Some(framed)
}

fn open(folder: &TempDir) -> Result<DiskJournal, JournalError> {
    DiskJournal::open(folder.path(), 7)
}

fn told(error: &JournalError) -> String {
    error.to_string()
}

#[test]
fn a_damaged_entry_in_the_middle_is_refused_where_it_stands() {
    let folder = journal();
    change(&folder, 5, flip);
    let journal = open(&folder).unwrap();
    assert_eq!(journal.repaired(), None);
    let read: Vec<_> = journal.read(2).unwrap().collect();
    assert_eq!(read.len(), 4, "2, 3, 4, and what is wrong with 5");
    let reason = told(read[3].as_ref().unwrap_err());
    assert!(reason.starts_with("the journal is damaged: entry 5: its checksum is "), "{reason}");
    assert!(reason.ends_with(" was written down; go back to a copy of the data folder"), "{reason}");
    assert_eq!(entries(&journal, 6).unwrap().len(), 4, "what is behind it is whole");
}

#[test]
fn a_damaged_end_is_cut_and_told() {
    for (damage, flaw) in [(flip as fn(_) -> _, "its checksum is "), (cut, "it is cut after 5 bytes")] {
        let folder = journal();
        change(&folder, 9, damage);
        let mut journal = open(&folder).unwrap();
        let repaired = journal.repaired().unwrap();
        assert!(repaired.starts_with(&format!("entry 9, the last one, was cut off: {flaw}")), "{repaired}");
        assert_eq!(journal.next_index(), 9);
        journal.append(9, &[b"anew".to_vec()]).unwrap();
        drop(journal);
        let journal = open(&folder).unwrap();
        assert_eq!(journal.repaired(), None, "once is enough");
        let read = entries(&journal, 2).unwrap();
        assert_eq!((read.len(), read[7].bytes.as_slice()), (8, &b"anew"[..]));
    }
}

#[test]
fn an_only_entry_that_is_damaged_leaves_the_snapshot() {
    let folder = journal();
    open(&folder).unwrap().save(9, b"nine").unwrap();
    change(&folder, 9, flip);
    let journal = open(&folder).unwrap();
    assert!(journal.repaired().is_some());
    assert_eq!((journal.next_index(), journal.saved().unwrap().unwrap().index), (9, 9));
}

#[test]
fn two_damaged_entries_at_the_end_are_no_torn_write() {
    let folder = journal();
    change(&folder, 9, cut);
    change(&folder, 8, flip);
    for _ in 0..2 {
        let reason = told(&open(&folder).unwrap_err());
        assert!(reason.starts_with("the journal is damaged: entry 8: its checksum"), "nothing was cut: {reason}");
    }
}

#[test]
fn a_gap_is_refused() {
    let refused = |index: u64| {
        let folder = journal();
        change(&folder, index, |_| None);
        told(&open(&folder).unwrap_err())
    };
    let missing =
        |index: u64| format!("the journal is damaged: entry {index} is missing; go back to a copy of the data folder");
    assert_eq!(refused(6), missing(6));
    assert_eq!(refused(2), missing(2), "the first behind the snapshot");
}

#[test]
fn an_entry_in_a_wrong_place_is_refused() {
    let folder = journal();
    let mut third = Vec::new();
    change(&folder, 3, |framed| {
        third.clone_from(&framed);
        Some(framed)
    });
    change(&folder, 4, |_| Some(third));
    let reason = told(&entries(&open(&folder).unwrap(), 2).unwrap_err());
    assert!(reason.contains("entry 4: entry 3 lies in its place"), "{reason}");
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let folder = journal();
    let database = Database::open(file(&folder)).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(SNAPSHOT).unwrap().insert((), &b"not a frame, but long enough"[..]).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let reason = told(&open(&folder).unwrap_err());
    assert!(reason.starts_with("the journal is damaged: the snapshot: its checksum is"), "{reason}");
}

#[test]
fn what_is_no_journal_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = "somebody's notes\n".repeat(1_000);
    fs::write(file(&folder), &text).unwrap();
    let reason = told(&open(&folder).unwrap_err());
    assert!(reason.starts_with("cannot open the journal `"), "{reason}");
    assert_eq!(fs::read_to_string(file(&folder)).unwrap(), text);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "").unwrap();
    let reason = told(&DiskJournal::open(&folder.path().join("taken/data"), 1).unwrap_err());
    assert!(reason.starts_with("cannot use the data folder `") && reason.contains("taken/data`"), "{reason}");
}

/// Bytes of the file itself, in its head and in every page, after a clean end: all of it is read, or none.
#[test]
fn no_flipped_byte_of_a_closed_file_goes_unseen() {
    let folder = journal();
    let seen = flip_everywhere(&fs::read(file(&folder)).unwrap());
    assert!(seen.refused > 20 && seen.whole > 20, "{seen:?}");
    assert_eq!(seen.without_the_last_write, 0, "{seen:?}");
}

/// The same after a crash: the last write may have been torn, so that it may be undone as a whole.
#[test]
fn no_flipped_byte_of_a_file_after_a_crash_goes_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = DiskJournal::open(folder.path(), 7).unwrap();
    journal.append(0, &(0..3).map(record).collect::<Vec<_>>()).unwrap();
    journal.save(2, b"the first two").unwrap();
    journal.append(3, &(3..7).map(record).collect::<Vec<_>>()).unwrap();
    journal.append(7, &(7..10).map(record).collect::<Vec<_>>()).unwrap();
    let seen = flip_everywhere(&fs::read(file(&folder)).unwrap());
    assert!(seen.whole > 20 && seen.without_the_last_write > 20, "{seen:?}");
}

/// The heads of the last two writes are among the first bytes of the file.
const HEAD: usize = 320;

#[derive(Debug, Default)]
struct Seen {
    whole: u32,
    without_the_last_write: u32,
    refused: u32,
}

/// Flips a byte in many places of a file that holds entries 2 to 9, one at a time, and judges what is read of it.
fn flip_everywhere(whole: &[u8]) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Seen::default();
    let step = (whole.len() / support::rounds(200) as usize).max(1);
    for place in (0..HEAD).chain((HEAD..whole.len()).step_by(step)) {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 0x11;
        fs::write(file(&folder), &bytes).unwrap();
        // The store's own debug assertions speak first in a build that has them.
        let Ok(Ok(read)) = catch_unwind(|| read_all(folder.path())) else {
            seen.refused += 1;
            continue;
        };
        // Where the head of the last write is damaged, nobody can tell that there was one.
        let undone = read.told || place < HEAD && read.records.len() == 5;
        let end = if undone { 7 } else { 10 };
        assert_eq!(read.records, (2..end).map(record).collect::<Vec<_>>(), "byte {place}");
        assert_eq!(read.snapshot, b"the first two", "byte {place}");
        if undone { seen.without_the_last_write += 1 } else { seen.whole += 1 }
    }
    seen
}

struct Read {
    snapshot: Vec<u8>,
    records: Vec<Vec<u8>>,
    told: bool,
}

fn read_all(folder: &Path) -> Result<Read, JournalError> {
    let journal = DiskJournal::open(folder, 7)?;
    let (from, snapshot) = journal.saved()?.map_or((0, Vec::new()), |saved| (saved.index, saved.bytes));
    let records = entries(&journal, from)?.into_iter().map(|entry| entry.bytes).collect();
    Ok(Read { snapshot, records, told: journal.repaired().is_some() })
}
