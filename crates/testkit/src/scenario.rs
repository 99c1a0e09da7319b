//! Runs as scenario files: what a random run did becomes a text that `pointsman run` plays again. It writes texts
//! only; running them is the simulator's affair.

mod commands;
mod known;
mod yaml;

use pointsman::{Command, Limits, Rejection, Timestamp, WorkspaceSpec, format_duration};
use serde_json::{Map, Value, json};

use crate::Model;
use crate::names::Names;
use crate::op::NAMESPACE;
use commands::Writer;
use known::Known;

/// The scenario file of a workspace and of what was done in it: instants, and commands or nothing but time.
///
/// The text is YAML as `docs/scenarios.md` describes it. `pointsman run` gives the same events as an engine with the
/// test kit's namespace: the file's seed sees to the ids of reservations. A command that the [`Model`] refuses says
/// `refused: CODE`. What the format has no words for is a comment, and it is nothing that could change the run: time
/// that goes backwards, commands in a deleted workspace, refused declarations, and refused commands with a name that
/// nothing has but that is not what they are refused for. The one exception is a routing step whose timeout is not whole seconds: TaskRouter's document cannot say it, the file
/// rounds it up and says so.
///
/// ```
/// use pointsman::{CreateTask, Timestamp, WorkspaceSpec};
///
/// let script = [(Timestamp::EPOCH, Some(CreateTask::new("t1").into()))];
/// let text = pointsman_testkit::scenario(&WorkspaceSpec::new("Empty"), &script);
/// assert!(text.ends_with("steps:\n  - {at: 0s, do: create_task, task: t1, refused: workflow-required}\n"));
/// ```
pub fn scenario(spec: &WorkspaceSpec, script: &[(Timestamp, Option<Command>)]) -> String {
    let names = Names::of(spec, script.iter().filter_map(|(_, command)| command.as_ref()));
    let mut writer = Writer::new(&names, spec.start);
    let workspace = workspace(spec, &mut writer);
    let steps = steps(spec, script, &mut writer);
    let mut lines = vec!["# A run of pointsman-testkit: play it with `pointsman run`.".to_owned()];
    lines.extend(writer.notes.iter().map(|note| format!("# {note}")));
    lines.push(yaml::entry("start", &json!(instant(spec.start)), 0));
    lines.push(format!("seed: {NAMESPACE}"));
    lines.push("workspace:".to_owned());
    lines.extend(workspace);
    let none = steps.iter().all(|line| line.trim_start().starts_with('#'));
    lines.push(if none { "steps: []" } else { "steps:" }.to_owned());
    lines.extend(steps);
    lines.join("\n") + "\n"
}

/// One command on one line: `complete_task {task: t1, reason: done}`.
pub(crate) fn in_words(command: &Command, names: &Names) -> String {
    let fields = Writer::new(names, Timestamp::EPOCH).command(command);
    format!("{} {}", command.name(), yaml::flow(&Value::Object(fields)))
}

/// A line or more for each thing that is declared.
fn workspace(spec: &WorkspaceSpec, writer: &mut Writer<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, value) in settings(spec, writer) {
        lines.push(format!("  {}", yaml::entry(&key, &value, 2)));
    }
    let lists: [(&str, Vec<Value>); 5] = [
        ("activities", spec.activities.iter().map(|spec| writer.activity(spec)).collect()),
        ("task_channels", spec.task_channels.iter().map(|spec| writer.task_channel(spec)).collect()),
        ("task_queues", spec.task_queues.iter().map(|spec| writer.task_queue(spec)).collect()),
        ("workflows", spec.workflows.iter().map(|spec| writer.workflow(spec)).collect()),
        ("workers", spec.workers.iter().map(|spec| writer.worker(spec)).collect()),
    ];
    for (key, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
        lines.push(format!("  {key}:"));
        lines.extend(items.iter().map(|item| format!("    {}", yaml::listed(item, 4))));
    }
    lines
}

