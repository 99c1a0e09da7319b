//! Processes against theory at seeds chosen beforehand, given instants and traces to the millisecond, and every error
//! at its place. `POINTSMAN_EFFORT` multiplies the number of replications.

use std::sync::Arc;

use pointsman::{Limits, Timestamp};
use pointsman_config::{Context, Files, Names, NoFiles, SourceFile, parse_yaml};
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::*;
use crate::random::{Entity, Kind, Streams};
use crate::reading::Reader;

/// Chosen before the first run, and not again.
const SEED: u64 = 20_240_507;

/// So many standard errors are exceeded once in some hundred million times.
const FAR: f64 = 6.0;

fn class(replication: u64) -> Entity {
    Streams::new(SEED, replication).entity(Kind::Class, "voice")
}

fn read_with(text: &str, files: &dyn Files) -> Result<ArrivalProcess, Vec<String>> {
    let document = parse_yaml(&Arc::new(SourceFile::new("f.yaml", text))).unwrap();
    let (names, limits) = (Names::new(), Limits::default());
    let start = Timestamp::from_millis(1_714_986_000_000);
    let mut reader = Reader::new(Context::new(&names, &limits).start(start).files(files));
    let mut fields = reader.mapping(&document, "a class").unwrap();
    let process = ArrivalProcess::read(&mut reader, &mut fields);
    fields.finish(&mut reader, &KEYS);
    let complaints: Vec<String> = reader.diagnostics.iter().map(ToString::to_string).collect();
    if complaints.is_empty() { Ok(process.expect("read without a complaint")) } else { Err(complaints) }
}

fn process(text: &str) -> ArrivalProcess {
    read_with(text, &NoFiles).unwrap_or_else(|complaints| panic!("{text}: {complaints:#?}"))
}

fn instants(text: &str, count: usize) -> Vec<u64> {
    process(text).arrivals(class(0)).take(count).map(|arrival| millis(arrival.at)).collect()
}

#[allow(clippy::disallowed_methods, reason = "the one place here where tests read how hard to try")]
fn replications() -> u64 {
    let effort = std::env::var("POINTSMAN_EFFORT").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    (effort.clamp(1.0, 100.0) * 400.0) as u64
}

const MINUTE: u64 = 60_000;

/// How many tasks arrive in each of so many stretches of ten minutes, in every replication.
fn counts(process: &ArrivalProcess, stretches: usize) -> Vec<Vec<f64>> {
    let end = 10 * MINUTE * stretches as u64;
    let replication = |number| {
        let mut counts = vec![0.0; stretches];
        let within = process.arrivals(class(number)).take_while(|arrival| millis(arrival.at) < end);
        within.for_each(|arrival| counts[(millis(arrival.at) / (10 * MINUTE)) as usize] += f64::from(arrival.count));
        counts
    };
    (0..replications()).map(replication).collect()
}

/// Mean, variance, and the standard errors of both.
fn moments(sample: &[f64]) -> [f64; 4] {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let central = |power: u32| sample.iter().map(|x| (0..power).fold(1.0, |y, _| y * (x - mean))).sum::<f64>() / n;
    let (variance, fourth) = (central(2), central(4));
    [mean, variance, (variance / n).sqrt(), ((fourth - variance * variance) / n).sqrt()]
}

/// The counts of all stretches together, in every replication.
fn totals(counts: &[Vec<f64>]) -> Vec<f64> {
    counts.iter().map(|counts| counts.iter().sum()).collect()
}

#[track_caller]
fn near(what: &str, found: f64, expected: f64, error: f64) {
    assert!((found - expected).abs() <= FAR * error, "{what}: {found:.3}, not {expected:.3} ({error:.3})");
}

/// Arrivals that are independent of each other: the counts of every stretch have the mean that is expected, and the same
/// variance; so has the count of the whole, which it would not have if stretches hung together.
fn check_independent(text: &str, stretches: usize) {
    let process = process(text);
    let counts = counts(&process, stretches);
    let time = |stretch: usize| Duration::from_millis(10 * MINUTE * stretch as u64);
    let check = |what: String, from, to, sample: Vec<f64>| {
        let expected = process.expected(time(from), time(to));
        let [mean, variance, mean_error, variance_error] = moments(&sample);
        near(&format!("{text}: mean of {what}"), mean, expected, mean_error);
        near(&format!("{text}: variance of {what}"), variance, expected, variance_error);
    };
    for stretch in 0..stretches {
        let sample = counts.iter().map(|counts| counts[stretch]).collect();
        check(format!("stretch {stretch}"), stretch, stretch + 1, sample);
    }
    check("all".to_owned(), 0, stretches, totals(&counts));
}

