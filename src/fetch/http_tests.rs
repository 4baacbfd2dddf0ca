//! The HTTP fetcher against servers of our own on loopback: what it sends, what it follows, what it refuses.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::*;

/// A server that writes one prepared answer for each path and notes the requests it saw.
struct Server {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(routes: Vec<(&'static str, Vec<u8>)>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("a bound socket").to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = seen.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (routes, noted) = (routes.clone(), noted.clone());
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        match socket.read_u8().await {
                            Ok(byte) => request.push(byte),
                            Err(_) => return,
                        }
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    noted.lock().expect("no test panics while it notes").push(request);
                    match routes.iter().find(|(route, _)| *route == path) {
                        // An empty answer stands for a server that is silent for ever.
                        Some((_, answer)) if answer.is_empty() => std::future::pending().await,
                        Some((_, answer)) => drop(socket.write_all(answer).await),
                        None => drop(socket.write_all(&response("404 Not Found", "", b"")).await),
                    }
                });
            }
        });
        Server { address, seen }
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).expect("a test address")
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no test panics while it notes").clone()
    }
}

fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

fn fetcher(change: impl FnOnce(&mut NetworkSpec, &mut Pace)) -> HttpFetcher {
    let mut network =
        NetworkSpec { allow_private: vec!["127.0.0.1/32".parse().expect("a test network")], ..NetworkSpec::default() };
    let mut pace = Pace { timeout: Duration::from_secs(20), concurrency: 8, per_host: 2, host_gap: Duration::ZERO };
    change(&mut network, &mut pace);
    HttpFetcher::new(&network, &pace).expect("a client")
}

fn now() -> jiff::Timestamp {
    "2024-10-17T06:00:00Z".parse().expect("a test instant")
}

async fn get(fetcher: &HttpFetcher, url: Url, target: Target) -> Result<Fetched, FetchError> {
    fetcher.fetch(&Request { url, target, validators: Validators::default() }, now()).await
}

async fn page(fetcher: &HttpFetcher, url: Url, target: Target) -> Page {
    match get(fetcher, url, target).await {
        Ok(Fetched::Page(page)) => *page,
        other => panic!("no page but {other:?}"),
    }
}

async fn error(fetcher: &HttpFetcher, url: Url) -> FetchError {
    get(fetcher, url, Target::Feed).await.expect_err("this must fail")
}

#[tokio::test]
async fn a_request_names_us_and_brings_no_luggage() {
    let server = Server::start(vec![("/feed", response("200 OK", "Set-Cookie: a=1\r\nETag: \"x\"\r\n", b"body"))]).await;
    let fetcher = fetcher(|network, _| network.user_agent_contact = Some("ops@desk.example".into()));
    let got = page(&fetcher, server.url("/feed"), Target::Feed).await;
    assert_eq!((got.status, got.body.as_slice(), got.moved_to.as_ref()), (200, b"body".as_slice(), None));
    assert_eq!(got.validators().issued_by, Some(server.url("/feed")));
    page(&fetcher, server.url("/feed"), Target::Feed).await;
    let second = server.seen()[1].to_lowercase();
    assert!(second.starts_with("get /feed http/1.1"), "{second}");
    assert!(second.contains(concat!("user-agent: vigie/", env!("CARGO_PKG_VERSION"), " (+ops@desk.example)")), "{second}");
    for absent in ["cookie:", "referer:", "authorization:", "if-none-match:"] {
        assert!(!second.contains(absent), "{second}");
    }
    let codings = second.lines().find(|l| l.starts_with("accept-encoding:")).expect("codings are accepted");
    assert!(["gzip", "br", "zstd", "deflate"].iter().all(|c| codings.contains(c)), "{codings}");
}

