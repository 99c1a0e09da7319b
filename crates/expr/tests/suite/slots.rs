//! Bound expressions over rows mean what the expressions mean, whatever the rows know.

use std::collections::BTreeMap;

use pointsman_expr::{Attributes, Expression, Found, Index, Kind, Slots};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::properties::{condition, document};
use crate::support::{World, attributes, cases, expression};

/// Bound before or after the rows are made, and whichever of these comes first, an expression means what it means.
fn agree(expression: &Expression, earlier: &[Expression], world: &World) -> Result<(), TestCaseError> {
    let expected = expression.matches(world);
    let empty = Attributes::default();
    for bound_first in [true, false] {
        for worker_first in [true, false] {
            let mut slots = Slots::new();
            for expression in earlier {
                slots.bind(expression);
            }
            let early = bound_first.then(|| slots.bind(expression));
            let worker = worker_first.then(|| slots.row_of_worker(&world.worker));
            let task = slots.row_of_task(&world.task);
            let worker = worker.unwrap_or_else(|| slots.row_of_worker(&world.worker));
            let bound = early.unwrap_or_else(|| slots.bind(expression));
            prop_assert_eq!(bound.matches(&task, &worker, world), expected, "{}", expression);
            let mut reused = slots.row_of_task(&empty);
            slots.refill(&mut reused, &world.task);
            prop_assert_eq!(bound.matches(&reused, &worker, world), expected, "{} again", expression);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn bound_evaluation_is_evaluation(
        text in condition(), earlier in proptest::collection::vec(condition(), 0..3), task in document(), worker in document(),
    ) {
        let expression = expression(&text, Kind::Target);
        let earlier: Vec<_> = earlier.iter().map(|text| self::expression(text, Kind::Target)).collect();
        agree(&expression, &earlier, &World::new(task, worker))?;
    }

    /// Texts of the task that no expression and no worker has, beside those they have.
    #[test]
    fn texts_without_a_symbol_are_compared(a in "[x-z]{0,2}", b in "[x-z]{0,2}", l in proptest::collection::vec("[x-z]{0,2}", 0..4)) {
        let world = World::new(json!({"a": a, "b": b, "l": l}), json!({"a": b, "l": l}));
        for text in [
            "task.a == task.b", "task.a != task.b", "task.a == worker.a", "task.a != 'xy'", "task.l HAS task.a",
            "task.a NOT IN worker.l", "worker.l HAS task.b", "worker.a IN task.l", "task.a IN ['x', 'zz']",
            "task.a NOT IN ['x', 'zz', 3]", "'y' NOT IN task.l", "task.l HAS 'y'", "task.a < task.b", "task.a CONTAINS worker.a",
        ] {
            agree(&expression(text, Kind::Target), &[], &world)?;
        }
    }
}

/// Whether an expression, bound, says of a world what it says itself; the result.
fn evaluate(text: &str, kind: Kind, world: &World) -> bool {
    let expression = expression(text, kind);
    let mut world = world.clone();
    world.prepare(&expression);
    agree(&expression, &[], &world).unwrap();
    expression.matches(&world)
}

#[test]
fn names_that_are_no_attributes_come_from_the_source() {
    let world = World::new(json!({"n": 1}), json!({"activity_name": "own"}))
        .with("worker.sid", json!("WK1"))
        .with("worker.activity_name", json!("Available"))
        .with("worker.channel.chat.assigned_tasks", json!(2))
        .with("taskrouter.currentHour", json!(8))
        .with("workers.available", json!(3));
    let cases = [
        (Kind::Queue, "sid == 'WK1'", true),
        (Kind::Queue, "sid IN ['WK2', 'WK3'] OR sid == null", false),
        (Kind::Queue, "activity_name == 'own'", true),
        (Kind::Queue, "friendly_name == null", true),
        (Kind::Queue, "friendly_name != null OR friendly_name != 'x' AND friendly_name NOT IN ['x']", true),
        (Kind::Target, "worker.activity_name == 'own'", false),
        (Kind::Target, "worker.channel.chat.assigned_tasks > task.n", true),
        (Kind::Filter, "taskrouter.currentHour >= 8 AND n == 1", true),
        (Kind::SkipIf, "workers.available == 3", true),
    ];
    for (kind, text, expected) in cases {
        assert_eq!(evaluate(text, kind, &world), expected, "{text}");
    }
}

#[test]
fn numbers_are_compared_exactly() {
    let values: Vec<Json> = vec![
        json!(9_007_199_254_740_993_i64),
        json!(9_007_199_254_740_992_i64),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(-0.0),
        json!(0),
        json!(0.5),
        json!(1e300),
    ];
    for value in &values {
        let world = World::new(json!({"n": value, "l": values}), json!({"n": value}));
        for constant in ["9007199254740993", "9007199254740992.0", "9223372036854775807", "0", "0.5", "-1.5"] {
            for op in ["==", "!=", "<", "<=", ">", ">="] {
                evaluate(&format!("n {op} {constant}"), Kind::Filter, &world);
                evaluate(&format!("{constant} {op} n"), Kind::Filter, &world);
            }
            evaluate(&format!("l HAS {constant} AND n IN [{constant}, 1]"), Kind::Filter, &world);
        }
        assert!(evaluate("task.n == worker.n AND task.l HAS worker.n", Kind::Target, &world));
    }
}

#[test]
fn paths_lead_where_they_lead() {
    let world = World::new(
        json!({"a": {"b": [1, {"c": "x"}], "c": null}, "language": "en", "language_2": "fr", "language_10": "sv"}),
        json!(null),
    );
    let cases = [
        ("a.b[1].c == 'x' AND a.b[0] == 1", true),
        ("a.b HAS 1 AND a.b[1] != null", true),
        ("a.b.c == null AND a.c == null AND a.c.d == null AND a[0] == null AND b[0].c == null", true),
        ("language == 'en' AND language_2 == 'fr' AND language_10 == 'sv' AND language_1 == null", true),
        ("a == a OR a.b == a.b OR a.b IN [null]", false),
    ];
    for (text, expected) in cases {
        assert_eq!(evaluate(text, Kind::Filter, &world), expected, "{text}");
    }
}

#[cfg(feature = "jsonpath")]
#[test]
fn selected_nodes_are_compared() {
    let world = World::new(json!({"l": [{"s": "a", "n": 3}, {"s": "b", "n": 1}]}), json!({"s": "a"}));
    assert!(evaluate("task.$.l[?@.n > 2].s HAS worker.s AND task.$.none == null", Kind::Target, &world));
    assert!(!evaluate("worker.s NOT IN task.$.l[*].s", Kind::Target, &world));
}

#[test]
fn a_row_tells_its_document() {
    let document = attributes(json!({"a": 1}));
    assert_eq!(Slots::new().row_of_task(&document).attributes(), &document);
}

/// The index finds what evaluating every expression finds, whatever was inserted over what, taken out, or bound after the
/// rows were made.
fn found(texts: &[String], kind: Kind, world: &World, rows_at: usize) -> Result<(), TestCaseError> {
    let (mut slots, mut index, mut found) = (Slots::new(), Index::new(), Found::default());
    let expressions: Vec<_> = texts.iter().map(|text| expression(text, kind)).collect();
    let mut rows = None;
    let mut expected = BTreeMap::new();
    for (at, expression) in expressions.iter().enumerate() {
        if at == rows_at {
            rows = Some((slots.row_of_task(&world.task), slots.row_of_worker(&world.worker)));
        }
        // Numbers far apart, some of them twice.
        let number = (at as u32 % 7) * 30;
        index.insert(number, &slots.bind(expression));
        expected.insert(number, expression);
        if at % 5 == 3 {
            let number = (at as u32 / 2 % 7) * 30;
            index.remove(number);
            expected.remove(&number);
        }
    }
    let (task, worker) = rows.unwrap_or_else(|| (slots.row_of_task(&world.task), slots.row_of_worker(&world.worker)));
    let matching: Vec<_> = index.matching(&task, &worker, world, &mut found).collect();
    let expected: Vec<_> = expected.into_iter().filter(|(_, e)| e.matches(world)).map(|(number, _)| number).collect();
    prop_assert_eq!(index.matching(&task, &worker, world, &mut found).next(), expected.first().copied());
    prop_assert_eq!(matching, expected);
    Ok(())
}

/// A text of which most parts have a value to be found by.
fn selective() -> impl Strategy<Value = String> {
    let test = proptest::sample::select(
        &[
            "a == 'x'",
            "'xy' == a",
            "a == 1",
            "b == null",
            "o.k == 'x'",
            "o == null",
            "l HAS 'x'",
            "1 IN l",
            "l HAS null",
            "a IN ['x', 1, null]",
            "[true, 'xy', 'xy'] HAS b",
            "a IN []",
            "sid == 'WK1'",
            "sid == 'x'",
            "sid IN ['x', 'WK1']",
            "sid IN ['x', null]",
            "sid == null",
            "sid == 1",
            "friendly_name == 'Ann' OR friendly_name == null",
            "a NOT IN ['x', 'xy']",
            "b != 'x'",
            "a != null",
            "a > 0",
            "a == b",
            "l HAS a",
        ][..],
    );
    let joined = proptest::collection::vec((test, any::<[bool; 2]>()), 1..5);
    joined.prop_map(|parts| {
        let part = |(at, (test, [or, not])): (usize, (&str, [bool; 2]))| {
            let joint = if at == 0 {
                ""
            } else if or {
                " OR "
            } else {
                " AND "
            };
            if not { format!("{joint}NOT ({test})") } else { format!("{joint}({test})") }
        };
        parts.into_iter().enumerate().map(part).collect()
    })
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn the_index_finds_what_holds(
        texts in proptest::collection::vec(selective(), 0..12), worker in document(), rows_at in 0_usize..20,
        sid in proptest::sample::select(&[None, Some("WK1"), Some("x")][..]), attribute in any::<bool>(),
    ) {
        let mut worker = worker;
        if attribute {
            worker["sid"] = json!("x");
        }
        let world = World::new(json!({}), worker).with("worker.friendly_name", json!("Ann"));
        let world = sid.map_or(world.clone(), |sid| world.with("worker.sid", json!(sid)));
        found(&texts, Kind::Queue, &world, rows_at)?;
    }

    #[test]
    fn the_index_finds_pairs(
        texts in proptest::collection::vec(condition(), 0..12), task in document(), worker in document(), rows_at in 0_usize..20,
    ) {
        found(&texts, Kind::Target, &World::new(task, worker), rows_at)?;
    }
}
