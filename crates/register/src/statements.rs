//! Decisions as other people's programs read them: in-toto Statements (our own predicate, and SLSA's
//! Verification Summary) in DSSE envelopes, OpenVEX, CycloneDX declarations.
//!
//! Decides what of an entry goes into which of them. Everything here stands in the public log already,
//! so nothing is given away by it; what is sealed there stays sealed. The spelling is that of
//! `formats::provenance`; who signs is handed in as a function.

use std::collections::BTreeMap;

use domain::{Purpose, SubjectName, Timestamp, canonical::CanonicalError};
use formats::provenance::{
    cyclonedx::{self, Declaration},
    dsse::{Envelope, IN_TOTO},
    in_toto::{Resource, Statement},
    openvex::{self, NotAffected},
    uri_part,
    vsa::{self, Answer, Summary, Verifier},
};
use serde::Serialize;

use crate::{
    Register,
    act::{
        decision::{Decision, WhoMayUse},
        review::Assessed,
    },
    case::Case,
    entry::{Decided, Entry},
    sealing,
    state::State,
    words::Words,
};

/// The type of our own predicate: a decision with its terms, and the state that follows as of a time.
pub const DECISION: &str = "https://formulary.example/predicates/decision/v1";

/// Why there is nothing to state.
#[derive(Debug, thiserror::Error)]
pub enum NoStatement {
    /// Nobody has decided.
    #[error("nothing was decided on {0}, so there is nothing to state to others")]
    Undecided(Box<Case>),
    /// No canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// Our own predicate.
#[derive(Serialize)]
struct Decisive<'a> {
    /// The log in which the decision stands.
    register: &'a str,
    /// Its index there: the receipt of that entry proves it.
    entry: u64,
    /// About what.
    case: &'a Case,
    /// The decision, as it was signed.
    decision: &'a Decision,
    /// The role that owns it.
    owner: &'a str,
    /// The register it was adopted from.
    #[serde(skip_serializing_if = "Option::is_none")]
    adopted_from: Option<&'a str>,
    /// Obligations shown to be met, counted from nought.
    done: Vec<u16>,
    /// The state as of the time below.
    state: State,
    /// Why.
    why: String,
    /// As of when.
    as_of: Timestamp,
}

/// The decision of an entry as an in-toto Statement with our own predicate, and the state that follows
/// as of a time.
///
/// # Errors
/// When nothing was decided.
pub fn decision(register: &Register, entry: &Entry, as_of: Timestamp) -> Result<Vec<u8>, NoStatement> {
    let decided = decided(entry)?;
    let stand = entry.stand(as_of, &register.body.times);
    let predicate = Decisive {
        register: &register.origin,
        entry: decided.logged.index,
        case: &entry.case,
        decision: &decided.decision,
        owner: &decided.owner,
        adopted_from: entry.adopted_from.as_deref(),
        done: decided.done.iter().copied().collect(),
        state: stand.state,
        why: stand.why,
        as_of,
    };
    Ok(Statement::new(vec![subject(entry, decided)], DECISION, predicate).bytes()?)
}

/// The decision of an entry as a SLSA Verification Summary. PASSED is what may be newly used as of the
/// time: listed, with or without open obligations; all else is FAILED, what is overdue included. The
/// tier and what the yes depends on stand among the levels.
///
/// # Errors
/// When nothing was decided.
pub fn vsa(register: &Register, entry: &Entry, as_of: Timestamp) -> Result<Vec<u8>, NoStatement> {
    let decided = decided(entry)?;
    let state = entry.stand(as_of, &register.body.times).state;
    let passed = matches!(state, State::Listed | State::ListedWithObligations);
    let level = |words: &str| format!("FORMULARY_{}", words.to_uppercase().replace([' ', '-'], "_"));
    let levels = if passed {
        let scope = match (entry.case.purpose, entry.case.tier) {
            (Purpose::Use, Some(tier)) => format!("tier {tier}"),
            _ => "publication".to_owned(),
        };
        let who = match decided.decision.terms.who {
            WhoMayUse::AnyTeam => "any team",
            WhoMayUse::SharedCare => "under shared care",
            WhoMayUse::Teams { .. } => "named teams only",
        };
        let until = format!("review by {}", decided.decision.terms.review_on);
        [state.word(), &scope, who, &until].into_iter().map(level).collect()
    } else {
        vec!["FAILED".to_owned()]
    };
    let summary = Summary {
        verifier: Verifier { id: format!("urn:formulary:register:{}", uri_part(&register.origin)) },
        time_verified: as_of,
        resource_uri: uri(&entry.case.subject),
        policy: policy(register, decided.assessed.as_ref()),
        input_attestations: inputs(decided),
        verification_result: if passed { Answer::Passed } else { Answer::Failed },
        verified_levels: levels,
        slsa_version: "1.1".to_owned(),
    };
    Ok(Statement::new(vec![subject(entry, decided)], vsa::PREDICATE, summary).bytes()?)
}

