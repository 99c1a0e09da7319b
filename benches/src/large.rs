//! A workflow document as large as TaskRouter lets one be.

use serde_json::{Value, json};

const LANGUAGES: [&str; 12] = ["en", "es", "fr", "de", "it", "pt", "nl", "sv", "nb", "da", "fi", "pl"];
const QUEUES: usize = 400;

/// A workflow document of at most so many bytes: filters that differ, each with three targets.
pub fn workflow_document(bytes: usize) -> String {
    let smallest = document(1).len();
    let each = document(2).len() - smallest;
    let (mut filters, mut text) = ((bytes - smallest) / (each + 8), String::new());
    loop {
        let next = document(filters);
        if next.len() > bytes {
            return text;
        }
        (text, filters) = (next, filters + 1);
    }
}

fn document(filters: usize) -> String {
    let filters: Vec<Value> = (0..filters).map(filter).collect();
    json!({"task_routing": {"filters": filters, "default_filter": {"queue": queue(0)}}}).to_string()
}

fn filter(number: usize) -> Value {
    let (one, other) = (LANGUAGES[number % 12], LANGUAGES[number / 12 % 12]);
    let expression =
        format!("type == 'topic {number}' AND language IN ['{one}', '{other}'] AND customer.tier != 'blocked'");
    json!({
        "filter_friendly_name": format!("Topic {number}"),
        "expression": expression,
        "targets": [
            {"queue": queue(number), "priority": 10, "timeout": 60, "order_by": "worker.level DESC",
             "expression": "worker.languages HAS task.language AND worker.level >= 3"},
            {"queue": queue(number), "timeout": 300, "expression": "worker.languages HAS task.language",
             "skip_if": "workers.available == 0"},
            {"queue": queue(0)},
        ],
    })
}

fn queue(number: usize) -> String {
    format!("WQ{:032x}", number % QUEUES)
}
