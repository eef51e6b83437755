//! The query of a list, and its reply.

use std::borrow::Cow;

use serde::Serialize;

use super::user_read::UserRead;
use super::{ErrorCode, Rejection};
use crate::http::{FieldError, FieldErrorCode};
use crate::store::{Page, PageRequest, PageStart};
use crate::user::{AuthUser, EmailPrefix};

#[derive(Serialize)]
pub(super) struct PageRead {
    items: Vec<UserRead>,
    total: u64,
    limit: u32,
    #[serde(flatten)]
    position: Position,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Position {
    Offset { offset: u64 },
    Keyset { next: Option<String> },
}

impl PageRead {
    pub(super) fn new<U: AuthUser>(request: &PageRequest<U::Id>, page: &Page<U>) -> Self {
        let is_full = page.items.len() as u64 >= u64::from(request.limit);
        let last = page.items.last().filter(|_| is_full);
        let position = match &request.start {
            PageStart::Offset(offset) => Position::Offset { offset: *offset },
            PageStart::After(_) => Position::Keyset {
                next: last.map(|user| user.id().to_string()),
            },
        };
        let items = page.items.iter().map(UserRead::new).collect();
        Self {
            items,
            total: page.total,
            limit: request.limit,
            position,
        }
    }
}

/// Reads `limit`, `email`, and `offset` or `after`, percent-decoded. An empty `after` begins at the first user,
/// and every address begins with an empty `email`.
pub(super) fn read<U: AuthUser>(query: Option<&str>) -> Result<PageRequest<U::Id>, Rejection> {
    let mut request = PageRequest::first();
    let mut has_start = false;
    read_query(query, |name, value| {
        let is_start = matches!(name, "offset" | "after");
        if is_start && std::mem::replace(&mut has_start, true) {
            return Err(FieldErrorCode::Invalid);
        }
        read_one::<U>(&mut request, name, value)
    })?;
    Ok(request)
}

/// Reads each parameter of a query, percent-decoded, and collects the errors. A parameter may occur once.
pub(super) fn read_query(
    query: Option<&str>,
    mut read: impl FnMut(&str, &str) -> Result<(), FieldErrorCode>,
) -> Result<(), Rejection> {
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    let mut errors = Vec::new();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let outcome = if seen.contains(&name) {
            Err(FieldErrorCode::Invalid)
        } else {
            read(&name, &value)
        };
        errors.extend(outcome.err().map(|code| FieldError::new(&name, code)));
        seen.push(name);
        if errors.len() >= 16 {
            break;
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Rejection::fields(ErrorCode::RequestBodyInvalid, errors))
    }
}

fn read_one<U: AuthUser>(
    request: &mut PageRequest<U::Id>,
    name: &str,
    value: &str,
) -> Result<(), FieldErrorCode> {
    match name {
        "limit" => {
            let limit: u32 = whole_number(value)?;
            if limit < 1 {
                return Err(FieldErrorCode::TooShort);
            }
            if limit > PageRequest::<U::Id>::MAX_LIMIT {
                return Err(FieldErrorCode::TooLong);
            }
            request.limit = limit;
        }
        // Beyond what a signed column of 64 bits can count there is nothing.
        "offset" => {
            let offset: i64 = whole_number(value)?;
            request.start = PageStart::Offset(offset.unsigned_abs());
        }
        "after" if value.is_empty() => request.start = PageStart::After(None),
        // No key has a NUL, which not every engine can compare.
        "after" if value.contains('\0') => return Err(FieldErrorCode::Invalid),
        "after" => {
            let id = value.parse().map_err(|_| FieldErrorCode::Invalid)?;
            request.start = PageStart::After(Some(id));
        }
        "email" if value.chars().count() > EmailPrefix::MAX_CODE_POINTS => {
            return Err(FieldErrorCode::TooLong);
        }
        "email" if value.trim().is_empty() => request.email = None,
        "email" => {
            let prefix = EmailPrefix::parse(value).map_err(|_| FieldErrorCode::Invalid)?;
            request.email = Some(prefix);
        }
        _ => return Err(FieldErrorCode::Unknown),
    }
    Ok(())
}

pub(super) fn whole_number<T: std::str::FromStr>(value: &str) -> Result<T, FieldErrorCode> {
    let is_plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value
        .parse()
        .ok()
        .filter(|_| is_plain)
        .ok_or(FieldErrorCode::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::{Account, NoColumns};

    /// A user whose key is a text.
    #[derive(Clone)]
    struct Customer {
        key: String,
        account: Account,
    }

    impl AuthUser for Customer {
        type Id = String;
        type Columns = NoColumns;

        fn id(&self) -> &String {
            &self.key
        }
        fn account(&self) -> &Account {
            &self.account
        }
    }

    fn after(query: &str) -> Option<String> {
        match read::<Customer>(Some(query)).unwrap().start {
            PageStart::After(key) => key,
            PageStart::Offset(_) => panic!("not the keyset form"),
        }
    }

    #[test]
    fn keys_are_percent_decoded() {
        assert_eq!(after("after=a%26b%3Dc%2Fd").as_deref(), Some("a&b=c/d"));
        assert_eq!(
            after("after=z%C3%BCrich+1&limit=5").as_deref(),
            Some("z\u{fc}rich 1")
        );
        assert_eq!(after("%61fter=x").as_deref(), Some("x"));
        assert_eq!(after("after="), None);
        let twice = read::<Customer>(Some("limit=5&%6cimit=6")).unwrap_err();
        assert_eq!(twice.code(), ErrorCode::RequestBodyInvalid);
    }

    #[test]
    fn key_with_a_nul_is_invalid() {
        let rejected = read::<Customer>(Some("after=a%00b")).unwrap_err();
        assert_eq!(rejected.code(), ErrorCode::RequestBodyInvalid);
    }
}
