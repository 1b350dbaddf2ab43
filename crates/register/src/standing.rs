//! What the register holds about a subject, as of a time, as the value that assessments take in.
//!
//! Decides which entries, statements, exceptions and closures are about the subject. Which of verdict
//! and decision is the stricter is decided where the verdict is made.

use domain::{
    Attested, Digest, Exception, Listing, Obligation, Purpose, Standing, SubjectName, Tier, Timestamp,
    standing::BreakGlass,
};

use crate::{
    act::{attestation::Basis, decision::WhoMayUse},
    case::Case,
    entry::Entry,
    register::Register,
    review::short,
    state::State,
    unread::Unread,
    words::Words,
};

/// Stands for a scope that is sealed and not at hand: it is nobody's name, so what it scopes has no effect,
/// and is listed all the same.
pub const WITHHELD: &str = "(withheld)";

/// Opens sealed words: whoever holds the register's private folder can, everybody else gives none.
pub type Opener<'a> = &'a dyn Fn(&Digest) -> Option<String>;

impl Register {
    /// What is known of a subject, as of a time. What is sealed and cannot be opened is [`WITHHELD`].
    pub fn standing(&self, subject: Option<&SubjectName>, as_of: Timestamp, open: Opener<'_>) -> Standing {
        let today = as_of.date();
        let mut out =
            Standing { register: Some(self.origin.clone()), size: self.size, ..Standing::default() };
        for entry in self.entries.values() {
            if Some(&entry.case.subject) == subject {
                let listing = self.listing(entry, as_of);
                if listing.state != State::Unlisted || listing.glass.is_some() {
                    out.listings.push(listing);
                }
            } else if entry.case.purpose == Purpose::Use && entry.case.subject.kind() == "component" {
                let listing = self.listing(entry, as_of);
                if matches!(listing.state, State::Declined | State::Suspended | State::Restricted) {
                    out.of_components.push(listing);
                }
            }
        }
        // The register's tier is that of the strictest use it has granted.
        out.tier_floor = self
            .entries
            .values()
            .filter(|e| Some(&e.case.subject) == subject && e.decided.is_some() && e.case.part.is_none())
            .filter_map(|e| e.case.tier)
            .min();
        for (logged, it) in &self.attestations {
            if it.until < today || !self.about(subject, &it.subject) {
                continue;
            }
            let fit_for = match &it.basis {
                Some(Basis::Audit { fit_for, .. }) => Some(*fit_for),
                _ => None,
            };
            // A statement about a component counts for that component wherever it is used.
            let scope = it
                .scope
                .as_ref()
                .map(|s| self.scope(s, open))
                .or_else(|| (Some(&it.subject) != subject).then(|| it.subject.as_str().to_owned()));
            out.attested.push(Attested {
                control: it.control.clone(),
                scope,
                version: it.version.clone(),
                until: it.until,
                statement: logged.digest,
                fit_for,
            });
        }
        for it in self.exceptions.iter().filter(|e| e.until >= today && Some(&e.case.subject) == subject) {
            out.exceptions.push(Exception {
                control: it.control.clone(),
                scope: it.scope.as_ref().map(|s| self.scope(s, open)),
                owner: it.owner.clone(),
                reason: self.words(&it.reason),
                from: it.logged.at.date(),
                until: it.until,
            });
        }
        let unread: Vec<String> =
            self.unread.iter().filter(|u| u.concerns(subject)).map(Unread::words).collect();
        out.unknown = unread.first().cloned();
        // A component that such an entry names is no plain yes either.
        let named = self.unread.iter().filter(|u| !u.concerns(subject));
        for (unread, name) in named.flat_map(|u| u.about.iter().flatten().map(move |name| (u, name))) {
            if name.kind() == "component" {
                out.of_components.push(self.unknown(unread, name, as_of));
            }
        }
        out.closed_until = self
            .closures
            .iter()
            .filter(|c| Some(&c.case.subject) == subject && c.closure.is_whole())
            .map(|c| c.closure.until)
            .max();
        out
    }

    /// Whether a statement about one subject speaks to another: itself, or a component.
    fn about(&self, subject: Option<&SubjectName>, stated: &SubjectName) -> bool {
        Some(stated) == subject || stated.kind() == "component"
    }

