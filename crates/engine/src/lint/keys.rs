//! Lints of the keys of attributes: those that no expression can write, and those that something built in hides.

use std::collections::BTreeMap;

use pointsman_expr::{Entries, Name, Path, Ref, WorkerField};

use super::code::Code;
use super::expressions::written;
use super::finding::{Finding, Place};
use super::names::listed;
use super::setup::Setup;
use super::steps::mentions;
use super::{Sink, in_short};

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    let workers = setup.declared().map(|worker| (&worker.place, worker.attributes.as_object().entries()));
    out.extend(unreadable(workers));
    let tasks = setup.tasks.iter().map(|task| (&task.place, task.attributes.as_object().entries()));
    out.extend(unreadable(tasks));
    out.extend(in_short(shadowed(setup)));
}

/// All such keys at once, at the first of them.
fn unreadable<'a>(documents: impl Iterator<Item = (&'a Place, Entries<'a>)>) -> Option<Finding> {
    let mut found: BTreeMap<String, Place> = BTreeMap::new();
    let mut first = None;
    for (place, document) in documents {
        collect(&place.field("attributes"), document, &mut |key, place| {
            first.get_or_insert_with(|| place.clone());
            found.entry(key.to_owned()).or_insert(place);
        });
    }
    let names = listed(found.keys().map(String::as_str));
    let message = format!("no expression can read {names}: keys there have letters, digits, `_` and `$` only");
    let help = "write `_` in place of a hyphen, here and where the attribute is set";
    Some(Finding::info(Code::UnreadableKey, &first?, message, help))
}

fn collect(place: &Place, entries: Entries<'_>, found: &mut impl FnMut(&str, Place)) {
    for (key, value) in entries.iter() {
        let place = place.attribute(key);
        if !is_readable(key) {
            found(key, place.clone());
        } else if let Ref::Object(inner) = value {
            collect(&place, inner, found);
        }
    }
}

/// Keys that begin with a digit are left out: `order_by` reads them.
fn is_readable(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

/// In the expressions of steps the built-in names win over attributes (Q18).
fn shadowed(setup: &Setup<'_>) -> Vec<Finding> {
    let keys: Vec<&str> = WorkerField::ALL.iter().map(|field| field.as_str()).chain(["channel"]).collect();
    let mut found = Vec::new();
    for key in keys {
        let path = Path::parse(key).ok();
        let mut owners = setup.declared().filter(|worker| worker.attributes.as_object().get(key).is_some());
        let (Some(_), Some(worker)) = (path, owners.next()) else { continue };
        let is_read = written(setup).iter().any(|written| {
            mentions(written.expression).any(|(_, name)| match name {
                Name::WorkerField(field) => field.as_str() == key,
                Name::WorkerChannel { .. } => key == "channel",
                Name::Task(_) | Name::Worker(_) | Name::WorkerAttributeOrField(..) | Name::Workers(_) => false,
                Name::Clock(_) | Name::Nodes { .. } | Name::Nothing => false,
            })
        });
        let message = format!("in a step `worker.{key}` is what is built in, never this attribute");
        let help = "give the attribute another name";
        let place = worker.place.field("attributes").attribute(key);
        found.push(Finding::info(Code::ShadowedAttribute, &place, message, help).warning_if(is_read));
    }
    found
}
