//! What the parser refuses: errors with the text they point at and what to write instead.

use pointsman_expr::{Kind, KnownWorker, Limits, OrderBy, ParseError, ParseErrorKind as E, Warning, parse};

use crate::warnings::warnings;

/// Errors or warnings of a text, whichever parser its kind needs.
pub(crate) fn judge(text: &str, kind: Kind) -> Result<Vec<Warning>, Vec<ParseError>> {
    let limits = Limits::default();
    match kind {
        Kind::OrderBy => OrderBy::parse(text, &limits).map(|(_, warnings)| warnings),
        Kind::KnownWorker => KnownWorker::parse(text, &limits).map(|(_, warnings)| warnings),
        Kind::Queue | Kind::Filter | Kind::Target | Kind::SkipIf => {
            parse(text, kind, &limits).map(|parsed| parsed.warnings)
        }
    }
}

/// Expects exactly these errors: kind, the text pointed at, a part of the help.
fn errors(kind: Kind, text: &str, expected: &[(E, &str, &str)]) {
    let found = judge(text, kind).expect_err(text);
    let shown: Vec<_> = found.iter().map(|e| (e.kind, &text[e.span.clone()])).collect();
    let wanted: Vec<_> = expected.iter().map(|(kind, at, _)| (*kind, *at)).collect();
    assert_eq!(shown, wanted, "`{text}`: {found:#?}");
    for (error, (_, _, help)) in found.iter().zip(expected) {
        let given = error.help.as_deref().unwrap_or_default();
        assert!(given.contains(help), "`{text}`: expected `{help}` in the help `{given}`");
        assert!(error.message.starts_with("expected"), "{}", error.message);
        assert_eq!(error.to_string(), error.message);
    }
}

fn error(kind: Kind, text: &str, code: E, at: &str, help: &str) {
    errors(kind, text, &[(code, at, help)]);
}

#[test]
fn habits_of_other_languages_are_recognised() {
    let f = Kind::Filter;
    error(f, "a <> 1", E::UnsupportedOperator, "<>", "write `!=`");
    error(f, "a === 1", E::UnsupportedOperator, "===", "write `==`");
    error(f, "a !== 1", E::UnsupportedOperator, "!==", "write `!=`");
    error(f, "a => 1", E::UnsupportedOperator, "=>", "write `>=`");
    error(f, "a =< 1", E::UnsupportedOperator, "=<", "write `<=`");
    error(f, "a =~ 'x'", E::UnsupportedOperator, "=~", "CONTAINS");
    error(f, "a == 1 && b == 2", E::UnsupportedOperator, "&&", "write `AND`");
    error(f, "a == 1 || b == 2", E::UnsupportedOperator, "||", "write `OR`");
    error(f, "!(a == 1)", E::UnsupportedOperator, "!", "NOT (...)");
    error(f, "a == !b", E::UnsupportedOperator, "!", "!= true");
    error(f, "a LIKE 'x%'", E::UnsupportedOperator, "LIKE", "a CONTAINS");
    error(f, "a IS NULL", E::UnsupportedOperator, "IS", "`a == null`");
    error(f, "a is not null", E::UnsupportedOperator, "is not", "`a != null`");
    error(f, "a BETWEEN 1 AND 5", E::UnsupportedOperator, "BETWEEN", "a >= 1 AND a <= 5");
    error(f, "a BETWEEN 1 AND", E::UnsupportedOperator, "BETWEEN", "a >= 1 AND a <= 5");
    error(f, "a EXISTS", E::UnsupportedOperator, "EXISTS", "a != null");
    error(f, "a eq 1", E::UnsupportedOperator, "eq", "a == ...");
    error(f, "l NOT HAS 'x'", E::UnsupportedOperator, "NOT HAS", "NOT (l HAS ...)");
    error(f, "l not contains 'x'", E::UnsupportedOperator, "not contains", "NOT (l CONTAINS ...)");
    error(f, "a NOT == 1", E::ExpectedOperator, "NOT", "`!=`");
    error(f, "a ! IN ['x']", E::UnsupportedOperator, "!", "a NOT IN");
    error(f, "a ! 'x'", E::ExpectedOperator, "!", "`NOT IN`");
    error(f, "a + 1 == 2", E::Arithmetic, "+", "do not calculate");
    error(f, "a == b - 1", E::Arithmetic, "-", "do not calculate");
    error(f, "a == - 1", E::Arithmetic, "-", "directly before the digits");
    error(f, "a -b == 1", E::Arithmetic, "-", "do not calculate");
    error(f, "(-b == 1)", E::Arithmetic, "-", "directly before the digits");
    error(f, "lower(a) == 'x'", E::FunctionCall, "lower(a)", "no functions");
    error(f, "l.has('x')", E::FunctionCall, "l.has('x')", "`l HAS ...`");
    error(f, "a IN ('x', 'y')", E::InvalidList, "('x', 'y')", "['x', 'y']");
    error(f, "a IN 'x', 'y'", E::ExpectedConnective, ",", "brackets");
    error(f, "a == \u{201c}x\u{201d}", E::SmartQuotes, "\u{201c}x\u{201d}", "write `'x'`");
    error(f, "a == \u{201c}x\"", E::SmartQuotes, "\u{201c}x\"", "write `'x'`");
}