/// A Statement in a DSSE envelope; `sign` is given the bytes to sign (DSSE's pre-authentication
/// encoding) and gives the raw signature, `key_id` is a hint which key that was.
///
/// # Errors
/// Never in fact: an envelope holds no numbers.
pub fn envelope(
    statement: &[u8],
    key_id: &str,
    sign: impl Fn(&[u8]) -> Vec<u8>,
) -> Result<Vec<u8>, NoStatement> {
    Ok(Envelope::sign(IN_TOTO, statement, key_id, sign).bytes()?)
}

/// All flaws that the body has recorded, with a justification, as not concerning what it governs, in
/// force as of a time; none where there is nothing of the kind.
///
/// Such a record is an exception of the committee, or an attestation, on a control about flaws, whose
/// scope is the flaw's id and whose public words begin with one of OpenVEX's five justifications and a
/// colon: `vulnerable_code_not_in_execute_path: templates are never compiled`. An exception without one
/// accepts a risk, and is nobody else's business.
///
/// # Errors
/// Never in fact: it holds no numbers but a version.
pub fn openvex(register: &Register, as_of: Timestamp) -> Result<Option<Vec<u8>>, NoStatement> {
    let today = as_of.date();
    let exceptions = register.exceptions.iter().filter(|e| e.until >= today).filter_map(|e| {
        let scope = e.scope.as_ref().and_then(Words::text);
        not_affected(&e.control, scope, &e.reason, &e.case.subject, e.logged.at)
    });
    let attestations =
        register.attestations.iter().filter(|(_, a)| a.until >= today).filter_map(|(by, a)| {
            let scope = a.scope.as_ref().and_then(Words::text);
            not_affected(&a.control, scope, &a.says, &a.subject, by.at)
        });
    let statements: Vec<NotAffected> = exceptions.chain(attestations).collect();
    Ok(openvex::write(&register.body.name, as_of, &statements)?)
}

/// The decision of an entry as a CycloneDX 1.6 document with declarations.
///
/// # Errors
/// When nothing was decided.
pub fn cyclonedx(register: &Register, entry: &Entry, as_of: Timestamp) -> Result<Vec<u8>, NoStatement> {
    let decided = decided(entry)?;
    let name = &entry.case.subject;
    let purl = name.purl();
    let stand = entry.stand(as_of, &register.body.times);
    let terms = &decided.decision.terms;
    let mut evidence = vec![(
        "decision".to_owned(),
        format!(
            "entry {} of the log {}, statement {}",
            decided.logged.index, register.origin, decided.logged.digest
        ),
    )];
    if let Some(assessed) = &decided.assessed {
        evidence.push((
            "assessment".to_owned(),
            format!(
                "{} by {}: {}, as of {}",
                assessed.digest, assessed.pack, assessed.outcome, assessed.as_of
            ),
        ));
    }
    let mut properties = vec![
        ("formulary:state".to_owned(), stand.state.word().to_owned()),
        ("formulary:owner".to_owned(), decided.owner.clone()),
        ("formulary:review-on".to_owned(), terms.review_on.to_string()),
    ];
    for (i, duty) in terms.obligations.iter().enumerate() {
        let open = if u16::try_from(i).is_ok_and(|i| decided.done.contains(&i)) { "met" } else { "open" };
        let what = duty.what.text().unwrap_or("(not public)");
        properties.push((
            format!("formulary:obligation:{i}"),
            format!("{open}, due {}, {}: {what}", duty.due, duty.who),
        ));
    }
    let version =
        purl.as_ref().and_then(|p| p.version().map(str::to_owned)).or_else(|| terms.version.clone());
    let declaration = Declaration {
        body: register.body.name.clone(),
        kind: match name.kind() {
            "component" => "library",
            "model" => "machine-learning-model",
            _ => "application",
        },
        name: purl.as_ref().map_or_else(|| name.plain().to_owned(), domain::Purl::native_name),
        version,
        purl: purl.map(|p| p.to_string()),
        claim: format!("{}: {}", stand.state, entry.case),
        reasoning: terms.reasons.text().map(str::to_owned),
        evidence,
        since: decided.logged.at,
        until: terms.review_on,
        properties,
        at: as_of,
    };
    Ok(cyclonedx::write(&declaration)?)
}

