//! `pointsman serve` as the guide tells it: the commands it prints are pasted into a shell, and do what they say.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

struct Served {
    process: Child,
    output: BufReader<ChildStdout>,
    /// What it prints before it serves, line by line.
    printed: Vec<String>,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_pointsman"))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut printed = Vec::new();
        for line in output.by_ref().lines().map_while(Result::ok) {
            let last = line.contains("/Reservations -u ");
            printed.push(line);
            if last {
                break;
            }
        }
        Self { process, output, printed }
    }

    fn command(&self, after: &str) -> String {
        let place = self.printed.iter().position(|line| line.starts_with(after)).expect(after);
        self.printed[place + 1].trim().to_owned()
    }

    /// Ends as the system ends a process that is no longer wanted.
    fn end(mut self) -> String {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        let mut told = String::new();
        self.output.read_to_string(&mut told).unwrap();
        self.process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(self.process.wait().unwrap().success(), "it ends cleanly: {told}");
        told
    }
}

fn pasted(command: &str) -> Value {
    let output = Command::new("sh").args(["-c", &format!("{command} --silent --fail")]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{command}: {output:?}"))
}

#[test]
fn what_is_printed_can_be_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("\n*** SKIPPED: there is no curl here, so that the printed commands were NOT tried ***\n");
        return;
    }
    let served = Served::start(&["--load", "sims/quickstart", "--ephemeral"]);
    assert!(served.printed[0].starts_with("listening on http://127.0.0.1:"), "{:?}", served.printed);
    let task = pasted(&served.command("A task:"));
    assert_eq!(
        (&task["assignment_status"], &task["task_queue_friendly_name"]),
        (&"pending".into(), &"Customer Care Requests - Spanish".into())
    );
    let alice = pasted(&served.command("Alice goes to Available:"));
    assert_eq!(alice["activity_name"], "Available");
    let asked = pasted(&served.command("What Alice is asked:"));
    assert_eq!(asked["reservations"][0]["reservation_status"], "pending");
    assert!(served.end().contains("stopped"));
}

#[test]
fn what_is_kept_is_there_after_the_next_start_and_replays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = ["--load", "sims/quickstart", "--data", data.to_str().unwrap(), "--auth-token", "secret"];
    let first = Served::start(&arguments);
    let sid = |served: &Served| served.printed.iter().find(|line| line.trim().starts_with("WS")).unwrap().clone();
    assert!(!first.printed.concat().contains("secret"), "a token that is known is not shown");
    let workspace = sid(&first);
    first.end();
    let second = Served::start(&arguments);
    assert_eq!(sid(&second), workspace, "loaded once");
    let replay = || Command::new(env!("CARGO_BIN_EXE_pointsman")).arg("replay").arg(&data).output().unwrap();
    let busy = replay();
    assert_eq!(busy.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&busy.stderr).contains("in use"), "{busy:?}");
    second.end();
    let replayed = replay();
    assert!(
        replayed.status.success() && String::from_utf8_lossy(&replayed.stdout).contains("1 workspaces"),
        "{replayed:?}"
    );
}

#[test]
fn what_cannot_be_is_refused_before_the_start() {
    for (arguments, said) in [
        (["--auth-token", ""], "the token is empty"),
        (["--account-sid", "x"], "the account SID is `x`"),
        (["--base-url", "foo bar"], "the base URL is `foo bar`"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
        let output =
            command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{output:?}");
    }
}
