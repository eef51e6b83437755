//! Forms and their fields, with labels and errors that screen readers find.

use auth_core::{FlashField, FlashMessage};
use maud::{Markup, html};

use super::sentence;

/// A form, and why it was refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form<'v> {
    name: &'static str,
    failure: Option<&'v FlashMessage>,
    csrf: &'v str,
}

/// An input with its label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'v> {
    name: &'v str,
    label: &'v str,
    kind: &'v str,
    autocomplete: &'v str,
    hint: &'v str,
    value: &'v str,
}

impl<'v> Field<'v> {
    /// Returns a field for an e-mail address. `autocomplete` is `username` where it is the login.
    pub(crate) const fn email(name: &'v str, label: &'v str, autocomplete: &'v str) -> Self {
        Self::of_kind("email", name, label, autocomplete)
    }

    /// Returns a field for a password. `autocomplete` is `current-password` or `new-password`, by which a password
    /// manager knows whether to fill in or to propose one. Nothing prevents pasting.
    pub(crate) const fn password(name: &'v str, label: &'v str, autocomplete: &'v str) -> Self {
        Self::of_kind("password", name, label, autocomplete)
    }

    const fn of_kind(kind: &'v str, name: &'v str, label: &'v str, autocomplete: &'v str) -> Self {
        Self {
            name,
            label,
            kind,
            autocomplete,
            hint: "",
            value: "",
        }
    }

    /// Adds a sentence below the label.
    pub(crate) const fn hint(mut self, hint: &'v str) -> Self {
        self.hint = hint;
        self
    }

    /// Sets what the field contains at first.
    pub(crate) const fn value(mut self, value: &'v str) -> Self {
        self.value = value;
        self
    }
}

impl<'v> Form<'v> {
    pub(crate) const fn new(
        name: &'static str,
        failure: Option<&'v FlashMessage>,
        csrf: &'v str,
    ) -> Self {
        Self {
            name,
            failure,
            csrf,
        }
    }

    /// Returns the form for a route of the toolkit, which takes the token against forged requests as a field.
    pub(crate) fn to(&self, action: &str, content: &Markup) -> Markup {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="csrf_token" value=(self.csrf);
                (self.alert())
                (content)
            }
        }
    }

    /// Returns the same without room for errors.
    pub(crate) fn bare(&self, action: &str, content: &Markup) -> Markup {
        html! {
            form.bare method="post" action=(action) {
                input type="hidden" name="csrf_token" value=(self.csrf);
                (content)
            }
        }
    }

    /// Returns the form for a handler of this site.
    pub(crate) fn own(&self, action: &str, content: &Markup) -> Markup {
        html! {
            form method="post" action=(action) {
                (self.alert())
                (content)
            }
        }
    }

    /// Returns why the form was refused. The browser moves the focus there, or to the first field with an error.
    pub(crate) fn alert(&self) -> Markup {
        let moves_focus = self.first_error().is_none();
        html! {
            @if let Some(failure) = self.failure {
                p.alert id=(self.id("alert")) role="alert" tabindex="-1" autofocus[moves_focus] {
                    (sentence::of_failure(failure))
                }
            }
        }
    }

    /// Returns a field with its label and its error.
    pub(crate) fn field(&self, field: &Field<'_>) -> Markup {
        let id = self.id(field.name);
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let error = self.failure.and_then(|failure| failure.field(field.name));
        let typed = self.failure.map_or("", |failure| failure.typed(field.name));
        let value = if typed.is_empty() { field.value } else { typed };
        let described = [
            (!field.hint.is_empty()).then_some(hint_id.as_str()),
            error.map(|_| error_id.as_str()),
        ];
        let described: Vec<_> = described.into_iter().flatten().collect();
        html! {
            div.field {
                label for=(id) { (field.label) }
                @if !field.hint.is_empty() { p.hint id=(hint_id) { (field.hint) } }
                @if let Some(error) = error { p.error id=(error_id) { (sentence::of_field(error)) } }
                input id=(id) name=(field.name) type=(field.kind) autocomplete=(field.autocomplete)
                    required value=[Some(value).filter(|value| !value.is_empty())]
                    aria-describedby=[Some(described.join(" ")).filter(|ids| !ids.is_empty())]
                    aria-invalid=[error.map(|_| "true")]
                    autofocus[error.is_some() && self.first_error() == Some(field.name)];
            }
        }
    }

    fn first_error(&self) -> Option<&'v str> {
        self.failure?.fields().next().map(FlashField::name)
    }

    /// Returns an id that no other form of the page has.
    fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.name.replace('.', "-"))
    }
}
