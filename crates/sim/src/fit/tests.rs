//! What was drawn is found again, and what is printed is a part of a scenario.

use super::*;
use crate::Scenario;
use crate::distribution::{Distribution, Unit};
use crate::random::{Kind, Purpose, Streams};

const TABLE: &str = "\
received,kind,answered,hung_up,left
0,voice,10,70,
1800,voice,1800,1860,
3600,voice,,,3630
90000,chat,90000,90090,
90001,voice,90001,90031,
";

fn table(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new("calls.csv", text))
}

fn columns() -> Columns {
    let between = |from: &str, to: &str| Some(Recorded::Between(from.to_owned(), to.to_owned()));
    let (at, class) = ("received".to_owned(), Some("kind".to_owned()));
    Columns { at, class, handling: between("answered", "hung_up"), ..only_at() }
}

fn only_at() -> Columns {
    Columns { at: "at".to_owned(), class: None, handling: None, wrap_up: None, wait: None, given_up: None }
}

fn intervals(length: u64, repeat: Option<u64>) -> Intervals {
    let hours = |hours| Duration::from_secs(hours * 3_600);
    Intervals { length: hours(length), repeat: repeat.map(hours) }
}

#[test]
fn what_repeats_is_averaged_over_the_rounds_that_were_seen() {
    let fit = fit(&table(TABLE), &columns(), &intervals(1, Some(24))).unwrap();
    let [chat, voice] = &fit.classes[..] else { panic!("{fit:?}") };
    assert_eq!((chat.class.as_str(), chat.tasks, voice.tasks, fit.start), ("chat", 1, 4, None));
    // The first two hours were seen on both days.
    assert_eq!(voice.profile["counts"].as_array().unwrap()[..3], [json!(1), json!(1), json!(0)]);
    assert_eq!((voice.profile["counts"].as_array().unwrap().len(), &voice.profile["repeat"]), (24, &json!(true)));
    let handled = voice.handling.as_ref().unwrap();
    assert_eq!((handled.times, handled.mean), (3, 50.0));
    assert_eq!(handled.time, json!({"histogram": {"edges": ["30s", "1m"], "weights": [3]}}));
    assert_eq!(chat.handling.as_ref().unwrap().time, json!("1m30s"));
}

#[test]
fn what_does_not_fit_is_said() {
    let with = |text: &str, intervals: &Intervals| fit(&table(text), &columns(), intervals).unwrap_err();
    assert_eq!(with("received,kind,answered,hung_up\n", &intervals(1, None)), Unfit::Empty);
    assert_eq!(with(TABLE, &intervals(5, Some(24))), Unfit::Uneven);
    let tiny = Intervals { length: Duration::from_secs(1), repeat: None };
    assert_eq!(with(TABLE, &tiny), Unfit::TooManyIntervals(90_002));
    let misspelt = Columns { at: "recieved".to_owned(), ..columns() };
    let no_column = Unfit::NoColumn("recieved".to_owned(), "did you mean `received`?".to_owned());
    assert_eq!(fit(&table(TABLE), &misspelt, &tiny), Err(no_column));
    assert_eq!(with("", &tiny), Unfit::Empty);
    let twice = Unfit::TwoColumns("answered".to_owned());
    assert_eq!(with("received,kind,answered,hung_up,answered\n0,voice,1,2,3\n", &tiny), twice);
    // One that nobody names is no matter.
    let (chat, text) = (intervals(1, None), "received,kind,answered,hung_up,left,left\n0,chat,1,2,3,4\n");
    assert_eq!(fit(&table(text), &columns(), &chat).unwrap().tasks, 1);
}

#[test]
fn days_are_counted_from_the_first_one() {
    let text = "at\n2024-05-06 09:10:00\n2024-05-06T10:00:00Z\n2024-05-06 11:30:00+02:00\n";
    let columns = only_at();
    let fit = fit(&table(text), &columns, &intervals(1, None)).unwrap();
    let expected = "\
start: 2024-05-06T00:00:00Z
arrivals:
  - class: \"tasks\"    # 3 tasks
    profile: {counts: [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1], interval: 1h}
";
    assert_eq!(fit.to_yaml(), expected);
}

/// One was handled, one is in hand, one gave up, one waits; the table ends at 130 s.
const OPEN: &str = "\
at,taken,ended,wait,left
0,10,70,10,
20,30,,10,
40,,60,20,yes
100,,,,
130,,130,0,yes
";

