//! What the tests share: a folder of their own, a loopback web server, a loopback mail server, the program as a child.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The saved fortnight.
pub(crate) fn fortnight() -> PathBuf {
    root().join("tests/replays/fortnight")
}

/// The program, away from any environment that changes it.
pub(crate) fn vigie() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    for name in [
        "VIGIE_CONFIG",
        "VIGIE_LOG",
        "STATE_DIRECTORY",
        "CREDENTIALS_DIRECTORY",
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "JOURNAL_STREAM",
    ] {
        command.env_remove(name);
    }
    for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    command.current_dir(root());
    command
}

/// Runs the program to its end.
pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    vigie().args(arguments).output().expect("the program starts")
}

/// What a command printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits for something that happens in another process; the limit is generous because machines are busy.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "another process runs on the machine's clock")]
pub(crate) fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !happened() {
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// One answer of the web server.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body is sent this many times over.
    pub(crate) times: usize,
}

impl Answer {
    pub(crate) fn new(content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status: 200, headers: vec![("Content-Type".into(), content_type.into())], body: body.into(), times: 1 }
    }

    pub(crate) fn status(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: b"no".to_vec(), times: 1 }
    }
}

/// A web server on loopback that answers by path.
pub(crate) struct Web {
    pub(crate) base: String,
    routes: Arc<Mutex<HashMap<String, Answer>>>,
    /// Every request: path and headers in lower case.
    pub(crate) requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Web {
    pub(crate) fn start() -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let routes: Arc<Mutex<HashMap<String, Answer>>> = Arc::default();
        let requests: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (r, q) = (routes.clone(), requests.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (r, q) = (r.clone(), q.clone());
                std::thread::spawn(move || {
                    let _ = answer(stream, &r, &q);
                });
            }
        });
        Web { base, routes, requests }
    }

    pub(crate) fn route(&self, path: &str, answer: Answer) {
        self.routes.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|(p, _)| p == path).count()
    }
}

fn answer(
    stream: TcpStream,
    routes: &Mutex<HashMap<String, Answer>>,
    requests: &Mutex<Vec<(String, String)>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let path = first.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/").to_owned();
    let mut headers = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        headers.push_str(&line.to_lowercase());
    }
    let found = routes.lock().unwrap().get(&path).cloned().unwrap_or_else(|| Answer::status(404));
    let etag = found.headers.iter().find(|(n, _)| n == "ETag").map(|(_, v)| format!("if-none-match: {}", v.to_lowercase()));
    let unchanged = etag.is_some_and(|e| headers.contains(&e));
    requests.lock().unwrap().push((path, headers));
    let status = if unchanged { 304 } else { found.status };
    let length = if unchanged { 0 } else { found.body.len() * found.times };
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n");
    for (name, value) in &found.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    out.write_all(format!("{head}\r\n").as_bytes())?;
    if !unchanged {
        for _ in 0..found.times {
            out.write_all(&found.body)?;
        }
    }
    out.flush()
}

/// A mail server on loopback that takes everything.
pub(crate) struct Sink {
    pub(crate) port: u16,
    /// Recipient and bytes of every message taken.
    pub(crate) messages: Arc<Mutex<Vec<(String, String)>>>,
    /// Every recipient is refused for good while this is true.
    pub(crate) refuse: Arc<AtomicBool>,
}

impl Sink {
    pub(crate) fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("it is bound").port();
        let messages: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let refuse: Arc<AtomicBool> = Arc::default();
        let (kept, refused) = (messages.clone(), refuse.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, refused) = (kept.clone(), refused.clone());
                std::thread::spawn(move || {
                    let _ = receive(stream, &kept, &refused);
                });
            }
        });
        Sink { port, messages, refuse }
    }
}

