//! Where in the history each object of interest lay: its paths, and the first and last commit that
//! had it there.
//!
//! Every tree that leads to something of interest gets a shape: the list of its names and the shapes
//! under them. Trees of one shape count as one, and a history has far fewer shapes than trees. Each
//! commit's time is laid on the shape of its root and carried down from there, path by path.

use std::collections::{BTreeMap, HashMap};

use crate::material::history::History;

use super::{
    graph::{Graph, NONE},
    trees::Trees,
};

/// More places than this are not worked out.
const MOST_PLACES: usize = 500_000;

/// Folders in folders deeper than this are not followed.
const DEEPEST: usize = 2_048;

/// Where an object lay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) number: u32,
    pub(super) path: String,
    pub(super) span: Span,
}

/// From which commit to which (places in the graph), by the day they were committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: (i64, u32),
    pub(super) last: (i64, u32),
    pub(super) head: bool,
}

impl Span {
    fn join(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.head |= other.head;
    }
}

/// All shapes of trees that lead to something.
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    names: Vec<Vec<u8>>,
    /// By object number: its shape, one added; 0 is none.
    of: Vec<u32>,
    /// Whether the limits were met.
    pub(super) cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Leaf(u32),
    Folder(Box<[(u32, u32)]>),
}

const EMPTY: u32 = u32::MAX;
const OPEN: u32 = u32::MAX - 1;

impl Shapes {
    /// Of what the threads saw; `beyond` is how many numbers there are beyond the clone's own.
    pub(super) fn of(history: &History, seen: &[Trees<'_>], interesting: &[bool], beyond: usize) -> Self {
        let mut names: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut listed: Vec<Vec<u8>> = Vec::new();
        let maps: Vec<Vec<u32>> = seen
            .iter()
            .map(|trees| {
                trees
                    .names()
                    .into_iter()
                    .map(|name| {
                        *names.entry(name.to_vec()).or_insert_with(|| {
                            listed.push(name.to_vec());
                            u32::try_from(listed.len() - 1).unwrap_or(u32::MAX)
                        })
                    })
                    .collect()
            })
            .collect();
        let count = history.objects() as usize + 1 + beyond;
        let mut slot = vec![NONE; count];
        let mut slots: Vec<(u32, u32, u32)> = Vec::new();
        for (thread, trees) in (0u32..).zip(seen) {
            for (number, start, end) in &trees.trees {
                slot[*number as usize] = u32::try_from(slots.len()).unwrap_or(NONE);
                slots.push((thread, *start, *end));
            }
        }
        /// Name and object of each entry of a tree, and what the numbers of its thread stand for.
        type Entries<'a> = (&'a [(u32, u32)], &'a [u32]);
        let entries = |number: u32| -> Option<Entries<'_>> {
            let (thread, start, end) = *slots.get(*slot.get(number as usize)? as usize)?;
            let trees = &seen[thread as usize];
            Some((&trees.entries[start as usize..end as usize], &maps[thread as usize]))
        };
        let mut out = Self { shapes: Vec::new(), names: Vec::new(), of: vec![0; count], cut: false };
        let mut known: HashMap<Shape, u32> = HashMap::new();
        let leaf =
            |number: u32| number >= history.objects() || interesting.get(number as usize) == Some(&true);
        let mut intern = |shape: Shape, shapes: &mut Vec<Shape>| {
            *known.entry(shape.clone()).or_insert_with(|| {
                shapes.push(shape);
                u32::try_from(shapes.len()).unwrap_or(EMPTY)
            })
        };
        // Depth first, each tree once; a circle, which only a made-up pack has, counts as empty.
        let mut stack: Vec<(u32, usize)> = Vec::new();
        for trees in seen {
            for (root, _, _) in &trees.trees {
                if out.of[*root as usize] != 0 {
                    continue;
                }
                stack.push((*root, 0));
                out.of[*root as usize] = OPEN;
                while let Some((number, next)) = stack.last_mut() {
                    let Some((list, map)) = entries(*number) else {
                        out.of[*number as usize] = EMPTY;
                        stack.pop();
                        continue;
                    };
                    if let Some((child, _)) = list.get(*next) {
                        *next += 1;
                        let child = *child;
                        if out.of[child as usize] == 0 {
                            if leaf(child) {
                                out.of[child as usize] = intern(Shape::Leaf(child), &mut out.shapes);
                            } else if stack.len() > DEEPEST {
                                out.cut = true;
                                out.of[child as usize] = EMPTY;
                            } else {
                                out.of[child as usize] = OPEN;
                                stack.push((child, 0));
                            }
                        }
                        continue;
                    }
                    let mut shape: Vec<(u32, u32)> = list
                        .iter()
                        .filter(|(child, _)| !matches!(out.of[*child as usize], 0 | EMPTY | OPEN))
                        .map(|(child, name)| (map[*name as usize], out.of[*child as usize]))
                        .collect();
                    shape.sort_unstable();
                    let number = *number;
                    out.of[number as usize] = if shape.is_empty() {
                        EMPTY
                    } else {
                        intern(Shape::Folder(shape.into()), &mut out.shapes)
                    };
                    stack.pop();
                }
            }
        }
        out.names = listed;
        out
    }

