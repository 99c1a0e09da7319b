//! Reading what the command line names: files, folders that hold a scenario, standard input.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use pointsman_config::SourceFile;

use crate::output::Failure;

/// The name of standard input on the command line.
pub(crate) const STDIN: &str = "-";

/// Why a file cannot be had.
pub(crate) enum Unreadable {
    /// It cannot be read at all.
    Missing(String),
    /// It is not text.
    NotText(String),
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Missing(message) | Unreadable::NotText(message) => Self::Input(message),
        }
    }
}

/// The text of a file, of `scenario.yaml` in a folder, or of standard input.
pub(crate) fn read(name: &str) -> Result<Arc<SourceFile>, Unreadable> {
    let name = place(name);
    let bytes = bytes(&name).map_err(|error| Unreadable::Missing(format!("cannot read `{name}`: {error}")))?;
    let shown = if name == STDIN { "<stdin>".to_owned() } else { name };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Arc::new(SourceFile::new(shown, text))),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(Unreadable::NotText(format!("`{shown}` is not text: line {line} is not UTF-8")))
        }
    }
}

/// A folder stands for the scenario in it.
pub(crate) fn place(name: &str) -> String {
    let path = Path::new(name);
    if name != STDIN && path.is_dir() {
        return path.join("scenario.yaml").to_string_lossy().into_owned();
    }
    name.to_owned()
}

fn bytes(name: &str) -> std::io::Result<Vec<u8>> {
    if name != STDIN {
        return fs::read(name);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Files that documents name.
pub(crate) fn files(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| error.to_string())
}
