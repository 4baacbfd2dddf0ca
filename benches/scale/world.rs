//! A web of loopback addresses with one feed each. Nine answers in ten are "not modified"; the tenth brings two new entries.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// Entries in a feed.
const ENTRIES: u32 = 8;
/// Entries that a change brings.
const NEW_ENTRIES: u32 = 2;
/// One answer in so many brings a change.
const CHANGES_EVERY: u32 = 10;
/// The largest request head that is read, bytes.
const REQUEST_BYTES: usize = 4096;
/// What every article says, and what no topic wants.
const TEXT: &str = "Le conseil municipal a voté hier soir le budget de la voirie, après trois heures de débat sur les pistes cyclables du centre. \
                    The harbour authority said on Monday that two ferries would be out of service until the end of the month for repairs.";

/// The world; it ends with the process.
pub(crate) struct World {
    served: Arc<Served>,
}

/// What the connections share.
struct Served {
    port: u16,
    feeds: Vec<Feed>,
    polls: AtomicU64,
    /// Whether connections are kept for another request.
    keeps_connections: AtomicBool,
}

#[derive(Default)]
struct Feed {
    asked: AtomicU32,
    version: AtomicU32,
}

/// One entry as the feed announces it.
pub(crate) struct Entry {
    pub(crate) guid: String,
    pub(crate) link: String,
    pub(crate) title: String,
}

impl World {
    /// Opens a world of so many feeds.
    pub(crate) fn open(feeds: usize) -> World {
        let listener = std::net::TcpListener::bind("0.0.0.0:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let port = listener.local_addr().expect("an address").port();
        let served = Arc::new(Served {
            port,
            feeds: std::iter::repeat_with(Feed::default).take(feeds).collect(),
            polls: AtomicU64::new(0),
            keeps_connections: AtomicBool::new(true),
        });
        let world = World { served: served.clone() };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                loop {
                    if let Ok((connection, _)) = listener.accept().await {
                        tokio::spawn(serve(connection, served.clone()));
                    }
                }
            });
        });
        world
    }

    /// The address of a feed.
    pub(crate) fn address(&self, feed: usize) -> Url {
        Url::parse(&format!("http://{}:{}/{feed}", host(feed), self.served.port)).expect("an address")
    }

    /// What a feed holds now.
    pub(crate) fn entries(&self, feed: usize) -> Vec<Entry> {
        entries(feed, self.served.port, self.served.feeds[feed].version.load(Ordering::Relaxed)).collect()
    }

    /// The validator of what a feed holds now.
    pub(crate) fn etag(&self, feed: usize) -> String {
        etag(self.served.feeds[feed].version.load(Ordering::Relaxed))
    }

    /// Whether hosts keep connections for another request; else each poll opens one, as with intervals of minutes.
    pub(crate) fn keep_connections(&self, keeps: bool) {
        self.served.keeps_connections.store(keeps, Ordering::Relaxed);
    }

    /// Requests answered.
    pub(crate) fn polls(&self) -> u64 {
        self.served.polls.load(Ordering::Relaxed)
    }
}

/// A host of its own for every feed.
fn host(feed: usize) -> Ipv4Addr {
    let [_, a, b, c] = u32::try_from(feed).expect("few feeds").to_be_bytes();
    Ipv4Addr::new(127, 16 + a, b, c)
}

fn etag(version: u32) -> String {
    format!("\"v{version}\"")
}

fn entries(feed: usize, port: u16, version: u32) -> impl Iterator<Item = Entry> {
    let newest = version * NEW_ENTRIES + ENTRIES;
    (newest - ENTRIES..newest).rev().map(move |n| Entry {
        guid: format!("{feed}-{n}"),
        link: format!("http://{}:{port}/page/{feed}/{n}", host(feed)),
        title: format!("Séance {n} du conseil de la commune {feed}"),
    })
}

async fn serve(mut connection: TcpStream, served: Arc<Served>) {
    let mut head = Vec::with_capacity(1024);
    loop {
        head.clear();
        while !head.ends_with(b"\r\n\r\n") {
            match connection.read_buf(&mut head).await {
                Ok(read) if read > 0 && head.len() < REQUEST_BYTES => {}
                _ => return,
            }
        }
        let answer = answer(&String::from_utf8_lossy(&head), &served);
        let sent = connection.write_all(answer.as_bytes()).await;
        served.polls.fetch_add(1, Ordering::Relaxed);
        if sent.is_err() || !served.keeps_connections.load(Ordering::Relaxed) {
            return;
        }
    }
}

fn answer(head: &str, served: &Served) -> String {
    let number = head.split(' ').nth(1).and_then(|path| path.strip_prefix('/')).and_then(|path| path.parse::<usize>().ok());
    let Some((number, feed)) = number.and_then(|number| Some((number, served.feeds.get(number)?))) else {
        return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned();
    };
    let asked = feed.asked.fetch_add(1, Ordering::Relaxed);
    let changes = u32::try_from(number).unwrap_or_default().wrapping_add(asked).is_multiple_of(CHANGES_EVERY);
    let version = feed.version.fetch_add(u32::from(changes), Ordering::Relaxed) + u32::from(changes);
    let etag = etag(version);
    let connection = if served.keeps_connections.load(Ordering::Relaxed) { "keep-alive" } else { "close" };
    let known =
        head.lines().filter_map(|line| line.split_once(": ")).find(|(name, _)| name.eq_ignore_ascii_case("if-none-match"));
    if known.is_some_and(|(_, value)| value == etag) {
        return format!("HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\nConnection: {connection}\r\n\r\n");
    }
    let mut body = format!("<rss version=\"2.0\"><channel><title>Commune {number}</title>");
    for Entry { guid, link, title } in entries(number, served.port, version) {
        let _ = write!(
            body,
            "<item><title>{title}</title><link>{link}</link><guid isPermaLink=\"false\">{guid}</guid><description>{TEXT}</description></item>"
        );
    }
    body.push_str("</channel></rss>");
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Type: application/rss+xml\r\nConnection: {connection}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
