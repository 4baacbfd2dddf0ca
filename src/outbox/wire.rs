//! The bytes between lettre and the relay.
//!
//! In: a connection, with or without TLS. Out: what lettre reads from and writes to, the relay's answers in the form that its parser
//! takes: it calls an answer without text (`250`), one that ends in a bare LF, or one in Latin-1 a broken connection, and a letter
//! that was accepted so would be sent again and again. Not done here: what the answers mean.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A connection with or without TLS.
#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Stream::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Stream::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

/// What lettre reads from and writes to.
pub(super) struct Wire {
    stream: Stream,
    answers: Answers,
}

impl Wire {
    /// For a connection whose greeting was read already: lettre waits for one first, and gets one.
    pub(super) fn after_greeting(stream: Stream) -> Wire {
        let ready = b"220 ready\r\n".to_vec();
        Wire { stream, answers: Answers { ready, ..Answers::default() } }
    }
}

impl fmt::Debug for Wire {
    // The trait asks for it; what is buffered is nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.stream {
            Stream::Plain(tcp) => tcp.peer_addr(),
            Stream::Tls(tls) => tls.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if wire.answers.is_empty() {
            let mut raw = [0; 1024];
            let mut raw = ReadBuf::new(&mut raw);
            ready!(Pin::new(&mut wire.stream).poll_read(cx, &mut raw))?;
            wire.answers.feed(raw.filled());
        }
        wire.answers.drain_into(buf);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Answers on their way to lettre, in the one form that its parser takes: ASCII, CRLF, a space behind the digits of a last line.
#[derive(Default)]
struct Answers {
    ready: Vec<u8>,
    taken: usize,
    column: usize,
    last: u8,
}

impl Answers {
    fn is_empty(&self) -> bool {
        self.taken == self.ready.len()
    }

    fn feed(&mut self, raw: &[u8]) {
        self.ready.clear();
        self.taken = 0;
        for &byte in raw {
            let ends_line = matches!(byte, b'\r' | b'\n');
            if ends_line && self.column == 3 {
                self.ready.push(b' ');
                self.column += 1;
            }
            if byte == b'\n' && self.last != b'\r' {
                self.ready.push(b'\r');
            }
            self.ready.push(if byte.is_ascii() { byte } else { b'?' });
            self.column = if byte == b'\n' { 0 } else { self.column + 1 };
            self.last = byte;
        }
    }

    fn drain_into(&mut self, buf: &mut ReadBuf<'_>) {
        let waiting = &self.ready[self.taken..];
        let count = waiting.len().min(buf.remaining());
        buf.put_slice(&waiting[..count]);
        self.taken += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_answers_reach_the_parser_in_the_form_it_takes() {
        for (raw, expected) in [
            ("250 ok\r\n", "250 ok\r\n"),
            ("250\r\n", "250 \r\n"),
            ("250-a\r\n250\r\n", "250-a\r\n250 \r\n"),
            ("250 ok\n", "250 ok\r\n"),
            ("250\n", "250 \r\n"),
            ("550 inconnu \u{e9}\r\n", "550 inconnu ??\r\n"),
        ] {
            // Whatever the pieces it comes in.
            for size in 1..=raw.len() {
                let mut answers = Answers::default();
                let mut seen = Vec::new();
                for piece in raw.as_bytes().chunks(size) {
                    answers.feed(piece);
                    seen.extend_from_slice(&answers.ready);
                }
                assert_eq!(String::from_utf8_lossy(&seen), expected, "{raw:?} in pieces of {size}");
            }
        }
    }
}
