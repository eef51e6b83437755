//! What the table of routes declares is what happens: every reply, and every bound of a body.

use serde_json::{Map, Value, json};

use super::fixture::{Backends, Fixture, Setup};
use super::wire::{WireReply, WireRequest};
use super::{CaseRun, group};
use crate::accounts::Refusal;
use crate::api::{Access, ErrorCode, RouteSetting, RouteSpec};
use crate::auth::Auth;
use crate::http::{FieldKind, FieldSchema};
use crate::user::User;

group!("declared": bounds_are_enforced, access_is_enforced, off_by_default_routes_too);

/// What a reply has that its route does not declare.
pub(super) fn undeclared(
    auth: &Auth<User>,
    request: &WireRequest,
    reply: &WireReply,
) -> Option<String> {
    let spec = spec_of(auth, request)?;
    let status = reply.status;
    if spec.replies().iter().any(|known| known.status == status) {
        return None;
    }
    let code = reply.text("code");
    let mut codes = spec.error_codes().iter();
    let is_known = codes.any(|known| known.status() == status && known.as_str() == code);
    let mut refusals = spec.refusal_codes().iter();
    let is_known =
        is_known || status == Refusal::STATUS && refusals.any(|known| known.as_str() == code);
    (!is_known).then(|| format!("`{}` declares the reply {status} {code}", spec.id()))
}

/// The route of a request.
fn spec_of<'a>(auth: &'a Auth<User>, request: &WireRequest) -> Option<&'a RouteSpec<User>> {
    let path = request.target.split('?').next()?;
    let parent = path.rsplit_once('/').map(|(base, _)| base);
    let exact = auth.routes().find(|route| route.path() == path);
    let route = exact.or_else(|| {
        let mut routes = auth.routes();
        routes.find(|route| route.path().strip_suffix("/{id}") == parent && parent.is_some())
    })?;
    let mut specs = route.specs();
    specs.find(|spec| spec.method().as_str() == request.method)
}

/// Every member of every body is required, bounded and typed as declared, and no other is accepted.
async fn bounds_are_enforced(run: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::JwtSessions,
        routes: vec![("users.me.delete", RouteSetting::on())],
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let admin = case.admin("root@example.com").await;
    let reply = case
        .send(&super::fixture::login(
            "root@example.com",
            crate::testing::PASSWORD,
        ))
        .await;
    let token = reply.text("access_token");
    let auth = case.auth.clone();
    let mut tried = 0;
    for spec in auth.routes().flat_map(crate::api::Route::specs) {
        let Some(body) = spec.body_spec() else {
            continue;
        };
        let target = spec.path().replace("{id}", &admin.id.to_string());
        let ask = Ask {
            case: &case,
            request: WireRequest::new(spec.method().as_str(), &target).bearer(&token),
        };
        for field in &body.fields {
            for (value, code) in invalid_values(field) {
                ask.refuses(field.name(), value, code).await;
                tried += 1;
            }
        }
        ask.refuses("no_such_member", Some(json!(1)), "unknown")
            .await;
    }
    case.check(tried > 40, "many bounds were tried");
}

/// A8.2.1, A14.3.2: each route admits the callers that it declares, and no others. No reply is stored, also
/// of a route that refuses the caller.
async fn access_is_enforced(run: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::JwtSessions,
        routes: vec![("users.me.delete", RouteSetting::on())],
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.user("ada@example.com").await;
    let login = super::fixture::login("ada@example.com", crate::testing::PASSWORD);
    let token = case.send(&login).await.text("access_token");
    let auth = case.auth.clone();
    for spec in auth.routes().flat_map(crate::api::Route::specs) {
        let target = spec.path().replace("{id}", &user.id.to_string());
        let request = WireRequest::new(spec.method().as_str(), &target);
        let reply = case.send(&request).await;
        let is_refused = reply.text("code") == ErrorCode::AuthenticationFailed.as_str();
        let what = format!("`{}` without a credential", spec.id());
        case.same(&what, is_refused, spec.needs() != Access::Public);
        if spec.needs() == Access::Superuser {
            let reply = case.send(&request.bearer(&token)).await;
            let what = format!("`{}` by a user", spec.id());
            let denied = ErrorCode::AuthorizationDenied.as_str();
            case.same(&what, reply.text("code").as_str(), denied);
        }
    }
}

