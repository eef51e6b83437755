//! What clients see of a user.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::user::{AuthUser, ShownColumns, UserId as _};

/// Nothing else of a user ever leaves.
#[derive(Serialize)]
pub(super) struct UserRead {
    id: Value,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_email: Option<String>,
    is_active: bool,
    is_verified: bool,
    is_superuser: bool,
    roles: Vec<String>,
    #[serde(flatten)]
    columns: Map<String, Value>,
}

impl UserRead {
    /// The members of the toolkit's own, which no column of an application replaces.
    pub(super) const OWN: [&str; 8] = [
        "id",
        "email",
        "username",
        "pending_email",
        "is_active",
        "is_verified",
        "is_superuser",
        "roles",
    ];

    /// Returns what the user itself sees of its account.
    pub(super) fn own<U: AuthUser>(user: &U) -> Self {
        Self {
            pending_email: user.pending_email().map(ToString::to_string),
            ..Self::new(user)
        }
    }

    pub(super) fn new<U: AuthUser>(user: &U) -> Self {
        let mut shown = ShownColumns::default();
        user.show_columns(&mut shown);
        let mut columns = shown.into_map();
        columns.retain(|name, _| !Self::OWN.contains(&name.as_str()));
        Self {
            id: user.id().to_json(),
            email: user.email().to_string(),
            username: user.username().map(ToString::to_string),
            pending_email: None,
            is_active: user.is_active(),
            is_verified: user.is_verified(),
            is_superuser: user.is_superuser(),
            roles: user
                .roles()
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
            columns,
        }
    }
}
