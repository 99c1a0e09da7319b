//! The simulator held against what is known exactly, each case at the seed that is its number in this list, chosen before
//! anybody looked. Every check is that a 99.9 % interval of Student over the replications covers the exact value, and
//! that the interval is narrow enough for that to say something. `POINTSMAN_EFFORT` multiplies the replications.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail that way")]

#[path = "validate/n_design.rs"]
mod n_design;
#[path = "validate/case.rs"]
mod case;
#[path = "validate/same.rs"]
mod same;

use case::{Case, run};
use pointsman_sim::theory::{
    Class, ErlangA, ErlangC, MG1, Profile, Rings, Stretch, erlang_b, mean_waits_of_one_worker, mean_waits_of_pool,
};

/// A minute of handling, in all cases that say nothing else.
const MU: f64 = 1.0 / 60.0;

/// One class at so many a minute, so many workers, exponential handling of a minute.
fn queue(seed: u64, per_minute: f64, workers: u32, rest: &str) -> Case {
    Case::new(seed, &format!("[{{class: calls, poisson: {per_minute}/1m{rest}}}]"), &format!("count: {workers}"))
}

#[test]
fn case_1_m_m_1() {
    let exact = ErlangC::new(0.7 * MU, MU, 1).unwrap();
    let found = queue(1, 0.7, 1, "").run();
    found.covers("delayed", exact.delayed(), 0.02);
    found.covers("wait_mean", exact.mean_wait(), 0.05);
    found.covers("waiting_mean", exact.mean_queue(), 0.05);
    found.covers("occupancy", exact.occupancy(), 0.02);
    found.covers("service_level_within_20s", exact.within(20.0), 0.04);
}

#[test]
fn case_2_m_m_c() {
    let exact = ErlangC::new(8.0 * MU, MU, 10).unwrap();
    let found = Case { horizon: "40h", ..queue(2, 8.0, 10, "") }.run();
    found.covers("delayed", exact.delayed(), 0.06);
    found.covers("wait_mean", exact.mean_wait(), 0.12);
    found.covers("service_level_within_20s", exact.within(20.0), 0.03);
    found.covers("occupancy", exact.occupancy(), 0.02);
}

#[test]
fn case_3_m_m_c_c() {
    let lost = erlang_b(5, 4.0).unwrap();
    let found = queue(3, 4.0, 5, ", patience: 0").run();
    found.covers("abandonment", lost, 0.05);
    found.covers("occupancy", 4.0 * (1.0 - lost) / 5.0, 0.02);
    found.covers("wait_mean", 0.0, 0.0);
}

#[test]
fn case_4_m_m_c_m() {
    let exact = ErlangA::new(11.0 * MU, MU, 10, 1.0 / 120.0).unwrap();
    let found = Case { horizon: "40h", ..queue(4, 11.0, 10, ", patience: {exponential: {mean: 2m}}") }.run();
    found.covers("delayed", exact.delayed(), 0.03);
    found.covers("abandonment", exact.abandoned(), 0.06);
    found.covers("wait_mean", exact.mean_wait_of_served(), 0.06);
    found.covers("wait_of_all_mean", exact.mean_wait(), 0.06);
    found.covers("wait_of_abandoned_mean", exact.mean_wait_of_abandoned(), 0.06);
    found.covers("waiting_mean", exact.mean_queue(), 0.06);
    found.covers("occupancy", exact.occupancy(), 0.02);
    found.covers("service_level_within_20s", exact.served_within(20.0).unwrap(), 0.04);
}

#[test]
fn case_5_m_d_1() {
    let exact = MG1::constant(0.8 * MU, 60.0).unwrap();
    let found = Case { handling: "[{time: 1m}]", ..queue(5, 0.8, 1, "") }.run();
    found.covers("delayed", exact.delayed(), 0.02);
    found.covers("wait_mean", exact.mean_wait(), 0.06);
}

#[test]
fn case_6_m_lognormal_1() {
    let exact = MG1::varying(0.7 * MU, 60.0, 1.2).unwrap();
    let handling = "[{time: {lognormal: {mean: 1m, cv: 1.2}}}]";
    let found = Case { handling, ..queue(6, 0.7, 1, "") }.run();
    found.covers("delayed", exact.delayed(), 0.03);
    found.covers("wait_mean", exact.mean_wait(), 0.1);
}

