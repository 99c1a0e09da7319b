//! Every sampler against theory, at seeds chosen beforehand: mean and variance within six standard errors, and the
//! whole distribution by the test of Kolmogorov and Smirnov, at a level of one in a million. `POINTSMAN_EFFORT`
//! multiplies the number of draws.

use std::sync::Arc;

use pointsman::Limits;
use pointsman_config::{Context, Names, SourceFile, parse_yaml};
use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use super::normal::Z90;
use super::*;
use crate::portable::exp;
use crate::random::{Entity, Kind, Purpose, Streams};
use crate::reading::Reader;

/// Chosen before the first run, and not again.
const SEED: u64 = 20_240_506;

fn entity(name: &str) -> Entity {
    Streams::new(SEED, 0).entity(Kind::Class, name)
}

fn read_as(text: &str, unit: Unit) -> Result<Distribution, Vec<String>> {
    let document = parse_yaml(&Arc::new(SourceFile::new("f.yaml", text))).unwrap();
    let (names, limits) = (Names::new(), Limits::default());
    let mut reader = Reader::new(Context::new(&names, &limits));
    let distribution = Distribution::read(&mut reader, &document, unit);
    let complaints: Vec<String> = reader.diagnostics.iter().map(ToString::to_string).collect();
    if complaints.is_empty() { Ok(distribution.expect("read without a complaint")) } else { Err(complaints) }
}

fn number(text: &str) -> Distribution {
    read_as(text, Unit::Number).unwrap_or_else(|complaints| panic!("{text}: {complaints:?}"))
}

