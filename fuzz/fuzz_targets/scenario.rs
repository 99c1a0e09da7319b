//! Any text as a scenario: no reader panics, every place lies within the text, and what is read runs, the same twice.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pointsman_config::{NoFiles, SourceFile};
use pointsman_sim::{Options, Scenario, run};

/// Long enough for every timer of a day, short enough to try many.
const END: Duration = Duration::from_secs(25 * 60 * 60);

fuzz_target!(|text: &str| {
    let (scenario, diagnostics) = Scenario::parse(&Arc::new(SourceFile::new("fuzz", text)), &NoFiles);
    for diagnostic in &diagnostics {
        assert!(diagnostic.file.text.get(diagnostic.span.clone()).is_some(), "{diagnostic}");
    }
    let Some(scenario) = scenario else { return };
    let options = Options { until: Some(END), ..Options::default() };
    let first = run(&scenario, &options);
    assert!(first.is_ok(), "what was read without an error can be run");
    assert_eq!(first, run(&scenario, &options));
});
