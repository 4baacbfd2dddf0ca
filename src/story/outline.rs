//! What an article is recognised by before its words are read: its addresses, its headline, its text as a whole.
//!
//! In: an article. Out: hashes. Verbatim copies (wire stories, one article in several feeds) are placed by these alone, and nothing else of them is kept.

use jiff::Timestamp;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::features::tokens;
use crate::extract::Article;
use crate::types::{ArticleId, url};

/// Letters and digits, bytes, below which a text is a line or two, and being the same proves nothing.
const FEWEST_BYTES: usize = 120;
/// Days are counted from 1970.
const SECONDS_A_DAY: f64 = 86_400.0;
/// The first byte of [`Outline::to_bytes`]; another one is of another program.
const FORMAT: u8 = 1;

/// What an article is recognised by before its words are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub(super) id: ArticleId,
    /// Days since 1970.
    pub(super) day: f64,
    /// Canonical addresses it is known under, hashed.
    pub(super) addresses: Vec<u64>,
    /// The headline without marks and site name, hashed; `None` when it is too short to tell articles apart.
    pub(super) title_key: Option<u64>,
    /// The letters and digits of the text, hashed; `None` when they are few.
    pub(super) text_key: Option<u64>,
}

impl Outline {
    /// `at` is when it was published, else when it was judged; never later than now, for the window follows it.
    pub fn new(id: ArticleId, article: &Article, at: Timestamp) -> Outline {
        let mut addresses: Vec<u64> = [&article.canonical_url, &article.url]
            .into_iter()
            .flatten()
            .map(|address| xxh3_64(url::canonical(address).as_bytes()))
            .collect();
        addresses.dedup();
        Outline {
            id,
            day: at.as_second() as f64 / SECONDS_A_DAY,
            addresses,
            title_key: title_key(&article.title),
            text_key: text_key(&article.paragraphs),
        }
    }

    /// The article.
    pub fn id(&self) -> ArticleId {
        self.id
    }

    /// For the store: a number of format, the day, both keys with a mark before each, the addresses; little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORMAT];
        out.extend(self.day.to_le_bytes());
        for key in [self.title_key, self.text_key] {
            out.push(u8::from(key.is_some()));
            out.extend(key.unwrap_or_default().to_le_bytes());
        }
        self.addresses.iter().for_each(|address| out.extend(address.to_le_bytes()));
        out
    }

    /// Reads [`Outline::to_bytes`] back; `None` when another program wrote them.
    pub fn from_bytes(id: ArticleId, bytes: &[u8]) -> Option<Outline> {
        let (format, rest) = bytes.split_first()?;
        let (day, rest) = rest.split_first_chunk::<8>()?;
        let (title_key, rest) = key_from(rest)?;
        let (text_key, rest) = key_from(rest)?;
        let (addresses, odd) = rest.as_chunks::<8>();
        (*format == FORMAT && odd.is_empty()).then(|| Outline {
            id,
            day: f64::from_le_bytes(*day),
            addresses: addresses.iter().map(|address| u64::from_le_bytes(*address)).collect(),
            title_key,
            text_key,
        })
    }
}

fn key_from(bytes: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let (mark, rest) = bytes.split_first()?;
    let (key, rest) = rest.split_first_chunk::<8>()?;
    Some(((*mark == 1).then(|| u64::from_le_bytes(*key)), rest))
}

/// What [`text_key`] makes of each letter of ASCII; 0 for what it leaves out.
static PLAIN: [u8; 128] = {
    let mut plain = [0; 128];
    let mut byte = 0u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            plain[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    plain
};

/// Spaces, punctuation and the case of plain letters are set differently by every outlet that prints one wire story.
fn text_key(paragraphs: &[String]) -> Option<u64> {
    const CHUNK: usize = 1024;
    /// A letter that is not of ASCII takes no more.
    const MOST_BYTES: usize = 4;
    let mut hasher = Xxh3::new();
    let mut chunk = [0u8; CHUNK + MOST_BYTES];
    let (mut count, mut filled) = (0, 0);
    for paragraph in paragraphs {
        let mut at = 0;
        while let Some(&byte) = paragraph.as_bytes().get(at) {
            if let Some(&plain) = PLAIN.get(usize::from(byte)) {
                chunk[filled] = plain;
                filled += usize::from(plain != 0);
                at += 1;
            } else if let Some(c) = paragraph[at..].chars().next() {
                // Latin-1 marks and general punctuation are left out.
                if !matches!(c, '\0'..='\u{bf}' | '\u{2000}'..='\u{206f}') {
                    filled += c.encode_utf8(&mut chunk[filled..]).len();
                }
                at += c.len_utf8();
            }
            if filled >= CHUNK {
                hasher.update(&chunk[..filled]);
                count += filled;
                filled = 0;
            }
        }
    }
    hasher.update(&chunk[..filled]);
    count += filled;
    (count >= FEWEST_BYTES).then(|| hasher.digest())
}

/// The headline by which copies without text are recognised: no bracketed marks, no site name at the end.
fn title_key(title: &str) -> Option<u64> {
    let mut plain = String::with_capacity(title.len());
    let mut depth = 0usize;
    for c in title.chars() {
        match c {
            '[' | '(' | '【' | '（' => depth += 1,
            ']' | ')' | '】' | '）' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let bare = [" - ", " | ", " – ", " — "]
        .iter()
        .filter_map(|mark| plain.rsplit_once(mark))
        .filter(|(head, tail)| tail.chars().count() <= 30 && head.chars().count() > tail.chars().count())
        .map(|(head, _)| head)
        .next()
        .unwrap_or(&plain);
    let words = tokens(bare, 100);
    // Rubric titles ("Morning briefing") come back without being copies.
    (words.len() >= 4).then(|| words.iter().fold(7, |sum: u64, token| sum.rotate_left(9).wrapping_mul(31) ^ token.word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Origin;

    const TEXT: &str = "Deux trains ont passé la frontière mardi matin, selon le ministère, et un troisième attend depuis dimanche sur une voie de garage près du fleuve.";

    fn outline(title: &str, paragraphs: &[&str]) -> Outline {
        let mut article = Article::empty(Origin::Page);
        article.title = title.to_owned();
        article.url = url::parse_http("https://www.site.example/a?utm_source=x", None);
        article.paragraphs = paragraphs.iter().map(|p| (*p).to_owned()).collect();
        Outline::new(ArticleId(7), &article, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn spacing_case_and_marks_make_no_other_text() {
        let (first, second) = TEXT.split_at(TEXT.find("selon").expect("a place to split"));
        let loud = first.replace("Deux trains", "DEUX  TRAINS…");
        let key = outline("", &[TEXT]).text_key;
        assert!(key.is_some());
        assert_eq!(outline("", &[&loud, second]).text_key, key);
        assert_ne!(outline("", &[&TEXT.replace("troisième", "quatrième")]).text_key, key);
        assert_eq!(outline("", &["Lisez la suite."]).text_key, None);
    }

    #[test]
    fn what_was_stored_is_read_back() {
        for (title, text) in
            [("Deux trains passent la frontière", TEXT), ("Deux trains passent la frontière", ""), ("", TEXT), ("", "")]
        {
            let told = outline(title, &[text]);
            assert_eq!(Outline::from_bytes(told.id, &told.to_bytes()), Some(told.clone()));
            let mut other = told.to_bytes();
            other[0] = FORMAT + 1;
            assert_eq!(Outline::from_bytes(told.id, &other), None);
            assert_eq!(Outline::from_bytes(told.id, &told.to_bytes()[..9]), None);
        }
    }
}
