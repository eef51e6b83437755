//! A visitor without scripts: cookies, pages, and the forms in them.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::program::{PASSWORD, Program};

/// A browser with its cookies.
pub(crate) struct Visitor<'p> {
    program: &'p Program,
    cookies: Vec<(String, String)>,
    pub(crate) agent: String,
}

/// The reply to a request.
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
    /// The path and query.
    pub(crate) path: String,
}

/// A form of a page: its target and the fields that a browser sends with it.
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl<'p> Visitor<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Self {
            program,
            cookies: Vec::new(),
            agent: "Test/1".to_owned(),
        }
    }

    /// A visitor who has an account and is logged in.
    pub(crate) fn logged_in(program: &'p Program, address: &str) -> Self {
        let mut visitor = Self::new(program);
        let page = visitor.open("/sign-up");
        visitor.submit(
            &page,
            "/auth/register",
            &[("email", address), ("password", PASSWORD)],
        );
        visitor.log_in(address, PASSWORD);
        visitor
    }

    /// Logs in on the login page, and returns the page behind it.
    pub(crate) fn log_in(&mut self, address: &str, password: &str) -> Reply {
        let page = self.open("/login");
        let fields = [("identifier", address), ("password", password)];
        self.submit(&page, "/auth/login", &fields)
    }

    /// Opens a page, and follows redirects.
    pub(crate) fn open(&mut self, path: &str) -> Reply {
        let mut reply = self.request("GET", path, "none", "");
        for _ in 0..4 {
            if reply.status != 303 {
                break;
            }
            let next = reply.header("location").unwrap().to_owned();
            reply = self.request("GET", &next, "same-origin", "");
        }
        reply
    }

    /// Fills in the form of a page that has this target, sends it, and follows the redirect.
    #[track_caller]
    pub(crate) fn submit(&mut self, page: &Reply, action: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.send(page, action, fields);
        assert_eq!(reply.status, 303, "{action}: {}", reply.body);
        let next = reply.header("location").unwrap().to_owned();
        self.open(&next)
    }

    /// Fills in the form of a page and sends it.
    #[track_caller]
    pub(crate) fn send(&mut self, page: &Reply, action: &str, fields: &[(&str, &str)]) -> Reply {
        let mut form = page.form(action);
        for (name, value) in fields {
            assert!(page.body.contains(&format!("name=\"{name}\"")), "{name}");
            form.fields.retain(|(other, _)| other != name);
            form.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.post(&form, "same-origin", &page.path)
    }

    /// Sends a form, from a page of this site or of another one.
    pub(crate) fn post(&mut self, form: &Form, site: &str, page: &str) -> Reply {
        let mut body = String::new();
        for (name, value) in &form.fields {
            let separator = if body.is_empty() { "" } else { "&" };
            write!(body, "{separator}{}={}", encoded(name), encoded(value)).unwrap();
        }
        let port = self.program.port;
        let referer = format!("referer: http://localhost:{port}{page}\r\n");
        let body = format!(
            "{}content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            if site == "same-origin" {
                referer
            } else {
                String::new()
            },
            body.len()
        );
        self.request("POST", &form.action, site, &body)
    }

    fn request(&mut self, method: &str, path: &str, site: &str, rest: &str) -> Reply {
        let port = self.program.port;
        let cookies = self.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let rest = if rest.is_empty() { "\r\n" } else { rest };
        let site = match site {
            "" => String::new(),
            _ => format!("sec-fetch-site: {site}\r\n"),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
             user-agent: {}\r\naccept: text/html\r\n{site}cookie: {}\r\n{rest}",
            self.agent,
            cookies.join("; ")
        );
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let reply = Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
            path: path.to_owned(),
        };
        self.keep_cookies(&reply);
        reply
    }

    fn keep_cookies(&mut self, reply: &Reply) {
        for line in reply.headers("set-cookie") {
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(other, _)| other != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Returns how a reply sets a cookie.
    pub(crate) fn set(reply: &Reply, cookie: &str) -> String {
        let start = format!("{cookie}=");
        let mut set = reply.headers("set-cookie");
        set.find(|set| set.starts_with(&start)).unwrap().to_owned()
    }

    pub(crate) fn has_cookie(&self, name: &str) -> bool {
        self.cookies.iter().any(|(other, _)| other == name)
    }

    /// Whether the account page opens without a login.
    pub(crate) fn is_logged_in(&mut self) -> bool {
        self.open("/account").path == "/account"
    }
}

impl Reply {
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().filter_map(move |line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        assert!(
            self.body.contains(text),
            "no `{text}` in {}:\n{}",
            self.path,
            self.body
        );
    }

    #[track_caller]
    pub(crate) fn hides(&self, text: &str) {
        assert!(
            !self.body.contains(text),
            "`{text}` in {}:\n{}",
            self.path,
            self.body
        );
    }

    /// Returns the form with this target.
    #[track_caller]
    pub(crate) fn form(&self, action: &str) -> Form {
        let mut forms = self.forms();
        let place = forms.iter().position(|form| form.action == action);
        let place = place.unwrap_or_else(|| panic!("no form {action}:\n{}", self.body));
        forms.remove(place)
    }

    /// Returns all forms that post.
    pub(crate) fn forms(&self) -> Vec<Form> {
        let parts = self.body.split("<form").skip(1);
        let parts = parts.filter(|part| part.contains("method=\"post\""));
        parts
            .map(|part| Form::parse(part.split("</form>").next().unwrap()))
            .collect()
    }
}

impl Form {
    fn parse(html: &str) -> Self {
        let inputs = html.split("<input").skip(1);
        let inputs = inputs.map(|input| input.split('>').next().unwrap());
        let inputs =
            inputs.filter(|input| !input.contains("checkbox") || input.contains(" checked"));
        let fields = inputs.filter_map(|input| {
            let value = attribute(input, "value").unwrap_or_default();
            Some((attribute(input, "name")?, value))
        });
        Self {
            action: attribute(html, "action").unwrap(),
            fields: fields.collect(),
        }
    }
}

/// Returns the value of an attribute of the first tag.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    let value = value.replace("&lt;", "<").replace("&gt;", ">");
    Some(value.replace("&quot;", "\"").replace("&amp;", "&"))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02x}").unwrap();
        }
    }
    encoded
}
