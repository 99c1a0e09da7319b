//! A worker's share of the task channels (surface section 3.4).

use pointsman::{UpdateWorkerChannel, WorkerChannelView, WorkerId};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Method, Within, page};
use crate::sid;

/// `/Workers/{WorkerSid}/Channels`.
pub(crate) struct WorkerChannels<'a, 'd> {
    pub(crate) within: Within<'a, 'd>,
    pub(crate) worker: WorkerId,
}

impl WorkerChannels<'_, '_> {
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
                Ok(Reply::ok(self.show(&self.find(sid)?)))
            }
            _ => Err(self.within.unknown()),
        }
    }

    fn all(&self) -> Vec<WorkerChannelView> {
        self.within.workspace().engine().worker(self.worker).map(|view| view.channels).unwrap_or_default()
    }

    /// By its SID, by its channel's SID, or by its channel's unique name.
    fn find(&self, text: &str) -> Result<WorkerChannelView, Refusal> {
        let is = |it: &WorkerChannelView| {
            *it.unique_name == *text
                || it.task_channel.to_string().eq_ignore_ascii_case(text)
                || sid::worker_channel(self.worker, it.task_channel).eq_ignore_ascii_case(text)
        };
        self.all().into_iter().find(is).ok_or_else(|| self.within.unknown())
    }

    fn list(&self) -> Answer {
        let all = self.all();
        let (site, call) = (self.within.context.site, self.within.context.call);
        let sid = |it: &&WorkerChannelView| sid::worker_channel(self.worker, it.task_channel);
        page::list(site, call, "channels", || all.iter(), (sid, |_: &_| None), |it| self.show(it))
    }

    fn update(&mut self, found: &WorkerChannelView) -> Result<(), Refusal> {
        let params = self.within.params();
        let mut command = UpdateWorkerChannel::new(self.worker, found.task_channel);
        command.capacity = params.number("Capacity")?;
        command.available = params.flag("Available");
        self.within.submit(command, None)
    }

    fn show(&self, share: &WorkerChannelView) -> Value {
        let worker = self.worker;
        let own = sid::worker_channel(worker, share.task_channel);
        let notes = self.within.workspace().notes();
        let created = notes.worker_created(worker).max(notes.task_channel(share.task_channel).created);
        json!({
            "account_sid": self.within.account(),
            "workspace_sid": self.within.sid.to_string(),
            "worker_sid": worker.to_string(),
            "task_channel_sid": share.task_channel.to_string(),
            "task_channel_unique_name": &*share.unique_name,
            "assigned_tasks": share.assigned_tasks,
            "available": share.available,
            "available_capacity_percentage": share.available_capacity_percentage,
            "configured_capacity": share.configured_capacity,
            "date_created": iso(created),
            "date_updated": iso(share.revision.updated_at),
            "url": self.within.url(&format!("/Workers/{worker}/Channels/{own}")),
            "sid": own,
        })
    }
}
