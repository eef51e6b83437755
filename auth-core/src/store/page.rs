//! Lists of users, a page at a time.

/// Which page of users is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest<Id> {
    /// How many users at the most, 1 to [`PageRequest::MAX_LIMIT`].
    pub limit: u32,
    /// Where the page begins.
    pub start: PageStart<Id>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart<Id> {
    /// After this many users, counted from the smallest key.
    Offset(u64),
    /// At the first user whose key is greater than this one; at the very first where it is `None`.
    /// Unlike an offset it neither skips nor repeats a user when others come and go.
    After(Option<Id>),
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<U> {
    /// The users, in ascending order of their keys.
    pub items: Vec<U>,
    /// How many users there are in all.
    pub total: u64,
}

impl<Id> PageRequest<Id> {
    /// The largest page.
    pub const MAX_LIMIT: u32 = 100;
    /// The size of a page where none is asked for.
    pub const DEFAULT_LIMIT: u32 = 50;

    /// The first page, of the default size.
    #[must_use]
    pub const fn first() -> Self {
        Self {
            limit: Self::DEFAULT_LIMIT,
            start: PageStart::Offset(0),
        }
    }
}
