//! What a decision costs in workspaces of four sizes and five harder shapes, through the public API, with every event.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_types,
    missing_docs,
    reason = "a bench may fail loudly and read the clock"
)]

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman::Engine;
use pointsman_benches::route::{L, Loop, M, Regime, S, Shape, Size, XL, workspace};

fn started(size: Size, shape: Shape, regime: Regime) -> Loop<Engine> {
    Loop::new(Engine::new(workspace(size, shape), 0).unwrap(), size, shape, regime)
}

fn measure(criterion: &mut Criterion, group: &str, loads: impl IntoIterator<Item = (Size, Shape, Regime)>) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    for (size, shape, regime) in loads {
        let mut state = None;
        group.bench_function(format!("{}/{shape:?}/{regime:?}", size.name), |bencher| {
            let state = state.get_or_insert_with(|| started(size, shape, regime));
            bencher.iter_custom(|decisions| {
                let start = Instant::now();
                state.decide(decisions);
                start.elapsed()
            });
        });
    }
    group.finish();
}

fn sizes(criterion: &mut Criterion) {
    let regimes = [Regime::Backlog, Regime::Idle];
    let loads = [S, M, L, XL].into_iter().flat_map(|size| regimes.map(|regime| (size, Shape::Friendly, regime)));
    measure(criterion, "route_loop", loads);
}

fn shapes(criterion: &mut Criterion) {
    let loads = [M, L].into_iter().flat_map(|size| Shape::ALL.map(|shape| (size, shape, Regime::Backlog)));
    measure(criterion, "route_hostile", loads);
}

criterion_group!(benches, sizes, shapes);
criterion_main!(benches);
