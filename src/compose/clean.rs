//! Foreign text made fit for a mail: one line, no controls, never longer than asked.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

/// Characters per grapheme beyond which a pile of combining marks is cut too.
const CHARS_PER_GRAPHEME: usize = 12;

/// Longest word left whole in a header, in characters: an unbroken word cannot be folded, and lines should stay within 78.
const HEADER_WORD: usize = 56;

/// Longest address shown in full, in bytes; the query of a longer one goes, for it would fill the mail.
const ADDRESS_BYTES: usize = 1500;

/// One line of plain text in NFC: no controls, no direction marks, no line breaks, single spaces, at most `graphemes` long, cut with "…".
pub(super) fn line(text: &str, graphemes: usize) -> String {
    let budget = graphemes.saturating_mul(CHARS_PER_GRAPHEME);
    let mut plain = String::new();
    let mut pending_space = false;
    for c in text.nfc().filter(|&c| !is_unfit(c)).take(budget) {
        if c.is_whitespace() || c.is_control() {
            pending_space = !plain.is_empty();
        } else {
            if pending_space {
                plain.push(' ');
                pending_space = false;
            }
            plain.push(c);
        }
    }
    let end = match plain.grapheme_indices(true).nth(graphemes) {
        Some((end, _)) => end,
        None if plain.chars().count() < budget => return plain,
        None => plain.len(),
    };
    // Room for the ellipsis, and no half word when a space is near.
    let last = plain[..end].grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
    let cut = match plain[..last].rfind(' ') {
        Some(space) if plain[space..last].graphemes(true).count() <= 24 && space > last / 2 => space,
        _ => last,
    };
    let kept = plain[..cut].trim_end_matches([' ', ',', ';', ':', '-', '–', '—', '«', '“', '(']);
    format!("{kept}…")
}

/// A line that may stand in a header: [`line()`], nothing that a reader could take for an encoded word, no word too long to fold.
pub(super) fn header(text: &str, graphemes: usize) -> String {
    let calm = text.replace("=?", "= ?").replace("?=", "? =");
    let words: Vec<String> = line(&calm, graphemes * 2).split(' ').map(|word| line(word, HEADER_WORD)).collect();
    line(&words.join(" "), graphemes)
}

/// The words of a List-Id or a name: no character that has a meaning in a header.
pub(super) fn phrase(text: &str) -> String {
    let plain: String = text.chars().map(|c| if "<>()[],;:\"@\\.".contains(c) { ' ' } else { c }).collect();
    header(&plain, 60)
}

/// One label of a domain name made from an identifier: lower-case letters, digits, hyphens.
pub(super) fn domain_label(text: &str) -> String {
    let label: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(63).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "vigie".to_owned() } else { label.to_owned() }
}

/// The address as a mail shows it: characters at which mail programs end a link by mistake are percent-encoded.
pub(super) fn address(url: &Url) -> String {
    let mut url = url.clone();
    if url.as_str().len() > ADDRESS_BYTES {
        url.set_query(None);
        url.set_fragment(None);
    }
    if url.as_str().len() > ADDRESS_BYTES {
        url.set_path("/");
    }
    let text = url.as_str();
    let host_end =
        text.find("://").map_or(0, |scheme| text[scheme + 3..].find('/').map_or(text.len(), |slash| scheme + 3 + slash));
    let mut out = text[..host_end].to_owned();
    for c in text[host_end..].chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '[' => out.push_str("%5B"),
            ']' => out.push_str("%5D"),
            '\'' => out.push_str("%27"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '"' => out.push_str("%22"),
            c => out.push(c),
        }
    }
    out
}

/// The host without `www.`.
pub(super) fn domain(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    line(host.strip_prefix("www.").unwrap_or(host), 80)
}

/// Direction marks and overrides, invisible fillers, the replacement character, private use: nothing a headline needs.
fn is_unfit(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{061c}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{ad}' | '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_titles_become_one_plain_line() {
        assert_eq!(line("Kim\r\nBcc: x@evil.example\u{2028}\u{202e}mirror\u{7}", 80), "Kim Bcc: x@evil.example mirror");
        assert_eq!(line("  e\u{301}t\u{e9}  \u{a0} x ", 80), "été x");
        assert_eq!(header("Pont =?utf-8?Q?=0D=0ABcc:_x?= fin", 80), "Pont = ?utf-8?Q? =0D=0ABcc:_x? = fin");
    }

    #[test]
    fn a_cut_falls_between_words_or_graphemes() {
        assert_eq!(line("one two three", 13), "one two three");
        assert_eq!(line("one two three", 12), "one two…");
        assert_eq!(line(&"x".repeat(50), 10), format!("{}…", "x".repeat(9)));
        assert_eq!(line("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2), "👩‍👩‍👧‍👦…");
        assert!(line(&format!("a{}", "\u{301}".repeat(9000)), 10).chars().count() <= 121);
    }

    #[test]
    fn addresses_keep_their_meaning_and_lose_what_breaks_links() {
        let url = Url::parse("https://site.example/a_(b)/l'eau?q=[1]").expect("a test address");
        assert_eq!(address(&url), "https://site.example/a_%28b%29/l%27eau?q=%5B1%5D");
        assert_eq!(domain_label("Russie & Corée"), "russie---cor-e");
    }

    proptest! {
        #[test]
        fn a_line_is_clean_and_short(text in "\\PC{0,40}[\\x00-\\x20\u{202e}\u{2028}]{0,5}.{0,200}", graphemes in 1usize..80) {
            for out in [line(&text, graphemes), header(&text, graphemes)] {
                prop_assert!(out.graphemes(true).count() <= graphemes);
                let is_clean = !out.chars().any(|c| c.is_control() || is_unfit(c) || c == '\u{2028}' || c == '\u{2029}');
                prop_assert!(is_clean);
            }
        }
    }
}
