//! The two tables, once for all engines.

diesel::table! {
    use crate::types::{AuthTime, AuthUuid};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    auth_users (id) {
        id -> AuthUuid,
        email -> Text,
        username -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        is_active -> Bool,
        is_verified -> Bool,
        is_superuser -> Bool,
        roles -> Text,
        epoch -> BigInt,
        created_at -> AuthTime,
    }
}

diesel::table! {
    use crate::types::AuthTime;
    use diesel::sql_types::{BigInt, Text};

    auth_expiring (key) {
        key -> Text,
        count -> BigInt,
        expires_at -> AuthTime,
    }
}
