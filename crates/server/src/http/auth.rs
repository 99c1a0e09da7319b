//! Who may come in: the account with its token, or any API key with the same secret.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use crate::sid::number;

/// A text that is never shown.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for those who sign with it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes the same time whatever is given.
    fn is(&self, given: &str) -> bool {
        let of = |text: &str| digest(&SHA256, text.as_bytes());
        of(&self.0).as_ref().ct_eq(of(given).as_ref()).into()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(...)")
    }
}

/// The one account.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) account: String,
    pub(crate) token: Secret,
}

impl Credentials {
    /// Whether these headers carry the account's credentials, or those of an API key.
    pub(crate) fn allow(&self, headers: &HeaderMap) -> bool {
        let Some((user, password)) = basic(headers) else { return false };
        // Both are looked at, whatever the first says.
        let known = user == self.account || number(&user, "SK").is_some();
        self.token.is(&password) & known
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, text) = header.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(text.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(user: &str, password: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let text = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        headers.insert(AUTHORIZATION, text.parse().unwrap());
        headers
    }

    #[test]
    fn the_account_and_its_keys_come_in() {
        let account = format!("AC{}", "0".repeat(32));
        let key = format!("SK{}", "a".repeat(32));
        let credentials = Credentials { account: account.clone(), token: Secret::new("token".to_owned()) };
        assert!(credentials.allow(&headers(&account, "token")));
        assert!(credentials.allow(&headers(&key, "token")));
        assert!(!credentials.allow(&headers(&account, "tokens")));
        assert!(!credentials.allow(&headers("ACother", "token")));
        assert!(!credentials.allow(&HeaderMap::new()));
        assert_eq!(format!("{credentials:?}").find("\"token\""), None, "the token is not shown");
    }
}
