//! What the parser warns about: texts that parse, and cannot mean what they say.

use pointsman_expr::Kind;

use crate::advice::judge;

/// Expects exactly these warnings: code, the text pointed at, a part of the help.
pub(crate) fn warnings(kind: Kind, text: &str, expected: &[(&str, &str, &str)]) {
    let found = judge(text, kind).unwrap_or_else(|errors| panic!("`{text}`: {errors:#?}"));
    let shown: Vec<_> = found.iter().map(|w| (w.code, &text[w.span.clone()])).collect();
    let wanted: Vec<_> = expected.iter().map(|(code, at, _)| (*code, *at)).collect();
    assert_eq!(shown, wanted, "`{text}`: {found:#?}");
    for (warning, (_, _, help)) in found.iter().zip(expected) {
        let given = warning.help.as_deref().unwrap_or_default();
        assert!(given.contains(help), "`{text}`: expected `{help}` in the help `{given}`");
        assert_eq!(warning.to_string(), warning.message);
    }
}

#[test]
fn oddities_are_warned_about() {
    let f = Kind::Filter;
    warnings(f, "1 == 1", &[]);
    warnings(f, "1 = 1 OR true == false OR null == null", &[]);
    warnings(f, "'language' == 'es'", &[("constant-comparison", "'language' == 'es'", "`language == 'es'`")]);
    warnings(Kind::Queue, "\"skills\" HAS \"en\"", &[("constant-comparison", "\"skills\" HAS \"en\"", "`skills HAS")]);
    warnings(f, "'en' IN 'skills'", &[("constant-comparison", "'en' IN 'skills'", "`'en' IN skills`")]);
    warnings(f, "1 == '1'", &[("constant-comparison", "1 == '1'", "")]);
    warnings(f, "a == 1 AND b == 2 OR c == 3", &[("mixed-and-or", "a == 1 AND b == 2", "`(a == 1 AND b == 2)`")]);
    warnings(f, "(a == 1 AND b == 2) OR c == 3", &[]);
    warnings(f, "a == 1 AND (b == 2 OR c == 3)", &[]);
    warnings(f, "NOT a == 1", &[("extension", "NOT", "!=")]);
    warnings(f, "task.x == 1", &[("prefix", "task.x", "write `x`")]);
    warnings(f, "worker.x == 1", &[("prefix", "worker.x", "target")]);
    warnings(f, "workers.available == 1", &[("prefix", "workers.available", "target")]);
    warnings(f, "a.b == 1", &[]);
    warnings(Kind::Queue, "channel.voice == 1", &[]);
    warnings(Kind::Queue, "channel.voice.load == 1", &[]);
    warnings(Kind::Queue, "channel.voice.assigned_tasks.x == 1", &[]);
    warnings(Kind::Queue, "worker.x == 1", &[("prefix", "worker.x", "write `x`")]);
    warnings(Kind::Queue, "channel.voice.assigned_tasks < 1", &[("prefix", "channel.voice.assigned_tasks", "target")]);
    warnings(Kind::Queue, "taskrouter.currentHour < 8", &[("no-clock", "taskrouter.currentHour", "filter")]);
    warnings(f, "taskrouter.currenttime < 8", &[("unknown-name", "taskrouter.currenttime", "currentTime")]);
    warnings(Kind::Target, "worker.channel.a.available == true", &[("extension", "worker.channel.a.available", "")]);
    warnings(Kind::Target, "worker.channel.a.load > 1", &[("unknown-name", "worker.channel.a.load", "assigned_tasks")]);
    warnings(Kind::Target, "worker.channel.a > 1", &[("unknown-name", "worker.channel.a", "assigned_tasks")]);
    warnings(Kind::Target, "worker.a.b.c > 1 AND worker.a.assigned_tasks > 1", &[]);
    warnings(Kind::SkipIf, "task.vip == true", &[("extension", "task.vip", "workers.")]);
    warnings(Kind::OrderBy, "worker.sid", &[("not-an-integer", "worker.sid", "integers")]);
    warnings(f, "['x'] != null", &[("constant-comparison", "['x'] != null", "")]);
}

