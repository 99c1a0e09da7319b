//! Workflows as graphs: what is drawn is what the configuration means and what a run did.

#![cfg(feature = "graph")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod corpus;
mod counts;
mod edges;
mod golden;
mod lifecycles;
mod serving;

use std::sync::Arc;

use pointsman::WorkflowId;
use pointsman_config::{NoFiles, SourceFile};
use pointsman_sim::graph::Graph;
use pointsman_sim::{Options, Outcome, Scenario, run};

fn scenario(text: &str) -> Scenario {
    let (scenario, diagnostics) = Scenario::parse(&Arc::new(SourceFile::new("test.yaml", text)), &NoFiles);
    let words: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    scenario.unwrap_or_else(|| panic!("{}", words.join("\n")))
}

/// A workflow of a scenario, with nothing run.
fn graph(scenario: &Scenario, workflow: &str) -> Graph {
    Graph::of(&scenario.workspace().spec, scenario.names(), WorkflowId::named(workflow)).unwrap()
}

fn outcome(scenario: &Scenario) -> Outcome {
    let outcome = run(scenario, &Options::default()).unwrap();
    assert!(outcome.passed(), "{:?}", outcome.failures);
    outcome
}
