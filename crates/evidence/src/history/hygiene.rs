//! How a repository is worked on, as its commits and tags show it: counts, never a judgement.
//!
//! Counted over the ancestry of the commit checked out. Bots and authors that are programs for
//! writing code are counted apart from people. What a forge alone knows (who approved, whether a
//! branch is protected) is not in a clone: a merge is evidence of a second person only where whoever
//! merged wrote none of what was merged, or where a trailer names a reviewer.
//!
//! A clone that is not kept up to date looks like a project at rest: whoever reads these counts
//! compares the last commit with the day of asking.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    dump,
    graph::Graph,
    handover::{self, Handover},
};
use crate::material::history::{
    History,
    commit::{self, Commit},
};

/// What a commit shows of how it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// Who wrote it: the same number for the same address.
    pub(super) author: u64,
    pub(super) by: By,
    /// A trailer names somebody else who reviewed it.
    pub(super) reviewed: bool,
    /// It closes with a number, as forges write a change that they squashed.
    pub(super) squashed: bool,
    pub(super) signed: bool,
}

/// What sort of author.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum By {
    #[default]
    Person,
    Bot,
    /// A program that writes code, as author or named in a trailer.
    Program,
}

/// Parts of names and addresses of bots, lower case.
const BOTS: [&str; 10] = [
    "[bot]",
    "dependabot",
    "renovate",
    "greenkeeper",
    "github-actions",
    "snyk-bot",
    "pyup-bot",
    "pre-commit-ci",
    "-bot@",
    "copybara",
];

/// Parts of names, addresses and trailers of programs that write code, lower case.
const PROGRAMS: [&str; 8] = [
    "noreply@anthropic.com",
    "copilot@",
    "copilot <",
    "swe-agent",
    "devin-ai",
    "cursoragent",
    "codex@",
    "google-labs-jules",
];

/// The latest releases of which the day is kept.
const MOST_RELEASES: usize = 40;

/// The months of which single commits are kept.
const KEPT_DAYS: i64 = 800;

impl Made {
    pub(super) fn of(commit: &Commit<'_>) -> Self {
        let lower = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let author = lower(commit.author);
        let (name, address) = commit::person(author.as_bytes());
        let message = lower(commit.message);
        let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let trailers: Vec<&str> = last.lines().collect();
        let trailer = |names: &[&str]| {
            trailers.iter().any(|line| {
                names.iter().any(|name| line.starts_with(name))
                    && !line.contains(&*String::from_utf8_lossy(address))
            })
        };
        let names = |parts: &[&str], text: &str| parts.iter().any(|part| text.contains(part));
        let written = trailers.iter().any(|l| l.starts_with("co-authored-by:") && names(&PROGRAMS, l));
        let by = if names(&PROGRAMS, &author) || written {
            By::Program
        } else if names(&BOTS, &author) {
            By::Bot
        } else {
            By::Person
        };
        let subject = message.lines().next().unwrap_or_default().trim_end();
        let number = subject.strip_suffix(')').and_then(|s| s.rsplit_once("(#")).map(|(_, n)| n);
        Self {
            author: number_of(if address.is_empty() { name } else { address }),
            by,
            reviewed: trailer(&["reviewed-by:", "approved-by:", "acked-by:"]),
            squashed: number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
            signed: commit.signed,
        }
    }
}

/// What sort of author made a commit.
pub(crate) fn made_by(commit: &Commit<'_>) -> By {
    Made::of(commit).by
}

/// FNV-1a: the same in every run, and only ever compared.
fn number_of(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// What the history shows of how it is worked on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hygiene {
    commits: u64,
    signed: u64,
    first: Option<Date>,
    last: Option<Date>,
    tags: u64,
    tags_signed: u64,
    last_tag: Option<Date>,
    /// The days of the latest tags, newest first, each day once.
    releases: Vec<Date>,
    /// The newest commit that any shared reference reaches: the clone was refreshed on this day or later.
    newest: Option<Date>,
    handover: Handover,
    /// Commits of the last years, newest first: day, author by rank, bot, program.
    recent: Vec<(Date, u32, bool, bool)>,
    /// Signs that it was published in lumps, the work done elsewhere.
    #[serde(default)]
    dump: Vec<String>,
    /// Changes on the line of first parents: day, merge, a second person seen, squashed by a forge.
    changes: Vec<(Date, bool, bool, bool)>,
}

