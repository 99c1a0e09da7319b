//! A difference for people: what changes, in aligned lists that stay short. Everything is in the JSON form.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use pointsman::format_duration;
use pointsman_sim::diff::{
    Change, Diff, Filter, FilterChange, Gains, Outcome, Refusal, Share, TaskChange, TaskPlace, WaitChanges,
    WorkerChange,
};

use super::Report;

/// The most rows of a list.
const ROWS: usize = 12;
/// The most names in a row.
const NAMES: usize = 6;
/// The longest name of a filter: an expression may have thousands of letters.
const LETTERS: usize = 40;

const TITLE: Style = Style::new().bold();
const GAINED: Style = AnsiColor::Green.on_default();
const LOST: Style = AnsiColor::Red.on_default();

pub(super) fn text(report: &Report) -> String {
    let Report { old, new, against, answer, diff, .. } = report;
    let answer = answer.as_ref().map(|answer| format!(", answers {answer}")).unwrap_or_default();
    let head = format!("old  {old}\nnew  {new}\non   {against}{answer}\n");
    if diff.is_empty() {
        return format!("{head}\nno difference: {} go the same way\n", tasks(diff.total_tasks));
    }
    let sections = [
        task_section(diff, true),
        task_section(diff, false),
        worker_section(&diff.workers),
        filter_section(&diff.filters),
        wait_section(diff.waits.as_ref()),
        outcome_section(diff),
        refusal_section(&diff.refused, report),
    ];
    head + &sections.into_iter().filter(|section| !section.is_empty()).map(|it| format!("\n{it}")).collect::<String>()
}

fn tasks(count: usize) -> String {
    plural(count, "task")
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Rows of cells under a title, aligned and cut. The last cell of a row may be of any length.
fn section(title: &str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut rows: Vec<Vec<String>> = rows.into_iter().collect();
    if rows.is_empty() {
        return String::new();
    }
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    rows.iter_mut().for_each(|row| row[0].insert_str(0, "  "));
    let titles: Vec<String> = [title].iter().chain(header).map(|cell| (*cell).to_owned()).collect();
    // A title alone says nothing about the columns below it.
    let widths = widths(rows.iter().chain((!header.is_empty()).then_some(&titles)));
    let mut text = format!("{TITLE}{}{TITLE:#}\n", line(&titles, &widths));
    text.extend(rows.iter().map(|row| line(row, &widths) + "\n"));
    if more > 0 {
        text += &format!("  and {more} more\n");
    }
    text
}

fn widths<'r>(rows: impl Iterator<Item = &'r Vec<String>>) -> Vec<usize> {
    rows.fold(Vec::new(), |mut widths, row| {
        widths.resize(widths.len().max(row.len()), 0);
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = length(cell).max(*width));
        widths
    })
}

fn line(row: &[String], widths: &[usize]) -> String {
    let last = row.len() - 1;
    let padded = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
        let padding = if column == last { 0 } else { width.saturating_sub(length(cell)) + 3 };
        format!("{cell}{}", " ".repeat(padding))
    });
    padded.collect::<String>().trim_end().to_owned()
}

