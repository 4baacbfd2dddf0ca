//! What stands in a mail, before it is text or HTML: both are written from this.

use super::passage::Passage;

/// A whole mail.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// `lang` of the mail itself.
    pub(super) lang: &'static str,
    /// The subject.
    pub(super) title: String,
    /// The gist in one line, shown by mail programs beside the subject.
    pub(super) preheader: String,
    /// The line above the heading.
    pub(super) kicker: Option<String>,
    /// The heading of a mail of several stories; a single story's headline is its own.
    pub(super) heading: Option<String>,
    /// Lines below the heading.
    pub(super) notes: Vec<String>,
    /// The heading of the table of contents.
    pub(super) contents_heading: &'static str,
    /// The table of contents; empty when there is none.
    pub(super) contents: Vec<ContentsLine>,
    pub(super) sections: Vec<Section>,
    /// Lines after the last story: what was cut.
    pub(super) after: Vec<String>,
    /// The footer, a paragraph each.
    pub(super) footer: Vec<String>,
    pub(super) unsubscribe: Action,
}

#[derive(Debug, Clone)]
pub(super) struct ContentsLine {
    pub(super) anchor: String,
    pub(super) title: String,
    pub(super) lang: Option<String>,
}

/// Stories under one heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) heading: Option<String>,
    pub(super) stories: Vec<StoryView>,
}

/// One story.
#[derive(Debug, Clone)]
pub(super) struct StoryView {
    pub(super) anchor: String,
    /// 1, 2 or 3: which heading the headline is.
    pub(super) level: u8,
    /// Topic and number of the development.
    pub(super) kicker: Option<String>,
    /// What is new compared with the last mail.
    pub(super) change: Option<String>,
    pub(super) headline: Link,
    /// The sentences that carry what is new.
    pub(super) facts: Vec<Passage>,
    pub(super) facts_heading: Option<&'static str>,
    /// The beginning of the article.
    pub(super) lead: Vec<Passage>,
    pub(super) sources_heading: &'static str,
    pub(super) sources: Vec<Link>,
    /// How many sources are folded.
    pub(super) more: Option<String>,
    pub(super) also_in: Option<String>,
    pub(super) why: Option<String>,
    pub(super) actions: Vec<Action>,
}

/// A headline that leads to its article.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) title: String,
    pub(super) lang: Option<String>,
    pub(super) address: String,
    /// Source, visible domain, time, age, language, access.
    pub(super) meta: String,
}

/// Something the reader can ask for.
#[derive(Debug, Clone)]
pub(super) struct Action {
    pub(super) label: String,
    pub(super) address: String,
}
