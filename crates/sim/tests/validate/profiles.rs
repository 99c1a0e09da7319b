//! Arrivals whose rate changes with time.

use pointsman_sim::results::Results;
use pointsman_sim::theory::{Profile, Stretch};

use crate::support::{each_of, effort, experiment, one_queue, ran, scenario};

/// Handling times as they are written, and the share of them above a time, in seconds.
type Handling = (&'static str, fn(f64) -> f64);

const UNIFORM: Handling = ("{uniform: {from: 2m, to: 10m}}", |time| ((600.0 - time) / 480.0).clamp(0.0, 1.0));

const LOGNORMAL: Handling = ("{lognormal: {mean: 6m, cv: 1}}", |time| {
    let spread = libm::log(2.0);
    0.5 * libm::erfc((libm::log(time / 360.0) + 0.5 * spread) / (2.0 * spread).sqrt())
});

/// More workers than ever needed.
fn never_full(arrivals: &str, handling: Handling, measure: &str) -> String {
    one_queue(&format!(
        "
staff: [{{group: agents, count: 150}}]
arrivals: [{{class: calls, {arrivals}}}]
handling: [{{time: {}}}]
measure: {measure}
",
        handling.0
    ))
}

/// How many work on average, from one time to another.
fn mean_busy(profile: &Profile, handling: Handling, from: f64, to: f64) -> f64 {
    const PARTS: u32 = 200;
    let middle = |part: u32| from + (to - from) * (f64::from(part) + 0.5) / f64::from(PARTS);
    (0..PARTS).map(|part| profile.mean_busy(middle(part), handling.1)).sum::<f64>() / f64::from(PARTS)
}

/// Holds what comes and how many work, interval by interval; and that numbers of arrivals vary as Poisson ones do.
fn holds(text: &str, seed: u64, profile: &Profile, handling: Handling, width: f64, count: usize) {
    let scenario = scenario(text);
    let experiment = experiment(&scenario, seed);
    let replications = effort(400);
    let ran = ran(&experiment, replications, 2);
    let results = experiment.results(&ran.rows, each_of(3 * count));
    let place = column(&results, "offered");
    for (at, interval) in results.intervals.iter().enumerate() {
        let (from, to) = (at as f64 * width, (at + 1) as f64 * width);
        let exact = [("offered", profile.arrivals(from, to)), ("busy_mean", mean_busy(profile, handling, from, to))];
        for (figure, exact) in exact {
            let estimate = interval.figures.get(figure).unwrap();
            let (value, half) = (estimate.value.unwrap(), estimate.half_width.unwrap());
            println!("{from} s {figure}: exact {exact:.4}, simulated {value:.4} +- {half:.4}");
            assert!(
                half <= 0.1 * exact && (value - exact).abs() <= half,
                "{at} {figure}: {value} +- {half}, not {exact}"
            );
        }
        let values = ran.rows.rows.iter().filter_map(|row| row.intervals[at][place]);
        let expected = profile.arrivals(from, to);
        let variance = values.map(|value| (value - expected) * (value - expected)).sum::<f64>() / replications as f64;
        // A mean of squares of about normal numbers: its deviation is that of its value by sqrt(2 / n).
        let off = (variance / expected - 1.0) / (2.0 / replications as f64).sqrt();
        assert!(
            off.abs() <= each_of(3 * count).normal(),
            "{at}: {off} deviations from the variance of a Poisson number"
        );
    }
    assert_eq!(results.intervals.len(), count);
    // The whole run is recognised, and holds by the average over its parts.
    let busy = results.theory.iter().find(|theory| theory.figure == "busy_mean").unwrap();
    let exact = mean_busy(profile, handling, 0.0, width * count as f64);
    assert!((busy.exact - exact).abs() < 1e-4 * exact, "{} is not {exact}", busy.exact);
    assert_eq!((busy.kind.name(), busy.covered), ("M_t/G/infinity", Some(true)), "{busy:?}");
    let told = results.theory.iter().map(|theory| (theory.figure.as_str(), theory.covered));
    assert!(
        told.eq(
            ["delayed", "busy_mean", "tasks_in_hand", "occupancy", "utilisation"].map(|figure| (figure, Some(true)))
        )
    );
}

fn column(results: &Results, figure: &str) -> usize {
    results.intervals[0].figures.0.iter().position(|(name, _)| name == figure).unwrap()
}

const COUNTS: &str = "profile: {interval: 30m, counts: [60, 150, 140, 30]}";

fn of_counts() -> Profile {
    let counts = [60.0, 150.0, 140.0, 30.0];
    let stretch = |(place, count): (usize, &f64)| {
        let from = place as f64 * 1_800.0;
        Stretch::constant(from, from + 1_800.0, count / 1_800.0)
    };
    Profile::new(counts.iter().enumerate().map(stretch).collect()).unwrap()
}

#[test]
fn case_12_a_rate_for_each_half_hour() {
    let text = never_full(COUNTS, UNIFORM, "{horizon: 2h, interval: 30m}");
    holds(&text, 12, &of_counts(), UNIFORM, 1_800.0, 4);
}

#[test]
fn case_15_a_rate_that_rises() {
    let rise = Stretch { from: 0.0, until: 3_600.0, rate_from: 2.0 / 60.0, rate_until: 8.0 / 60.0 };
    let profile = Profile::new(vec![rise]).unwrap();
    let arrivals = "linear: [{at: 0s, rate: 2/1m}, {at: 1h, rate: 8/1m}]";
    let text = never_full(arrivals, UNIFORM, "{horizon: 1h, interval: 20m}");
    holds(&text, 15, &profile, UNIFORM, 1_200.0, 3);
}

#[test]
fn case_16_a_rate_for_each_half_hour_and_a_few_long_tasks() {
    let text = never_full(COUNTS, LOGNORMAL, "{horizon: 2h, interval: 30m}");
    holds(&text, 16, &of_counts(), LOGNORMAL, 1_800.0, 4);
}

/// Whatever has a formula for how much longer it takes is recognised, and its mean is the integral of rate by share.
#[test]
fn any_handling_time_with_a_formula_is_recognised() {
    let erlang: Handling = ("{erlang: {stages: 3, mean: 6m}}", |time| {
        let x = time / 120.0;
        libm::exp(-x) * (1.0 + x + x * x / 2.0)
    });
    let weibull: Handling = ("{weibull: {shape: 0.8, scale: 5m}}", |time| libm::exp(-libm::pow(time / 300.0, 0.8)));
    let gamma: Handling = ("{gamma: {mean: 6m, cv: 1.4142135623730951}}", |time| libm::erfc((time / 720.0).sqrt()));
    let clamped: Handling = ("{clamp: {from: 1m, to: 20m, of: {exponential: {mean: 6m}}}}", |time| match time {
        short if short < 60.0 => 1.0,
        long if long >= 1_200.0 => 0.0,
        _ => libm::exp(-time / 360.0),
    });
    let moved: Handling = ("{sum: [1m, {exponential: {mean: 5m}}]}", |time| libm::exp(-(time - 60.0).max(0.0) / 300.0));
    for handling in [UNIFORM, LOGNORMAL, erlang, weibull, gamma, clamped, moved] {
        let scenario = scenario(&never_full(COUNTS, handling, "{horizon: 2h}"));
        let experiment = experiment(&scenario, 1);
        let results = experiment.results(&ran(&experiment, 2, 1).rows, each_of(1));
        let busy = results.theory.iter().find(|theory| theory.figure == "busy_mean");
        let busy = busy.unwrap_or_else(|| panic!("{}: {:?}", handling.0, results.no_theory));
        let exact = mean_busy(&of_counts(), handling, 0.0, 7_200.0);
        assert!((busy.exact - exact).abs() < 2e-4 * exact, "{}: {} is not {exact}", handling.0, busy.exact);
    }
}
