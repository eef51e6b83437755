//! One route as an operation.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{example, insert, schema};
use crate::accounts::Refusal;
use crate::api::{Access, ReplySpec, RouteSpec, objects};
use crate::auth::Auth;
use crate::backend::Backend;
use crate::http::{FieldKind, FieldSchema};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// The group of a route: the begin of its name.
pub(in crate::api) fn group<U: AuthUser>(spec: &RouteSpec<U>) -> String {
    let id = spec.id();
    let end = id.find(['.', '@']).unwrap_or(id.len());
    id.get(..end).unwrap_or(id).to_owned()
}

pub(super) fn operation<U: AuthUser>(auth: &Auth<U>, spec: &RouteSpec<U>) -> Value {
    let user = objects::user_read::<U>().fields;
    let mut operation = json!({
        "operationId": spec.id(),
        "tags": [group(spec)],
        "summary": spec.summary_text(),
        "security": security(auth, spec),
        "responses": responses(auth, spec, &user),
    });
    let parameters = parameters(auth, spec);
    if !parameters.is_empty() {
        insert(&mut operation, "parameters", json!(parameters));
    }
    if let Some(body) = spec.body_spec() {
        let media = json!({
            "schema": schema::body(&body.fields),
            "example": example::object(&body.fields, &user),
        });
        let request = json!({
            "required": !body.is_optional,
            "content": { "application/json": media },
        });
        let request = if spec.takes_forms() {
            with_form(request, &schema::body(&body.fields))
        } else {
            request
        };
        insert(&mut operation, "requestBody", request);
    }
    operation
}

/// Adds the media type of HTML forms, with the fields that only forms have.
fn with_form(mut request: Value, body: &Value) -> Value {
    let mut form = body.clone();
    for (name, description) in [
        ("next", "The page after a success, if it is allowed."),
        (
            "csrf_token",
            "The CSRF token, from a browser that sends neither `Sec-Fetch-Site` nor `Origin`.",
        ),
    ] {
        if let Some(properties) = form.get_mut("properties").and_then(Value::as_object_mut) {
            let field = json!({ "type": "string", "description": description });
            properties.insert(name.to_owned(), field);
        }
    }
    if let Some(content) = request.get_mut("content").and_then(Value::as_object_mut) {
        let media = json!({ "schema": form });
        content.insert("application/x-www-form-urlencoded".to_owned(), media);
    }
    request
}

/// The backends whose credential the route takes.
fn backends<'a, U: AuthUser>(
    auth: &'a Auth<U>,
    spec: &'a RouteSpec<U>,
) -> impl Iterator<Item = &'a Backend<U>> {
    let only = spec.backend().map(Backend::name);
    let all = auth.backends().iter();
    all.filter(move |backend| only.is_none_or(|name| name == backend.name()))
}

/// Whether a cookie can be the credential.
fn takes_cookies<U: AuthUser>(auth: &Auth<U>, spec: &RouteSpec<U>) -> bool {
    let is_cookie = |backend: &Backend<U>| backend.transport().source() == CredentialSource::Cookie;
    let is_asked = spec.needs() != Access::Public || spec.backend().is_some();
    is_asked && backends(auth, spec).any(is_cookie)
}

/// One alternative for each backend, and the empty one where the credential is optional.
fn security<U: AuthUser>(auth: &Auth<U>, spec: &RouteSpec<U>) -> Vec<Value> {
    let is_public = spec.needs() == Access::Public;
    if is_public && !spec.reads_credential {
        return Vec::new();
    }
    let none = is_public.then(|| json!({}));
    let each = backends(auth, spec).map(|backend| json!({ backend.name(): [] }));
    none.into_iter().chain(each).collect()
}

