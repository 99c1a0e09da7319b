//! Expectations about figures of the results: every figure there is, by the names they have elsewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pointsman_config::{NoFiles, SourceFile};
use pointsman_sim::Scenario;
use pointsman_sim::experiment::{Experiment, Ran, Runs};
use pointsman_sim::results::{Column, Unit};

/// Something of everything happens: two classes, queues and groups, patience, balking, redial, refusals, misses, costs.
const DAY: &str = r#"
workspace:
  multi_task_enabled: true
  timeout_activity: Offline
  task_queues:
    - {name: english, friendly_name: Calls in English, target_workers: languages HAS "en"}
    - {name: spanish, target_workers: languages HAS "es"}
  workflows:
    - name: calls
      task_reservation_timeout: 20
      configuration:
        task_routing:
          filters: [{expression: language == "es", targets: [{queue: spanish, timeout: 60}, {queue: english}]}]
          default_filter: {queue: english}
staff:
  - {group: agents, count: 3, attributes: {languages: [en]}, answers: {after: 4s, reject: 0.1, ignore: 0.1, back_after: 1m}}
  - {group: bilingual, count: 2, attributes: {languages: [en, es]}, cost_per_hour: 40}
arrivals:
  - class: calls
    poisson: 70/1h
    patience: {exponential: {mean: 2m}}
    balking: {above: 90s}
    redial: {probability: 0.5, after: 5m}
  - {class: llamadas, poisson: 20/1h, attributes: {language: es}}
handling: [{time: {lognormal: {mean: 3m, cv: 0.8}}, wrap_up: 20s}]
measure: {horizon: 2h, warm_up: 10m, interval: 30m, cost_per_hour: 25, quantiles: [0.5, 0.95]}
"#;

