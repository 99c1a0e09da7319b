//! One size and regime of `route_loop` for so many decisions: what a profiler is shown.
//! `route_loop M backlog 100000`

#![allow(clippy::unwrap_used, clippy::disallowed_types, reason = "a bench may fail loudly and read the clock")]

use std::time::Instant;

use pointsman::Engine;
use pointsman_benches::route::{L, Loop, M, Regime, S, XL, workspace};

fn main() {
    let mut given = std::env::args().skip(1);
    let size = given.next().and_then(|name| [S, M, L, XL].into_iter().find(|size| size.name == name)).unwrap();
    let regime = if given.next().unwrap() == "idle" { Regime::Idle } else { Regime::Backlog };
    let decisions: u64 = given.next().unwrap().parse().unwrap();
    let start = Instant::now();
    let engine = Engine::new(workspace(size), 0).unwrap();
    let loaded = start.elapsed();
    let mut state = Loop::new(engine, size, regime);
    println!("loaded in {loaded:?}, filled in {:?}", start.elapsed() - loaded);
    let start = Instant::now();
    state.decide(decisions);
    println!(
        "{:?} per decision, hash {:016x}",
        start.elapsed() / u32::try_from(decisions.max(1)).unwrap(),
        state.decided()
    );
}
