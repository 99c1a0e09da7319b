//! The commands of a run, or of a real day, as the engine got them: enough to run them again without the scenario.
//! Owns the format, reading and writing; it runs nothing.
//!
//! JSON Lines. First `{"format": "pointsman-record", "version": 2, ...}` with the workspace and its names; then
//! `{"at": MILLISECONDS, "command": {...}}` per command, refused ones included, with the code under `refused` and what
//! happened since the line above under `events`; at last `{"end": ..., "digest": ...}` with the events after the last
//! command. Version 1 had no `names`, `refused` and `events`; a writer may leave them out in version 2, too, and then
//! nothing is compared with them.

use std::collections::BTreeMap;
use std::fmt;

use pointsman::{
    ActivityId, Command, Engine, Event, Rejection, Snapshot, TaskChannelId, TaskId, TaskQueueId, Timestamp, WorkerId,
    WorkflowId, WorkspaceSpec,
};
use pointsman_config::{EntityId, Names};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::reading::choice;
use crate::scenario::Scenario;
use crate::step::Action;
use crate::words;

/// The name of the format, on its first line.
pub const FORMAT: &str = "pointsman-record";
/// The version of the format that is written. Version 1 is read, too.
pub const VERSION: u32 = 2;

/// A recorded run.
///
/// A program that records its own day begins with [`new`](Self::new), adds every command it gives with
/// [`push`](Self::push), and writes [`to_json_lines`](Self::to_json_lines) after [`end`](Self::end).
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    head: Head,
    entries: Vec<Entry>,
    end: End,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u32,
    scenario: String,
    seed: u64,
    /// 32 hexadecimal digits.
    namespace: String,
    #[serde(default, skip_serializing_if = "NameTables::is_empty")]
    names: NameTables,
    workspace: WorkspaceSpec,
    /// What it began with when that was not the workspace alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    initial_state: Option<Box<Snapshot>>,
}

/// Names with the ids they stand for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NameTables {
    activities: BTreeMap<String, ActivityId>,
    task_channels: BTreeMap<String, TaskChannelId>,
    task_queues: BTreeMap<String, TaskQueueId>,
    workflows: BTreeMap<String, WorkflowId>,
    workers: BTreeMap<String, WorkerId>,
    tasks: BTreeMap<String, TaskId>,
}

/// A recorded command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When the engine got it.
    pub at: Timestamp,
    /// The command.
    pub command: Command,
    /// The code of the refusal, when it was refused and the recording says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What happened since the command before it, its own events included, each as [`fingerprint`] has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    end: Timestamp,
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    events: Option<Vec<String>>,
}

/// An event in a recording: its type and eight hexadecimal digits that stand for everything it says.
pub fn fingerprint(event: &Event) -> String {
    // Nothing of an event cannot be written as JSON.
    let text = serde_json::to_string(event).unwrap_or_default();
    format!("{} {:08x}", event.kind.name(), xxh3_64(text.as_bytes()) >> 32)
}

impl Recording {
    /// A recording without commands of a workspace at its start. `namespace` is the engine's.
    pub fn new(scenario: &str, seed: u64, namespace: u128, workspace: WorkspaceSpec) -> Self {
        let end = End { end: workspace.start, digest: String::new(), events: None };
        let head = Head {
            format: FORMAT.to_owned(),
            version: VERSION,
            scenario: scenario.to_owned(),
            seed,
            namespace: format!("{namespace:032x}"),
            names: NameTables::default(),
            workspace,
            initial_state: None,
        };
        Self { head, entries: Vec::new(), end }
    }

    /// A recording without commands of a scenario at its start, which this workspace is of.
    pub(crate) fn of(scenario: &Scenario, spec: &WorkspaceSpec, seed: u64) -> Self {
        let Some(engine) = &scenario.initial else {
            return Self::new(&scenario.name, seed, u128::from(seed), spec.clone());
        };
        let mut recording = Self::new(&scenario.name, seed, 0, engine.spec().start(scenario.start));
        recording.head.initial_state = Some(Box::new(engine.snapshot()));
        recording
    }

    /// Whether it goes on from a state that was more than a workspace.
    pub(crate) fn goes_on(&self) -> bool {
        self.head.initial_state.is_some()
    }

