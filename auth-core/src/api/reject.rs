//! The one error envelope (RFC 9457).

use serde::Serialize;

use super::ErrorCode;
use crate::accounts::Refusal;
use crate::error::Unavailable;
use crate::http::FieldError;
use crate::http::Reply;

/// A refusal, on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    code: ErrorCode,
    /// What the application says in the place of the code.
    refusal: Option<Refusal>,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
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
        let header = |text: &'static str| ("www-authenticate", text.to_owned());
        let headers = challenges.into_iter().map(header).collect();
        Self {
            headers,
            ..Self::new(code)
        }
    }

    pub(crate) fn with_headers(
        mut self,
        headers: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The same errors under another code.
    pub(crate) fn with_code(self, code: ErrorCode) -> Self {
        Self { code, ..self }
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(ErrorCode::AuthorizationDenied)
    }

    /// 403 with a code and a sentence of the application.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::forbidden()
        }
    }

    pub(crate) fn insufficient_roles() -> Self {
        Self::new(ErrorCode::InsufficientRoles)
    }

    pub(crate) fn fields(code: ErrorCode, errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(code)
        }
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        Self {
            headers: vec![("allow", allow.to_owned())],
            ..Self::new(ErrorCode::MethodNotAllowed)
        }
    }

    /// The code. It is [`ErrorCode::AuthorizationDenied`] where the application
    /// [refuses](Self::refusal) with a code of its own.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Returns the refusal of the application, if a hook refused the request.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// The reply to send.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        let Self {
            code,
            refusal,
            errors,
            headers,
        } = self;
        let (name, detail) = match &refusal {
            Some(refusal) => (refusal.code(), refusal.detail()),
            None => (code.as_str(), code.detail()),
        };
        let errors = errors.iter().map(|error| ProblemField {
            field: error.field(),
            code: error.code().as_str(),
            detail: error.code().detail(),
        });
        let problem = Problem {
            r#type: "about:blank",
            title: code.title(),
            status: code.status(),
            code: name,
            detail,
            errors: errors.collect(),
        };
        let reply = Reply::with_body(code.status(), "application/problem+json", &problem);
        headers
            .into_iter()
            .fold(reply, |reply, (name, value)| reply.header(name, value))
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
        let mut rejection = Self::new(ErrorCode::ServiceUnavailable);
        if let Some(wait) = error.retry_after() {
            let seconds = wait.as_secs().max(1).to_string();
            rejection.headers.push(("retry-after", seconds));
        }
        rejection
    }
}
