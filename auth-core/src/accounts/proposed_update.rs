//! What an update is about to change, for the hook that decides on it.

use std::fmt;

use crate::user::{AuthUser, ColumnChange, EmailAddress, Roles, UserColumns};

/// A change of an account that is not written yet: the argument of
/// [`on_before_update`](super::UserManager::on_before_update).
///
/// A field is `None` (or `false`) if the update leaves it as it is. That includes an address that equals
/// the stored one.
///
/// # Examples
///
/// A test calls the hook directly:
///
#[cfg_attr(feature = "testing", doc = "```")]
#[cfg_attr(not(feature = "testing"), doc = "```ignore")]
/// use auth_core::accounts::{Decision, DecisionResult, ProposedUpdate, Refusal, UserManager};
/// use auth_core::{AuthUser, Context, EmailAddress, User, testing};
///
/// struct FixedAddresses;
///
/// #[async_trait::async_trait]
/// impl UserManager for FixedAddresses {
///     type User = User;
///
///     async fn on_before_update(
///         &self,
///         user: &User,
///         change: &ProposedUpdate<User>,
///         context: &Context,
///     ) -> DecisionResult {
///         if change.email.is_none() {
///             return Ok(Decision::Allow);
///         }
///         let refusal = Refusal::new("ADDRESS_IS_FIXED", "The address cannot be changed.")?;
///         Ok(Decision::Refuse(refusal))
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut change = ProposedUpdate::default();
/// change.email = Some(EmailAddress::parse("ada@example.org")?);
/// let context = Context::new(time::OffsetDateTime::UNIX_EPOCH);
/// let user = testing::user("ada@example.com");
/// let decision = FixedAddresses.on_before_update(&user, &change, &context).await?;
/// assert!(matches!(decision, Decision::Refuse(_)));
/// # Ok::<(), auth_core::BoxError>(())
/// # }).unwrap();
/// ```
#[non_exhaustive]
pub struct ProposedUpdate<U: AuthUser> {
    /// The new address. That of an update by the user is pending until it is proven.
    pub email: Option<EmailAddress>,
    /// Whether the password is replaced. Only an administrator's update does that; a change by the
    /// user and a reset are flows of their own.
    pub password: bool,
    /// Activation or deactivation.
    pub is_active: Option<bool>,
    /// Whether the address counts as verified from now on.
    pub is_verified: Option<bool>,
    /// Whether the user may administer others from now on.
    pub is_superuser: Option<bool>,
    /// All roles from now on.
    pub roles: Option<Roles>,
    /// The application's own columns.
    pub columns: ColumnChange<U>,
}

impl<U: AuthUser> ProposedUpdate<U> {
    /// Returns whether nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            email,
            password,
            is_active,
            is_verified,
            is_superuser,
            roles,
            columns,
        } = self;
        email.is_none()
            && !password
            && is_active.is_none()
            && is_verified.is_none()
            && is_superuser.is_none()
            && roles.is_none()
            && <U::Columns as UserColumns>::is_unchanged(columns)
    }
}

impl<U: AuthUser> Default for ProposedUpdate<U> {
    fn default() -> Self {
        Self {
            email: None,
            password: false,
            is_active: None,
            is_verified: None,
            is_superuser: None,
            roles: None,
            columns: ColumnChange::<U>::default(),
        }
    }
}

impl<U: AuthUser> fmt::Debug for ProposedUpdate<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProposedUpdate")
            .field("email", &self.email)
            .field("password", &self.password)
            .field("is_active", &self.is_active)
            .field("is_verified", &self.is_verified)
            .field("is_superuser", &self.is_superuser)
            .field("roles", &self.roles)
            .field("columns", &self.columns)
            .finish()
    }
}
