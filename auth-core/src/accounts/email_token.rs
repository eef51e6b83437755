//! Tokens that prove an address or replace a password.

use std::fmt;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::AccountSecrets;
use super::email_keys::{AccountKeys, AccountRings};
use crate::clock::forgotten_at;
use crate::error::Unavailable;
use crate::keys::Derived;
use crate::secret::constant_time_eq;
use crate::token::{self, Claims, InvalidToken, TokenProfile};
use crate::user::EmailAddress;
use crate::user::{AuthUser, Epoch};

macro_rules! clear_token {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        // No `Clone`, `Display` or `Serialize`: it goes into one mail, through `expose`.
        pub struct $name(Zeroizing<String>);

        impl $name {
            pub(super) fn new(token: String) -> Self {
                Self(Zeroizing::new(token))
            }

            /// The text to put into the mail. In a link it belongs behind a `#`, where servers and
            /// referrers do not see it (ASVS 14.2.1).
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

clear_token! {
    /// Proves that its bearer reads the mail of one address; for one hour, once.
    VerifyToken
}

clear_token! {
    /// Lets its bearer replace the password of one user; for one hour, once.
    ResetToken
}

/// Mints and reads both kinds.
#[derive(Debug)]
pub(super) struct EmailTokens {
    keys: Derived<AccountRings>,
    verify: TokenProfile,
    reset: TokenProfile,
    pub(super) lifetime: Duration,
}

/// What a verification token says.
pub(super) struct VerifyClaims<Id> {
    pub(super) user: Id,
    pub(super) jti: String,
    pub(super) expires_at: OffsetDateTime,
    /// The epoch of the user, in a token for a pending address.
    pub(super) epoch: Option<Epoch>,
    email: String,
    keys: Arc<AccountKeys>,
}

impl<Id> VerifyClaims<Id> {
    /// Returns whether the token was mailed to this address.
    pub(super) fn prove(&self, email: &EmailAddress) -> bool {
        let digest = self.keys.address_digest(email);
        constant_time_eq(self.email.as_bytes(), digest.as_bytes())
    }
}

/// What a reset token says.
pub(super) struct ResetClaims<Id> {
    pub(super) user: Id,
    pub(super) epoch: Epoch,
    pub(super) generation: u64,
    email: String,
    /// The keys under which the generation was counted.
    pub(super) keys: Arc<AccountKeys>,
}

impl<Id> ResetClaims<Id> {
    /// Returns whether the token was mailed to this address.
    pub(super) fn prove(&self, email: &EmailAddress) -> bool {
        let digest = self.keys.address_digest(email);
        constant_time_eq(self.email.as_bytes(), digest.as_bytes())
    }
}

impl EmailTokens {
    pub(super) fn new(secrets: AccountSecrets, realm: &str, lifetime: Duration) -> Self {
        Self {
            keys: secrets.into_keys(realm),
            verify: TokenProfile::new("verify+jwt", format!("auth:verify:{realm}")),
            reset: TokenProfile::new("reset+jwt", format!("auth:reset-password:{realm}")),
            lifetime,
        }
    }

    /// The keys to make something with.
    pub(super) fn active_keys(&self) -> Arc<AccountKeys> {
        self.keys.get().active()
    }

    /// The keys to make something with, and those with which something may have been made.
    pub(super) fn active_and_other_keys(&self) -> (Arc<AccountKeys>, Vec<Arc<AccountKeys>>) {
        let rings = self.keys.get();
        (rings.active(), rings.others())
    }

    /// Returns a token that proves the stored address of a user.
    pub(super) fn mint_verify<U: AuthUser>(
        &self,
        user: &U,
        now: OffsetDateTime,
    ) -> Result<VerifyToken, Unavailable> {
        self.mint_proof(user, user.email(), None, now)
    }

    /// Returns a token that proves the pending address of a user. What ends all sessions of the user makes
    /// it invalid.
    pub(super) fn mint_verify_pending<U: AuthUser>(
        &self,
        user: &U,
        pending: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<VerifyToken, Unavailable> {
        self.mint_proof(user, pending, Some(user.epoch()), now)
    }

    fn mint_proof<U: AuthUser>(
        &self,
        user: &U,
        email: &EmailAddress,
        epoch: Option<Epoch>,
        now: OffsetDateTime,
    ) -> Result<VerifyToken, Unavailable> {
        let keys = self.active_keys();
        let mut claims = self
            .claims(&user.id().to_string(), now)?
            .with_text("eml", keys.address_digest(email));
        if let Some(epoch) = epoch {
            claims = claims.with_integer("epoch", epoch.as_i64());
        }
        token::encode(&keys.verify_ring(), &self.verify, &claims)
            .map(VerifyToken::new)
            .map_err(Unavailable::new)
    }

    pub(super) fn read_verify<U: AuthUser>(
        &self,
        text: &str,
        now: OffsetDateTime,
    ) -> Result<VerifyClaims<U::Id>, InvalidToken> {
        let (claims, keys) = self.keys.get().decode_verify(&self.verify, text, now)?;
        Ok(VerifyClaims {
            user: claims.sub().parse().map_err(|_| InvalidToken::BadClaim)?,
            jti: claims.jti().to_owned(),
            expires_at: expiry(&claims)?,
            epoch: claims.optional_integer("epoch")?.map(Epoch::from_i64),
            email: claims.text("eml")?.to_owned(),
            keys,
        })
    }

    /// Returns a reset token for the user `subject` with this address, with the keys under which the
    /// generation was counted. For an unknown address the same work is done and the token is dropped.
    pub(super) fn mint_reset(
        &self,
        keys: &AccountKeys,
        subject: &str,
        email: &EmailAddress,
        epoch: Epoch,
        generation: u64,
        now: OffsetDateTime,
    ) -> Result<ResetToken, Unavailable> {
        let generation = i64::try_from(generation).map_err(Unavailable::new)?;
        let claims = self
            .claims(subject, now)?
            .with_text("eml", keys.address_digest(email))
            .with_integer("epoch", epoch.as_i64())
            .with_integer("gen", generation);
        token::encode(&keys.reset_ring(), &self.reset, &claims)
            .map(ResetToken::new)
            .map_err(Unavailable::new)
    }

    pub(super) fn read_reset<U: AuthUser>(
        &self,
        text: &str,
        now: OffsetDateTime,
    ) -> Result<ResetClaims<U::Id>, InvalidToken> {
        let (claims, keys) = self.keys.get().decode_reset(&self.reset, text, now)?;
        Ok(ResetClaims {
            user: claims.sub().parse().map_err(|_| InvalidToken::BadClaim)?,
            epoch: Epoch::from_i64(claims.integer("epoch")?),
            generation: u64::try_from(claims.integer("gen")?)
                .map_err(|_| InvalidToken::BadClaim)?,
            email: claims.text("eml")?.to_owned(),
            keys,
        })
    }

    fn claims(&self, subject: &str, now: OffsetDateTime) -> Result<Claims, Unavailable> {
        let jti = token::random_id().map_err(Unavailable::new)?;
        Ok(Claims::new(subject, jti, now, self.lifetime.unsigned_abs()))
    }
}

/// When an entry that remembers the token may be forgotten: no clock accepts the token any more.
fn expiry(claims: &Claims) -> Result<OffsetDateTime, InvalidToken> {
    let expires_at =
        OffsetDateTime::from_unix_timestamp(claims.exp()).map_err(|_| InvalidToken::BadClaim)?;
    Ok(forgotten_at(expires_at))
}
