//! Our own TOML files over any bytes: read, or refused with lines; and what is written of what was
//! read is read again as the same.
#![no_main]

use formats::own::{Answers, Debt, Dossier, Invalid, System, model::Note};
use libfuzzer_sys::fuzz_target;

fn check<T>(result: Result<T, Invalid>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(invalid) => {
            assert!(!invalid.faults.is_empty() && invalid.faults.len() <= 50);
            assert!(invalid.faults.iter().all(|fault| fault.line > 0 && fault.why.len() < 4096));
            None
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(system) = check(System::read("formulary.toml", bytes)) {
        let text = system.to_toml();
        let again = System::read("formulary.toml", text.as_bytes()).expect("what is written is read");
        assert_eq!(again.to_toml(), text);
        let _ = system.owner_of("a/b/c");
    }
    if let Some(debt) = check(Debt::read("formulary.debt.toml", bytes)) {
        let text = debt.to_toml();
        let again = Debt::read("formulary.debt.toml", text.as_bytes()).expect("what is written is read");
        assert_eq!(again.to_toml(), text);
        debt.exceptions.iter().for_each(|exception| drop(exception.to_domain()));
    }
    check(Dossier::read("product.toml", bytes));
    check(Note::read("model.toml", bytes));
    check(Answers::read("dtac.toml", bytes));
    check(Answers::read("dtac.json", bytes));
});
