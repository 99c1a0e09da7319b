//! Texts of expressions, per place they stand in. Every one of them parses.

use pointsman_expr::{Kind, Limits, parse};
use proptest::prelude::*;
use proptest::sample::select;

const OPERATORS: [&str; 11] = ["==", "!=", "=", "<", "<=", ">", ">=", "CONTAINS", "HAS", "IN", "NOT IN"];
const CONSTANTS: [&str; 9] = ["'a'", "'x'", "'2'", "2", "1.0", "true", "null", "['a', 'x']", "[2, null]"];

/// The usual conditions of a queue, which match often.
const QUEUE: [&str; 11] = [
    "1==1",
    "1==1",
    "1 == 1",
    "team == 'a'",
    "team != 'a'",
    "skills HAS 'x'",
    "'a' IN skills",
    "level >= 1",
    "nested.n != null",
    "sid != 'w1'",
    "activity_name != 'Ready'",
];
const QUEUE_NAMES: [&str; 10] =
    ["team", "skills", "skills[0]", "level", "nested.n", "nested", "missing", "sid", "friendly_name", "$.skills[*]"];

const FILTER: [&str; 9] = [
    "1==1",
    "type == 'a'",
    "type != 'a'",
    "vip == true",
    "level > 1",
    "tags HAS 'x'",
    "agent != null",
    "taskrouter.currentMin < 30",
    "type == null OR level == null",
];
const FILTER_NAMES: [&str; 10] =
    ["type", "tags", "tags[1]", "level", "vip", "nested.n", "missing", "agent", "taskrouter.currentHour", "$.tags[*]"];

const TARGET: [&str; 13] = [
    "worker.team == task.type",
    "worker.level >= task.level",
    "worker.skills HAS task.type",
    "worker.sid != task.agent",
    "task.agent == worker.friendly_name",
    "worker.channel.default.assigned_tasks == 0",
    "worker.channel.default.assigned_tasks <= 1",
    "worker.channel.voice.available_capacity_percentage > 40",
    "worker.channel.default.available == true",
    "worker.activity_name == 'Available'",
    "taskrouter.currentMin IN [14, 16, 18, 20]",
    "taskrouter.currentMin > 14",
    "taskrouter.currentTime > 2214 AND taskrouter.dayOfWeek != 'Sun'",
];
const TARGET_NAMES: [&str; 14] = [
    "worker.team",
    "worker.skills",
    "worker.level",
    "worker.nested.n",
    "worker.missing",
    "worker.activity_sid",
    "worker.channel.chat.configured_capacity",
    "worker.channel.nowhere.available",
    "task.type",
    "task.tags",
    "task.level",
    "taskrouter.currentMin",
    "worker.$.skills[?@ == 'a']",
    "task.$.tags[*]",
];

const SKIP_IF: [&str; 6] = [
    "1 == 1",
    "workers.available == 0",
    "workers.available <= 1",
    "workers.unavailable > 0",
    "1 == 0",
    "task.vip == true",
];
const SKIP_IF_NAMES: [&str; 6] =
    ["workers.available", "workers.unavailable", "workers.WAready", "workers.WAbusy", "workers.WAnone", "task.level"];

const ORDER_BY: [&str; 7] = [
    "worker.level",
    "worker.level DESC",
    "worker.level asc, worker.nested.n DESC",
    "worker.missing DESC",
    "worker.nested.n, worker.level DESC",
    "worker.channel.default.assigned_tasks ASC",
    "worker.channel.voice.available_capacity_percentage DESC, worker.level",
];

/// A condition over worker attributes, for `target_workers`.
pub fn queue_expression() -> BoxedStrategy<String> {
    condition(&QUEUE, &QUEUE_NAMES, Kind::Queue).boxed()
}

/// A condition over task attributes, for a filter.
pub fn filter_expression() -> BoxedStrategy<String> {
    condition(&FILTER, &FILTER_NAMES, Kind::Filter).boxed()
}

/// A condition over task and worker, for a routing step.
pub fn target_expression() -> BoxedStrategy<String> {
    condition(&TARGET, &TARGET_NAMES, Kind::Target).boxed()
}

/// A condition over the workers of a queue, for `skip_if`.
pub fn skip_if() -> BoxedStrategy<String> {
    condition(&SKIP_IF, &SKIP_IF_NAMES, Kind::SkipIf).boxed()
}

/// A list for `order_by`.
pub fn order_by() -> BoxedStrategy<String> {
    select(&ORDER_BY[..]).prop_map(str::to_owned).boxed()
}

/// Mostly a usual condition, else any comparison of names and constants, alone or joined.
fn condition(usual: &'static [&'static str], names: &'static [&'static str], kind: Kind) -> BoxedStrategy<String> {
    let simple = prop_oneof![3 => select(usual).prop_map(str::to_owned), 1 => comparison(names, kind)];
    let pair = (simple.clone(), simple.clone(), select(&["AND", "OR"][..]));
    prop_oneof![
        6 => simple.clone(),
        1 => simple.prop_map(|part| format!("NOT ({part})")),
        2 => pair.prop_map(|(left, right, joined)| format!("({left}) {joined} ({right})")),
    ]
    .boxed()
}

/// Any comparison; where the language refuses it, one that is always true.
fn comparison(names: &'static [&'static str], kind: Kind) -> BoxedStrategy<String> {
    let operand = prop_oneof![2 => select(names), 1 => select(&CONSTANTS[..])];
    (operand.clone(), select(&OPERATORS[..]), operand)
        .prop_map(move |(left, operator, right)| {
            let text = format!("{left} {operator} {right}");
            if parse(&text, kind, &Limits::default()).is_ok() { text } else { "1 == 1".to_owned() }
        })
        .boxed()
}

#[cfg(test)]
mod tests {
    use pointsman_expr::OrderBy;

    use super::*;

    #[test]
    fn every_usual_text_parses() {
        let tables: [(&[&str], Kind); 4] =
            [(&QUEUE, Kind::Queue), (&FILTER, Kind::Filter), (&TARGET, Kind::Target), (&SKIP_IF, Kind::SkipIf)];
        for (texts, kind) in tables {
            for text in texts {
                assert!(parse(text, kind, &Limits::default()).is_ok(), "{kind}: {text}");
            }
        }
        for text in ORDER_BY {
            assert!(OrderBy::parse(text, &Limits::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn every_name_can_be_compared() {
        let tables: [(&[&str], Kind); 4] = [
            (&QUEUE_NAMES, Kind::Queue),
            (&FILTER_NAMES, Kind::Filter),
            (&TARGET_NAMES, Kind::Target),
            (&SKIP_IF_NAMES, Kind::SkipIf),
        ];
        for (names, kind) in tables {
            for name in names {
                // Without the feature the strategies put something else in the place of a query.
                let legal = cfg!(feature = "jsonpath") || !name.contains("$.");
                let parsed = parse(&format!("{name} != null"), kind, &Limits::default());
                assert_eq!(parsed.is_ok(), legal, "{kind}: {name}");
            }
        }
    }
}
