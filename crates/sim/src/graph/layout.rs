//! Where everything stands: a row per filter, a column per step, the default filter and the end below, then the queues.
//! A way to the right runs between two columns, a way down between two rows, so that no line crosses a card.

use std::collections::BTreeMap;

use super::card::{self, Card, WIDTH};
use super::read::index_of;
use super::route::{Label, Route};
use super::{DEFAULT, Edge, Graph, Node, Queue, Step, Why, steps_of};

/// Around the picture.
pub(super) const MARGIN: i32 = 32;
/// Between two columns: room for a label.
const COLUMN_GAP: i32 = 116;
/// Between two rows, without ways that run there.
const ROW_GAP: i32 = 46;
/// What every way that runs between two rows adds.
const CHANNEL: i32 = 22;
/// From a row to the first way below it.
const FIRST_CHANNEL: i32 = 26;
/// From a card's side to where the first line leaves it above or below, and to the next line.
const PORT: i32 = 36;
const PORT_STEP: i32 = 30;
/// From a filter's left side to the line that leads past the next row's: right of the words of the one straight down.
const SECOND_PORT: i32 = 124;
/// From the right side of the first column to the first line that comes back to it: right of the words of the other.
const BACK_PORT: i32 = 16;
/// From a card's top to its lines to the right.
const LANE: i32 = 30;
const LANE_STEP: i32 = 30;
/// Between the cards of queues, and above their heading.
const QUEUE_GAP: i32 = 20;
/// No card is lower: two lines to the right have room.
const LEAST_HEIGHT: i32 = LANE + LANE_STEP + 20;

/// A card in its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
    /// How it looks.
    pub(super) class: &'static str,
    pub(super) card: Card,
}

/// Cards and lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) cards: Vec<Placed>,
    pub(super) routes: Vec<Route>,
    /// Where the heading of the queues stands, when there are any.
    pub(super) queues: Option<i32>,
}

/// The width of a picture with so many columns.
pub(super) fn width(graph: &Graph) -> i32 {
    let steps = graph.filters.iter().map(|filter| filter.steps.len()).max().unwrap_or_default();
    // Beside the default filter stands the end.
    let columns = steps.max(1);
    2 * MARGIN + WIDTH + coordinate(columns) * (COLUMN_GAP + WIDTH)
}

pub(super) fn layout(graph: &Graph, top: i32) -> Layout {
    let mut plan = Plan::new(graph);
    let end = plan.rows(top);
    let end = plan.queues(end);
    plan.layout.height = end + MARGIN;
    plan.layout
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    x: i32,
    y: i32,
    height: i32,
}

impl Place {
    fn bottom(self) -> i32 {
        self.y + self.height
    }
}

struct Plan<'a> {
    graph: &'a Graph,
    queues: BTreeMap<&'a str, &'a Queue>,
    /// The ways that leave each row.
    ways: BTreeMap<usize, Vec<&'a Edge>>,
    places: BTreeMap<Node, Place>,
    layout: Layout,
}

