//! The lifecycles are the engine's tables, and every status and change of them is in the picture.

use pointsman::{ReservationStatus, TaskStatus};
use pointsman_sim::graph::{Lifecycle, Lifecycles};

/// Whether the graph is this table.
fn equals<S: Copy>(life: &Lifecycle, all: &[S], table: &[(S, S)], name: fn(S) -> &'static str) {
    assert_eq!(life.statuses, all.iter().map(|status| name(*status)).collect::<Vec<_>>());
    let changes: Vec<_> = life.transitions.iter().map(|change| (change.from, change.to)).collect();
    assert_eq!(changes, table.iter().map(|(from, to)| (name(*from), name(*to))).collect::<Vec<_>>());
}

#[test]
fn they_are_the_tables_of_the_engine() {
    let lives = Lifecycles::of_engine();
    equals(&lives.tasks, &TaskStatus::ALL, TaskStatus::TRANSITIONS, TaskStatus::name);
    equals(&lives.reservations, &ReservationStatus::ALL, ReservationStatus::TRANSITIONS, ReservationStatus::name);
    for status in TaskStatus::ALL {
        assert_eq!(lives.tasks.ends(status.name()), status.is_terminal());
    }
}

#[test]
fn every_status_and_every_change_is_drawn_once() {
    let lives = Lifecycles::of_engine();
    let (svg, dot) = (lives.svg(), lives.dot());
    let document = roxmltree::Document::parse(&svg).unwrap();
    let of_class = |class: &str| {
        let named =
            document.descendants().filter(|node| node.attribute("class").unwrap_or_default().starts_with(class));
        named.count()
    };
    let changes = TaskStatus::TRANSITIONS.len() + ReservationStatus::TRANSITIONS.len();
    assert_eq!(of_class("card state"), TaskStatus::ALL.len() + ReservationStatus::ALL.len());
    assert_eq!(of_class("way"), changes + 2, "a line per change, and one into each first status");
    assert_eq!(dot.matches(" -> ").count(), changes);
    for (kind, life) in [("tasks", &lives.tasks), ("reservations", &lives.reservations)] {
        for change in &life.transitions {
            let line = format!("\"{kind}.{}\" -> \"{kind}.{}\";", change.from, change.to);
            assert_eq!(dot.matches(&line).count(), 1, "{line}");
        }
    }
}

/// Cards of one picture never lie on each other.
#[test]
fn no_status_hides_another() {
    let svg = Lifecycles::of_engine().svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let cards = document.root_element().children().filter(|node| node.tag_name().name() == "svg");
    let corner = |node: roxmltree::Node<'_, '_>| {
        (node.attribute("x").unwrap().to_owned(), node.attribute("y").unwrap().to_owned())
    };
    let mut corners: Vec<_> = cards.map(corner).collect();
    let count = corners.len();
    corners.sort();
    corners.dedup();
    assert_eq!(corners.len(), count);
}