impl Hygiene {
    pub(super) fn of(history: &History, graph: &Graph, tags: &BTreeMap<u32, (bool, i64)>) -> Self {
        let mut out = Self::default();
        let day = |time: i64| Timestamp::from_unix(time).date();
        out.tags_of(history, graph, tags);
        let shared = graph.rows.iter().zip(&graph.shared).filter(|(_, shared)| **shared);
        out.newest = shared.map(|(row, _)| row.time).max().map(day);
        let Some(head) = graph.head else { return out };
        let mut seen = vec![false; graph.rows.len()];
        let mut waiting = vec![head];
        let mut all = Vec::new();
        while let Some(at) = waiting.pop() {
            if !std::mem::replace(&mut seen[at as usize], true) {
                all.push(at);
                waiting.extend(graph.rows[at as usize].parents.iter().filter_map(|n| graph.place(*n)));
            }
        }
        let row = |at: u32| &graph.rows[at as usize];
        out.commits = all.len() as u64;
        out.signed = all.iter().filter(|at| row(**at).made.signed).count() as u64;
        out.first = all.iter().map(|at| row(*at).time).min().map(day);
        let newest = all.iter().map(|at| row(*at).time).max();
        out.last = newest.map(day);
        out.handover = handover(graph, &all, newest.unwrap_or(0));
        let releases = releases(history, graph, &seen);
        out.dump = dump::signs(history, graph, &all, releases).into_iter().map(str::to_owned).collect();
        let oldest_kept = newest.unwrap_or(0) - KEPT_DAYS * 86_400;
        all.retain(|at| row(*at).time >= oldest_kept);
        all.sort_by_key(|at| (std::cmp::Reverse(row(*at).time), history.id(row(*at).number)));
        let mut ranks: BTreeMap<u64, u32> = BTreeMap::new();
        for at in &all {
            let made = row(*at).made;
            let next = u32::try_from(ranks.len()).unwrap_or(u32::MAX);
            let rank = *ranks.entry(made.author).or_insert(next);
            out.recent.push((day(row(*at).time), rank, made.by == By::Bot, made.by == By::Program));
        }
        let mut at = Some(head);
        let mut steps = BTreeSet::new();
        while let Some(here) = at.filter(|here| row(*here).time >= oldest_kept && steps.insert(*here)) {
            let this = row(here);
            let merged = this.parents.get(1).and_then(|number| graph.place(*number));
            let second = this.made.reviewed || merged.is_some_and(|m| row(m).made.author != this.made.author);
            out.changes.push((day(this.time), merged.is_some(), second, this.made.squashed));
            at = this.parents.first().and_then(|number| graph.place(*number));
        }
        out
    }

    fn tags_of(&mut self, history: &History, graph: &Graph, tags: &BTreeMap<u32, (bool, i64)>) {
        let tip: BTreeMap<u32, u32> = graph.tips.iter().copied().collect();
        for (index, reference) in (0u32..).zip(&history.refs.all) {
            if !reference.name.starts_with("tags/") {
                continue;
            }
            self.tags += 1;
            let object = history.find(&reference.id).and_then(|number| tags.get(&number));
            self.tags_signed += u64::from(object.is_some_and(|(signed, _)| *signed));
            let time = match object {
                Some((_, time)) => Some(*time),
                None => tip.get(&index).map(|at| graph.rows[*at as usize].time),
            };
            let day = time.map(|time| Timestamp::from_unix(time.clamp(0, 253_402_300_799)).date());
            self.last_tag = self.last_tag.max(day);
            self.releases.extend(day);
        }
        self.releases.sort_unstable_by_key(|day| std::cmp::Reverse(*day));
        self.releases.dedup();
        self.releases.truncate(MOST_RELEASES);
    }

    /// The day of the last commit that is checked out, of the last tag, and of the newest commit that
    /// any shared reference reaches.
    pub const fn days(&self) -> (Option<Date>, Option<Date>, Option<Date>) {
        (self.last, self.last_tag, self.newest)
    }

    /// The middle number of days between one of the latest tags and the next; none with fewer than three.
    pub fn release_interval(&self) -> Option<i64> {
        let mut between: Vec<i64> = self.releases.windows(2).map(|two| two[0].days_since(two[1])).collect();
        between.sort_unstable();
        if between.len() < 2 { None } else { between.get(between.len() / 2).copied() }
    }

    /// How many commits of the last so many days were made by people, or with programs; bots left out.
    pub fn commits_of_people(&self, today: Date, days: i64) -> usize {
        let within = |day: Date| (0..=days).contains(&today.days_since(day));
        self.recent.iter().filter(|(day, _, bot, _)| !bot && within(*day)).count()
    }

