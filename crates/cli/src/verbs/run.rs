//! `pointsman run`: a scenario, its events, its expectations, a summary.

use std::fs;
use std::path::{Path, PathBuf};

use pointsman::format_duration;
use pointsman_config::Severity;
use pointsman_sim::{
    DOUBTFUL, Failure as Failed, Options, Outcome, Report, Scenario, Waits, annotated, engine_at_end, events_csv, page,
    replicate, tasks_csv,
};

use super::simulate::Answer;
use crate::args::{Format, RunArgs};
use crate::input;
use crate::output::{self, Exit, Failure, print, print_json, remark, render_all};

/// The transcript that a scenario is expected to give, beside it: `expected.txt` beside `scenario.yaml`, else with the
/// scenario's name in front.
const EXPECTED: &str = "expected.txt";

pub(crate) fn run(args: &RunArgs) -> Result<Exit, Failure> {
    let scenario = read(args)?;
    if scenario.is_random() {
        return super::simulate::run(args, scenario);
    }
    let options = Options { seed: args.seed, until: args.until };
    if args.shard.is_some() {
        let message = "`--shard` is for scenarios in which chance plays a part; this one has no `arrivals`";
        return Err(Failure::Input(message.to_owned()));
    }
    let jobs = usize::try_from(args.jobs.unwrap_or(1)).unwrap_or(1);
    let mut outcome = replicate(&scenario, &options, args.replications.unwrap_or(1), jobs)
        .map_err(|diagnostic| Failure::Diagnostics(vec![diagnostic]))?;
    let golden = beside(&args.scenario);
    if args.bless {
        write(&golden.clone().ok_or_else(no_place)?, &outcome.transcript_text())?;
    } else if args.until.is_none() {
        compare(&mut outcome, golden.as_deref(), &scenario);
    }
    if let Some(path) = &args.transcript {
        write(path, &transcript(&outcome, path)?)?;
    }
    if let Some(path) = &args.record {
        write(path, &record(&outcome)?)?;
    }
    if let Some(path) = &args.snapshot {
        write(path, &snapshot(&outcome)?)?;
    }
    if let Some(folder) = &args.report {
        write_report(folder, &scenario, &outcome)?;
    }
    answer(args, &scenario, &outcome)?;
    Ok(if outcome.passed() { Exit::Done } else { Exit::Found })
}

/// The commands with the names of what they are about, and what followed each of them.
pub(super) fn record(outcome: &Outcome) -> Result<String, Failure> {
    let recording = outcome.recording.clone().named(&outcome.names);
    let refused = |rejection: pointsman::Rejection| Failure::Input(outcome.names.in_words(&rejection.to_string()));
    Ok(annotated(recording).map_err(refused)?.to_json_lines()?)
}

/// The state at the end.
pub(super) fn snapshot(outcome: &Outcome) -> Result<String, Failure> {
    let refused = |rejection: pointsman::Rejection| Failure::Input(outcome.names.in_words(&rejection.to_string()));
    output::json(&engine_at_end(&outcome.recording).map_err(refused)?.snapshot())
}

fn read(args: &RunArgs) -> Result<Scenario, Failure> {
    let file = input::read(&args.scenario)?;
    let (scenario, diagnostics) = Scenario::parse(&file, &input::files);
    let Some(scenario) = scenario else { return Err(Failure::Diagnostics(diagnostics)) };
    let wrong = scenario.check_variants(&input::files);
    if !wrong.is_empty() {
        return Err(Failure::Diagnostics(wrong));
    }
    // What makes figures doubtful is told at once; the rest is for `check`.
    let (doubtful, diagnostics): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(|it| DOUBTFUL.contains(&it.code));
    remark(&render_all(&doubtful));
    if args.format == Format::Text && !args.quiet && !diagnostics.is_empty() {
        let remarks = if diagnostics.len() == 1 { "1 remark" } else { &format!("{} remarks", diagnostics.len()) };
        remark(&format!("note: {remarks} on this scenario, see `pointsman check {}`\n", args.scenario));
    }
    Ok(scenario)
}

fn answer(args: &RunArgs, scenario: &Scenario, outcome: &Outcome) -> Result<(), Failure> {
    match args.format {
        Format::Json => print_json(&Answer::new(&outcome.report, None))?,
        Format::Text if args.quiet => {}
        Format::Text => print(&format!("{}\n{}", outcome.transcript_text(), summary(scenario, &outcome.report)))?,
    }
    remark(&render_all(&outcome.failures));
    Ok(())
}

/// Where the expected transcript is; standard input has no such place.
fn beside(name: &str) -> Option<PathBuf> {
    let place = input::place(name);
    if place == input::STDIN {
        return None;
    }
    let path = Path::new(&place);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = if stem == "scenario" { EXPECTED.to_owned() } else { format!("{stem}.{EXPECTED}") };
    Some(path.with_file_name(name))
}

