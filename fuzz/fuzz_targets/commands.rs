//! Any sequence of operations: the engine does what the reference model does. The bytes stand for the random choices
//! of the test kit's strategies, so that every input is a workspace and a story.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pointsman_testkit::{Driver, strategy};
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fuzz_target!(|bytes: &[u8]| {
    let random = TestRng::from_seed(RngAlgorithm::PassThrough, bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let stories = (strategy::workspace(), vec(strategy::anything(), 1..=40));
    let Ok(story) = stories.new_tree(&mut runner) else { return };
    let (workspace, operations) = story.current();
    let Ok(mut driver) = Driver::new(&workspace) else { return };
    for operation in &operations {
        if let Err(mismatch) = driver.apply(operation) {
            panic!("{mismatch}");
        }
    }
});
