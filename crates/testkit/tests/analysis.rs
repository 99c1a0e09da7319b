//! What the analysis of expressions claims without values survives random values, and those values refute what is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod support;

use std::cell::Cell;
use std::path::Path;

use pointsman_expr::analysis::{always_holds, dead_parts, is_shadowed, never_holds, shadows};
use pointsman_expr::{Expression, Kind, Limits, parse};
use pointsman_testkit::{Drawn, Neighbours, Runs, strategy};
use proptest::prelude::*;

use crate::support::{runs, say, variable};

/// The table that the tests of the analysis are judged by.
const CLAIMS: &str = include_str!("../../expr/tests/claims.txt");

/// Random values for each claim; a million of them at an effort of 100.
const DRAWS: u32 = 10_000;

/// That expressions come out so, all at once, is what no values can do.
struct Claim<'a> {
    name: String,
    conditions: Vec<(&'a Expression, bool)>,
}

impl<'a> Claim<'a> {
    fn new(name: impl Into<String>, conditions: impl IntoIterator<Item = (&'a Expression, bool)>) -> Self {
        Self { name: name.into(), conditions: conditions.into_iter().collect() }
    }

    fn never(expression: &'a Expression) -> Self {
        Self::new(format!("never {expression}"), [(expression, true)])
    }

    fn always(expression: &'a Expression) -> Self {
        Self::new(format!("always {expression}"), [(expression, false)])
    }

    /// That the expression never holds without one of the earlier ones.
    fn shadowed(expression: &'a Expression, earlier: impl IntoIterator<Item = &'a Expression>) -> Self {
        let earlier: Vec<_> = earlier.into_iter().map(|expression| (expression, false)).collect();
        let name = format!("shadowed {expression}, {} before it", earlier.len());
        Self::new(name, [(expression, true)].into_iter().chain(earlier))
    }

    /// Values that refute the claim, among so many that are drawn for it.
    fn refuted(&self, draws: Runs) -> Option<Drawn> {
        let neighbours = Neighbours::of(self.conditions.iter().map(|(expression, _)| *expression));
        let refutes =
            |drawn: &Drawn| self.conditions.iter().all(|(expression, holds)| expression.matches(drawn) == *holds);
        neighbours.draws(draws.seed).take(draws.cases as usize).find(refutes)
    }

    fn check(&self, draws: Runs) -> Result<(), String> {
        match self.refuted(draws) {
            None => Ok(()),
            Some(drawn) => Err(format!("`{}` is refuted by {drawn:?}", self.name)),
        }
    }
}

fn expression(text: &str, kind: Kind) -> Option<Expression> {
    parse(text, kind, &Limits::default()).ok().map(|parsed| parsed.expression)
}

/// The rows of some sorts: the text of each, its expression, and the earlier ones.
fn rows(sorts: &[&str]) -> Vec<(&'static str, Expression, Vec<Expression>)> {
    let rows = CLAIMS.lines().filter(|row| row.split(' ').next().is_some_and(|sort| sorts.contains(&sort)));
    let read = |row: &'static str| {
        let (head, text) = row.split_once(": ")?;
        let kind = head.split_once(' ')?.1.parse::<Kind>().ok()?;
        let (text, earlier) = text.split_once(" <- ").unwrap_or((text, ""));
        let earlier = earlier.split(" | ").filter(|text| !text.is_empty()).map(|text| expression(text, kind));
        Some((row, expression(text, kind)?, earlier.collect::<Option<_>>()?))
    };
    let rows: Vec<_> = rows.map(|row| read(row).expect(row)).collect();
    assert!(rows.len() > 10, "the table is gone");
    rows
}

