//! Every folder of `sims/` is a demo and a test: it runs twice, and gives the same bytes both times and those that are
//! stored. A scripted one has its transcript in `expected.txt`, and all its expectations hold; one with chance in it has
//! its digests and figures in `expected.json`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pointsman_config::{Files, SourceFile};
use pointsman_sim::experiment::{Experiment, Ran, Runs};
use pointsman_sim::{Options, Outcome, Scenario, run};
use serde_json::json;

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

/// Every row of the table is a task, at its own time and with its own length, and every one is taken and done.
#[test]
fn the_recorded_fortnight_is_replayed() {
    let Some(data) = std::env::var_os("POINTSMAN_DATA").map(PathBuf::from) else {
        eprintln!("skipped: POINTSMAN_DATA does not name the folder of the recorded tables");
        return;
    };
    let replay = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims/fire-dispatch/replay.yaml");
    let table = fs::read_to_string(data.join("sf_fire_cfs_2020-04.csv")).unwrap();
    let rows = table.lines().count() - 1;
    let files = |path: &str| if path.ends_with(".csv") { Ok(table.clone()) } else { Err(format!("no `{path}`")) };
    let scenario = read(&replay, &files).unwrap();
    let stop = AtomicBool::new(false);
    let experiment = Experiment::new(&scenario, None, &stop).unwrap();
    let ran = experiment.run(&Runs { replications: 0..1, jobs: 1 }, &stop, &()).unwrap();
    let value = |figure: &str| ran.rows.rows[0].values[experiment.place(figure).unwrap()];
    assert_eq!([value("offered"), value("handled")], [Some(rows as f64); 2]);
    // Every unit's mean time from dispatch to available is the table's own.
    let recorded = [("medic", 3_514.130), ("engine", 907.509), ("truck", 821.962), ("rescue-squad", 625.076)];
    for (unit, mean) in recorded {
        let found = value(&format!("group.{unit}.handling_mean")).unwrap();
        assert!((found - mean).abs() < 2.0, "{unit}: {found} instead of {mean}");
    }
}

/// What is wrong with a folder.
fn story(folder: &Path) -> Option<String> {
    let scenario = match read(&folder.join("scenario.yaml"), &on_disk) {
        Ok(scenario) => scenario,
        Err(story) => return Some(story),
    };
    let expected = if scenario.is_random() { "expected.json" } else { "expected.txt" };
    for file in ["notes.md", expected] {
        if !folder.join(file).is_file() && !blesses() {
            return Some(format!("{} has no {file}", folder.display()));
        }
    }
    if scenario.is_random() { figures(folder, &scenario) } else { transcript(folder, &scenario) }
}

/// What is wrong with a scripted one.
fn transcript(folder: &Path, scenario: &Scenario) -> Option<String> {
    let outcome = match (outcome(scenario), outcome(scenario)) {
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

/// What is wrong with one in which chance plays a part.
fn figures(folder: &Path, scenario: &Scenario) -> Option<String> {
    let ran = ran(scenario, 1);
    if !ran.failures.is_empty() {
        return Some(ran.failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
    let found = shown(scenario, &ran);
    if found != shown(scenario, &self::ran(scenario, 2)) {
        return Some(format!("{}: two threads give other figures than one", folder.display()));
    }
    let file = folder.join("expected.json");
    if blesses() {
        fs::write(&file, &found).unwrap();
    }
    let different = fs::read_to_string(&file).unwrap() != found;
    different.then(|| {
        format!(
            "{}: the figures differ; when that is meant: POINTSMAN_BLESS=1, and say so in the changelog",
            file.display()
        )
    })
}

/// Two replications.
fn ran(scenario: &Scenario, jobs: usize) -> Ran {
    let stop = AtomicBool::new(false);
    let experiment = Experiment::new(scenario, None, &stop).unwrap();
    experiment.run(&Runs { replications: 0..2, jobs }, &stop, &()).unwrap()
}

/// How each run ended, and every figure of both together.
fn shown(scenario: &Scenario, ran: &Ran) -> String {
    let experiment = Experiment::new(scenario, None, &AtomicBool::new(false)).unwrap();
    let ends: Vec<_> =
        ran.rows.rows.iter().map(|row| json!({"digest": row.digest, "complete": row.complete})).collect();
    let results = experiment.results(&ran.rows, experiment.confidence());
    serde_json::to_string_pretty(&json!({"runs": ends, "results": results})).unwrap() + "\n"
}

fn blesses() -> bool {
    std::env::var_os("POINTSMAN_BLESS").is_some()
}

fn read(path: &Path, files: &dyn Files) -> Result<Scenario, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = Arc::new(SourceFile::new(path.to_string_lossy(), text));
    let (scenario, diagnostics) = Scenario::parse(&file, files);
    scenario.ok_or_else(|| diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn on_disk(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| error.to_string())
}

fn outcome(scenario: &Scenario) -> Result<Outcome, String> {
    run(scenario, &Options::default()).map_err(|diagnostic| diagnostic.to_string())
}
