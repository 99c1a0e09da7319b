//! Any sequence of operations: the engine does what the reference model does. The bytes are the seed of the story.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pointsman_testkit::{Driver, story_of};

fuzz_target!(|bytes: &[u8]| {
    let Some((workspace, operations)) = story_of(bytes) else { return };
    let Ok(mut driver) = Driver::new(&workspace) else { return };
    for operation in &operations {
        if let Err(mismatch) = driver.apply(operation) {
            panic!("{mismatch}");
        }
    }
});
