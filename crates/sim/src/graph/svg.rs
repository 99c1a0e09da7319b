//! The picture: an SVG that needs no network, no script and no font of its own, and follows the light or dark setting. The
//! same graph gives the same bytes. Texts are escaped, and cut off at the edge of their card should a font be wider
//! than any that is known.

use maud::{Markup, PreEscaped, html};

use super::card::{Line, Part};
use super::layout::{self, Layout, MARGIN, Placed};
use super::route::{Label, Route};
use super::text::{Face, clean, wrap};
use super::{Graph, Step};

const STYLE: &str = include_str!("style.css");

/// What the numbers and the lines mean.
const AGES: &str = "Ages count from the start of a task's pass through the workflow, all timeouts of the pass added up: a \
                    task that comes from another filter brings the time it has spent there.";
const REST: &str = "The default filter takes tasks that no filter matches or that skipped their last step, and never one that \
                    has left a filter by timeout.";

pub(super) fn workflow(graph: &Graph) -> String {
    let width = layout::width(graph);
    let mut text = Running { width: width - 2 * MARGIN, y: MARGIN, lines: Vec::new() };
    text.write(Face::Title, &graph.workflow, 2);
    text.write(Face::Small, &summary(graph), 3);
    let layout = layout::layout(graph, text.y + 18);
    text.y = layout.height - MARGIN + 20;
    for note in notes(graph) {
        text.write(Face::Small, &note, 4);
    }
    let title = format!("Workflow {}", graph.workflow);
    let content = drawn(&layout, &text.lines);
    picture(width, text.y + MARGIN, &title, &description(graph), &content)
}

/// A whole picture around its content.
pub(super) fn picture(width: i32, height: i32, title: &str, description: &str, content: &Markup) -> String {
    let frame = html! {
        svg.graph xmlns="http://www.w3.org/2000/svg" width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) }
            role="img" aria-labelledby="title description" {
            title id="title" { (clean(title)) }
            desc id="description" { (clean(description)) }
            style { (PreEscaped(STYLE)) }
            rect.page width="100%" height="100%" {}
            (content)
        }
    };
    frame.into_string() + "\n"
}

/// Running text, lines and cards; the words beside lines are on top.
pub(super) fn drawn(layout: &Layout, text: &[Line]) -> Markup {
    html! {
        @for line in text { (standing(line)) "\n" }
        @if let Some(y) = layout.queues { text.section x=(MARGIN) y=(y) { "Queues" } "\n" }
        @for route in &layout.routes { (way(route)) "\n" }
        @for placed in &layout.cards { (card(placed)) "\n" }
        @for route in &layout.routes { @for label in &route.labels { (beside(label, is_idle(route))) "\n" } }
    }
}

fn way(route: &Route) -> Markup {
    let state = match route.count {
        None => "",
        Some(0) => " idle",
        Some(_) => " busy",
    };
    html! {
        path class={ "way " (route.class) (state) } d=(route.path()) {}
        path class={ "tip " (route.class) (if is_idle(route) { " idle" } else { "" }) } d=(route.arrow()) {}
    }
}

fn is_idle(route: &Route) -> bool {
    route.count == Some(0)
}

fn beside(label: &Label, idle: bool) -> Markup {
    let ((x, y), count) = (label.at, label.count.filter(|count| *count > 0));
    html! {
        text class=(if idle { "label idle" } else { "label" }) x=(x) y=(y) text-anchor=(label.anchor) {
            (label.text)
            @if let Some(count) = count { " " tspan.count { (count) } }
        }
    }
}

/// A picture of its own inside the picture: what is wider than it is cut off.
fn card(placed: &Placed) -> Markup {
    html! {
        svg x=(placed.x) y=(placed.y) width=(placed.width) height=(placed.height) {
            rect class={ "card " (placed.class) } x="0.5" y="0.5" width=(placed.width - 1) height=(placed.height - 1) rx="8" {}
            @for line in &placed.card.lines { "\n" (standing(line)) }
        }
    }
}

fn standing(line: &Line) -> Markup {
    html! {
        text y=(line.y) {
            @if let Some(whole) = &line.whole { title { (whole) } }
            @for part in &line.parts { tspan.(part.class) x=(part.x) { (part.text) } }
        }
    }
}

/// Text over the whole width, line under line.
pub(super) struct Running {
    pub(super) width: i32,
    /// Where the next line begins.
    pub(super) y: i32,
    pub(super) lines: Vec<Line>,
}

impl Running {
    pub(super) fn write(&mut self, face: Face, text: &str, most: usize) {
        let wrapped = wrap(text, face, self.width, 0, most);
        let whole = wrapped.shortened.then(|| clean(text));
        for text in wrapped.lines {
            let part = Part { x: MARGIN, text, class: face.class() };
            self.lines.push(Line { y: self.y + face.size(), parts: vec![part], whole: whole.clone() });
            self.y += face.leading();
        }
    }
}

fn summary(graph: &Graph) -> String {
    let steps = graph.filters.iter().map(|filter| filter.steps.len()).sum::<usize>();
    let mut parts = vec!["workflow".to_owned(), counted(graph.filters.len(), "filter"), counted(steps, "step")];
    let default = if graph.default_filter.is_some() { "a default filter" } else { "no default filter" };
    parts.push(default.to_owned());
    let answer = graph.task_reservation_timeout.iter().map(|time| format!("a reserved worker has {time} to answer"));
    parts.extend(answer);
    parts.join(" · ")
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn notes(graph: &Graph) -> Vec<String> {
    let mut notes = Vec::new();
    let by_age = |step: &Step| step.left.as_ref().is_some_and(|left| left.starts_with("at age"));
    if graph.steps().any(|(_, step)| by_age(step)) {
        notes.push(AGES.to_owned());
    }
    if graph.default_filter.is_some() && graph.steps().any(|(_, step)| step.left.is_some()) {
        notes.push(REST.to_owned());
    }
    if let Some(counts) = graph.counts
        && counts.changed
    {
        notes.push(format!(
            "The workflow was changed during the run: it is drawn as it was at the start, counts are of all its versions, \
             and {} moves have no place here.",
            counts.elsewhere
        ));
    }
    notes
}

/// The picture in words, for who cannot see it.
fn description(graph: &Graph) -> String {
    let mut text = String::new();
    for (index, filter) in graph.filters.iter().enumerate() {
        let name = filter.name.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
        let steps = filter.steps.iter().map(in_words).collect::<Vec<_>>().join("; then ");
        text += &format!("Filter {}{name}: {} leads to {steps}. ", index + 1, filter.expression);
    }
    match &graph.default_filter {
        Some(step) => text + &format!("Other tasks go to {}.", in_words(step)),
        None => text + "Other tasks are canceled.",
    }
}

fn in_words(step: &Step) -> String {
    let left = step.left.as_ref().map(|left| format!(", left {left}")).unwrap_or_default();
    let skipped = step.skip_if.as_ref().map(|skip_if| format!(", skipped if {skip_if}")).unwrap_or_default();
    format!("queue {}{left}{skipped}", step.queue)
}
