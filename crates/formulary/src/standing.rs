//! What a register says of a subject, looked up and handed to the assessment; and whether one of its
//! receipts covers the release.

use assess::{change, judge::Questions};
use domain::{Assessment, Digest, EntryState, Purl, Purpose, Standing, SubjectName, Timestamp};
use policy::Pack;

use crate::{output::Failure, register_folder::RegisterFolder};

/// The longest kept assessment read, in bytes.
const LONGEST: u64 = 256 << 20;

/// The register that a run asks, if one was named.
pub(crate) struct Asked(Option<RegisterFolder>);

impl Asked {
    /// No register.
    pub(crate) const fn nobody() -> Self {
        Self(None)
    }

    /// This register.
    pub(crate) const fn register(folder: RegisterFolder) -> Self {
        Self(Some(folder))
    }

    /// What it says of a subject by its declared name or package URL.
    pub(crate) fn standing(&self, declared: Option<&str>, purl: Option<&Purl>, as_of: Timestamp) -> Standing {
        let Some(folder) = &self.0 else { return Standing::default() };
        let name: Option<SubjectName> = match (purl, declared) {
            (Some(purl), _) => purl.to_string().parse().ok(),
            (None, Some(name)) => format!("repository:{name}").parse().ok(),
            (None, None) => None,
        };
        folder.register.standing(name.as_ref(), as_of, &|digest| folder.open_seal(digest))
    }

    /// What it says of an assessed model or product, whose name is known only now; none where there is
    /// nothing to say.
    pub(crate) fn late(&self, assessment: &Assessment, as_of: Timestamp) -> Option<Standing> {
        let folder = self.0.as_ref()?;
        let name =
            SubjectName::of(&assessment.subject).filter(|n| matches!(n.kind(), "model" | "product"))?;
        let standing = folder.register.standing(Some(&name), as_of, &|digest| folder.open_seal(digest));
        (!standing.listings.is_empty() || !standing.attested.is_empty()).then_some(standing)
    }

    /// Judges again with the receipt, where a decision covers this release: its basis is the one decided
    /// on, or only patch updates lie between, with nothing new found and no state worse.
    pub(crate) fn cover(
        &self,
        assessment: &mut Assessment,
        packs: &[Pack],
        questions: Questions,
    ) -> Result<(), Failure> {
        let Some(folder) = &self.0 else { return Ok(()) };
        let standing = assess::standing::of(assessment);
        let decided = standing.listings.iter().find(|l| {
            l.purpose == Purpose::Use
                && matches!(
                    l.state,
                    EntryState::Listed | EntryState::ListedWithObligations | EntryState::Overdue
                )
        });
        let Some(decided) = decided else { return Ok(()) };
        let same = decided.basis.is_some() && decided.basis == assessment.basis;
        if !same && !decided.assessment.is_some_and(|digest| patched(folder, digest, assessment)) {
            return Ok(());
        }
        assess::standing::cover(assessment)?;
        assess::judge::judge(assessment, packs, questions, true);
        Ok(assess::seal::seal(assessment)?)
    }
}

/// Whether only patch updates lie between the assessment decided on and this one.
fn patched(folder: &RegisterFolder, digest: Digest, now: &Assessment) -> bool {
    let Some(then) = folder.kept(digest, LONGEST) else { return false };
    let changes = change::between(&then, now);
    changes.only_patches() && changes.new_findings.is_empty() && changes.nothing_worse()
}
