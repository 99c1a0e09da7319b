//! Clients nobody here wrote: the packages `twilio` of PyPI and npm, `twilio-taskrouter` of npm, and curl. They are
//! installed into the target folder; where that is not possible, the test says so loudly and passes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{ACCOUNT, Running, TOKEN};

fn place() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("clients")
}

fn stories() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn done(command: &mut Command) -> Option<Output> {
    command.output().ok().filter(|output| output.status.success())
}

fn skipped(what: &str) {
    eprintln!("\n*** SKIPPED: {what} cannot be installed here, so that this client was NOT tried ***\n");
}

/// An environment with Python's `twilio`.
fn python() -> Option<PathBuf> {
    let (place, python) = (place().join("python"), place().join("python/bin/python"));
    let has = || done(Command::new(&python).args(["-c", "import twilio"])).is_some();
    if !has() {
        done(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
        done(Command::new(&python).args(["-m", "pip", "install", "--quiet", "twilio==9.13.0"]))?;
    }
    has().then_some(python)
}

/// A folder with the packages of Node.
fn node_modules() -> Option<PathBuf> {
    let place = place().join("node");
    if !place.join("node_modules/twilio-taskrouter").exists() {
        std::fs::create_dir_all(&place).ok()?;
        let packages = ["twilio@6.2.0", "twilio-taskrouter@2.1.1"];
        done(Command::new("npm").current_dir(&place).args(["install", "--silent", "--no-save"]).args(packages))?;
    }
    done(Command::new("node").arg("--version"))?;
    Some(place.join("node_modules"))
}

/// Runs a story against a server of its own; in a thread of its own, because the server needs this one.
async fn tell(mut command: Command) {
    let server = Running::start().await;
    command.args([&*server.url, ACCOUNT, TOKEN]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("the story holds"));
}

async fn tell_in_python(story: &str) {
    let Some(python) = tokio::task::spawn_blocking(python).await.unwrap() else { return skipped("twilio of PyPI") };
    let mut command = Command::new(python);
    command.arg(stories().join(story));
    tell(command).await;
}

// One after the other: they share the environment that the first of them makes.
#[tokio::test(flavor = "multi_thread")]
async fn the_stories_hold_with_twilio_of_pypi() {
    tell_in_python("story.py").await;
    tell_in_python("callbacks.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_holds_with_twilio_and_twilio_taskrouter_of_npm() {
    let Some(modules) = tokio::task::spawn_blocking(node_modules).await.unwrap() else {
        return skipped("twilio of npm");
    };
    let mut command = Command::new("node");
    command.arg(stories().join("story.js")).env("NODE_PATH", modules);
    tell(command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_call_of_the_quickstart_works_verbatim() {
    if done(Command::new("curl").arg("--version")).is_none() {
        return skipped("curl");
    }
    let server = Running::start().await;
    let office = server.office().await;
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", &format!("{}{}/Tasks", server.url, office.path)]);
    curl.args(["--data-urlencode", "Attributes={\"selected_language\": \"es\"}"]);
    curl.args(["-d", &format!("WorkflowSid={}", office.workflow), "-u", &format!("{ACCOUNT}:{TOKEN}")]);
    let output = tokio::task::spawn_blocking(move || curl.output().unwrap()).await.unwrap();
    let task: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(task["assignment_status"], "reserved");
}
