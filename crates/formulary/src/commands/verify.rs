//! `formulary verify`: whether a receipt proves an entry, or a log's key signed a statement, offline, from
//! files alone.

use formats::provenance::dsse::Envelope;
use tlog::{Policy, Receipt};

use crate::{
    args::register::Verify,
    output::{Failure, answer},
    subject,
};

pub(crate) fn run(args: &Verify) -> Result<u8, Failure> {
    let Some(entry) = &args.entry else { return statement(args) };
    let receipt = Receipt::parse(&subject::read(&args.receipt)?)
        .map_err(|e| Failure::new(format!("{} is no receipt: {e}", args.receipt.display())))?;
    let entry = subject::read(entry)?;
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

/// Whether one of the logs that the policy names has signed a statement.
fn statement(args: &Verify) -> Result<u8, Failure> {
    let bytes = subject::read(&args.receipt)?;
    let envelope = Envelope::read(&bytes).map_err(|_| {
        Failure::new(format!("{} is no signed statement", args.receipt.display()))
            .next("To verify a receipt, name the entry that it is about: --entry FILE.")
    })?;
    let policy = Policy::parse(&subject::read(&args.policy)?)
        .map_err(|e| Failure::new(format!("{} cannot be used: {e}", args.policy.display())))?;
    let signed = policy.logs().iter().find_map(|log| {
        let opened = envelope.open(|encoded, signature| log.key.bears_dsse(encoded, signature));
        opened.ok().map(|(kind, payload)| (log.key.name().to_string(), kind.to_owned(), payload))
    });
    match signed {
        Some((name, kind, payload)) => {
            answer(&format!("Signed by the log {name}: {} bytes of {kind}.\n", payload.len()));
            Ok(0)
        }
        None => {
            answer("Not proven: no log that the policy names has signed it.\n");
            Ok(1)
        }
    }
}
