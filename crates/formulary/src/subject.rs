//! From what the command line names to an assessment: a folder, a file, a purl, or a kept
//! assessment.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use assess::{
    judge::{Questions, judge},
    observe::{self, Asked, Own},
    seal::seal,
    system::Stating,
};
use domain::{Assessment, Digest, Purl, Timestamp};
use evidence::material::{
    Material,
    file::OneFile,
    folder::Folder,
    history::remotes,
    revision::{self, Checkout, Revision},
};
use feeds::Feeds;
use formats::own::system::{self as system_file, System};
use policy::Pack;

use crate::{
    args::Judging,
    fingerprint_key::FingerprintKey,
    history::{History, Wish},
    library,
    output::{Failure, remark},
    packs,
    register_remote::Asking,
    reopening::Reopening,
    standing::Asked as Register,
    world::World,
};

/// Program and version, as assessments name them.
pub(crate) const TOOL: &str = concat!("formulary ", env!("CARGO_PKG_VERSION"));

/// The largest assessment or report read, in bytes.
const LARGEST: u64 = 256 << 20;

/// Why a history is not read where nothing else is said.
const ONLY_PUBLISH: &str = "`formulary check --publish` reads it";

/// What is needed to judge anything.
pub(crate) struct Judge {
    pub(crate) as_of: Timestamp,
    pub(crate) feeds: Option<Feeds>,
    pub(crate) stated: Stating,
    pack_names: Vec<String>,
    reports: Vec<(String, Vec<u8>)>,
    clones: Vec<assess::upkeep::Clone>,
    register: Register,
    /// The last public state, as the command line says it.
    last_public: Option<String>,
    /// Settings of the forge that the command line names.
    settings: Option<(String, Vec<u8>)>,
}

/// A subject, opened.
pub(crate) enum Opened {
    Folder {
        folder: Folder,
        checkout: Option<Checkout>,
        history: History,
    },
    /// A repository without a working tree: the commit at its HEAD.
    Bare {
        root: PathBuf,
        revision: Box<Revision>,
        checkout: Checkout,
        history: History,
    },
    File(OneFile),
    Revision(Revision),
    Purl(Purl),
}

impl Opened {
    /// The same, its history read as wished when publication is asked.
    pub(crate) fn with_history(self, wish: Wish, cache: Option<PathBuf>, threads: usize) -> Self {
        match self {
            Self::Folder { folder, checkout, .. } => {
                Self::Folder { folder, checkout, history: History::new(wish, cache, threads) }
            }
            Self::Bare { root, revision, checkout, .. } => {
                Self::Bare { root, revision, checkout, history: History::new(wish, cache, threads) }
            }
            other => other,
        }
    }

    /// The same, secrets in its history known again by a key.
    pub(crate) fn keyed(self, key: FingerprintKey) -> Self {
        match self {
            Self::Folder { folder, checkout, history } => {
                Self::Folder { folder, checkout, history: history.keyed(key) }
            }
            Self::Bare { root, revision, checkout, history } => {
                Self::Bare { root, revision, checkout, history: history.keyed(key) }
            }
            other => other,
        }
    }

    /// The owners' own files; none of a single file or a component.
    pub(crate) fn own(&self) -> Result<Own, Failure> {
        let mut own = match self.material() {
            Some((material, false)) => observe::own_files(material).map_err(own_fault)?,
            Some((_, true)) | None => return Ok(Own::default()),
        };
        if let Self::Folder { folder, checkout: Some(_), .. } = self
            && let Some(system) = &mut own.system
            && let Some(day) = system.started
            && let Some(earlier) = started_before(folder.root(), day)
        {
            remark(&format!(
                "{} said started = {earlier} before {day}: clocks run from {earlier}, since moving the day would set \
                 every one of them back.",
                system_file::FILE
            ));
            system.started = Some(earlier);
        }
        Ok(own)
    }

    /// The top folder of the repository, where there is one.
    fn root(&self) -> Option<&Path> {
        match self {
            Self::Folder { folder, checkout: Some(_), .. } => Some(folder.root()),
            Self::Bare { root, .. } => Some(root),
            _ => None,
        }
    }

    fn material(&self) -> Option<(&dyn Material, bool)> {
        match self {
            Self::Folder { folder, .. } => Some((folder, false)),
            Self::File(file) => Some((file, true)),
            Self::Revision(revision) => Some((revision, false)),
            Self::Bare { revision, .. } => Some((revision.as_ref(), false)),
            Self::Purl(_) => None,
        }
    }
}

