//! Cases in words: the list, one case, and the board's paper.

use std::fmt::Write as _;

use domain::Outcome;
use pages::columns::{WIDTH, clean, cut, wrap};
use register::{Register, act::review::Asks, review::Review, words::Words};

use super::review::gaps;
use crate::register_folder::RegisterFolder;

/// The longest kept assessment read, in bytes.
pub(super) const LONGEST: u64 = 64 << 20;

/// Words for who holds the register: public, revealed, or sealed and at hand; else that they are withheld.
pub(super) fn read(folder: &RegisterFolder, words: &Words) -> String {
    let register = &folder.register;
    match words {
        Words::Sealed { sealed } if !register.erased.contains(sealed) => match folder.open_seal(sealed) {
            Some(text) => clean(&text),
            None => shown(register, words),
        },
        _ => shown(register, words),
    }
}

/// Words as anybody may read them: what is sealed and not revealed is withheld.
pub(super) fn shown(register: &Register, words: &Words) -> String {
    match words {
        Words::Public { text } => clean(text),
        Words::Sealed { sealed } if register.erased.contains(sealed) => "(erased)".to_owned(),
        Words::Sealed { sealed } => match register.revealed.get(sealed) {
            Some(text) => clean(text),
            None => format!("(withheld: {})", &sealed.to_string()[..19]),
        },
    }
}

/// What an application lacks, with what fills each gap where the assessment is at hand.
pub(super) fn lacks(folder: &RegisterFolder, review: &Review) -> Vec<String> {
    let kept = review.latest().and_then(|a| folder.kept(a.digest, LONGEST));
    let told = kept.zip(review.opening.case.as_ref()).map(|(kept, case)| gaps(&kept, case));
    let told = told.unwrap_or_default();
    let lines = review.missing.iter().map(|name| match told.iter().find(|(control, _)| control == name) {
        Some((_, remedy)) => format!("{name}: {remedy}"),
        None => name.clone(),
    });
    let evidence = review.lacks_evidence() && review.is_open();
    let evidence = evidence.then(|| {
        format!(
            "assessment: the committee decides on evidence; give it with `formulary review renew {} FILE`",
            review.id
        )
    });
    evidence.into_iter().chain(lines).collect()
}

/// What a review is about, in a line.
pub(super) fn about(review: &Review) -> String {
    match &review.opening.case {
        // The case says itself that it is a use or a publication.
        Some(case) if matches!(review.opening.asks, Asks::Use | Asks::Publication) => case.to_string(),
        Some(case) => format!("{}, {case}", review.opening.asks.word()),
        None => review.opening.asks.word().to_owned(),
    }
}

/// Open reviews, the oldest first.
pub(super) fn list(folder: &RegisterFolder, all: bool) -> String {
    let (register, now) = (&folder.register, folder.now);
    let mut reviews: Vec<&Review> = register.reviews.values().filter(|r| all || r.is_open()).collect();
    reviews.sort_by_key(|r| r.opened.index);
    if reviews.is_empty() {
        return "No review is open. `formulary review open --help` says how to open one.\n".to_owned();
    }
    let mut out = String::new();
    for review in reviews {
        let days = now.date().days_since(review.opened.at.date());
        let state = match &review.closed {
            None => {
                let expected = review.expected(&register.body);
                let late = if now.date() > expected { ", late" } else { "" };
                format!("open {days} d, expected by {expected}{late}")
            }
            Some(closed) => match closed.ruling {
                Some(ruling) => format!("{} on {}", ruling.word(), closed.logged.at.date()),
                None => format!("taken back on {}", closed.logged.at.date()),
            },
        };
        let _ = writeln!(out, "{}  {}", review.id, cut(&about(review), WIDTH - 12));
        let _ = writeln!(out, "            {state}");
        if review.is_open() {
            out.push_str(&awaits(folder, review));
        }
    }
    out
}

