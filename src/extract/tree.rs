//! Markup to a tree, within limits.
//!
//! In: decoded markup. Out: a tree of elements and texts, made by html5ever and held as one list of linked nodes. What no rule reads (the inside of
//! scripts other than JSON-LD and of styles: half of most pages) is stepped over by [`raw`](super::raw) before the parser sees it.
//! Not done here: the flat view that the rules walk (`dom`).

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::driver::{self, ParseOpts, Parser};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeSink;
use html5ever::{Attribute, QualName, expanded_name, local_name, ns};

use super::raw::{self, RawKind};

/// Markup beyond this is not read, bytes, scripts and styles not counted; the text of a longer page stands before its endless lists.
pub(super) const MAX_MARKUP_BYTES: usize = 3 * 1024 * 1024;
/// Nodes beyond this are not made: markup that multiplies itself (unclosed formatting elements) is cut here.
pub(super) const MAX_NODES: usize = 120_000;
/// Elements inside one another; the parser's work per tag grows with depth.
const MAX_DEPTH: usize = 400;
/// The limits are looked at after so many bytes.
const CHUNK_BYTES: usize = 2 * 1024;
/// Attributes of one element; the parser compares each new one with all earlier ones.
const MAX_ATTRIBUTES: usize = 400;

/// An element: its name and its attributes.
#[derive(Debug)]
pub(super) struct Element {
    name: QualName,
    attributes: Vec<Attribute>,
}

impl Element {
    /// The local name, in lower case.
    pub(super) fn name(&self) -> &str {
        &self.name.local
    }

    /// The attributes: name in lower case, and value.
    pub(super) fn attrs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|a| (&*a.name.local, &*a.value))
    }
}

/// What a node is.
#[derive(Debug)]
pub(super) enum TreeKind {
    /// The document, a template's contents, a comment, an instruction.
    Other,
    Text(StrTendril),
    Element(Element),
}

/// A node among its relatives; [`NONE`] where there is none.
#[derive(Debug)]
pub(super) struct TreeNode {
    pub(super) kind: TreeKind,
    pub(super) parent: u32,
    pub(super) first_child: u32,
    pub(super) last_child: u32,
    pub(super) previous: u32,
    pub(super) next: u32,
}

/// No node.
pub(super) const NONE: u32 = u32::MAX;
/// Where the document stands.
pub(super) const DOCUMENT: u32 = 0;

/// The tree of a page.
#[derive(Debug)]
pub(super) struct Tree {
    /// In the order in which they were made; the document first.
    pub(super) nodes: Vec<TreeNode>,
}

/// Parses markup, stopping at the limits; what was read until then is kept.
pub(super) fn parse(markup: &str, problems: &mut Vec<String>) -> Tree {
    let mut reader = Reader { parser: driver::parse_document(Builder::default(), ParseOpts::default()), left: MAX_MARKUP_BYTES };
    if let Err(problem) = reader.read(markup) {
        problems.push(problem);
    }
    reader.parser.finish()
}

/// The parser, and how much it may still read.
struct Reader {
    parser: Parser<Builder>,
    left: usize,
}

impl Reader {
    /// Reads all of the markup, or up to a limit; then says which.
    fn read(&mut self, markup: &str) -> Result<(), String> {
        let mut at = 0;
        while at < markup.len() {
            let end = raw::next_opening(&markup[at..]).map_or(markup.len(), |end| at + end);
            self.markup(&markup[at..end])?;
            at = end;
            // Only the parser knows whether what looks like a script's tag was one.
            let Some((_, kind)) = self.parser.tokenizer.sink.sink.opened_raw.take() else { continue };
            let inside = &markup[at..at + raw::inside(&markup[at..], kind)];
            at += inside.len();
            if kind == RawKind::ReadScript {
                self.text(inside)?;
            } else if !inside.is_empty() {
                // A script remains a script that holds something.
                self.feed(" ");
            }
        }
        Ok(())
    }

    /// Reads a run of tags and texts.
    fn markup(&mut self, markup: &str) -> Result<(), String> {
        match first_swollen_tag(markup) {
            Some(end) => {
                self.text(&markup[..end])?;
                Err(format!("an element with more than {MAX_ATTRIBUTES} attributes: the page was read up to it"))
            }
            None => self.text(markup),
        }
    }

    fn text(&mut self, mut rest: &str) -> Result<(), String> {
        let is_cut = rest.len() > self.left;
        if is_cut {
            rest = &rest[..rest.floor_char_boundary(self.left)];
        }
        self.left -= rest.len();
        while !rest.is_empty() {
            let end = if rest.len() <= CHUNK_BYTES { rest.len() } else { rest.floor_char_boundary(CHUNK_BYTES) };
            self.feed(&rest[..end]);
            rest = &rest[end..];
            if self.parser.tokenizer.sink.sink.is_at_limit() {
                return Err("too many or too deeply nested elements: the rest of the page was not read".to_owned());
            }
        }
        if is_cut { Err(format!("only the first {MAX_MARKUP_BYTES} bytes were read")) } else { Ok(()) }
    }

