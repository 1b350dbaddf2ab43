//! What others have published, written anew as cases: the examples of the C2SP specifications, of Go's
//! `note` package, the hashes of RFC 6962's first implementation, and the 98 inclusion and 98
//! consistency cases of transparency-dev/merkle (`testdata/`), which are eight leaves, five proofs of
//! each kind, and one change each.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its own scene fails")]

use tlog::{
    Frontier, Hash, Note, Receipt, SignatureType, SignedCheckpoint, SignerKey, VerifierKey, leaf_hash,
    note::NoteError,
    proof::{consistency, inclusion, verify_consistency, verify_inclusion},
    witness::{Answer, Request},
};

/// The leaves that the implementations of RFC 6962 share.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Their roots, by number of leaves.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn published_root(size: usize) -> Hash {
    Hash::from_slice(&bytes_of(ROOTS[size])).unwrap()
}

fn leaf(index: usize) -> Hash {
    leaf_hash(&bytes_of(LEAVES[index]))
}

/// Hashes of subtrees, straight from the leaves.
struct Leaves;

impl tlog::HashReader for Leaves {
    type Error = std::convert::Infallible;

    fn hash(&mut self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let first = usize::try_from(index << level).unwrap();
        let mut frontier = Frontier::new();
        (first..first + (1 << level)).for_each(|at| frontier.append(leaf(at)).unwrap());
        Ok(frontier.root())
    }
}

#[test]
fn the_roots_of_the_shared_leaves() {
    let mut frontier = Frontier::new();
    for size in 0..=8 {
        assert_eq!(frontier.root(), published_root(size), "{size} leaves");
        if size < 8 {
            frontier.append(leaf(size)).unwrap();
        }
    }
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[0] ^= 1 << bit;
    Hash::from_bytes(bytes)
}

/// 32 bytes that are the hash of nothing here.
fn random() -> Hash {
    Hash::from_slice(&bytes_of("abacaba000000000000000000000000000000000000000000060061e00123456")).unwrap()
}

/// Hash that stands for the cases whose root or leaf is not 32 bytes long: such a one cannot even be
/// expressed.
fn never(text: &str) -> Hash {
    assert_eq!(Hash::from_slice(text.as_bytes()), None);
    leaf_hash(text.as_bytes())
}

struct Inclusion {
    what: String,
    index: u64,
    size: u64,
    root: Hash,
    leaf: Hash,
    proof: Vec<Hash>,
    holds: bool,
}

fn inclusion_cases() -> Vec<Inclusion> {
    let mut cases = Vec::new();
    for (index, size) in [(0u64, 1u64), (0, 8), (5, 8), (2, 3), (1, 5)] {
        let root = published_root(usize::try_from(size).unwrap());
        let leaf = leaf(usize::try_from(index).unwrap());
        let proof = inclusion(index, size, &mut Leaves).unwrap();
        let case = |what: &str| Inclusion {
            what: format!("{index} of {size}: {what}"),
            index,
            size,
            root,
            leaf,
            proof: proof.clone(),
            holds: false,
        };
        cases.push(Inclusion { holds: true, ..case("as it is") });
        cases.push(Inclusion { index: index.wrapping_sub(1), ..case("index - 1") });
        cases.push(Inclusion { index: index + 1, ..case("index + 1") });
        cases.push(Inclusion { index: index ^ 2, ..case("index xor 2") });
        cases.push(Inclusion { size: size * 2, ..case("size * 2") });
        cases.push(Inclusion { size: size / 2, ..case("size / 2") });
        cases.push(Inclusion { leaf: never("WrongLeaf"), ..case("wrong leaf") });
        cases.push(Inclusion { root: published_root(0), ..case("empty root") });
        cases.push(Inclusion { root: random(), ..case("random root") });
        for (name, extra) in [("garbage", Hash::from_bytes([0; 32])), ("root", root)] {
            let trailing = proof.iter().copied().chain([extra]).collect();
            cases.push(Inclusion { proof: trailing, ..case(&format!("trailing {name}")) });
            let preceding = [extra].into_iter().chain(proof.iter().copied()).collect();
            cases.push(Inclusion { proof: preceding, ..case(&format!("preceding {name}")) });
        }
        for at in 0..proof.len() {
            let mut changed = proof.clone();
            changed[at] = flipped(&changed[at], 3);
            cases.push(Inclusion { proof: changed, ..case(&format!("bit 3 of hash {at}")) });
        }
        if !proof.is_empty() {
            cases.push(Inclusion { proof: proof[..proof.len() - 1].to_vec(), ..case("removed hash") });
        }
        if proof.len() > 1 {
            let mut longer = proof.clone();
            longer.insert(1, longer[0]);
            cases.push(Inclusion { proof: longer, ..case("inserted hash") });
        }
    }
    // Nothing in a proof, at the edge of sizes.
    for (index, size) in [(0, 0), (0, 1), (1, 0), (2, 1)] {
        let case = |what: &str, root, leaf| Inclusion {
            what: format!("{index} of {size}: {what}"),
            index,
            size,
            root,
            leaf,
            proof: Vec::new(),
            holds: false,
        };
        cases.push(case("empty root", published_root(0), never("")));
        cases.push(case("random leaf", never(" "), random()));
        cases.push(case("empty root and random leaf", published_root(0), random()));
    }
    let one = leaf_hash(b"data");
    for (what, root, leaf, holds) in [
        ("matching root and leaf", one, one, true),
        ("empty root", never(""), one, false),
        ("empty leaf", one, never(""), false),
    ] {
        cases.push(Inclusion { what: what.into(), index: 0, size: 1, root, leaf, proof: Vec::new(), holds });
    }
    cases
}

