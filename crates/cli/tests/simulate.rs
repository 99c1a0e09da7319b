//! Scenarios with chance in them on the command line: the same bytes on any number of threads and machines, comparisons,
//! staffing, and what is said of wrong usage.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pointsman(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pointsman")).current_dir(root()).args(args).output().unwrap()
}

fn out(args: &[&str]) -> String {
    let output = pointsman(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&out(args)).unwrap()
}

/// What is said on standard error, with the exit code.
fn complaint(args: &[&str]) -> (i32, String) {
    let output = pointsman(args);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

const DAY: &str = "docs/examples/day.yaml";

#[test]
fn threads_and_shards_change_no_byte() {
    let run = ["run", DAY, "--replications", "7", "--format", "json"];
    let one = out(&[&run[..], &["--jobs", "1"]].concat());
    assert_eq!(one, out(&[&run[..], &["--jobs", "3"]].concat()));
    let folder = tempfile::tempdir().unwrap();
    let parts: Vec<String> = (1..=3)
        .map(|part| {
            let path = folder.path().join(format!("{part}.json"));
            let text = out(&["run", DAY, "--replications", "7", "--shard", &format!("{part}/3")]);
            fs::write(&path, text).unwrap();
            path.to_string_lossy().into_owned()
        })
        .collect();
    let merged = out(&["merge", DAY, &parts[2], &parts[0], &parts[1], "--format", "json"]);
    assert_eq!(one, merged);
    let [whole, put_together] = ["whole", "merged"].map(|name| folder.path().join(name).to_string_lossy().into_owned());
    out(&[&run[..4], &["--report", &whole]].concat());
    out(&["merge", DAY, &parts[2], &parts[0], &parts[1], "--report", &put_together]);
    for name in ["index.html", "report.json", "figures.csv", "tasks.csv"] {
        let text = |folder: &str| fs::read_to_string(Path::new(folder).join(name)).unwrap();
        assert!(text(&whole) == text(&put_together), "{name}");
    }
    // Of more parts than replications some are empty, and nothing was stopped.
    assert!(out(&["run", DAY, "--replications", "1", "--shard", "1/2"]).contains("\"rows\":[]"));
    let (code, told) = complaint(&["merge", DAY, &parts[0], &parts[2]]);
    assert_eq!((code, told.contains("replication 2 is missing")), (2, true), "{told}");
    let (code, told) = complaint(&["merge", DAY, &parts[0], &parts[0], &parts[1], &parts[2]]);
    assert_eq!((code, told.contains("there twice")), (2, true), "{told}");
}

#[test]
fn a_recorded_replication_replays() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl").to_string_lossy().into_owned();
    out(&["run", DAY, "--record", &log, "--quiet"]);
    let replay = json(&["replay", &log, "--format", "json"]);
    let run = json(&["run", DAY, "--replications", "1", "--format", "json"]);
    assert_eq!(replay["digest"], run["digest"], "{replay}");
}

#[test]
fn variants_are_compared_on_the_same_tasks() {
    let compared = json(&["compare", DAY, "--format", "json"]);
    let figure = |variant: usize, name: &str| {
        let figures = compared[variant]["figures"].as_array().unwrap();
        figures.iter().find(|it| it["figure"] == name).unwrap().clone()
    };
    assert_eq!(compared[0]["other"], "small day: two more agents");
    // Nobody comes again, so that the same tasks came on both sides, to the last one.
    assert_eq!(figure(0, "offered")["difference"]["value"], 0.0);
    assert_eq!(figure(0, "offered")["difference"]["half_width"], 0.0);
    let wait = figure(0, "wait_mean");
    assert!(wait["differs"].as_bool().unwrap() && wait["difference"]["value"].as_f64().unwrap() < 0.0, "{wait}");
    assert!(figure(1, "handling_mean")["difference"]["value"].as_f64().unwrap() < -40.0);
}

