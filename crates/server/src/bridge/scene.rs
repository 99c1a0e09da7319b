//! What REST shows, in the shape of the worker SDK: objects found again by their SIDs.

use pointsman::{ActivitySpec, TaskView, Timestamp, WorkerChannelView, WorkerId};
use serde_json::Value;

use super::shapes::{self, Reserved, Share};
use crate::hub::Workspace;
use crate::place::Place;
use crate::rest::Site;

/// An object, or a list of them; what the SDK has no shape for stays as it is.
pub(super) fn shown(workspace: &Workspace, site: &Site, now: Timestamp, body: &Value) -> Value {
    let place = Place { site, workspace: workspace.sid() };
    let scene = Scene { workspace, place, activities: workspace.engine().catalog().activities, now };
    let Some(contents) = body["contents"].as_array() else { return scene.shown(body) };
    let mut list = body.clone();
    list["contents"] = contents.iter().map(|item| scene.shown(item)).collect();
    list
}

/// Where objects are found.
struct Scene<'a> {
    workspace: &'a Workspace,
    place: Place<'a>,
    activities: Vec<ActivitySpec>,
    now: Timestamp,
}

impl Scene<'_> {
    fn shown(&self, item: &Value) -> Value {
        self.show(item).unwrap_or_else(|| item.clone())
    }

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
                let found = self.activities.iter().find(|it| it.activity.to_string() == sid)?;
                Some(shapes::activity(place, workspace, found))
            }
            "WQ" => {
                let found = engine.task_queue(sid.parse().ok()?)?;
                Some(shapes::queue(place, workspace, &self.activities, &found))
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
