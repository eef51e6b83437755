//! The storage traits, and an implementation of each in memory.

mod blocking;
mod change;
mod changes;
mod credentials;
mod expiring;
mod lookup;
pub mod memory;
mod noted;
mod owner;
mod page;
mod rows;
mod session_tokens;
mod sessions;
mod stored;
mod users;

pub use blocking::{BlockingUserDatabase, blocking};
pub use change::{NewUser, Precondition, UserChange};
pub(crate) use changes::Versions;
pub use changes::{AccessChanges, ChangeNumber};
pub use credentials::{
    CredentialData, CredentialId, CredentialInsert, CredentialKind, CredentialStore,
    StoredCredential,
};
pub use expiring::{ExpiringKey, ExpiringStore, Inserted, Window};
pub use lookup::{AccessLookup, AccessQuery, AccessRecord, StoreId, UserQuery};
pub(crate) use noted::{Note, NotedSessions, NotedUsers};
pub(crate) use owner::DEFAULT_REALM;
pub use owner::Owner;
pub use page::{Page, PageRequest, PageStart};
pub use rows::{UserIter, UserRecord, UserRows, UserRowsMut};
pub use session_tokens::SessionTokens;
pub use sessions::{SessionPage, SessionPosition, SessionStore, StoredSession};
pub use stored::StoredUser;
pub use users::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, UniqueField, UpdateOutcome, UserDatabase,
};
