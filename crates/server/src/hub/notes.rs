//! What the wire tells and the engine does not know: addresses of callbacks, documents as they were given, and the
//! dates of what is configured.

use std::collections::BTreeMap;

use pointsman::{ActivityId, Command, TaskChannelId, TaskQueueId, Timestamp, WorkerId, WorkflowId};
use serde::{Deserialize, Serialize};

/// What is to be remembered with a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Of the workspace itself.
    Workspace(WorkspaceNotes),
    /// Of a workflow.
    Workflow(WorkflowId, WorkflowNotes),
}

/// A workspace's callback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkspaceNotes {
    /// Where events are told; empty for nowhere.
    pub event_callback_url: String,
    /// The kinds of events that are told, separated by commas; absent for all.
    pub events_filter: Option<String>,
}

impl WorkspaceNotes {
    /// Whether an event of this kind is told.
    pub fn wants(&self, kind: &str) -> bool {
        let filter = self.events_filter.as_deref().map(str::trim).filter(|filter| !filter.is_empty());
        let listed = |filter: &str| filter.split(',').any(|name| name.trim().eq_ignore_ascii_case(kind));
        !self.event_callback_url.is_empty() && filter.is_none_or(listed)
    }
}

/// A workflow's callbacks, and its document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkflowNotes {
    /// Who is asked what to do with a reservation; empty for nobody.
    pub assignment_callback_url: String,
    /// Who is asked when the first does not answer; empty for nobody.
    pub fallback_assignment_callback_url: String,
    /// The configuration as it was given, members nobody reads included; without blanks.
    pub configuration: String,
}

/// When something was created and last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// When it was created.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

impl Dates {
    fn at(now: Timestamp) -> Self {
        Self { created: now, updated: now }
    }
}

/// Something that is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Configured {
    Workspace,
    Activity(ActivityId),
    TaskChannel(TaskChannelId),
    TaskQueue(TaskQueueId),
    Workflow(WorkflowId),
    Worker(WorkerId),
}

/// What a command does to what is configured.
enum Change {
    Touched(Configured),
    Removed(Configured),
}

/// Everything remembered of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// Of the workspace itself.
    pub workspace: WorkspaceNotes,
    born: Timestamp,
    workflows: BTreeMap<WorkflowId, WorkflowNotes>,
    #[serde(with = "pairs")]
    dates: BTreeMap<Configured, Dates>,
}

impl Notes {
    pub(super) fn new(now: Timestamp, workspace: WorkspaceNotes) -> Self {
        Self { workspace, born: now, workflows: BTreeMap::new(), dates: BTreeMap::new() }
    }

    /// Remembers what came with a command, and when it was.
    pub(super) fn take(&mut self, now: Timestamp, command: &Command, note: &Option<Note>) {
        if let Some(note) = note {
            self.put(note.clone());
        }
        match change(command) {
            Some(Change::Touched(what)) => self.touch(what, now, created(command)),
            Some(Change::Removed(what)) => self.forget(what),
            None => {}
        }
    }

    pub(super) fn put(&mut self, note: Note) {
        match note {
            Note::Workspace(notes) => self.workspace = notes,
            Note::Workflow(id, notes) => {
                self.workflows.insert(id, notes);
            }
        }
    }

    fn touch(&mut self, what: Configured, now: Timestamp, created: bool) {
        let since = if created { now } else { self.born };
        self.dates.entry(what).or_insert_with(|| Dates::at(since)).updated = now;
    }

    fn forget(&mut self, what: Configured) {
        self.dates.remove(&what);
        if let Configured::Workflow(id) = what {
            self.workflows.remove(&id);
        }
    }

    /// A workflow's callbacks and document.
    pub fn workflow(&self, id: WorkflowId) -> Option<&WorkflowNotes> {
        self.workflows.get(&id)
    }

    /// The dates of the workspace.
    pub fn dates(&self) -> Dates {
        self.of(Configured::Workspace)
    }

    /// The dates of an activity.
    pub fn activity(&self, id: ActivityId) -> Dates {
        self.of(Configured::Activity(id))
    }

    /// The dates of a task channel.
    pub fn task_channel(&self, id: TaskChannelId) -> Dates {
        self.of(Configured::TaskChannel(id))
    }

    /// The dates of a task queue.
    pub fn task_queue(&self, id: TaskQueueId) -> Dates {
        self.of(Configured::TaskQueue(id))
    }

    /// The dates of a workflow.
    pub fn workflow_dates(&self, id: WorkflowId) -> Dates {
        self.of(Configured::Workflow(id))
    }

    /// When a worker was created; the engine knows when it was last changed.
    pub fn worker_created(&self, id: WorkerId) -> Timestamp {
        self.of(Configured::Worker(id)).created
    }

    /// What was never touched is as old as the workspace.
    fn of(&self, what: Configured) -> Dates {
        self.dates.get(&what).copied().unwrap_or(Dates::at(self.born))
    }
}

fn created(command: &Command) -> bool {
    matches!(
        command,
        Command::CreateActivity(_)
            | Command::CreateTaskChannel(_)
            | Command::CreateTaskQueue(_)
            | Command::CreateWorkflow(_)
            | Command::CreateWorker(_)
    )
}

#[allow(clippy::wildcard_enum_match_arm, reason = "commands about tasks and reservations configure nothing")]
fn change(command: &Command) -> Option<Change> {
    use Change::{Removed, Touched};
    Some(match command {
        Command::UpdateWorkspace(_) => Touched(Configured::Workspace),
        Command::CreateActivity(it) => Touched(Configured::Activity(it.activity)),
        Command::UpdateActivity(it) => Touched(Configured::Activity(it.activity)),
        Command::DeleteActivity(it) => Removed(Configured::Activity(it.activity)),
        Command::CreateTaskChannel(it) => Touched(Configured::TaskChannel(it.task_channel)),
        Command::UpdateTaskChannel(it) => Touched(Configured::TaskChannel(it.task_channel)),
        Command::DeleteTaskChannel(it) => Removed(Configured::TaskChannel(it.task_channel)),
        Command::CreateTaskQueue(it) => Touched(Configured::TaskQueue(it.task_queue)),
        Command::UpdateTaskQueue(it) => Touched(Configured::TaskQueue(it.task_queue)),
        Command::DeleteTaskQueue(it) => Removed(Configured::TaskQueue(it.task_queue)),
        Command::CreateWorkflow(it) => Touched(Configured::Workflow(it.workflow)),
        Command::UpdateWorkflow(it) => Touched(Configured::Workflow(it.workflow)),
        Command::DeleteWorkflow(it) => Removed(Configured::Workflow(it.workflow)),
        Command::CreateWorker(it) => Touched(Configured::Worker(it.worker)),
        Command::DeleteWorker(it) => Removed(Configured::Worker(it.worker)),
        _ => return None,
    })
}

/// A map whose keys are no texts, as a list of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S, K, V>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
        K: Serialize,
        V: Serialize,
    {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        D: Deserializer<'de>,
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
