//! What only development needs, where a lockfile does not say it: what is reached from what the subject
//! asks for to develop, and from nothing else that it asks for. What nothing reaches is not known to be
//! for development only.
//!
//! The same answer as [`crate::reach`] gives of a whole inventory, over numbers that stay the same from
//! one reading to the next.

/// No word.
pub(super) const NONE: u32 = u32::MAX;

/// More entries than this that one name finds are for the reader of the whole file to choose from.
const MOST: u32 = 16;

/// What is asked for: the entry known by the first word, else the one known by the second, else all that
/// are known by the third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) once: [u32; 2],
    pub(super) all: u32,
}

/// What the subject asks for, and whether to develop only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root {
    pub(super) asks: Ask,
    pub(super) development: bool,
}

/// An entry of a lockfile.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// The number of the component version that it is.
    pub(super) component: Option<u32>,
    /// What the file itself says.
    pub(super) development: Option<bool>,
    /// Words that mean this entry; of several entries with one the last is meant.
    pub(super) once: Box<[u32]>,
    /// A word that may mean several.
    pub(super) all: Option<u32>,
    pub(super) asks: Box<[Ask]>,
}

impl Node {
    /// About how many bytes it takes.
    pub(super) const fn weight(&self) -> usize {
        size_of::<Self>() + 4 * self.once.len() + size_of::<Ask>() * self.asks.len()
    }
}

/// Room for settling one graph after another.
#[derive(Debug, Default)]
pub(super) struct Graph {
    turn: u32,
    /// By word: the turn, and the node.
    once: Vec<(u32, u32)>,
    /// By word: the turn, how many, and the first of them.
    all: Vec<(u32, u32, u32)>,
    /// By node: the next one that the same word means.
    next: Vec<u32>,
    /// By component version: the turn, and the first node of it.
    component: Vec<(u32, u32)>,
    /// By node: the next of the same component version, around to the first.
    same: Vec<u32>,
    reached: Vec<u8>,
    open: Vec<u32>,
}

const SHIPS: u8 = 1;
const DEVELOPS: u8 = 2;

impl Graph {
    /// Adds each node's component version, and whether only development needs it. With `merged` the nodes
    /// of one version count as one. None where more entries have one name than can be told apart here.
    pub(super) fn settle<'n>(
        &mut self,
        nodes: impl Iterator<Item = &'n Node>,
        roots: &[Root],
        merged: bool,
        out: &mut Vec<(u32, bool)>,
    ) -> Option<()> {
        let nodes: Vec<&Node> = nodes.collect();
        self.turn = self.turn.checked_add(1)?;
        self.enter(&nodes, merged);
        for (mark, development) in [(SHIPS, false), (DEVELOPS, true)] {
            for root in roots.iter().filter(|root| root.development == development) {
                self.ask(root.asks)?;
            }
            while let Some(node) = self.open.pop() {
                if self.reached[node as usize] != 0 {
                    continue;
                }
                self.reached[node as usize] = mark;
                let next = self.same[node as usize];
                if next != node {
                    self.open.push(next);
                }
                for ask in &*nodes[node as usize].asks {
                    self.ask(*ask)?;
                }
            }
        }
        out.extend(nodes.iter().zip(&self.reached).filter_map(|(node, reached)| {
            Some((node.component?, node.development.unwrap_or(*reached == DEVELOPS)))
        }));
        Some(())
    }

    fn enter(&mut self, nodes: &[&Node], merged: bool) {
        let count = nodes.len();
        self.next.clear();
        self.next.resize(count, NONE);
        self.same.clear();
        self.same.extend(0..u32::try_from(count).unwrap_or(0));
        self.reached.clear();
        self.reached.resize(count, 0);
        self.open.clear();
        for (at, node) in (0u32..).zip(nodes) {
            for word in &*node.once {
                *slot(&mut self.once, *word) = (self.turn, at);
            }
            if let Some(word) = node.all {
                let (turn, many, first) = slot(&mut self.all, word);
                if *turn != self.turn {
                    (*turn, *many, *first) = (self.turn, 0, NONE);
                }
                self.next[at as usize] = *first;
                (*many, *first) = (*many + 1, at);
            }
            if let Some(component) = node.component.filter(|_| merged) {
                let (turn, first) = slot(&mut self.component, component);
                if *turn == self.turn {
                    self.same.swap(*first as usize, at as usize);
                } else {
                    (*turn, *first) = (self.turn, at);
                }
            }
        }
    }

    fn ask(&mut self, ask: Ask) -> Option<()> {
        for word in ask.once {
            if let Some((turn, node)) = self.once.get(word as usize)
                && *turn == self.turn
            {
                self.open.push(*node);
                return Some(());
            }
        }
        if let Some((turn, many, first)) = self.all.get(ask.all as usize)
            && *turn == self.turn
        {
            if *many > MOST {
                return None;
            }
            let mut at = *first;
            while at != NONE {
                self.open.push(at);
                at = self.next[at as usize];
            }
        }
        Some(())
    }
}

fn slot<T: Clone + Default>(slots: &mut Vec<T>, at: u32) -> &mut T {
    if slots.len() <= at as usize {
        slots.resize(at as usize + 1, T::default());
    }
    &mut slots[at as usize]
}
