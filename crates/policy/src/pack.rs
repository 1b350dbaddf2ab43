//! A Pack: a versioned set of controls for one question, built in or read from a folder.
//!
//! ```text
//! pack.toml                     name, version, date, purpose, title, source, about, limits, floor
//! component/malware.cedar       one control, in the folder of the kind of thing it judges
//! component/malware.cases.toml  its cases
//! licences.toml                 (optional) licences by deployment mode
//! model-licences.toml           (optional) model licence classes by tier
//! disclosure.toml               (optional) graded list of internals; whoever searches with it reads it
//! ```
//!
//! Controls are parsed kind by kind, when first asked: parsing is most of the start-up cost. A
//! built-in pack is checked against the schema by a test; a pack by path when it is loaded.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use cedar_policy::{Policy, PolicyId, PolicySet};
use domain::{Date, Digest, Outcome, Purpose, Tier};
use serde::Deserialize;

use crate::{
    builtin,
    cache::{Cache, Hits},
    catalogue::Judged,
    control::{Control, ControlError},
    evaluate::{ControlIdx, EngineError, Family, Judgement},
    facts::Facts,
    licence::{LicenceTable, LicenceTableError},
    model_licence::ModelLicenceTable,
    schema::{SchemaError, check},
};

/// The most files a pack may have.
const MOST_FILES: usize = 2_000;
/// The largest file of a pack, in bytes.
const LARGEST_FILE: usize = 256 * 1024;

/// What is wrong with a pack.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// No built-in pack has that name.
    #[error(
        "there is no built-in pack `{0}`: the built-in ones are {1}; a pack of your own is named by its folder"
    )]
    NoSuchPack(String, String),
    /// `pack.toml` is missing.
    #[error("this folder is no pack: it has no pack.toml")]
    NoHeader,
    /// Too many files, or one that is too large.
    #[error("{0}: a pack has at most 2,000 files of at most 256 KiB each")]
    TooLarge(String),
    /// A file is not UTF-8.
    #[error("{0}: not UTF-8 text")]
    NotText(String),
    /// A TOML file of the pack cannot be read.
    #[error("{file}: {error}")]
    Toml {
        /// The file.
        file: String,
        /// Where and why.
        error: Box<toml::de::Error>,
    },
    /// A control lies in no folder named for a kind of thing judged.
    #[error(
        "{0}: put the control into one of the folders component, flaw, system, repository, model, product"
    )]
    NoKind(String),
    /// Cedar cannot parse a control.
    #[error("{file}: {error}")]
    Cedar {
        /// The file.
        file: String,
        /// Cedar's message.
        error: String,
    },
    /// A control's annotations.
    #[error("{file}: {error}")]
    Control {
        /// The file.
        file: String,
        /// What is wrong.
        error: ControlError,
    },
    /// A control breaks the schema.
    #[error("{file}: {error}")]
    Schema {
        /// The file.
        file: String,
        /// What is wrong.
        error: SchemaError,
    },
    /// Two controls have one id, or the id is not the file's name.
    #[error("{0}: the control's id must be its file's name, and stand once in the pack")]
    Id(String),
    /// The carrier of a control is not among the controls of its kind.
    #[error("{0}: `@carried_by` names no control of the same folder")]
    Carrier(String),
    /// A licence table of the pack.
    #[error("{file}: {error}")]
    Licences {
        /// The file.
        file: String,
        /// What is wrong.
        error: LicenceTableError,
    },
    /// A pack without a single control judges nothing.
    #[error("this pack has no control: a pack that asks nothing would allow everything")]
    Empty,
    /// Cedar refuses the set as a whole.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    version: String,
    date: Date,
    purpose: Purpose,
    title: String,
    source: String,
    about: String,
    #[serde(default)]
    limits: BTreeMap<String, BTreeMap<Tier, u16>>,
    #[serde(default)]
    floor: BTreeMap<Tier, Outcome>,
}

struct File {
    path: Cow<'static, str>,
    text: Cow<'static, str>,
}

/// A versioned set of controls for one question.
pub struct Pack {
    header: Header,
    label: String,
    /// Every file, sorted by path.
    files: Vec<File>,
    /// Controls in the order of their positions: by kind, then by name. Indices into `files`.
    order: Vec<(Judged, usize)>,
    families: [OnceLock<Family>; 6],
    cache: Cache,
    licences: OnceLock<Option<LicenceTable>>,
    model_licences: OnceLock<Option<ModelLicenceTable>>,
}

