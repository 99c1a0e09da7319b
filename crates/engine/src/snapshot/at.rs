//! Where in a snapshot a value stands, for errors. It judges nothing.

use std::fmt;

use super::SnapshotError;
use crate::time::Timestamp;

/// The greatest count a snapshot may hold: what every JSON reader keeps exactly, and far from where counting ends.
pub(super) const MOST: u64 = 1 << 53;

/// A place such as `state.tasks.rows.3.configuration`, and the clock of the snapshot.
#[derive(Clone, Debug)]
pub(super) struct At {
    path: String,
    clock: Timestamp,
}

impl At {
    /// The whole snapshot.
    pub(super) fn whole(clock: Timestamp) -> Self {
        Self { path: String::new(), clock }
    }

    /// A part of this place.
    pub(super) fn key(&self, key: impl fmt::Display) -> Self {
        let separator = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{}{separator}{key}", self.path), clock: self.clock }
    }

    pub(super) fn error(&self, problem: impl fmt::Display) -> SnapshotError {
        SnapshotError::Impossible { at: self.path.clone(), problem: problem.to_string() }
    }

    /// A rule of the engine's own.
    pub(super) fn judged<T, E: fmt::Display>(&self, key: &str, result: Result<T, E>) -> Result<T, SnapshotError> {
        result.map_err(|problem| self.key(key).error(problem))
    }

    pub(super) fn expect(&self, key: &str, holds: bool, expected: impl fmt::Display) -> Result<(), SnapshotError> {
        if holds { Ok(()) } else { Err(self.key(key).error(format_args!("expected {expected}"))) }
    }

    pub(super) fn at_most(&self, key: &str, count: u64, most: u64) -> Result<(), SnapshotError> {
        self.expect(key, count <= most, format_args!("at most {most}, found {count}"))
    }

    /// The instant has come.
    pub(super) fn past(&self, key: &str, instant: Timestamp) -> Result<(), SnapshotError> {
        let clock = self.clock;
        self.expect(key, instant <= clock, format_args!("an instant up to the clock, {clock}; found {instant}"))
    }
}
