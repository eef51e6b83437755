//! The page on which administrators find users, deactivate them, and give them roles.

use auth_axum::{Auth, AuthRejection, AuthReply, PageUser};
use auth_core::accounts::{AdminUpdate, AdminUpdateError};
use auth_core::guard::Superuser;
use auth_core::store::{Page, PageRequest, PageStart};
use auth_core::uuid::Uuid;
use auth_core::{EmailPrefix, FlashMessage, Role, Roles, User};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use crate::view::Frame;
use crate::visit::Visit;

const CHANGE: &str = "admin.user";

/// Which users are shown.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Search {
    email: Option<String>,
    after: Option<Uuid>,
}

/// The form of one user. A browser sends nothing for a checkbox that is not set.
#[derive(Deserialize)]
pub(crate) struct Change {
    active: Option<String>,
    roles: String,
}

pub(crate) fn view(frame: &Frame<'_>, search: &Search, users: &Page<User>) -> Markup {
    let last = users.items.last().map(|user| user.id);
    let next =
        last.filter(|_| users.items.len() as u64 >= u64::from(PageRequest::<Uuid>::DEFAULT_LIMIT));
    let content = html! {
        form.search method="get" action="/admin" role="search" {
            label for="search" { "Beginning of the e-mail address" }
            input id="search" name="email" type="search" autocomplete="off" value=[&search.email];
            button { "Search" }
        }
        (frame.form(CHANGE).alert())
        ul.rows {
            @for user in &users.items { li { (row(frame, user)) } }
        }
        @if users.items.is_empty() { p { "No address begins with this." } }
        @if let Some(next) = next {
            form method="get" action="/admin" {
                input type="hidden" name="email" value=(search.email.as_deref().unwrap_or_default());
                input type="hidden" name="after" value=(next);
                button { "More users" }
            }
        }
    };
    frame.page("Users", &content)
}

fn row(frame: &Frame<'_>, user: &User) -> Markup {
    let roles: Vec<_> = user.roles().iter().map(Role::as_str).collect();
    let (active_id, roles_id) = (format!("active-{}", user.id), format!("roles-{}", user.id));
    let is_self = frame.user.is_some_and(|own| own.id == user.id);
    html! {
        div {
            p { strong { (user.email()) } }
            p {
                @if is_self { span.badge { "you" } " " }
                @if user.is_superuser() { span.badge { "administrator" } " " }
                @if !user.is_active() { span.badge.open { "deactivated" } " " }
                @if !user.is_verified() { span.badge.open { "address not confirmed" } " " }
                @for role in &roles { span.badge { (role) } " " }
            }
        }
        @if !is_self {
            details {
                summary { "Change" span.hidden { " " (user.email()) } }
                (frame.form(CHANGE).bare(&format!("/admin/users/{}", user.id), &html! {
                    p.check {
                        input id=(active_id) name="active" type="checkbox" value="true"
                            checked[user.is_active()];
                        label for=(active_id) { "May log in" }
                    }
                    div.field {
                        label for=(roles_id) { "Roles, with commas between them" }
                        input id=(roles_id) name="roles" type="text" autocomplete="off"
                            value=(roles.join(", "));
                    }
                    button { "Save" }
                }))
            }
        }
    }
}

pub(crate) async fn show(
    State(auth): State<Auth<User>>,
    _: PageUser<User, Superuser>,
    visit: Visit,
    Query(search): Query<Search>,
) -> Result<Response, AuthRejection> {
    let accounts = auth.accounts();
    let wanted = search
        .email
        .as_deref()
        .filter(|email| !email.trim().is_empty());
    let users = match wanted.map(EmailPrefix::parse).transpose() {
        Ok(email) => {
            let start = PageStart::After(search.after);
            let first = PageRequest::first();
            accounts
                .list(PageRequest {
                    start,
                    email,
                    ..first
                })
                .await?
        }
        Err(_) => Page {
            items: Vec::new(),
            total: 0,
        },
    };
    let page = view(&visit.frame(), &search, &users);
    Ok(visit.respond(page))
}

/// Changes a user. The own account is left alone: an administrator who deactivates it could not undo it.
pub(crate) async fn submit(
    State(auth): State<Auth<User>>,
    admin: PageUser<User, Superuser>,
    Path(id): Path<Uuid>,
    Form(form): Form<Change>,
) -> Result<AuthReply, AuthRejection> {
    let refused = |sentence| FlashMessage::failure(CHANGE, "REFUSED", sentence);
    let names = form.roles.split(',').map(str::trim);
    let roles = Roles::parse(names.filter(|name| !name.is_empty()));
    let message = match roles {
        _ if id == admin.id => refused("You cannot change your own account here."),
        Err(_) => refused("A role has 1 to 64 characters."),
        Ok(roles) => {
            let update = AdminUpdate {
                is_active: Some(form.active.is_some()),
                roles: Some(roles),
                ..AdminUpdate::default()
            };
            let (accounts, context) = (auth.accounts(), admin.context());
            match accounts.update_as_admin(&id, update, &context).await {
                Ok(_) => FlashMessage::success(CHANGE),
                Err(AdminUpdateError::LastSuperuser) => {
                    refused("The last administrator cannot be deactivated.")
                }
                Err(AdminUpdateError::Unavailable(error)) => return Err(error.into()),
                Err(_) => refused("There is no such user."),
            }
        }
    };
    Ok(auth.flash_redirect("/admin", message)?.into())
}
