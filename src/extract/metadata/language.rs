//! The language of a text.
//!
//! In: what the page declares, and the text. Out: the language. A declaration is believed unless a long text clearly contradicts it; headlines
//! alone are never asked, for detection on them errs too often.

use std::collections::HashMap;
use std::sync::LazyLock;

use whatlang::{Detector, Lang as Detected, Script};

use crate::types::Lang;

/// Below this no detection is tried, letters.
const MIN_LETTERS: usize = 60;
/// A declared language is doubted only on texts at least this long, letters.
const MIN_LETTERS_TO_DOUBT: usize = 200;
/// The text is judged by its beginning, bytes.
const SAMPLE_BYTES: usize = 4000;

/// The languages that news comes in; the others are what detection takes short or mixed texts for.
const ALLOWED: &[(Detected, &str)] = &[
    (Detected::Fra, "fr"),
    (Detected::Eng, "en"),
    (Detected::Deu, "de"),
    (Detected::Spa, "es"),
    (Detected::Ita, "it"),
    (Detected::Por, "pt"),
    (Detected::Nld, "nl"),
    (Detected::Pol, "pl"),
    (Detected::Ces, "cs"),
    (Detected::Slk, "sk"),
    (Detected::Hun, "hu"),
    (Detected::Ron, "ro"),
    (Detected::Swe, "sv"),
    (Detected::Dan, "da"),
    (Detected::Nob, "no"),
    (Detected::Fin, "fi"),
    (Detected::Est, "et"),
    (Detected::Lav, "lv"),
    (Detected::Lit, "lt"),
    (Detected::Hrv, "hr"),
    (Detected::Slv, "sl"),
    (Detected::Tur, "tr"),
    (Detected::Cat, "ca"),
    (Detected::Ind, "id"),
    (Detected::Vie, "vi"),
    (Detected::Rus, "ru"),
    (Detected::Ukr, "uk"),
    (Detected::Bel, "be"),
    (Detected::Bul, "bg"),
    (Detected::Srp, "sr"),
    (Detected::Mkd, "mk"),
    (Detected::Ell, "el"),
    (Detected::Heb, "he"),
    (Detected::Ara, "ar"),
    (Detected::Pes, "fa"),
    (Detected::Urd, "ur"),
    (Detected::Hin, "hi"),
    (Detected::Kor, "ko"),
    (Detected::Jpn, "ja"),
    (Detected::Cmn, "zh"),
    (Detected::Tha, "th"),
];

/// The language of `text`: the declared one unless a long text clearly contradicts it, else the detected one.
pub fn detect_language(declared: Option<Lang>, text: &str) -> Option<Lang> {
    let sample = &text[..text.floor_char_boundary(SAMPLE_BYTES)];
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    if let Some(certain) = by_script(sample, letters) {
        return Some(certain);
    }
    if letters < MIN_LETTERS || declared.is_some_and(|declared| is_plainly(declared, sample)) {
        return declared;
    }
    if declared.is_none()
        && let Some(plain) = plain_language(sample)
    {
        return Some(plain);
    }
    let detector = Detector::with_allowlist(ALLOWED.iter().map(|(lang, _)| *lang).collect());
    let Some(info) = detector.detect(sample) else { return declared };
    let detected = ALLOWED.iter().find(|(lang, _)| *lang == info.lang()).and_then(|(_, code)| Lang::parse(code));
    match declared {
        None => detected,
        // A language that the detector does not know cannot be contradicted by it, unless the scripts differ.
        Some(declared) if !ALLOWED.iter().any(|(_, code)| *code == declared.as_str()) && info.script() == Script::Latin => {
            if matches!(info.lang(), Detected::Eng | Detected::Fra | Detected::Deu) && info.confidence() > 0.9 {
                detected
            } else {
                Some(declared)
            }
        }
        Some(declared)
            if letters >= MIN_LETTERS_TO_DOUBT
                && info.is_reliable()
                && info.confidence() > 0.5
                && !are_close(declared, info.lang()) =>
        {
            detected
        }
        Some(declared) => Some(declared),
    }
}