/// A node's card before it has a place.
type Cell = (Node, &'static str, Card);

impl<'a> Plan<'a> {
    fn new(graph: &'a Graph) -> Self {
        let layout = Layout { width: width(graph), ..Layout::default() };
        let queues = graph.queues.iter().map(|queue| (queue.name.as_str(), queue)).collect();
        let mut plan = Self { graph, queues, ways: BTreeMap::new(), places: BTreeMap::new(), layout };
        for edge in &graph.edges {
            plan.ways.entry(plan.row_of(edge.from)).or_default().push(edge);
        }
        plan
    }

    /// The entry stands above the filters, the default filter and the end below them.
    fn row_of(&self, node: Node) -> usize {
        match node {
            Node::Entry => 0,
            Node::Filter(index) => index + 1,
            Node::Step(place) => index_of(place.filter).unwrap_or(self.graph.filters.len()) + 1,
            Node::Canceled => self.graph.filters.len() + 1,
        }
    }

    fn rows(&mut self, top: i32) -> i32 {
        let (mut y, mut gap) = (top, 0);
        for (row, cells) in self.cells().into_iter().enumerate() {
            y += gap;
            y += self.row(row, cells, y);
            gap = self.gap(row);
        }
        for row in 0..=self.row_of(Node::Canceled) {
            self.ways(row);
        }
        y
    }

    /// Every node's card, row by row.
    fn cells(&self) -> Vec<Vec<Cell>> {
        let entry = vec![(Node::Entry, "entry", card::entry(self.graph))];
        let filters = (0..self.graph.filters.len()).map(|index| self.filter(index));
        let mut rows: Vec<Vec<Cell>> = std::iter::once(entry).chain(filters).collect();
        let default =
            self.graph.default_filter.iter().map(|step| self.step(Node::Step(DEFAULT), "default filter", step));
        let canceled = self.graph.edges.iter().any(|edge| edge.to == Node::Canceled);
        let canceled = canceled.then(|| (Node::Canceled, "canceled", card::canceled(self.graph)));
        rows.push(default.chain(canceled).collect());
        rows
    }

    fn filter(&self, index: usize) -> Vec<Cell> {
        let Some(filter) = self.graph.filters.get(index) else { return Vec::new() };
        let test = Node::Filter(index);
        let matched = self.ways.get(&(index + 1)).into_iter().flatten().find(|edge| edge.why == Why::Match);
        let matched = matched.and_then(|edge| edge.count);
        let steps = steps_of(index, filter);
        let steps =
            steps.map(|(place, step)| self.step(Node::Step(place), &format!("step {}", place.target + 1), step));
        std::iter::once((test, "filter", card::filter(index, filter, matched))).chain(steps).collect()
    }

    fn step(&self, node: Node, title: &str, step: &Step) -> Cell {
        let queue = self.queues.get(step.queue.as_str()).copied();
        (node, if step.reached { "step" } else { "step unreached" }, card::step(title, step, queue))
    }

    /// Places a row and gives its height.
    fn row(&mut self, row: usize, cells: Vec<Cell>, y: i32) -> i32 {
        let height = cells.iter().map(|(_, _, card)| card.height).max().unwrap_or_default();
        let height = if row == 0 { height } else { height.max(LEAST_HEIGHT) };
        for (column, (node, class, card)) in cells.into_iter().enumerate() {
            let x = MARGIN + coordinate(column) * (WIDTH + COLUMN_GAP);
            self.places.insert(node, Place { column, x, y, height });
            self.layout.cards.push(Placed { x, y, width: WIDTH, height, class, card });
        }
        height
    }

    fn gap(&self, row: usize) -> i32 {
        let ways = self.ways.get(&row).into_iter().flatten();
        match ways.filter(|edge| self.is_channel(edge)).count() {
            0 => ROW_GAP,
            count => FIRST_CHANNEL + CHANNEL * coordinate(count) + 4,
        }
    }

    /// Whether it runs between two rows: down, but not straight from the first column to the first.
    fn is_channel(&self, edge: &Edge) -> bool {
        let straight = matches!(edge.why, Why::Entry | Why::NoMatch);
        !straight && self.row_of(edge.from) != self.row_of(edge.to)
    }

    fn ways(&mut self, row: usize) {
        let ways = self.ways.get(&row).cloned().unwrap_or_default();
        let ways = ways.into_iter().filter_map(|edge| Some((edge, self.ends(edge)?)));
        let (channels, others): (Vec<_>, Vec<_>) = ways.partition(|(edge, _)| self.is_channel(edge));
        let straight = others
            .into_iter()
            .map(|(edge, [from, to])| if from.y == to.y { right(edge, from, to) } else { down(edge, from, to) });
        let mut routes: Vec<Route> = straight.collect();
        let mut ports = Ports::default();
        let count = channels.len();
        for (place, (edge, [from, to])) in channels.into_iter().enumerate() {
            // What leaves further to the right runs further down, so that two ways of one step do not cross.
            let y = from.bottom() + FIRST_CHANNEL + CHANNEL * coordinate(count - 1 - place);
            routes.push(across(edge, (ports.leave(edge.from, from), from), (ports.arrive(edge.to, to), to), y));
        }
        self.layout.routes.extend(routes);
    }

    fn ends(&self, edge: &Edge) -> Option<[Place; 2]> {
        Some([self.places.get(&edge.from).copied()?, self.places.get(&edge.to).copied()?])
    }

    /// The queues in a grid below, as far as there is more to say of them than their names.
    fn queues(&mut self, top: i32) -> i32 {
        let served: Vec<&Queue> = self.graph.queues.iter().filter(|queue| queue.serving.is_some()).collect();
        if served.is_empty() {
            return top;
        }
        self.layout.queues = Some(top + 52);
        let columns = (self.layout.width - 2 * MARGIN + QUEUE_GAP) / (WIDTH + QUEUE_GAP);
        let mut y = top + 68;
        for row in served.chunks(usize::try_from(columns).unwrap_or(1).max(1)) {
            y += self.queue_row(row, y) + QUEUE_GAP;
        }
        y - QUEUE_GAP
    }

    fn queue_row(&mut self, row: &[&Queue], y: i32) -> i32 {
        let cards = row.iter().filter_map(|queue| Some(card::queue(queue, queue.serving.as_ref()?)));
        let cards: Vec<Card> = cards.collect();
        let height = cards.iter().map(|card| card.height).max().unwrap_or_default();
        for (column, card) in cards.into_iter().enumerate() {
            let x = MARGIN + coordinate(column) * (WIDTH + QUEUE_GAP);
            self.layout.cards.push(Placed { x, y, width: WIDTH, height, class: "queue", card });
        }
        height
    }
}

/// Where lines leave cards below and enter them above: each a step further in than the one before.
#[derive(Default)]
struct Ports {
    taken: BTreeMap<(Node, bool), i32>,
}

impl Ports {
    /// How far the next one is from the first.
    fn next(&mut self, node: Node, leaves: bool) -> i32 {
        let taken = self.taken.entry((node, leaves)).or_default();
        *taken += 1;
        (*taken - 1) * PORT_STEP
    }

    fn leave(&mut self, node: Node, place: Place) -> i32 {
        let further = self.next(node, true);
        if place.column == 0 { place.x + SECOND_PORT + further } else { place.x + WIDTH - PORT - further }
    }

    fn arrive(&mut self, node: Node, place: Place) -> i32 {
        let further = self.next(node, false);
        if place.column == 0 { place.x + WIDTH - BACK_PORT - further } else { place.x + PORT + further }
    }
}

/// A timeout has its words above and its time below; a skip below it has its word below.
fn right(edge: &Edge, from: Place, to: Place) -> Route {
    const ABOVE: i32 = -6;
    const BELOW: i32 = 14;
    let (lane, words) = if edge.why == Why::Skip { (LANE + LANE_STEP, BELOW) } else { (LANE, ABOVE) };
    let (start, end, y) = (from.x + WIDTH, to.x, from.y + lane);
    let middle = (start + end) / 2 - 3;
    let mut labels = vec![label((middle, y + words), "middle", edge.why.words(), edge)];
    let time = edge.at.as_ref();
    labels.extend(time.map(|at| Label { at: (middle, y + BELOW), anchor: "middle", text: at.clone(), count: None }));
    route(edge, vec![(start, y), (end, y)], labels)
}

fn down(edge: &Edge, from: Place, to: Place) -> Route {
    let x = from.x + PORT;
    let middle = (from.bottom() + to.y) / 2 + 3;
    let label = label((x + 10, middle), "start", edge.why.words(), edge);
    let labels = if edge.why == Why::Entry { Vec::new() } else { vec![label] };
    route(edge, vec![(x, from.bottom()), (x, to.y)], labels)
}

/// Down, across, down.
fn across(edge: &Edge, (out, from): (i32, Place), (into, to): (i32, Place), y: i32) -> Route {
    let (anchor, dx) = if into < out { ("end", -10) } else { ("start", 10) };
    let words = [edge.why.words(), edge.at.as_deref().unwrap_or_default()].join(" ");
    let labels = vec![label((out + dx, y - 6), anchor, words.trim_end(), edge)];
    route(edge, vec![(out, from.bottom()), (out, y), (into, y), (into, to.y)], labels)
}

fn label(at: (i32, i32), anchor: &'static str, text: &str, edge: &Edge) -> Label {
    Label { at, anchor, text: text.to_owned(), count: edge.count }
}

fn route(edge: &Edge, points: Vec<(i32, i32)>, labels: Vec<Label>) -> Route {
    Route { points, class: class(edge.why), count: edge.count, labels }
}

fn class(why: Why) -> &'static str {
    match why {
        Why::Entry => "entry",
        Why::Match => "match",
        Why::NoMatch | Why::NoMatchAfterTimeout => "no-match",
        Why::Timeout => "timeout",
        Why::Skip | Why::SkipAfterTimeout => "skip",
    }
}

/// Pictures are far from what this cannot hold.
fn coordinate(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
