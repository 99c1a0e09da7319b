//! The lifecycles of tasks and reservations, drawn from the tables that the engine asserts its own changes with. A change
//! in a table is a change of the picture; nothing about a status is written here.

use std::collections::{BTreeMap, BTreeSet};

use pointsman::{ReservationStatus, TaskStatus};
use serde::Serialize;

use super::card::{Card, PAD};
use super::dot;
use super::layout::{Layout, MARGIN, Placed};
use super::route::Route;
use super::svg::{self, Running};
use super::text::Face;

/// The lifecycles of tasks and of reservations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lifecycles {
    /// That of tasks.
    pub tasks: Lifecycle,
    /// That of reservations.
    pub reservations: Lifecycle,
}

/// A table of legal changes of status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lifecycle {
    /// Every status, in the order of a life; it begins with the first.
    pub statuses: Vec<&'static str>,
    /// Every legal change.
    pub transitions: Vec<Transition>,
}

/// A legal change of status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transition {
    /// The status before.
    pub from: &'static str,
    /// The status after.
    pub to: &'static str,
}

impl Lifecycles {
    /// Those of the engine.
    pub fn of_engine() -> Self {
        let tasks = Lifecycle::new(&TaskStatus::ALL, TaskStatus::TRANSITIONS, TaskStatus::name);
        let reservations =
            Lifecycle::new(&ReservationStatus::ALL, ReservationStatus::TRANSITIONS, ReservationStatus::name);
        Self { tasks, reservations }
    }

    /// A text for Graphviz.
    pub fn dot(&self) -> String {
        dot::lifecycles(&[("tasks", &self.tasks), ("reservations", &self.reservations)])
    }

    /// A picture that needs nothing from outside and follows the light or dark setting.
    pub fn svg(&self) -> String {
        let mut layout = Layout { width: 2 * MARGIN, height: MARGIN, ..Layout::default() };
        let tasks = chart(&self.tasks, &mut layout);
        let reservations = chart(&self.reservations, &mut layout);
        let headings = [("Tasks", tasks), ("Reservations", reservations)].map(|(heading, y)| {
            let mut text = Running { width: layout.width, y, lines: Vec::new() };
            text.write(Face::Title, heading, 1);
            text.lines
        });
        let title = "Lifecycles of tasks and reservations";
        let description = format!("Tasks: {}. Reservations: {}.", self.tasks.in_words(), self.reservations.in_words());
        let content = svg::drawn(&layout, &headings.concat());
        svg::picture(layout.width, layout.height, title, &description, &content)
    }
}

impl Lifecycle {
    fn new<S: Copy>(all: &[S], transitions: &[(S, S)], name: impl Fn(S) -> &'static str) -> Self {
        let transition = |(from, to): &(S, S)| Transition { from: name(*from), to: name(*to) };
        Self {
            statuses: all.iter().map(|status| name(*status)).collect(),
            transitions: transitions.iter().map(transition).collect(),
        }
    }

    /// Whether nothing follows.
    pub fn ends(&self, status: &str) -> bool {
        self.transitions.iter().all(|change| change.from != status)
    }

    fn in_words(&self) -> String {
        let change = |change: &Transition| format!("{} becomes {}", change.from, change.to);
        self.transitions.iter().map(change).collect::<Vec<_>>().join(", ")
    }

    fn place(&self, status: &str) -> usize {
        self.statuses.iter().position(|other| *other == status).unwrap_or_default()
    }

