//! Snapshots: an engine restored goes on as the first one would have, old versions are read, and what is damaged is
//! refused with its place.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod damage;
mod format;
mod golden;
mod rows;
mod story;

use pointsman::{Engine, Event, Snapshot};

/// As a file would keep it.
fn text(engine: &Engine) -> String {
    serde_json::to_string(&engine.snapshot()).expect("a snapshot is JSON")
}

/// What a file kept.
fn restored(text: &str) -> Engine {
    let snapshot: Snapshot = serde_json::from_str(text).expect("the text is a snapshot");
    let engine = Engine::restore(snapshot).expect("the snapshot is of an engine");
    engine.check();
    engine
}

/// Through a file and back: the same digest, the same bytes.
fn reborn(engine: &Engine) -> Engine {
    let text = text(engine);
    let restored = restored(&text);
    assert_eq!(restored.digest(), engine.digest());
    assert_eq!(restored.clock(), engine.clock());
    assert_eq!(restored.poll_timeout(), engine.poll_timeout());
    assert_eq!(self::text(&restored), text);
    restored
}

fn drained(engine: &mut Engine) -> Vec<Event> {
    std::iter::from_fn(|| engine.poll_event()).collect()
}
