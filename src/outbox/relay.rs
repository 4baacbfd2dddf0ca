//! The way to the relay: connect, protect, greet, authenticate.
//!
//! In: the `[mail]` section. Out: a connection on which letters can be handed over. Not done here: the letters (smtp), when to try
//! again (retry). Every failure here is the relay's, never a letter's.
//!
//! lettre's own connecting is not used, for three reasons: it leaves Nagle's algorithm on (40 ms a message against delayed
//! acknowledgements); it keeps bytes that came before the TLS handshake as if they had come after it (STARTTLS response injection,
//! the class of CVE-2021-38371); and it waits one time for greeting and EHLO together.

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::reply::{Fault, legible};
use super::wire::{Stream, Wire};
use super::{MailSpec, SendError, Tls, tls};

/// The longest wait for a TCP connection to one address: after that, the next address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest greeting or EHLO answer that is read, bytes: real ones are under two thousand.
const REPLY_BYTES: usize = 16 * 1024;

/// A relay and how to reach it.
pub(super) struct Relay {
    host: String,
    port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
    timeout: Duration,
    hello: ClientId,
}

enum Protection {
    None,
    Implicit(TlsConnector, ServerName<'static>),
    StartTls(TlsConnector, ServerName<'static>),
}

impl Relay {
    /// Reads the certificate authorities and prepares everything that does not need the network.
    pub(super) fn new(spec: &MailSpec) -> Result<Relay, String> {
        let protection = match spec.tls {
            Tls::None => Protection::None,
            Tls::Implicit => Protection::Implicit(tls::connector(spec.ca_file.as_deref())?, tls::server_name(&spec.host)?),
            Tls::StartTls => Protection::StartTls(tls::connector(spec.ca_file.as_deref())?, tls::server_name(&spec.host)?),
        };
        let credentials = match (&spec.username, &spec.password) {
            (Some(username), Some(password)) => Some(Credentials::new(username.clone(), password.reveal().to_owned())),
            _ => None,
        };
        Ok(Relay {
            host: spec.host.clone(),
            port: spec.port,
            protection,
            credentials,
            timeout: spec.timeout,
            hello: ClientId::default(),
        })
    }

    /// The longest wait for one answer.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Opens a connection: connected, protected as configured, greeted, authenticated.
    pub(super) async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        self.try_open().await.map_err(|why| SendError::Relay(format!("{}:{}: {why}", self.host, self.port)))
    }

    async fn try_open(&self) -> Result<AsyncSmtpConnection, String> {
        let tcp = self.connect().await?;
        let stream = match &self.protection {
            Protection::None => {
                let mut stream = Stream::Plain(tcp);
                self.greeting(&mut stream).await?;
                stream
            }
            Protection::Implicit(connector, name) => {
                let mut stream = self.handshake(connector, name, tcp).await?;
                self.greeting(&mut stream).await?;
                stream
            }
            Protection::StartTls(connector, name) => {
                let mut plain = Stream::Plain(tcp);
                self.greeting(&mut plain).await?;
                let Stream::Plain(tcp) = self.ask_for_tls(plain).await? else {
                    return Err("STARTTLS over TLS".to_owned());
                };
                self.handshake(connector, name, tcp).await?
            }
        };
        let wire = Box::new(Wire::after_greeting(stream));
        let connecting = AsyncSmtpConnection::connect_with_transport(wire, &self.hello);
        let mut connection = match timeout(self.timeout, connecting).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return Err(format!("EHLO: {}", in_words(&Fault::of(&error)))),
            Err(_) => return Err(format!("EHLO: no answer within {:?}", self.timeout)),
        };
        if let Some(credentials) = &self.credentials {
            self.authenticate(&mut connection, credentials).await?;
        }
        Ok(connection)
    }

