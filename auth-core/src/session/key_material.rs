//! What the tokens of a session are made of: at its beginning, and at each rotation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use base64ct::{Base64UrlUnpadded, Encoding};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::refresh_token::{RefreshToken, SecretBytes};
use crate::secret::{RandomError, SubKey, keyed_digest_bytes, random_bytes};
use crate::session::SessionId;
use crate::store::{ACCESS, AccessSlot, FAMILY, Moment, REFRESH, Slots, Successor, TokenDigest};

/// The session for which a strategy issues an access token.
///
/// # Security
///
/// `Debug` shows nothing of the secret, and [`expose`](Self::expose) is the only way to it.
#[derive(Clone, Copy)]
pub struct SessionKeyMaterial<'a> {
    id: &'a SessionId,
    secret: &'a [u8; 32],
}

impl<'a> SessionKeyMaterial<'a> {
    pub(crate) fn new(id: &'a SessionId, secret: &'a [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// The public name of the session, for a token that names it.
    #[must_use]
    pub fn id(&self) -> &'a SessionId {
        self.id
    }

    /// 32 secret bytes of this session and of this generation of its tokens, for a token that *is*
    /// the secret of its session ([`Strategy::is_session_secret`](crate::Strategy::is_session_secret)).
    #[must_use]
    pub fn expose(&self) -> &'a [u8; 32] {
        self.secret
    }
}

impl fmt::Debug for SessionKeyMaterial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionKeyMaterial")
            .field("id", self.id)
            .finish_non_exhaustive()
    }
}

/// A session that is about to begin.
pub(crate) struct Draft {
    pub(crate) token: RefreshToken,
    access: SecretBytes,
    /// The one key of this generation, whatever becomes the active one meanwhile.
    key: Arc<SubKey>,
}

impl Draft {
    pub(super) fn draw(key: Arc<SubKey>) -> Result<Self, RandomError> {
        let token = RefreshToken::draw(SessionId::generate()?)?;
        let access = access_secret(&key, &token);
        Ok(Self { token, access, key })
    }

    pub(crate) fn grant(&self) -> SessionKeyMaterial<'_> {
        SessionKeyMaterial::new(&self.token.id, &self.access)
    }

    /// What the store shall know of the first generation.
    pub(super) fn slots(&self, access_life: Option<StdDuration>, now: OffsetDateTime) -> Slots {
        let key = &self.key;
        Slots {
            generation: 0,
            rotated_at: Moment::floor(now),
            family: family_digest(key, &self.token),
            refresh: refresh_digest(key, &self.token),
            previous: None,
            access: access_life.map(|life| slot(key, &self.token.id, &self.access, life, now)),
            previous_access: None,
        }
    }
}

/// A token that is about to take the place of another one.
pub(crate) struct Exchange {
    pub(crate) token: RefreshToken,
    access: SecretBytes,
    nonce: String,
    key: Arc<SubKey>,
}

impl Exchange {
    /// Makes the successor of `spent` with a new nonce.
    pub(super) fn draw(key: Arc<SubKey>, spent: &RefreshToken) -> Result<Self, RandomError> {
        let nonce = Base64UrlUnpadded::encode_string(&random_bytes::<32>()?);
        Ok(Self::with_nonce(key, spent, nonce))
    }

    /// Makes the successor that another request has made with this nonce.
    pub(super) fn with_nonce(key: Arc<SubKey>, spent: &RefreshToken, nonce: String) -> Self {
        let parts: [&[u8]; 5] = [
            b"next refresh",
            spent.id.as_bytes(),
            &spent.family[..],
            &spent.secret[..],
            nonce.as_bytes(),
        ];
        let secret = Zeroizing::new(keyed_digest_bytes(key.secret(), &parts));
        let token = spent.with_secret(secret);
        let access = access_secret(&key, &token);
        Self {
            token,
            access,
            nonce,
            key,
        }
    }

    /// The token that is good already.
    pub(super) fn current(key: Arc<SubKey>, token: RefreshToken) -> Self {
        let access = access_secret(&key, &token);
        Self {
            token,
            access,
            nonce: String::new(),
            key,
        }
    }

    pub(crate) fn grant(&self) -> SessionKeyMaterial<'_> {
        SessionKeyMaterial::new(&self.token.id, &self.access)
    }

    pub(super) fn successor(
        &self,
        access_life: Option<StdDuration>,
        now: OffsetDateTime,
    ) -> Successor {
        let key = &self.key;
        Successor {
            family: family_digest(key, &self.token),
            refresh: refresh_digest(key, &self.token),
            nonce: self.nonce.clone(),
            access: access_life.map(|life| slot(key, &self.token.id, &self.access, life, now)),
        }
    }
}

fn access_secret(key: &SubKey, token: &RefreshToken) -> SecretBytes {
    let parts: [&[u8]; 3] = [b"next access", token.id.as_bytes(), &token.secret[..]];
    Zeroizing::new(keyed_digest_bytes(key.secret(), &parts))
}

fn family_digest(key: &SubKey, token: &RefreshToken) -> TokenDigest {
    TokenDigest::new(key, &[FAMILY, token.id.as_bytes(), &token.family[..]])
}

fn refresh_digest(key: &SubKey, token: &RefreshToken) -> TokenDigest {
    let parts = [
        REFRESH,
        token.id.as_bytes(),
        &token.family[..],
        &token.secret[..],
    ];
    TokenDigest::new(key, &parts)
}

fn slot(
    key: &SubKey,
    id: &SessionId,
    secret: &[u8; 32],
    life: StdDuration,
    now: OffsetDateTime,
) -> AccessSlot {
    let life = Duration::try_from(life).unwrap_or(Duration::MAX);
    AccessSlot {
        digest: TokenDigest::new(key, &[ACCESS, id.as_bytes(), secret]),
        until: Moment::floor(now.saturating_add(life)),
    }
}
