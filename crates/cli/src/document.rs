//! What a file on the command line is, found out by what it holds: a workflow document, a workspace file, a scenario, a
//! command log or a snapshot. It reads and tells; what is done with it is for the verbs.

use pointsman::{Engine, Snapshot, WorkflowId, WorkspaceSpec};
use pointsman_config::{Diagnostic, EntityKind, Names, Node, SourceFile, Workspace, read_workspace};
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

/// What to ask about instead of a scenario whose tasks nobody has written down.
pub(crate) fn of_chance(name: &str) -> Failure {
    let help = format!("write one run down with `pointsman run {name} --record day.jsonl`, and name `day.jsonl`");
    Failure::Input(format!("in `{name}` tasks come by chance, and none of them is written down: {help}"))
}

/// Reads a command log.
pub(crate) fn recording(name: &str) -> Result<Recording, Failure> {
    read_recording(&*input::read(name)?)
}

fn read_recording(file: &SourceFile) -> Result<Recording, Failure> {
    Recording::read(&file.text).map_err(|error| Failure::Input(format!("`{}`, {error}", file.name)))
}

/// The workflow that is named, or the only one.
pub(crate) fn workflow(wanted: Option<&str>, spec: &WorkspaceSpec, names: &Names) -> Result<WorkflowId, Failure> {
    let is_there = |id: &WorkflowId| spec.workflows.iter().any(|workflow| workflow.workflow == *id);
    let all = spec.workflows.iter().map(|it| names.name(it.workflow).unwrap_or(&it.friendly_name));
    let all = all.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (wanted, &spec.workflows[..]) {
        (_, []) => Err(Failure::Input("there is no workflow: declare one in `workflows`".to_owned())),
        (None, [only]) => Ok(only.workflow),
        (None, _) => Err(Failure::Input(format!("there are several workflows: choose one of {all} with `--workflow`"))),
        (Some(name), _) => names.id(name).filter(is_there).ok_or_else(|| {
            let near = names.suggest(EntityKind::Workflow, name);
            let help = near.map_or_else(|| format!("there are {all}"), |near| format!("did you mean `{near}`?"));
            Failure::Input(format!("there is no workflow `{name}` at the start: {help}"))
        }),
    }
}

/// What was read without errors.
pub(crate) fn usable<T>((found, diagnostics): (Option<T>, Vec<Diagnostic>)) -> Result<T, Failure> {
    found.ok_or(Failure::Diagnostics(diagnostics))
}

/// A snapshot has its state inside its workspace, which neither a scenario nor a workspace file has.
fn is_snapshot(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Outer {
        #[serde(rename = "version")]
        _version: IgnoredAny,
        #[serde(rename = "workspace")]
        _workspace: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[serde(rename = "state")]
        _state: IgnoredAny,
    }
    text.trim_start().starts_with('{') && serde_json::from_str::<Outer>(text).is_ok()
}
