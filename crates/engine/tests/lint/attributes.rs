//! Comparisons against what is known of attributes.

use pointsman::{TaskQueueSpec, WorkspaceSpec};
use serde_json::json;

use super::{check_workspace, filters, kept, office, task, to_all, worker};

const QUEUE: &str = "task queue `some` target_workers";
const STEP: &str = "workflow `in` configuration.default_filter";

fn with_queue(expression: &str) -> WorkspaceSpec {
    office(to_all())
        .task_queue(TaskQueueSpec::new("some", expression))
        .worker(worker("ann", json!({"skills": ["voice", "chat"], "level": 3, "team": "sales", "ids": [1, 2]})))
        .worker(worker("bob", json!({"skills": ["chat"], "level": 4, "team": "support", "nested": {"depth": 1}})))
}

fn with_filter(expression: &str) -> WorkspaceSpec {
    let mut office = office(to_all());
    let default = office.workflows[0].configuration.default_filter.take();
    office.workflows[0].configuration = filters([kept(expression)]);
    office.workflows[0].configuration.default_filter = default;
    office
}

#[test]
fn types_that_never_fit_are_told() {
    for (expression, help) in [
        ("skills == 'chat'", "to look into the list write `skills HAS 'chat'`"),
        ("skills CONTAINS 'chat'", "to look into the list write `skills HAS 'chat'`"),
        ("'chat' == skills", "to look into the list write `'chat' IN skills`"),
        ("team HAS 'sales'", "write `team == 'sales'`, or make the attribute a list"),
        ("'sales' IN team", "write `'sales' == team`, or make the attribute a list"),
        ("level > '3'", "values of different types are never equal and have no order: `3` is a number, `'3'` a string"),
        ("ids HAS '1'", "values of different types are never equal and have no order: `3` is a number, `'3'` a string"),
    ] {
        let findings =
            check_workspace(&with_queue(expression), &[], &[&format!("type-mismatch at {QUEUE} `{expression}`")]);
        assert_eq!(findings[0].help, help, "{expression}");
    }
    check_workspace(&with_queue("level != '3'"), &[], &[&format!("type-mismatch at {QUEUE} `level != '3'`")]);
    check_workspace(
        &with_queue("level IN ['3', '4']"),
        &[],
        &[&format!("type-mismatch at {QUEUE} `level IN ['3', '4']`")],
    );
    for fine in ["skills HAS 'chat'", "level > 3", "ids HAS 1", "skills != null", "level IN [3, 'x']"] {
        check_workspace(&with_queue(fine), &[], &[]);
    }
}

#[test]
fn both_sides_of_a_comparison_may_be_known() {
    let office = |expression: &str| office(to_all().expression(expression)).worker(worker("ann", json!({"level": 3})));
    let told = format!("type-mismatch at {STEP}.expression `worker.level == task.level`");
    check_workspace(&office("worker.level == task.level"), &[task(json!({"level": "3"}))], &[&told]);
    check_workspace(&office("worker.level == task.level"), &[task(json!({"level": 3}))], &[]);
    check_workspace(&office("worker.level == task.level"), &[], &[]);
}

#[test]
fn tasks_that_are_seen_have_types_too() {
    let told = "type-mismatch at workflow `in` configuration.filters[0].expression `level > '3'`";
    check_workspace(&with_filter("level > '3'"), &[task(json!({"level": 5}))], &[told]);
    check_workspace(&with_filter("level > '3'"), &[], &[]);
}

#[test]
fn one_worker_may_be_the_odd_one() {
    let odd = with_queue("skills HAS 'chat'").worker(worker("cleo", json!({"skills": "chat"})));
    let findings = check_workspace(&odd, &[], &["type-mismatch at worker `cleo` attributes.skills"]);
    assert_eq!(findings[0].message, "`skills` is a string here, but expressions compare it as a list");
    let odd = with_queue("level > 1").worker(worker("cleo", json!({"level": "3"})));
    check_workspace(&odd, &[], &["type-mismatch at worker `cleo` attributes.level"]);
}

