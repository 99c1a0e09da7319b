//! What a server is told before it starts.

use std::num::NonZeroU32;
use std::path::PathBuf;

use pointsman::Timestamp;

use crate::chance::number;
use crate::http::{Credentials, Secret};
use crate::sid;

/// How a server is to be. What is not said is made up or left at its default.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    token: Secret,
    /// Where the journal is; nothing is kept without.
    pub data: Option<PathBuf>,
    /// Where clients find the server when their own `Host` does not say it.
    pub base_url: Option<String>,
    /// The most requests a second, all clients together.
    pub requests_per_second: NonZeroU32,
    /// Whether callbacks may go to link-local and metadata addresses.
    pub any_callback_address: bool,
}

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the account SID is `{0}`: expected `AC` and 32 hexadecimal digits")]
pub struct NoAccountSid(String);

impl Settings {
    /// A server for this account; a token that is not given is generated.
    ///
    /// # Errors
    /// When the account's SID is none.
    pub fn new(account_sid: Option<String>, token: Option<String>) -> Result<Self, NoAccountSid> {
        let account_sid = account_sid.unwrap_or_else(|| format!("AC{:032x}", number()));
        if sid::number(&account_sid, "AC").is_none() {
            return Err(NoAccountSid(account_sid));
        }
        Ok(Self {
            account_sid,
            token: Secret::new(token.unwrap_or_else(|| format!("{:032x}", number()))),
            data: None,
            base_url: None,
            requests_per_second: NonZeroU32::MIN.saturating_add(19_999),
            any_callback_address: false,
        })
    }

    /// The token, to be shown once.
    pub fn token(&self) -> &str {
        self.token.reveal()
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials { account: self.account_sid.clone(), token: self.token.clone() }
    }
}

/// The wall clock, the only one of the server.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}
