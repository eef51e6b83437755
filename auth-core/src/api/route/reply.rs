//! The successful replies of a route.

use crate::http::FieldSchema;

/// A reply that is a success.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplySpec {
    /// The status.
    pub status: u16,
    /// What the reply says.
    pub description: &'static str,
    /// The JSON object in the body, if there is one.
    pub body: Option<ObjectSchema>,
    /// Headers beside those that every reply has, each with a description.
    pub headers: &'static [(&'static str, &'static str)],
}

/// A JSON object with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectSchema {
    /// The name in documents.
    pub name: &'static str,
    /// The members.
    pub fields: Vec<FieldSchema>,
}

impl ReplySpec {
    /// A reply without a body.
    pub(crate) const fn empty(status: u16, description: &'static str) -> Self {
        Self {
            status,
            description,
            body: None,
            headers: &[],
        }
    }

    /// A reply with a JSON object.
    pub(crate) const fn json(status: u16, description: &'static str, body: ObjectSchema) -> Self {
        Self {
            status,
            description,
            body: Some(body),
            headers: &[],
        }
    }

    pub(crate) const fn headers(
        mut self,
        headers: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.headers = headers;
        self
    }
}