#[test]
fn attributes_that_nobody_has_are_told() {
    let findings =
        check_workspace(&with_queue("skils HAS 'chat'"), &[], &[&format!("unknown-attribute at {QUEUE} `skils`")]);
    assert_eq!(findings[0].help, "did you mean `skills`?");
    let findings = check_workspace(
        &with_queue("nested.dept == 1"),
        &[],
        &[&format!("unknown-attribute at {QUEUE} `nested.dept`")],
    );
    assert_eq!(findings[0].help, "did you mean `nested.depth`?");
    // Far from everything: the queue has nobody, which says it all.
    check_workspace(
        &with_queue("region == 'emea' OR level > 3"),
        &[],
        &[&format!("~unknown-attribute at {QUEUE} `region`")],
    );
    // Those who lack the attribute are meant.
    check_workspace(&with_queue("offline != true"), &[], &[]);
    check_workspace(&with_queue("region == null"), &[], &[]);
}

#[test]
fn keys_of_tasks_are_compared_with_those_that_are_seen() {
    let told = "unknown-attribute at workflow `in` configuration.filters[0].expression `langauge`";
    check_workspace(&with_filter("langauge == 'es'"), &[task(json!({"language": "es"}))], &[told]);
    check_workspace(&with_filter("region == 'x'"), &[task(json!({"language": "es"}))], &[]);
}

#[test]
fn values_near_known_ones_are_told() {
    let findings =
        check_workspace(&with_queue("team == 'Sales'"), &[], &[&format!("unknown-value at {QUEUE} `'Sales'`")]);
    assert_eq!(findings[0].help, "did you mean `sales`?");
    check_workspace(&with_queue("skills HAS 'voise'"), &[], &[&format!("unknown-value at {QUEUE} `'voise'`")]);
    check_workspace(
        &with_queue("team IN ['sales', 'suport']"),
        &[],
        &[&format!("unknown-value at {QUEUE} `['sales', 'suport']`")],
    );
    check_workspace(&with_queue("team IN ['sales', 'billing']"), &[], &[]);
    let told = "unknown-value at workflow `in` configuration.filters[0].expression `'tiket'`";
    check_workspace(&with_filter("type == 'tiket'"), &[task(json!({"type": "ticket"}))], &[told]);
}

#[test]
fn keys_that_cannot_be_written_are_told_once() {
    let office =
        with_queue("level > 1").worker(worker("cleo", json!({"skill-level": 3, "level": 5, "full name": "C"})));
    let findings = check_workspace(&office, &[], &["~unreadable-key at worker `cleo` attributes.full name"]);
    assert!(findings[0].message.starts_with("no expression can read `full name` and `skill-level`"), "{}", findings[0]);
    let wanted = with_queue("skill_level > 1").worker(worker("cleo", json!({"skill-level": 3})));
    let findings = check_workspace(
        &wanted,
        &[],
        &[
            "~unreadable-key at worker `cleo` attributes.skill-level",
            &format!("unknown-attribute at {QUEUE} `skill_level`"),
        ],
    );
    assert!(findings[1].help.contains("`skill-level`, which no expression can read"), "{}", findings[1]);
    check_workspace(
        &with_filter("a == 1"),
        &[task(json!({"a-b": 1}))],
        &["~unreadable-key at command 0 attributes.a-b"],
    );
}

#[test]
fn built_in_names_hide_attributes() {
    let of =
        |expression: &str| office(to_all().expression(expression)).worker(worker("ann", json!({"sid": "x", "a": 1})));
    check_workspace(&of("worker.a == 1"), &[], &["~shadowed-attribute at worker `ann` attributes.sid"]);
    check_workspace(&of("worker.sid != task.a"), &[], &["shadowed-attribute at worker `ann` attributes.sid"]);
}

#[test]
fn orders_rank_by_integers_that_exist() {
    let of = |order: &str, level: serde_json::Value| {
        office(to_all().order_by(order))
            .worker(worker("ann", json!({"level": 3})))
            .worker(worker("bob", json!({"level": level})))
    };
    check_workspace(&of("worker.level DESC", json!(1)), &[], &[]);
    check_workspace(&of("worker.level DESC", json!(null)), &[], &[]);
    let told = format!("order-by-not-integer at {STEP}.order_by `worker.level DESC`");
    check_workspace(&of("worker.level DESC", json!(1.5)), &[], &[&told]);
    check_workspace(&of("worker.level DESC", json!("high")), &[], &[&told]);
    let told = format!("unknown-attribute at {STEP}.order_by `worker.levle`");
    let findings = check_workspace(&of("worker.level, worker.levle", json!(1)), &[], &[&told]);
    assert_eq!(findings[0].help, "did you mean `worker.level`?");
}