const INDEPENDENT: &[&str] = &[
    "{poisson: 6/1m}",
    "{poisson: 6/1m, from: 15m, until: 45m}",
    "{poisson: 4/1m, bursts: [{from: 5m, for: 10m, multiply: 3}, {from: 12m, for: 20m, multiply: 0.5}]}",
    "{profile: {interval: 5m, counts: [10, 0, 40, 25.5, 3]}, from: 7m}",
    "{profile: {interval: 8m, rates: [3/1m, 10/1m, 60/1h], repeat: true}, bursts: [{from: 20m, for: 5m, multiply: 0}]}",
    "{linear: [{at: 0, rate: 2/1m}, {at: 30m, rate: 8/1m}, {at: 30m, rate: 3/1m}, {at: 1h, rate: 0/1m}]}",
    "{linear: [{at: 10m, rate: 0/1m}, {at: 40m, rate: 9/1m}], bursts: [{from: 15m, for: 10m, multiply: 2}], until: 35m}",
];

#[test]
fn independent_arrivals_come_as_often_as_expected_in_every_stretch() {
    INDEPENDENT.iter().for_each(|text| check_independent(text, 6));
}

/// The tests above would notice an error of a few percent.
#[test]
#[should_panic(expected = "variance of all")]
fn arrivals_that_hang_together_are_found_out() {
    let all = counts(&process("{poisson: 6/1m, day_factor: 0.1}"), 6);
    let [_, variance, _, error] = moments(&totals(&all));
    near("variance of all", variance, 360.0, error);
}

#[test]
fn expectations_are_the_areas_under_the_rate() {
    let minutes = |minutes| Duration::from_millis(minutes * MINUTE);
    for (text, from, to, expected) in [
        ("{poisson: 6/1m}", 0, 10, 60.0),
        ("{poisson: 6/1m, from: 5m, until: 8m}", 0, 10, 18.0),
        ("{poisson: 6/1m, batch: {choice: {1: 1, 3: 1}}}", 0, 10, 120.0),
        ("{poisson: 6/1m, bursts: [{from: 2m, for: 1m, multiply: 0}, {from: 5m, for: 1m, multiply: 3}]}", 0, 10, 66.0),
        ("{profile: {interval: 5m, counts: [10, 20]}}", 0, 60, 30.0),
        ("{profile: {interval: 5m, counts: [10, 20], repeat: true}}", 0, 60, 180.0),
        ("{profile: {interval: 5m, counts: [10, 20]}, from: 5m}", 0, 10, 10.0),
        ("{linear: [{at: 0, rate: 2/1m}, {at: 1h, rate: 8/1m}]}", 0, 60, 300.0),
        ("{linear: [{at: 0, rate: 2/1m}, {at: 1h, rate: 8/1m}]}", 30, 120, 195.0),
        ("{renewal: 10s}", 0, 10, 60.0),
        ("{renewal: {uniform: {from: 0, to: 20}}, day_factor: 0.5}", 0, 10, 60.0),
        ("{at: [0, 5m, 5m, 12m], bursts: [{from: 0, for: 1s, multiply: 0}]}", 0, 10, 2.0),
    ] {
        let found = process(text).expected(minutes(from), minutes(to));
        assert!((found - expected).abs() < 1e-9, "{text}: {found}");
    }
}

#[test]
fn rates_are_per_second_and_zero_when_the_process_is_off() {
    let rate = |text, minute: u64| process(text).rate_at(Duration::from_millis(minute * MINUTE));
    let line = "{linear: [{at: 0, rate: 60/1m}, {at: 10m, rate: 120/1m}], from: 5m, bursts: [{from: 10m, for: 1m, multiply: 4}]}";
    assert_eq!([0, 5, 9, 10, 11, 15].map(|minute| rate(line, minute)), [0.0, 1.0, 1.4, 6.0, 1.6, 0.0].map(Some));
    assert_eq!(rate("{renewal: 8s, batch: 2}", 1), Some(0.25));
    assert_eq!(rate("{at: [0]}", 0), None);
}