    /// The engine it begins with.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub(crate) fn engine(&self) -> Result<Engine, Rejection> {
        // A snapshot that is none was refused when it was read.
        let restored = self.head.initial_state.as_ref().map(|state| Engine::restore(Snapshot::clone(state)));
        restored.and_then(Result::ok).map_or_else(|| Engine::new(self.head.workspace.clone(), self.namespace()), Ok)
    }

    /// The commands of a scenario, up to its last step. Nothing is run: refusals, events and digest are not in it.
    pub fn of_steps(scenario: &Scenario) -> Self {
        let mut recording = Self::of(scenario, &scenario.workspace.spec, scenario.seed);
        for step in &scenario.steps {
            let at = scenario.start + step.at;
            if let Action::Do { command, .. } = &step.action {
                recording.push(at, Command::clone(command));
            }
            recording.end(at, "");
        }
        recording.named(&scenario.names)
    }

    /// Adds a command. Give every one, those that are refused included, but for those that came too late
    /// (`time-went-backwards`): they were refused by a clock that may have moved without a command.
    pub fn push(&mut self, at: Timestamp, command: Command) {
        self.entries.push(Entry { at, command, refused: None, events: None });
    }

    /// Says when the run ended, and with which digest of the engine; an empty one is compared with nothing.
    pub fn end(&mut self, end: Timestamp, digest: &str) {
        self.end.end = end;
        digest.clone_into(&mut self.end.digest);
    }

    /// The same with what people call the ids in it.
    #[must_use]
    pub fn named(mut self, names: &Names) -> Self {
        self.head.names = NameTables::of(names);
        self
    }

    /// The same with the answer and the events of every command, and what came after the last.
    #[must_use]
    pub(crate) fn told(mut self, answers: Vec<(Option<String>, Vec<String>)>, rest: Vec<String>) -> Self {
        for (entry, (refused, events)) in self.entries.iter_mut().zip(answers) {
            (entry.refused, entry.events) = (refused, Some(events));
        }
        self.end.events = Some(rest);
        self
    }

    /// What the run is called.
    pub fn scenario(&self) -> &str {
        &self.head.scenario
    }

    /// The seed it ran with.
    pub fn seed(&self) -> u64 {
        self.head.seed
    }

    /// The namespace of its engine.
    pub fn namespace(&self) -> u128 {
        u128::from_str_radix(&self.head.namespace, 16).unwrap_or_default()
    }

    /// The workspace at the start.
    pub fn workspace(&self) -> &WorkspaceSpec {
        &self.head.workspace
    }

    /// The commands, in the order in which the engine got them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The command at this place, counted from 0, and whom it is about: `accept_reservation t1 alice`.
    pub fn in_words(&self, place: usize) -> String {
        let entry = self.entries.get(place);
        entry.map(|entry| words::command(&entry.command, &self.names())).unwrap_or_default()
    }

    /// Whether it says what every command led to.
    pub fn is_annotated(&self) -> bool {
        self.end.events.is_some() && self.entries.iter().all(|entry| entry.events.is_some())
    }

    /// When it ended.
    pub fn end_at(&self) -> Timestamp {
        self.end.end
    }

    /// The digest of the engine at the end; empty when there is none.
    pub fn digest(&self) -> &str {
        &self.end.digest
    }

    /// The events after the last command.
    pub(crate) fn last_events(&self) -> Option<&[String]> {
        self.end.events.as_deref()
    }

    /// What things are called in it: by the names it carries, else by their friendly names.
    pub fn names(&self) -> Names {
        let mut names = Names::new();
        self.head.names.declare(&mut names);
        call_friendly(&mut names, &self.head.workspace);
        names
    }

    /// The text of the format.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which none of the engine's can be said of.
    pub fn to_json_lines(&self) -> Result<String, serde_json::Error> {
        let mut lines = serde_json::to_string(&self.head)? + "\n";
        for entry in &self.entries {
            lines += &serde_json::to_string(entry)?;
            lines.push('\n');
        }
        Ok(lines + &serde_json::to_string(&self.end)? + "\n")
    }

    /// Whether a text says that it is a recording; [`read`](Self::read) tells what is wrong with one.
    pub fn is_one(text: &str) -> bool {
        let first = text.lines().next().unwrap_or_default();
        serde_json::from_str::<First>(first).is_ok_and(|first| first.format == FORMAT)
    }

    /// Reads the text of the format.
    ///
    /// # Errors
    /// The first line that is not what the format says, and what was expected there.
    pub fn read(text: &str) -> Result<Self, RecordingError> {
        let lines: Vec<&str> = text.lines().collect();
        let [first, commands @ .., last] = &lines[..] else {
            return Err(RecordingError::new(1, 1, &format!("expected a first line such as {HEAD} and a last one")));
        };
        let head = read_head(first)?;
        let entries = commands.iter().zip(2..).map(|(line, number)| read_line(number, line, "a command"));
        let entries = entries.collect::<Result<_, _>>()?;
        let end = read_end(lines.len(), last)?;
        Ok(Self { head, entries, end })
    }
}

