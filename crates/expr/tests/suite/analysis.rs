//! What the analysis must say of expressions, what it must not say, and where it stops. `claims.txt` holds the cases; the
//! tests of the test kit try its rows on random values.

use pointsman_expr::analysis::{
    Analysis, Condition, Possibility, WORK_LIMIT, always_holds, contradiction, dead_parts, is_shadowed, never_holds,
    possibility, shadows,
};
use pointsman_expr::{Expression, Kind, Limits, parse};
use proptest::prelude::*;

use crate::properties::{condition, document};
use crate::support::{World, cases, expression};

const CLAIMS: &str = include_str!("../claims.txt");

/// The rows of one sort: the text of each, its kind, its expression, and the earlier ones.
fn rows(sort: &str) -> Vec<(&'static str, Expression, Vec<Expression>)> {
    let rows = CLAIMS.lines().filter(|row| row.split(' ').next() == Some(sort));
    let rows: Vec<_> = rows
        .map(|row| {
            let (head, text) = row.split_once(": ").expect(row);
            let kind = head.split_once(' ').expect(row).1.parse::<Kind>().expect(row);
            let (text, earlier) = text.split_once(" <- ").unwrap_or((text, ""));
            let earlier = earlier.split(" | ").filter(|text| !text.is_empty());
            (row, expression(text, kind), earlier.map(|text| expression(text, kind)).collect())
        })
        .collect();
    assert!(!rows.is_empty(), "no row of {sort}");
    rows
}

/// Expects this of every row of a sort, and names all rows of which it is not so.
fn expect(sort: &str, so: impl Fn(&Expression, &[&Expression]) -> bool) {
    let rows = rows(sort).into_iter();
    let wrong = rows.filter(|(_, expression, earlier)| !so(expression, &earlier.iter().collect::<Vec<_>>()));
    let wrong: Vec<_> = wrong.map(|(row, ..)| row).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_has_to_be_seen_is_seen() {
    expect("never", |expression, _| never_holds(expression) && !always_holds(expression));
    expect("always", |expression, _| always_holds(expression) && !never_holds(expression));
    expect("shadowed", is_shadowed);
}

#[test]
fn what_is_not_so_is_not_claimed() {
    expect("sometimes", |expression, _| !never_holds(expression) && !always_holds(expression));
    expect("reached", |expression, earlier| !is_shadowed(expression, earlier));
}

#[test]
fn what_is_left_out_is_known() {
    expect("missed", |expression, _| !never_holds(expression));
}

#[test]
fn every_row_has_a_sort() {
    let sorts = ["never", "always", "sometimes", "shadowed", "reached", "missed"];
    for row in CLAIMS.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        assert!(row.split(' ').next().is_some_and(|sort| sorts.contains(&sort)), "{row}");
    }
}