/// The earlier day that the file declared before it was moved to a later one.
fn started_before(root: &Path, day: domain::Date) -> Option<domain::Date> {
    let declared_before = |day| {
        let bytes = revision::before(root, system_file::FILE, day)?;
        System::read(system_file::FILE, &bytes).ok()?.started.filter(|earlier| *earlier < day)
    };
    // It may have been moved more than once.
    std::iter::successors(declared_before(day), |day| declared_before(*day)).take(100).last()
}

/// An assessment, with the packs that judged it.
pub(crate) struct Judged {
    pub(crate) assessment: Assessment,
    pub(crate) packs: Vec<Pack>,
}

/// Opens what a word names.
pub(crate) fn open(named: &str) -> Result<Opened, Failure> {
    if named.starts_with("pkg:") {
        let purl = named
            .parse::<Purl>()
            .map_err(|error| Failure::from(error).next("A package URL looks like pkg:npm/lodash@4.17.21."))?;
        if !purl.has_known_type() {
            let next = match purl.likely_meant() {
                Some(meant) => format!("Did you mean {meant}?"),
                None => "Name the type as the package-URL specification does: npm, pypi, cargo, gem, maven, nuget, golang, composer …".to_owned(),
            };
            let what = format!("no ecosystem has the type `{}`: nothing could be looked up", purl.kind());
            return Err(Failure::new(what).next(next));
        }
        return Ok(Opened::Purl(purl));
    }
    let path = Path::new(named);
    let meta = fs::metadata(path).map_err(|error| {
        Failure::new(format!("cannot read {named}: {error}"))
            .next("Name a folder, a lockfile, an SBOM, or a package URL such as pkg:npm/lodash@4.17.21.")
    })?;
    if meta.is_dir() && revision::is_bare(path) {
        let (revision, checkout) = revision::bare(path).map_err(|error| {
            Failure::from(error).next("It has no working tree, so the commit at its HEAD is judged.")
        })?;
        let history = History::new(Wish::Not(ONLY_PUBLISH), None, 1);
        return Ok(Opened::Bare { root: path.to_owned(), revision: Box::new(revision), checkout, history });
    }
    if meta.is_dir() {
        return folder(path);
    }
    Ok(Opened::File(OneFile::open(path)?))
}

/// Opens a folder, with what git says of it.
pub(crate) fn folder(path: &Path) -> Result<Opened, Failure> {
    let checkout = revision::checkout(path);
    let tracked = checkout.as_ref().map_or(&[][..], |checkout| &checkout.tracked);
    let history = History::new(Wish::Not(ONLY_PUBLISH), None, 1);
    Ok(Opened::Folder { folder: Folder::open(path, tracked)?, checkout, history })
}

impl Judge {
    /// Prepares to judge as the command line says.
    pub(crate) fn new(args: &Judging, world: &World) -> Result<Self, Failure> {
        let reports = args
            .reports
            .iter()
            .map(|path| Ok((path.display().to_string(), read(path)?)))
            .collect::<Result<_, Failure>>()?;
        Ok(Self {
            as_of: args.as_of.unwrap_or(world.now),
            feeds: library::open(args.feeds.as_ref(), world)?,
            stated: Stating {
                tier: args.tier,
                exposure: args.exposure,
                visibility: args.visibility,
                deployment: args.deployment,
            },
            pack_names: args.packs.clone(),
            reports,
            clones: crate::clones::read(&args.clones, args.as_of.unwrap_or(world.now).date())?,
            register: match args.register.as_ref().or(world.register.as_ref()) {
                Some(named) => {
                    let (trust, ca) = (args.register_trust.as_deref(), args.register_ca.as_deref());
                    Register::open(named, trust, ca, Asking::Network, args.seals.as_deref(), world)?
                }
                None => Register::nobody(),
            },
            last_public: None,
            settings: None,
        })
    }

    /// The same, what was committed since this last public state re-read.
    pub(crate) fn last_public(self, last_public: Option<String>) -> Self {
        Self { last_public, ..self }
    }

    /// The same, with settings of the forge that were exported into this file.
    pub(crate) fn forge_settings(self, file: Option<&Path>) -> Result<Self, Failure> {
        let settings = match file {
            Some(file) => Some((file.display().to_string(), read(file)?)),
            None => None,
        };
        Ok(Self { settings, ..self })
    }

    /// With other feeds.
    pub(crate) fn with(
        as_of: Timestamp,
        feeds: Option<Feeds>,
        stated: Stating,
        pack_names: Vec<String>,
    ) -> Self {
        Self {
            as_of,
            feeds,
            stated,
            pack_names,
            reports: Vec::new(),
            clones: Vec::new(),
            register: Register::nobody(),
            last_public: None,
            settings: None,
        }
    }

    /// The circumstances that a subject would be judged under, without what a register holds.
    pub(crate) fn circumstances(&self, opened: &Opened) -> Result<domain::Circumstances, Failure> {
        let own = opened.own()?;
        Ok(assess::system::circumstances(own.system.as_ref(), self.stated, &domain::Standing::default()))
    }

