//! What the relations of a bill of materials come to: scopes, edges between components, and what the
//! subject itself asks for. Linear in entries and relations but for the joining of edges through
//! entries without a package URL, which is bounded.

use domain::Scope;

use super::{Bill, Entry, Relation};
use crate::{inventory::Inventory, reach};

/// Most steps taken through entries without package URL when edges are joined.
const MOST_STEPS: usize = 4_000_000;

impl Bill {
    /// Gives each component the scope of the ways it is asked for: what the root asks for runs, what
    /// nothing relates to stays unknown, and a purpose along the way weakens what lies behind it.
    pub(in crate::readers) fn spread_scopes(&mut self, root: Option<Entry>) {
        let targets = self.targets();
        let mut asked = vec![false; self.entries.len()];
        for (_, to, _) in &self.relations {
            if let Some(slot) = asked.get_mut(*to) {
                *slot = true;
            }
        }
        let mut found: Vec<Option<Scope>> = vec![None; self.entries.len()];
        for pass in [Scope::Runtime, Scope::Unknown, Scope::Optional, Scope::Development] {
            let mut open: Vec<Entry> = Vec::new();
            for entry in 0..self.entries.len() {
                let is_root = Some(entry) == root;
                if (is_root && pass == Scope::Runtime)
                    || (!is_root && !asked[entry] && pass == Scope::Unknown)
                {
                    open.push(entry);
                }
                // Ways of this purpose that leave what stronger passes reached.
                if found[entry].is_some() {
                    let ways = targets[entry].iter().filter(|(_, r)| *r == Relation::Asks(pass));
                    open.extend(ways.map(|(to, _)| *to));
                }
            }
            while let Some(entry) = open.pop() {
                if found[entry].is_some() {
                    continue;
                }
                found[entry] = Some(pass);
                for (to, relation) in &targets[entry] {
                    let scope = match relation {
                        Relation::Holds => pass,
                        Relation::Asks(Scope::Runtime) => pass,
                        Relation::Asks(scope) => weaker(pass, *scope),
                    };
                    if scope == pass {
                        open.push(*to);
                    }
                }
            }
        }
        for (entry, scope) in found.into_iter().enumerate() {
            let component = self.entries[entry].and_then(|n| self.inventory.components.get_mut(n as usize));
            if let Some(component) = component {
                component.scope = scope.unwrap_or(Scope::Unknown);
            }
        }
    }

    fn targets(&self) -> Vec<Vec<(Entry, Relation)>> {
        let mut targets = vec![Vec::new(); self.entries.len()];
        for (from, to, relation) in &self.relations {
            if let Some(list) = targets.get_mut(*from) {
                list.push((*to, *relation));
            }
        }
        targets
    }

    /// The inventory: edges joined and sorted, and what the root itself asks for.
    pub(in crate::readers) fn finish(mut self, root: Option<Entry>) -> Inventory {
        let targets = self.targets();
        let mut steps = 0;
        let mut seen = vec![usize::MAX; self.entries.len()];
        let mut edges = Vec::new();
        let asked_by_root = root.map(|root| targets[root].as_slice()).unwrap_or_default();
        let mut asked_by_root =
            asked_by_root.iter().filter(|(_, r)| matches!(r, Relation::Asks(_))).peekable();
        let root_asks = asked_by_root.peek().is_some();
        let direct: Vec<u32> = asked_by_root.filter_map(|(to, _)| self.entries[*to]).collect();
        let mut reached = vec![false; self.inventory.components.len()];
        for entry in 0..self.entries.len() {
            let asker = self.entries[entry];
            if asker.is_none() && Some(entry) != root {
                continue;
            }
            seen[entry] = entry;
            let mut open: Vec<Entry> = targets[entry].iter().map(|(to, _)| *to).collect();
            while let Some(to) = open.pop() {
                steps += 1;
                if steps > MOST_STEPS {
                    break;
                }
                if seen[to] == entry {
                    continue;
                }
                seen[to] = entry;
                let Some(asked) = self.entries[to] else {
                    open.extend(targets[to].iter().map(|(next, _)| *next));
                    continue;
                };
                reached[asked as usize] = true;
                if let Some(asker) = asker.filter(|asker| *asker != asked) {
                    edges.push((asker, asked));
                }
            }
        }
        if steps > MOST_STEPS {
            self.fault(
                "truncated",
                1,
                None,
                "the relations are too entangled to be followed; some paths are missing",
            );
        }
        let found = self.inventory.components.iter_mut().zip(&reached);
        for (component, _) in found.filter(|(_, reached)| root_asks && **reached) {
            component.direct = Some(false);
        }
        for number in direct {
            if let Some(component) = self.inventory.components.get_mut(number as usize) {
                component.direct = Some(true);
            }
        }
        if let Some((line, first)) = self.first_no_package.take() {
            let why = format!(
                "{} listed that are no packages (files, data, keys, operating systems), the first {first}; not looked up",
                if self.no_packages == 1 {
                    "1 entry is".to_owned()
                } else {
                    format!("{} entries are", self.no_packages)
                }
            );
            self.fault("not-a-package", line, None, why);
        }
        edges.sort_unstable();
        edges.dedup();
        let mut inventory = self.inventory;
        inventory.edges = edges;
        for component in &mut inventory.components {
            component.hashes.sort_by(|a, b| (&a.algorithm, &a.value).cmp(&(&b.algorithm, &b.value)));
            component.hashes.dedup();
        }
        inventory
    }
}

/// The weaker of two scopes.
fn weaker(a: Scope, b: Scope) -> Scope {
    if reach::stronger(a, b) == a { b } else { a }
}
