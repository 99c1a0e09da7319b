//! Task channels (surface section 3.5).

use pointsman::{DeleteTaskChannel, TaskChannelId, TaskChannelSpec, UpdateTaskChannel};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Method, Within, page};
use crate::hub::Workspace;

/// Task channels of a workspace.
const MOST: usize = 15;

/// `/TaskChannels` and `/TaskChannels/{Sid}`.
pub(crate) struct TaskChannels<'a, 'd>(pub(crate) Within<'a, 'd>);

/// A channel by its SID or its unique name.
pub(crate) fn find(workspace: &Workspace, text: &str) -> Option<TaskChannelSpec> {
    let id: Option<TaskChannelId> = text.parse().ok();
    let channels = workspace.engine().catalog().task_channels;
    channels.into_iter().find(|it| Some(it.task_channel) == id || it.unique_name == text)
}

impl TaskChannels<'_, '_> {
    pub(super) fn answer(mut self, rest: &[&str]) -> Answer {
        match (self.0.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Post, []) => self.create(),
            (method, [sid]) => {
                let found = find(self.0.workspace(), sid).ok_or_else(|| self.0.unknown())?;
                self.one(method, found.task_channel)
            }
            (Method::Delete, []) => self.0.not_allowed(),
            _ => Err(self.0.unknown()),
        }
    }

    fn list(&self) -> Answer {
        let all = self.0.workspace().engine().catalog().task_channels;
        let (site, call) = (self.0.context.site, self.0.context.call);
        let notes = self.0.workspace().notes();
        let created = |it: &&TaskChannelSpec| Some(notes.task_channel(it.task_channel).created.as_millis());
        let sid = |it: &&TaskChannelSpec| it.task_channel.to_string();
        page::list(site, call, "channels", || all.iter(), (sid, created), |it| self.show(it))
    }

    fn create(mut self) -> Answer {
        self.0.room("task channels", self.0.workspace().engine().catalog().task_channels.len(), MOST)?;
        let params = self.0.params();
        let id = TaskChannelId::new(self.0.context.desk.number());
        let spec = TaskChannelSpec::new(params.required("UniqueName")?)
            .task_channel(id)
            .friendly_name(params.required("FriendlyName")?)
            .channel_optimized_routing(params.flag("ChannelOptimizedRouting").unwrap_or(false));
        self.0.submit(spec, None)?;
        Ok(Reply::created(self.shown(id)?))
    }

    fn one(&mut self, method: Method, id: TaskChannelId) -> Answer {
        match method {
            Method::Get => {}
            Method::Post => {
                let params = self.0.params();
                let mut command = UpdateTaskChannel::new(id);
                command.friendly_name = params.text("FriendlyName").map(str::to_owned);
                command.channel_optimized_routing = params.flag("ChannelOptimizedRouting");
                self.0.submit(command, None)?;
            }
            Method::Delete => {
                self.0.submit(DeleteTaskChannel::new(id), None)?;
                return Ok(Reply::gone());
            }
        }
        Ok(Reply::ok(self.shown(id)?))
    }

    fn shown(&self, id: TaskChannelId) -> Result<Value, Refusal> {
        let found = find(self.0.workspace(), &id.to_string()).ok_or_else(|| self.0.unknown())?;
        Ok(self.show(&found))
    }

    fn show(&self, spec: &TaskChannelSpec) -> Value {
        let dates = self.0.workspace().notes().task_channel(spec.task_channel);
        json!({
            "account_sid": self.0.account(),
            "workspace_sid": self.0.sid.to_string(),
            "sid": spec.task_channel.to_string(),
            "friendly_name": spec.friendly_name,
            "unique_name": spec.unique_name,
            "channel_optimized_routing": spec.channel_optimized_routing,
            "date_created": iso(dates.created),
            "date_updated": iso(dates.updated),
            "url": self.0.url(&format!("/TaskChannels/{}", spec.task_channel)),
            "links": {"workspace": self.0.url("")},
        })
    }
}
