//! What a reader may lean on beside the node it reads.

use pointsman::{Limits, Timestamp};

use crate::files::{Files, NoFiles};
use crate::names::Names;

/// What a reader knows of the world: names, the start of time, files, and keys that are somebody else's.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The names that texts are resolved by.
    pub names: &'a Names,
    /// The instant that times given as spans count from.
    pub start: Timestamp,
    /// The workspace's limits.
    pub limits: &'a Limits,
    /// Where workflow configurations given as a path are read from.
    pub files: &'a dyn Files,
    /// Keys of the node itself (not of nodes below) that are not this reader's: neither read nor complained about.
    pub ignored_keys: &'a [&'a str],
}

impl<'a> Context<'a> {
    /// These names; time starts at the epoch, there are no files, and every key counts.
    pub fn new(names: &'a Names, limits: &'a Limits) -> Self {
        Self { names, start: Timestamp::EPOCH, limits, files: &NoFiles, ignored_keys: &[] }
    }

    /// Times given as spans count from here.
    #[must_use]
    pub fn start(self, start: Timestamp) -> Self {
        Self { start, ..self }
    }

    /// Files come from here.
    #[must_use]
    pub fn files(self, files: &'a dyn Files) -> Self {
        Self { files, ..self }
    }

    /// These keys of the node itself belong to somebody else.
    #[must_use]
    pub fn ignoring(self, keys: &'a [&'a str]) -> Self {
        Self { ignored_keys: keys, ..self }
    }
}
