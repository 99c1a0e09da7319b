//! Workers (surface section 3.3).

use std::collections::BTreeSet;

use pointsman::{ActivityId, DeleteWorker, TaskQueueId, Timestamp, UpdateWorker, WorkerFacts, WorkerId, WorkerSpec};
use pointsman_expr::{Expression, Kind};
use serde_json::{Value, json};

use super::expressions::{expression, holds_for_worker};
use super::ordering::Ordering;
use super::refusal::Refusal;
use super::reply::Reply;
use super::reservations::Side;
use super::tasks::text;
use super::times::iso;
use super::{Answer, Method, Params, Reservations, Within, WorkerChannels, page, statistics};
use crate::hub::Workspace;
use crate::place::Place;

/// `/Workers` and what is below.
pub(crate) struct Workers<'a, 'd>(pub(crate) Within<'a, 'd>);

impl Workers<'_, '_> {
    pub(super) fn answer(mut self, rest: &[&str]) -> Answer {
        match (self.0.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Post, []) => self.create(),
            (Method::Delete, []) => self.0.not_allowed(),
            (_, [kind @ ("Statistics" | "RealTimeStatistics" | "CumulativeStatistics")]) => {
                statistics::of_workers(&self.0, kind)
            }
            (method, [sid, below @ ..]) => {
                let id = self.find(sid)?;
                match below {
                    [] => self.one(method, id),
                    ["Channels" | "WorkerChannels", rest @ ..] => {
                        WorkerChannels { within: self.0, worker: id }.answer(rest)
                    }
                    ["Reservations", rest @ ..] => Reservations { within: self.0, side: Side::Worker(id) }.answer(rest),
                    ["Statistics"] => statistics::of_worker(&self.0, id),
                    _ => Err(self.0.unknown()),
                }
            }
        }
    }

    fn find(&self, sid: &str) -> Result<WorkerId, Refusal> {
        let id = sid.parse().ok();
        id.filter(|id| self.0.workspace().engine().worker(*id).is_some()).ok_or_else(|| self.0.unknown())
    }

    fn list(&self) -> Answer {
        let workspace = self.0.workspace();
        let filter = Filter::of(self.0.params(), workspace)?;
        let all = workspace.engine().workers().map(|view| view.facts);
        let mut found: Vec<WorkerFacts> = all.filter(|worker| filter.lets(worker)).collect();
        let ordering = Ordering::of(self.0.params(), KEYS)?;
        ordering.sort(&mut found, Key::of);
        let (site, call, place) = (self.0.context.site, self.0.context.call, self.0.place());
        let sid = |it: &&WorkerFacts| it.worker.to_string();
        let created = |it: &&WorkerFacts| {
            let created = workspace.notes().worker_created(it.worker).as_millis();
            Some(created).filter(|_| !ordering.is_given())
        };
        page::list(site, call, "workers", || found.iter(), (sid, created), |it| shown(&place, workspace, it))
    }

    fn create(mut self) -> Answer {
        let params = self.0.params();
        let id = WorkerId::new(self.0.context.desk.number());
        let mut spec = WorkerSpec::new(params.required("FriendlyName")?).worker(id);
        if let Some(attributes) = params.attributes("Attributes")? {
            spec.attributes = attributes;
        }
        spec.activity = params.sid("ActivitySid")?;
        self.0.submit(spec, None)?;
        self.shown(id).map(|reply| Reply { status: 201, ..reply })
    }

    fn one(&mut self, method: Method, id: WorkerId) -> Answer {
        match method {
            Method::Get => {}
            Method::Post => self.update(id)?,
            Method::Delete => {
                self.is_meant(id)?;
                self.0.submit(DeleteWorker::new(id), None)?;
                return Ok(Reply::gone());
            }
        }
        self.shown(id)
    }

    fn is_meant(&self, id: WorkerId) -> Result<(), Refusal> {
        let found = self.0.workspace().engine().worker(id);
        found.map_or(Ok(()), |view| self.0.is_meant(view.facts.revision.version))
    }

    fn update(&mut self, id: WorkerId) -> Result<(), Refusal> {
        self.is_meant(id)?;
        let params = self.0.params();
        let mut command = UpdateWorker::new(id);
        command.friendly_name = params.text("FriendlyName").map(str::to_owned);
        command.attributes = params.attributes("Attributes")?;
        command.activity = params.sid::<ActivityId>("ActivitySid")?;
        command.reject_pending_reservations = params.flag("RejectPendingReservations").unwrap_or(false);
        if command == UpdateWorker::new(id) { Ok(()) } else { self.0.submit(command, None) }
    }

    fn shown(&self, id: WorkerId) -> Answer {
        let workspace = self.0.workspace();
        let facts = workspace.engine().worker(id).ok_or_else(|| self.0.unknown())?.facts;
        Ok(Reply::ok(shown(&self.0.place(), workspace, &facts)).version(facts.revision.version))
    }
}