    /// Whether any advisories are loaded.
    pub(crate) fn has_advisories(&self) -> bool {
        self.feeds.as_ref().is_some_and(|feeds| feeds.stamps().iter().any(|s| s.name.starts_with("osv/")))
    }

    /// A digest of what is the same for all subjects of a run and that their answers depend on: the day,
    /// feeds, packs that were asked for, reports, the register.
    pub(crate) fn inputs(&self) -> Result<Digest, Failure> {
        let packs = self
            .pack_names
            .iter()
            .map(|name| Ok(packs::pack(name)?.digest()))
            .collect::<Result<Vec<_>, Failure>>()?;
        let feeds = self.feeds.as_ref();
        let reports: Vec<_> = self.reports.iter().map(|(name, bytes)| (name, Digest::of(bytes))).collect();
        let today = self.as_of.date();
        let clones: Vec<_> =
            self.clones.iter().map(|c| (&c.purl, c.hygiene.value(today), c.fetched, c.ended)).collect();
        Ok(Digest::of_value(&serde_json::json!({
            "tool": TOOL,
            "as_of": self.as_of,
            "stamps": feeds.map(Feeds::stamps),
            "damaged": feeds.map(|feeds| feeds.damaged().collect::<Vec<_>>()),
            "packs": packs,
            "reports": reports,
            "register": self.register.state(),
            "clones": clones,
        }))?)
    }

    /// Judges a subject.
    pub(crate) fn judge(
        &self,
        opened: &Opened,
        named: &str,
        questions: Questions,
    ) -> Result<Judged, Failure> {
        let own = opened.own()?;
        self.judge_as(opened, named, questions, &own)
    }

    /// The clones that the owners' own file names beside those of the command line; none where it names none.
    fn clones_of(&self, opened: &Opened, own: &Own) -> Result<Option<Vec<assess::upkeep::Clone>>, Failure> {
        let named = own.system.as_ref().map_or(&[][..], |system| &system.clones);
        let (Some(root), false) = (opened.root(), named.is_empty()) else { return Ok(None) };
        let mut all = self.clones.clone();
        for (purl, folder) in named {
            // What the command line says of a component stands before what its user's file says.
            if !self.clones.iter().any(|c| c.purl.same_component(purl)) {
                all.extend(crate::clones::declared(purl, &root.join(folder), self.as_of.date()));
            }
        }
        Ok(Some(all))
    }

    /// What is to be re-read because it is opened again, re-read.
    fn reopening(
        &self,
        opened: &Opened,
        own: &Own,
        questions: Questions,
        past: &observe::Past<'_>,
    ) -> Result<Reopening, Failure> {
        let Some(root) = opened.root().filter(|_| questions.publish) else { return Ok(Reopening::none()) };
        Reopening::read(root, self.last_public.as_deref(), own, self.as_of.date(), past)
    }

    /// Judges a subject as if these were its owners' files.
    pub(crate) fn judge_as(
        &self,
        opened: &Opened,
        named: &str,
        questions: Questions,
        own: &Own,
    ) -> Result<Judged, Failure> {
        self.judge_stated(opened, named, questions, own, self.stated)
    }

