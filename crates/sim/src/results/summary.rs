//! What tables tell of all figures, and what stands over their columns.

/// Of tasks: the figure and its heading. Service levels follow, as the scenario defines them.
pub const OF_TASKS: [(&str, &str); 9] = [
    ("offered", "came"),
    ("handled", "taken"),
    ("abandoned", "given up"),
    ("blocked", "did not stay"),
    ("lost", "lost"),
    ("wait_mean", "wait"),
    ("wait_p90", "wait p90"),
    ("wait_max", "longest"),
    ("waiting_mean", "waiting"),
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