fn decided(entry: &Entry) -> Result<&Decided, NoStatement> {
    entry.decided.as_ref().ok_or_else(|| NoStatement::Undecided(Box::new(entry.case.clone())))
}

/// What a subject is known as.
fn uri(name: &SubjectName) -> String {
    match name.purl() {
        Some(purl) => purl.to_string(),
        None => format!("urn:formulary:{}:{}", name.kind(), uri_part(name.plain())),
    }
}

/// The subject by its digests. `sha256` is a component's file; a tree and an assessment have names of
/// their own, so that nobody compares them with a file.
fn subject(entry: &Entry, decided: &Decided) -> Resource {
    let name = &entry.case.subject;
    let mut digest = BTreeMap::new();
    if let Some(assessed) = &decided.assessed {
        digest.insert("formularyAssessment".to_owned(), assessed.digest.hex());
        if let Some(tree) = assessed.tree {
            let algorithm = if name.kind() == "component" { "sha256" } else { "formularyTree" };
            digest.insert(algorithm.to_owned(), tree.hex());
        }
    }
    if digest.is_empty() {
        // A Statement is always about something with a digest: then it is about the decision itself.
        digest.insert("formularyStatement".to_owned(), decided.logged.digest.hex());
    }
    Resource { name: Some(name.as_str().to_owned()), uri: Some(uri(name)), digest }
}

fn policy(register: &Register, assessed: Option<&Assessed>) -> Resource {
    let Some(assessed) = assessed else {
        let body = format!("urn:formulary:register:{}", uri_part(&register.origin));
        return Resource { uri: Some(body), ..Resource::default() };
    };
    let adopted = register.body.packs.iter().find(|p| p.pack == assessed.pack);
    Resource {
        name: None,
        uri: Some(format!("urn:formulary:pack:{}", uri_part(&assessed.pack))),
        digest: adopted.map(|p| ("formularyPack".to_owned(), p.digest.hex())).into_iter().collect(),
    }
}

fn inputs(decided: &Decided) -> Vec<Resource> {
    let one = |kind: &str, algorithm: &str, hex: String| Resource {
        name: None,
        uri: Some(format!("urn:formulary:{kind}:{hex}")),
        digest: BTreeMap::from([(algorithm.to_owned(), hex)]),
    };
    let assessment =
        decided.assessed.as_ref().map(|a| one("assessment", "formularyAssessment", a.digest.hex()));
    let mut out: Vec<Resource> = assessment.into_iter().collect();
    // A statement's digest is that of its bytes, which anybody can take from the log.
    out.push(one("statement", "sha256", decided.logged.digest.hex()));
    out.extend(decided.decision.votes.iter().map(|vote| one("statement", "sha256", vote.hex())));
    out
}

fn not_affected(
    control: &str,
    scope: Option<&str>,
    words: &Words,
    subject: &SubjectName,
    at: Timestamp,
) -> Option<NotAffected> {
    let flaw = scope.filter(|s| control.starts_with("flaw") && sealing::is_flaw(s))?;
    let (justification, impact) = sealing::justified(words)?;
    Some(NotAffected {
        flaw: flaw.to_owned(),
        products: vec![uri(subject)],
        justification: justification.to_owned(),
        impact: impact.to_owned(),
        at,
    })
}
