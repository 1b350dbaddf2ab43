//! Writing `formulary.toml` and `formulary.debt.toml`, as `formulary init` does: the same values
//! give the same bytes, and each field is explained where it stands, for the person who opens the
//! file a year later.

use std::fmt::Write;

use domain::{Deployment, Exposure, Visibility};

use super::{
    closure::DebtClosure,
    debt::{Debt, DebtException, DebtObligation, ExceptionKind, RecordedBy},
    system::{Owner, System},
};

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    let all: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", all.join(", "))
}

const fn exposure(value: Exposure) -> &'static str {
    match value {
        Exposure::Small => "small",
        Exposure::Controlled => "controlled",
        Exposure::Open => "open",
    }
}

const fn visibility(value: Visibility) -> &'static str {
    match value {
        Visibility::Private => "private",
        Visibility::Public => "public",
    }
}

const fn deployment(value: Deployment) -> &'static str {
    match value {
        Deployment::Internal => "internal",
        Deployment::Service => "service",
        Deployment::Browser => "browser",
        Deployment::Distributed => "distributed",
    }
}

/// Lines of a file being written. Writing into a `String` cannot fail, so results are dropped.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn comment(&mut self, text: &str) {
        for line in text.lines() {
            let _ = writeln!(self.0, "# {line}");
        }
    }

    fn line(&mut self, line: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{line}");
    }

    fn text(&mut self, key: &str, text: &str) {
        self.line(format_args!("{key} = {}", quoted(text)));
    }

    /// A field that has a value, or an invitation to give it one.
    fn field(&mut self, key: &str, value: Option<&str>, example: &str, explain: &str) {
        self.comment(explain);
        match value {
            Some(value) => self.text(key, value),
            None => self.comment(&format!("{key} = {}", quoted(example))),
        }
        self.line("");
    }
}

impl System {
    /// The file's text, each field explained.
    pub fn to_toml(&self) -> String {
        let mut out = Lines::default();
        out.comment("What this system declares about itself. `formulary check .` reads it.");
        out.comment(
            "A line that begins with # says nothing; what is not said is assumed, and shown as assumed.",
        );
        out.line("");
        out.field("name", self.name.as_deref(), "Ward board", "What people call the system.");
        out.field(
            "version",
            self.version.as_deref(),
            "2.1",
            "The release this tree is; a safety case and its attestations bind one.",
        );
        out.field(
            "tier",
            self.tier.map(domain::Tier::word),
            "operational",
            "How close it is to the care of a patient: clinical (influences care decisions),\n\
             operational, infrastructure (databases, frameworks) or research. Assumed: operational.",
        );
        out.field(
            "exposure",
            self.exposure.map(exposure),
            "controlled",
            "Who can reach it: small (few, one machine), controlled (network behind access control)\n\
             or open (the internet). Assumed: open.",
        );
        out.field(
            "visibility",
            self.visibility.map(visibility),
            "public",
            "Whether this repository is already public: private or public. Assumed: private.",
        );
        out.field(
            "deployment",
            self.deployment.map(deployment),
            "service",
            "How it reaches its users: internal, service (over a network), browser (sent to one) or\n\
             distributed (others run it). What a licence asks for depends on it. Assumed: service.",
        );
        out.comment(
            "The day `formulary init` first looked: components whose arrival nobody recorded count from it.",
        );
        match self.started {
            Some(day) => out.line(format_args!("started = {day}")),
            None => out.comment("started = 2026-08-22"),
        }
        out.line("");
        out.comment("Rules to judge by: names of built-in packs, or paths in this repository. Absent: the built-in ones.");
        if self.packs.is_empty() {
            out.comment("packs = [\"use\", \"publish\"]");
        } else {
            out.line(format_args!("packs = {}", list(&self.packs)));
        }
        out.line("");
        if !self.mirrors.is_empty() {
            out.comment(
                "Addresses at which the same code lies too: closing it here does not close it there.",
            );
            out.line(format_args!("mirrors = {}\n", list(&self.mirrors)));
        }
        out.comment("Who answers for the system: a role or team, not a person, and how to reach it.");
        out.comment(
            "`confirmed` is the day that role last said so. `patches` and `monitors`: who else does.",
        );
        match &self.owner {
            Some(owner) => {
                out.line("[owner]");
                out.owner(owner);
            }
            None => {
                out.comment("[owner]\nrole = \"Ward systems team\"\ncontact = \"ward-systems@trust.example\"\nconfirmed = 2026-08-22");
            }
        }
        if self.parts.is_empty() {
            out.line("");
            out.comment("Parts with a tier of their own, by folder or file; the longest path wins.");
            out.comment("[[parts]]\nname = \"bedside\"\npaths = [\"bedside\"]\ntier = \"clinical\"");
        }
        for (i, part) in self.parts.iter().enumerate() {
            out.line("");
            if i == 0 {
                out.comment("Parts with a tier of their own, by folder or file; the longest path wins.");
            }
            out.line("[[parts]]");
            out.text("name", &part.name);
            out.line(format_args!("paths = {}", list(&part.paths)));
            out.text("tier", part.tier.word());
            if let Some(value) = part.exposure {
                out.text("exposure", exposure(value));
            }
            if let Some(owner) = &part.owner {
                out.line("[parts.owner]");
                out.owner(owner);
            }
        }
        self.write_trust(&mut out);
        out.0
    }

