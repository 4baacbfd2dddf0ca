//! A relay on loopback that does what a test tells it. Tests only.
//!
//! In: what to say at which point. Out: what was taken, and every command that came. Not done here: anything a real relay does.

use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::Tls;

/// What the relay does at one point.
pub(super) enum Say {
    /// What a healthy relay does.
    Well,
    /// This line instead.
    This(&'static [u8]),
    /// This line, then the connection ends.
    Last(&'static [u8]),
    /// The connection ends.
    Close,
    /// At the dot: the letter is kept, then the connection ends.
    KeepAndClose,
    /// Nothing, for ever.
    Nothing,
}

/// Asked at `connect`, at every command (its verb) and at `dot`: the point, the line, and how often the point was reached (from 1).
pub(super) type Script = fn(point: &str, line: &str, count: usize) -> Say;

/// How a relay is set up.
pub(super) struct Setup {
    pub(super) tls: Tls,
    pub(super) script: Script,
    pub(super) offers: &'static [&'static str],
    /// What follows the 220 to STARTTLS, before the handshake.
    pub(super) injected: &'static [u8],
    /// Name and password that AUTH takes.
    pub(super) account: Option<(&'static str, &'static str)>,
    /// The certificate is for another host.
    pub(super) is_misnamed: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            tls: Tls::None,
            script: |_, _, _| Say::Well,
            offers: &["8BITMIME", "SMTPUTF8"],
            injected: b"",
            account: None,
            is_misnamed: false,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) to: Vec<String>,
    pub(super) bytes: Vec<u8>,
    pub(super) connection: usize,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) taken: Vec<Taken>,
    /// Every command, with the number of its connection and whether TLS protected it.
    pub(super) commands: Vec<(usize, bool, String)>,
    pub(super) connections: usize,
}

/// A running relay.
pub(super) struct Fake {
    pub(super) port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Fake {
    pub(super) async fn start(setup: Setup) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (setup, shared) = (Arc::new(setup), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let number = {
                    let mut seen = shared.lock().unwrap();
                    seen.connections += 1;
                    seen.connections
                };
                let conversation = Conversation {
                    setup: Arc::clone(&setup),
                    seen: Arc::clone(&shared),
                    number,
                    buffer: Vec::new(),
                    is_protected: false,
                };
                // A client that goes away ends its conversation and nothing else.
                tokio::spawn(conversation.run(tcp));
            }
        });
        Fake { port, seen }
    }

    /// A copy: a guard held across two mentions in one expression would wait for itself.
    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// The verbs that came, in order, all connections together.
    pub(super) fn verbs(&self) -> Vec<String> {
        self.seen().commands.iter().map(|(_, _, line)| verb(line)).collect()
    }
}

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

struct Conversation {
    setup: Arc<Setup>,
    seen: Arc<Mutex<Seen>>,
    number: usize,
    buffer: Vec<u8>,
    is_protected: bool,
}

