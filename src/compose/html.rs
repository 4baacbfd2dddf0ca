//! The HTML part: one template for every kind of mail, everything foreign escaped by it.

use askama::Template;

use super::view::View;

#[derive(Template)]
#[template(path = "compose/templates/mail.html")]
struct Page<'a> {
    view: &'a View,
}

/// Writes the HTML part.
pub(super) fn html(view: &View) -> String {
    // Rendering into a string fails only when a template calls something that fails; this one does not.
    Page { view }.render().unwrap_or_default()
}
