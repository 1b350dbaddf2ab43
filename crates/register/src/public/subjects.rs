//! Subjects and the lines of the register about them.
//!
//! Decides what of an entry, its decision and its attestations is public.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{Date, SubjectName};

use super::{Duty, Elsewhere, Event, InForce, Line, Stated, Subject, View, question};
use crate::{
    act::{decision::WhoMayUse, review::Asks},
    case::Case,
    entry::{Decided, Entry},
    review::{Review, short},
};

impl View<'_> {
    /// Every subject that the register speaks of, by name.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let register = self.register;
        let mut reviews: HashMap<&Case, Vec<&Review>> = HashMap::new();
        for review in register.reviews.values() {
            if let Some(case) = &review.opening.case {
                reviews.entry(case).or_default().push(review);
            }
        }
        let mut lines: BTreeMap<&SubjectName, Vec<Line>> = BTreeMap::new();
        for entry in register.entries.values() {
            // Known here by the closure alone: not named before it is mended.
            if self.withheld(&entry.case) && entry.decided.is_none() {
                continue;
            }
            let about = reviews.get(&entry.case).map(Vec::as_slice).unwrap_or_default();
            lines.entry(&entry.case.subject).or_default().push(self.line(entry, about));
        }
        let mut stated: BTreeMap<&SubjectName, Vec<Stated>> = BTreeMap::new();
        let today = self.as_of.date();
        for (logged, it) in register.attestations.iter().filter(|(_, it)| it.until >= today) {
            stated.entry(&it.subject).or_default().push(Stated {
                control: it.control.clone(),
                who: register.who(&logged.by),
                version: it.version.clone(),
                on: logged.at.date(),
                until: it.until,
                entry: logged.index,
            });
        }
        let mut elsewhere: BTreeMap<SubjectName, Vec<Elsewhere>> = BTreeMap::new();
        for (_, imported) in register.imports.values() {
            if let Ok(foreign) = imported.read() {
                elsewhere.entry(foreign.case.subject.clone()).or_default().push(Elsewhere {
                    body: imported.body.clone(),
                    question: match &foreign.opening.asks {
                        Asks::Use | Asks::Publication => question(&foreign.case),
                        asks => format!("{}, {}", asks.word(), question(&foreign.case)),
                    },
                    ruling: foreign.standing(),
                    on: foreign.decided_on,
                });
            }
        }
        let mut endings: HashMap<String, Vec<super::Ending>> = HashMap::new();
        for ending in self.endings() {
            endings.entry(ending.subject.clone()).or_default().push(ending);
        }
        let names: BTreeSet<&SubjectName> =
            lines.keys().chain(stated.keys()).copied().chain(elsewhere.keys()).collect();
        let names: Vec<SubjectName> = names.into_iter().cloned().collect();
        names
            .into_iter()
            .map(|name| Subject {
                name: name.as_str().to_owned(),
                plain: name.plain().to_owned(),
                kind: name.kind(),
                lines: lines.remove(&name).unwrap_or_default(),
                attested: stated.remove(&name).unwrap_or_default(),
                endings: endings.remove(name.as_str()).unwrap_or_default(),
                elsewhere: elsewhere.remove(&name).unwrap_or_default(),
            })
            .collect()
    }

    fn line(&self, entry: &Entry, reviews: &[&Review]) -> Line {
        let register = self.register;
        let stand = entry.stand(self.as_of, &register.body.times);
        let terms = entry.decided.as_ref().map(|d| &d.decision.terms);
        let denied = entry.denied.as_ref().filter(|d| self.as_of.date() <= d.until);
        let alternative = denied.map(|d| d.alternative.clone());
        let existing = denied.map(|d| d.existing_uses.clone());
        Line {
            question: question(&entry.case),
            state: stand.state,
            since: stand.since,
            closed: self.closed(&entry.case),
            why: match register.unread.iter().find(|u| u.concerns(Some(&entry.case.subject))) {
                Some(unread) => format!("{}; unknown since: {}", stand.why, unread.words()),
                None => stand.why,
            },
            follows_from: stand.of.and_then(|of| register.statements.get(&of).copied()),
            changes_on: stand.next,
            decision: entry.decided.as_ref().map(|d| self.in_force(&entry.case, d)),
            alternative: alternative.or_else(|| terms.and_then(|t| t.alternative.clone())),
            existing_uses: existing.or_else(|| terms.and_then(|t| t.existing_uses.clone())),
            open: match self.withheld(&entry.case) {
                true => Vec::new(),
                false => entry.open.iter().cloned().collect(),
            },
            adopted_from: entry.adopted_from.clone(),
            history: self.line_history(entry, reviews),
        }
    }

    /// What of a repository is kept closed now, in words; none of what is not named.
    fn closed(&self, case: &Case) -> Option<String> {
        let closures = self.closed.get(case).filter(|_| !self.withheld(case))?;
        let last = closures.iter().max_by_key(|c| c.closure.until)?;
        Some(match last.closure.scope.len() {
            _ if last.closure.is_whole() => format!("the whole repository, until {}", last.closure.until),
            1 => format!("one path, until {}", last.closure.until),
            n => format!("{n} paths, until {}", last.closure.until),
        })
    }

    fn line_history(&self, entry: &Entry, reviews: &[&Review]) -> Vec<Event> {
        let register = self.register;
        let case = entry.case.to_string();
        let decisions: Vec<String> = entry.history.iter().map(|l| l.digest.to_string()).collect();
        let asked = |r: &&&Review| !matches!(r.opening.asks, Asks::Exception { .. } | Asks::Closure { .. });
        let ids = reviews.iter().filter(asked).map(|r| r.id.as_str());
        let mut out =
            self.history([case.as_str()].into_iter().chain(ids).chain(decisions.iter().map(String::as_str)));
        // An adoption names an import, not the case.
        let adopted = |l: &&crate::entry::Logged| {
            register.decisions.get(&l.digest).is_some_and(|(_, review)| review.is_empty())
        };
        for logged in entry.history.iter().filter(adopted) {
            if out.iter().all(|e| e.entry != logged.index) {
                out.push(self.event(logged, "adopted"));
            }
        }
        // What is set aside or kept closed has its own place: it is no decision on the question itself.
        let aside = |e: &Event| {
            reviews.iter().any(|r| {
                let ends = matches!(r.opening.asks, Asks::Exception { .. } | Asks::Closure { .. });
                ends && (r.opened.index == e.entry
                    || r.closed.as_ref().is_some_and(|c| c.logged.index == e.entry))
            })
        };
        out.retain(|e| !aside(e));
        if self.withheld(&entry.case) {
            let measures = register.closures_of(&entry.case).filter(|c| c.emergency).map(|c| c.logged.index);
            let measures: BTreeSet<u64> = measures.collect();
            out.retain(|e| !measures.contains(&e.entry));
        }
        out.sort_by_key(|one| std::cmp::Reverse(one.entry));
        out
    }

    fn in_force(&self, case: &Case, decided: &Decided) -> InForce {
        let register = self.register;
        let (decision, logged) = (&decided.decision, &decided.logged);
        let terms = &decision.terms;
        let review = register.reviews.get(&decision.review);
        InForce {
            id: short('D', &logged.digest),
            digest: logged.digest,
            entry: logged.index,
            on: logged.at.date(),
            ruling: decision.ruling.word(),
            by: decision.by.word(),
            signed: register.who(&logged.by),
            owner: decided.owner.clone(),
            may_use: self.may_use(case, &terms.who),
            reasons: register.words(&terms.reasons),
            review_on: terms.review_on,
            trip_wires: terms.trip_wires.iter().map(|w| w.word()).collect(),
            version: terms.version.clone(),
            obligations: self.duties(decided),
            review: decision.review.clone(),
            evidence: decided.assessed.as_ref().map(super::cases::evidence),
            positions: review.map(|r| self.positions(r, Some(&decision.votes))).unwrap_or_default(),
        }
    }

    fn may_use(&self, case: &Case, who: &WhoMayUse) -> String {
        match who {
            WhoMayUse::AnyTeam => "any team".to_owned(),
            WhoMayUse::Teams { teams } => format!("only {}", teams.join(", ")),
            WhoMayUse::SharedCare => {
                let held = self.register.shared_care(case, self.as_of.date());
                let pairs: Vec<String> = held
                    .iter()
                    .map(|a| format!("{} for {}, until {}", a.provider, a.recipient, a.until))
                    .collect();
                if pairs.is_empty() {
                    "teams with a shared-care agreement signed by both sides; none is signed yet".to_owned()
                } else {
                    format!("teams with a shared-care agreement: {}", pairs.join("; "))
                }
            }
        }
    }

    fn duties(&self, decided: &Decided) -> Vec<Duty> {
        let today: Date = self.as_of.date();
        let duties = decided.decision.terms.obligations.iter().enumerate();
        duties
            .map(|(i, duty)| {
                let met = u16::try_from(i).is_ok_and(|i| decided.done.contains(&i));
                Duty {
                    what: self.register.words(&duty.what),
                    who: duty.who.clone(),
                    due: duty.due,
                    shown_by: duty.shown_by.clone(),
                    state: match (met, duty.due < today) {
                        (true, _) => "met",
                        (false, true) => "overdue",
                        (false, false) => "open",
                    },
                }
            })
            .collect()
    }
}
