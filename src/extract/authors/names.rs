//! Names in a byline.
//!
//! In: a statement of authors ("By Jane Roe and John Poe, Editor"). Out: the names, without "By", roles, places of work, dates and addresses.
//! Not done here: choosing the statement.

use super::words::{BEFORE_DAYS, BODIES, DAYS, ENDS, LEADS, ROLES};

/// No name is longer, characters.
const MAX_NAME_CHARS: usize = 60;
/// No name has more words.
const MAX_NAME_WORDS: usize = 6;
/// A longer statement is no byline, bytes.
const MAX_STATEMENT_BYTES: usize = 400;

/// How a statement is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Structured data: what it calls a name is one.
    Stated,
    /// Markup that says it holds an author: a name, perhaps with more around it.
    Marked,
}

/// The names in a statement.
pub(super) fn names(statement: &str, source: Source) -> Vec<String> {
    let text = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_matches(['"', '\'', ' ', ',', ';', '|', '-', '–', '•', '·', '[', ']', ':']);
    let is_address = text.contains("://") || text.starts_with("www.") || text.starts_with(['@', '/']);
    if text.is_empty() || text.len() > MAX_STATEMENT_BYTES || is_address {
        return Vec::new();
    }
    // A body's address is no list of authors: "The Pier GmbH, Port Town".
    if source == Source::Marked && text.split([' ', ',']).any(|word| BODIES.contains(&word.to_lowercase().as_str())) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for part in parts(text) {
        let name = cleaned(part, source);
        if is_name(&name, source) {
            out.push(name);
        }
    }
    out
}

/// Cuts a statement at commas, bars and "and".
fn parts(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for part in text.split([',', ';', '|', '•', '·', '、', '，', '；']) {
        let mut start = 0;
        let mut at = 0;
        for word in part.split(' ') {
            let end = at + word.len();
            let is_joint = matches!(
                word.to_lowercase().as_str(),
                "and"
                    | "und"
                    | "et"
                    | "y"
                    | "e"
                    | "en"
                    | "och"
                    | "og"
                    | "i"
                    | "и"
                    | "та"
                    | "with"
                    | "mit"
                    | "avec"
                    | "&"
                    | "/"
                    | "-"
                    | "–"
                    | "—"
                    | "ja"
            );
            if is_joint && at > 0 {
                out.push(part[start..at].trim());
                start = end;
            }
            at = (end + 1).min(part.len());
        }
        out.push(part[start..].trim());
    }
    out.retain(|part| !part.is_empty());
    out
}

/// One name without what surrounds it.
fn cleaned(part: &str, source: Source) -> String {
    let part = part.split(['(', '<', '[', '（', '【', '→', '»']).next().unwrap_or_default();
    let mut words: Vec<&str> = part.split(' ').filter(|w| !w.is_empty() && !w.contains('@')).collect();
    let mut led = false;
    while words.len() > 1 || words.first().is_some_and(|w| w.ends_with(':')) {
        let first = words[0].to_lowercase();
        if !LEADS.contains(&first.as_str()) && !LEADS.contains(&first.trim_end_matches(':')) {
            break;
        }
        led = true;
        words.remove(0);
    }
    // "ByJane Roe": the markup had no space.
    if let Some(first) = words.first_mut().filter(|_| !led)
        && let Some(name) = first.strip_prefix("By").filter(|n| n.starts_with(char::is_uppercase))
    {
        *first = name;
    }
    if source == Source::Marked {
        let ends_at = |at: &usize| {
            let lower = words[*at].trim_end_matches(['.', ':']).to_lowercase();
            let is_time =
                |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) || DAYS.contains(&word.to_lowercase().as_str());
            let is_before_time = BEFORE_DAYS.contains(&lower.as_str()) && words.get(at + 1).is_some_and(|next| is_time(next));
            is_time(words[*at]) || ENDS.contains(&lower.as_str()) || is_before_time
        };
        let end = (1..words.len()).find(ends_at);
        words.truncate(end.unwrap_or(words.len()));
    }
    while words.last().is_some_and(|w| matches!(*w, "기자" | "記者" | "says:" | "said" | "sagt:" | "schreibt:" | "特派員"))
    {
        words.pop();
    }
    let name = words.join(" ");
    let name = name.trim_matches([' ', ':', '"', '”', '“', '*', '-', '–', '|', '/', '…']);
    let name = name.strip_suffix('.').filter(|n| n.split(' ').next_back().is_some_and(|w| w.chars().count() > 3)).unwrap_or(name);
    once(name).to_owned()
}

/// A name written twice without a space, where the markup holds a name for each width of screen.
fn once(name: &str) -> &str {
    let half = name.len() / 2;
    match name.len() {
        length if length >= 8 && length.is_multiple_of(2) && name.is_char_boundary(half) && name[..half] == name[half..] => {
            &name[..half]
        }
        length if length >= 9 && name.as_bytes()[half] == b' ' && name[..half] == name[half + 1..] => &name[..half],
        _ => name,
    }
}

