//! The fields of an HTML form, read strictly.

use percent_encoding::percent_decode;
use thiserror::Error;

/// The most fields of a form.
const MAX_FIELDS: usize = 64;

/// The fields of a body `application/x-www-form-urlencoded` (URL Standard §5.1), each once.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, String)>);

/// The body is not a form: an invalid escape, no UTF-8, a field twice, or more than 64 fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body is not a form")]
pub(crate) struct MalformedForm;

impl Form {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, MalformedForm> {
        let mut form = Self::default();
        let pairs = body.split(|byte| *byte == b'&');
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = halves.next().unwrap_or_default();
            let value = halves.next().unwrap_or_default();
            let (name, value) = (decoded(name)?, decoded(value)?);
            if form.0.len() == MAX_FIELDS || form.0.iter().any(|(other, _)| *other == name) {
                return Err(MalformedForm);
            }
            form.0.push((name, value));
        }
        Ok(form)
    }

    /// Takes a field out of the form.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.swap_remove(place).1)
    }

    /// Returns the fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decoded(text: &[u8]) -> Result<String, MalformedForm> {
    let is_escape = |part: &[u8]| {
        part.get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split(|byte| *byte == b'%').skip(1).all(is_escape) {
        return Err(MalformedForm);
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_decode(&spaced)
        .decode_utf8()
        .map_err(|_| MalformedForm)?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &[u8]) -> Option<Vec<(String, String)>> {
        Form::parse(body).ok().map(|form| form.0)
    }

    #[test]
    fn fields_are_decoded() {
        let found = fields(b"email=ada%40example.com&name=Ada+L%C3%B6w&empty=&flag&&a%26b=%3D");
        let expected = [
            ("email", "ada@example.com"),
            ("name", "Ada L\u{f6}w"),
            ("empty", ""),
            ("flag", ""),
            ("a&b", "="),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(found, Some(expected.to_vec()));
        assert_eq!(fields(b""), Some(Vec::new()));
    }

    #[test]
    fn malformed_forms_are_refused() {
        let many: Vec<_> = (0..65).map(|number| format!("f{number}=")).collect();
        let many = many.join("&");
        for body in [
            &b"a=%"[..],
            b"a=%4",
            b"a=%zz",
            b"%zz=a",
            b"a=%ff",
            b"a=\xff",
            b"a=1&a=2",
            b"a=1&%61=2",
            many.as_bytes(),
        ] {
            assert_eq!(fields(body), None, "{:?}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn taken_field_is_gone() {
        let mut form = Form::parse(b"next=%2Fa&email=b").unwrap();
        assert_eq!(form.take("next").as_deref(), Some("/a"));
        assert_eq!(form.take("next"), None);
        assert_eq!(form.fields().collect::<Vec<_>>(), [("email", "b")]);
    }
}
