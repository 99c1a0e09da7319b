//! Commands about task channels (semantics section 7.1).

use std::sync::Arc;

use super::Step;
use crate::catalog::{Channel, DEFAULT_CHANNEL, friendly_name, unique_name};
use crate::command::{DeleteTaskChannel, UpdateTaskChannel};
use crate::event::{EventKind, TaskChannelFacts};
use crate::facts;
use crate::id::TaskChannelId;
use crate::reject::Rejection;
use crate::revision::Revision;
use crate::spec::{TaskChannelSpec, WorkerChannelSpec};
use crate::state::workers::{LastReserved, WorkerChannel};

impl Step<'_> {
    pub(super) fn create_task_channel(&mut self, spec: TaskChannelSpec) -> Result<(), Rejection> {
        let channel = self.check_create_task_channel(spec)?;
        let id = channel.id;
        self.catalog.channels.insert(id, channel);
        self.catalog.note_default_channel();
        let revision = Revision::first(self.now);
        self.state.workers.modify_all(|worker| {
            let share = WorkerChannel::new(WorkerChannelSpec::default(), LastReserved::Never, revision);
            worker.channels.insert(id, share);
        });
        self.index.renew();
        self.emit_task_channel(id, EventKind::TaskChannelCreated);
        Ok(())
    }

    fn check_create_task_channel(&self, spec: TaskChannelSpec) -> Result<Channel, Rejection> {
        if self.catalog.channels.contains(spec.task_channel) {
            return Err(Rejection::TaskChannelExists(spec.task_channel));
        }
        if let Some(holder) = self.catalog.channel_named(&spec.unique_name) {
            return Err(Rejection::UniqueNameTaken { name: spec.unique_name, taken_by: holder.id });
        }
        let friendly_name = friendly_name(&spec.friendly_name)?;
        let unique_name = unique_name(&spec.unique_name)?;
        let optimized = spec.channel_optimized_routing;
        Ok(Channel { id: spec.task_channel, friendly_name, unique_name, optimized })
    }

    pub(super) fn channel(&self, id: TaskChannelId) -> Result<&Channel, Rejection> {
        self.catalog.channels.get(id).ok_or(Rejection::UnknownTaskChannel(id))
    }

    pub(super) fn update_task_channel(&mut self, command: &UpdateTaskChannel) -> Result<(), Rejection> {
        self.channel(command.task_channel)?;
        let name = command.friendly_name.as_deref().map(friendly_name).transpose()?;
        if let Some(channel) = self.catalog.channels.get_mut(command.task_channel) {
            channel.friendly_name = name.unwrap_or_else(|| channel.friendly_name.clone());
            channel.optimized = command.channel_optimized_routing.unwrap_or(channel.optimized);
            self.index.renew();
        }
        self.emit_task_channel(command.task_channel, EventKind::TaskChannelUpdated);
        Ok(())
    }

    pub(super) fn delete_task_channel(&mut self, command: &DeleteTaskChannel) -> Result<(), Rejection> {
        let id = command.task_channel;
        if &*self.channel(id)?.unique_name == DEFAULT_CHANNEL {
            return Err(Rejection::DefaultTaskChannel);
        }
        if let Some(by) = self.channel_user(id) {
            return Err(Rejection::InUse { what: format!("task channel {id}"), by });
        }
        self.emit_task_channel(id, EventKind::TaskChannelDeleted);
        self.catalog.channels.remove(id);
        self.state.workers.modify_all(|worker| {
            worker.channels.remove(&id);
        });
        self.index.renew();
        Ok(())
    }

    /// What names the channel (rule R22): a task, whose open reservations are on the same one. An expression does not:
    /// a name that does not exist is NULL there.
    fn channel_user(&self, id: TaskChannelId) -> Option<String> {
        let mut tasks = self.state.tasks.iter().map(|(_, task)| task);
        let task = tasks.find(|task| task.task_channel == id && !task.status().is_terminal());
        task.map(|task| format!("task {}", task.id()))
    }

    fn emit_task_channel(&mut self, id: TaskChannelId, kind: fn(Arc<TaskChannelFacts>) -> EventKind) {
        if let Some(facts) = self.catalog.channels.get(id).map(facts::task_channel) {
            self.emit(kind(Arc::new(facts)));
        }
    }
}
