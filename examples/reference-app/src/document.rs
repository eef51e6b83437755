//! The routes as documents: OpenAPI, and a page in Markdown.

use std::io::Write as _;

use auth_core::User;
use auth_core::api::OpenApi;

use crate::args::Args;
use crate::{Failure, accounts};

/// The introduction of the page.
const ABOUT: &str = "The routes of `reference-app` without flags but `--sessions`, and without the routes that are off by \
default (`users.me.delete`). `reference-app --sessions http-api` writes this page, and `reference-app openapi` the OpenAPI document, \
from the table of routes. Every reply has `Cache-Control: no-store` unless it says otherwise; every error has the \
envelope of RFC 9457 with one of the codes that the route lists.";

/// Prints the OpenAPI document.
pub(crate) fn openapi(args: &Args) -> Result<(), Failure> {
    let auth = accounts::described(args)?;
    let document = serde_json::to_string_pretty(&described(auth.openapi()).document())?;
    print(&document)
}

/// Prints the page.
pub(crate) fn http_api(args: &Args) -> Result<(), Failure> {
    let auth = accounts::described(args)?;
    print(described(auth.openapi()).markdown().trim_end())
}

fn described(document: OpenApi<'_, User>) -> OpenApi<'_, User> {
    document
        .title("HTTP API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(ABOUT)
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