/// How wide a text is without its colours.
fn length(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

fn task_section(diff: &Diff, elsewhere: bool) -> String {
    let changes = || diff.tasks.iter().filter(|task| task.elsewhere == elsewhere);
    let how = if elsewhere { "elsewhere" } else { "in the same place, but otherwise" };
    let title = format!("{} of {} {how}", changes().count(), tasks(diff.total_tasks));
    section(&title, &[], changes().map(task_row))
}

/// What is different about a task, and nothing else.
fn task_row(task: &TaskChange) -> Vec<String> {
    let Change { before, after } = &task.place;
    let what = match (before, after) {
        (Some(before), Some(after)) => differences(before, after).join(", "),
        (None, Some(after)) => format!("{GAINED}new{GAINED:#}, {}", place(after)),
        (Some(before), None) => format!("{LOST}not created{LOST:#}, before {}", place(before)),
        (None, None) => String::new(),
    };
    vec![task.task.clone(), what]
}

fn differences(before: &TaskPlace, after: &TaskPlace) -> Vec<String> {
    let fields = |place: &TaskPlace| {
        [
            ("workflow", place.workflow.clone()),
            ("filter", place.filter.as_ref().map(filter)),
            ("step", place.target.map(|target| target.to_string())),
            ("queue", place.queue.clone()),
            ("priority", Some(place.priority.to_string())),
            ("status", Some(place.status.clone())),
            ("asked", (!place.reserved.is_empty()).then(|| names(&place.reserved))),
            ("worker", place.worker.clone()),
            ("reason", place.reason.clone()),
        ]
    };
    let pairs = fields(before).into_iter().zip(fields(after)).filter(|(before, after)| before != after);
    let word = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    pairs.map(|((name, before), (_, after))| format!("{name} {} -> {}", word(before), word(after))).collect()
}

fn place(place: &TaskPlace) -> String {
    let queue = place.queue.as_ref().map(|queue| format!(" in {queue}")).unwrap_or_default();
    let worker = place.worker.as_ref().map(|worker| format!(" by {worker}")).unwrap_or_default();
    format!("{}{queue}{worker}", place.status)
}

fn filter(filter: &Filter) -> String {
    let index = filter.index.as_str().map_or_else(|| filter.index.to_string(), str::to_owned);
    let short = |name: &String| {
        let more = if name.chars().count() > LETTERS { "..." } else { "" };
        format!(" ({}{more})", name.chars().take(LETTERS).collect::<String>())
    };
    format!("{index}{}", filter.name.as_ref().map(short).unwrap_or_default())
}

/// Workers of one kind often gain and lose the same: they share a row.
fn worker_section(workers: &[WorkerChange]) -> String {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for worker in workers {
        let gains = gains(worker);
        match rows.iter_mut().find(|(other, _)| *other == gains) {
            Some((_, workers)) => workers.push(worker.worker.clone()),
            None => rows.push((gains, vec![worker.worker.clone()])),
        }
    }
    let title = format!("{} gain or lose", plural(workers.len(), "worker"));
    section(&title, &[], rows.into_iter().map(|(gains, workers)| vec![names(&workers), gains]))
}

fn gains(worker: &WorkerChange) -> String {
    let WorkerChange { queues, tasks, .. } = worker;
    let told = |word: &str, style: Style, what: &str, list: &[String]| {
        let plural = if list.len() == 1 { "" } else { "s" };
        (!list.is_empty()).then(|| format!("{style}{word}{style:#} {what}{plural} {}", names(list)))
    };
    let of = |what: &str, Gains { gained, lost }: &Gains| {
        [told("gains", GAINED, what, gained), told("loses", LOST, what, lost)]
    };
    let all = of("queue", queues).into_iter().chain(of("task", tasks));
    all.flatten().collect::<Vec<_>>().join("; ")
}

fn names(list: &[String]) -> String {
    let more = list.len().saturating_sub(NAMES);
    let shown = list[..list.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

fn filter_section(filters: &[FilterChange]) -> String {
    let row = |change: &FilterChange| {
        let Change { before, after } = &change.share;
        let name = after.filter.as_ref().or(before.filter.as_ref()).map(filter).unwrap_or_default();
        let share = |share: &Share| share.filter.as_ref().map_or_else(|| "none".to_owned(), |_| fraction(share));
        vec![format!("{} {name}", change.workflow), share(before), share(after)]
    };
    section("shares of filters", &["old", "new"], filters.iter().map(row))
}

/// `12 of 40 (30 %)`, rounded down.
fn fraction(share: &Share) -> String {
    let percent = (share.tasks * 100).checked_div(share.of);
    let percent = percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
    format!("{} of {}{percent}", share.tasks, share.of)
}

/// The greatest changes first.
fn wait_section(waits: Option<&WaitChanges>) -> String {
    let Some(waits) = waits.filter(|waits| !waits.tasks.is_empty()) else { return String::new() };
    let row = |name: &str, wait: Change<Option<u64>>| {
        let told = |wait: Option<u64>| wait.map_or_else(|| "none".to_owned(), span);
        let change = wait.before.zip(wait.after).map(|(before, after)| change(before, after, span));
        vec![name.to_owned(), told(wait.before), told(wait.after), change.unwrap_or_default()]
    };
    let some = |wait: Change<u64>| Change { before: Some(wait.before), after: Some(wait.after) };
    let sums = [row("all tasks", some(waits.total)), row("the longest", some(waits.longest))];
    let mut tasks: Vec<_> = waits.tasks.iter().collect();
    let change = |wait: Change<Option<u64>>| wait.before.unwrap_or_default().abs_diff(wait.after.unwrap_or_default());
    tasks.sort_by_key(|it| std::cmp::Reverse(change(it.wait)));
    let tasks = tasks.into_iter().map(|it| row(&it.task, it.wait));
    section("waits", &["old", "new", ""], sums.into_iter().chain(tasks))
}

/// Milliseconds matter within a minute only.
fn span(millis: u64) -> String {
    let whole = if millis < 60_000 { millis } else { millis - millis % 1_000 };
    format_duration(Duration::from_millis(whole))
}

/// `+2m (+10 %)`, the percentage rounded towards nothing.
fn change(before: u64, after: u64, told: impl Fn(u64) -> String) -> String {
    let sign = if after < before { "-" } else { "+" };
    let by = after.abs_diff(before);
    if by == 0 {
        return String::new();
    }
    let percent = u128::from(by) * 100;
    let percent = percent.checked_div(before.into()).map(|percent| format!(" ({sign}{percent} %)"));
    format!("{sign}{}{}", told(by), percent.unwrap_or_default())
}

fn outcome_section(diff: &Diff) -> String {
    let changed = diff.outcomes.iter().filter(|(_, count)| count.before != count.after);
    let row = |(outcome, count): (&Outcome, &Change<u64>)| {
        let change = change(count.before, count.after, |by| by.to_string());
        vec![outcome.name().replace('-', " "), count.before.to_string(), count.after.to_string(), change]
    };
    section("outcomes", &["old", "new", ""], changed.map(row))
}

fn refusal_section(refused: &[Refusal], report: &Report) -> String {
    let row = |refusal: &Refusal| {
        let code = |code: &Option<String>| code.clone().unwrap_or_else(|| "done".to_owned());
        let at = format_duration(Duration::from_millis(refusal.at));
        let command =
            report.answer.as_ref().map_or_else(|| refusal.command.clone(), |_| format!("{at}  {}", refusal.command));
        vec![command, code(&refusal.code.before), code(&refusal.code.after)]
    };
    let mut text = section("refused on one side", &["old", "new"], refused.iter().map(row));
    let is_recorded = report.answer.as_deref() == Some("as-recorded");
    if is_recorded && !refused.is_empty() {
        text += "  with `--answer auto` whoever is asked accepts, and what differs is the routing alone\n";
    }
    text
}
