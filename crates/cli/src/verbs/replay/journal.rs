//! The journal of a server once more: every input since its snapshot, and where that leads.

use std::fmt::Write;
use std::path::Path;

use pointsman::BEHAVIOUR;
use pointsman_journal::{DiskJournal, Journal};
use pointsman_server::hub::{Announcement, Input};
use pointsman_server::{Behaviour, convert, replay as replay_journal};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{Format, ReplayArgs};
use crate::output::{Exit, Failure, print, print_json};
use crate::verbs::run::write;

/// What `replay --format json` prints of a data folder.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Report {
    /// Inputs since the snapshot.
    inputs: usize,
    /// Events they led to.
    events: usize,
    /// Workspaces there are.
    workspaces: usize,
    /// The fingerprint of each at the end.
    digest: String,
}

pub(super) fn replay(args: &ReplayArgs) -> Result<Exit, Failure> {
    let unusable = |error: &dyn std::fmt::Display| Failure::Input(format!("`{}`: {error}", args.trace));
    let mut journal = DiskJournal::open(Path::new(&args.trace), BEHAVIOUR).map_err(|error| unusable(&error))?;
    let (mut report, mut lines) = (Report::default(), String::new());
    let json = args.transcript.as_ref().is_some_and(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    let seen = |_: u64, _: &Input, announced: &[Announcement]| {
        report.inputs += 1;
        report.events += announced.len();
        if args.transcript.is_some() {
            announced.iter().for_each(|it| lines.push_str(&line(it, json)));
        }
    };
    let journal: &mut dyn Journal = &mut journal;
    let hub = if args.convert { convert(journal, seen) } else { replay_journal(journal, Behaviour::Same, seen) };
    let hub = hub.map_err(|error| unusable(&error))?;
    (report.workspaces, report.digest) = (hub.workspaces().count(), hub.digest());
    if let Some(path) = &args.transcript {
        write(path, &lines)?;
    }
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => print(&text(&report))?,
    }
    Ok(Exit::Done)
}

fn line(announced: &Announcement, json: bool) -> String {
    let Announcement { workspace, event, .. } = announced;
    if json {
        return format!("{}\n", serde_json::json!({"workspace": workspace, "event": event}));
    }
    format!("{workspace} {event}\n")
}

fn text(report: &Report) -> String {
    let Report { inputs, events, workspaces, digest } = report;
    let mut text = format!("{inputs} inputs since the snapshot, {events} events, {workspaces} workspaces\n");
    for digest in digest.split(',').filter(|digest| !digest.is_empty()) {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  digest  {digest}");
    }
    text
}
