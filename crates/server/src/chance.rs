//! Numbers nobody can guess: SIDs and the generated token. The only chance in the server.

use ring::rand::{SecureRandom, SystemRandom};

/// A random number.
#[allow(clippy::expect_used, reason = "a system without randomness can give no SIDs")]
pub(crate) fn number() -> u128 {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).expect("the system has random numbers");
    u128::from_le_bytes(bytes)
}