#[test]
fn words_of_other_languages_are_known_by_their_operator() {
    let words = [
        ("LIKE ILIKE RLIKE MATCHES MATCH REGEX REGEXP", "patterns are not supported"),
        ("STARTS STARTS_WITH STARTSWITH ENDS ENDS_WITH ENDSWITH BEGINS_WITH", "`a CONTAINS '...'`"),
        ("BETWEEN", "`a >= 1 AND a <= 5`"),
        ("EXISTS", "`a != null`"),
        ("EQ EQUAL EQUALS IS eq Is", "`a == ...`"),
        ("NE NEQ ISNT ne", "`a != ...`"),
        ("LT lt", "`a < ...`"),
        ("LE LTE", "`a <= ...`"),
        ("GT gt", "`a > ...`"),
        ("GE GTE", "`a >= ...`"),
        ("CONTAIN INCLUDE INCLUDES", "`a HAS ...`"),
        ("NIN NOTIN NOT_IN", "`a NOT IN ...`"),
    ];
    for (words, help) in words {
        for word in words.split(' ') {
            error(Kind::Filter, &format!("a {word} b"), E::UnsupportedOperator, word, help);
        }
    }
}

#[test]
fn characters_of_no_token_are_named_so_that_they_can_be_seen() {
    let cases = [
        ('@', "found `@`", "leave it out"),
        (';', "found `;`", "leave the `;` out"),
        ('`', "found ```", "strings between ' or \""),
        ('{', "found `{`", "placeholders have no place"),
        ('}', "found `}`", "placeholders have no place"),
        ('€', "the character U+20AC", "leave it out"),
        ('\u{7}', "the character U+0007", "leave it out"),
        ('\u{200b}', "the character U+200B", "invisible"),
        ('\u{feff}', "the character U+FEFF", "invisible"),
    ];
    for (character, message, help) in cases {
        let text = format!("a {character} == 1");
        error(Kind::Filter, &text, E::UnexpectedCharacter, &character.to_string(), help);
        let found = &judge(&text, Kind::Filter).unwrap_err()[0].message;
        assert!(found.ends_with(message), "{found}");
    }
}

