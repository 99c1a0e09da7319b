//! Every folder of `sims/` is a demo and a test: it runs twice, gives the same bytes both times and the stored
//! transcript, and all its expectations hold.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pointsman_config::SourceFile;
use pointsman_sim::{Options, Outcome, Scenario, run};

#[test]
fn every_folder_runs_as_stored() {
    let sims = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims");
    if !sims.is_dir() {
        eprintln!("skipped: {} is not there, as in a package", sims.display());
        return;
    }
    let mut folders: Vec<PathBuf> = fs::read_dir(&sims).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    assert!(folders.len() >= 10, "the folders of sims/ are not where this test looks for them");
    let stories: Vec<String> = folders.iter().filter_map(|folder| story(folder)).collect();
    assert!(stories.is_empty(), "\n{}", stories.join("\n"));
}

/// What is wrong with a folder.
fn story(folder: &Path) -> Option<String> {
    for file in ["scenario.yaml", "expected.txt", "notes.md"] {
        if !folder.join(file).is_file() {
            return Some(format!("{} has no {file}", folder.display()));
        }
    }
    let outcome = match (outcome(folder), outcome(folder)) {
        (Ok(first), Ok(second)) if first == second => first,
        (Ok(_), _) => return Some(format!("{}: two runs differ", folder.display())),
        (Err(story), _) => return Some(story),
    };
    if !outcome.passed() {
        let failures = outcome.failures.iter().map(ToString::to_string);
        return Some(failures.collect::<Vec<_>>().join("\n"));
    }
    if outcome.report.expectations.passed == 0 {
        return Some(format!("{} expects nothing", folder.display()));
    }
    let expected = fs::read_to_string(folder.join("expected.txt")).unwrap();
    let different = expected != outcome.transcript_text();
    different.then(|| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        format!(
            "{name}: the transcript differs from expected.txt; when that is meant: pointsman run sims/{name} --bless"
        )
    })
}

fn outcome(folder: &Path) -> Result<Outcome, String> {
    let path = folder.join("scenario.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let file = Arc::new(SourceFile::new(path.to_string_lossy(), text));
    let files = |path: &str| fs::read_to_string(path).map_err(|error| error.to_string());
    let (scenario, diagnostics) = Scenario::parse(&file, &files);
    let words = || diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let scenario = scenario.ok_or_else(words)?;
    run(&scenario, &Options::default()).map_err(|diagnostic| diagnostic.to_string())
}
