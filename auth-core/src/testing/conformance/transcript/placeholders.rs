//! Placeholders for random values.

/// The values of one case that have a number already.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    known: Vec<(Kind, Vec<u8>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Jwt,
    /// Anything else that is as long as 32 random bytes in base64url.
    Token,
}

const SHORTEST_TOKEN: usize = 43;

impl Placeholders {
    /// The bytes with a placeholder for every random value.
    pub(super) fn replace(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut replaced = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((first, tail)) = rest.split_first() {
            let length = rest.iter().take_while(|byte| is_of_word(**byte)).count();
            if length == 0 {
                replaced.push(*first);
                rest = tail;
                continue;
            }
            // A position in a list of sessions is a time and an id.
            let length = time_of_position(rest, length).unwrap_or(length);
            let (word, after) = rest.split_at(length);
            match Kind::of(word) {
                Some(kind) => replaced.extend(self.number(kind, word).into_bytes()),
                None => replaced.extend_from_slice(word),
            }
            rest = after;
        }
        replaced
    }

    fn number(&mut self, kind: Kind, word: &[u8]) -> String {
        let known = |(known, value): &(Kind, Vec<u8>)| *known == kind && value == word;
        if !self.known.iter().any(known) {
            self.known.push((kind, word.to_vec()));
        }
        let mut of_kind = self.known.iter().filter(|(known, _)| *known == kind);
        let number = of_kind.position(|(_, value)| value == word);
        let name = match kind {
            Kind::Uuid => "uuid",
            Kind::Jwt => "jwt",
            Kind::Token => "token",
        };
        format!("<{name} {}>", number.map_or(0, |place| place + 1))
    }
}

impl Kind {
    fn of(word: &[u8]) -> Option<Self> {
        if is_uuid(word) {
            Some(Self::Uuid)
        } else if word.starts_with(b"eyJ") && word.split(|byte| *byte == b'.').count() == 3 {
            Some(Self::Jwt)
        } else if word.len() >= SHORTEST_TOKEN && !word.contains(&b'.')
            || is_csrf_token(word)
            || is_flash(word)
        {
            Some(Self::Token)
        } else {
            None
        }
    }
}

/// The name of a key, a nonce and a digest.
fn is_csrf_token(word: &[u8]) -> bool {
    let parts = word.split(|byte| *byte == b'.');
    parts.map(<[u8]>::len).eq([11, 22, 43, 43])
}

/// The name of a key, a message and a digest.
fn is_flash(word: &[u8]) -> bool {
    let lengths: Vec<_> = word.split(|byte| *byte == b'.').map(<[u8]>::len).collect();
    matches!(*lengths.as_slice(), [11, body, 43] if body >= 22)
}

/// Returns the length of the time in front of an id, with the dot between them.
fn time_of_position(text: &[u8], length: usize) -> Option<usize> {
    let (word, _) = text.split_at_checked(length)?;
    let dot = word.iter().position(|byte| *byte == b'.')?;
    let (time, id) = word.split_at_checked(dot.saturating_add(1))?;
    let is_time = time
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.');
    (is_time && is_uuid(id)).then_some(time.len())
}

/// Letters, digits, what base64url and a JWT have between them, and what a percent-encoded one has.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.%".contains(&byte)
}

/// The form of RFC 9562 §4.
fn is_uuid(word: &[u8]) -> bool {
    let groups: Vec<_> = word.split(|byte| *byte == b'-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().iter().all(u8::is_ascii_hexdigit)
}
