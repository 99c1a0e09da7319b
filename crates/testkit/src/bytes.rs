//! A fuzzer's bytes as a workspace and a story: they stand for the random choices of the strategies.

use pointsman::WorkspaceSpec;
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::{Op, strategy};

/// The longest story that bytes make.
const LONGEST: usize = 40;

/// A workspace and operations in it, made of any bytes; where these end, zeros follow. The same bytes are the same
/// story, and a small change of the bytes is mostly a small change of the story. None when the choices contradict
/// each other.
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
    let random = TestRng::from_seed(RngAlgorithm::PassThrough, bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let stories = (strategy::workspace(), vec(strategy::anything(), 1..=LONGEST));
    stories.new_tree(&mut runner).ok().map(|story| story.current())
}
