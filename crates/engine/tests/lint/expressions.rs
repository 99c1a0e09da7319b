//! What expressions say by themselves.

use pointsman::{TargetSpec, TaskQueueSpec};

use super::{check, check_workspace, filters, kept, minutes, office, to_all};

#[test]
fn what_never_holds_is_told_with_what_excludes_it() {
    check(&filters([kept("a == 1 AND a == 2")]), &["never-holds at filters[0].expression `a == 1 AND a == 2`"]);
    check(&filters([kept("b == 1 AND a > 3 AND a < 2")]), &["never-holds at filters[0].expression `a > 3 AND a < 2`"]);
    check(&filters([kept("a == 1 AND b == 2")]), &[]);
    let step = |expression: &str| filters([kept("a == 1").target(to_all().expression(expression))]);
    let never = "task.a < 1 AND task.a > 2";
    let told = format!("never-holds at filters[0].targets[1].expression `{never}`");
    check(&step(never), &["unreachable-target at filters[0].targets[1]", &told]);
}

#[test]
fn constants_that_never_hold_are_meant_so() {
    check(&filters([kept("1 == 0")]), &["~never-holds at filters[0].expression"]);
    let pause = to_all().expression("1==0").timeout(minutes(5));
    let ladder = |step: TargetSpec| filters([pointsman::FilterSpec::new("a == 1").target(step).target(to_all())]);
    check(&ladder(pause), &[]);
    check(
        &filters([pointsman::FilterSpec::new("a == 1").target(to_all().expression("1==0"))]),
        &["never-holds at filters[0].targets[0].expression"],
    );
    let closed = office(to_all()).task_queue(TaskQueueSpec::new("closed", "1 == 0"));
    check_workspace(&closed, &[], &["~never-holds at task queue `closed` target_workers"]);
}

#[test]
fn what_the_parser_tells_is_not_told_again() {
    check(&filters([kept("'language' == 'es'")]), &[]);
    check(&filters([kept("a HAS ['x']")]), &[]);
    check(&filters([kept("a == 1 OR 'b' == 'c'")]), &[]);
}

#[test]
fn what_always_holds_is_told_unless_it_says_so() {
    check(&filters([kept("a == null OR a != null")]), &["always-holds at filters[0].expression"]);
    check(&filters([kept("1==1")]), &[]);
    let skipped = to_all().skip_if("workers.available >= 0").timeout(minutes(5));
    let configuration = filters([pointsman::FilterSpec::new("a == 1").target(skipped).target(to_all())]);
    let told = [
        "always-holds at filters[0].targets[0].skip_if",
        "~skip-if-ignores-capacity at filters[0].targets[0].skip_if `workers.available`",
    ];
    check(&configuration, &told);
}

#[test]
fn parts_that_decide_nothing_are_told() {
    check(
        &filters([kept("(a == 1 AND a == 2) OR b == 1")]),
        &["dead-part at filters[0].expression `a == 1 AND a == 2`"],
    );
    check(&filters([kept("a == 1 AND (a == 2 OR b == 1)")]), &["dead-part at filters[0].expression `a == 2`"]);
    check(&filters([kept("(a == 1 AND c == 2) OR b == 1")]), &[]);
    let queue = office(to_all()).task_queue(TaskQueueSpec::new("odd", "level > 3 OR (level == 2 AND level == 1)"));
    check_workspace(&queue, &[], &["dead-part at task queue `odd` target_workers `level == 2 AND level == 1`"]);
}
