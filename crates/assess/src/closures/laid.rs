//! Closures laid over the verdicts on publication.

use domain::{
    Assessment, By, ControlState, Date, Finding, Obligation, Outcome, Purpose, Reason, Tier, Verdict,
    Visibility, verdict::Action,
};
use policy::{Pack, closure::NOT_CURED};

use super::{CONTROL, Closure, HANDLING, State, limit_of, of};
use crate::standing;

/// Lays closures over the verdicts on publication: the register's word, else the file's.
pub(crate) fn apply(assessment: &mut Assessment, packs: &[Pack]) {
    let decided = standing::of(assessment).closed_until;
    let all = of(assessment);
    if decided.is_none() && all.is_empty() {
        return;
    }
    let mut verdicts = std::mem::take(&mut assessment.verdicts);
    let mut obligations = Vec::new();
    for verdict in verdicts.iter_mut().filter(|v| v.purpose == Purpose::Publish) {
        let view = View { assessment, all: &all, packs };
        let eased = match decided {
            Some(until) => view.decided(verdict, until, &mut obligations),
            None => view.own(verdict, &mut obligations),
        };
        view.handling(verdict);
        let worst = verdict.reasons.iter().map(|r| r.outcome).max().unwrap_or(Outcome::Allowed);
        verdict.outcome = if eased { worst } else { worst.max(verdict.outcome) };
        verdict.otherwise = verdict.otherwise.filter(|_| verdict.outcome == Outcome::NotEvaluated);
        verdict.reasons.sort_by(|a, b| {
            b.outcome.cmp(&a.outcome).then(b.action.cmp(&a.action)).then(a.control.cmp(&b.control))
        });
    }
    assessment.verdicts = verdicts;
    assessment.obligations.extend(obligations);
    assessment.obligations.sort_by(|a, b| (a.due, &a.control, &a.what).cmp(&(b.due, &b.control, &b.what)));
    assessment.obligations.dedup();
}

struct View<'a> {
    assessment: &'a Assessment,
    all: &'a [Closure],
    packs: &'a [Pack],
}

fn reason(action: Action, row: &str, why: String, remedy: String, until: Option<Date>) -> Reason {
    Reason {
        control: CONTROL.to_owned(),
        row: row.to_owned(),
        state: ControlState::NotMet,
        action,
        outcome: match action {
            Action::Block => Outcome::Refused,
            Action::Refer => Outcome::Referred,
            Action::Oblige => Outcome::Conditional,
            Action::Advise => Outcome::Allowed,
        },
        why,
        remedy,
        count: 1,
        findings: Vec::new(),
        evidence: Vec::new(),
        excepted_until: until,
    }
}

fn left(days: i64) -> String {
    match days {
        0 => "it ends today".to_owned(),
        1 => "1 day left".to_owned(),
        _ => format!("{days} days left"),
    }
}

/// Makes conditional what a closure of this extent may; whether anything was eased.
fn ease(verdict: &mut Verdict, until: Date, concerns: impl Fn(&Reason) -> bool) -> bool {
    let mut eased = false;
    for reason in verdict.reasons.iter_mut() {
        let cured = !NOT_CURED.contains(&reason.control.as_str()) && reason.control != CONTROL;
        if reason.outcome > Outcome::Conditional && cured && concerns(reason) {
            reason.outcome = Outcome::Conditional;
            reason.excepted_until = Some(until);
            eased = true;
        }
    }
    eased
}

/// `It does not cure owner-route: mend or retire.`
fn not_cured(verdict: &Verdict) -> String {
    let mut failed: Vec<&str> = verdict
        .reasons
        .iter()
        .filter(|r| r.outcome > Outcome::Conditional && NOT_CURED.contains(&r.control.as_str()))
        .map(|r| r.control.as_str())
        .collect();
    failed.sort_unstable();
    failed.dedup();
    if failed.is_empty() {
        String::new()
    } else {
        format!(" It does not cure {}: mend or retire.", failed.join(", "))
    }
}

