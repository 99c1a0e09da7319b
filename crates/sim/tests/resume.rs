//! Every scenario, snapshotted at every event: an engine restored from the text has the same future.

#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod support;

use std::path::Path;

use pointsman::{Engine, Snapshot};
use support::{Call, Log, folders};

#[test]
fn every_scenario_resumes_at_every_event() {
    let sims = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims");
    if !sims.is_dir() {
        eprintln!("skipped: {} is not there, as in a package", sims.display());
        return;
    }
    let folders = folders(&sims);
    assert!(folders.len() >= 10, "the folders of sims/ are not where this test looks for them");
    let resumed: usize = folders.iter().map(|folder| resume(folder)).sum();
    eprintln!("resumed at {resumed} places of {} scenarios", folders.len());
    assert!(resumed > 200, "only {resumed} places");
}

/// In how many places a scenario was resumed: before every event, and after every call.
fn resume(folder: &Path) -> usize {
    let log = Log::of(folder);
    let calls = log.calls();
    let end = calls.last().map(|call| call.digest.to_string());
    assert_eq!(end.as_ref(), Some(&log.digest), "{}: the record plays to the same end", folder.display());
    let mut engine = log.engine();
    let mut places = 0;
    for (index, call) in calls.iter().enumerate() {
        call.input(&mut engine);
        for taken in 0..=call.events.len() {
            let place = format!("{}: call {index}, event {taken}", folder.display());
            go_on(reborn(&engine, &place), &call.events[taken..], &calls[index + 1..], &place);
            assert_eq!(engine.poll_event().as_ref(), call.events.get(taken), "{place}");
            places += 1;
        }
    }
    places
}

fn reborn(engine: &Engine, place: &str) -> Engine {
    let text = serde_json::to_string(&engine.snapshot()).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let reborn = Engine::restore(snapshot).unwrap();
    reborn.check();
    assert_eq!(serde_json::to_string(&reborn.snapshot()).unwrap(), text, "{place}: the same snapshot again");
    assert_eq!(reborn.digest(), engine.digest(), "{place}");
    assert_eq!(reborn.clock(), engine.clock(), "{place}");
    reborn
}

fn go_on(mut engine: Engine, waiting: &[pointsman::Event], rest: &[Call], place: &str) {
    let events: Vec<_> = std::iter::from_fn(|| engine.poll_event()).collect();
    assert_eq!(events, waiting, "{place}: the events that waited");
    for call in rest {
        assert_eq!(&call.again(&mut engine), call, "{place}");
    }
}
