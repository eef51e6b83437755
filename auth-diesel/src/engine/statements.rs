//! The statements of both tables, for engines that know `RETURNING` and `ON CONFLICT`.

/// Writes the statements of [`Engine`](super::Engine) for a concrete connection, inside of its
/// `impl` block.
///
/// `RETURNING` and `ON CONFLICT` are one dialect; an engine without them gets a second macro for
/// `update_user`, `insert_entry` and `increment_entry` and shares the rest.
macro_rules! portable_statements {
    ($backend:ty) => {
        async fn user(&mut self, id: Uuid) -> QueryResult<Option<UserRow>> {
            auth_users::table
                .find(DbUuid(id))
                .select(UserRow::as_select())
                .first(self)
                .await
                .optional()
        }

        async fn find_user(&mut self, login: &LoginIdentifier) -> QueryResult<Option<UserRow>> {
            let users = auth_users::table.select(UserRow::as_select());
            let found = match login {
                LoginIdentifier::Email(email) => {
                    let by_email = auth_users::email.eq(email.as_str().to_owned());
                    users.filter(by_email).first(self).await
                }
                LoginIdentifier::Username(name) => {
                    let by_name = auth_users::username.eq(name.as_str().to_owned());
                    users.filter(by_name).first(self).await
                }
            };
            found.optional()
        }

        async fn insert_user(&mut self, row: UserRow) -> QueryResult<usize> {
            diesel::insert_into(auth_users::table)
                .values(row)
                .execute(self)
                .await
        }

        async fn delete_user(&mut self, id: Uuid, expect: Expect) -> QueryResult<usize> {
            let mut delete = diesel::delete(auth_users::table.find(DbUuid(id))).into_boxed();
            if let Some(epoch) = expect.epoch {
                delete = delete.filter(auth_users::epoch.eq(epoch.as_i64()));
            }
            if expect.superuser_remains {
                delete = delete.filter(leadership_remains!(id));
            }
            delete.execute(self).await
        }

        async fn user_page(&mut self, page: PageRequest<Uuid>) -> QueryResult<Vec<UserRow>> {
            let mut users = auth_users::table
                .select(UserRow::as_select())
                .order(auth_users::id.asc())
                .limit(i64::from(page.limit))
                .into_boxed::<$backend>();
            match page.start {
                PageStart::Offset(0) | PageStart::After(None) => {}
                PageStart::Offset(offset) => {
                    users = users.offset(i64::try_from(offset).unwrap_or(i64::MAX));
                }
                PageStart::After(Some(id)) => users = users.filter(auth_users::id.gt(DbUuid(id))),
            }
            users.load(self).await
        }

        async fn user_count(&mut self) -> QueryResult<i64> {
            auth_users::table.count().get_result(self).await
        }

        async fn entry_count(
            &mut self,
            key: &str,
            now: OffsetDateTime,
        ) -> QueryResult<Option<i64>> {
            auth_expiring::table
                .find(key.to_owned())
                .filter(auth_expiring::expires_at.gt(DbTime::floor(now)))
                .select(auth_expiring::count)
                .first(self)
                .await
                .optional()
        }

        async fn remove_entry(&mut self, key: &str) -> QueryResult<usize> {
            diesel::delete(auth_expiring::table.find(key.to_owned()))
                .execute(self)
                .await
        }
    };
}

/// The statements that need `RETURNING` or `ON CONFLICT … WHERE`.
macro_rules! returning_statements {
    () => {
        async fn update_user(
            &mut self,
            id: Uuid,
            change: ChangeRow,
            expect: Expect,
        ) -> QueryResult<Option<UserRow>> {
            let bump = i64::from(change.bumps_epoch());
            let demotes = change.demotes();
            let epoch = auth_users::epoch.eq(auth_users::epoch + bump);
            let mut update = diesel::update(auth_users::table.find(DbUuid(id)))
                .set((change, epoch))
                .into_boxed();
            if let Some(epoch) = expect.epoch {
                update = update.filter(auth_users::epoch.eq(epoch.as_i64()));
            }
            if expect.superuser_remains && demotes {
                update = update.filter(leadership_remains!(id));
            }
            update
                .returning(UserRow::as_returning())
                .get_result(self)
                .await
                .optional()
        }

        async fn insert_entry(
            &mut self,
            key: &str,
            expires_at: OffsetDateTime,
            now: OffsetDateTime,
        ) -> QueryResult<usize> {
            let upsert = diesel::insert_into(auth_expiring::table)
                .values((
                    auth_expiring::key.eq(key.to_owned()),
                    auth_expiring::count.eq(1),
                    auth_expiring::expires_at.eq(DbTime::ceil(expires_at)),
                ))
                .on_conflict(auth_expiring::key)
                .do_update()
                .set((
                    auth_expiring::count.eq(1),
                    auth_expiring::expires_at.eq(excluded(auth_expiring::expires_at)),
                ));
            let is_over = auth_expiring::expires_at.le(DbTime::floor(now));
            let upsert = diesel::query_dsl::methods::FilterDsl::filter(upsert, is_over);
            upsert.execute(self).await
        }

        async fn increment_entry(
            &mut self,
            key: &str,
            window: Window,
            now: OffsetDateTime,
        ) -> QueryResult<i64> {
            let is_over = || auth_expiring::expires_at.le(DbTime::floor(now));
            let is_full = auth_expiring::count.eq(i64::MAX);
            let slides = matches!(window, Window::Sliding(_)).into_sql::<Bool>();
            diesel::insert_into(auth_expiring::table)
                .values((
                    auth_expiring::key.eq(key.to_owned()),
                    auth_expiring::count.eq(1),
                    auth_expiring::expires_at.eq(DbTime::ceil(window.expires_at(now))),
                ))
                .on_conflict(auth_expiring::key)
                .do_update()
                .set((
                    auth_expiring::count.eq(case_when(is_over(), 1_i64.into_sql::<BigInt>())
                        .when(is_full, auth_expiring::count)
                        .otherwise(auth_expiring::count + 1)),
                    auth_expiring::expires_at.eq(case_when(
                        is_over().or(slides),
                        excluded(auth_expiring::expires_at),
                    )
                    .otherwise(auth_expiring::expires_at)),
                ))
                .returning(auth_expiring::count)
                .get_result(self)
                .await
        }

        async fn purge_entries(&mut self, now: OffsetDateTime, limit: u32) -> QueryResult<usize> {
            let over = diesel::alias!(crate::schema::auth_expiring as over);
            let oldest = over
                .filter(over.field(auth_expiring::expires_at).le(DbTime::floor(now)))
                .order(over.field(auth_expiring::expires_at).asc())
                .limit(i64::from(limit))
                .select(over.field(auth_expiring::key));
            diesel::delete(auth_expiring::table.filter(auth_expiring::key.eq_any(oldest)))
                .execute(self)
                .await
        }
    };
}

/// The condition "this row is no active superuser, or another row is one".
macro_rules! leadership_remains {
    ($id:expr) => {{
        let others = diesel::alias!(crate::schema::auth_users as others);
        let another_leads = exists(
            others
                .filter(others.field(auth_users::id).ne(DbUuid($id)))
                .filter(others.field(auth_users::is_superuser))
                .filter(others.field(auth_users::is_active))
                .select(others.field(auth_users::id)),
        );
        not(auth_users::is_superuser.and(auth_users::is_active)).or(another_leads)
    }};
}

pub(super) use {leadership_remains, portable_statements, returning_statements};
