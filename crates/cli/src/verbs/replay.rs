//! `pointsman replay`: a recorded command log once more, and whether it comes out the same.

#[cfg(feature = "serve")]
mod journal;

use std::path::Path;

use pointsman::{Timestamp, format_duration};
use pointsman_sim::{Difference, Differing, Line, Recording, Replay, fingerprint};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{Format, ReplayArgs};
use crate::document;
use crate::output::{Exit, Failure, print, print_json};
use crate::verbs::run::write;

/// What `replay --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Report {
    /// What the recorded run is called.
    scenario: String,
    /// How many commands were given again.
    commands: usize,
    /// How many events they led to.
    events: usize,
    /// When it ended, counted from the start: `1h30m`.
    end: String,
    /// The fingerprint of the whole state at the end.
    digest: String,
    /// Whether everything is as recorded.
    equal: bool,
    /// Where it first differs.
    difference: Option<Place>,
}

/// Where a replay first differs from its recording.
#[derive(Debug, Serialize, JsonSchema)]
struct Place {
    /// The line of the recording.
    line: usize,
    /// When, counted from the start.
    at: String,
    /// The command of that line; absent for what came after the last one.
    command: Option<String>,
    /// What differs: `event 2`, `answer` or `digest`.
    what: String,
    /// What is recorded: an event with its fingerprint, the code of a refusal, a digest; absent when there is nothing.
    recorded: Option<String>,
    /// What happened now, in the same form.
    replayed: Option<String>,
    /// The event that happened now, as a line of the transcript.
    event: Option<String>,
}

pub(crate) fn replay(args: &ReplayArgs) -> Result<Exit, Failure> {
    if Path::new(&args.trace).is_dir() {
        return of_server(args);
    }
    if args.convert {
        return Err(Failure::Input(format!(
            "`{}` is a command log: only the data folder of a server is converted",
            args.trace
        )));
    }
    let recording = document::recording(&args.trace)?;
    let (names, start) = (recording.names(), recording.workspace().start);
    let mut lines = Vec::new();
    let replay = pointsman_sim::replay(&recording, |_, turn| {
        if args.transcript.is_some() {
            lines.extend(turn.events.iter().map(|event| Line::of(event, start, &names)));
        }
    });
    let refused = |rejection: pointsman::Rejection| {
        Failure::Input(format!(
            "`{}`: the workspace is refused: {}",
            args.trace,
            names.in_words(&rejection.to_string())
        ))
    };
    let replay = replay.map_err(refused)?;
    if let Some(path) = &args.transcript {
        write(path, &transcript(&lines, path)?)?;
    }
    let report = report(&recording, &replay);
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => print(&text(&recording, &report))?,
    }
    Ok(if report.equal { Exit::Done } else { Exit::Found })
}

#[cfg(feature = "serve")]
fn of_server(args: &ReplayArgs) -> Result<Exit, Failure> {
    journal::replay(args)
}

#[cfg(not(feature = "serve"))]
fn of_server(args: &ReplayArgs) -> Result<Exit, Failure> {
    Err(Failure::Input(format!("`{}` is a folder: this build has no server whose journal it could be", args.trace)))
}

fn transcript(lines: &[Line], path: &Path) -> Result<String, Failure> {
    if path.extension().is_some_and(|extension| extension == "jsonl") {
        return lines.iter().map(|line| Ok(serde_json::to_string(line)? + "\n")).collect();
    }
    Ok(lines.iter().map(|line| format!("{line}\n")).collect())
}

fn report(recording: &Recording, replay: &Replay) -> Report {
    Report {
        scenario: recording.scenario().to_owned(),
        commands: replay.commands,
        events: replay.events,
        end: since_start(recording, recording.end_at()),
        digest: replay.digest.clone(),
        equal: replay.difference.is_none(),
        difference: replay.difference.as_ref().map(|difference| place(recording, difference)),
    }
}

fn place(recording: &Recording, difference: &Difference) -> Place {
    let mut event = None;
    let (what, recorded, replayed) = match &difference.what {
        Differing::Answer { recorded, replayed } => ("answer".to_owned(), recorded.clone(), replayed.clone()),
        Differing::Event { number, recorded, replayed } => {
            let line = |event| Line::of(event, recording.workspace().start, &recording.names()).to_string();
            event = replayed.as_deref().map(|event| line(event).trim_start().to_owned());
            (format!("event {number}"), recorded.clone(), replayed.as_deref().map(fingerprint))
        }
        Differing::Digest { recorded, replayed } => {
            ("digest".to_owned(), Some(recorded.clone()), Some(replayed.clone()))
        }
    };
    let command = difference.command.map(|number| recording.in_words(number));
    // Counted from 1, below the line with the workspace.
    let line = difference.command.unwrap_or(recording.entries().len()) + 2;
    Place { line, at: since_start(recording, difference.at), command, what, recorded, replayed, event }
}

fn since_start(recording: &Recording, at: Timestamp) -> String {
    format_duration(at.since(recording.workspace().start))
}

fn text(recording: &Recording, report: &Report) -> String {
    let Report { scenario, commands, events, end, digest, .. } = report;
    let head = format!("{scenario}: {commands} commands, {events} events, end {end}\n");
    let Some(place) = &report.difference else {
        let compared = match (recording.is_annotated(), recording.digest().is_empty()) {
            (true, _) => "as recorded, and so is every event",
            (false, false) => "as recorded",
            (false, true) => "not compared: the recording has none",
        };
        return format!("{head}  digest  {digest}, {compared}\n");
    };
    let Place { line, at, command, what, recorded, replayed, event } = place;
    let command = command.as_deref().unwrap_or("the end");
    let nothing = if what == "answer" { "done" } else { "nothing" };
    let [recorded, replayed] = [recorded, replayed].map(|side| side.as_deref().unwrap_or(nothing));
    let event = event.as_ref().map(|event| format!("    which is  {event}\n")).unwrap_or_default();
    let place = format!("  differs first at line {line}, {at}: {command}\n  {what}\n");
    format!("{head}{place}    recorded  {recorded}\n    now       {replayed}\n{event}")
}
