//! `formulary.toml`: what the owners of a system declare about it.
//!
//! Decides what the file says. Whether a declaration holds against the register, and what is
//! assumed where it is silent, is decided elsewhere. Every field is optional, because an empty
//! file is still an honest one; what is there must be complete.

use domain::{Date, Deployment, Exposure, Tier, Visibility};

use super::strict::{Invalid, Reading, Table, inside};

/// The file's name, at the root of a repository.
pub const FILE: &str = "formulary.toml";

/// The role that answers for a system, a part or a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// A role or team, not a person.
    pub role: String,
    /// How to reach it: an address or a page.
    pub contact: String,
    /// The day the role last confirmed that it answers.
    pub confirmed: Option<Date>,
    /// Who patches, where it is not the role itself.
    pub patches: Option<String>,
    /// Who monitors, where it is not the role itself.
    pub monitors: Option<String>,
    /// The line it stands on.
    pub line: u32,
}

/// A part of the system, with a tier of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Folders or files it is made of, relative to the root.
    pub paths: Vec<String>,
    /// Its tier.
    pub tier: Tier,
    /// Its exposure, where it differs from the system's.
    pub exposure: Option<Exposure>,
    /// Who answers for it, where not the system's owner.
    pub owner: Option<Owner>,
    /// The line it stands on.
    pub line: u32,
}

/// A file of VEX statements that the system trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedVex {
    /// The file, relative to the root.
    pub path: String,
    /// Who makes the statements.
    pub signer: String,
    /// Why they are trusted.
    pub why: String,
    /// The last day of that trust.
    pub until: Date,
    /// The line it stands on.
    pub line: u32,
}

/// What the owners say about a control that only people can answer. A claim is not an
/// attestation: nobody signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The control it speaks to, e.g. `safety-case`.
    pub control: String,
    /// What is claimed.
    pub says: String,
    /// The role that claims it.
    pub by: Option<String>,
    /// The document it rests on, relative to the root.
    pub path: Option<String>,
    /// The day it was true.
    pub on: Date,
    /// The last day it may be relied on.
    pub until: Date,
    /// The line it stands on.
    pub line: u32,
}

/// The upstreams a system takes components of one ecosystem from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The purl type: `npm`, `pypi`, `maven` …
    pub ecosystem: String,
    /// Host names.
    pub hosts: Vec<String>,
    /// The line it stands on.
    pub line: u32,
}

/// What `formulary.toml` declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct System {
    /// The system's name.
    pub name: Option<String>,
    /// The release that the tree is, where the owners number releases: a safety case binds one.
    pub version: Option<String>,
    /// The tier of the system as a whole.
    pub tier: Option<Tier>,
    /// How reachable it is.
    pub exposure: Option<Exposure>,
    /// Whether its repository is public.
    pub visibility: Option<Visibility>,
    /// How it reaches its users.
    pub deployment: Option<Deployment>,
    /// The day `formulary init` first looked: the arrival of components whose own is not known.
    pub started: Option<Date>,
    /// Packs to judge with, by name or by path; empty means the built-in ones.
    pub packs: Vec<String>,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// Parts, in the order written; no path is named twice.
    pub parts: Vec<Part>,
    /// Upstreams, by ecosystem.
    pub upstreams: Vec<Upstream>,
    /// VEX files it trusts.
    pub vex: Vec<TrustedVex>,
    /// Claims (`[clinical.CONTROL]`), by control.
    pub claims: Vec<Claim>,
    /// Addresses at which the same code lies too, as written.
    pub mirrors: Vec<String>,
    /// Clones of components (`[clones]`): a component, and the folder of its clone, from the root.
    pub clones: Vec<(domain::Purl, String)>,
}