    /// The same, under circumstances that are stated of this subject alone.
    pub(crate) fn judge_stated(
        &self,
        opened: &Opened,
        named: &str,
        questions: Questions,
        own: &Own,
        stated: Stating,
    ) -> Result<Judged, Failure> {
        let declared = own.system.as_ref().map_or(&[][..], |system| &system.packs);
        let packs = packs::packs(&self.pack_names, declared, Path::new(named))?;
        let revision_of = Checkout::default();
        let asked = match opened {
            Opened::Purl(purl) => Asked::Component(purl),
            Opened::Folder { folder, checkout, .. } => {
                Asked::Material { material: folder, one_file: false, checkout: checkout.as_ref() }
            }
            Opened::Bare { revision, checkout, .. } => {
                Asked::Material { material: revision.as_ref(), one_file: false, checkout: Some(checkout) }
            }
            Opened::File(file) => Asked::Material { material: file, one_file: true, checkout: None },
            // A revision lies in a history like the working tree beside it.
            Opened::Revision(revision) => {
                Asked::Material { material: revision, one_file: false, checkout: Some(&revision_of) }
            }
        };
        let purl = match opened {
            Opened::Purl(purl) => Some(purl),
            _ => None,
        };
        let name = own.system.as_ref().and_then(|s| s.name.as_deref());
        let standing = self.register.standing(name, purl, self.as_of)?;
        let clones = self.clones_of(opened, own)?;
        let past = match opened {
            Opened::Folder { folder, checkout: Some(_), history } if questions.publish => {
                history.of(folder.root())
            }
            Opened::Bare { root, history, .. } if questions.publish => history.of(root),
            _ => observe::Past::NotRead("publication was not asked"),
        };
        let asked_again = self.reopening(opened, own, questions, &past)?;
        let reopening = asked_again.looked();
        let world = observe::World {
            clones: clones.as_deref().unwrap_or(&self.clones),
            reopening: &reopening,
            settings: self.settings.as_ref(),
            as_of: self.as_of,
            feeds: self.feeds.as_ref(),
            stated,
            standing: &standing,
            packs: &packs,
            reports: &self.reports,
            tool: TOOL,
        };
        let mut assessment =
            observe::observe_with(&asked, own, &world, &past).map_err(|error| match error {
                observe::CannotObserve::Own(invalid) => own_fault(invalid),
                other => Failure::from(other),
            })?;
        if let Some(standing) = self.register.late(&assessment, self.as_of)? {
            // A model or product tells its name only when it was read: once more, with what is known.
            let world = observe::World { standing: &standing, ..world };
            assessment = observe::observe_with(&asked, own, &world, &past)?;
        }
        if let Some(root) = opened.root().filter(|_| questions.publish) {
            let remotes = remotes::of(root);
            if !remotes.is_empty() && assessment.local.is_object() {
                let rows = remotes.iter().map(|(name, at)| serde_json::json!({"at": at, "from": name}));
                assessment.local["remotes"] = rows.collect();
            }
        }
        judge(&mut assessment, &packs, questions);
        seal(&mut assessment)?;
        self.register.cover(&mut assessment, &packs, questions)?;
        Ok(Judged { assessment, packs })
    }
}

pub(crate) fn own_fault(invalid: formats::own::Invalid) -> Failure {
    Failure::new(invalid.to_string()).next(
        "Nothing was judged, because a misread declaration would change the answer. Mend the lines above.",
    )
}

/// A file of bounded size.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error: std::io::Error| Failure::new(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(cannot)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::new(format!("{} is larger than {} MiB", path.display(), LARGEST >> 20)));
    }
    Ok(bytes)
}

/// A kept assessment.
pub(crate) fn kept(path: &Path) -> Result<Assessment, Failure> {
    let bytes = read(path)?;
    let assessment: Assessment = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(format!("{} is no kept assessment: {error}", path.display()))
            .next("Keep one with `formulary check . --format json > assessment.json`.")
    })?;
    if assessment.schema != domain::assessment::SCHEMA {
        return Err(Failure::new(format!(
            "{} has the schema `{}`; this program reads {}",
            path.display(),
            pages::columns::cut(&assessment.schema, 60),
            domain::assessment::SCHEMA
        )));
    }
    Ok(assessment)
}

/// The packs that a kept assessment names, if they are built in and of the same version.
pub(crate) fn packs_of(kept: &Assessment, asked: &[String]) -> Result<Vec<Pack>, Failure> {
    let mut given = asked.iter().map(|name| packs::pack(name)).collect::<Result<Vec<_>, _>>()?;
    let mut out: Vec<Pack> = Vec::new();
    for verdict in &kept.verdicts {
        if out.iter().any(|pack| pack.label() == verdict.pack) {
            continue;
        }
        if let Some(at) = given.iter().position(|pack| pack.label() == verdict.pack) {
            out.push(given.remove(at));
            continue;
        }
        let (name, _) = verdict.pack.split_once('@').unwrap_or((&verdict.pack, ""));
        let pack = packs::pack(name)?;
        if pack.label() != verdict.pack {
            return Err(Failure::new(format!(
                "it was judged by {}; this program has {}",
                verdict.pack,
                pack.label()
            ))
            .next("Name the folder of that version with --pack."));
        }
        out.push(pack);
    }
    out.extend(given);
    Ok(out)
}

/// A state for `changes`: a folder, a file, a kept assessment, or a revision of a folder.
pub(crate) fn state(named: &str, of: &Path, judge: &Judge) -> Result<Assessment, Failure> {
    let questions = Questions { use_: true, publish: true };
    let path = PathBuf::from(named);
    if path.extension().is_some_and(|e| e == "json")
        && let Ok(assessment) = kept(&path)
    {
        return Ok(assessment);
    }
    if named.starts_with("pkg:") || path.exists() {
        return Ok(judge.judge(&open(named)?, named, questions)?.assessment);
    }
    let revision = Revision::open(of, named).map_err(|error| {
        Failure::new(format!("`{named}` is neither a file nor a revision: {error}"))
            .next("Name two folders, files, kept assessments, or git revisions of the folder given by --of.")
    })?;
    Ok(judge.judge(&Opened::Revision(revision), &of.display().to_string(), questions)?.assessment)
}
