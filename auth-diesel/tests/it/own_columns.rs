//! Tables without columns for optional fields, and keys that would be given twice.

use auth_core::accounts::{AdminUpdate, AdminUpdateError, Privileges, RegisterError, Registration};
use auth_core::testing::conformance::{Client as _, CoreClient, WireReply, WireRequest};
use auth_core::testing::{PASSWORD, bearer_headers, fast_hasher, master_secret};
use auth_core::{
    Account, AccountFields, Accounts, Auth, AuthBuilder, AuthUser, Backend, BearerTransport,
    BoxError, ConfigProblem, JwtStrategy, LoginBy, NoColumns, Roles,
};
use auth_diesel::{AccountColumns, AnyStore, OpenError, SqlUser, SqliteStore, UserTable};
use serde_json::{Value, json};

use crate::homes::{File, Home};
use crate::on_each_engine;

on_each_engine!(
    field_without_a_column_is_a_problem_of_the_configuration,
    value_for_a_missing_field_is_refused_by_every_route,
    value_for_a_missing_field_is_refused_by_every_flow,
);

auth_diesel::diesel::table! {
    clerks (number) {
        number -> BigInt,
        email -> Text,
        password_hash -> Nullable<Text>,
        is_active -> Bool,
        is_verified -> Bool,
        is_superuser -> Bool,
        epoch -> BigInt,
    }
}

/// A user of the table; `FITS` says whether its type leaves out the fields without a column.
#[derive(Debug, Clone)]
struct Clerk<const FITS: bool> {
    number: i64,
    account: Account,
}

impl<const FITS: bool> AuthUser for Clerk<FITS> {
    type Id = i64;
    type Columns = NoColumns;

    const FIELDS: AccountFields = if FITS {
        AccountFields::all()
            .without_usernames()
            .without_pending_emails()
            .without_roles()
            .without_created_at()
    } else {
        AccountFields::all()
    };

    fn id(&self) -> &i64 {
        &self.number
    }
    fn account(&self) -> &Account {
        &self.account
    }
}

impl<const FITS: bool> SqlUser for Clerk<FITS> {
    type Own = ();

    fn table() -> UserTable<Self> {
        let columns = AccountColumns {
            key: clerks::number,
            email: clerks::email,
            password_hash: clerks::password_hash,
            is_active: clerks::is_active,
            is_verified: clerks::is_verified,
            epoch: clerks::epoch,
        };
        UserTable::new("clerks", columns).is_superuser(clerks::is_superuser)
    }
    fn from_row(number: i64, account: Account, (): ()) -> Result<Self, BoxError> {
        Ok(Self { number, account })
    }
    fn new_columns(NoColumns: NoColumns) {}
    fn changed_columns(NoColumns: NoColumns) {}
}

