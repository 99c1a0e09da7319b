//! `pointsman eval`: one expression, or a batch of them, against documents given as JSON.

use std::sync::Arc;

use pointsman_config::{Diagnostic, Severity, SourceFile};
use pointsman_expr::{
    Direction, Kind, KnownWorker, Limits, Name, OrderBy, ParseError, Ref, Source, Step, Warning, parse,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{EvalArgs, Format};
use crate::output::{self, Exit, Failure, print, print_json, remark, render_all};
use crate::verbs::batch;
use crate::world::{World, clock, document};

pub(crate) fn eval(args: &EvalArgs) -> Result<Exit, Failure> {
    if let Some(file) = &args.batch {
        return batch::answer_all(file);
    }
    let text = args.expr.as_deref().unwrap_or_default();
    let world = world(args).map_err(Failure::Input)?;
    match (evaluate(text, args.kind, world), args.format) {
        (Ok(answer), Format::Json) => print_json(&answer.json(args.why))?,
        (Ok(answer), Format::Text) => {
            remark(&render_all(&answer.complaints(text)));
            print(&answer.text(args.why))?;
        }
        (Err(errors), Format::Json) => {
            print_json(&json!({"ok": false, "errors": errors.iter().map(Fault::of).collect::<Vec<_>>()}))?;
            return Err(Failure::Told);
        }
        (Err(errors), Format::Text) => return Err(Failure::Diagnostics(located(text, &errors))),
    }
    Ok(Exit::Done)
}

fn world(args: &EvalArgs) -> Result<World, String> {
    let read = |what: &str, text: &Option<String>| match text {
        None => document(what, Value::Null),
        Some(text) => match serde_json::from_str(text) {
            Ok(json) => document(what, json),
            Err(error) => Err(format!("{what} is not JSON: {error}")),
        },
    };
    Ok(World {
        task: read("--task", &args.task)?,
        worker: read("--worker", &args.worker)?,
        workers: read("--workers", &args.workers)?,
        clock: args.at.as_deref().map(clock).transpose()?.unwrap_or_default(),
        ..World::default()
    })
}

/// An expression with its value.
pub(crate) struct Answer {
    result: Value,
    lines: Vec<String>,
    steps: Vec<Step>,
    advice: Vec<Advice>,
}

/// A remark on an expression that could be evaluated.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Advice {
    severity: &'static str,
    code: &'static str,
    message: String,
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// Why there is no answer. Places are byte offsets in the expression.
#[derive(Debug, Serialize)]
pub(crate) struct Fault {
    message: String,
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Fault {
    pub(crate) fn of(error: &ParseError) -> Self {
        let (start, end) = (error.span.start, error.span.end);
        Self { message: error.message.clone(), start, end, help: error.help.clone() }
    }

    /// A fault of the question around the expression.
    pub(crate) fn of_question(message: String) -> Self {
        Self { message, start: 0, end: 0, help: None }
    }
}

/// Evaluates a text of any kind.
pub(crate) fn evaluate(text: &str, kind: Kind, world: World) -> Result<Answer, Vec<ParseError>> {
    match kind {
        Kind::OrderBy => order_by(text, &world),
        Kind::KnownWorker => known_worker(text, &world),
        Kind::Queue | Kind::Filter | Kind::Target | Kind::SkipIf => condition(text, kind, world),
    }
}

fn condition(text: &str, kind: Kind, mut world: World) -> Result<Answer, Vec<ParseError>> {
    let parsed = parse(text, kind, &Limits::default())?;
    let expression = parsed.expression;
    world.prepare(expression.names());
    let result = expression.matches(&world);
    let mut advice = advice(&parsed.warnings);
    if expression.reads_clock() && world.clock.as_object().is_empty() {
        advice.push(Advice {
            severity: "warning",
            code: "no-clock",
            message: "no time is given: the `taskrouter.` names are null".to_owned(),
            start: 0,
            end: text.len(),
            help: Some("give the instant with `--at`, or `at` in a batch".to_owned()),
        });
    }
    Ok(Answer { result: result.into(), lines: vec![result.to_string()], steps: expression.why(&world), advice })
}

fn order_by(text: &str, world: &World) -> Result<Answer, Vec<ParseError>> {
    let (order, warnings) = OrderBy::parse(text, &Limits::default())?;
    let (mut lines, mut clauses, mut advice) = (Vec::new(), Vec::new(), advice(&warnings));
    for clause in order.clauses() {
        let direction = match clause.direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        let value = json_of(world.value(&clause.name));
        lines.push(format!("{} {direction}  {value}", clause.name));
        clauses.push(json!({"name": clause.name.to_string(), "direction": direction, "value": value}));
    }
    if let Err(fault) = order.key(world)
        && let Some(clause) = order.clauses().get(fault.clause)
    {
        advice.push(Advice {
            severity: "warning",
            code: "order-by-not-integer",
            message: format!("`{}` is not an integer: the whole order is ignored", clause.name),
            start: clause.span.start,
            end: clause.span.end,
            help: None,
        });
    }
    Ok(Answer { result: clauses.into(), lines, steps: Vec::new(), advice })
}

fn known_worker(text: &str, world: &World) -> Result<Answer, Vec<ParseError>> {
    let (known, warnings) = KnownWorker::parse(text, &Limits::default())?;
    let value = json_of(world.value(&Name::Task(known.path().clone())));
    let lines = vec![value.to_string()];
    Ok(Answer { result: value, lines, steps: Vec::new(), advice: advice(&warnings) })
}

fn json_of(value: Ref<'_>) -> Value {
    Value::from(&value.to_value())
}

fn advice(warnings: &[Warning]) -> Vec<Advice> {
    let one = |warning: &Warning| Advice {
        severity: "warning",
        code: warning.code,
        message: warning.message.clone(),
        start: warning.span.start,
        end: warning.span.end,
        help: warning.help.clone(),
    };
    warnings.iter().map(one).collect()
}

impl Answer {
    /// The answer as JSON, with every sub-expression when `why`.
    pub(crate) fn json(&self, why: bool) -> Value {
        let mut json = json!({"ok": true, "result": self.result, "diagnostics": self.advice});
        if why {
            json["why"] = self.steps.iter().map(step_json).collect();
        }
        json
    }

    fn text(&self, why: bool) -> String {
        let mut text: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        if why {
            text.extend(self.steps.iter().map(step_text));
        }
        text
    }

    fn complaints(&self, text: &str) -> Vec<Diagnostic> {
        let file = expression_file(text);
        let one = |advice: &Advice| {
            let span = advice.start..advice.end;
            output::at(&file, Severity::Warning, advice.code, span, &advice.message, advice.help.as_deref())
        };
        self.advice.iter().map(one).collect()
    }
}

fn step_json(step: &Step) -> Value {
    let seen: Vec<Value> = step
        .seen
        .iter()
        .map(|seen| json!({"text": seen.text, "start": seen.span.start, "end": seen.span.end, "value": json_of(seen.value.as_ref())}))
        .collect();
    json!({
        "text": step.text,
        "start": step.span.start,
        "end": step.span.end,
        "depth": step.depth,
        "result": step.holds,
        "operands": seen,
        "note": step.note,
    })
}

/// The condition with its result, then what its names are.
fn step_text(step: &Step) -> String {
    let indent = "  ".repeat(step.depth + 1);
    let one_line = step.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = format!("{indent}{:<5}  {one_line}\n", step.holds);
    for seen in step.seen.iter().filter(|seen| !seen.literal) {
        text += &format!("{indent}         {} is {}\n", seen.text, seen.value);
    }
    if let Some(note) = step.note.filter(|_| !step.holds) {
        text += &format!("{indent}         note: {note}\n");
    }
    text
}

/// The expression as a file, for diagnostics.
fn expression_file(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new("<expression>", text))
}

fn located(text: &str, errors: &[ParseError]) -> Vec<Diagnostic> {
    let file = expression_file(text);
    let one = |error: &ParseError| {
        output::at(&file, Severity::Error, "expression", error.span.clone(), &error.message, error.help.as_deref())
    };
    errors.iter().map(one).collect()
}
