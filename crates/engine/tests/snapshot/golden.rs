//! A snapshot of every version there has been, restored by this one: the digest it should have, and its future.

use std::fs;
use std::path::PathBuf;

use crate::{kept, restored, story};

/// Every version released so far.
const VERSIONS: [u32; 1] = [1];

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshot/golden").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).expect("the golden files are there").replace("\r\n", "\n")
}

/// The state's digest, then what follows.
fn future_of(snapshot: &str) -> String {
    let mut engine = restored(snapshot);
    let digest = engine.digest();
    format!("{digest}\n{}", story::play(&mut engine, story::future()))
}

#[test]
fn every_version_is_restored_and_goes_on() {
    for version in VERSIONS {
        let snapshot = read(&format!("v{version}.json"));
        assert_eq!(future_of(&snapshot), read(&format!("v{version}.txt")), "version {version}");
    }
}

/// A released file is never written again: a change that fails here after a release is a new version of the format.
#[test]
fn the_newest_version_is_what_is_written() {
    let version = VERSIONS[VERSIONS.len() - 1];
    let snapshot = serde_json::to_string_pretty(&story::engine().snapshot()).expect("a snapshot is JSON") + "\n";
    let stale = "when this is meant, it is a new version of the format or a changed rule";
    kept(&file(&format!("v{version}.json")), snapshot.as_bytes(), stale);
    kept(&file(&format!("v{version}.txt")), future_of(&snapshot).as_bytes(), stale);
}
