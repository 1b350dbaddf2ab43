//! Since when CI runs tests, and whether that was ever taken away again: from the versions of CI settings
//! along the first parents of the commit checked out.
//!
//! Decides by the same words as [`crate::test_suite`] whether settings run tests, and by their triggers
//! whether on change requests. Whether a red run holds a change back is a setting of the forge. A line
//! longer than [`MOST_LOOKED_AT`] is looked at in as many places, and between two that differ the day is
//! found by halving: what was taken away and came back between two places is not seen, and `sampled` says
//! that this may be so.
//!
//! What starts a run: GitHub's workflows say it; Travis and CircleCI run on change requests unless told
//! otherwise; GitLab's settings that are bound by `only:` and name no merge requests, Azure's without `pr:`
//! and all others are taken to run tests, not to run them on change requests.

use std::collections::{BTreeMap, HashMap};

use domain::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::graph::{Graph, NONE};
use crate::{
    material::history::{
        History, Kind, Limits,
        tree::{self, ItemKind},
    },
    test_suite,
};

/// The most commits whose settings are looked at before halving.
const MOST_LOOKED_AT: usize = 400;

/// More CI files of one commit than this are not read.
const MOST_FILES: usize = 200;

/// The largest CI file read, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// More spells than this are not kept; the oldest go.
const MOST_SPELLS: usize = 50;

/// Folders at the root in which CI settings lie.
const FOLDERS: [&[u8]; 9] =
    [b".github", b".gitlab", b".circleci", b".azure", b"azure", b".concourse", b"concourse", b"ci", b".ci"];

/// What CI did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// There were no settings.
    None,
    /// There were, and none ran tests.
    Settings,
    /// Some could not be read.
    Unread,
    /// Tests were run.
    Tests,
    /// Tests were run on change requests.
    ChangeRequests,
}

/// An unbroken time of one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Spell {
    from: Date,
    state: State,
}

/// The states over time, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiOverTime {
    spells: Vec<Spell>,
    looked_at: u64,
    sampled: bool,
    begins_inside: bool,
}

/// A file's part in it.
#[derive(Clone, Copy, Debug, Default)]
struct Role {
    tests: bool,
    on_changes: bool,
    callable: bool,
    unread: bool,
}

struct Look<'a> {
    history: &'a History,
    limits: Limits,
    roles: HashMap<(String, u32), Role>,
    states: HashMap<Vec<(String, u32)>, State>,
    by_tree: HashMap<u32, State>,
}

impl CiOverTime {
    pub(super) fn of(history: &History, graph: &Graph, limits: Limits) -> Self {
        let mut line = Vec::new();
        let mut at = graph.head;
        while let Some(here) = at.filter(|_| line.len() < graph.rows.len()) {
            let row = &graph.rows[here as usize];
            line.push((row.tree, row.time));
            at = row.parents.first().and_then(|number| graph.place(*number));
        }
        line.reverse();
        let begins_inside = graph.head.is_some() && !history.shallow.is_empty();
        // Along the line time does not run backwards.
        let mut latest = i64::MIN;
        for (_, time) in &mut line {
            latest = latest.max(*time);
            *time = latest;
        }
        let mut look = Look {
            history,
            limits: Limits { largest: limits.largest.min(LARGEST_FILE), ..limits },
            roles: HashMap::new(),
            states: HashMap::new(),
            by_tree: HashMap::new(),
        };
        let places = places(line.len());
        let sampled = places.len() < line.len();
        let mut states: BTreeMap<usize, State> = BTreeMap::new();
        let mut before: Option<(usize, State)> = None;
        for here in places {
            let state = look.state(line[here].0);
            if let Some((mut low, known)) = before.filter(|(_, known)| *known != state) {
                let mut high = here;
                while high - low > 1 {
                    let middle = low + (high - low) / 2;
                    let found = look.state(line[middle].0);
                    states.insert(middle, found);
                    if found == known { low = middle } else { high = middle }
                }
            }
            states.insert(here, state);
            before = Some((here, state));
        }
        let mut spells: Vec<Spell> = Vec::new();
        for (here, state) in &states {
            if spells.last().is_none_or(|last| last.state != *state) {
                spells.push(Spell { from: Timestamp::from_unix(line[*here].1).date(), state: *state });
            }
        }
        let extra = spells.len().saturating_sub(MOST_SPELLS);
        spells.drain(..extra);
        Self { spells, looked_at: look.by_tree.len() as u64, sampled, begins_inside }
    }