#[track_caller]
fn check_total(counts: &[Vec<f64>], mean: f64, variance: f64) {
    let [found, spread, mean_error, variance_error] = moments(&totals(counts));
    near("mean", found, mean, mean_error);
    near("variance", spread, variance, variance_error);
}

/// One factor a day makes the counts of a day spread by more than they would, and all stretches of it together.
#[test]
fn a_busy_day_is_busy_all_day() {
    let counts = counts(&process("{poisson: 6/1m, day_factor: 0.5}"), 6);
    check_total(&counts, 360.0, 360.0 + 180.0 * 180.0);
    let products: Vec<f64> = counts.iter().map(|counts| (counts[0] - 60.0) * (counts[5] - 60.0)).collect();
    let [covariance, _, error, _] = moments(&products);
    near("covariance", covariance, 30.0 * 30.0, error);
}

/// Three days, each as busy as it is for itself: counts of a day spread by its factor, and days are independent.
#[test]
fn every_day_has_a_factor_of_its_own() {
    let process = process("{profile: {interval: 7h, counts: [35, 70, 7], repeat: true}, day_factor: 0.5, until: 72h}");
    let day = 24 * 60 * MINUTE;
    let counts: Vec<Vec<f64>> = (0..replications())
        .map(|number| {
            let mut counts = vec![0.0; 3];
            process.arrivals(class(number)).for_each(|arrival| counts[(millis(arrival.at) / day) as usize] += 1.0);
            counts
        })
        .collect();
    for place in 0..3 {
        let at = |days: u64| Duration::from_millis(days * day);
        let expected = process.expected(at(place), at(place + 1));
        let of_day: Vec<f64> = counts.iter().map(|counts| counts[place as usize]).collect();
        let [found, spread, mean_error, variance_error] = moments(&of_day);
        near("mean", found, expected, mean_error);
        near("variance", spread, expected + 0.25 * expected * expected, variance_error);
    }
    let products: Vec<f64> = counts
        .iter()
        .map(|counts| (counts[0] - process.expected(Duration::ZERO, Duration::from_millis(day))) * counts[2])
        .collect();
    let [covariance, _, error, _] = moments(&products);
    near("covariance", covariance, 0.0, error);
}

#[test]
fn batches_come_at_one_instant() {
    let counts = counts(&process("{poisson: 6/1m, batch: {choice: {1: 7, 4: 3}}}"), 3);
    check_total(&counts, 180.0 * 1.9, 180.0 * (0.7 + 0.3 * 16.0));
}

/// The count of a renewal process that has run for long has the variance of a gap, in units of its mean squared.
#[test]
fn gaps_that_vary_little_make_counts_that_vary_little() {
    let process = process("{renewal: {gamma: {mean: 10s, cv: 0.5}}, until: 4h}");
    let counts = (0..replications()).map(|number| process.arrivals(class(number)).count() as f64);
    let [mean, variance, mean_error, variance_error] = moments(&counts.collect::<Vec<_>>());
    near("mean", mean, 1_440.0 + (0.25 - 1.0) / 2.0, mean_error);
    near("variance", variance, 1_440.0 * 0.25, variance_error + 1.0);
}

#[test]
fn gaps_go_by_faster_in_a_burst_and_not_at_all_in_an_outage() {
    assert_eq!(instants("{renewal: 10s, until: 40s}", 9), [10_000, 20_000, 30_000]);
    assert_eq!(instants("{renewal: 0.1, from: 1s}", 8), [1_100, 1_200, 1_300, 1_400, 1_500, 1_600, 1_700, 1_800]);
    let burst = "{renewal: 10s, bursts: [{from: 5s, for: 10s, multiply: 4}], until: 40s}";
    assert_eq!(instants(burst, 9), [6_250, 8_750, 11_250, 13_750, 20_000, 30_000]);
    let outage = "{renewal: 10s, bursts: [{from: 15s, for: 60s, multiply: 0}], until: 100s}";
    assert_eq!(instants(outage, 9), [10_000, 80_000, 90_000]);
}

#[test]
fn given_instants_come_in_order_within_the_window_and_not_in_an_outage() {
    let text = "{at: [10, 0, 5s, 5, 20, 30], from: 1s, until: 30s, bursts: [{from: 9s, for: 2s, multiply: 0}]}";
    assert_eq!(instants(text, 9), [5_000, 5_000, 20_000]);
}

