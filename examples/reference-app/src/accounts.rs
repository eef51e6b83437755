//! Assembly: from the command line to accounts and to the handle.

use std::sync::Arc;

use auth_core::accounts::{AccountsBuilder, DeleteMode};
use auth_core::password::PasswordHasher;
use auth_core::secret::{MasterSecret, Purpose, Secret, keyed_digest};
use auth_core::token::{JwtKey, KeyRing, SharedKeyRing};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, CookieTransport, Forms, JwtStrategy, LoginBy,
    OpaqueStrategy, Sessions, User,
};

use crate::args::{Args, BackendSpec, Identifier, StrategyKind, TransportKind};
use crate::outbox::Outbox;
use crate::storage::Storage;
use crate::{Failure, jwt_keys, secret};

/// The key from which the keys of all backends except the first are derived.
const FURTHER_BACKENDS: Purpose = Purpose::custom("reference-app further backends");

/// Returns the handle with the features of the flags.
pub(crate) async fn auth(args: &Args) -> Result<Auth<User>, Failure> {
    let master = secret::load()?;
    let storage = Storage::open(args).await?;
    assemble(args, &master, &storage)
}

/// Returns the handle that describes the routes of these flags: with stores in memory, and a secret that is
/// not kept.
pub(crate) fn described(args: &Args) -> Result<Auth<User>, Failure> {
    assemble(
        args,
        &MasterSecret::new(Secret::generate()?),
        &Storage::in_memory(),
    )
}

fn assemble(args: &Args, master: &MasterSecret, storage: &Storage) -> Result<Auth<User>, Failure> {
    let accounts = builder(args, storage, master)
        .expiring_store(Arc::clone(&storage.expiring))
        .hooks(Outbox::open(args.outbox.as_deref())?)
        .account_token_lifetime(args.account_token_lifetime)
        .require_verification(args.require_verification || args.hide_existing_accounts);
    let sessions = Sessions::new(Arc::clone(&storage.sessions), master)
        .idle(args.session_idle)
        .absolute(args.session_absolute)
        .refresh_grace(args.refresh_grace);
    let sessions = match args.session_browser_idle {
        Some(idle) => sessions.browser_idle(idle),
        None => sessions,
    };
    let accounts = accounts.sessions(match args.lost_reply_window {
        Some(window) => sessions.lost_reply_window(window),
        None => sessions,
    });
    let keys = jwt_keys::load(&args.jwt_keys)?;
    let mut auth = Auth::builder(accounts)
        .auth_path(&args.auth_path)
        .users_path(&args.users_path)
        .hide_existing_accounts(args.hide_existing_accounts)
        .hide_account_state(args.hide_existing_accounts)
        .login_by(match args.login_identifier {
            Identifier::Email => LoginBy::Email,
            Identifier::Username => LoginBy::Username,
        })
        .delete_mode(if args.hard_delete {
            DeleteMode::Hard
        } else {
            DeleteMode::Soft
        });
    for (id, setting) in &args.routes {
        auth = auth.route(id, setting.clone());
    }
    for origin in &args.allowed_origins {
        auth = auth.allow_origin(origin);
    }
    if let Some(origin) = &args.own_origin {
        auth = auth.own_origin(origin);
    }
    if args.forms {
        auth = auth.forms(Forms::new());
    }
    for (place, spec) in args.backends.iter().enumerate() {
        let keys = match &keys {
            Some(keys) => keys.clone(),
            None => derived_keys(master, place, spec)?,
        };
        auth = auth.backend(backend(args, spec, place, keys, storage));
    }
    let auth = auth.build()?;
    if let Some(keys) = keys {
        jwt_keys::reload_on_hangup(keys, args.jwt_keys.clone())?;
    }
    Ok(auth)
}

