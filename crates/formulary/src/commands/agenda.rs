//! `formulary agenda`: what needs one person, oldest first, with the recommendation and the command.

use std::fmt::Write as _;

use domain::{Date, Timestamp};
use pages::{
    columns::{WIDTH, wrap},
    html::escape,
};
use register::{review::Review, state::State};

use super::case_text::{about, recommendation};
use crate::{
    args::register::Agenda,
    output::{Failure, answer},
    register_folder::{RegisterFolder, names},
    signer::Signer,
    world::World,
};

/// At most this many things: two hours a week.
const MOST: usize = 10;

/// One thing that needs somebody.
struct Item {
    /// Since when it waits.
    since: Date,
    /// By when.
    by: Option<Date>,
    /// What it is about.
    what: String,
    /// What the rules recommend, with the reason.
    recommendation: String,
    /// The command that does it.
    command: String,
    /// A letter to whoever must act, where that is somebody else.
    letter: Option<String>,
}

pub(crate) fn run(args: &Agenda, world: &World) -> Result<u8, Failure> {
    let folder = RegisterFolder::open(&args.at, world)?;
    let person = match &args.person {
        Some(person) => person.clone(),
        None => {
            let signer = Signer::find(args.key.as_deref(), world)
                .map_err(|e| e.next("Or say for whom: --person p-01."))?;
            let register = &folder.register;
            let (id, _) = register.body.holder_of(&signer.fingerprint).ok_or_else(|| {
                Failure::new(format!("the key {} belongs to nobody in this body", signer.fingerprint))
                    .next("Say for whom: --person p-01.")
            })?;
            id.to_owned()
        }
    };
    if !folder.register.body.people.contains_key(&person) {
        return Err(Failure::new(format!("nobody in the body has the id {person}"))
            .next("`formulary body show` lists the people."));
    }
    let mut items = collect(&folder, &person);
    items.sort_by(|a, b| a.since.cmp(&b.since).then(a.what.cmp(&b.what)));
    let more = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    let name = names(&folder.register).remove(&person).unwrap_or(person);
    answer(&text(&items, &name, more, folder.now));
    let write = |path: &std::path::Path, text: String| {
        std::fs::write(path, text).map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))
    };
    if let Some(path) = &args.html {
        write(path, html(&items, &name, more, folder.now))?;
    }
    if let Some(path) = &args.calendar {
        write(path, calendar(&items, &folder))?;
    }
    Ok(0)
}

