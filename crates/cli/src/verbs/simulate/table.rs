//! Results as tables that people read.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use pointsman::format_duration;
use pointsman_sim::experiment::{Compared, Comparison, Staffing};
use pointsman_sim::results::{self, Estimate, Estimates, Heading, Results, Scope, shown, tells};
use pointsman_sim::{Report, Scenario};

use crate::output::{bold, dim};

/// Everything that a run with chance in it says.
pub(super) fn results(scenario: &Scenario, results: &Results, report: &Report) -> String {
    let about = scenario.description.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
    let mut text = format!("{}{about}\n{}\n\n", bold(&results.scenario), dim(&circumstances(results)));
    let (of_workers, of_tasks): (Vec<_>, Vec<_>) =
        results.scopes().partition(|(scope, _)| matches!(scope, Scope::Group(_)));
    let run = &results.run;
    let mut all = tables(&results::of_tasks(run), &of_tasks);
    all.extend(tables(&results::of_waits(run), &of_tasks));
    all.extend(tables(&results::due_to(), &of_tasks));
    all.extend(tables(&results::of_workers(), &of_workers));
    text += &all.join("\n");
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
        let is_sure = results.run.get("wait_mean").is_some_and(|it| it.half_width.is_some());
        if is_sure { ", ± is told of mean waits and shares by batches".to_owned() } else { String::new() }
    };
    let (from, to) = (span(results.measured.from), span(results.measured.to));
    format!("{runs}, seed {}, measured from {from} to {to}{interval}{partial}\nwait: {}", results.seed, results.wait)
}

/// No table is wider, where there are several columns to break it at.
const WIDEST: usize = 100;

/// As few tables as it takes. A column in which nothing ever happened is left out.
fn tables(columns: &[Heading<'_>], rows: &[(Scope, &Estimates)]) -> Vec<String> {
    let figures = || rows.iter().map(|(_, figures)| *figures);
    let columns: Vec<_> = columns.iter().filter(|(figure, _)| tells(figure, figures())).collect();
    let (mut tables, mut rest) = (Vec::new(), &columns[..]);
    while !rest.is_empty() {
        let fits = |count: &usize| table(&rest[..*count], rows).lines().all(|line| line.chars().count() <= WIDEST);
        let count = (1..=rest.len()).rev().find(fits).unwrap_or(1);
        tables.push(table(&rest[..count], rows));
        rest = &rest[count..];
    }
    tables
}

/// A row for each scope.
fn table(columns: &[&Heading<'_>], rows: &[(Scope, &Estimates)]) -> String {
    let mut table = plain();
    table.set_header(std::iter::once(Cell::new("")).chain(columns.iter().map(|(_, name)| right(name))));
    for (scope, figures) in rows {
        let cells = columns.iter().map(|(figure, _)| right(figures.get(figure).map(shown).unwrap_or_default()));
        table.add_row(std::iter::once(Cell::new(scope_name(scope))).chain(cells));
    }
    indented(&table)
}

/// `all`, `class calls`, `group agents`.
fn scope_name(scope: &Scope) -> String {
    match scope.parts() {
        (_, "") => "all".to_owned(),
        (kind, name) => format!("{kind} {name}"),
    }
}

/// The exact values beside the simulated ones, where the scenario is of a kind that has them.
fn theory(results: &Results) -> String {
    if let Some(why) = &results.no_theory {
        return dim(&format!("\n  no exact answer: {why}")) + "\n";
    }
    if results.theory.is_empty() {
        return String::new();
    }
    let mut table = plain();
    table.set_header([Cell::new("theory"), Cell::new("figure"), right("exact"), right("simulated"), Cell::new("")]);
    for it in &results.theory {
        let (exact, simulated) = (right(shown(&it.exactly())), right(shown(&it.simulated)));
        let (kind, figure) = (Cell::new(it.kind.name()), Cell::new(it.column().name()));
        table.add_row([kind, figure, exact, simulated, Cell::new(it.verdict())]);
    }
    format!("\n{}", indented(&table))
}

fn expectations(report: &Report) -> String {
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
    let is_there = |it: &&Compared| it.base.is_some() || it.other.is_some();
    for it in comparison.figures.iter().filter(is_there).filter(|it| all || matters(&it.figure)) {
        shown_figures += 1;
        let estimate = |value| shown(&Estimate { value, half_width: None, unit: it.unit });
        let verdict = if it.differs { "differs" } else { "" };
        let cells = [estimate(it.base), estimate(it.other), signed(&it.difference), verdict.to_owned()];
        table.add_row(std::iter::once(Cell::new(&it.figure)).chain(cells.iter().map(right)));
    }
    let title = format!("{} against {}", bold(&comparison.other), bold(&comparison.base));
    let partial = if comparison.partial { ", STOPPED before the end: partial" } else { "" };
    let pairs = format!("{} pairs of replications", comparison.replications);
    let shares = comparison.figures.iter().any(|it| matches!(it.scope, Scope::Class(_)));
    let runs = if shares {
        format!("{pairs}, each pair on the same chance{partial}")
    } else {
        format!("{pairs} that have nothing in common: no class is in both{partial}")
    };
    let rest = comparison.figures.iter().filter(is_there).count() - shown_figures;
    let rest = if rest > 0 { format!("  {rest} more figures, see --all\n") } else { String::new() };
    format!("{title}\n{}\n\n{}{rest}", dim(&runs), indented(&table))
}

/// Which counts were tried, and which is the smallest good one.
pub(super) fn staffing(staffing: &Staffing, group: &str, asked: &str) -> String {
    let mut table = plain();
    table.set_header([right("workers"), right("figure"), Cell::new("")]);
    for one in &staffing.tried {
        let figure = shown(&Estimate { value: one.value, half_width: one.half_width, unit: staffing.unit });
        table.add_row([right(one.count.to_string()), right(&figure), Cell::new(if one.is_good { "good" } else { "" })]);
    }
    let answer = match staffing.count {
        Some(count) => {
            format!("{} workers in the group `{group}` are the fewest with {asked}", bold(&count.to_string()))
        }
        None if staffing.partial => "STOPPED before there was an answer; so far:".to_owned(),
        None => format!("neither the most nor the fewest workers that were tried give {asked}"),
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
