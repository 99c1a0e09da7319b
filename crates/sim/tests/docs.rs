//! The complete example of `docs/scenarios.md` runs, and its expectations hold.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use pointsman_config::{NoFiles, SourceFile};
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
