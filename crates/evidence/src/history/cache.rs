//! What one reading of a history leaves for the next, so that only what is new is read.
//!
//! Where nothing changed (references, packs, loose objects, rules), the answer is the one that was
//! given. Else packs and loose objects that were read are not read again; what was found in them is
//! kept by object and offset, never by value, and the few objects that held something are opened
//! again to compare values. A file that does not fit, or whose objects are gone, is as good as none.

use std::collections::BTreeSet;

use domain::Digest;
use serde::{Deserialize, Serialize};

use super::{
    Asked, CannotLook, Extent, Found,
    look::{Counts, Kept, Mark, Person},
    report::Told,
};
use crate::{
    material::history::{
        History, Kind, Limits,
        id::{from_hex, to_hex},
    },
    personal_data::{
        dicom,
        facts::Facts,
        search::{Grade, NINO},
    },
    secrets::{
        self,
        rule::Rule,
        scan::Hit,
        sweep::{Scratch, Sweep},
    },
    text,
};

/// The form of the file; another one is not read.
const FORM: u32 = 4;

/// The file.
#[derive(Serialize, Deserialize)]
struct Cache {
    form: u32,
    rules: Digest,
    state: Digest,
    packs: BTreeSet<String>,
    loose: BTreeSet<String>,
    counts: Counts,
    kept: Vec<Row>,
    told: Told,
}

/// What archives are looked into again with.
struct Again<'a> {
    sweep: &'a Sweep,
    scratch: Scratch,
}

/// Rule, where it starts and ends, line, and where in what that decodes to.
type MarkRow = (String, usize, usize, u32, Option<(usize, usize)>);

/// An object of which something is to be said.
#[derive(Serialize, Deserialize)]
struct Row {
    object: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<MarkRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    table: Vec<(String, bool, usize, u32)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    plain: Vec<(String, bool, usize, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unread: Option<String>,
    /// It was opened: what is inside is read again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    opened: bool,
    /// It holds rows of data, if its name says so too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    rows: bool,
}

/// What was found, and what to keep for the next time (nothing when it was stopped).
pub struct Read {
    /// What was found.
    pub told: Told,
    /// The bytes to hand in next time, where they are others than were handed in.
    pub keep: Option<Vec<u8>>,
}

/// Reads a history, as far as `kept` (what a former reading of it left) does not tell of it.
///
/// # Errors
/// See [`CannotLook`].
pub fn read(asked: &Asked<'_>, kept: Option<&[u8]>) -> Result<Read, CannotLook> {
    let rules = rules();
    let state = History::state(asked.folder)?;
    let cache = kept
        .and_then(|bytes| serde_json::from_slice::<Cache>(bytes).ok())
        .filter(|cache| cache.form == FORM && cache.rules == rules && asked.extent == Extent::New);
    if let Some(cache) = &cache
        && cache.state == state
        && let Some(told) = with_values(asked, cache.told.clone())
    {
        return Ok(Read { told, keep: None });
    }
    let found = match cache.and_then(|cache| resume(asked, cache)) {
        Some(found) => found?,
        None => super::look(asked)?,
    };
    let told = found.told();
    let (packs, loose) = found.history.sources();
    let keep = Cache {
        form: FORM,
        rules,
        // The state before: if it changed while it was read, the next reading sees another one.
        state,
        packs: packs.into_iter().collect(),
        loose: loose.into_iter().collect(),
        counts: found.counts,
        kept: found.kept.iter().filter_map(|kept| Row::of(kept, &found)).collect(),
        told: told.clone(),
    };
    let keep = if told.stopped { None } else { serde_json::to_vec(&keep).ok() };
    Ok(Read { told, keep })
}

/// Reads what is new; none when what was kept does not fit.
fn resume(asked: &Asked<'_>, cache: Cache) -> Option<Result<Found, CannotLook>> {
    let mut history = match History::open(asked.folder) {
        Ok(history) => history,
        Err(error) => return Some(Err(error.into())),
    };
    let rules = secrets::scanner().ok()?.rules();
    let facts = Facts::shipped().ok()?;
    let mut kept = Vec::new();
    let sweep = Sweep::new(secrets::scanner().ok()?, facts.words(NINO)).ok()?;
    let mut again = Again { sweep: &sweep, scratch: Scratch::default() };
    for row in &cache.kept {
        // An object that is gone (a pack was rewritten) is of no interest; one that is changed is a lie.
        let Some(number) = from_hex(row.object.as_bytes()).and_then(|id| history.find(&id)) else { continue };
        kept.push(row.whole(number, &history, asked.limits, rules, facts, &mut again)?);
    }
    history.read_before(&cache.packs, &cache.loose);
    Some(super::look_at(history, asked, kept, cache.counts))
}

/// Values are compared, never kept: they are read again where somebody may ask for them.
fn with_values(asked: &Asked<'_>, mut told: Told) -> Option<Told> {
    if told.secrets.is_empty() {
        return Some(told);
    }
    let history = History::open(asked.folder).ok()?;
    for secret in &mut told.secrets {
        let number = history.find(&from_hex(secret.object.as_bytes())?)?;
        let text = match &secret.inner {
            None => text_of(&history, number, asked.limits)?,
            Some(inner) => {
                let (_, data) = history.read(number, asked.limits).ok()?;
                let named = crate::unpack::texts("x", &data, inner);
                named.into_iter().find(|text| text.get(secret.start..secret.end).is_some())?
            }
        };
        text.get(secret.start..secret.end)?;
        let decoded = secret.decoded.map(|(from, to)| from..to);
        secret.value = Some(Hit { rule: 0, value: secret.start..secret.end, decoded }.digest(&text));
    }
    Some(told)
}

/// An object as the rules see it.
fn text_of(history: &History, number: u32, limits: Limits) -> Option<Vec<u8>> {
    let (kind, data) = history.read(number, limits).ok()?;
    Some(match kind {
        Kind::Commit => super::look::said_in_commit(&data)?,
        Kind::Tag => super::look::said_in_tag(&data)?,
        Kind::Blob | Kind::Tree => text::utf16(&data).unwrap_or(data),
    })
}

impl Row {
    fn of(kept: &Kept, found: &Found) -> Option<Self> {
        // Messages are read each time; what is beyond the clone's objects as well.
        if kept.kind != Kind::Blob || kept.number >= found.history.objects() {
            return None;
        }
        let persons = |list: &[Person]| {
            list.iter()
                .map(|p| (p.seen.kind.to_owned(), p.seen.grade == Grade::Record, p.seen.offset, p.line))
                .collect()
        };
        Some(Self {
            object: to_hex(found.history.id(kept.number)),
            marks: kept
                .marks
                .iter()
                .map(|m| {
                    let rule = found.sweep.rules()[m.hit.rule].id.clone();
                    let decoded = m.hit.decoded.as_ref().map(|at| (at.start, at.end));
                    (rule, m.hit.value.start, m.hit.value.end, m.line, decoded)
                })
                .collect(),
            table: persons(&kept.table),
            plain: persons(&kept.plain),
            head: kept.head.as_ref().map(|head| to_hex(head)),
            unread: kept.unread.clone(),
            opened: !kept.inner.is_empty() || !kept.closed.is_empty() || kept.opened,
            rows: kept.rows,
        })
    }

