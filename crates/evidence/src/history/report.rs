//! From what was found to findings, evidence and coverage: what all clones share, and what this one
//! alone has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{Coverage, Digest, Evidence, Finding, InHistory, Place as At, Reached, Timestamp};
use serde_json::{Value, json};

pub use super::told::{Report, Told};
use super::{
    Found,
    graph::{Graph, NONE},
    look::{Inner, Kept, Mark, Person},
    places::{Place, Span},
    told::Secret,
};
use crate::{
    magic,
    material::{
        Material,
        history::{Kind, id::to_hex},
    },
    paths, personal_data,
    personal_data::{
        illustration::{self, Uses},
        search::{Grade, Sighting},
    },
    secrets::{self, scan::Hit, sweep},
    unpack,
};

/// The collector's name, as evidence and coverage show it.
pub const NAME: &str = "history";

/// More findings of one rule than this are counted, not listed.
const MOST_FINDINGS: usize = 500;

/// More places of one finding than this are counted, not listed.
const MOST_PLACES: usize = 100;

/// More things not read than this are counted, not listed.
const MOST_UNREAD: usize = 500;

/// More names of references than this are counted, not listed.
const MOST_NAMES: usize = 5;

/// One place of one distinct find.
#[derive(Clone, Debug)]
struct Sight {
    number: u32,
    path: String,
    line: u32,
    /// Where in its text, as identities name it.
    offset: String,
    /// The match; none for a person's number.
    hit: Option<Hit>,
    /// The name inside an archive or notebook.
    inner: Option<String>,
    /// The digest of its text.
    content: Option<Digest>,
    span: Span,
}

/// The finds that are the same secret.
#[derive(Debug, Default)]
struct Group {
    sights: Vec<Sight>,
}

impl Found {
    /// Puts it into words, completing what the tree's collectors found: see [`Told::report`].
    pub fn report(
        &self,
        tree: Option<&dyn Material>,
        findings: &mut [Finding],
        key: Option<&[u8]>,
    ) -> Report {
        self.told().report(tree, findings, key)
    }

