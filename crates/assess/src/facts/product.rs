//! Facts about one closed product.

use domain::Assessment;
use policy::{Facts, Judged};

/// The facts of the product.
pub fn facts(_assessment: &Assessment) -> Facts {
    Facts::new(Judged::Product)
}