#[tokio::test]
async fn validators_go_back_byte_for_byte_to_the_address_that_issued_them() {
    let not_modified = response("304 Not Modified", "ETag: \"n2\"\r\n", b"");
    let server = Server::start(vec![("/feed", not_modified), ("/to", response("302 Found", "Location: /feed\r\n", b""))]).await;
    let fetcher = fetcher(|_, _| ());
    let validators =
        |issued_by| Validators { etag: Some(b"W/\"a;b\"".to_vec()), last_modified: Some(b"Tue, 3 Jun 2025".to_vec()), issued_by };
    let ask = |path: &str, validators| Request { url: server.url(path), target: Target::Feed, validators };
    let Ok(Fetched::NotModified(headers)) = fetcher.fetch(&ask("/feed", validators(None)), now()).await else { panic!("304") };
    assert_eq!(headers.get("etag"), Some("\"n2\""));
    assert!(
        server.seen()[0].contains("if-none-match: W/\"a;b\"\r\n")
            && server.seen()[0].contains("if-modified-since: Tue, 3 Jun 2025\r\n")
    );
    let behind = fetcher.fetch(&ask("/to", validators(Some(server.url("/feed")))), now()).await;
    assert!(matches!(behind, Ok(Fetched::NotModified(_))), "{behind:?}");
    assert!(!server.seen()[1].contains("if-none-match") && server.seen()[2].contains("if-none-match"));
    let unasked =
        get(&fetcher, server.url("/feed"), Target::Feed).await.expect_err("304 without a condition is the server's error");
    assert_eq!(unasked.status(), Some(304));
}

#[tokio::test]
async fn only_a_wholly_permanent_redirect_moves_a_feed() {
    let to = |status: &str, location: &str| response(status, &format!("Location: {location}\r\n"), b"");
    let server = Server::start(vec![
        ("/301", to("301 Moved Permanently", "/308")),
        ("/308", to("308 Permanent Redirect", "/new#part")),
        ("/302", to("302 Found", "/301")),
        ("/new", response("200 OK", "", b"new")),
        ("/loop", to("302 Found", "/loop2")),
        ("/loop2", to("302 Found", "/loop")),
        ("/nowhere", response("302 Found", "", b"")),
        ("/file", to("302 Found", "file:///etc/passwd")),
    ])
    .await;
    let fetcher = fetcher(|_, _| ());
    let moved = page(&fetcher, server.url("/301"), Target::Feed).await;
    assert_eq!((moved.url, moved.moved_to), (Some(server.url("/new")), Some(server.url("/new"))));
    let not_moved = page(&fetcher, server.url("/302"), Target::Feed).await;
    assert_eq!((not_moved.url, not_moved.moved_to), (Some(server.url("/new")), None));
    let asked = server.seen().len();
    assert!(matches!(error(&fetcher, server.url("/loop")).await, FetchError::Redirect { .. }));
    assert_eq!(server.seen().len(), asked + 2);
    assert!(matches!(error(&fetcher, server.url("/nowhere")).await, FetchError::Redirect { .. }));
    assert!(matches!(error(&fetcher, server.url("/file")).await, FetchError::Refused { .. }));
}

#[tokio::test]
async fn credentials_go_to_their_own_host_only_and_into_no_text() {
    let other = Server::start(vec![("/b", response("200 OK", "", b"feed"))]).await;
    let server = Server::start(vec![
        ("/feed", response("302 Found", &format!("Location: {}\r\n", other.url("/b")), b"")),
        ("/own", response("301 Moved Permanently", "Location: /own2\r\n", b"")),
        ("/own2", response("200 OK", "", b"feed")),
        ("/broken", response("500 Internal Server Error", "", b"")),
    ])
    .await;
    let fetcher = fetcher(|_, _| ());
    let with_password = |path: &str| {
        let mut url = server.url(path);
        url.set_username("desk").expect("an http address");
        url.set_password(Some("s3cr:t")).expect("an http address");
        url
    };
    let got = page(&fetcher, with_password("/feed"), Target::Feed).await;
    assert_eq!(got.url, Some(other.url("/b")));
    assert!(server.seen()[0].contains("authorization: Basic ZGVzazpzM2NyOnQ=\r\n"), "{}", server.seen()[0]);
    assert!(!other.seen()[0].contains("authorization"), "{}", other.seen()[0]);
    let own = page(&fetcher, with_password("/own"), Target::Feed).await;
    assert_eq!((own.url, own.moved_to), (Some(server.url("/own2")), Some(with_password("/own2"))));
    assert!(server.seen()[2].contains("authorization: Basic"));
    let text = error(&fetcher, with_password("/broken?token=abc")).await.to_string();
    assert!(!text.contains("s3cr") && !text.contains("abc") && text.contains("***"), "{text}");
}

