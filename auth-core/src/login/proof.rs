//! The proof that a login starts from: who was proven, how and when.

use std::fmt;

use time::OffsetDateTime;

use super::{AuthMethod, Methods};
use crate::accounts::{Accounts, AccountsId};
use crate::password::Password;
use crate::user::AuthUser;

/// Proof that a user was authenticated: who, by which methods, and when.
///
/// [`Auth::log_in`](crate::Auth::log_in) takes it by value, so one check is good for one login. The
/// modules of the toolkit that check something make it
/// ([`Accounts::check_password`](crate::Accounts::check_password)), and
/// [`vouched_for`](Self::vouched_for) makes it for a login of the application's own.
///
/// A proof says nothing about the state of the account. `log_in` checks that, and reads the user
/// again unless the proof was made within the last five seconds: a change of password, address or state
/// ends the proof.
///
/// # Security
///
/// There is no other way to make one. This does not compile:
///
/// ```compile_fail,E0451
/// use auth_core::{User, login::{AuthMethod, AuthProof}};
///
/// fn forged(user: User) -> AuthProof<User> {
///     AuthProof {
///         user, methods: AuthMethod::PASSWORD.into(), at: None, origin: None, outdated: None, remembered: true,
///     }
/// }
/// ```
// No `Clone`: one check is one login.
pub struct AuthProof<U> {
    user: U,
    methods: Methods,
    /// `None`: the login happens now.
    at: Option<OffsetDateTime>,
    /// The accounts that checked, and when; `None` where the application vouches.
    origin: Option<(AccountsId, OffsetDateTime)>,
    /// The password, where its stored hash has weaker parameters than today's.
    outdated: Option<Password>,
    remembered: bool,
}

/// What a login takes from its proof.
pub(super) struct ProofParts<U> {
    pub(super) user: U,
    /// When the user was authenticated.
    pub(super) auth_time: OffsetDateTime,
    pub(super) methods: Methods,
    pub(super) remembered: bool,
}

impl<U: AuthUser> AuthProof<U> {
    /// Creates a proof for a user that the application itself has authenticated: its own single
    /// sign-on, an import, a test.
    ///
    /// The time of the proof is the time of the login, unless
    /// [`authenticated_at`](Self::authenticated_at) sets an earlier one.
    ///
    /// # Security
    ///
    /// Nothing is checked here: no password, no second factor. A client that can choose the user of
    /// this call can log in as that user. Call it only after a check, and with the user that the check
    /// is about, read from the user database in the same request: the login is for the account with
    /// this key, and fails if the epoch of the account is another one.
    ///
    /// Without [`authenticated_at`](Self::authenticated_at) the login counts as recent
    /// ([`Guard::fresh`](crate::guard::Guard::fresh)). If the user proved something earlier (the cookie of an
    /// older system, a ticket of a provider), give that time; if it is not known, give
    /// [`OffsetDateTime::UNIX_EPOCH`].
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::login::{AuthMethod, AuthProof, LoginError, LoginStep};
    /// use auth_core::{Auth, EmailAddress, User, UserDatabase};
    ///
    /// /// `email` comes from a ticket of the company's single sign-on, whose signature was checked.
    /// async fn sso_login(
    ///     auth: &Auth<User>,
    ///     users: &dyn UserDatabase<User = User>,
    ///     email: EmailAddress,
    /// ) -> Result<Option<LoginStep<User>>, Box<dyn std::error::Error + Send + Sync>> {
    ///     let Some(user) = users.find(&email.into()).await? else {
    ///         return Ok(None);
    ///     };
    ///     let proof = AuthProof::vouched_for(user, AuthMethod::custom("company-sso")?);
    ///     let context = auth.accounts().context();
    ///     Ok(Some(auth.log_in("api", proof, &context).await?))
    /// }
    /// ```
    #[must_use]
    pub fn vouched_for(user: U, method: AuthMethod) -> Self {
        Self {
            user,
            methods: method.into(),
            at: None,
            origin: None,
            outdated: None,
            remembered: true,
        }
    }

    /// Creates the proof of a check that the toolkit made now.
    ///
    /// Only modules that check a credential call it; a test of the sources keeps the list of them.
    pub(crate) fn checked(accounts: &Accounts<U>, user: U, method: AuthMethod) -> Self {
        let now = accounts.now();
        Self {
            at: Some(now),
            origin: Some((accounts.id(), now)),
            ..Self::vouched_for(user, method)
        }
    }

    /// Adds a method by which the same user was authenticated. A proof has at most
    /// [`Methods::MAX`]; a further one is ignored.
    #[must_use]
    pub fn with_method(mut self, method: &AuthMethod) -> Self {
        self.methods = self.methods.with(method);
        self
    }

    /// Sets the time at which the user was authenticated, where that was before this login: the claim
    /// `auth_time` of a provider, say. A time in the future counts as the time of the login.
    #[must_use]
    pub fn authenticated_at(mut self, at: OffsetDateTime) -> Self {
        self.at = Some(at);
        self
    }

    /// Sets whether the login outlives the browser (`true`): the choice "remember me". With `false` cookies
    /// have no `Max-Age`, and a session ends when it is not used for
    /// [`Sessions::browser_idle`](crate::Sessions::browser_idle). Without cookies and sessions it has no
    /// effect.
    #[must_use]
    pub fn remember(mut self, remember: bool) -> Self {
        self.remembered = remember;
        self
    }

    /// Keeps the password, to hash it with today's parameters once the login is accepted.
    pub(super) fn with_outdated_hash(mut self, password: Password) -> Self {
        self.outdated = Some(password);
        self
    }
}

impl<U> AuthProof<U> {
    /// Returns the user, as it was read when it was authenticated.
    #[must_use]
    pub fn user(&self) -> &U {
        &self.user
    }

    /// Returns the methods by which the user was authenticated; at least one.
    #[must_use]
    pub fn methods(&self) -> &Methods {
        &self.methods
    }

    /// Returns the time at which the user was authenticated; `None` if that is the time of the login.
    #[must_use]
    pub fn at(&self) -> Option<OffsetDateTime> {
        self.at
    }

    /// Whether these accounts may take it: their own, or one that the application vouches for.
    pub(super) fn is_for(&self, accounts: AccountsId) -> bool {
        self.origin.is_none_or(|(origin, _)| origin == accounts)
    }

    /// Returns whether the toolkit checked something for this proof within the last seconds.
    pub(super) fn is_recent(&self, now: OffsetDateTime) -> bool {
        const RECENT: time::Duration = time::Duration::seconds(5);
        self.origin
            .is_some_and(|(_, at)| (now - at).abs() <= RECENT)
    }

    pub(super) fn set_user(&mut self, user: U) {
        self.user = user;
    }

    pub(super) fn take_outdated(&mut self) -> Option<Password> {
        self.outdated.take()
    }

    /// Returns what a login at `now` takes.
    pub(super) fn into_parts(self, now: OffsetDateTime) -> ProofParts<U> {
        ProofParts {
            auth_time: self.at.map_or(now, |at| at.min(now)),
            user: self.user,
            methods: self.methods,
            remembered: self.remembered,
        }
    }
}

impl<U> fmt::Debug for AuthProof<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthProof")
            .field("methods", &self.methods)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
