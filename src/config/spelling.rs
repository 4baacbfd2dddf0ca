//! What a mistyped name was meant to be.

/// The candidate that a slip of the finger away from `name`: at most a third of its letters differ.
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (name.chars().count() / 3).max(1) + 1;
    candidates.map(|c| (distance(name, c), c)).filter(|(d, _)| *d <= limit).min_by_key(|(d, _)| *d).map(|(_, c)| c)
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_third_of_its_letters_wrong_is_still_known() {
        let of = |name| nearest(name, ["interval", "timeout", "host"].into_iter());
        assert_eq!(of("intervall"), Some("interval"));
        assert_eq!(of("tmeout"), Some("timeout"));
        assert_eq!(of("hots"), Some("host"));
        assert_eq!(of("colour"), None);
    }
}
