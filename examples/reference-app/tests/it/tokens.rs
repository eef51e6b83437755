//! The two tokens of a session, and their requests.

use serde_json::json;

use crate::app::{PASSWORD, login};
use crate::client::{Client, Request, Response, get, post, request};

/// The flags of a server with opaque bearer tokens.
pub(crate) const OPAQUE: &str = "--backend=api=bearer+opaque";

/// The tokens of a login or a refresh.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    /// Logs in as a user with the default password.
    #[track_caller]
    pub(crate) fn log_in(client: Client, email: &str) -> Self {
        Self::of(&client.send(&login(email, PASSWORD)))
    }

    /// Returns the tokens of a reply.
    #[track_caller]
    pub(crate) fn of(reply: &Response) -> Self {
        let body = reply.expect(200);
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }

    /// Refreshes the session and returns the next tokens.
    #[track_caller]
    pub(crate) fn renew(&self, client: Client) -> Self {
        Self::of(&client.send(&self.renewal()))
    }

    /// Returns the request for the next tokens.
    pub(crate) fn renewal(&self) -> Request {
        post("/auth/refresh", json!({ "refresh_token": self.refresh }))
    }

    pub(crate) fn logout(&self) -> Request {
        request("POST", "/auth/logout").bearer(&self.access)
    }

    /// Returns whether the access token is accepted. The refresh token is not used, because that would spend it.
    pub(crate) fn is_accepted(&self, client: Client) -> bool {
        let reply = client.send(&get("/protected").bearer(&self.access));
        assert!(matches!(reply.status, 200 | 401), "{}", reply.head);
        reply.status == 200
    }

    /// Checks that both tokens are rejected.
    #[track_caller]
    pub(crate) fn assert_dead(&self, client: Client) {
        assert!(!self.is_accepted(client), "an access token is accepted");
        assert_refused(&client.send(&self.renewal()));
    }
}

/// Checks the reply to an invalid refresh token.
#[track_caller]
pub(crate) fn assert_refused(reply: &Response) {
    reply.expect(401);
    assert_eq!(reply.code(), "REFRESH_TOKEN_INVALID");
}
