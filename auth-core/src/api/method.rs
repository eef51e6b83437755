//! The methods that routes use.

/// A method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `DELETE`.
    Delete,
    /// `GET`.
    Get,
    /// `PATCH`.
    Patch,
    /// `POST`.
    Post,
}

impl Method {
    /// Every method, in alphabetical order.
    pub const ALL: [Self; 4] = [Self::Delete, Self::Get, Self::Patch, Self::Post];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
        }
    }

    /// Reads the name on the wire.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "DELETE" => Some(Self::Delete),
            "GET" => Some(Self::Get),
            "PATCH" => Some(Self::Patch),
            "POST" => Some(Self::Post),
            _ => None,
        }
    }

    /// Returns whether a request changes nothing (RFC 9110 §9.2.1).
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get)
    }
}