#[test]
fn the_inclusion_cases() {
    let cases = inclusion_cases();
    // The 98th, an empty root and an empty leaf, consists of nothing but hashes that are none.
    assert_eq!(cases.len() + usize::from(Hash::from_slice(b"").is_none()), 98);
    for case in cases {
        let answer = verify_inclusion(&case.leaf, case.index, case.size, &case.proof, &case.root);
        assert_eq!(answer.is_ok(), case.holds, "{}: {answer:?}", case.what);
    }
}

struct Consistency {
    what: String,
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: Vec<Hash>,
    holds: bool,
}

fn consistency_cases() -> Vec<Consistency> {
    let mut cases = Vec::new();
    for (old, new) in [(1u64, 1u64), (1, 8), (6, 8), (2, 5), (6, 7)] {
        let roots = [old, new].map(|size| published_root(usize::try_from(size).unwrap()));
        let proof = consistency(old, new, &mut Leaves).unwrap();
        let case = |what: &str| Consistency {
            what: format!("{old} to {new}: {what}"),
            old,
            old_root: roots[0],
            new,
            new_root: roots[1],
            proof: proof.clone(),
            holds: false,
        };
        cases.push(Consistency { holds: true, ..case("as it is") });
        if proof.is_empty() {
            continue;
        }
        cases.push(Consistency { old: old - 1, ..case("old - 1") });
        cases.push(Consistency { old: old + 1, ..case("old + 1") });
        cases.push(Consistency { old: old ^ 2, ..case("old xor 2") });
        cases.push(Consistency { new: new * 2, ..case("new * 2") });
        cases.push(Consistency { new: new / 2, ..case("new / 2") });
        cases.push(Consistency { old_root: never("WrongRoot"), ..case("wrong old root") });
        cases.push(Consistency { new_root: never("WrongRoot"), ..case("wrong new root") });
        cases.push(Consistency { old_root: roots[1], new_root: roots[0], ..case("swapped roots") });
        cases.push(Consistency { proof: Vec::new(), ..case("empty proof") });
        let extras = [("old root", roots[0]), ("new root", roots[1]), ("garbage", Hash::from_bytes([0; 32]))];
        for (name, extra) in extras {
            let trailing = proof.iter().copied().chain([extra]).collect();
            cases.push(Consistency { proof: trailing, ..case(&format!("trailing {name}")) });
            let preceding = [extra].into_iter().chain(proof.iter().copied()).collect();
            cases.push(Consistency { proof: preceding, ..case(&format!("preceding {name}")) });
        }
        let doubled = [proof[0]].into_iter().chain(proof.iter().copied()).collect();
        cases.push(Consistency { proof: doubled, ..case("first hash twice") });
        cases.push(Consistency { proof: proof[..proof.len() - 1].to_vec(), ..case("truncated") });
        for at in 0..proof.len() {
            let mut changed = proof.clone();
            changed[at] = flipped(&changed[at], 4);
            cases.push(Consistency { proof: changed, ..case(&format!("bit 4 of hash {at}")) });
        }
    }
    let (one, two, empty) = (never("don't care 1"), never("don't care 2"), published_root(0));
    for (old, old_root, new, new_root, proof, holds) in [
        (0, one, 0, one, vec![], false),
        (0, one, 0, two, vec![], false),
        (0, empty, 0, two, vec![], false),
        (0, empty, 0, empty, vec![empty], false),
        (0, one, 1, two, vec![], false),
        (0, empty, 1, empty, vec![empty], false),
        (1, two, 1, two, vec![], true),
        (1, one, 1, two, vec![], false),
        (1, empty, 1, two, vec![], false),
        (1, empty, 1, empty, vec![empty], false),
        (1, one, 0, two, vec![], false),
        (2, one, 1, two, vec![], false),
        (1, one, 2, two, vec![], false),
    ] {
        let what = format!("{old} to {new}, {} hashes", proof.len());
        cases.push(Consistency { what, old, old_root, new, new_root, proof, holds });
    }
    cases
}

