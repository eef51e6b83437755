//! Settings of MySQL and MariaDB that lose data or break statements.

use diesel::QueryResult;
use diesel_async::AsyncMysqlConnection;

use crate::engine::{fetch_number, fetch_text};
use crate::sql::{Kind, Statement};

/// Returns what is wrong with the modes and character sets of a connection.
pub(super) async fn find_fault(
    connection: &mut AsyncMysqlConnection,
) -> QueryResult<Option<String>> {
    let mode = text("SELECT CAST(@@SESSION.sql_mode AS CHAR)");
    if let Some(fault) = fault_of_mode(&fetch_text(connection, mode).await?) {
        return Ok(Some(fault));
    }
    for variable in [
        "character_set_client",
        "character_set_connection",
        "character_set_results",
    ] {
        let value = text(&format!("SELECT CAST(@@SESSION.{variable} AS CHAR)"));
        let value = fetch_text(connection, value).await?;
        if value != "utf8mb4" {
            return Ok(Some(format!(
                "`{variable}` of the connection is `{value}`, which cannot carry all texts: let the \
                 connections of the pool run `SET NAMES utf8mb4`"
            )));
        }
    }
    Ok(None)
}

/// Returns what is wrong with a mode.
///
/// `ANSI_QUOTES`, `PIPES_AS_CONCAT`, `NO_BACKSLASH_ESCAPES`, `PAD_CHAR_TO_FULL_LENGTH`, `IGNORE_SPACE` and
/// others change nothing: names are between backticks, and values are bound.
fn fault_of_mode(mode: &str) -> Option<String> {
    let has = |name: &str| mode.split(',').any(|part| part.eq_ignore_ascii_case(name));
    let without = |name: &str, why: &str| {
        Some(format!(
            "its `sql_mode` has `{name}`, {why}: remove it from `sql_mode` of the server, or let the \
             connections of the pool set another one"
        ))
    };
    if has("ORACLE") {
        return without("ORACLE", "with which statements have another syntax");
    }
    if has("EMPTY_STRING_IS_NULL") {
        return without("EMPTY_STRING_IS_NULL", "with which an empty text is `NULL`");
    }
    let is_strict = has("STRICT_TRANS_TABLES") || has("STRICT_ALL_TABLES");
    (!is_strict).then(|| {
        "its `sql_mode` lacks `STRICT_TRANS_TABLES`, without which a value that does not fit is cut off \
         silently: add it to `sql_mode` of the server, or let the connections of the pool set it"
            .to_owned()
    })
}

/// Returns what is wrong with the engine and the character sets of a table.
pub(super) async fn find_table_fault(
    connection: &mut AsyncMysqlConnection,
    table: &str,
    texts: &[&str],
) -> QueryResult<Option<String>> {
    for table in [table, "auth_expiring", "auth_sessions", "auth_credentials"] {
        let count = "SELECT count(*) FROM information_schema.tables t \
                     JOIN information_schema.engines e ON e.engine = t.engine \
                     WHERE e.transactions <> 'YES' AND ";
        let count = of_table(Statement::new(count), "t.", table);
        if fetch_number(connection, count.returns(&[Kind::BigInt])).await? > 0 {
            return Ok(Some(format!(
                "the storage engine of `{table}` has no transactions: run \
                 `ALTER TABLE {table} ENGINE = InnoDB`"
            )));
        }
    }
    for column in texts {
        let set =
            "SELECT CAST(max(character_set_name) AS CHAR) FROM information_schema.columns WHERE ";
        let set = of_table(Statement::new(set), "", table);
        let set = set.text(" AND column_name = ").bind(*column);
        let set = fetch_text(connection, set.returns(&[Kind::Text])).await?;
        // A binary column has no character set.
        if !matches!(&*set, "utf8mb4" | "") {
            return Ok(Some(format!(
                "the character set of column `{column}` is `{set}`, which cannot hold all texts: give the \
                 column `CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`"
            )));
        }
    }
    Ok(None)
}

fn of_table(statement: Statement, alias: &str, table: &str) -> Statement {
    let (schema, table) = match table.split_once('.') {
        Some((schema, table)) => (Some(schema), table),
        None => (None, table),
    };
    let statement = statement.text(&format!("{alias}table_name = ")).bind(table);
    let statement = statement.text(&format!(" AND {alias}table_schema = "));
    match schema {
        Some(schema) => statement.bind(schema),
        None => statement.text("DATABASE()"),
    }
}

fn text(statement: &str) -> Statement {
    Statement::new(statement).returns(&[Kind::Text])
}

#[cfg(test)]
mod tests {
    use super::fault_of_mode;

    #[test]
    fn modes_that_lose_data_or_break_statements_are_named() {
        for (mode, named) in [
            ("STRICT_TRANS_TABLES", None),
            ("STRICT_ALL_TABLES,NO_ZERO_DATE", None),
            ("ANSI_QUOTES,STRICT_TRANS_TABLES", None),
            ("", Some("`STRICT_TRANS_TABLES`")),
            ("NO_ENGINE_SUBSTITUTION", Some("`STRICT_TRANS_TABLES`")),
            ("ORACLE,STRICT_TRANS_TABLES", Some("`ORACLE`")),
            (
                "STRICT_TRANS_TABLES,EMPTY_STRING_IS_NULL",
                Some("`EMPTY_STRING_IS_NULL`"),
            ),
        ] {
            let fault = fault_of_mode(mode);
            assert_eq!(fault.is_some(), named.is_some(), "{mode}");
            let fault = fault.unwrap_or_default();
            assert!(fault.contains(named.unwrap_or_default()), "{mode}: {fault}");
        }
    }
}
