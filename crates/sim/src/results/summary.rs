//! What tables tell of all figures, and what stands over their columns.

use super::Estimates;

/// Of tasks: the figure and its heading. Service levels follow, as the scenario defines them.
pub const OF_TASKS: [(&str, &str); 10] = [
    ("offered", "came"),
    ("handled", "taken"),
    ("abandoned", "given up"),
    ("blocked", "did not stay"),
    ("lost", "lost"),
    ("wait_mean", "wait"),
    ("wait_p90", "wait p90"),
    ("wait_max", "longest"),
    ("waiting_mean", "waiting"),
    ("still_waiting", "at the end"),
];

/// Of the waits of all tasks, taken or given up: what they were due to.
pub const OF_WAITS: [(&str, &str); 4] = [
    ("wait_of_all_mean", "wait, taken or not"),
    ("wait_no_capacity_mean", "all were busy"),
    ("wait_none_available_mean", "nobody was there"),
    ("wait_reserved_mean", "asked, not answered"),
];

/// The same of workers.
pub const OF_WORKERS: [(&str, &str); 7] = [
    ("present_mean", "there"),
    ("busy_mean", "busy"),
    ("occupancy", "occupancy"),
    ("handled", "done"),
    ("handling_mean", "handling"),
    ("reservations_rejected", "refused"),
    ("reservations_timed_out", "missed"),
];

/// Whether a column of a table says anything: what came and was taken always does, else something must have happened.
pub fn tells<'a>(figure: &str, mut rows: impl Iterator<Item = &'a Estimates>) -> bool {
    matches!(figure, "offered" | "handled") || rows.any(|it| it.value(figure).is_some_and(|value| value != 0.0))
}
