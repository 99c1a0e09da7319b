//! Reservations, from the side of the task and from that of the worker (surface section 3.9).

use pointsman::{
    AcceptReservation, ActivityId, CompleteTask, RejectReservation, ReservationId, ReservationStatus, ReservationView,
    TaskId, WorkerId, WrapTask,
};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Method, Params, Within, page};
use crate::hub::Workspace;
use crate::place::Place;

/// Whose reservations.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side {
    /// A task's.
    Task(TaskId),
    /// A worker's.
    Worker(WorkerId),
}

impl Side {
    fn has(self, reservation: &ReservationView) -> bool {
        match self {
            Self::Task(task) => reservation.task == task,
            Self::Worker(worker) => reservation.worker == worker,
        }
    }
}

/// `/Tasks/{TaskSid}/Reservations` and `/Workers/{WorkerSid}/Reservations`.
pub(crate) struct Reservations<'a, 'd> {
    pub(crate) within: Within<'a, 'd>,
    pub(crate) side: Side,
}

impl Reservations<'_, '_> {
    pub(super) fn answer(mut self, rest: &[&str]) -> Answer {
        match (self.within.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Post | Method::Delete, []) => self.within.not_allowed(),
            (method, [sid]) => {
                let found = self.find(sid)?;
                match method {
                    Method::Get => {}
                    Method::Post => self.update(&found)?,
                    Method::Delete => return self.within.not_allowed(),
                }
                self.shown(found.reservation)
            }
            _ => Err(self.within.unknown()),
        }
    }

    fn find(&self, sid: &str) -> Result<ReservationView, Refusal> {
        let id: Option<ReservationId> = sid.parse().ok();
        let found = id.and_then(|id| self.within.workspace().engine().reservation(id));
        found.filter(|found| self.side.has(found)).ok_or_else(|| self.within.unknown())
    }

    fn list(&self) -> Answer {
        let params = self.within.params();
        let statuses: Vec<String> = params.list("ReservationStatus").into_iter().map(str::to_ascii_lowercase).collect();
        let worker = params.sid::<WorkerId>("WorkerSid")?;
        let wanted = |it: &ReservationView| {
            (statuses.is_empty() || statuses.iter().any(|status| status == it.status.name()))
                && worker.is_none_or(|worker| it.worker == worker)
        };
        let open = params.flag("Active").unwrap_or(false);
        let found: Vec<ReservationView> = self.all(open).into_iter().filter(wanted).collect();
        let (site, call) = (self.within.context.site, self.within.context.call);
        let sid = |it: &&ReservationView| it.reservation.to_string();
        let created = |it: &&ReservationView| Some(it.created_at.as_millis());
        page::list(site, call, "reservations", || found.iter(), (sid, created), |it| self.show(it))
    }

    /// All of them, or those that are still open: the worker SDK begins with these.
    fn all(&self, open: bool) -> Vec<ReservationView> {
        let engine = self.within.workspace().engine();
        let ids = match self.side {
            Side::Task(task) => engine.task(task).map(|view| view.reservations),
            Side::Worker(worker) if open => engine.worker(worker).map(|view| view.reservations),
            Side::Worker(worker) => return engine.reservations().filter(|it| it.worker == worker).collect(),
        };
        let found = ids.unwrap_or_default().into_iter().filter_map(|id| engine.reservation(id));
        found.filter(|it| !open || it.status.is_open()).collect()
    }

    fn update(&mut self, found: &ReservationView) -> Result<(), Refusal> {
        self.within.is_meant(found.revision.version)?;
        let step = step(self.within.params())?;
        step.map_or(Ok(()), |step| self.within.take(found, &step))
    }

    fn shown(&self, id: ReservationId) -> Answer {
        let engine = self.within.workspace().engine();
        let found = engine.reservation(id).ok_or_else(|| self.within.unknown())?;
        Ok(Reply::ok(self.show(&found)).version(found.revision.version))
    }

    fn show(&self, reservation: &ReservationView) -> Value {
        show(&self.within.place(), self.within.workspace(), reservation, self.side)
    }
}

/// What becomes of a reservation.
pub(crate) enum Step {
    /// The worker takes the task.
    Accept,
    /// The worker refuses, and may go to another activity.
    Reject(Option<ActivityId>),
    /// After-work begins.
    Wrap,
    /// The work is done; single-tasking, the worker goes to this activity.
    Complete(Option<ActivityId>),
}