#[test]
fn the_smallest_good_count_is_found_and_the_one_below_is_not_good() {
    let args = ["staff", DAY, "--group", "agents", "--figure", "service_level_20s", "--at-least", "0.8", "--to", "30"];
    let found = json(&[&args[..], &["--format", "json"]].concat());
    let count = found["count"].as_u64().unwrap();
    let tried = found["tried"].as_array().unwrap();
    let good = |count: u64| tried.iter().find(|it| it["count"] == count).map(|it| it["is_good"].as_bool().unwrap());
    assert_eq!((good(count), good(count - 1)), (Some(true), Some(false)), "{found}");
    let (code, _) = complaint(&[&args[..args.len() - 1], &["3"]].concat());
    assert_eq!(code, 1);
    // What falls with every worker is best with the fewest.
    let busy = ["staff", DAY, "--group", "agents", "--figure", "group.agents.occupancy", "--at-least", "0.8"];
    let found = json(&[&busy[..], &["--to", "40", "--replications", "5", "--format", "json"]].concat());
    assert_eq!((&found["count"], found["tried"].as_array().unwrap().len()), (&Value::from(1), 2), "{found}");
}

/// The state that another example goes on from is what its first line says.
#[test]
fn a_run_is_ended_earlier_and_leaves_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("now.json");
    out(&["run", DAY, "--until", "2h30m", "--snapshot", &path.to_string_lossy(), "--quiet"]);
    let example = fs::read_to_string(root().join("docs/examples/now.json")).unwrap();
    assert!(
        fs::read_to_string(&path).unwrap() == example,
        "docs/examples/now.json is not what `run --snapshot` writes"
    );
}

/// Half a day is not enough for a tenth of a per cent.
#[test]
fn what_is_not_precise_enough_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.yaml");
    let day = fs::read_to_string(root().join(DAY)).unwrap();
    let told = |until: &str, args: &[&str]| {
        let (before, after) = day.split_once("experiment:\n  replications: 20\n").unwrap();
        fs::write(&path, format!("{before}experiment:\n  replications: 3\n  until: {until}\n{after}")).unwrap();
        pointsman(&[&["run", &path.to_string_lossy()][..], args].concat())
    };
    let few = told("{figure: wait_mean, half_width: 0.001, at_most: 4}", &["--format", "json"]);
    let (text, results) =
        (String::from_utf8(few.stderr).unwrap(), serde_json::from_slice::<Value>(&few.stdout).unwrap());
    let precise = &results["results"]["precise"];
    assert!(few.status.success() && text.contains("`wait_mean` is not as precise as wanted after 4 runs"), "{text}");
    assert_eq!((&precise["is_reached"], &precise["wanted"]), (&Value::from(false), &Value::from(0.001)));
    let enough = told("{figure: wait_mean, half_width: 0.9, at_most: 40}", &[]);
    assert!(enough.status.success() && enough.stderr.is_empty(), "{}", String::from_utf8_lossy(&enough.stderr));
    let unknown = told("{figure: wait_men, half_width: 0.9}", &[]);
    let text = String::from_utf8(unknown.stderr).unwrap();
    assert!(unknown.status.code() == Some(2) && text.contains("did you mean `wait_mean`"), "{text}");
}

/// A variant that cannot be run is told by `check` and `run`, at its place.
#[test]
fn variants_are_checked_before_they_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.yaml");
    let day = fs::read_to_string(root().join(DAY)).unwrap();
    let more = "  grid: {staff.agent.count: [8], staff.agents.count: [-1]}\n";
    let seed = day.replace("set: {staff.agents.count: 11}", "set: {seed: 3}");
    fs::write(&path, seed).unwrap();
    let (code, told) = complaint(&["run", &path.to_string_lossy()]);
    assert!(code == 2 && told.contains("`seed` is the same for all variants"), "{told}");
    fs::write(&path, format!("{day}{more}")).unwrap();
    let name = path.to_string_lossy();
    let (code, run) = complaint(&["run", &name]);
    assert_eq!((code, complaint(&["check", &name]).0), (2, 1));
    assert!(run.contains("did you mean `agents`?"), "{run}");
}

