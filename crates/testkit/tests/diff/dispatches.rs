//! The dispatch trace as a recording: every unit a worker, every response a task for a unit of its type, accepted at
//! once and kept as long as it was kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use pointsman::{
    AcceptReservation, Command, CompleteTask, CreateTask, Engine, EventKind, FilterSpec, TargetSpec, TaskId,
    TaskQueueSpec, Timestamp, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use pointsman_sim::Recording;
use serde_json::json;

/// A usable row: unit, type, priority, instant and handling time.
type Response = (String, String, u32, Timestamp, Duration);

pub(crate) fn recorded(folder: &Path) -> Recording {
    let mut reader = csv::Reader::from_path(folder.join("sf_fire_cfs_2020-04.csv")).unwrap();
    let rows = reader.deserialize::<BTreeMap<String, String>>().filter_map(|row| response(&row.unwrap()));
    let responses: Vec<Response> = rows.collect();
    let workspace = workspace(&responses);
    let mut engine = Engine::new(workspace.clone(), 0).unwrap();
    let mut recording = Recording::new("dispatches", 0, 0, workspace);
    let mut agenda: BTreeMap<(Timestamp, usize), Command> = BTreeMap::new();
    for (number, (_, kind, priority, at, _)) in responses.iter().enumerate() {
        let task = CreateTask::new(TaskId::new(number as u128)).priority(*priority);
        agenda.insert((*at, number), task.attributes(json!({"unit": kind})).into());
    }
    let mut order = responses.len();
    while let Some(((now, _), command)) = agenda.pop_first() {
        recording.push(now, command.clone());
        engine.handle(now, command).unwrap();
        recording.end(now, "");
        while let Some(event) = engine.poll_event() {
            order += 1;
            if let EventKind::ReservationCreated(facts) = &event.kind {
                agenda.insert((now, order), AcceptReservation::new(facts.reservation).into());
            } else if let EventKind::ReservationAccepted(facts) = &event.kind {
                let task = facts.task.task;
                let (.., handling) = responses[usize::try_from(task.number()).unwrap()];
                agenda.insert((now + handling, order), CompleteTask::new(task).into());
            }
        }
    }
    recording
}

fn response(row: &BTreeMap<String, String>) -> Option<Response> {
    let seconds = |column: &str| row[column].parse::<u64>().ok();
    let handling = seconds("available_s")?.checked_sub(seconds("dispatch_s")?)?;
    let received = Timestamp::EPOCH + Duration::from_secs(seconds("received_s")?);
    let priority = row["final_priority"].parse().ok()?;
    Some((row["unit_id"].clone(), row["unit_type"].clone(), priority, received, Duration::from_secs(handling)))
}

fn workspace(responses: &[Response]) -> WorkspaceSpec {
    let kinds: BTreeSet<&str> = responses.iter().map(|(_, kind, ..)| &**kind).collect();
    let units: BTreeMap<&str, &str> = responses.iter().map(|(unit, kind, ..)| (&**unit, &**kind)).collect();
    let filter = |kind: &str| FilterSpec::new(format!("unit == '{kind}'")).target(TargetSpec::to(kind));
    let configuration =
        kinds.iter().fold(WorkflowConfiguration::new(), |configuration, kind| configuration.filter(filter(kind)));
    let queues = kinds.iter().map(|kind| TaskQueueSpec::new(kind, format!("type == '{kind}'")));
    let spec = queues.fold(WorkspaceSpec::new("Dispatch"), WorkspaceSpec::task_queue);
    let spec = spec.workflow(WorkflowSpec::new("calls", configuration));
    let worker =
        |(unit, kind): (&&str, &&str)| WorkerSpec::new(unit).activity("Available").attributes(json!({"type": kind}));
    units.iter().map(worker).fold(spec, WorkspaceSpec::worker)
}