/// Whom a case waits for.
pub(super) fn awaits(folder: &RegisterFolder, review: &Review) -> String {
    let register = &folder.register;
    let mut out = String::new();
    let mut line = |text: &str| {
        for (i, part) in wrap(text, WIDTH - 14).into_iter().enumerate() {
            let _ = writeln!(out, "            {}{part}", if i == 0 { "" } else { "  " });
        }
    };
    for missing in lacks(folder, review) {
        line(&format!("missing: {missing}"));
    }
    let count = review.count(&register.body);
    for awaited in review.awaited(&register.body) {
        let people =
            if awaited.people.is_empty() { "nobody holds it".to_owned() } else { awaited.people.join(", ") };
        match awaited.role {
            Some(role) => line(&format!("awaits {role}: {people}")),
            None if !count.blocked_by.is_empty() => {
                line(&format!("awaits whether the answer settles the concern: {people}"));
            }
            None => line(&format!("awaits {} more of: {people}", count.people_awaited)),
        }
    }
    if !count.blocked_by.is_empty() {
        line(&format!("blocked by a concern of {}", count.blocked_by.join(", ")));
    }
    if count.stands() && review.is_open() && review.missing.is_empty() && !review.lacks_evidence() {
        line(&format!("the quorum stands: `formulary decision make {} grant …`", review.id));
    }
    out
}

/// What one signature did, of which a case is the confirmation: name and value of each line.
fn at_once(folder: &RegisterFolder, review: &Review, read: Reader<'_>) -> Vec<(&'static str, String)> {
    let register = &folder.register;
    let entry = review.opening.case.as_ref().and_then(|c| register.entries.get(c));
    let mut out = Vec::new();
    if let Some(denied) = entry.and_then(|e| e.denied.as_ref()).filter(|d| d.review == review.id) {
        out.push((
            "denied",
            format!("by {} on {} ({})", denied.logged.by, denied.logged.at.date(), denied.clause),
        ));
        out.push(("reason", read(folder, &denied.reason)));
        out.push(("existing", denied.existing_uses.clone()));
        out.push(("instead", denied.alternative.clone()));
        out.push(("lapses", format!("after {}, unless it is confirmed here", denied.until)));
    }
    if let Some(glass) = entry.and_then(|e| e.glass.as_ref()).filter(|g| g.logged == review.opened) {
        out.push((
            "glass",
            format!("broken by {} for {} until {}", glass.logged.by, glass.team, glass.until),
        ));
    }
    if entry.is_some_and(|e| e.trips.iter().any(|t| t.logged == review.opened)) {
        out.push(("suspended", "since a trip-wire was touched; granted, it is listed again".to_owned()));
    }
    out
}

/// Words as who reads may know them.
type Reader<'a> = &'a dyn Fn(&RegisterFolder, &Words) -> String;

