//! A site as a reader without a mouse or a script comes to it: from the first page, link by link.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::common::body;

/// Every file of a folder, by its path with `/`.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    body::files(root)
        .into_iter()
        .map(|(path, bytes)| (path.trim_start_matches('/').to_owned(), bytes))
        .collect()
}

/// Where a link of a page leads, inside the folder.
fn resolve(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{page}: {link} leaves the folder"),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Every page that a reader comes to from the first one; every link must lead to a file.
pub(crate) fn crawl(files: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut next = vec!["index.html".to_owned()];
    while let Some(page) = next.pop() {
        if !seen.insert(page.clone()) {
            continue;
        }
        let html = String::from_utf8(files[&page].clone()).unwrap();
        for attribute in ["href=\"", "src=\""] {
            for rest in html.split(attribute).skip(1) {
                let link = rest.split('"').next().unwrap();
                // Writing to the body is asked of nobody but the reader's own program.
                if link.starts_with('#') || link == "data:," || link.starts_with("mailto:formulary@") {
                    continue;
                }
                assert!(!link.contains(':') && !link.starts_with("//"), "{page}: {link} leaves the folder");
                let to = resolve(&page, link.split('#').next().unwrap());
                assert!(files.contains_key(&to), "{page}: {link} leads nowhere");
                if to.ends_with(".html") {
                    next.push(to);
                }
            }
        }
    }
    seen
}
