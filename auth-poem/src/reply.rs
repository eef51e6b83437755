//! From a reply of the core to a response of Poem, byte for byte.

use auth_core::api::{ErrorCode, Rejection};
use auth_core::http::Reply;
use poem::Response;
use poem::http::{HeaderName, HeaderValue, StatusCode};

/// A transport of the application's own may have written what is no header: that is a fault of the
/// server, and a reply without its header (a cookie, a challenge) would hide it.
pub(crate) fn into_response(reply: Reply) -> Response {
    translate(reply)
        .or_else(|| translate(Rejection::new(ErrorCode::InternalError).into_reply()))
        .unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into())
}

// Poem's own builder drops a header that is none without a word, so each is made here.
fn translate(reply: Reply) -> Option<Response> {
    let mut response = Response::from(StatusCode::from_u16(reply.status()).ok()?);
    for (name, value) in reply.headers() {
        let name = HeaderName::try_from(name).ok()?;
        let value = HeaderValue::try_from(value).ok()?;
        response.headers_mut().append(name, value);
    }
    response.set_body(reply.into_body());
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_headers_and_body_arrive_as_they_are() {
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

    /// A value with a line end would be a second header.
    #[test]
    fn a_header_that_is_none_is_a_fault_of_the_server() {
        let split = into_response(Reply::empty(204).header("set-cookie", "a=1\r\nx: y"));
        assert_eq!(split.status(), 500);
        assert!(split.headers().get("set-cookie").is_none());
        assert_eq!(
            into_response(Reply::empty(204).header("a b", "c")).status(),
            500
        );
    }
}