    /// Puts it into words.
    pub fn told(&self) -> Told {
        let mut coverage = Coverage::new(NAME);
        coverage.read = self.graph.shared.iter().filter(|shared| **shared).count() as u64;
        self.gaps(&mut coverage);
        let by_number: HashMap<u32, Vec<&Place>> =
            self.places.iter().fold(HashMap::new(), |mut map, place| {
                map.entry(place.number).or_insert_with(Vec::new).push(place);
                map
            });
        let mut groups: BTreeMap<(usize, Digest), Group> = BTreeMap::new();
        let mut persons: BTreeMap<(String, Grade, &'static str), Group> = BTreeMap::new();
        let mut unreached: BTreeSet<(String, String)> = BTreeSet::new();
        let mut data = super::data::Files::default();
        let mut uses = Uses::default();
        let mut examples: BTreeMap<String, u64> = BTreeMap::new();
        for kept in &self.kept {
            for (path, _) in self.places_of(kept, &by_number) {
                each_text(kept, &path, |path, _, seen| {
                    uses.note(path, &seen.iter().map(|person| person.seen).collect::<Vec<_>>());
                });
            }
        }
        for kept in &self.kept {
            let places = self.places_of(kept, &by_number);
            if places.is_empty() && kept.number < self.history.objects() {
                self.only_here(kept, &mut unreached);
            }
            for (path, span) in places {
                self.secrets_at(kept, &path, span, &mut groups);
                persons_at(kept, &path, span, &uses, &mut persons, &mut examples);
                data.add(kept, &path, span);
                self.unread_at(kept, &path, span, &mut coverage);
            }
        }
        let mut reached = self.reached(&groups, &persons).into_iter();
        let mut told_secrets = Vec::new();
        let mut secrets: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
        for ((rule, value), group) in &groups {
            let reached = reached.next();
            let id = self.sweep.rules()[*rule].id.as_str();
            let counts = secrets.entry(id).or_default();
            counts.0 += 1;
            counts.1 += u64::from(group.sights.iter().any(|s| s.span.head));
            counts.2 += group.sights.len() as u64;
            // What may be a secret is a question to who works here today; of the past it is counted.
            let gone = !group.sights.iter().any(|sight| sight.span.head);
            if counts.0 > MOST_FINDINGS as u64 || (self.sweep.rules()[*rule].doubtful && gone) {
                continue;
            }
            let mut finding = self.secret(*rule, group, &self.identity(id, group));
            finding.history = self.in_history(group);
            finding.reached = reached;
            let Some(sight) = group.sights.first() else { continue };
            told_secrets.push(Secret {
                object: to_hex(self.history.id(sight.number)),
                start: sight.hit.as_ref().map_or(0, |hit| hit.value.start),
                end: sight.hit.as_ref().map_or(0, |hit| hit.value.end),
                decoded: sight
                    .hit
                    .as_ref()
                    .and_then(|hit| Some((hit.decoded.as_ref()?.start, hit.decoded.as_ref()?.end))),
                inner: sight.inner.clone(),
                finding,
                value: Some(*value),
            });
        }
        for (id, (count, ..)) in secrets.iter().filter(|(_, counts)| counts.0 > MOST_FINDINGS as u64) {
            let why = format!("{count} secrets of `{id}`: more than {MOST_FINDINGS} are counted, not listed");
            coverage.cannot_read(At::file(".git"), why);
        }
        let mut numbers = examples;
        let mut told_persons = Vec::new();
        for ((path, grade, kind), group) in &persons {
            let reached = reached.next();
            let id = personal_data::id_of(*grade, kind);
            let count = numbers.entry(id.clone()).or_default();
            *count += 1;
            if *count > MOST_FINDINGS as u64 {
                continue;
            }
            let mut finding = personal_data::finding(*grade, kind, None, &self.identity(&id, group));
            finding.development_only = paths::is_test(path);
            finding.places = self.at(group);
            finding.history = self.in_history(group);
            finding.reached = reached;
            told_persons.push(finding);
        }
        let shown: BTreeMap<_, _> = secrets
            .into_iter()
            .map(|(id, (distinct, head, places))| {
                (id, json!({"distinct": distinct, "at_head": head, "places": places}))
            })
            .collect();
        let times = self.graph.rows.iter().zip(&self.graph.shared).filter(|(_, shared)| **shared);
        let first = times.clone().map(|(row, _)| row.time).min().map(day);
        let last = times.map(|(row, _)| row.time).max().map(day);
        let value = json!({
            "present": true,
            "read": !self.stopped,
            "commits": coverage.read,
            "first": first,
            "last": last,
            "rules": self.sweep.rules().len(),
            "rule_set": secrets::rule_set(),
            "secrets": shown,
            "personal_data": numbers,
            "data_files": data.value(|span| self.seen_from_to(span)),
        });
        coverage.unread.sort();
        coverage.unread.dedup();
        Told {
            secrets: told_secrets,
            persons: told_persons,
            evidence: Evidence::new(NAME, value, "git").ok(),
            coverage,
            local: self.local(&unreached),
            hygiene: self.hygiene.clone(),
            ci: self.ci.clone(),
            stopped: self.stopped,
        }
    }

    /// What keeps the history from being whole.
    fn gaps(&self, coverage: &mut Coverage) {
        let mut gap = |why: String| coverage.cannot_read(At::file(".git"), why);
        for problem in &self.history.problems {
            gap(problem.clone());
        }
        if !self.history.shallow.is_empty() {
            gap("a shallow clone: the commits before its edge are not here; `git fetch --unshallow`"
                .to_owned());
        }
        if self.history.partial {
            gap("a partial clone: objects were left out on purpose; clone again without --filter".to_owned());
        }
        let lacks: u64 = self.graph.rows.iter().map(|row| u64::from(row.lacks)).sum();
        if lacks > 0 && self.history.shallow.is_empty() {
            gap(format!("{lacks} parents of commits are missing from this clone"));
        }
        let treeless = self.graph.rows.iter().filter(|row| row.tree == NONE).count();
        if treeless > 0 {
            gap(format!("the trees of {treeless} commits are missing from this clone"));
        }
        if self.graph.order.len() < self.graph.rows.len() {
            gap("commits that are their own ancestors".to_owned());
        }
        if self.damaged_trees > 0 {
            gap(format!("{} trees are damaged", self.damaged_trees));
        }
        if self.missing_more > 0 {
            gap("more objects are missing from this clone than are listed".to_owned());
        }
        if self.places_cut {
            gap("more places than are worked out".to_owned());
        }
        if self.counts.cut {
            gap("more matches than are kept".to_owned());
        }
        if self.stopped {
            gap("the time allowed was over before all of it was read".to_owned());
        }
        let lost = self.graph.other_tips.iter().filter(|(_, tip)| *tip == super::graph::Tip::Missing).count();
        if lost > 0 {
            gap(format!("{lost} references name what this clone does not hold"));
        }
    }

    /// Where a thing lies in what all clones share.
    fn places_of(&self, kept: &Kept, by_number: &HashMap<u32, Vec<&Place>>) -> Vec<(String, Span)> {
        match kept.kind {
            Kind::Commit => {
                let Some(at) = self.graph.place(kept.number) else { return Vec::new() };
                if !self.graph.shared[at as usize] {
                    return Vec::new();
                }
                let time = self.graph.rows[at as usize].time;
                let span = Span { first: (time, at), last: (time, at), head: self.graph.head == Some(at) };
                vec![("commit message".to_owned(), span)]
            }
            Kind::Tag => self
                .graph
                .tags
                .iter()
                .filter(|(tag, _)| *tag == kept.number)
                .map(|(_, index)| &self.history.refs.all[*index as usize])
                .filter(|reference| !reference.local)
                .filter_map(|reference| {
                    let number = self.history.find(&reference.id)?;
                    let at = self.graph.tips.iter().find(|(index, _)| {
                        self.history.refs.all[*index as usize].id == reference.id && number == kept.number
                    });
                    let at = at.map_or(NONE, |(_, at)| *at);
                    let time = self.graph.rows.get(at as usize).map_or(0, |row| row.time);
                    let span = Span { first: (time, at), last: (time, at), head: false };
                    Some((format!("message of {}", reference.name), span))
                })
                .take(1)
                .collect(),
            Kind::Blob | Kind::Tree => by_number
                .get(&kept.number)
                .map(|places| places.iter().map(|p| (p.path.clone(), p.span)).collect())
                .unwrap_or_default(),
        }
    }

    fn secrets_at(&self, kept: &Kept, path: &str, span: Span, groups: &mut BTreeMap<(usize, Digest), Group>) {
        let mut add = |path: &str, marks: &[Mark], inner: Option<&str>, content: Option<Digest>| {
            let hits: Vec<_> = marks.iter().map(|mark| mark.hit.clone()).collect();
            for hit in sweep::stands(self.sweep.rules(), path, &hits) {
                let Some(mark) = marks.iter().find(|mark| mark.hit == hit) else { continue };
                groups.entry((hit.rule, mark.value)).or_default().sights.push(Sight {
                    number: kept.number,
                    path: path.to_owned(),
                    line: mark.line,
                    offset: hit.offset(),
                    hit: Some(hit),
                    inner: inner.map(str::to_owned),
                    content,
                    span,
                });
            }
        };
        add(path, &kept.marks, None, kept.content);
        for part in inside(kept, path) {
            add(&format!("{path}!{}", part.name), &part.marks, Some(&part.name), Some(part.content));
        }
    }

    fn unread_at(&self, kept: &Kept, path: &str, span: Span, coverage: &mut Coverage) {
        let closed = kept.head.as_ref().and_then(|head| magic::closed_container(path, head));
        let why = match (&kept.unread, closed) {
            (Some(why), _) => why.clone(),
            // What lies in the tree of today is told by the collectors of the tree.
            (None, Some(_)) if kept.opened => {
                let at = self.at_commit(path, span);
                // What lies in the tree of today is told by the collectors of the tree.
                for (name, why) in kept.closed.iter().filter(|_| !span.head) {
                    let place = if name.is_empty() { at.clone() } else { format!("{at}!{name}") };
                    if coverage.unread.len() < MOST_UNREAD {
                        coverage.cannot_read(At::file(place), why.clone());
                    }
                }
                return;
            }
            (None, Some(kind)) if !span.head => format!("{kind}: not looked into"),
            (None, _) => return,
        };
        if coverage.unread.len() < MOST_UNREAD {
            coverage.cannot_read(At::file(self.at_commit(path, span)), why);
        } else if coverage.unread.len() == MOST_UNREAD {
            coverage.cannot_read(At::file(".git"), format!("more than {MOST_UNREAD} objects not read"));
        }
    }

    /// A path in the history: itself where it is there today, else behind the commit that had it
    /// last, as `git show` takes it.
    fn at_commit(&self, path: &str, span: Span) -> String {
        if span.head {
            return path.to_owned();
        }
        let id = self.commit_id(span.last.1);
        if path == "commit message" {
            format!("commit {}", short(&id))
        } else {
            format!("{}:{path}", short(&id))
        }
    }

    /// The first and the last commit of a span, as findings show them.
    fn seen_from_to(&self, span: Span) -> (domain::Commit, domain::Commit) {
        let commit = |(time, at): (i64, u32)| domain::Commit {
            id: self.commit_id(at),
            date: Timestamp::from_unix(time).date(),
        };
        (commit(span.first), commit(span.last))
    }

    fn commit_id(&self, at: u32) -> String {
        self.graph.rows.get(at as usize).map_or_else(String::new, |row| to_hex(self.history.id(row.number)))
    }

    /// The identity of a find: its first version, as the tree's collectors name it.
    fn identity(&self, id: &str, group: &Group) -> String {
        let oldest = group.sights.iter().min_by_key(|s| {
            (s.span.first.0, &s.path, s.hit.as_ref().map_or(0, |hit| hit.value.start), &s.offset)
        });
        let Some(oldest) = oldest else { return id.to_owned() };
        let content = oldest.content.map(|digest| digest.to_string()).unwrap_or_default();
        format!("{id}:{content}:{}", oldest.offset)
    }

    fn secret(&self, rule: usize, group: &Group, identity: &str) -> Finding {
        let rule = &self.sweep.rules()[rule];
        let mut finding = rule.finding(identity);
        finding.development_only = group.sights.iter().all(|s| paths::is_test(&s.path));
        finding.remedy = Some(format!(
            "{} It is in the history, though no longer in the tree: whoever cloned has it, and rewriting the history \
             does not take it back.",
            rule.revoke
        ));
        finding.places = self.at(group);
        finding
    }

    fn at(&self, group: &Group) -> Vec<At> {
        let mut out: Vec<At> = self
            .by_path(group)
            .into_iter()
            .map(|(path, (sight, span))| At::line(self.at_commit(path, span), sight.line))
            .collect();
        out.sort();
        out.truncate(MOST_PLACES);
        out
    }

    /// By path the last version that has it, and its whole span.
    fn by_path<'g>(&self, group: &'g Group) -> BTreeMap<&'g str, (&'g Sight, Span)> {
        let mut out: BTreeMap<&str, (&Sight, Span)> = BTreeMap::new();
        for sight in &group.sights {
            // Messages are as many places as there are commits that say it.
            match out.get_mut(sight.path.as_str()) {
                Some((last, span)) => {
                    if (sight.span.head, sight.span.last) > (last.span.head, last.span.last) {
                        *last = sight;
                    }
                    span.first = span.first.min(sight.span.first);
                    span.last = span.last.max(sight.span.last);
                    span.head |= sight.span.head;
                }
                None => {
                    out.insert(&sight.path, (sight, sight.span));
                }
            }
        }
        out
    }

    fn in_history(&self, group: &Group) -> Vec<InHistory> {
        self.by_path(group)
            .into_iter()
            .take(MOST_PLACES)
            .map(|(path, (sight, span))| {
                let (first, last) = self.seen_from_to(span);
                let blob = to_hex(self.history.id(sight.number));
                InHistory { path: path.to_owned(), line: sight.line, blob, first, last, at_head: span.head }
            })
            .collect()
    }

    /// For each group, secrets first, the references that lead to it.
    fn reached(
        &self,
        secrets: &BTreeMap<(usize, Digest), Group>,
        persons: &BTreeMap<(String, Grade, &'static str), Group>,
    ) -> Vec<Reached> {
        let groups: Vec<&Group> = secrets.values().chain(persons.values()).collect();
        let mut out = vec![Reached::default(); groups.len()];
        let mut last: Vec<Option<&str>> = vec![None; groups.len()];
        for (slice, groups) in groups.chunks(64).enumerate() {
            let mut of: HashMap<u32, u64> = HashMap::new();
            for (bit, group) in groups.iter().enumerate() {
                for sight in &group.sights {
                    *of.entry(sight.number).or_default() |= 1 << bit;
                }
            }
            let bits = self.carry(&of);
            for (index, at) in &self.graph.tips {
                let reference = &self.history.refs.all[*index as usize];
                let mut bits = bits[*at as usize];
                bits |= self.tag_bits(*index, &of);
                if reference.local || reference.name == "HEAD" {
                    continue;
                }
                while bits != 0 {
                    let group = slice * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    // References are sorted: the same name of two remotes comes twice in a row.
                    if last[group] == Some(reference.name.as_str()) {
                        continue;
                    }
                    last[group] = Some(&reference.name);
                    out[group].total += 1;
                    let names = &mut out[group].names;
                    let key = |name: &str| (rank(name), name.to_owned());
                    let at = names.partition_point(|name| key(name) < key(&reference.name));
                    if at < MOST_NAMES {
                        names.insert(at, reference.name.clone());
                        names.truncate(MOST_NAMES);
                    }
                }
            }
        }
        out
    }

    fn tag_bits(&self, index: u32, of: &HashMap<u32, u64>) -> u64 {
        if !self.has_kept_tags {
            return 0;
        }
        self.graph
            .tags
            .iter()
            .filter(|(_, of_index)| *of_index == index)
            .filter_map(|(tag, _)| of.get(tag))
            .fold(0, |bits, more| bits | more)
    }

    /// What each commit has or had before it, bit by bit.
    fn carry(&self, of: &HashMap<u32, u64>) -> Vec<u64> {
        let Graph { rows, order, .. } = &self.graph;
        let mut bits = self.shapes.bits(&self.graph, |number| of.get(&number).copied().unwrap_or(0));
        for at in order {
            let row = &rows[*at as usize];
            let before = row
                .parents
                .iter()
                .filter_map(|parent| self.graph.place(*parent))
                .fold(0, |all, parent| all | bits[parent as usize]);
            bits[*at as usize] |= before | of.get(&row.number).copied().unwrap_or(0);
        }
        bits
    }

    /// What no shared reference leads to.
    fn only_here(&self, kept: &Kept, out: &mut BTreeSet<(String, String)>) {
        let id = to_hex(self.history.id(kept.number));
        for hit in sweep::stands(
            self.sweep.rules(),
            "",
            &kept.marks.iter().map(|mark| mark.hit.clone()).collect::<Vec<_>>(),
        ) {
            out.insert((self.sweep.rules()[hit.rule].id.clone(), short(&id).to_owned()));
        }
        for part in &kept.inner {
            for mark in &part.marks {
                out.insert((self.sweep.rules()[mark.hit.rule].id.clone(), short(&id).to_owned()));
            }
        }
        for person in &kept.plain {
            out.insert((personal_data::id_of(person.seen.grade, person.seen.kind), short(&id).to_owned()));
        }
        if let Some(why) = &kept.unread {
            out.insert((why.clone(), short(&id).to_owned()));
        }
    }

    fn local(&self, unreached: &BTreeSet<(String, String)>) -> Value {
        let shared = self.graph.shared.iter().filter(|shared| **shared).count();
        let stashes = self.history.refs.all.iter().filter(|r| r.local && r.name == "stash").count();
        json!({
            "blobs": self.counts.blobs,
            "binary": self.counts.binary,
            "bytes": self.counts.bytes,
            "references": self.history.refs.all.len(),
            "unreached_commits": self.graph.rows.len() - shared,
            "stashes": stashes,
            "unreached": unreached
                .iter()
                .take(MOST_UNREAD)
                .map(|(what, object)| json!({"what": what, "object": object}))
                .collect::<Vec<_>>(),
        })
    }
}

