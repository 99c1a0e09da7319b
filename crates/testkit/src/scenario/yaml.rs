//! Writes JSON values as YAML that people like to read: on one line where it fits, below each other where not. It
//! knows nothing about scenarios but the order in which their keys read best.

use serde_json::{Map, Value};

/// The longest line.
const WIDTH: usize = 118;
/// Keys that come first, in this order; the others follow by the alphabet, `refused` at the very end.
const FIRST: [&str; 12] = [
    "at",
    "do",
    "name",
    "friendly_name",
    "task",
    "worker",
    "reservation",
    "workflow",
    "task_queue",
    "expression",
    "queue",
    "task_routing",
];
const LAST: [&str; 3] = ["configuration", "targets", "refused"];

/// The value of a block at this indentation, its first line without it.
pub(super) fn block(value: &Value, indent: usize) -> String {
    let flow = flow(value);
    if indent + flow.len() <= WIDTH {
        return flow;
    }
    let gap = format!("\n{:indent$}", "");
    match value {
        Value::Object(map) => {
            let entries = ordered(map).into_iter().map(|(key, value)| entry(key, value, indent));
            entries.collect::<Vec<_>>().join(&gap)
        }
        Value::Array(items) => items.iter().map(|item| listed(item, indent)).collect::<Vec<_>>().join(&gap),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => flow,
    }
}

/// `- value`, for a list at this indentation.
pub(super) fn listed(item: &Value, indent: usize) -> String {
    format!("- {}", block(item, indent + 2))
}

/// `key: value`, below each other when the line is too short.
pub(super) fn entry(key: &str, value: &Value, indent: usize) -> String {
    let key = text(key);
    let below = indent + 2;
    let inline = flow(value);
    let simple = !(value.is_object() || value.is_array());
    if simple || indent + key.len() + 2 + inline.len() <= WIDTH {
        return format!("{key}: {inline}");
    }
    format!("{key}:\n{:below$}{}", "", block(value, below))
}

/// The value on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries = ordered(map).into_iter().map(|(key, value)| format!("{}: {}", text(key), flow(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(string) => text(string),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn ordered(map: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let place = |key: &str| {
        let first = FIRST.iter().position(|known| *known == key);
        let last = LAST.iter().position(|known| *known == key).map_or(0, |place| place + 1);
        (last, first.unwrap_or(FIRST.len()))
    };
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    entries.sort_by_key(|(key, _)| (place(key), *key));
    entries
}

/// A text, bare where no reader of YAML could take it for something else.
fn text(text: &str) -> String {
    let word = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let starts = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let taken = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let bare = starts && text.chars().all(word) && !taken.contains(&text.to_ascii_lowercase().as_str());
    if bare || is_span(text) { text.to_owned() } else { Value::from(text).to_string() }
}

/// `1h30m`, `250ms`: begins with a digit and yet is no number.
fn is_span(text: &str) -> bool {
    let letters = text.starts_with(|first: char| first.is_ascii_digit()) && text.ends_with(['d', 'h', 'm', 's']);
    letters && !text.starts_with("0d") && text.chars().all(|c| c.is_ascii_digit() || "dhms".contains(c))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_bare_and_everything_else_is_quoted() {
        for word in ["alice", "w0", "task-queue", "5s", "1h30m", "0s"] {
            assert_eq!(text(word), word);
        }
        for odd in ["", "true", "No", "1", "1e5", "010", "0x1d", "a: b", "#", "-5s", "a == 'b'", "\u{7}"] {
            assert_eq!(text(odd), Value::from(odd).to_string());
        }
    }

    #[test]
    fn short_values_stand_on_one_line() {
        let value =
            json!({"task": "t1", "at": "5s", "refused": "x", "do": "complete_task", "attributes": {"a": [1, 2.5]}});
        let line = "{at: 5s, do: complete_task, task: t1, attributes: {a: [1, 2.5]}, refused: x}";
        assert_eq!(block(&value, 0), line);
    }

    #[test]
    fn long_values_stand_below_each_other() {
        let long = "x".repeat(60);
        let value = json!({"a": {"b": long, "c": [long, long]}});
        let expected = format!("a:\n  b: {long}\n  c:\n    - {long}\n    - {long}");
        assert_eq!(block(&value, 0), expected);
        assert_eq!(listed(&value, 0), format!("- {}", expected.replace('\n', "\n  ")));
    }
}