fn no_place() -> Failure {
    Failure::Input(format!("`--bless` writes `{EXPECTED}` beside the scenario: standard input has no folder"))
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::Input(format!("cannot write `{}`: {error}", path.display())))
}

fn write_report(folder: &Path, scenario: &Scenario, outcome: &Outcome) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::Input(format!("cannot create the folder `{}`: {error}", folder.display())))?;
    write(&folder.join("report.json"), &output::json(&Answer::new(&outcome.report, None))?)?;
    write_story(folder, outcome)?;
    write(&folder.join("index.html"), &page(scenario, outcome))
}

/// What happened, as tables.
pub(super) fn write_story(folder: &Path, outcome: &Outcome) -> Result<(), Failure> {
    let table =
        |table: Result<String, _>| table.map_err(|error| Failure::Input(format!("cannot write a table: {error}")));
    write(&folder.join("tasks.csv"), &table(tasks_csv(outcome))?)?;
    write(&folder.join("events.csv"), &table(events_csv(outcome))?)
}

pub(super) fn transcript(outcome: &Outcome, path: &Path) -> Result<String, Failure> {
    if path.extension().is_some_and(|extension| extension == "jsonl") {
        return Ok(outcome.transcript_json_lines()?);
    }
    Ok(outcome.transcript_text())
}

/// The stored transcript is an expectation, too. Without one there is nothing to compare.
fn compare(outcome: &mut Outcome, golden: Option<&Path>, scenario: &Scenario) {
    let Some(path) = golden else { return };
    let Ok(expected) = fs::read_to_string(path) else { return };
    let actual = outcome.transcript_text();
    if expected == actual {
        outcome.report.expectations.passed += 1;
        return;
    }
    let (line, expected, actual) = first_difference(&expected, &actual);
    let end = outcome.report.end.clone();
    let what = format!("transcript, line {line} of {}", path.file_name().unwrap_or_default().to_string_lossy());
    let message = format!("{what}: expected `{}`, got `{}`", expected.trim(), actual.trim());
    let help = Some("when the change is meant, run again with `--bless`");
    outcome.failures.push(output::at(scenario.file(), Severity::Error, "transcript", 0..0, &message, help));
    outcome.report.expectations.failed.push(Failed { at: end, what, expected, actual, line: 1, column: 1 });
}

fn first_difference(expected: &str, actual: &str) -> (usize, String, String) {
    let (mut left, mut right) = (expected.lines(), actual.lines());
    let end = || "the end".to_owned();
    let mut line = 1;
    loop {
        match (left.next(), right.next()) {
            (Some(left), Some(right)) if left == right => line += 1,
            (left, right) => {
                return (line, left.map_or_else(end, str::to_owned), right.map_or_else(end, str::to_owned));
            }
        }
    }
}

fn summary(scenario: &Scenario, report: &Report) -> String {
    let about = scenario.description.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
    let figures = &report.figures();
    let failed = report.expectations.failed.len();
    let held = report.expectations.passed;
    let verdict = match (held, failed) {
        (0, 0) => "none".to_owned(),
        (held, 0) => format!("all {held} hold"),
        (held, failed) => format!("{failed} failed, {held} hold"),
    };
    let tasks = format!(
        "{} created, {} completed, {} canceled, {} deleted",
        figures.counts.tasks_created,
        figures.counts.tasks_completed,
        figures.counts.tasks_canceled,
        figures.counts.tasks_deleted
    );
    let reservations = format!(
        "{} created, {} accepted, {} rejected, {} timed out, {} canceled, {} rescinded",
        figures.counts.reservations_created,
        figures.counts.reservations_accepted,
        figures.counts.reservations_rejected,
        figures.counts.reservations_timed_out,
        figures.counts.reservations_canceled,
        figures.counts.reservations_rescinded
    );
    let rows = [
        ("tasks", tasks),
        ("reservations", reservations),
        ("wait until accepted", waits(&figures.wait_until_accepted)),
        ("end", report.end.clone()),
        ("digest", report.digest.clone()),
        ("expectations", verdict),
    ];
    let rows: String = rows.iter().map(|(name, value)| format!("  {name:<21}{value}\n")).collect();
    format!("{}{about}\n{rows}", report.scenario)
}

fn waits(waits: &Waits) -> String {
    let text = |millis: u64| format_duration(std::time::Duration::from_millis(millis));
    match (waits.average, waits.min, waits.max) {
        (Some(average), Some(min), Some(max)) => {
            format!("average {}, min {}, max {}", text(average), text(min), text(max))
        }
        _ => "no task was accepted".to_owned(),
    }
}
