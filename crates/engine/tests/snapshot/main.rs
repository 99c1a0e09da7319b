//! Snapshots: an engine restored goes on as the first one would have, old versions are read, and what is damaged is
//! refused with its place.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod damage;
mod format;
mod golden;
mod rows;
mod story;

use std::path::Path;

use pointsman::{Engine, Event, Snapshot};

/// The file holds these bytes; with `POINTSMAN_BLESS` set it is written first.
#[allow(clippy::disallowed_methods, reason = "tests may read the environment, libraries may not")]
fn kept(file: &Path, bytes: &[u8], stale: &str) {
    if std::env::var_os("POINTSMAN_BLESS").is_some() {
        std::fs::write(file, bytes).expect("the file can be written");
    }
    let held = std::fs::read_to_string(file).expect("the file is there").replace("\r\n", "\n");
    assert!(held.as_bytes() == bytes, "{}: {stale}; POINTSMAN_BLESS=1 writes it anew", file.display());
}

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