    fn write_trust(&self, out: &mut Lines) {
        if !self.upstreams.is_empty() {
            out.line("");
            out.comment("Hosts that components of an ecosystem may come from.");
            out.line("[upstreams]");
            for upstream in &self.upstreams {
                out.line(format_args!("{} = {}", upstream.ecosystem, list(&upstream.hosts)));
            }
        }
        if !self.clones.is_empty() {
            out.line("");
            out.comment("Clones of components, by which it is told whether those are kept up.");
            out.line("[clones]");
            for (purl, folder) in &self.clones {
                out.line(format_args!("{} = {}", quoted(&purl.to_string()), quoted(folder)));
            }
        }
        for vex in &self.vex {
            out.line("");
            out.comment(
                "Statements that a flaw does not affect this system, from somebody it trusts, until a day.",
            );
            out.line("[[vex]]");
            out.text("path", &vex.path);
            out.text("signer", &vex.signer);
            out.text("why", &vex.why);
            out.line(format_args!("until = {}", vex.until));
        }
        for claim in &self.claims {
            out.line("");
            out.comment("A claim, not an attestation: nobody has signed it.");
            out.line(format_args!("[clinical.{}]", claim.control));
            out.text("says", &claim.says);
            for (key, value) in [("by", &claim.by), ("path", &claim.path)] {
                if let Some(value) = value {
                    out.text(key, value);
                }
            }
            out.line(format_args!("on = {}", claim.on));
            out.line(format_args!("until = {}", claim.until));
        }
    }
}

impl Lines {
    fn owner(&mut self, owner: &Owner) {
        self.text("role", &owner.role);
        self.text("contact", &owner.contact);
        if let Some(day) = owner.confirmed {
            self.line(format_args!("confirmed = {day}"));
        }
        for (key, value) in [("patches", &owner.patches), ("monitors", &owner.monitors)] {
            if let Some(value) = value {
                self.text(key, value);
            }
        }
    }

    fn exception(&mut self, entry: &DebtException) {
        self.line("\n[[exceptions]]");
        self.text("id", &entry.id);
        self.text("control", &entry.control);
        self.about(entry.finding.as_ref(), entry.scope.as_ref());
        if entry.kind == ExceptionKind::NotReal {
            self.text("kind", "not-real");
        }
        self.text("owner", &entry.owner);
        self.text("reason", &entry.reason);
        self.end(entry.from, entry.until, entry.recorded_by);
    }

    fn obligation(&mut self, entry: &DebtObligation) {
        self.line("\n[[obligations]]");
        self.text("id", &entry.id);
        self.text("control", &entry.control);
        self.about(entry.finding.as_ref(), entry.scope.as_ref());
        self.text("what", &entry.what);
        self.text("owner", &entry.owner);
        if let Some(shown_by) = &entry.shown_by {
            self.text("shown_by", shown_by);
        }
        self.end(entry.from, entry.until, entry.recorded_by);
    }

    fn closure(&mut self, entry: &DebtClosure) {
        self.line("\n[[closures]]");
        self.text("id", &entry.id);
        self.answers(entry);
        self.text("reason", &entry.reason);
        self.line(format_args!("from = {}\nuntil = {}", entry.from, entry.until));
        if let Some(day) = entry.ended {
            self.line(format_args!("ended = {day}"));
        }
        if let Some(last) = &entry.last_public {
            self.text("last_public", &last.to_string());
        }
    }

    fn answers(&mut self, entry: &DebtClosure) {
        self.text("attacker", &entry.attacker);
        self.text("publication_adds", &entry.publication_adds);
        self.text("path_to_harm", &entry.path_to_harm);
        self.line(format_args!("scope = {}", list(&entry.scope)));
        self.text("owner", &entry.owner);
        self.text("contact", &entry.contact);
    }

    fn about(&mut self, finding: Option<&super::debt::About>, scope: Option<&super::debt::Scope>) {
        if let Some(finding) = finding {
            self.text("finding", &finding.to_string());
        }
        if let Some(scope) = scope {
            self.text("scope", &scope.to_string());
        }
    }

    fn end(&mut self, from: domain::Date, until: domain::Date, by: RecordedBy) {
        self.line(format_args!("from = {from}\nuntil = {until}"));
        if by == RecordedBy::Init {
            self.text("recorded_by", "init");
        }
    }
}

impl DebtClosure {
    /// The entry's text, to be put at the end of the file; it begins with an empty line.
    pub fn to_toml(&self) -> String {
        let mut out = Lines::default();
        out.closure(self);
        out.0
    }

    /// What a register's review takes of it: `formulary review open … --ask closure --closure FILE`.
    pub fn to_review_toml(&self) -> String {
        let mut out = Lines::default();
        out.answers(self);
        out.line(format_args!("until = {}", self.until));
        out.0
    }
}

impl Debt {
    /// The file's text, each field explained; entries in the order they are in.
    pub fn to_toml(&self) -> String {
        let mut out = Lines::default();
        out.comment(
            "Debt of this repository: what was set aside, and what was promised. Every entry has an owner",
        );
        out.comment(
            "and an end; past its end it counts against the repository. `formulary check .` reads it.",
        );
        out.comment("");
        out.comment("control    which requirement; `formulary policy list` has them all");
        out.comment("finding    one finding's fingerprint (sha256:…), or an advisory's or rule's id; absent: every one");
        out.comment("scope      one component (pkg:…), folder or file; absent: everywhere");
        out.comment("owner      the role that answers for it");
        out.comment(
            "reason     why an exception is borne; kind = \"not-real\" says that the finding is none",
        );
        out.comment("what       what an obligation promises");
        out.comment("until      the last day; an exception or a closure runs for a year at most");
        out.comment("closures   what is kept closed; `formulary closure add` writes them");
        for entry in &self.exceptions {
            out.exception(entry);
        }
        for entry in &self.obligations {
            out.obligation(entry);
        }
        for entry in &self.closures {
            out.closure(entry);
        }
        out.0
    }
}
