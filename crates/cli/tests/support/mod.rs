//! Calls of the binary, and folders that go away.

#![allow(dead_code, reason = "each test uses its part")]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The folder of the guides.
pub(crate) fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// A guide; nothing in a package, which has none.
pub(crate) fn guide(name: &str) -> Option<String> {
    let page = fs::read_to_string(docs().join(name));
    if page.is_err() {
        eprintln!("skipped: the guides are not there, as in a package");
    }
    page.ok()
}

/// One worker, one task.
pub(crate) const SCENARIO: &str = "\
name: tiny
workspace:
  workers: [{name: alice, activity: Available}]
  task_queues: [{name: all, target_workers: 1==1}]
  workflows: [{name: only, configuration: {task_routing: {default_filter: {queue: all}}}}]
steps:
  - {at: 0, do: create_task, task: t1}
  - {at: 1, expect: {task: t1, status: reserved}}
";

/// What a call gave.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// The answer, which must have this exit code and tell of no panic.
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

pub(crate) fn pointsman(args: &[&str]) -> Answer {
    with_input(args, b"")
}

pub(crate) fn with_input(args: &[&str], input: &[u8]) -> Answer {
    let mut child = command(args).stdin(Stdio::piped()).spawn().unwrap();
    // A call that does not read its input closes it early.
    let _ = child.stdin.take().unwrap().write_all(input);
    answer(&child.wait_with_output().unwrap())
}

/// The answer as it is on a terminal that shows colours.
pub(crate) fn coloured(args: &[&str]) -> Answer {
    answer(&command(args).env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR").output().unwrap())
}

/// Reads a few bytes of the output, then closes it, as `head` does.
pub(crate) fn with_closed_output(args: &[&str]) -> Answer {
    let mut child = command(args).stdin(Stdio::null()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 16]).unwrap();
    drop(out);
    answer(&child.wait_with_output().unwrap())
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn answer(output: &std::process::Output) -> Answer {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Answer { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A folder of files for one test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> String {
        self.0.path().to_str().unwrap().to_owned()
    }

    pub(crate) fn name(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        self.bytes(name, text.as_bytes())
    }

    pub(crate) fn bytes(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.name(name), bytes).unwrap();
        self.name(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.name(name)).unwrap()
    }
}
