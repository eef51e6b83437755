//! Methods that a path does not answer.

use super::expected::Expected;
use super::wire::WireRequest;
use super::{CaseRun, group};

group!("methods": others_are_405, options_tell);

const PATHS: &[(&str, &str)] = &[
    ("/auth/login", "OPTIONS, POST"),
    ("/auth/logout", "OPTIONS, POST"),
    ("/auth/register", "OPTIONS, POST"),
    ("/auth/verify", "OPTIONS, POST"),
    ("/auth/request-verify-token", "OPTIONS, POST"),
    ("/auth/forgot-password", "OPTIONS, POST"),
    ("/auth/reset-password", "OPTIONS, POST"),
    ("/users/me", "GET, OPTIONS, PATCH"),
    ("/users/me/change-password", "OPTIONS, POST"),
    ("/users", "GET, OPTIONS"),
    (
        "/users/0197a2b0-0000-7000-8000-000000000000",
        "DELETE, GET, OPTIONS, PATCH",
    ),
];

/// 405 with `Allow`, for every caller and every body.
async fn others_are_405(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    for (path, allow) in PATHS {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "PURGE"] {
            if allow.split(", ").any(|known| known == method) {
                continue;
            }
            let expected = Expected::problem(405, "METHOD_NOT_ALLOWED").header("allow", allow);
            let request = WireRequest::new(method, path).text("text/plain", "{");
            stage.expect(request, expected).await;
        }
        let expected = Expected::problem(405, "METHOD_NOT_ALLOWED").header("allow", allow);
        let head = WireRequest::new("HEAD", path);
        stage.expect(head, expected.without_body()).await;
    }
}

/// `OPTIONS` names the methods and grants nothing across origins.
async fn options_tell(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    for (path, allow) in PATHS {
        let request = WireRequest::new("OPTIONS", path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST");
        stage
            .expect(request, Expected::empty(204).header("allow", allow))
            .await;
    }
}
