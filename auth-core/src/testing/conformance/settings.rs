//! Paths and groups of routes as an application sets them.

use serde_json::json;

use super::expected::Expected;
use super::fixture::Setup;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::api::RouteSetting;
use crate::testing::PASSWORD;

group!("settings": other_paths, fewer_groups);

/// All routes are at the configured paths.
async fn other_paths(run: &CaseRun<'_>) {
    let setup = Setup {
        paths: Some(("/api/v1/auth", "/api/v1/people")),
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.admin("root@example.com").await;
    let body = json!({"identifier": "root@example.com", "password": PASSWORD});
    let login = WireRequest::post("/api/v1/auth/login", &body);
    let reply = case.expect(login, Expected::logged_in()).await;
    let token = reply.text("access_token");
    for target in [
        "/api/v1/people/me".to_owned(),
        format!("/api/v1/people/{}", user.id),
    ] {
        let request = WireRequest::get(&target).bearer(&token);
        case.expect(request, Expected::user(200, &user)).await;
    }
    let forgot = WireRequest::post("/api/v1/auth/forgot-password", &json!({"email": "x@y.zz"}));
    case.expect(forgot, Expected::empty(202)).await;
    let logout = WireRequest::new("POST", "/api/v1/auth/logout").bearer(&token);
    case.expect(logout, Expected::empty(204)).await;
}

/// A group that is off has no routes, and the others are unchanged.
async fn fewer_groups(run: &CaseRun<'_>) {
    let off = ["sessions", "register", "verify", "password", "users"];
    let setup = Setup {
        routes: Vec::from(off.map(|group| (group, RouteSetting::off()))),
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let paths: Vec<_> = case
        .auth
        .routes()
        .map(|route| route.path().to_owned())
        .collect();
    let only = ["/auth/login", "/auth/logout"].map(str::to_owned);
    case.same("the routes", paths, Vec::from(only));
    case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let logout = WireRequest::new("POST", "/auth/logout").bearer(&token);
    case.expect(logout, Expected::empty(204)).await;
}