fn claim<'a>((row, expression, earlier): &'a (&'static str, Expression, Vec<Expression>)) -> Claim<'a> {
    match row.split(' ').next() {
        Some("never" | "missed") => Claim::never(expression),
        Some("always") => Claim::always(expression),
        _ => Claim::shadowed(expression, earlier),
    }
}

#[test]
fn every_claim_of_the_table_survives_random_values() {
    let (rows, draws) = (rows(&["never", "missed", "always", "shadowed"]), runs(DRAWS));
    for row in &rows {
        claim(row).check(draws).unwrap_or_else(|refuted| panic!("{}\n{refuted}", row.0));
    }
    say(&format!("{} claims survived {} random values each", rows.len(), draws.cases));
}

/// The same values refute every claim that the table says is wrong; what survives them is not just out of their reach.
#[test]
fn every_wrong_claim_is_refuted_by_random_values() {
    for (row, expression, earlier) in &rows(&["sometimes", "reached"]) {
        let wrong = match row.split(' ').next() {
            Some("sometimes") => vec![Claim::never(expression), Claim::always(expression)],
            _ => vec![Claim::shadowed(expression, earlier)],
        };
        for claim in wrong {
            assert!(claim.refuted(Runs { cases: DRAWS, seed: 0 }).is_some(), "no values refute `{}`", claim.name);
        }
    }
}

fn random_conditions() -> impl Strategy<Value = Vec<Expression>> {
    let three = |text: fn() -> BoxedStrategy<String>, kind| {
        let read = move |text: &String| expression(text, kind);
        [text(), text(), text()].prop_map(move |texts| texts.iter().filter_map(read).collect())
    };
    prop_oneof![
        three(strategy::filter_expression, Kind::Filter),
        three(strategy::queue_expression, Kind::Queue),
        three(strategy::target_expression, Kind::Target),
        three(strategy::skip_if, Kind::SkipIf),
    ]
}

/// Whatever is claimed of the expressions of a list.
fn claims(list: &[Expression]) -> Vec<Claim<'_>> {
    let shadowed = shadows(&list.iter().collect::<Vec<_>>()).into_iter();
    let shadowed = shadowed.map(|shadow| Claim::shadowed(&list[shadow.at], shadow.by.iter().map(|&at| &list[at])));
    let never = list.iter().filter(|expression| never_holds(expression)).map(Claim::never);
    let always = list.iter().filter(|expression| always_holds(expression)).map(Claim::always);
    shadowed.chain(never).chain(always).collect()
}

/// A part that is decided can be replaced by what it comes out as. Says how many there are.
fn check_parts(expression: &Expression, draws: Runs) -> Result<usize, String> {
    let parts = dead_parts(expression);
    for (span, holds) in parts.iter().cloned() {
        let mut text = expression.text().to_owned();
        text.replace_range(span, if holds { "1 == 1" } else { "1 == 0" });
        let without = parse(&text, expression.kind(), &Limits::default()).unwrap().expression;
        for outcome in [true, false] {
            let differ = [(expression, outcome), (&without, !outcome)];
            Claim::new(format!("{expression}, or in short {without}"), differ).check(draws)?;
        }
    }
    Ok(parts.len())
}

#[test]
fn every_claim_on_random_expressions_survives_random_values() {
    let (whole, inside) = (Cell::new(0), Cell::new(0));
    runs(400).check((random_conditions(), any::<u64>()), |(list, seed)| {
        let (claims, draws) = (claims(&list), Runs { cases: 300, seed });
        whole.set(whole.get() + claims.len());
        claims.iter().try_for_each(|claim| claim.check(draws))?;
        list.iter().try_for_each(|expression| {
            inside.set(inside.get() + check_parts(expression, draws)?);
            Ok(())
        })
    });
    say(&format!("{} claims on expressions, {} on parts of them", whole.get(), inside.get()));
}

/// A procedure that claims nothing is sound, too: of what this one leaves open, nearly all is possible indeed.
#[test]
fn little_is_missed_on_random_expressions() {
    let (claimed, open, shown) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let count = |counter: &Cell<u32>| counter.set(counter.get() + 1);
    Runs { cases: 300, seed: 0 }.check(random_conditions(), |list| {
        let Some((first, others)) = list.split_first() else { return Ok(()) };
        if is_shadowed(first, &others.iter().collect::<Vec<_>>()) {
            count(&claimed);
        } else {
            count(&open);
            if Claim::shadowed(first, others).refuted(Runs { cases: 2_000, seed: 0 }).is_some() {
                count(&shown);
            }
        }
        Ok(())
    });
    let (claimed, open, shown) = (claimed.get(), open.get(), shown.get());
    say(&format!("{claimed} claimed, {open} left open, of which {shown} are possible for certain"));
    assert!(claimed > 50 && shown * 100 >= open * 95, "{claimed} claimed, {open} left open, {shown} possible");
}

/// Claims on configurations that nobody here wrote.
#[test]
fn every_claim_on_the_corpus_survives_random_values() {
    let Some(folder) = variable::<String>("POINTSMAN_CORPUS") else {
        return say("SKIPPED: set POINTSMAN_CORPUS to the folder with the corpus");
    };
    let (mut lists, mut found) = (0, 0);
    for entry in std::fs::read_dir(Path::new(&folder).join("workflows")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        let filters = json["task_routing"]["filters"].as_array().cloned().unwrap_or_default();
        let filters: Vec<_> =
            filters.iter().filter_map(|filter| expression(filter["expression"].as_str()?, Kind::Filter)).collect();
        lists += usize::from(!filters.is_empty());
        for claim in claims(&filters) {
            found += 1;
            claim.check(runs(DRAWS)).unwrap_or_else(|refuted| panic!("{refuted}"));
        }
    }
    say(&format!("{found} claims on the filters of {lists} workflows"));
    assert!(lists > 10, "the corpus is gone");
}
