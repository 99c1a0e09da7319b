//! A durable, ordered log of opaque records, with a snapshot that stands for its beginning and named cursors.
//!
//! It owns the form in which all of that lies on disk. It knows nothing of the engine, never looks into a record, and has
//! no clock and no thread.
//!
//! * [`Journal`] is what a driver needs: append, read, save, cursors.
//! * [`DiskJournal`] keeps it in a folder, [`MemoryJournal`] for as long as the process lives.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bounds;
mod disk;
mod error;
mod frame;
mod journal;
mod memory;
mod store;

pub use disk::DiskJournal;
pub use error::JournalError;
pub use journal::{Entries, Entry, Journal, Saved};
pub use memory::MemoryJournal;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