impl System {
    /// Reads `formulary.toml`.
    ///
    /// # Errors
    /// When anything in it is unknown, of the wrong sort or incomplete: all of it, by line.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, Invalid> {
        Reading::all(path, bytes, |root| {
            let system = Self {
                name: root.text("name"),
                version: root.text("version"),
                tier: root.parsed("tier"),
                exposure: root.word(
                    "exposure",
                    &[
                        ("small", Exposure::Small),
                        ("controlled", Exposure::Controlled),
                        ("open", Exposure::Open),
                    ],
                ),
                visibility: root
                    .word("visibility", &[("private", Visibility::Private), ("public", Visibility::Public)]),
                deployment: root.word(
                    "deployment",
                    &[
                        ("internal", Deployment::Internal),
                        ("service", Deployment::Service),
                        ("browser", Deployment::Browser),
                        ("distributed", Deployment::Distributed),
                    ],
                ),
                started: root.date("started"),
                packs: packs(root),
                owner: root.table("owner", owner),
                parts: root.tables("parts", part),
                upstreams: upstreams(root),
                vex: root.tables("vex", vex),
                claims: root.named_tables("clinical", claim),
                mirrors: mirrors(root),
                clones: clones(root),
            };
            check_parts(root, &system.parts);
            Some(system)
        })
    }

    /// The part a path belongs to: the one that names the longest leading piece of it.
    pub fn part_of(&self, path: &str) -> Option<&Part> {
        self.parts
            .iter()
            .flat_map(|part| part.paths.iter().map(move |own| (own, part)))
            .filter(|(own, _)| holds(own, path))
            .max_by_key(|(own, _)| own.len())
            .map(|(_, part)| part)
    }

    /// Who answers for a path: its part's owner, else the system's.
    pub fn owner_of(&self, path: &str) -> Option<&Owner> {
        self.part_of(path).and_then(|part| part.owner.as_ref()).or(self.owner.as_ref())
    }
}

/// Whether a folder (or file) named in a file of ours holds a path. An empty one is the root.
pub fn holds(folder: &str, path: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) fn owner(table: &Table<'_, '_>) -> Option<Owner> {
    let role = table.required_text("role", "the role or team that answers, e.g. \"Ward systems team\"");
    let contact = table.required_text("contact", "how to reach it, e.g. an e-mail address of the team");
    let confirmed = table.date("confirmed");
    let patches = table.text("patches");
    let monitors = table.text("monitors");
    Some(Owner { role: role?, contact: contact?, confirmed, patches, monitors, line: table.line })
}

fn part(table: &Table<'_, '_>) -> Option<Part> {
    let name = table.required_text("name", "what people call this part");
    table.required("paths", "the folders or files it is made of");
    let paths = table.texts("paths").iter().filter_map(|path| own_path(table, "paths", path)).collect();
    table.required("tier", "clinical, operational, infrastructure or research");
    let tier = table.parsed("tier");
    let exposure = table.word(
        "exposure",
        &[("small", Exposure::Small), ("controlled", Exposure::Controlled), ("open", Exposure::Open)],
    );
    let owner = table.table("owner", owner);
    Some(Part { name: name?, paths, tier: tier?, exposure, owner, line: table.line })
}

fn check_parts(root: &Table<'_, '_>, parts: &[Part]) {
    let mut names: Vec<_> = parts.iter().map(|part| (&part.name, part.line)).collect();
    names.sort();
    for twice in names.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        root.fault_on(twice[1].1, format!("two parts are called `{}`", twice[1].0));
    }
    let mut paths: Vec<_> =
        parts.iter().flat_map(|part| part.paths.iter().map(|path| (path, part.line))).collect();
    paths.sort();
    for twice in paths.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        root.fault_on(twice[1].1, format!("two parts name the path `{}`: give it to one", twice[1].0));
    }
}

pub(super) fn own_path(table: &Table<'_, '_>, key: &str, path: &str) -> Option<String> {
    match inside(path) {
        Ok(path) => Some(path),
        Err(why) => {
            table.fault_at(key, format!("`{key}`: {why}"));
            None
        }
    }
}

