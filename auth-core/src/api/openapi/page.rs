//! The routes as a page in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{OpenApi, operation};
use crate::accounts::Refusal;
use crate::api::{Access, RouteSpec};
use crate::http::{FieldKind, FieldSchema, TextFormat};
use crate::user::AuthUser;

impl<U: AuthUser> OpenApi<'_, U> {
    /// Returns the same routes as a page in Markdown, for people.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut page = format!("# {}\n\n{}\n", self.title, self.description);
        let specs = self.auth.routes().flat_map(crate::api::Route::specs);
        let specs: Vec<_> = specs.collect();
        page.push_str("\n| route | method, path | who | what |\n| --- | --- | --- | --- |\n");
        for spec in &specs {
            let (id, anchor) = (spec.id(), anchor(spec.id()));
            let who = who(spec);
            let (method, path) = (spec.method().as_str(), spec.path());
            // Writing into a text cannot fail.
            let _ = writeln!(
                page,
                "| [`{id}`](#{anchor}) | {method} `{path}` | {who} | {} |",
                spec.summary_text()
            );
        }
        let mut group = String::new();
        for spec in specs {
            let name = operation::group(spec);
            if name != group {
                let _ = write!(page, "\n## {name}\n");
                group = name;
            }
            page.push_str(&section(spec));
        }
        page
    }
}

/// The anchor that Markdown renderers give a heading.
fn anchor(id: &str) -> String {
    id.chars()
        .filter(|c| c.is_alphanumeric() || "-_".contains(*c))
        .collect()
}

fn who<U: AuthUser>(spec: &RouteSpec<U>) -> &'static str {
    match spec.needs() {
        Access::Public => "every caller",
        Access::User => "an active user",
        Access::Superuser => "a superuser",
    }
}

fn section<U: AuthUser>(spec: &RouteSpec<U>) -> String {
    let mut text = format!(
        "\n### `{}`\n\n{} `{}`: {}\n",
        spec.id(),
        spec.method().as_str(),
        spec.path(),
        spec.summary_text()
    );
    if let Some(body) = spec.body_spec() {
        let optional = if body.is_optional { " (optional)" } else { "" };
        let _ = write!(text, "\nBody{optional}:\n\n");
        text.push_str(&members(&body.fields));
    }
    if !spec.query_schema().is_empty() {
        text.push_str("\nQuery:\n\n");
        text.push_str(&members(spec.query_schema()));
    }
    text.push_str("\n| status | reply |\n| --- | --- |\n");
    for reply in spec.replies() {
        let body = reply.body.as_ref();
        let members = body.map(|body| {
            let names = body
                .fields
                .iter()
                .map(|field| format!("`{}`", field.name()));
            format!(" `{}`: {}", body.name, names.collect::<Vec<_>>().join(", "))
        });
        let _ = writeln!(
            text,
            "| {} | {}{} |",
            reply.status,
            reply.description,
            members.unwrap_or_default()
        );
    }
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in spec.error_codes() {
        let names = by_status.entry(code.status()).or_default();
        names.push(format!("`{}`", code.as_str()));
    }
    for code in spec.refusal_codes() {
        let names = by_status.entry(Refusal::STATUS).or_default();
        names.push(format!("`{}`", code.as_str()));
    }
    for (status, names) in by_status {
        let _ = writeln!(text, "| {status} | {} |", names.join(", "));
    }
    text
}

fn members(fields: &[FieldSchema]) -> String {
    let mut table = String::from("| member | type | required | |\n| --- | --- | --- | --- |\n");
    for field in fields {
        let required = if field.is_required() { "yes" } else { "no" };
        let _ = writeln!(
            table,
            "| `{}` | {} | {required} | {} |",
            field.name(),
            kind(field.kind()),
            field.description().trim()
        );
    }
    table
}

fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text { min, max, format } => {
            let what = match format {
                TextFormat::Plain => "text",
                TextFormat::Email => "e-mail address",
                TextFormat::Password => "password",
                TextFormat::Uuid => "UUID",
                TextFormat::DateTime => "time (RFC 3339)",
                TextFormat::Uri => "URI",
            };
            format!("{what}, {min} to {max} code points")
        }
        FieldKind::Choice(values) => format!("one of `{}`", values.join("`, `")),
        FieldKind::Boolean => "boolean".to_owned(),
        FieldKind::Integer { min, max } => match (*min, *max) {
            (min, i64::MAX) => format!("integer, at least {min}"),
            (min, max) => format!("integer, {min} to {max}"),
        },
        FieldKind::Number => "number".to_owned(),
        FieldKind::Array { items, max } => format!("list of up to {max}: {}", self::kind(items)),
        FieldKind::Object(_) => "object".to_owned(),
        FieldKind::Named(name) => format!("`{name}`"),
        FieldKind::Any => "any JSON".to_owned(),
    }
}
