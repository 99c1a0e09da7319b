//! What is kept, for how long, and in which form.

use std::time::Duration;

use pointsman::statistics::{
    Counts, LONGEST_WAIT_AT_MOST, RETENTION_AT_MOST, Scope, Settings, Statistics, StatisticsError, Window,
};
use pointsman::{
    AcceptReservation, CancelTask, CompleteTask, CreateTask, DeleteTask, DeleteWorker, Engine, SetWorkerActivity,
    WorkerId, WorkerSpec,
};

use super::{World, instant, office, window, worker};

fn keeping(minutes: u64) -> Settings {
    Settings { retention: Duration::from_secs(minutes * 60), ..Settings::default() }
}

#[test]
fn what_is_older_than_the_retention_is_refused_and_gone() {
    let mut world = World::with(office(), keeping(3));
    for (seconds, task) in [(10, "t1"), (70, "t2"), (130, "t3"), (190, "t4")] {
        world.at(seconds, CreateTask::new(task));
    }
    assert_eq!(world.counts((0, 4), Scope::Workspace).tasks_created, 4, "the minute before the last three is kept");
    world.at(250, CreateTask::new("t5"));
    let refused = world.statistics.cumulative(Scope::Workspace, None, window((0, 5)));
    let (start, kept_from) = (instant(0), instant(60));
    assert_eq!(refused, Err(StatisticsError::BeforeRetention { start, kept_from }));
    let told = refused.unwrap_err().to_string();
    assert_eq!(told, "the window starts at 0 ms, but statistics are kept from 60000 ms on; ask for a later start");
    assert!(world.statistics.activity_durations(None, window((0, 5))).is_err());
    assert_eq!(world.counts((1, 5), Scope::Workspace).tasks_created, 4);
    assert_eq!(world.statistics.since_start().tasks_created, 5, "totals since the start stay");

    let last = Window::last(instant(250), 3).unwrap();
    let figures = world.statistics.cumulative(Scope::Workspace, None, last).unwrap();
    assert_eq!(figures.counts.tasks_created, 3, "the last minutes can be asked for up to the retention");
}

#[test]
fn time_alone_drops_what_is_old() {
    let mut world = World::with(office(), keeping(3));
    let untouched = serde_json::to_string(&world.statistics).unwrap().len();
    world.at(10, WorkerSpec::new("bob").activity("Available"));
    world.at(10, CreateTask::new("t1"));
    world.at(15, AcceptReservation::new(("t1", "bob")));
    world.at(20, CompleteTask::new("t1"));
    world.at(30, DeleteWorker::new("bob"));
    let full = serde_json::to_string(&world.statistics).unwrap();
    assert!(full.contains(&WorkerId::from("bob").to_string()));
    world.statistics.advance(instant(5 * 60));
    let empty = serde_json::to_string(&world.statistics).unwrap();
    assert!(empty.len() < untouched + 20, "a worker who is gone goes with the last minute: {empty}");
    assert_eq!(world.statistics.since_start().tasks_completed, 1);
    world.statistics.advance(instant(0));
    assert_eq!(world.statistics.kept_from(), instant(2 * 60), "time does not go back");
}

#[test]
fn memory_does_not_grow_with_the_number_of_events() {
    let mut world = World::with(office().worker(WorkerSpec::new("alice")), keeping(2));
    let mut sizes = Vec::new();
    for minute in 10..40 {
        for second in 0..20 {
            let at = minute * 60 + second * 2;
            world.at(at, SetWorkerActivity::new("alice", if second % 2 == 0 { "Offline" } else { "Unavailable" }));
            world.at(at, CreateTask::new("t1"));
            world.at(at + 1, CancelTask::new("t1"));
            world.at(at + 1, DeleteTask::new("t1"));
        }
        sizes.push(serde_json::to_string(&world.statistics).unwrap().len());
    }
    let (early, late) = (sizes[5], sizes[29]);
    assert!(late < early + 100, "{early} bytes became {late}: {sizes:?}");
}

#[test]
fn a_threshold_beyond_what_is_counted_is_refused() {
    let mut world = World::with(office(), Settings { longest_wait: 60, ..Settings::default() });
    world.at(0, CreateTask::new("t1"));
    world.at(0, CreateTask::new("t2"));
    world.at(60, CancelTask::new("t1"));
    world.at(100, CancelTask::new("t2"));
    let figures = world.between((0, 5), Scope::Workspace);
    let split = figures.split_by_wait_time(60).unwrap();
    assert_eq!((split.above.tasks_canceled, split.below.tasks_canceled), (1, 1));
    assert_eq!(figures.wait_until_canceled.total(), Duration::from_secs(160), "totals know no limit");
    let refused = figures.split_by_wait_time(61);
    assert_eq!(refused, Err(StatisticsError::ThresholdTooLong { threshold: 61, longest: 60 }));
    let told = "waits are counted by second up to 60 s, not to 61 s; ask for less, or keep longer waits";
    assert_eq!(refused.unwrap_err().to_string(), told);
}

