//! `formulary verify`: whether a receipt proves an entry, offline, from files alone.

use tlog::{Policy, Receipt};

use crate::{
    args::register::Verify,
    output::{Failure, answer},
    subject,
};

pub(crate) fn run(args: &Verify) -> Result<u8, Failure> {
    let receipt = Receipt::parse(&subject::read(&args.receipt)?)
        .map_err(|e| Failure::new(format!("{} is no receipt: {e}", args.receipt.display())))?;
    let entry = subject::read(&args.entry)?;
    let policy = Policy::parse(&subject::read(&args.policy)?)
        .map_err(|e| Failure::new(format!("{} cannot be used: {e}", args.policy.display())))?;
    // An editor that adds a line feed at the end of the file has not changed the entry.
    let trimmed = entry.strip_suffix(b"\n").unwrap_or(&entry);
    match receipt.verify(trimmed, &policy) {
        Ok(_) => {
            let head = receipt.checkpoint().checkpoint();
            answer(&format!(
                "Proven: it is entry {} of {} ({} entries, root {}).\n",
                receipt.index(),
                head.origin(),
                head.size(),
                head.root()
            ));
            Ok(0)
        }
        Err(why) => {
            answer(&format!("Not proven: {why}\n"));
            Ok(1)
        }
    }
}
