//! Converts a reply of the core to a response of Poem, byte for byte.

use auth_core::http::{Header, Reply};
use poem::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use poem::{IntoResponse, Response};

/// A reply of the core as a response of Poem: for handlers of the application that answer with one, such as
/// [`Auth::flash_redirect`](auth_core::Auth::flash_redirect) and
/// [`Auth::token_reply`](auth_core::Auth::token_reply).
///
/// # Examples
///
/// ```
/// use auth_core::{Auth, FlashMessage, User};
/// use auth_poem::{AuthRejection, AuthReply, PageUser};
/// use poem::handler;
/// use poem::web::Data;
///
/// #[handler]
/// async fn log_out_everywhere(
///     Data(auth): Data<&Auth<User>>,
///     user: PageUser<User>,
/// ) -> Result<AuthReply, AuthRejection> {
///     let accounts = auth.accounts();
///     accounts.end_all_sessions(&user.id, &user.context()).await?;
///     Ok(auth.flash_redirect("/login", FlashMessage::success("everywhere"))?.into())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct AuthReply(Reply);

impl From<Reply> for AuthReply {
    fn from(reply: Reply) -> Self {
        Self(reply)
    }
}

impl IntoResponse for AuthReply {
    fn into_response(self) -> Response {
        into_response(self.0)
    }
}

/// The core has checked the status and the headers.
pub(crate) fn into_response(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status());
    let mut response = Response::from(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    append(response.headers_mut(), reply.headers());
    response.set_body(reply.into_body());
    response
}

pub(crate) fn append<'h>(headers: &mut HeaderMap, more: impl IntoIterator<Item = &'h Header>) {
    for header in more {
        let name = HeaderName::try_from(header.name());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(header.value())) {
            headers.append(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_has_status_headers_and_body_of_the_reply() {
        let reply = Reply::json(418, "short and stout")
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2");
        let response = into_response(reply);
        assert_eq!(response.status(), 418);
        let headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        let expected = [
            "cache-control: no-store",
            "content-type: application/json",
            "set-cookie: a=1",
            "set-cookie: b=2",
        ];
        assert_eq!(headers, expected);
    }
}
