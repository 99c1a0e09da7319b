//! Expressions that do not hold, with what each failing comparison saw. It judges nothing: the blame is the engine's.

use std::collections::BTreeMap;
use std::ops::Range;

use pointsman::{Attributes, Blamed, Failed, Value};
use pointsman_expr::{Name, NodeKind, Operand, Ref, Segment, Term};

use crate::reading::nearest;

/// An expression and the places in it that keep it from holding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Where it stands: `target_workers of spanish`.
    pub of: String,
    /// Its text.
    pub text: String,
    /// The comparisons it fails by.
    pub marks: Vec<Mark>,
}

/// A comparison that has the result it should not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The bytes of the text.
    pub span: Range<usize>,
    /// What was seen: `` `languages` is ["en"] ``. Empty where a mark before says the same.
    pub label: String,
}

/// A failure, and the documents of those it was seen on.
#[derive(Clone)]
pub(super) struct Seen<'a> {
    pub(super) failed: &'a Failed,
    pub(super) task: Attributes,
    pub(super) worker: Option<Attributes>,
}

impl Excerpt {
    /// That of failures of one expression by the same comparisons; none without one.
    pub(super) fn of(of: String, seen: &[Seen<'_>]) -> Option<Self> {
        let failed = seen.first()?.failed;
        let marks = failed.blamed.iter().enumerate().map(|(place, blamed)| mark(failed, blamed, place, seen));
        let mut marks: Vec<Mark> = marks.collect();
        for place in 1..marks.len() {
            if marks[..place].iter().any(|before| before.label == marks[place].label) {
                marks[place].label.clear();
            }
        }
        Some(Self { of, text: failed.expression.text().to_owned(), marks })
    }
}

fn mark(failed: &Failed, blamed: &Blamed, place: usize, seen: &[Seen<'_>]) -> Mark {
    let text = failed.expression.text();
    let NodeKind::Test { left, right, .. } = &failed.expression.tree()[blamed.node].kind else {
        return Mark { span: blamed.span.clone(), label: String::new() };
    };
    let mut parts = Vec::new();
    for (term, is_left) in [(left, true), (right, false)] {
        if matches!(term.operand, Operand::Name(_)) {
            let all = seen.iter().filter_map(|seen| Some((seen.failed.blamed.get(place)?, seen)));
            let values = all.map(|(blamed, seen)| (if is_left { &blamed.left } else { &blamed.right }, seen));
            parts.push(format!("`{}` is {}", &text[term.span.clone()], spread(term, values)));
        }
    }
    let said = if parts.is_empty() { "never holds".to_owned() } else { parts.join(", ") };
    let holds = if blamed.wanted { "" } else { "holds and must not: " };
    let notes = || seen.iter().filter_map(|seen| seen.failed.blamed.get(place)).map(|blamed| blamed.note);
    // What is missing explains itself.
    let typed = blamed.left != Value::Null && blamed.right != Value::Null;
    let note = blamed.note.filter(|note| typed && notes().all(|other| other == Some(*note)));
    let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
    Mark { span: blamed.span.clone(), label: format!("{holds}{said}{note}") }
}

/// The values that were seen, the most frequent first: `["en"] (12), missing (2)`.
fn spread<'a>(term: &Term, values: impl Iterator<Item = (&'a Value, &'a Seen<'a>)>) -> String {
    const SHOWN: usize = 3;
    let mut counts: BTreeMap<String, (usize, Option<String>)> = BTreeMap::new();
    for (value, seen) in values {
        counts.entry(shown(value)).or_insert_with(|| (0, hint(term, value, seen))).0 += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let single = counts.len() == 1;
    let told = counts.iter().take(SHOWN).map(|(text, (count, hint))| {
        let count = if single { None } else { Some(count.to_string()) };
        let hint = hint.as_ref().map(|key| format!("there is `{key}`"));
        let aside: Vec<String> = count.into_iter().chain(hint).collect();
        if aside.is_empty() { text.clone() } else { format!("{text} ({})", aside.join(", ")) }
    });
    let told: Vec<String> = told.collect();
    let rest = match counts.len().saturating_sub(SHOWN) {
        0 => String::new(),
        1 => ", and another value".to_owned(),
        more => format!(", and {more} other values"),
    };
    told.join(", ") + &rest
}

fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    if *value == Value::Null {
        return "missing".to_owned();
    }
    let text = value.to_string();
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

/// The key that was probably meant by one that is missing.
fn hint(term: &Term, value: &Value, seen: &Seen<'_>) -> Option<String> {
    let Operand::Name(name) = &term.operand else { return None };
    let (path, document) = match name {
        Name::Task(path) => (path, Some(&seen.task)),
        Name::Worker(path) | Name::WorkerAttributeOrField(path, _) => (path, seen.worker.as_ref()),
        Name::WorkerField(_)
        | Name::WorkerChannel { .. }
        | Name::Workers(_)
        | Name::Clock(_)
        | Name::Nodes { .. }
        | Name::Nothing => return None,
    };
    let mut entries = document.filter(|_| *value == Value::Null)?.as_object().entries();
    for segment in path.segments() {
        let Segment::Key(key) = segment else { return None };
        let Some(inner) = entries.get(key) else {
            let keys: Vec<&str> = entries.iter().map(|(key, _)| key).collect();
            return nearest(key, &keys).map(str::to_owned);
        };
        let Ref::Object(inner) = inner else { return None };
        entries = inner;
    }
    None
}