    fn feed(&mut self, chunk: &str) {
        self.parser.process(StrTendril::from_slice(chunk));
    }
}

/// Where the first tag with too many attributes begins.
fn first_swollen_tag(markup: &str) -> Option<usize> {
    let bytes = markup.as_bytes();
    let mut at = 0;
    while let Some(open) = markup.get(at..).and_then(|rest| rest.find('<')).map(|i| at + i) {
        at = open + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (end, attributes) = tag_end(bytes, at);
        if attributes > MAX_ATTRIBUTES {
            return Some(open);
        }
        at = at.max(end);
    }
    None
}

/// The end of a tag and how many attributes it seems to have.
fn tag_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let (mut attributes, mut quote, mut after_space, mut after_equals) = (0, None, false, false);
    for (at, &b) in bytes.iter().enumerate().skip(start) {
        match quote {
            Some(q) if b == q => {
                quote = None;
                after_space = true;
            }
            Some(_) => {}
            None => {
                match b {
                    b'>' => return (at, attributes),
                    b'"' | b'\'' if after_equals => quote = Some(b),
                    b if !b.is_ascii_whitespace() && b != b'/' && after_space && b != b'=' && !after_equals => attributes += 1,
                    _ => {}
                }
                if !b.is_ascii_whitespace() {
                    after_equals = b == b'=';
                }
                after_space = b.is_ascii_whitespace() || b == b'/';
                if attributes > MAX_ATTRIBUTES {
                    return (at, attributes);
                }
            }
        }
    }
    (bytes.len(), attributes)
}

/// What html5ever builds the tree with.
struct Builder {
    nodes: RefCell<Vec<TreeNode>>,
    /// Set when the last thing made was a script or style: what follows is its inside, up to its end tag.
    opened_raw: Cell<Option<(u32, RawKind)>>,
}

impl Default for Builder {
    fn default() -> Builder {
        let builder = Builder { nodes: RefCell::new(Vec::with_capacity(4096)), opened_raw: Cell::new(None) };
        builder.make(TreeKind::Other);
        builder
    }
}

impl Builder {
    fn make(&self, kind: TreeKind) -> u32 {
        let mut nodes = self.nodes.borrow_mut();
        // Far fewer than four thousand million: the markup is bounded.
        let at = nodes.len() as u32;
        nodes.push(TreeNode { kind, parent: NONE, first_child: NONE, last_child: NONE, previous: NONE, next: NONE });
        at
    }

    fn is_at_limit(&self) -> bool {
        let nodes = self.nodes.borrow();
        let mut at = DOCUMENT;
        for _ in 0..MAX_DEPTH {
            at = nodes[at as usize].last_child;
            if at == NONE {
                return nodes.len() > MAX_NODES;
            }
        }
        true
    }
}

fn detach(nodes: &mut [TreeNode], at: u32) {
    let (parent, previous, next) = {
        let node = &mut nodes[at as usize];
        (
            std::mem::replace(&mut node.parent, NONE),
            std::mem::replace(&mut node.previous, NONE),
            std::mem::replace(&mut node.next, NONE),
        )
    };
    match nodes.get_mut(previous as usize) {
        Some(previous) => previous.next = next,
        None => {
            if let Some(parent) = nodes.get_mut(parent as usize) {
                parent.first_child = next;
            }
        }
    }
    match nodes.get_mut(next as usize) {
        Some(next) => next.previous = previous,
        None => {
            if let Some(parent) = nodes.get_mut(parent as usize) {
                parent.last_child = previous;
            }
        }
    }
}

/// Puts a node that has no parent before `next`, or last.
fn insert(nodes: &mut [TreeNode], at: u32, parent: u32, next: u32) {
    let previous = match nodes.get_mut(next as usize) {
        Some(next) => std::mem::replace(&mut next.previous, at),
        None => std::mem::replace(&mut nodes[parent as usize].last_child, at),
    };
    match nodes.get_mut(previous as usize) {
        Some(previous) => previous.next = at,
        None => nodes[parent as usize].first_child = at,
    }
    let node = &mut nodes[at as usize];
    (node.parent, node.previous, node.next) = (parent, previous, next);
}

