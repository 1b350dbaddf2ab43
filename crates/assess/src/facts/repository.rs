//! Facts about a repository, when publication is asked.

use domain::Assessment;
use policy::{Facts, Judged, Pack};

use crate::system::Declared;

/// The facts of the repository.
pub fn facts(_assessment: &Assessment, _declared: &Declared, _pack: &Pack) -> Facts {
    Facts::new(Judged::Repository)
}
