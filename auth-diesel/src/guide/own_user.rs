//! Bring your own user.
//!
//! An own user has a key of its own type, columns of its own, and a table of its own. It is declared once,
//! and the same declaration serves SQLite, PostgreSQL and MySQL.
//!
//! # 1. Declare it
//!
//! ```
//! use auth_core::Account;
//!
//! auth_diesel::user! {
//!     /// A customer of the shop.
//!     pub struct Customer (table: "customers", new: NewCustomer, change: CustomerChange) {
//!         pub number: i64,
//!         pub account: Account [without_usernames, without_roles],
//!         /// What others see.
//!         pub display_name: String [register, owner, length = 1..=80],
//!         /// The language of mails.
//!         pub locale: Option<String> [register, owner, length = 2..=6, json = "lang"],
//!         /// The company, which administrators set and clients do not see.
//!         pub company: Option<i64> [admin, hidden],
//!     }
//! }
//! ```
//!
//! The first member is the key: `i64` or `i32`, which the database makes, `Uuid` or `String`, which the
//! store makes ([`SqlKey`](crate::SqlKey)). The second is the account. The others are own columns;
//! [`auth_core::user!`] lists their options. The macro writes three structs:
//!
//! | struct | contents |
//! | --- | --- |
//! | `Customer` | the user, as handlers and hooks get it: `customer.display_name` |
//! | `NewCustomer` | the own columns of a registration by the application itself ([`Registration::with_columns`](auth_core::accounts::Registration::with_columns)) |
//! | `CustomerChange` | a change of own columns by the application itself; `None` leaves a column as it is |
//!
//! The routes follow:
//!
//! | route | what the declaration above gives |
//! | --- | --- |
//! | `POST A/register` | requires `display_name`, accepts `lang`, refuses `company` (422, `unknown`) |
//! | `PATCH U/me` | accepts `display_name` and `lang`; `"lang": null` clears it |
//! | `PATCH U/{id}` | accepts `company`, by an administrator |
//! | all that show a user | show `display_name` and `lang` |
//!
//! A value outside the bounds is 422 with the name of the member and `too_short`, `too_long` or
//! `wrong_type`; a value of another user in a `unique` column is 422 with `taken`.
//!
//! # 2. Create the table
//!
//! [`DeclaredTable::create_table_sql`](crate::DeclaredTable::create_table_sql) returns the statement. Print it
//! once and keep it as a file among the migrations of the application. For SQLite it is:
//!
//! ```sql
//! CREATE TABLE "customers" (
//!     "number" INTEGER PRIMARY KEY AUTOINCREMENT,
//!     "email" TEXT NOT NULL UNIQUE,
//!     "password_hash" TEXT,
//!     "is_active" INTEGER NOT NULL CHECK ("is_active" IN (0, 1)),
//!     "is_verified" INTEGER NOT NULL CHECK ("is_verified" IN (0, 1)),
//!     "pending_email" TEXT,
//!     "is_superuser" INTEGER NOT NULL CHECK ("is_superuser" IN (0, 1)),
//!     "epoch" INTEGER NOT NULL DEFAULT 0,
//!     "created_at" INTEGER NOT NULL,
//!     "display_name" TEXT NOT NULL,
//!     "locale" TEXT,
//!     "company" INTEGER
//! ) STRICT;
//! ```
//!
//! # 3. Open the store
//!
//! [`StoreOptions::migration`](crate::StoreOptions::migration) names the migrations of the application, which
//! run once, after those of the toolkit. An application with a tool of its own for migrations leaves them
//! out, and runs them before it opens the store.
//!
//! ```
//! use auth_core::accounts::Registration;
//! use auth_core::secret::{MasterSecret, Secret};
//! use auth_core::{Account, Accounts};
//! use auth_diesel::{DeclaredTable, SqlEngine, SqliteStore, StoreOptions};
//!
//! auth_diesel::user! {
//!     pub struct Customer (table: "customers", new: NewCustomer, change: CustomerChange) {
//!         pub number: i64,
//!         pub account: Account,
//!         pub display_name: String [register, owner, length = 1..=80],
//!     }
//! }
//!
//! async fn register(url: &str) -> Result<Customer, Box<dyn std::error::Error>> {
//!     // In an application: include_str!("../migrations/0001_customers.sql")
//!     let table = Customer::create_table_sql(SqlEngine::Sqlite);
//!     let options = StoreOptions::default().migration("0001_customers", table);
//!     let store: SqliteStore<Customer> = SqliteStore::open_with(url, options).await?;
//!
//!     let secret = MasterSecret::new(Secret::generate()?);
//!     let accounts = Accounts::builder(store.clone(), &secret)
//!         .expiring_store(store)
//!         .build()?;
//!     let columns = NewCustomer { display_name: "Countess".to_owned() };
//!     let password = "a mill that weaves algebra";
//!     let ada = Registration::with_columns("ada@example.com", password, columns)?;
//!     Ok(accounts.register(ada, &accounts.context()).await?)
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
//! let ada = runtime.block_on(register(&url))?;
//! assert_eq!((ada.number, ada.display_name.as_str()), (1, "Countess"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A table that exists already
//!
//! Names of columns are options: `pub number: i64 [column = "customer_no"]`,
//! `account: Account [email = "mail", password_hash = "digest"]`, `nick: String [column = "nickname"]`. What the
//! table has no column for is left out: `without_usernames`, `without_pending_emails`, `without_superusers`,
//! `without_roles`, `without_created_at`. Without superusers the routes of administration answer 403, and
//! without pending addresses users cannot change their own.
//!
//! | column | type | reason |
//! | --- | --- | --- |
//! | key | an integer that the database makes and never gives twice, a UUID, or a text | tokens name it |
//! | address | text, `NOT NULL`, `UNIQUE`, compared byte for byte | of simultaneous registrations one succeeds |
//! | password hash | text of at least 255 characters | Argon2's text form with its parameters |
//! | active, verified | boolean | |
//! | epoch | `BIGINT NOT NULL DEFAULT 0` | one number ends all tokens of a user |
//! | unique own columns | a unique index of their own | the database decides which of two users has a value |
//!
//! A search by the beginning of an address (`GET /users?email=`) uses the unique index of a column that is compared byte for
//! byte: `TEXT COLLATE "C"` in PostgreSQL, `COLLATE utf8mb4_bin` in MySQL. With another collation it finds the same users, and
//! reads the whole table.
//!
//! Opening the store checks that the columns and the unique indexes exist. It does not check their types: run
//! the contract suite on your table (`auth_core::testing::contract`, as `examples/custom-user` does).
//!
//! An address must be stored as the toolkit stores it: normalised, in lower case, with the host in its Unicode
//! form ([`EmailAddress`](auth_core::EmailAddress)). Bring existing rows into that form once; a row in another form
//! is an error when it is read. In MySQL give texts that are compared the collation `utf8mb4_bin`.
//!
//! Read the key and the address of every row (`SELECT id, email FROM users ORDER BY id`) and hand them to
//! [`EmailAudit`](auth_core::EmailAudit). It lists the rows to rewrite, the texts that are not addresses, and the
//! rows of one mailbox, such as `ada@bücher.example` and `ada@xn--bcher-kva.example`, which it never merges:
//!
//! ```
//! # fn rows() -> Vec<(i64, String)> { vec![(1, "Ada@Example.com".to_owned())] }
//! let audit = auth_core::EmailAudit::of(rows());
//! for row in &audit.rewrites {
//!     // With both values bound, so that a row that changed meanwhile stays as it is:
//!     // UPDATE users SET email = $address WHERE id = $key AND email = $text
//!     println!("{}: {} becomes {}", row.key, row.text, row.address);
//! }
//! for collision in &audit.collisions {
//!     println!("{} has several rows: {:?}", collision.address, collision.rows);
//! }
//! for (key, text) in &audit.invalid {
//!     println!("{key}: {text} is not an address");
//! }
//! ```
//!
//! # Full control
//!
//! The macro implements traits, and each can be written by hand: [`AuthUser`](auth_core::AuthUser) (key and
//! account), [`UserColumns`](auth_core::UserColumns) (what requests may contain) and
//! [`SqlUser`](crate::SqlUser), which maps a `table!` of Diesel. Take them for a column whose value is computed,
//! for binary data, or for a struct that does not have an [`Account`](auth_core::Account) as a member.
//!
//! `examples/custom-user` is a whole program.
