//! What an explanation shows: every part of a condition with its values, and why a comparison surprises.

use pointsman_expr::{Attributes, Documents, Kind, Value};
use serde_json::json;

use crate::support::{attributes, expression};

#[test]
fn an_explanation_lists_every_part_with_its_values() {
    let text = "skills HAS 'fr' AND (level > 3 OR missing NOT IN nothing)";
    let task = attributes(json!({"skills": "fr", "level": 3}));
    let steps = expression(text, Kind::Filter).why(&Documents { task: &task, worker: &Attributes::default() });
    let shown: Vec<_> = steps.iter().map(|step| (step.depth, step.text.as_str(), step.holds)).collect();
    assert_eq!(
        shown,
        [
            (0, text, false),
            (1, "skills HAS 'fr'", false),
            (1, "level > 3 OR missing NOT IN nothing", false),
            (2, "level > 3", false),
            (2, "missing NOT IN nothing", false),
        ]
    );
    assert_eq!((steps[1].seen[0].text.as_str(), &steps[1].seen[0].value), ("skills", &Value::from("fr")));
    assert_eq!((steps[1].seen[1].literal, &text[steps[3].span.clone()]), (true, "level > 3"));
    assert!(steps[1].note.unwrap().contains("not a list"));
    assert_eq!(steps[3].note, None);
    assert!(steps[4].note.unwrap().contains("the list is missing"));
}

#[test]
fn a_failure_is_blamed_on_comparisons_with_their_values() {
    let text = "a == 1 AND (b == 2 OR c == 'x') AND NOT (l HAS 'y')";
    let expression = expression(text, Kind::Filter);
    let blamed = |task| {
        let (task, worker) = (attributes(task), Attributes::default());
        let blamed = expression.blame(&Documents { task: &task, worker: &worker });
        blamed.into_iter().map(|b| (text[b.span].to_owned(), b.wanted, b.left, b.right)).collect::<Vec<_>>()
    };
    let two = |text: &str, value: i64| (text.to_owned(), true, Value::from(value), Value::from(2));
    let missing = ("c == 'x'".to_owned(), true, Value::Null, Value::from("x"));
    assert_eq!(blamed(json!({"a": 1, "b": 2})), []);
    assert_eq!(blamed(json!({"a": 1, "b": 3})), [two("b == 2", 3), missing]);
    let list = Value::from(json!(["y"]));
    assert_eq!(blamed(json!({"a": 1, "b": 2, "l": ["y"]})), [("l HAS 'y'".to_owned(), false, list, Value::from("y"))]);
}

/// The notes repeat the rules of types: semantics 1.5, Q9-Q12 and R7.
#[test]
fn a_comparison_that_surprises_has_a_note() {
    let task = attributes(json!({"n": 1, "s": "x", "t": true, "l": ["x"], "o": {}, "z": null}));
    let world = Documents { task: &task, worker: &Attributes::default() };
    let both_missing = Some("both keys are missing");
    let structured = Some("a list or an object makes every scalar operator false");
    let types = Some("different types are never equal");
    let order = Some("only two numbers or two strings have an order");
    let list_missing = Some("the list is missing");
    let no_list = Some("this is not a list");
    let cases = [
        ("missing == nothing", both_missing),
        ("missing == z", both_missing),
        ("missing != nothing", None),
        ("missing == null", None),
        ("null != s", None),
        ("l == null", None),
        ("missing == 'x'", None),
        ("n == missing", None),
        ("n == 2", None),
        ("n == s", types),
        ("s != t", types),
        ("l == 'x'", structured),
        ("'x' != o", structured),
        ("l < null", structured),
        ("l CONTAINS 'x'", structured),
        ("s CONTAINS 'y'", None),
        ("s CONTAINS n", Some("CONTAINS holds only between two strings")),
        ("missing CONTAINS 'x'", Some("CONTAINS holds only between two strings")),
        ("n < 2", None),
        ("s >= 'y'", None),
        ("missing < 3", Some("a missing value has no order")),
        ("3 >= z", Some("a missing value has no order")),
        ("n > s", order),
        ("t <= true", order),
        ("l HAS 'x'", None),
        ("missing IN l", None),
        ("missing HAS 'x'", list_missing),
        ("'x' NOT IN z", list_missing),
        ("s HAS 'x'", no_list),
        ("'x' IN o", no_list),
        ("l HAS o", Some("never a member of a list")),
        ("l NOT IN l", Some("never a member of a list")),
    ];
    for (text, expected) in cases {
        let note = expression(text, Kind::Filter).why(&world)[0].note;
        let agrees = note.is_some() == expected.is_some() && note.unwrap_or("").contains(expected.unwrap_or(""));
        assert!(agrees, "{text}: expected {expected:?}, found {note:?}");
    }
}
