//! Two weeks of a fire department's real dispatches through the engine: every unit a worker, every response a task
//! that wants a unit of its type and keeps it as long as it was kept.
//!
//! The trace is not part of the project: `POINTSMAN_DATA` names the folder that holds it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and is told where the trace is")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use pointsman::{
    AcceptReservation, Command, CompleteTask, CreateTask, Digest, Engine, EventKind, FilterSpec, TargetSpec, TaskId,
    TaskQueueSpec, Timestamp, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use serde_json::json;

/// A unit's response to a call.
struct Response {
    unit: String,
    kind: String,
    priority: u32,
    received: Timestamp,
    handling: Duration,
}

#[test]
fn two_weeks_of_dispatches_are_all_handled_and_replay_alike() {
    let Some(folder) = std::env::var_os("POINTSMAN_DATA") else {
        eprintln!("SKIPPED: set POINTSMAN_DATA to the folder that holds sf_fire_cfs_2020-04.csv");
        return;
    };
    let responses = read(&Path::new(&folder).join("sf_fire_cfs_2020-04.csv"));
    assert!(responses.len() > 10_000, "the trace has {} usable rows", responses.len());
    let (completed, digest) = replay(&responses);
    assert_eq!(completed, responses.len(), "every response finds a unit of its type within a day");
    assert_eq!(replay(&responses), (completed, digest));
}

/// Rows without a usable pair of dispatch and return are left out, as the note beside the trace advises.
fn read(file: &Path) -> Vec<Response> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let rows = reader.deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
    rows.filter_map(|row| {
        let seconds = |column: &str| row[column].parse::<u64>().ok();
        let handling = seconds("available_s")?.checked_sub(seconds("dispatch_s")?)?;
        Some(Response {
            unit: row["unit_id"].clone(),
            kind: row["unit_type"].clone(),
            priority: row["final_priority"].parse().ok()?,
            received: Timestamp::EPOCH + Duration::from_secs(seconds("received_s")?),
            handling: Duration::from_secs(handling),
        })
    })
    .collect()
}

fn workspace(responses: &[Response]) -> WorkspaceSpec {
    let kinds: BTreeSet<&str> = responses.iter().map(|response| &*response.kind).collect();
    let units: BTreeMap<&str, &str> = responses.iter().map(|response| (&*response.unit, &*response.kind)).collect();
    let configuration = kinds.iter().fold(WorkflowConfiguration::new(), |configuration, kind| {
        configuration.filter(FilterSpec::new(format!("unit == '{kind}'")).target(TargetSpec::to(*kind)))
    });
    let spec = WorkspaceSpec::new("Dispatch").workflow(WorkflowSpec::new("calls", configuration));
    let spec =
        kinds.iter().fold(spec, |spec, kind| spec.task_queue(TaskQueueSpec::new(kind, format!("type == '{kind}'"))));
    units.iter().fold(spec, |spec, (unit, kind)| {
        spec.worker(WorkerSpec::new(unit).activity("Available").attributes(json!({"type": kind})))
    })
}

/// Units accept at once; the answer is how many tasks were completed, and the state at the end.
fn replay(responses: &[Response]) -> (usize, Digest) {
    let mut engine = Engine::new(workspace(responses), 0).unwrap();
    let mut handling: BTreeMap<TaskId, Duration> = BTreeMap::new();
    let mut agenda: BTreeMap<(Timestamp, usize), Command> = BTreeMap::new();
    for (number, response) in responses.iter().enumerate() {
        let id = TaskId::new(number as u128);
        handling.insert(id, response.handling);
        let task = CreateTask::new(id).priority(response.priority).attributes(json!({"unit": response.kind}));
        agenda.insert((response.received, number), task.into());
    }
    let (mut completed, mut number) = (0, responses.len());
    while let Some(((now, _), command)) = agenda.pop_first() {
        engine.handle(now, command).unwrap();
        while let Some(event) = engine.poll_event() {
            number += 1;
            if let EventKind::ReservationCreated(facts) = &event.kind {
                agenda.insert((now, number), AcceptReservation::new(facts.reservation).into());
            }
            if let EventKind::ReservationAccepted(facts) = &event.kind {
                let done = now + handling[&facts.task.task];
                agenda.insert((done, number), CompleteTask::new(facts.task.task).into());
            }
            completed += usize::from(matches!(event.kind, EventKind::TaskCompleted(_)));
        }
        if number % 1_000 == 0 {
            engine.check();
        }
    }
    engine.check();
    (completed, engine.digest())
}
