//! A form in the place of a JSON body: it becomes the same members, and its reply a redirect.

use std::net::IpAddr;

use serde_json::{Map, Number, Value};

use super::RequestParts;
use crate::api::body::{is_form, read_form};
use crate::api::{Access, ErrorCode, Rejection, RouteSpec};
use crate::auth::{Auth, FormRoute, Forms};
use crate::context::Context;
use crate::flash::FlashMessage;
use crate::http::{
    AllowedRedirects, BufferedRequest, FieldKind, FieldSchema, Form, Header, RedirectTarget, Reply,
    RequestHead,
};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// The field with the proof of a browser that sends no origin.
const CSRF_FIELD: &str = "csrf_token";
const CSRF_HEADER: &str = "x-csrf-token";
/// The field with the page after a success.
const NEXT: &str = "next";

/// The head of a request with a form, as the head of the same request with JSON.
struct JsonHead<'r> {
    head: &'r dyn RequestHead,
    csrf: Option<String>,
}

impl RequestHead for JsonHead<'_> {
    fn method(&self) -> &str {
        self.head.method()
    }

    fn query(&self) -> Option<&str> {
        self.head.query()
    }

    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        if name.eq_ignore_ascii_case("content-type") {
            return (index == 0).then_some(b"application/json");
        }
        match &self.csrf {
            Some(token) if name.eq_ignore_ascii_case(CSRF_HEADER) => {
                (index == 0).then_some(token.as_bytes())
            }
            _ => self.head.header(name, index),
        }
    }

    fn peer(&self) -> Option<IpAddr> {
        self.head.peer()
    }
}

impl<U: AuthUser> Auth<U> {
    /// Returns the settings of forms if this request has one, and the route takes it. A route of a user takes
    /// none with a token in a header: the new tokens of its reply would be lost.
    pub(super) fn form_of(
        &self,
        spec: &RouteSpec<U>,
        head: &dyn RequestHead,
    ) -> Option<(&Forms, FormRoute)> {
        let forms = self.settings().forms.as_ref()?;
        let route = spec.form?;
        let is_of_client =
            spec.access != Access::Public && self.has_credential(head, CredentialSource::Header);
        (is_form(head) && !is_of_client).then_some((forms, route))
    }

