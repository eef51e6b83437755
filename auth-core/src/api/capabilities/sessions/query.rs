//! The query of a list of sessions.

use time::OffsetDateTime;

use crate::api::Rejection;
use crate::api::page::{read_query, whole_number};
use crate::http::FieldErrorCode;
use crate::session::Session;
use crate::store::{SessionPage, SessionPosition};

/// The number of sessions on a page by default.
const LIMIT: u32 = 50;
/// The largest number of sessions that a client can ask for.
const MAX_LIMIT: u32 = 100;

/// What a client asks for.
#[derive(Debug)]
pub(super) struct SessionQuery {
    pub(super) page: SessionPage,
    /// Whether the client asked with `after`, so that the reply says where the next page begins.
    pub(super) is_keyset: bool,
}

impl SessionQuery {
    /// Reads `limit` and `after`, percent-decoded. An empty `after` begins at the first session.
    pub(super) fn read(query: Option<&str>) -> Result<Self, Rejection> {
        let mut asked = Self {
            page: SessionPage::first(LIMIT),
            is_keyset: false,
        };
        read_query(query, |name, value| asked.read_one(name, value))?;
        Ok(asked)
    }

    fn read_one(&mut self, name: &str, value: &str) -> Result<(), FieldErrorCode> {
        match name {
            "limit" => match whole_number(value)? {
                0 => return Err(FieldErrorCode::TooShort),
                limit @ 1..=MAX_LIMIT => self.page.limit = limit,
                _ => return Err(FieldErrorCode::TooLong),
            },
            "after" => {
                self.is_keyset = true;
                if !value.is_empty() {
                    let after = parse(value).ok_or(FieldErrorCode::Invalid)?;
                    self.page.after = Some(after);
                }
            }
            _ => return Err(FieldErrorCode::Unknown),
        }
        Ok(())
    }
}

/// Returns the text after which the next page begins.
pub(super) fn position(last: &Session) -> String {
    format!("{}.{}", last.last_used_at.unix_timestamp_nanos(), last.id)
}

fn parse(text: &str) -> Option<SessionPosition> {
    let (nanos, id) = text.split_once('.')?;
    let last_used_at = OffsetDateTime::from_unix_timestamp_nanos(nanos.parse().ok()?).ok()?;
    Some(SessionPosition {
        last_used_at,
        id: id.parse().ok()?,
    })
}
