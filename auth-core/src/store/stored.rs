//! The bundled user as a document, for stores that keep documents.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::password::PasswordHash;
use crate::user::EmailAddress;
use crate::user::Username;
use crate::user::{Epoch, User};
use crate::user::{Role, Roles};

/// The bundled [`User`] in the form of a document, for any format of serde that keeps the names of
/// fields (JSON, CBOR, BSON, `MessagePack` with names).
///
/// A field that it does not know is refused: it was written by a later version, and this one would
/// lose it with the next write. So where versions run beside each other, or a roll-back happens, the
/// older one says that it cannot answer instead of dropping, say, a second factor.
///
/// # Security
///
/// The document holds the password hash, which [`User`] itself never serialises. It goes into the
/// storage and nowhere else.
///
/// # Examples
///
/// ```
/// use auth_core::store::{NewUser, StoredUser};
/// use auth_core::testing::{email, ManualClock};
/// use auth_core::{Clock, NoColumns, Roles, User};
///
/// let user = User::from_new(NewUser {
///     email: email("ada@example.com"),
/// #   username: None,
/// #   password_hash: None,
/// #   is_active: true,
/// #   is_verified: true,
/// #   is_superuser: true,
///     roles: Roles::parse(["billing"])?,
///     created_at: ManualClock::new().now(),
///     // …
/// #   columns: NoColumns,
/// });
/// let document = serde_json::to_vec(&StoredUser::from(&user))?;
///
/// let stored: StoredUser = serde_json::from_slice(&document)?;
/// assert_eq!(stored.into_user()?.email, user.email);
/// # Ok::<(), auth_core::BoxError>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredUser {
    id: Uuid,
    email: String,
    username: Option<String>,
    #[serde(serialize_with = "hash_to_text", deserialize_with = "hash_from_text")]
    password_hash: Option<PasswordHash>,
    is_active: bool,
    is_verified: bool,
    is_superuser: bool,
    roles: Vec<String>,
    epoch: i64,
    /// Seconds since 1970, and nanoseconds of a second: whole numbers that every format holds.
    created_at: (i64, u32),
}

/// A stored document holds what the toolkit never wrote: an address in another spelling would be
/// one that nobody can look up. The value is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the `{field}` of a stored user is none that was written")]
pub struct InvalidStoredUser {
    field: &'static str,
}

impl StoredUser {
    /// The user.
    ///
    /// # Errors
    ///
    /// [`InvalidStoredUser`] where the types of the toolkit refuse a value, or would write it
    /// otherwise.
    pub fn into_user(self) -> Result<User, InvalidStoredUser> {
        let Self {
            id,
            email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at,
        } = self;
        let username = username.map(|name| username_as_written(&name).ok_or(bad("username")));
        Ok(User {
            id,
            email: email_as_written(&email).ok_or(bad("email"))?,
            username: username.transpose()?,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles: roles_as_written(&roles).ok_or(bad("roles"))?,
            epoch: Epoch::from_i64(epoch),
            created_at: time_as_written(created_at).ok_or(bad("created_at"))?,
        })
    }
}

impl From<&User> for StoredUser {
    fn from(user: &User) -> Self {
        // Completely, so that a column added later is a compile error here and not a lost value.
        let User {
            id,
            email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at,
        } = user;
        Self {
            id: *id,
            email: email.as_str().to_owned(),
            username: username.as_ref().map(|name| name.as_str().to_owned()),
            password_hash: password_hash.clone(),
            is_active: *is_active,
            is_verified: *is_verified,
            is_superuser: *is_superuser,
            roles: roles.iter().map(|role| role.as_str().to_owned()).collect(),
            epoch: epoch.as_i64(),
            created_at: (created_at.unix_timestamp(), created_at.nanosecond()),
        }
    }
}

impl fmt::Debug for StoredUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredUser")
            .field("id", &self.id)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

fn bad(field: &'static str) -> InvalidStoredUser {
    InvalidStoredUser { field }
}

fn email_as_written(stored: &str) -> Option<EmailAddress> {
    let email = EmailAddress::parse(stored).ok()?;
    (email.as_str() == stored).then_some(email)
}

fn username_as_written(stored: &str) -> Option<Username> {
    let name = Username::parse(stored).ok()?;
    (name.as_str() == stored).then_some(name)
}