    /// From where a status is reached, without the ways back to an earlier one.
    fn before(&self, status: &str) -> impl Iterator<Item = &'static str> {
        let changes = self.transitions.iter().filter(move |change| change.to == status);
        changes.map(|change| change.from).filter(move |from| self.place(from) < self.place(status))
    }

    /// How many changes it takes to come here by the longest way.
    fn column(&self, status: &str) -> i32 {
        self.before(status).map(|from| self.column(from) + 1).max().unwrap_or_default()
    }

    /// The first row holds the longest life, the last one what can follow at several times of it, the others the rest.
    fn rows(&self) -> Vec<i32> {
        let mut free: BTreeMap<i32, i32> = BTreeMap::new();
        let rows: Vec<Option<i32>> = self.statuses.iter().map(|status| self.row(status, &mut free)).collect();
        let last = free.into_values().max().unwrap_or_default();
        rows.into_iter().map(|row| row.unwrap_or(last)).collect()
    }

    /// The next row that is free in its column; none for a status that follows at several times.
    fn row(&self, status: &str, free: &mut BTreeMap<i32, i32>) -> Option<i32> {
        let column = self.column(status);
        let from: BTreeSet<i32> = self.before(status).map(|from| self.column(from)).collect();
        let row = free.entry(column).or_default();
        if *row > 0 && from.len() > 1 {
            return None;
        }
        *row += 1;
        Some(*row - 1)
    }
}

const WIDTH: i32 = 128;
const HEIGHT: i32 = 44;
const COLUMN: i32 = WIDTH + 64;
const ROW: i32 = HEIGHT + 18;
/// Above the first row, for ways over it and ways back.
const OVER: i32 = 20;
const BACK: i32 = 34;
/// From a side or an edge to a line.
const PORT: i32 = 24;

/// Draws a lifecycle below what is there; gives where its heading stands.
fn chart(life: &Lifecycle, layout: &mut Layout) -> i32 {
    let heading = layout.height;
    let top = heading + Face::Title.leading() + BACK + 16;
    let spots: Vec<(i32, i32)> = life
        .statuses
        .iter()
        .zip(life.rows())
        .map(|(status, row)| (MARGIN + COLUMN / 3 + life.column(status) * COLUMN, top + row * ROW))
        .collect();
    layout.routes.extend(spots.first().map(|(x, y)| line(vec![(x - COLUMN / 3, y + PORT), (*x, y + PORT)], "entry")));
    layout.routes.extend(life.transitions.iter().map(|change| {
        let (from, to) = (life.place(change.from), life.place(change.to));
        line(way(spots[from], spots[to]), if to < from { "timeout" } else { "match" })
    }));
    for (status, (x, y)) in life.statuses.iter().zip(&spots) {
        let class = if life.ends(status) { "state ended" } else { "state" };
        layout.cards.push(Placed { x: *x, y: *y, width: WIDTH, height: HEIGHT, class, card: state(status) });
    }
    layout.width = layout.width.max(spots.iter().map(|(x, _)| x + WIDTH + MARGIN).max().unwrap_or_default());
    layout.height = spots.iter().map(|(_, y)| y + HEIGHT + MARGIN).max().unwrap_or_default();
    heading
}

fn state(status: &str) -> Card {
    let mut card = Card { height: PAD - 1, ..Card::default() };
    card.line(Face::Name, status, 1);
    card
}

fn line(points: Vec<(i32, i32)>, class: &'static str) -> Route {
    Route { points, class, count: None, labels: Vec::new() }
}

/// Straight to the neighbour, over what lies between or back over it, or down between two columns.
fn way((x, y): (i32, i32), (to_x, to_y): (i32, i32)) -> Vec<(i32, i32)> {
    let over = |out, into, height| vec![(out, y), (out, y - height), (into, y - height), (into, to_y)];
    if to_x < x {
        over(x + PORT, to_x + WIDTH - PORT, BACK)
    } else if to_y == y && to_x > x + COLUMN {
        over(x + WIDTH - PORT, to_x + PORT, OVER)
    } else if to_y == y {
        vec![(x + WIDTH, y + PORT), (to_x, to_y + PORT)]
    } else {
        let (out, between) = (y + HEIGHT - 10, x + WIDTH + PORT);
        vec![(x + WIDTH, out), (between, out), (between, to_y + PORT), (to_x, to_y + PORT)]
    }
}