async fn create_table(home: &impl Home) {
    let (key, text) = match home.url().split(':').next().unwrap() {
        "sqlite" => ("INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT"),
        "postgres" => ("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "TEXT"),
        _ => (
            "BIGINT AUTO_INCREMENT PRIMARY KEY",
            "VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        ),
    };
    home.sql(&format!(
        "CREATE TABLE clerks (
             number {key}, email {text} NOT NULL UNIQUE, password_hash {text},
             is_active BOOLEAN NOT NULL, is_verified BOOLEAN NOT NULL, is_superuser BOOLEAN NOT NULL,
             epoch BIGINT NOT NULL DEFAULT 0)"
    ))
    .await;
}

async fn builder<const FITS: bool>(home: &impl Home) -> AuthBuilder<Clerk<FITS>> {
    // It has to pass the question on to the store of the engine.
    let store: AnyStore<Clerk<FITS>> = AnyStore::open(home.url()).await.unwrap();
    let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(store.clone());
    let accounts = Accounts::builder(store.clone(), &master_secret())
        .expiring_store(store)
        .hasher(fast_hasher());
    Auth::builder(accounts).backend(Backend::new("jwt", BearerTransport::new(), jwt))
}

/// Together with every other problem, each with a sentence that says what to do.
async fn field_without_a_column_is_a_problem_of_the_configuration(home: impl Home) {
    create_table(&home).await;
    let careless = builder::<false>(&home).await;
    let careless = careless
        .login_by(LoginBy::Username)
        .refusal_codes(["no code"]);
    let error = careless.build().unwrap_err();
    let sentence = |field: &str, leave_out: &str| {
        ConfigProblem::Other(format!(
            "table `clerks` has no column for the field `{field}` of its users: map one with \
             `UserTable::{field}`, or leave the field out of `AuthUser::FIELDS` with `{leave_out}`"
        ))
    };
    let code = "no code".to_owned();
    assert_eq!(
        error.problems(),
        [
            sentence("username", "without_usernames"),
            sentence("pending_email", "without_pending_emails"),
            sentence("roles", "without_roles"),
            sentence("created_at", "without_created_at"),
            ConfigProblem::InvalidRefusalCode { code },
        ]
    );
    let by_name = builder::<true>(&home).await.login_by(LoginBy::Username);
    let error = by_name.build().unwrap_err();
    assert_eq!(error.problems(), [ConfigProblem::LoginByMissingUsername]);
    assert!(builder::<true>(&home).await.build().is_ok());
}

fn assert_names(reply: &WireReply, field: &str) {
    let body = reply.json();
    let errors = json!([{"field": field, "code": "unknown"}]);
    let found = body["errors"].as_array().into_iter().flatten();
    let found: Vec<_> = found
        .map(|error| json!({"field": error["field"], "code": error["code"]}))
        .collect();
    assert_eq!((reply.status, Value::from(found)), (422, errors), "{body}");
}

fn registration(address: &str) -> Registration<Clerk<true>> {
    Registration::new(address, PASSWORD).unwrap()
}

async fn value_for_a_missing_field_is_refused_by_every_route(home: impl Home) {
    create_table(&home).await;
    let auth = builder::<true>(&home).await.build().unwrap();
    let context = auth.accounts().context();
    let root = Privileges::none().verified().superuser();
    let accounts = auth.accounts();
    let root = accounts.create_privileged(registration("root@example.com"), root, &context);
    let root = root.await.unwrap();
    let ada = accounts.register(registration("ada@example.com"), &context);
    let ada = ada.await.unwrap();
    let [admin, own] = [bearer(&auth, &root).await, bearer(&auth, &ada).await];

    let client = CoreClient::new(auth.clone());
    let one = format!("/users/{}", ada.number);
    let mut named = json!({"email": "eve@example.com", "password": PASSWORD});
    named["username"] = "eve".into();
    for (method, path, token, body, field) in [
        (
            "PATCH",
            &*one,
            &admin,
            json!({"roles": ["editor"]}),
            "roles",
        ),
        ("PATCH", &*one, &admin, json!({"roles": []}), "roles"),
        (
            "PATCH",
            &*one,
            &admin,
            json!({"username": "ada"}),
            "username",
        ),
        (
            "PATCH",
            &*one,
            &admin,
            json!({"created_at": null}),
            "created_at",
        ),
        (
            "PATCH",
            "/users/me",
            &own,
            json!({"roles": ["editor"]}),
            "roles",
        ),
        (
            "PATCH",
            "/users/me",
            &own,
            json!({"username": "ada"}),
            "username",
        ),
        ("POST", "/auth/register", &own, named, "username"),
    ] {
        let request = WireRequest::new(method, path).bearer(token).json(&body);
        assert_names(&client.send(request).await, field);
    }
}

async fn bearer(auth: &Auth<Clerk<true>>, user: &Clerk<true>) -> String {
    let headers = bearer_headers(auth, user).await;
    let token = headers[0].value().strip_prefix("Bearer ");
    token.unwrap().to_owned()
}

async fn value_for_a_missing_field_is_refused_by_every_flow(home: impl Home) {
    create_table(&home).await;
    let auth = builder::<true>(&home).await.build().unwrap();
    let (accounts, context) = (auth.accounts(), auth.accounts().context());
    let ada = accounts.register(registration("ada@example.com"), &context);
    let ada = ada.await.unwrap();
    let named = registration("eve@example.com").username("eve").unwrap();
    let refused = accounts.register(named, &context).await.unwrap_err();
    assert!(matches!(refused, RegisterError::Unsupported(it) if it.field() == "username"));
    let roles = Roles::parse(["editor"]).unwrap();
    let given = Privileges::none().roles(roles.clone());
    let refused = accounts.create_privileged(registration("eve@example.com"), given, &context);
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, RegisterError::Unsupported(it) if it.field() == "roles"));
    let update = AdminUpdate {
        roles: Some(roles),
        ..AdminUpdate::default()
    };
    let refused = accounts.update_as_admin(&ada.number, update, &context);
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, AdminUpdateError::Unsupported(it) if it.field() == "roles"));
}

/// A token names the key of its user: a key that is given again is that of the deleted user.
#[tokio::test]
async fn sqlite_key_that_would_be_given_again_is_refused_at_opening() {
    let columns = "email TEXT NOT NULL UNIQUE, password_hash TEXT, is_active INTEGER NOT NULL, \
        is_verified INTEGER NOT NULL, is_superuser INTEGER NOT NULL, epoch INTEGER NOT NULL DEFAULT 0";
    for (key, is_accepted) in [
        ("INTEGER PRIMARY KEY", false),
        ("INTEGER NOT NULL UNIQUE", false),
        ("INTEGER PRIMARY KEY /* AUTOINCREMENT */", false),
        ("integer primary key autoincrement", true),
    ] {
        let file = File::new().await.unwrap();
        file.sql(&format!("CREATE TABLE clerks (number {key}, {columns})"))
            .await;
        let opened = SqliteStore::<Clerk<true>>::open(file.url()).await;
        match opened {
            Ok(_) => assert!(is_accepted, "{key}"),
            Err(OpenError::Table { table, reason }) => {
                assert!(!is_accepted, "{key}: {reason}");
                assert_eq!(table, "clerks");
                assert!(
                    reason.contains("`INTEGER PRIMARY KEY AUTOINCREMENT`"),
                    "{reason}"
                );
            }
            Err(error) => panic!("{key}: {error}"),
        }
    }
}
