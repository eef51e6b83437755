//! Assembly: from the command line to accounts and to the handle.

use std::sync::Arc;

use auth_core::manager::{AccountsBuilder, DeleteMode};
use auth_core::password::PasswordHasher;
use auth_core::secret::{MasterSecret, Purpose, Secret, keyed_digest};
use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, LoginBy, User};

use crate::args::{Args, BackendSpec, Identifier, StrategyKind, TransportKind};
use crate::outbox::Outbox;
use crate::storage::Storage;
use crate::{Failure, secret};

/// From this key those of all backends but the first are derived.
const FURTHER_BACKENDS: Purpose = Purpose::custom("reference-app further backends");

/// Everything that the flags ask for.
pub(crate) async fn auth(args: &Args) -> Result<Auth<User>, Failure> {
    let master = secret::load()?;
    let storage = Storage::open(args).await?;
    let accounts = builder(args, &storage, &master)
        .expiring_store(Arc::clone(&storage.expiring))
        .manager(Outbox::open(args.outbox.as_deref())?)
        .account_token_lifetime(args.account_token_lifetime)
        .require_verification(args.require_verification || args.private_registration);
    let mut auth = Auth::builder(accounts)
        .auth_path(&args.auth_path)
        .users_path(&args.users_path)
        .private_registration(args.private_registration)
        .fold_account_state(args.private_registration)
        .login_by(match args.login_identifier {
            Identifier::Email => LoginBy::Email,
            Identifier::Username => LoginBy::Username,
        })
        .delete_mode(if args.hard_delete {
            DeleteMode::Hard
        } else {
            DeleteMode::Soft
        });
    for (place, spec) in args.backends.iter().enumerate() {
        let key = signing_key(&master, place, spec)?;
        auth = auth.backend(backend(args, spec, place, key, &storage));
    }
    Ok(auth.build()?)
}

/// Accounts for work that mails nothing. No token is made, so the secret may be any.
pub(crate) async fn without_mail(args: &Args) -> Result<Accounts<User>, Failure> {
    let storage = Storage::open(args).await?;
    let master = MasterSecret::new(Secret::generate()?);
    let accounts = builder(args, &storage, &master).without_account_tokens();
    Ok(accounts.build()?)
}

fn builder(args: &Args, storage: &Storage, master: &MasterSecret) -> AccountsBuilder<User> {
    let hasher = PasswordHasher::builder().params(args.argon2).build();
    Accounts::builder(Arc::clone(&storage.users), master).hasher(hasher)
}

fn backend(
    args: &Args,
    spec: &BackendSpec,
    place: usize,
    key: Secret,
    storage: &Storage,
) -> Backend<User> {
    let transport = match spec.transport {
        TransportKind::Bearer => BearerTransport::new(),
    };
    let strategy = match spec.strategy {
        StrategyKind::Jwt => JwtStrategy::hs256(key),
    };
    let strategy = match place {
        0 => strategy,
        _ => strategy.audience(format!("auth:access:{}", spec.name)),
    };
    let strategy = strategy
        .lifetime(args.access_lifetime)
        .revoked_in(Arc::clone(&storage.expiring));
    Backend::new(&spec.name, transport, strategy)
}

/// A key of its own for each backend, so that a token of one is nothing to another. The first has the
/// toolkit's usual one; the others' follow from their names.
fn signing_key(master: &MasterSecret, place: usize, spec: &BackendSpec) -> Result<Secret, Failure> {
    if place == 0 {
        return Ok(master.derive(Purpose::ACCESS_TOKEN));
    }
    let root = master.derive(FURTHER_BACKENDS);
    let key = keyed_digest(&root, &[spec.name.as_bytes()]);
    Ok(Secret::from_base64url(&key)?)
}
