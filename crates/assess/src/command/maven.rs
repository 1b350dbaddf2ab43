//! Maven: the version stands in the POM itself, in a parent's `dependencyManagement`, or in a property;
//! the command is run where it stands.

use super::{Change, Way, plain, quote};

/// A parent is looked for so many folders above.
const MOST_PARENTS: usize = 8;

pub(super) fn update(change: &Change<'_>) -> Way {
    let purl = &change.component.purl;
    let (Some(name), Some(to)) = (quote(&purl.native_name()), quote(change.to)) else {
        return Way::default();
    };
    let Some((pom, version)) = stands(change) else {
        return Way::by_hand(format!(
            "Put {}:{} under `dependencyManagement` of {}: no POM of this tree states its version.",
            plain(&purl.native_name()),
            plain(change.to),
            plain(change.path)
        ));
    };
    let Some(file) = quote(&pom) else { return Way::default() };
    let property = version.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).and_then(quote);
    Way::by(Some(match property {
        Some(property) => {
            format!("mvn -f {file} versions:set-property -Dproperty={property} -DnewVersion={to}")
        }
        None => format!(
            "mvn -f {file} versions:use-dep-version -Dincludes={name} -DdepVersion={to} -DforceVersion=true"
        ),
    }))
}

/// The POM that states the version of the component, from this one upwards, and how it states it.
fn stands(change: &Change<'_>) -> Option<(String, String)> {
    let mut path = change.path.to_owned();
    let mut wanted: Option<String> = None;
    for _ in 0..MOST_PARENTS {
        // Without the files the command is given for the POM that names the component.
        let Some(text) = change.lookup.text(&path) else {
            return change.lookup.material.is_none().then(|| (path, String::new()));
        };
        let version = match &wanted {
            Some(property) => stated(&text, property).map(|_| format!("${{{property}}}")),
            None => version_in(&text, change.component.purl.namespace(), change.component.purl.name()),
        };
        if let Some(version) = version {
            let property = version.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            match property {
                // The property is a parent's.
                Some(property) if stated(&text, property).is_none() => wanted = Some(property.to_owned()),
                _ => return Some((path, version)),
            }
        }
        let parent = element(&text, "parent")?;
        let relative = element(parent, "relativePath").map_or("../pom.xml", str::trim);
        path = above(&path, relative)?;
    }
    None
}

fn stated<'t>(text: &'t str, property: &str) -> Option<&'t str> {
    element(element(text, "properties")?, property)
}

/// `../pom.xml` beside a path of the tree; a folder means the pom.xml in it.
fn above(path: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            ".." => drop(parts.pop()?),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    if !relative.ends_with(".xml") {
        parts.push("pom.xml");
    }
    Some(parts.join("/"))
}

/// The version that a `<dependency>` of this name states.
fn version_in(text: &str, group: Option<&str>, artifact: &str) -> Option<String> {
    text.split("<dependency>").skip(1).take(100_000).find_map(|part| {
        let entry = part.split("</dependency>").next()?;
        let is = |name: &str, value: &str| element(entry, name).map(str::trim) == Some(value);
        let own = is("artifactId", artifact) && group.is_none_or(|group| is("groupId", group));
        own.then(|| element(entry, "version").map(|version| version.trim().to_owned())).flatten()
    })
}

/// What stands between the first `<name>` and its end.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
}
