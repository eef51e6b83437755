//! Schemas as JSON Schema 2020-12, which OpenAPI 3.1 uses.

use serde_json::{Map, Value, json};

use super::insert;
use crate::http::{FieldErrorCode, FieldKind, FieldSchema};

/// An object of a reply.
pub(super) fn object(fields: &[FieldSchema]) -> Value {
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| (field.name().to_owned(), member(field)))
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.is_required())
        .map(FieldSchema::name)
        .collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        insert(&mut schema, "required", json!(required));
    }
    schema
}

/// An object of a request, which refuses other members.
pub(super) fn body(fields: &[FieldSchema]) -> Value {
    let mut schema = object(fields);
    insert(&mut schema, "additionalProperties", json!(false));
    schema
}

/// One member.
pub(super) fn member(field: &FieldSchema) -> Value {
    let mut schema = kind(field.kind());
    if field.is_nullable() {
        schema = nullable(schema);
    }
    let description = field.description().trim();
    if !description.is_empty() {
        insert(&mut schema, "description", json!(description));
    }
    if field.is_write_only() {
        insert(&mut schema, "writeOnly", json!(true));
    }
    schema
}

fn nullable(mut schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some(name) if schema.get("enum").is_none() => {
            let types = json!([name, "null"]);
            insert(&mut schema, "type", types);
            schema
        }
        _ if schema.as_object().is_some_and(Map::is_empty) => schema,
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

fn kind(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Text { min, max, format } => {
            let mut schema = json!({ "type": "string", "minLength": min, "maxLength": max });
            if let Some(format) = format.as_str() {
                insert(&mut schema, "format", json!(format));
            }
            schema
        }
        FieldKind::Choice(values) => json!({ "type": "string", "enum": values }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Integer { min, max } => {
            let mut schema = json!({ "type": "integer" });
            if *min != i64::MIN {
                insert(&mut schema, "minimum", json!(min));
            }
            if *max != i64::MAX {
                insert(&mut schema, "maximum", json!(max));
            }
            schema
        }
        FieldKind::Number => json!({ "type": "number" }),
        FieldKind::Array { items, max } => {
            json!({ "type": "array", "items": self::kind(items), "maxItems": max })
        }
        FieldKind::Object(fields) => object(fields),
        FieldKind::Named(name) => json!({ "$ref": format!("#/components/schemas/{name}") }),
        FieldKind::Any => json!({}),
    }
}

/// The error envelope (RFC 9457).
pub(super) fn problem() -> Value {
    let codes: Vec<_> = FieldErrorCode::ALL
        .iter()
        .map(|code| code.as_str())
        .collect();
    json!({
        "type": "object",
        "description": "The error envelope (RFC 9457).",
        "properties": {
            "type": { "type": "string", "description": "Always `about:blank`." },
            "title": { "type": "string", "description": "The name of the status." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "code": { "type": "string", "description": "What is wrong. A client decides by this member." },
            "detail": { "type": "string", "description": "A fixed sentence for people." },
            "errors": {
                "type": "array",
                "description": "What is wrong with each member of the request.",
                "maxItems": 16,
                "items": {
                    "type": "object",
                    "properties": {
                        "field": { "type": "string" },
                        "code": { "type": "string", "description": "One of these, or, for a refused password, the rule.", "examples": codes },
                        "detail": { "type": "string" },
                    },
                    "required": ["field", "code", "detail"],
                },
            },
        },
        "required": ["type", "title", "status", "code", "detail"],
    })
}
