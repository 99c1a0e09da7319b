//! Commands about the workspace, and its founding from a spec (semantics section 8).

use std::sync::Arc;

use super::Step;
use crate::catalog::{Catalog, DEFAULT_CHANNEL, friendly_name};
use crate::command::UpdateWorkspace;
use crate::event::EventKind;
use crate::facts;
use crate::id::ActivityId;
use crate::matching::Index;
use crate::outbox::Outbox;
use crate::reject::Rejection;
use crate::spec::{ActivitySpec, TaskChannelSpec, WorkspaceSpec};
use crate::state::State;

/// A workspace as its spec declares it, through the very checks of the commands. It emits nothing.
pub(crate) fn found(spec: WorkspaceSpec, namespace: u128) -> Result<(Catalog, State, Index), Rejection> {
    let default_activity = spec.default_activity.unwrap_or_else(|| ActivityId::named("Offline"));
    let timeout_activity = spec.timeout_activity.unwrap_or_else(|| ActivityId::named("Offline"));
    let mut catalog = Catalog::new(friendly_name(&spec.friendly_name)?, default_activity, timeout_activity);
    catalog.multi_task = spec.multi_task_enabled;
    catalog.timeout_basis = spec.timeout_basis;
    catalog.limits = spec.limits.clone();
    let (mut state, mut index) = (State::default(), Index::default());
    let mut nobody = Outbox::default();
    let (now, out) = (spec.start, &mut nobody);
    let mut step = Step { now, namespace, catalog: &mut catalog, state: &mut state, index: &mut index, out };
    step.prioritize(spec.prioritize_queue_order);
    step.declare(spec.expanded())?;
    step.settle();
    Ok((catalog, state, index))
}

impl Step<'_> {
    /// In the order in which things name each other.
    fn declare(&mut self, spec: WorkspaceSpec) -> Result<(), Rejection> {
        for activity in or_default(spec.activities, default_activities) {
            self.create_activity(activity)?;
        }
        let roles = [("default", self.catalog.default_activity), ("timeout", self.catalog.timeout_activity)];
        for (role, activity) in roles {
            if !self.catalog.activities.contains(activity) {
                return Err(Rejection::NoSuchWorkspaceActivity { role, activity });
            }
        }
        for channel in or_default(spec.task_channels, default_channels) {
            self.create_task_channel(channel)?;
        }
        if self.catalog.default_channel.is_none() {
            self.create_task_channel(TaskChannelSpec::new(DEFAULT_CHANNEL))?;
        }
        for queue in spec.task_queues {
            self.create_task_queue(queue)?;
        }
        for workflow in spec.workflows {
            self.create_workflow(&workflow)?;
        }
        for worker in spec.workers {
            self.create_worker(worker)?;
        }
        Ok(())
    }

    pub(super) fn update_workspace(&mut self, command: &UpdateWorkspace) -> Result<(), Rejection> {
        for activity in command.default_activity.into_iter().chain(command.timeout_activity) {
            self.activity(activity)?;
        }
        let name = command.friendly_name.as_deref().map(friendly_name).transpose()?;
        let switched_on = self.switches_multitasking_on(command.multi_task_enabled)?;
        let catalog = &mut *self.catalog;
        catalog.multi_task |= switched_on;
        catalog.friendly_name = name.unwrap_or_else(|| catalog.friendly_name.clone());
        catalog.default_activity = command.default_activity.unwrap_or(catalog.default_activity);
        catalog.timeout_activity = command.timeout_activity.unwrap_or(catalog.timeout_activity);
        if let Some(order) = command.prioritize_queue_order {
            self.prioritize(order);
        }
        if switched_on {
            self.index.renew();
            self.state.workers.modify_all(|_| ());
        }
        let facts = facts::workspace(self.catalog);
        self.emit(EventKind::WorkspaceUpdated(Arc::new(facts)));
        Ok(())
    }

    /// One way only (semantics section 7.4).
    fn switches_multitasking_on(&self, asked: Option<bool>) -> Result<bool, Rejection> {
        match asked {
            Some(false) if self.catalog.multi_task => Err(Rejection::MultitaskingStays),
            Some(enabled) => Ok(enabled),
            None => Ok(false),
        }
    }

    fn prioritize(&mut self, order: crate::spec::TaskOrder) {
        self.catalog.prioritized = order;
        self.state.tasks.prioritize(order);
    }

    /// Ends the workspace: no timer fires and every command is refused from now on (rule R22).
    pub(super) fn delete_workspace(&mut self) -> Result<(), Rejection> {
        let facts = facts::workspace(self.catalog);
        self.emit(EventKind::WorkspaceDeleted(Arc::new(facts)));
        self.catalog.deleted = true;
        Ok(())
    }
}

fn or_default<T>(given: Vec<T>, default: fn() -> Vec<T>) -> Vec<T> {
    if given.is_empty() { default() } else { given }
}

/// TaskRouter's three.
fn default_activities() -> Vec<ActivitySpec> {
    [("Offline", false), ("Available", true), ("Unavailable", false)]
        .map(|(name, available)| ActivitySpec::new(name, available))
        .into()
}

/// TaskRouter's five.
fn default_channels() -> Vec<TaskChannelSpec> {
    [("voice", "Voice"), ("sms", "SMS"), ("chat", "Chat"), ("video", "Video"), (DEFAULT_CHANNEL, "Default")]
        .map(|(unique, name)| TaskChannelSpec::new(unique).friendly_name(name))
        .into()
}
