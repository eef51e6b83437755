//! Bring your own user.
//!
//! The application has a table of people already, with a key of its own kind, names of its own, and
//! columns that accounts know nothing of. Four things say so; none of them is a macro, and the same
//! four serve SQLite, PostgreSQL and MySQL.
//!
//! 1. **The struct**, and [`AuthUser`](auth_core::AuthUser): where accounts find what they need.
//!    [`Account`](auth_core::Account) bundles it.
//! 2. **[`UserColumns`](auth_core::UserColumns)**: what a registration and a `PATCH /users/me` may say
//!    of the own columns, typed and checked. What is not read there is refused as unknown.
//! 3. **`show_columns`**: which of them clients see.
//! 4. **[`SqlUser`](crate::SqlUser)**: in which columns it all stands. The compiler checks the columns
//!    against the `table!`; opening the store checks that they are there, and that the address has a
//!    unique index. Whether the database's types are those of the `table!`, and no two columns are
//!    mixed up, the contract suite finds out (`auth_core::testing::contract`): run it on your table.
//!
//! Beside `auth-diesel` the application needs `diesel` itself, because `table!` writes paths that
//! begin with that name:
//!
//! ```toml
//! diesel = { version = "2.3", default-features = false }
//! ```
//!
//! ```
//! use auth_core::{Account, AuthUser, BoxError, EmailAddress, Fields, ShownColumns, UserColumns};
//! use auth_diesel::{AccountColumns, OwnChanges, OwnValues, SqlUser, SqliteStore, UserTable};
//!
//! diesel::table! {
//!     people (number) {
//!         number -> BigInt,
//!         mail -> Text,
//!         secret -> Nullable<Text>,
//!         active -> Bool,
//!         verified -> Bool,
//!         epoch -> BigInt,
//!         nick -> Text,
//!     }
//! }
//!
//! #[derive(Clone)]
//! struct Person {
//!     number: i64,
//!     account: Account,
//!     nick: String,
//! }
//!
//! impl AuthUser for Person {
//!     type Id = i64;
//!     type Columns = PersonColumns;
//!
//!     fn id(&self) -> &i64 { &self.number }
//!     fn account(&self) -> &Account { &self.account }
//!     fn show_columns(&self, shown: &mut ShownColumns) { shown.show("nick", &self.nick); }
//! }
//!
//! /// Every person has a nick, which never changes.
//! struct PersonColumns;
//!
//! impl UserColumns for PersonColumns {
//!     type New = String;
//!     type Change = ();
//!
//!     fn read_new(fields: &mut Fields) -> Option<String> {
//!         fields.required_text("nick", 1..=40)
//!     }
//!     fn read_change(_: &mut Fields) {}
//!     fn is_unchanged((): &()) -> bool { true }
//! }
//!
//! impl SqlUser for Person {
//!     type Own = (people::nick,);
//!
//!     fn table() -> UserTable<Self> {
//!         UserTable::new("people", AccountColumns {
//!             key: people::number,
//!             email: people::mail,
//!             password_hash: people::secret,
//!             is_active: people::active,
//!             is_verified: people::verified,
//!             epoch: people::epoch,
//!         })
//!     }
//!     fn from_row(number: i64, account: Account, (nick,): OwnValues<Self>) -> Result<Self, BoxError> {
//!         Ok(Self { number, account, nick })
//!     }
//!     fn new_columns(nick: String) -> OwnValues<Self> { (nick,) }
//!     fn changed_columns((): ()) -> OwnChanges<Self> { (None,) }
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! use auth_core::accounts::{NoHooks, Registration};
//! use auth_core::secret::{MasterSecret, Secret};
//! use auth_core::Accounts;
//! # use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("accounts.db").display().to_string();
//! # let url = format!("sqlite://{path}");
//! # let mut connection = auth_diesel::SqliteConnection::establish(&path).await?;
//! # connection.batch_execute(
//! #     "CREATE TABLE people (number INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT NOT NULL UNIQUE,
//! #      secret TEXT, active BOOLEAN NOT NULL, verified BOOLEAN NOT NULL,
//! #      epoch BIGINT NOT NULL DEFAULT 0, nick TEXT NOT NULL)",
//! # ).await?;
//!
//! // The application's migrations have made `people`; the toolkit makes its own table beside it.
//! let store: SqliteStore<Person> = SqliteStore::open(&url).await?;
//! let secret = MasterSecret::new(Secret::generate()?);
//! let accounts = Accounts::builder(store.clone(), &secret)
//!     .expiring_store(store)
//!     .hooks(NoHooks::new())
//!     .build()?;
//! let ada = accounts
//!     .register(
//!         Registration::with_columns(
//!             "ada@example.com",
//!             "a mill that weaves algebra",
//!             "countess".to_owned(),
//!         )?,
//!         &accounts.context(),
//!     )
//!     .await?;
//! assert_eq!((ada.number, ada.nick.as_str()), (1, "countess"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What the table must have
//!
//! | column | type | why |
//! | --- | --- | --- |
//! | key | `BIGINT`, `INTEGER` that the database makes and never gives twice, or a UUID (see [`SqlKey`](crate::SqlKey)) | tokens name it |
//! | address | text, `NOT NULL`, `UNIQUE`, compared byte for byte | of simultaneous registrations one wins |
//! | password hash | text of at least 255 characters | Argon2's text form with its parameters |
//! | active, verified | boolean | |
//! | epoch | `BIGINT NOT NULL DEFAULT 0` | one number ends all tokens of a user |
//!
//! An address must be stored as the toolkit stores it: normalised and in lower case
//! ([`EmailAddress`](auth_core::EmailAddress)). Rows from before are brought into that form once;
//! one that is not is an error when it is read, and says so in the log. In MySQL give the address
//! the collation `utf8mb4_bin`.
//!
//! A user name, superusers, roles and the time of creation are optional
//! ([`UserTable`](crate::UserTable)). Without a column for superusers there are none, and the routes
//! of administration answer 403.
//!
//! `examples/custom-user` is a whole program of this kind, with a key, a digest, a language and a
//! company; its mapping has fewer than forty lines, and its tests run the contract suite on every
//! engine.