    /// The shape of a commit's tree, if it leads to anything.
    fn of_tree(&self, tree: u32) -> Option<u32> {
        match self.of.get(tree as usize) {
            None | Some(0 | &EMPTY | &OPEN) => None,
            Some(shape) => Some(*shape - 1),
        }
    }

    /// Every place of every object of interest over these commits.
    pub(super) fn places(&mut self, graph: &Graph, wanted: impl Fn(u32) -> bool) -> Vec<Place> {
        let mut roots: HashMap<u32, Span> = HashMap::new();
        for (at, row) in (0u32..).zip(&graph.rows) {
            if !wanted(at) {
                continue;
            }
            let Some(shape) = self.of_tree(row.tree) else { continue };
            let span = Span { first: (row.time, at), last: (row.time, at), head: graph.head == Some(at) };
            roots.entry(shape).and_modify(|known| known.join(span)).or_insert(span);
        }
        // Level by level: each path and shape is opened once, whatever number of commits it has.
        let mut level: BTreeMap<(Vec<u8>, u32), Span> =
            roots.into_iter().map(|(shape, span)| ((Vec::new(), shape), span)).collect();
        let mut out: BTreeMap<(u32, Vec<u8>), Span> = BTreeMap::new();
        let mut steps = 0usize;
        while !level.is_empty() {
            let mut next: BTreeMap<(Vec<u8>, u32), Span> = BTreeMap::new();
            for ((path, shape), span) in level {
                match &self.shapes[shape as usize] {
                    Shape::Leaf(number) => {
                        out.entry((*number, path)).and_modify(|known| known.join(span)).or_insert(span);
                    }
                    Shape::Folder(list) => {
                        for (name, child) in list {
                            steps += 1;
                            let mut path = path.clone();
                            if !path.is_empty() {
                                path.push(b'/');
                            }
                            path.extend_from_slice(&self.names[*name as usize]);
                            next.entry((path, *child - 1))
                                .and_modify(|known| known.join(span))
                                .or_insert(span);
                        }
                    }
                }
                if out.len() > MOST_PLACES || steps > 40 * MOST_PLACES {
                    self.cut = true;
                    break;
                }
            }
            if self.cut && (out.len() > MOST_PLACES || steps > 40 * MOST_PLACES) {
                break;
            }
            level = next;
        }
        out.into_iter()
            .map(|((number, path), span)| Place {
                number,
                path: String::from_utf8_lossy(&path).into_owned(),
                span,
            })
            .collect()
    }

    /// For each commit whether its tree leads to a chosen object, one bit for each of up to 64
    /// choices; by place in the graph.
    pub(super) fn bits(&self, graph: &Graph, choice: impl Fn(u32) -> u64) -> Vec<u64> {
        // A folder is interned after everything in it: one pass forward is enough.
        let mut of_shape = vec![0u64; self.shapes.len()];
        for (at, shape) in self.shapes.iter().enumerate() {
            of_shape[at] = match shape {
                Shape::Leaf(number) => choice(*number),
                Shape::Folder(list) => {
                    list.iter().fold(0, |bits, (_, child)| bits | of_shape[*child as usize - 1])
                }
            };
        }
        graph
            .rows
            .iter()
            .map(|row| self.of_tree(row.tree).map_or(0, |shape| of_shape[shape as usize]))
            .collect()
    }
}
