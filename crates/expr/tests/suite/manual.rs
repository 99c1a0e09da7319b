//! Executes the language reference: its examples, every cell of the operator table, every error and every warning.
//!
//! Executed are fenced blocks `expr KIND` (with lines `task JSON`, `worker JSON`, `let NAME JSON` and
//! `EXPRESSION --> RESULT`), the table that starts with `left \ right`, and the tables that start with `Error` and `Warning`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pointsman_expr::{Kind, Op, ParseErrorKind};
use serde_json::{Value as Json, json};

use crate::advice::judge;
use crate::support::{World, attributes, evaluate};

/// The page; nothing when the crate stands alone.
fn page() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/expressions.md");
    let page = fs::read_to_string(&path).ok();
    if page.is_none() {
        eprintln!("SKIPPED: no language reference at {}", path.display());
    }
    page
}

#[test]
fn examples_give_what_they_say() {
    let Some(page) = page() else { return };
    let mut kinds = BTreeSet::new();
    for block in page.split("```expr ").skip(1) {
        let (kind, rest) = block.split_once('\n').unwrap();
        let kind: Kind = kind.parse().unwrap();
        let lines = rest.split("```").next().unwrap().lines();
        let mut world = World::default();
        let executed = lines.filter(|line| example(kind, &mut world, line)).count();
        assert!(executed > 0, "a block of {kind} executes nothing:\n{rest}");
        kinds.insert(kind);
    }
    assert_eq!(kinds, BTreeSet::from(Kind::ALL), "every kind has an example");
}

/// Runs one line of a block; true when it is an expression with its result.
fn example(kind: Kind, world: &mut World, line: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_else(|error| panic!("{line}: {error}"));
    if let Some((text, result)) = line.split_once("-->") {
        let (text, result) = (text.trim(), result.trim());
        match result {
            "ok" => assert!(judge(text, kind).is_ok(), "{line}: {:?}", judge(text, kind)),
            _ => assert_eq!(evaluate(text, kind, world).to_string(), result, "{line}"),
        }
        return true;
    }
    match line.split_once(' ') {
        Some(("task", document)) => world.task = attributes(json(document)),
        Some(("worker", document)) => world.worker = attributes(json(document)),
        Some(("let", rest)) => {
            let (name, value) = rest.split_once(' ').unwrap();
            *world = world.clone().with(name, json(value));
        }
        _ => panic!("not understood: {line}"),
    }
    false
}

#[test]
fn the_operator_table_is_true() {
    let Some(page) = page() else { return };
    let table = table(&page, "left \\ right");
    let columns = &table[0][1..];
    assert_eq!(columns.len(), table.len() - 1, "a row for each column");
    for row in &table[1..] {
        for (right, cell) in columns.iter().zip(&row[1..]) {
            operators(code(&row[0]), code(right), cell);
        }
    }
}

/// Judges all operators between two values, of which the cell names those that hold.
fn operators(left: &str, right: &str, cell: &str) {
    let mut task = json!({});
    for (key, value) in [("left", left), ("right", right)] {
        if value != "missing" {
            task[key] = serde_json::from_str(value).unwrap();
        }
    }
    let world = World::new(task, Json::Null);
    let expected: BTreeSet<&str> = cell.split('`').map(str::trim).filter(|op| !matches!(*op, "" | "–")).collect();
    let holds = |op: &Op| evaluate(&format!("left {op} right"), Kind::Filter, &world);
    let found: BTreeSet<&str> = Op::ALL.iter().filter(|op| holds(op)).map(|op| op.as_str()).collect();
    assert_eq!(found, expected, "{left} on the left, {right} on the right");
}

#[test]
fn errors_are_as_listed() {
    let Some(page) = page() else { return };
    for row in &table(&page, "Error")[1..] {
        let (text, kind) = (code(&row[1]), row[2].parse().unwrap());
        let errors = judge(text, kind).expect_err(text);
        let found = |error: &pointsman_expr::ParseError| {
            let help = error.help.as_deref().unwrap_or_default();
            [error.kind.as_str(), &error.message, help] == [code(&row[0]), row[3].as_str(), row[4].as_str()]
        };
        assert!(errors.iter().any(found), "{row:#?} is not among {errors:#?}");
    }
    for kind in ParseErrorKind::ALL {
        assert!(page.contains(&format!("`{}`", kind.as_str())), "`{}` is not on the page", kind.as_str());
    }
}

#[test]
fn warnings_are_as_listed() {
    let Some(page) = page() else { return };
    for row in &table(&page, "Warning")[1..] {
        let (text, kind) = (code(&row[1]), row[2].parse().unwrap());
        let warnings = judge(text, kind).unwrap_or_else(|errors| panic!("{text}: {errors:#?}"));
        let found = |warning: &pointsman_expr::Warning| {
            let help = warning.help.as_deref().unwrap_or_default();
            [warning.code, &warning.message, help] == [code(&row[0]), row[3].as_str(), row[4].as_str()]
        };
        assert!(warnings.iter().any(found), "{row:#?} is not among {warnings:#?}");
    }
}

/// The rows of the table whose first header is this one, header included; fails when it has no body.
fn table(page: &str, first: &str) -> Vec<Vec<String>> {
    let start = format!("| {first} |");
    let lines = page.lines().skip_while(|line| !line.starts_with(&start)).take_while(|line| line.starts_with('|'));
    let rows: Vec<_> = lines.filter(|line| !line.starts_with("|---")).map(cells).collect();
    assert!(rows.len() > 3, "the table `{first}` is gone");
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "the table `{first}` is ragged");
    rows
}

/// The cells of a row; `\|` is a bar inside a cell.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "\0");
    inner.split('|').map(|cell| cell.trim().replace('\0', "|")).collect()
}

/// A cell without the quotes of its code.
fn code(cell: &str) -> &str {
    cell.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(cell)
}
