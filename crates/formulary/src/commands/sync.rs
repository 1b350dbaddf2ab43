//! `formulary feeds sync`.

use std::path::{Path, PathBuf};

use crate::{output::Failure, world::World};

pub(crate) fn run(
    _upstreams: Option<&Path>,
    _ecosystems: &[String],
    _ca: Option<&Path>,
    _feeds: Option<&PathBuf>,
    _world: &World,
) -> Result<u8, Failure> {
    Err(Failure::new("not yet"))
}
