//! Connections that explain why they turn away what is no HTTP request.
//!
//! The engine reads a request before any of ours is asked. What it cannot read (an address of more than 64 KiB, a line that
//! is no header, a head without an end) it turns away by a status and nothing else, and there is no setting for it. Here
//! such an answer is known on its way out, and sent with a body in its place; the engine closes the line after it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::http::StatusCode;
use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::problem::Problem;
use crate::error::Refusal;
use crate::words::Lang;

/// The longest address that the engine reads, in bytes (the `http` crate counts by 16 bits).
const LONGEST_ADDRESS: usize = 65_534;

/// A client's connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    line: FirstLine,
    /// What is sent instead of what the engine wrote.
    instead: Option<ReplacementResponse>,
}

/// The first line of what came since the last answer.
#[derive(Debug, Default)]
struct FirstLine {
    length: usize,
    has_ended: bool,
}

#[derive(Debug)]
struct ReplacementResponse {
    bytes: Vec<u8>,
    sent: usize,
}

impl Connection {
    /// The connection of a socket.
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            line: FirstLine::default(),
            instead: None,
        }
    }

    /// The socket.
    pub fn socket(&self) -> &TcpStream {
        &self.stream
    }
}

impl FirstLine {
    fn read(&mut self, bytes: &[u8]) {
        if self.has_ended {
            return;
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        self.length += end.unwrap_or(bytes.len());
        self.has_ended = end.is_some();
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.line.read(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.instead.is_none() {
            let refusal = refusal_of(bytes, &self.line);
            self.line = FirstLine::default();
            self.instead = refusal.map(|refusal| ReplacementResponse {
                bytes: answer(refusal, ""),
                sent: 0,
            });
        }
        let Self { stream, instead, .. } = &mut *self;
        let Some(answer) = instead else {
            return Pin::new(stream).poll_write(context, bytes);
        };
        while answer.sent < answer.bytes.len() {
            let rest = &answer.bytes[answer.sent..];
            match ready!(Pin::new(&mut *stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                sent => answer.sent += sent,
            }
        }
        *instead = None;
        // The engine is told that its own bytes are gone, or it would write the rest of them after ours.
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// What the engine turns away with these bytes; `None`: they are an answer of ours, which is never without a body, or a
/// part of one: a file may say what it wants, and is written without anything being read in between.
fn refusal_of(bytes: &[u8], line: &FirstLine) -> Option<Refusal> {
    // The engine refuses before it has answered anything: only the first write after something was read can be it.
    if line.length == 0 || !bytes.starts_with(b"HTTP/1.1 4") {
        return None;
    }
    let head = std::str::from_utf8(bytes.strip_suffix(b"\r\n\r\n")?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    if !lines.any(|line| line.eq_ignore_ascii_case("content-length: 0")) {
        return None;
    }
    match status.parse().map(StatusCode::from_u16).ok()?.ok()? {
        StatusCode::BAD_REQUEST | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if line.length > LONGEST_ADDRESS => {
            Some(Refusal::AddressTooLong { limit: LONGEST_ADDRESS })
        }
        StatusCode::BAD_REQUEST => Some(Refusal::Malformed {
            detail: "HTTP/1.1, RFC 9112".to_owned(),
        }),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Some(Refusal::HeadersTooLarge),
        StatusCode::REQUEST_TIMEOUT => Some(Refusal::Stalled),
        _ => None,
    }
}

/// A whole answer to what was not read, in both languages: nobody knows which one was asked for. `headers`: more lines,
/// each with its end.
pub fn answer(refusal: Refusal, headers: &str) -> Vec<u8> {
    let problem = Problem::from(refusal);
    let [mut body, english] = [Lang::Zh, Lang::En].map(|lang| problem.body(lang));
    body.title = format!("{} / {}", body.title, english.title);
    body.detail = format!("{} {}", body.detail, english.detail);
    let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = serde_json::to_string(&body).unwrap_or_default();
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/problem+json\r\nContent-Length: {length}\r\n\
         Cache-Control: no-store\r\n{headers}Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

    fn line(length: usize) -> FirstLine {
        FirstLine {
            length,
            has_ended: true,
        }
    }

    #[test]
    fn what_the_engine_turns_away_is_told_by_what_came() {
        let long = refusal_of(EMPTY, &line(90_000));
        assert_eq!(long.map(|refusal| refusal.code()), Some("address-too-long"));
        let short = refusal_of(EMPTY, &line(20));
        assert_eq!(short.map(|refusal| refusal.code()), Some("malformed-request"));
    }

    #[test]
    fn an_answer_of_ours_goes_out_as_it_is() {
        let ours: [&[u8]; 3] = [
            b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 40\r\n\r\n",
        ];
        for bytes in ours {
            assert_eq!(refusal_of(bytes, &line(90_000)), None);
        }
    }

    /// A file that looks like an answer would have put another answer of its own into the line.
    #[test]
    fn a_piece_of_a_file_is_no_answer() {
        assert_eq!(refusal_of(EMPTY, &FirstLine::default()), None);
    }

    #[test]
    fn the_first_line_is_measured_however_it_comes_in() {
        let mut line = FirstLine::default();
        for bytes in [b"GET /".as_slice(), b"search HTTP/1.1\r\nhost: x", b"\r\n\r\n"] {
            line.read(bytes);
        }
        assert_eq!(line.length, "GET /search HTTP/1.1\r".len());
    }
}
