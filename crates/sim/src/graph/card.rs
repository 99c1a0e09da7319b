//! What stands on a card, line by line: the same for a picture and for Graphviz. It knows where a line stands on its card,
//! not where the card stands.

use pointsman::{TaskOrder, TaskQueueId};

use super::text::{Face, clean, width, wrap};
use super::{Counts, Filter, Graph, Queue, Serving, Step};

/// The width of every card, in pixels.
pub(super) const WIDTH: i32 = 292;

/// From a card's edge to its text.
pub(super) const PAD: i32 = 14;

/// At most this many lines of an expression, of a name, of a list.
const MOST_CODE: usize = 5;
const MOST_NAME: usize = 2;
const MOST_PLAIN: usize = 3;

/// This many names of workers are said, one more where that says all.
const SAID: usize = 2;

/// Where the values of short keys begin.
const VALUE: i32 = 80;

/// What stands on a card.
#[derive(Clone, Debug, Default)]
pub(super) struct Card {
    pub(super) lines: Vec<Line>,
    /// How much of the height is taken.
    pub(super) height: i32,
}

/// A line of a card.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The base line, from the card's top.
    pub(super) y: i32,
    /// What stands in it, from left to right.
    pub(super) parts: Vec<Part>,
    /// The whole text, where it was shortened.
    pub(super) whole: Option<String>,
}

/// A piece of a line in one face.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) x: i32,
    pub(super) text: String,
    pub(super) class: &'static str,
}

pub(super) fn entry(graph: &Graph) -> Card {
    let mut card = Card::new();
    card.line(Face::Name, "tasks come in", MOST_NAME);
    match graph.counts {
        Some(Counts { entered, reread, .. }) => card.counts(&[(entered, "entered"), (reread, "read again")]),
        None => card.line(Face::Small, "filters are tried from the top", MOST_PLAIN),
    }
    card.end()
}

pub(super) fn canceled(graph: &Graph) -> Card {
    let mut card = Card::new();
    card.set(Face::Name, "name bad", "canceled", MOST_NAME);
    card.line(Face::Small, "the workflow ended without a worker", MOST_PLAIN);
    if let Some(counts) = graph.counts {
        card.counts(&[(counts.canceled, "canceled")]);
    }
    card.end()
}

pub(super) fn filter(index: usize, filter: &Filter, matched: Option<u64>) -> Card {
    let mut card = Card::new();
    let number = format!("filter {}", index + 1);
    match &filter.name {
        Some(name) => {
            card.line(Face::Small, &number, 1);
            card.line(Face::Name, name, MOST_NAME);
        }
        None => card.line(Face::Name, &number, 1),
    }
    card.space();
    card.line(Face::Code, &filter.expression, MOST_CODE);
    if let Some(matched) = matched {
        card.counts(&[(matched, "matched")]);
    }
    card.end()
}

pub(super) fn step(title: &str, step: &Step, queue: Option<&Queue>) -> Card {
    let mut card = Card::new();
    card.line(Face::Small, title, 1);
    card.queue_name(&step.queue);
    if let Some(serving) = queue.and_then(|queue| queue.serving.as_ref()) {
        card.served(serving);
    }
    card.space();
    card.pair("priority", step.priority.map(|priority| priority.to_string()).as_deref());
    card.pair("timeout", timeout(step).as_deref());
    card.pair("expression", step.expression.as_deref());
    card.pair("known_worker_sid", step.known_worker_sid.as_deref());
    card.pair("known_worker_friendly_name", step.known_worker_friendly_name.as_deref());
    card.pair("order_by", step.order_by.as_deref());
    card.pair("skip_if", step.skip_if.as_deref());
    if !step.reached {
        card.set(Face::Small, "small bad", "never reached: a step before has no timeout and no skip_if", MOST_PLAIN);
    } else if step.timeout.is_none() && step.skip_if.is_none() {
        card.line(Face::Small, "no timeout: tasks wait here", MOST_PLAIN);
    }
    if let Some(counts) = step.counts {
        card.counts(&[
            (counts.entered, "entered"),
            (counts.timed_out, "timed out"),
            (counts.skipped, "skipped"),
            (counts.reread, "read again"),
            (counts.reserved, "reserved"),
            (counts.accepted, "accepted"),
            (counts.canceled, "canceled"),
        ]);
    }
    card.end()
}

fn timeout(step: &Step) -> Option<String> {
    let timeout = step.timeout.as_ref()?;
    Some(step.left.as_ref().map_or_else(|| timeout.clone(), |left| format!("{timeout}, left {left}")))
}

