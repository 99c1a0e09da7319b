//! The ways to make a document smaller, each a list of changes to try, the largest first. Whether one helps is for
//! others to find out.

use std::time::Duration;

use pointsman::{Limits, format_duration, parse_duration};
use pointsman_config::{Context, Names, SourceFile, parse_yaml};
use serde_json::Number;

use super::edit::Edit;
use crate::arrival;
use crate::distribution::{Distribution, Unit, names, span};
use crate::document::{Tree, Way};
use crate::random::{Kind, Streams};
use crate::reading::Reader;
use crate::scenario::Scenario;

/// Changes of a document that fails at a time.
pub(super) type Reduction = fn(&Tree, &Scenario, Duration) -> Vec<Edit>;

/// All of them, in the order in which they are tried. Without chance fewer entries may do, before numbers get smaller.
pub(super) const REDUCTIONS: &[Reduction] =
    &[replications, horizon, lists, keys, instants, luck, starts, constants, lists, numbers];

/// One replication, perhaps with another seed.
fn replications(tree: &Tree, scenario: &Scenario, _: Duration) -> Vec<Edit> {
    const MOST: u64 = 100;
    let count = scenario.model.plan.replications.unwrap_or(1);
    let with = |nth: u64| {
        let mut tree = tree.clone();
        tree.section("experiment").without("replications");
        if tree.get("experiment").is_some_and(|experiment| experiment.entries().is_empty()) {
            tree.without("experiment");
        }
        tree.put("seed", scenario.seed.wrapping_add(nth).into());
        Edit::Whole(tree)
    };
    if count > 1 { (0..count.min(MOST)).map(with).collect() } else { Vec::new() }
}

/// The run ends when it has failed.
fn horizon(tree: &Tree, scenario: &Scenario, at: Duration) -> Vec<Edit> {
    let is_later = scenario.model.measure.horizon.is_some_and(|horizon| at < horizon);
    let ends = || {
        let mut tree = tree.clone();
        tree.section("measure").put("horizon", format_duration(at).into());
        Edit::Whole(tree)
    };
    (scenario.is_random() && is_later).then(ends).into_iter().collect()
}

/// Every list without all of its entries, half of them, a quarter, ..., each one: those above first.
fn lists(tree: &Tree, _: &Scenario, _: Duration) -> Vec<Edit> {
    let mut found: Vec<(Way, usize)> = Vec::new();
    tree.walk(&mut |way, _, tree| {
        if !tree.items().is_empty() {
            found.push((way.to_vec(), tree.items().len()));
        }
    });
    found.sort_by_key(|(way, _)| way.len());
    found.iter().flat_map(|(way, length)| parts(*length).map(|part| Edit::Thin(way.clone(), part))).collect()
}

/// A whole, its halves, quarters, ..., and each of its entries.
fn parts(length: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let sizes =
        std::iter::successors(Some(length).filter(|size| *size > 0), |size| (*size > 1).then(|| size.div_ceil(2)));
    let of_size = move |size: usize| (0..length).step_by(size).map(move |from| from..(from + size).min(length));
    sizes.flat_map(of_size)
}

/// Every mapping without one of its keys: those above first.
fn keys(tree: &Tree, _: &Scenario, _: Duration) -> Vec<Edit> {
    let mut found: Vec<(Way, usize)> = Vec::new();
    tree.walk(&mut |way, _, tree| found.extend((0..tree.entries().len()).map(|place| (way.to_vec(), place))));
    found.sort_by_key(|(way, _)| way.len());
    found.into_iter().map(|(way, place)| Edit::Drop(way, place)).collect()
}

/// A few tasks of a class come at instants, and nothing is drawn for it any more: so many at the start, the last ones that
/// came before it failed, or the first ones.
fn instants(tree: &Tree, scenario: &Scenario, at: Duration) -> Vec<Edit> {
    const COUNTS: [usize; 11] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64];
    let is_one_run = scenario.model.plan.replications.unwrap_or(1) == 1;
    let drawn = classes(tree).filter(|(_, class)| is_one_run && class.get("at").is_none());
    drawn
        .flat_map(|(place, _)| {
            let came = came(scenario, place, at);
            let some = COUNTS.into_iter().filter(|count| *count <= came.len());
            let lists = some.flat_map(|count| {
                let start = vec![format_duration(Duration::ZERO); count];
                [start, came[came.len() - count..].to_vec(), came[..count].to_vec()]
            });
            lists.filter_map(|list| listed(tree, place, list, None)).collect::<Vec<_>>()
        })
        .collect()
}

