//! The claims of an access token, read once.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::login::Methods;
use crate::session::{InvalidSessionId, SessionId};
use crate::store::{DEFAULT_REALM, ExpiringKey};
use crate::strategy::Subject;
use crate::token::{Claims, InvalidToken, Times};
use crate::user::Epoch;

/// The purpose of the entries of revoked tokens.
const REVOKED: &str = "revoked-jti";

/// The claims of a verified access token. The key of the user is a text, because a strategy serves any type
/// of user.
pub(super) struct AccessClaims {
    sub: Box<str>,
    pub(super) times: Times,
    /// The name of the token in the store of revoked tokens.
    pub(super) revocation: Arc<ExpiringKey>,
    epoch: Epoch,
    session: Option<SessionId>,
    generation: Option<u64>,
    auth_time: Option<OffsetDateTime>,
    methods: Methods,
    realm: Arc<str>,
}

impl AccessClaims {
    /// Reads the claims of a token of this strategy.
    pub(super) fn read(claims: &Claims) -> Result<Self, InvalidToken> {
        let session = claims.optional_text("sid")?.map(str::parse).transpose();
        let generation = claims.optional_integer("gen")?.map(u64::try_from);
        let (auth_time, methods) = authentication(claims)?;
        Ok(Self {
            sub: claims.sub().into(),
            times: claims.times(),
            revocation: Arc::new(ExpiringKey::new(REVOKED, claims.jti())),
            epoch: Epoch::from_i64(claims.integer("epoch")?),
            session: session.map_err(|InvalidSessionId| InvalidToken::BadClaim)?,
            generation: generation.transpose().map_err(|_| InvalidToken::BadClaim)?,
            auth_time,
            methods,
            // A token without the claim is of the default realm.
            realm: claims
                .optional_text("realm")?
                .unwrap_or(DEFAULT_REALM)
                .into(),
        })
    }

    /// Returns the subject; `None` if the token does not name a user of this type.
    pub(super) fn subject<Id: std::str::FromStr>(&self) -> Option<Subject<Id>> {
        let subject = Subject::new(self.sub.parse().ok()?, self.epoch)
            .in_realm(Arc::clone(&self.realm))
            .in_session(self.session)
            .of_generation(self.generation)
            .authenticated(self.auth_time, self.methods.clone());
        Some(subject)
    }
}

/// Reads `auth_time` (OIDC Core §2) and `amr` (RFC 8176). A token of an earlier version has
/// neither; a claim of another form is an error.
///
/// A time in the future is not: after a clock was set back, a refreshed token is issued before the
/// time of its login.
fn authentication(claims: &Claims) -> Result<(Option<OffsetDateTime>, Methods), InvalidToken> {
    let auth_time = match claims.optional_integer("auth_time")? {
        None => None,
        Some(seconds) => {
            let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
            let time = time.filter(|_| seconds >= 0);
            Some(time.ok_or(InvalidToken::BadClaim)?)
        }
    };
    let texts = claims.optional_texts("amr")?.unwrap_or_default();
    let methods = Methods::from_texts(texts).ok_or(InvalidToken::BadClaim)?;
    Ok((auth_time, methods))
}