#[test]
fn settings_have_their_bounds() {
    let engine = Engine::new(office(), 7).unwrap();
    let of = |settings| Statistics::with_settings(&engine, settings).map(|_| ());
    let most = RETENTION_AT_MOST;
    for given in [Duration::ZERO, Duration::from_secs(90), most + Duration::from_secs(60)] {
        let refused = of(Settings { retention: given, ..Settings::default() });
        assert_eq!(refused, Err(StatisticsError::RetentionOutOfRange { given, most }));
    }
    let told = StatisticsError::RetentionOutOfRange { given: Duration::from_secs(90), most }.to_string();
    assert_eq!(told, "a retention of 1m30s is out of range: expected whole minutes from 1m to 366d");
    let given = LONGEST_WAIT_AT_MOST + 1;
    let refused = of(Settings { longest_wait: given, ..Settings::default() });
    assert_eq!(refused, Err(StatisticsError::LongestWaitOutOfRange { given, most: LONGEST_WAIT_AT_MOST }));
    assert_eq!(of(Settings { retention: most, longest_wait: LONGEST_WAIT_AT_MOST }), Ok(()));
    assert_eq!(Statistics::with_settings(&engine, Settings::default()), Ok(Statistics::starting(&engine)));
}

#[test]
fn what_happened_before_the_start_does_not_count() {
    let mut world = World::of(&["alice"]);
    world.engine.handle(instant(30), CreateTask::new("t1")).unwrap();
    world.statistics = Statistics::starting(&world.engine);
    world.count();
    world.at(40, AcceptReservation::new(("t1", "alice")));
    let accepted = Counts { reservations_accepted: 1, ..Counts::default() };
    assert_eq!(world.counts((0, 5), worker("alice")), accepted);
    let rows = world.statistics.activity_durations(Some("alice".into()), window((0, 1))).unwrap();
    assert_eq!(rows.iter().map(|row| row.stays.total().as_secs()).sum::<u64>(), 30, "from 30 s on");
}

#[test]
fn the_stored_form_reads_back_and_goes_on() {
    let mut world = World::of(&["alice"]);
    world.at(0, CreateTask::new("t1").task_channel("voice"));
    world.at(5, AcceptReservation::new(("t1", "alice")));
    world.at(6, SetWorkerActivity::new("alice", "Unavailable"));
    world.at(70, CreateTask::new("t2"));
    world.at(80, CancelTask::new("t2"));
    world.at(90, SetWorkerActivity::new("alice", "Available"));
    let stored = serde_json::to_string(&world.statistics).unwrap();
    let restored: Statistics = serde_json::from_str(&stored).unwrap();
    assert_eq!(restored, world.statistics);

    let mut other = World { engine: world.engine.clone(), statistics: restored };
    for world in [&mut world, &mut other] {
        world.at(100, CompleteTask::new("t1"));
    }
    assert_eq!(other.statistics, world.statistics);
}

#[test]
fn a_stored_form_of_another_version_is_refused() {
    let world = World::of(&[]);
    let mut stored = serde_json::to_value(&world.statistics).unwrap();
    assert_eq!(stored["version"], 1);
    stored["version"] = 2.into();
    let refused = serde_json::from_value::<Statistics>(stored).unwrap_err();
    assert_eq!(refused.to_string(), "statistics of version 2, expected version 1");
}

#[test]
fn stored_settings_keep_their_bounds() {
    let mut stored = serde_json::to_value(&World::of(&[]).statistics).unwrap();
    stored["settings"]["retention"] = "400d".into();
    let refused = serde_json::from_value::<Statistics>(stored).unwrap_err().to_string();
    assert!(refused.starts_with("a retention of 400d is out of range"), "{refused}");
}

#[test]
fn an_event_counts_once() {
    let mut world = World::of(&["alice"]);
    world.engine.handle(instant(1), CreateTask::new("t1")).unwrap();
    let events: Vec<_> = std::iter::from_fn(|| world.engine.poll_event()).collect();
    events.iter().for_each(|event| world.statistics.observe(event));
    let once = world.statistics.clone();
    events.iter().for_each(|event| world.statistics.observe(event));
    assert_eq!(world.statistics, once);
    assert_eq!(once.since_start().tasks_created, 1);
}
