//! The hub as a value that outlives the process.

use pointsman::statistics::Statistics;
use pointsman::{Engine, Snapshot};
use serde::{Deserialize, Serialize};

use super::log::EventLog;
use super::notes::Notes;
use super::{Hub, Workspace};
use crate::sid::WorkspaceSid;

/// Everything the server knows at one moment, and the fingerprint of its engines.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedHub {
    version: u32,
    digest: String,
    workspaces: Vec<SavedWorkspace>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedWorkspace {
    sid: WorkspaceSid,
    engine: Snapshot,
    statistics: Statistics,
    log: EventLog,
    notes: Notes,
}

/// The only version so far.
const VERSION: u32 = 1;

/// Why a snapshot is none of a hub.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// Written by a later release.
    #[error("the snapshot has version {found}, this release reads {VERSION}: use the release that wrote it")]
    Version {
        /// The version found.
        found: u32,
    },
    /// An engine that cannot be.
    #[error("the snapshot of workspace {workspace} is damaged: {source}")]
    Engine {
        /// The workspace.
        workspace: WorkspaceSid,
        /// What is wrong.
        source: pointsman::SnapshotError,
    },
    /// The engines are not those that were saved.
    #[error("the snapshot restores to another state than was saved: {restored} instead of {saved}")]
    Digest {
        /// The fingerprint it was saved with.
        saved: String,
        /// The fingerprint of what it restores to.
        restored: String,
    },
}

impl SavedHub {
    /// The hub as it is now.
    pub fn of(hub: &Hub) -> Self {
        let workspaces = hub.workspaces().map(|workspace| SavedWorkspace {
            sid: workspace.sid,
            engine: workspace.engine.snapshot(),
            statistics: workspace.statistics.clone(),
            log: workspace.log.clone(),
            notes: workspace.notes.clone(),
        });
        Self { version: VERSION, digest: hub.digest(), workspaces: workspaces.collect() }
    }

    /// The hub as it was.
    ///
    /// # Errors
    /// When it was written by a later release, contradicts itself, or its engines have another fingerprint than the one
    /// it was saved with.
    pub fn restore(self) -> Result<Hub, SavedError> {
        if self.version != VERSION {
            return Err(SavedError::Version { found: self.version });
        }
        let mut hub = Hub::default();
        for saved in self.workspaces {
            let sid = saved.sid;
            let engine =
                Engine::restore(saved.engine).map_err(|source| SavedError::Engine { workspace: sid, source })?;
            let SavedWorkspace { statistics, log, notes, .. } = saved;
            hub.workspaces.insert(sid, Workspace { sid, engine, statistics, log, notes });
        }
        let restored = hub.digest();
        if restored == self.digest { Ok(hub) } else { Err(SavedError::Digest { saved: self.digest, restored }) }
    }
}
