//! What a component is needed for, by how it is reached.
//!
//! Roots carry a scope; everything reached from a root inherits it; what is reached from several
//! takes the strongest: runtime, then unknown (which counts as runtime), then optional, then
//! development. Linear in nodes and edges; cycles are harmless.

use domain::Scope;

/// From strongest to weakest.
const ORDER: [Scope; 4] = [Scope::Runtime, Scope::Unknown, Scope::Optional, Scope::Development];

/// The stronger of two scopes.
pub(crate) fn stronger(a: Scope, b: Scope) -> Scope {
    let rank = |scope| ORDER.iter().position(|o| *o == scope);
    if rank(a) <= rank(b) { a } else { b }
}

/// The scope of each of `count` nodes; `None` where no root reaches it. `edges` run from asker
/// to asked; numbers beyond `count` are ignored.
pub(crate) fn scopes(count: usize, edges: &[(u32, u32)], roots: &[(u32, Scope)]) -> Vec<Option<Scope>> {
    let mut starts = vec![0usize; count + 1];
    let valid = |&&(from, to): &&(u32, u32)| (from as usize) < count && (to as usize) < count;
    for (from, _) in edges.iter().filter(valid) {
        starts[*from as usize + 1] += 1;
    }
    for i in 0..count {
        starts[i + 1] += starts[i];
    }
    let mut next = starts.clone();
    let mut targets = vec![0u32; starts[count]];
    for (from, to) in edges.iter().filter(valid) {
        targets[next[*from as usize]] = *to;
        next[*from as usize] += 1;
    }
    let mut found = vec![None; count];
    for scope in ORDER {
        let mut open: Vec<u32> = roots.iter().filter(|(_, s)| *s == scope).map(|(n, _)| *n).collect();
        while let Some(node) = open.pop() {
            let Some(slot @ None) = found.get_mut(node as usize) else { continue };
            *slot = Some(scope);
            let node = node as usize;
            open.extend(&targets[starts[node]..starts[node + 1]]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_scope_wins_and_cycles_end() {
        let edges = [(0, 1), (1, 2), (2, 0), (3, 2), (4, 4), (9, 0)];
        let found = scopes(6, &edges, &[(3, Scope::Development), (0, Scope::Runtime), (4, Scope::Optional)]);
        assert_eq!(
            found,
            [
                Some(Scope::Runtime),
                Some(Scope::Runtime),
                Some(Scope::Runtime),
                Some(Scope::Development),
                Some(Scope::Optional),
                None
            ]
        );
        assert_eq!(stronger(Scope::Development, Scope::Unknown), Scope::Unknown);
    }
}
