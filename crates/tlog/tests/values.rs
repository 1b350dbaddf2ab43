//! Notes, checkpoints, cosignatures, receipts, policies and the witness protocol: what is made is read
//! back and believed, what is changed or out of bounds is not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its own scene fails")]

mod scene;

use proptest::prelude::*;
use scene::Files;
use tlog::{
    Checkpoint, Hash, KeyName, Note, Policy, Receipt, SignatureLine, SignatureType, SignedCheckpoint,
    SignerKey, TileHashes, VerifierKey,
    cosignature::CosignatureError,
    leaf_hash,
    note::{LONGEST_NOTE, MOST_SIGNATURES, NoteError},
    policy::{NotAccepted, PolicyFault},
    proof::{ProofError, consistency},
    receipt::{NotProven, ReceiptError},
    signed::SignedError,
    witness::{Answer, AnswerError, Refusal, Request, Seen, monitoring_path, with_lines},
};

const ORIGIN: &str = "log.example/register";

fn log_key() -> SignerKey {
    SignerKey::new(KeyName::new(ORIGIN).unwrap(), SignatureType::Ed25519, &[1; 32]).unwrap()
}

fn witness(n: u8) -> SignerKey {
    let name = KeyName::new(&format!("witness.example/{n}")).unwrap();
    SignerKey::new(name, SignatureType::Ed25519Cosignature, &[n; 32]).unwrap()
}

fn signed(size: u64, root: Hash, witnesses: &[u8]) -> SignedCheckpoint {
    let mut signed =
        SignedCheckpoint::sign(Checkpoint::new(ORIGIN, size, root).unwrap(), &log_key()).unwrap();
    for n in witnesses {
        signed.cosign(&witness(*n), 1_700_000_000 + u64::from(*n)).unwrap();
    }
    signed
}

#[test]
fn a_note_is_read_in_one_way_only() {
    let mut note = Note::new("a\n\nb\n").unwrap();
    note.sign(&log_key()).unwrap();
    let text = note.to_string();
    assert_eq!(Note::parse(text.as_bytes()).unwrap(), note);
    let line = note.signatures()[0].to_string();
    let many = format!("a\n\n{}", format!("{line}\n").repeat(MOST_SIGNATURES + 1));
    let long = format!("{}\n\n{line}\n", "a".repeat(LONGEST_NOTE));
    let short = SignatureLine::new(log_key().name().clone(), log_key().id(), Vec::new()).to_string();
    for (bad, why) in [
        (String::new(), NoteError::Form),
        ("a\n".into(), NoteError::Form),
        (format!("a\n{line}\n"), NoteError::Form),
        (format!("a\n\n{line}"), NoteError::Form),
        ("a\n\n".into(), NoteError::Form),
        ("a\n\n\n".into(), NoteError::Form),
        (format!("a\tb\n\n{line}\n"), NoteError::Characters),
        (format!("a\r\n\n{line}\n"), NoteError::Characters),
        (format!("a\n\n{line} \n"), NoteError::Line(1)),
        (format!("a\n\n{line}\n {line}\n"), NoteError::Line(2)),
        (format!("a\n\n{}\n", line.replace('\u{2014}', "-")), NoteError::Line(1)),
        (format!("a\n\n{}\n", line.replace("register", "regi+ster")), NoteError::Line(1)),
        (format!("a\n\n{}\n", line.replace("register", "regi\u{a0}ster")), NoteError::Line(1)),
        (format!("a\n\n{}\n", line.replace(ORIGIN, "")), NoteError::Line(1)),
        (format!("a\n\n{}\n", &line[..line.len() - 1]), NoteError::Line(1)),
        (format!("a\n\n{short}\n"), NoteError::Line(1)),
        (many, NoteError::TooMany),
        (long, NoteError::TooLong),
    ] {
        assert_eq!(Note::parse(bad.as_bytes()), Err(why), "{:?}", bad.chars().take(120).collect::<String>());
    }
    assert_eq!(Note::parse(b"a\xff\n\nb\n"), Err(NoteError::Characters));
    assert_eq!(Note::new("a"), Err(NoteError::Form));
    assert_eq!(Note::new("a\0\n"), Err(NoteError::Characters));
}

