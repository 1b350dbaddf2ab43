//! An estate as one self-contained HTML page.
//!
//! Whole and readable without script. The one small script adds sorting and filtering to the table of
//! repositories; the page's own policy allows exactly that script and the stylesheet, by digest, and no
//! request to anywhere.

use std::{collections::BTreeSet, fmt::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Digest, Estate, Outcome,
    estate::{Answer, EstateAction, Fault, FaultKind, Fragile, Ground, Letter, Mended, Row, Seen},
    remediation::Median,
};

use super::told;
use crate::{
    html::{STYLE, escape},
    words::count,
};

/// The script: sorting and filtering, nothing else.
pub const SCRIPT: &str = include_str!("table.js");

/// What this page needs beyond the stylesheet that all pages share.
const OWN_STYLE: &str = include_str!("page.css");

/// So many actions stand open; the others are folded.
const WEEK: usize = 10;

/// More repositories of one action than this are folded.
const SHOWN: usize = 5;

/// So many components stand open; the others are folded.
const GROUND: usize = 20;

/// The whole page.
pub fn render(estate: &Estate) -> String {
    let mut body = String::from("<h1>Estate</h1>");
    let _ = write!(
        body,
        "<p>{}, as of <time datetime=\"{day}\">{day}</time>. This page names open flaws of named systems: it is \
         for those who mend, not for the public.</p>",
        escape(&told::heading(estate)),
        day = estate.as_of.date()
    );
    contents(&mut body);
    totals(estate, &mut body);
    week(estate, &mut body);
    letters(&estate.letters, &mut body);
    table(estate, &mut body);
    stands_on(estate, &mut body);
    fragile(estate, &mut body);
    looked(estate, &mut body);
    whole(estate, &body)
}

fn whole(estate: &Estate, body: &str) -> String {
    let style = format!("{STYLE}{OWN_STYLE}");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Digest::of(text.as_bytes()).as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(SCRIPT)
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <title>Estate - Formulary</title><style>{style}</style></head><body class=\"estate\">\
         <a class=\"skip\" href=\"#main\">Skip to main content</a>\
         <header><p>Formulary</p></header><main id=\"main\">{body}</main>\
         <footer class=\"quiet\"><p>Written by {} as of {}. Anyone with the same repositories, feeds and packs \
         gets the same digest.</p></footer><script>{SCRIPT}</script></body></html>\n",
        escape(&estate.tool),
        estate.as_of
    )
}

fn contents(out: &mut String) {
    out.push_str("<nav aria-label=\"On this page\"><ul class=\"contents\">");
    for (id, words) in [
        ("totals", "Totals"),
        ("week", "Ten actions this week"),
        ("letters", "Letters"),
        ("repositories", "Repositories"),
        ("ground", "What it stands on"),
        ("fragile", "What is fragile"),
        ("looked", "What was looked at"),
    ] {
        let _ = write!(out, "<li><a href=\"#{id}\">{words}</a></li>");
    }
    out.push_str("</ul></nav>");
}

fn totals(estate: &Estate, out: &mut String) {
    out.push_str("<h2 id=\"totals\">Totals</h2><dl class=\"rows\">");
    for (name, said) in told::totals(estate) {
        let _ = write!(out, "<dt>{name}</dt><dd>{}</dd>", escape(&said));
    }
    out.push_str("</dl>");
}

/// The word of an outcome as a class.
fn class(outcome: Outcome) -> String {
    outcome.word().replace(' ', "-")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn tag(class: &str, words: &str) -> String {
    format!("<span class=\"tag {class}\">{}</span>", escape(&capital(words)))
}

fn answer(of: Option<Answer>) -> String {
    match of {
        None => told::answer(of).to_owned(),
        Some(answer) => {
            let class = if answer.nothing_seen { "not-evaluated".to_owned() } else { class(answer.outcome) };
            let otherwise = answer
                .otherwise
                .map(|rest| format!("<br><span class=\"quiet\">else {}</span>", rest.word()))
                .unwrap_or_default();
            format!("{}{otherwise}", tag(&class, told::answer(of)))
        }
    }
}

/// Opens a table that scrolls sideways by keyboard and stacks on a narrow screen.
fn open_table(out: &mut String, id: &str, caption: &str, columns: &[&str]) {
    let id = if id.is_empty() { String::new() } else { format!(" id=\"{id}\"") };
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table class=\"stack\"{id}>\
         <caption>{caption}</caption><thead><tr>"
    );
    for column in columns {
        let _ = write!(out, "<th scope=\"col\">{column}</th>");
    }
    out.push_str("</tr></thead><tbody>");
}

