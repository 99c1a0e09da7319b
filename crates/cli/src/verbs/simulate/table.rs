//! Results as tables that people read.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use pointsman::format_duration;
use pointsman_sim::experiment::{Comparison, Staffing};
use pointsman_sim::results::{Estimate, Estimates, Results, Unit, shown};
use pointsman_sim::{Report, Scenario};

use crate::output::{bold, dim};

/// What is told of tasks, and over which column.
const OF_TASKS: [(&str, &str); 9] = [
    ("offered", "offered"),
    ("handled", "taken"),
    ("abandoned", "given up"),
    ("blocked", "blocked"),
    ("lost", "lost"),
    ("wait_mean", "wait"),
    ("wait_p90", "wait p90"),
    ("wait_max", "longest"),
    ("waiting_mean", "waiting"),
];
/// The same of workers.
const OF_WORKERS: [(&str, &str); 7] = [
    ("present_mean", "there"),
    ("busy_mean", "busy"),
    ("occupancy", "occupancy"),
    ("handled", "done"),
    ("handling_mean", "handling"),
    ("reservations_rejected", "refused"),
    ("reservations_timed_out", "missed"),
];

/// Everything that a run with chance in it says.
pub(super) fn results(scenario: &Scenario, results: &Results, report: Option<&Report>) -> String {
    let about = scenario.description.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
    let mut text = format!("{}{about}\n{}\n\n", bold(&results.scenario), dim(&circumstances(results)));
    let scopes = || {
        let named = |kind: &'static str, named: &'_ [pointsman_sim::results::Named]| {
            named.iter().map(move |it| (format!("{kind} {}", it.name), it.figures.clone())).collect::<Vec<_>>()
        };
        let all = vec![("all".to_owned(), results.run.clone())];
        [all, named("class", &results.classes), named("queue", &results.queues)].concat()
    };
    let levels: Vec<(String, String)> = service_levels(&results.run);
    let columns: Vec<(&str, &str)> =
        OF_TASKS.iter().copied().chain(levels.iter().map(|(figure, name)| (&**figure, &**name))).collect();
    text += &table(&columns, &scopes());
    let workers = |it: &pointsman_sim::results::Named| (format!("group {}", it.name), it.figures.clone());
    let workers: Vec<_> = results.groups.iter().map(workers).collect();
    text += "\n";
    text += &table(&OF_WORKERS, &workers);
    text += &theory(results);
    text += &expectations(report);
    text
}

fn circumstances(results: &Results) -> String {
    let runs =
        if results.replications == 1 { "1 replication" } else { &format!("{} replications", results.replications) };
    let partial = if results.partial { ", STOPPED before the end: partial" } else { "" };
    let span = |seconds: f64| format_duration(std::time::Duration::from_secs_f64(seconds.max(0.0).round()));
    let interval = if results.replications > 1 {
        format!(", ± is half of a {:.0} % interval", results.confidence * 100.0)
    } else {
        String::new()
    };
    let (from, to) = (span(results.measured.from), span(results.measured.to));
    format!("{runs}, seed {}, measured from {from} to {to}{interval}{partial}\nwait: {}", results.seed, results.wait)
}

/// The service levels that the scenario defines.
fn service_levels(run: &Estimates) -> Vec<(String, String)> {
    let levels = run.0.iter().filter_map(|(figure, _)| Some((figure.clone(), figure.strip_prefix("service_level_")?)));
    levels.map(|(figure, name)| (figure.clone(), format!("in {name}"))).collect()
}

/// A row for each scope. A column in which nothing ever happened is left out.
fn table(columns: &[(&str, &str)], rows: &[(String, Estimates)]) -> String {
    let matters = |figure: &str| {
        let some = |(_, figures): &(String, Estimates)| figures.value(figure).is_some_and(|value| value != 0.0);
        matches!(figure, "offered" | "handled") || rows.iter().any(some)
    };
    let columns: Vec<_> = columns.iter().filter(|(figure, _)| matters(figure)).collect();
    let mut table = plain();
    table.set_header(std::iter::once(Cell::new("")).chain(columns.iter().map(|(_, name)| right(name))));
    for (name, figures) in rows {
        let cells = columns.iter().map(|(figure, _)| right(&figures.get(figure).map(shown).unwrap_or_default()));
        table.add_row(std::iter::once(Cell::new(name)).chain(cells));
    }
    indented(&table)
}

