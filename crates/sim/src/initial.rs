//! What a scenario starts from when it does not start empty: an engine taken from a snapshot. It reads; what then happens
//! to the tasks in it is told elsewhere.

use pointsman::{Engine, Snapshot, TaskId};
use pointsman_config::{Diagnostic, Files, Node, Workspace, read_text};

use crate::reading::Reader;
use crate::recording::{call, friendly_names};

/// The engine that `initial_state` names: `{snapshot: state.json}`; none when it says `empty`.
pub(crate) fn read(reader: &mut Reader<'_>, node: &Node, files: &dyn Files) -> Option<Engine> {
    if node.as_str() == Some("empty") {
        return None;
    }
    let mut fields = reader.mapping(node, "`empty`, or a snapshot of an engine such as `{snapshot: state.json}`")?;
    let file = fields.required(reader, "snapshot");
    fields.finish(reader, &["snapshot"]);
    let file = file?;
    match restored(file, files) {
        Ok(engine) => Some(engine),
        Err(diagnostic) => {
            reader.report(diagnostic);
            None
        }
    }
}

fn restored(node: &Node, files: &dyn Files) -> Result<Engine, Diagnostic> {
    let file = read_text(node, files)?;
    let wrong = |problem: String| {
        let message = format!("`{}` is no snapshot of an engine: {problem}", file.name);
        Diagnostic::error("no-snapshot", node, message)
            .help("write one with `pointsman run SCENARIO --snapshot FILE`, or with `Engine::snapshot`")
    };
    let snapshot: Snapshot = serde_json::from_str(&file.text).map_err(|error| wrong(error.to_string()))?;
    Engine::restore(snapshot).map_err(|error| wrong(error.to_string()))
}

/// The workspace of an engine, with everything in it called by its friendly name, and tasks by their SIDs.
pub(crate) fn workspace(engine: &Engine, node: &Node) -> Workspace {
    let spec = engine.spec();
    let mut names = friendly_names(&spec);
    let tasks = engine.tasks().map(|view| (view.facts.task.to_string(), view.facts.task));
    let tasks: Vec<(String, TaskId)> = tasks.collect();
    call(&mut names, tasks.iter().map(|(name, id)| (name, id)));
    Workspace::of(spec, names, node)
}
