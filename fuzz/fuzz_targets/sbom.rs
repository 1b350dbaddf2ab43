//! Bills of materials and statements on flaws from strangers: whichever reader their content asks
//! for, and each of them all the same.
//!
//! Whatever is read keeps the inventory's promises: edges run between components, every component
//! has a place, and every package URL is one.

#![no_main]

use std::borrow::Cow;

use domain::Purl;
use formats::{
    inventory::{Files, HEAD},
    readers::{self, READERS},
    vex,
};
use libfuzzer_sys::fuzz_target;

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Option<Cow<'_, [u8]>> {
        None
    }
    fn paths(&self) -> &[String] {
        &[]
    }
}

fuzz_target!(|data: &[u8]| {
    let _ = readers::of_file("a.json", &data[..data.len().min(HEAD)]);
    for reader in READERS.iter().filter(|r| matches!(r.name(), "CycloneDX JSON" | "SPDX JSON")) {
        let Ok(inventory) = reader.read("a.json", data, &NoFiles) else { continue };
        let count = inventory.components.len() as u32;
        assert!(inventory.edges.iter().all(|(from, to)| *from < count && *to < count && from != to));
        for component in &inventory.components {
            assert!(!component.from.is_empty());
            assert_eq!(component.purl.to_string().parse::<Purl>().as_ref(), Ok(&component.purl));
        }
        assert!(inventory.faults.iter().all(|fault| !fault.why.chars().any(char::is_control)));
        if inventory.components.is_empty() {
            assert!(!inventory.faults.is_empty(), "an empty answer must say why it is empty");
        }
    }
    if let Ok(document) = vex::read("a.json", data) {
        for statement in &document.statements {
            assert!(!statement.ids.is_empty());
            let ids: Vec<&str> = statement.ids.iter().map(String::as_str).collect();
            for product in &statement.products {
                if let Some(purl) = &product.purl {
                    let applies = statement.applies(purl, &ids);
                    assert!(
                        !applies
                            || product.subcomponents.is_empty()
                            || statement.products.len() > 1
                            || product.subcomponents.iter().any(|p| p.matches(purl))
                    );
                    assert!(!statement.applies(purl, &[]));
                }
            }
        }
    }
});