    /// The counts as they stand on a day. Those over a span up to that day are left out (null) where
    /// the last commit is older than the span: a project at rest and a clone that nobody refreshed
    /// look the same.
    pub fn value(&self, today: Date) -> Value {
        let within = |day: Date, days: i64| (0..=days).contains(&today.days_since(day));
        let alive = |days: i64| self.last.is_some_and(|last| within(last, days));
        let people: Vec<&(Date, u32, bool, bool)> = self
            .recent
            .iter()
            .filter(|(day, _, bot, program)| within(*day, 365) && !bot && !program)
            .collect();
        let mut by: BTreeMap<u32, u64> = BTreeMap::new();
        people.iter().for_each(|(_, who, ..)| *by.entry(*who).or_default() += 1);
        let mut counts: Vec<u64> = by.values().copied().collect();
        counts.sort_unstable_by_key(|n| std::cmp::Reverse(*n));
        let mut sum = 0;
        let half = counts
            .iter()
            .take_while(|n| {
                let before = sum;
                sum += **n;
                2 * before < people.len() as u64
            })
            .count();
        let year: Vec<_> = self.changes.iter().filter(|(day, ..)| within(*day, 365)).collect();
        let of =
            |test: fn(&(Date, bool, bool, bool)) -> bool| year.iter().filter(|change| test(change)).count();
        let recent = |test: fn(&(Date, u32, bool, bool)) -> bool, days: i64| {
            alive(days).then(|| self.recent.iter().filter(|r| within(r.0, days) && test(r)).count())
        };
        json!({
            "commits": self.commits,
            "commits_signed": self.signed,
            "first": self.first,
            "last": self.last,
            "tags": self.tags,
            "tags_signed": self.tags_signed,
            "last_tag": self.last_tag,
            "top_committer": self.handover.value(today),
            "published_as_dump": !self.dump.is_empty(),
            "dump_signs": self.dump,
            "six_months": {
                "commits": recent(|_| true, 183),
                "released": alive(183).then(|| self.last_tag.is_some_and(|tag| within(tag, 183))),
            },
            "twelve_months": {
                "people": alive(365).then_some(by.len()),
                "commits_by_people": alive(365).then_some(people.len()),
                "commits_by_bots": recent(|r| r.2, 365),
                "commits_by_programs": recent(|r| r.3, 365),
                "half_made_by": alive(365).then_some(half),
                "changes": alive(365).then_some(year.len()),
                "merges": alive(365).then(|| of(|c| c.1)),
                "merges_by_another": alive(365).then(|| of(|c| c.1 && c.2)),
                "squashed": alive(365).then(|| of(|c| !c.1 && c.3)),
                "reviewed_by_trailer": alive(365).then(|| of(|c| !c.1 && c.2)),
            },
        })
    }
}

/// How many commits of an ancestry tags name.
fn releases(history: &History, graph: &Graph, seen: &[bool]) -> usize {
    let tagged: BTreeSet<u32> = graph
        .tips
        .iter()
        .filter(|(index, at)| {
            history.refs.all[*index as usize].name.starts_with("tags/") && seen[*at as usize]
        })
        .map(|(_, at)| *at)
        .collect();
    tagged.len()
}

/// The commits of people, merges left out, and when each person was first seen.
fn handover(graph: &Graph, all: &[u32], newest: i64) -> Handover {
    let row = |at: u32| &graph.rows[at as usize];
    let mut people: Vec<u32> = all
        .iter()
        .copied()
        .filter(|at| row(*at).made.by == By::Person && row(*at).parents.len() < 2)
        .collect();
    people.sort_unstable_by_key(|at| (row(*at).time, row(*at).number));
    let day = |at: u32| Timestamp::from_unix(row(at).time).date();
    let mut ranks: BTreeMap<u64, u32> = BTreeMap::new();
    let mut out = Handover::default();
    for at in people {
        let next = u32::try_from(ranks.len()).unwrap_or(u32::MAX);
        let rank = *ranks.entry(row(at).made.author).or_insert_with(|| {
            out.first_seen.push(day(at));
            next
        });
        if row(at).time >= newest - handover::DAYS * 86_400 {
            out.commits.push((day(at), rank));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Made {
        Made::of(&Commit::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn tells_people_bots_and_programs_apart() {
        let person = made(
            "tree a\nauthor A B <a@trust.example> 1 +0000\n\nFix (#12)\n\nReviewed-by: C <c@trust.example>\n",
        );
        assert_eq!((person.by, person.reviewed, person.squashed), (By::Person, true, true));
        let own = made(
            "tree a\nauthor A <a@trust.example> 1 +0000\n\nFix (12)\n\nReviewed-by: A <a@trust.example>\n",
        );
        assert_eq!((own.reviewed, own.squashed), (false, false));
        assert_eq!(own.author, person.author);
        assert_eq!(
            made("tree a\nauthor dependabot[bot] <1+dependabot[bot]@x.example> 1 +0000\n\nBump\n").by,
            By::Bot
        );
        let helped = "tree a\nauthor A <a@trust.example> 1 +0000\n\nFix\n\nCo-authored-by: Copilot <copilot@forge.example>\n";
        assert_eq!(made(helped).by, By::Program);
    }
}
