//! `docs/lints.md` is true: every code has a row and an example with exactly these findings, and every gotcha of the
//! specification is found by whom the page says, in a scenario that shows it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pointsman::lint::Code;
use pointsman::{Engine, TaskId, WorkerId};
use pointsman_config::{
    Diagnostic, NoFiles, SourceFile, lint_workflow, parse_yaml, read_workflow, read_workspace, sort,
};
use pointsman_sim::{Options, Recording, Scenario, replay, run};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn page() -> String {
    fs::read_to_string(docs().join("lints.md")).unwrap()
}

/// What `check` says of a file: a workflow document, a scenario or a workspace, by its keys.
fn told(text: &str) -> Vec<Diagnostic> {
    let node = parse_yaml(&Arc::new(SourceFile::new("example.yaml", text))).unwrap();
    let has = |key| node.get(key).is_some();
    let (mut told, lints) = if has("task_routing") {
        let (configuration, told) = read_workflow(&node, None);
        (told, configuration.map(|configuration| lint_workflow(&node, &configuration, None)))
    } else if has("steps") {
        let (scenario, told) = Scenario::read(&node, &NoFiles);
        (told, scenario.map(|scenario| scenario.lint()))
    } else {
        let (workspace, told) = read_workspace(&node, &NoFiles);
        (told, workspace.map(|workspace| workspace.lint()))
    };
    told.extend(lints.unwrap_or_default());
    sort(&mut told);
    told
}

/// A finding as the page shows it.
fn shown(told: &Diagnostic) -> String {
    let (line, column) = (told.line(), told.column());
    let Diagnostic { severity, code, path, message, help, .. } = told;
    let help = help.as_ref().map_or(String::new(), |help| format!("  help: {help}\n"));
    format!("{severity}[{code}] {line}:{column} {path}: {message}\n{help}")
}

/// The rows of the table under a heading, without the two lines above them.
fn rows<'p>(page: &'p str, heading: &str) -> Vec<Vec<&'p str>> {
    let section = page.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no heading {heading}"));
    let lines = section.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// What stands between the first backticks.
fn code(cell: &str) -> &str {
    cell.split('`').nth(1).unwrap_or_else(|| panic!("no code in {cell}"))
}

/// What stands between the fences of a kind.
fn block<'p>(section: &'p str, kind: &str) -> &'p str {
    let start = section.split(&format!("```{kind}\n")).nth(1).unwrap_or_else(|| panic!("no {kind} in {section}"));
    start.split("```").next().unwrap()
}

#[test]
fn every_code_has_a_row_and_an_example() {
    let page = page();
    let rows: Vec<&str> = rows(&page, "Codes").iter().map(|row| code(row[0])).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(rows, codes);
    let sections: Vec<&str> = page.split("\n### ").skip(1).collect();
    assert_eq!(sections.iter().map(|section| section.lines().next().unwrap()).collect::<Vec<_>>(), codes);
    for (section, code) in sections.iter().zip(codes) {
        let told = told(block(section, "yaml"));
        assert!(told.iter().any(|told| told.code == code), "{code}: {told:?}");
        assert_eq!(block(section, "text"), told.iter().map(shown).collect::<String>(), "the findings of {code}");
    }
}

#[test]
fn every_gotcha_is_found_by_whom_the_page_says() {
    let page = page();
    let rows = rows(&page, "What surprises people");
    let numbers: Vec<String> = rows.iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(numbers, (1..=29).map(|number: u32| number.to_string()).collect::<Vec<_>>());
    let mut files = BTreeSet::new();
    for row in &rows {
        let [_, _, by, found, example] = row[..] else { panic!("{row:?}") };
        if by == "outside" {
            assert!(example.len() > 40 && !example.contains("]("), "no reason: {row:?}");
            continue;
        }
        let file = example.split("](").nth(1).unwrap().trim_end_matches(')');
        files.insert(docs().join(file));
        judge(row, by, code(found), &fs::read_to_string(docs().join(file)).unwrap());
    }
    let stored = fs::read_dir(docs().join("gotchas")).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(files, stored.collect(), "every example has its row");
}

/// Runs an example, and asks whoever finds it.
fn judge(row: &[&str], by: &str, expected: &str, text: &str) {
    let told = told(text);
    let (scenario, _) = Scenario::parse(&Arc::new(SourceFile::new("gotcha.yaml", text)), &NoFiles);
    if let Some(scenario) = &scenario {
        let outcome = run(scenario, &Options::default()).unwrap();
        assert!(outcome.passed(), "{row:?}: {:?}", outcome.failures);
    }
    match by.split(' ').next().unwrap() {
        "`check`" => assert!(told.iter().any(|told| told.code == expected), "{row:?}: {told:?}"),
        "`explain`" => {
            let scenario = scenario.unwrap();
            let (task, worker) = (by.split('`').nth(3).unwrap(), by.split('`').nth(5).unwrap());
            let engine = at_the_end(&scenario);
            let task = engine.explain(scenario.names().id::<TaskId>(task).unwrap()).unwrap();
            let worker = scenario.names().id::<WorkerId>(worker).unwrap();
            let verdict = task.workers.iter().find(|verdict| verdict.worker == worker).unwrap();
            assert_eq!(verdict.verdict.code(), expected, "{row:?}");
        }
        "refusal" => assert!(text.contains(&format!("refused: {expected}")), "{row:?}"),
        other => panic!("nobody is called {other}: {row:?}"),
    }
}

/// The engine after the last step.
fn at_the_end(scenario: &Scenario) -> Engine {
    let mut last = None;
    replay(&Recording::of_steps(scenario), |engine, _| last = Some(engine.clone())).unwrap();
    last.unwrap()
}
