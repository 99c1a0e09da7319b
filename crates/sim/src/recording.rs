//! A run's commands as the engine got them: enough to run them again without the scenario. Owns the format.
//!
//! JSON Lines: first `{"format": "pointsman-record", "version": 1, ...}` with the workspace, then
//! `{"at": MILLISECONDS, "command": {...}}` per command, refused ones included, and at last `{"end": ..., "digest": ...}`.

use pointsman::{Command, Timestamp, WorkspaceSpec};
use serde::Serialize;

/// The name of the format, on its first line.
pub const FORMAT: &str = "pointsman-record";
/// The version of the format that is written.
pub const VERSION: u32 = 1;

/// A recorded run.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    head: Head,
    commands: Vec<Entry>,
    end: End,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Head {
    format: &'static str,
    version: u32,
    scenario: String,
    seed: u64,
    /// 32 hexadecimal digits.
    namespace: String,
    workspace: WorkspaceSpec,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Entry {
    at: Timestamp,
    command: Command,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct End {
    end: Timestamp,
    digest: String,
}

impl Recording {
    pub(crate) fn new(scenario: &str, seed: u64, namespace: u128, workspace: WorkspaceSpec) -> Self {
        let end = End { end: workspace.start, digest: String::new() };
        let namespace = format!("{namespace:032x}");
        let scenario = scenario.to_owned();
        let head = Head { format: FORMAT, version: VERSION, scenario, seed, namespace, workspace };
        Self { head, commands: Vec::new(), end }
    }

    pub(crate) fn push(&mut self, at: Timestamp, command: Command) {
        self.commands.push(Entry { at, command });
    }

    pub(crate) fn end(&mut self, end: Timestamp, digest: &str) {
        self.end = End { end, digest: digest.to_owned() };
    }

    /// The text of the format.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which none of the engine's can be said of.
    pub fn to_json_lines(&self) -> Result<String, serde_json::Error> {
        let mut lines = serde_json::to_string(&self.head)? + "\n";
        for entry in &self.commands {
            lines += &serde_json::to_string(entry)?;
            lines.push('\n');
        }
        Ok(lines + &serde_json::to_string(&self.end)? + "\n")
    }
}