fn close_table(out: &mut String) {
    out.push_str("</tbody></table></div>");
}

fn week(estate: &Estate, out: &mut String) {
    out.push_str("<h2 id=\"week\">Ten actions this week</h2>");
    if estate.actions.is_empty() {
        out.push_str("<p>Nothing.</p>");
        return;
    }
    out.push_str(
        "<p>The same action of many repositories is one. By the day they are due, then by tier, then by how many \
         repositories they clear.</p><ol class=\"actions\">",
    );
    for action in estate.actions.iter().take(WEEK) {
        one_action(action, out);
    }
    out.push_str("</ol>");
    if estate.actions.len() > WEEK {
        let more = &estate.actions[WEEK..];
        let _ = write!(
            out,
            "<details><summary>The next {} of {} actions</summary><ol class=\"actions\" start=\"{}\">",
            more.len(),
            estate.actions_total,
            WEEK + 1
        );
        for action in more {
            one_action(action, out);
        }
        out.push_str("</ol></details>");
    }
}

fn one_action(action: &EstateAction, out: &mut String) {
    let concerned = told::concerned(action);
    let _ = write!(
        out,
        "<li><p><strong>{}</strong> {}</p><p class=\"quiet\">{}, {}, {} tier, {}",
        escape(&capital(&action.what)),
        tag(&class(action.outcome), action.outcome.word()),
        count(concerned, "repository", "repositories"),
        told::due(action),
        action.tier,
        action.kind.word()
    );
    if action.clears > 0 {
        let _ = write!(out, ", clears {}", count(big(action.clears), "finding", "findings"));
    }
    if action.overdue > 0 {
        let _ = write!(out, ", {} overdue", action.overdue);
    }
    if action.exploited > 0 {
        let _ = write!(out, ", {} known to be exploited", action.exploited);
    }
    out.push_str("</p>");
    let fold = concerned > SHOWN;
    if fold {
        let _ = write!(out, "<details><summary>In {concerned} repositories</summary>");
    }
    out.push_str("<ul>");
    for at in &action.subjects {
        let owner = at.owner.as_ref().map_or("nobody named", |owner| owner.role.as_str());
        let _ =
            write!(out, "<li>{} <span class=\"quiet\">({})</span>", escape(&at.repository), escape(owner));
        if at.what != action.what {
            let _ = write!(out, ": {}", escape(&at.what));
        }
        if let Some(command) = &at.command {
            let _ = write!(out, "<pre><code>{}</code></pre>", escape(command));
        }
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    if fold {
        out.push_str("</details>");
    }
    out.push_str("</li>");
}

fn big(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn letters(letters: &[Letter], out: &mut String) {
    out.push_str("<h2 id=\"letters\">Whom to write to, the letters drafted</h2>");
    if letters.is_empty() {
        out.push_str("<p>Nobody.</p>");
    }
    for letter in letters {
        let to = letter.to.as_ref().map_or("Nobody is named", |owner| owner.role.as_str());
        let contact = letter.to.as_ref().and_then(|owner| owner.contact.as_deref()).unwrap_or("not known");
        let _ = write!(
            out,
            "<details><summary>{}: {}</summary><dl class=\"rows\"><dt>To</dt><dd>{}</dd><dt>Subject</dt>\
             <dd>{}</dd></dl><div class=\"letter\">",
            escape(to),
            escape(&letter.subject),
            escape(contact),
            escape(&letter.subject)
        );
        // Line by line: escaping makes what breaks a line plain.
        for line in letter.text.lines() {
            let _ = writeln!(out, "{}", escape(line));
        }
        out.push_str("</div></details>");
    }
}

const COLUMNS: [&str; 9] = [
    "Repository",
    "Owner",
    "May be used",
    "May be public",
    "What blocks",
    "To do",
    "Closure",
    "Oldest evidence",
    "Remediation median",
];

fn table(estate: &Estate, out: &mut String) {
    out.push_str(
        "<h2 id=\"repositories\">Repositories</h2>\
         <p id=\"explained\">To do counts distinct actions: what one command, one edit or one statement clears is \
         one, however many findings it clears. The oldest evidence is the feed or dated document behind the \
         answers that was true longest ago.</p>\
         <div class=\"filter\" id=\"filter\" hidden></div>",
    );
    open_table(out, "estate", "Repositories", &COLUMNS);
    for row in &estate.rows {
        one_row(row, out);
    }
    close_table(out);
}

fn one_row(row: &Row, out: &mut String) {
    let judged = match &row.seen {
        Seen::Judged(judged) => judged,
        Seen::Unreadable(why) => {
            let _ = write!(
                out,
                "<tr><th scope=\"row\">{}</th><td data-label=\"Owner\">not known</td>\
                 <td data-label=\"May be used\" data-sort=\"3\">{tag}</td>\
                 <td data-label=\"May be public\" data-sort=\"3\">{tag}</td>\
                 <td data-label=\"What blocks\">{}: {}</td><td data-label=\"To do\" data-sort=\"-1\">not known</td>\
                 <td data-label=\"Closure\" data-sort=\"1000000\">not known</td>\
                 <td data-label=\"Oldest evidence\" data-sort=\"-1\">none</td>\
                 <td data-label=\"Remediation median\" data-sort=\"-1\">{}</td></tr>",
                escape(&row.repository),
                capital(told::UNREADABLE),
                escape(why),
                told::UNMEASURED,
                tag = tag("not-evaluated", "not evaluated"),
            );
            return;
        }
    };
    let name = judged.name.as_ref().filter(|name| **name != row.repository);
    let name = name.map(|n| format!("<br><span class=\"quiet\">{}</span>", escape(n))).unwrap_or_default();
    let contact = judged.owner.as_ref().and_then(|o| o.contact.as_ref().filter(|c| **c != o.role));
    let contact =
        contact.map(|c| format!("<br><span class=\"quiet\">{}</span>", escape(c))).unwrap_or_default();
    let blocks = told::blocks(judged);
    let blocks = if blocks.is_empty() {
        "nothing".to_owned()
    } else {
        blocks.iter().map(|b| escape(b)).collect::<Vec<_>>().join(", ")
    };
    let closure = judged.closure.as_ref();
    let until = closure
        .map(|c| {
            let until = c.until.map(|day| format!(" until {day},")).unwrap_or_default();
            format!("<br><span class=\"quiet\">{until} by {}</span>", escape(&c.source))
        })
        .unwrap_or_default();
    let _ = write!(
        out,
        "<tr><th scope=\"row\">{}{name}<br><span class=\"quiet\">{} tier ({}), {}</span></th>\
         <td data-label=\"Owner\">{}{contact}</td>\
         <td data-label=\"May be used\" data-sort=\"{}\">{}</td>\
         <td data-label=\"May be public\" data-sort=\"{}\">{}</td>\
         <td data-label=\"What blocks\">{blocks}</td>\
         <td data-label=\"To do\" data-sort=\"{}\">{}<br><span class=\"quiet\">{}</span></td>\
         <td data-label=\"Closure\" data-sort=\"{}\">{}{until}</td>\
         <td data-label=\"Oldest evidence\" data-sort=\"{}\">{}<br><span class=\"quiet\">{}</span></td>\
         <td data-label=\"Remediation median\" data-sort=\"{}\">{}<br><span class=\"quiet\">{}</span></td></tr>",
        escape(&row.repository),
        judged.tier.value,
        told::by(judged.tier.by),
        told::visibility(judged),
        escape(told::owner(judged)),
        rank(judged.usage),
        answer(judged.usage),
        rank(judged.publish),
        answer(judged.publish),
        judged.effort.actions,
        judged.effort.actions,
        told::effort(&judged.effort),
        // What has no closure ends last.
        closure.map_or(1_000_000, |c| c.days_left.unwrap_or(-1)),
        told::closure(closure),
        judged.oldest.days,
        count(big(u64::try_from(judged.oldest.days.max(0)).unwrap_or(0)), "day", "days"),
        escape(&judged.oldest.what),
        longest(judged.remediation.as_ref()),
        told::median(judged.remediation.as_ref()),
        told::mended(judged.remediation.as_ref()),
    );
}

/// The gravest sorts last.
fn rank(answer: Option<Answer>) -> i8 {
    match answer.map(|a| a.outcome) {
        None => -1,
        Some(Outcome::Allowed) => 0,
        Some(Outcome::Conditional) => 1,
        Some(Outcome::Referred) => 2,
        Some(Outcome::NotEvaluated) => 3,
        Some(Outcome::Refused) => 4,
    }
}

/// Days of a median; what was not reached sorts as the longest, what was not measured as the shortest.
fn longest(mended: Option<&Mended>) -> i64 {
    match mended.map(|mended| mended.median) {
        None => -2,
        Some(Median::TooFew) => -1,
        Some(Median::Days(days)) => i64::from(days),
        Some(Median::NotReached) => 1_000_000,
    }
}

fn by_tier(ground: &Ground) -> String {
    let parts: Vec<String> = ground.by_tier.iter().map(|at| format!("{} {}", at.count, at.tier)).collect();
    parts.join(", ")
}

fn stands_on(estate: &Estate, out: &mut String) {
    let _ = write!(
        out,
        "<h2 id=\"ground\">What it all stands on</h2><p>{}, versions of one taken together. A repository counts at \
         the strictest tier that a component runs at in it; what only development needs is left out.</p>",
        count(big(estate.components_total), "component", "components")
    );
    let (open, folded) = estate.stands_on.split_at(estate.stands_on.len().min(GROUND));
    ground_table("Components by number of repositories", open, out);
    if !folded.is_empty() {
        let _ = write!(out, "<details><summary>The next {}</summary>", folded.len());
        ground_table("More components by number of repositories", folded, out);
        out.push_str("</details>");
    }
}

fn ground_table(caption: &str, all: &[Ground], out: &mut String) {
    if all.is_empty() {
        return;
    }
    open_table(out, "", caption, &["Component", "Repositories", "By tier", "Asked for directly", "Versions"]);
    for ground in all {
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th><td data-label=\"Repositories\">{}</td>\
             <td data-label=\"By tier\">{}</td><td data-label=\"Asked for directly\">{}</td>\
             <td data-label=\"Versions\">{}</td></tr>",
            escape(&ground.component),
            ground.systems,
            by_tier(ground),
            ground.direct,
            ground.versions
        );
    }
    close_table(out);
}

fn fragile(estate: &Estate, out: &mut String) {
    out.push_str("<h2 id=\"fragile\">What is fragile, and the evidence</h2>");
    if estate.fragile.is_empty() {
        out.push_str("<p>Nothing that records or files speak of.</p>");
        return;
    }
    let _ = write!(
        out,
        "<p>{} out of upkeep or support, with an open flaw past its day, recorded as malicious, or taken from one \
         address that no upstream stands behind.</p>",
        count(big(estate.fragile_total), "component", "components")
    );
    let (open, folded) = estate.fragile.split_at(estate.fragile.len().min(GROUND));
    fragile_table("Fragile components by number of repositories", open, out);
    if !folded.is_empty() {
        let _ = write!(out, "<details><summary>The next {}</summary>", folded.len());
        fragile_table("More fragile components by number of repositories", folded, out);
        out.push_str("</details>");
    }
}

fn fragile_table(caption: &str, all: &[Fragile], out: &mut String) {
    open_table(out, "", caption, &["Component", "Repositories", "By tier", "Why"]);
    for one in all {
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th><td data-label=\"Repositories\">{}</td>\
             <td data-label=\"By tier\">{}</td><td data-label=\"Why\">{}</td></tr>",
            escape(&one.ground.component),
            one.ground.systems,
            by_tier(&one.ground),
            why(&one.faults)
        );
    }
    close_table(out);
}

