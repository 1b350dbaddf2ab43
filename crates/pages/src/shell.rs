//! The shell of a page that stands alone: no script, no outside request.
//!
//! Decides what every such page has in common (language, width, stylesheet, main landmark). What
//! stands in it comes in as HTML that was escaped already.

use crate::html::{STYLE, escape};

/// A whole page. `body` is HTML; `title` is text.
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n",
        escape(title)
    )
}