/// Words that hold sentences together: every fifth word or more of a text in the language is one of them, and few of another's are.
const FUNCTION_WORDS: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "the", "of", "and", "to", "in", "that", "was", "for", "with", "is", "on", "as", "by", "from", "are", "at", "have",
            "has", "it", "an", "a", "were", "this",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "des", "et", "que", "une", "dans", "du", "est", "qui", "pour", "sur", "pas", "avec", "au", "ce",
            "il", "par", "aux", "de", "un", "en",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "und", "das", "den", "ist", "nicht", "mit", "von", "ein", "eine", "auf", "für", "dem", "sich", "im",
            "zu", "des", "auch", "in", "als",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "una", "por", "con", "del", "que", "para", "como", "más", "su", "se", "lo", "al", "fue", "ha",
            "y", "en", "un", "de", "la",
        ],
    ),
    (
        "it",
        &[
            "il", "di", "che", "della", "per", "una", "con", "del", "non", "sono", "nel", "alla", "dei", "gli", "le", "la", "è",
            "da", "si", "un", "in", "e",
        ],
    ),
    (
        "pt",
        &[
            "os", "não", "uma", "com", "do", "da", "em", "para", "que", "dos", "das", "no", "na", "se", "mais", "foi", "ao",
            "um", "de", "e", "o", "a",
        ],
    ),
    (
        "nl",
        &[
            "het", "een", "van", "en", "de", "dat", "niet", "zijn", "voor", "met", "op", "aan", "ook", "wordt", "door", "bij",
            "naar", "in", "te", "die",
        ],
    ),
    (
        "pl",
        &[
            "w", "i", "na", "się", "z", "nie", "że", "do", "to", "jest", "o", "jak", "dla", "po", "od", "za", "przez", "był",
            "ale", "co",
        ],
    ),
    (
        "ca",
        &[
            "els", "amb", "és", "per", "que", "de", "la", "les", "i", "una", "un", "el", "al", "del", "dels", "va", "més", "com",
            "ha", "en",
        ],
    ),
    (
        "ro",
        &[
            "și", "în", "de", "la", "cu", "pe", "care", "din", "este", "pentru", "un", "o", "au", "a", "fi", "că", "nu", "al",
            "mai", "să",
        ],
    ),
    (
        "da",
        &["og", "i", "at", "det", "er", "en", "til", "af", "på", "for", "de", "med", "der", "den", "ikke", "som", "et", "har"],
    ),
    ("no", &["og", "i", "det", "er", "på", "til", "en", "som", "av", "for", "at", "med", "de", "ikke", "den", "har", "om", "et"]),
    (
        "sv",
        &["och", "i", "att", "det", "som", "en", "på", "är", "av", "för", "till", "den", "med", "de", "inte", "om", "ett", "har"],
    ),
    (
        "cs",
        &["a", "se", "na", "v", "je", "že", "to", "s", "z", "do", "o", "i", "za", "ve", "pro", "k", "po", "jako", "by", "ale"],
    ),
    ("sk", &["a", "sa", "na", "v", "je", "že", "to", "s", "z", "do", "o", "i", "za", "vo", "pre", "k", "po", "ako", "by", "ale"]),
    (
        "hr",
        &[
            "i", "je", "u", "na", "da", "se", "za", "su", "od", "s", "koji", "što", "o", "to", "do", "kao", "iz", "nije", "bi",
            "će",
        ],
    ),
    (
        "sl",
        &[
            "in", "je", "v", "na", "se", "da", "za", "so", "ki", "z", "po", "pri", "tudi", "ne", "s", "od", "pa", "kot", "bi",
            "ob",
        ],
    ),
];
/// Words that are counted.
const MAX_WORDS: usize = 200;
/// Fewer words prove nothing, where the text is declared to be in another language or the same.
const MIN_WORDS: usize = 60;
/// Fewer words prove nothing, where nothing is declared.
const MIN_WORDS_UNDECLARED: usize = 30;

/// The function words of the languages of [`FUNCTION_WORDS`], as a set of bits in its order.
static LANGUAGES_OF: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let mut out: HashMap<&str, u32> = HashMap::new();
    for (place, (_, words)) in FUNCTION_WORDS.iter().enumerate() {
        words.iter().for_each(|word| *out.entry(word).or_default() |= 1 << place);
    }
    out
});

/// How many of a text's first words there are, and how many of them are function words of each language.
fn function_words(sample: &str) -> (usize, [usize; FUNCTION_WORDS.len()]) {
    const LONGEST: usize = 6;
    let (mut all, mut hits) = (0, [0; FUNCTION_WORDS.len()]);
    for word in sample.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).take(MAX_WORDS) {
        all += 1;
        let mut languages = if word.len() <= LONGEST { LANGUAGES_OF.get(word).copied().unwrap_or(0) } else { 0 };
        while languages != 0 {
            hits[languages.trailing_zeros() as usize] += 1;
            languages &= languages - 1;
        }
    }
    (all, hits)
}

/// True when a text is so plainly in the declared language that nothing needs to be detected, which is the usual case and much cheaper.
fn is_plainly(declared: Lang, sample: &str) -> bool {
    let Some(place) = FUNCTION_WORDS.iter().position(|(code, _)| *code == declared.as_str()) else { return false };
    let (all, hits) = function_words(sample);
    all >= MIN_WORDS && hits[place] * 5 >= all
}

/// The language that a text is plainly in: a fifth of its words hold sentences of that language together, and fewer those of any other.
fn plain_language(sample: &str) -> Option<Lang> {
    let (all, hits) = function_words(sample);
    let most = hits.iter().copied().max().unwrap_or(0);
    let place = hits.iter().position(|&count| count == most)?;
    let next = hits.iter().enumerate().filter(|&(other, _)| other != place).map(|(_, &count)| count).max().unwrap_or(0);
    let is_plain = all >= MIN_WORDS_UNDECLARED && most * 5 >= all && most * 4 >= next * 5;
    is_plain.then(|| FUNCTION_WORDS.get(place)).flatten().and_then(|(code, _)| Lang::parse(code))
}

