//! Standard input, message by message, in front of tower-lsp, which stops reading for ever after
//! one message that it cannot decode.
//!
//! Half of a surrogate pair is no rarity: an editor cuts an emoji in two and sends `\ud83d`. It
//! becomes the replacement character, which is as long in UTF-16. What cannot be mended becomes a
//! notification by which the service knows what to answer.

use std::borrow::Cow;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, ReadBuf};
use tower_lsp::jsonrpc::{Request, Response};

/// Stands for a message that is no JSON.
pub(super) const UNREADABLE: &str = "$/hotfix-unreadable";

/// Stands for JSON that is no message.
pub(super) const INVALID: &str = "$/hotfix-invalid";

/// How many bytes of a message's head are kept while its end has not come.
const MOST_HEAD: usize = 64 * 1024;

/// A message that claims to be longer has no true length.
const MOST_BODY: usize = 1 << 30;

const LENGTH: &[u8] = b"content-length:";
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A reader that gives whole messages only, each of which can be decoded.
pub(super) struct Frames<R> {
    inner: R,
    /// What was read and is not yet known to be a message.
    raw: Vec<u8>,
    /// Messages, and how much of them was given away.
    sound: Vec<u8>,
    given: usize,
}

impl<R> Frames<R> {
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            raw: Vec::new(),
            sound: Vec::new(),
            given: 0,
        }
    }

    /// Moves every message that is complete from `raw` to `sound`.
    fn sort(&mut self) {
        let mut at = 0;
        while let Some((body, end)) = next_message(&self.raw, &mut at) {
            let body = readable(&self.raw[body]);
            let head = format!("Content-Length: {}\r\n\r\n", body.len());
            self.sound.extend_from_slice(head.as_bytes());
            self.sound.extend_from_slice(&body);
            at = end;
        }
        self.raw.drain(..at);
    }
}

/// The next whole message from `at` on, and where it ends. `at` moves over what is no message.
fn next_message(raw: &[u8], at: &mut usize) -> Option<(std::ops::Range<usize>, usize)> {
    loop {
        let rest = raw.get(*at..)?;
        let Some(head) = memchr::memmem::find(rest, HEAD_END) else {
            if MOST_HEAD < rest.len() {
                *at = raw.len() - HEAD_END.len();
            }
            return None;
        };
        let start = *at + head + HEAD_END.len();
        match length(&rest[..head]).filter(|length| *length <= MOST_BODY) {
            Some(length) => {
                let end = start + length;
                return (end <= raw.len()).then_some((start..end, end));
            }
            None => *at = start,
        }
    }
}

/// What the head says of the body's length, in bytes.
fn length(head: &[u8]) -> Option<usize> {
    // From the last mention on: before it may lie what another program wrote.
    let lower = head.to_ascii_lowercase();
    let at = memchr::memmem::rfind(&lower, LENGTH)? + LENGTH.len();
    let line = lower[at..].split(|&byte| byte == b'\r').next()?;
    std::str::from_utf8(line).ok()?.trim().parse().ok()
}

/// The body, mended where it must be.
fn readable(body: &[u8]) -> Cow<'_, [u8]> {
    if is_message(body) {
        return Cow::Borrowed(body);
    }
    let text = String::from_utf8_lossy(body);
    let mended = without_halves(&text).into_bytes();
    if is_message(&mended) {
        return Cow::Owned(mended);
    }
    let stand_in = match serde_json::from_slice::<Value>(&mended) {
        Err(_) => json!({"jsonrpc": "2.0", "method": UNREADABLE}),
        Ok(value) => match value
            .get("id")
            .filter(|id| id.is_number() || id.is_string())
        {
            None => json!({"jsonrpc": "2.0", "method": INVALID}),
            Some(id) => json!({"jsonrpc": "2.0", "method": INVALID, "id": id}),
        },
    };
    tracing::warn!("a message of the client cannot be read and is left out");
    Cow::Owned(stand_in.to_string().into_bytes())
}

fn is_message(body: &[u8]) -> bool {
    serde_json::from_slice::<Request>(body).is_ok()
        || serde_json::from_slice::<Response>(body).is_ok()
}

