//! What the tests share: how much random effort to spend, and a journal read to its end.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use pointsman_journal::{Entry, Journal, JournalError};

/// This many, multiplied by `POINTSMAN_EFFORT`.
pub(crate) fn rounds(base: u32) -> u32 {
    let effort = variable("POINTSMAN_EFFORT").and_then(|effort| effort.parse().ok()).unwrap_or(1.0_f64);
    (f64::from(base) * effort).clamp(1.0, 1e9) as u32
}

pub(crate) fn entries(journal: &dyn Journal, from: u64) -> Result<Vec<Entry>, JournalError> {
    journal.read(from)?.collect()
}

#[allow(clippy::disallowed_methods, reason = "the tests' one place that reads the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
