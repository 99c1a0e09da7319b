//! What no task reaches, and where a task is canceled.

use pointsman::lint::{Code, lint_workflow};
use pointsman::{FilterSpec, TargetSpec, WorkflowConfiguration};

use super::{check, filters, kept, left, minutes, to_all};

/// The codes told about a configuration, the missing default filter among them.
fn codes(configuration: &WorkflowConfiguration) -> Vec<&'static str> {
    lint_workflow(configuration, None).iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_filter_is_hidden_by_one_that_keeps_its_tasks() {
    check(&filters([kept("a IN [1, 2]"), kept("a == 1")]), &["unreachable-filter at filters[1]"]);
    check(&filters([kept("a == 1"), kept("a IN [1, 2]")]), &[]);
    check(&filters([kept("a == 1"), kept("b == 1"), kept("a == 1 AND c == 1")]), &["unreachable-filter at filters[2]"]);
}

#[test]
fn a_filter_is_hidden_by_several_together() {
    check(&filters([kept("a == 1"), kept("a == 2"), kept("a IN [1, 2]")]), &["unreachable-filter at filters[2]"]);
    check(&filters([kept("a > 3"), kept("a <= 3"), kept("a >= 0 AND b == 1")]), &["unreachable-filter at filters[2]"]);
    check(&filters([kept("a > 3"), kept("a < 3"), kept("a >= 0 AND b == 1")]), &[]);
}

#[test]
fn a_filter_that_can_be_left_hides_nothing() {
    let ladder = FilterSpec::new("1==1").target(to_all().timeout(minutes(5))).target(to_all().skip_if("1==1"));
    check(&filters([ladder, kept("a == 1")]), &["last-target-skip at filters[0].targets[1].skip_if"]);
    check(&filters([left("a == 1"), kept("a == 1")]), &[]);
    let held = FilterSpec::new("a == 1").target(to_all().skip_if("1==0")).target(to_all().timeout(minutes(5)));
    check(
        &filters([held, kept("a == 1")]),
        &[
            "~never-holds at filters[0].targets[0].skip_if",
            "unreachable-target at filters[0].targets[1]",
            "unreachable-filter at filters[1]",
        ],
    );
}

#[test]
fn filters_behind_one_for_everything_are_told_once() {
    let findings = lint_workflow(&filters([kept("1==1"), kept("a == 1"), kept("b == 1"), kept("c == 1")]), None);
    let [one] = &findings[..] else { panic!("{findings:#?}") };
    assert_eq!((one.code, one.at.path_text().as_str()), (Code::UnreachableFilter, "filters[1]"));
    assert!(one.message.ends_with("(and in 2 more places)"), "{one}");
}

#[test]
fn the_time_of_day_may_be_another_when_a_filter_is_left() {
    let morning = "taskrouter.currentHour < 12";
    check(&filters([kept(morning), kept("taskrouter.currentHour < 8")]), &["unreachable-filter at filters[1]"]);
    let [early, later] = [kept(morning), kept("taskrouter.currentHour < 8")];
    let between = filters([early, left("a == 1"), later]);
    check(&between, &["last-target-timeout at filters[1].targets[0].timeout"]);
    let fixed = filters([kept("b == 1"), left("a == 1"), kept("b == 1 AND a == 1")]);
    check(&fixed, &["last-target-timeout at filters[1].targets[0].timeout", "unreachable-filter at filters[2]"]);
}

#[test]
fn a_step_that_is_never_left_hides_those_below() {
    let two = |first: TargetSpec| filters([FilterSpec::new("a == 1").target(first).target(to_all())]);
    check(&two(to_all()), &["unreachable-target at filters[0].targets[1]"]);
    check(&two(to_all().timeout(minutes(1))), &[]);
    check(&two(to_all().skip_if("1==1")), &[]);
    let three = FilterSpec::new("a == 1").target(to_all()).target(to_all()).target(to_all());
    check(&filters([three]), &["unreachable-target at filters[0].targets[1]"]);
}

#[test]
fn the_default_filter_is_needed_unless_the_filters_take_everything() {
    assert_eq!(codes(&WorkflowConfiguration::new()), ["no-default-filter"]);
    assert_eq!(codes(&filters([kept("a == 1")])), ["no-default-filter"]);
    assert_eq!(codes(&filters([kept("1==1")])), [""; 0]);
    assert_eq!(codes(&filters([kept("a != null"), kept("a == null")])), [""; 0]);
    assert_eq!(codes(&filters([kept("a == 1")]).default_filter(to_all())), [""; 0]);
    assert_eq!(codes(&filters([kept("1==1")]).default_filter(to_all())), ["unreachable-default-filter"]);
    let skipped = FilterSpec::new("1==1").target(to_all().skip_if("1==1"));
    assert_eq!(codes(&filters([skipped]).default_filter(to_all())), [""; 0]);
}

#[test]
fn the_end_of_the_last_step_cancels() {
    check(&filters([left("a == 1")]), &["last-target-timeout at filters[0].targets[0].timeout"]);
    let told = ["~default-filter-no-rescue at default_filter", "last-target-timeout at filters[0].targets[0].timeout"];
    check(&filters([left("a == 1")]).default_filter(to_all()), &told);
    check(&filters([left("a == 1"), kept("1==1")]), &[]);
    check(&filters([left("a == 1"), kept("a != null")]), &[]);
    check(&filters([left("a == 1"), kept("a == 2")]), &["last-target-timeout at filters[0].targets[0].timeout"]);
    let hidden = filters([kept("a == 1"), left("a == 1")]);
    check(&hidden, &["unreachable-filter at filters[1]"]);
}

#[test]
fn only_a_default_filter_catches_what_is_skipped() {
    let skipped = || FilterSpec::new("a == 1").target(to_all().skip_if("1==1"));
    check(&filters([skipped()]), &["last-target-skip at filters[0].targets[0].skip_if"]);
    check(&filters([skipped()]).default_filter(to_all()), &[]);
    check(&filters([skipped(), kept("a == 1")]), &[]);
    // Who leaves an earlier filter by timeout cannot come there, whatever is skipped later.
    let late = filters([left("1==1"), FilterSpec::new("1==1").target(to_all().skip_if("1==1"))]);
    let late = late.default_filter(to_all());
    check(&late, &["~unreachable-default-filter at default_filter"]);
}
