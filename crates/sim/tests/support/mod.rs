//! The scenarios of `sims/` as logs of inputs, played through an engine call by call.

#![allow(dead_code, reason = "each user takes its part")]
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pointsman::{Command, Digest, Engine, Event, Timestamp, WorkspaceSpec};
use pointsman_config::SourceFile;
use pointsman_sim::{Options, Scenario, run};
use serde::Deserialize;

/// Every folder with a scenario, in the order of names.
pub(crate) fn folders(sims: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(sims).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.join("scenario.yaml").is_file()).collect();
    folders.sort();
    folders
}

/// The record of a run, read back from its text.
pub(crate) struct Log {
    pub(crate) workspace: WorkspaceSpec,
    pub(crate) namespace: u128,
    commands: Vec<Entry>,
    end: Timestamp,
    pub(crate) digest: String,
}

#[derive(Deserialize)]
struct Head {
    namespace: String,
    workspace: WorkspaceSpec,
}

#[derive(Deserialize)]
struct Entry {
    at: Timestamp,
    command: Command,
}

#[derive(Deserialize)]
struct End {
    end: Timestamp,
    digest: String,
}

impl Log {
    /// Runs a scenario and reads its record.
    pub(crate) fn of(folder: &Path) -> Self {
        let path = folder.join("scenario.yaml");
        let text = fs::read_to_string(&path).unwrap();
        let file = Arc::new(SourceFile::new(path.to_string_lossy(), text));
        let files = |path: &str| fs::read_to_string(path).map_err(|error| error.to_string());
        let (scenario, diagnostics) = Scenario::parse(&file, &files);
        assert!(scenario.is_some(), "{}: {diagnostics:?}", folder.display());
        let outcome = run(&scenario.unwrap(), &Options::default()).unwrap();
        Self::read(&outcome.recording.to_json_lines().unwrap())
    }

    fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let [head, commands @ .., end] = &lines[..] else { panic!("a record has a head and an end") };
        let Head { namespace, workspace } = serde_json::from_str(head).unwrap();
        let End { end, digest } = serde_json::from_str(end).unwrap();
        let commands = commands.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self { workspace, namespace: u128::from_str_radix(&namespace, 16).unwrap(), commands, end, digest }
    }

    /// The engine at the start.
    pub(crate) fn engine(&self) -> Engine {
        Engine::new(self.workspace.clone(), self.namespace).unwrap()
    }

    /// Every call of a punctual driver with what it led to.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let mut engine = self.engine();
        let mut calls = Vec::new();
        for Entry { at, command } in &self.commands {
            pass(&mut engine, *at, &mut calls);
            calls.push(Call::make(&mut engine, *at, Some(command.clone())));
        }
        pass(&mut engine, self.end, &mut calls);
        calls
    }
}

/// Lets time pass, timer by timer.
fn pass(engine: &mut Engine, until: Timestamp, calls: &mut Vec<Call>) {
    while let Some(due) = engine.poll_timeout().filter(|due| *due <= until) {
        calls.push(Call::make(engine, due, None));
    }
    calls.push(Call::make(engine, until, None));
}

/// One input with the events that followed and the state it left.
#[derive(Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) now: Timestamp,
    pub(crate) command: Option<Command>,
    pub(crate) events: Vec<Event>,
    pub(crate) digest: Digest,
}

impl Call {
    fn make(engine: &mut Engine, now: Timestamp, command: Option<Command>) -> Self {
        input(engine, now, command.clone());
        let events = std::iter::from_fn(|| engine.poll_event()).collect();
        Self { now, command, events, digest: engine.digest() }
    }

    /// The same input for another engine.
    pub(crate) fn again(&self, engine: &mut Engine) -> Self {
        Self::make(engine, self.now, self.command.clone())
    }

    /// The input alone: its events wait.
    pub(crate) fn input(&self, engine: &mut Engine) {
        input(engine, self.now, self.command.clone());
    }
}

/// Whether a command is refused shows in what follows.
fn input(engine: &mut Engine, now: Timestamp, command: Option<Command>) {
    match command {
        Some(command) => drop(engine.handle(now, command)),
        None => engine.handle_timeout(now),
    }
}
