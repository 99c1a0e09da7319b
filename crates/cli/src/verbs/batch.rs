//! `pointsman eval --batch`: questions as JSON Lines, an answer for each in order. A bad line is a bad answer on that
//! line and never ends the batch.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};

use pointsman_expr::Kind;
use serde_json::{Map, Value, json};

use crate::input::STDIN;
use crate::output::{Exit, Failure};
use crate::verbs::eval::{Fault, evaluate};
use crate::world::{World, clock, document, given_clock};

pub(crate) fn answer_all(name: &str) -> Result<Exit, Failure> {
    let mut questions: Box<dyn BufRead> = if name == STDIN {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(name).map_err(|error| Failure::Input(format!("cannot read `{name}`: {error}")))?;
        Box::new(BufReader::new(file))
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = questions
            .read_until(b'\n', &mut line)
            .map_err(|error| Failure::Input(format!("cannot read `{name}`: {error}")))?;
        if length == 0 {
            break;
        }
        if !line.trim_ascii().is_empty() {
            serde_json::to_writer(&mut out, &answer(&line))?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// One answer, whatever the line is.
fn answer(line: &[u8]) -> Value {
    let question: Map<String, Value> = match serde_json::from_slice(line) {
        Ok(Value::Object(question)) => question,
        Ok(_) => return refusal(&Value::Null, &[Fault::of_question("a question is a JSON object".to_owned())]),
        Err(error) => return refusal(&Value::Null, &[Fault::of_question(format!("the line is not JSON: {error}"))]),
    };
    let id = question.get("id").cloned().unwrap_or_default();
    let (text, kind, world) = match read(&question) {
        Ok(parts) => parts,
        Err(message) => return refusal(&id, &[Fault::of_question(message)]),
    };
    match evaluate(text, kind, world) {
        Ok(answer) => {
            let mut json = answer.json(false);
            json["id"] = id;
            json
        }
        Err(errors) => refusal(&id, &errors.iter().map(Fault::of).collect::<Vec<_>>()),
    }
}

fn refusal(id: &Value, errors: &[Fault]) -> Value {
    json!({"id": id, "ok": false, "errors": errors})
}

/// The parts of a question; keys that are none of its own are left alone.
fn read(question: &Map<String, Value>) -> Result<(&str, Kind, World), String> {
    let text = question.get("expr").and_then(Value::as_str).ok_or("`expr` is missing: the text of the expression")?;
    let kind = match question.get("kind") {
        None | Some(Value::Null) => Kind::Filter,
        Some(Value::String(kind)) => kind.parse().map_err(|error| format!("kind: {error}"))?,
        Some(_) => return Err("kind: expected a text such as `filter`".to_owned()),
    };
    let part = |key: &str| document(key, question.get(key).cloned().unwrap_or_default());
    let clock = match (question.get("at"), question.get("context").and_then(|context| context.get("taskrouter"))) {
        (Some(Value::String(instant)), _) => clock(instant)?,
        (None | Some(Value::Null), Some(values)) => given_clock(values)?,
        (None | Some(Value::Null), None) => document("at", Value::Null)?,
        (Some(_), _) => return Err("at: expected a text such as `2024-05-06T09:30:00Z` (RFC 3339)".to_owned()),
    };
    let (task, worker) = (part("task")?, part("worker")?);
    let (fields, workers) = (part("worker_fields")?, part("workers")?);
    Ok((text, kind, World { task, worker, fields, workers, clock, ..World::default() }))
}
