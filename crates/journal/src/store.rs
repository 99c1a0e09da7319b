//! The file: opened by one process at a time, changed in transactions, each durable when it is done. What its tables
//! hold is not known here.

use std::cell::Cell;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use redb::{Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, WriteTransaction};

use crate::JournalError;

const FILE: &str = "journal.redb";
/// The file until it is one.
const BEGUN: &str = "journal.redb.new";
/// Entries are written once and read once, so that there is little to gain from a large one.
const CACHE: usize = 64 << 20;

pub(crate) struct Store {
    database: Database,
    path: PathBuf,
}

/// What the store says of a file on opening it.
pub(crate) enum Found {
    /// Everything that was written is there.
    Whole,
    /// The last write had not reached the disk whole, and is undone. When even its head is damaged, nobody can tell it
    /// from a write that never was, and it is undone without a word.
    Torn,
}

impl Store {
    /// Opens the file in this folder, or makes both. Every page is checked: a file that was changed by anybody else is
    /// refused.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Found), JournalError> {
        make(folder)?;
        let path = folder.join(FILE);
        begin(folder, &path)?;
        let torn = Rc::new(Cell::new(false));
        let seen = Rc::clone(&torn);
        // The store tells of an ordinary check at 0, and from 0.6 on; in between stands the step back to the write before.
        let step_back = move |progress: f64| progress > 0.0 && progress < 0.6;
        let opened = Builder::new()
            .set_cache_size(CACHE)
            .set_check_integrity_on_open(true)
            .set_repair_callback(move |session| seen.set(seen.get() || step_back(session.progress())))
            .open(&path);
        let database = opened.map_err(|error| refused(error, &path))?;
        let found = if torn.get() { Found::Torn } else { Found::Whole };
        Ok((Self { database, path }, found))
    }

    /// All of what is changed, or nothing, and durable when this returns.
    pub(crate) fn write<T>(
        &self,
        doing: &'static str,
        change: impl FnOnce(&WriteTransaction) -> Result<T, Failure>,
    ) -> Result<T, JournalError> {
        let attempt = || {
            let transaction = self.database.begin_write()?;
            let done = change(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        attempt().map_err(|failure| self.explain(doing, failure))
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&ReadTransaction) -> Result<T, Failure>) -> Result<T, JournalError> {
        let attempt = || look(&self.database.begin_read()?);
        attempt().map_err(|failure| self.explain("read", failure))
    }

    pub(crate) fn explain(&self, doing: &'static str, failure: Failure) -> JournalError {
        match failure {
            Failure::Store(error) => failed(doing, &self.path, error),
            Failure::Journal(error) => error,
        }
    }
}

/// Why a transaction ends early: the store fails, or what it holds is refused.
pub(crate) enum Failure {
    Store(Box<redb::Error>),
    Journal(JournalError),
}

impl<E: Into<redb::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Store(Box::new(error.into()))
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

fn make(folder: &Path) -> Result<(), JournalError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(folder_failed(folder))?;
    // The parent of a path of one part is the empty path, which cannot be opened.
    match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync(parent),
        None => sync(Path::new(".")),
    }
}

/// Makes an empty file where there is none. It gets its name when it is whole: the store leaves half a file when it is
/// killed while it makes one.
fn begin(folder: &Path, path: &Path) -> Result<(), JournalError> {
    let _alone = lock(folder)?;
    if path.exists() {
        return Ok(());
    }
    let begun = folder.join(BEGUN);
    if begun.exists() {
        fs::remove_file(&begun).map_err(folder_failed(folder))?;
    }
    let made = Database::create(&begun).and_then(Database::close);
    made.map_err(|error| refused(error, path))?;
    fs::rename(&begun, path).map_err(folder_failed(folder))?;
    sync(folder)
}

/// Nobody else begins a journal in this folder as long as somebody holds this.
fn lock(folder: &Path) -> Result<Option<File>, JournalError> {
    // Elsewhere a folder cannot be opened as a file.
    if cfg!(not(unix)) {
        return Ok(None);
    }
    let locked = File::open(folder).and_then(|file| file.lock().map(|()| file));
    locked.map(Some).map_err(folder_failed(folder))
}

/// The names in a folder survive a loss of power once the folder itself is on disk.
fn sync(folder: &Path) -> Result<(), JournalError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(folder_failed(folder))
}

fn folder_failed(folder: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = folder.to_path_buf();
    |source| JournalError::Folder { path, source }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the store's own, which grows")]
fn refused(error: DatabaseError, path: &Path) -> JournalError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => JournalError::InUse { path: path.to_path_buf() },
        other => failed("open", path, Box::new(other.into())),
    }
}

fn failed(doing: &'static str, path: &Path, source: Box<redb::Error>) -> JournalError {
    JournalError::Store { path: path.to_path_buf(), doing, source }
}
