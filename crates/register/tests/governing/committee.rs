//! A body of seven people with keys, and verbs for what they do: every act is signed, logged and folded
//! as in a real register.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(unreachable_pub, reason = "every test sees all of it")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{ControlState, Date, Digest, Outcome, SubjectName, Tier, Timestamp, verdict::Action};
use policy::quorum::{DEFAULT, Quorum, Stance};
use register::{
    Register,
    act::{
        Act,
        attestation::{Attestation, Basis},
        closure::ClosureAsked,
        decision::{Decision, Means, Ruling, Terms, TripWire, WhoMayUse},
        emergency::{Emergency, Measure},
        position::{Answer, Duty, Overrule, Position, Satisfied},
        review::{Against, Asks, Assessed, Opening, Renewal, State as ControlSeen},
    },
    batch::Batch,
    body::{Adopted, Body, Change, Person, Times},
    case::Case,
    entry::Logged,
    leaf::{Leaf, Signature},
    refused::Refused,
    review::{Review, short},
    ssh::{self, NAMESPACE, PublicKey},
    state::State,
    statement::Statement,
    words::Words,
};
use ssh_key::{
    HashAlg, LineEnding, PrivateKey,
    private::{EcdsaKeypair, Ed25519Keypair, KeypairData},
};

pub const ORIGIN: &str = "log.trust.example/register";
/// Chair and clinical safety officer.
pub const CHAIR: &str = "p-01";
/// Security, and on call.
pub const SECURITY: &str = "p-02";
/// Information governance.
pub const GOVERNANCE: &str = "p-03";
/// The lay member.
pub const LAY: &str = "p-04";
/// Operator and architect, with an ECDSA key.
pub const OPERATOR: &str = "p-05";
/// The named deputy of the clinical safety officer and of security.
pub const DEPUTY: &str = "p-06";
/// A developer.
pub const DEVELOPER: &str = "p-07";

/// The private key of a person, from a fixed seed.
pub fn key_of(person: &str) -> PrivateKey {
    let seed: u8 = person.trim_start_matches("p-").parse().unwrap();
    if person == OPERATOR { ecdsa(seed) } else { ed25519(seed) }
}

pub fn ed25519(seed: u8) -> PrivateKey {
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&[seed; 32])), "").unwrap()
}

pub fn ecdsa(seed: u8) -> PrivateKey {
    let secret = p256::SecretKey::from_slice(&[seed; 32]).unwrap();
    let public = secret.public_key().into();
    PrivateKey::new(KeypairData::Ecdsa(EcdsaKeypair::NistP256 { public, private: secret.into() }), "")
        .unwrap()
}

/// The line of a `.pub` file.
pub fn public_line(key: &PrivateKey) -> String {
    key.public_key().to_openssh().unwrap()
}

pub fn public_key(key: &PrivateKey) -> PublicKey {
    PublicKey::read(&public_line(key)).unwrap()
}

/// The signature of a key over bytes, in the one line of a leaf.
pub fn sign(key: &PrivateKey, namespace: &str, bytes: &[u8]) -> String {
    let signature = key.sign(namespace, HashAlg::Sha512, bytes).unwrap();
    ssh::bare(&signature.to_pem(LineEnding::LF).unwrap()).unwrap()
}

pub fn person(id: &str, roles: &[&str], deputy_for: &[&str]) -> (String, Person) {
    let key = public_key(&key_of(id));
    let set = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    let person = Person {
        name: Words::sealed(&[9; 32], &format!("The name of {id}")),
        roles: set(roles),
        deputy_for: set(deputy_for),
        keys: BTreeMap::from([(key.fingerprint(), key.key())]),
        interests: BTreeSet::new(),
    };
    (id.to_owned(), person)
}

