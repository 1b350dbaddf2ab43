//! `formulary ci`: prints a job file for a forge, as it stands under `examples/ci`.

use crate::{
    args::Forge,
    output::{Failure, answer},
};

pub(crate) fn run(forge: Forge) -> Result<u8, Failure> {
    answer(match forge {
        Forge::Github => include_str!("../../../../examples/ci/github.yml"),
        Forge::Gitlab => include_str!("../../../../examples/ci/gitlab.yml"),
    });
    Ok(0)
}
