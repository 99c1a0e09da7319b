//! A scenario file, read whole: the workspace, the names, the steps. Every error with its place; nothing is run here.

use std::sync::Arc;
use std::time::Duration;

use pointsman::{Engine, Limits, Rejection, TaskQueueSpec, Timestamp, WorkspaceSpec, format_duration};
use pointsman_config::{
    Context, Diagnostic, Files, Names, Node, SourceFile, Workspace, has_errors, parse_file, read_workspace,
};

use crate::expectation::Check;
use crate::initial;
use crate::model::{self, Model};
use crate::reading::{Fields, Reader, choice, duration};
use crate::results::{self, Column};
use crate::step::{self, Action, Step};

/// A scenario, ready to be [`run`](crate::run).
#[derive(Clone)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// The instant of `t = 0`.
    pub start: Timestamp,
    /// The seed it asks for.
    pub seed: u64,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) names: Names,
    pub(crate) steps: Vec<Step>,
    pub(crate) model: Model,
    /// The figures of its results, in the order of a row's values.
    pub(crate) figures: Vec<Column>,
    /// What it starts from when it does not start empty.
    pub(crate) initial: Option<Arc<Engine>>,
    pub(crate) file: Arc<SourceFile>,
}

/// The keys of a scenario file.
pub(crate) const KEYS: &[&str] =
    &["version", "name", "description", "start", "seed", "workspace", "initial_state", "steps"];

/// The keys of a scenario in their usual order: what happens stands below what is there.
pub(crate) fn sections() -> Vec<&'static str> {
    let (above, below) = KEYS.split_at(KEYS.len() - 1);
    [above, &model::KEYS, below].concat()
}

/// The seed of a scenario that names none.
const DEFAULT_SEED: u64 = 1;

impl Scenario {
    /// Reads a scenario: YAML, of which JSON is a part. Files it names come from `files`.
    ///
    /// There is a scenario exactly when no diagnostic is an error.
    pub fn parse(file: &Arc<SourceFile>, files: &dyn Files) -> (Option<Self>, Vec<Diagnostic>) {
        match parse_file(file) {
            Ok(node) => Self::read(&node, files),
            Err(diagnostics) => (None, diagnostics),
        }
    }

    /// The same from a document that is parsed already.
    pub fn read(node: &Node, files: &dyn Files) -> (Option<Self>, Vec<Diagnostic>) {
        let (names, limits) = (Names::new(), Limits::default());
        let mut reader = Reader::new(Context::new(&names, &limits));
        let Some(mut fields) = reader.mapping(node, "a scenario") else { return (None, reader.diagnostics) };
        let head = Head::read(&mut reader, &mut fields);
        let (workspace, initial) = begin(&mut reader, &mut fields, files);
        let steps = fields.take("steps").map_or(&[][..], |node| reader.list(node, "steps"));
        let chance = model::Nodes::take(&mut fields);
        fields.finish(&mut reader, &[KEYS, &model::KEYS[..]].concat());
        let mut diagnostics = reader.diagnostics;
        let Some(mut workspace) = workspace else { return (None, diagnostics) };
        let start = initial.as_ref().map_or(head.start, Engine::clock);
        workspace.spec = workspace.spec.start(start).expanded();
        let (hired, told) = chance.hire(&mut workspace.names, &workspace.spec.limits);
        workspace.spec.workers.extend(hired);
        diagnostics.extend(told);
        diagnostics.extend(refusal(&workspace));

        let mut names = workspace.names.clone();
        diagnostics.extend(step::declare_created(steps, &mut names));
        let (spoken_of, told) = chance.declare(steps, &mut names);
        diagnostics.extend(told);
        let context = Context::new(&names, &workspace.spec.limits).start(start).files(files);
        let mut reader = Reader::new(context);
        let mut model = chance.read(&mut reader, &workspace.spec, steps);
        model.spoken_of = spoken_of;
        let figures = figures(&model, &workspace.spec, &names);
        if let Some(node) = chance.aim().filter(|_| !model.is_empty()) {
            refuse_unknown_figure(&mut reader, node, &figures);
        }
        reader.figures = (!has_errors(&reader.diagnostics)).then(|| figures.clone());
        let (nodes, steps) = (steps, read_steps(&mut reader, steps));
        model.measure.horizon.into_iter().for_each(|horizon| refuse_later(&mut reader, nodes, horizon));
        if let Some(engine) = initial.as_ref().filter(|_| !model.is_empty()) {
            model.adopt(&mut reader, node, engine);
        }
        if !model.is_empty() {
            model.warn_of_strangers(&mut reader, nodes, &steps);
        }
        diagnostics.append(&mut reader.diagnostics);
        if has_errors(&diagnostics) {
            return (None, diagnostics);
        }
        let Head { name, description, seed, .. } = head;
        let (workspace, initial, file) = (Arc::new(workspace), initial.map(Arc::new), node.file.clone());
        (
            Some(Self { name, description, start, seed, workspace, names, steps, model, figures, initial, file }),
            diagnostics,
        )
    }

