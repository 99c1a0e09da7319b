//! The service's errors: a status, a code, a message (surface section 2.3).

use pointsman::Rejection;
use pointsman::statistics::StatisticsError;
use serde_json::{Value, json};

use super::call::Call;
use super::times::iso;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The service's code.
    pub code: u32,
    /// What is wrong, for people.
    pub message: String,
}

impl Refusal {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// A parameter is missing or wrong, or the state does not allow it.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, 20001, message)
    }

    /// Nothing is at this path.
    pub(crate) fn not_found(call: &Call) -> Self {
        Self::new(404, 20404, format!("The requested resource {} was not found", call.path))
    }

    /// No or wrong credentials.
    pub fn unauthorized() -> Self {
        Self::new(401, 20003, "Authenticate")
    }

    /// A token is none, or no longer.
    pub(crate) fn no_token(why: &str) -> Self {
        Self::new(401, 20101, format!("Invalid access token: {why}"))
    }

    /// The credentials are good, but not for this.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, 20403, message)
    }

    /// It is not of the version that is meant.
    pub(crate) fn version(found: u64) -> Self {
        Self::new(412, 20412, format!("It has version {found}, the call is meant for another: look at it again"))
    }

    /// Something is there, but not for this method.
    pub(crate) fn method_not_allowed(call: &Call) -> Self {
        Self::new(405, 20004, format!("Method not allowed on {}", call.path))
    }

    /// Nobody does this to anything.
    pub(crate) fn no_such_method(path: &str) -> Self {
        Self::new(405, 20004, format!("Method not allowed on {path}"))
    }

    /// The client asks for too much at once.
    pub fn too_many() -> Self {
        Self::new(429, 20429, "Too many requests: try again after the time in Retry-After")
    }

    /// The call itself is too large.
    pub fn too_large(limit: usize) -> Self {
        Self::new(413, 20413, format!("The body is larger than {limit} bytes"))
    }

    /// The server is at fault, or going down.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, 20500, message)
    }

    /// The server is going down.
    pub fn unavailable() -> Self {
        Self::new(503, 20503, "The server is stopping")
    }

    /// What the engine refuses.
    #[allow(clippy::wildcard_enum_match_arm, reason = "everything else is an invalid request")]
    pub(crate) fn of(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::InUse { .. } | Rejection::WorkerHasReservations { .. } | Rejection::DefaultTaskChannel => {
                Self::new(409, 20409, rejection.to_string())
            }
            Rejection::VirtualStartTimeOutOfRange { given } => Self::invalid(format!(
                "Parameter VirtualStartTime is {}, expected a time since 1900 and not in the future",
                iso(*given)
            )),
            _ => Self::invalid(rejection.to_string()),
        }
    }

    /// The body.
    pub fn body(&self) -> Value {
        json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        })
    }
}

/// Why there are no such statistics.
impl From<StatisticsError> for Refusal {
    fn from(error: StatisticsError) -> Self {
        let StatisticsError::BeforeRetention { start, kept_from } = error else {
            return Self::invalid(error.to_string());
        };
        let (start, kept_from) = (iso(start), iso(kept_from));
        Self::invalid(format!("The window starts at {start}, statistics are kept from {kept_from} on"))
    }
}
