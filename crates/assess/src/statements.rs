//! VEX statements that the system trusts.

use domain::{Assessment, canonical::CanonicalError};
use evidence::material::Material;
use formats::own::system::System;

/// Applies trusted statements.
///
/// # Errors
/// When a value has no canonical form.
pub fn apply(_out: &mut Assessment, _material: &dyn Material, _system: &System) -> Result<(), CanonicalError> {
    Ok(())
}
