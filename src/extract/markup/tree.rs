//! The tree of a page, within limits.
//!
//! In: tags and texts (`tokens`). Out: a tree of elements and texts, shaped by html5ever's rules and held as one list of linked nodes.
//! Not done here: the flat view that the rules walk (`dom`).

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode};
use html5ever::tendril::StrTendril;
use html5ever::tree_builder::TreeSink;
use html5ever::{Attribute, QualName, expanded_name, local_name, ns};

use super::tokens;

/// Nodes beyond this are not made: markup that multiplies itself (unclosed formatting elements) is cut here.
pub(in crate::extract) const MAX_NODES: usize = 120_000;
/// Elements inside one another; the parser's work per tag grows with depth.
const MAX_DEPTH: usize = 400;
/// Attributes of one element; the parser compares each new one with all earlier ones.
pub(in crate::extract) const MAX_ATTRIBUTES: usize = 400;

/// An element: its name and its attributes.
#[derive(Debug)]
pub(in crate::extract) struct Element {
    name: QualName,
    attributes: Vec<Attribute>,
}

impl Element {
    /// The local name, in lower case.
    pub(in crate::extract) fn name(&self) -> &str {
        &self.name.local
    }

    /// The attributes as html5ever names them: its static names are compared without reading them.
    pub(in crate::extract) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The attributes: name in lower case, and value.
    pub(in crate::extract) fn attrs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|a| (&*a.name.local, &*a.value))
    }
}

/// What a node is.
#[derive(Debug)]
pub(in crate::extract) enum TreeKind {
    /// The document, a template's contents, a comment, an instruction.
    Other,
    Text(StrTendril),
    Element(Element),
}

/// A node among its relatives; [`NONE`] where there is none.
#[derive(Debug)]
pub(in crate::extract) struct TreeNode {
    pub(in crate::extract) kind: TreeKind,
    pub(in crate::extract) parent: u32,
    pub(in crate::extract) first_child: u32,
    pub(in crate::extract) last_child: u32,
    pub(in crate::extract) previous: u32,
    pub(in crate::extract) next: u32,
}

/// No node.
pub(in crate::extract) const NONE: u32 = u32::MAX;
/// Where the document stands.
pub(in crate::extract) const DOCUMENT: u32 = 0;

/// The tree of a page.
#[derive(Debug)]
pub(in crate::extract) struct Tree {
    /// In the order in which they were made; the document first.
    pub(in crate::extract) nodes: Vec<TreeNode>,
}

/// Parses markup, stopping at the limits; what was read until then is kept.
pub(in crate::extract) fn parse(markup: &str, problems: &mut Vec<String>) -> Tree {
    tokens::read(markup, Builder::default(), problems)
}

/// What html5ever builds the tree with.
pub(in crate::extract) struct Builder {
    nodes: RefCell<Vec<TreeNode>>,
}

impl Default for Builder {
    fn default() -> Builder {
        let builder = Builder { nodes: RefCell::new(Vec::with_capacity(4096)) };
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

    /// True when the tree has grown too large or too deep to go on.
    pub(in crate::extract) fn is_at_limit(&self) -> bool {
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
        let has_contents = name.expanded() == expanded_name!(html "template");
        let at = self.make(TreeKind::Element(Element { name, attributes }));
        if has_contents {
            let contents = self.make(TreeKind::Other);
            insert(&mut self.nodes.borrow_mut(), contents, at, NONE);
        }
        at
    }

    fn create_comment(&self, _text: StrTendril) -> u32 {
        self.make(TreeKind::Other)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> u32 {
        self.make(TreeKind::Other)
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public_id: StrTendril, _system_id: StrTendril) {}

    fn append(&self, parent: &u32, child: NodeOrText<u32>) {
        match child {
            NodeOrText::AppendNode(at) => insert(&mut self.nodes.borrow_mut(), at, *parent, NONE),
            NodeOrText::AppendText(text) => {
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
    use super::tokens::MAX_MARKUP_BYTES;
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
