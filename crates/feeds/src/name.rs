//! The name of the feed that knows a component, without opening any.

use domain::Purl;

use crate::ecosystem::{Source, source_of};

/// Which feed knows a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedName {
    /// This one (`osv/npm`); without it nothing is known.
    Required(String),
    /// This one, if loaded; it is not missed if not, because next to nothing is published there.
    IfLoaded(String),
    /// Nobody publishes one (images, tools, models).
    Nowhere,
}

/// Which feed knows a component.
pub fn feed_name(purl: &Purl) -> FeedName {
    match source_of(purl) {
        Source::Feed(target) => FeedName::Required(format!("osv/{}", target.ecosystem)),
        Source::IfLoaded(target) => FeedName::IfLoaded(format!("osv/{}", target.ecosystem)),
        Source::Nowhere => FeedName::Nowhere,
    }
}
