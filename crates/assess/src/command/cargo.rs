//! Cargo: its lockfile holds no ranges, so semver's compatibility decides. Within it `cargo update`
//! lifts; beyond it the manifest that asks must change.

use formats::tree::{Node, Tree};
use versions::Scheme;

use super::{Change, Way, plain, quote};

pub(super) fn update(change: &Change<'_>) -> Way {
    let purl = &change.component.purl;
    let now = purl.version().unwrap_or_default();
    if Scheme::Semver.satisfies(&format!("^{now}"), change.to).unwrap_or(false) {
        // The version is part of the name: another one may stand in the same lockfile.
        let spec = quote(&format!("{}@{now}", purl.name())).zip(quote(change.to));
        return Way::by(spec.map(|(spec, to)| format!("cargo update -p {spec} --precise {to}")));
    }
    if !change.is_direct() {
        let parent = change.component.via.last().unwrap_or(change.direct);
        return Way::by_hand(format!(
            "{} {now} is what {} asks for, and {} is beyond that range. Raise {} in Cargo.toml to a release whose dependencies admit it.",
            plain(purl.name()),
            plain(&parent.native_name()),
            plain(change.to),
            plain(&change.direct.native_name())
        ));
    }
    let pin = quote(&format!("{}@{}", purl.name(), change.to));
    match asked_in(change).zip(pin) {
        Some((options, pin)) => Way::by(Some(format!("cargo add {options}{pin}"))),
        None => Way::by_hand(format!(
            "Raise {} to {} in the Cargo.toml that asks for it: its requirement admits no such version.",
            plain(purl.name()),
            plain(change.to)
        )),
    }
}

/// The options by which `cargo add` finds the one manifest, and table of it, that asks for the
/// component under its own name.
fn asked_in(change: &Change<'_>) -> Option<String> {
    let root = change.beside("Cargo.toml");
    let mut found = Vec::new();
    for path in change.lookup.named("Cargo.toml") {
        let Some(text) = change.lookup.text(&path) else { continue };
        let Ok(tree) = Tree::toml(&path, text.as_bytes()) else { continue };
        let top = tree.root();
        let package = top.get("package").and_then(|package| package.text_at("name"));
        for (table, option) in
            [("dependencies", ""), ("dev-dependencies", "--dev "), ("build-dependencies", "--build ")]
        {
            let entry = top.get(table).and_then(|table| table.get(change.component.purl.name()));
            let Some(entry) = entry else { continue };
            // Asked for by the workspace, or under another name: not `cargo add`'s to change.
            if entry.get("workspace").is_some()
                || entry.get("package").is_some_and(|p: Node<'_>| p.text().is_some())
            {
                return None;
            }
            let member = if path == root { String::new() } else { format!("-p {} ", quote(package?)?) };
            found.push(format!("{member}{option}"));
        }
    }
    let [only] = found.as_slice() else { return None };
    Some(only.clone())
}