    fn whole(
        &self,
        number: u32,
        history: &History,
        limits: Limits,
        rules: &[Rule],
        facts: &'static Facts,
        again: &mut Again<'_>,
    ) -> Option<Kept> {
        let mut out = Kept::empty(number, Kind::Blob);
        out.unread.clone_from(&self.unread);
        out.head = match &self.head {
            Some(hex) => Some(from_hex(hex.as_bytes())?),
            None => None,
        };
        out.rows = self.rows;
        if self.opened {
            let (_, data) = history.read(number, limits).ok()?;
            super::look::inside(&mut out, &data, again.sweep, facts, &mut again.scratch);
        }
        let notebook = self.opened && !out.opened;
        if self.marks.is_empty() && self.table.is_empty() && self.plain.is_empty() {
            if notebook {
                super::look::new_only(&mut out, &[]);
            }
            return Some(out);
        }
        let text = text_of(history, number, limits)?;
        out.content = Some(Digest::of(&text));
        if dicom::is_dicom(&text) {
            super::look::in_header(&mut out, &text, facts);
        } else if !(self.table.is_empty() && self.plain.is_empty()) {
            // Numbers are compared, never kept: they are read again.
            (out.table, out.plain) = super::look::persons(&text, facts);
        }
        for (rule, start, end, line, decoded) in &self.marks {
            let rule = rules.iter().position(|r| r.id == *rule)?;
            let hit = Hit { rule, value: *start..*end, decoded: decoded.map(|(from, to)| from..to) };
            text.get(hit.value.clone())?;
            out.marks.push(Mark { line: *line, value: hit.digest(&text), hit });
        }
        if notebook {
            let known = std::mem::take(&mut out.marks);
            super::look::new_only(&mut out, &known);
            out.marks = known;
        }
        Some(out)
    }
}

/// What a reading depends on beside the repository: the rules, and the program that runs them.
fn rules() -> Digest {
    let words = format!(
        "{FORM}\0{}\0{}\0{}",
        env!("CARGO_PKG_VERSION"),
        secrets::rule_set(),
        Digest::of(include_str!("../../rules/personal_data.toml").as_bytes())
    );
    Digest::of(words.as_bytes())
}