    /// An entry, as far as a gate must know it: its state for any team, and who may go past it for some hours.
    pub fn listing(&self, entry: &Entry, as_of: Timestamp) -> Listing {
        let stand = entry.stand_without_glass(as_of, &self.body.times);
        let glass = entry.glass_at(as_of, &self.body.times);
        let review = entry.open.iter().filter_map(|id| self.reviews.get(id)).min_by_key(|r| r.opened.index);
        let awaited = review
            .map(|review| {
                let mut out: Vec<String> = review
                    .awaited(&self.body)
                    .into_iter()
                    .map(|a| a.role.unwrap_or_else(|| a.people.join(" or ")))
                    .collect();
                out.dedup();
                out
            })
            .unwrap_or_default();
        let terms = entry.decided.as_ref().map(|d| &d.decision.terms);
        let obligations = entry.decided.as_ref().map(|d| self.open_duties(entry, d)).unwrap_or_default();
        let teams = match terms.map(|t| &t.who) {
            Some(WhoMayUse::Teams { teams }) => teams.clone(),
            Some(WhoMayUse::SharedCare) => {
                let held = self.shared_care(&entry.case, as_of.date());
                let teams: Vec<String> =
                    held.iter().flat_map(|a| [a.provider.clone(), a.recipient.clone()]).collect();
                // Nobody has signed yet: nobody may.
                if teams.is_empty() { vec!["(no shared-care agreement is signed)".to_owned()] } else { teams }
            }
            Some(WhoMayUse::AnyTeam) | None => Vec::new(),
        };
        // A denial that has lapsed says nothing any more.
        let denied = entry.denied.as_ref().filter(|d| as_of.date() <= d.until);
        Listing {
            subject: entry.case.subject.clone(),
            purpose: entry.case.purpose,
            tier: entry.case.tier,
            part: entry.case.part.clone(),
            state: stand.state,
            since: stand.since,
            why: stand.why,
            decision: entry.decided.as_ref().map(|d| short('D', &d.logged.digest)),
            decided_on: entry.decided.as_ref().map(|d| d.logged.at.date()),
            trip_wires: terms
                .map(|t| t.trip_wires.iter().map(|w| w.id().to_owned()).collect())
                .unwrap_or_default(),
            basis: entry.decided.as_ref().and_then(|d| d.decision.basis),
            assessment: entry.decided.as_ref().and_then(|d| d.decision.assessment),
            settled: entry.decided.as_ref().map(|d| d.decision.settled.clone()).unwrap_or_default(),
            obligations,
            teams,
            review: review.map(|r| r.id.clone()),
            awaited,
            expected: review.map(|r| r.expected(&self.body)),
            alternative: denied
                .map(|d| d.alternative.clone())
                .or_else(|| terms.and_then(|t| t.alternative.clone())),
            existing_uses: denied
                .map(|d| d.existing_uses.clone())
                .or_else(|| terms.and_then(|t| t.existing_uses.clone())),
            review_on: terms.map(|t| t.review_on),
            covers: false,
            glass: glass.map(|g| BreakGlass { team: g.team.clone(), until: g.until }),
        }
    }

    fn open_duties(&self, entry: &Entry, decided: &crate::entry::Decided) -> Vec<Obligation> {
        let duties = decided.decision.terms.obligations.iter().enumerate();
        duties
            .filter(|(i, _)| u16::try_from(*i).is_ok_and(|i| !decided.done.contains(&i)))
            .map(|(_, duty)| Obligation {
                control: "register".to_owned(),
                what: format!("{} ({})", self.words(&duty.what), entry.case.subject),
                who: duty.who.clone(),
                due: duty.due,
                shown_by: duty.shown_by.clone(),
                findings: Vec::new(),
                recorded: true,
            })
            .collect()
    }

    /// What is unknown of a component is for people to look at.
    fn unknown(&self, unread: &Unread, name: &SubjectName, as_of: Timestamp) -> Listing {
        let case = Case::of_use(name.clone(), Tier::Research);
        let listing = self.listing(&Entry::new(case), as_of);
        Listing { state: State::Restricted, why: unread.words(), tier: None, ..listing }
    }

    /// A scope as the reader may know it.
    fn scope(&self, words: &Words, open: Opener<'_>) -> String {
        let known = |sealed: &Digest| self.revealed.get(sealed).cloned().or_else(|| open(sealed));
        match words {
            Words::Public { text } => text.clone(),
            Words::Sealed { sealed } if self.erased.contains(sealed) => WITHHELD.to_owned(),
            Words::Sealed { sealed } => known(sealed).unwrap_or_else(|| WITHHELD.to_owned()),
        }
    }

    /// Words as the public may read them.
    pub fn words(&self, words: &Words) -> String {
        match words {
            Words::Public { text } => text.clone(),
            Words::Sealed { sealed } if self.erased.contains(sealed) => "(erased)".to_owned(),
            Words::Sealed { sealed } => {
                self.revealed.get(sealed).cloned().unwrap_or_else(|| "(not public)".to_owned())
            }
        }
    }
}
