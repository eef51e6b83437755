//! The document says what the table says.

use std::sync::Arc;

use serde_json::Value;

use crate::store::memory::MemoryExpiringStore;
use crate::testing::{Outbox, accounts_builder, master_secret};
use crate::{Auth, Backend, BearerTransport, CookieTransport, JwtStrategy, RouteSetting, User};

fn auth() -> Auth<User> {
    let jwt = |audience: &str| {
        let jwt = JwtStrategy::from_master(&master_secret()).audience(audience);
        jwt.revoked_in(MemoryExpiringStore::new())
    };
    Auth::builder(accounts_builder(Arc::new(Outbox::new())))
        .backend(Backend::new("api", BearerTransport::new(), jwt("api")))
        .backend(Backend::new("web", CookieTransport::new(), jwt("web")))
        .route("register", RouteSetting::renamed("/sign-up"))
        .build()
        .unwrap()
}

fn at<'v>(document: &'v Value, pointer: &str) -> &'v Value {
    document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{pointer}"))
}

#[test]
fn every_route_is_an_operation() {
    let auth = auth();
    let document = auth.openapi().document();
    let mut ids = Vec::new();
    for spec in auth.routes().flat_map(crate::api::Route::specs) {
        let method = spec.method().as_str().to_ascii_lowercase();
        let path = spec.path().replace('/', "~1");
        let operation = at(&document, &format!("/paths/{path}/{method}"));
        assert_eq!(operation["operationId"], spec.id());
        for code in spec.error_codes() {
            let pointer = format!(
                "/responses/{}/content/application~1problem+json/schema/allOf/1/properties/code/enum",
                code.status()
            );
            let codes = at(operation, &pointer).as_array().unwrap();
            assert!(codes.iter().any(|name| name == code.as_str()), "{code:?}");
        }
        assert!(!spec.summary_text().is_empty() && !spec.replies().is_empty());
        ids.push(spec.id().to_owned());
    }
    assert!(ids.contains(&"auth.login@web".to_owned()));
    ids.sort();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "each name is unique");
}

#[test]
fn refusal_codes_are_declared_where_hooks_may_refuse() {
    for (is_hidden, expected) in [
        (
            false,
            [
                "auth.login",
                "register",
                "users.delete",
                "users.me.update",
                "users.update",
            ]
            .as_slice(),
        ),
        (
            true,
            &[
                "register",
                "users.delete",
                "users.me.update",
                "users.update",
            ],
        ),
    ] {
        let jwt = JwtStrategy::from_master(&master_secret()).dangerous_without_revocation();
        let auth: Auth<User> = Auth::builder(accounts_builder(Arc::new(Outbox::new())))
            .backend(Backend::new("api", BearerTransport::new(), jwt))
            .hide_account_state(is_hidden)
            .refusal_codes(["PLAN_ENDED"])
            .build()
            .unwrap();
        let document = auth.openapi().document();
        let page = auth.openapi().markdown();
        let mut declared = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for operation in operations.as_object().unwrap().values() {
                let content = "/responses/403/content/application~1problem+json";
                let Some(content) = operation.pointer(content) else {
                    continue;
                };
                let codes = at(content, "/schema/allOf/1/properties/code/enum");
                if codes
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|code| code == "PLAN_ENDED")
                {
                    let example = at(content, "/examples/PLAN_ENDED/value");
                    assert_eq!(example["status"], 403, "{path}");
                    declared.push(operation["operationId"].as_str().unwrap().to_owned());
                }
            }
        }
        declared.sort();
        assert_eq!(declared, expected);
        assert_eq!(page.matches("`PLAN_ENDED`").count(), expected.len());
    }
}

#[test]
fn credentials_are_alternatives_of_the_backends() {
    let document = auth().openapi().document();
    let me = at(&document, "/paths/~1users~1me/get/security");
    assert_eq!(*me, serde_json::json!([{ "api": [] }, { "web": [] }]));
    let login = at(&document, "/paths/~1auth~1login/post/security");
    assert_eq!(*login, serde_json::json!([]));
    let logout = at(&document, "/paths/~1auth~1web~1logout/post/security");
    assert_eq!(*logout, serde_json::json!([{}, { "web": [] }]));
    let schemes = at(&document, "/components/securitySchemes");
    assert_eq!(schemes["api"]["scheme"], "bearer");
    assert_eq!(schemes["web"]["name"], "__Host-auth");
}

#[test]
fn bodies_have_the_bounds_that_are_enforced() {
    let document = auth().openapi().document();
    let schema = "/paths/~1auth~1sign-up/post/requestBody/content/application~1json/schema";
    let schema = at(&document, schema);
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"], serde_json::json!(["email", "password"]));
    assert_eq!(schema["properties"]["password"]["minLength"], 15);
    assert_eq!(schema["properties"]["password"]["writeOnly"], true);
    assert_eq!(schema["properties"]["email"]["format"], "email");
}
