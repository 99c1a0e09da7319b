//! What a decision costs in workspaces of four sizes, through the public API, with every event.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail loudly, and documents itself by its names")]

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman::Engine;
use pointsman_benches::route::{L, Loop, M, Regime, S, Size, XL, workspace};

fn started(size: Size, regime: Regime) -> Loop<Engine> {
    Loop::new(Engine::new(workspace(size), 0).unwrap(), size, regime)
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("route_loop");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    for size in [S, M, L, XL] {
        for regime in [Regime::Backlog, Regime::Idle] {
            let mut state = None;
            group.bench_function(format!("{}/{regime:?}", size.name), |bencher| {
                let state = state.get_or_insert_with(|| started(size, regime));
                bencher.iter_custom(|decisions| {
                    let start = Instant::now();
                    state.decide(decisions);
                    start.elapsed()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);