    /// Answers a form with a redirect.
    pub(super) async fn answer_form(
        &self,
        (forms, route): (&Forms, FormRoute),
        spec: &RouteSpec<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Reply {
        let mut form = match read_form(request.head, request.body).await {
            Ok(form) => form,
            Err(rejection) => return rejection.into_reply(),
        };
        let next = form.take(NEXT);
        let next = next.and_then(|next| forms.allowed().target(&next).ok());
        let head = JsonHead {
            head: request.head,
            csrf: form.take(CSRF_FIELD),
        };
        if let Err(rejection) = self.check_form_forgery(spec, &head, context) {
            return rejection.into_reply();
        }
        let schema = spec.body.as_ref().map_or(&[][..], |body| &body.fields);
        let members = Value::Object(members(&form, schema));
        let mut json = BufferedRequest::new("POST", members.to_string().into_bytes());
        let mut parts = RequestParts {
            head: &head,
            id: request.id,
            path: request.path,
            body: &mut json.body,
        };
        match spec.answer(self, &mut parts, context).await {
            Ok(reply) => self.after_success((forms, route), spec, next, &reply),
            Err(rejection) => {
                self.after_failure((forms, route), spec, &form, request.head, rejection)
            }
        }
    }

    /// Refuses the form of a public route that another site may have caused. With JSON a browser asks first
    /// (CORS), with a form it does not. Routes of a backend and of a user check the proof themselves.
    fn check_form_forgery(
        &self,
        spec: &RouteSpec<U>,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<(), Rejection> {
        if spec.backend().is_some() || spec.access != Access::Public {
            return Ok(());
        }
        let mut backends = self.backends().iter();
        let backend = backends.find(|backend| backend.transport().cookies().is_some());
        backend.map_or(Ok(()), |backend| {
            self.check_login_forgery(backend, head, context)
        })
    }

    fn after_success(
        &self,
        (forms, route): (&Forms, FormRoute),
        spec: &RouteSpec<U>,
        next: Option<RedirectTarget>,
        reply: &Reply,
    ) -> Reply {
        let Some(target) = next.or_else(|| forms.page_after(route)) else {
            return Rejection::new(ErrorCode::InternalError).into_reply();
        };
        let redirect = target.see_other().with_headers(kept(reply));
        match route {
            // The next page says it: the user is known, or not any more.
            FormRoute::Login | FormRoute::Logout => redirect,
            _ => self.with_flash(redirect, FlashMessage::success(spec.id())),
        }
    }

    /// Redirects to the page of the form. A failure of the server, a forged request and a request that is not
    /// a form of any page keep their status.
    fn after_failure(
        &self,
        (forms, route): (&Forms, FormRoute),
        spec: &RouteSpec<U>,
        form: &Form,
        head: &dyn RequestHead,
        rejection: Rejection,
    ) -> Reply {
        let code = rejection.code();
        let stays = code.status() >= 500 || code == ErrorCode::CsrfFailed;
        let page = forms.page_of(route).filter(|_| !stays);
        let Some(page) = page else {
            return rejection.into_reply();
        };
        if code == ErrorCode::AuthenticationFailed {
            return forms.redirect_to_login(Some(&page), &rejection);
        }
        let mut flash = FlashMessage::failure(spec.id(), rejection.wire_code(), rejection.detail());
        for error in rejection.errors() {
            let code = error.code();
            flash = flash.with_field(error.field(), code.as_str(), code.detail());
        }
        let schema = spec.body.as_ref().map_or(&[][..], |body| &body.fields);
        for field in schema.iter().filter(|field| !field.is_write_only()) {
            let typed = form.fields().find(|(name, _)| *name == field.name());
            if let Some((name, value)) = typed {
                flash = flash.with_value(name, value);
            }
        }
        let reply = self.page_with_query(page, head).see_other();
        self.with_flash(reply.with_headers(rejection.cookies()), flash)
    }

    /// Returns the page of the form with the query that it had, as the browser says: a login page has `next`
    /// in it, the page of a mailed link its token.
    fn page_with_query(&self, page: RedirectTarget, head: &dyn RequestHead) -> RedirectTarget {
        let referer = head.header("referer", 0).map(String::from_utf8_lossy);
        let shown = referer.as_deref().and_then(|url| self.own_path(head, url));
        let shown = shown.filter(|shown| shown.split('?').next() == Some(page.as_str()));
        let own = AllowedRedirects::own_site();
        shown
            .and_then(|shown| own.target(shown).ok())
            .unwrap_or(page)
    }
}

/// Returns the headers of a reply that a redirect in its place has, too.
fn kept(reply: &Reply) -> Vec<Header> {
    let headers = reply.headers();
    headers
        .filter(|header| matches!(header.name(), "set-cookie" | "clear-site-data"))
        .cloned()
        .collect()
}

/// Returns the members of the JSON body. What the schema does not name stays, and is refused as unknown.
fn members(form: &Form, schema: &[FieldSchema]) -> Map<String, Value> {
    let declared = |name: &str| schema.iter().find(|field| field.name() == name);
    let mut members = Map::new();
    for field in schema {
        if *field.kind() == FieldKind::Boolean {
            // A browser sends nothing for a checkbox that is not set.
            members.insert(field.name().to_owned(), Value::Bool(false));
        }
    }
    for (name, text) in form.fields() {
        let value = match declared(name) {
            // A browser sends every text field, also an empty one.
            Some(field) if text.is_empty() && !field.is_required() => continue,
            Some(field) => member(field.kind(), text),
            None => text.into(),
        };
        members.insert(name.to_owned(), value);
    }
    members
}

/// Returns the value of a field with the type of its member; a text that does not have it stays a text, and is
/// refused.
fn member(kind: &FieldKind, text: &str) -> Value {
    let number = || text.parse::<Number>().ok().map(Value::Number);
    let value = match kind {
        FieldKind::Boolean => match text {
            "on" | "true" => Some(true.into()),
            "false" => Some(false.into()),
            _ => None,
        },
        FieldKind::Integer { .. } | FieldKind::Number => number(),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}
