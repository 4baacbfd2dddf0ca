//! Where in a file a setting stands that is named by its path.
//!
//! In: a table and a path such as `sides.dprk.aliases.fr[3]`, where lists count from 0. Out: the place of that very key or list item, or of the nearest
//! parent that is there. Not done here: turning places into lines.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// To this byte.
    Exactly(usize),
    /// To nothing; the nearest parent stands at this byte.
    Parent(usize),
    /// Not even its first key is there.
    Nowhere,
}

/// Follows `path` from `table` on.
pub(super) fn find(table: &DeTable<'_>, path: &str) -> Found {
    let Some((mut at, mut value, mut rest)) = under_key(table, path) else { return Found::Nowhere };
    while !rest.is_empty() {
        let next = match value {
            DeValue::Table(table) => rest.strip_prefix('.').and_then(|path| under_key(table, path)),
            DeValue::Array(items) => item(items, rest),
            _ => None,
        };
        match next {
            Some(next) => (at, value, rest) = next,
            None => return Found::Parent(at),
        }
    }
    Found::Exactly(at)
}

type Step<'v, 'p> = (usize, &'v DeValue<'v>, &'p str);

/// The longest key that the path begins with (a quoted key may hold dots and brackets), and what follows it.
fn under_key<'v, 'p>(table: &'v DeTable<'v>, path: &'p str) -> Option<Step<'v, 'p>> {
    let rest = |key: &str| path.strip_prefix(key).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let steps = table.iter().filter_map(|(key, value)| Some((key, value, rest(key.get_ref())?)));
    let (key, value, rest) = steps.min_by_key(|(_, _, rest)| rest.len())?;
    // A table of several headers has the place of its first one; a key has its own.
    let at = if value.get_ref().is_table() { value.span().start } else { key.span().start };
    Some((at, value.get_ref(), rest))
}

/// The item that the path's index asks for, and what follows the index.
fn item<'v, 'p>(items: &'v [Spanned<DeValue<'v>>], path: &'p str) -> Option<Step<'v, 'p>> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    let item = items.get(index.parse::<usize>().ok()?)?;
    Some((item.span().start, item.get_ref(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::lines::Lines;

    const TEXT: &str = "\
id = 't'
all_of = [
    ['a', 'b'],
    [
        'c',
        'd',
    ],
]
[sides.x]
aliases.fr = ['un',
    'deux']
aliases.'e.n' = ['one']
[sides.y.aliases]
any = []
[sides.y]
hints = { fr = ['le y'] }
[near]

words = 3
";

    #[track_caller]
    fn check(path: &str, expected: (bool, usize)) {
        let table = DeTable::parse(TEXT).expect("it is TOML");
        let line = |at| Lines::of(TEXT).line_at(at);
        let found = match find(table.get_ref(), path) {
            Found::Exactly(at) => (true, line(at)),
            Found::Parent(at) => (false, line(at)),
            Found::Nowhere => (false, 0),
        };
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn a_path_leads_to_the_very_key_or_item() {
        check("id", (true, 1));
        check("all_of", (true, 2));
        check("all_of[0]", (true, 3));
        check("all_of[0][1]", (true, 3));
        check("all_of[1]", (true, 4));
        check("all_of[1][1]", (true, 6));
        check("sides", (true, 9));
        check("sides.x", (true, 9));
        check("sides.x.aliases.fr[0]", (true, 10));
        check("sides.x.aliases.fr[1]", (true, 11));
        check("sides.x.aliases.e.n[0]", (true, 12));
        check("sides.y.aliases.any", (true, 14));
        check("sides.y.hints.fr[0]", (true, 16));
        check("near", (true, 17));
        check("near.words", (true, 19));
    }

    #[test]
    fn what_is_not_there_is_looked_for_under_its_nearest_parent() {
        check("all_of[7]", (false, 2));
        check("all_of[1][x]", (false, 4));
        check("sides.x.aliases.de[0]", (false, 10));
        check("sides.z", (false, 9));
        check("near.far", (false, 17));
        check("near.words.more", (false, 19));
        check("id[0]", (false, 1));
        check("i", (false, 0));
        check("", (false, 0));
        check("thresholds.alert", (false, 0));
    }
}
