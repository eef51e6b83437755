//! The expected reply of a request.

use std::fmt;

use serde_json::{Value, json};

use super::wire::{WireReply, excerpt};
use crate::api::ErrorCode;
use crate::http::FieldErrorCode;
use crate::user::Role;
use crate::user::User;

/// An expected reply: status, every header, and the body to the byte if it is known.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Exactly(Vec<u8>),
    /// The members with these names and no other, whatever their values.
    Members(Vec<&'static str>),
}

impl Expected {
    /// A reply without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: vec![("cache-control".to_owned(), "no-store".to_owned())],
            body: Body::Exactly(Vec::new()),
        }
    }

    fn json(status: u16, content_type: &str, body: Body) -> Self {
        Self {
            body,
            ..Self::empty(status).header("content-type", content_type)
        }
    }

    /// The error envelope, to the byte.
    pub(super) fn problem(status: u16, code: &str) -> Self {
        Self::problem_with(status, code, &[])
    }

    /// The error envelope of a refusal by the application, to the byte.
    pub(super) fn refusal(code: &str, detail: &str) -> Self {
        let detail = Value::from(detail);
        let body = format!(
            r#"{{"type":"about:blank","title":"Forbidden","status":403,"code":"{code}","detail":{detail}}}"#
        );
        let body = Body::Exactly(body.into_bytes());
        Self::json(403, "application/problem+json", body)
    }

    /// The error envelope with a list of faults.
    pub(super) fn problem_with(status: u16, code: &str, faults: &[(&str, &str)]) -> Self {
        let known = ErrorCode::ALL.iter();
        let known = known
            .copied()
            .find(|c| c.as_str() == code && c.status() == status);
        let (title, detail) = known.map_or(("?", "?"), |c| (c.title(), c.detail()));
        let mut body = format!(
            r#"{{"type":"about:blank","title":"{title}","status":{status},"code":"{code}","detail":"{detail}""#
        );
        if !faults.is_empty() {
            let faults = faults.iter().map(|(field, code)| {
                let (field, detail) = (Value::from(*field), fault_detail(code));
                format!(r#"{{"field":{field},"code":"{code}","detail":"{detail}"}}"#)
            });
            let list = faults.collect::<Vec<_>>().join(",");
            body = format!(r#"{body},"errors":[{list}]"#);
        }
        body.push('}');
        let reply = Self::json(
            status,
            "application/problem+json",
            Body::Exactly(body.into_bytes()),
        );
        if status == 503 {
            reply.header("retry-after", "5")
        } else {
            reply
        }
    }

    /// 422 with a list of faults, of every route but login.
    pub(super) fn invalid(faults: &[(&str, &str)]) -> Self {
        Self::problem_with(422, "REQUEST_BODY_INVALID", faults)
    }

    /// 401: without a credential, or with one that is refused.
    pub(super) fn unauthenticated(presented: bool) -> Self {
        let challenge = if presented {
            "Bearer error=\"invalid_token\""
        } else {
            "Bearer"
        };
        Self::problem(401, "AUTHENTICATION_FAILED").header("www-authenticate", challenge)
    }

    /// The public form of a user, to the byte.
    pub(super) fn user(status: u16, user: &User) -> Self {
        let body = Body::Exactly(user_read(user).into_bytes());
        Self::json(status, "application/json", body)
    }

    /// JSON that is known to the byte.
    pub(super) fn text(status: u16, body: &str) -> Self {
        let body = Body::Exactly(body.as_bytes().to_vec());
        Self::json(status, "application/json", body)
    }

    /// JSON with these members.
    pub(super) fn members(status: u16, names: &[&'static str]) -> Self {
        Self::json(status, "application/json", Body::Members(names.to_vec()))
    }

    /// The reply to a login.
    pub(super) fn logged_in() -> Self {
        Self::members(200, &["access_token", "token_type", "expires_in"])
    }

    /// The reply to a login or a refresh where there are sessions.
    pub(super) fn in_session() -> Self {
        let members = ["access_token", "token_type", "expires_in", "refresh_token"];
        Self::members(200, &members)
    }

    /// 401 of a bearer backend for an invalid refresh token.
    pub(super) fn refresh_refused() -> Self {
        let challenge = "Bearer error=\"invalid_token\"";
        Self::problem(401, "REFRESH_TOKEN_INVALID").header("www-authenticate", challenge)
    }

    /// The same reply to `HEAD`, without the body.
    pub(super) fn without_body(self) -> Self {
        Self {
            body: Body::Exactly(Vec::new()),
            ..self
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn matches(&self, reply: &WireReply) -> bool {
        let mut headers = self.headers.clone();
        headers.sort();
        let escaped = |(name, value): (String, String)| (name, value.escape_default().to_string());
        let headers: Vec<_> = headers.into_iter().map(escaped).collect();
        let body_fits = match &self.body {
            Body::Exactly(bytes) => *bytes == reply.body,
            Body::Members(names) => has_members(&reply.body, names),
        };
        self.status == reply.status && headers == reply.sorted_headers() && body_fits
    }
}

/// The public form of a user: these members and no other, in this order.
pub(super) fn user_read(user: &User) -> String {
    let roles: Vec<_> = user.account.roles.iter().map(Role::as_str).collect();
    let username = user.account.username.as_ref().map(|name| {
        let name = Value::from(name.as_str());
        format!(r#""username":{name},"#)
    });
    format!(
        r#"{{"id":"{}","email":{},{}"is_active":{},"is_verified":{},"is_superuser":{},"roles":{}}}"#,
        user.id,
        Value::from(user.account.email.as_str()),
        username.unwrap_or_default(),
        user.account.is_active,
        user.account.is_verified,
        user.account.is_superuser,
        json!(roles),
    )
}

fn fault_detail(code: &str) -> &'static str {
    let mut all = FieldErrorCode::ALL.iter().copied();
    let known = all.find(|known| known.as_str() == code);
    known.map_or("?", FieldErrorCode::detail)
}

fn has_members(body: &[u8], names: &[&str]) -> bool {
    let Ok(object) = crate::http::json::parse_object(body) else {
        return false;
    };
    object.len() == names.len() && names.iter().all(|name| object.contains_key(*name))
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            write!(f, " | {name}: {value}")?;
        }
        match &self.body {
            Body::Exactly(bytes) => write!(f, " | {}", excerpt(bytes)),
            Body::Members(names) => write!(f, " | an object with {names:?}"),
        }
    }
}