    /// The workspace it starts with.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The names of everything in it.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The engine at its start, with this workspace where it starts empty; nothing has happened in it.
    pub(crate) fn engine(&self, spec: &WorkspaceSpec, seed: u64) -> Result<Engine, Rejection> {
        match &self.initial {
            Some(engine) => Ok(Engine::clone(engine)),
            None => Engine::new(spec.clone(), u128::from(seed)),
        }
    }

    /// The same, but it ends at this time, counted from its start. Steps behind it are left out.
    ///
    /// # Errors
    /// Why it cannot end then: nothing would be measured, or too many intervals.
    pub fn ended_at(mut self, until: Duration) -> Result<Self, String> {
        self.model.measure.horizon = Some(until);
        self.steps.retain(|step| step.at <= until);
        match self.model.measure.wrong_length() {
            Some((_, message, _)) => Err(message),
            None => Ok(self),
        }
    }

    /// Whether chance plays a part in it: tasks come by themselves.
    pub fn is_random(&self) -> bool {
        !self.model.is_empty()
    }

    /// A fingerprint of its text: 16 hexadecimal digits.
    pub(crate) fn fingerprint(&self) -> String {
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(self.file.text.as_bytes()))
    }

    /// What it expects on the way.
    pub(crate) fn expected(&self) -> impl Iterator<Item = &Check> {
        self.steps.iter().flat_map(|step| match &step.action {
            Action::Expect(checks) | Action::Always { checks, .. } => &checks[..],
            Action::Do { .. } => &[],
        })
    }

    /// What is judged over all replications together, each with its time, in the order of the steps.
    pub(crate) fn over_replications(&self) -> impl Iterator<Item = (Duration, &Check)> {
        let checks = self.steps.iter().flat_map(|step| match &step.action {
            Action::Expect(checks) => checks.iter().map(|check| (step.at, check)).collect(),
            Action::Do { .. } | Action::Always { .. } => Vec::new(),
        });
        checks.filter(|(_, check)| check.over_replications().is_some())
    }

    /// The text it was read from.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }
}

/// What stands above the workspace.
struct Head {
    name: String,
    description: Option<String>,
    start: Timestamp,
    seed: u64,
}

impl Head {
    fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Self {
        if let Some(node) = fields.take("version")
            && reader.value::<u32>(node).is_some_and(|version| version != 1)
        {
            reader.wrong(node, "version 1, the only one there is");
        }
        let name = fields.take("name").and_then(|node| reader.value(node));
        let description = fields.take("description").and_then(|node| reader.value(node));
        let start = fields.take("start").and_then(|node| reader.value(node)).unwrap_or(Timestamp::EPOCH);
        let seed = fields.take("seed").and_then(|node| reader.value(node)).unwrap_or(DEFAULT_SEED);
        let name = name.unwrap_or_else(|| file_name(&fields.node.file.name));
        Self { name, description, start, seed }
    }
}

