//! The JSON objects of replies, as schemas.

use super::ObjectSchema;
use super::user_read::UserRead;
use crate::http::{FieldKind, FieldSchema, FieldType, TextFormat};
use crate::store::PageRequest;
use crate::user::{AuthUser, EmailAddress, Roles, UserColumns, UserId as _, Username};

/// The type of the key of a user.
pub(crate) fn id_kind<U: AuthUser>() -> FieldKind {
    U::Id::JSON_KIND
}

/// What a user sees of its own account.
pub(crate) fn own_user_read<U: AuthUser>() -> ObjectSchema {
    let mut own = user_read::<U>();
    if U::FIELDS.pending_emails {
        own.name = "OwnUserRead";
        let pending = FieldSchema::new("pending_email", EmailAddress::KIND)
            .describe("The new address, while it waits for its proof.")
            .example("ada@example.org")
            .optional();
        own.fields.insert(PENDING_EMAIL, pending);
    }
    own
}

/// The position of `pending_email` among the members of a user.
const PENDING_EMAIL: usize = 3;

/// What clients see of a user.
pub(crate) fn user_read<U: AuthUser>() -> ObjectSchema {
    let mut fields = vec![
        FieldSchema::new("id", id_kind::<U>()).describe("The key of the user."),
        FieldSchema::new("email", EmailAddress::KIND)
            .describe("The address, in its stored form.")
            .example("ada@example.com"),
        FieldSchema::new("username", Username::KIND)
            .describe("The user name, where the account has one.")
            .optional(),
        FieldSchema::new("is_active", FieldKind::Boolean)
            .describe("Whether the account may be used."),
        FieldSchema::new("is_verified", FieldKind::Boolean)
            .describe("Whether the address is proven."),
        FieldSchema::new("is_superuser", FieldKind::Boolean)
            .describe("Whether the user administers other users."),
        FieldSchema::new("roles", Roles::KIND)
            .describe("The roles, sorted.")
            .example(r#"["editor"]"#),
    ];
    let columns = U::Columns::shown_schema().into_iter();
    fields.extend(columns.filter(|column| !UserRead::OWN.contains(&column.name())));
    ObjectSchema {
        name: "UserRead",
        fields,
    }
}

/// A page of users.
pub(crate) fn user_page<U: AuthUser>() -> ObjectSchema {
    let max = i64::from(PageRequest::<U::Id>::MAX_LIMIT);
    let items = FieldKind::Array {
        items: &FieldKind::Named("UserRead"),
        max: 100,
    };
    ObjectSchema {
        name: "UserPage",
        fields: vec![
            FieldSchema::new("items", items).describe("The users, in the order of their keys."),
            FieldSchema::new("total", FieldKind::integer(0..=i64::MAX))
                .describe("The number of all users, or of those with the beginning of an address."),
            FieldSchema::new("limit", FieldKind::integer(1..=max)),
            FieldSchema::new("offset", FieldKind::integer(0..=i64::MAX))
                .describe("The offset that was asked for; absent in the keyset form.")
                .optional(),
            FieldSchema::new("next", FieldKind::text(1..=1024))
                .describe(
                    "The value of `after` for the next page; `null` on the last page, and absent in the offset form.",
                )
                .optional()
                .nullable(),
        ],
    }
}

/// The tokens that a login or a refresh with a bearer backend answers.
pub(crate) fn tokens(has_refresh: bool) -> ObjectSchema {
    let mut fields = vec![
        FieldSchema::new("access_token", FieldKind::text(1..=8192))
            .describe("The token for the header `Authorization: Bearer`."),
        FieldSchema::new("token_type", FieldKind::Choice(&["bearer"])),
        FieldSchema::new("expires_in", FieldKind::integer(0..=i64::MAX))
            .describe("The lifetime of the access token, in seconds.")
            .example("900"),
    ];
    if has_refresh {
        fields.push(
            FieldSchema::new("refresh_token", FieldKind::text(1..=512))
                .describe("The token that is exchanged for new tokens, once."),
        );
    }
    let name = if has_refresh {
        "SessionTokens"
    } else {
        "AccessToken"
    };
    ObjectSchema { name, fields }
}

/// The sessions of a user.
pub(crate) fn session_list() -> ObjectSchema {
    const TIME: FieldKind = FieldKind::formatted(20..=40, TextFormat::DateTime);
    const CLIENT: &[FieldSchema] = &[FieldSchema::new("user_agent", FieldKind::text(1..=512))];
    const SESSION: FieldKind = FieldKind::Object(&[
        FieldSchema::new("session_id", FieldKind::text(1..=64))
            .describe("The public name of the session."),
        FieldSchema::new("created_at", TIME).nullable(),
        FieldSchema::new("last_used_at", TIME).nullable(),
        FieldSchema::new("expires_at", TIME)
            .describe("When the session ends if it is not used.")
            .nullable(),
        FieldSchema::new("is_current", FieldKind::Boolean)
            .describe("Whether the request came from this session."),
        FieldSchema::new("client", FieldKind::Object(CLIENT))
            .describe("The client, where it named itself.")
            .nullable(),
    ]);
    let items = FieldKind::Array {
        items: &SESSION,
        max: 101,
    };
    ObjectSchema {
        name: "SessionList",
        fields: vec![
            FieldSchema::new("sessions", items),
            FieldSchema::new("next", FieldKind::text(1..=128))
                .describe("Where the next page begins; null on the last page. Only with `after`.")
                .nullable()
                .optional(),
        ],
    }
}

/// A set of public keys (RFC 7517 §5).
pub(crate) fn key_set() -> ObjectSchema {
    const KEY: FieldKind = FieldKind::Any;
    let items = FieldKind::Array {
        items: &KEY,
        max: 1000,
    };
    ObjectSchema {
        name: "JwkSet",
        fields: vec![FieldSchema::new("keys", items).describe("JSON Web Keys (RFC 7517 §4).")],
    }
}
