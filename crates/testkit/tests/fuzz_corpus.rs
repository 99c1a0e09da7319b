//! The seeds of the fuzz target `commands`, each played by engine and model.

use std::fs;
use std::path::Path;

use pointsman_testkit::{Driver, story_of};

#[test]
fn every_seed_is_played_alike() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/commands");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there, as in a package", folder.display());
        return Ok(());
    }
    let mut events = 0;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let Some((workspace, operations)) = story_of(&fs::read(&path)?) else { continue };
        let Ok(mut driver) = Driver::new(&workspace) else { continue };
        for operation in &operations {
            driver.apply(operation).map_err(|mismatch| format!("{}: {mismatch}", path.display()))?;
        }
        events += driver.events().len();
    }
    assert!(events > 20, "the seeds do too little: {events} events");
    Ok(())
}