fn receive(stream: TcpStream, kept: &Mutex<Vec<(String, String)>>, refuse: &AtomicBool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    out.write_all(b"220 sink ESMTP\r\n")?;
    let mut recipient = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.to_ascii_uppercase();
        if verb.starts_with("EHLO") {
            out.write_all(b"250-sink\r\n250 8BITMIME\r\n")?;
        } else if verb.starts_with("RCPT") {
            recipient = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let refused = refuse.load(Ordering::SeqCst);
            out.write_all(if refused { b"550 5.1.1 no such user\r\n" } else { b"250 ok\r\n" })?;
        } else if verb.starts_with("DATA") {
            out.write_all(b"354 go\r\n")?;
            let mut data = String::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line)? == 0 || line == ".\r\n" {
                    break;
                }
                data.push_str(&line);
            }
            kept.lock().unwrap().push((recipient.clone(), data));
            out.write_all(b"250 queued\r\n")?;
        } else if verb.starts_with("QUIT") {
            out.write_all(b"221 bye\r\n")?;
            return Ok(());
        } else {
            out.write_all(b"250 ok\r\n")?;
        }
    }
}

/// The daemon as a child; killed when it is dropped.
pub(crate) struct Daemon {
    pub(crate) child: Child,
}

impl Daemon {
    pub(crate) fn start(config: &Path, environment: &[(&str, &str)]) -> Daemon {
        let mut command = vigie();
        command.arg("run").arg("--config").arg(config).stdout(Stdio::null()).stderr(Stdio::piped());
        for (name, value) in environment {
            command.env(name, value);
        }
        Daemon { child: command.spawn().expect("the program starts") }
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().expect("kill is there");
        assert!(sent.success(), "the daemon is gone");
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end and returns the exit code and the log.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        if let Some(mut err) = self.child.stderr.take() {
            let _ = err.read_to_string(&mut log);
        }
        (self.child.wait().expect("it was started").code(), log)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A feed with one item per title, each linking to `/a/N` under `base`.
pub(crate) fn rss(base: &str, titles: &[&str]) -> String {
    let items: String = titles
        .iter()
        .enumerate()
        .map(|(i, title)| {
            format!(
                "<item><title>{title}</title><link>{base}/a/{i}</link><guid isPermaLink=\"false\">g{i}</guid>\
                 <description>Moscou et Pyongyang : la Russie et la Corée du Nord, dépêche {i}.</description></item>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>Fil</title><link>{base}</link><description>d</description>{items}</channel></rss>"
    )
}

/// A page with one article.
pub(crate) fn page(title: &str) -> String {
    let paragraph = "La Russie et la Corée du Nord ont annoncé à Moscou et à Pyongyang un accord sur des liaisons ferroviaires, selon un communiqué commun.";
    format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body><article><h1>{title}</h1>\
         <p>{paragraph}</p><p>{paragraph} Le texte compte douze articles.</p><p>{paragraph} Il entrera en vigueur au printemps.</p></article></body></html>"
    )
}

/// A configuration for a daemon on loopback: polls every second, mails at once.
pub(crate) fn config(folder: &Path, feeds: &[String], smtp: Option<u16>) -> PathBuf {
    let mut out = String::from(
        "state_dir = \"state\"\n[poll]\ninterval = \"1s\"\nmin_interval = \"1s\"\ntimeout = \"5s\"\n[network]\nallow_private = [\"127.0.0.1/32\"]\n\
         [alerts]\ngroup_wait = \"0s\"\nmin_gap = \"0s\"\nhourly_limit = 1000\n[mail]\nfrom = \"Veille <veille@example.org>\"\n",
    );
    match smtp {
        Some(port) => out.push_str(&format!(
            "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nretry_min = \"1s\"\nretry_max = \"2s\"\ntimeout = \"3s\"\n"
        )),
        None => out.push_str("transport = \"folder\"\n"),
    }
    for (i, url) in feeds.iter().enumerate() {
        out.push_str(&format!("[[feed]]\nid = \"f{i}\"\nurl = \"{url}\"\nlanguage = \"fr\"\n"));
    }
    out.push_str("[[topic]]\nid = \"t\"\nall_of = [[\"Russie\", \"Moscou\"], [\"Corée du Nord\", \"Pyongyang\"]]\n");
    out.push_str("[[desk]]\nname = \"d\"\nrecipients = [\"anne@example.org\"]\nlanguage = \"fr\"\n");
    let path = folder.join("vigie.toml");
    std::fs::write(&path, out).expect("a scratch file");
    path
}