/// Everything that needs this person.
fn collect(folder: &RegisterFolder, person: &str) -> Vec<Item> {
    let (register, now) = (&folder.register, folder.now);
    let body = &register.body;
    let today = now.date();
    let mut out = Vec::new();
    let Some(who) = body.people.get(person) else { return out };
    if !who.can_sign() {
        // Whose only key is revoked can do nothing here until there is a new one.
        let ended = who.keys.keys().filter_map(|k| register.ended.get(k)).max();
        out.push(Item {
            since: ended.map_or(today, |at| at.date()),
            by: None,
            what: "you have no key that can sign".to_owned(),
            recommendation: "Make a new key and have it added: nothing else waits for you until then.".to_owned(),
            command: "formulary body change keys.toml --reason …   # with a change `add-key`, signed by somebody who can".to_owned(),
            letter: None,
        });
        return out;
    }
    let roles = who.counts_for();
    for review in register.reviews.values().filter(|r| r.is_open()) {
        if let Some(item) = of_review(folder, review, person) {
            out.push(item);
        }
    }
    for entry in register.entries.values() {
        let stand = entry.stand(now, &body.times);
        let Some(decided) = &entry.decided else { continue };
        let owns = roles.contains(&decided.owner) || decided.logged.by == person;
        let subject = &entry.case.subject;
        if owns && matches!(stand.state, State::Overdue | State::Restricted | State::Suspended) {
            out.push(Item {
                since: stand.since,
                by: stand.next,
                what: format!("{} is {}", entry.case, stand.state),
                recommendation: format!("Assess it afresh and ask for a decision: {}.", stand.why),
                command: "formulary check . --format json > assessment.json && formulary review open assessment.json --reason … --owner …".to_owned(),
                letter: Some(format!(
                    "Dear {},\n\n{} is {} since {}: {}. Please assess it afresh and open a review, or tell us that it is no longer used.\n\n{}\n",
                    decided.owner, entry.case, stand.state, stand.since, stand.why, body.name
                )),
            });
        }
        for (i, duty) in decided.decision.terms.obligations.iter().enumerate() {
            let done = u16::try_from(i).is_ok_and(|i| decided.done.contains(&i));
            if done || !(roles.contains(&duty.who) || owns) || duty.due > today.plus_days(14) {
                continue;
            }
            let what = super::case_text::read(folder, &duty.what);
            out.push(Item {
                since: decided.logged.at.date(),
                by: Some(duty.due),
                what: format!("obligation on {subject}: {what}"),
                recommendation: format!("Due on {}; shown by: {}.", duty.due, duty.shown_by),
                command: format!(
                    "formulary decision done {} {} --shown …",
                    register::review::short('D', &decided.logged.digest),
                    i + 1
                ),
                letter: (!roles.contains(&duty.who)).then(|| {
                    format!(
                        "Dear {},\n\nYou took on, for {subject}: {what}. It is due on {}. Please show it by: {}.\n\n{}\n",
                        duty.who, duty.due, duty.shown_by, body.name
                    )
                }),
            });
        }
        if owns && stand.state == State::Listed && decided.decision.terms.review_on <= today.plus_days(30) {
            out.push(Item {
                since: decided.logged.at.date(),
                by: Some(decided.decision.terms.review_on),
                what: format!("{}: its review is due", entry.case),
                recommendation: "Assess it afresh; if nothing is worse, a decision is quick.".to_owned(),
                command: "formulary check . --format json > assessment.json && formulary review open assessment.json --reason … --owner …".to_owned(),
                letter: None,
            });
        }
    }
    for closing in &register.closures {
        let left = closing.closure.until.days_since(today);
        let owns = roles.contains(&closing.closure.owner) || closing.logged.by == person;
        if owns && (-30..=30).contains(&left) {
            out.push(Item {
                since: closing.logged.at.date(),
                by: Some(closing.closure.until),
                what: format!("the closure of {} ends", closing.case.subject),
                recommendation: "Open the code again, or ask anew before the end: it lapses by itself.".to_owned(),
                command: format!("formulary check . --publish   # then: formulary review open … --ask closure --subject \"{}\"", closing.case.subject),
                letter: None,
            });
        }
    }
    out
}

/// What an open case needs of a person, if anything.
fn of_review(folder: &RegisterFolder, review: &Review, person: &str) -> Option<Item> {
    let register = &folder.register;
    let body = &register.body;
    if review.is_barred(body, person).is_some() {
        return None;
    }
    let count = review.count(body);
    let stale = review.stale().into_iter().find(|s| s.person == person);
    let awaited = review.awaited(body).iter().any(|a| a.people.iter().any(|p| p == person));
    let blocks = count.blocked_by.iter().any(|p| p == person);
    let answered = blocks && review.is_answered(person);
    if blocks && !answered {
        // It is for others to answer first.
        return None;
    }
    let opener = review.opened.by == person;
    let chair = body.people.get(person).is_some_and(|p| p.has_any(&["chair"]));
    let complete = review.missing.is_empty() && !review.lacks_evidence();
    let refused = review.latest().is_some_and(|a| a.outcome == domain::Outcome::Refused);
    let unanswered = count.blocked_by.iter().find(|p| !review.is_answered(p));
    let nobody = review.awaited(body).iter().all(|a| a.people.is_empty());
    let (command, extra) = if answered {
        (
            format!("formulary review settle {}", review.id),
            "Your concern was answered: say whether that settles it. ",
        )
    } else if refused && (stale.is_some() || awaited || chair) {
        let way = "decline --reasons … --alternative … --existing-uses …";
        (format!("formulary decision make {} {way}", review.id), "")
    } else if opener && !complete {
        (format!("formulary review renew {} assessment.json", review.id), "")
    } else if !complete && (stale.is_some() || awaited) {
        // Nobody agrees to what is not there yet.
        (format!("formulary review show {}", review.id), "")
    } else if stale.is_some() {
        (format!("formulary vote {} agree", review.id), "Your vote went stale: the evidence changed. ")
    } else if awaited {
        (format!("formulary vote {} agree", review.id), "")
    } else if let Some(of) = unanswered.filter(|_| opener || chair) {
        (format!("formulary review answer {} --concern-of {of} --says …", review.id), "")
    } else if count.stands() && complete {
        (format!("formulary decision make {} grant --reasons …", review.id), "")
    } else if chair && nobody && unanswered.is_none() {
        (
            format!("formulary review show {}", review.id),
            "It waits for nobody who could act, so it is yours. ",
        )
    } else {
        return None;
    };
    let changed = stale.map(|s| format!(" What changed: {}.", s.changed.join("; "))).unwrap_or_default();
    Some(Item {
        since: review.opened.at.date(),
        by: Some(review.expected(body)),
        what: format!("{} {}", review.id, about(review)),
        recommendation: format!("{extra}{}{changed}", recommendation(register, review)),
        command,
        letter: (!review.missing.is_empty() && !opener).then(|| {
            format!(
                "Dear {},\n\nYour application ({}) lacks: {}. The clock is running; please complete it.\n\n{}\n",
                review.opening.owner,
                about(review),
                super::case_text::lacks(folder, review).join("; "),
                body.name
            )
        }),
    })
}