#[test]
fn names_are_judged_by_their_place() {
    error(Kind::Filter, "skill-level > 3", E::HyphenatedKey, "skill-level", "`skill_level`");
    error(Kind::Filter, "a.b-2 == 1", E::HyphenatedKey, "a.b-2", "`a.b_2`");
    error(Kind::Filter, "a.5 == 1", E::InvalidPath, "5", "`[5]`");
    error(Kind::Filter, "a. == 1", E::InvalidPath, "==", "object.key");
    error(Kind::Filter, "a.'b' == 1", E::InvalidPath, "'b'", "without quotes");
    error(Kind::Filter, "a['b'] == 1", E::InvalidPath, "['b']", "`.b`");
    error(Kind::Filter, "a[-1] == 1", E::InvalidPath, "[-1]", "from 0");
    error(Kind::Filter, "a[*] == 1", E::InvalidPath, "[*]", "HAS");
    error(Kind::Filter, "a[1.0] == 1", E::InvalidPath, "[1.0]", "whole number");
    error(Kind::Filter, "a == b[", E::InvalidPath, "[", "whole number");
    error(Kind::Filter, "größe == 1", E::UnexpectedCharacter, "größe", "rename");
    error(Kind::Filter, "in == 1", E::ExpectedOperand, "in", "rename");
    error(Kind::Target, "language == 'es'", E::WrongName, "language", "`task.language` or `worker.language`");
    error(Kind::Target, "Task.language == 'es'", E::WrongName, "Task.language", "lower case: `task.language`");
    error(Kind::Target, "Worker.a == 1", E::WrongName, "Worker.a", "lower case: `worker.a`");
    error(Kind::Target, "foo.bar == 1", E::WrongName, "foo.bar", "`task.foo.bar` or `worker.foo.bar`");
    error(Kind::Target, "worker == 'es'", E::WrongName, "worker", "worker.language");
    error(Kind::Target, "workers.available > 0", E::WrongName, "workers.available", "skip_if");
    error(Kind::SkipIf, "worker.sid == 'x'", E::WrongName, "worker.sid", "no single `worker`");
    error(Kind::SkipIf, "task == 'x'", E::WrongName, "task", "`task.language`");
    error(Kind::SkipIf, "available == 0", E::WrongName, "available", "workers.available");
    error(Kind::SkipIf, "workers.available.x == 0", E::WrongName, "workers.available.x", "workers.available");
    error(Kind::OrderBy, "level DESC", E::WrongName, "level", "`worker.level`");
    error(Kind::OrderBy, "Worker.level", E::WrongName, "Worker.level", "`worker.level`");
    error(Kind::OrderBy, "a.b", E::WrongName, "a.b", "`worker.a.b`");
    error(Kind::OrderBy, "Worker", E::WrongName, "Worker", "`worker.Worker`");
    error(Kind::OrderBy, "worker", E::WrongName, "worker", "`worker.language`");
    error(Kind::OrderBy, "task.level", E::WrongName, "task.level", "order_by");
    error(Kind::OrderBy, "worker.level DOWN", E::InvalidDirection, "DOWN", "`DESC`");
    error(Kind::OrderBy, "worker.level descending", E::InvalidDirection, "descending", "`DESC`");
    error(Kind::OrderBy, "worker.a DESC worker.b", E::InvalidDirection, "worker", "comma");
    error(Kind::OrderBy, "worker.a and worker.b", E::InvalidDirection, "and", "comma");
    error(Kind::OrderBy, "worker.a,", E::InvalidPath, "", "worker.level DESC");
    error(Kind::OrderBy, "worker.a-b DESC", E::HyphenatedKey, "worker.a-b", "worker.a_b");
    error(Kind::OrderBy, " ", E::Empty, " ", "leave the setting out");
    error(Kind::KnownWorker, "agent", E::WrongName, "agent", "`task.agent`");
    error(Kind::KnownWorker, "worker.sid", E::WrongName, "worker.sid", "holds the worker's SID");
    error(Kind::KnownWorker, "task", E::WrongName, "task", "`task.language`");
    error(Kind::KnownWorker, "task.a == 'x'", E::WrongKind, "==", "write only `task.a`");
    error(Kind::KnownWorker, "'x'", E::InvalidPath, "'x'", "task.agent_sid");
}

