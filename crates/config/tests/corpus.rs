//! Real workflow documents: what is expected to be valid has no error, what is not has one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use pointsman_config::{Diagnostic, Severity, SourceFile, parse_json, read_workflow};

mod support;
use support::{check_places, corpus};

#[test]
fn real_documents_are_judged_as_expected() {
    let Some(folder) = corpus().map(|folder| folder.join("workflows")) else { return };
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: Vec<serde_json::Value> = serde_json::from_str(&index).unwrap();
    assert!(!index.is_empty());
    let mut wrong = Vec::new();
    for entry in index {
        let name = entry["file"].as_str().unwrap();
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let diagnostics = judge(name, text);
        check_places(&diagnostics);
        let errors: Vec<_> = diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
        if errors.is_empty() != (entry["expect"] == "valid") {
            wrong.push(format!("{name}: expected {}: {}\n{errors:#?}", entry["expect"], entry["reason"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn judge(name: &str, text: String) -> Vec<Diagnostic> {
    match parse_json(&Arc::new(SourceFile::new(name, text))) {
        Ok(node) => read_workflow(&node, None).1,
        Err(error) => vec![error],
    }
}