impl TreeSink for Builder {
    type Handle = u32;
    type Output = Tree;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Tree {
        Tree { nodes: self.nodes.into_inner() }
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn get_document(&self) -> u32 {
        DOCUMENT
    }

    fn same_node(&self, x: &u32, y: &u32) -> bool {
        x == y
    }

    fn elem_name<'a>(&'a self, target: &'a u32) -> Ref<'a, QualName> {
        Ref::map(self.nodes.borrow(), |nodes| match &nodes[*target as usize].kind {
            TreeKind::Element(element) => &element.name,
            _ => unreachable!("the parser asks only elements for their names"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _flags: ElementFlags) -> u32 {
        let raw = match name.expanded() {
            expanded_name!(html "style") => Some(RawKind::Style),
            expanded_name!(html "script") => {
                let kind = attributes.iter().find(|a| a.name.local == local_name!("type")).map(|a| &*a.value);
                Some(if kind.is_some_and(raw::is_read) { RawKind::ReadScript } else { RawKind::Script })
            }
            _ => None,
        };
        let has_contents = name.expanded() == expanded_name!(html "template");
        let at = self.make(TreeKind::Element(Element { name, attributes }));
        if has_contents {
            let contents = self.make(TreeKind::Other);
            insert(&mut self.nodes.borrow_mut(), contents, at, NONE);
        }
        self.opened_raw.set(raw.map(|kind| (at, kind)));
        at
    }

    fn create_comment(&self, _text: StrTendril) -> u32 {
        self.opened_raw.set(None);
        self.make(TreeKind::Other)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> u32 {
        self.opened_raw.set(None);
        self.make(TreeKind::Other)
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public_id: StrTendril, _system_id: StrTendril) {}

    fn pop(&self, node: &u32) {
        if self.opened_raw.get().is_some_and(|(at, _)| at == *node) {
            self.opened_raw.set(None);
        }
    }

    fn append(&self, parent: &u32, child: NodeOrText<u32>) {
        match child {
            NodeOrText::AppendNode(at) => insert(&mut self.nodes.borrow_mut(), at, *parent, NONE),
            NodeOrText::AppendText(text) => {
                self.opened_raw.set(None);
                let last = self.nodes.borrow()[*parent as usize].last_child;
                if let Some(text) = self.not_joined(last, text) {
                    let at = self.make(TreeKind::Text(text));
                    insert(&mut self.nodes.borrow_mut(), at, *parent, NONE);
                }
            }
        }
    }

    fn append_before_sibling(&self, sibling: &u32, child: NodeOrText<u32>) {
        if let NodeOrText::AppendNode(at) = &child {
            detach(&mut self.nodes.borrow_mut(), *at);
        }
        let (parent, previous) = {
            let node = &self.nodes.borrow()[*sibling as usize];
            (node.parent, node.previous)
        };
        if parent == NONE {
            return;
        }
        match child {
            NodeOrText::AppendNode(at) => insert(&mut self.nodes.borrow_mut(), at, parent, *sibling),
            NodeOrText::AppendText(text) => {
                self.opened_raw.set(None);
                if let Some(text) = self.not_joined(previous, text) {
                    let at = self.make(TreeKind::Text(text));
                    insert(&mut self.nodes.borrow_mut(), at, parent, *sibling);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &u32, previous_element: &u32, child: NodeOrText<u32>) {
        let has_parent = self.nodes.borrow()[*element as usize].parent != NONE;
        if has_parent { self.append_before_sibling(element, child) } else { self.append(previous_element, child) }
    }

    fn get_template_contents(&self, target: &u32) -> u32 {
        self.nodes.borrow()[*target as usize].first_child
    }

    fn add_attrs_if_missing(&self, target: &u32, attributes: Vec<Attribute>) {
        if let TreeKind::Element(element) = &mut self.nodes.borrow_mut()[*target as usize].kind {
            for attribute in attributes {
                if element.attributes.len() < MAX_ATTRIBUTES && !element.attributes.iter().any(|a| a.name == attribute.name) {
                    element.attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &u32) {
        detach(&mut self.nodes.borrow_mut(), *target);
    }

    fn reparent_children(&self, node: &u32, new_parent: &u32) {
        let mut nodes = self.nodes.borrow_mut();
        loop {
            let child = nodes[*node as usize].first_child;
            if child == NONE {
                return;
            }
            detach(&mut nodes, child);
            insert(&mut nodes, child, *new_parent, NONE);
        }
    }
}

impl Builder {
    /// Joins a text to the text at `at`; gives it back when there is none.
    fn not_joined(&self, at: u32, text: StrTendril) -> Option<StrTendril> {
        match self.nodes.borrow_mut().get_mut(at as usize).map(|node| &mut node.kind) {
            Some(TreeKind::Text(before)) => {
                before.push_tendril(&text);
                None
            }
            _ => Some(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_bounded(markup: &str) {
        let mut problems = Vec::new();
        let tree = parse(markup, &mut problems);
        assert!(tree.nodes.len() < 3 * MAX_NODES, "{} nodes", tree.nodes.len());
        assert!(!problems.is_empty(), "a limit was met");
    }

    #[test]
    fn made_pages_meet_a_limit() {
        check_bounded(&"<div>".repeat(100_000));
        check_bounded(&format!(
            "<div>{}</div>{}",
            (0..300).map(|i| format!("<b a{i}>")).collect::<String>(),
            "<p>x".repeat(50_000)
        ));
        check_bounded(&format!("<p {}>x", (0..100_000).map(|i| format!("a{i} ")).collect::<String>()));
        check_bounded(&format!("<p {}>x", (0..100_000).map(|i| format!("a{i}=\"\"")).collect::<String>()));
        check_bounded(&"x".repeat(MAX_MARKUP_BYTES + 10));
    }

    #[test]
    fn a_script_with_a_less_than_sign_is_no_tag() {
        let mut problems = Vec::new();
        parse(&format!("<script>if (a<b {}) x()</script><p>after</p>", "c ".repeat(2000)), &mut problems);
        assert_eq!(problems, [""; 0]);
    }
}