#[test]
fn what_is_missing_is_named() {
    let f = Kind::Filter;
    error(f, "", E::Empty, "", "1 == 1");
    error(f, "vip", E::BareOperand, "vip", "`vip == true`");
    error(f, "true", E::BareOperand, "true", "1 == 1");
    error(f, "'x'", E::BareOperand, "'x'", "language == 'x'");
    error(f, "['x']", E::BareOperand, "['x']", "language IN ['x']");
    error(f, "(vip) == true", E::BareOperand, "vip", "`vip == ...`");
    error(f, "(a == 1", E::UnclosedParenthesis, "(", "`)`");
    error(f, "a == 1)", E::UnopenedParenthesis, ")", "delete");
    error(f, "()", E::ExpectedComparison, ")", "inside the parentheses");
    error(f, "OR a == 1", E::ExpectedComparison, "OR", "delete `OR`");
    error(f, "a == 1 OR", E::ExpectedComparison, "", "before the end");
    error(f, "a == 1 AND OR b == 2", E::ExpectedComparison, "OR", "delete `OR`");
    error(f, "NOT NOT a == 1", E::ExpectedComparison, "NOT", "leave both out");
    error(f, "a == 1 b == 2", E::ExpectedConnective, "b", "`AND` or `OR`");
    error(f, "a == b == c", E::ExpectedConnective, "==", "one operator");
    error(f, "a ==", E::ExpectedOperand, "", "a quoted string");
    error(f, "== 1", E::ExpectedOperand, "==", "what `==` compares");
    error(f, "a > = 1", E::ExpectedOperand, "=", "without a blank");
    error(f, "HAS 'x'", E::ExpectedOperand, "HAS", "write a name");
    error(f, "a == .b", E::ExpectedOperand, ".", "starts with a letter");
    error(f, "required language == 'x'", E::ExpectedOperator, "language", "`==`");
    error(f, "a == (1)", E::ExpectedOperand, "(1)", "write `1`");
    error(f, "a == 'x", E::UnclosedString, "'x", "close the string");
    error(f, "(a == 'x) AND (b", E::UnclosedString, "'x) AND (b", "close the string");
    error(f, "a IN ['x', 'y'", E::InvalidList, "[", "`]`");
    error(f, "a IN [x]", E::InvalidList, "x", "`'x'`");
    error(f, "a IN ['x', ['y']]", E::InvalidList, "['y']", "do not nest");
    error(f, "a IN ['x',]", E::InvalidList, "]", "last comma");
    error(f, "a IN ['x',,'y']", E::InvalidList, ",", "one of the commas");
    error(f, "a IN ['x' 'y']", E::InvalidList, "'y'", "commas");
    error(f, "a == 1e5", E::InvalidNumber, "1e5", "digits");
    error(f, "a == 1e+5", E::InvalidNumber, "1e+5", "digits");
    error(f, "a == 1E-5", E::InvalidNumber, "1E-5", "digits");
    error(f, "a == 1e", E::InvalidNumber, "1e", "digits");
    error(f, "a == 1+2", E::Arithmetic, "+", "do not calculate");
    error(f, "a ==.5", E::InvalidNumber, ".5", "digits");
    error(f, "a == .5", E::InvalidNumber, ".5", "digits");
    error(f, "a == 1.", E::InvalidNumber, "1.", "digits");
    error(f, "a == 1.2.3", E::InvalidNumber, "1.2.3", "digits");
    error(f, "a == 12abc", E::InvalidNumber, "12abc", "quote");
    error(f, "a == 1;", E::UnexpectedCharacter, ";", "leave the `;` out");
    error(f, "a\u{200b} == 1", E::UnexpectedCharacter, "\u{200b}", "invisible");
}

