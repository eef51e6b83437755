//! The OpenAPI 3.1 document of the HTTP surface, from the table of routes.

mod example;
mod operation;
mod page;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use super::objects;
use crate::auth::Auth;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// An OpenAPI document that is being made: a title, a version, and where the surface is.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
/// use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy};
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let jwt = JwtStrategy::from_master(&master).revoked_in(MemoryExpiringStore::new());
/// let accounts = Accounts::builder(MemoryUserDatabase::new(), &master)
///     .expiring_store(MemoryExpiringStore::new());
/// let auth = Auth::builder(accounts)
///     .backend(Backend::new("jwt", BearerTransport::new(), jwt))
///     .build()?;
///
/// let document = auth.openapi().title("Shop").version("2.1.0").document();
/// assert_eq!(document["openapi"], "3.1.0");
/// assert_eq!(document["paths"]["/auth/login"]["post"]["operationId"], "auth.login");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct OpenApi<'a, U: AuthUser> {
    auth: &'a Auth<U>,
    title: String,
    version: String,
    description: String,
    servers: Vec<String>,
}

impl<U: AuthUser> Auth<U> {
    /// Begins the OpenAPI 3.1 document of [`Auth::routes`]. The application serves it where it wants, or
    /// writes it to a file.
    #[must_use]
    pub fn openapi(&self) -> OpenApi<'_, U> {
        OpenApi {
            auth: self,
            title: "Accounts".to_owned(),
            version: "0.1.0".to_owned(),
            description: String::new(),
            servers: Vec::new(),
        }
    }
}

impl<U: AuthUser> OpenApi<'_, U> {
    /// Sets the title (`Accounts`).
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the version of the application's API (`0.1.0`).
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Sets the description (none).
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Adds a server, as a URL to which the paths are appended. Without one it is the public prefix of
    /// the routes.
    #[must_use]
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.servers.push(url.into());
        self
    }

    /// Returns the document.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut info = json!({ "title": self.title, "version": self.version });
        if !self.description.is_empty() {
            insert(&mut info, "description", json!(self.description));
        }
        let (paths, tags) = self.paths();
        json!({
            "openapi": "3.1.0",
            "info": info,
            "servers": self.servers(),
            "tags": tags,
            "paths": paths,
            "components": {
                "schemas": self.schemas(),
                "securitySchemes": self.security_schemes(),
            },
        })
    }

    fn servers(&self) -> Vec<Value> {
        let prefix = self.auth.settings().public_prefix.as_str();
        let default = if prefix.is_empty() { "/" } else { prefix };
        let given = self.servers.iter().map(String::as_str);
        let mut urls: Vec<&str> = given.collect();
        if urls.is_empty() {
            urls.push(default);
        }
        urls.into_iter().map(|url| json!({ "url": url })).collect()
    }

    /// The paths, and the groups of their routes.
    fn paths(&self) -> (Value, Vec<Value>) {
        let (mut paths, mut groups) = (Map::new(), Vec::new());
        for route in self.auth.routes() {
            let mut item = Map::new();
            for spec in route.specs() {
                let group = operation::group(spec);
                if !groups.contains(&group) {
                    groups.push(group);
                }
                let method = spec.method().as_str().to_ascii_lowercase();
                item.insert(method, operation::operation(self.auth, spec));
            }
            paths.insert(route.path().to_owned(), Value::Object(item));
        }
        let tags = groups.into_iter();
        (
            Value::Object(paths),
            tags.map(|name| json!({ "name": name })).collect(),
        )
    }

    fn schemas(&self) -> Value {
        let mut objects = BTreeMap::new();
        let user = objects::user_read::<U>();
        objects.insert(user.name, schema::object(&user.fields));
        let specs = self.auth.routes().flat_map(super::Route::specs);
        for reply in specs.flat_map(super::RouteSpec::replies) {
            if let Some(object) = &reply.body {
                objects.insert(object.name, schema::object(&object.fields));
            }
        }
        objects.insert("Problem", schema::problem());
        json!(objects)
    }

    fn security_schemes(&self) -> Value {
        let mut schemes = Map::new();
        for backend in self.auth.backends() {
            let transport = backend.transport();
            let cookies = transport.cookies().map(|set| set.names().join(", "));
            let scheme = match (transport.source(), cookies) {
                (CredentialSource::Cookie, Some(names)) => json!({
                    "type": "apiKey",
                    "in": "cookie",
                    "name": names.split(", ").next().unwrap_or_default(),
                    "description": format!(
                        "Set by a login. The cookies are {names}. A request that changes something proves its origin by `Sec-Fetch-Site` or `Origin`, or by the header `X-CSRF-Token`."
                    ),
                }),
                _ => json!({
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The access token of a login.",
                }),
            };
            schemes.insert(backend.name().to_owned(), scheme);
        }
        Value::Object(schemes)
    }
}

/// Adds a member to an object.
fn insert(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

impl<U: AuthUser> fmt::Debug for OpenApi<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApi")
            .field("title", &self.title)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
