//! The conformance page keeps its word: every row is filled, what it names exists, and no rule is forgotten.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

/// What the page writes for the comparison of engine and reference model.
const MODEL: &str = "testkit/tests/model.rs::the_engine_equals_the_model";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/conformance.md")).expect("the page is there")
}

/// The cells of every row of the tables with four columns, headings left out.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let tables = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Rule |"));
    let cells = tables.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>());
    cells.filter(|cells| cells.len() == 4).collect()
}

/// The texts between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The file that a short form of the page stands for.
fn file(short: &str) -> PathBuf {
    let crates = root().join("crates");
    match short.split_once('/') {
        Some(("story", _)) => crates.join("engine/tests").join(short),
        Some(("suite", _)) => crates.join("expr/tests").join(short),
        Some(("sims", _)) => root().join(short).join("scenario.yaml"),
        Some(_) | None => crates.join(short),
    }
}

fn test_exists(named: &str) -> bool {
    let named = if named == "model" { MODEL } else { named };
    let (short, test) = named.split_once("::").unwrap_or((named, ""));
    let Ok(text) = std::fs::read_to_string(file(short)) else { return false };
    test.is_empty() || text.contains(&format!("fn {test}("))
}

#[test]
fn every_row_is_filled_and_true() {
    let page = page();
    let rows = rows(&page);
    assert!(rows.len() > 120, "only {} rows were found", rows.len());
    for row in rows {
        let (places, tests) = (quoted(row[2]), quoted(row[3]));
        assert!(row.iter().all(|cell| !cell.is_empty()) && !places.is_empty() && !tests.is_empty(), "empty: {row:?}");
        for place in places {
            assert!(file(place).exists(), "{row:?}: there is no {place}");
        }
        for test in tests {
            assert!(test_exists(test), "{row:?}: there is no test {test}");
        }
    }
}

#[test]
fn no_rule_is_forgotten() {
    let page = page();
    let words: Vec<&str> = page.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let rules = (1..=65).map(|number| format!("Q{number}")).chain((1..=25).map(|number| format!("R{number}")));
    let forgotten: Vec<String> = rules.filter(|rule| !words.contains(&rule.as_str())).collect();
    assert!(forgotten.is_empty(), "not on the page: {forgotten:?}");
    let sections: Vec<&str> = rows(&page).iter().map(|row| row[1]).collect();
    for section in
        ["1.1", "1.9", "2.1", "2.12", "3.1", "3.6", "4.1", "4.6", "5.1", "5.7", "6.1", "6.3", "7.1", "7.4", "8"]
    {
        assert!(sections.iter().any(|cell| cell.split(", ").any(|word| word == section)), "no row for {section}");
    }
}