#[test]
fn all_errors_of_a_text_are_reported_in_its_order() {
    errors(
        Kind::Filter,
        "a <> 1 && (skill-level > 3 OR vip) AND b IN ('x') OR",
        &[
            (E::UnsupportedOperator, "<>", ""),
            (E::UnsupportedOperator, "&&", ""),
            (E::HyphenatedKey, "skill-level", ""),
            (E::BareOperand, "vip", ""),
            (E::InvalidList, "('x')", ""),
            (E::ExpectedComparison, "", ""),
        ],
    );
    // An unclosed string takes the rest of the text with it, and with that what would have followed.
    error(Kind::Filter, "a 'x", E::UnclosedString, "'x", "");
    errors(Kind::Filter, "a <>'x", &[(E::UnsupportedOperator, "<>", ""), (E::UnclosedString, "'x", "")]);
    errors(
        Kind::Target,
        "language == task. AND (worker.a == 1 OR b ==",
        &[
            (E::WrongName, "language", ""),
            (E::InvalidPath, "AND", ""),
            (E::UnclosedParenthesis, "(", ""),
            (E::WrongName, "b", ""),
            (E::ExpectedOperand, "", ""),
        ],
    );
    // A reported name that stands alone is no constant.
    for (text, help) in [("a-b", "`a-b == true`"), ("_-b", "`_-b == true`"), ("$-b", "`$-b == true`")] {
        errors(Kind::Filter, text, &[(E::HyphenatedKey, text, ""), (E::BareOperand, text, help)]);
    }
    errors(Kind::Filter, "has.", &[(E::ExpectedOperand, "has", ""), (E::BareOperand, "has", "")]);
    errors(
        Kind::OrderBy,
        "level, worker.a UP, task.b",
        &[(E::WrongName, "level", ""), (E::InvalidDirection, "UP", "`ASC`"), (E::WrongName, "task.b", "")],
    );
}

#[test]
fn after_an_error_the_next_condition_is_judged() {
    let f = Kind::Filter;
    let alone = (E::BareOperand, "vip", "");
    // What cannot be read is skipped up to the next connective, parentheses and all.
    errors(f, "a b (c OR d) AND vip", &[(E::ExpectedOperator, "b", ""), alone]);
    errors(f, "a b (c OR d) OR vip", &[(E::ExpectedOperator, "b", ""), alone]);
    errors(f, "(a b (c OR d)) AND vip", &[(E::ExpectedOperator, "b", ""), alone]);
    errors(f, "a b && vip", &[(E::ExpectedOperator, "b", ""), (E::UnsupportedOperator, "&&", ""), alone]);
    errors(f, "vip && a == 1", &[alone, (E::UnsupportedOperator, "&&", "")]);
    errors(f, "a == -(b)", &[(E::Arithmetic, "-", ""), (E::ExpectedOperand, "(", "around whole conditions")]);
    // One missing operand does not hide the faults of the other.
    errors(f, "HAS x-y", &[(E::ExpectedOperand, "HAS", ""), (E::HyphenatedKey, "x-y", "")]);
    for connective in ["AND", "OR"] {
        let text = format!("- {connective} vip");
        errors(f, &text, &[(E::Arithmetic, "-", ""), (E::ExpectedOperand, connective, ""), alone]);
    }
    // Only a lone operand between parentheses takes the operator behind them along.
    errors(f, "(vip OR a == 1) == 2", &[alone, (E::ExpectedConnective, "==", "")]);
    errors(f, "(a b) == 1", &[(E::ExpectedOperator, "b", ""), (E::ExpectedConnective, "==", "")]);
    errors(f, "(vip) 'x' == 1", &[alone, (E::ExpectedConnective, "'x'", "")]);
}