fn text(items: &[Item], name: &str, more: usize, now: Timestamp) -> String {
    let mut out = format!("Agenda of {name}, {}\n", now.date());
    if items.is_empty() {
        out.push_str("  Nothing needs you today.\n");
    }
    for (i, item) in items.iter().enumerate() {
        let days = now.date().days_since(item.since);
        let by = item.by.map(|d| if d < now.date() { format!(", was due {d}") } else { format!(", by {d}") });
        let head = format!("{}. {} (waits {days} days{})", i + 1, item.what, by.unwrap_or_default());
        for (n, line) in wrap(&head, WIDTH - 4).into_iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if n == 0 { "" } else { "   " });
        }
        for line in wrap(&item.recommendation, WIDTH - 4) {
            let _ = writeln!(out, "   {line}");
        }
        let _ = writeln!(out, "   $ {}", item.command);
        if let Some(letter) = &item.letter {
            for line in letter.trim_end().lines() {
                let _ = writeln!(out, "   | {line}");
            }
        }
    }
    if more > 0 {
        let _ = writeln!(out, "and {more} more: they come up when these are done.");
    }
    out
}

fn html(items: &[Item], name: &str, more: usize, now: Timestamp) -> String {
    let mut body = String::new();
    for item in items {
        let days = now.date().days_since(item.since);
        let by = item.by.map(|d| format!(", by {d}")).unwrap_or_default();
        let _ = write!(
            body,
            "<li><h2>{}</h2><p>Waits {days} days{by}.</p><p>{}</p><pre><code>{}</code></pre>",
            escape(&item.what),
            escape(&item.recommendation),
            escape(&item.command)
        );
        if let Some(letter) = &item.letter {
            let _ = write!(body, "<details><summary>Letter</summary><pre>{}</pre></details>", escape(letter));
        }
        body.push_str("</li>");
    }
    let empty = if items.is_empty() { "<p>Nothing needs you today.</p>" } else { "" };
    let rest = if more > 0 {
        format!("<p>And {more} more: they come up when these are done.</p>")
    } else {
        String::new()
    };
    pages::shell::page(
        &format!("Agenda of {name}"),
        &format!("<h1>Agenda of {}</h1><p>{}</p>{empty}<ol>{body}</ol>{rest}", escape(name), now.date()),
    )
}

/// iCalendar (RFC 5545): one day-long event for each thing that has a day.
fn calendar(items: &[Item], folder: &RegisterFolder) -> String {
    let stamp: String = folder.now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Formulary//Agenda//EN\r\n");
    for item in items {
        let Some(by) = item.by else { continue };
        let day = |d: Date| d.to_string().replace('-', "");
        let uid = domain::Digest::of(format!("{} {by}", item.what).as_bytes()).hex();
        let _ = write!(
            out,
            "BEGIN:VEVENT\r\nUID:{}@{}\r\nDTSTAMP:{stamp}\r\nDTSTART;VALUE=DATE:{}\r\nDTEND;VALUE=DATE:{}\r\n",
            &uid[..32],
            folder.register.origin.replace('/', "."),
            day(by),
            day(by.plus_days(1))
        );
        folded(&mut out, &format!("SUMMARY:{}", escaped(&item.what)));
        folded(
            &mut out,
            &format!("DESCRIPTION:{}\\n{}", escaped(&item.recommendation), escaped(&item.command)),
        );
        out.push_str("END:VEVENT\r\n");
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}

/// Text values escape backslash, semicolon, comma and line feed (RFC 5545 §3.3.11).
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n").replace('\r', "")
}

/// Lines are at most 75 octets, continued after a space (RFC 5545 §3.1).
fn folded(out: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 74 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}
