//! The two tokens of a session, and what is done with them.

use serde_json::json;

use crate::app::{PASSWORD, login};
use crate::client::{Client, Request, Response, get, post, request};

/// The flags of a server whose clients hold opaque tokens in their own memory.
pub(crate) const OPAQUE: &str = "--backend=api=bearer+opaque";

/// What a login or a refresh hands out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    /// Logs in as a user who was registered with the usual password.
    #[track_caller]
    pub(crate) fn log_in(client: Client, email: &str) -> Self {
        Self::of(&client.send(&login(email, PASSWORD)))
    }

    /// The tokens of a reply that hands them out.
    #[track_caller]
    pub(crate) fn of(reply: &Response) -> Self {
        let body = reply.expect(200);
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }

    /// The next tokens.
    #[track_caller]
    pub(crate) fn renew(&self, client: Client) -> Self {
        Self::of(&client.send(&self.renewal()))
    }

    /// The request for the next tokens.
    pub(crate) fn renewal(&self) -> Request {
        post("/auth/refresh", json!({ "refresh_token": self.refresh }))
    }

    pub(crate) fn logout(&self) -> Request {
        request("POST", "/auth/logout").bearer(&self.access)
    }

    /// Whether the access token is good. The refresh token is not looked at: that would spend it.
    pub(crate) fn is_let_in(&self, client: Client) -> bool {
        let reply = client.send(&get("/protected").bearer(&self.access));
        assert!(matches!(reply.status, 200 | 401), "{}", reply.head);
        reply.status == 200
    }

    /// Neither of the two is good for anything.
    #[track_caller]
    pub(crate) fn assert_dead(&self, client: Client) {
        assert!(!self.is_let_in(client), "an access token is alive");
        assert_refused(&client.send(&self.renewal()));
    }
}

/// The reply to a refresh token that is not good.
#[track_caller]
pub(crate) fn assert_refused(reply: &Response) {
    reply.expect(401);
    assert_eq!(reply.code(), "REFRESH_TOKEN_INVALID");
}
