//! Gathers what a reader sees into an [`Inventory`], so that every format names components, ranges
//! and origins in the same words.
//!
//! One component at one version appears once, with all its lines and the strongest of its scopes.
//! A range, a missing version and an origin that is no registry each leave a fault behind; a name
//! that makes no package URL leaves `bad-purl` instead of a component. Why a reader calls something
//! a range is the reader's business; which version is lowest is the `versions` crate's.

use std::collections::HashMap;

use domain::{Component, ContentHash, Origin, Place, Purl, Resolution, Scope};
use versions::Scheme;

use crate::{
    inventory::{Fault, Inventory},
    reach,
};

/// Longest name or version that is taken for one.
const LONGEST: usize = 512;
/// Most faults of one file; beyond them one `truncated` says that there were more.
const MOST_FAULTS: usize = 20_000;
/// Most hashes and most lines of one component.
const MOST_DETAILS: usize = 10_000;

/// How a file names a version.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Version<'a> {
    /// Exactly.
    Exact(&'a str),
    /// By a requirement of the ecosystem, which may still admit one version only.
    Wanted(Scheme, &'a str),
    /// By a requirement in words the scheme does not read: what it means, and as written.
    Meant(Scheme, &'a str, &'a str),
    /// Not at all.
    Missing,
    /// Not here: why not, as the end of a sentence about the component.
    Elsewhere(&'a str),
}

/// An inventory in the making.
#[derive(Debug)]
pub(crate) struct Gather {
    path: String,
    inventory: Inventory,
    known: HashMap<(Purl, Resolution), u32>,
}

impl Gather {
    pub(crate) fn new(path: &str) -> Self {
        Self { path: path.to_owned(), inventory: Inventory::default(), known: HashMap::new() }
    }

    /// A line of the file itself.
    pub(crate) fn place(&self, line: u32) -> Place {
        Place::line(self.path.clone(), line)
    }

    /// Names a component and returns its index. Ranges and missing versions leave their fault,
    /// unless `origin` is no registry: then that is the fault.
    pub(crate) fn add(
        &mut self,
        (kind, namespace, name): (&str, Option<&str>, &str),
        version: Version<'_>,
        origin: Origin,
        scope: Scope,
        place: Place,
    ) -> Option<u32> {
        let elsewhere = if let Version::Elsewhere(why) = version { Some(why) } else { None };
        let (version, resolution) = settle(version);
        let purl = if name.len() > LONGEST || version.as_ref().is_some_and(|v| v.len() > LONGEST) {
            None
        } else {
            Purl::new(kind, namespace, name, version.as_deref()).ok()
        };
        let Some(purl) = purl else {
            self.fault_at(
                "bad-purl",
                None,
                place,
                "the name or version makes no valid package URL; it was left out",
            );
            return None;
        };
        self.put(purl, resolution, origin, scope, place, elsewhere)
    }

    /// As [`Gather::add`], for a purl with qualifiers or a subpath and a settled version.
    pub(crate) fn add_purl(
        &mut self,
        purl: Purl,
        resolution: Resolution,
        origin: Origin,
        scope: Scope,
        place: Place,
    ) -> Option<u32> {
        self.put(purl, resolution, origin, scope, place, None)
    }

    fn put(
        &mut self,
        purl: Purl,
        resolution: Resolution,
        origin: Origin,
        scope: Scope,
        place: Place,
        elsewhere: Option<&str>,
    ) -> Option<u32> {
        let key = (purl.clone(), resolution.clone());
        if let Some(index) = self.known.get(&key).copied() {
            let component = self.component(index);
            component.scope = reach::stronger(component.scope, scope);
            if component.from.len() < MOST_DETAILS && component.from.last() != Some(&place) {
                component.from.push(place);
            }
            return Some(index);
        }
        let index = u32::try_from(self.inventory.components.len()).ok()?;
        self.known.insert(key, index);
        let mut component = Component::new(purl.clone(), place.clone());
        component.scope = scope;
        component.resolution = resolution;
        component.origin = origin;
        let told = self.tell_origin(&purl, &component.origin, &place);
        match &component.resolution {
            Resolution::Range { requirement } if !told => {
                let why = format!(
                    "{} is asked for as a range (`{}`); which version is installed is decided elsewhere",
                    short(&purl.native_name()),
                    short(requirement)
                );
                self.fault_at("range", Some(purl), place, why);
            }
            Resolution::Unresolved if !told => {
                let why = elsewhere.unwrap_or("is asked for without a version");
                let why = format!("{} {why}", short(&purl.native_name()));
                self.fault_at("unresolved", Some(purl), place, why);
            }
            _ => {}
        }
        self.inventory.components.push(component);
        Some(index)
    }

    fn tell_origin(&mut self, purl: &Purl, origin: &Origin, place: &Place) -> bool {
        let name = short(&purl.native_name());
        let (id, why) = match origin {
            Origin::Git { host, commit: Some(_) } => {
                ("git-dependency", format!("{name} comes from a git repository on {host}, at a fixed commit"))
            }
            Origin::Git { host, commit: None } => (
                "git-dependency",
                format!("{name} comes from a git repository on {host}, at a branch or tag that can move"),
            ),
            Origin::Path => {
                ("path-dependency", format!("{name} comes from a folder or file outside any registry"))
            }
            Origin::Archive { host } => {
                ("archive-dependency", format!("{name} comes from an archive on {host}, not from a registry"))
            }
            Origin::Own | Origin::Registry { .. } | Origin::Unstated => return matches!(origin, Origin::Own),
        };
        self.fault_at(id, Some(purl.clone()), place.clone(), why);
        true
    }

    /// A component already named. An index only ever comes from [`Gather::add`], and nothing is
    /// removed, so it is always in bounds.
    pub(crate) fn component(&mut self, index: u32) -> &mut Component {
        &mut self.inventory.components[index as usize]
    }

    /// How many components there are.
    pub(crate) fn count(&self) -> usize {
        self.inventory.components.len()
    }

    /// Notes that the subject itself asks for a component.
    pub(crate) fn direct(&mut self, index: u32, direct: bool) {
        let slot = &mut self.component(index).direct;
        *slot = Some(direct || *slot == Some(true));
    }

    /// Records a content hash as `algorithm` and lower-case hexadecimal; anything else is dropped.
    pub(crate) fn hash(&mut self, index: u32, algorithm: &str, value: &str) {
        let sound = algorithm.len() <= 16
            && algorithm.bytes().all(|b| b.is_ascii_alphanumeric())
            && (32..=256).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_hexdigit());
        let hashes = &mut self.component(index).hashes;
        if sound && hashes.len() < MOST_DETAILS {
            hashes.push(ContentHash {
                algorithm: algorithm.to_ascii_lowercase(),
                value: value.to_ascii_lowercase(),
            });
        }
    }

    /// `algorithm:value`, or `algorithm=value`, as most formats write it.
    pub(crate) fn hash_text(&mut self, index: u32, text: &str) {
        if let Some((algorithm, value)) = text.split_once([':', '=']) {
            self.hash(index, algorithm.trim(), value.trim());
        }
    }

    /// One component asks for another.
    pub(crate) fn edge(&mut self, asker: u32, asked: u32) {
        if asker != asked {
            self.inventory.edges.push((asker, asked));
        }
    }

    /// The edges so far.
    pub(crate) fn edges(&self) -> &[(u32, u32)] {
        &self.inventory.edges
    }

    /// A manifest that the file stands behind.
    pub(crate) fn covers(&mut self, path: impl Into<String>) {
        self.inventory.covers.push(path.into());
    }

    /// Something seen on a line of the file itself.
    pub(crate) fn fault(&mut self, id: &'static str, line: u32, why: impl Into<String>) {
        let place = self.place(line);
        self.fault_at(id, None, place, why);
    }

    /// Something seen about a component, at its first line.
    pub(crate) fn fault_of(&mut self, id: &'static str, index: u32, why: impl Into<String>) {
        let component = self.component(index);
        let (purl, place) = (component.purl.clone(), component.from.first().cloned());
        let place = place.unwrap_or_else(|| Place::file(self.path.clone()));
        self.fault_at(id, Some(purl), place, why);
    }

    /// Something seen anywhere.
    pub(crate) fn fault_at(
        &mut self,
        id: &'static str,
        component: Option<Purl>,
        place: Place,
        why: impl Into<String>,
    ) {
        match self.inventory.faults.len() {
            MOST_FAULTS => {
                let why = "more faults than are listed; the rest of them is not shown".to_owned();
                self.inventory.faults.push(Fault { id: "truncated", component: None, place, why });
            }
            n if n < MOST_FAULTS => {
                self.inventory.faults.push(Fault { id, component, place, why: why.into() });
            }
            _ => {}
        }
    }

    /// Adds faults found elsewhere.
    pub(crate) fn faults(&mut self, faults: Vec<Fault>) {
        for Fault { id, component, place, why } in faults {
            self.fault_at(id, component, place, why);
        }
    }

    /// The scope of each component by reachability from `roots`; what nothing reaches gets
    /// `otherwise`.
    pub(crate) fn spread_scopes(&mut self, roots: &[(u32, Scope)], otherwise: Scope) {
        let found = reach::scopes(self.count(), &self.inventory.edges, roots);
        for (component, scope) in self.inventory.components.iter_mut().zip(found) {
            component.scope = scope.unwrap_or(otherwise);
        }
    }

    /// The inventory: edges and covered manifests sorted, each once.
    pub(crate) fn finish(mut self) -> Inventory {
        let own = &mut self.inventory;
        own.edges.sort_unstable();
        own.edges.dedup();
        own.covers.sort();
        own.covers.dedup();
        for component in &mut own.components {
            component.from.dedup();
            component.hashes.sort_by(|a, b| (&a.algorithm, &a.value).cmp(&(&b.algorithm, &b.value)));
            component.hashes.dedup();
        }
        self.inventory
    }
}

fn settle(version: Version<'_>) -> (Option<String>, Resolution) {
    match version {
        Version::Exact(version) => (Some(version.to_owned()), Resolution::Exact),
        Version::Missing | Version::Elsewhere(_) => (None, Resolution::Unresolved),
        Version::Wanted(_, text) if matches!(text.trim(), "" | "*") => (None, Resolution::Unresolved),
        Version::Meant(_, _, written) if matches!(written.trim(), "" | "*") => (None, Resolution::Unresolved),
        Version::Wanted(scheme, text) => settle(Version::Meant(scheme, text, text)),
        Version::Meant(scheme, meant, written) => match scheme.pinned(meant) {
            Some(exact) => (Some(exact), Resolution::Exact),
            None => (
                scheme.lowest(meant),
                Resolution::Range { requirement: written.trim().chars().take(LONGEST).collect() },
            ),
        },
    }
}

/// At most eighty characters of a name from a file, for a message.
pub(crate) fn short(text: &str) -> String {
    let hidden = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(|c| !hidden(c)).take(80).collect()
}
