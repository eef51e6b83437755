//! The options of a URL of MySQL and MariaDB.

use crate::error::OpenError;
use crate::url::SplitUrl;

const SCHEME: &str = "mysql://";

/// Where to write the options that are settings of the store or of the pool.
const HINTS: &[(&[&str], &str)] = &[
    (
        &[
            "require_ssl",
            "verify_ca",
            "verify_identity",
            "built_in_roots",
            "ssl",
            "sslmode",
            "ssl-mode",
            "ssl_mode",
            "sslMode",
            "sslca",
            "ssl-ca",
            "ssl_ca",
            "sslrootcert",
            "tls",
            "useSSL",
        ],
        "is not supported: this crate connects to MySQL without TLS. The guide `servers` of auth-diesel \
         shows a pool whose connections have TLS",
    ),
    (
        &[
            "pool_min",
            "pool_max",
            "inactive_connection_ttl",
            "ttl_check_interval",
            "conn_ttl",
            "abs_conn_ttl",
            "abs_conn_ttl_jitter",
            "reset_connection",
            "connection_limit",
            "pool_size",
        ],
        "is not supported, use `StoreOptions::pool_size`",
    ),
    (
        &["connect_timeout", "connectTimeout", "pool_timeout"],
        "is not supported, use `StoreOptions::checkout_timeout`",
    ),
    (
        &["charset", "collation"],
        "is not supported, remove it: connections always use `utf8mb4`",
    ),
];

/// Checks a URL before the driver reads it: the driver does not say which of its options is wrong, and
/// connects without a database.
pub(super) fn check(url: &str) -> Result<(), OpenError> {
    if !url.starts_with(SCHEME) {
        return Err(OpenError::Url(SCHEME));
    }
    if url.contains('#') {
        return Err(OpenError::InvalidUrl(
            "percent-encode `#` in the user name, in the password and in the values of options \
             (`%23`)",
        ));
    }
    let SplitUrl { base, options } = SplitUrl::at_question_mark(url, SCHEME.len())?;
    for option in options {
        match option.name {
            "prefer_socket" | "tcp_nodelay" | "secure_auth" | "enable_cleartext_plugin" => {
                option.flag()?;
            }
            "tcp_keepalive" | "wait_timeout" | "max_allowed_packet" => option.number()?,
            "socket" => {}
            "compression" => match option.value {
                "fast" | "best" | "on" | "true" => {}
                value if value.len() == 1 && value.parse::<u8>().is_ok() => {}
                _ => return Err(option.refused("must be `fast`, `best`, `on` or 0 to 9")),
            },
            _ => return Err(option.unknown(HINTS)),
        }
    }
    let authority = base.get(SCHEME.len()..).unwrap_or_default();
    match authority.split_once('/') {
        Some((_, database)) if !database.is_empty() => Ok(()),
        _ => Err(OpenError::InvalidUrl(
            "it names no database, write mysql://USER:PASSWORD@HOST/DATABASE",
        )),
    }
}
