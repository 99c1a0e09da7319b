//! The picture of a run: a lane per task and per worker over one time axis. Spans carry their text, marks their letter,
//! so that nothing is told by colour alone.

use maud::{Markup, html};
use pointsman::{ReservationStatus, format_duration};

use super::scale::Scale;
use crate::report::{Report, TaskReport};
use crate::run::Outcome;
use crate::timeline::{Mark, Phase, Span, TaskLane, Work, WorkerLane};

/// More lanes than this are not drawn: nobody could read them.
const MOST_LANES: usize = 200;

/// The height of a row of a worker's work, in rem; the style knows the same.
const ROW: usize = 2;

/// From one mark to the next of the same instant, in quarters of a rem.
const MARK: usize = 5;

const KEY: [(Phase, &str); 6] = [
    (Phase::Waiting, "waiting, in which queue"),
    (Phase::Reserved, "reserved: who is asked"),
    (Phase::Assigned, "assigned: to whom"),
    (Phase::Wrapping, "wrapping: after-work"),
    (Phase::Available, "worker available"),
    (Phase::Unavailable, "worker unavailable"),
];

const OUTCOMES: [ReservationStatus; 5] = [
    ReservationStatus::Accepted,
    ReservationStatus::Rejected,
    ReservationStatus::Timeout,
    ReservationStatus::Canceled,
    ReservationStatus::Rescinded,
];

pub(super) fn chart(outcome: &Outcome) -> Markup {
    let timeline = &outcome.timeline;
    let scale = Scale::new(timeline.end);
    html! {
        section {
            h2 { "Timeline" }
            (key())
            div.scroll { div.chart {
                (axis(scale))
                (heading("Tasks", timeline.tasks.len()))
                @for lane in timeline.tasks.iter().take(MOST_LANES) { (task(lane, &outcome.report, scale)) }
                (heading("Workers", timeline.workers.len()))
                @for lane in timeline.workers.iter().take(MOST_LANES) { (worker(lane, scale)) }
                (axis(scale))
            } }
        }
    }
}

/// The workers of a run, without its tasks.
pub(super) fn workers(outcome: &Outcome, most: usize) -> Markup {
    let timeline = &outcome.timeline;
    let scale = Scale::new(timeline.end);
    html! {
        (key())
        div.scroll { div.chart {
            (axis(scale))
            @for lane in timeline.workers.iter().take(most) { (worker(lane, scale)) }
            (axis(scale))
        } }
    }
}

fn key() -> Markup {
    html! {
        ul.key {
            @for (phase, text) in KEY { li { span.swatch.(class(phase)) {} (text) } }
            @for status in OUTCOMES { li { span.mark.(status.name()) { (letter(status)) } (words(status)) } }
        }
    }
}

fn axis(scale: Scale) -> Markup {
    html! {
        div.lane.axis {
            div.name {}
            div.track { @for tick in scale.ticks() {
                span.tick style={ "left:" (scale.place(tick)) } { (format_duration(tick)) }
            } }
        }
    }
}

fn heading(what: &str, count: usize) -> Markup {
    html! {
        h3 {
            (what) " "
            span.small { @if count > MOST_LANES { "the first " (MOST_LANES) " of " (count) } @else { (count) } }
        }
    }
}

fn task(lane: &TaskLane, report: &Report, scale: Scale) -> Markup {
    let facts = report.tasks.get(&lane.name);
    html! {
        div.lane {
            div.name { b title=(lane.name) { (lane.name) } span.small { (facts.map(state).unwrap_or_default()) } }
            div.track.task {
                (grid(scale))
                @for span in &lane.spans { (block(span, scale)) }
                @for (index, mark) in lane.marks.iter().enumerate() { (flag(mark, beside(&lane.marks[..index], mark), scale)) }
            }
        }
    }
}

fn state(task: &TaskReport) -> String {
    let reason = task.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let queue = task.queue.as_ref().map(|queue| format!("{queue} · ")).unwrap_or_default();
    format!("{queue}{}{reason}", task.status)
}

fn worker(lane: &WorkerLane, scale: Scale) -> Markup {
    let rows = lane.work.iter().map(|work| work.row + 1).max().unwrap_or(1);
    let accepted = lane.work.iter().flat_map(|work| &work.spans).filter(|span| span.phase == Phase::Assigned).count();
    let share = if accepted == 1 { "1 task".to_owned() } else { format!("{accepted} tasks") };
    html! {
        div.lane {
            div.name { b title=(lane.name) { (lane.name) } span.small { (share) } }
            div.track.worker style={ "height:" (rows * ROW + 1) "rem" } {
                @for span in &lane.activities { (block(span, scale)) }
                (grid(scale))
                @for work in &lane.work { (row(work, scale)) }
            }
        }
    }
}

fn row(work: &Work, scale: Scale) -> Markup {
    html! { div.row style={ "top:" (work.row * ROW + 1) "rem" } { @for span in &work.spans { (block(span, scale)) } } }
}

fn grid(scale: Scale) -> Markup {
    html! { @for tick in scale.ticks() { i style={ "left:" (scale.place(tick)) } {} } }
}

fn block(span: &Span, scale: Scale) -> Markup {
    let (from, to) = (format_duration(span.from), format_duration(span.to));
    let title = format!("{}, {}: {from} to {to}", class(span.phase), span.label);
    html! {
        div.span.(class(span.phase)) title=(title)
            style={ "left:" (scale.place(span.from)) ";width:" (scale.place(span.to.saturating_sub(span.from))) } {
            span { (span.label) }
        }
    }
}

/// How many marks of the same instant stand there already.
fn beside(before: &[Mark], mark: &Mark) -> usize {
    before.iter().rev().take_while(|other| other.at == mark.at).count()
}

fn flag(mark: &Mark, beside: usize, scale: Scale) -> Markup {
    let title = format!("{} {}: {}", mark.worker, words(mark.status), format_duration(mark.at));
    let nudge = if beside == 0 { String::new() } else { format!(";margin-left:calc({}rem / 4)", beside * MARK) };
    html! {
        span.mark.(mark.status.name()) title=(title) style={ "left:" (scale.place(mark.at)) (nudge) } {
            (letter(mark.status))
        }
    }
}

/// The phase in words and in the style.
fn class(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waiting",
        Phase::Reserved => "reserved",
        Phase::Assigned => "assigned",
        Phase::Wrapping => "wrapping",
        Phase::Available => "available",
        Phase::Unavailable => "unavailable",
    }
}

fn letter(status: ReservationStatus) -> &'static str {
    match status {
        ReservationStatus::Accepted => "✓",
        ReservationStatus::Rejected => "×",
        ReservationStatus::Timeout => "T",
        ReservationStatus::Canceled => "C",
        ReservationStatus::Rescinded => "R",
        ReservationStatus::Pending | ReservationStatus::Wrapping | ReservationStatus::Completed => "",
    }
}

fn words(status: ReservationStatus) -> &'static str {
    match status {
        ReservationStatus::Accepted => "accepted",
        ReservationStatus::Rejected => "rejected",
        ReservationStatus::Timeout => "timed out",
        ReservationStatus::Canceled => "canceled",
        ReservationStatus::Rescinded => "rescinded: another worker was faster",
        ReservationStatus::Pending | ReservationStatus::Wrapping | ReservationStatus::Completed => status.name(),
    }
}