#[test]
fn replications_judge_together_what_is_to_be_sure() {
    let folder = tempfile::tempdir().unwrap();
    let (path, day) = (folder.path().join("scenario.yaml"), fs::read_to_string(root().join(DAY)).unwrap());
    let level = |bounds: &str| format!("{{service_level: {{within: 20s}}, {bounds}}}");
    let expecting = |statistics: &str| {
        fs::write(&path, format!("{day}\nsteps:\n  - {{at: 4h, expect: {{statistics: {statistics}}}}}\n")).unwrap();
        path.to_string_lossy().into_owned()
    };
    let failed = |statistics: &str, replications: &str| {
        let name = expecting(statistics);
        let output = pointsman(&["run", &name, "--replications", replications, "--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code() == Some(1), !report["expectations"]["failed"].as_array().unwrap().is_empty());
        report["expectations"]["failed"].clone()
    };
    let mean =
        json(&["run", DAY, "--replications", "8", "--format", "json"])["results"]["run"]["service_level_20s"].clone();
    let (value, half) = (mean["value"].as_f64().unwrap(), mean["half_width"].as_f64().unwrap());
    // A mean just above the bound is good, and not surely so; alone, some replications are below it.
    let (near, far) = (value - half * 0.1, value - half * 3.0);
    let said = failed(&level(&format!("'>=': {near}, confidence: 0.95")), "8");
    assert_eq!(said.as_array().unwrap().len(), 1, "{said}");
    assert!(said[0]["actual"].as_str().unwrap().ends_with("over 8 replications"), "{said}");
    assert_eq!(failed(&level(&format!("'>=': {far}, confidence: 0.95")), "8"), Value::Array(Vec::new()));
    assert!(failed(&level(&format!("'>=': {value}")), "8").as_array().unwrap().len() > 1, "each is judged alone");
    let said = failed(&level(&format!("'>=': {far}, confidence: 0.95")), "1");
    assert!(said[0]["actual"].as_str().unwrap().contains("run more"), "{said}");
    fs::write(&path, format!("{day}\nsteps:\n  - {{at: 8h, expect: {{statistics: {{tasks_created: 1}}}}}}\n")).unwrap();
    let (code, told) = complaint(&["run", &path.to_string_lossy()]);
    assert_eq!((code, told.contains("it never happens")), (2, true), "{told}");
    // Shards judge nothing, and what they are merged to says the same.
    let name = expecting(&level(&format!("'>=': {near}, confidence: 0.95")));
    let part = folder.path().join("part.json").to_string_lossy().into_owned();
    fs::write(&part, out(&["run", &name, "--replications", "8", "--shard", "1/1"])).unwrap();
    let (merged, whole) =
        (["merge", &name, &part, "--format", "json"], ["run", &name, "--replications", "8", "--format", "json"]);
    assert_eq!(pointsman(&merged).stdout, pointsman(&whole).stdout);
}

/// Patience decides whether anybody waits.
fn twenty(patience: &str, measure: &str) -> String {
    format!(
        "\
workspace:
  activities: [{{name: Offline, available: false}}, {{name: Available, available: true}}]
  task_queues: [{{name: all, target_workers: 1==1}}]
  workflows: [{{name: only, configuration: {{task_routing: {{default_filter: {{queue: all}}}}}}}}]
staff: [{{group: agents, count: 20}}]
arrivals: [{{class: calls, poisson: 19/1m, patience: {patience}}}]
handling: [{{time: {{exponential: {{mean: 1m}}}}}}]
measure: {{horizon: 2h, {measure}}}
"
    )
}

#[test]
fn tables_tell_what_there_is_and_are_not_wide() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.yaml");
    let told = |text: String| {
        fs::write(&path, text).unwrap();
        out(&["run", &path.to_string_lossy(), "--replications", "3"])
    };
    let lossy = told(twenty("0s", "interval: 1h"));
    let names = ["all", "class calls", "queue all", "group agents"];
    assert!(lossy.lines().all(|line| !names.contains(&line.trim())), "a row tells nothing:\n{lossy}");
    assert!(lossy.contains("given up") && !lossy.contains("wait p"), "{lossy}");
    let levels: Vec<String> = (1..=12).map(|nth| format!("{{within: {nth}s}}")).collect();
    let quantiles = "quantiles: [0.01, 0.25, 0.75, 0.8, 0.85, 0.95, 0.999]";
    let wide = told(twenty("1h", &format!("{quantiles}, service_levels: [{}]", levels.join(", "))));
    for heading in ["wait p1 ", "wait p25", "wait p75", "wait p80", "wait p85", "wait p95", "wait p99.9", "in 12s"] {
        assert!(wide.contains(heading), "no {heading}:\n{wide}");
    }
    assert!(!wide.contains("wait p90"), "{wide}");
    assert!(wide.lines().all(|line| line.chars().count() <= 100), "{wide}");
}

#[test]
fn a_page_breaks_wide_tables_up() {
    let folder = tempfile::tempdir().unwrap();
    let (path, report) = (folder.path().join("scenario.yaml"), folder.path().join("out"));
    let levels: Vec<String> = (1..=20).map(|nth| format!("{{within: {nth}s}}")).collect();
    fs::write(&path, twenty("1h", &format!("service_levels: [{}]", levels.join(", ")))).unwrap();
    out(&["run", &path.to_string_lossy(), "--report", &report.to_string_lossy(), "--quiet"]);
    let page = fs::read_to_string(report.join("index.html")).unwrap();
    let heads = page.split("<thead>").skip(1).map(|head| head.split("</thead>").next().unwrap());
    let heads: Vec<usize> = heads.map(|head| head.matches("<th").count()).collect();
    assert!(heads.iter().all(|columns| *columns <= 8), "{heads:?}");
    // Once for the class, and once for the queue.
    assert!((1..=20).all(|nth| page.matches(&format!(">in {nth}s<")).count() == 2), "a level is missing");
}

#[test]
fn a_report_holds_a_page_and_tables() {
    let folder = tempfile::tempdir().unwrap();
    let out_folder = folder.path().join("out");
    out(&["run", DAY, "--replications", "3", "--report", &out_folder.to_string_lossy(), "--quiet"]);
    let file = |name: &str| fs::read_to_string(out_folder.join(name)).unwrap();
    let page = file("index.html");
    assert!(page.contains("Over the day") && page.contains("<svg") && !page.contains("http://localhost"));
    assert!(!page.contains("#010203") && !page.contains("<script"), "colours are the page's, and nothing runs in it");
    let rows = file("replications.csv");
    assert_eq!(rows.lines().count(), 4);
    let columns = |line: &str| line.split(',').count();
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(columns(lines[0]), columns(lines[3]));
    assert_eq!(file("intervals.csv").lines().count(), 9);
    assert!(file("figures.csv").lines().any(|line| line.starts_with("class,calls,wait_mean,seconds,")));
    assert!(file("reservations.csv").lines().count() > 100);
    let workers = file("workers.csv");
    let rows: Vec<Vec<&str>> = workers.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        (rows.len(), rows[0].join(",").as_str()),
        (14, "worker,present_s,busy_s,asked,accepted,done,handling_mean_s")
    );
    let number = |cell: &str| cell.parse::<f64>().unwrap();
    // Who has no shifts is there for the whole day.
    assert!(rows[1..10].iter().all(|row| row[1] == "14400" && number(row[2]) < 14_400.0 && number(row[4]) > 0.0));
    let busy: f64 = rows[1..].iter().map(|row| number(row[2])).sum();
    let replications = file("replications.csv");
    let figures: Vec<Vec<&str>> = replications.lines().map(|line| line.split(',').collect()).collect();
    let place = figures[0].iter().position(|name| *name == "busy_mean").unwrap();
    assert!((number(figures[1][place]) * 14_400.0 - busy).abs() < 0.1, "{busy} s in all");
}

