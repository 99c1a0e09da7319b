//! What expressions mean: tables of one-liners against small documents (semantics 1.5, 16, 16.1 R7).

use std::cmp::Ordering;

use pointsman_expr::{Kind, KnownWorker, Limits, Name, OrderBy, Path, WorkersCount};
use serde_json::{Value as Json, json};

use crate::support::{World, evaluate, expression};

/// Runs lines of `RESULT EXPRESSION`.
fn table(kind: Kind, world: &World, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (expected, text) = line.split_once(' ').unwrap();
        let expected: bool = expected.parse().unwrap();
        assert_eq!(evaluate(text.trim(), kind, world), expected, "{line}");
    }
}

fn filter(task: Json, lines: &str) {
    table(Kind::Filter, &World::new(task, Json::Null), lines);
}

#[test]
fn equality_is_by_value_within_a_type() {
    filter(
        json!({"n": 5, "s": "5", "t": true, "f": 5.0, "name": "Ann", "l": [5], "o": {}, "z": null}),
        "
        true  n == 5
        true  n = 5.00
        true  n == f
        false n == s
        true  n != s
        false n == 'x'
        true  t == TRUE
        false t == 'true'
        true  t != 'true'
        true  name == 'Ann'
        false name == 'ann'
        true  5 == n
        false l == 5
        false l != 5
        false o != 5
        false 5 != o
        false l == l
        false l != l
        false o == o
        ",
    );
}

#[test]
fn missing_and_null_are_one_value() {
    filter(
        json!({"z": null, "l": [], "o": {}, "s": "", "f": false}),
        "
        true  missing == null
        false missing != null
        true  z == null
        false z != null
        true  missing == z
        false missing != z
        true  missing != 'x'
        true  missing != true
        false missing == 'x'
        false missing < 3
        false missing > 3
        false missing <= missing
        true  l != null
        true  null != l
        true  o != null
        true  s != null
        true  f != null
        false l == null
        false o == null
        false null == s
        true  null == missing
        true  null == null
        false null != null
        false missing != l
        false l != missing
        false missing CONTAINS ''
        false 'x' CONTAINS missing
        ",
    );
}

#[test]
fn order_is_for_numbers_and_strings() {
    filter(
        json!({"n": 5, "half": 0.5, "a": "apple", "b": "b", "t": true, "big": 9007199254740993_i64}),
        "
        true  n > 4.9
        true  n >= 5
        false n > 5
        true  half < 1
        true  -1 < half
        true  a < b
        true  'Z' < 'a'
        true  'z' < 'é'
        true  'a' <= 'a'
        false t > false
        false t >= true
        false n < '6'
        false null < 1
        false null <= null
        true  big > 9007199254740992
        false big == 9007199254740992.0
        ",
    );
}

#[test]
fn strings_contain_strings() {
    filter(
        json!({"s": "en-CA", "l": ["en-CA"], "n": 12}),
        "
        true  s CONTAINS 'CA'
        true  s contains ''
        false s CONTAINS 'ca'
        false l CONTAINS 'en-CA'
        false n CONTAINS 1
        false 'true' CONTAINS true
        true  'abc' CONTAINS 'b'
        ",
    );
}

#[test]
fn membership_wants_a_scalar_and_a_list() {
    filter(
        json!({"l": ["a", 1, true, null, ["x"], {"k": 1}], "plain": ["a"], "s": "a", "n": 1.0, "f": false, "e": []}),
        "
        true  l HAS 'a'
        true  l has n
        true  l HAS true
        true  l HAS null
        true  l HAS missing
        false plain HAS null
        false l HAS ['x']
        false l HAS plain
        false s HAS 'a'
        false s HAS 's'
        false missing HAS 'a'
        false e HAS 'a'
        true  s IN l
        true  s In ['a']
        true  n IN [true, 1, 'x']
        true  f IN [null, true, false]
        false f IN [null, true]
        true  1 IN l
        false 'b' IN l
        true  'b' NOT IN l
        true  'b' not in e
        false 'a' NOT IN l
        false 'a' IN missing
        false 'a' NOT IN missing
        false 'a' NOT IN s
        false 'a' IN s
        false plain IN l
        false plain NOT IN l
        true  missing NOT IN plain
        false missing NOT IN l
        true  missing IN [null]
        true  missing NOT IN []
        false 1 NOT IN 2
        true  ['a', 'b'] HAS s
        ",
    );
}

