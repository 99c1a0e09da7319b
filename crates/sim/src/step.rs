//! One entry under `steps`: a command at a time, or what to expect then. Every command comes from the engine's own
//! list, read by its own field names; nothing here lists commands again except those the workspace file has a form for.

use std::time::Duration;

use pointsman::{
    ActivityId, Command, Rejection, TaskChannelId, TaskId, TaskQueueId, UpdateWorkflow, WorkerId,
    WorkflowConfiguration, WorkflowId,
};
use pointsman_config::{
    Context, Diagnostic, EntityId, Files, Key, Names, Node, NodeValue, declare, from_node, has_errors, read_activity,
    read_file, read_task_channel, read_task_queue, read_worker, read_workflow, read_workflow_spec,
};

use crate::expectation::{self, Check};
use crate::reading::{Fields, Place, Reader};

/// A step of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The time since the scenario's start.
    pub(crate) at: Duration,
    pub(crate) place: Place,
    pub(crate) action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Gives the engine a command.
    Do {
        /// The command and its subject, in words: `create_task t1`.
        what: String,
        /// The command.
        command: Box<Command>,
        /// The code of the refusal that is expected.
        refused: Option<&'static str>,
    },
    /// Looks at the state.
    Expect(Vec<Check>),
    /// Looks at the state from now on, whenever it has changed.
    Always {
        /// What must hold.
        checks: Vec<Check>,
        /// The last time at which it must; the end of the run when it is not said.
        until: Option<Duration>,
    },
}

/// The keys of a step that are not the command's.
const OURS: &[&str] = &["at", "do", "refused"];

/// The keys that a step may have which gives no command.
const KEYS: &[&str] = &["at", "do", "expect", "always", "until"];

/// Adds the names that the steps bring into the world, so that steps above may speak of what comes below.
pub(crate) fn declare_created(steps: &[Node], names: &mut Names) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for step in steps {
        diagnostics.extend(match step.get("do").and_then(Node::as_str) {
            Some("create_task") => declare_task(step, names),
            Some("create_worker") => declare_new::<WorkerId>(step, "worker", names),
            Some("create_task_queue") => declare_new::<TaskQueueId>(step, "task_queue", names),
            Some("create_workflow") => declare_new::<WorkflowId>(step, "workflow", names),
            Some("create_activity") => declare_new::<ActivityId>(step, "activity", names),
            Some("create_task_channel") => declare_new::<TaskChannelId>(step, "task_channel", names),
            Some(_) | None => Vec::new(),
        });
    }
    diagnostics
}

/// The steps that give a command.
pub(crate) fn giving<'n>(steps: &'n [Node], command: &str) -> impl Iterator<Item = &'n Node> {
    steps.iter().filter(move |step| step.get("do").and_then(Node::as_str) == Some(command))
}

/// The workers that steps create, once they have names.
pub(crate) fn created_workers(steps: &[Node], names: &Names) -> Vec<WorkerId> {
    let created = giving(steps, "create_worker");
    let mut workers: Vec<WorkerId> = created.filter_map(|step| names.id(name_of(step, "worker")?)).collect();
    workers.sort_unstable();
    workers.dedup();
    workers
}

/// What a step that creates something calls it.
fn name_of<'n>(step: &'n Node, key: &str) -> Option<&'n str> {
    step.get(key).or_else(|| step.get("name")).and_then(Node::as_str)
}

fn declare_task(step: &Node, names: &mut Names) -> Vec<Diagnostic> {
    if let Some(name) = step.get("task").and_then(Node::as_str) {
        // The same name again is for the engine to judge: it may be free again, or the refusal expected.
        let _ = names.declare::<TaskId>(name, None, None);
    }
    Vec::new()
}

fn declare_new<T: EntityId>(step: &Node, key: &str, names: &mut Names) -> Vec<Diagnostic> {
    let name = name_of(step, key);
    let known = name.is_some_and(|name| names.id::<T>(name).is_some());
    if known { Vec::new() } else { declare::<T>(step, names) }
}

/// Reads one entry under `steps`.
pub(crate) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Step> {
    let mut fields = reader.mapping(node, "a step such as `{at: 0, do: create_task, task: t1}`")?;
    let at = fields.required(reader, "at").and_then(|node| reader.span(node));
    let action = match (fields.take("do"), fields.take("expect"), fields.take("always")) {
        (Some(verb), None, None) => command(reader, node, verb),
        (None, Some(expected), None) => {
            fields.finish(reader, KEYS);
            Some(Action::Expect(expectation::read(reader, expected)))
        }
        (None, None, Some(expected)) => Some(always(reader, fields, expected)),
        (_, Some(second), _) | (_, _, Some(second)) => {
            let diagnostic = Diagnostic::error("two-actions", second, "a step has one of `do`, `expect` and `always`");
            reader.report(diagnostic.help("write two steps at the same time"));
            None
        }
        (None, None, None) => {
            let diagnostic = Diagnostic::error("no-action", node, "a step needs `do`, `expect` or `always`");
            reader.report(diagnostic.help("write `do: create_task`, or `expect: {task: t1, status: pending}`"));
            None
        }
    };
    Some(Step { at: at?, place: Place::of(node), action: action? })
}

/// Reads what must hold from a time on.
fn always(reader: &mut Reader<'_>, mut fields: Fields<'_>, expected: &Node) -> Action {
    let until = fields.take("until").and_then(|node| reader.span(node));
    fields.finish(reader, KEYS);
    Action::Always { checks: expectation::read_lasting(reader, expected), until }
}

