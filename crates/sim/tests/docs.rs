//! The examples of the guides to scenarios run, and their expectations hold.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pointsman_config::{NoFiles, SourceFile};
use pointsman_sim::experiment::{Experiment, Runs};
use pointsman_sim::{Options, Scenario, run};

#[test]
fn the_example_of_the_manual_holds() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios.md");
    let Ok(text) = fs::read_to_string(&page) else {
        eprintln!("skipped: {} is not there, as in a package", page.display());
        return;
    };
    let examples: Vec<&str> = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!examples.is_empty(), "the page has no example");
    for example in examples {
        let (scenario, diagnostics) = Scenario::parse(&Arc::new(SourceFile::new("docs.yaml", example)), &NoFiles);
        let words = diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let outcome = run(&scenario.expect(&words), &Options::default()).unwrap();
        assert!(outcome.passed(), "{:?}", outcome.failures);
        assert!(outcome.report.expectations.passed > 10);
    }
}

/// The whole example of the page on simulation, each of its other examples in place of the same keys of that one, and
/// every distribution and process of its tables.
#[test]
fn the_examples_of_simulation_run() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/simulation.md");
    let Ok(text) = fs::read_to_string(&page) else {
        eprintln!("skipped: {} is not there, as in a package", page.display());
        return;
    };
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [whole, parts @ ..] = &blocks[..] else { panic!("the page has no example") };
    run_once(whole);
    assert!(!parts.is_empty());
    parts.iter().for_each(|part| run_once(&with(whole, part)));

    let distributions = rows(&text, "| Distribution |");
    assert!(distributions.len() > 15, "{distributions:?}");
    distributions.iter().for_each(|drawn| run_once(&with(whole, &format!("handling:\n  - time: {drawn}\n"))));
    let processes = rows(&text, "| Process |");
    assert!(processes.len() > 5, "{processes:?}");
    let class = |process: &String| with(whole, &format!("arrivals:\n  - class: calls\n    {process}\n"));
    processes.iter().for_each(|process| run_once(&class(process)));
}

/// Every example of the page for those who come from elsewhere, and the number of lines it is said to have.
#[test]
fn the_examples_for_those_who_come_from_elsewhere_run() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/from-ciw-or-simmer.md");
    let Ok(text) = fs::read_to_string(&page) else {
        eprintln!("skipped: {} is not there, as in a package", page.display());
        return;
    };
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    blocks.iter().for_each(|block| run_once(block));
    assert_eq!(blocks.iter().map(|block| block.lines().count()).collect::<Vec<_>>(), [6, 8]);
}

/// What the page on experiments promises of the small day.
#[test]
fn the_promise_is_kept() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let Ok(text) = fs::read_to_string(docs.join("experiments.md")) else {
        eprintln!("skipped: {} is not there, as in a package", docs.display());
        return;
    };
    let (_, promise) = text.split_once("## A promise to keep").unwrap();
    let steps = promise.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let day = fs::read_to_string(docs.join("examples/day.yaml")).unwrap() + steps;
    let (scenario, told) = Scenario::parse(&Arc::new(SourceFile::new("day.yaml", day)), &NoFiles);
    let (scenario, never) = (scenario.unwrap_or_else(|| panic!("{told:?}")), AtomicBool::new(false));
    let experiment = Experiment::new(&scenario, None, &never).unwrap();
    let replications = 0..experiment.replications().unwrap();
    let ran = experiment.judged(experiment.run(&Runs { replications, jobs: 1 }, &never, &()).unwrap());
    assert!(ran.failures.is_empty(), "{:?}", ran.failures);
    assert_eq!(ran.report.unwrap().expectations.passed, 2 + 2 * 20);
}

fn run_once(example: &str) {
    let files =
        |_: &str| Ok("received,skill_column,is_vip,talk_s,patience_s\n0,en,true,60,30\n5,es,false,,\n".to_owned());
    let (scenario, diagnostics) = Scenario::parse(&Arc::new(SourceFile::new("docs.yaml", example)), &files);
    let words = diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let scenario = scenario.unwrap_or_else(|| panic!("{words}\n{example}"));
    let stop = AtomicBool::new(false);
    let experiment = Experiment::new(&scenario, None, &stop).unwrap();
    let ran = experiment.run(&Runs { replications: 0..1, jobs: 1 }, &stop, &()).unwrap();
    let offered = ran.rows.rows[0].values[experiment.place("offered").unwrap()];
    assert!(offered.is_some_and(|offered| offered > 0.0) && ran.failures.is_empty(), "{example}\n{:?}", ran.failures);
}

/// The example with those of its keys replaced that the part has, too.
fn with(whole: &str, part: &str) -> String {
    let own: Vec<&str> = part.lines().filter_map(key).collect();
    let mut keeps = true;
    let kept = whole.lines().filter(|line| {
        keeps = key(line).map_or(keeps, |key| !own.contains(&key));
        keeps
    });
    kept.chain(part.lines()).map(|line| format!("{line}\n")).collect()
}

/// A line that begins a key of the scenario itself.
fn key(line: &str) -> Option<&str> {
    let starts = line.starts_with(|first: char| first.is_ascii_lowercase());
    line.split_once(':').filter(|_| starts).map(|(key, _)| key)
}

/// What stands in the second column of a table, as it would in a file.
fn rows(page: &str, header: &str) -> Vec<String> {
    let table = page.lines().skip_while(|line| !line.starts_with(header)).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|line| line.split('|').nth(2));
    cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}
