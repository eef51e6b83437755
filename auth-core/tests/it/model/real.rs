//! Two servers with one clock and one set of stores.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::accounts::AdminUpdate;
use auth_core::password::PasswordHasher;
use auth_core::session::Sessions;
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::store::{InsertOutcome, NewUser, UserDatabase};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{ManualClock, email, fast_hasher, master_secret, password};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, Clock, CookieTransport, JwtStrategy, NoColumns,
    OpaqueStrategy, PasswordHash, Roles, User,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use super::spec::{ABSOLUTE, IDLE, JWT_LIFE, Kind, OPAQUE_LIFE};
use super::steps::USERS;

/// The state that all sequences share because it is slow to make.
pub(super) struct Shared {
    hasher: PasswordHasher,
    hash: PasswordHash,
}

pub(super) struct Real {
    servers: Vec<Server>,
    pub(super) clock: ManualClock,
    pub(super) users: Vec<User>,
    /// The CSRF cookie of each session that began with cookies: a holder of its refresh cookie has this
    /// one, too.
    csrf: Mutex<HashMap<String, String>>,
}

struct Server {
    auth: Auth<User>,
    client: CoreClient<User>,
}

/// The tokens of a login or a refresh.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Shared {
    pub(super) async fn new() -> Self {
        let hasher = fast_hasher();
        let hash = hasher.hash(&password(&password_of(0))).await.unwrap();
        Self { hasher, hash }
    }
}

/// Returns the password of a user after this many changes.
pub(super) fn password_of(changes: u32) -> String {
    format!("a mill that weaves algebra {changes}")
}

fn address_of(user: usize) -> String {
    format!("user{user}@example.com")
}