    /// The state now and since when, since when tests are run without a break, the days on which they were
    /// taken away, and the whole series.
    pub fn value(&self) -> Value {
        let now = self.spells.last();
        let tests = |spell: &Spell| spell.state >= State::Tests;
        let run = self.spells.iter().rev().take_while(|spell| tests(spell)).last();
        json!({
            "state": now.map(|spell| spell.state),
            "since": now.map(|spell| spell.from),
            "tests_since": run.map(|spell| spell.from),
            "removed": self.removed(),
            "spells": self.spells,
            "looked_at": self.looked_at,
            "sampled": self.sampled,
            "begins_inside": self.begins_inside,
        })
    }

    /// The days on which tests were no longer run.
    fn removed(&self) -> Vec<Date> {
        self.spells
            .windows(2)
            .filter(|two| two[0].state >= State::Tests && two[1].state < State::Unread)
            .map(|two| two[1].from)
            .collect()
    }

    /// From when until when tests were run, where they were last and are not now.
    pub fn lost(&self) -> Option<(Date, Date)> {
        let tests = |spell: &Spell| spell.state >= State::Tests;
        self.spells.last().filter(|spell| spell.state < State::Unread)?;
        let gone = (1..self.spells.len())
            .rev()
            .find(|at| tests(&self.spells[at - 1]) && self.spells[*at].state < State::Unread)?;
        let from = self.spells[..gone].iter().rev().take_while(|spell| tests(spell)).last()?.from;
        Some((from, self.spells[gone].from))
    }
}

/// The places of a line that are looked at: all, or evenly spread ones, first and last among them.
fn places(length: usize) -> Vec<usize> {
    if length <= MOST_LOOKED_AT {
        return (0..length).collect();
    }
    (0..MOST_LOOKED_AT).map(|i| i * (length - 1) / (MOST_LOOKED_AT - 1)).collect()
}

impl Look<'_> {
    fn state(&mut self, root: u32) -> State {
        if let Some(known) = self.by_tree.get(&root) {
            return *known;
        }
        let mut files = Vec::new();
        let whole = self.list(root, "", 0, &mut files);
        files.sort();
        let state = match self.states.get(&files) {
            Some(known) => *known,
            None => {
                let state = self.judge(&files);
                self.states.insert(files, state);
                state
            }
        };
        let state = if whole || state >= State::Tests { state } else { State::Unread };
        self.by_tree.insert(root, state);
        state
    }

    /// The CI files of a tree; whether all of it could be read.
    fn list(&self, tree: u32, path: &str, depth: usize, out: &mut Vec<(String, u32)>) -> bool {
        if tree == NONE || depth > 4 || out.len() > MOST_FILES {
            return false;
        }
        let Ok((Kind::Tree, data)) = self.history.read(tree, self.limits) else { return false };
        let mut folders = Vec::new();
        let mut whole = tree::items(&data, self.history.width, |item| {
            let name = String::from_utf8_lossy(item.name);
            let inside = if path.is_empty() { name.into_owned() } else { format!("{path}/{name}") };
            let number = || self.history.find(item.id).unwrap_or(NONE);
            match item.kind {
                ItemKind::Tree if depth > 0 || FOLDERS.contains(&item.name) => {
                    folders.push((number(), inside));
                }
                ItemKind::Blob if out.len() <= MOST_FILES && test_suite::ci_system(&inside).is_some() => {
                    out.push((inside, number()));
                }
                _ => {}
            }
        });
        for (number, inside) in folders.into_iter().take(MOST_FILES) {
            whole &= self.list(number, &inside, depth + 1, out);
        }
        whole
    }

    fn judge(&mut self, files: &[(String, u32)]) -> State {
        let roles: Vec<Role> = files.iter().map(|(path, number)| self.role(path, *number)).collect();
        let called = roles.iter().any(|r| r.tests && r.callable) && roles.iter().any(|r| r.on_changes);
        if called || roles.iter().any(|r| r.tests && r.on_changes) {
            State::ChangeRequests
        } else if roles.iter().any(|r| r.tests) {
            State::Tests
        } else if roles.iter().any(|r| r.unread) {
            State::Unread
        } else if roles.is_empty() {
            State::None
        } else {
            State::Settings
        }
    }

    fn role(&mut self, path: &str, number: u32) -> Role {
        let key = (path.to_owned(), number);
        if let Some(known) = self.roles.get(&key) {
            return *known;
        }
        let role = match self.history.read(number, self.limits) {
            Ok((Kind::Blob, data)) => role_of(path, &String::from_utf8_lossy(&data)),
            _ => Role { unread: true, ..Role::default() },
        };
        self.roles.insert(key, role);
        role
    }
}

