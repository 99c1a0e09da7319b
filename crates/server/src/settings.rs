//! What a server is told before it starts.

use std::num::NonZeroU32;
use std::path::PathBuf;

use pointsman::Timestamp;

use crate::chance::number;
use crate::http::{Credentials, Secret};
use crate::sid;
use crate::web::web_url;

/// How a server is to be. What is not said is made up or left at its default.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    token: Secret,
    /// Where the journal is; nothing is kept without.
    pub data: Option<PathBuf>,
    base_url: Option<String>,
    /// The most requests a second, all clients together.
    pub requests_per_second: NonZeroU32,
    /// Whether callbacks may go to link-local and metadata addresses.
    pub any_callback_address: bool,
}

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The account's SID is none.
    #[error("the account SID is `{0}`: expected `AC` and 32 hexadecimal digits")]
    AccountSid(String),
    /// Whoever knows nothing would be let in.
    #[error("the token is empty: give one, or leave it out to have one made up")]
    EmptyToken,
    /// No client can find the server there.
    #[error("the base URL is `{0}`: expected `http://` or `https://`, a host, and no query")]
    BaseUrl(String),
}

impl Settings {
    /// A server for this account; a token that is not given is generated.
    ///
    /// # Errors
    /// When the account's SID is none, or the token empty.
    pub fn new(account_sid: Option<String>, token: Option<String>) -> Result<Self, SettingsError> {
        let account_sid = account_sid.unwrap_or_else(|| format!("AC{:032x}", number()));
        if sid::number(&account_sid, "AC").is_none() {
            return Err(SettingsError::AccountSid(account_sid));
        }
        if token.as_ref().is_some_and(String::is_empty) {
            return Err(SettingsError::EmptyToken);
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

    /// Says where clients find the server when their own `Host` does not.
    ///
    /// # Errors
    /// When it is no URL of a web server.
    pub fn set_base_url(&mut self, url: &str) -> Result<(), SettingsError> {
        let found = web_url(url).filter(|url| url.query().is_none() && url.fragment().is_none());
        let found = found.ok_or_else(|| SettingsError::BaseUrl(url.to_owned()))?;
        self.base_url = Some(found.as_str().trim_end_matches('/').to_owned());
        Ok(())
    }

    /// Where clients find the server, without a slash at the end.
    pub(crate) fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_said_before_the_start() {
        let settings = |account: &str, token: &str| Settings::new(Some(account.to_owned()), Some(token.to_owned()));
        assert_eq!(settings("AC1", "t").unwrap_err(), SettingsError::AccountSid("AC1".to_owned()));
        let account = format!("AC{:032x}", 1);
        assert_eq!(settings(&account, "").unwrap_err(), SettingsError::EmptyToken);
        let mut settings = settings(&account, "t").unwrap();
        for wrong in ["foo bar", "router.example.com", "ftp://router.example.com", "https://router.example.com/?a=b"] {
            assert_eq!(settings.set_base_url(wrong), Err(SettingsError::BaseUrl(wrong.to_owned())));
        }
        settings.set_base_url("https://router.example.com:8443/pointsman/").unwrap();
        assert_eq!(settings.base_url(), Some("https://router.example.com:8443/pointsman"));
    }
}
