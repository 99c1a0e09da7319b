//! `kill -9` at any instant: whatever was acknowledged is there, in order, and nothing but what was sent.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod support;

use std::io::{BufRead, BufReader, Lines, Write, stdout};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use pointsman_journal::{DiskJournal, Journal, JournalError};
use support::{entries, variable};

const FOLDER: &str = "POINTSMAN_JOURNAL_WRITER";

/// A record says its index, and its length depends on it: some take several pages.
fn record(index: u64) -> Vec<u8> {
    let length = if index.is_multiple_of(17) { 10_000 } else { index % 100 };
    format!("{index} ").into_bytes().into_iter().chain((0..length).map(|at| (at ^ index) as u8)).collect()
}

/// Not a test but the other process: run by the test below, it writes until it is killed, and says before each batch
/// what it is about to write, and afterwards that it has.
#[test]
#[ignore = "the writer that the other test kills"]
fn writer() {
    let Some(folder) = variable(FOLDER) else { return };
    let mut journal = DiskJournal::open(Path::new(&folder), 1).unwrap();
    for round in 1_u64.. {
        let start = journal.next_index();
        let end = start + 1 + round % 7;
        say("send", start, end);
        journal.set_cursors(&[("delivered".into(), start)]).unwrap();
        journal.append(start, &(start..end).map(record).collect::<Vec<_>>()).unwrap();
        say("have", start, end);
        if round.is_multiple_of(13) {
            journal.save(end - 1, &record(end - 1)).unwrap();
        }
    }
}

fn say(what: &str, start: u64, end: u64) {
    let mut out = stdout().lock();
    writeln!(out, "{what} {start} {end}").unwrap();
    out.flush().unwrap();
}

/// What a writer said before it was killed: the last batch it had sent, and the last it had been told of.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    sent: (u64, u64),
    have: (u64, u64),
}

/// Kills a writer some time after its start, or after its first batch.
fn write_and_kill(folder: &Path, before: Said, once_writing: bool, after: Duration) -> Said {
    let mut said = before;
    let (mut child, mut lines) = start(folder);
    while once_writing && said.have == before.have {
        hear(&lines.next().unwrap().unwrap(), &mut said);
    }
    thread::sleep(after);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it writes until it is killed");
    lines.for_each(|line| hear(&line.unwrap(), &mut said));
    said
}

fn start(folder: &Path) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

fn hear(line: &str, said: &mut Said) {
    let words: Vec<_> = line.split(' ').collect();
    let number = |at: usize| words[at].parse().unwrap();
    match words[0] {
        "send" => said.sent = (number(1), number(2)),
        "have" => said.have = (number(1), number(2)),
        _ => {}
    }
}

fn check(folder: &Path, said: Said) -> DiskJournal {
    let journal = DiskJournal::open(folder, 1).unwrap();
    let next = journal.next_index();
    assert!(next == said.have.1 || next == said.sent.1, "a batch is all or nothing: {next}, {said:?}");
    let saved = journal.saved().unwrap();
    let first = saved.as_ref().map_or(0, |saved| saved.index);
    assert!(saved.is_none_or(|saved| saved.bytes == record(saved.index)));
    let read = entries(&journal, first).unwrap();
    assert_eq!(read.len() as u64, next - first);
    assert!(read.iter().all(|entry| entry.bytes == record(entry.index)));
    let cursor = journal.cursor("delivered").unwrap().unwrap_or(0);
    assert!(cursor >= said.have.0 && cursor <= said.sent.0, "the cursor is of the last append: {cursor}, {said:?}");
    journal
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let (mut acknowledged, mut in_between) = (0, 0);
    let mut folder = tempfile::tempdir().unwrap();
    let mut said = Said::default();
    for round in 0..support::rounds(200) {
        if round.is_multiple_of(20) {
            folder = tempfile::tempdir().unwrap();
            said = Said::default();
        }
        let before = said.have.1;
        let after = Duration::from_micros(u64::from(round) * 7_919 % 25_000);
        said = write_and_kill(folder.path(), said, !round.is_multiple_of(3), after);
        acknowledged += said.have.1 - before;
        let next = check(folder.path(), said).next_index();
        in_between += u32::from(said.sent != said.have);
        // What was sent and arrived, though nobody was told, is as good as acknowledged from here on.
        if next == said.sent.1 {
            said.have = said.sent;
        }
        said.sent = said.have;
    }
    println!("{acknowledged} records acknowledged; {in_between} kills in the middle of a batch");
    assert!(acknowledged > 0 && in_between > 0, "{acknowledged} acknowledged, {in_between} in between");
}

#[test]
fn two_processes_cannot_share_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, lines) = start(folder.path());
    let started = lines.map_while(Result::ok).any(|line| line.starts_with("have"));
    let refused = DiskJournal::open(folder.path(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(started);
    let refused = refused.unwrap_err();
    assert!(matches!(refused, JournalError::InUse { .. }));
    let path = folder.path().join("journal.redb");
    let reason = "is in use: stop the process that has it open, or choose another data folder";
    assert_eq!(refused.to_string(), format!("the journal `{}` {reason}", path.display()));
    assert!(DiskJournal::open(folder.path(), 1).unwrap().next_index() > 0, "the lock goes with the process");
}
