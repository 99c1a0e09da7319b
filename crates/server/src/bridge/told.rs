//! What a worker's sockets hear (surface section 7.2): events about the worker, its channels, its reservations and the
//! tasks of those, each as a frame that is ready to send.

use std::sync::Arc;

use pointsman::{Event, EventKind, ReservationFacts, Subject, TaskFacts, WorkerChannelFacts, WorkerId};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::shapes::{self, Reserved, Share};
use crate::hub::{Announcement, Hub, Workspace};
use crate::place::Place;
use crate::rest::Site;
use crate::sid::WorkspaceSid;

/// Something for the sockets of a worker.
#[derive(Debug)]
pub(crate) struct Told {
    pub(super) workspace: WorkspaceSid,
    /// Absent for all of the workspace.
    pub(super) worker: Option<WorkerId>,
    pub(super) what: What,
}

/// What sockets are told.
#[derive(Debug)]
pub(super) enum What {
    /// Something has happened: the frame.
    Frame(String),
    /// Another session has come that wants to be the only one: its number.
    OnlySession(u64),
    /// The worker, or the whole workspace, is no longer there.
    Gone,
}

/// Tells the sockets what has happened, where anybody listens.
pub(crate) fn tell(hub: &Hub, site: &Site, announced: &[Announcement], told: &broadcast::Sender<Arc<Told>>) {
    if told.receiver_count() == 0 {
        return;
    }
    for Announcement { workspace: sid, event, .. } in announced {
        // Nobody may be left to hear any of it.
        if let Some(worker) = gone(event) {
            let _ = told.send(Arc::new(Told { workspace: *sid, worker, what: What::Gone }));
        }
        let Some(workspace) = hub.workspace(*sid) else { continue };
        let place = Place { site, workspace: *sid };
        for (worker, payload) in payloads(&place, workspace, event) {
            let frame = json!({"event_type": event.kind.name(), "payload": payload}).to_string();
            let _ = told.send(Arc::new(Told { workspace: *sid, worker: Some(worker), what: What::Frame(frame) }));
        }
    }
}

/// Who is no longer there: a worker, or everybody.
#[allow(clippy::wildcard_enum_match_arm, reason = "everything else leaves its workers there")]
fn gone(event: &Event) -> Option<Option<WorkerId>> {
    match &event.kind {
        EventKind::WorkerDeleted(facts) => Some(Some(facts.worker)),
        EventKind::WorkspaceDeleted(_) => Some(None),
        _ => None,
    }
}

/// Whom an event concerns, and what it is for them.
fn payloads(place: &Place<'_>, workspace: &Workspace, event: &Event) -> Vec<(WorkerId, Value)> {
    match event.kind.subject() {
        Subject::Worker(facts) if matches!(event.kind, EventKind::WorkerAttributesUpdated(_)) => {
            vec![(facts.worker, shapes::worker(place, workspace, facts))]
        }
        Subject::WorkerActivity(facts) => {
            vec![(facts.worker.worker, shapes::worker(place, workspace, &facts.worker))]
        }
        Subject::WorkerChannel(facts) => {
            vec![(facts.worker.worker, shapes::channel(place, workspace, &share(facts)))]
        }
        Subject::Reservation(facts) => {
            vec![(facts.worker.worker, shapes::reservation(place, workspace, &reserved(facts), event.at))]
        }
        Subject::Task(facts) if is_told(&event.kind) => {
            let payload = shapes::task(place, facts, event.at);
            workers(workspace, facts).into_iter().map(|worker| (worker, payload.clone())).collect()
        }
        Subject::Workspace(_)
        | Subject::Activity(_)
        | Subject::TaskChannel(_)
        | Subject::TaskQueue(_)
        | Subject::Workflow(_)
        | Subject::Worker(_)
        | Subject::Task(_) => Vec::new(),
    }
}

fn is_told(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::TaskUpdated(_) | EventKind::TaskCanceled(_) | EventKind::TaskCompleted(_) | EventKind::TaskWrapup(_)
    )
}

/// Everybody who has a reservation of the task that is not of the past.
fn workers(workspace: &Workspace, task: &TaskFacts) -> Vec<WorkerId> {
    let engine = workspace.engine();
    let Some(view) = engine.task(task.task) else { return Vec::new() };
    let found = view.reservations.iter().filter_map(|id| engine.reservation(*id));
    let mut workers: Vec<WorkerId> = found.map(|it| it.worker).collect();
    workers.sort();
    workers.dedup();
    workers
}

fn share(facts: &WorkerChannelFacts) -> Share<'_> {
    Share {
        worker: facts.worker.worker,
        task_channel: facts.task_channel,
        unique_name: &facts.unique_name,
        available: facts.available,
        configured_capacity: facts.configured_capacity,
        available_capacity_percentage: facts.available_capacity_percentage,
        assigned_tasks: facts.assigned_tasks,
        revision: facts.revision,
    }
}

fn reserved(facts: &ReservationFacts) -> Reserved<'_> {
    Reserved {
        reservation: facts.reservation,
        status: facts.status,
        worker: facts.worker.worker,
        task: &facts.task,
        created_at: facts.created_at,
        expires_at: facts.expires_at,
        revision: facts.revision,
    }
}