fn roles_as_written(stored: &[String]) -> Option<Roles> {
    let roles = Roles::parse(stored.iter().map(String::as_str)).ok()?;
    // The same names, not only names that become the same: a guard compares what is stored.
    let same = roles.iter().map(Role::as_str).eq(stored);
    same.then_some(roles)
}

fn time_as_written((seconds, nanosecond): (i64, u32)) -> Option<OffsetDateTime> {
    let whole = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    whole.replace_nanosecond(nanosecond).ok()
}

#[expect(
    clippy::ref_option,
    reason = "serde passes a reference to the field as it is"
)]
fn hash_to_text<S: Serializer>(hash: &Option<PasswordHash>, to: S) -> Result<S::Ok, S::Error> {
    hash.as_ref().map(PasswordHash::as_stored_str).serialize(to)
}

fn hash_from_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PasswordHash>, D::Error> {
    let hash = Option::<String>::deserialize(from)?;
    Ok(hash.map(PasswordHash::from_stored))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use time::macros::datetime;

    use super::*;

    fn user() -> User {
        User {
            id: Uuid::from_u128(7),
            email: EmailAddress::parse("ada@example.com").unwrap(),
            username: Some(Username::parse("ada").unwrap()),
            password_hash: Some(PasswordHash::from_stored("$argon2id$of-ada".to_owned())),
            is_active: true,
            is_verified: false,
            is_superuser: true,
            roles: Roles::parse(["admin", "billing"]).unwrap(),
            epoch: Epoch::from_i64(3),
            created_at: datetime!(1969-12-31 23:59:58.123_456_789 UTC),
        }
    }

    fn document() -> Value {
        json!({
            "id": "00000000-0000-0000-0000-000000000007",
            "email": "ada@example.com",
            "username": "ada",
            "password_hash": "$argon2id$of-ada",
            "is_active": true,
            "is_verified": false,
            "is_superuser": true,
            "roles": ["admin", "billing"],
            "epoch": 3,
            "created_at": [-2, 123_456_789],
        })
    }

    /// What the document says with one field changed.
    fn with(field: &str, value: Value) -> Result<User, String> {
        let mut document = document();
        document[field] = value;
        let stored: StoredUser = serde_json::from_value(document).map_err(|e| e.to_string())?;
        stored.into_user().map_err(|error| error.to_string())
    }

    /// The form on disk: a change of it is a change of everybody's storage.
    #[test]
    fn the_form_of_the_document_is_pinned() {
        assert_eq!(
            serde_json::to_value(StoredUser::from(&user())).unwrap(),
            document()
        );
    }

    #[test]
    fn a_document_becomes_the_same_user() {
        let stored: StoredUser = serde_json::from_value(document()).unwrap();
        let (back, user) = (stored.into_user().unwrap(), user());
        assert_eq!(back.created_at, user.created_at);
        let form = |user: &User| serde_json::to_value(StoredUser::from(user)).unwrap();
        assert_eq!(form(&back), form(&user));
    }

    #[test]
    fn what_was_never_written_is_refused() {
        for (field, value) in [
            ("email", json!("Ada@Example.com")),
            ("email", json!("ada")),
            ("username", json!(" ada")),
            ("roles", json!(["Billing"])),
            ("roles", json!(["billing", "admin"])),
            ("roles", json!([""])),
            ("created_at", json!([i64::MAX, 0])),
            ("created_at", json!([0, 1_000_000_000])),
        ] {
            let refusal = with(field, value).unwrap_err();
            let expected = format!("the `{field}` of a stored user is none that was written");
            assert_eq!(refusal, expected);
        }
        assert!(with("username", Value::Null).unwrap().username.is_none());
    }

    /// An older program does not lose what a later one wrote.
    #[test]
    fn a_field_of_a_later_version_is_refused() {
        let refusal = with("totp_secret", json!("JBSWY3DP")).unwrap_err();
        assert!(refusal.contains("unknown field `totp_secret`"), "{refusal}");
    }

    #[test]
    fn debug_tells_no_secret() {
        let text = format!("{:?}", StoredUser::from(&user()));
        assert!(!text.contains("argon2id") && !text.contains("example.com"));
    }
}