pub fn body() -> Body {
    Body {
        name: "Example Trust formulary committee".to_owned(),
        contact: "formulary@trust.example".to_owned(),
        people: BTreeMap::from([
            person(CHAIR, &["chair", "clinical-safety-officer"], &[]),
            person(SECURITY, &["security", "on-call"], &[]),
            person(GOVERNANCE, &["information-governance"], &[]),
            person(LAY, &["lay"], &[]),
            person(OPERATOR, &["operator", "architect"], &[]),
            person(DEPUTY, &[], &["clinical-safety-officer", "security"]),
            person(DEVELOPER, &["developer"], &[]),
        ]),
        packs: vec![
            Adopted { pack: "use@1".to_owned(), digest: Digest::of(b"use") },
            Adopted { pack: "publish@1".to_owned(), digest: Digest::of(b"publish") },
        ],
        quorum: Quorum::read(DEFAULT).unwrap(),
        times: Times::default(),
        changes_at: Tier::Operational,
        adopts_from: BTreeMap::new(),
        hazards: None,
    }
}

/// Sealed words, all with one salt.
pub fn sealed(text: &str) -> Words {
    Words::sealed(&[5; 32], text)
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn lodash(tier: Tier) -> Case {
    Case::of_use("pkg:npm/lodash@4.17.21".parse().unwrap(), tier)
}

pub fn ward_list() -> Case {
    Case::of_publication("repository:ward-list".parse().unwrap())
}

/// An assessment that gives this answer; the number tells bases apart.
pub fn assessed(outcome: Outcome, basis: u8, at: &str) -> Assessed {
    let reasons = match outcome {
        Outcome::Allowed => Vec::new(),
        Outcome::Refused => vec![against("flaw-overdue", ControlState::NotMet, outcome, 2)],
        Outcome::NotEvaluated => vec![against("flaws-looked-at", ControlState::Unknown, outcome, 1)],
        _ => vec![against("maintained", ControlState::Unknown, outcome, 1)],
    };
    let seen = |c: &str, state| ControlSeen { control: c.to_owned(), state, attested: None, excepted: None };
    let mut states = vec![seen("licence-allowed", ControlState::Met)];
    states.extend(reasons.iter().map(|r| seen(&r.control, r.state)));
    Assessed {
        digest: Digest::of(format!("{outcome}{basis}{at}").as_bytes()),
        basis: Digest::of(&[basis]),
        // Filled in with what the case is about.
        subject: None,
        component: None,
        as_of: at.parse().unwrap(),
        pack: "use@1".to_owned(),
        outcome,
        tree: None,
        reasons,
        states,
    }
}

pub fn against(control: &str, state: ControlState, outcome: Outcome, count: u64) -> Against {
    let action = match outcome {
        Outcome::Refused | Outcome::NotEvaluated => Action::Block,
        Outcome::Referred => Action::Refer,
        _ => Action::Oblige,
    };
    Against { control: control.to_owned(), row: "INB-01".to_owned(), state, action, outcome, count }
}

pub fn duty(what: &str, who: &str, due: &str) -> Duty {
    Duty {
        what: Words::public(what),
        who: who.to_owned(),
        due: date(due),
        shown_by: "a link to the change".to_owned(),
    }
}

pub fn closure(until: &str) -> ClosureAsked {
    ClosureAsked {
        attacker: Words::public("A criminal group that files false claims for refunds"),
        publication_adds: Words::public("The exact thresholds under which a claim is not looked at"),
        path_to_harm: Words::public("Claims just under the thresholds are paid without a check"),
        scope: vec![sealed("src/fraud-rules")],
        owner: "claims-team".to_owned(),
        contact: sealed("claims@trust.example"),
        until: date(until),
    }
}

/// A register in the making.
#[derive(Clone)]
pub struct Scene {
    pub register: Register,
    /// Every leaf that was taken, as in the log.
    pub leaves: Vec<Vec<u8>>,
    pub now: Timestamp,
}

impl Scene {
    /// The body is founded on 2026-11-20, a Friday.
    pub fn new() -> Self {
        Self::founded(body()).unwrap()
    }

    pub fn founded(body: Body) -> Result<Self, Refused> {
        let now: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap();
        let statement = Statement::new(ORIGIN, now, CHAIR, Act::Found(Box::new(body)));
        let leaf = Leaf::new(now, statement.clone(), vec![signature(CHAIR, &statement)]);
        let register = Register::founded(ORIGIN, &leaf)?;
        Ok(Self { register, leaves: vec![leaf.bytes().unwrap()], now })
    }

    /// It is now nine o'clock of this day, or this instant.
    pub fn on(&mut self, day: &str) -> &mut Self {
        self.now = if day.len() == 10 { format!("{day}T09:00:00Z") } else { day.to_owned() }.parse().unwrap();
        self
    }

    /// A minute passes, so that no two statements are the same.
    fn tick(&mut self) {
        self.now = Timestamp::from_unix(self.now.unix() + 60);
    }

    /// A person states something: signed with the own key, logged, folded.
    pub fn says(&mut self, who: &str, act: Act) -> Result<Logged, Refused> {
        self.tick();
        let statement = Statement::new(ORIGIN, self.now, who, act);
        let signature = signature(who, &statement);
        self.takes(Leaf::new(self.now, statement, vec![signature]))
    }

    /// A leaf comes to the log. A refusal must leave everything as it was.
    pub fn takes(&mut self, leaf: Leaf) -> Result<Logged, Refused> {
        let bytes = leaf.bytes().unwrap();
        assert_eq!(Leaf::read(&bytes).unwrap(), leaf, "a leaf reads back as it was written");
        let before = format!("{:?}", self.register);
        match self.register.accept(&leaf) {
            Ok(logged) => {
                self.leaves.push(bytes);
                Ok(logged)
            }
            Err(refused) => {
                assert_eq!(
                    format!("{:?}", self.register),
                    before,
                    "a refusal changed the register: {refused}"
                );
                Err(refused)
            }
        }
    }

    /// What the log itself says of the dates, written down.
    pub fn ticks(&mut self) -> Vec<(State, State)> {
        let consequences = self.register.consequences(self.now);
        let told = consequences.iter().map(|c| (c.from, c.to)).collect();
        for one in consequences {
            let act = Act::Consequence(Box::new(one));
            let statement = Statement::new(ORIGIN, self.now, register::statement::LOG, act);
            self.takes(Leaf::new(self.now, statement, Vec::new())).unwrap();
        }
        told
    }

    pub fn at(&self) -> String {
        self.now.to_string()
    }

    pub fn assessed(&self, outcome: Outcome, basis: u8) -> Assessed {
        assessed(outcome, basis, &self.at())
    }

    pub fn opening(&self, asks: Asks, case: Option<Case>, assessed: Option<Assessed>) -> Opening {
        let subject = case.as_ref().map(|c| c.subject.clone());
        let assessed = assessed.map(|a| Assessed { subject: a.subject.clone().or(subject), ..a });
        Opening {
            asks,
            case,
            assessed,
            reason: Words::public("The ward list needs it for its tables"),
            owner: "integration-team".to_owned(),
            missing: Vec::new(),
            interests: Vec::new(),
            terms: None,
        }
    }

    /// Opens a case; gives the review's id.
    pub fn opens(&mut self, who: &str, opening: Opening) -> Result<String, Refused> {
        Ok(short('R', &self.says(who, Act::Open(Box::new(opening)))?.digest))
    }

    /// A use of lodash that the packs answer so.
    pub fn asks_use(&mut self, tier: Tier, outcome: Outcome) -> String {
        let assessed = self.assessed(outcome, 1);
        let opening = self.opening(Asks::Use, Some(lodash(tier)), Some(assessed));
        self.opens(DEVELOPER, opening).unwrap()
    }

    pub fn review(&self, id: &str) -> &Review {
        &self.register.reviews[id]
    }

    pub fn renews(&mut self, who: &str, review: &str, assessed: Assessed) -> Result<Logged, Refused> {
        let case = self.review(review).opening.case.as_ref();
        let subject = assessed.subject.clone().or_else(|| case.map(|c| c.subject.clone()));
        let (review, assessed) = (review.to_owned(), Assessed { subject, ..assessed });
        self.says(who, Act::Renew(Box::new(Renewal { review, assessed, missing: Vec::new() })))
    }

    pub fn position(&self, review: &str, stance: Stance) -> Position {
        let latest = self.review(review).latest();
        let given = |when: bool, text: &str| when.then(|| Words::public(text));
        Position {
            review: review.to_owned(),
            assessment: latest.map(|a| a.digest),
            basis: latest.map(|a| a.basis),
            stance,
            says: given(
                stance == Stance::Concern,
                "Nobody has looked at how dates are read; a test would do",
            ),
            clause: (stance == Stance::Concern).then(|| "maintained".to_owned()),
            obligations: Vec::new(),
            interest: given(stance == Stance::Recuse, "I have worked for the supplier"),
        }
    }

    pub fn votes(&mut self, who: &str, review: &str, stance: Stance) -> Result<Logged, Refused> {
        let position = self.position(review, stance);
        self.says(who, Act::Position(Box::new(position)))
    }

    /// Votes that must be taken.
    pub fn vote(&mut self, review: &str, votes: &[(&str, Stance)]) {
        for (who, stance) in votes {
            self.votes(who, review, *stance).unwrap_or_else(|e| panic!("{who} {stance:?}: {e}"));
        }
    }

    pub fn answers(&mut self, who: &str, review: &str, to: &str) -> Result<Logged, Refused> {
        let says = Words::public("A test of the dates is in change 41");
        self.says(who, Act::Answer(Answer { review: review.to_owned(), to: to.to_owned(), says }))
    }

    pub fn settles(&mut self, who: &str, review: &str) -> Result<Logged, Refused> {
        self.says(who, Act::Satisfied(Satisfied { review: review.to_owned() }))
    }

    pub fn overrules(&mut self, who: &str, review: &str, concern_of: &str) -> Result<Logged, Refused> {
        let says = Words::public("The dates come from one service that writes them in one form");
        let (review, concern_of) = (review.to_owned(), concern_of.to_owned());
        self.says(who, Act::Overrule(Overrule { review, concern_of, says }))
    }

    /// A decision on what the case rests on now, naming the votes held.
    pub fn decision(&self, review: &str, ruling: Ruling, by: Means) -> Decision {
        let of = self.review(review);
        let latest = of.latest();
        let obligations: Vec<Duty> =
            of.held().iter().flat_map(|h| h.position.obligations.iter().cloned()).collect();
        Decision {
            review: review.to_owned(),
            ruling,
            by,
            assessment: latest.map(|a| a.digest),
            basis: latest.map(|a| a.basis),
            terms: Terms {
                who: WhoMayUse::AnyTeam,
                obligations,
                reasons: Words::public("It is kept, and its flaws are known"),
                review_on: self.now.date().plus_days(180),
                trip_wires: TripWire::ALL.to_vec(),
                alternative: (ruling == Ruling::Decline).then(|| "pkg:npm/es-toolkit".to_owned()),
                existing_uses: (ruling == Ruling::Decline).then(|| "They go on until 2027-03-31".to_owned()),
                version: None,
            },
            votes: if !matches!(by, Means::Silence | Means::Rule | Means::OneSignature) {
                of.held().iter().map(|h| h.logged.digest).collect()
            } else {
                Vec::new()
            },
            settled: Vec::new(),
        }
    }

    pub fn decides(&mut self, who: &str, decision: Decision) -> Result<Logged, Refused> {
        self.says(who, Act::Decide(Box::new(decision)))
    }

    /// Grants by quorum, on behalf of the committee.
    pub fn grants(&mut self, who: &str, review: &str) -> Result<Logged, Refused> {
        let decision = self.decision(review, Ruling::Grant, Means::Quorum);
        self.decides(who, decision)
    }

    pub fn declines(&mut self, who: &str, review: &str) -> Result<Logged, Refused> {
        let right = self.review(review).rights_to_decline(&self.register.body, who);
        let right = right.first().copied().unwrap_or(Means::Quorum);
        let decision = self.decision(review, Ruling::Decline, right);
        self.decides(who, decision)
    }

    /// A use of lodash at this tier that the quorum has granted.
    pub fn listed(&mut self, tier: Tier) -> Logged {
        let review = self.asks_use(tier, Outcome::Referred);
        self.whole_quorum(&review);
        self.grants(CHAIR, &review).unwrap()
    }

    /// Everybody whom the strictest tier asks for agrees.
    pub fn whole_quorum(&mut self, review: &str) {
        self.vote(
            review,
            &[
                (CHAIR, Stance::Agree),
                (SECURITY, Stance::Agree),
                (GOVERNANCE, Stance::NoObjection),
                (LAY, Stance::NoObjection),
                (OPERATOR, Stance::NoObjection),
            ],
        );
    }

    /// The same, one person left out.
    pub fn whole_quorum_but(&mut self, review: &str, who: &str) {
        for person in [CHAIR, SECURITY, GOVERNANCE, LAY, OPERATOR].into_iter().filter(|p| *p != who) {
            self.vote(review, &[(person, Stance::Agree)]);
        }
    }

    /// A change of the body that the quorum has granted.
    pub fn changes(&mut self, changes: Vec<Change>) -> Result<Logged, Refused> {
        let opening = self.opening(Asks::Policy { changes }, None, None);
        let review = self.opens(CHAIR, opening)?;
        self.vote(&review, &[(CHAIR, Stance::Agree), (SECURITY, Stance::Agree)]);
        self.grants(CHAIR, &review)
    }

    pub fn attests(
        &mut self,
        who: &str,
        control: &str,
        until: &str,
        basis: Option<Basis>,
    ) -> Result<Logged, Refused> {
        let version = match &basis {
            Some(Basis::Safety { version, .. } | Basis::Audit { version, .. }) => Some(version.clone()),
            _ => None,
        };
        let subject: SubjectName = match &version {
            Some(_) if matches!(basis, Some(Basis::Audit { .. })) => "pkg:npm/lodash".parse().unwrap(),
            _ => "repository:ward-list".parse().unwrap(),
        };
        let says = Words::public("I have seen it and stand for it");
        let until = date(until);
        let it =
            Attestation { control: control.to_owned(), subject, version, scope: None, says, until, basis };
        self.says(who, Act::Attest(Box::new(it)))
    }

    pub fn emergency(&mut self, who: &str, case: Case, measure: Measure) -> Result<Logged, Refused> {
        let reason = Words::public("A worm is spreading through it this morning");
        self.says(
            who,
            Act::Emergency(Box::new(Emergency { measure, case, clause: "malware".to_owned(), reason })),
        )
    }

    pub fn denies(&mut self, who: &str, case: Case) -> Result<Logged, Refused> {
        let existing_uses = "They go on; the ward list is watched by hand".to_owned();
        let alternative = "pkg:npm/es-toolkit".to_owned();
        self.emergency(who, case, Measure::Deny { existing_uses, alternative })
    }

    pub fn breaks_glass(&mut self, who: &str, case: Case) -> Result<Logged, Refused> {
        let (team, compensating) = ("integration-team".to_owned(), sealed("watched by hand all night"));
        self.emergency(who, case, Measure::BreakGlass { team, compensating })
    }

    pub fn state(&self, case: &Case) -> State {
        self.register.stand(case, self.now).state
    }

    /// The same register, read from the log from the start.
    pub fn reread(&self) -> Register {
        Register::read(ORIGIN, self.leaves.iter().cloned()).unwrap()
    }
}

/// The signature of a person under a statement.
pub fn signature(who: &str, statement: &Statement) -> Signature {
    let key = key_of(who);
    Signature {
        person: who.to_owned(),
        key: public_key(&key).fingerprint(),
        value: sign(&key, NAMESPACE, &statement.bytes().unwrap()),
        batch: None,
    }
}

/// The signatures of a person under many statements: one signature, each with its place.
pub fn batch_signatures(who: &str, statements: &[Statement]) -> Vec<Signature> {
    let digests: Vec<Digest> = statements.iter().map(|s| s.digest().unwrap()).collect();
    let key = key_of(who);
    let (batch, places) = Batch::of(ORIGIN, &digests).unwrap();
    let value = sign(&key, NAMESPACE, &batch.bytes().unwrap());
    places
        .into_iter()
        .map(|place| Signature {
            person: who.to_owned(),
            key: public_key(&key).fingerprint(),
            value: value.clone(),
            batch: Some(place),
        })
        .collect()
}

/// A refusal whose words hold all of these.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, Refused>, words: &[&str]) {
    let text = result.expect_err("it was taken").to_string();
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}
