//! The sound of a name: consonants alone, so that spellings of several alphabets meet (Biles, Байлз, بايلز).
//!
//! In: a word. Out: a hash of its consonants by class, or nothing when too few are left to tell names apart. Vowels are dropped, for Arabic writes few of
//! them, and sounds that one alphabet writes alike are one class: b and p, d and t, k and g, l and r, m and n, all hissing sounds.

use xxhash_rust::xxh3::xxh3_64;

use super::features::Folder;

/// Classes below which a name could be any.
const FEWEST: usize = 3;
/// Classes that count; case endings come after.
const MOST: usize = 6;

/// Groups of letters that are one sound, the longer ones first.
const GROUPS: &[(&str, u8)] = &[
    ("sch", b's'),
    ("tch", b's'),
    ("sh", b's'),
    ("ch", b's'),
    ("zh", b's'),
    ("cz", b's'),
    ("sz", b's'),
    ("ts", b's'),
    ("tz", b's'),
    ("kh", b'k'),
    ("ck", b'k'),
    ("ph", b'f'),
    ("th", b't'),
];

/// What the word sounds like.
pub(super) fn sound(word: &str, folder: &mut Folder) -> Option<u64> {
    let mut classes = [0u8; MOST];
    let mut count = 0;
    let mut rest = folder.fold(word);
    while let Some(first) = rest.chars().next() {
        let (class, length) = match GROUPS.iter().find(|(group, _)| rest.starts_with(group)) {
            Some(&(group, class)) => (Some(class), group.len()),
            None => (class_of(first, rest), first.len_utf8()),
        };
        rest = &rest[length..];
        if let Some(class) = class
            && count < MOST
            && (count == 0 || classes[count - 1] != class)
        {
            classes[count] = class;
            count += 1;
        }
    }
    let mut hashed = *b"sound ......";
    hashed[6..].copy_from_slice(&classes);
    (count >= FEWEST).then(|| xxh3_64(&hashed))
}

/// The class of a letter, Latin or Arabic; vowels and half-vowels have none.
fn class_of(letter: char, rest: &str) -> Option<u8> {
    Some(match letter {
        'c' if rest[1..].starts_with(['e', 'i', 'y']) => b's',
        'c' | 'k' | 'q' | 'g' | 'خ' | 'ق' | 'ك' | 'غ' | 'گ' => b'k',
        'b' | 'p' | 'ب' | 'پ' => b'p',
        'd' | 't' | 'ت' | 'ط' | 'د' | 'ض' => b't',
        'v' | 'f' | 'ف' | 'ڤ' => b'f',
        's' | 'z' | 'j' | 'x' | 'ث' | 'س' | 'ص' | 'ش' | 'ز' | 'ذ' | 'ظ' | 'ج' => b's',
        'l' | 'r' | 'ر' | 'ل' => b'r',
        'm' | 'n' | 'م' | 'ن' => b'n',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(left: &str, right: &str, expected: bool) {
        let sound = |word| sound(word, &mut Folder::default());
        assert_eq!(sound(left).is_some() && sound(left) == sound(right), expected, "{left} {right}");
    }

    #[test]
    fn spellings_of_one_name_sound_alike() {
        check("Biles", "Байлз", true);
        check("Biles", "بايلز", true);
        check("Shoigu's", "Szojgu", false);
        check("Chernyshov", "Чернышов", true);
        check("Zelensky", "Zełenski", true);
        check("Merkel", "ميركل", true);
    }

    #[test]
    fn short_names_tell_nothing_and_others_differ() {
        check("Kim", "Кім", false);
        check("Biden", "Batista", false);
    }
}
