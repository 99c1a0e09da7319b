//! The identifiers that only the wire knows: accounts, workspaces, worker channels, events. Those the engine knows are
//! its own ids, written the same way.

use std::fmt;
use std::str::FromStr;

use pointsman::{TaskChannelId, WorkerId};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

/// A workspace: `WS` and 32 hexadecimal digits. Its number is the namespace of its engine, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkspaceSid(u128);

impl WorkspaceSid {
    /// The SID with this number.
    pub const fn new(number: u128) -> Self {
        Self(number)
    }

    /// The number behind the text form.
    pub const fn number(self) -> u128 {
        self.0
    }
}

impl fmt::Display for WorkspaceSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WS{:032x}", self.0)
    }
}

impl From<WorkspaceSid> for String {
    fn from(sid: WorkspaceSid) -> Self {
        sid.to_string()
    }
}

/// A text that is no SID of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `WS` and 32 hexadecimal digits")]
pub struct NoWorkspaceSid;

impl FromStr for WorkspaceSid {
    type Err = NoWorkspaceSid;

    fn from_str(text: &str) -> Result<Self, NoWorkspaceSid> {
        number(text, "WS").map(Self).ok_or(NoWorkspaceSid)
    }
}

impl TryFrom<String> for WorkspaceSid {
    type Error = NoWorkspaceSid;

    fn try_from(text: String) -> Result<Self, NoWorkspaceSid> {
        text.parse()
    }
}

/// The number of a SID with this prefix.
pub(crate) fn number(text: &str, prefix: &str) -> Option<u128> {
    let digits = text.strip_prefix(prefix)?;
    let hexadecimal = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal { u128::from_str_radix(digits, 16).ok() } else { None }
}

/// The SID of a worker's share of a channel: a pinned hash of the two, so that nobody has to remember it.
pub(crate) fn worker_channel(worker: WorkerId, channel: TaskChannelId) -> String {
    derived("WC", &[worker.number(), channel.number()])
}

/// The SID of a workspace's event: a pinned hash of its place in the engine's history.
pub(crate) fn event(workspace: WorkspaceSid, sequence: u64) -> String {
    derived("EV", &[workspace.number(), sequence.into()])
}

fn derived(prefix: &str, parts: &[u128]) -> String {
    let mut bytes = prefix.as_bytes().to_vec();
    parts.iter().for_each(|part| bytes.extend(part.to_le_bytes()));
    format!("{prefix}{:032x}", xxh3_128(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_sid_is_its_number() {
        let sid = WorkspaceSid::new(0xAB);
        assert_eq!(sid.to_string(), "WS000000000000000000000000000000ab");
        assert_eq!("WS000000000000000000000000000000AB".parse(), Ok(sid));
        assert!("WA000000000000000000000000000000ab".parse::<WorkspaceSid>().is_err());
        assert!("WSab".parse::<WorkspaceSid>().is_err());
        assert!("WS+0000000000000000000000000000000".parse::<WorkspaceSid>().is_err());
    }

    #[test]
    fn derived_sids_stay_the_same_in_every_version() {
        let sid = worker_channel(WorkerId::named("alice"), TaskChannelId::named("voice"));
        assert_eq!((sid.len(), &sid[..2]), (34, "WC"));
        assert_ne!(sid, worker_channel(WorkerId::named("bob"), TaskChannelId::named("voice")));
        assert_ne!(event(WorkspaceSid::new(1), 1), event(WorkspaceSid::new(1), 2));
    }
}