fn is_name(name: &str, source: Source) -> bool {
    let chars = name.chars().count();
    let words = name.split(' ').count();
    if !(2..=MAX_NAME_CHARS).contains(&chars) || words > MAX_NAME_WORDS || !name.chars().any(char::is_alphabetic) {
        return false;
    }
    let lower = name.to_lowercase();
    if source == Source::Stated {
        return !matches!(lower.as_str(), "admin" | "null" | "undefined" | "none" | "anonymous" | "anónimo" | "anonym");
    }
    let mut of_name = lower.split(' ');
    let (first, last) = (of_name.next().unwrap_or_default(), of_name.next_back().unwrap_or_default());
    let is_role = ROLES.contains(&first) || ROLES.contains(&last) || (words == 1 && DAYS.contains(&first));
    let is_sentence = name.ends_with(['!', '?']) || name.contains("...");
    !is_role && !is_sentence && (words == 1 || !name.chars().any(|c| c.is_ascii_digit()))
}

/// True for a word that leads to a name.
pub(super) fn is_lead_word(word: &str) -> bool {
    word.is_empty() || LEADS.contains(&word.to_lowercase().as_str())
}

/// True for what looks like a person's name: two words or more with capitals, or a name in a script without them.
pub(super) fn is_person(name: &str) -> bool {
    let first = name.chars().next().unwrap_or_default();
    if matches!(first, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}') {
        return (2..=12).contains(&name.chars().count());
    }
    let mut capitals = 0;
    for word in name.split(' ') {
        let is_particle = matches!(
            word.to_lowercase().as_str(),
            "de" | "du"
                | "von"
                | "van"
                | "der"
                | "den"
                | "la"
                | "le"
                | "di"
                | "da"
                | "dos"
                | "del"
                | "al"
                | "el"
                | "bin"
                | "zu"
                | "ten"
                | "ter"
                | "y"
        );
        let starts = word.trim_start_matches(['\'', '’', '"', '„', '“']).chars().next().unwrap_or_default();
        if starts.is_lowercase() && !is_particle && !word.contains(['\'', '’']) {
            return false;
        }
        capitals += usize::from(!starts.is_lowercase());
    }
    capitals >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(statement: &str, expected: &[&str]) {
        assert_eq!(names(statement, Source::Marked), expected, "{statement}");
    }

    #[test]
    fn names_come_without_what_surrounds_them() {
        check("By Jane Roe and John Poe", &["Jane Roe", "John Poe"]);
        check("Par Marie Dupont", &["Marie Dupont"]);
        check("Von Max Muster, Redakteur", &["Max Muster"]);
        check("Ein Kommentar von Max Muster", &["Max Muster"]);
        check("View all posts by Jane Roe", &["Jane Roe"]);
        check("Jane Roe (Brussels)", &["Jane Roe"]);
        check("Jane Roe jane@pier.example", &["Jane Roe"]);
        check("Interview: Jane Roe", &["Jane Roe"]);
        check("ByJane Roe", &["Jane Roe"]);
        check("Jane RoeJane Roe", &["Jane Roe"]);
        check("Jane Roe Jane Roe", &["Jane Roe"]);
        check("김철수 기자", &["김철수"]);
        check("山田太郎、鈴木花子", &["山田太郎", "鈴木花子"]);
        check("Anna de la Cruz y José Pérez", &["Anna de la Cruz", "José Pérez"]);
    }

    #[test]
    fn a_day_ends_a_name() {
        check("Jane Roe Thursday, November 6, 2024", &["Jane Roe"]);
        check("Von Max Muster am 06.11.2024", &["Max Muster"]);
        check("Jane Roe 6 Nov 2024", &["Jane Roe"]);
        check("Marie Le Clerc", &["Marie Le Clerc"]);
    }

    #[test]
    fn what_is_no_name_is_none() {
        for statement in [
            "https://pier.example/author/jane",
            "@pier",
            "/author/jane",
            "Xing",
            "Share",
            "The Pier GmbH, Port Town",
            "Staff Reporter",
            "November",
            "",
            ",;|",
            "12:30",
        ] {
            check(statement, &[]);
        }
        check(&"very long ".repeat(50), &[]);
    }

    #[test]
    fn structured_data_is_believed() {
        assert_eq!(names("Desk 24", Source::Stated), ["Desk 24"]);
        assert_eq!(names("Share Editor", Source::Stated), ["Share Editor"]);
        assert!(names("admin", Source::Stated).is_empty());
    }

    #[test]
    fn persons_have_two_capitals_or_a_script_without_any() {
        for (name, expected) in [
            ("Jane Roe", true),
            ("Ludwig van der Rohe", true),
            ("Сергій Коваль", true),
            ("松岡大地", true),
            ("jane", false),
            ("Jane", false),
            ("the harbour office", false),
            ("", false),
        ] {
            assert_eq!(is_person(name), expected, "{name}");
        }
    }
}
