//! How long workers stay in activities.

use pointsman::statistics::Window;
use pointsman::{ActivitySpec, DeleteActivity, DeleteWorker, SetWorkerActivity, UpdateActivity, WorkerId, WorkerSpec};

use super::{World, instant, office, spread, window};

/// The rows with anything in them: name, count, shortest, average, longest, total.
fn stays(world: &World, worker: Option<&str>, window: Window) -> Vec<(String, [u128; 5])> {
    let rows = world.statistics.activity_durations(worker.map(WorkerId::from), window).unwrap();
    let shown = rows.iter().filter(|row| row.stays.count() > 0);
    shown.map(|row| (row.friendly_name.to_string(), spread(row.stays))).collect()
}

fn row(name: &str, figures: [u128; 5]) -> (String, [u128; 5]) {
    (name.to_owned(), figures)
}

#[test]
fn stays_are_cut_by_the_window_and_an_open_one_ends_with_it() {
    let mut world = World::new(office().worker(WorkerSpec::new("alice")));
    world.at(50, SetWorkerActivity::new("alice", "Available"));
    world.at(130, SetWorkerActivity::new("alice", "Offline"));
    let whole = stays(&world, Some("alice"), window((0, 5)));
    let offline = row("Offline", [2, 50_000, 110_000, 170_000, 220_000]);
    assert_eq!(whole, [offline, row("Available", [1, 80_000, 80_000, 80_000, 80_000])]);
    let minute = |from| stays(&world, Some("alice"), window((from, from + 1)));
    let all = |name: &str| [row(name, [1, 60_000, 60_000, 60_000, 60_000])];
    assert_eq!(minute(1), all("Available"), "cut at both ends");
    assert_eq!(minute(4), all("Offline"), "still open");
    let offline = row("Offline", [1, 50_000, 50_000, 50_000, 50_000]);
    assert_eq!(minute(0), [offline.clone(), row("Available", [1, 10_000, 10_000, 10_000, 10_000])]);
    assert_eq!(minute(2), [offline, row("Available", [1, 10_000, 10_000, 10_000, 10_000])]);
}

#[test]
fn in_the_last_minutes_an_open_stay_ends_now() {
    let mut world = World::new(office().worker(WorkerSpec::new("alice")));
    world.at(30, SetWorkerActivity::new("alice", "Available"));
    let last = Window::last(instant(70), 2).unwrap();
    let available = row("Available", [1, 40_000, 40_000, 40_000, 40_000]);
    assert_eq!(stays(&world, Some("alice"), last), [row("Offline", [1, 30_000, 30_000, 30_000, 30_000]), available]);
}

#[test]
fn short_stays_keep_their_number_and_extremes() {
    let mut world = World::new(office().worker(WorkerSpec::new("alice")));
    for (seconds, activity) in
        [(62, "Available"), (63, "Offline"), (70, "Available"), (90, "Offline"), (120, "Available")]
    {
        world.at(seconds, SetWorkerActivity::new("alice", activity));
    }
    let second_minute = stays(&world, Some("alice"), window((1, 2)));
    let offline = row("Offline", [3, 2_000, 13_000, 30_000, 39_000]);
    assert_eq!(second_minute, [offline, row("Available", [2, 1_000, 11_000, 20_000, 21_000])]);
    let third_minute = stays(&world, Some("alice"), window((2, 3)));
    assert_eq!(third_minute, [row("Available", [1, 60_000, 60_000, 60_000, 60_000])], "the one before only touches");
}

#[test]
fn a_stay_without_length_is_none() {
    let mut world = World::new(office().worker(WorkerSpec::new("alice")));
    world.at(10, SetWorkerActivity::new("alice", "Available"));
    world.at(10, SetWorkerActivity::new("alice", "Unavailable"));
    let rows = stays(&world, Some("alice"), window((0, 1)));
    assert_eq!(rows.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["Offline", "Unavailable"]);
}

#[test]
fn workers_come_and_go() {
    let mut world = World::new(office().worker(WorkerSpec::new("alice")));
    world.at(20, WorkerSpec::new("bob").activity("Available"));
    world.at(50, DeleteWorker::new("bob"));
    assert_eq!(stays(&world, Some("bob"), window((0, 9))), [row("Available", [1, 30_000, 30_000, 30_000, 30_000])]);
    world.at(80, WorkerSpec::new("bob").activity("Available"));
    world.at(90, DeleteWorker::new("bob"));
    let twice = [row("Available", [2, 10_000, 20_000, 30_000, 40_000])];
    assert_eq!(stays(&world, Some("bob"), window((0, 9))), twice);
    let offline = row("Offline", [1, 540_000, 540_000, 540_000, 540_000]);
    assert_eq!(stays(&world, None, window((0, 9))), [offline, twice[0].clone()], "all workers together");
    assert_eq!(stays(&world, Some("nobody"), window((0, 9))), []);
}

#[test]
fn every_activity_has_a_row_under_its_last_name() {
    let mut world = World::new(office().worker(WorkerSpec::new("alice")));
    world.at(0, ActivitySpec::new("Lunch", false));
    world.at(0, ActivitySpec::new("Training", false));
    world.at(10, SetWorkerActivity::new("alice", "Lunch"));
    world.at(15, UpdateActivity::new("Lunch", "Dinner"));
    world.at(40, SetWorkerActivity::new("alice", "Available"));
    world.at(50, DeleteActivity::new("Lunch"));
    world.at(50, DeleteActivity::new("Training"));
    let names = |minutes| {
        let rows = world.statistics.activity_durations(Some("alice".into()), window(minutes)).unwrap();
        rows.into_iter().map(|row| (row.friendly_name.to_string(), row.stays.count())).collect::<Vec<_>>()
    };
    let row = |name: &str, count| (name.to_owned(), count);
    let first = [row("Offline", 1), row("Available", 1), row("Unavailable", 0), row("Dinner", 1)];
    assert_eq!(names((0, 1)), first, "a deleted one as long as somebody was in it");
    assert_eq!(names((1, 2)), [row("Offline", 0), row("Available", 1), row("Unavailable", 0)]);
}
