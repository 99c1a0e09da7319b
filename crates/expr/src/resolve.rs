//! Owns the judgement of references: what a path means in the place where its expression stands
//! (semantics 1.1, 1.7, 1.9, Q15-Q18, Q23, Q29). Never reads tokens.

use std::sync::Arc;

use crate::name::{ChannelCounter, ClockField, WorkerField, WorkersCount};
use crate::{Kind, Name, Path, Segment};

/// What to tell the author about a reference.
pub(crate) struct Advice {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Advice {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: Some(help.into()) }
    }
}

/// A meaning with advice on it, or the reason why there is none.
type Judged = Result<(Name, Option<Advice>), Advice>;

/// INVARIANT: a path from the parser starts with a key.
pub(crate) fn resolve(kind: Kind, path: &Path) -> Judged {
    let Some((Segment::Key(head), rest)) = path.segments().split_first() else {
        return Ok((Name::Nothing, None));
    };
    let head: &str = head;
    match kind {
        Kind::Filter => in_filter(path, head, rest),
        Kind::Queue => in_queue(path, head, rest),
        Kind::Target => in_target(path, head, rest),
        Kind::SkipIf => in_skip_if(path, head, rest),
        Kind::OrderBy => in_order_by(path, head, rest),
        Kind::KnownWorker => in_known_worker(path, head, rest),
    }
}

fn in_filter(path: &Path, head: &str, rest: &[Segment]) -> Judged {
    if let ("taskrouter", [Segment::Key(_), ..]) = (head, rest) {
        return Ok(clock(path, rest));
    }
    let advice = needless_prefix(path, head, rest, "a filter", "task", "worker");
    Ok((Name::Task(path.clone()), advice))
}

fn in_queue(path: &Path, head: &str, rest: &[Segment]) -> Judged {
    if let ("taskrouter", [Segment::Key(_), ..]) = (head, rest) {
        return Ok((Name::Nothing, Some(no_clock(path, "a queue expression"))));
    }
    if let (Some(field), []) = (WorkerField::parse(head), rest) {
        return Ok((Name::WorkerAttributeOrField(path.clone(), field), None));
    }
    let advice = needless_prefix(path, head, rest, "a queue expression", "worker", "task");
    Ok((Name::Worker(path.clone()), advice))
}

/// In filters and queues a prefix is only the first key of an attribute path.
fn needless_prefix(path: &Path, head: &str, rest: &[Segment], place: &str, own: &str, other: &str) -> Option<Advice> {
    let [Segment::Key(next), ..] = rest else { return None };
    let inner = tail(rest);
    if head == own {
        let message = format!("`{path}` reads an attribute called `{own}`: names in {place} carry no prefix");
        return Some(Advice::new("prefix", message, format!("write `{inner}`")));
    }
    if head == other || head == "workers" {
        let message = format!("`{path}` reads an attribute called `{head}`: {place} knows only the {own}");
        let help = format!("write a name of the {own} without a prefix, or move the condition to a target");
        return Some(Advice::new("prefix", message, help));
    }
    if head == "channel" && rest.len() == 2 && matches!(&rest[1], Segment::Key(k) if ChannelCounter::parse(k).is_some())
    {
        let message =
            format!("`{path}` reads an attribute called `channel`: figures of channels are known only to targets");
        let help = format!("write `worker.channel.{next}...` in the expression of a target");
        return Some(Advice::new("prefix", message, help));
    }
    None
}

fn in_target(path: &Path, head: &str, rest: &[Segment]) -> Judged {
    match (head, rest) {
        ("task", [Segment::Key(_), ..]) => Ok((Name::Task(tail(rest)), None)),
        ("worker", [Segment::Key(_), ..]) => Ok(worker_name(path, rest)),
        ("taskrouter", [Segment::Key(_), ..]) => Ok(clock(path, rest)),
        ("task" | "worker" | "taskrouter", _) => Err(no_attribute(path, head)),
        ("workers", _) => Err(Advice::new(
            "name",
            format!("expected a name of the task or the worker, found `{path}`"),
            "counts over workers belong to `skip_if`; here write `worker.` with an attribute",
        )),
        _ => Err(wrong_prefix(path, head, rest)),
    }
}

fn in_order_by(path: &Path, head: &str, rest: &[Segment]) -> Judged {
    match (head, rest) {
        ("worker", [Segment::Key(_), ..]) => Ok(ranking_name(path, rest)),
        ("worker", _) => Err(no_attribute(path, head)),
        ("task", _) => Err(Advice::new(
            "name",
            format!("expected a name of the worker, found `{path}`"),
            "`order_by` ranks the workers for one task; the order of tasks belongs to the queue",
        )),
        _ => {
            let bare = rest_of(path, head, "worker", rest);
            let message = format!("expected a name that starts with `worker.`, found `{path}`");
            Err(Advice::new("name", message, format!("write `worker.{bare}`")))
        }
    }
}

fn ranking_name(path: &Path, rest: &[Segment]) -> (Name, Option<Advice>) {
    let (name, advice) = worker_name(path, rest);
    let advice = match &name {
        Name::WorkerField(_) => Some(Advice::new(
            "not-an-integer",
            format!("`{path}` is a string, so the whole `order_by` is ignored"),
            "rank by attributes that hold integers",
        )),
        Name::WorkerChannel { .. } => Some(Advice::new(
            "extension",
            format!("ranking by `{path}` is an extension"),
            "TaskRouter ranks by attributes of the worker only",
        )),
        Name::Task(_) | Name::Worker(_) | Name::WorkerAttributeOrField(..) | Name::Workers(_) | Name::Clock(_) => {
            advice
        }
        Name::Nodes { .. } | Name::Nothing => advice,
    };
    (name, advice)
}