fn packs(root: &Table<'_, '_>) -> Vec<String> {
    let packs = root.texts("packs");
    for (i, pack) in packs.iter().enumerate() {
        if packs[..i].contains(pack) {
            root.fault_at("packs", format!("the pack `{pack}` is named twice"));
        }
        if pack.contains("://") {
            root.fault_at("packs", "a pack is a name or a path in this repository, never an address");
        }
    }
    packs
}

fn mirrors(root: &Table<'_, '_>) -> Vec<String> {
    let all = root.texts("mirrors");
    for one in &all {
        let opens = one.split_once("://").is_some_and(|(_, rest)| {
            rest.split('/').next().is_some_and(|host| host.contains('@') && host.contains(':'))
        });
        if opens {
            root.fault_at("mirrors", "an address here holds a password: write host and path alone");
        } else if !one.contains('/') {
            root.fault_at("mirrors", "a mirror is an address, like \"https://forge.example/team/app\"");
        }
    }
    all
}

fn clones(root: &Table<'_, '_>) -> Vec<(domain::Purl, String)> {
    let mut out = Vec::new();
    for (component, line, folders) in root.named_texts("clones") {
        let Ok(purl) = component.parse::<domain::Purl>() else {
            root.fault_on(
                line,
                "`clones`: write a component and a folder: \"pkg:npm/lodash\" = \"../lodash\"",
            );
            continue;
        };
        for folder in folders {
            if folder.starts_with('/') || folder.contains('\\') || folder.as_bytes().get(1) == Some(&b':') {
                root.fault_on(
                    line,
                    "`clones`: a folder is named from the root of this repository, like \"../lodash\"",
                );
            } else {
                out.push((purl.clone(), folder));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

fn upstreams(root: &Table<'_, '_>) -> Vec<Upstream> {
    let mut out: Vec<_> = root
        .named_texts("upstreams")
        .into_iter()
        .map(|(ecosystem, line, hosts)| {
            if !is_key(&ecosystem) {
                root.fault_at(
                    "upstreams",
                    "an ecosystem is written in lower case, as in a purl: npm, pypi, maven",
                );
            }
            let hosts = hosts.iter().filter_map(|host| match host_only(host) {
                Some(host) => Some(host),
                None => {
                    root.fault_at(
                        "upstreams",
                        format!("`{ecosystem}`: write the host name alone, without user, port or path"),
                    );
                    None
                }
            });
            Upstream { hosts: hosts.collect(), ecosystem, line }
        })
        .collect();
    out.sort_by(|a, b| a.ecosystem.cmp(&b.ecosystem));
    out
}

fn host_only(host: &str) -> Option<String> {
    let fits = host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
    fits.then(|| host.to_ascii_lowercase())
}

pub(super) fn is_key(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 64
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !word.starts_with('-')
        && !word.ends_with('-')
}

fn vex(table: &Table<'_, '_>) -> Option<TrustedVex> {
    let path = table.required_text("path", "the file of statements");
    let path = path.and_then(|path| own_path(table, "path", &path));
    let signer = table.required_text("signer", "who makes the statements");
    let why = table.required_text("why", "why this system trusts them");
    let until = table.required_date("until", "the last day of that trust, like 2027-02-28");
    Some(TrustedVex { path: path?, signer: signer?, why: why?, until: until?, line: table.line })
}

fn claim(control: &str, table: &Table<'_, '_>) -> Option<Claim> {
    if !is_key(control) {
        table.fault("a claim is filed under the control it speaks to: [clinical.safety-case]");
    }
    let says = table.required_text("says", "what is claimed, in a sentence");
    let by = table.text("by");
    let path = table.text("path").and_then(|path| own_path(table, "path", &path));
    let on = table.required_date("on", "the day it was true");
    let until = table.required_date("until", "the last day it may be relied on: every claim has an end");
    let (says, on, until) = (says?, on?, until?);
    if until < on {
        table.fault_at("until", "`until` lies before `on`");
    }
    Some(Claim { control: control.to_owned(), says, by, path, on, until, line: table.line })
}
