//! Events (surface section 3.10).

use std::time::Duration;

use pointsman::{Event, ReservationId, TaskId, TaskQueueId, Timestamp, WorkerId, WorkflowId};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Method, Params, Within, page};
use crate::hub::Workspace;
use crate::payload;
use crate::place::Place;
use crate::sid::{self, WorkspaceSid};

/// `/Events` and `/Events/{Sid}`.
pub(crate) struct Events<'a, 'd>(pub(crate) Within<'a, 'd>);

impl Events<'_, '_> {
    pub(super) fn answer(self, rest: &[&str]) -> Answer {
        match (self.0.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Get, [sid]) => self.one(sid),
            (_, [] | [_]) => self.0.not_allowed(),
            _ => Err(self.0.unknown()),
        }
    }

    fn list(&self) -> Answer {
        let params = self.0.params();
        let (start, end) = window(params, self.0.now())?;
        let (workspace, place) = (self.0.workspace(), self.0.place());
        let sid_of = |event: &&Event| sid::event(place.workspace, event.sequence);
        let filter = Filter::of(params)?;
        let wanted = |event: &&Event| event.at <= end && filter.lets(place.workspace, event);
        // The newest first, as the service lists them.
        let items = || workspace.log().since(start).rev().filter(wanted);
        let back = |event: &&Event| i64::try_from(event.sequence).ok().map(|sequence| -sequence);
        let (site, call) = (self.0.context.site, self.0.context.call);
        page::list(site, call, "events", items, (sid_of, back), |it| show(&place, workspace, it))
    }

    fn one(&self, sid: &str) -> Answer {
        let (workspace, place) = (self.0.workspace(), self.0.place());
        let found = workspace.log().iter().rev().find(|event| sid::event(place.workspace, event.sequence) == sid);
        found.map(|event| Reply::ok(show(&place, workspace, event))).ok_or_else(|| self.0.unknown())
    }
}

/// From when and until when: dates, or the last minutes.
fn window(params: &Params, now: Timestamp) -> Result<(Timestamp, Timestamp), Refusal> {
    let minutes = params.number::<u32>("Minutes")?.unwrap_or(15);
    let end = params.time("EndDate")?.unwrap_or(now);
    let start = params.time("StartDate")?;
    Ok((start.unwrap_or_else(|| end.before(Duration::from_secs(u64::from(minutes) * 60))), end))
}

/// What a list is narrowed to.
struct Filter<'a> {
    sid: Option<&'a str>,
    kind: Option<&'a str>,
    channel: Option<&'a str>,
    task: Option<TaskId>,
    worker: Option<WorkerId>,
    reservation: Option<ReservationId>,
    workflow: Option<WorkflowId>,
    queue: Option<TaskQueueId>,
}

impl<'a> Filter<'a> {
    fn of(params: &'a Params) -> Result<Self, Refusal> {
        Ok(Self {
            sid: params.filled("Sid"),
            kind: params.filled("EventType"),
            channel: params.filled("TaskChannel"),
            task: params.sid("TaskSid")?,
            worker: params.sid("WorkerSid")?,
            reservation: params.sid("ReservationSid")?,
            workflow: params.sid("WorkflowSid")?,
            queue: params.sid("TaskQueueSid")?,
        })
    }

    fn lets(&self, workspace: WorkspaceSid, event: &Event) -> bool {
        let task = event.kind.task();
        let queue = task.and_then(|task| task.step.as_ref()).map(|step| step.task_queue);
        let is_channel = |wanted: &str| {
            task.is_some_and(|task| {
                *task.task_channel_unique_name == *wanted || task.task_channel.to_string() == wanted
            })
        };
        self.kind.is_none_or(|kind| kind == event.kind.name())
            && is(self.task, task.map(|task| task.task))
            && is(self.worker, event.kind.worker().map(|worker| worker.worker))
            && is(self.reservation, event.kind.reservation().map(|it| it.reservation))
            && is(self.workflow, task.and_then(|task| task.workflow))
            && is(self.queue, queue)
            && self.channel.is_none_or(is_channel)
            && self.sid.is_none_or(|sid| sid == sid::event(workspace, event.sequence))
    }
}

fn is<T: Copy + PartialEq>(wanted: Option<T>, found: Option<T>) -> bool {
    wanted.is_none() || wanted == found
}

fn show(place: &Place<'_>, workspace: &Workspace, event: &Event) -> Value {
    let resource = payload::resource(place, event);
    let own = sid::event(place.workspace, event.sequence);
    let data: Map<String, Value> =
        payload::details(workspace, event).into_iter().map(|(name, value)| (snake(name), value.into())).collect();
    json!({
        "account_sid": place.site.account,
        "workspace_sid": place.workspace.to_string(),
        "sid": own,
        "event_type": event.kind.name(),
        "event_date": iso(event.at),
        "event_date_ms": event.at.as_millis(),
        "description": resource.description,
        "event_data": data,
        "actor_type": "workspace",
        "actor_sid": place.workspace.to_string(),
        "actor_url": place.url(""),
        "resource_type": resource.kind,
        "resource_sid": resource.sid,
        "resource_url": place.url(&resource.path),
        "source": "taskrouter",
        "source_ip_address": "127.0.0.1",
        "url": place.url(&format!("/Events/{own}")),
    })
}

/// `TaskSid` as `task_sid`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
