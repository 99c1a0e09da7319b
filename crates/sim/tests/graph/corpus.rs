//! Real workflows, in the folder that `POINTSMAN_CORPUS` names: whatever can be read can be drawn.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use pointsman_config::{SourceFile, parse_json};
use pointsman_sim::graph::Graph;

#[allow(clippy::disallowed_methods, reason = "the one place where this test asks where the corpus is")]
fn files() -> Vec<PathBuf> {
    let Ok(folder) = std::env::var("POINTSMAN_CORPUS") else {
        eprintln!("skipped: POINTSMAN_CORPUS names no folder");
        return Vec::new();
    };
    let entries = fs::read_dir(PathBuf::from(folder).join("workflows")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_readable_workflow_is_drawn_whole() {
    let mut drawn = 0;
    let files = files();
    for file in &files {
        let source = Arc::new(SourceFile::new(file.to_string_lossy(), fs::read_to_string(file).unwrap()));
        let Some(graph) = parse_json(&source).ok().and_then(|document| Graph::of_document("real", &document).0) else {
            continue;
        };
        let svg = graph.svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let cards = document.descendants().filter_map(|node| node.attribute("class"));
        let steps = cards.filter(|class| class.starts_with("card step")).count();
        assert_eq!(steps, graph.steps().count(), "{}", file.display());
        drawn += 1;
    }
    assert!(files.is_empty() || drawn > 20, "only {drawn} of {} files were drawn", files.len());
}