fn parameters<U: AuthUser>(auth: &Auth<U>, spec: &RouteSpec<U>) -> Vec<Value> {
    let mut parameters = Vec::new();
    if spec.path().contains("{id}") {
        let kind = if spec.id().starts_with("users") {
            objects::id_kind::<U>()
        } else {
            FieldKind::text(1..=64)
        };
        let id = FieldSchema::new("id", kind);
        parameters.push(json!({
            "name": "id",
            "in": "path",
            "required": true,
            "schema": schema::member(&id),
        }));
    }
    for field in spec.query_schema() {
        let mut schema = schema::member(field);
        if let Some(members) = schema.as_object_mut() {
            members.remove("description");
        }
        parameters.push(json!({
            "name": field.name(),
            "in": "query",
            "required": field.is_required(),
            "description": field.description(),
            "schema": schema,
        }));
    }
    if takes_cookies(auth, spec) && !spec.method().is_safe() {
        parameters.push(json!({
            "name": "X-CSRF-Token",
            "in": "header",
            "required": false,
            "description": "The value of the CSRF cookie, from a client that authenticates by cookie and sends neither `Sec-Fetch-Site` nor `Origin`.",
            "schema": { "type": "string" },
        }));
    }
    parameters
}

fn responses<U: AuthUser>(auth: &Auth<U>, spec: &RouteSpec<U>, user: &[FieldSchema]) -> Value {
    let mut responses = Map::new();
    for reply in spec.replies() {
        responses.insert(reply.status.to_string(), success(reply, user));
    }
    let mut by_status: BTreeMap<u16, Vec<(&str, Value)>> = BTreeMap::new();
    for code in spec.error_codes() {
        let problems = by_status.entry(code.status()).or_default();
        problems.push((code.as_str(), example::problem(*code)));
    }
    for code in spec.refusal_codes() {
        let problems = by_status.entry(Refusal::STATUS).or_default();
        problems.push((code.as_str(), example::refusal(*code)));
    }
    let has_cookies = takes_cookies(auth, spec);
    for (status, problems) in by_status {
        responses.insert(status.to_string(), failure(status, &problems, has_cookies));
    }
    Value::Object(responses)
}

fn header(description: &str) -> Value {
    json!({ "description": description, "schema": { "type": "string" } })
}

fn success(reply: &ReplySpec, user: &[FieldSchema]) -> Value {
    let mut response = json!({ "description": reply.description });
    if let Some(object) = &reply.body {
        let media = json!({
            "schema": { "$ref": format!("#/components/schemas/{}", object.name) },
            "example": example::object(&object.fields, user),
        });
        insert(
            &mut response,
            "content",
            json!({ "application/json": media }),
        );
    }
    if !reply.headers.is_empty() {
        let headers: Map<_, _> = reply
            .headers
            .iter()
            .map(|(name, description)| (canonical(name), header(description)))
            .collect();
        insert(&mut response, "headers", Value::Object(headers));
    }
    response
}

/// A problem with one of these codes.
fn failure(status: u16, problems: &[(&str, Value)], has_cookies: bool) -> Value {
    let names: Vec<_> = problems.iter().map(|(code, _)| *code).collect();
    let examples: Map<_, _> = problems
        .iter()
        .map(|(code, example)| ((*code).to_owned(), json!({ "value": example })))
        .collect();
    let description: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let mut response = json!({
        "description": description.join(", "),
        "content": {
            "application/problem+json": {
                "schema": {
                    "allOf": [
                        { "$ref": "#/components/schemas/Problem" },
                        {
                            "type": "object",
                            "properties": {
                                "status": { "const": status },
                                "code": { "type": "string", "enum": names },
                            },
                            "required": ["status", "code"],
                        },
                    ],
                },
                "examples": examples,
            },
        },
    });
    let mut headers = Map::new();
    if status == 401 {
        let challenges = "A challenge for each backend (RFC 9110 §11.6.1).";
        headers.insert("WWW-Authenticate".to_owned(), header(challenges));
        if has_cookies {
            let cleared = "Clears a cookie that is no longer valid.";
            headers.insert("Set-Cookie".to_owned(), header(cleared));
        }
    }
    if status == 503 {
        let wait = "How long to wait, in seconds, where that is known.";
        headers.insert("Retry-After".to_owned(), header(wait));
    }
    if !headers.is_empty() {
        insert(&mut response, "headers", Value::Object(headers));
    }
    response
}

/// A name of a header as documents write it.
fn canonical(name: &str) -> String {
    match name {
        "set-cookie" => "Set-Cookie".to_owned(),
        "etag" => "ETag".to_owned(),
        other => other.to_owned(),
    }
}