#[test]
fn unknown_keys_say_nothing_and_known_ones_must_hold() {
    let mut note = Note::new("text\n").unwrap();
    note.sign(&log_key()).unwrap();
    let other =
        SignerKey::new(KeyName::new("other.example").unwrap(), SignatureType::Ed25519, &[3; 32]).unwrap();
    let (known, unknown) = (log_key().verifier(), other.verifier());
    assert_eq!(note.verify([&unknown]), Err(NoteError::Unsigned));
    note.sign(&other).unwrap();
    assert_eq!(note.verify([&known]).unwrap().len(), 1);
    assert_eq!(note.verify([&known, &unknown]).unwrap().len(), 2);
    // A signature of the other key under the known key's name and id.
    let forged =
        SignatureLine::new(known.name().clone(), known.id(), note.signatures()[1].signature().to_vec());
    note.add(forged).unwrap();
    assert_eq!(note.verify([&known]), Err(NoteError::Wrong(known.name().clone())));
    // The same name with another id is another key.
    let renamed = SignatureLine::new(known.name().clone(), unknown.id(), vec![0; 64]);
    let mut note = Note::new("text\n").unwrap();
    note.sign(&log_key()).unwrap();
    note.add(renamed).unwrap();
    assert!(note.verify([&known]).is_ok());
    // Signing twice leaves one line.
    note.sign(&log_key()).unwrap();
    assert_eq!(note.signatures().len(), 2);
}

#[test]
fn each_key_signs_what_it_is_for() {
    let mut note = Note::new("not a checkpoint\n").unwrap();
    assert_eq!(note.sign(&witness(1)), Err(NoteError::Kind(witness(1).name().clone())));
    assert!(matches!(
        note.cosign(&witness(1), 1),
        Err(NoteError::Cosignature(CosignatureError::Checkpoint(_)))
    ));
    let mut good = signed(1, leaf_hash(b"x"), &[]);
    assert!(good.cosign(&log_key(), 1).is_err());
    assert!(good.cosign(&witness(1), u64::MAX).is_err());
    assert!(SignedCheckpoint::sign(good.checkpoint().clone(), &witness(1)).is_err());
    let line = good.cosign(&witness(2), 1_679_315_147).unwrap();
    assert_eq!(line.signature()[..8], 1_679_315_147u64.to_be_bytes());
    let keys = [log_key().verifier(), witness(2).verifier()];
    let verified = good.note().verify(&keys).unwrap();
    assert_eq!(verified.iter().map(|v| v.time).collect::<Vec<_>>(), [None, Some(1_679_315_147)]);
    // The time is part of what is signed.
    let mut bytes = line.signature().to_vec();
    bytes[7] ^= 1;
    let mut changed = signed(1, leaf_hash(b"x"), &[]);
    changed.add(SignatureLine::new(line.name().clone(), line.id(), bytes)).unwrap();
    assert_eq!(changed.note().verify(&keys), Err(NoteError::Wrong(witness(2).name().clone())));
    // The origin must be the key's name.
    let foreign = Checkpoint::new("elsewhere.example", 1, leaf_hash(b"x")).unwrap();
    let foreign = SignedCheckpoint::sign(foreign, &log_key()).unwrap();
    assert!(matches!(foreign.verify(&log_key().verifier()), Err(SignedError::Origin { .. })));
}

