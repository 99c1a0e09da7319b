//! M/M/20 at rho 0.9 through the full engine, beside an event loop written by hand for it: the same model, in one run. Both
//! must wait as long as Erlang's formula says.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_types,
    missing_docs,
    reason = "a bench may fail loudly and read the clock"
)]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use pointsman_benches::route::Dice;
use pointsman_config::SourceFile;
use pointsman_sim::Scenario;
use pointsman_sim::experiment::{Experiment, Runs};
use pointsman_sim::theory::ErlangC;

const WORKERS: usize = 20;
const PER_MINUTE: f64 = 18.0;

fn scenario(hours: u64) -> String {
    format!(
        "{{name: mm20, seed: 1,
workspace: {{
  multi_task_enabled: true, task_queues: [{{name: q, target_workers: '1==1'}}],
  workflows: [{{name: w, configuration: {{task_routing: {{filters: [], default_filter: {{queue: q}}}}}}}}]}},
staff: [{{group: agents, count: {WORKERS}}}], arrivals: [{{class: calls, poisson: {PER_MINUTE}/1m}}],
handling: [{{time: {{exponential: {{mean: 1m}}}}}}], measure: {{horizon: {hours}h, warm_up: 1h}}}}"
    )
}

/// The mean wait in seconds, as the engine has it.
fn through_the_engine(hours: u64) -> f64 {
    let file = Arc::new(SourceFile::new("mm20.yaml", scenario(hours)));
    let (scenario, problems) = Scenario::parse(&file, &|_: &str| Err::<String, _>(String::new()));
    let scenario = scenario.unwrap_or_else(|| panic!("{problems:?}"));
    let stop = AtomicBool::new(false);
    let experiment = Experiment::new(&scenario, None, &stop).unwrap();
    let ran = experiment.run(&Runs { replications: 0..1, jobs: 1 }, &stop, &()).unwrap();
    ran.rows.rows[0].values[experiment.place("wait_mean").unwrap()].unwrap()
}

/// The same by hand, in milliseconds as the simulator counts: a heap of ends and arrivals, a line of those who wait.
#[allow(clippy::disallowed_methods, reason = "nothing is pinned by it, and it shall be as fast as a loop by hand is")]
fn by_hand(hours: u64) -> f64 {
    let (end, warm_up) = (hours * 3_600_000, 3_600_000);
    let mut dice = Dice(1);
    let mut drawn = |mean: f64| {
        let unit = (dice.below(1 << 52) as f64 + 0.5) / (1_u64 << 52) as f64;
        (-unit.ln() * mean).round() as u64
    };
    let mut calendar = BinaryHeap::from([Reverse((drawn(60_000.0 / PER_MINUTE), true))]);
    let (mut line, mut idle) = (VecDeque::new(), WORKERS);
    let (mut waits, mut taken) = (0, 0_u64);
    while let Some(Reverse((now, is_arrival))) = calendar.pop().filter(|Reverse((at, _))| *at <= end) {
        if is_arrival {
            calendar.push(Reverse((now + drawn(60_000.0 / PER_MINUTE), true)));
            line.push_back(now);
        } else {
            idle += 1;
        }
        while idle > 0
            && let Some(born) = line.pop_front()
        {
            idle -= 1;
            calendar.push(Reverse((now + drawn(60_000.0), false)));
            if born >= warm_up {
                (waits, taken) = (waits + now - born, taken + 1);
            }
        }
    }
    waits as f64 / taken as f64 / 1_000.0
}

fn main() {
    // `cargo test` runs benches too, and is content with less.
    let is_bench = std::env::args().any(|given| given == "--bench");
    let (hours, rounds, tolerance) = if is_bench { (500, 5, 0.05) } else { (20, 1, 0.5) };
    let theory = 60.0 * ErlangC::new(PER_MINUTE, 1.0, WORKERS as u32).unwrap().mean_wait();
    let tasks = hours as f64 * 60.0 * PER_MINUTE;
    println!("mean wait by Erlang's formula {theory:.3} s");
    for _ in 0..rounds {
        for (name, run) in [("engine", through_the_engine as fn(u64) -> f64), ("by hand", by_hand as fn(u64) -> f64)] {
            let start = Instant::now();
            let wait = run(hours);
            let each = start.elapsed().as_secs_f64() / tasks;
            println!(
                "{name:10} {:12.0} tasks a second, {:9.1} ns a task, mean wait {wait:.3} s",
                1.0 / each,
                each * 1e9
            );
            assert!((wait / theory - 1.0).abs() < tolerance, "{name} waits {wait} s");
        }
    }
}
