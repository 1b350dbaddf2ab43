//! Feeds: reference data about flaws and support, imported, indexed, matched.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::path::Path;
//! # let now = domain::Timestamp::from_unix(0);
//! # let components: Vec<domain::Component> = vec![];
//! let library = Path::new("/var/lib/formulary/feeds");
//! // `feeds import DIR`
//! let report = feeds::import(Path::new("export"), library, &feeds::ImportOptions::new(now), &mut |_| {})?;
//! // `check`
//! let feeds = feeds::Feeds::open(library)?;
//! let matched = feeds.matches(&components);
//! # let _ = (report, matched); Ok(()) }
//! ```
//!
//! A feed is what one source publishes: `osv/<ecosystem>`, `kev`, `epss`, `ssvc`, `endoflife`. It
//! is imported into an immutable index file in a library folder and has a
//! [`FeedStamp`](domain::FeedStamp): name, as-of date, coverage, digest. Matching states for every
//! component what was found *and how it was looked at*, so that "nothing found" can never mean
//! "nobody looked".
//!
//! This crate measures; it does not say good or bad, sets no deadline, and knows no policy. It has
//! no clock and no network: `now` and a [`Fetch`] are handed in. It writes nowhere but in the
//! library folder.

mod alias;
mod changed;
mod ecosystem;
mod feeds;
mod fetch;
mod fix;
mod import;
pub mod index;
mod judge;
mod library;
mod matching;
mod name;
mod plain;
mod record;
mod support;
mod sync;
mod upstreams;

pub use changed::{Changed, what_changed};
pub use ecosystem::links_itself;
pub use feeds::{Feeds, OpenError};
pub use fetch::{Fetch, FetchError, FetchRequest, FetchResponse};
pub use import::{
    EpssValue, FeedFault, ImportError, ImportOptions, ImportReport, KevValue, Progress, SsvcValue, import,
};
pub use judge::Doubt;
pub use library::{Held, Library, LibraryError, Pruned};
pub use matching::{ComponentMatches, LookedAt, Match, MatchKind, Matched, UNDETERMINED_VERSION};
pub use name::{FeedName, feed_name};
pub use support::{DateOrFlag, Support};
pub use sync::{Outcome, SyncError, SyncFault, SyncOptions, SyncReport, USUAL_ECOSYSTEMS, sync};
pub use upstreams::{Upstreams, UpstreamsError};
