//! The memory of evaluated fact vectors: a million uses share a few thousand vectors.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{evaluate::Judgement, facts::Facts};

/// The most vectors remembered; beyond it everything is forgotten, so memory stays bounded.
const MOST: usize = 200_000;

/// How often the memory had the answer, and how often Cedar was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Answered from memory.
    pub hits: u64,
    /// Asked of Cedar.
    pub misses: u64,
}

#[derive(Default)]
pub(crate) struct Cache {
    // Never iterated, so its order reaches no result.
    known: RwLock<HashMap<Facts, Arc<[Judgement]>>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Cache {
    pub(crate) fn get_or(&self, facts: &Facts, ask: impl FnOnce() -> Arc<[Judgement]>) -> Arc<[Judgement]> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(facts) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Arc::clone(known);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let answer = ask();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(*facts, Arc::clone(&answer));
        answer
    }

    pub(crate) fn hits(&self) -> Hits {
        Hits { hits: self.hits.load(Ordering::Relaxed), misses: self.misses.load(Ordering::Relaxed) }
    }
}
