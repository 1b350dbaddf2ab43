//! `formulary body`: founds the body that governs, shows it, and asks for its changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use domain::Tier;
use policy::{
    Pack,
    quorum::{self, Quorum},
};
use register::{
    act::{
        Act,
        review::{Asks, Opening},
        upkeep::Revocation,
    },
    body::{Adopted, Body as Governing, Change, Person, Times},
    leaf::Signature,
    ssh::PublicKey,
    statement::Statement,
    words::Words,
};
use serde::Deserialize;

use crate::{
    args::register::Body,
    output::{Failure, answer},
    register_folder::{self, RegisterFolder, Signed, random},
    seals::plain_interest,
    signer::Signer,
    subject,
    world::World,
};

/// A body to fill in.
const TEMPLATE: &str = include_str!("body-template.toml");

/// The file of a body, as people write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyFile {
    name: String,
    contact: String,
    origin: String,
    #[serde(default)]
    changes_at: Option<Tier>,
    #[serde(default)]
    quorum: Option<Quorum>,
    #[serde(default)]
    times: Option<Times>,
    #[serde(default)]
    packs: Option<Vec<String>>,
    #[serde(default)]
    hazards: Option<register::hazard::Matrix>,
    person: Vec<PersonFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonFile {
    id: String,
    name: String,
    #[serde(default)]
    name_is_public: bool,
    roles: BTreeSet<String>,
    #[serde(default)]
    deputy_for: BTreeSet<String>,
    keys: Vec<String>,
    #[serde(default)]
    interests: BTreeSet<String>,
}

/// A file of changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFile {
    change: Vec<Change>,
}

pub(crate) fn run(command: &Body, world: &World) -> Result<u8, Failure> {
    match command {
        Body::Template => answer(TEMPLATE),
        Body::Init { file, register, log_key, key } => {
            init(file, register, log_key.as_deref(), key.as_deref(), world)?;
        }
        Body::Show { at } => show(&RegisterFolder::open(at, world)?),
        Body::Keys { at } => {
            let folder = RegisterFolder::open(at, world)?;
            answer(&allowed_signers(&folder.register));
        }
        Body::Change { file, reason, owner, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let changes = changes(&folder, file)?;
            let opening = Opening {
                asks: Asks::Policy { changes },
                case: None,
                assessed: None,
                reason: folder.words(reason, signing.private)?,
                owner: owner.clone(),
                missing: Vec::new(),
                interests: Vec::new(),
                terms: None,
            };
            let appended = folder.state(vec![Act::Open(Box::new(opening))], signing, world)?;
            super::review::opened(&folder, appended.as_deref());
        }
        Body::Revoke { fingerprint, reason, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let reason = folder.words(reason, signing.private)?;
            let act = Act::Revoke(Revocation { key: fingerprint.clone(), reason });
            if folder.state(vec![act], signing, world)?.is_some() {
                answer(&format!("Revoked: {fingerprint} makes no new signatures; its old ones keep.\n"));
            }
        }
    }
    Ok(0)
}

/// Reads a TOML file of ours. A day may stand with or without quotation marks.
pub(super) fn toml_file<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let bytes = subject::read(path)?;
    let text =
        String::from_utf8(bytes).map_err(|_| Failure::new(format!("{} is not text", path.display())))?;
    let value: toml::Value = toml::from_str(&text).map_err(|e| cannot(path, &e))?;
    days_as_text(value).try_into().map_err(|e| cannot(path, &e))
}

fn cannot(path: &Path, error: &toml::de::Error) -> Failure {
    Failure::new(format!("{}: {}", path.display(), error.to_string().trim_end()))
}

/// Changes as people write them: interests in plain words, and a name as well, both sealed here.
fn changes(folder: &RegisterFolder, path: &Path) -> Result<Vec<Change>, Failure> {
    let mut file: toml::Value = toml_file(path)?;
    let tables = file.get_mut("change").and_then(toml::Value::as_array_mut);
    for change in tables.into_iter().flatten() {
        seal_interests(folder, change)?;
        if let Some(person) = change.get_mut("person") {
            seal_interests(folder, person)?;
            if let Some(name) = person.get_mut("name")
                && let Some(text) = name.as_str()
            {
                *name = as_toml(&folder.words(text, true)?)?;
            }
        }
    }
    Ok(file.try_into::<ChangeFile>().map_err(|e| cannot(path, &e))?.change)
}

