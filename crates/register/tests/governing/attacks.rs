//! What somebody tries who should not: every one is refused, and changes nothing.

use domain::{Digest, Outcome, Tier, Timestamp};
use policy::quorum::Stance;
use register::{
    Register,
    act::Act,
    batch::Batch,
    leaf::{LARGEST, Leaf, NotALeaf, Signature},
    ssh::{self, NAMESPACE},
    state::State,
    statement::Statement,
};

use super::committee::*;

/// A vote of the security lead that is not signed yet.
fn vote(scene: &Scene, review: &str) -> Statement {
    Statement::new(
        ORIGIN,
        scene.now,
        SECURITY,
        Act::Position(Box::new(scene.position(review, Stance::Agree))),
    )
}

fn scene() -> (Scene, String) {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    (scene, review)
}

#[test]
fn a_signature_that_is_not_the_persons_over_these_bytes_for_us() {
    let (mut scene, review) = scene();
    let statement = vote(&scene, &review);
    let bytes = statement.bytes().unwrap();
    let key = key_of(SECURITY);
    let own = public_key(&key).fingerprint();
    let by = |person: &str, key: &str, value: String| Signature {
        person: person.to_owned(),
        key: key.to_owned(),
        value,
        batch: None,
    };
    let lay = public_key(&key_of(LAY)).fingerprint();
    let good = sign(&key, NAMESPACE, &bytes);
    let cases = [
        (by(SECURITY, &own, sign(&key, NAMESPACE, b"other bytes")), "does not fit"),
        (by(SECURITY, &own, sign(&key, "git", &bytes)), "made for `git`"),
        (by(SECURITY, &own, sign(&key, "file", &bytes)), "made for `file`"),
        (by(SECURITY, &own, sign(&key_of(LAY), NAMESPACE, &bytes)), "made by the key"),
        (by(SECURITY, &lay, sign(&key_of(LAY), NAMESPACE, &bytes)), "has no key"),
        (by(LAY, &lay, sign(&key_of(LAY), NAMESPACE, &bytes)), "p-02 did not sign"),
        (by("p-99", &own, good.clone()), "did not sign"),
        (by(SECURITY, &own, String::new()), "not a signature"),
        (by(SECURITY, &own, ssh::armoured(&good)), "one line"),
        (by(SECURITY, &own, good[..good.len() - 8].to_owned()), "not a signature"),
        (by(SECURITY, &own, "A".repeat(20_000)), "too long"),
    ];
    for (signature, words) in cases {
        refused(scene.takes(Leaf::new(scene.now, statement.clone(), vec![signature])), &[words]);
    }
    // A good signature beside one that is not: none is decoration.
    let both = vec![by(SECURITY, &own, good.clone()), by(LAY, &lay, good.clone())];
    refused(scene.takes(Leaf::new(scene.now, statement.clone(), both)), &["made by the key"]);
    refused(scene.takes(Leaf::new(scene.now, statement.clone(), Vec::new())), &["did not sign"]);
    scene.takes(Leaf::new(scene.now, statement, vec![by(SECURITY, &own, good)])).unwrap();
}

#[test]
fn a_statement_counts_once_here_and_near_its_time() {
    let (mut scene, review) = scene();
    let statement = vote(&scene, &review);
    let signed = |s: &Statement| vec![signature(SECURITY, s)];
    let leaf = Leaf::new(scene.now, statement.clone(), signed(&statement));
    scene.takes(leaf.clone()).unwrap();
    refused(scene.takes(leaf), &["in the log already"]);
    // Under a new time of the log it is the same statement.
    scene.on("2026-11-21");
    refused(
        scene.takes(Leaf::new(scene.now, statement.clone(), signed(&statement))),
        &["in the log already"],
    );
    let elsewhere = Statement { register: "log.other.example/register".to_owned(), ..statement.clone() };
    refused(
        scene.takes(Leaf::new(scene.now, elsewhere.clone(), signed(&elsewhere))),
        &["meant for the register `log.other"],
    );
    for at in ["2026-11-21T09:06:00Z", "2026-07-01", "1970-01-01"] {
        let other = Statement { at: at.parse().unwrap(), ..statement.clone() };
        refused(scene.takes(Leaf::new(scene.now, other.clone(), signed(&other))), &["sign it again"]);
    }
    // The clock of the log does not go backwards.
    let back: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let other = Statement { at: back, ..statement };
    refused(scene.takes(Leaf::new(back, other.clone(), signed(&other))), &["before that of the entry ahead"]);
}

