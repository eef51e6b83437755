//! Pages of users.

use crate::user::EmailPrefix;

/// The request for a page of users.
///
/// Exhaustive for the same reason as [`NewUser`](super::NewUser): a store destructures it completely.
///
/// # Examples
///
/// ```
/// use auth_core::EmailPrefix;
/// use auth_core::store::PageRequest;
///
/// let page: PageRequest<i64> = PageRequest {
///     email: Some(EmailPrefix::parse("ada@")?),
///     ..PageRequest::first()
/// };
/// assert_eq!(page.limit, 50);
/// # Ok::<(), auth_core::InvalidEmailPrefix>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<Id> {
    /// The maximum number of users, 1 to [`PageRequest::MAX_LIMIT`].
    pub limit: u32,
    /// The start of the page.
    pub start: PageStart<Id>,
    /// Only the users whose addresses begin with this prefix, byte for byte; `None` is all users.
    pub email: Option<EmailPrefix>,
}

/// The start of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart<Id> {
    /// After this many users of the list, counted from the smallest key.
    Offset(u64),
    /// At the first user whose key is greater than this one; `None` is the first user of all. Unlike an
    /// offset it neither skips nor repeats a user while others are inserted or deleted.
    After(Option<Id>),
}

/// A page of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<U> {
    /// The users, in ascending order of their keys.
    pub items: Vec<U>,
    /// The number of all users, or of all users with the prefix that was asked for.
    pub total: u64,
}

impl<Id> PageRequest<Id> {
    /// The maximum limit.
    pub const MAX_LIMIT: u32 = 100;
    /// The default limit.
    pub const DEFAULT_LIMIT: u32 = 50;

    /// Returns the request for the first page, with the default limit.
    #[must_use]
    pub const fn first() -> Self {
        Self {
            limit: Self::DEFAULT_LIMIT,
            start: PageStart::Offset(0),
            email: None,
        }
    }
}
