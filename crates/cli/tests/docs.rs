//! The guides say what is there: every code, and the examples as they are in their files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fs;
use std::path::{Path, PathBuf};

use pointsman::{ChangeKind, Verdict, WaitCause};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The rows of all tables whose first cell is a code.
fn rows(page: &str) -> Vec<&str> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.collect()
}

#[test]
fn every_verdict_cause_and_change_has_a_row() {
    let Ok(page) = fs::read_to_string(docs().join("explain.md")) else {
        eprintln!("skipped: the guides are not there, as in a package");
        return;
    };
    let rows = rows(&page);
    let causes = WaitCause::ALL.map(WaitCause::code);
    let codes: Vec<&str> = Verdict::CODES.into_iter().chain(ChangeKind::CODES).chain(causes).collect();
    // Two words are both a verdict and a cause.
    let told =
        |code: &&str| rows.iter().filter(|row| *row == code).count() == codes.iter().filter(|it| *it == code).count();
    let missing: Vec<_> = codes.iter().filter(|code| !told(code)).collect();
    assert!(missing.is_empty(), "{missing:?} are not told as often as they are something");
}

#[test]
fn the_examples_of_the_guide_are_those_of_the_files() {
    let Ok(page) = fs::read_to_string(docs().join("testing-your-workflow.md")) else {
        eprintln!("skipped: the guides are not there, as in a package");
        return;
    };
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let file = |name: &str| fs::read_to_string(docs().join("examples").join(name)).unwrap();
    assert_eq!(blocks[..2], [file("workspace.yaml"), file("spanish.yaml")]);
}