/// Hands over each text of an object that holds numbers, as it is read at this path.
fn each_text(kept: &Kept, path: &str, mut take: impl FnMut(&str, Option<Digest>, &[Person])) {
    let mut hand = |path: &str, table: &[Person], plain: &[Person], content: Option<Digest>| {
        let is_table = matches!(paths::extension(path).to_ascii_lowercase().as_str(), "csv" | "tsv" | "psv");
        let persons = if is_table { table } else { plain };
        if !persons.is_empty() {
            take(path, content, persons);
        }
    };
    hand(path, &kept.table, &kept.plain, kept.content);
    for part in inside(kept, path) {
        hand(&format!("{path}!{}", part.name), &part.table, &part.plain, Some(part.content));
    }
}

fn persons_at(
    kept: &Kept,
    path: &str,
    span: Span,
    uses: &Uses,
    out: &mut BTreeMap<(String, Grade, &'static str), Group>,
    examples: &mut BTreeMap<String, u64>,
) {
    each_text(kept, path, |path, content, persons| {
        let mut stands: Vec<Sighting> = persons.iter().map(|person| person.seen).collect();
        illustration::set_aside(path, &mut stands);
        for person in persons.iter().filter(|person| stands.contains(&person.seen)) {
            let Sighting { kind, grade, offset, .. } = person.seen;
            if uses.only_illustrates(&person.seen) {
                *examples.entry(personal_data::example_id(kind)).or_default() += 1;
                continue;
            }
            out.entry((path.to_owned(), grade, kind)).or_default().sights.push(Sight {
                number: kept.number,
                path: path.to_owned(),
                line: person.line,
                offset: offset.to_string(),
                hit: None,
                inner: None,
                content,
                span,
            });
        }
    });
}

/// What was found inside a file, where one of this name is opened.
fn inside<'k>(kept: &'k Kept, path: &str) -> &'k [Inner] {
    let opened = match &kept.head {
        Some(head) => unpack::opens(path, head),
        None => paths::extension(path).eq_ignore_ascii_case("ipynb"),
    };
    if opened { &kept.inner } else { &[] }
}

/// Branches before tags before the forge's own references.
fn rank(name: &str) -> u8 {
    match name.split_once('/').map_or("", |(start, _)| start) {
        "tags" => 1,
        "pull" | "merge-requests" | "changes" | "notes" | "keep-around" => 2,
        _ => 0,
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

fn day(time: i64) -> String {
    Timestamp::from_unix(time).date().to_string()
}
