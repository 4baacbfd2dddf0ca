//! Languages as two lower-case letters (ISO 639-1), read from any tag a page or feed may carry.

use std::fmt;

/// A language: two lower-case ASCII letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang([u8; 2]);

impl Lang {
    /// French.
    pub const FR: Lang = Lang(*b"fr");
    /// English.
    pub const EN: Lang = Lang(*b"en");
    /// Russian.
    pub const RU: Lang = Lang(*b"ru");
    /// Korean.
    pub const KO: Lang = Lang(*b"ko");

    /// Reads a language tag such as `fr`, `en-US`, `pt_BR` or `ENG`; `None` when no two-letter code can be had.
    ///
    /// Norwegian's two written forms become `no`; withdrawn codes (`iw`, `in`) become their successors.
    pub fn parse(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', '_', ',', ';', ' ', '.']).next()?.to_ascii_lowercase();
        let code = match primary.as_str() {
            "nb" | "nn" => "no",
            "iw" => "he",
            "in" => "id",
            "eng" => "en",
            "fra" | "fre" => "fr",
            "rus" => "ru",
            "kor" => "ko",
            "deu" | "ger" => "de",
            "pol" => "pl",
            "jpn" => "ja",
            "zho" | "chi" | "cmn" => "zh",
            "ukr" => "uk",
            "spa" => "es",
            "ita" => "it",
            "por" => "pt",
            other => other,
        };
        match code.as_bytes() {
            [a, b] if a.is_ascii_lowercase() && b.is_ascii_lowercase() => Some(Lang([*a, *b])),
            _ => None,
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: &str, expected: Option<&str>) {
        assert_eq!(Lang::parse(tag).map(|l| l.as_str().to_owned()).as_deref(), expected, "{tag:?}");
    }

    #[test]
    fn a_tag_is_read_by_its_primary_part() {
        check("fr", Some("fr"));
        check("en-US", Some("en"));
        check(" pt_BR", Some("pt"));
        check("nb-NO", Some("no"));
        check("kor", Some("ko"));
        check("", None);
        check("x-klingon", None);
        check("1a", None);
    }
}