fn shown(place: &Place<'_>, workspace: &Workspace, worker: &WorkerFacts) -> Value {
    show(place, worker, workspace.notes().worker_created(worker.worker))
}

/// A worker as it goes over the wire.
pub(crate) fn show(place: &Place<'_>, worker: &WorkerFacts, created: Timestamp) -> Value {
    let url = place.url(&format!("/Workers/{}", worker.worker));
    json!({
        "account_sid": place.site.account,
        "workspace_sid": place.workspace.to_string(),
        "sid": worker.worker.to_string(),
        "friendly_name": &*worker.friendly_name,
        "activity_name": &*worker.activity_name,
        "activity_sid": worker.activity.to_string(),
        "attributes": text(&worker.attributes),
        "available": worker.available,
        "date_created": iso(created),
        "date_status_changed": iso(worker.activity_since),
        "date_updated": iso(worker.revision.updated_at),
        "links": {
            "workspace": place.url(""),
            "activity": place.url(&format!("/Activities/{}", worker.activity)),
            "channels": format!("{url}/Channels"),
            "worker_channels": format!("{url}/Channels"),
            "reservations": format!("{url}/Reservations"),
            "worker_statistics": format!("{url}/Statistics"),
            "statistics": place.url("/Workers/Statistics"),
            "real_time_statistics": place.url("/Workers/RealTimeStatistics"),
            "cumulative_statistics": place.url("/Workers/CumulativeStatistics"),
        },
        "url": url,
    })
}

/// Which workers a list shows.
struct Filter {
    activity: Option<ActivityId>,
    activity_name: Option<String>,
    available: Option<bool>,
    name: Option<String>,
    expression: Option<Expression>,
    members: Option<BTreeSet<WorkerId>>,
}

impl Filter {
    fn of(params: &Params, workspace: &Workspace) -> Result<Self, Refusal> {
        let name = "TargetWorkersExpression";
        let owned = |name: &str| params.filled(name).map(str::to_owned);
        Ok(Self {
            activity: params.sid("ActivitySid")?,
            activity_name: owned("ActivityName"),
            available: params.flag("Available"),
            name: owned("FriendlyName"),
            expression: params.filled(name).map(|text| expression(name, text, Kind::Queue)).transpose()?,
            members: members(params, workspace)?,
        })
    }

    fn lets(&self, worker: &WorkerFacts) -> bool {
        self.activity.is_none_or(|activity| worker.activity == activity)
            && self.activity_name.as_deref().is_none_or(|name| *worker.activity_name == *name)
            && self.available.is_none_or(|available| worker.available == available)
            && self.name.as_deref().is_none_or(|name| *worker.friendly_name == *name)
            && self.expression.as_ref().is_none_or(|expression| holds_for_worker(expression, worker))
            && self.members.as_ref().is_none_or(|members| members.contains(&worker.worker))
    }
}

/// The workers of the queue that is named by SID or by name; none when no queue is named.
pub(super) fn members(params: &Params, workspace: &Workspace) -> Result<Option<BTreeSet<WorkerId>>, Refusal> {
    let (id, name) = (params.sid::<TaskQueueId>("TaskQueueSid")?, params.filled("TaskQueueName"));
    if id.is_none() && name.is_none() {
        return Ok(None);
    }
    let queues = workspace.engine().catalog().task_queues;
    let named = queues.iter().filter(|queue| {
        id.is_none_or(|id| queue.task_queue == id) && name.is_none_or(|name| queue.friendly_name == name)
    });
    Ok(Some(named.flat_map(|queue| workspace.engine().members(queue.task_queue)).collect()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    DateStatusChanged,
    DateUpdated,
}

const KEYS: &[(&str, Key)] = &[("DateStatusChanged", Key::DateStatusChanged), ("DateUpdated", Key::DateUpdated)];

impl Key {
    fn of(self, worker: &WorkerFacts) -> i64 {
        match self {
            Self::DateStatusChanged => worker.activity_since.as_millis(),
            Self::DateUpdated => worker.revision.updated_at.as_millis(),
        }
    }
}
