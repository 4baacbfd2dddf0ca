//! `articles.jsonl[.gz]`: one article a line, in the order of arrival.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;
use url::Url;

use super::ReplayError;
use crate::extract::{Article, Origin, PageDate};
use crate::store::NewArticle;
use crate::types::url::parse_http;
use crate::types::{ArticleKey, Lang};

#[derive(Deserialize)]
struct Line {
    id: String,
    url: Option<String>,
    published: Option<String>,
    title: Option<String>,
    text: Option<String>,
    language: Option<String>,
    source: Option<String>,
}

/// Reads the articles of one file as they are asked for.
pub struct Articles {
    path: PathBuf,
    lines: Box<dyn BufRead + Send>,
    line: usize,
    /// The instant of the last article that had one: what an undated one gets.
    last_at: Timestamp,
    /// Nothing comes after a failure of the file itself.
    has_failed: bool,
}

impl Articles {
    /// Opens a file; one whose name ends in `.gz` is unpacked on the way.
    pub fn open(path: &Path) -> Result<Articles, ReplayError> {
        let fail = |e: std::io::Error| ReplayError::Input { path: path.display().to_string(), reason: e.to_string() };
        let file = File::open(path).map_err(fail)?;
        let compressed = path.extension().is_some_and(|e| e == "gz");
        let lines: Box<dyn BufRead + Send> =
            if compressed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(BufReader::new(file)) };
        Ok(Articles { path: path.to_owned(), lines, line: 0, last_at: Timestamp::UNIX_EPOCH, has_failed: false })
    }

    fn parse(&mut self, text: &str) -> Result<(Timestamp, NewArticle), String> {
        let line: Line = serde_json::from_str(text)
            .map_err(|e| format!("is no article: {}", e.to_string().replace(" at line 1 column ", ", at column ")))?;
        let published = match line.published.as_deref().filter(|p| !p.is_empty()) {
            Some(stated) => {
                Some(read_instant(stated).ok_or_else(|| format!("published: \"{stated}\" is not an RFC 3339 instant"))?)
            }
            None => None,
        };
        self.last_at = published.map_or(self.last_at, |d| d.at);
        let at = self.last_at;
        let url = line.url.as_deref().and_then(|u| parse_http(u, None));
        let mut article = Article::empty(Origin::Feed);
        article.title = line.title.unwrap_or_default().trim().to_owned();
        article.paragraphs =
            line.text.unwrap_or_default().split('\n').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect();
        article.language = line.language.as_deref().and_then(Lang::parse);
        article.published = published;
        article.url.clone_from(&url);
        let url = match url {
            Some(url) => url,
            // An article without an address still needs one of its own; `.invalid` leads nowhere (RFC 2606).
            None => Url::parse(&format!("https://articles.invalid/{}", line.id.replace(['/', '?', '#', ' '], "-")))
                .map_err(|e| e.to_string())?,
        };
        let source = line.source.or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
        let new = NewArticle { key: ArticleKey(line.id), entry: None, feed: None, source, url, fetched_at: at, article };
        Ok((at, new))
    }
}

impl Iterator for Articles {
    type Item = Result<(Timestamp, NewArticle), ReplayError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::new();
        while !self.has_failed {
            bytes.clear();
            self.line += 1;
            let read = match self.lines.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) => str::from_utf8(&bytes).map_err(|_| "the line is not UTF-8".to_owned()),
                Err(e) => {
                    // A folder, or a .gz that was cut off, would fail in the same way for ever.
                    self.has_failed = true;
                    Err(e.to_string())
                }
            };
            let parsed = match read {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => self.parse(text),
                Err(reason) => Err(reason),
            };
            let place = || format!("{}:{}", self.path.display(), self.line);
            return Some(parsed.map_err(|reason| ReplayError::Input { path: place(), reason }));
        }
        None
    }
}

/// An RFC 3339 instant, or a day (midnight UTC).
fn read_instant(text: &str) -> Option<PageDate> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(PageDate { at, offset: Offset::UTC, day_only: false });
    }
    let day: jiff::civil::Date = text.get(..10)?.parse().ok()?;
    if let Ok(moment) = text.parse::<jiff::civil::DateTime>() {
        let at = moment.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        return Some(PageDate { at, offset: Offset::UTC, day_only: text.len() <= 10 });
    }
    let at = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(PageDate { at, offset: Offset::UTC, day_only: true })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn article(id: &str) -> String {
        format!("{{\"id\":\"{id}\",\"title\":\"Le pont de {id}\"}}\n")
    }

    /// What comes out of a file of this name and content: ids, and the lines of failures.
    #[track_caller]
    fn check(name: &str, content: &[u8], expected: &[&str]) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("it is written");
        let found: Vec<String> = Articles::open(&path)
            .expect("it is there")
            .take(10)
            .map(|next| match next {
                Ok((_, new)) => new.key.0,
                Err(error) => error.to_string().replace(&format!("{}:", path.display()), "line "),
            })
            .map(|said| said.split(": ").next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_bad_line_is_passed_over() {
        let lines = [article("a").as_bytes(), b"\xff\xfe\n\n{\n", article("b").as_bytes()].concat();
        check("articles.jsonl", &lines, &["a", "line 2", "line 4", "b"]);
    }

    #[test]
    fn a_file_that_was_cut_off_is_named_once() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        for n in 0..2000 {
            packed.write_all(article(&n.to_string()).as_bytes()).expect("into memory");
        }
        let packed = packed.finish().expect("into memory");
        check("one.jsonl.gz", &packed[..6], &["line 1"]);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("many.jsonl.gz");
        std::fs::write(&path, &packed[..packed.len() / 2]).expect("it is written");
        let failures = Articles::open(&path).expect("it is there").take(3000).filter(Result::is_err).count();
        assert_eq!(failures, 1);
    }
}