impl Conversation {
    /// `None` when the connection ended, by whomever.
    async fn run(mut self, tcp: TcpStream) -> Option<()> {
        tcp.set_nodelay(true).ok()?;
        let mut stream: Box<dyn Duplex> = Box::new(tcp);
        if self.setup.tls == Tls::Implicit {
            stream = self.protect(stream).await?;
        }
        self.point(&mut stream, "connect", "", b"220 fake ready").await?;
        let mut to = Vec::new();
        loop {
            let line = self.line(&mut stream).await?;
            self.seen.lock().unwrap().commands.push((self.number, self.is_protected, line.clone()));
            match verb(&line).as_str() {
                "EHLO" => {
                    let mut offers = vec!["fake greets you"];
                    offers.extend(self.setup.offers);
                    if self.setup.tls == Tls::StartTls && !self.is_protected {
                        offers.push("STARTTLS");
                    }
                    if self.setup.account.is_some() {
                        offers.push("AUTH PLAIN LOGIN");
                    }
                    let last = offers.pop()?;
                    let answer = offers.iter().map(|o| format!("250-{o}\r\n")).collect::<String>() + "250 " + last;
                    self.point(&mut stream, "EHLO", &line, answer.as_bytes()).await?;
                }
                "STARTTLS" => {
                    let answer = [b"220 ready\r\n", self.setup.injected].concat();
                    stream.write_all(&answer).await.ok()?;
                    stream = self.protect(stream).await?;
                }
                "AUTH" => {
                    let expected = self.setup.account.map(|(name, password)| base64(format!("\0{name}\0{password}").as_bytes()));
                    let is_right = line.strip_prefix("AUTH PLAIN ") == expected.as_deref();
                    let answer: &[u8] = if is_right { b"235 2.7.0 ok" } else { b"535 5.7.8 no" };
                    self.point(&mut stream, "AUTH", &line, answer).await?;
                }
                "MAIL" => {
                    to.clear();
                    self.point(&mut stream, "MAIL", &line, b"250 2.1.0 ok").await?;
                }
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    if self.point(&mut stream, "RCPT", &line, b"250 2.1.5 ok").await? {
                        to.push(address);
                    }
                }
                "DATA" => {
                    if self.point(&mut stream, "DATA", &line, b"354 go").await? {
                        let bytes = self.letter(&mut stream).await?;
                        let taken = Taken { to: std::mem::take(&mut to), bytes, connection: self.number };
                        self.dot(&mut stream, taken).await?;
                    }
                }
                "QUIT" => {
                    self.point(&mut stream, "QUIT", &line, b"221 bye").await?;
                    return None;
                }
                other => {
                    let point = other.to_owned();
                    self.point(&mut stream, &point, &line, b"250 2.0.0 ok").await?;
                }
            }
        }
    }

    fn asked(&self, point: &str, line: &str) -> Say {
        let count = match point {
            "connect" => self.number,
            "dot" => self.seen.lock().unwrap().commands.iter().filter(|(_, _, l)| verb(l) == "DATA").count(),
            _ => self.seen.lock().unwrap().commands.iter().filter(|(_, _, l)| verb(l) == point).count(),
        };
        (self.setup.script)(point, line, count)
    }

    /// True when the healthy answer was given.
    async fn point(&self, stream: &mut Box<dyn Duplex>, point: &str, line: &str, well: &[u8]) -> Option<bool> {
        let say = self.asked(point, line);
        self.act(stream, say, well).await
    }

    async fn dot(&self, stream: &mut Box<dyn Duplex>, taken: Taken) -> Option<bool> {
        let say = self.asked("dot", &taken.to.join(","));
        if matches!(say, Say::Well | Say::KeepAndClose) {
            self.seen.lock().unwrap().taken.push(taken);
        }
        self.act(stream, say, b"250 2.0.0 queued").await
    }

    async fn act(&self, stream: &mut Box<dyn Duplex>, say: Say, well: &[u8]) -> Option<bool> {
        let (line, is_last) = match say {
            Say::Well => (well, false),
            Say::This(line) => (line, false),
            Say::Last(line) => (line, true),
            Say::Close | Say::KeepAndClose => return None,
            Say::Nothing => std::future::pending().await,
        };
        stream.write_all(&[line, b"\r\n"].concat()).await.ok()?;
        if is_last { None } else { Some(std::ptr::eq(line, well)) }
    }

    async fn protect(&mut self, stream: Box<dyn Duplex>) -> Option<Box<dyn Duplex>> {
        let authority = AUTHORITY.as_ref()?;
        let leaf = if self.setup.is_misnamed { &authority.misnamed } else { &authority.leaf };
        let certificate = CertificateDer::from_pem_slice(leaf.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(authority.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        self.buffer.clear();
        self.is_protected = true;
        Some(Box::new(TlsAcceptor::from(Arc::new(config)).accept(stream).await.ok()?))
    }

    async fn line(&mut self, stream: &mut Box<dyn Duplex>) -> Option<String> {
        let end = self.until(stream, b"\r\n").await?;
        let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
        Some(String::from_utf8_lossy(&line[..end]).into_owned())
    }

    /// The letter as it came over the wire, dots unstuffed.
    async fn letter(&mut self, stream: &mut Box<dyn Duplex>) -> Option<Vec<u8>> {
        let end = self.until(stream, b"\r\n.\r\n").await?;
        let wire: Vec<u8> = self.buffer.drain(..end + 5).collect();
        let text = String::from_utf8_lossy(&wire[..end + 2]).into_owned();
        Some(text.split("\r\n").map(|l| l.strip_prefix('.').unwrap_or(l)).collect::<Vec<_>>().join("\r\n").into_bytes())
    }

    async fn until(&mut self, stream: &mut Box<dyn Duplex>, end: &[u8]) -> Option<usize> {
        loop {
            if let Some(place) = self.buffer.windows(end.len()).position(|w| w == end) {
                return Some(place);
            }
            if stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                return None;
            }
        }
    }
}

fn verb(line: &str) -> String {
    line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            text.push(if place <= chunk.len() { char::from(LETTERS[number >> (18 - 6 * place) & 63]) } else { '=' });
        }
    }
    text
}

/// An authority of our own and a certificate for 127.0.0.1 and localhost.
pub(super) struct Authority {
    pub(super) ca: String,
    /// Another authority, which signed nothing here.
    pub(super) stranger: String,
    leaf: String,
    misnamed: String,
    key: String,
}

/// Made once a run with the `openssl` program, so that no key lies in the repository and none expires; `None` where it is missing.
pub(super) static AUTHORITY: LazyLock<Option<Authority>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let openssl = |arguments: &str| {
        let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder.path()).output().ok()?;
        assert!(done.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&done.stderr));
        Some(())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for name in ["ca", "stranger"] {
        let made = format!("-days 2 -keyout {name}.key -out {name}.pem -subj /CN={name}");
        openssl(&format!("req -x509 {key} {made} -addext basicConstraints=critical,CA:TRUE"))?;
    }
    openssl(&format!("req {key} -keyout leaf.key -out leaf.csr -subj /CN=leaf"))?;
    for (name, hosts) in [("leaf", "IP:127.0.0.1,DNS:localhost"), ("misnamed", "DNS:other.example")] {
        let extensions = format!("subjectAltName={hosts}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n");
        std::fs::write(folder.path().join("leaf.ext"), extensions).unwrap();
        let signed = format!("-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out {name}.pem -extfile leaf.ext");
        openssl(&format!("x509 -req -in leaf.csr {signed}"))?;
    }
    let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    Some(Authority {
        ca: read("ca.pem"),
        stranger: read("stranger.pem"),
        leaf: read("leaf.pem"),
        misnamed: read("misnamed.pem"),
        key: read("leaf.key"),
    })
});