/// Returns accounts that send no mail. They issue no tokens, so any secret is allowed.
pub(crate) async fn without_mail(args: &Args) -> Result<Accounts<User>, Failure> {
    let storage = Storage::open(args).await?;
    let master = MasterSecret::new(Secret::generate()?);
    let accounts = builder(args, &storage, &master).without_email_flows();
    Ok(accounts.build()?)
}

fn builder(args: &Args, storage: &Storage, master: &MasterSecret) -> AccountsBuilder<User> {
    let hasher = PasswordHasher::builder().params(args.argon2).build();
    let accounts = Accounts::builder(Arc::clone(&storage.users), master).hasher(hasher);
    match &args.realm {
        Some(realm) => accounts.realm(realm),
        None => accounts,
    }
}

fn backend(
    args: &Args,
    spec: &BackendSpec,
    place: usize,
    keys: SharedKeyRing,
    storage: &Storage,
) -> Backend<User> {
    let name = spec.name.as_str();
    match (spec.transport, spec.strategy) {
        (TransportKind::Bearer, StrategyKind::Opaque) => {
            Backend::new(name, BearerTransport::new(), opaque(args))
        }
        (TransportKind::Cookie, StrategyKind::Opaque) if args.rotating => {
            Backend::new(name, cookies(args, spec, place), opaque(args)).rotating()
        }
        (TransportKind::Cookie, StrategyKind::Opaque) => {
            Backend::new(name, cookies(args, spec, place), OpaqueStrategy::new())
        }
        (TransportKind::Bearer, StrategyKind::Jwt) => {
            let strategy = jwt(args, spec, place, keys, storage);
            with_sessions(args, Backend::new(name, BearerTransport::new(), strategy))
        }
        (TransportKind::Cookie, StrategyKind::Jwt) => {
            let strategy = jwt(args, spec, place, keys, storage);
            with_sessions(
                args,
                Backend::new(name, cookies(args, spec, place), strategy),
            )
        }
    }
}

fn with_sessions(args: &Args, backend: Backend<User>) -> Backend<User> {
    if args.sessions {
        backend.with_sessions()
    } else {
        backend
    }
}

fn opaque(args: &Args) -> OpaqueStrategy {
    let strategy = OpaqueStrategy::new();
    args.access_lifetime
        .map_or(strategy, |lifetime| strategy.lifetime(lifetime))
}

/// Returns a strategy with a separate audience, so that each backend rejects the tokens of others.
fn jwt(
    args: &Args,
    spec: &BackendSpec,
    place: usize,
    keys: SharedKeyRing,
    storage: &Storage,
) -> JwtStrategy {
    let strategy = JwtStrategy::new(keys).revoked_in(Arc::clone(&storage.expiring));
    let strategy = match place {
        0 => strategy,
        _ => strategy.audience(format!("auth:access:{}", spec.name)),
    };
    args.access_lifetime
        .iter()
        .fold(strategy, |strategy, lifetime| strategy.lifetime(*lifetime))
}

/// Returns cookies with the toolkit's names for the first backend, and with other names for the others.
fn cookies(args: &Args, spec: &BackendSpec, place: usize) -> CookieTransport {
    let cookies = CookieTransport::new();
    let cookies = match place {
        0 => cookies,
        _ => cookies.name(format!("auth-{}", spec.name)),
    };
    if args.insecure_cookies {
        cookies.insecure_over_plain_http()
    } else {
        cookies
    }
}

/// Returns a separate key for each backend, so that it rejects the tokens of others. The first has the
/// toolkit's default key; the other keys are derived from the names.
fn derived_keys(
    master: &MasterSecret,
    place: usize,
    spec: &BackendSpec,
) -> Result<SharedKeyRing, Failure> {
    let secret = if place == 0 {
        master.derive(Purpose::ACCESS_TOKEN)
    } else {
        let root = master.derive(FURTHER_BACKENDS);
        Secret::from_base64url(&keyed_digest(&root, &[spec.name.as_bytes()]))?
    };
    Ok(KeyRing::new(JwtKey::hs256_auto_kid(secret)).into())
}
