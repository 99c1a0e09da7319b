//! Everything the server knows, as a pure state machine around the engines: (now, input) in, events out. Sockets, the
//! clock, chance and the disk are outside; so the same inputs lead to the same state, and the journal is all of it.

mod input;
mod log;
mod notes;
mod saved;
mod workspace;

use indexmap::IndexMap;
use pointsman::{Command, DeleteWorkspace, Rejection, Timestamp};

pub use input::{Action, Input, NewWorkspace};
pub use log::EventLog;
pub use notes::{Dates, Note, Notes, WorkflowNotes, WorkspaceNotes};
pub use saved::{SavedError, SavedHub};
pub use workspace::{Announcement, Ask, Workspace};

use crate::sid::WorkspaceSid;

/// All workspaces, in creation order.
#[derive(Debug, Default)]
pub struct Hub {
    workspaces: IndexMap<WorkspaceSid, Workspace>,
    fresh: Vec<Announcement>,
}

impl Hub {
    /// Applies an input. The journal holds exactly these calls.
    ///
    /// # Errors
    /// The engine's refusal; timers due by then have fired all the same.
    pub fn apply(&mut self, input: &Input) -> Result<(), Rejection> {
        match &input.action {
            Action::CreateWorkspace(new) => self.create(input, new),
            Action::DeleteWorkspace => {
                let deleted = self.with(input, |workspace| workspace.handle(input.at, DeleteWorkspace::new().into()));
                self.workspaces.shift_remove(&input.workspace);
                deleted
            }
            Action::Command(command, note) => self.with(input, |workspace| {
                workspace.handle(input.at, Command::clone(command))?;
                workspace.note(input.at, command, note);
                Ok(())
            }),
            Action::Timeout => self.with(input, |workspace| {
                workspace.handle_timeout(input.at);
                Ok(())
            }),
        }
    }

    fn create(&mut self, input: &Input, new: &NewWorkspace) -> Result<(), Rejection> {
        let workspace = Workspace::new(input.workspace, input.at, new)?;
        self.workspaces.insert(input.workspace, workspace);
        Ok(())
    }

    /// Inputs name only workspaces that are there; one for another is none.
    fn with(
        &mut self,
        input: &Input,
        change: impl FnOnce(&mut Workspace) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let Some(workspace) = self.workspaces.get_mut(&input.workspace) else {
            return Err(Rejection::WorkspaceDeleted);
        };
        let outcome = change(workspace);
        self.fresh.extend(workspace.collect());
        outcome
    }

    /// The number of the last event of a workspace; 0 before the first.
    pub fn last_event(&self, sid: WorkspaceSid) -> u64 {
        self.workspace(sid).map_or(0, |workspace| workspace.log().last())
    }

    /// A workspace.
    pub fn workspace(&self, sid: WorkspaceSid) -> Option<&Workspace> {
        self.workspaces.get(&sid)
    }

    /// All of them, in creation order.
    pub fn workspaces(&self) -> impl Iterator<Item = &Workspace> {
        self.workspaces.values()
    }

    /// What happened since the last call, in order.
    pub fn take_fresh(&mut self) -> Vec<Announcement> {
        std::mem::take(&mut self.fresh)
    }

    /// The workspaces in which something is due, by then.
    pub fn due(&self, now: Timestamp) -> Vec<WorkspaceSid> {
        let due = |workspace: &&Workspace| workspace.engine().poll_timeout().is_some_and(|due| due <= now);
        self.workspaces().filter(due).map(Workspace::sid).collect()
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.workspaces().filter_map(|workspace| workspace.engine().poll_timeout()).min()
    }

    /// The greatest instant any workspace has seen: the clock may not go behind it.
    pub fn clock(&self) -> Option<Timestamp> {
        self.workspaces().map(|workspace| workspace.engine().clock()).max()
    }

    /// A fingerprint of all engines: equal states have equal ones.
    pub fn digest(&self) -> String {
        let digests = self.workspaces().map(|workspace| format!("{}:{}", workspace.sid(), workspace.engine().digest()));
        digests.collect::<Vec<_>>().join(",")
    }
}
