//! The envelope: version first, then the workspace, nothing else.

use pointsman::{Engine, Snapshot, WorkspaceSpec};
use serde_json::Value;

use crate::{reborn, story, text};

#[test]
fn the_version_stands_in_front() {
    let engine = Engine::new(WorkspaceSpec::new("Empty"), 7).unwrap();
    let start = "{\"version\":1,\"workspace\":{\"namespace\":\"00000000000000000000000000000007\",\"clock\":0,";
    assert!(text(&engine).starts_with(start), "{}", text(&engine));
    reborn(&engine);
}

#[test]
fn a_snapshot_survives_a_document_store_that_sorts_keys() {
    let engine = story::engine();
    let value = serde_json::to_value(engine.snapshot()).unwrap();
    let back: Snapshot = serde_json::from_value(value).unwrap();
    assert_eq!(back, engine.snapshot());
}

#[test]
fn other_texts_are_refused_in_words() {
    let whole = text(&story::engine());
    let unknown = "snapshot version 2 is not known: expected 1, the only one so far; a later release may read it";
    let cases = [
        (whole.replacen("\"version\":1", "\"version\":2", 1), unknown),
        (whole.replacen("\"version\":1", "\"version\":\"1\"", 1), "expected u32"),
        (whole.replacen("\"version\":1,", "", 1), "expected `version` before `workspace`"),
        ("{}".to_owned(), "missing field `version`"),
        ("{\"version\":1}".to_owned(), "missing field `workspace`"),
        ("{\"version\":1,\"extra\":0}".to_owned(), "expected `workspace` before `extra`"),
        ("7".to_owned(), "expected a snapshot: `version`, then `workspace`"),
        (whole[..whole.len() - 1].to_owned() + ",\"extra\":0}", "unknown field `extra`: expected no further one"),
        (whole.replacen("\"clock\"", "\"clocks\"", 1), "unknown field `clocks`, expected one of `namespace`, `clock`"),
        (whole[..whole.len() / 2].to_owned(), "EOF while parsing"),
        (String::new(), "EOF while parsing"),
    ];
    for (text, expected) in cases {
        let error = serde_json::from_str::<Snapshot>(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nexpected: {expected}");
    }
}

/// What is left out is noticed, not guessed.
#[test]
fn no_part_may_be_left_out() {
    let whole = serde_json::to_value(story::engine().snapshot()).unwrap();
    let workspace = |value: &mut Value| value["workspace"].as_object_mut().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in workspace(&mut whole.clone()) {
        let mut damaged = whole.clone();
        damaged["workspace"].as_object_mut().unwrap().remove(&key);
        let error = serde_json::from_value::<Snapshot>(damaged).unwrap_err().to_string();
        assert_eq!(error, format!("missing field `{key}`"));
    }
}