fn theory(_: &Results) -> String {
    String::new()
}

fn expectations(report: Option<&Report>) -> String {
    let Some(report) = report else { return String::new() };
    let (held, failed) = (report.expectations.passed, report.expectations.failed.len());
    let verdict = match (held, failed) {
        (0, 0) => return format!("\n  digest of the first replication {}\n", report.digest),
        (held, 0) => format!("all {held} hold"),
        (held, failed) => format!("{failed} failed, {held} hold"),
    };
    format!("\n  expectations {verdict}\n  digest of the first replication {}\n", report.digest)
}

/// What is told of a comparison unless all is asked for.
fn matters(figure: &str) -> bool {
    const MATTER: [&str; 8] =
        ["offered", "handled", "abandoned", "abandonment", "wait_mean", "wait_p90", "occupancy", "cost"];
    let (scope, name) = figure.rsplit_once('.').unwrap_or(("", figure));
    !scope.starts_with("queue") && (MATTER.contains(&name) || name.starts_with("service_level_"))
}

/// What a change changes.
pub(super) fn comparison(comparison: &Comparison, all: bool) -> String {
    let mut table = plain();
    let header = ["figure", "base", "other", "difference", ""];
    table.set_header(
        header.iter().enumerate().map(|(place, name)| if place == 0 { Cell::new(name) } else { right(name) }),
    );
    let mut shown_figures = 0;
    for it in comparison.figures.iter().filter(|it| all || matters(&it.figure)) {
        shown_figures += 1;
        let estimate = |value| shown(&Estimate { value, half_width: None, unit: it.unit });
        let verdict = if it.differs { "differs" } else { "" };
        let cells = [estimate(it.base), estimate(it.other), signed(&it.difference), verdict.to_owned()];
        table.add_row(std::iter::once(Cell::new(&it.figure)).chain(cells.iter().map(|cell| right(cell))));
    }
    let title = format!("{} against {}", bold(&comparison.other), bold(&comparison.base));
    let runs = format!("{} pairs of replications with the same tasks", comparison.replications);
    let rest = comparison.figures.len() - shown_figures;
    let rest = if rest > 0 { format!("  {rest} more figures, see --all\n") } else { String::new() };
    format!("{title}\n{}\n\n{}{rest}", dim(&runs), indented(&table))
}

/// Which counts were tried, and which is the smallest good one.
pub(super) fn staffing(staffing: &Staffing, group: &str, asked: &str) -> String {
    let mut table = plain();
    table.set_header([right("workers"), right("figure"), Cell::new("")]);
    for one in &staffing.tried {
        let figure = shown(&Estimate { value: one.value, half_width: one.half_width, unit: Unit::Level });
        table.add_row([
            right(&one.count.to_string()),
            right(&figure),
            Cell::new(if one.is_good { "good" } else { "" }),
        ]);
    }
    let answer = match staffing.count {
        Some(count) => {
            format!("{} workers in the group `{group}` are the fewest with {asked}", bold(&count.to_string()))
        }
        None => format!("the most workers that were tried are too few for {asked}"),
    };
    format!("{answer}\n\n{}", indented(&table))
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn indented(table: &Table) -> String {
    table.lines().fold(String::new(), |mut text, line| {
        // A string takes whatever is written to it.
        let _ = writeln!(text, " {}", line.trim_end());
        text
    })
}

fn signed(estimate: &Estimate) -> String {
    let sign = if estimate.value.is_some_and(|value| value > 0.0) { "+" } else { "" };
    format!("{sign}{}", shown(estimate))
}
