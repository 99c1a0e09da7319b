//! `pointsman explain`: why a task is where it is, worker by worker, or what a worker has to do with the waiting tasks.

mod text;

use pointsman::{TaskId, Value, WorkerId};
use pointsman_sim::explanation::Explanation;

use crate::args::{ExplainArgs, Format};
use crate::output::{Exit, Failure, print, print_json};
use crate::story::Story;

pub(crate) fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    let mut story = Story::read(&args.file, args.workspace.as_deref())?;
    if args.attributes.is_none() {
        story.is_written()?;
    }
    match (&args.task, &args.worker, &args.attributes) {
        (_, Some(worker), _) => explain_worker(args, &story, worker)?,
        (Some(task), None, _) => {
            let id = story.id(task)?;
            explain_task(args, &story, task, id)?;
        }
        (None, None, None) => explain_all(args, &story)?,
        (None, None, Some(attributes)) => {
            let attributes = document(attributes).map_err(Failure::Input)?;
            let workflow = args.workflow.as_deref().map(|name| story.id(name)).transpose()?;
            let task = story.create_task(args.at, attributes, workflow)?;
            explain_task(args, &story, "the task", task)?;
        }
    }
    Ok(Exit::Done)
}

fn explain_task(args: &ExplainArgs, story: &Story, name: &str, task: TaskId) -> Result<(), Failure> {
    let versus = args.versus.as_deref().map(|name| story.id::<WorkerId>(name)).transpose()?;
    let situation = story.situation(args.at, &[task])?;
    let explained = situation.explain(task, versus);
    let mut explained = explained.ok_or_else(|| story.no_task(name, task, &situation))?;
    if story.is_bare {
        forget_workers(&mut explained);
    }
    match args.format {
        Format::Json => print_json(&explained),
        Format::Text => print(&text::explanation(&explained)),
    }
}

fn explain_worker(args: &ExplainArgs, story: &Story, name: &str) -> Result<(), Failure> {
    let worker = story.id(name)?;
    let versus = args.versus.as_deref().map(|name| story.id::<TaskId>(name)).transpose()?;
    let situation = story.situation(args.at, &[])?;
    let outlook = situation.outlook(worker, versus);
    let outlook = outlook.ok_or_else(|| Failure::Input(format!("the worker `{name}` is not there at that time")))?;
    match args.format {
        Format::Json => print_json(&outlook),
        Format::Text => print(&text::outlook(&outlook)),
    }
}

fn explain_all(args: &ExplainArgs, story: &Story) -> Result<(), Failure> {
    if story.is_bare {
        let message = format!("`{}` is a workflow alone: ask about a task with `--attributes JSON`", args.file);
        return Err(Failure::Input(message));
    }
    let overview = story.situation(args.at, &[])?.overview();
    match args.format {
        Format::Json => print_json(&overview),
        Format::Text => print(&text::overview(&overview, &args.file)),
    }
}

/// A workflow document alone says nothing of workers: who is missing is not known to be.
fn forget_workers(explained: &mut Explanation) {
    explained.cause = None;
    if let Some(queue) = explained.queue.as_ref().filter(|_| explained.status == "pending") {
        let place = explained.summary.split_once(" waits ").and_then(|(_, rest)| rest.split_once(')'));
        let place = place.map_or(format!("in the queue `{queue}`"), |(place, _)| format!("{place})"));
        explained.summary = format!("The task waits {place}. Who may take it is told with `--workspace FILE`.");
    }
}

fn document(json: &str) -> Result<Value, String> {
    let value: serde_json::Value =
        serde_json::from_str(json).map_err(|error| format!("--attributes is not JSON: {error}"))?;
    Ok(Value::from(value))
}