#[tokio::test]
async fn every_coding_that_is_accepted_is_decoded_and_no_other() {
    let text = b"<rss>some feed</rss>".repeat(50);
    let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    deflate.write_all(&text).expect("writing to memory");
    let coded = |coding: &str, body: &[u8]| response("200 OK", &format!("Content-Encoding: {coding}\r\n"), body);
    let server = Server::start(vec![
        ("/gzip", coded("gzip", &gzip(&text))),
        ("/deflate", coded("deflate", &deflate.finish().expect("writing to memory"))),
        ("/zstd", coded("zstd", &zstd::encode_all(text.as_slice(), 3).expect("writing to memory"))),
        ("/twice", coded("gzip, gzip", &gzip(&gzip(&text)))),
    ])
    .await;
    let fetcher = fetcher(|_, _| ());
    for path in ["/gzip", "/deflate", "/zstd"] {
        assert_eq!(page(&fetcher, server.url(path), Target::Feed).await.body, text, "{path}");
    }
    // Two layers are a bomb's way: what comes out is bytes that no parser takes for a document.
    assert_ne!(page(&fetcher, server.url("/twice"), Target::Feed).await.body, text);
}

#[tokio::test]
async fn damaged_and_oversized_answers_are_errors() {
    let whole = gzip(&b"<rss>some feed</rss>".repeat(500));
    let mut cut = response("200 OK", "", &[b'x'; 1000]);
    cut.truncate(cut.len() - 500);
    let mut chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".to_vec();
    chunked.extend_from_slice(b"5\r\nhello\r\n");
    let server = Server::start(vec![
        ("/gzip", response("200 OK", "Content-Encoding: gzip\r\n", &whole)),
        ("/half-gzip", response("200 OK", "Content-Encoding: gzip\r\n", &whole[..whole.len() / 2])),
        ("/no-trailer", response("200 OK", "Content-Encoding: gzip\r\n", &whole[..whole.len() - 8])),
        ("/bomb", response("200 OK", "Content-Encoding: gzip\r\n", &gzip(&vec![b'A'; 30_000_000]))),
        ("/cut", cut),
        ("/chunked", chunked),
        ("/headers", response("200 OK", &format!("X-Pad: {}\r\n", "a".repeat(70_000)), b"")),
        ("/million", response("200 OK", &format!("X-Pad: {}\r\n", "a".repeat(8000)).repeat(128), b"")),
        ("/many", response("200 OK", &"X-Pad: a\r\n".repeat(1000), b"")),
        ("/silent", Vec::new()),
    ])
    .await;
    let fetcher = fetcher(|network, pace| {
        network.max_body = 20_000;
        pace.timeout = Duration::from_millis(500);
    });
    assert_eq!(page(&fetcher, server.url("/gzip"), Target::Feed).await.body.len(), 10_000);
    for path in ["/half-gzip", "/no-trailer", "/cut", "/chunked"] {
        let error = error(&fetcher, server.url(path)).await;
        assert!(matches!(error, FetchError::Broken { .. }), "{path}: {error:?}");
    }
    assert!(matches!(error(&fetcher, server.url("/bomb")).await, FetchError::TooLarge { .. }));
    for path in ["/headers", "/million", "/many"] {
        let error = error(&fetcher, server.url(path)).await;
        assert!(matches!(error, FetchError::HeadersTooLarge { .. }), "{path}: {error:?}");
    }
    assert!(matches!(error(&fetcher, server.url("/silent")).await, FetchError::Timeout { .. }));
}

