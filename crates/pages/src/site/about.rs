//! Pages about the register itself: people, policy, how to verify, accessibility.

use super::{
    Site, parts,
    parts::{capital, count, day, digest, roles},
};
use crate::html::escape;

impl Site<'_> {
    pub(super) fn people(&self) -> String {
        let register = self.register;
        let mut out = String::from(
            "<h1>People and roles</h1><p class=\"lead\">Who may sign for this register, and with which keys. A \
             name is shown only where the person agreed to that; else the id.</p>\n",
        );
        let rows: Vec<Vec<String>> = register
            .people
            .iter()
            .map(|m| {
                let keys = |keys: &[String], note: &str| -> Vec<String> {
                    keys.iter().map(|k| format!("<code>{}</code>{note}", escape(k))).collect()
                };
                let mut all = keys(&m.keys, "");
                all.extend(keys(&m.revoked, " (revoked)"));
                vec![
                    escape(&m.who.id),
                    m.who.name.as_ref().map_or_else(|| "not public".to_owned(), |n| escape(n)),
                    if m.who.roles.is_empty() { "–".to_owned() } else { capital(&roles(&m.who.roles)) },
                    if m.deputy_for.is_empty() { "–".to_owned() } else { capital(&roles(&m.deputy_for)) },
                    all.join("<br>"),
                ]
            })
            .collect();
        out.push_str(&parts::table(
            "People of the body",
            &["Id", "Name", "Roles", "Deputy for", "Keys"],
            &rows,
        ));
        parts::page(register, "people.html", "People and roles", &out)
    }

    pub(super) fn policy(&self) -> String {
        let register = self.register;
        let policy = &register.policy;
        let mut out = String::from(
            "<h1>Policy</h1><p class=\"lead\">What this body judges by, who must agree before something is \
             allowed, and how long things last. Each of these is changed only by a decision in the log.</p>\n\
             <h2>Packs of controls</h2>\n",
        );
        let rows: Vec<Vec<String>> = policy
            .packs
            .iter()
            .map(|(pack, d)| vec![format!("<code>{}</code>", escape(pack)), digest(d)])
            .collect();
        if rows.is_empty() {
            out.push_str("<p>None are named: the packs that come with the program.</p>\n");
        } else {
            out.push_str(&parts::table("Packs, in the order they are asked", &["Pack", "Digest"], &rows));
        }
        out.push_str("<h2>Who must agree</h2>\n<p>One authorised signature says no at once; a yes needs all of this.</p>\n");
        let rows: Vec<Vec<String>> = policy
            .quorum
            .iter()
            .map(|q| {
                let or =
                    |list: &[String]| if list.is_empty() { "–".to_owned() } else { capital(&roles(list)) };
                let also = match (q.by_rule, q.silence) {
                    (true, true) => "a published rule; silence",
                    (true, false) => "a published rule",
                    (false, true) => "silence",
                    (false, false) => "nothing else",
                };
                vec![
                    format!("<span class=\"whole\">{}</span>", capital(&escape(&q.tier))),
                    q.people.to_string(),
                    or(&q.agree),
                    or(&q.heard),
                    count(usize::from(q.comment_days), "working day", "working days"),
                    capital(also),
                    count(usize::from(q.review_days), "day", "days"),
                ]
            })
            .collect();
        let heads = [
            "Tier",
            "People",
            "Must agree",
            "Must be heard",
            "For comment",
            "Also decides",
            "Reviewed within",
        ];
        out.push_str(&parts::table("Quorum by tier", &heads, &rows));
        out.push_str("<h2>How long things last</h2>\n");
        let days = |n: u16| count(usize::from(n), "day", "days");
        out.push_str(&parts::summary(&[
            ("A no by one signature", format!("lapses after {} unless confirmed", days(policy.denial_days))),
            ("Break-glass", count(usize::from(policy.break_glass_hours), "hour", "hours")),
            ("An emergency closure", days(policy.emergency_closure_days)),
            ("Any closure", format!("at most {}", days(policy.longest_closure_days))),
            ("Overdue becomes restricted", format!("after {}", days(policy.overdue_days))),
            ("An appeal", format!("within {} of the decision", days(policy.appeal_days))),
            ("Changes of this policy", format!("need the quorum of the tier {}", escape(&policy.changes_at))),
        ]));
        parts::page(register, "policy.html", "Policy", &out)
    }

    pub(super) fn verify(&self) -> String {
        let register = self.register;
        let example = self.cited().receipts.last().copied().unwrap_or(0);
        let mut out = format!(
            "<h1>Verify this register</h1><p class=\"lead\">Nobody needs to believe these pages. Everything on them \
             follows from a log that only grows, signed by its own key, each decision signed by the people who made \
             it.</p>\n{}",
            parts::summary(&[
                ("Log", format!("<code>{}</code>", escape(&register.origin))),
                ("Entries", register.size.to_string()),
                ("Last entry", day(register.last.date())),
            ])
        );
        if register.meaningless > 0 {
            out.push_str(&format!(
                "<p>{} in the log and mean nothing: they were refused by the rules that every reader applies.</p>\n",
                count(register.meaningless, "entry stands", "entries stand")
            ));
        }
        let code = |text: &str| format!("<pre tabindex=\"0\"><code>{text}</code></pre>\n");
        out.push_str(
            "<h2>One decision</h2>\n<p>From the page of a subject, take the entry, its receipt, and \
             <a href=\"trust.policy\">trust.policy</a>, and ask without any network:</p>\n",
        );
        out.push_str(&code(&format!(
            "formulary verify {example}.tlog-proof --entry {example}.json --policy trust.policy"
        )));
        out.push_str(
            "<p>The leaf of the log is the SHA-256 of a zero byte and the bytes of the entry, which is canonical \
             JSON (RFC 8785), so that you can rebuild it from what the page says:</p>\n",
        );
        out.push_str(&code(&format!("{{ printf '\\0'; cat {example}.json; }} | sha256sum")));
        out.push_str("<h2>The whole log</h2>\n<p>Copy the folder <code>log</code> of this site, or name its address:</p>\n");
        out.push_str(&code("formulary log verify ADDRESS/log --policy trust.policy"));
        out.push_str(
            "<p>Keep the <a href=\"log/checkpoint\">checkpoint</a> you saw. With <code>--known</code> you notice \
             later if anything was taken back or rewritten. The log is in the form of C2SP \
             <i>tlog-tiles</i>, receipts in that of <i>tlog-proof</i>, trust in that of <i>tlog-policy</i>: other \
             programs read them too.</p>\n\
             <h2>Who is trusted</h2>\n<p>Take <code>trust.policy</code> from a second place as well, such as the \
             body's letterhead or another body's register: whoever could change this site could change the file \
             that lies in it.</p>\n\
             <h2>A signature</h2>\n<p>Votes and decisions are signed with SSH keys; OpenSSH itself verifies them \
             (<code>formulary log signed</code> writes the files for <code>ssh-keygen -Y verify</code>).</p>\n\
             <h2>For other programs</h2>\n<p>Each decision is stated as a SLSA verification summary, signed with the \
             log's key, and as CycloneDX: <a href=\"statements/index.json\">the list of statements</a>.</p>\n\
             <h2>What is not here</h2>\n<p>Words that must stay private are in the log only as a digest with salt. \
             Where flaws lie, and what lies open in a system, is told after it is mended.</p>\n",
        );
        parts::page(register, "verify.html", "Verify this register", &out)
    }

    pub(super) fn accessibility(&self) -> String {
        let register = self.register;
        let out = format!(
            "<h1>Accessibility statement</h1><p class=\"lead\">These pages are meant for everyone: WCAG 2.2, level \
             AA.</p>\n\
             <ul><li>Everything works without scripts, with the keyboard alone, and with a screen reader.</li>\
             <li>Pages can be enlarged to 400 % (a window 320 pixels wide) without scrolling sideways.</li>\
             <li>No state is told by colour alone; forced colours of the system are kept.</li>\
             <li>There are no moving parts, no time limits, and no requests to other places.</li></ul>\n\
             <h2>How it is tested</h2>\n<p>Every page of a test register is checked by axe in a real browser, at the \
             width of a desk and of a telephone, whenever the program that writes these pages is changed; that the keyboard reaches every link, that its \
             focus is seen, and that states are told apart in forced colours, is tested in the same way. No test \
             by people with disabilities is on record.</p>\n\
             <h2>Known limits</h2>\n<p>Digests are long strings of letters and digits, and are read out as such. \
             Entries of the log are files of JSON.</p>\n\
             <h2>Tell us</h2>\n<p>If something does not work for you, write to {}.</p>\n",
            parts::contact(&register.contact)
        );
        parts::page(register, "accessibility.html", "Accessibility statement", &out)
    }
}