const HEAD: &str = r#"`{"format": "pointsman-record", "version": 2, ...}`"#;

/// What says that a line is the first one of a recording.
#[derive(Deserialize)]
struct First {
    format: String,
    version: u32,
}

fn read_head(line: &str) -> Result<Head, RecordingError> {
    let wrong = |problem: String| RecordingError::new(1, 1, &problem);
    let first: Option<First> = serde_json::from_str(line).ok();
    let first = first.filter(|first| first.format == FORMAT);
    let First { version, .. } =
        first.ok_or_else(|| wrong(format!("expected the first line of a recording, {HEAD}")))?;
    if !(1..=VERSION).contains(&version) {
        let known = format!("recording version {version} is not known: expected 1 to {VERSION}");
        return Err(wrong(format!("{known}; a later release may read it")));
    }
    let head: Head = read_line(1, line, "a workspace and how it was run")?;
    let digits = head.namespace.bytes().all(|digit| digit.is_ascii_hexdigit());
    if head.namespace.len() != 32 || !digits {
        return Err(wrong(format!("the namespace is `{}`: expected 32 hexadecimal digits", head.namespace)));
    }
    let restored = head.initial_state.as_ref().map(|state| Engine::restore(Snapshot::clone(state)));
    restored.transpose().map_err(|error| wrong(format!("`initial_state`: {error}")))?;
    Ok(head)
}

fn read_end(number: usize, line: &str) -> Result<End, RecordingError> {
    let end = read_line(number, line, "the end, `{\"end\": MILLISECONDS, \"digest\": ...}`");
    if end.is_err() && serde_json::from_str::<Entry>(line).is_ok() {
        let problem = "the recording was cut off: after this command, expected more of them or the end";
        return Err(RecordingError::new(number, line.len(), problem));
    }
    end
}

fn read_line<T: DeserializeOwned>(number: usize, line: &str, what: &str) -> Result<T, RecordingError> {
    serde_json::from_str(line).map_err(|error| {
        let text = error.to_string();
        let (problem, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
        RecordingError::new(number, error.column(), &format!("expected {what}: {}", in_words(problem)))
    })
}

/// What serde says about a word or a key that it does not know, with the one that was probably meant.
fn in_words(problem: &str) -> String {
    let mut quoted = problem.split('`').skip(1).step_by(2);
    for (theirs, ours) in [("unknown variant ", "unknown word"), ("unknown field ", "unknown key")] {
        if problem.starts_with(theirs)
            && let Some(found) = quoted.next()
        {
            let known: Vec<&str> = quoted.collect();
            return format!("{ours} `{found}`: {}", choice(found, &known));
        }
    }
    problem.to_owned()
}

/// Why a text is not a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in bytes, counted from 1.
    pub column: usize,
    /// What was expected there, and what stands there.
    pub problem: String,
}