#[test]
fn what_is_in_hand_was_taken_and_what_waits_may_wait_longer() {
    let handling = Some(Recorded::Between("taken".to_owned(), "ended".to_owned()));
    let wait = Some(Recorded::Column("wait".to_owned()));
    let columns = Columns { handling, wait, ..only_at() };
    let by_column = Columns { given_up: Some("left".to_owned()), ..columns.clone() };
    for columns in [columns, by_column] {
        let fit = fit(&table(OPEN), &columns, &intervals(1, None)).unwrap();
        let [Fitted { handling: Some(handling), patience: Some(patience), .. }] = &fit.classes[..] else {
            panic!("{fit:?}")
        };
        assert_eq!((handling.times, handling.going_on, handling.mean), (1, 1, 60.0));
        // 10, 10, 20, 30 and 0 seconds, by two.
        assert_eq!((patience.waits, patience.given_up, patience.exponential_mean), (5, 2, 35.0));
        let yaml = fit.to_yaml();
        assert!(yaml.contains("# 2 of 5 gave up") && yaml.contains("# 1 times, 1 still in hand, 60.0 s"), "{yaml}");
    }
}

/// Those that last long are those that still go on when the table ends.
#[test]
fn handling_times_that_go_on_count() {
    for (of, family) in [(json!({"lognormal": {"mean": 240, "cv": 0.8}}), "lognormal"), (exponential(), "exponential")]
    {
        let (mut survival, mut ended) = (Survival::default(), Vec::new());
        for (nth, time) in drawn(&of, 4_000, 3, 1).into_iter().enumerate() {
            let left = (4_000 - nth as u64) * 375;
            if time <= left {
                survival.abandoned(time);
                ended.push(time);
            } else {
                survival.censored(left);
            }
        }
        let handled = Handled::of(&survival).unwrap();
        let seen = ended.iter().sum::<u64>() as f64 / ended.len() as f64 / 1_000.0;
        assert!(seen < 220.0 && (handled.mean / 240.0 - 1.0).abs() < 0.04, "{seen} {handled:?}");
        assert!((mean(&handled.histogram) / 240.0 - 1.0).abs() < 0.06, "{handled:?}");
        let own = handled.shapes.iter().find(|shape| shape.family == family).unwrap();
        assert!((mean(&own.time) / 240.0 - 1.0).abs() < 0.04, "{handled:?}");
        assert_eq!((handled.times, handled.times + handled.going_on), (ended.len() as u64, 4_000));
    }
}

fn exponential() -> Value {
    json!({"exponential": {"mean": 240}})
}

#[cfg(feature = "page")]
const DAY_OF_CALLS: &str = "\
seed: 5
workspace:
  task_queues: [{name: all}]
  workflows: [{name: calls, configuration: {task_routing: {default_filter: {queue: all}}}}]
staff:
  - {group: agents, count: 10}
arrivals:
  - {class: calls, poisson: 150/1h, patience: {exponential: {mean: 3m}}}
handling:
  - {time: {lognormal: {mean: 4m, cv: 0.8}}, wrap_up: 20s}
measure: {horizon: 24h}
";

/// The table of a run gives back what it was drawn from: rates within 3 %, handling within 4 %, patience within 8 %.
#[cfg(feature = "page")]
#[test]
fn the_table_of_a_run_gives_back_its_scenario() {
    let (scenario, _) = Scenario::parse(&Arc::new(SourceFile::new("x.yaml", DAY_OF_CALLS)), &pointsman_config::NoFiles);
    let (scenario, stop) = (scenario.unwrap(), std::sync::atomic::AtomicBool::new(false));
    let outcome = crate::experiment::Experiment::new(&scenario, None, &stop).unwrap().story(0, &stop).unwrap();
    let between = |from: &str, to: &str| Some(Recorded::Between(from.to_owned(), to.to_owned()));
    let columns = Columns {
        at: "created_s".to_owned(),
        handling: between("accepted_s", "done_s"),
        wrap_up: between("done_s", "ended_s"),
        wait: Some(Recorded::Column("wait_s".to_owned())),
        ..only_at()
    };
    let fit = fit(&table(&crate::tasks_csv(&outcome).unwrap()), &columns, &intervals(24, None)).unwrap();
    let [Fitted { tasks, handling: Some(handling), wrap_up: Some(wrap_up), patience: Some(patience), .. }] =
        &fit.classes[..]
    else {
        panic!("{fit:?}")
    };
    let is_near = |found: f64, known: f64, share: f64| assert!((found / known - 1.0).abs() < share, "{found} {known}");
    is_near(*tasks as f64, 3_600.0, 0.03);
    is_near(handling.mean, 240.0, 0.04);
    is_near(mean(&handling.time), 240.0, 0.04);
    is_near(handling.time["lognormal"]["cv"].as_f64().unwrap(), 0.8, 0.04);
    is_near(mean(&patience.time), 180.0, 0.08);
    assert!(patience.time.get("exponential").is_some() && handling.going_on > 0, "{patience:?} {handling:?}");
    assert!(wrap_up.time == json!("20s") && (wrap_up.mean - 20.0).abs() < 1e-9, "{wrap_up:?}");
    let given_up = outcome.report.tasks.values().filter(|task| task.reason.as_deref() == Some("given up")).count();
    assert_eq!((patience.given_up, patience.waits), (given_up as u64, *tasks as u64));
    assert!(fit.to_yaml().contains("\n    wrap_up: 20s    # "), "{}", fit.to_yaml());
}