/// Every process: in order, from its beginning to before its end.
#[test]
fn arrivals_stay_in_order_and_within_the_window() {
    for text in INDEPENDENT {
        let process = process(text);
        let (from, until) = process.window.ends();
        let instants: Vec<u64> = process.arrivals(class(1)).take(500).map(|arrival| millis(arrival.at)).collect();
        assert!(instants.is_sorted() && instants.iter().all(|at| (from..until).contains(at)), "{text}");
    }
}

#[test]
fn a_process_in_which_nothing_arrives_ends() {
    for text in [
        "{poisson: 0/1h}",
        "{profile: {interval: 1s, counts: [0, 0], repeat: true}}",
        "{linear: [{at: 0, rate: 0/1m}, {at: 1h, rate: 0/1m}]}",
        "{poisson: 1/1m, bursts: [{from: 0, for: 1h, multiply: 0}], until: 1h}",
    ] {
        assert_eq!(process(text).arrivals(class(0)).next(), None, "{text}");
    }
}

/// Whole periods are skipped, so that even one arrival in twenty thousand years is found at once.
#[test]
fn rare_arrivals_are_found_at_once() {
    let rare = "{profile: {interval: 1s, rates: [1/3650000d, 0/1s], repeat: true}}";
    assert!(instants(rare, 1)[0] > 1_000 * MINUTE);
    assert!(instants("{poisson: 1/100000000000d}", 9).is_empty());
    let mean = |text: &str| {
        let process = process(text);
        let first = |number| process.arrivals(class(number)).next().unwrap().at.as_secs_f64();
        moments(&(0..replications()).map(first).collect::<Vec<_>>())
    };
    let [mean, _, error, _] = mean("{profile: {interval: 1s, rates: [2/1h, 0/1h], repeat: true}}");
    near("first arrival", mean, 3_600.0, error);
}

#[test]
fn what_is_added_does_not_move_what_was_there() {
    let plain = instants("{poisson: 6/1m}", 50);
    assert_eq!(instants("{poisson: 6/1m, batch: {choice: {1: 1, 2: 1}}}", 50), plain);
    let burst = instants("{poisson: 6/1m, bursts: [{from: 3m, for: 1m, multiply: 5}]}", 50);
    let before = plain.iter().filter(|at| **at < 3 * MINUTE).count();
    assert!(before > 5 && burst[..before] == plain[..before] && burst[before..] != plain[before..]);
}

/// When this fails, arrivals come otherwise than before: scenarios give other figures from now on. Say so in the
/// changelog before writing the new values here.
#[test]
fn the_arrivals_are_those_of_before() {
    let more = ["{renewal: {lognormal: {mean: 10s, cv: 1}}, day_factor: 0.2, batch: {choice: {1: 7, 2: 3}}}"];
    let found: Vec<u64> = INDEPENDENT
        .iter()
        .chain(&more)
        .map(|text| {
            let arrivals = process(text).arrivals(class(0)).take(100);
            let bytes =
                arrivals.flat_map(|arrival| [millis(arrival.at), arrival.count.into()]).flat_map(u64::to_le_bytes);
            xxh3_64(&bytes.collect::<Vec<u8>>())
        })
        .collect();
    assert_eq!(found, GOLDEN, "{found:#x?}");
}

const GOLDEN: [u64; 8] = [
    0x8d4f_ba35_31f9_a2ee,
    0x8bbf_d0a2_dac3_aa23,
    0xb665_0565_03c7_60d1,
    0x9f55_b858_ddbc_5a44,
    0x3561_bd70_5389_a77b,
    0xd916_6198_7b1c_c31b,
    0x3df8_917b_2125_a004,
    0xbbe9_beb0_b9d3_32b7,
];

#[test]
fn what_was_read_is_written_so_that_it_can_be_read_again() {
    let more = ["{at: [0, 1m30s]}", "{renewal: {gamma: {mean: 10s, cv: 0.5}}, day_factor: 0.1, batch: 2}"];
    for text in INDEPENDENT.iter().chain(&more) {
        let process = process(text);
        let written = serde_json::to_string(&process).unwrap();
        assert_eq!(read_with(&written, &NoFiles), Ok(process), "{written}");
    }
}

const CALLS: &str = "received,skill,level,vip,talk_s,began,ended,patience_s
2024-05-06T09:00:01Z,\"a, \"\"b\"\"\",1,true,90,10,12.5,
2.5,c,2,false,1m30s,10,10,30