impl std::fmt::Debug for Pack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pack({})", self.label())
    }
}

impl Pack {
    /// The names of the built-in packs, sorted.
    pub fn builtin_names() -> Vec<&'static str> {
        builtin::names()
    }

    /// A built-in pack. Its controls are parsed when they are first asked.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn builtin(name: &str) -> Result<Self, PackError> {
        let files: Vec<File> = builtin::FILES
            .iter()
            .filter(|(pack, _, _)| *pack == name)
            .map(|(_, path, text)| File { path: Cow::Borrowed(path), text: Cow::Borrowed(text) })
            .collect();
        if files.is_empty() {
            return Err(PackError::NoSuchPack(name.to_owned(), builtin::names().join(", ")));
        }
        Self::of_files(files)
    }

    /// A pack from the files of a folder: path relative to the folder (with `/`), and content.
    /// Everything is parsed and strictly checked at once; files of other kinds are ignored.
    ///
    /// # Errors
    /// What is wrong, with the file.
    pub fn load(files: &[(String, Vec<u8>)]) -> Result<Self, PackError> {
        if files.len() > MOST_FILES {
            return Err(PackError::TooLarge(format!("{} files", files.len())));
        }
        let mut kept = Vec::new();
        for (path, bytes) in
            files.iter().filter(|(path, _)| path.ends_with(".cedar") || path.ends_with(".toml"))
        {
            if bytes.len() > LARGEST_FILE {
                return Err(PackError::TooLarge(path.clone()));
            }
            let text = std::str::from_utf8(bytes).map_err(|_| PackError::NotText(path.clone()))?;
            kept.push(File { path: Cow::Owned(path.clone()), text: Cow::Owned(text.to_owned()) });
        }
        kept.sort_by(|a, b| a.path.cmp(&b.path));
        kept.dedup_by(|a, b| a.path == b.path);
        let mut pack = Self::of_files(kept)?;
        pack.check()?;
        // A pack of somebody's own may bear any name: what it holds is told by its digest.
        pack.label = format!("{}#{}", pack.label, &pack.digest().hex()[..12]);
        Ok(pack)
    }

    fn of_files(files: Vec<File>) -> Result<Self, PackError> {
        let header = files.iter().find(|f| f.path == "pack.toml").ok_or(PackError::NoHeader)?;
        let header: Header = toml::from_str(&header.text)
            .map_err(|error| PackError::Toml { file: "pack.toml".to_owned(), error: Box::new(error) })?;
        let mut order = Vec::new();
        for (at, file) in files.iter().enumerate().filter(|(_, f)| f.path.ends_with(".cedar")) {
            let judged = file
                .path
                .split_once('/')
                .filter(|(_, name)| !name.contains('/'))
                .and_then(|(folder, _)| Judged::of_word(folder))
                .ok_or_else(|| PackError::NoKind(file.path.clone().into_owned()))?;
            order.push((judged, at));
        }
        if order.is_empty() {
            return Err(PackError::Empty);
        }
        order.sort();
        Ok(Self {
            label: format!("{}@{}", header.name, header.version),
            header,
            files,
            order,
            families: Default::default(),
            cache: Cache::default(),
            licences: OnceLock::new(),
            model_licences: OnceLock::new(),
        })
    }

    /// Its name, e.g. `use`.
    pub fn name(&self) -> &str {
        &self.header.name
    }

    /// As verdicts name it: `name@version`; for a pack that is not built in, `name@version#` and the first
    /// twelve digits of its [`digest`](Self::digest), so that no pack passes for another.
    pub fn label(&self) -> String {
        self.label.clone()
    }

    /// Whether it is part of this program.
    pub fn is_builtin(&self) -> bool {
        !self.label.contains('#')
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.header.version
    }

    /// The day it was adopted.
    pub const fn date(&self) -> Date {
        self.header.date
    }

    /// The question it answers.
    pub const fn purpose(&self) -> Purpose {
        self.header.purpose
    }

    /// What it is, one line.
    pub fn title(&self) -> &str {
        &self.header.title
    }

    /// The clause or paper it comes from.
    pub fn source(&self) -> &str {
        &self.header.source
    }

    /// What it is for.
    pub fn about(&self) -> &str {
        &self.header.about
    }

    /// A limit that depends on the tier, in days: `feed-days`, `obligation-days`.
    pub fn limit(&self, name: &str, tier: Tier) -> Option<u16> {
        self.header.limits.get(name)?.get(&tier).copied()
    }

    /// The best that rules alone can say at a tier, until a receipt covers the release.
    pub fn floor(&self, tier: Tier) -> Outcome {
        self.header.floor.get(&tier).copied().unwrap_or(Outcome::Allowed)
    }

    /// Digest over the sorted paths and contents of its files.
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for file in &self.files {
            for part in [file.path.as_bytes(), file.text.as_bytes()] {
                bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
                bytes.extend_from_slice(part);
            }
        }
        Digest::of(&bytes)
    }

    /// How many controls it has, without parsing any.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Never true: a pack without controls is refused.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Every control, in the order of their positions. Parses what is not parsed yet.
    pub fn controls(&self) -> impl Iterator<Item = (ControlIdx, &Control)> {
        Judged::ALL.into_iter().flat_map(|judged| self.controls_of(judged))
    }

    /// The controls of one kind of thing, in the order of their positions.
    pub fn controls_of(&self, judged: Judged) -> impl Iterator<Item = (ControlIdx, &Control)> {
        let (first, family) = (self.first(judged), self.family(judged));
        family.controls.iter().zip(first..).map(|(control, at)| (ControlIdx(at), control))
    }

    /// One control.
    ///
    /// # Panics
    /// When the position is another pack's.
    pub fn control(&self, at: ControlIdx) -> &Control {
        let (judged, _) = self.order[at.index()];
        let family = self.family(judged);
        &family.controls[usize::from(at.0 - family.first)]
    }

    /// The control of that id.
    pub fn find(&self, id: &str) -> Option<(ControlIdx, &Control)> {
        let at = self.order.iter().position(|(_, file)| stem(&self.files[*file].path) == id)?;
        let at = ControlIdx(u16::try_from(at).ok()?);
        Some((at, self.control(at)))
    }

    /// The Cedar text of a control, as it stands in the pack.
    pub fn text(&self, at: ControlIdx) -> &str {
        &self.files[self.order[at.index()].1].text
    }

    /// The text of a control's cases, where it has some.
    pub(crate) fn cases_text(&self, at: ControlIdx) -> Option<(&str, &str)> {
        let path = &self.files[self.order[at.index()].1].path;
        let cases = format!("{}.cases.toml", path.strip_suffix(".cedar")?);
        self.files.iter().find(|f| f.path == cases).map(|f| (&*f.path, &*f.text))
    }

    /// The state of every control of the kind that the facts are about, in the order of their
    /// positions. Equal facts are answered from memory.
    pub fn evaluate(&self, facts: &Facts) -> Arc<[Judgement]> {
        self.cache.get_or(facts, || self.family(facts.judged()).judge(facts))
    }

    /// As [`Pack::evaluate`], without the memory: for measuring, and for a single question.
    pub fn evaluate_afresh(&self, facts: &Facts) -> Arc<[Judgement]> {
        self.family(facts.judged()).judge(facts)
    }

    /// How often the memory had the answer.
    pub fn hits(&self) -> Hits {
        self.cache.hits()
    }

    /// The pack's licence table, where it has one.
    pub fn licences(&self) -> Option<&LicenceTable> {
        self.licences
            .get_or_init(|| self.licence_file("licences.toml").and_then(|t| LicenceTable::parse(t).ok()))
            .as_ref()
    }

    /// The pack's table of model licence classes, where it has one.
    pub fn model_licences(&self) -> Option<&ModelLicenceTable> {
        self.model_licences
            .get_or_init(|| {
                self.licence_file("model-licences.toml").and_then(|t| ModelLicenceTable::parse(t).ok())
            })
            .as_ref()
    }

    /// The text of the pack's graded list of internals, where it has one.
    pub fn disclosure(&self) -> Option<&str> {
        self.licence_file("disclosure.toml")
    }

    fn licence_file(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|f| f.path == path).map(|f| &*f.text)
    }

    /// Parses and strictly checks everything: the schema, ids, carriers, tables, cases.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), PackError> {
        let mut ids = BTreeSet::new();
        for judged in Judged::ALL {
            for (file, policy, control) in self.parse(judged)? {
                let path = || self.files[file].path.clone().into_owned();
                check(&policy, &control).map_err(|error| PackError::Schema { file: path(), error })?;
                if control.id() != stem(&self.files[file].path) || !ids.insert(control.id().to_owned()) {
                    return Err(PackError::Id(path()));
                }
                if let Some(carrier) = control.carried_by() {
                    let beside = format!("{judged}/{carrier}.cedar");
                    if !self.files.iter().any(|f| f.path == beside) {
                        return Err(PackError::Carrier(path()));
                    }
                }
            }
            self.build(judged)?;
        }
        for (file, result) in [
            ("licences.toml", self.licence_file("licences.toml").map(|t| LicenceTable::parse(t).map(|_| ()))),
            (
                "model-licences.toml",
                self.licence_file("model-licences.toml").map(|t| ModelLicenceTable::parse(t).map(|_| ())),
            ),
        ] {
            if let Some(Err(error)) = result {
                return Err(PackError::Licences { file: file.to_owned(), error });
            }
        }
        for (at, _) in (0u16..).zip(&self.order) {
            crate::cases::cases(self, ControlIdx(at))?;
        }
        Ok(())
    }

    fn first(&self, judged: Judged) -> u16 {
        u16::try_from(self.order.partition_point(|(kind, _)| *kind < judged)).unwrap_or(u16::MAX)
    }

    #[expect(
        clippy::expect_used,
        reason = "a test parses every built-in pack; one by path was parsed when loaded"
    )]
    fn family(&self, judged: Judged) -> &Family {
        self.families[judged as usize].get_or_init(|| {
            self.build(judged).expect("the pack was parsed before, by a test or when it was loaded")
        })
    }

    fn build(&self, judged: Judged) -> Result<Family, PackError> {
        let policies = match self.parse_together(judged) {
            Some(policies) => policies,
            None => self.parse(judged)?.into_iter().map(|(_, policy, control)| (policy, control)).collect(),
        };
        Ok(Family::new(judged, self.first(judged), policies)?)
    }

    /// All controls of a kind as one text: Cedar reads it several times faster than file by file.
    /// `None` where anything is odd; [`Pack::parse`] then names the file.
    fn parse_together(&self, judged: Judged) -> Option<Vec<(Policy, Control)>> {
        let texts: Vec<&str> = self
            .order
            .iter()
            .filter(|(kind, _)| *kind == judged)
            .map(|(_, file)| &*self.files[*file].text)
            .collect();
        let set: PolicySet = texts.join("\n").parse().ok()?;
        if set.policies().count() != texts.len() {
            return None;
        }
        // Cedar numbers the policies of a text in their order.
        (0..texts.len())
            .map(|at| {
                let policy = set.policy(&PolicyId::new(format!("policy{at}")))?.clone();
                let control = Control::read(&policy, judged).ok()?;
                Some((policy, control))
            })
            .collect()
    }

    fn parse(&self, judged: Judged) -> Result<Vec<(usize, Policy, Control)>, PackError> {
        self.order
            .iter()
            .filter(|(kind, _)| *kind == judged)
            .map(|(_, file)| {
                let File { path, text } = &self.files[*file];
                let policy = Policy::parse(Some(PolicyId::new(stem(path))), text).map_err(|e| {
                    PackError::Cedar { file: path.clone().into_owned(), error: e.to_string() }
                })?;
                let control = Control::read(&policy, judged)
                    .map_err(|error| PackError::Control { file: path.clone().into_owned(), error })?;
                Ok((*file, policy, control))
            })
            .collect()
    }

    /// The parsed policies, for tests that change them.
    #[doc(hidden)]
    pub fn policies(&self, judged: Judged) -> Result<Vec<(ControlIdx, Policy)>, PackError> {
        let first = self.first(judged);
        Ok(self.parse(judged)?.into_iter().zip(first..).map(|((_, p, _), at)| (ControlIdx(at), p)).collect())
    }

    /// The state that a changed policy text gives in place of a control's own, for mutation tests.
    #[doc(hidden)]
    pub fn evaluate_changed(
        &self,
        at: ControlIdx,
        policy: &Policy,
        facts: &[Facts],
    ) -> Result<Vec<Judgement>, PackError> {
        let family =
            Family::new(self.order[at.index()].0, at.0, vec![(policy.clone(), self.control(at).clone())])?;
        Ok(facts.iter().filter_map(|f| family.judge(f).first().copied()).collect())
    }
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".cedar").unwrap_or(name)
}