/// A table drawn from known distributions gives them back, and what is printed is a scenario's part.
#[test]
fn what_was_drawn_is_found_again() {
    let chance = Streams::new(2, 0).entity(Kind::Class, "voice");
    let draw = |purpose, mean: f64, nth: u64| -mean * crate::portable::ln(chance.series(purpose).nth(nth).unit());
    let mut text = "at,talk,wait,left\n".to_owned();
    for nth in 0..20_000 {
        let (patience, offered) = (draw(Purpose::Patience, 120.0, nth), draw(Purpose::Gaps, 60.0, nth));
        let talk = draw(Purpose::HandlingTime, 200.0, nth);
        let row = if patience < offered {
            format!("{nth},,{patience:.3},1\n")
        } else {
            format!("{nth},{talk:.3},{offered:.3},\n")
        };
        text.push_str(&row);
    }
    let column = |name: &str| Some(Recorded::Column(name.to_owned()));
    let columns = Columns { handling: column("talk"), wait: column("wait"), ..only_at() };
    let by_time = fit(&table(&text), &columns, &intervals(1, None)).unwrap();
    let by_column = Columns { given_up: Some("left".to_owned()), ..columns };
    assert_eq!(fit(&table(&text), &by_column, &intervals(1, None)).unwrap(), by_time);

    let patience = by_time.classes[0].patience.as_ref().unwrap();
    assert!((patience.exponential_mean - 120.0).abs() < 5.0, "{patience:?}");
    assert!((mean(&patience.time) - 120.0).abs() < 5.0, "{patience:?}");
    assert!((mean(&patience.estimate) - 120.0).abs() < 12.0, "{patience:?}");
    let handled = by_time.classes[0].handling.as_ref().unwrap();
    assert!((handled.mean - 200.0).abs() < 6.0 && (mean(&handled.histogram) / handled.mean - 1.0).abs() < 0.05);
    let proposed = [&patience.time, &handled.time].map(|time| time.get("exponential").is_some());
    assert_eq!(proposed, [true, true], "{patience:?} {handled:?}");

    let workspace = "\
workspace:
  workers: [{name: alice, activity: Available}]
  task_queues: [{name: all, target_workers: 1==1}]
  workflows: [{name: only, configuration: {task_routing: {default_filter: {queue: all}}}}]
";
    let whole = format!("{workspace}{}", by_time.to_yaml());
    let (scenario, told) =
        Scenario::parse(&Arc::new(SourceFile::new("x.yaml", whole.as_str())), &pointsman_config::NoFiles);
    assert!(scenario.is_some_and(|scenario| scenario.is_random()), "{told:?}\n{whole}");
}

fn mean(time: &Value) -> f64 {
    distribution(time).mean_or_estimate()
}

/// Times of a distribution, rounded to a step of milliseconds.
fn drawn(of: &Value, count: u64, seed: u64, step: u64) -> Vec<u64> {
    let (distribution, chance) = (distribution(of), Streams::new(seed, 0).entity(Kind::Class, "voice"));
    let one = |nth| millis(distribution.sample_span(&mut chance.series(Purpose::HandlingTime).nth(nth)));
    (0..count).map(|nth| (one(nth) + step / 2) / step * step).collect()
}

fn proposed(times: Vec<u64>) -> (String, Handled) {
    let mut survival = Survival::default();
    times.into_iter().for_each(|time| survival.abandoned(time));
    let handled = Handled::of(&survival).unwrap();
    let (family, _) = handled.time.as_object().unwrap().iter().next().unwrap();
    (family.clone(), handled)
}

/// Of many samples about one in twenty is taken for none of its family, whatever its size and however it was rounded.
#[test]
fn a_family_is_found_in_samples_of_it() {
    let families = [
        json!({"exponential": {"mean": 180}}),
        json!({"lognormal": {"mean": 240, "cv": 0.8}}),
        json!({"gamma": {"mean": 300, "cv": 0.5}}),
        json!({"gamma": {"mean": 300, "cv": 0.7}}),
    ];
    for of in &families {
        let name = of.as_object().unwrap().keys().next().unwrap();
        for (count, step) in [(100, 1), (2_000, 1), (2_000, 1_000), (300, 5_000)] {
            let seeds = 0..60;
            let own = |handled: &Handled| handled.shapes.iter().any(|it| it.family == name && it.fits());
            let kept = seeds.clone().filter(|seed| own(&proposed(drawn(of, count, *seed, step)).1)).count();
            assert!((51..=60).contains(&kept), "{of}, {count} times by {step} ms: {kept} of 60");
        }
        let (family, handled) = proposed(drawn(of, 5_000, 7, 1_000));
        assert_eq!(&family, name, "{handled:?}");
        let known = distribution(of).mean_or_estimate();
        assert!((mean(&handled.time) / known - 1.0).abs() < 0.06, "{handled:?}");
        let cv = |time: &Value| time[&family]["cv"].as_f64();
        assert!((cv(&handled.time).unwrap_or(1.0) / cv(of).unwrap_or(1.0) - 1.0).abs() < 0.06, "{handled:?}");
    }
}

