//! JSON-path queries: what they select, and how that compares with a second implementation.

use pointsman_expr::{Kind, Query, QueryError, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use serde_json_path::JsonPath;

use crate::support::{World, attributes, cases, evaluate};

fn document() -> Json {
    json!({
        "skills": [{"name": "billing", "level": 3}, {"name": "sales", "level": 1, "tags": ["a"]}],
        "a": {"b": [1, 2, 3], "c": {"a": 4}, "first name": "Ann", "it's so": 5, "back\\": 6},
        "l": ["x", "y"],
        "none": null
    })
}

fn ours(query: &str, document: &Json) -> Result<Vec<Json>, QueryError> {
    let nodes = Query::parse(query)?.select(&attributes(document.clone()));
    Ok(nodes.iter().map(Json::from).collect())
}

fn theirs(query: &str, document: &Json) -> Option<Vec<Json>> {
    Some(JsonPath::parse(query).ok()?.query(document).all().into_iter().cloned().collect())
}

/// Queries where the library departs from RFC 9535: it is known, and named here.
const KNOWN_FAILURES: &[(&str, &str)] = &[
    ("descendant with several selectors: order", "$..[0,'a']"),
    ("several selectors below several nodes: order", "$[*][0,1]"),
    ("length of a non-singular query is accepted", "$[?length(@.*) < 3]"),
    ("length of a non-singular descendant is accepted", "$[?length(@..a) < 3]"),
    ("uncompared length is accepted", "$[?length(@.b)]"),
    ("uncompared count is accepted", "$[?count(@.*)]"),
    ("uncompared value is accepted", "$[?value(@.a)]"),
];

const QUERIES: &[&str] = &[
    "$",
    "$.a",
    "$.a.b",
    "$.a.b[0]",
    "$.a.b[-1]",
    "$.a.b[1:]",
    "$.a.b[::2]",
    "$.a.b[::-1]",
    "$.a.b[0,2]",
    "$.a['first name']",
    "$.a['it\\'s so']",
    "$.a[\"it's so\"]",
    "$.a['back\\\\']",
    "$['a']['b']",
    "$.*",
    "$..a",
    "$..*",
    "$.l[*]",
    "$.skills[*].name",
    "$.skills[?@.level >= 3].name",
    "$.skills[?@.name=='billing' && @.level>=3]",
    "$.skills[?@.name == 'x' || !@.tags]",
    "$.skills[?@.tags]",
    "$.skills[?length(@.name) == 5]",
    "$.skills[?count(@.*) > 2].name",
    "$.skills[?match(@.name, 'b.*')].level",
    "$.skills[?search(@.name, 'al')]",
    "$.none",
    "$.missing",
    "$.missing[0].x",
    "$.l['x']",
    "$.a[0]",
    "$.skills[?@.level == $.a.b[2]]",
    "$[?@.b]",
    "$ .a [ 'b' ]",
    "$.skills[? @.level == 1 ]",
    // Not queries.
    "$.",
    "$..",
    "$.a b",
    "$. a",
    "$[",
    "$.a[",
    "$.l[01]",
    "$.l[?]",
    "$.l[?@.a==]",
    "$.l['x'",
    "$.l[?(@.a]",
    "$a",
    "a",
    "$.l[?@.a b == 1]",
    "$.l[?length (@.a) == 1]",
    "$.skills[?@.level == 01]",
    "$['a\\x']",
];

#[test]
fn queries_agree_with_a_second_implementation() {
    for query in QUERIES {
        assert_eq!(ours(query, &document()).ok(), theirs(query, &document()), "{query}");
    }
}

#[test]
fn known_failures_still_fail() {
    for (name, query) in KNOWN_FAILURES {
        let agreed = ours(query, &document()).ok() == theirs(query, &document());
        assert!(!agreed, "{name}: `{query}` is right now, so take it off the list");
    }
}

#[test]
fn terms_are_evaluated_over_the_selected_nodes() {
    let world = World::new(document(), json!({"levels": [3, 7], "want": "y"}));
    let cases = [
        ("task.$.skills[*].name HAS 'sales'", true),
        ("task.$.skills[?@.level >= 3].name HAS 'sales'", false),
        ("task.$.skills[?@.level >= 3] != null", true),
        ("task.$.skills[?@.level >= 9] != null", false),
        ("task.$.skills[?@.level >= 9] == null", true),
        ("task.$.none == null", false),
        ("worker.want IN task.$.l[*]", true),
        ("worker.want NOT IN task.$.l[*]", false),
        ("'x' NOT IN worker.$.levels[*]", true),
        ("'x' NOT IN worker.$.nothing", true),
        ("worker.$.levels[?@ > 5] HAS 7", true),
        ("task.$.l HAS 'x'", false),
        ("task.$.a['first name'] HAS 'Ann'", true),
        ("task.$.a['it\\'s so'] HAS 5", true),
        ("5 IN task.$.a[\"it's so\"]", true),
        ("task.$.a['back\\\\'] HAS 6", true),
    ];
    for (text, expected) in cases {
        assert_eq!(evaluate(text, Kind::Target, &world), expected, "{text}");
    }
}

#[test]
fn queries_have_limits() {
    let deep = |brackets: usize| format!("$.l[?{}@.a == 1{}]", "(".repeat(brackets - 1), ")".repeat(brackets - 1));
    assert!(Query::parse(&deep(32)).is_ok());
    assert_eq!(Query::parse(&deep(33)), Err(QueryError::TooDeep));
    let long = |bytes: usize| format!("$.{}", "a".repeat(bytes - 2));
    assert!(Query::parse(&long(1024)).is_ok());
    assert_eq!(Query::parse(&long(1025)), Err(QueryError::TooLong));
    let refused = Query::parse("$.l[?@.a ==]").unwrap_err();
    assert_eq!(refused.to_string(), "expected a JSON-path query, found `$.l[?@.a ==]`");
    assert!(refused.help().contains("$.skills[*].name"));
    assert_eq!(Query::parse("$.a").unwrap().text(), "$.a");
    let levels = (0..63).fold(json!([1]), |inner, _| json!({"a": inner}));
    let nodes = Query::parse("$..*").unwrap().select(&attributes(levels));
    assert_eq!(nodes.last(), Some(&Value::from(1)));
}

/// The library skips blanks where RFC 9535 has none, so they are refused before it reads the query.
#[test]
fn stray_blanks_are_refused_outside_strings() {
    let stray = ["$.a| b", "$.| a", "$['x'].a| b", "$['x\\\\'].a| b", "$['x\\'y'].a| b", "$[?length| (@.a) == 1]"];
    for marked in stray {
        let (text, at) = (marked.replace('|', ""), marked.find('|').unwrap());
        assert_eq!(Query::parse(&text), Err(QueryError::StrayBlank { text: text.clone(), at }));
    }
    for text in
        ["$['a b']", "$[\"a b\"].c", "$['it\\'s so']", "$['a\\\\ b']", "$[?@.a == 'b c' && @.d]", "$ [ 'a' ] .b"]
    {
        assert!(Query::parse(text).is_ok(), "{text}");
    }
}

/// Queries put together from sound pieces.
fn query() -> impl Strategy<Value = String> {
    let segment = proptest::sample::select(
        &[
            ".a",
            ".b",
            ".l",
            "['skills']",
            "[0]",
            "[-1]",
            "[*]",
            ".*",
            "..a",
            "..[0]",
            "[1:]",
            "[::2]",
            "[0,1]",
            "['a','l']",
            "[?@.level > 1]",
            "[?@.name == 'sales']",
            "[?@ == 'x']",
            "[?@.tags && !@.none]",
            "[?@.level <= $.a.b[0]]",
        ][..],
    );
    proptest::collection::vec(segment, 0..5).prop_map(|segments| format!("${}", segments.concat()))
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn random_queries_select_the_same_nodes(query in query()) {
        // Their order may differ, as the list above says; membership does not read it.
        let sorted = |nodes: Option<Vec<Json>>| {
            let mut texts: Vec<_> = nodes.expect("sound").iter().map(Json::to_string).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(sorted(ours(&query, &document()).ok()), sorted(theirs(&query, &document())), "{}", query);
    }

    #[test]
    fn random_texts_are_no_panic(text in "\\$[.\\[\\]a-c0-2*?@'\" ()=<>!&|,:-]{0,30}") {
        let _ = Query::parse(&text);
    }
}
