//! Settings of a database that lose data or break statements, found when a store is opened.

use auth_core::User;
use auth_core::store::{
    ExpiringKey, ExpiringStore, InsertOutcome, NewUser, Precondition, UniqueField, UserChange,
    UserDatabase, Window,
};
use auth_diesel::diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use auth_diesel::{MysqlConnection, MysqlStore, OpenError, PostgresStore};
use scratch_servers::{Engine, own_server};

use crate::homes::{Home, Mysql, Postgres};
use crate::support::{begun, email, inserted, new_user, now, session, stored};

/// Every text can be stored, not only those of a tenth of the world.
const WIDE: &str = "Mozilla/5.0 🐘";

fn sentence<T>(opened: Result<T, OpenError>) -> String {
    opened.map_or_else(|error| error.to_string(), |_| "opened".to_owned())
}

#[tokio::test]
async fn postgres_database_in_another_encoding_is_refused() {
    let Some(home) = Postgres::new().await else {
        return;
    };
    let (server, name) = home.url().rsplit_once('/').unwrap();
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let other = format!("{name}_{}", encoding.to_lowercase());
        home.sql(&format!(
            "CREATE DATABASE {other} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        ))
        .await;
        let opened = PostgresStore::<User>::open(&format!("{server}/{other}")).await;
        let error = sentence(opened);
        home.sql(&format!("DROP DATABASE {other} WITH (FORCE)"))
            .await;
        assert!(
            error.contains(&format!("its encoding is {encoding}"))
                && error.contains("ENCODING 'UTF8' TEMPLATE template0"),
            "{error}"
        );
    }
}

/// What every store does, with texts that need four bytes a letter.
async fn works(store: &MysqlStore) {
    let new = NewUser {
        username: Some(auth_core::Username::parse("ada").unwrap()),
        ..new_user("ada@example.com")
    };
    let ada = inserted(store, new.clone()).await;
    let taken = store.insert(new).await.unwrap();
    assert!(matches!(taken, InsertOutcome::Taken(UniqueField::Email)));
    let mut kept = session(&format!("users:{}", ada.id));
    kept.client = Some(WIDE.to_owned());
    let kept = begun(store, kept).await;
    let change = UserChange {
        is_verified: Some(true),
        bump_epoch: true,
        keep_session: Some(kept.id),
        ..UserChange::default()
    };
    let changed = store.update(&ada.id, change, Precondition::default()).await;
    changed.unwrap();
    let session = stored(store, &kept).await;
    assert_eq!(session.client.as_deref(), Some(WIDE));
    assert_eq!(session.epoch, ada.account.epoch.next());
    let found = store.find(&email("ada@example.com").into()).await.unwrap();
    assert!(found.unwrap().account.is_verified);
    let window = Window::Fixed(time::Duration::MINUTE);
    let key = ExpiringKey::new("test", "a");
    for count in 1..=2 {
        assert_eq!(store.increment(&key, window, now()).await.unwrap(), count);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mysql_modes_that_lose_data_or_break_statements_are_refused() {
    let Some(server) = own_server(Engine::Mysql) else {
        return;
    };
    let (base, _) = server.url().rsplit_once('/').unwrap();
    let mut control = MysqlConnection::establish(server.url()).await.unwrap();
    let is_known = |error: &dyn std::error::Error| error.to_string().contains("EMPTY_STRING");
    for (number, (mode, named)) in [
        ("ORACLE", Some("`sql_mode` has `ORACLE`")),
        ("", Some("`sql_mode` lacks `STRICT_TRANS_TABLES`")),
        (
            "NO_ENGINE_SUBSTITUTION",
            Some("`sql_mode` lacks `STRICT_TRANS_TABLES`"),
        ),
        (
            "TRADITIONAL,EMPTY_STRING_IS_NULL",
            Some("`sql_mode` has `EMPTY_STRING_IS_NULL`"),
        ),
        ("TRADITIONAL,ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE", None),
        (
            "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH",
            None,
        ),
        (
            "STRICT_TRANS_TABLES,ANSI,ONLY_FULL_GROUP_BY,HIGH_NOT_PRECEDENCE",
            None,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let set = format!("SET GLOBAL sql_mode = '{mode}'");
        match control.batch_execute(&set).await {
            Ok(()) => {}
            // MySQL does not have this mode.
            Err(error) if is_known(&error) => continue,
            Err(error) => panic!("{mode}: {error}"),
        }
        let create = format!("CREATE DATABASE modes_{number} CHARACTER SET latin1");
        control.batch_execute(&create).await.unwrap();
        let opened = MysqlStore::<User>::open(&format!("{base}/modes_{number}")).await;
        match named {
            Some(named) => {
                let error = sentence(opened);
                assert!(error.contains(named), "{mode}: {error}");
            }
            None => works(&opened.unwrap()).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mysql_connections_and_tables_that_lose_texts_are_refused() {
    let Some(home) = Mysql::new().await else {
        return;
    };
    let store = home.open().await;
    works(&store).await;
    for (change, named) in [
        (
            "ALTER TABLE auth_users MODIFY roles TEXT CHARACTER SET latin1 NOT NULL",
            "the character set of column `roles` is `latin1`",
        ),
        (
            "ALTER TABLE auth_users MODIFY roles TEXT CHARACTER SET utf8mb4 NOT NULL, ENGINE = MyISAM",
            "`ALTER TABLE auth_users ENGINE = InnoDB`",
        ),
        (
            "ALTER TABLE auth_users ENGINE = InnoDB; ALTER TABLE auth_sessions ENGINE = MyISAM",
            "`ALTER TABLE auth_sessions ENGINE = InnoDB`",
        ),
    ] {
        home.sql(change).await;
        let error = sentence(MysqlStore::<User>::open(home.url()).await);
        assert!(error.contains(named), "{error}");
    }
    home.sql("ALTER TABLE auth_sessions ENGINE = InnoDB").await;

    let mut config = ManagerConfig::<MysqlConnection>::default();
    config.custom_setup = Box::new(|url| {
        let url = url.to_owned();
        Box::pin(async move {
            let mut connection = MysqlConnection::establish(&url).await?;
            connection.batch_execute("SET NAMES latin1").await.unwrap();
            Ok(connection)
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(home.url(), config);
    let pool = auth_diesel::bb8::Pool::builder().build(manager).await;
    let store = MysqlStore::<User>::from_pool(pool.unwrap());
    let error = sentence(store.migrate().await);
    assert!(error.contains("run `SET NAMES utf8mb4`"), "{error}");
}