impl View<'_> {
    fn today(&self) -> Date {
        self.assessment.as_of.date()
    }

    /// The register's closure.
    fn decided(&self, verdict: &mut Verdict, until: Date, obligations: &mut Vec<Obligation>) -> bool {
        let days = until.days_since(self.today());
        if days < 0 {
            verdict.reasons.push(reason(
                Action::Block,
                "EXC-03",
                format!("the closure ended on {until}"),
                "Open the repository, or ask for a closure anew: it cannot be stretched.".to_owned(),
                None,
            ));
            return false;
        }
        let eased = ease(verdict, until, |_| true);
        let remedy = "Mend what keeps it closed and open it before that day.";
        obligations.push(obligation(remedy, "the owner", until));
        verdict.reasons.push(reason(
            Action::Oblige,
            "EXC-01",
            format!("kept closed by a decision until {until} ({})", left(days)),
            format!("{remedy}{}", not_cured(verdict)),
            Some(until),
        ));
        eased
    }

    /// The closures of the repository's own file.
    fn own(&self, verdict: &mut Verdict, obligations: &mut Vec<Obligation>) -> bool {
        let pack = self.packs.iter().find(|pack| pack.label() == verdict.pack);
        let limit = pack.map_or(0, |pack| limit_of(pack, verdict.tier));
        let today = self.today();
        let mut eased = false;
        for it in self.all {
            let (id, until) = (&it.id, it.until);
            match it.state(self.all, limit, today) {
                State::Ahead | State::Over => {}
                State::Proposed => verdict.reasons.push(proposal(it, limit, verdict.tier)),
                State::Lapsed => verdict.reasons.push(self.lapsed(it)),
                State::Holds => {
                    eased |= ease(verdict, until, |reason| it.is_whole() || self.within(it, reason));
                    let days = left(until.days_since(today));
                    let (row, named, what) = if it.is_whole() {
                        (
                            "EXC-01",
                            String::new(),
                            "Mend what keeps it closed and open it before that day.".to_owned(),
                        )
                    } else {
                        let paths = it.scope.join(", ");
                        let what =
                            format!("Keep {paths} out of what is published; mend and open it by that day.");
                        ("EXC-02", format!(" of {paths}"), what)
                    };
                    obligations.push(obligation(&what, &it.owner, until));
                    verdict.reasons.push(reason(
                        Action::Oblige,
                        row,
                        format!("closure `{id}`{named} by {} holds until {until} ({days})", it.owner),
                        format!("{what}{}", not_cured(verdict)),
                        Some(until),
                    ));
                }
            }
        }
        eased
    }

    fn lapsed(&self, it: &Closure) -> Reason {
        let visibility = self.assessment.circumstances.visibility;
        let open = visibility.value == Visibility::Public && visibility.by != By::Assumed;
        let (action, why, remedy) = if open {
            (
                Action::Oblige,
                format!("closure `{}` ended on {}, and it is declared public", it.id, it.until),
                format!("Record that it was opened: `formulary closure end {}`.", it.id),
            )
        } else {
            (
                Action::Block,
                format!("closure `{}` ended on {}", it.id, it.until),
                format!(
                    "Open it and record that (`formulary closure end {}`), or put a closure before the committee: \
                     this one cannot be stretched.",
                    it.id
                ),
            )
        };
        reason(action, "EXC-03", why, remedy, None)
    }

    /// Whether all that a reason is about lies in a closure's paths.
    fn within(&self, it: &Closure, reason: &Reason) -> bool {
        let findings: Vec<&Finding> = self
            .assessment
            .findings
            .iter()
            .filter(|f| reason.findings.contains(&f.fingerprint) && f.control == reason.control)
            .collect();
        let inside = |f: &Finding| {
            if f.history.is_empty() {
                !f.places.is_empty() && f.places.iter().all(|place| it.holds_path(&place.path))
            } else {
                f.history.iter().all(|place| it.holds_path(&place.path))
            }
        };
        !findings.is_empty() && findings.len() as u64 >= reason.count && findings.iter().all(|f| inside(f))
    }

    /// HANDLING_INSTRUCTIONS.md is part of keeping anything closed.
    fn handling(&self, verdict: &mut Verdict) {
        let closed = verdict.reasons.iter().any(|r| r.control == CONTROL && r.excepted_until.is_some());
        let found: Vec<&Finding> =
            self.assessment.findings.iter().filter(|f| f.control == HANDLING).collect();
        let Some(first) = found.first().filter(|_| closed) else { return };
        let more = match found.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        verdict.reasons.push(Reason {
            control: HANDLING.to_owned(),
            findings: found.iter().map(|f| f.fingerprint).collect(),
            count: found.len() as u64,
            ..reason(
                Action::Oblige,
                "EXC-04",
                format!("{}{more}", first.title),
                first.remedy.clone().unwrap_or_default(),
                None,
            )
        });
    }
}

fn proposal(it: &Closure, limit: i64, tier: Tier) -> Reason {
    let who = if limit == 0 {
        format!("at the {tier} tier the committee decides a closure")
    } else {
        format!("beyond {limit} days, renewals counted in, the committee decides")
    };
    reason(
        Action::Refer,
        "EXC-03",
        format!("closure `{}` until {} is a proposal: {who}", it.id, it.until),
        format!(
            "Put it before the committee: `formulary closure show {} --toml > closure.toml`, then `formulary review \
             open assessment.json --ask closure --closure closure.toml`. Until then it cures nothing.",
            it.id
        ),
        None,
    )
}

fn obligation(what: &str, who: &str, due: Date) -> Obligation {
    Obligation {
        control: CONTROL.to_owned(),
        what: what.to_owned(),
        who: who.to_owned(),
        due,
        shown_by: "the closure is ended: `formulary closure end`".to_owned(),
        findings: Vec::new(),
        recorded: true,
    }
}