#[test]
fn connectives_bind_as_documented() {
    filter(
        json!({}),
        "
        true  1==1 OR 1==1 AND 1==0
        false (1==1 OR 1==1) AND 1==0
        true  1==0 AND 1==0 OR 1==1
        true  NOT 1==0 AND 1==1
        true  NOT (1==1 AND 1==0)
        false NOT 1==0 AND 1==0
        true  not (not (1==1))
        true  (((1==1)))
        false 1==0 OR (1==1 AND NOT 1==1)
        true  1==0 or 1==0 Or 1==1
        ",
    );
}

#[test]
fn constants_are_read_as_documented() {
    filter(
        json!({"q": "it's", "d": "say \"hi\"", "b": "a\\b", "n": 800, "neg": -2.5}),
        r#"
        true  q == 'it\'s'
        true  q == "it's"
        true  d == "say \"hi\""
        true  b == 'a\\b'
        true  b == 'a\b'
        true  n == 0800
        true  neg == -2.50
        true  neg<-2
        true  neg == -02.5
        false '' == ' '
        "#,
    );
}

#[test]
fn paths_reach_into_documents() {
    filter(
        json!({"o": {"p": {"in": 1, "and": 2, "or": 3}, "a": ["x", {"y": [true]}]}, "$id": 3, "_x": 4, "a1": 5, "$": {"k": 6}}),
        "
        true  o.p.in == 1
        true  o.p. in == 1
        true  o.p.and == 2 AND o.p.or == 3
        true  o.a[0] == 'x'
        true  o.a[1].y[0] == true
        true  o . a [ 0 ] == 'x'
        true  o.a[2] == null
        true  o.p[0] == null
        true  o.a.x == null
        true  o.p.in.deeper == null
        true  $id == 3
        true  _x == 4
        true  a1 == 5
        true  $ != null
        ",
    );
}

#[test]
fn queues_read_bare_worker_names() {
    let worker = json!({"languages": ["es"], "sid": "mine", "task": {"x": 1}});
    let world = World::new(json!({"languages": ["de"]}), worker)
        .with("worker.sid", json!("WK1"))
        .with("worker.friendly_name", json!("alice"))
        .with("taskrouter.currentHour", json!(9));
    table(
        Kind::Queue,
        &world,
        "
        true  languages HAS 'es'
        false languages HAS 'de'
        true  sid == 'mine'
        true  friendly_name == 'alice'
        true  activity_name == null
        true  taskrouter.currentHour == null
        true  task.x == 1
        ",
    );
}

#[test]
fn targets_read_both_sides_and_built_in_names() {
    let worker = json!({"skills": ["fr"], "sid": "mine", "channel": {"voice": {"other": 1}}, "default": 7});
    let world = World::new(json!({"skill": "fr", "sid": "WK1", "in": 1}), worker)
        .with("worker.sid", json!("WK1"))
        .with("worker.channel.default.assigned_tasks", json!(2))
        .with("worker.channel.voice.available", json!(true))
        .with("taskrouter.currentTime", json!(815))
        .with("taskrouter.dayOfWeek", json!("Mon"));
    table(
        Kind::Target,
        &world,
        "
        true  worker.skills HAS task.skill
        true  task.sid == worker.sid
        true  task.in == 1
        true  worker.channel.default.assigned_tasks == 2
        true  worker.channel.voice.available == true
        true  worker.channel.voice.other == null
        true  worker.channel.voice.assigned_tasks == null
        true  worker.default == 7
        true  taskrouter.currentTime > 0800 AND taskrouter.currentTime < 1830
        true  taskrouter.dayOfWeek IN ['Mon', 'Tue']
        true  1==1
        ",
    );
}

#[test]
fn skip_if_reads_counts() {
    let world = World::new(json!({"vip": true}), Json::Null)
        .with("workers.available", json!(0))
        .with("workers.unavailable", json!(3))
        .with("workers.WAbusy", json!(2));
    table(
        Kind::SkipIf,
        &world,
        "
        true  workers.available == 0
        true  workers.unavailable > 2 AND workers.WAbusy < 3
        false workers.WAother < 3
        true  workers.WAother == null
        true  1 == 1
        true  task.vip == true
        ",
    );
}