fn in_skip_if(path: &Path, head: &str, rest: &[Segment]) -> Judged {
    match (head, rest) {
        ("workers", [Segment::Key(count)]) => Ok((Name::Workers(workers_count(count)), None)),
        ("task", [Segment::Key(_), ..]) => {
            let message = format!("`{path}` in `skip_if` is an extension");
            let advice =
                Advice::new("extension", message, "TaskRouter knows only `workers.` counts and constants here");
            Ok((Name::Task(tail(rest)), Some(advice)))
        }
        ("task", _) => Err(no_attribute(path, head)),
        ("taskrouter", [Segment::Key(_), ..]) => Ok((Name::Nothing, Some(no_clock(path, "`skip_if`")))),
        ("worker", _) => Err(Advice::new(
            "name",
            format!("expected a count over workers, found `{path}`"),
            "`skip_if` speaks of all workers of the queue, so there is no single `worker` to read; write `workers.available == 0` or `1 == 1`",
        )),
        _ => Err(Advice::new(
            "name",
            format!("expected a count over workers, found `{path}`"),
            "write `workers.available`, `workers.unavailable` or `workers.` with an activity SID",
        )),
    }
}

fn in_known_worker(path: &Path, head: &str, rest: &[Segment]) -> Judged {
    match (head, rest) {
        ("task", [Segment::Key(_), ..]) => Ok((Name::Task(tail(rest)), None)),
        ("task", _) => Err(no_attribute(path, head)),
        ("worker", _) => Err(Advice::new(
            "name",
            format!("expected a name that starts with `task.`, found `{path}`"),
            "the task names its worker: write `task.` with the attribute that holds the worker's SID or name",
        )),
        _ => {
            let bare = rest_of(path, head, "task", rest);
            let message = format!("expected a name that starts with `task.`, found `{path}`");
            Err(Advice::new("name", message, format!("write `task.{bare}`")))
        }
    }
}

/// What stands after `worker.`; the built-in names win over attributes (Q18).
fn worker_name(path: &Path, rest: &[Segment]) -> (Name, Option<Advice>) {
    match rest {
        [Segment::Key(key)] if WorkerField::parse(key).is_some() => {
            (WorkerField::parse(key).map_or(Name::Nothing, Name::WorkerField), None)
        }
        [Segment::Key(key), Segment::Key(channel), Segment::Key(counter)] if &**key == "channel" => {
            channel_figure(path, channel, counter)
        }
        [Segment::Key(key), ..] if &**key == "channel" => (Name::Nothing, Some(unknown_channel_figure(path))),
        _ => (Name::Worker(tail(rest)), None),
    }
}

fn channel_figure(path: &Path, channel: &Arc<str>, counter: &str) -> (Name, Option<Advice>) {
    let Some(counter) = ChannelCounter::parse(counter) else {
        return (Name::Nothing, Some(unknown_channel_figure(path)));
    };
    let advice = (counter == ChannelCounter::Available).then(|| {
        let message = format!("`{path}` is an extension");
        Advice::new(
            "extension",
            message,
            "TaskRouter documents only the capacity, the assigned tasks and the free percentage",
        )
    });
    (Name::WorkerChannel { channel: Arc::clone(channel), counter }, advice)
}

fn unknown_channel_figure(path: &Path) -> Advice {
    Advice::new(
        "unknown-name",
        format!("`{path}` is no figure of a channel, so it is always null"),
        "write `worker.channel.NAME.assigned_tasks`, `.configured_capacity` or `.available_capacity_percentage`",
    )
}

fn clock(path: &Path, rest: &[Segment]) -> (Name, Option<Advice>) {
    let field = match rest {
        [Segment::Key(field)] => ClockField::parse(field),
        _ => None,
    };
    let unknown = || {
        let message = format!("`{path}` is no part of the time of day, so it is always null");
        let help = "write `taskrouter.currentTime`, `.currentHour`, `.currentMin` or `.dayOfWeek`";
        (Name::Nothing, Some(Advice::new("unknown-name", message, help)))
    };
    field.map_or_else(unknown, |field| (Name::Clock(field), None))
}

fn no_clock(path: &Path, place: &str) -> Advice {
    let message = format!("`{path}` is always null in {place}");
    Advice::new("no-clock", message, "read the time of day in a filter or in the expression of a target")
}

fn workers_count(name: &Arc<str>) -> WorkersCount {
    match &**name {
        "available" => WorkersCount::Available,
        "unavailable" => WorkersCount::Unavailable,
        _ => WorkersCount::Activity(Arc::clone(name)),
    }
}

fn no_attribute(path: &Path, head: &str) -> Advice {
    let example = if head == "taskrouter" { "taskrouter.currentTime".to_owned() } else { format!("{head}.language") };
    Advice::new(
        "name",
        format!("expected `{head}.` with a name after it, found `{path}`"),
        format!("write for example `{example}`"),
    )
}

fn wrong_prefix(path: &Path, head: &str, rest: &[Segment]) -> Advice {
    let message = format!("expected a name that starts with `task.` or `worker.`, found `{path}`");
    let lower = head.to_ascii_lowercase();
    if !rest.is_empty() && (lower == "task" || lower == "worker") {
        return Advice::new("name", message, format!("prefixes are written in lower case: `{lower}.{}`", tail(rest)));
    }
    Advice::new("name", message, format!("write `task.{path}` or `worker.{path}`"))
}

/// The path as it should go on after its prefix, when the author only got the case of the prefix wrong.
fn rest_of(path: &Path, head: &str, prefix: &str, rest: &[Segment]) -> Path {
    let miswritten = head.eq_ignore_ascii_case(prefix) && !rest.is_empty();
    if miswritten { tail(rest) } else { path.clone() }
}

fn tail(rest: &[Segment]) -> Path {
    Path::new(rest)
}