/// The step a form asks for; none when it asks for nothing we do.
pub(crate) fn step(params: &Params) -> Result<Option<Step>, Refusal> {
    let Some(status) = params.filled("ReservationStatus") else { return instructed(params) };
    Ok(Some(match status.to_ascii_lowercase().as_str() {
        "accepted" => Step::Accept,
        "rejected" => Step::Reject(params.sid("WorkerActivitySid")?),
        "wrapping" => Step::Wrap,
        "completed" => Step::Complete(params.sid("PostWorkActivitySid")?),
        _ => {
            let expected = "expected one of accepted, rejected, wrapping, completed";
            return Err(Refusal::invalid(format!("ReservationStatus is `{status}`, {expected}")));
        }
    }))
}

/// Without telephony a conference or a dequeue is an accept, a call or a redirect only when it says so (surface
/// section 5.1).
fn instructed(params: &Params) -> Result<Option<Step>, Refusal> {
    let accept = |says: bool| says.then_some(Step::Accept);
    Ok(match params.filled("Instruction").map(str::to_ascii_lowercase).as_deref() {
        None | Some("supervise") => None,
        Some("accept" | "conference" | "dequeue") => Some(Step::Accept),
        Some("reject") => Some(Step::Reject(params.sid("WorkerActivitySid")?)),
        Some("call") => accept(params.flag("CallAccept").unwrap_or(false)),
        Some("redirect") => accept(params.flag("RedirectAccept").unwrap_or(false)),
        Some(other) => {
            let expected = "expected one of accept, reject, conference, dequeue, call, redirect, supervise";
            return Err(Refusal::invalid(format!("Instruction is `{other}`, {expected}")));
        }
    })
}

impl Within<'_, '_> {
    /// Does a step of a reservation.
    pub(crate) fn take(&mut self, found: &ReservationView, step: &Step) -> Result<(), Refusal> {
        match *step {
            Step::Accept => self.submit(AcceptReservation::new(found.reservation), None),
            Step::Reject(activity) => {
                let mut command = RejectReservation::new(found.reservation);
                command.activity = activity;
                self.submit(command, None)
            }
            Step::Wrap => {
                is_taken(found)?;
                self.submit(WrapTask::new(found.task), None)
            }
            Step::Complete(activity) => {
                is_taken(found)?;
                let mut command = CompleteTask::new(found.task);
                command.post_work_activity = activity;
                self.submit(command, None)
            }
        }
    }
}

/// The reservation is the one by which its task was taken.
fn is_taken(found: &ReservationView) -> Result<(), Refusal> {
    match found.status {
        ReservationStatus::Accepted | ReservationStatus::Wrapping => Ok(()),
        ReservationStatus::Pending
        | ReservationStatus::Completed
        | ReservationStatus::Rejected
        | ReservationStatus::Timeout
        | ReservationStatus::Canceled
        | ReservationStatus::Rescinded => Err(Refusal::invalid(format!(
            "Reservation {} is {}, not accepted or wrapping",
            found.reservation, found.status
        ))),
    }
}

/// A reservation as it goes over the wire.
pub(crate) fn show(place: &Place<'_>, workspace: &Workspace, reservation: &ReservationView, side: Side) -> Value {
    let (task, worker) = (reservation.task, reservation.worker);
    let (task_url, worker_url) = (place.url(&format!("/Tasks/{task}")), place.url(&format!("/Workers/{worker}")));
    let from = match side {
        Side::Task(_) => &task_url,
        Side::Worker(_) => &worker_url,
    };
    json!({
        "account_sid": place.site.account,
        "workspace_sid": place.workspace.to_string(),
        "sid": reservation.reservation.to_string(),
        "reservation_status": reservation.status.name(),
        "task_sid": task.to_string(),
        "worker_sid": worker.to_string(),
        "worker_name": workspace.engine().worker(worker).map(|view| view.facts.friendly_name.to_string()),
        "date_created": iso(reservation.created_at),
        "date_updated": iso(reservation.revision.updated_at),
        "url": format!("{from}/Reservations/{}", reservation.reservation),
        "links": {"task": task_url, "worker": worker_url, "workspace": place.url("")},
    })
}
