//! The tables, once for all engines.

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
        pending_email -> Nullable<Text>,
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

diesel::table! {
    use crate::types::{AuthTime, AuthUuid};
    use diesel::sql_types::{BigInt, Nullable, Text};

    auth_sessions (id) {
        id -> AuthUuid,
        owner -> Text,
        backend -> Text,
        epoch -> BigInt,
        created_at -> AuthTime,
        last_used_at -> AuthTime,
        expires_at -> AuthTime,
        ends_at -> AuthTime,
        client -> Nullable<Text>,
        version -> BigInt,
        tokens -> Text,
        auth_time -> AuthTime,
        methods -> Text,
    }
}

diesel::table! {
    use crate::types::AuthTime;
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};

    auth_credentials (kind, id) {
        kind -> Text,
        id -> Text,
        owner -> Text,
        data -> Binary,
        label -> Nullable<Text>,
        created_at -> AuthTime,
        last_used_at -> Nullable<AuthTime>,
        version -> BigInt,
    }
}