#[test]
fn case_7_two_priorities() {
    let exact = mean_waits_of_pool(&[2.0 * MU, 2.0 * MU], MU, 5).unwrap();
    let arrivals = "[{class: high, poisson: 2/1m, priority: 1}, {class: low, poisson: 2/1m}]";
    let found = Case { horizon: "80h", ..Case::new(7, arrivals, "count: 5") }.run();
    found.covers_of("high", "wait_mean", exact[0], 0.06);
    found.covers_of("low", "wait_mean", exact[1], 0.12);
}

#[test]
fn case_8_three_priorities() {
    let exact = mean_waits_of_pool(&[1.0 * MU, 1.5 * MU, 0.7 * MU], MU, 4).unwrap();
    let arrivals = "[{class: low, poisson: 0.7/1m, priority: 2}, {class: high, poisson: 1/1m, priority: 9}, \
                    {class: middle, poisson: 1.5/1m, priority: 5}]";
    let found = Case { horizon: "80h", ..Case::new(8, arrivals, "count: 4") }.run();
    found.covers_of("high", "wait_mean", exact[0], 0.06);
    found.covers_of("middle", "wait_mean", exact[1], 0.06);
    found.covers_of("low", "wait_mean", exact[2], 0.12);
}

#[test]
fn case_9_priorities_at_one_worker() {
    let class = |per_minute: f64| Class { arrival_rate: per_minute * MU, mean: 60.0, variance: 0.0 };
    let exact = mean_waits_of_one_worker(&[class(0.3), class(0.4)]).unwrap();
    let arrivals = "[{class: high, poisson: 0.3/1m, priority: 1}, {class: low, poisson: 0.4/1m}]";
    let found = Case { handling: "[{time: 1m}]", ..Case::new(9, arrivals, "count: 1") }.run();
    found.covers_of("high", "wait_mean", exact[0], 0.05);
    found.covers_of("low", "wait_mean", exact[1], 0.06);
}

/// Four workers who take five at a time are twenty workers.
#[test]
fn case_10_capacity() {
    let exact = ErlangC::new(16.0 * MU, MU, 20).unwrap();
    let arrivals = "[{class: chats, poisson: 16/1m}]";
    let staff = "count: 4, channels: {default: {capacity: 5}}";
    let found = Case { horizon: "30h", ..Case::new(10, arrivals, staff) }.run();
    found.covers("delayed", exact.delayed(), 0.1);
    found.covers("wait_mean", exact.mean_wait(), 0.2);
    found.covers("tasks_in_hand", 4.0, 0.02);
}

#[test]
fn case_11_n_design() {
    let exact = n_design::solve(0.8, 0.5);
    let found = n_design::scenario(11);
    found.covers_of("a", "wait_mean", 60.0 * exact.wait_a, 0.06);
    found.covers_of("b", "wait_mean", 60.0 * exact.wait_b, 0.06);
    found.covers_of_group("single", "occupancy", exact.busy_single, 0.02);
    found.covers_of_group("double", "occupancy", exact.busy_double, 0.02);
}

/// Three in ten rings are not answered, and end after ten seconds; somebody else is always free.
#[test]
fn case_12_rings_missed() {
    let rings = Rings::new(0.7, None).unwrap();
    let staff = "count: 60, answers: {ignore: 0.3, back_after: 30s}";
    let found = Case { ring: 10, horizon: "50h", ..Case::new(12, "[{class: calls, poisson: 2/1m}]", staff) }.run();
    found.covers("wait_mean", 10.0 * rings.mean_missed(), 0.06);
    found.covers("delayed", 1.0 - rings.answered_at(1), 0.04);
    found.covers("service_level_within_20s", (1..=3).map(|ring| rings.answered_at(ring)).sum(), 0.01);
    found.covers_ratio(("reservations_created", "handled"), rings.mean(), 0.02);
    found.covers_ratio(("reservations_timed_out", "handled"), rings.mean_missed(), 0.06);
}

