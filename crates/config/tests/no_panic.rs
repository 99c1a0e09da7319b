//! No text whatever makes a reader panic, and every place it tells lies within the text.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use pointsman::{Command, Engine, Limits};
use pointsman_config::{
    Context, Diagnostic, Names, NoFiles, Node, SourceFile, from_node, has_errors, parse_json, parse_yaml,
    read_workflow, read_workspace,
};
use proptest::prelude::*;

mod support;
use support::{cases, check_places};

/// Texts made of the pieces that documents are made of, so that some of them get far.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        ",",
        ", ",
        "\n",
        "\n  ",
        "\n    - ",
        "- ",
        "\"",
        "'",
        "\\",
        "\\u00e9",
        "é",
        "😀",
        "#",
        "&a ",
        "*a",
        "|",
        ">-",
        "!!str ",
        "---",
        "...",
        "? ",
        "%",
        "\t",
        "\r\n",
        "task_routing",
        "filters",
        "targets",
        "queue",
        "expression",
        "timeout",
        "priority",
        "skip_if",
        "order_by",
        "default_filter",
        "workers",
        "task_queues",
        "name",
        "attributes",
        "channels",
        "activities",
        "available",
        "target_workers",
        "configuration",
        "limits",
        "1==1",
        "a == 'b'",
        "true",
        "null",
        "0",
        "1",
        "-1",
        "010",
        "+1",
        "1e999",
        "1.5",
        "90s",
        "FIFO",
        "x",
        " ",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

/// A document that is almost right: a good one with one piece replaced.
fn near_miss() -> impl Strategy<Value = String> {
    const GOOD: &str = r#"{"task_queues": [{"name": "q", "target_workers": "a HAS \"b\""}], "workers": [{"name": "w",
        "attributes": {"a": ["b"]}, "channels": {"chat": {"capacity": 2}}, "idle_for": "5m"}], "workflows": [{"name": "f",
        "configuration": {"task_routing": {"filters": [{"expression": "x == 'é'", "targets": [{"queue": "q",
        "timeout": 5, "order_by": "worker.level DESC"}, {"skip_if": "1==1"}]}], "default_filter": {"queue": "q"}}}}]}"#;
    (0..GOOD.len(), 0..12_usize, soup()).prop_map(|(start, length, middle)| {
        let start = GOOD.floor_char_boundary(start);
        let end = GOOD.floor_char_boundary((start + length).min(GOOD.len()));
        let middle: String = middle.chars().take(8).collect();
        format!("{}{middle}{}", &GOOD[..start], &GOOD[end.max(start)..])
    })
}

fn read_everything(text: &str) {
    let file = Arc::new(SourceFile::new("f", text));
    match parse_json(&file) {
        Ok(node) => read_node(&node),
        Err(error) => check_places(&[error]),
    }
    match parse_yaml(&file) {
        Ok(node) => read_node(&node),
        Err(errors) => check_errors(&errors),
    }
}

fn read_node(node: &Node) {
    let (found, diagnostics) = read_workflow(node, None);
    assert_eq!(found.is_none(), has_errors(&diagnostics));
    check_places(&diagnostics);
    let _ = read_workflow(node, Some(&Names::new()));
    let (found, diagnostics) = read_workspace(node, &NoFiles);
    assert_eq!(found.is_none(), has_errors(&diagnostics));
    check_places(&diagnostics);
    if let Some(workspace) = found
        && let Err(rejection) = Engine::new(workspace.spec.clone(), 1)
    {
        check_places(&[workspace.diagnose(&rejection)]);
    }
    if let Err(error) = from_node::<Command>(node, &Context::new(&Names::new(), &Limits::default())) {
        check_places(&[error]);
    }
}

fn check_errors(errors: &[Diagnostic]) {
    assert!(has_errors(errors));
    check_places(errors);
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn any_text(text in "\\PC*") {
        read_everything(&text);
    }

    #[test]
    fn any_bytes_that_are_a_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn soups(text in soup()) {
        read_everything(&text);
    }

    #[test]
    fn near_misses(text in near_miss()) {
        read_everything(&text);
    }

    #[test]
    fn a_place_within_a_text_is_found_through_any_escapes(parts in prop::collection::vec("[a-zé\"\\\\ \n😀]{0,6}", 3)) {
        let text = parts.concat();
        let json = serde_json::to_string(&text).unwrap();
        let node = parse_json(&Arc::new(SourceFile::new("f", json.as_str()))).unwrap();
        let part = parts[0].len()..parts[0].len() + parts[1].len();
        let written = &json[node.within(part)];
        let back: String = serde_json::from_str(&format!("\"{written}\"")).unwrap();
        prop_assert_eq!(back, parts[1].clone());
    }

    #[test]
    fn what_json_says_yaml_says_too(text in soup()) {
        let file = Arc::new(SourceFile::new("f", text.as_str()));
        if let (Ok(json), Ok(yaml)) = (parse_json(&file), parse_yaml(&file)) {
            prop_assert_eq!(json.to_json(), yaml.to_json());
        }
    }
}
