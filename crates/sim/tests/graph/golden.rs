//! The pictures of two scenarios, byte for byte, and in the order in which a person looks at them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use pointsman_config::{NoFiles, SourceFile};
use pointsman_sim::Scenario;
use pointsman_sim::graph::{Graph, Lifecycles};

use super::{graph, outcome};

/// The graph of a folder of `sims/` after its run.
fn drawn(folder: &str, workflow: &str) -> Option<Graph> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims").join(folder).join("scenario.yaml");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there, as in a package", path.display());
        return None;
    };
    let (scenario, _) = Scenario::parse(&Arc::new(SourceFile::new(path.to_string_lossy(), text)), &NoFiles);
    let scenario = scenario.unwrap();
    Some(graph(&scenario, workflow).with_counts(&outcome(&scenario).flow))
}

/// The file holds this text; with `POINTSMAN_BLESS` set it is written first.
#[allow(clippy::disallowed_methods, reason = "tests may read the environment, libraries may not")]
fn kept(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graph").join(name);
    if std::env::var_os("POINTSMAN_BLESS").is_some() {
        fs::write(&file, text).unwrap();
    }
    let held = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    let how = "look at it, then `POINTSMAN_BLESS=1 cargo test -p pointsman-sim --all-features --test graph` writes it";
    assert!(held == text, "{} is drawn differently now: {how}", file.display());
}

#[test]
fn two_scenarios_are_drawn_as_stored() {
    for (folder, workflow) in [("gold-silver-bronze", "care"), ("preferred-agents", "incoming")] {
        let Some(graph) = drawn(folder, workflow) else { return };
        kept(&format!("{folder}.svg"), &graph.svg());
        kept(&format!("{folder}.dot"), &graph.dot());
    }
}

#[test]
fn the_lifecycles_are_drawn_as_stored() {
    kept("lifecycles.svg", &Lifecycles::of_engine().svg());
    kept("lifecycles.dot", &Lifecycles::of_engine().dot());
}