fn parse(text: &str) -> Result<Scenario, String> {
    let (scenario, told) = Scenario::parse(&Arc::new(SourceFile::new("s.yaml", text)), &NoFiles);
    scenario.ok_or_else(|| told.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn ran(text: &str, replications: u64) -> (Vec<Column>, Ran) {
    let (scenario, never) = (parse(text).unwrap_or_else(|told| panic!("{told}\n{text}")), AtomicBool::new(false));
    let experiment = Experiment::new(&scenario, None, &never).unwrap();
    let ran = experiment.run(&Runs { replications: 0..replications, jobs: 1 }, &never, &()).unwrap();
    (experiment.columns().to_vec(), experiment.judged(ran))
}

fn failed(text: &str, replications: u64) -> Vec<(String, String)> {
    let report = ran(text, replications).1.report.unwrap();
    report.expectations.failed.into_iter().map(|it| (it.what, it.actual)).collect()
}

/// A figure as an expectation names it, with what stands beside it.
fn term(column: &Column, beside: &str) -> String {
    let (kind, name) = column.scope.parts();
    let scope = if name.is_empty() { String::new() } else { format!("{kind}: {name}") };
    format!("{{{}: {{{scope}}}, {beside}}}", column.figure)
}

fn step(at: &str, term: &str) -> String {
    format!("  - {{at: {at}, expect: {{results: {term}}}}}\n")
}

/// Spans are written to the millisecond.
fn around(value: f64, unit: Unit) -> (String, String) {
    let (below, above) = ((value - 0.002).max(0.0), value + 0.002);
    match unit {
        Unit::Seconds => (format!("{below:.3}"), format!("{above:.3}")),
        Unit::Count | Unit::Share | Unit::Level | Unit::Cost => {
            (format!("{:.6}", value - 0.002), format!("{above:.6}"))
        }
    }
}

#[test]
fn every_figure_of_a_run_can_be_expected_and_is_what_the_results_say() {
    let (columns, ran) = ran(DAY, 1);
    let row = &ran.rows.rows[0];
    let (mut holds, mut fails, mut told) = (DAY.to_owned() + "steps:\n", DAY.to_owned() + "steps:\n", 0);
    for (column, value) in columns.iter().zip(&row.values) {
        let Some(value) = value else { continue };
        let (below, above) = around(*value, column.unit);
        holds.push_str(&step("2h", &term(column, &format!("between: [{below}, {above}]"))));
        fails.push_str(&step("2h", &term(column, &format!("'>': {above}"))));
        told += 1;
    }
    assert!(told > 150 && told + 10 > columns.len(), "{told} of {}", columns.len());
    assert_eq!(failed(&holds, 1), []);
    let names: Vec<String> = failed(&fails, 1).into_iter().map(|(what, _)| what).collect();
    let all = columns.iter().zip(&row.values).filter(|(_, value)| value.is_some());
    assert_eq!(names, all.map(|(column, _)| format!("results: {}", column.name())).collect::<Vec<_>>());
}

/// All intervals that have figures make the run; levels belong to the same time as what came.
#[test]
fn an_interval_that_begins_in_the_warm_up_has_no_figures() {
    for (warm_up, empty) in [("0s", 0), ("10m", 1), ("30m", 1), ("{tasks: 60}", 2), ("119m", 4), ("{tasks: 1000}", 4)] {
        let (columns, ran) = ran(&DAY.replace("warm_up: 10m", &format!("warm_up: {warm_up}")), 1);
        let row = &ran.rows.rows[0];
        assert_eq!(row.intervals.len(), 4);
        let (before, after) = row.intervals.split_at(empty);
        assert!(before.iter().flatten().all(Option::is_none), "{warm_up}: {before:?}");
        // `offered` is the first figure of an interval, and how many were there and busy are the last ones.
        let is_told = |it: &Vec<Option<f64>>| it[0].is_some() && it.iter().rev().take(3).all(Option::is_some);
        assert!(after.iter().all(is_told), "{warm_up}: {after:?}");
        let came: f64 = after.iter().filter_map(|it| it[0]).sum();
        let place = columns.iter().position(|column| column.name() == "offered").unwrap();
        if matches!(warm_up, "0s" | "30m") {
            assert_eq!(row.values[place], Some(came), "{warm_up}");
        }
    }
}

#[test]
fn replications_judge_a_figure_together_when_it_is_to_be_sure() {
    let (columns, whole) = ran(DAY, 10);
    let place = columns.iter().position(|column| column.name() == "group.agents.reservations_rejected").unwrap();
    let values: Vec<f64> = whole.rows.rows.iter().filter_map(|row| row.values[place]).collect();
    let mean = values.iter().sum::<f64>() / 10.0;
    let (most, least) = values.iter().fold((0.0_f64, f64::MAX), |(most, least), it| (most.max(*it), least.min(*it)));
    assert!(least < mean && mean < most, "{values:?}");
    let with = |beside: &str| format!("{DAY}steps:\n{}", step("2h", &term(&columns[place], beside)));
    // Alone, some replications are above the mean; together they are surely below the most, and not surely below the mean.
    let alone = values.iter().filter(|value| **value > mean).count();
    assert_eq!(failed(&with(&format!("'<=': {mean}")), 10).len(), alone);
    assert_eq!(failed(&with(&format!("'<=': {}, confidence: 0.95", mean * 2.0)), 10), []);
    let said = failed(&with(&format!("'<=': {mean}, confidence: 0.95")), 10);
    assert_eq!((said.len(), said[0].1.ends_with("over 10 replications")), (1, true), "{said:?}");
    assert!(failed(&with("'<=': 1000, confidence: 0.95"), 1)[0].1.contains("run more"));
}

#[test]
fn a_figure_on_the_way_is_what_it_would_be_if_the_run_ended_then() {
    let text = DAY.replace("horizon: 2h", "horizon: 2h, most_events: 100000");
    let early = |horizon: &str| ran(&text.replace("horizon: 2h", &format!("horizon: {horizon}")), 1);
    let (columns, half) = early("1h");
    let mut with = text.clone() + "steps:\n";
    for (column, value) in columns.iter().zip(&half.rows.rows[0].values) {
        let Some(value) = value else { continue };
        let (below, above) = around(*value, column.unit);
        with.push_str(&step("1h", &term(column, &format!("between: [{below}, {above}]"))));
    }
    assert_eq!(failed(&with, 1), []);
    // Looking changes nothing.
    assert_eq!(ran(&with, 1).1.rows.rows[0].values, ran(&text, 1).1.rows.rows[0].values);
}

#[test]
fn everything_of_a_time_has_happened_before_figures_of_it_are_looked_at() {
    let text = DAY.replace("poisson: 20/1h", "at: [1h, 90m]").replace("poisson: 70/1h", "at: [3h]");
    let step = |at, count| step(at, &format!("{{offered: {{class: llamadas}}, '==': {count}}}"));
    let steps = [step("59m", 0), step("1h", 1), step("90m", 2), step("2h", 2)].concat();
    assert_eq!(failed(&format!("{text}steps:\n{steps}"), 1), []);
    // Among others of the same time each sample stays with what asks for it.
    let mut both = text + "steps:\n";
    writeln!(both, "  - {{at: 1h, expect: {{results: {{offered: 1, confidence: 0.9}}}}}}").unwrap();
    writeln!(both, "  - {{at: 1h, expect: {{statistics: {{tasks_created: 0, confidence: 0.9}}}}}}").unwrap();
    assert_eq!(failed(&both, 2), []);
}

/// Half of the time two workers have three chats in hand, of two each; voice, which no class uses, counts for nothing.
#[test]
fn utilisation_is_the_share_of_places_and_occupancy_that_of_time() {
    let text = r#"
workspace:
  multi_task_enabled: true
  activities: [{name: Offline, available: false}, {name: Busy, available: false}, {name: Available, available: true}]
  task_channels: [{name: voice}, {name: chat}]
  task_queues: [{name: all, target_workers: 1==1, reservation_activity: Busy, assignment_activity: Busy}]
  workflows: [{name: only, configuration: {task_routing: {default_filter: {queue: all}}}}]
  workers:
    - {name: ann, activity: Available, channels: {chat: {capacity: 2}}}
    - {name: bob, activity: Available, channels: {chat: {capacity: 2}}}
staff: [{group: agents, workers: [ann, bob]}]
arrivals: [{class: chats, task_channel: chat, at: [0s, 0s, 0s]}]
handling: [{time: 30m}]
measure: {horizon: 1h}
steps:
"#;
    let judged = |text: &str, utilisation: f64, occupancy: f64| {
        let figure = |name, value| step("1h", &format!("{{{name}: {{group: agents}}, '==': {value}}}"));
        let steps = figure("utilisation", utilisation) + &figure("occupancy", occupancy);
        assert_eq!(failed(&format!("{text}{steps}"), 1), []);
    };
    judged(text, 1.5 / 4.0, 0.5);
    let more = "  - {at: 30m, do: update_worker_channel, worker: ann, task_channel: chat, capacity: 4}\n";
    judged(&format!("{text}{more}"), 1.5 / 5.0, 0.5);
    // Bob takes no chats: ann has two, and then the third.
    let none = "  - {at: 0, do: update_worker_channel, worker: bob, task_channel: chat, available: false}\n";
    judged(&format!("{text}{none}"), 1.5 / 2.0, 0.5);
    // One place each: both are the same.
    judged(&text.replace("multi_task_enabled: true", "multi_task_enabled: false"), 0.75, 0.75);
}

#[test]
fn a_figure_that_nothing_tells_fails() {
    let text = DAY.replace("poisson: 20/1h", "at: [3h]");
    let said = failed(&format!("{text}steps:\n{}", step("2h", "{wait_max: {class: llamadas}, '<=': 1h}")), 1);
    assert_eq!(said, [("results: class.llamadas.wait_max".to_owned(), "no figure: nothing tells it".to_owned())]);
}

#[test]
fn what_cannot_be_meant_is_refused_at_its_place() {
    let line = DAY.lines().count() + 2;
    let refused = |term: &str, expected: &[&str]| {
        let Err(told) = parse(&format!("{DAY}steps:\n{}", step("2h", term))) else { panic!("{term} is accepted") };
        for expected in [&*format!("s.yaml:{line}:"), "error"].iter().chain(expected) {
            assert!(told.contains(expected), "`{expected}` is not in\n{told}");
        }
    };
    refused("{wait_men: {}, '<=': 5}", &[":33: error", "there is no figure `wait_men`", "did you mean `wait_mean`?"]);
    refused("{wait_p90: {}, '<=': 5}", &["did you mean `wait_p50`?"]);
    refused("{occupancy: {class: calls}, '<=': 1}", &["the class `calls` has no figure `occupancy`"]);
    refused("{blocked: {group: agents}, '<=': 1}", &["the group `agents` has no figure `blocked`"]);
    refused("{wait_mean: {class: cals}, '<=': 5}", &["there is no class `cals`", "did you mean `calls`?"]);
    refused("{occupancy: {group: agent}, '<=': 1}", &["there is no group `agent`", "did you mean `agents`?"]);
    refused("{wait_mean: {queue: spansh}, '<=': 5}", &["did you mean `spanish`?"]);
    refused("{wait_mean: {clas: calls}, '<=': 5}", &["unknown key `clas`", "did you mean `class`?"]);
    refused("{wait_mean: {class: calls, queue: english}, '<=': 5}", &["a figure is of one thing"]);
    refused("{wait_mean: {class: calls}, '<=': soon}", &["a span of time"]);
    refused("{wait_mean: {class: calls}}", &["`wait_mean` is compared with nothing"]);
    refused("{}", &["there is exactly one figure"]);
    let always = DAY.to_owned() + "steps: [{at: 0, always: {results: {wait_max: {}, '<=': 1h}}}]\n";
    let Err(told) = parse(&always) else { panic!("it is looked at all the time") };
    assert!(told.contains("figures of the results are looked at once"), "{told}");
    let scripted = DAY.lines().take_while(|line| !line.starts_with("staff")).collect::<Vec<_>>().join("\n");
    let Err(told) = parse(&format!("{scripted}\nsteps:\n{}", step("2h", "{offered: 0}"))) else { panic!("accepted") };
    assert!(told.contains("a scenario without `arrivals` has no results"), "{told}");
    // What is wrong with a class is told, and not that it is missing.
    let Err(told) = parse(&format!(
        "{}steps:\n{}",
        DAY.replace("poisson: 70/1h", "poison: 70/1h"),
        step("2h", "{offered: {class: calls}, '==': 0}")
    )) else {
        panic!("accepted")
    };
    assert!(told.contains("`poison`") && !told.contains("there is no class"), "{told}");
}

#[test]
#[cfg(feature = "schema")]
fn the_schema_knows_the_name_of_every_figure() {
    let schema = pointsman_sim::scenario_schema();
    let names = schema.pointer("/properties/steps/items/anyOf/1/properties/expect/anyOf/2/properties/results/anyOf/0");
    let names = names.unwrap().pointer("/propertyNames/anyOf").unwrap();
    let fixed: Vec<&str> = names[0]["enum"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    let given: Vec<String> = ran(DAY, 1).0.into_iter().map(|column| column.figure).collect();
    let others = given.iter().filter(|name| !fixed.contains(&name.as_str())).map(String::as_str);
    let others: std::collections::BTreeSet<&str> = others.collect();
    assert_eq!(others.into_iter().collect::<Vec<_>>(), ["service_level_20s", "wait_p50", "wait_p95"]);
    assert_eq!(names[1]["pattern"], "^(service_level_.+|wait_p[0-9].*)$");
}

#[test]
fn a_queue_is_found_by_all_its_names() {
    let steps =
        ["english", "Calls in English"].map(|name| step("2h", &format!("{{offered: {{queue: {name}}}, '>': 0}}")));
    assert_eq!(failed(&format!("{DAY}steps:\n{}", steps.concat()), 1), []);
}
