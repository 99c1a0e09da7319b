//! Whatever people write is text, in a picture and in DOT: nothing they write breaks out of its place.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use pointsman::{FilterSpec, KnownWorkerSpec, TargetSpec, TaskQueueSpec, WorkerSpec, WorkflowConfiguration};
use pointsman::{WorkflowSpec, WorkspaceSpec};
use pointsman_config::Names;
use pointsman_sim::graph::Graph;
use proptest::prelude::*;
use proptest::sample::select;
use support::{runs, same, say};

const PIECES: [&str; 26] = [
    "<script>alert(1)</script>",
    "]]>",
    "<!--",
    "-->",
    "</style>",
    "</svg>",
    "&amp;",
    "&#0;",
    "&",
    "\"",
    "'",
    "\\",
    "\\N",
    "\\l",
    "{x|y}",
    "\u{0}",
    "\u{1}\u{1b}[31m",
    "\u{202e}txt",
    "\u{ffff}",
    "\n",
    "\t",
    "שלום",
    "مرحبا",
    "👩‍👩‍👧‍👦",
    "队列",
    " W ",
];

/// Up to two dozen pieces, some of them many times.
fn text() -> impl Strategy<Value = String> {
    let piece = (select(&PIECES[..]), prop_oneof![8 => Just(1_usize), 1 => Just(90)]);
    prop::collection::vec(piece, 1..24)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, times)| piece.repeat(times)).collect())
}

/// A text that an expression may hold between quotes, within the limits of an expression.
fn constant(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, '\'' | '"' | '\\')).take(900).collect()
}

/// Hostile in every place that takes a text.
fn workspace([filter, queue, worker, workflow]: &[String; 4]) -> WorkspaceSpec {
    let short = |text: &str| text.chars().take(60).collect::<String>() + "x";
    let expression = format!("name == '{}'", constant(filter));
    let mut step = TargetSpec::to("q").timeout(std::time::Duration::from_secs(3)).skip_if("1==1").priority(3);
    step.expression = Some(format!("worker.name == '{}'", constant(worker)));
    let known = TargetSpec::new()
        .timeout(std::time::Duration::from_secs(3))
        .known_worker(KnownWorkerSpec::FriendlyName("task.agent".to_owned()));
    let routing = WorkflowConfiguration::new()
        .filter(FilterSpec::new(expression).friendly_name(filter.as_str()).target(step).target(known))
        .default_filter(TargetSpec::to("q").order_by("worker.level DESC"));
    let queue = TaskQueueSpec::new("q", format!("name != '{}'", constant(queue))).friendly_name(short(queue));
    let workflow = WorkflowSpec::new("w", routing).friendly_name(short(workflow));
    let worker = WorkerSpec::new("a").friendly_name(short(worker));
    WorkspaceSpec::default().task_queue(queue).worker(worker).workflow(workflow)
}

/// The only elements of a picture; what people write makes no other.
const ELEMENTS: [&str; 8] = ["svg", "title", "desc", "style", "rect", "path", "text", "tspan"];

fn well_formed(svg: &str) -> Result<(), String> {
    let document = roxmltree::Document::parse(svg).map_err(|error| format!("{error}"))?;
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        if !ELEMENTS.contains(&name) {
            return Err(format!("there is an element `{name}`"));
        }
    }
    let cards = |class: &str| {
        let of = |node: &roxmltree::Node<'_, '_>| node.attribute("class").is_some_and(|found| found.starts_with(class));
        document.descendants().filter(of).count()
    };
    let found = [cards("card filter"), cards("card step"), cards("card queue"), cards("card canceled")];
    if found == [1, 3, 1, 1] { Ok(()) } else { Err(format!("cards: {found:?}")) }
}

/// Reads DOT as far as a text could break it: quotes end, and braces outside of them match.
fn balanced(dot: &str) -> Result<(), String> {
    let (mut quoted, mut depth) = (false, 0_i32);
    let mut letters = dot.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => drop(letters.next()),
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth -= 1,
            '<' | '&' if !quoted => return Err(format!("`{letter}` stands outside of a text")),
            other if other.is_control() && other != '\n' => return Err(format!("a control character {other:?}")),
            _ => {}
        }
    }
    if quoted || depth != 0 { Err("a text or a block does not end".to_owned()) } else { Ok(()) }
}

#[test]
fn hostile_texts_stay_texts() {
    let texts = [text().boxed(), text().boxed(), text().boxed(), text().boxed()];
    runs(60).check(texts, |texts| {
        let graph = || Graph::of(&workspace(&texts), &Names::new(), "w".into()).map_err(|refused| refused.to_string());
        let graph_of_texts = graph()?;
        well_formed(&graph_of_texts.svg())?;
        balanced(&graph_of_texts.dot())?;
        same("pictures", &graph_of_texts.svg(), &graph()?.svg())
    });
}

#[test]
fn graphviz_accepts_what_is_written_for_it() {
    let hostile = workspace(&[0, 1, 2, 3].map(|part| PIECES.iter().skip(part).copied().collect()));
    let lifecycles = pointsman_sim::graph::Lifecycles::of_engine().dot();
    for dot in [Graph::of(&hostile, &Names::new(), "w".into()).unwrap().dot(), lifecycles] {
        let child = Command::new("dot")
            .arg("-Tsvg")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            say("skipped: there is no `dot`; install Graphviz to have its opinion");
            return;
        };
        child.stdin.take().unwrap().write_all(dot.as_bytes()).unwrap();
        let answer = child.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success() && !complaint.contains("yntax"), "{complaint}\n{dot}");
        roxmltree::Document::parse_with_options(
            &String::from_utf8(answer.stdout).unwrap(),
            roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() },
        )
        .unwrap();
    }
}

#[test]
fn what_is_cut_off_can_be_read_whole() {
    let long = format!("a == '{}'", "many words ".repeat(60));
    let routing = WorkflowConfiguration::new().filter(FilterSpec::new(long.as_str()).target(TargetSpec::to("q")));
    let workspace = WorkspaceSpec::default().task_queue(TaskQueueSpec::new("q", "1==1"));
    let workspace = workspace.workflow(WorkflowSpec::new("w", routing));
    let svg = Graph::of(&workspace, &Names::new(), "w".into()).unwrap().svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let cut = document
        .descendants()
        .filter(|node| node.is_element() && node.text().is_some_and(|text| text.ends_with('…')))
        .count();
    let whole = document.descendants().filter(|node| node.tag_name().name() == "title" && node.text() == Some(&long));
    assert_eq!((cut, whole.count()), (1, 5), "each line of the text tells all of it");
}

#[test]
fn a_picture_needs_nothing_from_outside_and_says_what_it_is() {
    let texts = [(); 4].map(|()| "plain".to_owned());
    let svg = Graph::of(&workspace(&texts), &Names::new(), "w".into()).unwrap().svg();
    let inside = svg.replace("http://www.w3.org/2000/svg", "");
    for reference in ["http:", "https:", "href", "url(", "@import", "<image", "<script"] {
        assert!(!inside.contains(reference), "`{reference}` is in the picture");
    }
    let document = roxmltree::Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!((root.attribute("role"), root.attribute("aria-labelledby")), (Some("img"), Some("title description")));
    let named = |id: &str| root.children().find(|node| node.attribute("id") == Some(id)).and_then(|node| node.text());
    assert_eq!(named("title"), Some("Workflow plainx"));
    assert!(
        named("description")
            .unwrap()
            .contains("Filter 1, plain: name == 'plain' leads to queue plainx, left at age 3s")
    );
}