#[test]
fn a_leaf_has_one_spelling() {
    let (scene, review) = scene();
    let statement = vote(&scene, &review);
    let leaf = Leaf::new(scene.now, statement.clone(), vec![signature(SECURITY, &statement)]);
    let bytes = leaf.bytes().unwrap();
    Leaf::read(&bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let spaced = text.replacen(':', ": ", 1);
    let unknown = text.replacen("{\"logged\"", "{\"extra\":1,\"logged\"", 1);
    let twice = text.replacen("{\"logged\"", "{\"logged\":\"2026-11-20T09:00:00Z\",\"logged\"", 1);
    let offset = text.replacen("Z\"", "+00:00\"", 1);
    let escaped = text.replacen("p-02", "\\u0070-02", 1);
    let empty = text.replacen("\"batch\":[],", "", 1).replacen(
        "\"key\":\"SHA256",
        "\"batch\":[],\"key\":\"SHA256",
        1,
    );
    for other in [spaced, unknown, twice, offset, escaped, empty, format!("{text}\n"), format!(" {text}")] {
        assert_ne!(other, text);
        assert!(Leaf::read(other.as_bytes()).is_err(), "{other}");
    }
    assert!(matches!(Leaf::read(text.replace("leaf/v1", "leaf/v2").as_bytes()), Err(NotALeaf::Schema(_))));
    assert!(Leaf::read(text.replace("statement/v1", "statement/v2").as_bytes()).is_err());
}

#[test]
fn a_leaf_is_no_larger_than_a_log_takes() {
    assert!(matches!(Leaf::read(&vec![b' '; 70_000]), Err(NotALeaf::Large(70_000))));
    let (scene, review) = scene();
    let mut position = scene.position(&review, Stance::Concern);
    position.says = Some(register::words::Words::public("long ".repeat(14_000)));
    let statement = Statement::new(ORIGIN, scene.now, SECURITY, Act::Position(Box::new(position)));
    let leaf = Leaf::new(scene.now, statement.clone(), vec![signature(SECURITY, &statement)]);
    assert!(matches!(leaf.bytes(), Err(NotALeaf::Large(n)) if n > LARGEST));
    // A text longer than a page or two is refused before that.
    let mut scene = scene;
    let mut position = scene.position(&review, Stance::Concern);
    position.says = Some(register::words::Words::public("long ".repeat(5_000)));
    refused(scene.says(SECURITY, Act::Position(Box::new(position))), &["a concern says"]);
}

#[test]
fn a_leaf_of_a_large_batch_is_small_and_a_larger_batch_is_refused() {
    let (mut scene, review) = scene();
    let statement = vote(&scene, &review);
    let mut digests: Vec<Digest> = (0..10_000_usize).map(|n| Digest::of(&n.to_le_bytes())).collect();
    digests[7_777] = statement.digest().unwrap();
    let (batch, places) = Batch::of(ORIGIN, &digests).unwrap();
    let key = key_of(SECURITY);
    let value = sign(&key, NAMESPACE, &batch.bytes().unwrap());
    let key = public_key(&key).fingerprint();
    let of = |place| {
        let (key, value) = (key.clone(), value.clone());
        let one = Signature { person: SECURITY.to_owned(), key, value, batch: Some(place) };
        Leaf::new(scene.now, statement.clone(), vec![one])
    };
    let good = of(places[7_777].clone());
    let mut large = places[7_777].clone();
    large.size = Batch::MOST + 1;
    let large = of(large);
    assert!(good.bytes().unwrap().len() < 3_000, "a dozen hashes, not ten thousand");
    refused(scene.takes(large), &["a batch holds at most"]);
    scene.takes(good).unwrap();
    // A signature over a batch is none over a statement, nor the other way round.
    let mut other = vote(&scene, &review);
    other.at = Timestamp::from_unix(other.at.unix() + 1);
    let mut confused = signature(SECURITY, &other);
    let alone = batch_signatures(SECURITY, std::slice::from_ref(&other)).remove(0);
    confused.batch.clone_from(&alone.batch);
    refused(scene.takes(Leaf::new(scene.now, other.clone(), vec![confused])), &["does not fit"]);
    let confused = Signature { batch: None, ..alone };
    refused(scene.takes(Leaf::new(scene.now, other, vec![confused])), &["does not fit"]);
}

#[test]
fn deep_or_broken_json_is_an_error() {
    for bytes in [
        vec![b'['; 60_000],
        b"{\"statement\":".repeat(4_000),
        br#"{"act":{"kind":"#.repeat(3_000),
        vec![0xff; 100],
        b"null".to_vec(),
        Vec::new(),
    ] {
        assert!(Leaf::read(&bytes).is_err());
    }
}

#[test]
fn a_leaf_that_may_not_be_is_listed_and_the_rest_is_read() {
    let (mut scene, review) = scene();
    // Somebody wrote into the log without asking: another's vote, unsigned.
    let statement = vote(&scene, &review);
    let forged = Leaf::new(scene.now, statement, Vec::new()).bytes().unwrap();
    let mut log = scene.leaves.clone();
    log.push(forged);
    scene.vote(&review, &[(LAY, Stance::Agree)]);
    log.push(scene.leaves.last().unwrap().clone());
    let read = Register::read(ORIGIN, log).unwrap();
    assert_eq!(read.rejected.len(), 1);
    assert_eq!((read.rejected[0].0, read.size), (2, 4));
    let held = read.reviews[&review].held().into_iter().map(|h| (h.logged.by.clone(), h.logged.index));
    assert_eq!(held.collect::<Vec<_>>(), [(LAY.to_owned(), 3)]);
}

#[test]
fn a_leaf_that_cannot_be_read_stops_nothing_but_what_depends_on_it() {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    let about = |name: &str| {
        let later = r#"{"schema":"formulary/leaf/v1","logged":"2026-11-20T10:00:00Z","statement":{"schema":"formulary/statement/v9","act":{"kind":"quarantine","of":{"case":{"subject":"NAME"}}}}}"#;
        later.replace("NAME", name).into_bytes()
    };
    let ours: domain::SubjectName = "pkg:npm/lodash@4.17.21".parse().unwrap();
    let other: domain::SubjectName = "repository:another".parse().unwrap();
    let read = |bytes: Vec<u8>| {
        let mut log = scene.leaves.clone();
        log.insert(2, bytes);
        let read = Register::read(ORIGIN, log).unwrap();
        assert_eq!((read.size, read.unread.len()), (scene.leaves.len() as u64 + 1, 1));
        assert_eq!(read.unread[0].index, 2);
        read
    };
    // A later version names our subject: what the register says of it is unknown, of others it is not.
    let named = read(about(ours.as_str()));
    assert!(named.standing(Some(&ours), scene.now, &|_| None).unknown.unwrap().contains("entry 2"));
    let beside = named.standing(Some(&other), scene.now, &|_| None);
    assert_eq!(beside.unknown, None);
    assert!(
        beside.of_components.iter().any(|l| l.subject == ours),
        "no plain yes to the component: {beside:?}"
    );
    assert!(named.public(scene.now).subjects[0].lines[0].why.contains("unknown since"));
    // Bytes that tell nothing: everything is unknown, and everything is still shown.
    for bytes in [b"{}".to_vec(), b"not json".to_vec(), vec![0xff; 100]] {
        let damaged = read(bytes);
        assert!(damaged.standing(Some(&other), scene.now, &|_| None).unknown.is_some());
        assert_eq!(damaged.stand(&lodash(Tier::Operational), scene.now).state, State::Listed);
    }
}

#[test]
fn who_is_not_in_the_body_states_nothing() {
    let (mut scene, review) = scene();
    let act = Act::Position(Box::new(scene.position(&review, Stance::Agree)));
    refused(scene.says("p-12", act.clone()), &["nobody in the body has the id p-12"]);
    scene.changes(vec![register::body::Change::RemovePerson { id: LAY.to_owned() }]).unwrap();
    refused(scene.says(LAY, act), &["nobody in the body has the id p-04"]);
}

#[test]
fn the_vote_of_who_left_counts_no_more() {
    let (mut scene, review) = scene();
    scene.vote(&review, &[(LAY, Stance::Agree), (SECURITY, Stance::Agree)]);
    scene.changes(vec![register::body::Change::RemovePerson { id: LAY.to_owned() }]).unwrap();
    refused(scene.grants(CHAIR, &review), &["one more person must consent"]);
}

#[test]
fn private_keys_and_odd_keys_are_refused_by_name() {
    let begin = format!("-----BEGIN OPENSSH {} KEY-----", "PRIVATE");
    assert_eq!(ssh::PublicKey::read(&begin).unwrap_err(), ssh::SshError::Private);
    assert!(ssh::PublicKey::read("ssh-ed25519 AAAA").is_err());
    assert!(ssh::PublicKey::read(&"A".repeat(10_000)).is_err());
    assert!(ssh::PublicKey::read("").is_err());
    let line = format!("{} Ada Example <ada@trust.example>", public_line(&ed25519(1)));
    let kept = ssh::PublicKey::read(&line).unwrap().key();
    assert!(!kept.public.contains("Ada"), "a comment often holds a name");
}
