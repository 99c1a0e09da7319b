//! The engine beside the naive model of the test kit, which looks at every pair: what a decision costs each of them, and
//! that they decide alike. The model takes long to fill large workspaces, so that their backlogs are short here.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_types,
    missing_docs,
    reason = "a bench may fail loudly and read the clock"
)]

use std::time::{Duration, Instant};

use pointsman::{Command, Engine, Event, Timestamp};
use pointsman_benches::route::{L, Loop, M, Regime, Router, S, Shape, Size, workspace};
use pointsman_testkit::Model;

struct Naive(Model);

impl Router for Naive {
    fn handle(&mut self, now: Timestamp, command: Command, events: &mut Vec<Event>) {
        let answer = self.0.handle(now, &command);
        assert!(answer.is_ok(), "{answer:?}");
        events.extend(self.0.take_events());
    }
}

/// Fills a workspace and decides; the time of one decision.
fn decide<R: Router>(router: R, load: (Size, Shape, Regime), decisions: u32) -> (Duration, Loop<R>) {
    let mut state = Loop::new(router, load.0, load.1, load.2);
    let start = Instant::now();
    state.decide(decisions.into());
    (start.elapsed() / decisions, state)
}

fn compare(size: Size, shape: Shape, regime: Regime, decisions: u32) {
    let (workspace, load) = (workspace(size, shape), (size, shape, regime));
    let (naive, theirs) = decide(Naive(Model::new(&workspace, 0).unwrap()), load, decisions);
    let (engine, ours) = decide(Engine::new(workspace, 0).unwrap(), load, decisions);
    assert_eq!(ours.decided(), theirs.decided(), "the engine decides as the model does");
    let ratio = naive.as_secs_f64() / engine.as_secs_f64();
    println!(
        "{:4}{:12}{:9}{engine:>12.1?}{naive:>12.1?}{ratio:>9.0} x",
        size.name,
        format!("{shape:?}"),
        format!("{regime:?}")
    );
}

fn main() {
    println!("{:4}{:12}{:9}{:>12}{:>12}{:>11}", "", "shape", "regime", "engine", "model", "faster");
    let short = |size: Size, backlog| Size { backlog, ..size };
    // `cargo test` runs benches too, and is content with less.
    let is_bench = std::env::args().any(|given| given == "--bench");
    let (decisions, waiting, few) = if is_bench { (300, 200, 50) } else { (10, 20, 5) };
    for regime in [Regime::Backlog, Regime::Idle] {
        compare(short(S, waiting), Shape::Friendly, regime, decisions);
    }
    for shape in [Shape::Unroutable, Shape::Flapping, Shape::Ladder, Shape::Declined] {
        compare(short(S, few), shape, Regime::Backlog, decisions);
    }
    if is_bench {
        compare(short(M, 20), Shape::Friendly, Regime::Idle, 60);
        compare(Size { workers: 2_000, ..L }, Shape::Friendly, Regime::Idle, 6);
    }
}
