//! How much the tests of this crate try, and what they try it on: the one place that reads the environment.

#![allow(dead_code, reason = "each test file uses its part")]

use std::io::Write;

use pointsman::{Command, Engine, Event, Timestamp, WorkspaceSpec};
use pointsman_testkit::{Op, Runs, script, strategy};
use proptest::collection::vec;
use proptest::strategy::Strategy;

/// The namespace that scripts count on: ids of reservations come from it.
const NAMESPACE: u128 = 7;

/// As many cases as `POINTSMAN_EFFORT` (a number, 1 when absent) makes of these, beginning at `POINTSMAN_SEED` (0 when
/// absent).
pub(crate) fn runs(cases: u32) -> Runs {
    let effort: f64 = variable("POINTSMAN_EFFORT").unwrap_or(1.0);
    let cases = (f64::from(cases) * effort).ceil() as u32;
    Runs { cases: cases.max(1), seed: variable("POINTSMAN_SEED").unwrap_or(0) }
}

/// Says how much was proven, even where a test that passes keeps its output to itself.
pub(crate) fn say(line: &str) {
    // What cannot be written is not worth a failure.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[allow(clippy::disallowed_methods, reason = "tests may read the environment, libraries may not")]
pub(crate) fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let value = text.parse().ok();
    assert!(value.is_some(), "{name} is `{text}`, expected a number");
    value
}

/// A folder with real inputs, which is not part of the project; without it the test says that it does nothing.
#[allow(clippy::disallowed_methods, reason = "tests may read the environment, libraries may not")]
pub(crate) fn folder(name: &str) -> Option<std::path::PathBuf> {
    let folder = std::env::var(name).ok().map(std::path::PathBuf::from);
    if folder.is_none() {
        say(&format!("SKIPPED: {name} names no folder"));
    }
    folder
}

/// A workspace and what is done in it, at most this many operations.
pub(crate) fn stories(length: usize) -> impl Strategy<Value = (WorkspaceSpec, Vec<Op>)> {
    (strategy::workspace(), vec(strategy::anything(), 1..=length))
}

/// Instants, and commands or nothing but time.
pub(crate) type Script = Vec<(Timestamp, Option<Command>)>;

/// An engine and the script of a story for it.
pub(crate) fn staged(spec: &WorkspaceSpec, ops: &[Op]) -> Result<(Engine, Script), String> {
    let engine = Engine::new(spec.clone(), NAMESPACE).map_err(|refused| refused.to_string())?;
    Ok((engine, script(spec, ops).map_err(|refused| refused.to_string())?))
}

/// The events an engine has ready.
pub(crate) fn drained(engine: &mut Engine) -> Vec<Event> {
    std::iter::from_fn(|| engine.poll_event()).collect()
}

/// Fails with a text unless the two are equal.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, left: &T, right: &T) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{what} differ:\n{left:?}\n{right:?}")) }
}
