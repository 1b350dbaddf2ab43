//! What was committed since a repository was last public, read where the command line or a closure that
//! was ended asks for it.

use std::path::Path;

use assess::{
    closures::Closure,
    observe::{Own, Past},
    reopening::{Looked, Since, asked},
};
use domain::Date;
use evidence::{
    history::since_public::{self, SincePublic},
    material::{Material, history::Limits, revision::Revision},
};

use crate::{history, output::Failure};

/// What was read, kept as long as it is judged.
pub(crate) struct Reopening {
    since: Option<Since>,
    read: Result<Box<(SincePublic, Option<Revision>)>, String>,
}

impl Reopening {
    /// Nothing was asked.
    pub(crate) fn none() -> Self {
        Self { since: None, read: Err(String::new()) }
    }

    /// Reads it. What the command line says and is not there is an error; what a closure says and is not
    /// there leaves the reopening unread.
    pub(crate) fn read(
        root: &Path,
        stated: Option<&str>,
        own: &Own,
        today: Date,
        past: &Past<'_>,
    ) -> Result<Self, Failure> {
        // A command that reads no history (a comparison of two trees, a first look) opens nothing.
        if stated.is_none() && matches!(past, Past::NotRead(why) if *why != history::NOT_WISHED) {
            return Ok(Self::none());
        }
        let rows: Vec<Closure> = own.debt.iter().flat_map(|debt| &debt.closures).map(Closure::of).collect();
        let (since, last) = match stated {
            Some(text) => {
                let last = history::last_public(root, text)?;
                let since = Since { last_public: last.to_string(), said_by: "the command line".to_owned() };
                (since, Ok(last))
            }
            None => match asked(&rows, today) {
                None => return Ok(Self::none()),
                Some(since) => {
                    let last = history::last_public(root, &since.last_public);
                    (since, last.map_err(|failure| failure.what().to_owned()))
                }
            },
        };
        let read = match (past, last) {
            (Past::NotRead(why), _) => Err(format!("the history was not read: {why}")),
            (Past::Read { .. }, Err(why)) => Err(why),
            (Past::Read { told, .. }, Ok(_)) if told.stopped => {
                Err("the time allowed was over before the history was read".to_owned())
            }
            (Past::Read { .. }, Ok(last)) => since_public::read(root, Limits::usual(1), &last)
                .map(|told| {
                    let tree = told.tip.as_ref().and_then(|tip| Revision::open(root, tip).ok());
                    Box::new((told, tree))
                })
                .map_err(|error| error.to_string()),
        };
        Ok(Self { since: Some(since), read })
    }

    /// As the assessment takes it.
    pub(crate) fn looked(&self) -> Looked<'_> {
        let Some(since) = self.since.clone() else { return Looked::NotAsked };
        match &self.read {
            Ok(read) => Looked::Read {
                since,
                told: &read.0,
                tree: read.1.as_ref().map(|tree| -> &dyn Material { tree }),
            },
            Err(why) => Looked::NotRead(since, why.clone()),
        }
    }
}
