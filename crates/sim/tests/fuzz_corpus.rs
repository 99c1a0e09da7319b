//! The seeds of the fuzz target `scenario`, each read and, where it can be, run twice.

#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pointsman_config::{NoFiles, SourceFile};
use pointsman_sim::{Options, Scenario, run};

#[test]
fn every_seed_is_read_and_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/scenario");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there, as in a package", folder.display());
        return;
    }
    let mut ran = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let (scenario, diagnostics) = Scenario::parse(&Arc::new(SourceFile::new("seed", text)), &NoFiles);
        for diagnostic in &diagnostics {
            assert!(diagnostic.file.text.get(diagnostic.span.clone()).is_some(), "{}: {diagnostic}", path.display());
        }
        let Some(scenario) = scenario else { continue };
        let options = Options { until: Some(Duration::from_secs(25 * 60 * 60)), ..Options::default() };
        let first = run(&scenario, &options).unwrap();
        assert_eq!(first, run(&scenario, &options).unwrap(), "{}", path.display());
        ran += 1;
    }
    assert!(ran >= 2, "the seeds that should run do not: {ran}");
}