/// A scenario without a name is called like its folder, or like its file.
fn file_name(path: &str) -> String {
    let mut parts = path.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let folder = parts.next().filter(|_| stem == "scenario");
    folder.unwrap_or(stem).to_owned()
}

/// The workspace, and the engine where the scenario goes on from a snapshot, which has one.
fn begin(reader: &mut Reader<'_>, fields: &mut Fields<'_>, files: &dyn Files) -> (Option<Workspace>, Option<Engine>) {
    let initial = fields.take("initial_state");
    let Some((node, engine)) = initial.and_then(|node| Some((node, initial::read(reader, node, files)?))) else {
        let is_told = initial.is_some_and(|node| node.as_str().is_none());
        let node = if is_told { fields.take("workspace") } else { fields.required(reader, "workspace") };
        return (node.and_then(|node| workspace(reader, node, files)), None);
    };
    for key in ["workspace", "start"] {
        fields.take(key);
        if fields.node.get(key).is_some() {
            let message = format!("a scenario that goes on from a snapshot has no `{key}`: the snapshot has it");
            reader.report(Diagnostic::error("twice", node, message).help("leave one of the two out"));
        }
    }
    (Some(initial::workspace(&engine, node)), Some(engine))
}

fn workspace(reader: &mut Reader<'_>, node: &Node, files: &dyn Files) -> Option<Workspace> {
    let (workspace, diagnostics) = read_workspace(node, files);
    reader.diagnostics.extend(diagnostics);
    workspace
}

/// What the engine itself would still refuse.
fn refusal(workspace: &Workspace) -> Option<Diagnostic> {
    Engine::new(workspace.spec.clone(), 0).err().map(|rejection| workspace.diagnose(&rejection))
}

/// What is measured; nothing where chance has no part.
fn figures(model: &Model, spec: &WorkspaceSpec, names: &Names) -> Vec<Column> {
    let name = |queue: &TaskQueueSpec| names.name(queue.task_queue).unwrap_or(&queue.friendly_name).to_owned();
    let queues: Vec<String> = spec.task_queues.iter().map(name).collect();
    if model.is_empty() { Vec::new() } else { results::columns(model, &queues, &model.measure) }
}

fn refuse_unknown_figure(reader: &mut Reader<'_>, node: &Node, figures: &[Column]) {
    let Some(figure) = node.as_str() else { return };
    let names: Vec<String> = figures.iter().map(Column::name).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    if !known.contains(&figure) {
        let error = Diagnostic::error("unknown-figure", node, format!("there is no figure `{figure}`"));
        reader.report(error.help(choice(figure, &known)));
    }
}

/// A step behind the end of the run would never happen, and what it expects never be looked at.
fn refuse_later(reader: &mut Reader<'_>, nodes: &[Node], horizon: Duration) {
    let at = |node: &Node| node.get("at").and_then(duration);
    for node in nodes.iter().filter(|node| at(node).is_some_and(|at| at > horizon)) {
        let message = format!("this step lies behind the horizon, {}: it never happens", format_duration(horizon));
        let help = "give it an earlier time, or the run a longer `measure: {horizon: ...}`";
        reader.report(Diagnostic::error("step-too-late", node, message).help(help));
    }
}

/// Steps in the order of time; those of one instant in the order written.
fn read_steps(reader: &mut Reader<'_>, nodes: &[Node]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for node in nodes {
        let Some(step) = step::read(reader, node) else { continue };
        if steps.last().is_some_and(|above| step.at < above.at) {
            let message = "this step lies before the one above it: it runs in the order of time";
            let help = "write steps in the order in which they run";
            reader.report(Diagnostic::warning("step-out-of-order", node, message).help(help));
        }
        steps.push(step);
    }
    steps.sort_by_key(|step| step.at);
    steps
}
