//! Explanations for people: sentences first, then tables, then workers by what is said of them.

use std::time::Duration;

use pointsman::format_duration;
use pointsman_sim::explanation::{Excerpt, Explanation, Group, Outlook, Overview, PassedFilter, Unblock};
use pointsman_sim::history::Entry;

use crate::output::{bold, cyan, dim, excerpt, green, yellow};

/// How many names of a group are written out.
const NAMES: usize = 6;

pub(super) fn explanation(explained: &Explanation) -> String {
    let parts = [
        sentences(&explained.summary),
        notes(&explained.notes),
        passed(&explained.passed),
        titled("history", &entries(explained.history.as_deref().unwrap_or_default(), 12, 12)),
        wait(explained),
        titled("next, if nobody does anything", &entries(&explained.next, 8, 2)),
        workers(explained),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

pub(super) fn outlook(outlook: &Outlook) -> String {
    let holds: Vec<String> = outlook.reservations.iter().map(|it| format!("  {}  {}\n", it.task, it.status)).collect();
    let parts = [
        sentences(&outlook.summary),
        titled("tasks it has", &holds),
        people("waiting tasks", &outlook.groups, Some(&outlook.worker)),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

pub(super) fn overview(overview: &Overview, file: &str) -> String {
    let count = match overview.tasks.len() {
        0 => return format!("{}\n", bold(&format!("No task waits at {}.", overview.at))),
        1 => "1 task waits".to_owned(),
        many => format!("{many} tasks wait"),
    };
    let rows = overview.groups.iter().map(|group| {
        let queue = group.queue.as_ref().map(|queue| format!("in the queue `{queue}` ")).unwrap_or_default();
        let code = dim(&format!("[{}]", group.cause));
        let row = format!("  {:>6}  {}  {code}", group.names.len(), named(&group.names));
        format!("{row}\n          {queue}for {}\n", group.sentence)
    });
    let hint = dim(&format!("`pointsman explain {file} --task NAME` tells why, worker by worker"));
    format!("{}\n{}{hint}\n", bold(&format!("{count} at {}.", overview.at)), rows.collect::<String>())
}

/// The first sentence stands out.
fn sentences(summary: &str) -> String {
    let (first, rest) = summary.split_once(". ").map_or((summary, ""), |(first, rest)| (first, rest));
    let stop = if rest.is_empty() { "" } else { "." };
    let rest = if rest.is_empty() { String::new() } else { format!("{rest}\n") };
    format!("{}\n{rest}", bold(&format!("{first}{stop}")))
}

fn notes(notes: &[String]) -> String {
    notes.iter().map(|note| format!("{} {note}\n", yellow("note:"))).collect()
}

fn titled(title: &str, lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("{}\n{}", bold(title), lines.concat()) }
}

/// With their expressions; of many filters a line each.
fn passed(filters: &[PassedFilter]) -> String {
    const MANY: usize = 6;
    let line = |filter: &PassedFilter| {
        let name = filter.filter_name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
        let how = match &filter.excerpt {
            Some(_) if filters.len() <= MANY => "not matched",
            Some(excerpt) => &format!("not matched: {}", labels(excerpt)),
            None => &filter.detail,
        };
        let excerpt = filter.excerpt.as_ref().filter(|_| filters.len() <= MANY).map(excerpt);
        format!("  filter {}{name}: {how}\n{}", filter.filter, excerpt.unwrap_or_default())
    };
    titled("filters passed", &filters.iter().map(line).collect::<Vec<_>>())
}

/// What its marks say, each once.
fn labels(excerpt: &Excerpt) -> String {
    let labels = excerpt.marks.iter().map(|mark| mark.label.as_str()).filter(|label| !label.is_empty());
    labels.collect::<Vec<_>>().join(", ")
}

/// All of them, or so many of the first and of the last.
fn entries(all: &[Entry], first: usize, last: usize) -> Vec<String> {
    let left_out = all.len().saturating_sub(first + last);
    if left_out < 2 {
        return all.iter().map(entry).collect();
    }
    let between = format!("{:>10}  {}\n", "...", dim(&format!("{left_out} more, see --format json")));
    let (first, last) = (all[..first].iter().map(entry), all[all.len() - last..].iter().map(entry));
    first.chain([between]).chain(last).collect()
}

fn entry(entry: &Entry) -> String {
    format!("{:>10}  {}\n", format_duration(entry.at), entry.what)
}

/// The wait as a table with bars.
fn wait(explained: &Explanation) -> String {
    const WIDTH: u64 = 24;
    let (Some(waited), Some(parts)) = (explained.waited.filter(|waited| *waited > 0), &explained.wait) else {
        return String::new();
    };
    let mut parts: Vec<(&String, u64)> = parts.iter().map(|(cause, part)| (cause, *part)).collect();
    parts.sort_by_key(|(_, part)| std::cmp::Reverse(*part));
    let rows = parts.iter().map(|(cause, part)| {
        let eighths = part.saturating_mul(WIDTH * 8) / waited;
        let share = (part.saturating_mul(200) / waited).div_ceil(2);
        format!("  {cause:<16}{:>12}  {}  {share:>3} %\n", span(*part), cyan(&bar(eighths, WIDTH)))
    });
    titled(&format!("waited {}", span(waited)), &rows.collect::<Vec<_>>())
}

fn bar(eighths: u64, width: u64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let whole = usize::try_from(eighths / 8).unwrap_or_default();
    let part = PARTS[usize::try_from(eighths % 8).unwrap_or_default()];
    let blank = usize::try_from(width).unwrap_or_default() - whole - usize::from(!part.is_empty());
    format!("{}{part}{}", "█".repeat(whole), " ".repeat(blank))
}

fn span(millis: u64) -> String {
    format_duration(Duration::from_millis(millis))
}

/// A task that is done, or never was in a queue, needs nobody.
fn workers(explained: &Explanation) -> String {
    if explained.status == "completed" || (explained.status == "canceled" && explained.queue.is_none()) {
        return String::new();
    }
    people("workers", &explained.groups, None)
}

/// Groups of workers, or of tasks for one worker.
fn people(title: &str, groups: &[Group], worker: Option<&str>) -> String {
    let all: usize = groups.iter().map(|group| group.names.len()).sum();
    titled(&format!("{title} ({all})"), &groups.iter().map(|it| group(it, worker)).collect::<Vec<_>>())
}

fn group(group: &Group, worker: Option<&str>) -> String {
    let code = dim(&format!("[{}]", group.verdict));
    let names = if group.eligible { green(&named(&group.names)) } else { named(&group.names) };
    let each = if group.names.len() > 1 { "each " } else { "" };
    let subject = worker.map_or(each.to_owned(), |worker| format!("`{worker}` "));
    let colon = if group.excerpt.is_some() { ":" } else { "" };
    let excerpt = group.excerpt.as_ref().map(excerpt).unwrap_or_default();
    let besides = match &group.besides[..] {
        [] => String::new(),
        besides => format!("          and {}\n", besides.join(", and ")),
    };
    let unblock = group.unblock.as_ref().map(|it| unblock(it, group.names.len() > 1)).unwrap_or_default();
    format!(
        "  {:>6}  {names}  {code}\n          {subject}{}{colon}\n{excerpt}{besides}{unblock}",
        group.names.len(),
        group.sentence
    )
}

/// `alice, bob and 14 more`.
fn named(names: &[String]) -> String {
    if names.len() <= NAMES {
        return names.join(", ");
    }
    format!("{} and {} more", names[..NAMES - 1].join(", "), names.len() - (NAMES - 1))
}

fn unblock(unblock: &Unblock, one_of_many: bool) -> String {
    let whom = if one_of_many { format!(" for `{}`", unblock.worker) } else { String::new() };
    let changes: Vec<&str> = unblock.changes.iter().map(|change| change.what.as_str()).collect();
    let steps = unblock.changes.iter().filter(|_| !one_of_many).filter_map(|change| change.step.as_ref());
    let steps: String = steps.map(|step| format!("            {}\n", dim(step))).collect();
    format!("          {}{whom}: {}\n{steps}", green("what helps"), changes.join(", and "))
}