1m,d,,true,0.0004,,,1
";

fn table(path: &str) -> Result<String, String> {
    if path == "calls.csv" { Ok(CALLS.to_owned()) } else { Err("no such file".to_owned()) }
}

#[test]
fn a_trace_gives_what_was_recorded() {
    let text = "{trace: {file: calls.csv, at: received, handling: talk_s, patience: patience_s,
        attributes: {skill: skill, level: level, important: vip}}, batch: 2}";
    let trace = read_with(text, &table).unwrap();
    let rows: Vec<(u64, Value, Option<u64>, Option<u64>)> = trace
        .arrivals(class(0))
        .map(|arrival| {
            assert_eq!(arrival.count, 2);
            let row = arrival.row.unwrap();
            let times = [row.handling, row.patience].map(|span| span.map(millis));
            (millis(arrival.at), Value::Object(row.attributes.clone()), times[0], times[1])
        })
        .collect();
    assert_eq!(
        rows,
        [
            (1_000, json!({"skill": "a, \"b\"", "level": 1, "important": true}), Some(90_000), None),
            (2_500, json!({"skill": "c", "level": 2, "important": false}), Some(90_000), Some(30_000)),
            (60_000, json!({"skill": "d", "important": true}), Some(0), Some(1_000)),
        ]
    );
    assert_eq!(trace.expected(Duration::ZERO, Duration::from_secs(60)), 4.0);
    let written = serde_json::to_string(&trace).unwrap();
    assert_eq!(read_with(&written, &table), Ok(trace), "{written}");
}

#[test]
fn a_span_may_be_recorded_by_its_ends() {
    let text = "{trace: {file: calls.csv, at: received, handling: {from: began, to: ended}}}";
    let trace = read_with(text, &table).unwrap();
    let handling: Vec<_> = trace.rows().iter().map(|row| row.handling.map(millis)).collect();
    assert_eq!(handling, [Some(2_500), Some(0), None]);
    let written = serde_json::to_string(&trace).unwrap();
    assert_eq!(read_with(&written, &table), Ok(trace), "{written}");
}

/// What is wrong with a table is told in the table.
#[test]
fn errors_of_a_trace_name_line_and_column_of_the_table() {
    let trace = "{trace: {file: t.csv, at: at, handling: {from: at, to: end}, patience: wait}}";
    for (csv, expected) in [
        ("at,end,wait\n1,2,3\nsoon,2,3\n", "t.csv:3:1: error[invalid-time]: expected an instant such as"),
        ("at,end,wait\n1,0.5,3\n", "t.csv:2:3: error[impossible-value]: this lies before `1` in column `at`"),
        ("wait,at,end\n\"1\",5,\"x,y\"\n", "t.csv:2:7: error[invalid-time]"),
        ("at,end,wait\n\n\n1,2,-3\n", "t.csv:4:5: error[wrong-type]: expected a span of time"),
        (
            "at,end,wait\n2024-05-06T08:00:00Z,,\n",
            "t.csv:2:1: error[before-the-start]: this lies before the start of the scenario\n  help: write the first instant",
        ),
        ("at,end,wait\n-2,,\n", "t.csv:2:1: error[before-the-start]"),
        (
            "at,end,wait\n1,2,3\n1,2\n",
            "t.csv:3:1: error[unreadable-table]: this row has 2 cells, but there are 3 columns",
        ),
        (
            "at,end,wiat\n1,2,3\n",
            "f.yaml:1:72: error[unknown-column]: the table has no column `wait`\n  help: did you mean `wiat`?",
        ),
        (
            "wait,at,end,wait\n1,1,2,3\n",
            "f.yaml:1:72: error[ambiguous-column]: the table has more than one column `wait`\n  help: give each column",
        ),
    ] {
        let file = |_: &str| Ok(csv.to_owned());
        let complaints = read_with(trace, &file).expect_err(csv);
        assert_eq!(complaints.len(), 1, "{csv}: {complaints:#?}");
        assert!(complaints[0].starts_with(expected), "{csv}: {}", complaints[0]);
    }
    let many = |_: &str| Ok(format!("at,end,wait\n{}", "soon,,\n".repeat(1_000)));
    assert_eq!(read_with(trace, &many).expect_err("a thousand errors").len(), 20);
}