/// Whom an open case waits for, in a line.
fn awaited(folder: &RegisterFolder, review: &Review) -> String {
    let names = review.awaited(&folder.register.body).into_iter().map(|one| match (one.role, one.people) {
        (Some(role), people) if people.is_empty() => format!("{role} (nobody who can sign holds it)"),
        (Some(role), people) => format!("{role} ({})", people.join(", ")),
        (None, people) => people.join(" or "),
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { "nobody: it can be decided".to_owned() } else { names.join("; ") }
}

/// One case.
pub(super) fn show(folder: &RegisterFolder, review: &Review) -> String {
    let (register, now) = (&folder.register, folder.now);
    let mut out = format!("{}  {}\n", review.id, about(review));
    let mut field = |label: &str, text: &str| {
        for (i, part) in wrap(text, WIDTH - 14).into_iter().enumerate() {
            let _ = writeln!(out, "  {:<10}  {part}", if i == 0 { label } else { "" });
        }
    };
    let days = now.date().days_since(review.opened.at.date());
    field("opened", &format!("{} by {}, {days} days ago", review.opened.at.date(), review.opened.by));
    field("why", &read(folder, &review.opening.reason));
    field("owner", &review.opening.owner);
    for (label, text) in at_once(folder, review, &read) {
        field(label, &text);
    }
    match &review.opening.asks {
        Asks::Closure { closure } => {
            field("attacker", &read(folder, &closure.attacker));
            field("adds", &read(folder, &closure.publication_adds));
            field("harm", &read(folder, &closure.path_to_harm));
            let scope: Vec<String> = closure.scope.iter().map(|s| read(folder, s)).collect();
            field("scope", &scope.join(", "));
            field("contact", &read(folder, &closure.contact));
            field("until", &closure.until.to_string());
        }
        Asks::Exception { control, scope, until } => {
            let scope = scope.as_ref().map(|s| format!(", {}", read(folder, s))).unwrap_or_default();
            field("sets aside", &format!("{control}{scope} until {until}"));
        }
        _ => {}
    }
    if let Some(terms) = &review.opening.terms {
        let who = super::decision::who_words(&terms.who);
        field("proposed", &format!("{who}; review by {}; no decision goes further", terms.review_on));
        for duty in &terms.obligations {
            field("", &format!("{} ({}, by {})", read(folder, &duty.what), duty.who, duty.due));
        }
    }
    if let Some(assessed) = review.latest() {
        field("evidence", &assessed.digest.to_string());
        field("basis", &assessed.basis.to_string());
        field(
            "answer",
            &format!("{} by {} as of {}", assessed.outcome, assessed.pack, assessed.as_of.date()),
        );
        for reason in assessed.reasons.iter().filter(|r| r.outcome >= Outcome::Referred) {
            field(
                "",
                &format!(
                    "{} ({}): {} in {}, {}",
                    reason.control, reason.row, reason.state, reason.count, reason.outcome
                ),
            );
        }
        let attested = assessed.states.iter().filter(|s| s.attested.is_some()).count();
        if attested > 0 {
            field("attested", &format!("{attested} controls are met because somebody stated it"));
        }
    }
    if !review.positions.is_empty() {
        let _ = writeln!(out, "\nPositions");
        for held in review.held() {
            let says = held.position.says.as_ref().map(|w| read(folder, w)).unwrap_or_default();
            let clause = held.position.clause.as_ref().map(|c| format!(" [{c}]")).unwrap_or_default();
            let text = format!("{}{clause} {says}", held.position.stance.word());
            for (i, part) in wrap(&text, WIDTH - 14).into_iter().enumerate() {
                let _ = writeln!(out, "  {:<10}  {part}", if i == 0 { held.logged.by.as_str() } else { "" });
            }
            for (logged, reply) in review.answers.iter().filter(|(_, a)| a.to == held.logged.by) {
                let text = format!("answered by {}: {}", logged.by, read(folder, &reply.says));
                for part in wrap(&text, WIDTH - 16) {
                    let _ = writeln!(out, "                {part}");
                }
            }
            if review.satisfied.contains(&held.logged.by) {
                let _ = writeln!(out, "                settled");
            }
        }
        for stale in review.stale() {
            let _ = writeln!(out, "  {:<10}  stale: the basis changed since", stale.person);
            for line in stale.changed.iter().take(5) {
                let _ = writeln!(out, "                {}", cut(line, WIDTH - 16));
            }
        }
    }
    if review.is_open() {
        let _ = writeln!(out, "\nExpected by {}", review.expected(&register.body));
        out.push_str(&awaits(folder, review));
    } else if let Some(closed) = &review.closed {
        let ruling = closed.ruling.map_or("taken back", |r| r.word());
        let _ = writeln!(
            out,
            "\nClosed: {ruling} on {} (entry {})",
            closed.logged.at.date(),
            closed.logged.index
        );
    }
    out
}

/// The board's paper: from the same data, in Markdown. Papers are published: what is sealed is withheld.
pub(super) fn paper(folder: &RegisterFolder, review: &Review) -> String {
    let (register, now) = (&folder.register, folder.now);
    let mut out = format!("# {}: {}\n\n", review.id, about(review));
    let body = &register.body;
    let _ = writeln!(out, "Paper for {}, {}.\n", body.name, now.date());
    let _ = writeln!(out, "## What is asked\n\n{}\n", shown(register, &review.opening.reason));
    let _ = writeln!(out, "- Owner of the outcome: {}", review.opening.owner);
    let _ = writeln!(
        out,
        "- Opened on {} by {}; an answer is expected by {}.",
        review.opened.at.date(),
        review.opened.by,
        review.expected(body)
    );
    if review.is_open() {
        let _ = writeln!(out, "- Awaits: {}.", awaited(folder, review));
    }
    if review.lacks_evidence() && review.is_open() {
        let _ = writeln!(out, "- Missing: assessment");
    } else if review.missing.is_empty() {
        let _ = writeln!(out, "- The application is complete.");
    }
    for missing in &review.missing {
        let _ = writeln!(out, "- Missing: {missing}");
    }
    let done = at_once(folder, review, &|folder, words| shown(&folder.register, words));
    if !done.is_empty() {
        let _ = writeln!(out, "\n## What was done at once\n");
        for (label, text) in done {
            let name = match label {
                "existing" => "Uses that exist",
                "instead" => "Use instead",
                other => &format!("{}{}", other[..1].to_uppercase(), &other[1..]),
            };
            let _ = writeln!(out, "- {name}: {text}");
        }
    }
    if let Some(assessed) = review.latest() {
        let _ = writeln!(out, "\n## The evidence\n");
        let _ = writeln!(
            out,
            "The pack {} answers **{}** as of {}.\n",
            assessed.pack,
            assessed.outcome,
            assessed.as_of.date()
        );
        if !assessed.reasons.is_empty() {
            let _ = writeln!(
                out,
                "| control | clause | state | concerns | alone it would make |\n| --- | --- | --- | --- | --- |"
            );
            for r in &assessed.reasons {
                let _ = writeln!(
                    out,
                    "| {} | {} | {} | {} | {} |",
                    r.control, r.row, r.state, r.count, r.outcome
                );
            }
        }
        let count = |state| assessed.states.iter().filter(|s| s.state == state).count();
        let _ = writeln!(
            out,
            "\nControls: {} met, {} not met, {} unknown; {} attested, {} set aside.",
            count(domain::ControlState::Met),
            count(domain::ControlState::NotMet),
            count(domain::ControlState::Unknown),
            assessed.states.iter().filter(|s| s.attested.is_some()).count(),
            assessed.states.iter().filter(|s| s.excepted.is_some()).count(),
        );
        let _ = writeln!(out, "\nAssessment `{}`, basis `{}`.", assessed.digest, assessed.basis);
    }
    let _ = writeln!(out, "\n## Positions\n");
    if review.positions.is_empty() {
        let _ = writeln!(out, "None yet.");
    }
    for held in review.held() {
        let says =
            held.position.says.as_ref().map(|w| format!(": {}", shown(register, w))).unwrap_or_default();
        let _ = writeln!(
            out,
            "- {} ({}): {}{says}",
            held.logged.by,
            body.people
                .get(&held.logged.by)
                .map(|p| p.roles.iter().cloned().collect::<Vec<_>>().join(", "))
                .unwrap_or_default(),
            held.position.stance.word()
        );
        for (logged, reply) in review.answers.iter().filter(|(_, a)| a.to == held.logged.by) {
            let _ = writeln!(out, "  - answered by {}: {}", logged.by, shown(register, &reply.says));
        }
    }
    let _ = writeln!(out, "\n## Recommendation\n\n{}", recommendation(register, review));
    out
}

/// What the rules recommend, with the reason: never a person's judgement.
pub(super) fn recommendation(register: &Register, review: &Review) -> String {
    let count = review.count(&register.body);
    match review.latest() {
        _ if !review.missing.is_empty() => "Complete the application first.".to_owned(),
        None if review.lacks_evidence() => {
            "Assess it first: the committee decides on evidence, and this case has none.".to_owned()
        }
        Some(a) if a.outcome == Outcome::Refused => {
            "Do not grant: the packs refuse it. Mend it, or decide on an exception first.".to_owned()
        }
        Some(a) if a.outcome == Outcome::NotEvaluated => {
            "Do not decide yet: a part could not be evaluated; the assessment says what fills the gap."
                .to_owned()
        }
        _ if !count.blocked_by.is_empty() => {
            format!("Answer the concern of {} first.", count.blocked_by.join(", "))
        }
        _ if count.stands() => "Grant: the quorum stands and no concern is open.".to_owned(),
        Some(a) => {
            let referred: Vec<&str> = a
                .reasons
                .iter()
                .filter(|r| r.outcome == Outcome::Referred)
                .map(|r| r.control.as_str())
                .collect();
            if referred.is_empty() {
                "Nothing stands against it but the positions still awaited.".to_owned()
            } else {
                format!("Look at what the packs refer to people: {}.", referred.join(", "))
            }
        }
        None => "Decide on the reason given: no assessment was asked for.".to_owned(),
    }
}
