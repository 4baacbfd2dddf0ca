//! The text part: complete, usable alone, the same links as the HTML part.

use unicode_segmentation::UnicodeSegmentation;

use super::passage::Passage;
use super::view::{Link, StoryView, View};

/// Columns of a line; mail programs that show plain text do not wrap it well themselves.
const COLUMNS: usize = 76;

/// Writes the text part.
pub(super) fn text(view: &View) -> String {
    // French sets a space before a colon.
    let colon = if view.lang == "fr" { " : " } else { ": " };
    let mut out = Lines::default();
    for line in view.kicker.iter().chain(&view.heading) {
        out.wrapped("", line);
    }
    if view.heading.is_some() {
        out.line(&"=".repeat(40));
    }
    for note in &view.notes {
        out.wrapped("", note);
    }
    if !view.contents.is_empty() {
        out.blank();
        out.line(view.contents_heading);
        for (i, line) in view.contents.iter().enumerate() {
            out.wrapped(&format!("{:>2}. ", i + 1), &line.title);
        }
    }
    let mut number = 0;
    for section in &view.sections {
        if let Some(heading) = &section.heading {
            out.blank();
            out.line(&heading.to_uppercase());
            out.line(&"-".repeat(40));
        }
        for story in &section.stories {
            number += 1;
            out.blank();
            let mark = if view.heading.is_some() { format!("{number}. ") } else { String::new() };
            write_story(&mut out, story, &mark, colon);
        }
    }
    for line in &view.after {
        out.blank();
        out.wrapped("", line);
    }
    out.blank();
    // The signature mark: mail programs leave what follows out of replies.
    out.line("-- ");
    for line in &view.footer {
        out.wrapped("", line);
    }
    out.line(&format!("{}{colon}{}", view.unsubscribe.label, view.unsubscribe.address));
    out.0
}

fn write_story(out: &mut Lines, story: &StoryView, mark: &str, colon: &str) {
    for line in story.kicker.iter().chain(&story.change) {
        out.wrapped("", line);
    }
    if story.kicker.is_some() || story.change.is_some() {
        out.blank();
    }
    write_link(out, &story.headline, mark);
    // Under a numbered headline everything is indented as far as the headline.
    let indent = " ".repeat(mark.chars().count());
    if let Some(heading) = story.facts_heading {
        out.blank();
        out.line(&format!("{indent}{heading}"));
    }
    for fact in &story.facts {
        out.wrapped(&format!("{indent}* "), &marked(fact));
    }
    if !story.lead.is_empty() {
        if indent.is_empty() {
            out.blank();
        }
        out.wrapped(&indent, &story.lead.iter().map(marked).collect::<Vec<_>>().join(" "));
    }
    if !story.sources.is_empty() {
        out.blank();
        out.line(&format!("{indent}{}", story.sources_heading));
        for source in &story.sources {
            write_link(out, source, &format!("{indent}- "));
        }
    }
    for line in story.more.iter().chain(&story.also_in) {
        out.wrapped(&indent, line);
    }
    if let Some(why) = &story.why {
        out.blank();
        out.wrapped(&indent, why);
    }
    for action in &story.actions {
        out.line(&format!("{indent}{}{colon}{}", action.label, action.address));
    }
}

fn write_link(out: &mut Lines, link: &Link, mark: &str) {
    out.wrapped(mark, &link.title);
    let indent = " ".repeat(mark.chars().count());
    out.wrapped(&indent, &link.meta);
    out.line(&format!("{indent}{}", link.address));
}

fn marked(passage: &Passage) -> String {
    passage.pieces.iter().map(|piece| if piece.is_marked { format!("*{}*", piece.text) } else { piece.text.clone() }).collect()
}

/// Text being written, line by line.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn blank(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// One paragraph, wrapped at spaces; the first line begins with `mark`, the others are indented as far.
    fn wrapped(&mut self, mark: &str, text: &str) {
        let mut line = mark.to_owned();
        let mut width = mark.graphemes(true).count();
        let indent = width;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let length = word.graphemes(true).count();
            if width > indent && width + 1 + length > COLUMNS {
                self.line(&line);
                line = " ".repeat(indent);
                width = indent;
            }
            if width > indent {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += length;
        }
        self.line(&line);
    }
}
