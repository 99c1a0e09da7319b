//! What the reader says of a model that is not sound: each error with its code, its place and its help.

use std::sync::Arc;

use pointsman_config::{Diagnostic, NoFiles, SourceFile};

use crate::Scenario;

const HEAD: &str = "\
workspace:
  activities: [{name: Offline, available: false}, {name: Available, available: true}]
  workers: [{name: alice}]
  task_queues: [{name: q, target_workers: 1==1}]
  workflows: [{name: w, configuration: {task_routing: {default_filter: {queue: q}}}}]
";
const SOUND: [(&str, &str); 4] = [
    ("arrivals", "[{class: calls, poisson: 1/1m}]"),
    ("staff", "[{group: agents, count: 2}]"),
    ("handling", "[{time: 1m}]"),
    ("measure", "{horizon: 1h}"),
];

/// What is said when one part of a sound scenario is replaced: the errors, each with the text it points at.
fn told(key: &str, value: &str) -> Vec<(Diagnostic, String)> {
    let part = |(own, sound): &(&str, &str)| format!("{own}: {}\n", if *own == key { value } else { sound });
    let text = format!("{HEAD}{}", SOUND.iter().map(part).collect::<String>());
    let (_, diagnostics) = Scenario::parse(&Arc::new(SourceFile::new("test.yaml", text.as_str())), &NoFiles);
    diagnostics.into_iter().map(|told| (told.clone(), text[told.span].to_owned())).collect()
}

/// There is exactly one error: its code, what it points at, and what it says with its help.
fn error(key: &str, value: &str, code: &str, place: &str, words: &[&str]) {
    let told = told(key, value);
    let [(found, at)] = &told[..] else { panic!("{key}: {value}: {told:?}") };
    assert_eq!((found.code, at.as_str()), (code, place), "{key}: {value}: {found:?}");
    let said = format!("{} {}", found.message, found.help.as_deref().unwrap_or_default());
    words.iter().for_each(|word| assert!(said.contains(word), "{said} without {word}"));
}

#[test]
fn a_sound_model_is_read_without_a_word() {
    assert!(told("", "").is_empty());
    let staff = "[{group: agents, workers: [alice], shifts: [{from: 0, to: 30m}]}, {group: more, count: 2}]";
    assert!(told("staff", staff).is_empty());
}

#[test]
fn two_classes_of_one_name() {
    let two = "[{class: calls, poisson: 1/1m}, {class: calls, at: [0]}]";
    error("arrivals", two, "duplicate-name", "calls", &["another class `calls`"]);
}

#[test]
fn arrivals_without_an_end_need_a_horizon() {
    error("measure", "{interval: 1h}", "no-horizon", SOUND[0].1, &["never end", "horizon"]);
    assert!(told("arrivals", "[{class: calls, poisson: 1/1m, until: 2h}]").is_empty());
}

#[test]
fn a_class_without_a_handling_time() {
    let class = SOUND[0].1.trim_matches(['[', ']']);
    error("handling", "[]", "no-handling-time", class, &["`calls`", "handling"]);
    error("handling", "[{until: 30m, time: 1m}]", "no-handling-time", class, &["`calls`"]);
}

#[test]
fn a_worker_in_two_groups() {
    let second = "{group: b, workers: [alice]}";
    error("staff", &format!("[{{group: a, workers: [alice]}}, {second}]"), "two-groups", second, &["`alice`"]);
}

#[test]
fn a_group_has_a_count_or_workers() {
    error("staff", "[{group: a}]", "who", "{group: a}", &["`count`", "`workers`"]);
    let both = "{group: a, count: 1, workers: [alice]}";
    error("staff", &format!("[{both}]"), "who", both, &["`count`"]);
}