/// Answers take an exponential time; a ring ends before the longer ones.
#[test]
fn case_13_rings_answered_in_time() {
    let (rate, timeout) = (1.0 / 8.0, 10.0);
    let rings = Rings::timed(rate, timeout, None).unwrap();
    let in_time = 1.0 / rate - timeout * (1.0 / rings.answered_at(1) - 1.0);
    let staff = "count: 60, answers: {after: {exponential: {mean: 8s}}, back_after: 30s}";
    let found = Case { ring: 10, horizon: "50h", ..Case::new(13, "[{class: calls, poisson: 2/1m}]", staff) }.run();
    found.covers("wait_mean", timeout * rings.mean_missed() + in_time, 0.04);
    found.covers_ratio(("reservations_created", "handled"), rings.mean(), 0.02);
}

/// The rate climbs and falls; everybody is taken at once.
#[test]
fn case_14_a_day() {
    let hours = |at: f64| at * 3_600.0;
    let stretch = |from, until, [first, last]: [f64; 2]| Stretch {
        from: hours(from),
        until: hours(until),
        rate_from: first * MU,
        rate_until: last * MU,
    };
    let profile = Profile::new(vec![stretch(0.0, 2.0, [1.0, 9.0]), stretch(2.0, 3.0, [9.0, 2.0])]).unwrap();
    let arrivals = "[{class: calls, linear: [{at: 0, rate: 1/1m}, {at: 2h, rate: 9/1m}, {at: 3h, rate: 2/1m}]}]";
    let case = Case {
        warm_up: "0",
        horizon: "4h",
        interval: Some("30m"),
        replications: 200,
        handling: "[{time: {uniform: {from: 5m, to: 15m}}}]",
        ..Case::new(14, arrivals, "count: 300")
    };
    let lasting = |time: f64| ((900.0 - time) / 600.0).clamp(0.0, 1.0);
    let found = case.run();
    for place in 0..6 {
        let (from, until) = (hours(f64::from(place) / 2.0), hours(f64::from(place + 1) / 2.0));
        found.covers_in(place as usize, "offered", profile.arrivals(from, until), 0.06);
        found.covers_in(place as usize, "busy_mean", mean(from, until, |at| profile.mean_busy(at, lasting)), 0.06);
    }
    found.covers("abandoned", 0.0, 0.0);
}

/// Rates in steps, over and over.
#[test]
fn case_15_counts_in_steps() {
    let arrivals = "[{class: calls, profile: {interval: 30m, counts: [30, 60, 90], repeat: true}}]";
    let case = Case { warm_up: "0", horizon: "3h", interval: Some("30m"), replications: 100, ..Case::new(15, arrivals, "count: 20") };
    let found = case.run();
    for (place, count) in [30.0, 60.0, 90.0, 30.0, 60.0, 90.0].into_iter().enumerate() {
        found.covers_in(place, "offered", count, 0.08);
    }
    // Poisson counts vary by as much as they are.
    let [mean, variance] = found.moments("offered");
    assert!((variance / mean - 1.0).abs() < 0.5, "a variance of {variance} with a mean of {mean}");
}

/// By Simpson's rule.
fn mean(from: f64, until: f64, of: impl Fn(f64) -> f64) -> f64 {
    const PANELS: u32 = 30;
    let width = (until - from) / f64::from(PANELS);
    let weight = |place: u32| match place {
        0 | PANELS => 1.0,
        place if place % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=PANELS).map(|place| weight(place) * of(from + f64::from(place) * width)).sum();
    sum / 3.0 / f64::from(PANELS)
}

#[test]
fn what_is_recognized_is_told_with_its_cover() {
    let case = queue(16, 0.7, 1, "");
    let results = run(&case.text(), case.seed, 0..8, 2).1;
    let exact = ErlangC::new(0.7 * MU, MU, 1).unwrap();
    let told = results.theory.iter().find(|told| told.figure == "wait_mean").unwrap();
    assert_eq!((told.kind.name(), told.exact), ("erlang-c", exact.mean_wait()));
    assert_eq!(told.simulated, results.run.value("wait_mean"));
}
