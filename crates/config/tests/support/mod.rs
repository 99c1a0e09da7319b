//! What the tests share: documents from texts, diagnostics as short lines, and how much random effort to spend.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pointsman_config::{Diagnostic, Node, SourceFile, parse_json, parse_yaml};

pub(crate) fn json(text: &str) -> Node {
    parse_json(&Arc::new(SourceFile::new("f.json", text))).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn yaml(text: &str) -> Node {
    parse_yaml(&Arc::new(SourceFile::new("f.yaml", text))).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Each diagnostic as `line:column severity code`.
pub(crate) fn told(diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |d: &Diagnostic| format!("{}:{} {} {}", d.line(), d.column(), d.severity, d.code);
    diagnostics.iter().map(line).collect()
}

/// Asserts that every place lies within its file, on character boundaries.
pub(crate) fn check_places(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let part = diagnostic.file.text.get(diagnostic.span.clone());
        assert!(part.is_some(), "{diagnostic} at {:?}", diagnostic.span);
        assert!(!diagnostic.message.is_empty() && diagnostic.line() >= 1 && diagnostic.column() >= 1);
    }
}

/// The random tests' configuration: `POINTSMAN_EFFORT` multiplies the number of cases.
pub(crate) fn cases(base: u32) -> proptest::prelude::ProptestConfig {
    let effort = variable("POINTSMAN_EFFORT").and_then(|effort| effort.parse().ok()).unwrap_or(1.0_f64);
    let cases = (f64::from(base) * effort).clamp(1.0, 1e9) as u32;
    proptest::prelude::ProptestConfig::with_cases(cases)
}

/// The folder with real inputs that `POINTSMAN_CORPUS` names; without it the test says that it does nothing.
pub(crate) fn corpus() -> Option<PathBuf> {
    let folder = variable("POINTSMAN_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: set POINTSMAN_CORPUS to the folder with the corpus");
    }
    folder
}

/// A folder of the repository, which a packaged crate does not have.
pub(crate) fn repository(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    if !path.exists() {
        eprintln!("SKIPPED: there is no {folder} outside the repository");
        return None;
    }
    Some(path)
}

#[allow(clippy::disallowed_methods, reason = "the tests' one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