/// `json` with the replacement character for every half of a surrogate pair that is alone.
fn without_halves(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let pair = matches!(unit(escape), Some(0xD800..=0xDBFF))
            && matches!(escape.get(6..).and_then(unit), Some(0xDC00..=0xDFFF));
        let alone = !pair && matches!(unit(escape), Some(0xD800..=0xDFFF));
        let length = if pair {
            12
        } else if alone {
            6
        } else {
            // The backslash and what it escapes, which may be a backslash.
            1 + escape[1..].chars().next().map_or(0, char::len_utf8)
        };
        out.push_str(if alone { r"\ufffd" } else { &escape[..length] });
        rest = &escape[length..];
    }
    out + rest
}

/// The UTF-16 unit that an escape at the beginning stands for.
fn unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix(r"\u")?.get(..4)?, 16).ok()
}

impl<R: AsyncRead + Unpin> AsyncRead for Frames<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let frames = &mut *self;
        while frames.given == frames.sound.len() {
            frames.sound.clear();
            frames.given = 0;
            let mut chunk = [0; 16 * 1024];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut frames.inner).poll_read(context, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            frames.raw.extend_from_slice(chunk.filled());
            frames.sort();
        }
        let left = &frames.sound[frames.given..];
        let now = left.len().min(buffer.remaining());
        buffer.put_slice(&left[..now]);
        frames.given += now;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(body: &str) -> Vec<u8> {
        format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    /// What comes out when `input` comes in by pieces of `size` bytes.
    fn out(input: &[u8], size: usize) -> String {
        let mut frames = Frames::new(tokio::io::empty());
        for piece in input.chunks(size) {
            frames.raw.extend_from_slice(piece);
            frames.sort();
        }
        String::from_utf8(frames.sound).expect("UTF-8")
    }

    const GOOD: &str =
        r#"{"jsonrpc":"2.0","method":"a/b","params":{"text":"\\ud83d \ud83d\ude00"}}"#;

    #[test]
    fn good_messages_pass_as_they_are_in_pieces_of_any_size() {
        let input = [framed(GOOD), framed(GOOD)].concat();
        for size in [1, 7, 1000] {
            assert_eq!(out(&input, size).as_bytes(), input);
        }
    }

    #[test]
    fn half_of_a_pair_becomes_the_replacement_character() {
        let body = |text: &str| {
            format!(r#"{{"jsonrpc":"2.0","method":"a","params":{{"text":"{text}"}}}}"#)
        };
        let input = framed(&body(r"\ud83d \ude00\ud83d\ude00\\\ud83dx\n"));
        let expected = framed(&body(r"\ufffd \ufffd\ud83d\ude00\\\ufffdx\n"));
        assert_eq!(out(&input, 1000).as_bytes(), expected);
    }

    #[test]
    fn what_is_no_message_is_told_and_the_next_one_passes() {
        let cases = [
            (&framed("{nothing")[..], UNREADABLE),
            (&framed("[1, 2]"), INVALID),
            (
                &framed(r#"{"jsonrpc":"2.0","id":7,"method":3}"#),
                r#""id":7"#,
            ),
        ];
        for (input, sign) in cases {
            let out = out(&[input, &framed(GOOD)].concat(), 5);
            assert!(out.contains(sign), "{out}");
            assert!(out.ends_with(GOOD), "{out}");
        }
    }

    #[test]
    fn noise_between_messages_is_skipped() {
        for noise in [
            "Content-Length: many\r\n\r\n",
            "hello\r\n\r\n",
            "hello\n",
            "Content-Length: 99999999999999\r\n\r\n",
        ] {
            let input = [noise.as_bytes(), &framed(GOOD)].concat();
            assert_eq!(out(&input, 9).as_bytes(), framed(GOOD), "{noise}");
        }
    }

    #[test]
    fn endless_noise_takes_no_memory() {
        let mut frames = Frames::new(tokio::io::empty());
        for _ in 0..100 {
            frames.raw.extend_from_slice(&[b'x'; 16 * 1024]);
            frames.sort();
        }
        assert!(frames.raw.len() <= MOST_HEAD);
    }
}
