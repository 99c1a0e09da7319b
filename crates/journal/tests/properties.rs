//! Both journals against a naive model, over random sequences of operations with the journal closed and opened in between.
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use pointsman_journal::{DiskJournal, Entry, Journal, JournalError, MemoryJournal, Saved};
use proptest::collection::vec;
use proptest::prelude::*;
use support::entries;

fn cases(base: u32) -> ProptestConfig {
    // A failing case is printed, and repeated by the seed that is printed with it.
    ProptestConfig { cases: support::rounds(base), failure_persistence: None, ..ProptestConfig::default() }
}

/// Indices are told by their distance from where the journal begins or ends, so that most are right or nearly so.
#[derive(Clone, Debug)]
enum Operation {
    Append { off: i64, records: Vec<Vec<u8>> },
    Read { from: i64 },
    Save { before: i64, bytes: Vec<u8> },
    Cursors(Vec<(String, u64)>),
    Reopen { behaviour: u32 },
}

fn operation() -> impl Strategy<Value = Operation> {
    let bytes = || prop_oneof![4 => vec(any::<u8>(), 0..20), 1 => vec(any::<u8>(), 5_000..9_000)];
    let off = prop_oneof![6 => Just(0), 1 => -2..3_i64];
    let cursor = ("[ab]", 0..50_u64);
    prop_oneof![
        6 => (off, vec(bytes(), 0..6)).prop_map(|(off, records)| Operation::Append { off, records }),
        2 => (-2..8_i64).prop_map(|from| Operation::Read { from }),
        2 => (-2..8_i64, bytes()).prop_map(|(before, bytes)| Operation::Save { before, bytes }),
        2 => vec(cursor, 0..3).prop_map(Operation::Cursors),
        1 => (1..4_u32).prop_map(|behaviour| Operation::Reopen { behaviour }),
    ]
}

/// What a journal is, said as plainly as it gets: nothing is ever dropped, the beginning is a number.
#[derive(Default)]
struct Model {
    behaviour: u32,
    all: Vec<Entry>,
    saved: Option<Saved>,
    cursors: BTreeMap<String, u64>,
}

impl Model {
    fn first(&self) -> u64 {
        self.saved.as_ref().map_or(0, |saved| saved.index)
    }

    fn next(&self) -> u64 {
        self.all.len() as u64
    }

    fn from(&self, index: u64) -> &[Entry] {
        &self.all[index as usize..]
    }
}

/// The journal under test, and how it is closed and opened again.
enum Subject {
    Memory(MemoryJournal),
    Disk { dir: PathBuf, open: Option<DiskJournal> },
}

impl Subject {
    fn journal(&mut self) -> &mut dyn Journal {
        match self {
            Self::Memory(journal) => journal,
            Self::Disk { open, .. } => open.as_mut().unwrap(),
        }
    }

    /// Whether entries say this behaviour from now on: memory cannot be opened again.
    fn reopen(&mut self, behaviour: u32) -> bool {
        let Self::Disk { dir, open } = self else { return false };
        drop(open.take());
        let journal = open.insert(DiskJournal::open(dir, behaviour).unwrap());
        assert_eq!(journal.repaired(), None);
        true
    }
}

fn perform(subject: &mut Subject, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Append { off, records } => append(subject.journal(), model, off, &records),
        Operation::Read { from } => read(subject.journal(), model, model.first().saturating_add_signed(from)),
        Operation::Save { before, bytes } => save(subject.journal(), model, before, &bytes),
        Operation::Cursors(cursors) => {
            subject.journal().set_cursors(&cursors).unwrap();
            model.cursors.extend(cursors);
        }
        Operation::Reopen { behaviour } => {
            if subject.reopen(behaviour) {
                model.behaviour = behaviour;
            }
        }
    }
    check(subject.journal(), model);
}

fn append(journal: &mut dyn Journal, model: &mut Model, off: i64, records: &[Vec<u8>]) {
    let expected = model.next().saturating_add_signed(off);
    let done = journal.append(expected, records);
    if expected == model.next() {
        done.unwrap();
        let behaviour = model.behaviour;
        let new = (expected..).zip(records).map(|(index, bytes)| Entry { index, behaviour, bytes: bytes.clone() });
        model.all.extend(new);
    } else {
        assert!(
            matches!(done, Err(JournalError::WrongIndex { expected: e, next }) if (e, next) == (expected, model.next()))
        );
    }
}

fn read(journal: &dyn Journal, model: &Model, from: u64) {
    let found = entries(journal, from);
    match within(model, from) {
        Ok(()) => assert_eq!(found.unwrap(), model.from(from)),
        Err(reason) => assert_eq!(found.unwrap_err().to_string(), reason),
    }
}

fn save(journal: &mut dyn Journal, model: &mut Model, before: i64, bytes: &[u8]) {
    let index = model.next().saturating_add_signed(-before);
    let done = journal.save(index, bytes);
    match within(model, index) {
        Ok(()) => {
            done.unwrap();
            model.saved = Some(Saved { index, behaviour: model.behaviour, bytes: bytes.to_vec() });
        }
        Err(reason) => assert_eq!(done.unwrap_err().to_string(), reason),
    }
}

fn within(model: &Model, index: u64) -> Result<(), String> {
    let (first, next) = (model.first(), model.next());
    if index > next {
        return Err(format!("index {index} lies behind the end of the journal, whose next index is {next}"));
    }
    let dropped = format!(
        "the entries before {first} were dropped for a snapshot, {index} is one of them: begin with the snapshot"
    );
    if index < first { Err(dropped) } else { Ok(()) }
}

fn check(journal: &dyn Journal, model: &Model) {
    assert_eq!(journal.next_index(), model.next());
    assert_eq!(journal.saved().unwrap(), model.saved);
    assert_eq!(entries(journal, model.first()).unwrap(), model.from(model.first()));
    for name in ["a", "b", "c"] {
        assert_eq!(journal.cursor(name).unwrap(), model.cursors.get(name).copied(), "cursor {name}");
    }
}

fn run(mut subject: Subject, operations: Vec<Operation>) {
    let mut model = Model { behaviour: 1, ..Model::default() };
    for operation in operations {
        perform(&mut subject, &mut model, operation);
    }
    subject.reopen(1);
    check(subject.journal(), &model);
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn in_memory(operations in vec(operation(), 0..40)) {
        run(Subject::Memory(MemoryJournal::new(1)), operations);
    }
}

proptest! {
    // Each write waits for the disk.
    #![proptest_config(cases(40))]

    #[test]
    fn on_disk(operations in vec(operation(), 0..40)) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("not/there/yet");
        let open = Some(DiskJournal::open(&dir, 1).unwrap());
        run(Subject::Disk { dir, open }, operations);
    }
}