#[test]
fn what_is_of_no_family_stays_a_histogram() {
    let of = [
        json!({"uniform": {"from": 60, "to": 120}}),
        json!({"mixture": [{"weight": 1, "of": {"exponential": {"mean": 20}}}, {"weight": 1, "of": 300}]}),
        json!({"shift": {"by": 60, "of": {"exponential": {"mean": 60}}}}),
    ];
    for of in &of {
        let (family, handled) = proposed(drawn(of, 2_000, 3, 1));
        assert_eq!((family.as_str(), handled.shapes.len()), ("histogram", 3), "{handled:?}");
        assert_eq!(handled.time, handled.histogram);
    }
    let (family, handled) = proposed(drawn(&json!({"exponential": {"mean": 60}}), shape::LEAST - 1, 3, 1));
    assert_eq!((family.as_str(), handled.shapes), ("histogram", Vec::new()), "too few tell nothing");
    // What took no time has no logarithm.
    let mut times = drawn(&json!({"lognormal": {"mean": 60, "cv": 0.5}}), 500, 3, 1_000);
    assert_eq!(proposed(times.clone()).0, "lognormal");
    times.push(0);
    let (family, handled) = proposed(times);
    assert_eq!((family.as_str(), handled.shapes.len()), ("histogram", 1));
}

/// Patience that is seen to end only where a task was not taken before.
fn survival(of: &Value, count: u64, seed: u64) -> Survival {
    let offered = drawn(&json!({"exponential": {"mean": 90}}), count, seed + 1_000, 1_000);
    let mut survival = Survival::default();
    for (patience, offered) in drawn(of, count, seed, 1_000).into_iter().zip(offered) {
        if patience < offered { survival.abandoned(patience) } else { survival.censored(offered) }
    }
    survival
}

#[test]
fn patience_is_exponential_where_it_may_be() {
    let fits = |of: &Value, seed| shape::patience(&survival(of, 1_000, seed)).unwrap().fits();
    let kept = (0..60).filter(|seed| fits(&json!({"exponential": {"mean": 120}}), *seed)).count();
    assert!((51..=60).contains(&kept), "{kept} of 60");
    let others = [
        json!({"gamma": {"mean": 120, "cv": 0.5}}),
        json!({"hyperexponential": [{"weight": 1, "mean": 10}, {"weight": 1, "mean": 300}]}),
        json!({"uniform": {"from": 30, "to": 200}}),
    ];
    for of in &others {
        assert_eq!((0..10).filter(|seed| fits(of, *seed)).count(), 0, "{of}");
    }
    assert_eq!(shape::patience(&survival(&json!({"exponential": {"mean": 120}}), 60, 1)), None);
}

#[test]
fn what_is_proposed_says_why() {
    let table = |of: &Value| {
        let rows = drawn(of, 400, 5, 1).into_iter().map(|time| format!("0,{},5\n", time as f64 / 1_000.0));
        table(&format!("at,talk,wait\n{}", rows.collect::<String>()))
    };
    let column = |name: &str| Some(Recorded::Column(name.to_owned()));
    let columns = Columns { handling: column("talk"), ..only_at() };
    let said = |of: &Value| fit(&table(of), &columns, &intervals(1, None)).unwrap().to_yaml();
    let found = said(&json!({"exponential": {"mean": 60}}));
    assert!(
        found.contains("    # exponential is 0.0") && found.contains("\n    time: {exponential: {mean: "),
        "{found}"
    );
    let found = said(&json!({"uniform": {"from": 60, "to": 120}}));
    assert!(found.contains("    # a histogram: exponential is 0.4") && found.contains("; gamma 0.0"), "{found}");
    assert!(found.contains("\n    time: {histogram: "), "{found}");
}

fn distribution(of: &Value) -> Distribution {
    let node = parse_json(&Arc::new(SourceFile::new("time", of.to_string()))).unwrap();
    let (names, limits) = (Names::new(), Limits::default());
    let mut reader = Reader::new(Context::new(&names, &limits));
    Distribution::read(&mut reader, &node, Unit::Time).unwrap()
}
