//! The statement of a list.

use auth_core::EmailPrefix;
use auth_core::store::{PageRequest, PageStart};

use crate::engine::Engine;
use crate::sql::Statement;
use crate::table::{Plan, SqlUser, key_value};

/// Returns the statement that reads the total and the users of a page: an empty page is one row with the
/// total and no user.
pub(super) fn statement<C: Engine, U: SqlUser>(
    plan: &Plan<U>,
    page: PageRequest<U::Id>,
) -> Statement {
    let PageRequest {
        limit,
        start,
        email,
    } = page;
    let (table, email) = (&plan.table, email.as_ref());
    let columns: Vec<_> = plan
        .columns
        .iter()
        .map(|name| format!("p.{name}"))
        .collect();
    let columns = columns.join(", ");
    let list = format!("SELECT t.total, {columns} FROM (SELECT COUNT(*) AS total FROM {table}");
    let list = of_prefix::<C, U>(Statement::new(list), plan, email);
    let list = list.text(&format!(
        ") t LEFT JOIN (SELECT {} FROM {table}",
        plan.column_list(),
    ));
    let mut list = of_prefix::<C, U>(list, plan, email);
    let key = match email {
        None => plan.key.clone(),
        // The count reads every user of the prefix in any case. Planners that expect many of them (PostgreSQL,
        // when it plans without the values) would look for the page in the order of the keys, and read the whole
        // table if there are few. So no index fits this expression.
        Some(_) => format!("COALESCE({0}, {0})", plan.key),
    };
    let mut skipped = 0;
    match start {
        PageStart::Offset(offset) => skipped = i64::try_from(offset).unwrap_or(i64::MAX),
        PageStart::After(None) => {}
        PageStart::After(Some(id)) => {
            let and = if email.is_some() { "AND" } else { "WHERE" };
            list = list
                .text(&format!(" {and} {key} > "))
                .bind(key_value::<U>(&id));
        }
    }
    list = list
        .text(&format!(" ORDER BY {key} LIMIT "))
        .bind(i64::from(limit));
    if skipped > 0 {
        list = list.text(" OFFSET ").bind(skipped);
    }
    list.text(&format!(") p ON 1 = 1 ORDER BY p.{}", plan.key))
}

/// Adds the condition of a prefix: a range, which has no wildcards and which the unique index of addresses
/// serves.
fn of_prefix<C: Engine, U: SqlUser>(
    statement: Statement,
    plan: &Plan<U>,
    prefix: Option<&EmailPrefix>,
) -> Statement {
    let Some(prefix) = prefix else {
        return statement;
    };
    let (email, bytewise) = (&plan.email, C::DIALECT.bytewise);
    let statement = statement.text(&format!(" WHERE {email} >= "));
    let statement = statement.bind(prefix.as_str()).text(bytewise);
    match prefix.end() {
        Some(end) => statement
            .text(&format!(" AND {email} < "))
            .bind(end)
            .text(bytewise),
        None => statement,
    }
}

#[cfg(test)]
mod tests;
