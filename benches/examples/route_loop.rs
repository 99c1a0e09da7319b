//! One size, regime and shape of the life of tasks for so many decisions: what a profiler is shown, and what
//! `scripts/instructions` counts. `route_loop M backlog friendly 100000`

#![allow(clippy::unwrap_used, clippy::disallowed_types, reason = "a bench may fail loudly and read the clock")]

use std::time::Instant;

use pointsman::Engine;
use pointsman_benches::route::{L, Loop, M, Regime, S, Shape, XL, workspace};

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [size, regime, shape, decisions] = &*given else { panic!("expected a size, a regime, a shape and a count") };
    let size = [S, M, L, XL].into_iter().find(|known| known.name == size).unwrap();
    let regime = if regime == "idle" { Regime::Idle } else { Regime::Backlog };
    let shape = Shape::ALL.into_iter().find(|known| format!("{known:?}").eq_ignore_ascii_case(shape)).unwrap();
    let decisions: u64 = decisions.parse().unwrap();
    let start = Instant::now();
    let engine = Engine::new(workspace(size, shape), 0).unwrap();
    let loaded = start.elapsed();
    let mut state = Loop::new(engine, size, shape, regime);
    println!("loaded in {loaded:?}, filled in {:?}", start.elapsed() - loaded);
    let (start, before) = (Instant::now(), state.commands());
    state.decide(decisions);
    let each = start.elapsed() / u32::try_from(decisions.max(1)).unwrap();
    let commands = (state.commands() - before) as f64 / decisions.max(1) as f64;
    println!("{each:?} and {commands:.2} commands per decision, decisions {:016x}", state.decided());
}