fn why(faults: &[Fault]) -> String {
    let kinds: BTreeSet<FaultKind> = faults.iter().map(|fault| fault.kind).collect();
    let mut out = String::new();
    for kind in kinds {
        let _ = write!(out, "<strong>{}</strong><ul>", capital(kind.word()));
        for fault in faults.iter().filter(|fault| fault.kind == kind) {
            let _ = write!(
                out,
                "<li>{} <span class=\"quiet\">({})</span></li>",
                escape(&fault.said),
                count(big(fault.systems), "repository", "repositories")
            );
        }
        out.push_str("</ul>");
    }
    out
}

fn looked(estate: &Estate, out: &mut String) {
    out.push_str("<h2 id=\"looked\">What was looked at</h2><dl class=\"rows\">");
    let mut add = |name: &str, value: String| {
        let _ = write!(out, "<dt>{name}</dt><dd>{value}</dd>");
    };
    add("Repositories", escape(&told::heading(estate)));
    let passed: Vec<String> = estate
        .passed_over
        .iter()
        .map(|unread| escape(&format!("{}: {}", unread.place, unread.why)))
        .collect();
    add(
        "Not looked at",
        if passed.is_empty() { "nothing that was named".to_owned() } else { passed.join("<br>") },
    );
    let feeds: Vec<String> =
        estate.feeds.iter().map(|feed| escape(&format!("{} {}", feed.name, feed.as_of.date()))).collect();
    add("Feeds", if feeds.is_empty() { "none was asked".to_owned() } else { feeds.join(", ") });
    add("Packs", escape(&estate.packs.join(", ")));
    if let Some(digest) = estate.digest {
        add("Digest", format!("<code>{digest}</code>"));
    }
    out.push_str("</dl>");
}
