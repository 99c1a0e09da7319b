//! Several classes before the same workers, the more urgent first.

use pointsman_sim::theory::{Class, ErlangC, mean_waits_of_one_worker, mean_waits_of_pool};

use crate::support::{Exact, class, holds, is_recognised, one_queue, run};

/// Five workers and these classes, a minute each.
fn five(arrivals: &str) -> String {
    one_queue(&format!(
        "
staff: [{{group: agents, count: 5}}]
arrivals: {arrivals}
handling: [{{time: {{exponential: {{mean: 1m}}}}}}]
measure: {{warm_up: 2h, horizon: 62h}}
"
    ))
}

/// Two minutes of calls are four erlangs of five.
fn delayed() -> f64 {
    ErlangC::new(4.0, 1.0, 5).unwrap().delayed()
}

#[test]
fn case_7_two_priorities() {
    let waits = mean_waits_of_pool(&[1.5 / 60.0, 2.5 / 60.0], 1.0 / 60.0, 5).unwrap();
    let exact = [
        class("urgent", "wait_mean", waits[0]),
        class("other", "wait_mean", waits[1]),
        class("urgent", "delayed", delayed()),
        run("delayed", delayed()),
        run("wait_mean", (1.5 * waits[0] + 2.5 * waits[1]) / 4.0),
    ];
    let text = five("[{class: other, poisson: 5/2m}, {class: urgent, poisson: 3/2m, priority: 7}]");
    is_recognised(&holds(&text, 7, 40, &exact), "Cobham", &exact);
}

#[test]
fn case_8_three_priorities() {
    let waits = mean_waits_of_pool(&[1.0 / 60.0, 1.0 / 60.0, 2.0 / 60.0], 1.0 / 60.0, 5).unwrap();
    let names = ["high", "middle", "low"];
    let mut exact: Vec<Exact<'_>> =
        names.iter().zip(&waits).map(|(name, wait)| class(name, "wait_mean", *wait)).collect();
    exact.push(run("occupancy", 0.8));
    let text = five(
        "[{class: middle, poisson: 1/1m, priority: 2}, {class: low, poisson: 2/1m, priority: 1}, \
         {class: high, poisson: 1/1m, priority: 3}]",
    );
    is_recognised(&holds(&text, 8, 40, &exact), "Cobham", &exact);
}

/// One worker, to whom urgent tasks are short and others long.
#[test]
fn case_13_one_worker_and_two_priorities() {
    let short = Class { arrival_rate: 0.3 / 60.0, mean: 30.0, variance: 0.0 };
    let long = Class { arrival_rate: 0.25 / 60.0, mean: 120.0, variance: 120.0 * 120.0 / 4.0 };
    let waits = mean_waits_of_one_worker(&[short, long]).unwrap();
    let exact =
        [class("urgent", "wait_mean", waits[0]), class("other", "wait_mean", waits[1]), run("delayed", 0.15 + 0.5)];
    let text = one_queue(
        "
staff: [{group: agents, count: 1}]
arrivals: [{class: urgent, poisson: 3/10m, priority: 1}, {class: other, poisson: 1/4m}]
handling:
  - {class: urgent, time: 30s}
  - {class: other, time: {gamma: {mean: 2m, cv: 0.5}}}
measure: {warm_up: 5h, horizon: 205h}
",
    );
    is_recognised(&holds(&text, 13, 40, &exact), "Cobham", &exact);
}
