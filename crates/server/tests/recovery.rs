//! From the journal to the state: inputs and snapshots lead to the same, and what does not belong is refused.
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use pointsman::{BEHAVIOUR, CreateTask, Template, Timestamp, WorkerSpec, WorkspaceSpec};
use pointsman_journal::{DiskJournal, Journal, MemoryJournal};
use pointsman_server::hub::{Action, Input, NewWorkspace, WorkspaceNotes};
use pointsman_server::{RecoveryError, WorkspaceSid, convert, recover};

const OFFICE: WorkspaceSid = WorkspaceSid::new(1);

fn input(at: i64, follows: u64, action: Action) -> Vec<u8> {
    let input = Input { at: Timestamp::from_millis(at), workspace: OFFICE, follows, action };
    serde_json::to_vec(&input).unwrap()
}

fn workspace() -> Action {
    let spec = WorkspaceSpec::new("Office").template(Template::Fifo);
    let spec = spec.worker(WorkerSpec::new("alice").activity("Available"));
    Action::CreateWorkspace(Box::new(NewWorkspace { spec, notes: WorkspaceNotes::default(), workflows: Vec::new() }))
}

/// A workspace, and a task in it: five events.
fn inputs() -> Vec<Vec<u8>> {
    vec![input(0, 0, workspace()), input(1_000, 0, Action::command(CreateTask::new("t1")))]
}

fn refusal(journal: &dyn Journal) -> String {
    recover(journal).map(|hub| hub.digest()).unwrap_err().to_string()
}

#[test]
fn inputs_lead_to_the_same_state_again() {
    let mut journal = MemoryJournal::new(BEHAVIOUR);
    journal.append(0, &inputs()).unwrap();
    let hub = recover(&journal).unwrap();
    let events = hub.last_event(OFFICE);
    assert!(events > 3, "a task was routed");
    assert_eq!(hub.digest(), recover(&journal).unwrap().digest());
    journal.append(2, &[input(2_000, events, Action::Timeout)]).unwrap();
    assert_eq!(recover(&journal).unwrap().last_event(OFFICE), events);
}

#[test]
fn a_journal_that_does_not_lead_where_it_led_is_refused() {
    let mut journal = MemoryJournal::new(BEHAVIOUR);
    journal.append(0, &inputs()).unwrap();
    journal.append(2, &[input(2_000, 99, Action::Timeout)]).unwrap();
    let told = refusal(&journal);
    assert!(told.contains("entry 2") && told.contains("event 99"), "{told}");
    let mut journal = MemoryJournal::new(BEHAVIOUR);
    journal.append(0, &[b"nonsense".to_vec()]).unwrap();
    assert!(refusal(&journal).contains("entry 0"));
    let mut journal = MemoryJournal::new(BEHAVIOUR);
    journal.save(0, b"{}").unwrap();
    assert!(refusal(&journal).contains("snapshot"));
}

#[test]
fn a_snapshot_that_restores_to_something_else_is_refused() {
    let mut journal = MemoryJournal::new(BEHAVIOUR);
    journal.append(0, &inputs()).unwrap();
    convert(&mut journal, |_, _, _| {}).unwrap();
    let saved = journal.saved().unwrap().unwrap();
    let hub = recover(&journal).unwrap();
    assert_eq!((saved.index, hub.last_event(OFFICE) > 3), (2, true), "the snapshot has the events, too");
    let text = String::from_utf8(saved.bytes).unwrap();
    let changed = text.replacen("\"digest\":\"WS", "\"digest\":\"WSx", 1);
    assert_ne!(changed, text);
    journal.append(2, &[input(3_000, hub.last_event(OFFICE), Action::Timeout)]).unwrap();
    journal.save(3, changed.as_bytes()).unwrap();
    assert!(refusal(&journal).contains("another state"));
}

#[test]
fn what_another_behaviour_handled_is_converted_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let mut before = DiskJournal::open(folder.path(), BEHAVIOUR + 1).unwrap();
    before.append(0, &inputs()).unwrap();
    drop(before);
    let mut journal = DiskJournal::open(folder.path(), BEHAVIOUR).unwrap();
    let refused = recover(&journal).map(|hub| hub.digest());
    assert!(matches!(refused, Err(RecoveryError::Behaviour { index: 0, found }) if found == BEHAVIOUR + 1));
    assert!(refusal(&journal).contains("replay DIR --convert"), "with the command that converts it");
    let seen = Arc::new(AtomicI64::new(0));
    let counted = seen.clone();
    let converted = convert(&mut journal, move |_, _, _| {
        counted.fetch_add(1, Ordering::Relaxed);
    })
    .unwrap();
    assert_eq!(seen.load(Ordering::Relaxed), 2);
    assert_eq!(recover(&journal).unwrap().digest(), converted.digest(), "from the snapshot alone");
}
