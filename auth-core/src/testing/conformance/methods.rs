//! The methods of a path: those that it answers, `HEAD` beside `GET`, and all others.

use super::expected::Expected;
use super::fixture::{Backends, Setup};
use super::wire::WireRequest;
use super::{CaseRun, group};

group!("methods": other_methods_are_405, options_lists_methods, head_answers_like_get,
    other_spellings_of_a_path_open_nothing);

const PATHS: &[(&str, &str)] = &[
    ("/auth/login", "OPTIONS, POST"),
    ("/auth/logout", "OPTIONS, POST"),
    ("/auth/register", "OPTIONS, POST"),
    ("/auth/verify", "OPTIONS, POST"),
    ("/auth/request-verify-token", "OPTIONS, POST"),
    ("/auth/forgot-password", "OPTIONS, POST"),
    ("/auth/reset-password", "OPTIONS, POST"),
    ("/users/me", "GET, HEAD, OPTIONS, PATCH"),
    ("/users/me/change-password", "OPTIONS, POST"),
    ("/users", "GET, HEAD, OPTIONS"),
    (
        "/users/0197a2b0-0000-7000-8000-000000000000",
        "DELETE, GET, HEAD, OPTIONS, PATCH",
    ),
];

/// 405 with `Allow`, for every caller and every body.
async fn other_methods_are_405(run: &CaseRun<'_>) {
    let case = run.case().await;
    for (path, allow) in PATHS {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PURGE"] {
            if allow.split(", ").any(|known| known == method) {
                continue;
            }
            let expected = Expected::problem(405, "METHOD_NOT_ALLOWED").header("allow", allow);
            let request = WireRequest::new(method, path);
            let (request, expected) = match method {
                "HEAD" => (request, expected.without_body()),
                _ => (request.text("text/plain", "{"), expected),
            };
            case.expect(request, expected).await;
        }
    }
}

/// `OPTIONS` names the methods and grants nothing across origins.
async fn options_lists_methods(run: &CaseRun<'_>) {
    let case = run.case().await;
    for (path, allow) in PATHS {
        let request = WireRequest::new("OPTIONS", path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST");
        case.expect(request, Expected::empty(204).header("allow", allow))
            .await;
    }
}

/// B-51: other spellings of a path reach no route without the credential that its own spelling needs.
async fn other_spellings_of_a_path_open_nothing(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    for (path, admits_users) in [("/users/me", true), ("/users", false)] {
        let tail = path.trim_start_matches('/');
        for other in [
            format!("/{path}"),
            format!("{path}/"),
            format!("{path}//"),
            format!("{path}/."),
            format!("/.{path}"),
            format!("/x/..{path}"),
            format!("/%2e%2e{path}"),
            format!("{path}%2f"),
            format!("{path};x=1"),
            format!("{path}%00"),
            format!("{path}.json"),
            path.to_uppercase(),
            path.replace("users", "%75sers"),
            format!("/%2f{tail}"),
            format!("/auth/..{path}"),
        ] {
            let request = WireRequest::get(&other);
            let reply = case.send_unchecked(&request).await;
            case.check(
                (400..500).contains(&reply.status),
                &format!("{other} got {reply}"),
            );
            let reply = case.send_unchecked(&request.bearer(&token)).await;
            let may_pass = admits_users && reply.status == 200;
            let is_refused = (400..500).contains(&reply.status);
            case.check(
                may_pass || is_refused,
                &format!("{other} by a user got {reply}"),
            );
        }
    }
}

/// RFC 9110 §9.3.2: the status and the headers of `GET`, and no body; on every route with `GET`, the
/// document of public keys too, for every caller.
async fn head_answers_like_get(run: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::Signed,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let admin = case.admin("root@example.com").await;
    case.user("ada@example.com").await;
    let callers = [
        Some(case.token("root@example.com").await),
        Some(case.token("ada@example.com").await),
        Some("no.such.token".to_owned()),
        None,
    ];
    let auth = case.auth.clone();
    let routes = auth.routes().flat_map(crate::api::Route::specs);
    let paths = routes
        .filter(|spec| spec.method() == crate::api::Method::Get)
        .map(|spec| spec.path().replace("{id}", &admin.id.to_string()));
    let paths: Vec<_> = paths.collect();
    for known in ["/users/me", "/users", "/auth/.well-known/jwks.json"] {
        case.check(paths.iter().any(|path| path == known), known);
    }
    for path in paths {
        for caller in &callers {
            let request = |method| {
                let request = WireRequest::new(method, &path);
                match caller {
                    Some(token) => request.bearer(token),
                    None => request,
                }
            };
            let get = case.send(&request("GET")).await;
            let head = case.send(&request("HEAD")).await;
            let what = format!("HEAD {path}");
            case.same(&what, head.status, get.status);
            case.same(&what, head.sorted_headers(), get.sorted_headers());
            case.check(head.body.is_empty(), &format!("{what} has no body"));
        }
    }
}