/// A route that is off by default is declared like every other one.
async fn off_by_default_routes_too(run: &CaseRun<'_>) {
    let setup = Setup {
        routes: vec![("users.me.delete", RouteSetting::on())],
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let request = WireRequest::new("DELETE", "/users/me");
    let spec = spec_of(&case.auth, &request);
    case.same(
        "the route",
        spec.map(RouteSpec::id),
        Some("users.me.delete"),
    );
}

struct Ask<'a, 't> {
    case: &'a Fixture<'t>,
    request: WireRequest,
}

impl Ask<'_, '_> {
    /// Sends a body with this member alone, and looks for its error.
    async fn refuses(&self, name: &str, value: Option<Value>, code: &str) {
        let mut body = Map::new();
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
        let request = self.request.clone().json(&Value::Object(body));
        let reply = self.case.send(&request).await;
        let body = reply.json();
        let errors = body.get("errors").and_then(Value::as_array);
        let errors = errors.cloned().unwrap_or_default();
        let is = |error: &Value, member: &str, text: &str| {
            error.get(member).and_then(Value::as_str) == Some(text)
        };
        let is_named = |error: &Value| is(error, "field", name) && is(error, "code", code);
        let holds = reply.status == 422 && errors.iter().any(is_named);
        let target = &self.request.target;
        self.case
            .check(holds, &format!("{target} refuses `{name}` as {code}"));
    }
}

/// Values that a declaration refuses, with the code of each.
fn invalid_values(field: &FieldSchema) -> Vec<(Option<Value>, &'static str)> {
    let mut invalid_values = Vec::new();
    if field.is_required() {
        invalid_values.push((None, "missing"));
    }
    if !field.is_nullable() {
        invalid_values.push((Some(Value::Null), "wrong_type"));
    }
    match field.kind() {
        FieldKind::Text { min, max, .. } => {
            invalid_values.push((Some(json!(1)), "wrong_type"));
            invalid_values.push((Some(json!("x".repeat(max + 1))), "too_long"));
            if *min > 0 {
                invalid_values.push((Some(json!("x".repeat(min - 1))), "too_short"));
            }
        }
        FieldKind::Boolean | FieldKind::Array { .. } | FieldKind::Integer { .. } => {
            invalid_values.push((Some(json!("true")), "wrong_type"));
        }
        _ => {}
    }
    invalid_values
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::{Outbox, accounts_builder, master_secret};
    use crate::{Backend, BearerTransport, JwtStrategy};

    #[test]
    fn undeclared_reply_is_found() {
        let jwt = JwtStrategy::from_master(&master_secret()).dangerous_without_revocation();
        let auth = Auth::builder(accounts_builder(Arc::new(Outbox::new())))
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .build()
            .unwrap();
        let reply = |status, code: &str| WireReply {
            status,
            headers: Vec::new(),
            body: json!({ "code": code }).to_string().into_bytes(),
        };
        let find =
            |target: &str, reply: &WireReply| undeclared(&auth, &WireRequest::get(target), reply);
        assert_eq!(find("/users/me?x=1", &reply(200, "")), None);
        assert_eq!(find("/users/7", &reply(404, "USER_NOT_FOUND")), None);
        assert!(find("/users/me", &reply(201, "")).is_some());
        assert!(find("/users/me", &reply(404, "USER_NOT_FOUND")).is_some());
        assert!(find("/users/7", &reply(409, "USER_NOT_FOUND")).is_some());
    }
}