fn role_of(path: &str, text: &str) -> Role {
    let says = |words: &[&str]| {
        text.lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .any(|line| words.iter().any(|word| line.contains(word)))
    };
    let system = test_suite::ci_system(path).unwrap_or_default();
    let on_changes = match system {
        "github-actions" => says(&["pull_request", "merge_group"]),
        "gitlab" => says(&["merge_request"]) || !says(&["only:"]),
        "travis" | "circleci" => true,
        "azure-pipelines" => says(&["pr:"]) && !says(&["pr: none"]),
        _ => false,
    };
    Role {
        tests: text.lines().any(test_suite::runs_tests),
        on_changes,
        callable: says(&["workflow_call"]) || path.starts_with(".github/actions/"),
        unread: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_say_whether_tests_are_run_on_changes() {
        let on = |path: &str, text: &str| {
            let role = role_of(path, text);
            (role.tests, role.on_changes)
        };
        let flow = ".github/workflows/ci.yml";
        assert_eq!(on(flow, "on: [push, pull_request]\n- run: npm test\n"), (true, true));
        assert_eq!(on(flow, "on: push\n# pull_request\n- run: npm test\n"), (true, false));
        assert_eq!(on(flow, "on: pull_request\n- run: npm ci\n"), (false, true));
        assert_eq!(on(".gitlab-ci.yml", "script: pytest\n"), (true, true));
        assert_eq!(on(".gitlab-ci.yml", "script: pytest\nonly: [main]\n"), (true, false));
        assert_eq!(on("Jenkinsfile", "sh 'make test'\n"), (true, false));
    }

    #[test]
    fn a_long_line_is_looked_at_in_so_many_places_first_and_last_among_them() {
        assert_eq!(places(3), [0, 1, 2]);
        assert!(places(0).is_empty());
        let long = places(100_000);
        assert_eq!((long.len(), long[0], long[long.len() - 1]), (MOST_LOOKED_AT, 0, 99_999));
        assert!(long.windows(2).all(|two| two[0] < two[1]));
    }

    #[test]
    fn what_was_taken_away_is_told() {
        let day = |text: &str| -> Date { text.parse().unwrap() };
        let spell = |from: &str, state| Spell { from: day(from), state };
        let of = |spells| CiOverTime { spells, ..CiOverTime::default() };
        let gone = of(vec![
            spell("2024-01-01", State::None),
            spell("2024-02-01", State::Tests),
            spell("2024-03-01", State::ChangeRequests),
            spell("2025-02-01", State::Settings),
        ]);
        assert_eq!(gone.lost(), Some((day("2024-02-01"), day("2025-02-01"))));
        assert_eq!(gone.value()["tests_since"], Value::Null);
        let back = of(vec![
            spell("2024-02-01", State::Tests),
            spell("2025-02-01", State::None),
            spell("2025-03-01", State::Tests),
            spell("2025-04-01", State::ChangeRequests),
        ]);
        assert_eq!(back.lost(), None);
        assert_eq!(back.value()["tests_since"], "2025-03-01");
        assert_eq!(back.value()["removed"], json!(["2025-02-01"]));
        assert_eq!(of(Vec::new()).value()["state"], Value::Null);
    }
}