#[test]
fn impossible_processes_are_errors_at_their_place() {
    for (text, expected) in [
        (
            "{batch: 2}",
            "1:1: error[no-arrivals]: nothing says when these tasks arrive\n  help: write one of `poisson`, `renewal`",
        ),
        (
            "{poisson: 1/1m, renewal: 5s}",
            "1:26: error[impossible-value]: arrivals come from `poisson` or from `renewal`, not from both",
        ),
        (
            "{poisson: 18}",
            "1:11: error[not-a-rate]: expected a rate: so many in a span of time\n  help: did you mean `18/1s`?",
        ),
        (
            "{poisson: 18/m}",
            "1:11: error[not-a-rate]: expected a rate: so many in a span of time\n  help: did you mean `18/1m`?",
        ),
        (
            "{poisson: -1/1m}",
            "1:11: error[not-a-rate]: expected a rate: so many in a span of time\n  help: write it such as `18/1m`",
        ),
        ("{renewal: 0}", "1:11: error[impossible-value]: with gaps of 0 all tasks arrive at once"),
        ("{renewal: {exponential: {mean: -1}}}", "1:32: error[impossible-value]: a span of time is never negative"),
        ("{profile: {interval: 30m}}", "1:11: error[missing-key]: a profile needs `counts`, or `rates`"),
        (
            "{profile: {interval: 30m, counts: [1], rates: [1/1h]}}",
            "1:47: error[impossible-value]: a profile has either `counts` or `rates`",
        ),
        ("{profile: {interval: 0, counts: [1]}}", "1:22: error[impossible-value]: an interval is at least 1s long"),
        ("{profile: {interval: 30m, counts: []}}", "1:35: error[impossible-value]: `counts` is empty"),
        (
            "{profile: {interval: 30m, counts: [1, -1]}}",
            "1:39: error[impossible-value]: a count cannot be -1\n  help: write 0 or more",
        ),
        ("{profile: {interval: 30m, counts: 5}}", "1:35: error[wrong-type]: expected counts, a list"),
        (
            "{profile: {interval: 30m, count: [1], counts: [2]}}",
            "1:27: error[unknown-key]: unknown key `count`\n  help: did you mean `counts`?",
        ),
        (
            "{linear: [{at: 1h, rate: 1/1m}, {at: 0, rate: 1/1m}]}",
            "1:38: error[impossible-value]: this point lies before the one above it",
        ),
        ("{linear: [{at: 1h, rate: 1/1m}]}", "1:10: error[impossible-value]: a line needs two points"),
        (
            "{at: [0], day_factor: 0.1}",
            "1:23: error[impossible-value]: the instants are given: how busy the day is changes nothing",
        ),
        (
            "{at: [0], bursts: [{from: 0, for: 1m, multiply: 2}]}",
            "1:49: error[impossible-value]: the instants are given: there are none to add\n  help: write 0 for an outage",
        ),
        (
            "{poisson: 1/1m, bursts: [{from: 0, for: 1m, multiply: -2}]}",
            "1:55: error[impossible-value]: a factor cannot be -2",
        ),
        (
            "{poisson: 1/1m, bursts: [{from: 0, multiply: 2}]}",
            "1:26: error[missing-key]: the key `for` is missing here",
        ),
        (
            "{poisson: 1/1m, batch: 1.5}",
            "1:24: error[impossible-value]: a batch is a whole number of tasks, at least 1",
        ),
        ("{poisson: 1/1m, batch: {list: [0, 1]}}", "1:24: error[impossible-value]: a batch is"),
        (
            "{poisson: 1/1m, day_factor: -1}",
            "1:29: error[impossible-value]: a day factor cannot be -1\n  help: write 0 to 10",
        ),
        ("{poisson: 1/1m, from: 2h, until: 1h}", "1:34: error[impossible-value]: `until` does not lie behind `from`"),
        (
            "{trace: {file: other.csv, at: received}}",
            "1:16: error[unreadable-file]: cannot read `other.csv`: no such file",
        ),
        ("{trace: {file: calls.csv}}", "1:9: error[missing-key]: the key `at` is missing here"),
    ] {
        let complaints = read_with(text, &table).expect_err(text);
        assert_eq!(complaints.len(), 1, "{text}: {complaints:#?}");
        assert!(complaints[0].starts_with(&format!("f.yaml:{expected}")), "{text}: {}", complaints[0]);
    }
}
