//! The tokens of workers (surface section 7.1): JWT, HS256, signed with the secret of an API key, which here is the
//! account's token. Nothing else is accepted; the algorithm is ours to name, not the token's.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pointsman::{Timestamp, WorkerId};
use ring::hmac::{HMAC_SHA256, Key, verify};
use serde::Deserialize;

use crate::http::Credentials;
use crate::sid::WorkspaceSid;

/// Whom a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    pub(super) workspace: WorkspaceSid,
    /// Absent for one who looks after a whole workspace.
    pub(super) worker: Option<WorkerId>,
    /// Whether more than the own worker may be changed.
    pub(super) supervises: bool,
    /// When the token ends.
    pub(super) expires: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    grants: Grants,
}

#[derive(Deserialize)]
struct Grants {
    task_router: Grant,
}

#[derive(Deserialize)]
struct Grant {
    workspace_sid: WorkspaceSid,
    #[serde(default)]
    worker_sid: Option<String>,
    #[serde(default)]
    role: Role,
}

/// What somebody may do. Who does not say is a worker.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Role {
    #[default]
    Worker,
    Supervisor,
    Admin,
}

/// Reads a token; why it is none, in words.
pub(super) fn read(credentials: &Credentials, token: &str, now: Timestamp) -> Result<Bearer, &'static str> {
    let claims = signed(credentials, token).ok_or("the token is not signed with the account's token by HS256")?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| "the token needs `sub`, a whole `exp`, and grants for a task router with a role of worker, supervisor or admin")?;
    if claims.sub != credentials.account {
        return Err("the token is for another account");
    }
    let expires = Timestamp::from_millis(claims.exp.saturating_mul(1_000));
    if expires <= now {
        return Err("the token has expired");
    }
    let Grant { workspace_sid, worker_sid, role } = claims.grants.task_router;
    let worker = worker_sid.map(|sid| sid.parse()).transpose().map_err(|_| "the token names no worker")?;
    Ok(Bearer { workspace: workspace_sid, worker, supervises: role != Role::Worker, expires })
}

/// The claims of a token whose signature holds.
fn signed(credentials: &Credentials, token: &str) -> Option<Vec<u8>> {
    let (text, signature) = token.rsplit_once('.')?;
    let (header, claims) = text.split_once('.')?;
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok();
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    if header.alg != "HS256" {
        return None;
    }
    let key = Key::new(HMAC_SHA256, credentials.token.reveal().as_bytes());
    verify(&key, text.as_bytes(), &decode(signature)?).ok()?;
    decode(claims)
}

#[cfg(test)]
mod tests {
    use ring::hmac::sign;
    use serde_json::{Value, json};

    use super::*;
    use crate::http::Secret;

    fn token(header: &Value, claims: &Value, secret: &str) -> String {
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(header), encode(claims));
        let signature = sign(&Key::new(HMAC_SHA256, secret.as_bytes()), text.as_bytes());
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn only_tokens_of_this_account_come_in() {
        let (account, zeros) = (format!("AC{}", "1".repeat(32)), "0".repeat(32));
        let credentials = Credentials { account: account.clone(), token: Secret::new("secret".to_owned()) };
        let claims = |sub: &str, exp: i64| {
            let grant =
                json!({"workspace_sid": format!("WS{zeros}"), "worker_sid": format!("WK{zeros}"), "role": "worker"});
            json!({"sub": sub, "exp": exp, "grants": {"task_router": grant}})
        };
        let now = Timestamp::from_millis(100_000);
        let good = json!({"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"});
        let read = |token: &str| read(&credentials, token, now);
        let bearer = read(&token(&good, &claims(&account, 101), "secret")).unwrap();
        assert_eq!((bearer.worker, bearer.supervises), (Some(WorkerId::new(0)), false));
        let role = |role: Value| {
            let mut claims = claims(&account, 101);
            claims["grants"]["task_router"]["role"] = role;
            read(&token(&good, &claims, "secret")).map(|bearer| bearer.supervises)
        };
        assert_eq!([role(json!("supervisor")), role(json!("admin"))], [Ok(true), Ok(true)]);
        for other in [json!("Worker"), json!("Admin"), json!("root"), json!(""), json!(null), json!(1)] {
            assert!(role(other.clone()).is_err(), "{other}");
        }
        let mut silent = claims(&account, 101);
        silent["grants"]["task_router"].as_object_mut().unwrap().remove("role");
        assert_eq!(read(&token(&good, &silent, "secret")).map(|bearer| bearer.supervises), Ok(false));
        for (bad, why) in [
            (token(&good, &claims(&account, 101), "other"), "another secret"),
            (token(&good, &claims("AC", 101), "secret"), "another account"),
            (token(&good, &claims(&account, 100), "secret"), "expired"),
            (token(&json!({"alg": "none"}), &claims(&account, 101), "secret"), "no algorithm"),
            (token(&json!({"alg": "HS512"}), &claims(&account, 101), "secret"), "another algorithm"),
            ("a.b.c".to_owned(), "nonsense"),
            (String::new(), "nothing"),
        ] {
            assert!(read(&bad).is_err(), "{why}");
        }
    }
}