impl RecordingError {
    fn new(line: usize, column: usize, problem: &str) -> Self {
        Self { line, column: column.max(1), problem: problem.to_owned() }
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

impl std::error::Error for RecordingError {}

impl NameTables {
    fn of(names: &Names) -> Self {
        Self {
            activities: table(names),
            task_channels: table(names),
            task_queues: table(names),
            workflows: table(names),
            workers: table(names),
            tasks: table(names),
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn declare(&self, names: &mut Names) {
        call(names, &self.activities);
        call(names, &self.task_channels);
        call(names, &self.task_queues);
        call(names, &self.workflows);
        call(names, &self.workers);
        call(names, &self.tasks);
    }
}

fn table<T: EntityId>(names: &Names) -> BTreeMap<String, T> {
    names.all(T::KIND).filter_map(|name| Some((name.to_owned(), names.declared(name)?))).collect()
}

/// What people call the things that a workspace declares.
pub fn friendly_names(spec: &WorkspaceSpec) -> Names {
    let mut names = Names::new();
    call_friendly(&mut names, spec);
    names
}

/// Adds what a workspace declares and has no name yet, by what people call it.
pub(crate) fn call_friendly(names: &mut Names, spec: &WorkspaceSpec) {
    call(names, spec.activities.iter().map(|it| (&it.friendly_name, &it.activity)));
    call(names, spec.task_channels.iter().map(|it| (&it.unique_name, &it.task_channel)));
    call(names, spec.task_queues.iter().map(|it| (&it.friendly_name, &it.task_queue)));
    call(names, spec.workflows.iter().map(|it| (&it.friendly_name, &it.workflow)));
    call(names, spec.workers.iter().map(|it| (&it.friendly_name, &it.worker)));
}

/// Adds names of ids that have none yet. Of two with one name, the second keeps its id for a name.
pub(crate) fn call<'a, T: EntityId + 'a>(names: &mut Names, called: impl IntoIterator<Item = (&'a String, &'a T)>) {
    for (name, id) in called {
        if names.name(*id).is_none() {
            // Whether the name is taken shows in that the id stays without one.
            let _ = names.declare::<T>(name, Some(&id.to_string()), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use pointsman::{CreateTask, Template};

    use super::*;

    fn recording() -> Recording {
        let workspace = WorkspaceSpec::new("Small").template(Template::Fifo);
        let mut names = Names::new();
        let task: TaskId = names.declare("t1", None, None).unwrap();
        let mut recording = Recording::new("small", 3, 255, workspace).named(&names);
        recording.push(Timestamp::from_millis(5), CreateTask::new(task).into());
        recording.end(Timestamp::from_millis(10), "0123456789abcdef");
        recording
    }

    fn text() -> String {
        recording().to_json_lines().unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let read = Recording::read(&text()).unwrap();
        assert_eq!(read, recording());
        assert_eq!((read.scenario(), read.seed(), read.namespace()), ("small", 3, 255));
        assert_eq!((read.end_at().as_millis(), read.digest()), (10, "0123456789abcdef"));
        assert_eq!(read.in_words(0), "create_task t1");
        assert!(Recording::is_one(&text()) && !read.is_annotated());
    }

    #[test]
    fn version_1_is_read() {
        let old = recording().named(&Names::new()).to_json_lines().unwrap().replace("\"version\":2", "\"version\":1");
        assert!(!old.contains("\"names\"") && !old.contains("\"events\""), "{old}");
        let read = Recording::read(&old).unwrap();
        assert_eq!((read.entries(), read.digest()), (recording().entries(), "0123456789abcdef"));
        assert!(read.in_words(0).starts_with("create_task WT"), "nothing says what the task is called");
    }

    #[test]
    fn what_has_no_name_goes_by_its_friendly_name() {
        let workspace = WorkspaceSpec::new("Small")
            .worker(pointsman::WorkerSpec::new("Alice"))
            .task_queue(pointsman::TaskQueueSpec::new("one", "1==1").friendly_name("Both"))
            .task_queue(pointsman::TaskQueueSpec::new("two", "1==1").friendly_name("Both"));
        let names = friendly_names(&workspace);
        assert_eq!(names.name(WorkerId::named("Alice")), Some("Alice"));
        assert_eq!(names.name(TaskQueueId::named("one")), Some("Both"));
        assert_eq!(names.name(TaskQueueId::named("two")), None, "a name belongs to one");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let [head, command, end] =
            <[String; 3]>::try_from(text().lines().map(str::to_owned).collect::<Vec<_>>()).unwrap();
        let read = |lines: [&str; 3]| Recording::read(&lines.join("\n")).unwrap_err().to_string();
        let odd = |line: &str, from: &str, to: &str| {
            assert!(line.contains(from), "{line}");
            line.replace(from, to)
        };
        for (lines, told) in [
            (
                [&*odd(&head, FORMAT, "other"), &command, &end],
                "line 1, column 1: expected the first line of a recording",
            ),
            ([&odd(&head, ":2,", ":3,"), &command, &end], "version 3 is not known: expected 1 to 2; a later release"),
            ([&odd(&head, "\"seed\"", "\"sed\""), &command, &end], "line 1, column"),
            ([&odd(&head, "00ff", "ff"), &command, &end], "expected 32 hexadecimal digits"),
            (
                [&head, &odd(&command, "create_task", "crate_task"), &end],
                "line 2, column 31: expected a command: unknown word `crate_task`: did you mean `create_task`?",
            ),
            (
                [&head, &odd(&command, "\"at\"", "\"when\""), &end],
                "expected a command: unknown key `when`: expected one of `at`, `command`",
            ),
            ([&head, "", &end], "line 2, column 1: expected a command: EOF"),
            ([&head, &command, &command], "line 3, column"),
            ([&head, &command, &command], "the recording was cut off"),
            (
                [&head, &command, "{\"end\": 1}"],
                "line 3, column 10: expected the end, `{\"end\": MILLISECONDS, \"digest\": ...}`: missing field `digest`",
            ),
        ] {
            let problem = read(lines);
            assert!(problem.contains(told), "{problem}\ndoes not tell\n{told}");
        }
        for text in ["", "{}", "name: x\n"] {
            assert_eq!(Recording::read(text).unwrap_err().line, 1, "{text}");
        }
    }
}
