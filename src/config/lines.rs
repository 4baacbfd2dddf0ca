//! On which line of a file a byte stands.
//!
//! In: a text, once; then offsets. Out: line numbers. The ends of the lines are found once, for every item of every list asks for its line.

/// Where the lines of a text end.
pub(super) struct Lines {
    ends: Vec<usize>,
}

impl Lines {
    /// Finds them.
    pub(super) fn of(text: &str) -> Lines {
        Lines { ends: text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect() }
    }

    /// The line, from 1, of the byte at `offset`.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        self.ends.partition_point(|end| *end < offset) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_belongs_to_the_line_that_it_ends() {
        let lines = Lines::of("a\n\nbc\n");
        let found: Vec<usize> = (0..=7).map(|offset| lines.line_at(offset)).collect();
        assert_eq!(found, [1, 1, 2, 3, 3, 3, 4, 4], "an offset past the end is on the last line");
    }
}