pub(super) fn queue(queue: &Queue, serving: &Serving) -> Card {
    let mut card = Card::new();
    card.queue_name(&queue.name);
    if !serving.friendly_name.eq_ignore_ascii_case(&queue.name) {
        card.line(Face::Small, &serving.friendly_name, MOST_NAME);
    }
    card.space();
    card.line(Face::Code, or(&serving.expression, "no expression: nobody"), MOST_CODE);
    card.space();
    card.served(serving);
    if serving.task_order == TaskOrder::Lifo {
        card.line(Face::Small, "LIFO: newest first, whatever the priority", MOST_PLAIN);
    }
    if serving.max_reserved_workers > 1 {
        card.line(Face::Small, &format!("asks up to {} workers at once", serving.max_reserved_workers), MOST_PLAIN);
    }
    card.end()
}

/// A queue of which nothing is known but its name.
pub(super) fn bare_queue(queue: &Queue) -> Card {
    let mut card = Card::new();
    card.queue_name(&queue.name);
    card.end()
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() { otherwise } else { text }
}

/// `alice, bob and 14 more`
fn names(serving: &Serving, said: usize) -> String {
    let said = if serving.workers <= said + 1 { serving.names.len() } else { said };
    let names: Vec<&str> = serving.names.iter().take(said).map(String::as_str).collect();
    let rest = serving.workers - names.len();
    match (rest, names.split_last()) {
        (_, None) => "nobody".to_owned(),
        (0, Some((last, []))) => (*last).to_owned(),
        (0, Some((last, others))) => format!("{} and {last}", others.join(", ")),
        (_, Some(_)) => format!("{} and {rest} more", names.join(", ")),
    }
}

impl Card {
    pub(super) fn new() -> Self {
        Self { lines: Vec::new(), height: PAD }
    }

    fn end(mut self) -> Self {
        self.height += PAD - 4;
        self
    }

    pub(super) fn line(&mut self, face: Face, text: &str, most: usize) {
        self.set(face, face.class(), text, most);
    }

    fn set(&mut self, face: Face, class: &'static str, text: &str, most: usize) {
        self.hanging(face, class, text, most, None);
    }

    /// A SID is long and says little: it stands there as code.
    fn queue_name(&mut self, name: &str) {
        match name.parse::<TaskQueueId>() {
            Ok(_) => self.set(Face::Code, "code strong", name, MOST_NAME),
            Err(_) => self.line(Face::Name, name, MOST_NAME),
        }
    }

    /// A key and its value, side by side; nothing without a value.
    fn pair(&mut self, key: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.hanging(Face::Code, Face::Code.class(), value, MOST_CODE, Some(key));
        }
    }

    fn served(&mut self, serving: &Serving) {
        let class = if serving.workers == 0 { "plain bad" } else { Face::Plain.class() };
        let text = format!("served by {}", names(serving, SAID));
        self.set(Face::Plain, class, &text, MOST_PLAIN);
        let whole = format!("served by {}", names(serving, serving.names.len()));
        if let Some(line) = self.lines.last_mut().filter(|_| whole != text) {
            line.whole = Some(clean(&whole));
        }
    }

    /// What there is of these; the first one always. A number stays with its word.
    fn counts(&mut self, counts: &[(u64, &str)]) {
        let some = counts.iter().enumerate().filter(|(place, (count, _))| *place == 0 || *count > 0);
        let text = some.map(|(_, (count, what))| format!("{count}\u{a0}{what}")).collect::<Vec<_>>().join(", ");
        self.space();
        self.set(Face::Plain, "plain count", &text, MOST_PLAIN);
    }

    fn space(&mut self) {
        self.height += 4;
    }

    fn hanging(&mut self, face: Face, class: &'static str, text: &str, most: usize, key: Option<&'static str>) {
        let indent = key.map_or(0, |key| (width(key, Face::Small) + 8).max(VALUE));
        let wrapped = wrap(text, face, WIDTH - 2 * PAD, indent, most);
        let whole = wrapped.shortened.then(|| clean(text));
        for (place, text) in wrapped.lines.into_iter().enumerate() {
            let key = key.filter(|_| place == 0);
            let key_part = key.map(|key| Part { x: PAD, text: key.to_owned(), class: Face::Small.class() });
            let x = PAD + if key.is_some() { indent } else { 0 };
            let parts = key_part.into_iter().chain([Part { x, text, class }]).collect();
            self.lines.push(Line { y: self.height + face.size(), parts, whole: whole.clone() });
            self.height += face.leading();
        }
    }
}
