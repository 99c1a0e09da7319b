//! What a token opens: its own workspace to look at; there a worker's own affairs to change, or everything.

use pointsman::{ReservationStatus, TaskId, WorkerId};

use super::token::Bearer;
use crate::hub::Workspace;
use crate::rest::{Call, Method};

/// Whether the bearer of a token may make this call in its workspace.
pub(super) fn allow(workspace: &Workspace, bearer: &Bearer, call: &Call) -> bool {
    let segments: Vec<&str> = call.segments().collect();
    let ["Workspaces", sid, rest @ ..] = segments.as_slice() else { return false };
    let exists = bearer.worker.is_none_or(|worker| workspace.engine().worker(worker).is_some());
    if sid.parse() != Ok(bearer.workspace) || !exists {
        return false;
    }
    match call.method {
        Method::Get => true,
        Method::Post | Method::Delete if bearer.supervises => true,
        Method::Post => bearer.worker.is_some_and(|worker| is_own(workspace, worker, rest)),
        Method::Delete => false,
    }
}

/// The worker itself, a new task, a task it has been given or asked to take, and its own reservations.
fn is_own(workspace: &Workspace, worker: WorkerId, path: &[&str]) -> bool {
    let engine = workspace.engine();
    match path {
        ["Workers", sid, ..] => sid.parse() == Ok(worker),
        ["Tasks"] => true,
        ["Tasks", task] => task.parse().is_ok_and(|task| has(workspace, worker, task)),
        ["Tasks", _, "Reservations", sid] => {
            let found = sid.parse().ok().and_then(|id| engine.reservation(id));
            found.is_some_and(|found| found.worker == worker)
        }
        _ => false,
    }
}

/// Whether the worker has a reservation of the task that has led to something, or still may.
fn has(workspace: &Workspace, worker: WorkerId, task: TaskId) -> bool {
    let engine = workspace.engine();
    let ids = engine.task(task).map(|view| view.reservations).unwrap_or_default();
    let mut found = ids.into_iter().filter_map(|id| engine.reservation(id));
    found.any(|it| it.worker == worker && (it.status.is_open() || it.status == ReservationStatus::Completed))
}
