//! What tables tell of all figures, and what stands over their columns.

use super::Estimates;
use super::figures::{QUANTILE, SERVICE_LEVEL};

/// A column: the figure and its heading.
pub type Heading<'a> = (&'a str, String);

/// What became of tasks, with the service levels that the scenario defines.
pub fn of_tasks(run: &Estimates) -> Vec<Heading<'_>> {
    let levels = run.service_levels().map(|(figure, name)| (figure, format!("in {name}")));
    headings(&OF_TASKS).chain(levels).collect()
}

/// How long they waited, with the quantiles that the scenario names.
pub fn of_waits(run: &Estimates) -> Vec<Heading<'_>> {
    let quantiles = run.quantiles().map(|(figure, percent)| (figure, format!("wait p{percent}")));
    headings(&[("wait_mean", "wait")]).chain(quantiles).chain(headings(&OF_LINES)).collect()
}

/// What the waits of all tasks, taken or given up, were due to.
pub fn due_to() -> Vec<Heading<'static>> {
    headings(&DUE_TO).collect()
}

/// What workers did.
pub fn of_workers() -> Vec<Heading<'static>> {
    headings(&OF_WORKERS).collect()
}

fn headings<'a>(columns: &'a [(&'static str, &'static str)]) -> impl Iterator<Item = Heading<'a>> {
    columns.iter().map(|(figure, name)| (*figure, (*name).to_owned()))
}

/// The quantile that stands for all of them: that of 90 of 100 waits, or else the last one that the scenario names.
#[cfg(feature = "page")]
pub(crate) fn typical(run: &Estimates) -> Option<(&str, &str)> {
    run.quantiles().find(|(_, percent)| *percent == "90").or_else(|| run.quantiles().last())
}

const OF_TASKS: [(&str, &str); 5] = [
    ("offered", "came"),
    ("handled", "taken"),
    ("abandoned", "given up"),
    ("blocked", "did not stay"),
    ("lost", "lost"),
];

const OF_LINES: [(&str, &str); 3] =
    [("wait_max", "longest"), ("waiting_mean", "waiting"), ("still_waiting", "at the end")];

/// The first is the whole, the others are its parts.
pub(crate) const DUE_TO: [(&str, &str); 4] = [
    ("wait_of_all_mean", "wait, taken or not"),
    ("wait_no_capacity_mean", "all were busy"),
    ("wait_none_available_mean", "nobody was there"),
    ("wait_reserved_mean", "asked, not answered"),
];

const OF_WORKERS: [(&str, &str); 8] = [
    ("present_mean", "there"),
    ("busy_mean", "busy"),
    ("occupancy", "occupancy"),
    ("utilisation", "utilisation"),
    ("handled", "done"),
    ("handling_mean", "handling"),
    ("reservations_rejected", "refused"),
    ("reservations_timed_out", "missed"),
];

/// Whether a column of a table says anything: what came and was taken, which share in time, and quantiles of waits where
/// somebody waited always do, else something must have happened.
pub fn tells<'a>(figure: &str, mut rows: impl Iterator<Item = &'a Estimates>) -> bool {
    let always = matches!(figure, "offered" | "handled") || figure.starts_with(SERVICE_LEVEL);
    let happened = |it: &Estimates, figure| it.value(figure).is_some_and(|value| value != 0.0);
    let waited = |it: &Estimates| figure.starts_with(QUANTILE) && happened(it, "wait_max");
    rows.any(|it| it.value(figure).is_some() && (always || waited(it) || happened(it, figure)))
}
