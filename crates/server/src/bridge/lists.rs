//! What the SDK looks at, by path: one object, or a list of them.

use pointsman::{TaskView, Timestamp, WorkerChannelView, WorkerId};
use serde_json::{Value, json};

use super::shapes::{self, Reserved, Share};
use crate::driver::Desk;
use crate::hub::Workspace;
use crate::place::Place;
use crate::rest::{Call, Method, Params, Refusal, Site, answer};

/// The most objects of one answer.
const PAGE: usize = 1_000;

/// What stands at a path of the REST surface, in the SDK's shape.
pub(super) fn look(desk: &mut Desk<'_>, site: &Site, call: &Call) -> Result<Value, Refusal> {
    let reply = answer(desk, site, call)?;
    let body = reply.body.unwrap_or_default();
    match body["meta"]["key"].as_str() {
        None => shown(desk, site, call, &body),
        Some(_) => list(desk, site, call),
    }
}

/// One object in the SDK's shape: whatever REST shows, found again by its SID.
pub(super) fn shown(desk: &Desk<'_>, site: &Site, call: &Call, body: &Value) -> Result<Value, Refusal> {
    let (workspace, place) = scene(desk, site, call)?;
    let scene = Scene { workspace, place, now: desk.now() };
    Ok(scene.show(body).unwrap_or_else(|| body.clone()))
}

fn scene<'a>(desk: &'a Desk<'_>, site: &'a Site, call: &Call) -> Result<(&'a Workspace, Place<'a>), Refusal> {
    let sid = call.segments().nth(1).and_then(|text| text.parse().ok());
    let found = sid.and_then(|sid| desk.hub().workspace(sid)).ok_or_else(|| Refusal::not_found(call))?;
    Ok((found, Place { site, workspace: found.sid() }))
}

/// A list: every page of REST's, from behind a SID, as many as are wanted.
fn list(desk: &mut Desk<'_>, site: &Site, call: &Call) -> Result<Value, Refusal> {
    let items = all(desk, site, call)?;
    let (workspace, place) = scene(desk, site, call)?;
    let scene = Scene { workspace, place, now: desk.now() };
    let total = items.len();
    let after = call.params.filled("AfterSid").or_else(|| call.params.filled("NextToken"));
    let from = match after {
        None => 0,
        Some(sid) => match items.iter().position(|item| item["sid"] == *sid) {
            Some(place) => place + 1,
            None => return Err(Refusal::invalid(format!("AfterSid names `{sid}`, which is not in the list"))),
        },
    };
    let size = call.params.number::<usize>("PageSize")?.unwrap_or(PAGE).clamp(1, PAGE);
    let page = items.get(from..).unwrap_or_default();
    let shown: Vec<Value> = page.iter().take(size).map(|item| scene.show(item).unwrap_or_default()).collect();
    let more = page.len() > size;
    let last = shown.last().map(|item| item["sid"].clone()).filter(|_| more);
    Ok(json!({"contents": shown, "after_sid": last, "total": total, "meta": {"next_token": last}}))
}

/// Every item of a list, as REST shows it.
fn all(desk: &mut Desk<'_>, site: &Site, call: &Call) -> Result<Vec<Value>, Refusal> {
    let own = ["PageSize", "AfterSid", "NextToken", "Page", "PageToken", "Active"];
    let kept = call.params.pairs().iter().filter(|(name, _)| !own.contains(&name.as_str())).cloned();
    let base: Vec<(String, String)> = kept.chain([("PageSize".to_owned(), PAGE.to_string())]).collect();
    let (mut items, mut page) = (Vec::new(), 0_usize);
    loop {
        let params = Params::new(base.iter().cloned().chain([("Page".to_owned(), page.to_string())]).collect());
        let reply = answer(desk, site, &Call { method: Method::Get, params, ..call.clone() })?;
        let mut body = reply.body.unwrap_or_default();
        let key = body["meta"]["key"].as_str().unwrap_or_default().to_owned();
        if let Value::Array(found) = body[&key].take() {
            items.extend(found);
        }
        if body["meta"]["next_page_url"].is_null() {
            break;
        }
        page += 1;
    }
    if call.params.flag("Active") == Some(true) {
        let open = ["pending", "accepted", "wrapping"];
        items.retain(|item| item["reservation_status"].as_str().is_none_or(|status| open.contains(&status)));
    }
    Ok(items)
}

/// Where objects are found.
struct Scene<'a> {
    workspace: &'a Workspace,
    place: Place<'a>,
    now: Timestamp,
}

impl Scene<'_> {
    /// An object of REST's in the SDK's shape; none when it has no SID of a kind the SDK knows.
    fn show(&self, item: &Value) -> Option<Value> {
        let sid = item["sid"].as_str()?;
        let (workspace, place, engine) = (self.workspace, &self.place, self.workspace.engine());
        match sid.get(..2)? {
            "WK" => Some(shapes::worker(place, workspace, &engine.worker(sid.parse().ok()?)?.facts)),
            "WT" => Some(shapes::task(place, &engine.task(sid.parse().ok()?)?.facts, self.now)),
            "WR" => self.reservation(sid),
            "WC" => self.channel(item["worker_sid"].as_str()?.parse().ok()?, item["task_channel_sid"].as_str()?),
            "WA" => {
                let activities = engine.catalog().activities;
                let found = activities.iter().find(|it| it.activity.to_string() == sid)?;
                Some(shapes::activity(place, workspace, found))
            }
            "WQ" => {
                let queues = engine.catalog().task_queues;
                let found = queues.iter().find(|it| it.task_queue.to_string() == sid)?;
                Some(shapes::queue(place, workspace, found))
            }
            _ => None,
        }
    }

    fn reservation(&self, sid: &str) -> Option<Value> {
        let engine = self.workspace.engine();
        let found = engine.reservation(sid.parse().ok()?)?;
        let TaskView { facts, .. } = engine.task(found.task)?;
        let reserved = Reserved {
            reservation: found.reservation,
            status: found.status,
            worker: found.worker,
            task: &facts,
            created_at: found.created_at,
            expires_at: found.expires_at,
            revision: found.revision,
        };
        Some(shapes::reservation(&self.place, self.workspace, &reserved, self.now))
    }

    fn channel(&self, worker: WorkerId, channel: &str) -> Option<Value> {
        let view = self.workspace.engine().worker(worker)?;
        let share = view.channels.iter().find(|it| it.task_channel.to_string() == channel)?;
        Some(shapes::channel(&self.place, self.workspace, &of_view(worker, share)))
    }
}

fn of_view(worker: WorkerId, share: &WorkerChannelView) -> Share<'_> {
    Share {
        worker,
        task_channel: share.task_channel,
        unique_name: &share.unique_name,
        available: share.available,
        configured_capacity: share.configured_capacity,
        available_capacity_percentage: share.available_capacity_percentage,
        assigned_tasks: share.assigned_tasks,
        revision: share.revision,
    }
}
