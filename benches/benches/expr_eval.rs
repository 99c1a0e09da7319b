//! Evaluating one expression: compiled, beside a closure over `serde_json::Value` and beside struct fields.
//! Six shapes; before anything is measured, all three must agree and the compiled one must not allocate.
#![allow(missing_docs, reason = "the benchmark macros write undocumented items")]
#![allow(clippy::expect_used, reason = "a bench may fail loudly")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman_benches::allocations;
use pointsman_expr::{Attributes, Documents, Expression, Kind, Limits, parse};
use serde_json::{Value as Json, json};

/// One condition in three forms.
struct Shape {
    name: &'static str,
    text: &'static str,
    closure: fn(&Json, &Json) -> bool,
    fields: fn(&Task, &Worker) -> bool,
}

/// The keys that the shapes read, as a program of its own would hold them.
struct Task {
    kind: String,
    priority: i64,
    vip: bool,
    skills: Vec<String>,
    region: String,
    required_skill: String,
}

struct Worker {
    skills: Vec<String>,
}

const SHAPES: [Shape; 6] = [
    Shape {
        name: "p1-equality",
        text: "task.type == 'support'",
        closure: |task, _| task["type"].as_str() == Some("support"),
        fields: |task, _| task.kind == "support",
    },
    Shape {
        name: "p2-and-or",
        text: "task.type == 'support' AND (task.priority > 3 OR task.vip == true)",
        closure: |task, _| {
            task["type"].as_str() == Some("support")
                && (task["priority"].as_i64().is_some_and(|p| p > 3) || task["vip"].as_bool() == Some(true))
        },
        fields: |task, _| task.kind == "support" && (task.priority > 3 || task.vip),
    },
    Shape {
        name: "p3-has",
        text: "task.skills HAS 'refund'",
        closure: |task, _| has(&task["skills"], "refund"),
        fields: |task, _| task.skills.iter().any(|skill| skill == "refund"),
    },
    Shape {
        name: "p4-nested",
        text: "task.customer.address.region == 'north'",
        closure: |task, _| task["customer"]["address"]["region"].as_str() == Some("north"),
        fields: |task, _| task.region == "north",
    },
    Shape {
        name: "p5-twelve",
        text: "(task.type == 'sales' OR task.priority < 3 OR task.vip == false OR task.channel == 'chat') \
               OR (task.language == 'fr' OR task.queue == 'none' OR task.retries > 5 OR task.source == 'import') \
               OR (task.tier == 'basic' OR task.score >= 1.0 OR task.country == 'NO' OR task.open == true)",
        closure: |task, _| {
            let is = |key: &str, value: &str| task[key].as_str() == Some(value);
            let number = |key: &str| task[key].as_f64().unwrap_or(f64::NAN);
            let flag = |key: &str, value: bool| task[key].as_bool() == Some(value);
            (is("type", "sales") || number("priority") < 3.0 || flag("vip", false) || is("channel", "chat"))
                || (is("language", "fr") || is("queue", "none") || number("retries") > 5.0 || is("source", "import"))
                || (is("tier", "basic") || number("score") >= 1.0 || is("country", "NO") || flag("open", true))
        },
        fields: |task, _| {
            // The same number of comparisons over the fields there are.
            let one = task.kind == "sales" || task.priority < 3 || !task.vip || task.region == "chat";
            let two =
                task.region == "fr" || task.kind == "none" || task.priority > 5 || task.required_skill == "import";
            one || two
                || task.region == "basic"
                || task.priority >= 9
                || task.kind == "NO"
                || task.required_skill == "fr"
        },
    },
    Shape {
        name: "p6-both-sides",
        text: "worker.skills HAS task.required_skill",
        closure: |task, worker| task["required_skill"].as_str().is_some_and(|skill| has(&worker["skills"], skill)),
        fields: |task, worker| worker.skills.contains(&task.required_skill),
    },
];

fn has(list: &Json, wanted: &str) -> bool {
    list.as_array().is_some_and(|items| items.iter().any(|item| item.as_str() == Some(wanted)))
}

/// The hit makes every shape true but the fifth, which reads all of its twelve comparisons in vain.
fn task_json() -> Json {
    json!({
        "type": "support", "priority": 5, "vip": true, "channel": "voice", "language": "en", "queue": "front",
        "retries": 0, "source": "phone", "tier": "gold", "score": 0.25, "country": "SE", "open": false,
        "skills": ["billing", "cards", "refund"], "required_skill": "cards", "tags": ["a", "b", "c", "d"],
        "customer": {"id": "c-1", "address": {"region": "north", "zip": "12345"}}
    })
}

fn worker_json() -> Json {
    json!({"skills": ["billing", "loans", "cards"], "level": 3})
}

fn fields() -> (Task, Worker) {
    let strings = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    let task = Task {
        kind: "support".to_owned(),
        priority: 5,
        vip: true,
        skills: strings(&["billing", "cards", "refund"]),
        region: "north".to_owned(),
        required_skill: "cards".to_owned(),
    };
    (task, Worker { skills: strings(&["billing", "loans", "cards"]) })
}

fn attributes(json: Json) -> Attributes {
    Attributes::try_from(pointsman_expr::Value::from(json)).expect("an object")
}

fn compiled(shape: &Shape) -> Expression {
    parse(shape.text, Kind::Target, &Limits::default()).expect("a sound text").expression
}

fn evaluation(criterion: &mut Criterion) {
    let (task_json, worker_json, (task, worker)) = (task_json(), worker_json(), fields());
    let (task_document, worker_document) = (attributes(task_json.clone()), attributes(worker_json.clone()));
    let source = Documents { task: &task_document, worker: &worker_document };
    for shape in &SHAPES {
        let expression = compiled(shape);
        let expected = shape.name != "p5-twelve";
        assert_eq!(expression.matches(&source), expected, "{}", shape.text);
        assert_eq!((shape.closure)(&task_json, &worker_json), expected, "{}", shape.text);
        assert_eq!((shape.fields)(&task, &worker), expected, "{}", shape.text);
        assert_eq!(allocations(|| expression.matches(&source)), 0, "`{}` allocates", shape.text);
        let mut group = criterion.benchmark_group(shape.name);
        group.bench_function("compiled", |b| b.iter(|| black_box(&expression).matches(black_box(&source))));
        group.bench_function("closure", |b| b.iter(|| (shape.closure)(black_box(&task_json), black_box(&worker_json))));
        group.bench_function("fields", |b| b.iter(|| (shape.fields)(black_box(&task), black_box(&worker))));
        group.finish();
    }
    parsing(criterion);
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for shape in [&SHAPES[0], &SHAPES[1], &SHAPES[4]] {
        group.bench_function(shape.name, |b| b.iter(|| compiled(black_box(shape))));
    }
    group.finish();
}

criterion_group!(benches, evaluation);
criterion_main!(benches);
