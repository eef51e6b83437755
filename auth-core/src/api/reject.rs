//! The one error envelope (RFC 9457).

use std::time::Duration;

use serde::Serialize;

use super::ErrorCode;
use crate::accounts::{Refusal, UnsupportedField};
use crate::error::Unavailable;
use crate::http::{FieldError, FieldErrorCode, Header, Reply};
use crate::password::PasswordRejection;

/// After how many seconds a client may retry a 503 whose cause names no time.
const RETRY_AFTER: &str = "5";

/// A refusal, on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    code: ErrorCode,
    /// What the application says in the place of the code.
    refusal: Option<Refusal>,
    errors: Vec<FieldError>,
    headers: Vec<Header>,
}

#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField<'a>>,
}

#[derive(Serialize)]
struct ProblemField<'a> {
    field: &'a str,
    code: &'static str,
    detail: &'static str,
}

impl Rejection {
    /// A refusal with this code.
    ///
    /// ```
    /// use auth_core::api::{ErrorCode, Rejection};
    ///
    /// let reply = Rejection::new(ErrorCode::UserNotFound).into_reply();
    /// assert_eq!(reply.status(), 404);
    /// ```
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            refusal: None,
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn unauthenticated(challenges: Vec<&'static str>) -> Self {
        Self::challenging(ErrorCode::AuthenticationFailed, challenges)
    }

    /// A refusal with 401, which says what would be accepted (RFC 9110 §15.5.2).
    pub(crate) fn challenging(code: ErrorCode, challenges: Vec<&'static str>) -> Self {
        let rejection = Self::new(code);
        challenges.into_iter().fold(rejection, |rejection, text| {
            rejection.header("www-authenticate", text)
        })
    }

    /// 403: the login is older than `max_age`, as RFC 9470 §3 says it. The scheme is always `Bearer`, the
    /// one for which the RFC defines the error.
    pub(crate) fn step_up_required(max_age: Duration) -> Self {
        let seconds = max_age.as_secs();
        Self::new(ErrorCode::StepUpRequired).header(
            "www-authenticate",
            format!(r#"Bearer error="insufficient_user_authentication", max_age="{seconds}""#),
        )
    }

    /// Adds headers to the reply.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = Header>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The same errors under another code.
    pub(crate) fn with_code(self, code: ErrorCode) -> Self {
        Self { code, ..self }
    }

    /// 403 with a code and a sentence of the application.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::new(ErrorCode::AuthorizationDenied)
        }
    }

    /// Adds a header. One that cannot be sent makes it a 500: without it (a challenge) the refusal
    /// would say something else.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        match Header::new(name, value) {
            Ok(header) => {
                self.headers.push(header);
                self
            }
            Err(error) => {
                tracing::error!(target: "auth", name, "invalid header: {error}");
                Self::new(ErrorCode::InternalError)
            }
        }
    }

    pub(crate) fn fields(code: ErrorCode, errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(code)
        }
    }

    /// 400: the member `field` has a password that the policy rejects. The reply names the rule.
    pub(crate) fn password(code: ErrorCode, field: &str, rejection: PasswordRejection) -> Self {
        Self::fields(code, vec![FieldError::new(field, rejection.field_error())])
    }

    /// 422: the request has a field that users of this type do not have.
    pub(crate) fn unsupported(error: UnsupportedField) -> Self {
        let error = FieldError::new(error.field(), FieldErrorCode::Unknown);
        Self::fields(ErrorCode::RequestBodyInvalid, vec![error])
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        Self::new(ErrorCode::MethodNotAllowed).header("allow", allow)
    }

    /// The code. It is [`ErrorCode::AuthorizationDenied`] where the application
    /// [refuses](Self::refusal) with a code of its own.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Returns the refusal of the application, if a hook or a guard refused the request.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// Returns the code that the client sees: that of the application's refusal, or ours.
    #[must_use]
    pub fn wire_code(&self) -> &str {
        let refusal = self.refusal.as_ref();
        refusal.map_or(self.code.as_str(), Refusal::code)
    }

    /// Returns the sentence for users: that of the application's refusal, or ours.
    #[must_use]
    pub fn detail(&self) -> &str {
        let refusal = self.refusal.as_ref();
        refusal.map_or(self.code.detail(), Refusal::detail)
    }

    /// Returns the errors of members.
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Returns the headers of the reply that belong to this refusal.
    pub fn headers(&self) -> impl Iterator<Item = &Header> {
        self.headers.iter()
    }

    /// Returns the headers that set or delete cookies, for another reply in the place of this one.
    pub(crate) fn cookies(&self) -> impl Iterator<Item = Header> {
        let cookies = self
            .headers()
            .filter(|header| header.name() == "set-cookie");
        cookies.cloned()
    }

    /// The reply to send.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        let code = self.code;
        let errors = self.errors.iter().map(|error| ProblemField {
            field: error.field(),
            code: error.code().as_str(),
            detail: error.code().detail(),
        });
        let problem = Problem {
            r#type: "about:blank",
            title: code.title(),
            status: code.status(),
            code: self.wire_code(),
            detail: self.detail(),
            errors: errors.collect(),
        };
        let mut reply = Reply::with_body(code.status(), "application/problem+json", &problem);
        let says_when = self
            .headers
            .iter()
            .any(|header| header.name() == "retry-after");
        if code == ErrorCode::ServiceUnavailable && !says_when {
            reply = reply.header("retry-after", RETRY_AFTER);
        }
        reply.with_headers(self.headers)
    }
}

impl From<ErrorCode> for Rejection {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// 503; the source goes to the log and nothing of it to the client.
impl From<Unavailable> for Rejection {
    fn from(error: Unavailable) -> Self {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(target: "auth", source, "accounts cannot answer");
        let rejection = Self::new(ErrorCode::ServiceUnavailable);
        match error.retry_after() {
            Some(wait) => rejection.header("retry-after", wait.as_secs().max(1).to_string()),
            None => rejection,
        }
    }
}