#[tokio::test]
async fn private_addresses_are_not_contacted_by_any_way() {
    let server = Server::start(vec![("/feed", response("200 OK", "", b"secret"))]).await;
    let strict = fetcher(|network, _| network.allow_private.clear());
    let port = server.url("/").port().expect("a test port");
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
        let url = Url::parse(&format!("http://{host}:{port}/feed")).expect("a test address");
        let error = error(&strict, url.clone()).await;
        assert!(matches!(error, FetchError::Refused { .. }) && error.is_permanent(), "{host}: {error:?}");
        let page = get(&strict, url, Target::Page).await.expect_err("pages are guarded like feeds");
        assert!(matches!(page, FetchError::Refused { .. }), "{host}: {page:?}");
    }
    assert!(server.seen().is_empty());
    let redirect = Server::start(vec![("/feed", response("302 Found", "Location: http://127.0.0.2:9/c\r\n", b""))]).await;
    assert!(matches!(error(&fetcher(|_, _| ()), redirect.url("/feed")).await, FetchError::Refused { .. }));
}

#[tokio::test]
async fn a_status_carries_its_headers_and_closed_pages_are_read() {
    let server = Server::start(vec![
        ("/busy", response("503 Service Unavailable", "Retry-After: 120\r\n", b"later")),
        ("/wall", response("403 Forbidden", "", b"members only")),
    ])
    .await;
    let fetcher = fetcher(|_, _| ());
    let busy = error(&fetcher, server.url("/busy")).await;
    assert_eq!((busy.status(), busy.headers().and_then(|h| h.get("retry-after"))), (Some(503), Some("120")));
    assert_eq!(error(&fetcher, server.url("/wall")).await.status(), Some(403));
    let wall = page(&fetcher, server.url("/wall"), Target::Page).await;
    assert_eq!((wall.status, wall.body.as_slice()), (403, b"members only".as_slice()));
    fetcher.pause_host(&server.url("/"), Duration::from_secs(60));
    let until = error(&fetcher, server.url("/busy")).await.paused_until().expect("a paused host is not asked");
    let latest = now() + jiff::SignedDuration::from_secs(60);
    assert!(until <= latest && until > latest - jiff::SignedDuration::from_secs(30), "{until}");
}

#[tokio::test]
async fn robots_txt_rules_pages_and_not_feeds() {
    let robots = response("200 OK", "", b"User-agent: *\nDisallow: /p/\n");
    let ok = response("200 OK", "", b"text");
    let server = Server::start(vec![("/robots.txt", robots), ("/p/1", ok.clone()), ("/a/1", ok)]).await;
    let fetcher = fetcher(|_, _| ());
    page(&fetcher, server.url("/p/1"), Target::Feed).await;
    page(&fetcher, server.url("/a/1"), Target::Page).await;
    let refused = get(&fetcher, server.url("/p/1"), Target::Page).await.expect_err("robots.txt says no");
    assert!(matches!(refused, FetchError::Disallowed { .. }));
    let paths: Vec<String> = server.seen().iter().map(|r| r.split(' ').nth(1).unwrap_or_default().to_owned()).collect();
    assert_eq!(paths, ["/p/1", "/robots.txt", "/a/1"]);
}

/// Connections that two requests take, one after the other, to a server that would keep them.
async fn connections(target: Target) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("a bound socket"))).expect("a test address");
    let opened = Arc::new(Mutex::new(0));
    let counted = opened.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            *counted.lock().expect("no test panics while it counts") += 1;
            tokio::spawn(async move {
                let mut request = Vec::new();
                while let Ok(byte) = socket.read_u8().await {
                    request.push(byte);
                    if request.ends_with(b"\r\n\r\n") {
                        drop(socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").await);
                    }
                }
            });
        }
    });
    let fetcher = fetcher(|network, _| network.robots = false);
    for _ in 0..2 {
        page(&fetcher, url.clone(), target).await;
    }
    *opened.lock().expect("no test panics while it counts")
}

#[tokio::test]
async fn the_connection_of_a_lone_feed_is_not_kept() {
    assert_eq!(connections(Target::Feed).await, 2);
    assert_eq!(connections(Target::Page).await, 1);
}
