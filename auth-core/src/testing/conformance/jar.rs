//! A jar that keeps cookies as a browser does, as far as the contract goes.

use super::wire::{WireReply, WireRequest};

/// The cookies of one browser for one host, over HTTPS.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar(Vec<Kept>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    name: String,
    value: String,
    path: String,
}

impl Jar {
    /// Takes what a reply sets and drops what it clears. A cookie is cleared only by one of the same
    /// name and path (RFC 6265 §5.3).
    pub(super) fn take(&mut self, reply: &WireReply) {
        for line in reply.header("set-cookie") {
            let line = String::from_utf8_lossy(line).into_owned();
            let mut parts = line.split("; ");
            let (name, value) = parts
                .next()
                .and_then(|pair| pair.split_once('='))
                .unwrap_or_default();
            let attributes: Vec<_> = parts.collect();
            let path = attributes
                .iter()
                .find_map(|part| part.strip_prefix("Path="));
            let kept = Kept {
                name: name.to_owned(),
                value: value.to_owned(),
                path: path.unwrap_or("/").to_owned(),
            };
            self.0
                .retain(|old| old.name != kept.name || old.path != kept.path);
            if !attributes.contains(&"Max-Age=0") {
                self.0.push(kept);
            }
        }
    }

    /// Drops a cookie, as a browser does after its expiry.
    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|kept| kept.name != name);
    }

    /// Adds the cookies whose path fits (RFC 6265 §5.1.4).
    pub(super) fn send(&self, request: WireRequest) -> WireRequest {
        let path = request.target.split('?').next().unwrap_or_default();
        let fits = |kept: &&Kept| {
            kept.path == "/"
                || path
                    .strip_prefix(&kept.path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let pairs = self.0.iter().filter(fits);
        let pairs: Vec<_> = pairs
            .map(|kept| format!("{}={}", kept.name, kept.value))
            .collect();
        if pairs.is_empty() {
            request
        } else {
            request.header("cookie", pairs.join("; "))
        }
    }

    /// The value of a cookie; empty where there is none.
    pub(super) fn value(&self, name: &str) -> String {
        let kept = self.0.iter().find(|kept| kept.name == name);
        kept.map(|kept| kept.value.clone()).unwrap_or_default()
    }

    /// The names of all cookies, in order.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.0.iter().map(|kept| kept.name.as_str()).collect();
        names.sort_unstable();
        names
    }
}
