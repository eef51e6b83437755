//! The look-up of an authenticated request, in as few steps as the storage allows.

use std::sync::Arc;

use super::Accounts;
use crate::error::{StoreError, Unavailable};
use crate::session::SessionId;
use crate::store::{AccessLookup, AccessQuery, AccessRecord, StoreId, UserQuery};
use crate::strategy::TokenRevocation;
use crate::user::AuthUser;

/// How old the answer to a look-up may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaxAge {
    /// It is asked for now.
    Zero,
    /// As old as [`AuthBuilder::cached_lookups`](crate::AuthBuilder::cached_lookups) says.
    OfCache,
}

/// What a token asks of the storage.
#[derive(Debug)]
pub(crate) struct TokenQuery<'a, Id> {
    /// Where the revocation of the token would be recorded, if it can be revoked.
    pub(crate) revocation: Option<&'a TokenRevocation>,
    /// The session of the token, if the request checks it.
    pub(crate) session: Option<&'a SessionId>,
    /// The key of the user; `None` for the owner of the session.
    pub(crate) user: Option<&'a Id>,
}

/// The answer to a query.
pub(crate) struct Answer<U> {
    pub(crate) record: AccessRecord<U>,
    /// Whether it was given to an earlier request.
    pub(crate) is_remembered: bool,
}

impl<U> Answer<U> {
    fn of_now(record: AccessRecord<U>) -> Self {
        Self {
            record,
            is_remembered: false,
        }
    }
}

// A derived `Copy` would need keys that are `Copy`.
impl<Id> Clone for TokenQuery<'_, Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for TokenQuery<'_, Id> {}

impl<U: AuthUser> Accounts<U> {
    /// Answers what a token asks of the storage, or repeats a remembered answer that is not too old. A remembered
    /// answer may accept the token and may not refuse it: another process may have given its session or its
    /// user a state in which it is valid.
    pub(crate) async fn look_up(
        &self,
        token: TokenQuery<'_, U::Id>,
        max_age: MaxAge,
    ) -> Result<Answer<U>, Unavailable> {
        let Some(cache) = self.lookup_cache().filter(|_| max_age == MaxAge::OfCache) else {
            return self.look_up_now(token).await.map(Answer::of_now);
        };
        let now = self.now();
        let lookup = self.database().access_lookup();
        if lookup.is_none_or(AccessLookup::note_other_writes)
            && let Some(record) = cache.get(token, now)
        {
            return Ok(Answer {
                record,
                is_remembered: true,
            });
        }
        let before = cache.before(now);
        let record = self.look_up_now(token).await?;
        cache.insert(token, before, &record);
        Ok(Answer::of_now(record))
    }

    /// Answers what a token asks of the storage: with one question where one storage has all of it, otherwise
    /// with one question to each store.
    async fn look_up_now(
        &self,
        token: TokenQuery<'_, U::Id>,
    ) -> Result<AccessRecord<U>, Unavailable> {
        let lookup = self.database().access_lookup();
        let storage = lookup.map(AccessLookup::store_id);
        let is_shared = |store: Option<StoreId>| store.is_some() && store == storage;

        let mut query = AccessQuery {
            revocation: None,
            session: None,
            user: match token.user {
                Some(key) => UserQuery::Key(key),
                None => UserQuery::OwnerInRealm(self.realm()),
            },
            now: self.now(),
        };
        if let Some(revocation) = token.revocation {
            if is_shared(revocation.store.store_id()) {
                query.revocation = Some(&revocation.key);
            } else if revocation.is_recorded(query.now).await? {
                return Ok(AccessRecord::revoked());
            }
        }
        let Some(id) = token.session else {
            return Ok(self.with_user(lookup, query).await?);
        };
        let sessions = self.session_settings()?;
        if is_shared(sessions.store().store_id()) {
            query.session = Some(id);
            return Ok(self.with_user(lookup, query).await?);
        }
        let Some(row) = sessions.store().shared_session(id).await? else {
            return Ok(AccessRecord::missing());
        };
        let owner = sessions.key_of(&row).and_then(|key| key.parse().ok());
        match (token.user, &owner) {
            (Some(_), _) => {}
            (None, Some(key)) => query.user = UserQuery::Key(key),
            (None, None) => return Ok(AccessRecord::missing()),
        }
        let record = self.with_user(lookup, query).await?;
        Ok(AccessRecord {
            session: Some(row),
            ..record
        })
    }

    /// Answers a query whose parts are all in one storage.
    async fn with_user(
        &self,
        lookup: Option<&dyn AccessLookup<User = U>>,
        query: AccessQuery<'_, U::Id>,
    ) -> Result<AccessRecord<U>, StoreError> {
        match (lookup, query.user) {
            (Some(lookup), _) => lookup.look_up(query).await,
            (None, UserQuery::Key(key)) => Ok(AccessRecord {
                user: self.database().get(key).await?.map(Arc::new),
                ..AccessRecord::missing()
            }),
            // An owner is asked only of the storage that has the session.
            (None, UserQuery::OwnerInRealm(_)) => Ok(AccessRecord::missing()),
        }
    }
}