/// When tasks of a class came in the run, up to a time.
fn came(scenario: &Scenario, place: usize, at: Duration) -> Vec<String> {
    const MOST: usize = 20_000;
    let Some(class) = scenario.model.classes.get(place) else { return Vec::new() };
    let arrivals = class.process.arrivals(Streams::new(scenario.seed, 0).entity(Kind::Class, &class.name));
    let arrivals = arrivals.take_while(|arrival| arrival.at <= at).take(MOST);
    arrivals.flat_map(|it| std::iter::repeat_n(format_duration(it.at), it.count as usize)).take(MOST).collect()
}

/// The classes and their places.
fn classes(tree: &Tree) -> impl Iterator<Item = (usize, &Tree)> {
    tree.get("arrivals").map(Tree::items).unwrap_or_default().iter().enumerate()
}

/// A class whose tasks come at these instants, perhaps with another seed.
fn listed(tree: &Tree, place: usize, instants: Vec<String>, seed: Option<u64>) -> Option<Edit> {
    let mut tree = tree.clone();
    let way = [tree.way("arrivals")?, vec![place]].concat();
    let class = tree.at_mut(&way)?;
    arrival::KEYS.iter().for_each(|key| class.without(key));
    class.put("at", Tree::List(instants.into_iter().map(Tree::from).collect()));
    seed.into_iter().for_each(|seed| tree.put("seed", seed.into()));
    Some(Edit::Whole(tree))
}

/// All instants of a list are the start, half of them, a quarter, ..., each one.
fn starts(tree: &Tree, _: &Scenario, _: Duration) -> Vec<Edit> {
    let start = || Tree::from(format_duration(Duration::ZERO));
    let lists = classes(tree).filter_map(|(place, class)| Some((place, class.get("at")?.items())));
    let with = |place: usize, items: &[Tree], part: std::ops::Range<usize>| {
        let way = tree.way(&format!("arrivals[{place}].at"))?;
        let moved = |(nth, it): (usize, &Tree)| if part.contains(&nth) { start() } else { it.clone() };
        Some(Edit::Put(way, Tree::List(items.iter().enumerate().map(moved).collect())))
    };
    lists.flat_map(|(place, items)| parts(items.len()).filter_map(move |part| with(place, items, part))).collect()
}

/// One task of a class alone, with another seed: what fails may have been drawn for a later one.
fn luck(tree: &Tree, scenario: &Scenario, _: Duration) -> Vec<Edit> {
    const SEEDS: u64 = 20;
    let is_one_run = scenario.model.plan.replications.unwrap_or(1) == 1;
    let lone = classes(tree).filter_map(|(place, class)| match class.get("at").map(Tree::items) {
        Some([Tree::Text(first), _, ..]) => Some((place, first.to_string())),
        None if is_one_run => Some((place, format_duration(Duration::ZERO))),
        Some(_) | None => None,
    });
    let seeds = (1..=SEEDS).map(|nth| scenario.seed.wrapping_add(nth));
    let with = |(place, first): (usize, String), seed| listed(tree, place, vec![first], Some(seed));
    lone.flat_map(|it| seeds.clone().filter_map(move |seed| with(it.clone(), seed))).collect()
}

/// What is drawn is always the same: the mean, or one of the values.
fn constants(tree: &Tree, _: &Scenario, _: Duration) -> Vec<Edit> {
    let mut edits = Vec::new();
    tree.walk(&mut |way, keys, tree| {
        let [(name, inner)] = tree.entries() else { return };
        let is_drawn = matches!(keys.first(), Some(&"arrivals" | &"staff" | &"handling"));
        if !is_drawn || !names().contains(&&*name.text) || keys.contains(&"attributes") {
            return;
        }
        let values = if keys.contains(&"drawn") { values(inner) } else { Vec::new() };
        let values = if values.is_empty() { mean(tree, keys).into_iter().collect() } else { values };
        edits.extend(values.into_iter().map(|value| Edit::Put(way.to_vec(), value)));
    });
    edits
}

