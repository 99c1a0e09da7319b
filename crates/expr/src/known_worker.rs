//! Owns the reference of known-worker routing: one path into the task's attributes (semantics 2.10).
//! Never finds the worker.

use std::sync::Arc;

use crate::{Limits, ParseError, Path, Warning, parser};

/// The value of `known_worker_sid` or `known_worker_friendly_name`. Equal when the texts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownWorker {
    text: Arc<str>,
    path: Path,
}

impl KnownWorker {
    /// Reads `task.<path>`.
    ///
    /// # Errors
    /// Every error of the text, in its order; never an empty list.
    pub fn parse(text: &str, limits: &Limits) -> Result<(Self, Vec<Warning>), Vec<ParseError>> {
        let (path, warnings) = parser::parse_known_worker(text, limits)?;
        Ok((Self { text: text.into(), path }, warnings))
    }

    /// The text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The path into the task's attributes.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}
