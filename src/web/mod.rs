//! Wiring: the read-only status page, `/healthz`, `/readyz` and `/metrics`.
//!
//! In: GET requests on loopback or a Unix socket, when `[web] listen` asks for it. Out: what a read-only connection to the store says. It changes nothing, takes
//! no parameter and trusts no header. Not done here: deciding anything.

mod page;

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Listen;
use crate::ops::metrics::Metrics;
use crate::store::{Counts, FeedRow, Reader, StoreError};

/// The page has no script, no form, and nothing from elsewhere.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
/// A message that waits longer than this means that mail does not leave.
const OLDEST_READY: SignedDuration = SignedDuration::from_mins(15);

/// A place that is listened at.
pub enum Bound {
    /// A TCP address.
    Tcp(TcpListener),
    /// A Unix socket, closed to others.
    Unix(UnixListener),
}

/// What the pages are made from.
#[derive(Clone)]
pub struct Sources {
    /// The database, read through connections of their own.
    pub database: PathBuf,
    /// The counters of this process.
    pub metrics: Metrics,
    /// For ages.
    pub clock: Clock,
}

/// Takes the place; `None` when the configuration says "off".
pub async fn bind(listen: &Listen) -> io::Result<Option<Bound>> {
    match listen {
        Listen::Off => Ok(None),
        Listen::Tcp(address) => TcpListener::bind(address).await.map(|l| Some(Bound::Tcp(l))),
        Listen::Unix(path) => {
            // A socket file left by a process that was killed; the lock on the state folder says that it is gone.
            if let Err(error) = std::fs::remove_file(path)
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(error);
            }
            let listener = UnixListener::bind(path)?;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
            Ok(Some(Bound::Unix(listener)))
        }
    }
}

/// Answers until told to stop.
pub async fn serve(bound: Bound, sources: Sources, stop: CancellationToken) {
    let app = Router::new()
        .route("/", get(status))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(sources));
    let served = match bound {
        Bound::Tcp(listener) => axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await,
        Bound::Unix(listener) => axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await,
    };
    if let Err(error) = served {
        tracing::error!(%error, "the status page ended");
    }
}

/// One look at the store, off the async threads.
async fn look(sources: &Sources) -> Result<(Counts, Vec<FeedRow>), StoreError> {
    let database = sources.database.clone();
    let looked = tokio::task::spawn_blocking(move || match Reader::open(&database)? {
        Some(reader) => Ok((reader.counts()?, reader.feeds()?)),
        None => Err(StoreError::Closed),
    });
    looked.await.unwrap_or(Err(StoreError::Closed))
}

async fn status(State(sources): State<Arc<Sources>>) -> Response {
    let html = |body: String, status: StatusCode| {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers, body).into_response()
    };
    match look(&sources).await {
        Ok((counts, feeds)) => html(page::status(&counts, &feeds, sources.clock.now()), StatusCode::OK),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

async fn ready(State(sources): State<Arc<Sources>>) -> Response {
    match look(&sources).await {
        Ok((counts, _)) => match not_ready(&counts, sources.clock.now()) {
            None => "ready\n".into_response(),
            Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
        },
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

fn not_ready(counts: &Counts, now: Timestamp) -> Option<String> {
    let oldest = counts.oldest_queued_at?;
    let age = now.duration_since(oldest);
    (age > OLDEST_READY).then(|| format!("mail does not leave: the oldest message waits since {oldest}"))
}

async fn metrics(State(sources): State<Arc<Sources>>) -> Response {
    let (counts, feeds) = match look(&sources).await {
        Ok(looked) => looked,
        Err(error) => return (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    };
    let of = |list: &[(String, u64)], word: &str| list.iter().find(|(w, _)| w == word).map_or(0, |(_, n)| *n);
    for state in ["ok", "failing", "gone", "paused"] {
        sources.metrics.set_feeds(state, of(&counts.feeds, state));
    }
    sources.metrics.set_quiet_feeds(feeds.iter().filter(|feed| feed.quiet().is_some()).count() as u64);
    for state in ["queued", "sending", "sent", "failed", "dropped"] {
        sources.metrics.set_outbox(state, of(&counts.messages, state));
    }
    let oldest = counts.oldest_queued_at.map_or(0.0, |at| sources.clock.now().duration_since(at).as_secs_f64());
    sources.metrics.set_oldest_queued(oldest);
    sources.metrics.set_database_bytes(std::fs::metadata(&sources.database).map_or(0, |m| m.len()));
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], sources.metrics.encode()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_that_waits_too_long_is_not_ready() {
        let now: Timestamp = "2024-10-18T12:00:00Z".parse().expect("a test instant");
        let counts = |minutes: i64| Counts {
            oldest_queued_at: now.checked_sub(SignedDuration::from_mins(minutes)).ok(),
            ..Counts::default()
        };
        assert_eq!(not_ready(&counts(5), now), None);
        assert!(not_ready(&counts(20), now).is_some_and(|why| why.contains("mail does not leave")));
        assert_eq!(not_ready(&Counts::default(), now), None);
    }
}