/// Half a million events are told of single tasks, and it is said that there are more.
#[test]
fn a_report_of_a_long_run_says_how_far_it_tells() {
    let folder = tempfile::tempdir().unwrap();
    let (path, report) = (folder.path().join("long.yaml"), folder.path().join("out"));
    let day = fs::read_to_string(root().join(DAY)).unwrap();
    let (before, _) = day.split_once("measure:").unwrap();
    let long = before.replace("counts: [90, 130, 150, 110]", "counts: [90, 130, 150, 110], repeat: true");
    fs::write(
        &path,
        long.replace("shifts: [{from: 0, to: 4h, breaks: [{at: 2h, for: 15m}]}]", "late: 0")
            + "measure: {horizon: 1000h}\n",
    )
    .unwrap();
    let told = pointsman(&["run", &path.to_string_lossy(), "--report", &report.to_string_lossy(), "--quiet"]);
    let remark = String::from_utf8(told.stderr).unwrap();
    assert!(told.status.success() && remark.starts_with("note: single tasks are told of the first"), "{remark}");
    let text = |name: &str| fs::read_to_string(report.join(name)).unwrap();
    assert!(text("index.html").contains("of the first replication.") && !text("index.html").contains("partial"));
    let figure = |name: &str| text("figures.csv").lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let offered: f64 = figure("run,,offered").rsplit(',').nth(1).unwrap().parse().unwrap();
    assert!(offered > 100_000.0 && (text("tasks.csv").lines().count() as f64) < offered);
}

