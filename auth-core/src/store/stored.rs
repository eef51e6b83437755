//! The bundled user as a document, for stores that keep documents.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::password::PasswordHash;
use crate::user::{Account, InvalidStoredUser, StoredAccount, User};

/// The bundled [`User`] in the form of a document, for any format of serde that keeps the names of
/// fields (JSON, CBOR, BSON, `MessagePack` with names).
///
/// An unknown field is refused: it was written by a later version, and this version would lose it with
/// the next write. While two versions run, or after a roll-back, the older version reports an error
/// instead of losing a second factor, for example.
///
/// # Security
///
/// The document contains the password hash, which [`User`] itself never serialises. Write it to the
/// storage only.
///
/// # Examples
///
/// ```
/// use auth_core::store::{NewUser, StoredUser};
/// use auth_core::{Clock, EmailAddress, NoColumns, Roles, SystemClock, User};
///
/// let user = User::from_new(NewUser {
///     email: EmailAddress::parse("ada@example.com")?,
/// #   username: None,
/// #   password_hash: None,
/// #   is_active: true,
/// #   is_verified: true,
/// #   is_superuser: true,
///     roles: Roles::parse(["billing"])?,
///     created_at: SystemClock.now(),
///     // …
/// #   columns: NoColumns,
/// });
/// let document = serde_json::to_vec(&StoredUser::from(&user))?;
///
/// let stored: StoredUser = serde_json::from_slice(&document)?;
/// assert_eq!(stored.into_user()?.account.email, user.account.email);
/// # Ok::<(), auth_core::BoxError>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredUser {
    id: Uuid,
    email: String,
    /// Documents of earlier versions lack it, and an earlier version refuses a document that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending_email: Option<String>,
    username: Option<String>,
    #[serde(serialize_with = "hash_to_text", deserialize_with = "hash_from_text")]
    password_hash: Option<PasswordHash>,
    is_active: bool,
    is_verified: bool,
    is_superuser: bool,
    roles: Vec<String>,
    epoch: i64,
    /// Seconds since 1970, and nanoseconds of a second: whole numbers that every format holds.
    created_at: Option<(i64, u32)>,
}

impl StoredUser {
    /// Returns the user of the document.
    ///
    /// # Errors
    ///
    /// [`InvalidStoredUser`] if a value is not in the form in which the toolkit writes it: see
    /// [`Account::from_stored`].
    pub fn into_user(self) -> Result<User, InvalidStoredUser> {
        let Self {
            id,
            email,
            pending_email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at,
        } = self;
        let created_at = created_at
            .map(|at| time_of_parts(at).ok_or(InvalidStoredUser::new("created_at")))
            .transpose()?;
        let account = Account::from_stored(StoredAccount {
            email,
            pending_email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at,
        })?;
        Ok(User { id, account })
    }
}

impl From<&User> for StoredUser {
    fn from(user: &User) -> Self {
        // Destructured completely, so that a column added later is a compile error and not a lost value.
        let User { id, account } = user;
        let StoredAccount {
            email,
            pending_email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at,
        } = StoredAccount::from(account);
        Self {
            id: *id,
            email,
            pending_email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at: created_at.map(|at| (at.unix_timestamp(), at.nanosecond())),
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

fn time_of_parts((seconds, nanosecond): (i64, u32)) -> Option<OffsetDateTime> {
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
        let account = StoredAccount {
            email: "ada@example.com".to_owned(),
            pending_email: Some("ada@example.org".to_owned()),
            username: Some("ada".to_owned()),
            password_hash: Some(PasswordHash::from_stored("$argon2id$of-ada".to_owned())),
            is_active: true,
            is_verified: false,
            is_superuser: true,
            roles: vec!["admin".to_owned(), "billing".to_owned()],
            epoch: 3,
            created_at: Some(datetime!(1969-12-31 23:59:58.123_456_789 UTC)),
        };
        User {
            id: Uuid::from_u128(7),
            account: Account::from_stored(account).unwrap(),
        }
    }

    fn document() -> Value {
        json!({
            "id": "00000000-0000-0000-0000-000000000007",
            "email": "ada@example.com",
            "pending_email": "ada@example.org",
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

    /// Returns the error for a document with one changed field.
    fn with(field: &str, value: Value) -> Result<User, String> {
        let mut document = document();
        document[field] = value;
        let stored: StoredUser = serde_json::from_value(document).map_err(|e| e.to_string())?;
        stored.into_user().map_err(|error| error.to_string())
    }

    /// A change of the stored form breaks every existing storage.
    #[test]
    fn stored_document_keeps_its_form() {
        assert_eq!(
            serde_json::to_value(StoredUser::from(&user())).unwrap(),
            document()
        );
    }

    #[test]
    fn document_becomes_the_same_user() {
        let stored: StoredUser = serde_json::from_value(document()).unwrap();
        let (back, user) = (stored.into_user().unwrap(), user());
        assert_eq!(back.account.created_at, user.account.created_at);
        let form = |user: &User| serde_json::to_value(StoredUser::from(user)).unwrap();
        assert_eq!(form(&back), form(&user));
    }

    #[test]
    fn invalid_values_are_refused() {
        for (field, value) in [
            ("email", json!("Ada@Example.com")),
            ("email", json!("ada")),
            ("pending_email", json!("Ada@Example.org")),
            ("username", json!(" ada")),
            ("roles", json!(["Billing"])),
            ("roles", json!(["billing", "admin"])),
            ("roles", json!([""])),
            ("created_at", json!([i64::MAX, 0])),
            ("created_at", json!([0, 1_000_000_000])),
        ] {
            let refusal = with(field, value).unwrap_err();
            let expected = format!("stored user has an invalid `{field}`");
            assert_eq!(refusal, expected);
        }
        assert!(
            with("username", Value::Null)
                .unwrap()
                .account
                .username
                .is_none()
        );
    }

    /// A document that was written before there were pending addresses is one without.
    #[test]
    fn document_without_a_pending_address_is_read() {
        let mut document = document();
        document.as_object_mut().unwrap().remove("pending_email");
        let stored: StoredUser = serde_json::from_value(document.clone()).unwrap();
        let user = stored.into_user().unwrap();
        assert!(user.account.pending_email.is_none());
        assert_eq!(
            serde_json::to_value(StoredUser::from(&user)).unwrap(),
            document
        );
    }

    /// An older version does not lose fields of a later version.
    #[test]
    fn field_of_a_later_version_is_refused() {
        let refusal = with("totp_secret", json!("JBSWY3DP")).unwrap_err();
        assert!(refusal.contains("unknown field `totp_secret`"), "{refusal}");
    }

    #[test]
    fn debug_shows_no_secret() {
        let text = format!("{:?}", StoredUser::from(&user()));
        assert!(!text.contains("argon2id") && !text.contains("example.com"));
    }
}
