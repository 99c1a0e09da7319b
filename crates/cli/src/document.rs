//! What a file on the command line is, found out by what it holds: a workflow document, a workspace file, a scenario, a
//! command log or a snapshot. It reads and tells; what is done with it is for the verbs.

use pointsman::{Engine, Snapshot};
use pointsman_config::{Diagnostic, Node, SourceFile, Workspace, has_errors, read_workspace};
use pointsman_sim::{Recording, Scenario};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::input;
use crate::output::Failure;
use crate::verbs::check::{Kind, kind, parse};

/// A file that was read.
pub(crate) enum Document {
    /// TaskRouter's workflow document; what queues it may name depends on where it is used.
    Workflow(Node),
    /// A workspace file.
    Workspace(Box<Workspace>),
    /// A scenario.
    Scenario(Box<Scenario>),
    /// A command log.
    Recording(Box<Recording>),
    /// An engine of a snapshot.
    State(Box<Engine>),
}

/// Reads a file and finds out what it is.
pub(crate) fn read(name: &str) -> Result<Document, Failure> {
    let file = input::read(name)?;
    let wrong = |problem: String| Failure::Input(format!("`{}`: {problem}", file.name));
    if Recording::is_one(&file.text) || file.name.ends_with(".jsonl") {
        return read_recording(&file).map(|recording| Document::Recording(Box::new(recording)));
    }
    if is_snapshot(&file.text) {
        let snapshot: Snapshot = serde_json::from_str(&file.text).map_err(|error| wrong(error.to_string()))?;
        let engine = Engine::restore(snapshot).map_err(|error| wrong(error.to_string()))?;
        return Ok(Document::State(Box::new(engine)));
    }
    let node = parse(&file).map_err(Failure::Diagnostics)?;
    match kind(&node) {
        Kind::Workflow => Ok(Document::Workflow(node)),
        Kind::Workspace => {
            usable(read_workspace(&node, &input::files)).map(|workspace| Document::Workspace(Box::new(workspace)))
        }
        Kind::Scenario => {
            usable(Scenario::read(&node, &input::files)).map(|scenario| Document::Scenario(Box::new(scenario)))
        }
    }
}

/// Reads a command log.
pub(crate) fn recording(name: &str) -> Result<Recording, Failure> {
    read_recording(&*input::read(name)?)
}

fn read_recording(file: &SourceFile) -> Result<Recording, Failure> {
    Recording::read(&file.text).map_err(|error| Failure::Input(format!("`{}`, {error}", file.name)))
}

/// What was read without errors.
pub(crate) fn usable<T>((found, diagnostics): (Option<T>, Vec<Diagnostic>)) -> Result<T, Failure> {
    match found {
        Some(found) if !has_errors(&diagnostics) => Ok(found),
        Some(_) | None => Err(Failure::Diagnostics(diagnostics)),
    }
}

/// A snapshot has its state inside its workspace, which neither a scenario nor a workspace file has.
fn is_snapshot(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Outer {
        #[serde(rename = "version")]
        _version: IgnoredAny,
        workspace: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[serde(rename = "state")]
        _state: IgnoredAny,
    }
    text.trim_start().starts_with('{')
        && serde_json::from_str::<Outer>(text).is_ok_and(|Outer { workspace: Inner { .. }, .. }| true)
}