#[test]
fn shifts_have_a_length_and_hold_their_breaks() {
    let of = |shift: &str| format!("[{{group: a, count: 1, shifts: [{shift}]}}]");
    let cases = [
        ("{from: 2h, to: 1h}", "empty-shift"),
        ("{from: 1h, to: 1h}", "empty-shift"),
        ("{from: 1h, to: 2h, breaks: [{at: 90m, for: 1h}]}", "break-outside"),
        ("{from: 1h, to: 3h, every: 1h}", "shift-overlaps"),
    ];
    cases.iter().for_each(|(shift, code)| error("staff", &of(shift), code, shift, &[]));
}

#[test]
fn who_refuses_and_who_does_not_answer_are_not_more_than_all() {
    let answers = "{reject: 0.6, ignore: 0.6}";
    error("staff", &format!("[{{group: a, count: 1, answers: {answers}}}]"), "above-one", answers, &["more than 1"]);
}

#[test]
fn the_warm_up_leaves_something_to_measure() {
    error("measure", "{horizon: 1h, warm_up: 1h}", "warm-up-too-long", "{horizon: 1h, warm_up: 1h}", &["whole run"]);
}

/// Every mapping names a key it does not know, and the one that was probably meant.
#[test]
fn unknown_keys_are_told_with_the_nearest_one() {
    let cases = [
        ("arrivals", "[{class: calls, poisson: 1/1m, patiance: 3m}]", "patiance", "patience"),
        (
            "arrivals",
            "[{class: calls, poisson: 1/1m, balking: {above: 1m, probabilty: 1}}]",
            "probabilty",
            "probability",
        ),
        ("staff", "[{group: a, count: 1, absense: 0.1}]", "absense", "absence"),
        ("staff", "[{group: a, count: 1, answers: {ignores: 0.1}}]", "ignores", "ignore"),
        ("handling", "[{time: 1m, wrapup: 3s}]", "wrapup", "wrap_up"),
        ("measure", "{horizon: 1h, quantile: [0.5]}", "quantile", "quantiles"),
    ];
    for (key, value, wrong, meant) in cases {
        let told = told(key, value);
        assert!(told.iter().any(|(it, at)| at == wrong && format!("{it:?}").contains(meant)), "{value}: {told:?}");
    }
}

#[test]
fn a_wrong_word_is_told_with_the_nearest_one() {
    let levels = "{horizon: 1h, service_levels: [{within: 20s, abandoned: bda}]}";
    let told = told("measure", levels);
    assert!(told.iter().any(|(it, at)| at == "bda" && format!("{it:?}").contains("did you mean `bad`?")), "{told:?}");
}

#[test]
fn who_is_never_given_up_never_comes_again() {
    let redial = "redial: {probability: 0.5, after: 1m}";
    let warned = |classes: &str| {
        let told = told("arrivals", &format!("[{classes}]"));
        let warnings = told.iter().filter(|(it, _)| it.code == "never-again");
        warnings.map(|(it, at)| (it.message.clone(), at.clone())).collect::<Vec<_>>()
    };
    let found = warned(&format!("{{class: calls, poisson: 1/1m, {redial}}}"));
    let message = "no task of the class `calls` ever comes again: none is given up";
    assert_eq!(found, [(message.to_owned(), "{probability: 0.5, after: 1m}".to_owned())]);
    assert!(warned(&format!("{{class: calls, poisson: 1/1m, patience: 1m, {redial}}}")).is_empty());
    // Who comes again as one of another class may have a patience of its own.
    let first = "{class: first, poisson: 1/1m, patience: 1m, redial: {probability: 1, after: 1m, class: calls}}";
    assert!(warned(&format!("{first}, {{class: calls, poisson: 1/1m, {redial}}}")).is_empty());
}

#[test]
fn a_task_comes_again_at_most_255_times() {
    let class = |times: u32| {
        let redial = format!("{{probability: 1, after: 1m, at_most: {times}}}");
        format!("[{{class: calls, poisson: 1/1m, patience: 1m, redial: {redial}}}]")
    };
    assert!(told("arrivals", &class(255)).is_empty());
    let told = told("arrivals", &class(256));
    assert!(told.iter().any(|(it, at)| at == "256" && it.message.contains("at most 255 times")), "{told:?}");
}