/// In the words of who asks, and not in those of the change that is made for it.
#[test]
fn a_group_whose_count_cannot_be_sought_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.yaml");
    let told = |staff: &str| {
        let scenario = "\
workspace:
  workers: [{name: alice, activity: Available}]
  task_queues: [{name: all, target_workers: 1==1}]
  workflows: [{name: only, configuration: {task_routing: {default_filter: {queue: all}}}}]
arrivals: [{class: calls, poisson: 1/1m}]
handling: [{time: 10s}]
measure: {horizon: 1h}
";
        fs::write(&path, format!("{scenario}{staff}")).unwrap();
        let args = ["staff", &path.to_string_lossy(), "--group", "agents", "--figure", "wait_mean", "--at-most", "5"];
        let (code, told) = complaint(&args);
        assert!(code == 2 && !told.contains("staff.agents") && !told.contains("on the way"), "{code}: {told}");
        told
    };
    let named = told("staff: [{group: agents, workers: [alice]}]\n");
    assert!(named.contains("the group `agents` names its workers"), "{named}");
    let nobody = told("");
    assert!(nobody.contains("the scenario has no groups of workers"), "{nobody}");
}

#[test]
fn wrong_usage_is_told_with_what_to_do() {
    let cases: [(&[&str], &str); 14] = [
        (&["run", DAY, "--bless"], "pinned by its seed"),
        (&["run", DAY, "--until", "0"], "nothing is left to measure"),
        (&["run", DAY, "--until", "99999h"], "199998 intervals: expected at most 10000"),
        (&["run", DAY, "--replications", "99999999999"], "1..=1000000"),
        (&["run", "sims/quickstart", "--shard", "1/2"], "no `arrivals`"),
        (&["diff", "sims/misconfigured", "sims/misconfigured-repaired"], "tasks come by chance"),
        (&["explain", "sims/contact-centre-day", "--at", "4h"], "tasks come by chance"),
        (&["plan", "sims/contact-centre-day", "--at", "4h"], "tasks come by chance"),
        (&["run", DAY, "--shard", "3/2"], "the third of eight"),
        (&["compare", "sims/quickstart"], "pointsman diff"),
        (
            &["staff", DAY, "--group", "agents", "--figure", "service_level_20s", "--at-least", "80"],
            "a share from 0 to 1",
        ),
        (&["staff", DAY, "--group", "agents", "--figure", "wait_men", "--at-most", "5"], "did you mean `wait_mean`"),
        (
            &["staff", DAY, "--group", "agent", "--figure", "wait_mean", "--at-most", "5"],
            "error: there is no group `agent`: did you mean `agents`?",
        ),
        (
            &["staff", DAY, "--group", "agents", "--figure", "wait_mean", "--at-most", "5", "--to", "2000000"],
            "at most 1000000 workers, found the number `2000000`",
        ),
    ];
    for (args, expected) in cases {
        let (code, told) = complaint(args);
        assert_eq!((code, told.contains(expected)), (2, true), "{args:?}: {told}");
    }
}
