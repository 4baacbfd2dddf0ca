-- Times are microseconds since 1970-01-01T00:00:00Z. Who writes which table is in ARCHITECTURE.md.
-- leased_by / leased_until: a claim on a row; with one process they are cleared at start, with several they are the lock.

CREATE TABLE feeds (
    id              TEXT PRIMARY KEY,
    name            TEXT,
    configured_url  TEXT NOT NULL,
    url             TEXT NOT NULL,
    title           TEXT,
    language        TEXT,
    configured      INTEGER NOT NULL DEFAULT 1,
    status          TEXT NOT NULL DEFAULT 'ok',
    etag            BLOB,
    last_modified   BLOB,
    validators_url  TEXT,
    interval_ms     INTEGER NOT NULL,
    next_poll_at    INTEGER NOT NULL,
    last_polled_at  INTEGER,
    last_new_at     INTEGER,
    failures        INTEGER NOT NULL DEFAULT 0,
    unchanged       INTEGER NOT NULL DEFAULT 0,
    rhythm_seconds  REAL,
    last_error      TEXT,
    added_at        INTEGER NOT NULL,
    leased_by       TEXT,
    leased_until    INTEGER
) STRICT;
CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE configured = 1;

CREATE TABLE entries (
    id              INTEGER PRIMARY KEY,
    feed_id         TEXT NOT NULL REFERENCES feeds (id),
    guid            TEXT NOT NULL,
    link            TEXT,
    canonical_link  TEXT,
    title           TEXT NOT NULL,
    title_hash      INTEGER NOT NULL,
    summary         TEXT NOT NULL,
    content         TEXT,
    authors         TEXT NOT NULL,
    published_at    INTEGER,
    language        TEXT,
    revision        INTEGER NOT NULL DEFAULT 1,
    first_seen_at   INTEGER NOT NULL,
    last_seen_at    INTEGER NOT NULL,
    UNIQUE (feed_id, guid)
) STRICT;
CREATE INDEX entries_link ON entries (feed_id, canonical_link);

CREATE TABLE read_queue (
    id              INTEGER PRIMARY KEY,
    entry_id        INTEGER NOT NULL REFERENCES entries (id),
    revision        INTEGER NOT NULL,
    next_at         INTEGER NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    leased_by       TEXT,
    leased_until    INTEGER,
    UNIQUE (entry_id, revision)
) STRICT;
CREATE INDEX read_queue_due ON read_queue (next_at);

CREATE TABLE pages (
    id              INTEGER PRIMARY KEY,
    article_id      INTEGER NOT NULL,
    url             TEXT NOT NULL,
    fetched_at      INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    headers         TEXT NOT NULL,
    body_zstd       BLOB NOT NULL
) STRICT;
CREATE INDEX pages_age ON pages (fetched_at);

CREATE TABLE articles (
    id               INTEGER PRIMARY KEY,
    key              TEXT NOT NULL UNIQUE,
    entry_id         INTEGER,
    revision         INTEGER NOT NULL DEFAULT 1,
    current          INTEGER NOT NULL DEFAULT 1,
    feed_id          TEXT,
    source           TEXT NOT NULL,
    url              TEXT NOT NULL,
    canonical_url    TEXT,
    title            TEXT NOT NULL,
    authors          TEXT NOT NULL,
    published_at     INTEGER,
    published_offset INTEGER NOT NULL DEFAULT 0,
    published_day    INTEGER NOT NULL DEFAULT 0,
    fetched_at       INTEGER NOT NULL,
    language         TEXT,
    text             TEXT NOT NULL,
    access           TEXT NOT NULL,
    paywall_marker   TEXT,
    missing_percent  REAL,
    origin           TEXT NOT NULL,
    problems         TEXT NOT NULL
) STRICT;
CREATE INDEX articles_entry ON articles (entry_id);
CREATE INDEX articles_url ON articles (url);
CREATE INDEX articles_age ON articles (fetched_at);