/// Made by OpenSSL, not by us.
#[test]
fn an_ml_dsa_44_cosignature_of_another_implementation_holds() {
    let text = include_str!("cases/ml-dsa-44.checkpoint");
    let policy = Policy::parse(include_bytes!("cases/ml-dsa-44.policy")).unwrap();
    let good = SignedCheckpoint::parse(text.as_bytes()).unwrap();
    let accepted = policy.check(&good).unwrap();
    assert_eq!(accepted.witnesses[0].time, Some(1_700_000_000));
    assert_eq!(accepted.witnesses[0].kind, SignatureType::MlDsa44Cosignature);
    assert_eq!(Policy::parse(policy.to_string().as_bytes()).unwrap().check(&good), Ok(accepted));
    let line = &good.note().signatures()[1];
    // A bit of the time, of the commitment, of the response, of the hint.
    for at in [7, 8, 100, 2400, 2427] {
        let mut bytes = line.signature().to_vec();
        bytes[at] ^= 1;
        let mut changed = SignedCheckpoint::sign(good.checkpoint().clone(), &log_key()).unwrap();
        changed.add(SignatureLine::new(line.name().clone(), line.id(), bytes)).unwrap();
        assert!(matches!(policy.check(&changed), Err(NotAccepted::Note(NoteError::Wrong(_)))), "{at}");
    }
    // Another size under the same signature.
    let other = Checkpoint::new(ORIGIN, 5, *good.checkpoint().root()).unwrap();
    let mut other = SignedCheckpoint::sign(other, &log_key()).unwrap();
    other.add(line.clone()).unwrap();
    assert!(policy.check(&other).is_err());
    // And it signs nothing here.
    let name = KeyName::new("a").unwrap();
    assert!(SignerKey::new(name, SignatureType::MlDsa44Cosignature, &[9; 32]).is_err());
}

fn policy(text: &str) -> Result<Policy, (usize, PolicyFault)> {
    let mut text = text.replace("LOG", &log_key().verifier().to_string());
    for n in 1..=9 {
        text = text.replace(&format!("W{n}"), &witness(n).verifier().to_string());
    }
    Policy::parse(text.as_bytes()).map_err(|error| (error.line, error.reason))
}

const GROUPS: &str = "# X and Y\nlog LOG https://log.example/\n\nwitness x1 W1\nwitness x2 W2 https://w.example\n\twitness x3 \t W3\n\
group x 2 x1 x2 x3\nwitness y1 W4\nwitness y2 W5\ngroup y any y1 y2\ngroup both all x y\nquorum both\n";

#[test]
fn a_quorum_is_counted_by_its_groups() {
    let policy = policy(GROUPS).unwrap();
    let root = leaf_hash(b"x");
    for (who, enough) in [
        (&[1u8, 2, 4][..], true),
        (&[1, 3, 5], true),
        (&[1, 2, 3, 4, 5], true),
        (&[1, 2], false),
        (&[1, 4, 5], false),
        (&[4, 5], false),
        (&[], false),
        // Not in the policy.
        (&[6, 7, 8], false),
    ] {
        let answer = policy.check(&signed(1, root, who));
        assert_eq!(answer.is_ok(), enough, "{who:?}: {answer:?}");
    }
    let accepted = policy.check(&signed(1, root, &[1, 2, 4, 9])).unwrap();
    assert_eq!(accepted.witnesses.len(), 3);
    assert_eq!(accepted.log.name.as_str(), ORIGIN);
    // Written in one spelling and read again it decides the same.
    let again = Policy::parse(policy.to_string().as_bytes()).unwrap();
    assert!(
        again.check(&signed(1, root, &[1, 2, 4])).is_ok() && again.check(&signed(1, root, &[1, 2])).is_err()
    );
    assert_eq!(again.to_string(), policy.to_string());
}

