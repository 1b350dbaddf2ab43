//! Classes of model licences, and whether each fits a tier.
//!
//! Model hubs use ids of their own (`llama3`, `openrail`, `cc-by-nc-4.0`), so the table names ids and
//! beginnings of ids (`llama*`) in lower case. An id that no class names falls into the class `other`,
//! no id into `none`. This module refuses to read a licence text.

use domain::Tier;
use serde::Deserialize;

use crate::{catalogue::Fit, licence::LicenceTableError};

/// A table of model licence classes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelLicenceTable {
    /// Where the table comes from.
    pub source: String,
    class: Vec<ModelLicenceClass>,
}

/// One class of model licences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelLicenceClass {
    /// Its name: `osi`, `open-data`, `use-restricted`, `vendor-community`, `non-commercial`, `other`, `none`.
    pub name: String,
    /// What it means, one line.
    pub meaning: String,
    ids: Vec<String>,
    clinical: FitWord,
    operational: FitWord,
    infrastructure: FitWord,
    research: FitWord,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FitWord {
    Fits,
    DoesNotFit,
    NeedsView,
}

impl ModelLicenceClass {
    /// Whether a licence of this class fits a use at a tier.
    pub const fn fit(&self, tier: Tier) -> Fit {
        let word = match tier {
            Tier::Clinical => self.clinical,
            Tier::Operational => self.operational,
            Tier::Infrastructure => self.infrastructure,
            Tier::Research => self.research,
        };
        match word {
            FitWord::Fits => Fit::Fits,
            FitWord::DoesNotFit => Fit::DoesNotFit,
            FitWord::NeedsView => Fit::NeedsView,
        }
    }

    fn names(&self, id: &str) -> Option<usize> {
        self.ids
            .iter()
            .filter_map(|known| match known.strip_suffix('*') {
                Some(start) => id.starts_with(start).then_some(start.len()),
                None => (known == id).then_some(usize::MAX),
            })
            .max()
    }
}

impl ModelLicenceTable {
    /// Reads a table.
    ///
    /// # Errors
    /// When the TOML cannot be read, or the classes `other` and `none` are missing.
    pub fn parse(text: &str) -> Result<Self, LicenceTableError> {
        let table: Self = toml::from_str(text)?;
        for needed in ["other", "none"] {
            if table.named(needed).is_none() {
                return Err(LicenceTableError::NoClass(needed));
            }
        }
        Ok(table)
    }

    /// The class of a licence id as a model card, a configuration or a weights file states it.
    pub fn class(&self, id: Option<&str>) -> Option<&ModelLicenceClass> {
        let id = id.map(|i| i.trim().to_ascii_lowercase()).filter(|i| !i.is_empty());
        let Some(id) = id else { return self.named("none") };
        // The longest beginning wins: `cc-by-nc*` before `cc-by*`.
        self.class
            .iter()
            .filter_map(|class| class.names(&id).map(|length| (length, class)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, class)| class)
            .or_else(|| self.named("other"))
    }

    fn named(&self, name: &str) -> Option<&ModelLicenceClass> {
        self.class.iter().find(|c| c.name == name)
    }

    /// Every class, in the order of the table.
    pub fn classes(&self) -> &[ModelLicenceClass] {
        &self.class
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pack;

    #[test]
    fn the_shipped_table_classes_ids() {
        let pack = Pack::builtin("use").unwrap();
        let table = pack.model_licences().expect("the use pack has a table");
        for (id, class) in [
            (Some("Apache-2.0"), "osi"),
            (Some("mit"), "osi"),
            (Some("cc-by-4.0"), "open-data"),
            (Some("cc-by-nc-4.0"), "non-commercial"),
            (Some("openrail"), "use-restricted"),
            (Some("bigscience-bloom-rail-1.0"), "use-restricted"),
            (Some("llama3.2"), "vendor-community"),
            (Some("gemma"), "vendor-community"),
            (Some("house-rules"), "other"),
            (Some("  "), "none"),
            (None, "none"),
        ] {
            assert_eq!(table.class(id).unwrap().name, class, "{id:?}");
        }
        let fit = |id: &str, tier| table.class(Some(id)).unwrap().fit(tier);
        assert_eq!(fit("mit", Tier::Clinical), Fit::Fits);
        assert_eq!(fit("cc-by-nc-4.0", Tier::Clinical), Fit::DoesNotFit);
        assert_eq!(fit("cc-by-nc-4.0", Tier::Research), Fit::Fits);
        assert_eq!(fit("llama3.2", Tier::Clinical), Fit::NeedsView);
        assert_eq!(table.class(None).unwrap().fit(Tier::Operational), Fit::NeedsView);
    }
}
