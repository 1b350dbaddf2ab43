//! placeholder
use crate::{Scheme, Undetermined};
pub(crate) fn lowest(_s: Scheme, _r: &str) -> Option<String> { None }
pub(crate) fn pinned(_s: Scheme, _r: &str) -> Option<String> { None }
pub(crate) fn satisfies(s: Scheme, r: &str, _v: &str) -> Result<bool, Undetermined> { Err(Undetermined::new(s, r)) }