#[test]
fn a_checkpoint_must_be_of_a_known_log() {
    let root = leaf_hash(b"x");
    let alone = Policy::of_log(log_key().verifier()).unwrap();
    assert!(alone.check(&signed(1, root, &[])).is_ok());
    assert_eq!(Policy::of_log(witness(1).verifier()), Err(PolicyFault::Role));
    let foreign = Checkpoint::new("elsewhere.example", 1, root).unwrap();
    let foreign = SignedCheckpoint::sign(foreign, &log_key()).unwrap();
    assert_eq!(alone.check(&foreign), Err(NotAccepted::UnknownLog("elsewhere.example".into())));
    // Cosigned by a witness, but not signed by its log.
    let mut unsigned = Note::new(&Checkpoint::new(ORIGIN, 1, root).unwrap().to_string()).unwrap();
    unsigned.cosign(&witness(1), 1).unwrap();
    let unsigned = SignedCheckpoint::of_note(unsigned).unwrap();
    assert_eq!(alone.check(&unsigned), Err(NotAccepted::NotSigned));
    let with = policy("log LOG\nwitness a W1\nquorum a\n").unwrap();
    assert_eq!(with.check(&unsigned), Err(NotAccepted::NotSigned));
    assert_eq!(
        policy("quorum none\n").unwrap().check(&unsigned),
        Err(NotAccepted::UnknownLog(ORIGIN.into()))
    );
}

#[test]
fn a_policy_says_which_line_is_wrong() {
    let many: String = (0..300)
        .map(|n| format!("group g{n} any {}\n", if n == 0 { "a".into() } else { format!("g{}", n - 1) }))
        .collect();
    for (text, line, why) in [
        ("", 1, PolicyFault::NoQuorum),
        ("log LOG\n", 2, PolicyFault::NoQuorum),
        ("quorum none", 1, PolicyFault::Unended),
        ("quorum none\nquorum none\n", 2, PolicyFault::SecondQuorum),
        ("quorum a\n", 1, PolicyFault::Unknown),
        ("witness none W1\n", 1, PolicyFault::SameName),
        ("witness a W1\nwitness a W2\n", 2, PolicyFault::SameName),
        ("witness a W1\nwitness b W1\n", 2, PolicyFault::SameKey),
        ("log LOG\nlog LOG\n", 2, PolicyFault::SameKey),
        ("witness a LOG\n", 1, PolicyFault::Role),
        ("log W1\n", 1, PolicyFault::Role),
        ("log nonsense\n", 1, PolicyFault::Key(tlog::key::KeyError::Verifier)),
        ("log\n", 1, PolicyFault::Form),
        ("log LOG a b\n", 1, PolicyFault::Form),
        ("logs LOG\n", 1, PolicyFault::Form),
        ("witness a W1\ngroup g all\n", 2, PolicyFault::Form),
        ("witness a W1\ngroup g 0 a\n", 2, PolicyFault::Threshold),
        ("witness a W1\ngroup g 2 a\n", 2, PolicyFault::Threshold),
        ("witness a W1\ngroup g +1 a\n", 2, PolicyFault::Threshold),
        ("witness a W1\ngroup g some a\n", 2, PolicyFault::Threshold),
        ("witness a W1\ngroup g any a a\n", 2, PolicyFault::SecondGroup),
        ("witness a W1\ngroup g any a\ngroup h any a\n", 3, PolicyFault::SecondGroup),
        ("group g any g\n", 1, PolicyFault::Unknown),
        ("group g any none\n", 1, PolicyFault::Unknown),
        ("quorum none\r\n", 1, PolicyFault::Characters),
        ("#\u{7f}\n", 1, PolicyFault::Characters),
        (&format!("witness a W1\n{many}"), 258, PolicyFault::TooMany),
    ] {
        assert_eq!(policy(text).map(|_| ()), Err((line, why)), "{text:?}");
    }
    // Names are bytes, not text.
    let bytes =
        [b"witness \xff\xfe ", witness(1).verifier().to_string().as_bytes(), b"\nquorum \xff\xfe\n"].concat();
    assert_eq!(Policy::parse(&bytes).unwrap().witnesses()[0].name, b"\xff\xfe");
}

