//! A transport of the application, which writes the name of its header in upper case.

use serde_json::json;

use super::app::{App, assert_refused, assert_text};
use crate::config::ConfigReport;
use crate::http::{Reply, RequestHead};
use crate::login::{AuthMethod, AuthProof, LoginStep};
use crate::transport::{
    CookieSet, CredentialSource, MalformedCredential, RefreshPath, TokenSet, Transport,
};

/// Reads the token from `X-API-Key`.
pub(super) struct ApiKeyTransport;

const NAME: &str = "X-API-Key";

impl Transport for ApiKeyTransport {
    fn read<'r>(&self, head: &'r dyn RequestHead) -> Result<Option<&'r str>, MalformedCredential> {
        match (head.header(NAME, 0), head.header(NAME, 1)) {
            (None, _) => Ok(None),
            (Some(value), None) => match str::from_utf8(value) {
                Ok(token) => Ok(Some(token)),
                Err(_) => Err(MalformedCredential),
            },
            (Some(_), Some(_)) => Err(MalformedCredential),
        }
    }

    fn login(&self, tokens: &TokenSet<'_>) -> Reply {
        Reply::json(200, &json!({ "api_key": tokens.access.expose() }))
    }

    fn logout(&self, _: &RefreshPath) -> Reply {
        Reply::empty(204)
    }

    fn source(&self) -> CredentialSource {
        CredentialSource::Header
    }

    fn challenge(&self, _presented: bool) -> Option<&'static str> {
        None
    }

    fn capacity(&self) -> usize {
        2048
    }

    fn cookies(&self) -> Option<&dyn CookieSet> {
        None
    }

    fn validate(&self, _report: &mut ConfigReport) {}
}

/// RFC 9110 §5.1: names of headers have no case, neither in a request nor in a transport.
pub(super) async fn transport_may_write_header_names_in_upper_case(app: &App) {
    let ada = app.main.ada().await;
    let proof = AuthProof::vouched_for(ada, AuthMethod::PASSWORD);
    let context = app.main.auth.accounts().context();
    let step = app.main.auth.log_in("key", proof, &context).await;
    let tokens = step.ok().and_then(LoginStep::done).expect("a login");
    let key = tokens.access.expose().to_owned();
    for name in ["x-api-key", "X-API-Key", "X-Api-KEY"] {
        let headers = [(name.to_owned(), key.clone())];
        for page in ["/active", "/optional", "/guarded"] {
            let reply = app.get(page, &headers).await;
            assert_text(
                &format!("{name} {page}"),
                &reply,
                200,
                "ada@example.com by key",
            );
        }
    }
    let twice = [
        ("x-api-key".to_owned(), key.clone()),
        (NAME.to_owned(), key),
    ];
    let reply = app.get("/active", &twice).await;
    assert_refused("two keys", &reply, 401, "AUTHENTICATION_FAILED");
}
