//! The comparison finds each kind of difference.

use super::*;

const ADA: &str = "0197a2b0-1111-7000-8000-00000000000a";
const BOB: &str = "0197a2b0-2222-7000-8000-00000000000b";

fn reply(body: &str) -> WireReply {
    let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    WireReply {
        status: 200,
        headers: vec![header("cache-control", "no-store"), header("vary", "a")],
        body: body.as_bytes().to_vec(),
    }
}

fn said(replies: Vec<WireReply>) -> Transcript {
    let request = WireRequest::new("GET", "/users");
    let said: Vec<_> = replies
        .into_iter()
        .map(|reply| (request.clone(), reply))
        .collect();
    Transcript {
        recordings: vec![Recording::new("group::case", &said)],
    }
}

#[track_caller]
fn check(left: &Transcript, right: &Transcript, expected: usize) {
    assert_eq!(left.differences(right).len(), expected);
    assert_eq!(right.differences(left).len(), expected);
}

#[test]
fn equal_transcripts_have_no_differences() {
    let transcript = said(vec![reply("a"), reply("b")]);
    check(&transcript, &transcript.clone(), 0);
    transcript.assert_same(&transcript.clone());
}

/// A status, a byte of the body, a header more or less, their order, a value, one reply less, the
/// order of replies.
#[test]
fn each_difference_is_found() {
    let one = || said(vec![reply("text")]);
    let changed = |change: fn(&mut WireReply)| {
        let mut other = reply("text");
        change(&mut other);
        said(vec![other])
    };
    check(&one(), &changed(|reply| reply.status = 201), 1);
    check(&one(), &changed(|reply| reply.body.push(b' ')), 1);
    check(&one(), &changed(|reply| reply.body = b"texT".to_vec()), 1);
    check(&one(), &changed(|reply| reply.headers.swap(0, 1)), 1);
    check(&one(), &changed(|reply| drop(reply.headers.pop())), 1);
    let twice = |reply: &mut WireReply| reply.headers.push(reply.headers[1].clone());
    check(&one(), &changed(twice), 1);
    check(&one(), &changed(|reply| reply.headers[1].1.push(b'b')), 1);
    check(&one(), &changed(|reply| reply.headers[1].0.push('y')), 1);
    check(&one(), &said(vec![reply("text"), reply("text")]), 1);
    check(&one(), &said(Vec::new()), 1);
    let (ab, ba) = (
        said(vec![reply("a"), reply("b")]),
        said(vec![reply("b"), reply("a")]),
    );
    check(&ab, &ba, 2);
}

#[test]
fn different_requests_and_cases_are_found() {
    let transcript = |case: &str, target: &str| Transcript {
        recordings: vec![Recording::new(
            case,
            &[(WireRequest::new("GET", target), reply("a"))],
        )],
    };
    check(&transcript("a", "/x"), &transcript("a", "/y"), 1);
    // A case that only one of them has is two differences: one is missing, one is there.
    check(&transcript("a", "/x"), &transcript("b", "/x"), 2);
}

/// Ids differ from run to run; their first appearances must not.
#[test]
fn random_values_are_compared_by_first_appearance() {
    let both = |first: &str, second: &str| said(vec![reply(first), reply(second)]);
    let list = |one: &str, two: &str| format!(r#"["{one}","{two}"]"#);
    let same = both(&list(ADA, BOB), ADA);
    check(&same, &both(&list(BOB, ADA), BOB), 0);
    check(&same, &both(&list(ADA, BOB), BOB), 1);
    check(&same, &both(&list(ADA, ADA), ADA), 1);

    let jwt = |payload: &str| format!(r#"{{"token":"eyJhbGciOiJIUzI1NiJ9.{payload}.c2ln"}}"#);
    check(
        &said(vec![reply(&jwt("eyJhIjoxfQ"))]),
        &said(vec![reply(&jwt("eyJhIjoyfQ"))]),
        0,
    );
    let opaque = |fill: &str| said(vec![reply(&fill.repeat(43))]);
    check(&opaque("x"), &opaque("y"), 0);
    let encoded = |id: &str| said(vec![reply(&id.replace('-', "%2D"))]);
    check(&encoded(ADA), &encoded(BOB), 0);
    // A text that is shorter than any secret has no placeholder.
    let short = |fill: &str| said(vec![reply(&fill.repeat(42))]);
    check(&short("x"), &short("y"), 1);
}

/// A value of a request that a reply repeats has one number.
#[test]
fn value_of_the_request_keeps_its_placeholder_in_the_reply() {
    let asked = |answer: &str| Transcript {
        recordings: vec![Recording::new(
            "a",
            &[(
                WireRequest::new("GET", &format!("/users/{ADA}")),
                reply(answer),
            )],
        )],
    };
    check(&asked(ADA), &asked(BOB), 1);
}

#[test]
fn failure_shows_both_sides() {
    let mut other = reply("text");
    other.status = 404;
    other.body = b"\0\xff".to_vec();
    let (left, right) = (said(vec![reply("text")]), said(vec![other]));
    let difference = left.differences(&right)[0].to_string();
    let expected = "group::case, exchange 1\n    GET /users\n  - 200\n  + 404\n    \
                    cache-control: no-store\n    vary: a\n  - body: text\n  + body: \\x00\\xff\n";
    assert_eq!(difference, expected);
}

#[test]
#[should_panic(expected = "nothing was said")]
fn empty_transcripts_fail_the_comparison() {
    said(Vec::new()).assert_same(&said(Vec::new()));
}