/// What a choice or a list has to choose from.
fn values(drawn: &Tree) -> Vec<Tree> {
    let items = drawn.items().iter().map(|item| item.get("value").unwrap_or(item).clone());
    drawn
        .entries()
        .iter()
        .filter(|(_, weight)| matches!(weight, Tree::Number(_)))
        .map(|(name, _)| name.value())
        .chain(items)
        .collect()
}

fn mean(drawn: &Tree, keys: &[&str]) -> Option<Tree> {
    let is_number = keys.iter().any(|key| ["batch", "pace", "drawn"].contains(key));
    let unit = if is_number { Unit::Number } else { Unit::Time };
    let node = parse_yaml(&std::sync::Arc::new(SourceFile::new("", drawn.to_yaml()))).ok()?;
    let (names, limits) = (Names::new(), Limits::default());
    let mean = Distribution::read(&mut Reader::new(Context::new(&names, &limits)), &node, unit)?.mean_or_estimate();
    if is_number {
        return Some(Tree::from(mean.max(0.0).round() as u64));
    }
    Some(format_duration(span(if mean >= 1.0 { mean.round() } else { mean })).into())
}

/// Numbers, spans and rates that are smaller.
fn numbers(tree: &Tree, _: &Scenario, _: Duration) -> Vec<Edit> {
    let mut edits = Vec::new();
    tree.walk(&mut |way, keys, tree| {
        // What is expected stays as it is.
        if keys.contains(&"expect") || keys.contains(&"always") {
            return;
        }
        let smaller = match tree {
            Tree::Number(number) => smaller(number),
            Tree::Text(text) => shorter(text).or_else(|| rarer(text)).unwrap_or_default(),
            Tree::Null | Tree::Bool(_) | Tree::List(_) | Tree::Map(_) => Vec::new(),
        };
        edits.extend(smaller.into_iter().map(|value| Edit::Put(way.to_vec(), value)));
    });
    edits
}

/// Nothing, one, half; of a few also one less. A share is nothing, or what is certain needs no chance.
fn smaller(number: &Number) -> Vec<Tree> {
    const FEW: u64 = 50;
    let Some(whole) = number.as_u64() else {
        let part = number.as_f64().filter(|part| *part > 0.0);
        let whole = |part: f64| [0, if part < 1.0 { 1 } else { part.floor() as u64 }].map(Tree::from);
        return part.map(whole).into_iter().flatten().collect();
    };
    let less = whole.checked_sub(1).filter(|_| whole <= FEW);
    let mut found: Vec<u64> = [0, 1, whole / 2].into_iter().chain(less).filter(|it| *it < whole).collect();
    found.dedup();
    found.into_iter().map(Tree::from).collect()
}

/// No time, half of it, or a rounder one; none where the text is no span.
fn shorter(text: &str) -> Option<Vec<Tree>> {
    let millis = u64::try_from(parse_duration(text)?.as_millis()).ok()?;
    let round = |millis: u64| {
        let unit = [3_600_000, 60_000, 1_000, 1].into_iter().find(|unit| millis / unit >= 10).unwrap_or(1);
        millis / unit * unit
    };
    let seconds = millis / 1_000 * 1_000;
    let candidates = [0, round(millis / 2), round(millis), seconds].into_iter().filter(|it| *it < millis);
    Some(candidates.map(|millis| format_duration(Duration::from_millis(millis)).into()).collect())
}

/// A rate of one, or half as many; none where the text is no rate.
fn rarer(text: &str) -> Option<Vec<Tree>> {
    let (count, per) = text.split_once('/')?;
    parse_duration(per)?;
    let count = count.parse::<f64>().ok().filter(|count| *count > 1.0)?.ceil() as u64;
    let candidates = [1, count / 2].into_iter().filter(|it| 0 < *it && *it < count);
    Some(candidates.map(|count| format!("{count}/{per}").into()).collect())
}
