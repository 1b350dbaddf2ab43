//! One flaw under many ids is one finding: records are joined when their sets of ids meet.
//!
//! A record's set is its own id, its aliases, and what it was made from if that is a single flaw.
//! Joining is transitive over every record of the component's name, also those that do not hold
//! for the version, since such a record may be what links two others.
//!
//! **Which id stands for the flaw.** One of a record that holds, so that it can be looked up in
//! the feed: for malware `MAL-…`; else `GHSA-…` with a CVE among its aliases, else any `GHSA-…`,
//! else one with a CVE, else any; then the smallest text. All others are its aliases.

use std::collections::{BTreeSet, HashMap};

use crate::record::{RecordKind, Stored};

/// Joins records; each group lists positions in `records`, groups in order of their first record.
pub(crate) fn join(records: &[Stored<'_>]) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..records.len()).collect();
    fn root(parent: &mut [usize], mut i: usize) -> usize {
        while parent[i] != i {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }
        i
    }
    let mut holder: HashMap<&str, usize> = HashMap::new();
    for (i, record) in records.iter().enumerate() {
        for id in record.ids() {
            let first = *holder.entry(id).or_insert(i);
            let (a, b) = (root(&mut parent, first), root(&mut parent, i));
            // The smaller position stays the root, so the order of groups is that of the records.
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); records.len()];
    for i in 0..records.len() {
        groups[root(&mut parent, i)].push(i);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Every id of a group.
pub(crate) fn ids<'a>(records: &'a [Stored<'_>], group: &[usize]) -> BTreeSet<&'a str> {
    group.iter().flat_map(|i| records[*i].ids()).collect()
}

/// The id that stands for the flaw, among those of the records that hold.
pub(crate) fn primary<'a>(holding: &[&'a Stored<'_>], malware: bool) -> &'a str {
    let rank = |record: &Stored<'_>| {
        let cve = record.ids().any(|id| id.starts_with("CVE-"));
        let order = match () {
            () if malware && record.kind == RecordKind::Malware => 0,
            () if record.id.starts_with("GHSA-") && cve => 1,
            () if record.id.starts_with("GHSA-") => 2,
            () if cve => 3,
            () => 4,
        };
        (order, record.id.to_owned())
    };
    holding.iter().min_by_key(|record| rank(record)).map_or("", |record| record.id)
}