/// A distribution as it is written, and the probability that a draw is at most `x`.
type Case = (&'static str, fn(f64) -> f64);

const CASES: &[Case] = &[
    ("{exponential: {mean: 10}}", |x| 1.0 - exp(-x / 10.0)),
    ("{uniform: {from: -2, to: 5}}", |x| ((x + 2.0) / 7.0).clamp(0.0, 1.0)),
    ("{triangular: {from: 1, mode: 2, to: 6}}", |x| {
        if x < 2.0 { (x - 1.0) * (x - 1.0) / 5.0 } else { 1.0 - (6.0 - x) * (6.0 - x) / 20.0 }
    }),
    ("{triangular: {from: 1, mode: 1, to: 6}}", |x| 1.0 - (6.0 - x) * (6.0 - x) / 25.0),
    ("{gamma: {mean: 10, cv: 0.5}}", |x| gamma_up_to(4.0, x / 2.5)),
    ("{gamma: {mean: 10, cv: 1}}", |x| gamma_up_to(1.0, x / 10.0)),
    ("{gamma: {mean: 10, cv: 2}}", |x| gamma_up_to(0.25, x / 40.0)),
    ("{gamma: {mean: 1, cv: 0.02}}", |x| gamma_up_to(2_500.0, x * 2_500.0)),
    ("{erlang: {stages: 3, mean: 10}}", |x| gamma_up_to(3.0, x / 10.0 * 3.0)),
    ("{lognormal: {mean: 10, cv: 1}}", |x| normal_up_to((ln(x) - ln(10.0) + 0.5 * ln(2.0)) / ln(2.0).sqrt())),
    ("{lognormal: {median: 8, p90: 20}}", |x| normal_up_to(ln(x / 8.0) * Z90 / ln(2.5))),
    ("{weibull: {shape: 1.5, scale: 10}}", |x| 1.0 - exp(-pow(x / 10.0, 1.5))),
    ("{weibull: {shape: 0.7, scale: 10}}", |x| 1.0 - exp(-pow(x / 10.0, 0.7))),
    ("{hyperexponential: [{weight: 3, mean: 2}, {weight: 1, mean: 20}]}", |x| {
        1.0 - 0.75 * exp(-x / 2.0) - 0.25 * exp(-x / 20.0)
    }),
    ("{pareto: {shape: 5, scale: 2}}", |x| 1.0 - pow(2.0 / x, 5.0)),
    ("{pareto: {shape: 1, scale: 2, cap: 50}}", |x| if x < 50.0 { 1.0 - 2.0 / x } else { 1.0 }),
    ("{pareto: {shape: 2, scale: 2, cap: 50}}", |x| if x < 50.0 { 1.0 - 4.0 / (x * x) } else { 1.0 }),
    ("{histogram: {edges: [0, 1, 5, 10], weights: [2, 0, 2]}}", |x| (x.min(1.0) + (x.max(5.0) - 5.0) / 5.0) / 2.0),
    ("{list: [1, 2, 2, 7]}", |x| steps(x, &[(1.0, 0.25), (2.0, 0.5), (7.0, 0.25)])),
    ("{choice: {1: 7, 2: 3, 4: 0}}", |x| steps(x, &[(1.0, 0.7), (2.0, 0.3)])),
    ("{mixture: [{weight: 1, of: 5}, {weight: 4, of: {exponential: {mean: 10}}}]}", |x| {
        0.2 * f64::from(x >= 5.0) + 0.8 * (1.0 - exp(-x / 10.0))
    }),
    ("{shift: {by: 3, of: {exponential: {mean: 10}}}}", |x| 1.0 - exp(-(x - 3.0) / 10.0)),
    ("{clamp: {from: 2, to: 20, of: {exponential: {mean: 10}}}}", |x| {
        if x < 2.0 {
            0.0
        } else if x < 20.0 {
            1.0 - exp(-x / 10.0)
        } else {
            1.0
        }
    }),
    ("{sum: [5, {exponential: {mean: 4}}, {exponential: {mean: 4}}]}", |x| gamma_up_to(2.0, (x - 5.0) / 4.0)),
];

fn steps(x: f64, values: &[(f64, f64)]) -> f64 {
    values.iter().filter(|(value, _)| *value <= x).map(|(_, share)| share).sum()
}

fn normal_up_to(z: f64) -> f64 {
    0.5 * libm::erfc(-z / 2.0_f64.sqrt())
}

/// The regularised incomplete gamma function: a series, or a continued fraction where that converges faster.
fn gamma_up_to(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = exp(shape * ln(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        let (mut term, mut sum) = (1.0 / shape, 1.0 / shape);
        for n in 1..2_000 {
            term *= x / (shape + f64::from(n));
            sum += term;
        }
        return front * sum;
    }
    let fraction = (1..2_000).rev().fold(x + 4_000.0, |below, n| {
        let n = f64::from(n);
        x + 2.0 * n - 1.0 - shape - n * (n - shape) / below
    });
    1.0 - front / fraction
}

#[allow(clippy::disallowed_methods, reason = "the one place here where tests read how hard to try")]
fn draws() -> u32 {
    let effort = std::env::var("POINTSMAN_EFFORT").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    (effort.clamp(1.0, 100.0) * 20_000.0) as u32
}

fn drawn(distribution: &Distribution, name: &str, count: u32) -> Vec<f64> {
    let mut stream = entity(name).stream(Purpose::HandlingTime);
    (0..count).map(|_| distribution.sample(&mut stream)).collect()
}

/// How far mean and variance of a sample lie from those of the distribution, in standard errors.
fn off(distribution: &Distribution, sample: &[f64]) -> (f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let moment = |power: i32| sample.iter().map(|x| (0..power).fold(1.0, |y, _| y * (x - mean))).sum::<f64>() / n;
    let (variance, fourth) = (moment(2), moment(4));
    let mean_off = (mean - distribution.mean_or_estimate()) / (variance / n).sqrt();
    let variance_off =
        distribution.variance().map(|expected| (variance - expected) / ((fourth - variance * variance) / n).sqrt());
    (mean_off.abs(), variance_off.unwrap_or(0.0).abs())
}

/// The largest difference between the shares of a sample and the probabilities, times the root of its size.
fn kolmogorov(mut sample: Vec<f64>, up_to: impl Fn(f64) -> f64) -> f64 {
    let n = sample.len() as f64;
    sample.sort_by(f64::total_cmp);
    let mut below = 0.0;
    let distances = sample.chunk_by(|a, b| a == b).map(|same| {
        let x = same[0];
        let just_below: f64 = below / n - up_to(x - 1e-9 * x.abs().max(1e-3));
        below += same.len() as f64;
        just_below.abs().max((below / n - up_to(x)).abs())
    });
    distances.fold(0.0, f64::max) * n.sqrt()
}

/// The distance that one sample in a million exceeds by chance.
const FAR: f64 = 2.7;

#[test]
fn every_sampler_follows_its_distribution() {
    for (text, up_to) in CASES {
        let distribution = number(text);
        let sample = drawn(&distribution, text, draws());
        let (mean, variance) = off(&distribution, &sample);
        let distance = kolmogorov(sample, up_to);
        assert!(mean < 6.0, "{text}: the mean is off by {mean:.1} standard errors");
        assert!(variance < 6.0, "{text}: the variance is off by {variance:.1} standard errors");
        assert!(distance < FAR, "{text}: off by {distance:.2}");
    }
}

/// The tests above would notice an error of a few percent.
#[test]
fn a_sampler_that_is_wrong_is_found_out() {
    let sample = drawn(&number("{exponential: {mean: 10.6}}"), "wrong", 20_000);
    assert!(off(&number("{exponential: {mean: 10}}"), &sample).0 > 6.0);
    assert!(kolmogorov(sample, |x| 1.0 - exp(-x / 10.0)) > FAR);
    let narrow = drawn(&number("{gamma: {mean: 10, cv: 0.45}}"), "narrow", 20_000);
    assert!(off(&number("{gamma: {mean: 10, cv: 0.5}}"), &narrow).1 > 6.0);
    assert!(kolmogorov(narrow, |x| gamma_up_to(4.0, x / 2.5)) > FAR);
}

/// When this fails, a sampler draws otherwise than before: scenarios that use it give other figures from now on. Say so
/// in the changelog before writing the new values here.
#[test]
fn the_draws_are_those_of_before() {
    let found: Vec<u64> = CASES
        .iter()
        .map(|(text, _)| {
            let draws = drawn(&number(text), text, 200);
            xxh3_64(&draws.iter().flat_map(|draw| draw.to_bits().to_le_bytes()).collect::<Vec<u8>>())
        })
        .collect();
    assert_eq!(found, GOLDEN, "{found:#x?}");
}

const GOLDEN: [u64; 24] = [
    0xd08a_8661_9b85_630f,
    0x967e_8858_4696_e2f0,
    0x780c_b9d0_9e2f_5fdd,
    0xe295_be23_a94a_e41c,
    0x1333_013e_4dcd_0952,
    0x4fc9_87a2_c043_3e52,
    0xc390_c034_69d2_56d9,
    0xd9d9_09a8_a3e5_f7cf,
    0xd387_8e07_e96f_ffcc,
    0x18e8_216d_a9f0_2ce8,
    0xdc11_3d62_776b_6773,
    0x9e7e_f8eb_6f4c_ca8b,
    0xc520_c904_afe2_a29b,
    0x02c9_9efd_1158_0db1,
    0x73e7_2171_a28b_7ea4,
    0xa6c0_25fa_34f5_9d5d,
    0x7169_4e3e_66a1_f273,
    0x6129_4e94_316e_43ac,
    0x96c1_3fc3_3bc3_e3ad,
    0x79fd_f633_3852_d671,
    0x7dd4_f217_0235_960c,
    0x0698_2c69_2262_d219,
    0xddc2_722c_d7b0_9823,
    0xa427_e270_6aa6_f55d,
];

/// A distribution's draws stay within its range, and of what is whole every draw is.
#[test]
fn draws_stay_within_the_range() {
    for (text, _) in CASES {
        let distribution = number(text);
        let (least, most) = distribution.range();
        let sample = drawn(&distribution, text, 2_000);
        assert!(sample.iter().all(|draw| (least..=most).contains(draw)), "{text}");
        assert_eq!(sample.iter().all(|draw| draw.fract() == 0.0), distribution.is_whole(), "{text}");
    }
}

#[test]
fn what_was_read_is_written_so_that_it_can_be_read_again() {
    for (text, _) in CASES {
        let distribution = number(text);
        let written = serde_json::to_string(&distribution).unwrap();
        assert_eq!(number(&written), distribution, "{written}");
    }
}

#[test]
fn times_are_spans_or_seconds_and_drawn_in_whole_milliseconds() {
    let time = |text| read_as(text, Unit::Time).unwrap();
    assert_eq!(time("5m"), Distribution::Constant(300.0));
    assert_eq!(time("0.25"), Distribution::Constant(0.25));
    assert_eq!(time("{uniform: {from: 90s, to: 2m}}"), Distribution::Uniform { from: 90.0, to: 120.0 });
    assert_eq!(time("{choice: {90s: 7, 2m: 3}}"), number("{choice: {90: 7, 120: 3}}"));
    assert_eq!(time("{list: [1m, 30]}"), number("{list: [60, 30]}"));
    let mut stream = entity("span").stream(Purpose::Patience);
    assert_eq!(time("1.5").sample_span(&mut stream), Duration::from_millis(1_500));
    assert_eq!(span(0.000_5), Duration::from_millis(1));
    assert_eq!(span(0.000_4), Duration::ZERO);
    assert_eq!(span(-3.0), Duration::ZERO);
    assert_eq!(span(f64::INFINITY), Duration::from_millis(u64::MAX));
}

#[test]
fn moments_without_a_formula_are_estimated() {
    let clamped = number("{clamp: {from: 2, to: 20, of: {exponential: {mean: 10}}}}");
    let exact = 2.0 + 10.0 * (exp(-0.2) - exp(-2.0));
    assert!((clamped.mean().unwrap() - exact).abs() < 1e-12);
    assert_eq!(clamped.variance(), None);
    let clamped = number("{clamp: {from: 2, to: 20, of: {sum: [{exponential: {mean: 5}}, {exponential: {mean: 5}}]}}}");
    let erlang = number("{clamp: {from: 2, to: 20, of: {erlang: {stages: 2, mean: 10}}}}");
    assert_eq!((clamped.mean(), clamped.variance()), (None, None));
    assert!((clamped.mean_or_estimate() - erlang.mean().unwrap()).abs() < 0.1);
    assert_eq!(number("{clamp: {to: 3, of: {choice: {1: 1, 5: 1}}}}").mean(), Some(2.0));
    assert_eq!(number("{clamp: {to: 3, of: 5}}").mean(), Some(3.0));
    assert_eq!(number("{clamp: {from: 0, of: {exponential: {mean: 10}}}}").mean(), Some(10.0));
    assert_eq!(number("{pareto: {shape: 1.5, scale: 2}}").variance(), Some(f64::INFINITY));
    assert_eq!(number("{pareto: {shape: 3, scale: 2}}").mean(), Some(3.0));
}

/// What is wrong, where, and what would be right.
#[test]
fn impossible_parameters_are_errors_at_their_place() {
    for (text, unit, expected) in [
        ("-5s", Unit::Time, "1:1: error[impossible-value]: a span of time is never negative\n  help: write 0 or more"),
        ("-5", Unit::Time, "1:1: error[impossible-value]: a span of time is never negative"),
        ("soon", Unit::Time, "1:1: error[wrong-type]: expected a span of time"),
        ("5m", Unit::Number, "1:1: error[wrong-type]: expected a number, found the text `5m`"),
        ("exponential", Unit::Time, "1:1: error[missing-parameters]: `exponential` lacks its parameters"),
        (
            "{exponental: {mean: 3}}",
            Unit::Time,
            "1:2: error[unknown-distribution]: `exponental` is not a distribution\n  help: did you mean `exponential`?",
        ),
        ("{exponential: {mean: 3}, uniform: {from: 1, to: 2}}", Unit::Time, "1:1: error[not-a-distribution]"),
        (
            "{exponential: 3}",
            Unit::Time,
            "1:15: error[wrong-type]: expected the parameters of `exponential` (`mean`), a mapping, found the number `3`",
        ),
        (
            "{exponential: {mean: 3, mena: 3}}",
            Unit::Time,
            "1:25: error[unknown-key]: unknown key `mena`\n  help: did you mean `mean`?",
        ),
        (
            "{exponential: {mean: 0}}",
            Unit::Time,
            "1:22: error[impossible-value]: `mean` cannot be 0\n  help: write more than 0",
        ),
        ("{uniform: {from: 5, to: 2}}", Unit::Number, "1:25: error[impossible-value]: `to` lies below `from`"),
        (
            "{triangular: {from: 1, mode: 9, to: 5}}",
            Unit::Number,
            "1:37: error[impossible-value]: `to` lies below `mode`",
        ),
        (
            "{gamma: {mean: 3, cv: 0}}",
            Unit::Time,
            "1:23: error[impossible-value]: `cv` cannot be 0\n  help: a coefficient of variation lies between 0.001 and 100",
        ),
        ("{erlang: {stages: 2.5, mean: 3}}", Unit::Time, "1:19: error[wrong-type]: expected a whole number of stages"),
        (
            "{lognormal: {median: 5, p90: 5}}",
            Unit::Time,
            "1:30: error[impossible-value]: `p90` does not lie above `median`",
        ),
        (
            "{lognormal: {median: 5, cv: 1}}",
            Unit::Time,
            "1:13: error[impossible-value]: a lognormal has either `mean` and `cv`, or `median` and `p90`",
        ),
        (
            "{lognormal: {median: 1, p90: 1e200}}",
            Unit::Number,
            "1:13: error[impossible-value]: with these parameters the mean is larger than any number",
        ),
        (
            "{weibull: {shape: 0, scale: 1}}",
            Unit::Number,
            "1:19: error[impossible-value]: `shape` cannot be 0\n  help: a shape lies between 0.01 and 1000",
        ),
        (
            "{hyperexponential: [{weight: 0, mean: 1}]}",
            Unit::Number,
            "1:20: error[impossible-value]: the weights add up to nothing",
        ),
        ("{hyperexponential: []}", Unit::Number, "1:20: error[impossible-value]: `hyperexponential` of nothing"),
        ("{mixture: [{weight: -1, of: 1}]}", Unit::Number, "1:21: error[impossible-value]: a weight is never negative"),
        (
            "{mixture: [{weight: 1, of: {uniform: {from: 2}}}]}",
            Unit::Number,
            "1:38: error[missing-key]: the key `to` is missing here",
        ),
        (
            "{pareto: {shape: 1, scale: 2}}",
            Unit::Number,
            "1:18: error[impossible-value]: a Pareto distribution with a shape of 1 or less has no mean\n  help: write a shape above 1, or a `cap`",
        ),
        (
            "{pareto: {shape: 1, scale: 2, cap: 1}}",
            Unit::Number,
            "1:36: error[impossible-value]: `cap` lies below `scale`",
        ),
        (
            "{histogram: {edges: [0, 1], weights: [1, 2]}}",
            Unit::Number,
            "1:38: error[impossible-value]: 2 edges do not fit 2 weights",
        ),
        (
            "{histogram: {edges: [0, 3, 2], weights: [1, 2]}}",
            Unit::Number,
            "1:28: error[impossible-value]: this edge does not lie above the one before it",
        ),
        ("{list: []}", Unit::Number, "1:8: error[impossible-value]: `list` of nothing"),
        (
            "{list: 5}",
            Unit::Number,
            "1:8: error[wrong-type]: expected values such as `[1, 2, 5]`, a list, found the number `5`",
        ),
        ("{choice: {1m: 1, 60s: 2}}", Unit::Time, "1:18: error[duplicate-key]: `60s` stands here twice"),
        ("{choice: {soon: 1}}", Unit::Time, "1:11: error[wrong-type]: expected a span of time"),
        ("{clamp: {of: 5}}", Unit::Number, "1:9: error[impossible-value]: `clamp` without a limit"),
        ("{clamp: {from: 5, to: 1, of: 5}}", Unit::Number, "1:23: error[impossible-value]: `to` lies below `from`"),
        (
            "{sum: [1, {exponential: {mean: -1}}]}",
            Unit::Time,
            "1:32: error[impossible-value]: a span of time is never negative",
        ),
    ] {
        let complaints = read_as(text, unit).expect_err(text);
        assert_eq!(complaints.len(), 1, "{text}: {complaints:#?}");
        assert!(complaints[0].starts_with(&format!("f.yaml:{expected}")), "{text}: {}", complaints[0]);
    }
}

fn attributes(text: &str) -> Result<Drawn, Vec<String>> {
    let document = parse_yaml(&Arc::new(SourceFile::new("f.yaml", text))).unwrap();
    let (names, limits) = (Names::new(), Limits::default());
    let mut reader = Reader::new(Context::new(&names, &limits));
    let drawn = Drawn::read(&mut reader, &document);
    drawn.ok_or_else(|| reader.diagnostics.iter().map(ToString::to_string).collect())
}

#[test]
fn drawn_attributes_keep_the_types_they_are_written_with() {
    let text = r#"{a: {choice: {1: 1}}, b: {choice: {"1": 1}}, c: {choice: {true: 1}}, d: {choice: {en: 1}},
        e: {list: [[en, es]]}, f: {choice: [{value: [1], weight: 2}]}, g: {uniform: {from: 2, to: 2}}, h: x}"#;
    let drawn = attributes(text).unwrap();
    let expected = json!({"a": 1, "b": "1", "c": true, "d": "en", "e": ["en", "es"], "f": [1], "g": 2.0, "h": "x"});
    let class = entity("voice");
    assert_eq!(serde_json::Value::Object(drawn.sample(&drawn.streams(class), 0)), expected);
    assert_eq!(attributes(&serde_json::to_string(&drawn).unwrap()), Ok(drawn));
}

#[test]
fn an_attribute_more_does_not_move_the_others() {
    let one = attributes("{language: {choice: {en: 1, es: 1}}}").unwrap();
    let two = attributes("{size: {list: [1, 2, 3]}, language: {choice: {en: 1, es: 1}}}").unwrap();
    let class = entity("voice");
    let (streams, others) = (one.streams(class), two.streams(class));
    let languages: Vec<_> = (0..50).map(|task| one.sample(&streams, task)["language"].clone()).collect();
    let beside: Vec<_> = (0..50).map(|task| two.sample(&others, task)["language"].clone()).collect();
    assert_eq!(languages, beside);
    assert!(languages.contains(&json!("en")) && languages.contains(&json!("es")));
}

#[test]
fn wrong_attributes_are_told_at_their_place() {
    for (text, expected) in [
        ("{a: {choice: {en: many}}}", "1:19: error[wrong-type]: expected a number"),
        ("{a: {choice: {en: 0}}}", "1:14: error[impossible-value]: the weights add up to nothing"),
        ("{a: {choice: [{value: 1}]}}", "1:15: error[missing-key]: the key `weight` is missing here"),
        ("{a: {list: []}}", "1:12: error[wrong-type]: expected values"),
        (
            "{a: {chioce: {en: 1}}}",
            "1:6: error[unknown-distribution]: `chioce` is not a distribution\n  help: did you mean `choice`?",
        ),
    ] {
        let complaints = attributes(text).expect_err(text);
        assert!(complaints[0].starts_with(&format!("f.yaml:{expected}")), "{text}: {}", complaints[0]);
    }
}

/// The mean up to a limit is the limit, less the area under the share of draws below it.
#[test]
fn means_up_to_a_limit_are_areas() {
    const PARTS: u32 = 10_000;
    for (text, up_to) in CASES {
        let distribution = number(text);
        let (least, most) = distribution.range();
        if distribution.mean_up_to(1.0).is_none() {
            assert!(text.starts_with("{sum"), "{text}");
            continue;
        }
        for limit in [0.1, 1.5, 4.0, 10.0, 30.0, 100.0] {
            let width = (limit - least).max(0.0) / f64::from(PARTS);
            let share = |x: f64| if x < most { up_to(x) } else { 1.0 };
            let below: f64 = (0..PARTS).map(|part| share(least + width * (f64::from(part) + 0.5)) * width).sum();
            let (exact, area) = (distribution.mean_up_to(limit).unwrap(), limit - below);
            // A jump is off by half a part at most.
            assert!(
                (exact - area).abs() < 1e-4 * area.abs() + width / 2.0,
                "{text} up to {limit}: {exact}, not {area}"
            );
        }
        let mean = distribution.mean().unwrap();
        assert!((distribution.mean_up_to(1e6).unwrap() - mean).abs() < 1e-9 * mean, "{text}");
        assert_eq!(distribution.mean_up_to(least - 1.0), Some(least - 1.0), "{text}");
    }
    let moved = number("{shift: {by: 2, of: {gamma: {mean: 10, cv: 0.5}}}}");
    assert_eq!(number("{sum: [2, {gamma: {mean: 10, cv: 0.5}}]}").mean_up_to(7.0), moved.mean_up_to(7.0));
}
