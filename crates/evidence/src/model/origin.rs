//! Where a model comes from, at which revision, and what it was made from, as its files state it.
//!
//! Origin and revision: what a hub's client noted beside the files it fetched, the weights'
//! metadata, or `model.toml`, which the people who took the model in may write. Parents: the
//! card's `base_model`, an adapter's configuration, the weights' metadata. Where they disagree,
//! that is told.

use domain::{Digest, Place, Purl};
use formats::{own::model::Note, tree::Tree};
use serde::{Deserialize, Serialize};

use super::{card::Card, find::ModelFolder};
use crate::{material::Material, paths::file_name, text};

/// A parent as one file states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Parent {
    /// Its id on its hub, or its name.
    pub id: String,
    /// Where it is stated.
    pub place: Place,
}

/// Origin, revision, parents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The name that the card or the weights give the model.
    pub name: Option<String>,
    /// Where it comes from: a package URL, an address, or an id on a hub.
    pub from: Option<String>,
    /// The exact revision.
    pub revision: Option<String>,
    /// Parents, by statement.
    pub parents: Vec<Parent>,
    /// Somebody states that it has none.
    pub no_parents: bool,
    /// How the statements about parents differ, where they do.
    pub conflict: Option<String>,
    /// `model.toml` is there and cannot be used; what is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_unread: Option<String>,
}

/// The file in which people state what the model's own files leave out.
const NOTE: &str = formats::own::model::FILE;

/// Collects the statements.
pub fn look(material: &dyn Material, folder: &ModelFolder, card: &Card) -> Origin {
    let mut origin = Origin { name: card.name.clone(), ..Origin::default() };
    fetched(material, folder, &mut origin);
    let card_path = card.path.clone().unwrap_or_default();
    origin
        .parents
        .extend(card.base_models.iter().map(|id| Parent { id: id.clone(), place: Place::file(&card_path) }));
    for file in &folder.files {
        let (key, name) = ("base_model_name_or_path", file_name(&file.path));
        if name == "adapter_config.json"
            && let Some(id) = json_text(material, &file.path, key)
        {
            origin.parents.push(Parent { id, place: Place::file(&file.path) });
        }
    }
    for (file, weights) in folder.weights() {
        let meta =
            |key: &str| weights.metadata.get(key).map(|value| value.trim()).filter(|value| !value.is_empty());
        origin.name = origin.name.take().or_else(|| meta("general.name").map(str::to_owned));
        for key in [
            "general.source.huggingface.repository",
            "general.repo_url",
            "general.source.repo_url",
            "general.source.url",
        ] {
            origin.from = origin.from.take().or_else(|| meta(key).map(without_user));
        }
        for n in 0..8 {
            let url = meta(&format!("general.base_model.{n}.repo_url")).map(without_user);
            let name = meta(&format!("general.base_model.{n}.name")).map(str::to_owned);
            if let Some(id) = url.or(name) {
                origin.parents.push(Parent { id, place: Place::file(&file.path) });
            }
        }
    }
    note(material, folder, &mut origin);
    // A configuration remembers where it was first loaded from: the model itself, or its parent.
    // It is taken for a parent only where nothing else names one.
    if origin.parents.is_empty()
        && let Some(id) = json_text(material, &folder.inside("config.json"), "_name_or_path")
        && is_hub_id(&id)
        && origin.from.as_deref() != Some(id.as_str())
    {
        origin.parents.push(Parent { id, place: Place::file(folder.inside("config.json")) });
    }
    origin.conflict = conflict(&origin.parents);
    origin.parents.truncate(100);
    origin
}

/// What a hub's client noted: `.cache/huggingface/download/FILE.metadata`, whose first line is the
/// commit; or the folder names of its shared cache, `models--OWNER--NAME/snapshots/COMMIT`.
fn fetched(material: &dyn Material, folder: &ModelFolder, origin: &mut Origin) {
    let notes = folder.inside(".cache/huggingface/download/");
    let mut revisions: Vec<String> = material
        .entries()
        .iter()
        .filter(|entry| entry.path.starts_with(&notes) && entry.path.ends_with(".metadata"))
        .take(1000)
        .filter_map(|entry| text::small(material, &entry.path))
        .filter_map(|content| content.lines().next().map(|line| line.trim().to_ascii_lowercase()))
        .filter(|line| is_commit(line))
        .collect();
    revisions.sort();
    revisions.dedup();
    // Files fetched at several commits have no one revision.
    if let [one] = revisions.as_slice() {
        origin.revision = Some(one.clone());
    }
    let parts: Vec<&str> = folder.path.split('/').collect();
    for trio in parts.windows(3) {
        if let Some((owner, name)) = trio[0].strip_prefix("models--").and_then(|rest| rest.split_once("--"))
            && trio[1] == "snapshots"
            && is_commit(trio[2])
        {
            origin.from = Some(format!("{owner}/{name}"));
            origin.revision = Some(trio[2].to_owned());
        }
    }
}