/// Pairs that detection confuses on long texts too.
fn are_close(declared: Lang, detected: Detected) -> bool {
    matches!(
        (declared.as_str(), detected),
        ("no" | "da", Detected::Dan | Detected::Nob)
            | ("hr" | "sr" | "bs", Detected::Hrv | Detected::Srp)
            | ("cs" | "sk", Detected::Ces | Detected::Slk)
            | ("gl", Detected::Por | Detected::Spa)
    )
}

/// Scripts that only one language of the news writes.
fn by_script(sample: &str, letters: usize) -> Option<Lang> {
    let (mut hangul, mut kana, mut han, mut cyrillic, mut ukrainian, mut russian) = (0, 0, 0, 0, 0, 0);
    for c in sample.chars() {
        match c {
            '\u{ac00}'..='\u{d7af}' => hangul += 1,
            '\u{3041}'..='\u{30ff}' => kana += 1,
            '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' => han += 1,
            'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ' => ukrainian += 1,
            'ы' | 'э' | 'ъ' | 'ё' | 'Э' | 'Ё' => russian += 1,
            '\u{400}'..='\u{4ff}' => cyrillic += 1,
            _ => {}
        }
    }
    let most = |count: usize| count * 10 > letters * 3 && count >= 10;
    if most(hangul) {
        return Some(Lang::KO);
    }
    if most(kana) || (most(kana + han) && kana * 20 > han) {
        return Lang::parse("ja");
    }
    if most(han) {
        return Lang::parse("zh");
    }
    if most(cyrillic + ukrainian + russian) && cyrillic >= MIN_LETTERS {
        // Letters that the other of the two does not have; Belarusian has both kinds and goes to the detector.
        if ukrainian * 50 > cyrillic && russian * 200 < cyrillic {
            return Lang::parse("uk");
        }
        if russian * 100 > cyrillic && ukrainian * 200 < cyrillic {
            return Some(Lang::RU);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(declared: Option<&str>, text: &str, expected: Option<&str>) {
        let got = detect_language(declared.and_then(Lang::parse), text);
        assert_eq!(got.map(|l| l.as_str().to_owned()).as_deref(), expected, "{text}");
    }

    const FRENCH: &str = "Le ministre des Affaires étrangères a annoncé mardi que les deux pays avaient signé un accord de coopération militaire, dont le contenu \
                          n’a pas été rendu public. Selon plusieurs sources, les premières livraisons pourraient commencer avant la fin de l’année prochaine.";

    #[test]
    fn a_long_text_outweighs_a_wrong_declaration() {
        check(Some("en"), FRENCH, Some("fr"));
        check(None, FRENCH, Some("fr"));
        check(Some("de"), "Accord signé", Some("de"));
        check(None, "Accord signé", None);
    }

    #[test]
    fn a_text_that_is_plainly_as_declared_needs_no_detection() {
        let long = format!("{FRENCH} {FRENCH}");
        let portuguese = "O ministro disse na terça que os barcos que saíram do porto não voltaram, e que uma parte da tripulação foi para o hospital. ".repeat(3);
        assert!(Lang::parse("es").is_some_and(|lang| !is_plainly(lang, &portuguese)));
        for (code, expected) in
            [("fr", true), ("en", false), ("es", false), ("it", false), ("pt", false), ("de", false), ("ko", false)]
        {
            assert_eq!(Lang::parse(code).is_some_and(|lang| is_plainly(lang, &long)), expected, "{code}");
        }
    }

    #[test]
    fn a_text_without_a_declaration_may_be_plain() {
        #[track_caller]
        fn plain(text: &str, expected: Option<&str>) {
            assert_eq!(plain_language(text).map(|l| l.as_str().to_owned()).as_deref(), expected, "{text}");
        }
        plain(FRENCH, Some("fr"));
        plain(
            "The minister said on Tuesday that the two countries had signed an agreement, and that the text of it was not going to be made public before the end of the year, which is a first for the ministry.",
            Some("en"),
        );
        plain(
            "El ministre va dir dimarts que els dos països han signat un acord de cooperació militar, i que el text no es farà públic fins a la fi de la setmana que ve, segons la premsa de la capital.",
            Some("ca"),
        );
        // Neighbours share their short words: the detector tells them apart.
        plain(
            "Ministeren sagde tirsdag at de to lande har skrevet under, og at teksten ikke bliver vist før slutningen af året, som er første gang for det ministerium der ellers er så åbent om den slags.",
            None,
        );
        plain("Accord signé", None);
    }

    #[test]
    fn a_script_may_say_all() {
        check(Some("en"), "북한군이 러시아에 파병되었다고 국방부가 화요일 밝혔다", Some("ko"));
        check(None, "会談は東京で行われ、両国の首脳が合意した", Some("ja"));
        check(None, "两国外长周二在北京举行会谈并签署协议", Some("zh"));
        check(
            None,
            "Министр объявил во вторник, что соглашение было подписано и вступит в силу; это стало неожиданностью для экспертов, следивших за переговорами",
            Some("ru"),
        );
        check(
            Some("ru"),
            "Міністр оголосив у вівторок, що угоду підписано і вона набуде чинності наступного місяця, хоча її зміст іще не оприлюднено",
            Some("uk"),
        );
    }
}