#[test]
fn the_consistency_cases() {
    let cases = consistency_cases();
    // The 98th has no hash that is one: the empty tree against a root of 12 bytes.
    assert_eq!(cases.len() + usize::from(Hash::from_slice(b"don't care 2").is_none()), 98);
    for case in cases {
        let answer = verify_consistency(case.old, &case.old_root, case.new, &case.new_root, &case.proof);
        assert_eq!(answer.is_ok(), case.holds, "{}: {answer:?}", case.what);
    }
}

/// The example of `signed-note`.
const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

#[test]
fn the_signed_note_of_the_specification() {
    let key: VerifierKey =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse().unwrap();
    let note = Note::parse(NOTE.as_bytes()).unwrap();
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(note.verify([&key]).unwrap()[0].name.as_str(), "example.com/foo");
    let changed = Note::parse(NOTE.replace("This is", "That is").as_bytes()).unwrap();
    assert_eq!(changed.verify([&key]), Err(NoteError::Wrong(key.name().clone())));
}

/// A text of several paragraphs, unsigned by any key that is known.
#[test]
fn the_text_ends_at_the_last_blank_line() {
    let text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n";
    let note = format!(
        "{text}\n\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMou\
FSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    );
    let read = Note::parse(note.as_bytes()).unwrap();
    assert_eq!((read.text(), read.to_string()), (text, note));
    assert_eq!(read.verify([]), Err(NoteError::Unsigned));
}

/// The keys and the note in the documentation of `golang.org/x/mod/sumdb/note`.
#[test]
fn the_note_of_go() {
    let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let key = SignerKey::decode(secret).unwrap();
    assert_eq!(*key.encode(), secret);
    let public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(key.verifier().to_string(), public);
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let mut note = Note::new(text).unwrap();
    note.sign(&key).unwrap();
    let signed = format!(
        "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    );
    // Ed25519 has one signature for a text and key.
    assert_eq!(note.to_string(), signed);
    assert!(note.verify([&public.parse().unwrap()]).is_ok());
}

const COSIGNED: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

/// The specifications publish no keys for their checkpoints: what can be held is the reading.
#[test]
fn the_checkpoints_of_the_specifications_read_and_write() {
    let signed = SignedCheckpoint::parse(COSIGNED.as_bytes()).unwrap();
    assert_eq!(
        (signed.checkpoint().origin(), signed.checkpoint().size()),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(signed.to_string(), COSIGNED);
    // tlog-cosignature: the time of the example is 1679315147.
    assert_eq!(signed.note().signatures()[1].signature()[..8], 1_679_315_147u64.to_be_bytes());

    let request = format!(
        "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n{COSIGNED}"
    );
    let read = Request::parse(request.as_bytes()).unwrap();
    assert_eq!((read.old, read.proof.len(), read.to_string()), (20_852_014, 4, request));

    let answer = "\u{2014} witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n\
\u{2014} witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==\n";
    let Answer::Cosigned(lines) = Answer::parse(200, answer.as_bytes()).unwrap() else {
        panic!("not signatures")
    };
    assert_eq!(Answer::body(&lines), answer);

    let receipt = format!(
        "c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6\nindex 73894\n\
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\nB95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\n{COSIGNED}"
    );
    let read = Receipt::parse(receipt.as_bytes()).unwrap();
    assert_eq!(
        (read.index(), read.extra(), read.proof().len()),
        (73894, Some(&b"age-v1.2.1-darwin-arm64.tar.gz"[..]), 2)
    );
    assert_eq!(read.to_string(), receipt);
}

/// A verifier key that many Go programs carry, and its type.
#[test]
fn the_key_of_the_go_checksum_database() {
    let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let key: VerifierKey = text.parse().unwrap();
    assert_eq!((key.kind(), key.to_string()), (SignatureType::Ed25519, text.to_owned()));
}
