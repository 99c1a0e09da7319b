//! A fuzzer's bytes as a workspace and a story: they are the seed of the strategies' random choices.

use pointsman::WorkspaceSpec;
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::{Op, strategy};

/// The longest story that bytes make.
const LONGEST: usize = 40;

/// A workspace and operations in it, made of any bytes: the same bytes are the same story. None when the choices
/// contradict each other.
///
/// ```
/// use pointsman_testkit::{Driver, story_of};
///
/// let (workspace, operations) = story_of(b"any bytes").unwrap();
/// let mut driver = Driver::new(&workspace).unwrap();
/// for operation in &operations {
///     driver.apply(operation).unwrap();
/// }
/// ```
pub fn story_of(bytes: &[u8]) -> Option<(WorkspaceSpec, Vec<Op>)> {
    let mut seed = [0; 32];
    for (index, byte) in bytes.iter().enumerate() {
        let place: &mut u8 = &mut seed[index % 32];
        *place = place.rotate_left(1) ^ byte;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let stories = (strategy::workspace(), vec(strategy::anything(), 1..=LONGEST));
    stories.new_tree(&mut runner).ok().map(|story| story.current())
}
