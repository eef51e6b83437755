//! The bundled user in the table `auth_users`.

use auth_core::{Account, BoxError, NoColumns, User};
use uuid::Uuid;

use super::{AccountColumns, SqlUser, UserTable};
use crate::schema::auth_users as users;

impl SqlUser for User {
    type Own = ();

    fn table() -> UserTable<Self> {
        let columns = AccountColumns {
            key: users::id,
            email: users::email,
            password_hash: users::password_hash,
            is_active: users::is_active,
            is_verified: users::is_verified,
            epoch: users::epoch,
        };
        UserTable::new("auth_users", columns)
            .username(users::username)
            .pending_email(users::pending_email)
            .is_superuser(users::is_superuser)
            .roles(users::roles)
            .created_at(users::created_at)
    }

    fn from_row(id: Uuid, account: Account, (): ()) -> Result<Self, BoxError> {
        Ok(Self { id, account })
    }

    fn new_columns(NoColumns: NoColumns) {}

    fn changed_columns(NoColumns: NoColumns) {}
}
