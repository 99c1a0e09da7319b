//! The same as a text for Graphviz, which then places it: nodes hold what a card holds.

use super::card::{self, Card};
use super::lifecycle::Lifecycle;
use super::text::clean;
use super::{DEFAULT, Edge, Graph, Node, Queue, Why, steps_of};

const HEAD: &str = "  rankdir=LR; ranksep=0.9; nodesep=0.35; labelloc=t; fontname=\"Helvetica\"; fontsize=16;
  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11, color=\"#5b6470\"];
  edge [fontname=\"Helvetica\", fontsize=10, color=\"#5b6470\"];
";

pub(super) fn workflow(graph: &Graph) -> String {
    let mut text = format!("digraph {{\n  label={};\n{HEAD}", quoted(&format!("Workflow {}", graph.workflow)));
    text += &node("entry", &card::entry(graph), "shape=oval");
    for (index, filter) in graph.filters.iter().enumerate() {
        let matched = graph.edges.iter().find(|edge| edge.from == Node::Filter(index) && edge.why == Why::Match);
        let card = card::filter(index, filter, matched.and_then(|edge| edge.count));
        text += &node(&Node::Filter(index).to_string(), &card, "style=\"rounded,filled\", fillcolor=\"#f5f7f9\"");
        for (place, step) in steps_of(index, filter) {
            let style = if step.reached { "" } else { "style=\"rounded,dashed\"" };
            text += &node(
                &Node::Step(place).to_string(),
                &card::step(&format!("step {}", place.target + 1), step, None),
                style,
            );
        }
    }
    if let Some(step) = &graph.default_filter {
        text += &node(&Node::Step(DEFAULT).to_string(), &card::step("default filter", step, None), "");
    }
    if graph.edges.iter().any(|edge| edge.to == Node::Canceled) {
        text += &node("canceled", &card::canceled(graph), "color=\"#a82e00\"");
    }
    text += &column(graph);
    text.extend(graph.edges.iter().map(way));
    text.extend(graph.queues.iter().enumerate().map(|(index, queue)| self::queue(index, queue)));
    text.extend(graph.steps().filter_map(|(place, step)| {
        let index = graph.queues.iter().position(|queue| queue.name == step.queue)?;
        Some(format!("  \"{}\" -> \"queues[{index}]\" [style=dotted, arrowhead=none];\n", Node::Step(place)))
    }));
    text + "}\n"
}

/// The tests stand under each other.
fn column(graph: &Graph) -> String {
    let filters = (0..graph.filters.len()).map(Node::Filter);
    let tests =
        std::iter::once(Node::Entry).chain(filters).chain(graph.default_filter.iter().map(|_| Node::Step(DEFAULT)));
    let tests: String = tests.map(|test| format!(" \"{test}\";")).collect();
    format!("  {{ rank=same;{tests} }}\n")
}

/// A cluster per lifecycle.
pub(super) fn lifecycles(lives: &[(&str, &Lifecycle)]) -> String {
    let clusters: String = lives.iter().map(|(name, life)| lifecycle(name, life)).collect();
    format!("digraph {{\n{HEAD}{clusters}}}\n")
}

fn lifecycle(name: &str, life: &Lifecycle) -> String {
    let id = |status: &str| format!("\"{name}.{status}\"");
    let peripheries = |status: &str| if life.ends(status) { 2 } else { 1 };
    let statuses = life.statuses.iter();
    let statuses = statuses
        .map(|status| format!("    {} [label=\"{status}\", peripheries={}];\n", id(status), peripheries(status)));
    let changes = life.transitions.iter().map(|change| format!("    {} -> {};\n", id(change.from), id(change.to)));
    let inside: String = statuses.chain(changes).collect();
    format!("  subgraph \"cluster_{name}\" {{\n    label=\"{name}\";\n{inside}  }}\n")
}

fn queue(index: usize, queue: &Queue) -> String {
    let card = queue.serving.as_ref().map(|serving| card::queue(queue, serving));
    let card = card.unwrap_or_else(|| card::bare_queue(queue));
    node(&format!("queues[{index}]"), &card, "shape=cylinder")
}

/// Ids are ours, labels are whatever people wrote.
fn node(id: &str, card: &Card, style: &str) -> String {
    let lines =
        card.lines.iter().map(|line| line.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" "));
    let label: String = lines.map(|line| escaped(&line) + "\\l").collect();
    let whole: Vec<&str> = card.lines.iter().filter_map(|line| line.whole.as_deref()).collect();
    let tooltip = if whole.is_empty() { String::new() } else { format!(", tooltip={}", quoted(&whole.join(" · "))) };
    let style = if style.is_empty() { String::new() } else { format!(", {style}") };
    format!("  \"{id}\" [label=\"{label}\"{tooltip}{style}];\n")
}

fn way(edge: &Edge) -> String {
    let count = edge.count.map(|count| format!("({count})")).unwrap_or_default();
    let words = [edge.why.words(), edge.at.as_deref().unwrap_or_default(), &count];
    let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let style = match edge.why {
        Why::Entry | Why::NoMatch | Why::NoMatchAfterTimeout => "",
        Why::Match => ", color=\"#0b6e54\"",
        Why::Timeout => ", color=\"#b27a00\"",
        Why::Skip | Why::SkipAfterTimeout => ", color=\"#9c3a76\", style=dashed",
    };
    format!("  \"{}\" -> \"{}\" [label={}{style}];\n", edge.from, edge.to, quoted(&words))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// In a label, a backslash and an ampersand begin something, too.
fn escaped(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
