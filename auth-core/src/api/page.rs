//! The query of a list, and its reply.

use serde::Serialize;

use super::user_read::UserRead;
use super::{ErrorCode, Rejection};
use crate::fields::{FaultCode, FieldFault};
use crate::store::{Page, PageRequest, PageStart};
use crate::user::AuthUser;

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

/// Reads `limit`, and `offset` or `after`. An empty `after` begins at the first user.
pub(super) fn read<U: AuthUser>(query: Option<&str>) -> Result<PageRequest<U::Id>, Rejection> {
    let mut request = PageRequest::first();
    let mut seen: Vec<&str> = Vec::new();
    let mut faults = Vec::new();
    for pair in query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let fault =
            if seen.contains(&name) || (name != "limit" && seen.iter().any(|n| *n != "limit")) {
                Some(FaultCode::Invalid)
            } else {
                read_one::<U>(&mut request, name, value).err()
            };
        seen.push(name);
        faults.extend(fault.map(|code| FieldFault::new(name, code)));
        if faults.len() >= 16 {
            break;
        }
    }
    if faults.is_empty() {
        Ok(request)
    } else {
        Err(Rejection::fields(ErrorCode::RequestBodyInvalid, faults))
    }
}

fn read_one<U: AuthUser>(
    request: &mut PageRequest<U::Id>,
    name: &str,
    value: &str,
) -> Result<(), FaultCode> {
    match name {
        "limit" => {
            let limit: u32 = whole_number(value)?;
            if limit < 1 {
                return Err(FaultCode::TooShort);
            }
            if limit > PageRequest::<U::Id>::MAX_LIMIT {
                return Err(FaultCode::TooLong);
            }
            request.limit = limit;
        }
        // Beyond what a signed column of 64 bits can count there is nothing.
        "offset" => {
            let offset: i64 = whole_number(value)?;
            request.start = PageStart::Offset(offset.unsigned_abs());
        }
        "after" if value.is_empty() => request.start = PageStart::After(None),
        "after" => {
            let id = value.parse().map_err(|_| FaultCode::Invalid)?;
            request.start = PageStart::After(Some(id));
        }
        _ => return Err(FaultCode::Unknown),
    }
    Ok(())
}

fn whole_number<T: std::str::FromStr>(value: &str) -> Result<T, FaultCode> {
    let is_plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value
        .parse()
        .ok()
        .filter(|_| is_plain)
        .ok_or(FaultCode::Invalid)
}