#[test]
fn limits_hold_without_deep_recursion() {
    let nested = |n: usize| format!("{}a == 1{}", "(".repeat(n), ")".repeat(n));
    let roomy = Limits { max_length: usize::MAX, max_depth: 64 };
    assert!(parse(&nested(64), Kind::Filter, &roomy).is_ok());
    let refused = parse(&nested(65), Kind::Filter, &roomy).unwrap_err();
    assert_eq!((refused.len(), refused[0].kind, refused[0].span.clone()), (1, E::TooDeep, 64..65));
    let boundless = Limits { max_length: usize::MAX, max_depth: usize::MAX };
    let deep = parse(&nested(200_000), Kind::Filter, &boundless).unwrap().expression;
    assert!(!deep.matches(&crate::support::World::default()));
    let not = format!("{}a == 1{}", "NOT (".repeat(100_000), ")".repeat(100_000));
    let not = parse(&not, Kind::Filter, &boundless).unwrap().expression;
    assert!(!not.matches(&crate::support::World::default()));
    let mixed = format!("{}a == 1{}", "(b == 1 OR (c == 1 AND ".repeat(50_000), "))".repeat(50_000));
    assert!(!parse(&mixed, Kind::Filter, &boundless).unwrap().expression.matches(&crate::support::World::default()));
    assert!(parse(&"(".repeat(200_000), Kind::Filter, &boundless).is_err());
    assert!(parse(&"[".repeat(200_000), Kind::Filter, &boundless).is_err());
    let long = format!("a == '{}'", "x".repeat(4090));
    assert_eq!(parse(&long, Kind::Filter, &Limits::default()).unwrap_err()[0].kind, E::TooLong);
    assert!(parse(&long[1..].replacen('x', "", 10), Kind::Filter, &Limits::default()).is_err());
    let longest = format!("a == '{}'", "x".repeat(4096 - 7));
    assert!(parse(&longest, Kind::Filter, &Limits::default()).is_ok());
}

#[test]
fn a_list_is_no_condition() {
    for (kind, message, example) in [
        (Kind::OrderBy, "found `order-by`: an `order_by` is a list of names", "`worker.level DESC`"),
        (Kind::KnownWorker, "found `known-worker`: a known worker is one reference", "`task.agent_sid`"),
    ] {
        let refused = parse("a == 1", kind, &Limits::default()).unwrap_err();
        assert_eq!((refused.len(), refused[0].kind, refused[0].span.clone()), (1, E::WrongKind, 0..6));
        assert!(refused[0].message.ends_with(message), "{}", refused[0].message);
        assert!(refused[0].help.as_deref().unwrap().ends_with(example), "{:?}", refused[0].help);
    }
}

#[cfg(not(feature = "jsonpath"))]
#[test]
fn queries_are_refused_when_they_are_switched_off() {
    error(Kind::Filter, "$.a[*] HAS 'x'", E::JsonPath, "$.a[*]", "feature `jsonpath`");
    warnings(Kind::Filter, "$foo == 1", &[]);
}

#[cfg(feature = "jsonpath")]
#[test]
fn queries_stand_where_lists_stand() {
    let (f, query) = (Kind::Filter, "$.skills[?@.name=='x' && @.level >= 3]");
    let extension = |at| ("extension", at, "plain paths");
    warnings(f, &format!("{query} != null"), &[extension(query)]);
    warnings(f, "null==$.a", &[extension("$.a")]);
    warnings(f, "$.a[*] HAS 'x'", &[extension("$.a[*]")]);
    warnings(Kind::Queue, "('x' NOT IN $..a)", &[extension("$..a")]);
    warnings(Kind::Target, "task.$.a[*] HAS worker.b", &[extension("task.$.a[*]")]);
    warnings(f, "$.a HAS 'x'", &[extension("$.a"), ("single-node", "$.a HAS 'x'", "$.a[*]")]);
    warnings(f, "$foo == 1", &[]);
    error(f, "$.a == 1", E::JsonPath, "$.a", "HAS");
    error(f, "'x' HAS $.a", E::JsonPath, "$.a", "HAS");
    error(f, "$.a[ IN ['x']", E::JsonPath, "$.a[ IN ['x']", "$.skills");
    error(f, "$.a] != null", E::ExpectedOperator, "]", "`==`");
    error(f, "$[?@.a b == 1] != null", E::JsonPath, "$[?@.a b == 1]", "first name");
    error(Kind::Target, "$.a != null", E::JsonPath, "$.a", "`task.` or `worker.`");
    error(Kind::SkipIf, "$.a != null", E::JsonPath, "$.a", "filters");
    error(Kind::SkipIf, "task.$.a != null", E::InvalidPath, "$.a", "target");
}
