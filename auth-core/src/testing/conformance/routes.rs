//! The routes as rows, for rules that hold on every one of them.

use serde_json::{Value, json};

use super::fixture::{Fixture, NEW_PASSWORD};
use super::wire::WireRequest;
use crate::testing::PASSWORD;
use crate::user::User;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    User,
    Superuser,
}

/// One method of one path, with a body that it accepts.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) needs: Needs,
    pub(super) body: Option<Value>,
}

impl Row {
    fn new(method: &'static str, target: impl Into<String>, needs: Needs) -> Self {
        Self {
            method,
            target: target.into(),
            needs,
            body: None,
        }
    }

    fn takes(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// A request to it, with a token where one is needed, and without a body.
    pub(super) fn bare(&self, token: &str) -> WireRequest {
        let request = WireRequest::new(self.method, &self.target);
        match self.needs {
            Needs::Nothing => request,
            Needs::User | Needs::Superuser => request.bearer(token),
        }
    }

    /// A request that it accepts.
    pub(super) fn request(&self, token: &str) -> WireRequest {
        match &self.body {
            Some(body) => self.bare(token).json(body),
            None => self.bare(token),
        }
    }

    /// The code of a body that it does not accept.
    pub(super) fn invalid_code(&self) -> &'static str {
        if self.target.ends_with("/login") {
            "LOGIN_PAYLOAD_INVALID"
        } else {
            "REQUEST_BODY_INVALID"
        }
    }
}

/// The actors of a sweep: an ordinary user, a superuser, a superuser's token, and mailed tokens.
pub(super) struct Actors {
    pub(super) user: User,
    pub(super) admin: User,
    pub(super) admin_token: String,
    verify: String,
    reset: String,
}

impl Actors {
    pub(super) async fn on(case: &Fixture<'_>) -> Self {
        let user = case.user("ada@example.com").await;
        let admin = case.admin("root@example.com").await;
        Self {
            admin_token: case.token("root@example.com").await,
            verify: case.verify_token("ada@example.com").await,
            reset: case.reset_token("ada@example.com").await,
            user,
            admin,
        }
    }

    /// Every row of the contract, each with a body that succeeds on its own. Logout comes last.
    pub(super) fn rows(&self) -> Vec<Row> {
        use Needs::{Nothing, Superuser, User};
        let by_id = format!("/users/{}", self.user.id);
        vec![
            Row::new("POST", "/auth/login", Nothing)
                .takes(json!({"identifier": "ada@example.com", "password": PASSWORD})),
            Row::new("POST", "/auth/register", Nothing)
                .takes(json!({"email": "new@example.com", "password": PASSWORD})),
            Row::new("POST", "/auth/verify", Nothing).takes(json!({"token": self.verify})),
            Row::new("POST", "/auth/request-verify-token", Nothing)
                .takes(json!({"email": "ada@example.com"})),
            Row::new("POST", "/auth/reset-password", Nothing)
                .takes(json!({"token": self.reset, "password": NEW_PASSWORD})),
            Row::new("POST", "/auth/forgot-password", Nothing)
                .takes(json!({"email": "ada@example.com"})),
            Row::new("GET", "/users/me", User),
            Row::new("PATCH", "/users/me", User).takes(json!({
                "email": "root2@example.com", "current_password": PASSWORD})),
            Row::new("POST", "/users/me/change-password", User).takes(json!({
                "current_password": PASSWORD, "new_password": NEW_PASSWORD})),
            Row::new("GET", "/users", Superuser),
            Row::new("GET", by_id.clone(), Superuser),
            Row::new("PATCH", by_id.clone(), Superuser).takes(json!({
                "email": "ada2@example.com", "password": NEW_PASSWORD, "is_active": true,
                "is_verified": true, "is_superuser": false, "roles": ["editor"]})),
            Row::new("DELETE", by_id, Superuser),
            Row::new("POST", "/auth/logout", User),
        ]
    }

    /// The rows that take a body.
    pub(super) fn rows_with_body(&self) -> Vec<Row> {
        let mut rows = self.rows();
        rows.retain(|row| row.body.is_some());
        rows
    }
}