fn note(material: &dyn Material, folder: &ModelFolder, origin: &mut Origin) {
    let path = folder.inside(NOTE);
    let Ok(bytes) = material.read(&path) else { return };
    match Note::read(&path, &bytes) {
        Ok(note) => {
            origin.name = note.name.or(origin.name.take());
            origin.from = note.origin.or(origin.from.take());
            origin.revision = note.revision.or(origin.revision.take());
            origin.no_parents = note.parents.as_ref().is_some_and(Vec::is_empty);
            let parents = note.parents.unwrap_or_default();
            origin.parents.extend(parents.into_iter().map(|id| Parent { id, place: Place::file(&path) }));
        }
        Err(invalid) => origin.note_unread = Some(invalid.to_string()),
    }
}

fn json_text(material: &dyn Material, path: &str, key: &str) -> Option<String> {
    let content = text::small(material, path)?;
    let tree = Tree::json(path, content.as_bytes()).ok()?;
    let value = tree.root().text_at(key)?.trim().chars().take(200).collect::<String>();
    (!value.is_empty()).then_some(value)
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `owner/name`, and nothing that looks like a path on somebody's machine.
fn is_hub_id(id: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && !p.starts_with('.')
            && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    id.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name))
}

/// An address without the user and password that may stand in it.
fn without_user(address: &str) -> String {
    let short: String = address.chars().take(300).collect();
    match short.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            let path = path.split(['?', '#']).next().unwrap_or_default();
            format!("{scheme}://{host}/{path}").trim_end_matches('/').to_owned()
        }
        None => short,
    }
}

/// The last two parts of an id, lower case: `https://hub.example/Owner/Name` is `owner/name`.
fn plain(id: &str) -> String {
    let mut parts: Vec<&str> = id.trim_end_matches('/').rsplit('/').take(2).collect();
    parts.reverse();
    parts.join("/").to_ascii_lowercase()
}

/// Statements in two files that name different parents. One file may name several.
fn conflict(parents: &[Parent]) -> Option<String> {
    let mut by_file: Vec<(&Place, Vec<String>)> = Vec::new();
    for parent in parents {
        match by_file.iter_mut().find(|(place, _)| *place == &parent.place) {
            Some((_, ids)) => ids.push(plain(&parent.id)),
            None => by_file.push((&parent.place, vec![plain(&parent.id)])),
        }
    }
    let (first, rest) = by_file.split_first()?;
    let other = rest.iter().find(|(_, ids)| !ids.iter().any(|id| first.1.contains(id)))?;
    Some(format!("{} and {} name different parents", first.0, other.0))
}

/// The model as a component: where its origin is known by a hub's id or a package URL, that; else
/// a name of its own with the digest of its files.
pub fn purl(origin: &Origin, folder: &str, digest: Option<Digest>) -> Purl {
    let revision = origin.revision.as_deref();
    if let Some(from) = &origin.from {
        if let Ok(purl) = from.parse::<Purl>() {
            return if purl.version().is_some() {
                purl
            } else {
                purl.try_with_version(revision).unwrap_or(purl)
            };
        }
        if is_hub_id(from)
            && let Some((owner, name)) = from.split_once('/')
            && let Ok(purl) = Purl::new("huggingface", Some(owner), name, revision)
        {
            return purl;
        }
    }
    let name = origin.name.as_deref().or_else(|| folder.rsplit('/').next()).filter(|name| !name.is_empty());
    let clean = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = name.unwrap_or("model").chars().map(clean).take(100).collect();
    let named = Purl::new("generic", None, &name, revision).unwrap_or_else(|_| unnamed());
    match digest.map(|digest| named.with_qualifier("checksum", &digest.to_string())) {
        Some(Ok(with)) => with,
        _ => named,
    }
}

#[expect(clippy::expect_used, reason = "a fixed text that a test parses")]
fn unnamed() -> Purl {
    Purl::new("generic", None, "model", None).expect("`pkg:generic/model` is a package URL")
}