    async fn connect(&self) -> Result<TcpStream, String> {
        let looking_up = tokio::net::lookup_host((self.host.as_str(), self.port));
        let addresses = match timeout(self.timeout, looking_up).await {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(error)) => return Err(format!("cannot look up the name: {error}")),
            Err(_) => return Err(format!("cannot look up the name: no answer within {:?}", self.timeout)),
        };
        let limit = self.timeout.min(CONNECT_TIMEOUT);
        let mut last = "the name has no address".to_owned();
        for address in addresses {
            match timeout(limit, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => {
                    tcp.set_nodelay(true).map_err(|e| format!("cannot set TCP_NODELAY: {e}"))?;
                    return Ok(tcp);
                }
                Ok(Err(error)) => last = format!("cannot connect to {}: {error}", address.ip()),
                Err(_) => last = format!("cannot connect to {}: no answer within {limit:?}", address.ip()),
            }
        }
        Err(last)
    }

    async fn greeting(&self, stream: &mut Stream) -> Result<(), String> {
        let greeting = self.answer(stream, "greeting").await?;
        greeting.expect(220, "greeting")
    }

    /// EHLO and STARTTLS in the clear; the answer to EHLO serves for nothing else, since anybody may have written it.
    async fn ask_for_tls(&self, mut stream: Stream) -> Result<Stream, String> {
        self.say(&mut stream, &format!("EHLO {}\r\n", self.hello)).await?;
        let offer = self.answer(&mut stream, "EHLO").await?;
        offer.expect(250, "EHLO")?;
        if !offer.lines.iter().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
            return Err("the relay does not offer STARTTLS; nothing is sent in the clear".to_owned());
        }
        self.say(&mut stream, "STARTTLS\r\n").await?;
        self.answer(&mut stream, "STARTTLS").await?.expect(220, "STARTTLS")?;
        Ok(stream)
    }

    async fn handshake(&self, connector: &TlsConnector, name: &ServerName<'static>, tcp: TcpStream) -> Result<Stream, String> {
        match timeout(self.timeout, connector.connect(name.clone(), tcp)).await {
            Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
            Ok(Err(error)) => {
                let error = error.to_string();
                let hint = if error.contains("UnknownIssuer") {
                    "; for an authority of your own set ca_file"
                } else if error.contains("InvalidContentType") {
                    "; does this port want tls = \"starttls\"?"
                } else {
                    ""
                };
                Err(format!("TLS failed: {error}{hint}"))
            }
            Err(_) => Err(format!("TLS failed: no answer within {:?}", self.timeout)),
        }
    }

    async fn authenticate(&self, connection: &mut AsyncSmtpConnection, credentials: &Credentials) -> Result<(), String> {
        let offered = [Mechanism::Plain, Mechanism::Login];
        if !offered.iter().any(|m| connection.server_info().supports_auth_mechanism(*m)) {
            return Err("the relay offers neither AUTH PLAIN nor AUTH LOGIN".to_owned());
        }
        match timeout(self.timeout, connection.auth(&offered, credentials)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(format!("AUTH: {}", in_words(&Fault::of(&error)))),
            Err(_) => Err(format!("AUTH: no answer within {:?}", self.timeout)),
        }
    }

    async fn say(&self, stream: &mut Stream, line: &str) -> Result<(), String> {
        match timeout(self.timeout, stream.write_all(line.as_bytes())).await {
            Ok(result) => result.map_err(|e| format!("connection lost: {e}")),
            Err(_) => Err(format!("cannot write within {:?}", self.timeout)),
        }
    }

    async fn answer(&self, stream: &mut Stream, to: &str) -> Result<Answer, String> {
        match timeout(self.timeout, read_answer(stream)).await {
            Ok(result) => result.map_err(|why| format!("{to}: {why}")),
            Err(_) => Err(format!("{to}: no answer within {:?}", self.timeout)),
        }
    }
}

/// One answer read before lettre takes over.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    code: u16,
    lines: Vec<String>,
}

impl Answer {
    fn expect(&self, code: u16, to: &str) -> Result<(), String> {
        if self.code == code { Ok(()) } else { Err(format!("{to}: {} {}", self.code, legible(&self.lines.join(" "), ""))) }
    }

    /// Reads an answer out of what has come so far; `None` when more must come.
    ///
    /// Bytes behind the answer are refused: we have asked for nothing more, so somebody else put them there.
    fn parse(bytes: &[u8]) -> Result<Option<Answer>, String> {
        let mut lines = Vec::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|b| *b == b'\n') {
            let line = String::from_utf8_lossy(&rest[..end]);
            let line = line.trim_end();
            rest = &rest[end + 1..];
            let code = line.get(..3).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
            let Some(code) = code.and_then(|digits| digits.parse().ok()) else {
                return Err(format!("this is no SMTP answer: {:?}", legible(line, "")));
            };
            lines.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            if !rest.is_empty() {
                return Err(
                    "more bytes than the answer; somebody may have put them there, so the connection is dropped".to_owned()
                );
            }
            return Ok(Some(Answer { code, lines }));
        }
        Ok(None)
    }
}

async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> Result<Answer, String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.map_err(|e| format!("connection lost: {e}"))? == 0 {
            return Err("connection closed by the relay".to_owned());
        }
        if let Some(answer) = Answer::parse(&bytes)? {
            return Ok(answer);
        }
        if bytes.len() > REPLY_BYTES {
            return Err(format!("the answer is longer than {REPLY_BYTES} bytes"));
        }
    }
}

fn in_words(fault: &Fault) -> String {
    match fault {
        Fault::Answered { code, text } => format!("{code} {}", legible(text, "")),
        Fault::Lost(why) => format!("connection lost ({})", legible(why, "")),
        Fault::Silent => "no answer".to_owned(),
        Fault::Unfit(why) => (*why).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &str, expected: Result<Option<u16>, &str>) {
        match (Answer::parse(bytes.as_bytes()), expected) {
            (Ok(got), Ok(want)) => assert_eq!(got.map(|a| a.code), want, "{bytes:?}"),
            (Err(got), Err(want)) => assert!(got.contains(want), "{got:?} does not say {want:?}"),
            (got, want) => panic!("{bytes:?}: got {got:?}, expected {want:?}"),
        }
    }

    #[test]
    fn an_answer_ends_with_the_line_that_has_no_hyphen() {
        check("", Ok(None));
        check("220 mail.exam", Ok(None));
        check("220 mail.example\r\n", Ok(Some(220)));
        check("220\r\n", Ok(Some(220)));
        check("250-mail.example\r\n250-SIZE 1\r\n", Ok(None));
        check("250-mail.example\r\n250 SIZE 1\r\n", Ok(Some(250)));
        check("SSH-2.0-server\r\n", Err("no SMTP answer"));
        check("2é0 x\r\n", Err("no SMTP answer"));
    }

    #[test]
    fn bytes_behind_an_answer_are_refused() {
        check("220 go ahead\r\n250 injected\r\n", Err("more bytes"));
        check("220 go ahead\r\n2", Err("more bytes"));
    }
}
