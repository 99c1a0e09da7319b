//! What enters the hub, in the form in which the journal keeps it.

use pointsman::{Command, Timestamp, WorkspaceSpec};
use serde::{Deserialize, Serialize};

use super::notes::{Note, WorkspaceNotes};
use crate::sid::WorkspaceSid;

/// One input: everything the state follows from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The instant it is handled at.
    pub at: Timestamp,
    /// The workspace it is for.
    pub workspace: WorkspaceSid,
    /// The number of the workspace's last event before it: a replay that comes to another one has gone astray.
    pub follows: u64,
    /// What is to be done.
    pub action: Action,
}

/// What is to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A new workspace.
    CreateWorkspace(Box<NewWorkspace>),
    /// The workspace goes, with everything in it.
    DeleteWorkspace,
    /// A command for the workspace's engine, and what to remember when it is done.
    Command(Box<Command>, Option<Note>),
    /// Time has passed: what is due is done.
    Timeout,
}

impl Action {
    /// A command with nothing to remember.
    pub fn command(command: impl Into<Command>) -> Self {
        Self::Command(Box::new(command.into()), None)
    }
}

/// A workspace as it is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewWorkspace {
    /// What the engine starts with.
    pub spec: WorkspaceSpec,
    /// What the engine does not know.
    pub notes: WorkspaceNotes,
    /// The same for the workflows of the spec.
    #[serde(default)]
    pub workflows: Vec<Note>,
}
