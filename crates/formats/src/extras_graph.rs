//! Who asks for whom where a component has extras (Python): what an extra asks for counts only
//! when somebody asks for the component *with* that extra.
//!
//! Nodes are packages by their number in the file; an extra of a package is a node of its own that
//! also leads to the package itself.

use std::collections::HashMap;

use domain::Scope;

use crate::reach;

/// The graph of one lockfile.
#[derive(Debug)]
pub(crate) struct ExtrasGraph {
    packages: u32,
    extras: HashMap<(u32, String), u32>,
    edges: Vec<(u32, u32)>,
    roots: Vec<(u32, Scope)>,
}

impl ExtrasGraph {
    /// A graph over this many packages.
    pub(crate) fn new(packages: usize) -> Self {
        let packages = u32::try_from(packages).unwrap_or(u32::MAX);
        Self { packages, extras: HashMap::new(), edges: Vec::new(), roots: Vec::new() }
    }

    /// The node of an extra of a package.
    pub(crate) fn extra(&mut self, package: u32, extra: &str) -> u32 {
        let next = self.packages.saturating_add(u32::try_from(self.extras.len()).unwrap_or(u32::MAX));
        let node = *self.extras.entry((package, extra.to_owned())).or_insert(next);
        if node == next {
            self.edges.push((node, package));
        }
        node
    }

    /// `asker` (a node) asks for a package with some extras.
    pub(crate) fn ask<'e>(&mut self, asker: u32, package: u32, extras: impl Iterator<Item = &'e str>) {
        self.edges.push((asker, package));
        for extra in extras {
            let node = self.extra(package, extra);
            self.edges.push((asker, node));
        }
    }

    /// The subject asks for a node.
    pub(crate) fn root(&mut self, node: u32, scope: Scope) {
        self.roots.push((node, scope));
    }

    /// Whether the subject asks for anything that the graph knows.
    pub(crate) fn has_roots(&self) -> bool {
        !self.roots.is_empty()
    }

    /// The scope of each package; `None` where no root leads to it.
    pub(crate) fn scopes(&self) -> Vec<Option<Scope>> {
        let mut found = self.reached();
        found.truncate(self.packages as usize);
        found
    }

    fn reached(&self) -> Vec<Option<Scope>> {
        reach::scopes(self.packages as usize + self.extras.len(), &self.edges, &self.roots)
    }

    /// Edges between packages: extras that are asked for count as their package.
    pub(crate) fn package_edges(&self) -> Vec<(u32, u32)> {
        let reached = self.reached();
        let mut owner: Vec<u32> = (0..self.packages).collect();
        let mut extras: Vec<(u32, u32)> =
            self.extras.iter().map(|((package, _), node)| (*node, *package)).collect();
        extras.sort_unstable();
        owner.extend(extras.iter().map(|(_, package)| *package));
        let live = |node: u32| {
            node < self.packages
                || self.roots.is_empty()
                || reached.get(node as usize).is_some_and(Option::is_some)
        };
        let mut edges: Vec<(u32, u32)> = self
            .edges
            .iter()
            .filter(|(asker, _)| live(*asker))
            .filter_map(|(asker, asked)| Some((*owner.get(*asker as usize)?, *owner.get(*asked as usize)?)))
            .filter(|(asker, asked)| asker != asked)
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extra_counts_only_when_asked_for() {
        // 0 asks for 1[x]; 1[x] asks for 2; 1[y] asks for 3; 4 is development and asks for 1[y].
        let mut graph = ExtrasGraph::new(5);
        graph.ask(0, 1, ["x"].into_iter());
        let (x, y) = (graph.extra(1, "x"), graph.extra(1, "y"));
        graph.ask(x, 2, std::iter::empty());
        graph.ask(y, 3, std::iter::empty());
        graph.ask(4, 1, ["y"].into_iter());
        graph.root(0, Scope::Runtime);
        graph.root(4, Scope::Development);
        use Scope::{Development, Runtime};
        assert_eq!(
            graph.scopes(),
            [Some(Runtime), Some(Runtime), Some(Runtime), Some(Development), Some(Development)]
        );
        assert_eq!(graph.package_edges(), [(0, 1), (1, 2), (1, 3), (4, 1)]);
    }
}
