//! How many seeded defects `check` finds: each with its code, at its place. What is good has no warnings.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use pointsman::{Command, Timestamp, WorkspaceSpec};
use pointsman_config::{
    Diagnostic, Severity, SourceFile, lint_workflow, parse_json, parse_yaml, read_workflow, read_workspace,
};
use pointsman_sim::Scenario;
use pointsman_testkit::{Defect, defects, scenario};

/// What `check` says of a workspace in which this is done.
fn told(workspace: &WorkspaceSpec, commands: &[Command]) -> Vec<Diagnostic> {
    let script: Vec<(Timestamp, Option<Command>)> =
        commands.iter().map(|command| (workspace.start, Some(command.clone()))).collect();
    let file = Arc::new(SourceFile::new("seeded.yaml", scenario(workspace, &script)));
    let (scenario, mut told) = Scenario::parse(&file, &pointsman_config::NoFiles);
    told.extend(scenario.iter().flat_map(Scenario::lint));
    told
}

/// Configurations of which somebody says that they are good, by name.
fn good() -> Vec<(String, WorkspaceSpec)> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good");
    let sims = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims");
    let mut files: Vec<_> = fs::read_dir(tests).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.extend(fs::read_dir(sims).unwrap().map(|entry| entry.unwrap().path().join("scenario.yaml")));
    files.sort();
    files.iter().map(|path| (path.to_string_lossy().into_owned(), read(path))).collect()
}

fn read(path: &Path) -> WorkspaceSpec {
    let file = SourceFile::new(path.to_string_lossy(), fs::read_to_string(path).unwrap());
    let node = parse_yaml(&Arc::new(file)).unwrap();
    let node = node.get("workspace").unwrap_or(&node);
    let (workspace, diagnostics) = read_workspace(node, &pointsman_config::NoFiles);
    workspace.unwrap_or_else(|| panic!("{diagnostics:#?}")).spec
}

#[test]
fn nineteen_of_twenty_seeded_defects_are_found_where_they_are() {
    let (mut kinds, mut missed): (BTreeMap<&str, usize>, Vec<String>) = (BTreeMap::new(), Vec::new());
    let mut seeded = 0;
    for (name, workspace) in good() {
        // What is odd already cannot be seeded.
        let before: BTreeSet<_> = told(&workspace, &[]).iter().map(|diagnostic| diagnostic.code).collect();
        for defect in defects(&workspace).into_iter().filter(|defect| !before.contains(defect.code)) {
            seeded += 1;
            *kinds.entry(defect.kind).or_default() += 1;
            missed.extend(miss(&name, &defect));
        }
    }
    let found = seeded - missed.len();
    println!(
        "{found} of {seeded} defects of {} kinds found: {} in 100\n{}",
        kinds.len(),
        found * 100 / seeded,
        missed.join("\n")
    );
    assert!(seeded >= 200 && kinds.len() >= 40, "{seeded} defects of {} kinds", kinds.len());
    assert!(found * 100 >= seeded * 95, "missed {} of {seeded}", missed.len());
}

/// The story of a defect that is not found.
fn miss(name: &str, defect: &Defect) -> Option<String> {
    let path = match defect.path.as_str() {
        path if path.starts_with("steps") => path.to_owned(),
        path => format!("workspace.{path}"),
    };
    let told = told(&defect.workspace, &defect.commands);
    let found = told.iter().any(|diagnostic| diagnostic.code == defect.code && diagnostic.path == path);
    let name = Path::new(name).components().rev().take(2).collect::<Vec<_>>();
    let others: Vec<String> = told.iter().map(|told| format!("{} at {}", told.code, told.path)).collect();
    (!found).then(|| format!("{name:?}: {}: no {} at {path}, but {others:?}", defect.kind, defect.code))
}

#[test]
fn what_is_good_has_no_warnings() {
    for (name, workspace) in good().into_iter().filter(|(name, _)| name.contains("tests/good")) {
        let told = told(&workspace, &[]);
        assert!(told.iter().all(|told| told.severity == Severity::Info), "{name}: {told:#?}");
    }
}

#[test]
fn real_configurations_that_are_good_have_no_errors() {
    let Some(folder) = support::folder("POINTSMAN_CORPUS").map(|folder| folder.join("workflows")) else { return };
    let index: Vec<serde_json::Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let good = index.iter().filter(|entry| entry["expect"] == "valid");
    let mut count = 0;
    for name in good.filter_map(|entry| entry["file"].as_str()) {
        let file = SourceFile::new(name, fs::read_to_string(folder.join(name)).unwrap());
        let document = parse_json(&Arc::new(file)).unwrap();
        let (configuration, told) = read_workflow(&document, None);
        let lints = lint_workflow(&document, &configuration.unwrap(), None);
        let errors: Vec<_> = told.iter().chain(&lints).filter(|told| told.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        count += 1;
    }
    assert!(count > 0);
}
