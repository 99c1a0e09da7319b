//! Defects inside expressions.

use pointsman::{Value, WorkspaceSpec};
use pointsman_expr::{Attributes, Kind, Name, Op, Ref};

use super::Seeder;
use super::places::{Comparison, Spot, misspelt};

pub(super) fn seed(seeder: &mut Seeder<'_>) {
    for spot in seeder.spots() {
        never_and_always(seeder, &spot);
        habits(seeder, &spot);
        for comparison in spot.comparisons() {
            if let Name::Worker(_) = comparison.name {
                against_workers(seeder, &spot, &comparison);
            }
        }
    }
}

/// What the expression says by itself.
fn never_and_always(seeder: &mut Seeder<'_>, spot: &Spot) {
    let prefix = match spot.kind {
        Kind::Target => "worker.",
        Kind::Queue | Kind::Filter | Kind::OrderBy | Kind::SkipIf | Kind::KnownWorker => "",
    };
    let text = &spot.text;
    let change = |text: String| move |workspace: &mut WorkspaceSpec| spot.write(workspace, text);
    let never = format!("({text}) AND {prefix}mood == 'good' AND {prefix}mood == 'bad'");
    seeder.add("two values of one attribute at once", "never-holds", spot.path.clone(), change(never));
    let never = format!("({text}) AND {prefix}age > 9 AND {prefix}age < 3");
    seeder.add("a range without numbers", "never-holds", spot.path.clone(), change(never));
    let always = format!("{prefix}mood == null OR {prefix}mood != null");
    seeder.add("a test that everything passes", "always-holds", spot.path.clone(), change(always));
    if spot.is_constant() {
        return;
    }
    let dead = format!("({text}) OR ({prefix}mood == 'good' AND {prefix}mood == 'bad')");
    seeder.add("an alternative that never comes", "dead-part", spot.path.clone(), change(dead));
}

/// What people bring from other languages and documents.
fn habits(seeder: &mut Seeder<'_>, spot: &Spot) {
    let change = |text: String| move |workspace: &mut WorkspaceSpec| spot.write(workspace, text);
    let text = &spot.text;
    if let Some(comparison) = spot.comparisons().first() {
        let name = &text[comparison.name_part.clone()];
        let quoted = spot.with(&comparison.name_part, &format!("'{name}'"));
        seeder.add("a key in quotes", "constant-comparison", spot.path.clone(), change(quoted));
        let hyphen = spot.with(&comparison.name_part, &format!("{name}-x"));
        seeder.add("a key with a hyphen", "invalid-expression", spot.path.clone(), change(hyphen));
        if comparison.op == Op::Equal {
            let list = spot.with(&comparison.value_part, "['a', 'b']");
            seeder.add("a list beside ==", "never-true", spot.path.clone(), change(list));
        }
        let own = if spot.kind == Kind::Queue { "worker" } else { "task" };
        if spot.kind != Kind::Target {
            let prefixed = spot.with(&comparison.name_part, &format!("{own}.{name}"));
            seeder.add("a prefix where none belongs", "prefix", spot.path.clone(), change(prefixed));
        }
    }
}

/// What the attributes of the workspace's workers say.
fn against_workers(seeder: &mut Seeder<'_>, spot: &Spot, comparison: &Comparison) {
    let good = seeder.good;
    let Name::Worker(path) = &comparison.name else { return };
    let values: Vec<Value> = good.workers.iter().filter_map(|worker| value(&worker.attributes, path)).collect();
    let change = |text: String| move |workspace: &mut WorkspaceSpec| spot.write(workspace, text);
    if values.is_empty() {
        return;
    }
    let name = &spot.text[comparison.name_part.clone()];
    let (before, last) = name.rsplit_once('.').map_or(("", name), |(before, last)| (before, last));
    if let Some(wrong) = misspelt(last) {
        let dot = if before.is_empty() { "" } else { "." };
        let text = spot.with(&comparison.name_part, &format!("{before}{dot}{wrong}"));
        seeder.add("a misspelt attribute of workers", "unknown-attribute", spot.path.clone(), change(text));
    }
    let is_list = values.iter().all(|value| matches!(value, Value::Array(_)));
    let is_text = values.iter().all(|value| matches!(value, Value::String(_)));
    let is_number = values.iter().all(|value| matches!(value, Value::Number(_)));
    if let Value::String(word) = &comparison.value {
        if let Some(wrong) = misspelt(word) {
            let text = spot.with(&comparison.value_part, &format!("'{wrong}'"));
            seeder.add("a misspelt value", "unknown-value", spot.path.clone(), change(text));
        }
        let shouted = word.to_uppercase();
        if word.len() > 1 && shouted != **word {
            let text = spot.with(&comparison.value_part, &format!("'{shouted}'"));
            seeder.add("a value in capitals", "unknown-value", spot.path.clone(), change(text));
        }
    }
    if is_list && comparison.op == Op::Has {
        let text = spot.with(&comparison.op_part, " == ");
        seeder.add("== on a list", "type-mismatch", spot.path.clone(), change(text));
        let text = spot.with(&comparison.op_part, " CONTAINS ");
        seeder.add("CONTAINS on a list", "type-mismatch", spot.path.clone(), change(text));
    }
    if is_text && comparison.op == Op::Equal {
        let text = spot.with(&comparison.op_part, " HAS ");
        seeder.add("HAS on a text", "type-mismatch", spot.path.clone(), change(text));
    }
    if is_number {
        let number = &spot.text[comparison.value_part.clone()];
        let text = spot.with(&comparison.value_part, &format!("'{number}'"));
        seeder.add("a number in quotes", "type-mismatch", spot.path.clone(), change(text));
    }
    odd_worker(seeder, comparison, is_list);
}

/// One of several workers with a text where the others have a list.
fn odd_worker(seeder: &mut Seeder<'_>, comparison: &Comparison, is_list: bool) {
    let Name::Worker(path) = &comparison.name else { return };
    let owners = seeder.good.workers.iter().filter(|worker| value(&worker.attributes, path).is_some()).count();
    let key = path.to_string();
    if !is_list || owners < 2 || key.contains(['.', '[']) {
        return;
    }
    let first = seeder.good.workers.iter().position(|worker| value(&worker.attributes, path).is_some());
    let Some(index) = first else { return };
    let at = format!("workers[{index}].attributes.{key}");
    seeder.add("one worker with a text for a list", "type-mismatch", at, |workspace| {
        let attributes = &mut workspace.workers[index].attributes;
        *attributes = with_attribute(attributes, &key, Value::from("just this"));
    });
}

/// The value that an attribute document has there.
pub(super) fn value(attributes: &Value, path: &pointsman_expr::Path) -> Option<Value> {
    let attributes = Attributes::try_from(attributes.clone()).ok()?;
    Some(attributes.get(path)).filter(|value| *value != Ref::Null).map(Ref::to_value)
}

/// The document with one attribute more, or another value of it.
pub(super) fn with_attribute(attributes: &Value, key: &str, value: Value) -> Value {
    let object = match attributes {
        Value::Object(object) => (**object).clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Default::default(),
    };
    let entries = object.iter().map(|(key, value)| (key.into(), value.to_value()));
    Value::from(entries.chain([(key.into(), value)]).collect::<pointsman_expr::Object>())
}