#[test]
fn an_expression_knows_what_it_reads() {
    let target = expression("task.a == 1 AND (worker.b HAS task.a OR taskrouter.currentHour > 8)", Kind::Target);
    let names: Vec<_> = target.names().map(Name::to_string).collect();
    assert_eq!(names, ["task.a", "worker.b", "taskrouter.currentHour"]);
    let counts = expression("workers.available < workers.unavailable AND workers.WA1 == 0", Kind::SkipIf);
    let names: Vec<_> = counts.names().cloned().collect();
    let counted = [WorkersCount::Available, WorkersCount::Unavailable, WorkersCount::Activity("WA1".into())];
    assert_eq!(names, counted.map(Name::Workers));
    assert!(target.reads_clock());
    assert!(!expression("taskrouter.currentHour > 8", Kind::Queue).reads_clock());
}

#[test]
fn what_was_read_keeps_its_text_and_is_equal_by_it() {
    let text = " a ==  1";
    let filter = expression(text, Kind::Filter);
    assert_eq!((filter.text(), filter.to_string().as_str(), filter.kind()), (text, text, Kind::Filter));
    assert_eq!(filter, expression(text, Kind::Filter));
    assert_ne!(filter, expression("a == 1", Kind::Filter));
    assert_ne!(filter, expression(text, Kind::Queue));
    let order = |text: &str| OrderBy::parse(text, &Limits::default()).unwrap().0;
    assert_eq!(order("worker.a DESC").text(), "worker.a DESC");
    assert_eq!(order("worker.a"), order("worker.a"));
    assert_ne!(order("worker.a"), order("worker.a ASC"));
}

#[test]
fn order_by_ranks_with_missing_values_last() {
    let text = "worker.level DESC, worker.routing.levels.988FRsk, worker.channel.voice.assigned_tasks asc";
    let (order, warnings) = OrderBy::parse(text, &Limits::default()).unwrap();
    assert_eq!(warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["extension"]);
    assert_eq!(&text[order.clauses()[1].span.clone()], "worker.routing.levels.988FRsk");
    let worker =
        |json: Json, assigned: Json| World::new(Json::Null, json).with("worker.channel.voice.assigned_tasks", assigned);
    let ranked = [
        worker(json!({"level": 5, "routing": {"levels": {"988FRsk": 1.0}}}), json!(0)),
        worker(json!({"level": 5.0, "routing": {"levels": {"988FRsk": 2}}}), json!(0)),
        worker(json!({"level": 5, "routing": {"levels": {"988FRsk": 2}}}), json!(1)),
        worker(json!({"level": 5, "routing": {}}), json!(0)),
        worker(json!({"level": -1, "routing": {"levels": {"988FRsk": 1}}}), json!(0)),
        worker(json!({"level": null, "routing": {"levels": {"988FRsk": 1}}}), json!(0)),
    ];
    let keys: Vec<_> = ranked.iter().map(|worker| order.key(worker).unwrap()).collect();
    for (i, a) in keys.iter().enumerate() {
        for (j, b) in keys.iter().enumerate() {
            assert_eq!(order.compare(a, b), i.cmp(&j), "{a:?} against {b:?}");
        }
    }
    assert_eq!(order.compare(&keys[0], &keys[0]), Ordering::Equal);
}

#[test]
fn order_by_refuses_what_is_no_integer() {
    let (order, _) = OrderBy::parse("worker.a, worker.b ASC", &Limits::default()).unwrap();
    let clause =
        |json: Json| order.key(&World::new(Json::Null, json)).map(|key| key.values().to_vec()).map_err(|e| e.clause);
    assert_eq!(clause(json!({"a": 1, "b": null})), Ok(vec![Some(1), None]));
    for value in [json!("1"), json!(true), json!(1.5), json!([1]), json!({}), json!(1e300)] {
        assert_eq!(clause(json!({"a": 1, "b": value})), Err(1));
    }
}

#[test]
fn a_known_worker_is_a_path_into_the_task() {
    let (known, warnings) = KnownWorker::parse(" task.agent.sid ", &Limits::default()).unwrap();
    assert_eq!((known.path().to_string().as_str(), known.text(), warnings), ("agent.sid", " task.agent.sid ", vec![]));
    let path = Path::parse("a.b[2].c").unwrap();
    assert_eq!(path.to_string(), "a.b[2].c");
    assert!(Path::parse("a b").is_err() && Path::parse("").is_err() && Path::parse("a.").is_err());
}
