//! Expressions that nobody here wrote: the folder of `POINTSMAN_CORPUS`, when it is set.

use std::fs;
use std::path::Path;

use pointsman_expr::{Kind, Limits, Name, parse};
use serde_json::Value as Json;

use crate::advice::judge;
use crate::support::{World, evaluate, variable};

fn records(file: &str) -> Vec<Json> {
    let Some(folder) = variable("POINTSMAN_CORPUS") else {
        eprintln!("SKIPPED: POINTSMAN_CORPUS names no folder with {file}");
        return Vec::new();
    };
    let text = fs::read_to_string(Path::new(&folder).join(file)).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(record: &'a Json, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

#[test]
fn expressions_parse_as_recorded() {
    for record in records("expressions.jsonl") {
        let (expr, kind) = (text(&record, "expr"), text(&record, "kind").parse::<Kind>().unwrap());
        let judged = judge(expr, kind);
        match text(&record, "parse") {
            "ok" => assert!(judged.is_ok(), "{kind}: {expr}\n{judged:#?}"),
            "error" => assert!(judged.is_err(), "{kind}: {expr}"),
            other => assert_eq!(other, "unsure"),
        }
    }
}

#[test]
fn evaluations_are_as_recorded() {
    for record in records("evaluations.jsonl") {
        let (expr, kind) = (text(&record, "expr"), text(&record, "kind").parse::<Kind>().unwrap());
        let mut world = World::new(record["task"].clone(), record["worker"].clone());
        add(&mut world, "worker", &record["worker_fields"]);
        add(&mut world, "taskrouter", &record["context"]["taskrouter"]);
        add(&mut world, "workers", &record["context"]["workers"]);
        let known = |world: &World| {
            let parsed = parse(expr, kind, &Limits::default()).unwrap_or_else(|e| panic!("{expr}: {e:#?}"));
            parsed.expression.names().all(|name| match name {
                Name::Task(_) | Name::Worker(_) | Name::WorkerAttributeOrField(..) | Name::Nothing => true,
                other => world.built_in.contains_key(&other.to_string()),
            })
        };
        if text(&record, "certainty") == "high" && known(&world) {
            let expected = record["expect"].as_bool().unwrap();
            assert_eq!(evaluate(expr, kind, &world), expected, "{}: {expr}", text(&record, "id"));
        }
    }
}

/// Adds the leaves of a record under their spelling; the hour is written as a string there and is a number here.
fn add(world: &mut World, prefix: &str, record: &Json) {
    for (key, value) in record.as_object().into_iter().flatten() {
        let name = format!("{prefix}.{key}");
        match (value, key.as_str()) {
            (Json::Object(_), _) => add(world, &name, value),
            (Json::String(hour), "currentHour") => {
                world.built_in.insert(name, pointsman_expr::Value::from(hour.parse::<i64>().unwrap()));
            }
            _ => {
                world.built_in.insert(name, pointsman_expr::Value::from(value.clone()));
            }
        }
    }
}
