//! From the journal to the hub: the snapshot, then every input behind it.

use std::io;

use pointsman::BEHAVIOUR;
use pointsman_journal::{Entry, Journal, JournalError, Saved};

use crate::hub::{Announcement, Hub, Input, SavedError, SavedHub};
use crate::sid::WorkspaceSid;

/// Why a journal does not lead to a hub.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// The journal itself.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The snapshot is no JSON of ours.
    #[error("the journal's snapshot cannot be read: {0}")]
    Snapshot(serde_json::Error),
    /// The snapshot is none of a hub.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// An input that cannot be read.
    #[error("entry {index} of the journal cannot be read: {source}")]
    Input {
        /// Its place.
        index: u64,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// An input that another version of the engine has handled.
    #[error(
        "entry {index} of the journal was written under behaviour version {found}, this release has {BEHAVIOUR}: stop the \
         release that wrote it cleanly, which leaves only a snapshot; or have the inputs handled anew with `pointsman replay \
         DIR --convert`, which may lead to other assignments"
    )]
    Behaviour {
        /// Its place.
        index: u64,
        /// The version it was written under.
        found: u32,
    },
    /// The inputs before it did not lead to the events they led to.
    #[error(
        "entry {index} of the journal was written when workspace {workspace} was at event {expected}, the entries before it \
         lead to event {found}: the journal belongs to another release or is damaged; start from a copy"
    )]
    Diverged {
        /// Its place.
        index: u64,
        /// Its workspace.
        workspace: WorkspaceSid,
        /// The event it was written at.
        expected: u64,
        /// The event the replay has come to.
        found: u64,
    },
    /// The thread cannot be started.
    #[error("cannot start the thread that owns the journal: {0}")]
    Thread(io::Error),
}

/// The hub as it was after the last input.
///
/// # Errors
/// When something in the journal cannot be read, was damaged, or was written under another behaviour.
pub fn recover(journal: &dyn Journal) -> Result<Hub, RecoveryError> {
    replay(journal, Behaviour::Same, |_, _, _| {})
}

/// What becomes of inputs that another behaviour version of the engine has handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// They are refused.
    Same,
    /// They are handled anew, whatever that leads to.
    Any,
}

/// The same, with every input and what it led to shown on the way.
///
/// # Errors
/// As for [`recover`].
pub fn replay(
    journal: &dyn Journal,
    behaviour: Behaviour,
    mut seen: impl FnMut(u64, &Input, &[Announcement]),
) -> Result<Hub, RecoveryError> {
    let saved = journal.saved()?;
    let from = saved.as_ref().map_or(0, |saved| saved.index);
    let mut hub = saved.map_or(Ok(Hub::default()), |saved| restored(&saved))?;
    for entry in journal.read(from)? {
        let entry = entry?;
        if behaviour == Behaviour::Same && entry.behaviour != BEHAVIOUR {
            return Err(RecoveryError::Behaviour { index: entry.index, found: entry.behaviour });
        }
        let input = input(&entry)?;
        if behaviour == Behaviour::Same {
            follows(&hub, &input, entry.index)?;
        }
        // What was refused then is refused now.
        let _ = hub.apply(&input);
        seen(entry.index, &input, &hub.take_fresh());
    }
    Ok(hub)
}

/// Handles every input anew, whatever version of the engine handled it first, and leaves a snapshot of where that leads.
///
/// # Errors
/// As for [`recover`], or when the snapshot cannot be written.
pub fn convert(
    journal: &mut dyn Journal,
    seen: impl FnMut(u64, &Input, &[Announcement]),
) -> Result<Hub, RecoveryError> {
    let hub = replay(journal, Behaviour::Any, seen)?;
    journal.save(journal.next_index(), &saved(&hub))?;
    Ok(hub)
}

/// The hub as the journal keeps it.
#[allow(clippy::expect_used, reason = "every hub has a text form: its maps have texts for keys")]
pub(crate) fn saved(hub: &Hub) -> Vec<u8> {
    serde_json::to_vec(&SavedHub::of(hub)).expect("a hub can be written down")
}

/// The workspace is at the very event at which the input was written down.
fn follows(hub: &Hub, input: &Input, index: u64) -> Result<(), RecoveryError> {
    let found = hub.last_event(input.workspace);
    if found == input.follows {
        return Ok(());
    }
    Err(RecoveryError::Diverged { index, workspace: input.workspace, expected: input.follows, found })
}

fn restored(saved: &Saved) -> Result<Hub, RecoveryError> {
    let hub: SavedHub = serde_json::from_slice(&saved.bytes).map_err(RecoveryError::Snapshot)?;
    Ok(hub.restore()?)
}

fn input(entry: &Entry) -> Result<Input, RecoveryError> {
    serde_json::from_slice(&entry.bytes).map_err(|source| RecoveryError::Input { index: entry.index, source })
}