fn seal_interests(folder: &RegisterFolder, table: &mut toml::Value) -> Result<(), Failure> {
    for one in table.get_mut("interests").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        if let Some(text) = one.as_str() {
            *one = as_toml(&folder.interest(text)?)?;
        }
    }
    Ok(())
}

fn as_toml(words: &Words) -> Result<toml::Value, Failure> {
    toml::Value::try_from(words).map_err(|e| Failure::new(e.to_string()))
}

/// The same value, every day in it a text: that is how our own types read days.
fn days_as_text(value: toml::Value) -> toml::Value {
    match value {
        toml::Value::Datetime(day) => toml::Value::String(day.to_string()),
        toml::Value::Array(items) => toml::Value::Array(items.into_iter().map(days_as_text).collect()),
        toml::Value::Table(table) => {
            toml::Value::Table(table.into_iter().map(|(key, value)| (key, days_as_text(value))).collect())
        }
        other => other,
    }
}

fn init(
    file: &Path,
    root: &Path,
    log_key: Option<&Path>,
    key: Option<&Path>,
    world: &World,
) -> Result<(), Failure> {
    let given: BodyFile = toml_file(file)?;
    let near = file.parent().unwrap_or(Path::new("."));
    let mut people = BTreeMap::new();
    let mut sealed: Vec<(String, [u8; 32])> = Vec::new();
    // One salt for all interests of the register: the same interest is the same digest.
    let salt_of_interests = random()?;
    for person in given.person {
        let mut keys = BTreeMap::new();
        for line in &person.keys {
            let public =
                public_key(line, near, world).map_err(|e| e.next(format!("This is about {}.", person.id)))?;
            keys.insert(public.fingerprint(), public.key());
        }
        let name = if person.name_is_public {
            Words::public(&person.name)
        } else {
            let salt = random()?;
            sealed.push((person.name.clone(), salt));
            Words::sealed(&salt, &person.name)
        };
        let interests: Vec<String> = person.interests.iter().map(|i| plain_interest(i)).collect();
        sealed.extend(interests.iter().map(|i| (i.clone(), salt_of_interests)));
        let one = Person {
            name,
            roles: person.roles,
            deputy_for: person.deputy_for,
            keys,
            interests: interests.iter().map(|i| Words::sealed(&salt_of_interests, i)).collect(),
        };
        if people.insert(person.id.clone(), one).is_some() {
            return Err(Failure::new(format!("two people have the id {}", person.id)));
        }
    }
    let quorum = match given.quorum {
        Some(quorum) => quorum,
        None => Quorum::read(quorum::DEFAULT)?,
    };
    let names = given.packs.unwrap_or_else(|| vec!["use".to_owned(), "publish".to_owned()]);
    let packs = names
        .iter()
        .map(|name| {
            let pack = Pack::builtin(name)?;
            Ok(Adopted { pack: pack.label(), digest: pack.digest() })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut body = Governing {
        name: given.name,
        contact: given.contact,
        people,
        packs,
        quorum,
        times: given.times.unwrap_or_default(),
        changes_at: given.changes_at.unwrap_or(Tier::Clinical),
        adopts_from: BTreeMap::new(),
        hazards: given.hazards,
    };
    if given.changes_at.is_none() && body.check().is_err() {
        // Nobody said; the strictest tier whose quorum these people can form.
        body.changes_at = Tier::Operational;
    }
    body.check()?;
    let vacant: Vec<&str> = body.quorum.roles().into_iter().filter(|r| body.holders(r).is_empty()).collect();
    let vacant = vacant.join(", ");
    let changes_at = body.changes_at;
    let signer = Signer::find(key, world)?;
    let (founder, _) = body.holder_of(&signer.fingerprint).ok_or_else(|| {
        Failure::new(format!("your key {} is not among the people's keys", signer.fingerprint)).next(format!(
            "Who founds the register is one of its people: put the key into {}.",
            file.display()
        ))
    })?;
    let founder = founder.to_owned();
    let folder = register_folder::create(root, &given.origin, log_key, world, |origin| {
        let statement = Statement::new(origin, world.now, &founder, Act::Found(Box::new(body)));
        let value = signer.sign(&statement.bytes()?)?;
        let signature =
            Signature { person: founder.clone(), key: signer.fingerprint.clone(), value, batch: None };
        Ok(Signed { statement, signatures: vec![signature], seals: Vec::new() })
    })?;
    for (name, salt) in &sealed {
        folder.private().keep(name.as_bytes(), salt)?;
    }
    let mut out = format!(
        "Made the register {} in {}, founded by {founder}.\n",
        folder.register.origin,
        root.display()
    );
    let _ = writeln!(out, "  A change of the body itself needs the quorum of {changes_at}.");
    if !vacant.is_empty() {
        let _ = writeln!(
            out,
            "  Nobody holds: {vacant}. Where the quorum asks for them, nothing can be allowed yet."
        );
    }
    let _ = writeln!(
        out,
        "  {} says which key signs the log: give it to whoever verifies.",
        register_folder::TRUST
    );
    let _ = writeln!(out, "Next: commit the folder, then `formulary review open assessment.json …`.");
    answer(&out);
    Ok(())
}

/// A key as people give it: a line, or the path of a .pub file.
fn public_key(given: &str, near: &Path, world: &World) -> Result<PublicKey, Failure> {
    if given.contains(' ') {
        return Ok(PublicKey::read(given)?);
    }
    let path = match (given.strip_prefix("~/"), &world.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => near.join(given),
    };
    crate::signer::public_of(&path)
}

fn show(folder: &RegisterFolder) {
    let register = &folder.register;
    let body = &register.body;
    let mut out = format!("{}\n  register   {}\n  write to   {}\n", body.name, register.origin, body.contact);
    for pack in &body.packs {
        let _ = writeln!(out, "  pack       {}", pack.pack);
    }
    let _ = writeln!(out, "\nPeople");
    let names = register_folder::names(register);
    for (id, person) in &body.people {
        let roles: Vec<&str> = person.roles.iter().map(String::as_str).collect();
        let _ = writeln!(out, "  {:<24} {}", names[id], roles.join(", "));
        if !person.deputy_for.is_empty() {
            let roles: Vec<&str> = person.deputy_for.iter().map(String::as_str).collect();
            let _ = writeln!(out, "  {:<24} deputy for {}", "", roles.join(", "));
        }
        for (fingerprint, key) in &person.keys {
            let _ =
                writeln!(out, "  {:<24} {fingerprint}{}", "", if key.revoked { " (revoked)" } else { "" });
        }
    }
    let _ = writeln!(out, "\nQuorum");
    for tier in Tier::ALL {
        let rule = body.quorum.rule(tier);
        let mut words = vec![format!("{} people", rule.people)];
        if !rule.agree.is_empty() {
            words.push(format!("agree: {}", rule.agree.join(", ")));
        }
        if !rule.heard.is_empty() {
            words.push(format!("heard: {}", rule.heard.join(", ")));
        }
        words.push(format!("{} working days", rule.comment_days));
        if rule.by_rule {
            words.push("rules may decide".to_owned());
        }
        if rule.lazy {
            words.push("silence is consent".to_owned());
        }
        for (i, line) in pages::columns::wrap(&words.join("; "), 80).into_iter().enumerate() {
            let label = if i == 0 { tier.word() } else { "" };
            let _ = writeln!(out, "  {label:<16} {line}");
        }
    }
    answer(&out);
}

/// Every key the body ever had, as `ssh-keygen -Y verify` reads them: revoked ones too, valid until they
/// were, since their old signatures keep (verified with `-O verify-time`).
pub(super) fn allowed_signers(register: &register::Register) -> String {
    let mut out = String::new();
    for (fingerprint, (person, key)) in &register.keys {
        let until = register.ended.get(fingerprint).map(|at| format!(",valid-before=\"{}\"", ssh_time(*at)));
        let until = until.unwrap_or_default();
        let _ = writeln!(out, "{person} namespaces=\"{}\"{until} {}", register::ssh::NAMESPACE, key.public);
    }
    out
}

/// A time as OpenSSH reads it: `YYYYMMDDHHMMSSZ`, in UTC.
pub(super) fn ssh_time(at: domain::Timestamp) -> String {
    at.to_string().chars().filter(|c| !matches!(c, '-' | ':' | 'T')).collect()
}