impl Real {
    pub(super) async fn new(shared: &Shared, grace: Duration) -> Self {
        let database = Arc::new(MemoryUserDatabase::new());
        let sessions = Arc::new(MemorySessionStore::new());
        let expiring = Arc::new(MemoryExpiringStore::new());
        let clock = ManualClock::new();
        let mut users = Vec::new();
        for number in 0..USERS {
            let new = NewUser {
                email: email(&address_of(number)),
                username: None,
                password_hash: Some(shared.hash.clone()),
                is_active: true,
                is_verified: true,
                is_superuser: false,
                roles: Roles::none(),
                created_at: clock.now(),
                columns: NoColumns,
            };
            let InsertOutcome::Inserted(user) = database.insert(new).await.unwrap() else {
                panic!("an address is taken in an empty store")
            };
            users.push(user);
        }
        let server = |_| {
            let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
            let settings = Sessions::new(Arc::clone(&sessions), &master_secret())
                .idle(seconds(IDLE))
                .absolute(seconds(ABSOLUTE))
                .refresh_grace(grace);
            let accounts = Accounts::builder(Arc::clone(&database), &master_secret())
                .expiring_store(Arc::clone(&expiring))
                .sessions(settings)
                .hasher(shared.hasher.clone())
                .clock(clock.clone());
            let opaque = OpaqueStrategy::new().lifetime(seconds(OPAQUE_LIFE));
            let jwt = JwtStrategy::from_master(&master_secret()).lifetime(seconds(JWT_LIFE));
            let jwt = jwt.revoked_in(Arc::clone(&expiring));
            let auth = Auth::builder(accounts)
                .backend(Backend::new("api", BearerTransport::new(), opaque))
                .backend(Backend::new("web", CookieTransport::new(), opaque).rotating())
                .backend(Backend::new("jwt", BearerTransport::new(), jwt).with_sessions())
                .build()
                .unwrap();
            let client = CoreClient::new(auth.clone());
            Server { auth, client }
        };
        Self {
            servers: (0..2).map(server).collect(),
            clock,
            users,
            csrf: Mutex::default(),
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    pub(super) async fn login(
        &self,
        at: usize,
        kind: Kind,
        credentials: (usize, &str),
        cookies: Option<String>,
    ) -> WireReply {
        let (user, password) = credentials;
        let body = json!({"identifier": address_of(user), "password": password});
        let request = of_ours(WireRequest::post(&path(kind, "login"), &body));
        let request = match cookies {
            Some(cookies) => request.header("cookie", cookies),
            None => request,
        };
        let reply = self.servers[at].client.send(request).await;
        self.note_csrf(&reply);
        reply
    }

    /// A request with an access token.
    pub(super) async fn with_access(
        &self,
        at: usize,
        (kind, token): (Kind, &str),
        request: WireRequest,
    ) -> WireReply {
        let request = match kind {
            Kind::Web => of_ours(request).header("cookie", access_cookie(token)),
            Kind::Api | Kind::Jwt => request.bearer(token),
        };
        self.servers[at].client.send(request).await
    }

    pub(super) async fn refresh(&self, at: usize, kind: Kind, token: &str) -> WireReply {
        let target = path(kind, "refresh");
        let request = match kind {
            Kind::Web => {
                let request = of_ours(WireRequest::new("POST", &target));
                request.header("cookie", self.cookies_of_refresh(token))
            }
            Kind::Api | Kind::Jwt => WireRequest::post(&target, &json!({"refresh_token": token})),
        };
        let reply = self.servers[at].client.send(request).await;
        self.note_csrf(&reply);
        reply
    }

    fn note_csrf(&self, reply: &WireReply) {
        let [refresh, csrf] =
            ["__Host-auth-refresh=", "__Host-auth-csrf="].map(|start| cookie(reply, start));
        if let Some((refresh, csrf)) = refresh.zip(csrf) {
            let mut known = self.csrf.lock().unwrap();
            known.insert(session_of(&refresh), csrf);
        }
    }

    fn cookies_of_refresh(&self, token: &str) -> String {
        let known = self.csrf.lock().unwrap();
        let named = Base64UrlUnpadded::decode_vec(token).is_ok_and(|bytes| bytes.len() >= 16);
        let csrf = named.then(|| known.get(&session_of(token))).flatten();
        let refresh = refresh_cookie(token);
        csrf.map_or(refresh.clone(), |csrf| {
            format!("{refresh}; __Host-auth-csrf={csrf}")
        })
    }

    pub(super) async fn set_active(&self, at: usize, user: usize, active: bool) {
        let update = AdminUpdate {
            is_active: Some(active),
            ..AdminUpdate::default()
        };
        let accounts = self.servers[at].auth.accounts();
        let id = &self.users[user].id;
        accounts
            .update_as_admin(id, update, &accounts.context())
            .await
            .unwrap();
    }

    pub(super) async fn end_all(&self, at: usize, user: usize) {
        let accounts = self.servers[at].auth.accounts();
        let id = &self.users[user].id;
        assert!(
            accounts
                .end_all_sessions(id, &accounts.context())
                .await
                .unwrap()
        );
    }

    pub(super) async fn purge(&self, at: usize) {
        let accounts = self.servers[at].auth.accounts();
        accounts.purge_expired().await.unwrap();
    }
}

pub(super) fn path(kind: Kind, operation: &str) -> String {
    match kind {
        Kind::Api => format!("/auth/{operation}"),
        Kind::Web => format!("/auth/web/{operation}"),
        Kind::Jwt => format!("/auth/jwt/{operation}"),
    }
}

pub(super) fn access_cookie(token: &str) -> String {
    format!("__Host-auth={token}")
}

pub(super) fn refresh_cookie(token: &str) -> String {
    format!("__Host-auth-refresh={token}")
}

/// A browser says that its own page asks.
fn of_ours(request: WireRequest) -> WireRequest {
    request.header("sec-fetch-site", "same-origin")
}

/// Returns the tokens of a reply.
pub(super) fn tokens(kind: Kind, reply: &WireReply) -> Option<Tokens> {
    if kind == Kind::Web {
        return Some(Tokens {
            access: cookie(reply, "__Host-auth=")?,
            refresh: cookie(reply, "__Host-auth-refresh=")?,
        });
    }
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    let text = |name: &str| Some(body.get(name)?.as_str()?.to_owned());
    Some(Tokens {
        access: text("access_token")?,
        refresh: text("refresh_token")?,
    })
}

fn cookie(reply: &WireReply, start: &str) -> Option<String> {
    let mut values = reply.header("set-cookie");
    values.find_map(|value| {
        let text = std::str::from_utf8(value).ok()?.strip_prefix(start)?;
        let value = text.split(';').next()?;
        (!value.is_empty()).then(|| value.to_owned())
    })
}

/// The name of the session that a refresh token belongs to: its first 16 bytes.
pub(super) fn session_of(refresh: &str) -> String {
    let bytes = Base64UrlUnpadded::decode_vec(refresh).unwrap();
    uuid::Uuid::from_slice(&bytes[..16]).unwrap().to_string()
}

/// A text that names the session of one refresh token and has the secrets of another.
pub(super) fn forged(named: &str, secret: &str) -> String {
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).unwrap();
    let mut bytes = decode(named);
    bytes.truncate(16);
    bytes.extend_from_slice(&decode(secret)[16..]);
    Base64UrlUnpadded::encode_string(&bytes)
}
