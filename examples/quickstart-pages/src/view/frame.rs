//! What every page shows around its content.

use auth_core::{FlashMessage, User};
use maud::{DOCTYPE, Markup, html};

use super::{Form, sentence};

/// The user of a page, the result of the form that led to it, and the token for its forms.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Frame<'v> {
    pub(crate) user: Option<&'v User>,
    pub(crate) message: Option<&'v FlashMessage>,
    pub(crate) csrf: &'v str,
}

impl<'v> Frame<'v> {
    /// Returns a form, with the result that belongs to it.
    pub(crate) fn form(&self, name: &'static str) -> Form<'v> {
        let message = self.message.filter(|message| message.route() == name);
        let failure = message.filter(|message| !message.is_success());
        Form::new(name, failure, self.csrf)
    }

    /// Returns whether this form was refused.
    pub(crate) fn has_failed(&self, name: &str) -> bool {
        let message = self.message.filter(|message| message.route() == name);
        message.is_some_and(|message| !message.is_success())
    }

    /// Returns a page.
    pub(crate) fn page(&self, title: &str, content: &Markup) -> Markup {
        let failed = self.message.is_some_and(|message| !message.is_success());
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { @if failed { "Error: " } (title) " – Example" }
                    link rel="stylesheet" href="/style.css";
                }
                body {
                    a.skip href="#content" { "Skip to the content" }
                    (self.header())
                    main id="content" {
                        h1 { (title) }
                        @if let Some(sentence) = self.message.and_then(sentence::of_success) {
                            p.notice role="status" { (sentence) }
                        }
                        (content)
                    }
                }
            }
        }
    }

    fn header(&self) -> Markup {
        html! {
            header {
                nav aria-label="Site" {
                    a.brand href="/" { "Example" }
                    @if let Some(user) = self.user {
                        @if user.is_superuser() { a href="/admin" { "Users" } }
                        a href="/account" { "Account" }
                        (self.form("auth.logout").bare("/auth/logout", &html! {
                            button.link { "Log out" }
                        }))
                    } @else {
                        a href="/login" { "Log in" }
                        a href="/sign-up" { "Sign up" }
                    }
                }
            }
        }
    }
}
