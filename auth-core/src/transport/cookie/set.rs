//! The cookies of the transport as a set: their names, the refresh token, and the CSRF cookie.

use std::time::Duration;

use super::{CookieTransport, Names, SET_COOKIE};
use crate::http::{Header, InvalidHeader, RequestHead};
use crate::transport::{CookieSet, MalformedCredential, cookie_header};

impl CookieSet for CookieTransport {
    fn read_refresh<'r>(
        &self,
        head: &'r dyn RequestHead,
    ) -> Result<Option<&'r str>, MalformedCredential> {
        cookie_header::find(head, &self.names.refresh)
    }

    fn forget(&self) -> Result<Vec<Header>, InvalidHeader> {
        headers(self.access_cleared())
    }

    fn csrf_cookie(&self) -> Option<&str> {
        Some(&self.names.csrf)
    }

    fn offer_csrf(&self, token: &str) -> Result<Header, InvalidHeader> {
        Header::new(SET_COOKIE, self.set(&self.csrf(token, None)))
    }

    fn clear_csrf(&self) -> Result<Vec<Header>, InvalidHeader> {
        headers(self.csrf_cleared())
    }

    fn flash_cookie(&self) -> &str {
        &self.names.flash
    }

    fn set_flash(&self, text: &str, lifetime: Duration) -> Result<Header, InvalidHeader> {
        Header::new(SET_COOKIE, self.set(&self.flash(text, lifetime)))
    }

    fn clear_flash(&self) -> Result<Vec<Header>, InvalidHeader> {
        headers(self.flash_cleared())
    }

    fn names(&self) -> Vec<&str> {
        let Names {
            access,
            refresh,
            csrf,
            flash,
        } = &self.names;
        vec![access, refresh, csrf, flash]
    }

    fn is_secure(&self) -> bool {
        self.secure
    }
}

fn headers(lines: Vec<String>) -> Result<Vec<Header>, InvalidHeader> {
    let lines = lines.into_iter();
    lines.map(|line| Header::new(SET_COOKIE, line)).collect()
}