#[test]
fn a_constant_that_may_be_a_key_is_shown_without_its_quotes() {
    let (f, t) = (Kind::Filter, Kind::Target);
    let cases = [
        (f, "'a1.b' == 'x y'", "`a1.b == 'x y'`"),
        (f, "'_a' == 'x y'", "`_a == 'x y'`"),
        (f, "'$a' == 'x y'", "`$a == 'x y'`"),
        (f, "'a b' == 'level'", "`'a b' == level`"),
        (f, "['x'] IN 'list'", "`['x'] IN list`"),
        (f, "'key' NOT IN ['x']", "`key NOT IN ['x']`"),
        (f, "1 < 'a'", "`1 < a`"),
        (f, "'1a' == 'a-b'", "compare with a name"),
        (f, "'a..b' == ''", "compare with a name"),
        (f, "1 == true", "compare with a name"),
        (f, "['x'] != null", "compare with a name"),
        (t, "'level' == 'a b'", "`worker.level == 'a b'`"),
        (t, "'task.level' == 'a b'", "`task.level == 'a b'`"),
        (t, "'worker.level' == 'a b'", "`worker.level == 'a b'`"),
    ];
    for (kind, text, help) in cases {
        warnings(kind, text, &[("constant-comparison", text, help)]);
    }
    for text in ["1 == 1", "1 < 2", "true != false", "null == null"] {
        warnings(f, text, &[]);
    }
}

#[test]
fn a_constant_with_which_an_operator_never_holds_is_named() {
    let lists = "write `IN`";
    let order = "only numbers and strings have an order";
    let never = [
        ("a == ['x']", lists),
        ("['x'] != a", lists),
        ("a > true", order),
        ("null <= a", order),
        ("a < ['x']", order),
        ("a CONTAINS 5", "two strings"),
        ("['x'] CONTAINS a", "two strings"),
        ("a HAS ['x']", "`HAS` wants"),
        ("'x' HAS a", "`HAS` wants"),
        ("a IN 'x'", "`IN` wants"),
        ("['x'] IN a", "`IN` wants"),
        ("a NOT IN 5", "`IN` wants"),
    ];
    for (text, help) in never {
        warnings(Kind::Filter, text, &[("never-true", text, help)]);
    }
    let possible = [
        "a == true",
        "null != a",
        "a >= 5",
        "'x' < a",
        "a CONTAINS 'x'",
        "'x' CONTAINS a",
        "a HAS null",
        "['x'] HAS a",
        "a IN ['x']",
        "5 NOT IN a",
    ];
    for text in possible {
        warnings(Kind::Filter, text, &[]);
    }
}

/// Two missing keys are equal (R7), which is worth a warning unless the text tests one of them elsewhere.
#[test]
fn a_comparison_of_two_keys_wants_a_guard() {
    let guards = [
        "task.a != null",
        "null != task.a",
        "worker.b != null",
        "task.a == 'x'",
        "'x' == worker.b",
        "task.a > 1",
        "1 >= worker.b",
        "task.a CONTAINS 'x'",
        "'x' CONTAINS worker.b",
        "task.a HAS 1",
        "worker.b IN [1]",
    ];
    let others = [
        "task.a == null",
        "null == task.a",
        "task.c != null",
        "null != task.c",
        "task.a != 'x'",
        "'x' != worker.b",
        "task.c == 'x'",
        "task.c > 1",
        "worker.c IN [1]",
        "task.a NOT IN [1]",
    ];
    let comparison = "task.a == worker.b";
    let expected = [("unguarded-comparison", comparison, "task.a != null")];
    warnings(Kind::Target, comparison, &expected);
    for guard in guards {
        warnings(Kind::Target, &format!("{guard} AND {comparison}"), &[]);
    }
    for other in others {
        warnings(Kind::Target, &format!("{other} AND {comparison}"), &expected);
    }
    for harmless in
        ["task.a == worker.sid", "worker.sid == task.a", "task.a == task.a", "task.a != worker.b", "task.a < worker.b"]
    {
        warnings(Kind::Target, harmless, &[]);
    }
}
