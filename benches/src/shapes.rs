//! Owns the six conditions that every engine is measured with, and the documents they are true and false of. Knows
//! nothing of this workspace, so that the peers can read the same file.

use serde_json::{Value as Json, json};

/// One condition in two forms.
pub struct Shape {
    /// What it is called in the tables.
    pub name: &'static str,
    /// The text of a routing step.
    pub text: &'static str,
    /// The same, written by hand over a task and a worker.
    pub closure: fn(&Json, &Json) -> bool,
}

/// The conditions.
pub const SHAPES: [Shape; 6] = [
    Shape {
        name: "P1 equality",
        text: "task.type == 'support'",
        closure: |task, _| task["type"].as_str() == Some("support"),
    },
    Shape {
        name: "P2 and, or",
        text: "task.type == 'support' AND (task.priority > 3 OR task.vip == true)",
        closure: |task, _| {
            task["type"].as_str() == Some("support")
                && (task["priority"].as_i64().is_some_and(|p| p > 3) || task["vip"].as_bool() == Some(true))
        },
    },
    Shape {
        name: "P3 list has constant",
        text: "task.skills HAS 'refund'",
        closure: |task, _| has(&task["skills"], "refund"),
    },
    Shape {
        name: "P4 two levels down",
        text: "task.customer.address.region == 'north'",
        closure: |task, _| task["customer"]["address"]["region"].as_str() == Some("north"),
    },
    Shape {
        name: "P5 twelve, all evaluated",
        text: "(task.type == 'sales' OR task.priority < 1 OR task.retries > 5 OR task.channel == 'chat') \
               OR (task.language == 'fr' OR task.queue == 'none' OR task.vip == 'yes' OR task.source == 'import') \
               OR (task.tier == 'basic' OR task.score >= 1.0 OR task.country == 'NO' OR task.open == false)",
        closure: |task, _| {
            let is = |key: &str, value: &str| task[key].as_str() == Some(value);
            let number = |key: &str| task[key].as_f64().unwrap_or(f64::NAN);
            (is("type", "sales") || number("priority") < 1.0 || number("retries") > 5.0 || is("channel", "chat"))
                || (is("language", "fr") || is("queue", "none") || is("vip", "yes") || is("source", "import"))
                || (is("tier", "basic")
                    || number("score") >= 1.0
                    || is("country", "NO")
                    || task["open"].as_bool() == Some(false))
        },
    },
    Shape {
        name: "P6 worker has what the task wants",
        text: "worker.skills HAS task.required_skill",
        closure: |task, worker| task["required_skill"].as_str().is_some_and(|skill| has(&worker["skills"], skill)),
    },
];

fn has(list: &Json, wanted: &str) -> bool {
    list.as_array().is_some_and(|items| items.iter().any(|item| item.as_str() == Some(wanted)))
}

/// A task of which every condition is true: 16 keys, 393 bytes as compact text.
#[must_use]
pub fn hit() -> Json {
    json!({
        "type": "support", "priority": 5, "vip": true, "channel": "voice", "language": "en", "queue": "front",
        "retries": 0, "source": "phone-menu-two", "tier": "gold", "score": 0.25, "country": "SE", "open": false,
        "skills": ["billing", "cards", "refund"], "required_skill": "cards",
        "tags": ["web", "callback", "invoice", "march"],
        "customer": {
            "id": "customer-000417", "name": "Ada Svensson", "address": {"region": "north", "zip": "12345"}
        }
    })
}

/// A task of which every condition is false.
#[must_use]
pub fn miss() -> Json {
    let mut task = hit();
    task["type"] = json!("billing");
    task["priority"] = json!(2);
    task["vip"] = json!(false);
    task["open"] = json!(true);
    task["skills"] = json!(["billing", "cards", "travel"]);
    task["required_skill"] = json!("travel");
    task["customer"]["address"]["region"] = json!("south");
    task
}

/// The worker.
#[must_use]
pub fn worker() -> Json {
    json!({"skills": ["billing", "loans", "cards"], "level": 3})
}