/// Reads the command of an entry without a time: `{do: create_task, task: t1}`.
pub(crate) fn read_command(reader: &mut Reader<'_>, node: &Node) -> Option<Action> {
    let mut fields = reader.mapping(node, "a command such as `{do: create_task, task: t1}`")?;
    for key in ["at", "expect", "always"] {
        if let Some(value) = fields.take(key) {
            let diagnostic = Diagnostic::error("unknown-key", value, format!("`{key}` has no meaning here"));
            reader.report(diagnostic.help("write a command only: `{do: create_task, task: t1}`"));
        }
    }
    let verb = fields.required(reader, "do")?;
    command(reader, node, verb)
}

fn command(reader: &mut Reader<'_>, node: &Node, verb: &Node) -> Option<Action> {
    let name = reader.word(verb, "a command", Command::NAMES)?;
    let refused = match node.get("refused") {
        Some(code) => Some(reader.word(code, "the code of a refusal", Rejection::CODES)?),
        None => None,
    };
    let strangers = refused.filter(|code| is_about_a_name(code)).map(|_| strangers(reader.context.names, node));
    let context = Context { names: strangers.as_ref().unwrap_or(reader.context.names), ..reader.context };
    let (command, diagnostics) = build(name, node, verb, &context);
    reader.diagnostics.extend(diagnostics);
    Some(Action::Do { what: describe(name, node), command: Box::new(command?), refused })
}

/// Whether a refusal may say that nothing has a name.
fn is_about_a_name(code: &str) -> bool {
    code.starts_with("unknown-") || code.starts_with("no-")
}

/// All names and those that the step uses although nothing has them, because it expects to be told so.
fn strangers(names: &Names, node: &Node) -> Names {
    let mut names = names.clone();
    for (key, value) in node.entries() {
        let Some(text) = value.as_str() else { continue };
        match &*key.text {
            "task" => add::<TaskId>(&mut names, text),
            "worker" => add::<WorkerId>(&mut names, text),
            "task_queue" => add::<TaskQueueId>(&mut names, text),
            "workflow" => add::<WorkflowId>(&mut names, text),
            "task_channel" => add::<TaskChannelId>(&mut names, text),
            other if other.ends_with("activity") => add::<ActivityId>(&mut names, text),
            _ => {}
        }
    }
    names
}

fn add<T: EntityId>(names: &mut Names, text: &str) {
    if names.id::<T>(text).is_none() {
        // Cannot be taken: it was just looked up.
        let _ = names.declare::<T>(text, None, None);
    }
}

type Built = (Option<Command>, Vec<Diagnostic>);

/// What the workspace file declares has that file's form; everything else is read by the engine's own.
fn build(name: &'static str, node: &Node, verb: &Node, context: &Context<'_>) -> Built {
    let inner = context.ignoring(OURS);
    match name {
        "create_worker" => created(read_worker(node, &inner)),
        "create_task_queue" => created(read_task_queue(node, &inner)),
        "create_workflow" => created(read_workflow_spec(node, &inner)),
        "create_activity" => created(read_activity(node, &inner)),
        "create_task_channel" => created(read_task_channel(node, &inner)),
        "update_workflow" => update_workflow(node, verb, context),
        _ => match from_node(&tagged(node, verb, OURS), context) {
            Ok(command) => (Some(command), Vec::new()),
            Err(diagnostic) => (None, vec![diagnostic]),
        },
    }
}

fn created<T: Into<Command>>((spec, diagnostics): (Option<T>, Vec<Diagnostic>)) -> Built {
    (spec.map(Into::into), diagnostics)
}

/// `configuration` is TaskRouter's document, inline or in a file.
fn update_workflow(node: &Node, verb: &Node, context: &Context<'_>) -> Built {
    let keys: Vec<&str> = OURS.iter().copied().chain(["configuration"]).collect();
    let mut update: UpdateWorkflow = match from_node::<Command>(&tagged(node, verb, &keys), context) {
        Ok(Command::UpdateWorkflow(update)) => update,
        Ok(other) => return (Some(other), Vec::new()),
        Err(diagnostic) => return (None, vec![diagnostic]),
    };
    let Some(configuration) = node.get("configuration") else { return created((Some(update), Vec::new())) };
    let (configuration, diagnostics) = read_configuration(configuration, context.names, context.files);
    update.configuration = configuration;
    let update = (!has_errors(&diagnostics)).then_some(update);
    created((update, diagnostics))
}

fn read_configuration(
    node: &Node,
    names: &Names,
    files: &dyn Files,
) -> (Option<WorkflowConfiguration>, Vec<Diagnostic>) {
    if node.as_str().is_none() {
        return read_workflow(node, Some(names));
    }
    match read_file(node, files) {
        Ok(document) => read_workflow(&document, Some(names)),
        Err(diagnostics) => (None, diagnostics),
    }
}

/// The step as the engine writes commands: `{create_task: {task: t1}}`.
fn tagged(node: &Node, verb: &Node, without: &[&str]) -> Node {
    let entries = node.entries().iter().filter(|(key, _)| !without.contains(&&*key.text)).cloned();
    let payload = Node { value: NodeValue::Mapping(entries.collect()), ..node.clone() };
    let key = Key { text: verb.as_str().unwrap_or_default().into(), span: verb.span.clone() };
    Node { value: NodeValue::Mapping(vec![(key, payload)]), ..node.clone() }
}

/// The command and what it is about, for messages: `accept_reservation t1 alice`.
fn describe(name: &str, node: &Node) -> String {
    const SUBJECTS: &[&str] =
        &["task", "worker", "task_queue", "workflow", "activity", "task_channel", "name", "reservation"];
    let texts = SUBJECTS.iter().filter_map(|key| node.get(key).and_then(Node::as_str));
    std::iter::once(name).chain(texts).collect::<Vec<_>>().join(" ")
}
