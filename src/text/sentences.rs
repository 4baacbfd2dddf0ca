//! Where sentences end: for quoting the one that carries a fact.

/// Words after which a full stop ends no sentence, folded, without the stop.
const ABBREVIATIONS: &[&str] = &[
    "m", "mm", "mme", "dr", "mr", "mrs", "ms", "st", "gen", "col", "lt", "sgt", "sen", "rep", "gov", "prof", "vs", "etc", "inc",
    "ltd", "co", "corp", "no", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "janv",
    "févr", "juil", "déc", "av", "apr", "g", "г", "гг", "тыс", "млн", "млрд", "им", "ул", "р", "u.s", "u.k", "e.g", "i.e", "z.b",
    "bzw", "ca", "nr", "tys", "mln", "ok", "ul", "ppłk", "płk",
];

/// Splits one paragraph into sentences, trimmed, none empty; the pieces stand word for word as in the paragraph.
///
/// A full stop ends a sentence when white space follows and neither an abbreviation nor a lower-case word stands around it; `。`, `！`, `？` always do.
pub fn sentences(paragraph: &str) -> Vec<&str> {
    let bytes = paragraph.as_bytes();
    let mut out = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(next) = bytes[at..].iter().position(|&byte| MAY_END[byte as usize]) {
        at += next;
        let Some(mark) = paragraph[at..].chars().next() else { break };
        let after = at + mark.len_utf8();
        let end = match mark {
            '。' | '！' | '？' => Some(after),
            '.' | '!' | '?' | '…' => {
                let rest = paragraph[after..].trim_start_matches(['.', '!', '?', '…', '"', '”', '’', '\'', ')', ']']);
                // French closing quotes stand after a (narrow) space.
                let quote = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
                let end = paragraph.len() - quote.strip_prefix('»').unwrap_or(rest).len();
                let ends = ends_sentence(paragraph, start, at, end, mark);
                at = end;
                ends.then_some(end)
            }
            _ => None,
        };
        at = at.max(after);
        if let Some(end) = end {
            push(&mut out, &paragraph[start..end]);
            start = end;
        }
    }
    push(&mut out, &paragraph[start..]);
    out
}

/// The bytes that begin a mark which may end a sentence, and a few other letters.
static MAY_END: [bool; 256] = {
    let mut may = [false; 256];
    let marks = ['.', '!', '?', '…', '。', '！', '？'];
    let mut index = 0;
    while index < marks.len() {
        may[marks[index].encode_utf8(&mut [0; 4]).as_bytes()[0] as usize] = true;
        index += 1;
    }
    may
};

fn push<'a>(out: &mut Vec<&'a str>, piece: &'a str) {
    let piece = piece.trim();
    if !piece.is_empty() {
        out.push(piece);
    }
}

fn ends_sentence(text: &str, start: usize, at: usize, end: usize, mark: char) -> bool {
    let rest = &text[end..];
    if rest.is_empty() {
        return true;
    }
    let mut following = rest.chars();
    if !following.next().is_some_and(char::is_whitespace) {
        return false;
    }
    let next = rest
        .trim_start()
        .trim_start_matches(['"', '“', '«', '‘', '(', '[', '-', '–', '—', ' ', '\u{a0}', '\u{202f}'])
        .chars()
        .next();
    if next.is_some_and(char::is_lowercase) {
        return false;
    }
    if mark != '.' {
        return true;
    }
    let before = text[start..at].rsplit(char::is_whitespace).next().unwrap_or_default();
    let before = before.trim_start_matches(['"', '“', '«', '‘', '(', '[']).to_lowercase();
    let initial = before.chars().count() == 1 && before.chars().all(char::is_alphabetic);
    !(initial || ABBREVIATIONS.contains(&before.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paragraph: &str, expected: &[&str]) {
        assert_eq!(sentences(paragraph), expected);
    }

    #[test]
    fn a_sentence_ends_where_a_reader_would_end_it() {
        check("M. Dupont part. Il revient.", &["M. Dupont part.", "Il revient."]);
        check("The U.S. said 3.5 million. It was 10 p.m. there.", &["The U.S. said 3.5 million.", "It was 10 p.m. there."]);
        check("« Nous partons. » Il part.", &["« Nous partons. »", "Il part."]);
        check("끝났다. 그러나 시작이다.", &["끝났다.", "그러나 시작이다."]);
        check("会談した。合意した。", &["会談した。", "合意した。"]);
        check("", &[]);
    }
}
