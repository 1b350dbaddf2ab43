//! The lookup says what the whole register says, under its own checkpoint alone, whole alone.

use std::ops::Range;

use domain::{Digest, Outcome, SubjectName, Tier, Timestamp};
use policy::quorum::Stance;
use register::{
    Register,
    act::{Act, attestation::Attestation, decision::TripWire, review::Asks, upkeep::Trip},
    case::Case,
    lookup::{self, Head, Lookup},
    words::Words,
};
use tlog::{Frontier, Hash, leaf_hash};

use super::committee::*;

fn root(leaves: &[Vec<u8>]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(leaf_hash(leaf)).unwrap();
    }
    frontier.root()
}

fn reader(bytes: &[u8]) -> impl Fn(Range<u64>) -> Option<Vec<u8>> {
    move |range| {
        let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        bytes.get(range).map(<[u8]>::to_vec)
    }
}

/// Something of every kind.
fn busy() -> Scene {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    scene.listed(Tier::Clinical);
    scene.asks_use(Tier::Research, Outcome::Referred);
    for n in 0..30 {
        let name = format!("pkg:npm/part-{n}@1.0.0");
        let case = Case::of_use(name.parse().unwrap(), Tier::Research);
        let seen = scene.assessed(Outcome::Allowed, 1);
        let opening = scene.opening(Asks::Use, Some(case.clone()), Some(seen));
        let review = scene.opens(DEVELOPER, opening).unwrap();
        if n % 3 == 0 {
            scene.vote(&review, &[(CHAIR, Stance::Agree), (SECURITY, Stance::Agree)]);
            scene.grants(CHAIR, &review).unwrap();
        }
        if n == 9 {
            let because = Words::sealed(&[1; 32], "CVE-2026-0001 is being exploited");
            let assessment = Digest::of(b"assessment");
            scene
                .says(
                    SECURITY,
                    Act::Trip(Trip { case: case.clone(), wire: Some(TripWire::Kev), assessment, because }),
                )
                .unwrap();
        }
        if n == 10 {
            scene.denies(SECURITY, case).unwrap();
        }
    }
    for (subject, scope) in [
        ("repository:ward-list", Some(sealed("src/a.rs"))),
        ("pkg:npm/part-3@1.0.0", None),
        ("repository:other", None),
    ] {
        let it = Attestation {
            control: "owner-route".to_owned(),
            subject: subject.parse().unwrap(),
            version: None,
            scope,
            says: Words::public("I have seen it"),
            until: date("2027-05-01"),
            basis: None,
        };
        scene.says(LAY, Act::Attest(Box::new(it))).unwrap();
    }
    let exception = Asks::Exception {
        control: "practices".to_owned(),
        scope: Some(sealed("src/a.rs")),
        until: date("2027-02-01"),
    };
    let opening = scene.opening(exception, Some(ward_list()), None);
    let review = scene.opens(DEVELOPER, opening).unwrap();
    scene.vote(&review, &[(CHAIR, Stance::Agree), (SECURITY, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
    scene
}

fn subjects(register: &Register) -> Vec<Option<SubjectName>> {
    let named = register.entries.keys().map(|case| Some(case.subject.clone()));
    let others =
        ["repository:other", "repository:nobody", "pkg:npm/nothing@1"].map(|n| Some(n.parse().unwrap()));
    named.chain(others).chain([None]).collect()
}

#[test]
fn it_says_what_the_register_says_at_every_time() {
    let scene = busy();
    let register = scene.reread();
    let root = root(&scene.leaves);
    let bytes = lookup::write(&register, &root).unwrap();
    let read = reader(&bytes);
    let head = Head::new(ORIGIN, register.size, &root);
    let found = Lookup::open(&read, &head).unwrap();
    let open = |digest: &Digest| (sealed("src/a.rs").seal() == Some(*digest)).then(|| "src/a.rs".to_owned());
    let mut noes = 0;
    for day in [
        "2026-11-20",
        "2026-11-23",
        "2026-11-30",
        "2027-01-31",
        "2027-05-01",
        "2027-05-02",
        "2027-06-30",
        "2027-07-15",
        "2031-01-01",
    ] {
        let as_of: Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
        for subject in subjects(&register) {
            let whole = register.standing(subject.as_ref(), as_of, &open);
            let looked = found.standing(&read, subject.as_ref(), as_of, &open).unwrap();
            noes += whole.of_components.len();
            assert_eq!(looked, whole, "{subject:?} on {day}");
        }
    }
    assert!(noes > 100, "components that are no plain yes were among them: {noes}");
}

#[test]
fn under_another_checkpoint_or_damaged_it_is_none() {
    let scene = busy();
    let register = scene.reread();
    let root = root(&scene.leaves);
    let bytes = lookup::write(&register, &root).unwrap();
    let head = Head::new(ORIGIN, register.size, &root);
    for other in [
        Head::new("log.other.example/register", register.size, &root),
        Head::new(ORIGIN, register.size + 1, &root),
        Head::new(ORIGIN, register.size, &leaf_hash(b"another")),
    ] {
        assert!(Lookup::open(&reader(&bytes), &other).is_none());
        assert_ne!(other.digest(), head.digest());
    }
    let name: SubjectName = "pkg:npm/lodash@4.17.21".parse().unwrap();
    let whole = register.standing(Some(&name), scene.now, &|_| None);
    let look = |bytes: &[u8]| {
        let read = reader(bytes);
        Lookup::open(&read, &head)?.standing(&read, Some(&name), scene.now, &|_| None)
    };
    assert_eq!(look(&bytes).as_ref(), Some(&whole));
    let mut noticed = 0;
    for at in (0..bytes.len()).step_by(bytes.len() / 400) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x20;
        // What is not looked into may be damaged; what is, is noticed.
        match look(&damaged) {
            Some(found) => assert_eq!(found, whole, "byte {at}"),
            None => noticed += 1,
        }
        if let Some(found) = look(&bytes[..at]) {
            assert_eq!(found, whole, "cut at {at}");
        }
    }
    assert!(noticed > 10, "{noticed}");
}

#[test]
fn what_an_earlier_run_has_verified_is_not_verified_again_and_says_the_same() {
    let mut scene = busy();
    // Somebody wrote an unsigned leaf into the log.
    let review = scene.asks_use(Tier::Infrastructure, Outcome::Referred);
    let act = Act::Position(Box::new(scene.position(&review, Stance::Agree)));
    let forged = register::statement::Statement::new(ORIGIN, scene.now, LAY, act);
    scene.leaves.push(register::leaf::Leaf::new(scene.now, forged, Vec::new()).bytes().unwrap());
    let early = Register::read(ORIGIN, scene.leaves.iter().cloned()).unwrap();
    assert_eq!(early.rejected.len(), 1);
    let bytes = lookup::write(&early, &root(&scene.leaves)).unwrap();
    let known = Lookup::known(&reader(&bytes)).unwrap();
    assert_eq!(known.head.size, scene.leaves.len() as u64);
    let mut log = scene.leaves.clone();
    let mut later = scene.clone();
    later.vote(&review, &[(CHAIR, Stance::Agree)]);
    log.push(later.leaves.last().unwrap().clone());
    let whole = Register::read(ORIGIN, log.iter().cloned()).unwrap();
    let on = Register::read_on(ORIGIN, log.iter().cloned(), Some(&known)).unwrap();
    // Where statements stand has no order of its own.
    let told = |mut register: Register| {
        let mut statements: Vec<_> = register.statements.drain().collect();
        statements.sort();
        format!("{statements:?} {register:?}")
    };
    assert!(told(on) == told(whole), "the same register");
    // What is known is not so: it is said, and nothing is believed.
    let mut wrong = known.clone();
    wrong.rejected.clear();
    log[5] = b"{}".to_vec();
    assert!(Register::read_on(ORIGIN, log, Some(&wrong)).is_err());
}