CREATE VIRTUAL TABLE articles_text USING fts5 (
    title, text, content = 'articles', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

-- One row: judge has judged every article up to here.
CREATE TABLE judge_cursor (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    article_id      INTEGER NOT NULL
) STRICT;
INSERT INTO judge_cursor (one, article_id) VALUES (1, 0);

CREATE TABLE matches (
    article_id      INTEGER NOT NULL REFERENCES articles (id),
    topic           TEXT NOT NULL,
    score           REAL NOT NULL,
    relevant        INTEGER NOT NULL,
    strong          INTEGER NOT NULL,
    inherited       INTEGER NOT NULL DEFAULT 0,
    rule            TEXT NOT NULL,
    evidence        TEXT NOT NULL,
    concepts        TEXT NOT NULL,
    masked          TEXT NOT NULL,
    PRIMARY KEY (article_id, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX matches_relevant ON matches (topic, article_id) WHERE relevant = 1;

CREATE TABLE stories (
    id              INTEGER PRIMARY KEY,
    topic           TEXT NOT NULL,
    title           TEXT NOT NULL,
    opened_at       INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    articles        INTEGER NOT NULL DEFAULT 0,
    developments    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX stories_updated ON stories (updated_at);

CREATE TABLE story_articles (
    article_id      INTEGER NOT NULL REFERENCES articles (id),
    topic           TEXT NOT NULL,
    story_id        INTEGER NOT NULL REFERENCES stories (id),
    duplicate_of    INTEGER,
    judged_at       INTEGER NOT NULL,
    reasons         TEXT NOT NULL,
    PRIMARY KEY (article_id, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_articles_story ON story_articles (story_id, article_id);
CREATE INDEX story_articles_age ON story_articles (judged_at);

CREATE TABLE developments (
    id              INTEGER PRIMARY KEY,
    story_id        INTEGER NOT NULL REFERENCES stories (id),
    topic           TEXT NOT NULL,
    article_id      INTEGER NOT NULL REFERENCES articles (id),
    kind            TEXT NOT NULL,
    opens           INTEGER NOT NULL,
    strong          INTEGER NOT NULL,
    new             TEXT NOT NULL,
    at              INTEGER NOT NULL
) STRICT;
CREATE INDEX developments_story ON developments (story_id);
CREATE INDEX developments_article ON developments (article_id);
CREATE INDEX developments_at ON developments (at);

CREATE TABLE merges (
    from_story      INTEGER NOT NULL,
    into_story      INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (from_story, into_story)
) STRICT, WITHOUT ROWID;

-- A desk is told of nothing that was judged before it was first seen.
CREATE TABLE desks (
    name            TEXT PRIMARY KEY,
    first_seen_at   INTEGER NOT NULL,
    last_digest_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    id              INTEGER PRIMARY KEY,
    desk            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    at              INTEGER NOT NULL,
    since           INTEGER NOT NULL,
    held            INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX alerts_at ON alerts (at);

-- At most one alert per development, desk and kind; kind 'dropped' = decided never to be sent at once.
CREATE TABLE alert_developments (
    development_id  INTEGER NOT NULL REFERENCES developments (id),
    desk            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    alert_id        INTEGER,
    story_id        INTEGER NOT NULL,
    PRIMARY KEY (development_id, desk, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_developments_alert ON alert_developments (alert_id);

-- The stories and articles that an alert told, for people and for the record of decisions.
CREATE TABLE alert_stories (
    alert_id        INTEGER NOT NULL REFERENCES alerts (id),
    place           INTEGER NOT NULL,
    story_id        INTEGER NOT NULL,
    articles        TEXT NOT NULL,
    PRIMARY KEY (alert_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY,
    alert_id        INTEGER NOT NULL REFERENCES alerts (id),
    desk            TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    kind            TEXT NOT NULL,
    story_id        INTEGER,
    message_id      TEXT NOT NULL UNIQUE,
    subject         TEXT NOT NULL,
    bytes           BLOB,
    created_at      INTEGER NOT NULL,
    state           TEXT NOT NULL DEFAULT 'queued',
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_at         INTEGER NOT NULL,
    sent_at         INTEGER,
    last_error      TEXT,
    leased_by       TEXT,
    leased_until    INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'queued';
CREATE INDEX outbox_thread ON outbox (recipient, story_id) WHERE kind = 'immediate';
