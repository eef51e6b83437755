//! Tokens that prove an address or replace a password.

use std::fmt;

use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::AccountSecrets;
use crate::email::EmailAddress;
use crate::error::Unavailable;
use crate::secret::{Secret, constant_time_eq, keyed_digest};
use crate::token::{self, Claims, InvalidToken, JwtKey, KeyRing, TokenProfile};
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
pub(super) struct AccountTokens {
    verify: Kind,
    reset: Kind,
    lookup: Secret,
    pub(super) lifetime: Duration,
}

#[derive(Debug)]
struct Kind {
    keys: KeyRing,
    profile: TokenProfile,
}

impl Kind {
    fn new(secret: Secret, typ: &'static str, audience: &str) -> Self {
        Self {
            keys: KeyRing::new(JwtKey::hs256_auto_kid(secret)),
            profile: TokenProfile::new(typ, audience),
        }
    }

    fn encode(&self, claims: &Claims) -> Result<String, Unavailable> {
        token::encode(&self.keys, &self.profile, claims).map_err(Unavailable::new)
    }

    fn decode(&self, text: &str, now: OffsetDateTime) -> Result<Claims, InvalidToken> {
        token::decode(&self.keys, &self.profile, text, now)
    }
}

/// What a verification token says.
pub(super) struct VerifyClaims<Id> {
    pub(super) user: Id,
    pub(super) jti: String,
    pub(super) expires_at: OffsetDateTime,
    email: String,
}

/// What a reset token says.
pub(super) struct ResetClaims<Id> {
    pub(super) user: Id,
    pub(super) epoch: Epoch,
    pub(super) generation: u64,
}

impl AccountTokens {
    pub(super) fn new(secrets: AccountSecrets, lifetime: Duration) -> Self {
        Self {
            verify: Kind::new(secrets.verify, "verify+jwt", "auth:verify"),
            reset: Kind::new(secrets.reset, "reset+jwt", "auth:reset-password"),
            lookup: secrets.lookup,
            lifetime,
        }
    }

    /// The name under which an address is counted: it says nothing to who reads the store.
    pub(super) fn address_digest(&self, email: &EmailAddress) -> String {
        keyed_digest(&self.lookup, &[b"address", email.as_str().as_bytes()])
    }

    pub(super) fn mint_verify<U: AuthUser>(
        &self,
        user: &U,
        now: OffsetDateTime,
    ) -> Result<VerifyToken, Unavailable> {
        let bound_to = self.address_digest(user.email());
        let claims = self
            .claims(&user.id().to_string(), now)?
            .with_text("eml", bound_to);
        self.verify.encode(&claims).map(VerifyToken::new)
    }

    pub(super) fn read_verify<U: AuthUser>(
        &self,
        text: &str,
        now: OffsetDateTime,
    ) -> Result<VerifyClaims<U::Id>, InvalidToken> {
        let claims = self.verify.decode(text, now)?;
        Ok(VerifyClaims {
            user: claims.sub().parse().map_err(|_| InvalidToken::BadClaim)?,
            jti: claims.jti().to_owned(),
            expires_at: expiry(&claims)?,
            email: claims.text("eml")?.to_owned(),
        })
    }

    pub(super) fn proves<Id>(&self, claims: &VerifyClaims<Id>, email: &EmailAddress) -> bool {
        constant_time_eq(
            claims.email.as_bytes(),
            self.address_digest(email).as_bytes(),
        )
    }

    /// A reset token for `subject`. For an address that nobody has the same work is done and the
    /// token thrown away.
    pub(super) fn mint_reset(
        &self,
        subject: &str,
        epoch: Epoch,
        generation: u64,
        now: OffsetDateTime,
    ) -> Result<ResetToken, Unavailable> {
        let generation = i64::try_from(generation).map_err(Unavailable::new)?;
        let claims = self
            .claims(subject, now)?
            .with_integer("epoch", epoch.as_i64())
            .with_integer("gen", generation);
        self.reset.encode(&claims).map(ResetToken::new)
    }

    pub(super) fn read_reset<U: AuthUser>(
        &self,
        text: &str,
        now: OffsetDateTime,
    ) -> Result<ResetClaims<U::Id>, InvalidToken> {
        let claims = self.reset.decode(text, now)?;
        Ok(ResetClaims {
            user: claims.sub().parse().map_err(|_| InvalidToken::BadClaim)?,
            epoch: Epoch::from_i64(claims.integer("epoch")?),
            generation: u64::try_from(claims.integer("gen")?)
                .map_err(|_| InvalidToken::BadClaim)?,
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
    Ok(expires_at.saturating_add(Duration::minutes(1)))
}