#[test]
fn conditions_that_exclude_each_other_are_shown() {
    let cases = [
        ("type == 'a' AND type == 'b'", Some(("type == 'a'", "type == 'b'"))),
        ("x > 5 AND (vip == true AND x < 3)", Some(("x > 5", "x < 3"))),
        ("vip == true OR type == 'a' AND lang == 'en' AND type == 'b'", Some(("type == 'a'", "type == 'b'"))),
        ("type == 'a' AND (type == 'b' OR type == 'c')", Some(("type == 'a'", "type == 'b' OR type == 'c'"))),
        ("NOT (x == 1 AND x == 2) AND type == 'a'", Some(("x == 1", "x == 2"))),
        ("x > 5 AND x < 9", None),
        ("x < true AND type == 'a'", None),
        ("x != 1 AND x != 2 OR x == 1", None),
        ("x > 5 OR x < 3", None),
        // No two of the three.
        ("(a == 1 OR b == 1) AND a != 1 AND b != 1", None),
    ];
    for (text, expected) in cases {
        let found = contradiction(&expression(text, Kind::Filter));
        let found = found.map(|(left, right)| (&text[left], &text[right]));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn decided_conditions_inside_an_expression_are_shown() {
    let cases: [(&str, &[(&str, bool)]); 14] = [
        ("x > 3 AND x < 1 OR type == 'a'", &[("x > 3 AND x < 1", false)]),
        ("(x == null OR x != null) AND type == 'a'", &[("x == null OR x != null", true)]),
        ("type == 'a' AND (type == 'b' OR vip == true)", &[("type == 'b'", false)]),
        (
            "(type == 'b' OR (vip == true OR type == 'c')) AND type == 'a'",
            &[("type == 'b'", false), ("type == 'c'", false)],
        ),
        ("x CONTAINS 5 OR type == 'a'", &[("x CONTAINS 5", false)]),
        ("NOT (x < true) AND type == 'a'", &[("NOT (x < true)", true)]),
        ("NOT (x < true AND y == 1) AND NOT (type == 'a')", &[("NOT (x < true AND y == 1)", true)]),
        ("1 == 0 AND type == 'a' OR vip == true", &[("1 == 0 AND type == 'a'", false)]),
        ("1 == 0 OR type == 'a'", &[]),
        ("1 == 1 AND type == 'a'", &[]),
        // What only follows from the others is not dead.
        ("type != null AND type == 'a'", &[]),
        ("type == 'a' OR type == 'a' AND vip == true", &[]),
        // The whole is decided.
        ("type == 'a' AND type == 'b'", &[]),
        ("x == null OR x != null OR type == 'a'", &[]),
    ];
    for (text, expected) in cases {
        let found = dead_parts(&expression(text, Kind::Filter));
        let found: Vec<_> = found.into_iter().map(|(span, holds)| (&text[span], holds)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_shadows_a_filter_is_shown() {
    let filters = [
        "type == 'a' AND type == 'b'",
        "lang == 'en'",
        "type == 'a'",
        "type == 'b'",
        "type == 'a' AND lang == 'en'",
        "type IN ['a', 'b'] AND lang != 'fr'",
        "vip == true",
        "lang IN ['en', 'es']",
        "type == 'b' AND (lang == 'de' OR vip == true)",
        "1 == 1",
        "lang == 'fr'",
    ];
    let expected: [(usize, &[usize]); 5] = [(0, &[]), (4, &[1]), (5, &[2, 3]), (8, &[3]), (10, &[9])];
    let filters = filters.map(|text| expression(text, Kind::Filter));
    let filters: Vec<_> = filters.iter().collect();
    let found = shadows(&filters);
    let found: Vec<_> = found.iter().map(|shadow| (shadow.at, &*shadow.by)).collect();
    assert_eq!(found, expected);
    for at in 0..filters.len() {
        let alone = is_shadowed(filters[at], &filters[..at]);
        assert_eq!(alone, expected.iter().any(|(other, _)| *other == at), "{}", filters[at]);
    }
}

#[test]
fn a_list_that_takes_too_much_work_is_passed_over() {
    let (clear, hard) = (expression("type == 'a'", Kind::Filter), pigeons(7));
    let mut list = vec![&clear, &clear];
    list.resize(150, &hard);
    list.push(&clear);
    let found: Vec<_> = shadows(&list).iter().map(|shadow| shadow.at).collect();
    assert_eq!(found, [1], "the last one is behind too much work");
}

/// So many texts into one fewer places: short to write, long to refute.
fn pigeons(count: usize) -> Expression {
    let places = 1..count;
    let somewhere = (0..count).map(|bird| {
        let at: Vec<_> = places.clone().map(|place| format!("b{bird}p{place} == 1")).collect();
        format!("({})", at.join(" OR "))
    });
    let apart = places.clone().flat_map(|place| {
        let pairs = (0..count).flat_map(move |a| (0..a).map(move |b| (a, b)));
        pairs.map(move |(a, b)| format!("NOT (b{a}p{place} == 1 AND b{b}p{place} == 1)"))
    });
    let text: Vec<_> = somewhere.chain(apart).collect();
    roomy(&text.join(" AND "))
}

fn roomy(text: &str) -> Expression {
    parse(text, Kind::Filter, &Limits { max_length: 10_000_000, max_depth: 10_000 }).unwrap().expression
}

#[test]
fn too_much_work_is_no_answer() {
    let (easy, hard) = (pigeons(4), pigeons(12));
    let ask = |expression, limit| possibility(&[Condition { expression, holds: true }], limit);
    assert_eq!(ask(&easy, WORK_LIMIT), Possibility::Impossible);
    assert_eq!(ask(&easy, 10), Possibility::TooMuchWork);
    assert_eq!(ask(&hard, WORK_LIMIT), Possibility::TooMuchWork);
    assert!(!never_holds(&hard) && !is_shadowed(&expression("b0p1 == 2", Kind::Filter), &[&hard]));
    assert_eq!((contradiction(&hard), dead_parts(&hard)), (None, Vec::new()));
}

#[test]
fn depth_is_bounded_and_width_is_not() {
    let nested = |depth: usize| roomy(&format!("{}x == 1{}", "NOT (".repeat(depth), ")".repeat(depth)));
    let ask = |expression: &Expression| possibility(&[Condition { expression, holds: true }], WORK_LIMIT);
    assert_eq!(ask(&nested(500)), Possibility::Possible);
    assert_eq!(ask(&nested(5_000)), Possibility::TooMuchWork);
    let deepest = format!("{}x == 1 AND x == 2{}", "(y == 1 AND NOT (".repeat(32), "))".repeat(32));
    assert_ne!(ask(&expression(&deepest, Kind::Filter)), Possibility::TooMuchWork);
    let wide: Vec<_> = (0..5_000).map(|n| format!("x != {n}")).collect();
    let list = format!("x IN [{}]", (0..5_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", "));
    assert_eq!(ask(&roomy(&format!("{list} AND {list} AND x > 4_999.5").replace('_', ""))), Possibility::Impossible);
    assert_ne!(ask(&roomy(&wide.join(" AND "))), Possibility::Impossible);
    assert_ne!(ask(&roomy(&format!("{}.x == 1", "a.".repeat(5_000).trim_end_matches('.')))), Possibility::Impossible);
}

/// Questions leave nothing behind: in any order they get the answers that they get alone.
#[test]
fn many_questions_can_be_asked_of_one_analysis() {
    let expressions: Vec<_> = ["never", "always", "sometimes"].into_iter().flat_map(rows).map(|(_, e, _)| e).collect();
    let mut analysis = Analysis::of(&expressions);
    for (a, one) in expressions.iter().enumerate() {
        let b = (a * 7 + 3) % expressions.len();
        for (this, that) in [(true, true), (true, false), (false, true), (false, false)] {
            let other = Condition { expression: &expressions[b], holds: that };
            let alone = possibility(&[Condition { expression: one, holds: this }, other], WORK_LIMIT);
            assert_eq!(
                analysis.possibility(&[(a, this), (b, that)], WORK_LIMIT),
                alone,
                "{one} and {}",
                expressions[b]
            );
        }
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    /// The constants of the documents are those of the conditions, so that they often meet.
    #[test]
    fn what_comes_about_was_not_called_impossible(
        one in condition(),
        other in condition(),
        worlds in proptest::collection::vec((document(), document()), 30),
    ) {
        let [one, other] = [one, other].map(|text| expression(&text, Kind::Target));
        let mut analysis = Analysis::of([&one, &other]);
        let parts = dead_parts(&one);
        for (task, worker) in worlds {
            let world = World::new(task, worker);
            let outcomes = [(0, one.matches(&world)), (1, other.matches(&world))];
            prop_assert_ne!(analysis.possibility(&outcomes, WORK_LIMIT), Possibility::Impossible, "{} / {}", one, other);
            for (span, holds) in parts.iter().filter(|(_, holds)| *holds) {
                let step = one.why(&world).into_iter().find(|step| step.span == *span).expect("a part");
                prop_assert_eq!(step.holds, *holds, "{} in {}", step.text, one);
            }
        }
    }
}
