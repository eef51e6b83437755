//! The route table: which path answers which method with which operation.

use crate::auth::{Auth, Settings};
use crate::backend::Backend;
use crate::user::AuthUser;

/// The methods that routes use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `DELETE`.
    Delete,
    /// `GET`.
    Get,
    /// `PATCH`.
    Patch,
    /// `POST`.
    Post,
}

/// One path of the surface, with every method that it answers.
///
/// An adapter mounts the path for *all* methods and hands each request to
/// [`Auth::respond`]: which method is allowed is decided there.
#[derive(Debug, Clone)]
pub struct Route {
    path: String,
    operations: Vec<(Method, Operation)>,
}

/// What a route does. Login and logout belong to a backend, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Login(usize),
    Logout(usize),
    Refresh(usize),
    PublicKeys,
    ListSessions,
    EndSession,
    EndOtherSessions,
    Register,
    Verify,
    RequestVerify,
    ForgotPassword,
    ResetPassword,
    ReadMe,
    UpdateMe,
    ChangePassword,
    ListUsers,
    ReadUser,
    UpdateUser,
    DeleteUser,
}

#[derive(Debug)]
pub(crate) struct RouteTable(Vec<Route>);

impl Method {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
        }
    }
}

impl Route {
    /// The path, with `{id}` where the key of a user or of a session stands.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The methods that it answers, beside `OPTIONS`.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        self.operations.iter().map(|(method, _)| *method)
    }

    pub(super) fn operation(&self, method: &str) -> Option<Operation> {
        let mut operations = self.operations.iter();
        operations
            .find(|(known, _)| known.as_str() == method)
            .map(|(_, operation)| *operation)
    }

    /// The value of `Allow`: the methods in the order of the alphabet.
    pub(super) fn allow(&self) -> String {
        let mut names: Vec<_> = self.methods().map(Method::as_str).collect();
        names.push("OPTIONS");
        names.sort_unstable();
        names.join(", ")
    }
}

impl RouteTable {
    pub(crate) fn new<U: AuthUser>(settings: &Settings, backends: &[Backend<U>]) -> Self {
        let mut table = Self(Vec::new());
        for (place, backend) in backends.iter().enumerate() {
            let base = settings.backend_path(place, backend.name());
            table.add(
                format!("{base}/login"),
                &[(Method::Post, Operation::Login(place))],
            );
            table.add(
                format!("{base}/logout"),
                &[(Method::Post, Operation::Logout(place))],
            );
            if backend.has_sessions() {
                table.add(
                    format!("{base}/refresh"),
                    &[(Method::Post, Operation::Refresh(place))],
                );
            }
        }
        if backends
            .iter()
            .any(|b| !b.strategy().public_keys().is_empty())
        {
            let path = format!("{}/.well-known/jwks.json", settings.auth_path);
            table.add(path, &[(Method::Get, Operation::PublicKeys)]);
        }
        if settings.groups.sessions && backends.iter().any(Backend::has_sessions) {
            table.add_sessions(&settings.auth_path);
        }
        table.add_groups(settings);
        table
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    fn add_sessions(&mut self, auth_path: &str) {
        let base = format!("{auth_path}/sessions");
        self.add(base.clone(), &[(Method::Get, Operation::ListSessions)]);
        self.add(
            format!("{base}/revoke-others"),
            &[(Method::Post, Operation::EndOtherSessions)],
        );
        self.add(
            format!("{base}/{{id}}"),
            &[(Method::Delete, Operation::EndSession)],
        );
    }

    fn add_groups(&mut self, settings: &Settings) {
        let Settings {
            auth_path,
            users_path,
            groups,
            ..
        } = settings;
        let post = |operation| [(Method::Post, operation)];
        if groups.register {
            self.add(format!("{auth_path}/register"), &post(Operation::Register));
        }
        if groups.verify {
            self.add(format!("{auth_path}/verify"), &post(Operation::Verify));
            let path = format!("{auth_path}/request-verify-token");
            self.add(path, &post(Operation::RequestVerify));
        }
        if groups.reset_password {
            self.add(
                format!("{auth_path}/forgot-password"),
                &post(Operation::ForgotPassword),
            );
            self.add(
                format!("{auth_path}/reset-password"),
                &post(Operation::ResetPassword),
            );
        }
        if groups.users {
            self.add(users_path.clone(), &[(Method::Get, Operation::ListUsers)]);
            let me = [
                (Method::Get, Operation::ReadMe),
                (Method::Patch, Operation::UpdateMe),
            ];
            self.add(format!("{users_path}/me"), &me);
            let change_password = format!("{users_path}/me/change-password");
            self.add(change_password, &post(Operation::ChangePassword));
            let by_id = [
                (Method::Delete, Operation::DeleteUser),
                (Method::Get, Operation::ReadUser),
                (Method::Patch, Operation::UpdateUser),
            ];
            self.add(format!("{users_path}/{{id}}"), &by_id);
        }
    }

    fn add(&mut self, path: String, operations: &[(Method, Operation)]) {
        self.0.push(Route {
            path,
            operations: operations.to_vec(),
        });
    }
}

impl<U: AuthUser> Auth<U> {
    /// The routes to mount.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.table().iter()
    }
}
