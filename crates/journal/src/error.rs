//! Why a journal refuses or cannot go on.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::frame::FORMAT;

/// Why a journal refuses or cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another process, or another value in this one, has it open.
    #[error("the journal `{}` is in use: stop the process that has it open, or choose another data folder", path.display())]
    InUse {
        /// Its file.
        path: PathBuf,
    },
    /// The folder cannot be made, or nothing can be made in it.
    #[error("cannot use the data folder `{}`: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The store fails: the disk is full or broken, or the file is damaged where the store keeps its own.
    #[error("cannot {doing} the journal `{}`: {source}", path.display())]
    Store {
        /// Its file.
        path: PathBuf,
        /// What was tried, as it stands before "the journal".
        doing: &'static str,
        /// What the store says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Records were to be appended elsewhere than at the end.
    #[error(
        "records cannot be appended at index {expected}, the journal's next is {next}: read from there, then append again"
    )]
    WrongIndex {
        /// Where they were to be.
        expected: u64,
        /// Where the journal ends.
        next: u64,
    },
    /// Entries were asked for, or to be covered by a snapshot, that are not there yet.
    #[error("index {index} lies behind the end of the journal, whose next index is {next}")]
    BehindTheEnd {
        /// The index asked for.
        index: u64,
        /// Where the journal ends.
        next: u64,
    },
    /// Entries were asked for, or to be covered by a snapshot, that one covers already.
    #[error("the entries before {first} were dropped for a snapshot, {index} is one of them: begin with the snapshot")]
    Dropped {
        /// The index asked for.
        index: u64,
        /// The first that is there.
        first: u64,
    },
    /// An entry is missing.
    #[error("the journal is damaged: entry {index} is missing; go back to a copy of the data folder")]
    Missing {
        /// Its place.
        index: u64,
    },
    /// An entry or the snapshot is not what was written.
    #[error("the journal is damaged: {place}: {flaw}; go back to a copy of the data folder")]
    Damaged {
        /// "entry 17", or "the snapshot".
        place: String,
        /// What is wrong with it.
        flaw: String,
    },
    /// An entry or the snapshot was written by a release with another format.
    #[error(
        "{place} is in format {found} of the journal, this release reads format {FORMAT}: use the release that wrote it, or a later one"
    )]
    Format {
        /// "entry 17", or "the snapshot".
        place: String,
        /// Its format.
        found: u8,
    },
}