fn receipt(files: &Files, index: u64, witnesses: &[u8]) -> Receipt {
    let size = files.entries.len() as u64;
    let mut hashes = TileHashes::new(size, |tile| files.tile(tile));
    Receipt::make(index, &signed(size, files.root(), witnesses), &mut hashes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_receipt_proves_its_entry_and_no_other(size in 1u64..700, part in 0u64..1000, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let files = Files::of(size);
        let index = size * part / 1000;
        let policy = policy(GROUPS).unwrap();
        let made = receipt(&files, index, &[1, 2, 4]);
        let text = made.to_string();
        let read = Receipt::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(&read, &made);
        prop_assert_eq!(read.to_string(), text.clone());
        let entry = &files.entries[usize::try_from(index).unwrap()];
        prop_assert!(read.verify(entry, &policy).is_ok());
        prop_assert_eq!(read.verify(b"another", &policy), Err(NotProven::Proof(ProofError::Root)));
        // A bit anywhere: it reads no longer, or proves no longer, or only lines that no rule needs
        // are gone.
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = Receipt::parse(&bytes)
            && let Ok(accepted) = changed.verify(entry, &policy)
        {
            prop_assert!(accepted.witnesses.len() >= 3, "{}", String::from_utf8_lossy(&bytes));
            prop_assert_eq!(changed.index(), index);
        }
    }
}

#[test]
fn a_receipt_is_read_in_one_way_only() {
    let files = Files::of(300);
    let text = receipt(&files, 7, &[1]).to_string();
    let with = |from: &str, to: &str| text.replacen(from, to, 1);
    let hash = text.lines().nth(2).unwrap().to_owned();
    for (bad, why) in [
        (with("@v1", "@v2"), ReceiptError::Header),
        (with("\n", "\r\n"), ReceiptError::Header),
        (String::new(), ReceiptError::Header),
        (with("index 7", "index 07"), ReceiptError::Line(2)),
        (with("index 7", "Index 7"), ReceiptError::Line(2)),
        (with("index 7", "extra AA=\nindex 7"), ReceiptError::Line(2)),
        (with("index 7", "extra AA==\nextra AA==\nindex 7"), ReceiptError::Line(3)),
        (with("index 7\n", "index 7\nAAAA\n"), ReceiptError::Line(3)),
        (with("index 7\n", &format!("index 7\n{}", format!("{hash}\n").repeat(70))), ReceiptError::Line(67)),
        (text.split("\n\n").next().unwrap().to_owned(), ReceiptError::Line(11)),
    ] {
        assert_eq!(Receipt::parse(bad.as_bytes()), Err(why), "{bad}");
    }
    assert!(matches!(Receipt::parse(with("\n\n", "\n\n\n").as_bytes()), Err(ReceiptError::Checkpoint(_))));
    let extra = with("index 7", "extra AAEC\nindex 7");
    let read = Receipt::parse(extra.as_bytes()).unwrap();
    assert_eq!((read.extra(), read.to_string()), (Some(&[0, 1, 2][..]), extra));
}

#[test]
fn a_witness_answers_as_the_protocol_says() {
    let files = Files::of(900);
    let keys = [log_key().verifier()];
    let proof = |old: u64, new: u64| {
        let mut hashes = TileHashes::new(new, |tile| files.tile_at(tile));
        consistency(old, new, &mut hashes).unwrap()
    };
    let request = |old: u64, new: u64| Request {
        old,
        proof: proof(old, new),
        checkpoint: signed(new, files.root_at(new), &[]),
    };
    let seen = |size: u64| Seen { size, root: files.root_at(size) };
    // First sight, growth, the same again.
    assert_eq!(request(0, 500).decide(&keys, &Seen::NEVER), Ok(seen(500)));
    assert_eq!(request(500, 900).decide(&keys, &seen(500)), Ok(seen(900)));
    assert_eq!(request(900, 900).decide(&keys, &seen(900)), Ok(seen(900)));
    assert_eq!(request(0, 0).decide(&keys, &Seen::NEVER), Ok(Seen::NEVER));
    let status = |answer: Result<Seen, Refusal>| answer.unwrap_err().status();
    // 404: no key for the origin. 403: not signed by it.
    assert_eq!(status(request(0, 5).decide(&[], &Seen::NEVER)), 404);
    let stranger = SignerKey::new(KeyName::new(ORIGIN).unwrap(), SignatureType::Ed25519, &[8; 32]).unwrap();
    assert_eq!(status(request(0, 5).decide(&[stranger.verifier()], &Seen::NEVER)), 403);
    // 400: old above new. 409: another size was seen; it is the answer.
    let backwards = Request { old: 6, proof: Vec::new(), checkpoint: signed(5, files.root_at(5), &[]) };
    assert_eq!(status(backwards.decide(&keys, &seen(6))), 400);
    let late = request(0, 900).decide(&keys, &seen(500)).unwrap_err();
    assert_eq!((late.status(), late.body()), (409, ("text/x.tlog.size", "500\n".to_owned())));
    assert_eq!(Answer::parse(409, b"500\n"), Ok(Answer::Conflict(500)));
    // 422: rewritten, a proof too much, the same size with another root, an empty log with a root.
    let rewritten = Seen { size: 500, root: leaf_hash(b"other") };
    assert_eq!(status(request(500, 900).decide(&keys, &rewritten)), 422);
    let extra = Request { proof: vec![files.root()], ..request(0, 500) };
    assert_eq!(status(extra.decide(&keys, &Seen::NEVER)), 422);
    let forked = Request { checkpoint: signed(900, leaf_hash(b"other"), &[]), ..request(900, 900) };
    assert_eq!(status(forked.decide(&keys, &seen(900))), 422);
    let empty = Request { old: 0, proof: Vec::new(), checkpoint: signed(0, leaf_hash(b"other"), &[]) };
    assert_eq!(status(empty.decide(&keys, &Seen::NEVER)), 422);
    // The body of the request, there and back; what does not read is 400.
    let body = request(500, 900).to_string();
    assert_eq!(Request::parse(body.as_bytes()), Ok(request(500, 900)));
    for bad in [
        String::new(),
        body.replacen("old 500", "old 0500", 1),
        body.replacen("old 500", "old -1", 1),
        body.replacen("old 500", "new 500", 1),
        body.replacen("old 500\n", &format!("old 500\n{}", format!("{}\n", files.root()).repeat(64)), 1),
        body.replacen("\n\n", "\n", 1),
        body.trim_end().to_owned(),
    ] {
        assert_eq!(Request::parse(bad.as_bytes()).unwrap_err().status(), 400, "{bad}");
    }
    // What the witness answers, the log adds to its note.
    let mut checkpoint = signed(900, files.root(), &[]);
    let line = checkpoint.clone().cosign(&witness(3), 77).unwrap();
    let Ok(Answer::Cosigned(lines)) = Answer::parse(200, Answer::body(&[line]).as_bytes()) else {
        panic!("no lines")
    };
    let note = with_lines(checkpoint.note(), &lines).unwrap();
    assert_eq!(note.verify([&witness(3).verifier()]).unwrap()[0].time, Some(77));
    lines.into_iter().for_each(|line| checkpoint.add(line).unwrap());
    assert!(policy("log LOG\nwitness a W3\nquorum a\n").unwrap().check(&checkpoint).is_ok());
    assert_eq!(Answer::parse(200, b""), Err(AnswerError::Malformed));
    assert_eq!(Answer::parse(200, b"ok\n"), Err(AnswerError::Malformed));
    assert_eq!(Answer::parse(409, b"05\n"), Err(AnswerError::Malformed));
    assert!(matches!(Answer::parse(503, b""), Err(AnswerError::Status { status: 503 })));
    assert_eq!(
        monitoring_path("example.com/log"),
        "4d3203c8f35cdf600e475f55fede6081a703d3d322f208865fca2ec4f0e030f8/checkpoint"
    );
}

#[test]
fn a_key_is_wiped_and_never_shown() {
    let key = log_key();
    let shown = format!("{key:?} {:?} {}", key.verifier(), key.verifier());
    let secret = key.encode();
    let base64 = secret.rsplit('+').next().unwrap();
    assert!(!shown.contains(base64) && !shown.contains("PRIVATE"));
    let wrong: Result<VerifierKey, _> = secret.parse();
    assert!(
        !format!("{wrong:?}").contains(base64),
        "a secret given where a public key belongs is not repeated"
    );
}
