//! What the scenario calls the things the engine knows by id. The one place that turns ids into names.

use pointsman::{ActivityId, TaskChannelId, TaskFacts, TaskId, TaskQueueId, WorkerId, WorkflowId};
use pointsman_config::Names;

/// Ids to the scenario's own names. What the scenario did not name itself goes by its friendly name.
#[derive(Clone, Copy)]
pub(crate) struct Labels<'a> {
    names: &'a Names,
}

impl<'a> Labels<'a> {
    pub(crate) fn new(names: &'a Names) -> Self {
        Self { names }
    }

    pub(crate) fn task(self, id: TaskId) -> String {
        self.names.name(id).map_or_else(|| id.to_string(), str::to_owned)
    }

    pub(crate) fn worker(self, id: WorkerId, friendly_name: &str) -> String {
        self.names.name(id).unwrap_or(friendly_name).to_owned()
    }

    pub(crate) fn task_queue(self, id: TaskQueueId, friendly_name: &str) -> String {
        self.names.name(id).unwrap_or(friendly_name).to_owned()
    }

    pub(crate) fn workflow(self, id: WorkflowId, friendly_name: &str) -> String {
        self.names.name(id).unwrap_or(friendly_name).to_owned()
    }

    /// The task's workflow; none for a task that goes without one.
    pub(crate) fn workflow_of(self, facts: &TaskFacts) -> Option<String> {
        facts.workflow.zip(facts.workflow_name.as_deref()).map(|(id, name)| self.workflow(id, name))
    }

    pub(crate) fn activity(self, id: ActivityId, friendly_name: &str) -> String {
        self.names.name(id).unwrap_or(friendly_name).to_owned()
    }

    pub(crate) fn task_channel(self, id: TaskChannelId, unique_name: &str) -> String {
        self.names.name(id).unwrap_or(unique_name).to_owned()
    }
}