/// What is not the default, beside what is declared.
fn settings(spec: &WorkspaceSpec, writer: &Writer<'_>) -> Map<String, Value> {
    let mut settings = writer.fields(&bare(spec));
    let defaults = writer.fields(&WorkspaceSpec::new(""));
    settings.retain(|key, value| defaults.get(key) != Some(value));
    if spec.limits != Limits::default() {
        let mut limits = writer.fields(&spec.limits);
        let defaults = writer.fields(&Limits::default());
        limits.retain(|key, value| defaults.get(key) != Some(value));
        settings.insert("limits".to_owned(), Value::Object(limits));
    }
    settings
}

/// The workspace without its lists and limits; its start stands elsewhere.
fn bare(spec: &WorkspaceSpec) -> WorkspaceSpec {
    let mut bare = spec.clone().start(WorkspaceSpec::new("").start).limits(Limits::default());
    bare.activities.clear();
    bare.task_channels.clear();
    bare.task_queues.clear();
    bare.workflows.clear();
    bare.workers.clear();
    bare
}

/// A line or more for each command. Time alone is told only at the end: in between it changes nothing.
fn steps(spec: &WorkspaceSpec, script: &[(Timestamp, Option<Command>)], writer: &mut Writer<'_>) -> Vec<String> {
    let mut model = Model::new(spec, NAMESPACE).ok();
    let mut known = Known::of(spec);
    let (mut lines, mut told, mut clock) = (Vec::new(), spec.start, spec.start);
    for (now, command) in script {
        clock = clock.max(*now);
        let Some(command) = command else {
            model.iter_mut().for_each(|model| model.handle_timeout(*now));
            continue;
        };
        let refused = model.as_mut().and_then(|model| model.handle(*now, command).err());
        let refused = refused.as_ref();
        let wordless = |refused: &&Rejection| is_beyond_words(command, refused) || !known.admits(command, refused);
        if let Some(refused) = refused.filter(wordless) {
            lines.push(format!("  # at {}: {} is refused: {}", writer.at(*now), command.name(), refused.code()));
            continue;
        }
        if refused.is_none() {
            known.learn(command);
        }
        let step = writer.step(*now, command, refused);
        lines.push(format!("  {}", yaml::listed(&step, 2)));
        told = *now;
    }
    if clock > told {
        lines.push(format!("  - {{at: {}, expect: {{never: []}}}}  # time passes", writer.at(clock)));
    }
    lines
}

/// Whether the format has no words for a refused command. What declares something is read strictly there: the file
/// would be refused, not the command.
fn is_beyond_words(command: &Command, refused: &Rejection) -> bool {
    let strict = match command {
        Command::CreateActivity(_)
        | Command::CreateTaskChannel(_)
        | Command::CreateTaskQueue(_)
        | Command::CreateWorkflow(_)
        | Command::CreateWorker(_) => true,
        Command::UpdateWorkflow(update) => update.configuration.is_some(),
        Command::UpdateWorkspace(_)
        | Command::DeleteWorkspace(_)
        | Command::UpdateActivity(_)
        | Command::DeleteActivity(_)
        | Command::UpdateTaskChannel(_)
        | Command::DeleteTaskChannel(_)
        | Command::UpdateTaskQueue(_)
        | Command::DeleteTaskQueue(_)
        | Command::DeleteWorkflow(_)
        | Command::UpdateWorker(_)
        | Command::SetWorkerActivity(_)
        | Command::UpdateWorkerChannel(_)
        | Command::DeleteWorker(_)
        | Command::CreateTask(_)
        | Command::UpdateTask(_)
        | Command::CancelTask(_)
        | Command::WrapTask(_)
        | Command::CompleteTask(_)
        | Command::DeleteTask(_)
        | Command::AcceptReservation(_)
        | Command::RejectReservation(_)
        | Command::HoldReservation(_)
        | Command::CancelReservation(_) => false,
    };
    strict || matches!(refused, Rejection::TimeWentBackwards { .. } | Rejection::WorkspaceDeleted)
}

/// RFC 3339; far from our time a span since the epoch.
fn instant(at: Timestamp) -> String {
    let written = jiff::Timestamp::from_millisecond(at.as_millis());
    written.map_or_else(|_| format_duration(at.since(Timestamp::EPOCH)), |written| written.to_string())
}
