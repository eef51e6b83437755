//! Examples that follow from schemas.

use serde_json::{Map, Value, json};

use crate::api::ErrorCode;
use crate::error::AppCode;
use crate::http::{FieldErrorCode, FieldKind, FieldSchema, TextFormat};

/// An object with every member that is not null.
pub(super) fn object(fields: &[FieldSchema], user: &[FieldSchema]) -> Value {
    let members: Map<_, _> = fields
        .iter()
        .map(|field| (field.name().to_owned(), member(field, user)))
        .collect();
    Value::Object(members)
}

fn member(field: &FieldSchema, user: &[FieldSchema]) -> Value {
    match (field.example_text(), field.kind()) {
        (Some(text), FieldKind::Text { .. }) => json!(text),
        (Some(text), _) => serde_json::from_str(text).unwrap_or_default(),
        (None, kind) => of_kind(field.name(), kind, user),
    }
}

fn of_kind(name: &str, kind: &FieldKind, user: &[FieldSchema]) -> Value {
    match kind {
        FieldKind::Text { min, max, format } => json!(text(name, *min, *max, *format)),
        FieldKind::Choice(values) => json!(values.first()),
        FieldKind::Boolean => json!(true),
        FieldKind::Integer { min, .. } => json!((*min).max(1)),
        FieldKind::Number => json!(1.5),
        FieldKind::Array { items, .. } => json!([of_kind(name, items, user)]),
        FieldKind::Object(fields) => object(fields, user),
        FieldKind::Named(_) => object(user, &[]),
        FieldKind::Any => json!({}),
    }
}

fn text(name: &str, min: usize, max: usize, format: TextFormat) -> String {
    let text = match format {
        TextFormat::Email => "ada@example.com".to_owned(),
        TextFormat::Password => "a mill that weaves algebra".to_owned(),
        TextFormat::Uuid => "0197a2b0-0000-7000-8000-000000000000".to_owned(),
        TextFormat::DateTime => "2026-01-02T03:04:05Z".to_owned(),
        TextFormat::Uri => "https://example.com/".to_owned(),
        TextFormat::Plain => name.to_owned(),
    };
    let padded = text
        .chars()
        .chain(std::iter::repeat('x'))
        .take(min.max(text.chars().count()));
    padded.take(max).collect()
}

/// The envelope of a code.
pub(super) fn problem(code: ErrorCode) -> Value {
    let mut problem = json!({
        "type": "about:blank",
        "title": code.title(),
        "status": code.status(),
        "code": code.as_str(),
        "detail": code.detail(),
    });
    if code.status() == 422 {
        let missing = FieldErrorCode::Missing;
        let errors = json!([{
            "field": "email",
            "code": missing.as_str(),
            "detail": missing.detail(),
        }]);
        super::insert(&mut problem, "errors", errors);
    }
    problem
}

/// The envelope of a refusal by the application.
pub(super) fn refusal(code: AppCode) -> Value {
    let mut problem = problem(ErrorCode::AuthorizationDenied);
    super::insert(&mut problem, "code", json!(code.as_str()));
    let detail = "A sentence of the application.";
    super::insert(&mut problem, "detail", json!(detail));
    problem
}
