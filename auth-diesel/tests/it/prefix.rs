//! Lists of a prefix over columns in the collation of a language.

use auth_core::EmailPrefix;
use auth_core::store::{PageRequest, UserDatabase};

use crate::homes::Home;
use crate::on_each_engine;
use crate::support::{inserted, new_user};

on_each_engine!(collation_of_the_column_does_not_matter);

/// An application's table may have such a column. The range is then read without the index.
async fn collation_of_the_column_does_not_matter(home: impl Home) {
    home.open().await;
    let change = match home.url().split(':').next().unwrap() {
        "postgres" => r#"ALTER TABLE auth_users ALTER email TYPE TEXT COLLATE "und-x-icu""#,
        "mysql" => {
            "ALTER TABLE auth_users MODIFY email VARCHAR(320) \
             CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL"
        }
        // SQLite has no collation of a language, and changes no column.
        _ => "SELECT 1",
    };
    home.sql(change).await;
    let store = home.open().await;
    for local in [
        "ea",
        "\u{e9}b",
        "f",
        "strassea",
        "stra\u{df}eb",
        "a_b",
        "axb",
        "z{",
    ] {
        inserted(&store, new_user(&format!("{local}@example.com"))).await;
    }
    for (prefix, expected) in [
        ("e", &["ea"][..]),
        ("\u{e9}", &["\u{e9}b"]),
        ("strass", &["strassea"]),
        ("stra\u{df}", &["stra\u{df}eb"]),
        ("a_", &["a_b"]),
        ("z", &["z{"]),
    ] {
        let page = PageRequest {
            email: Some(EmailPrefix::parse(prefix).unwrap()),
            ..PageRequest::first()
        };
        let page = store.list(page).await.unwrap();
        let found: Vec<_> = page
            .items
            .iter()
            .map(|user| user.email().local_part())
            .collect();
        assert_eq!(found, expected, "{prefix}");
        assert_eq!(page.total, expected.len() as u64, "{prefix}");
    }
}
