//! A transparency log as values: Merkle tree, tiles, signed notes, checkpoints, cosignatures, proofs
//! and receipts, after the C2SP specifications (tlog-tiles, signed-note, tlog-checkpoint,
//! tlog-cosignature, tlog-proof, tlog-policy, tlog-witness) over the hashing of RFC 6962.
//!
//! It decides what bytes a log consists of and whether bytes from anyone are such a log. It refuses to
//! know where they lie, what an entry means, what time it is and where randomness comes from: files,
//! clock and keys are handed in, as bytes.
//!
//! Own code because the published crates have no cosignatures, or no tiles, and pull two generations
//! of the same cryptography. The primitives (SHA-256, Ed25519, base64) are libraries.

pub mod checkpoint;
pub mod cosignature;
pub mod hash;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
pub mod receipt;
pub mod resource;
pub mod signed;
mod text;
pub mod tile;
pub mod tiles;
pub mod tree;
pub mod verifier;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use hash::{Hash, leaf_hash, node_hash};
pub use key::{KeyId, KeyName, SignatureType, SignerKey, VerifierKey};
pub use note::{Note, SignatureLine, Verified};
pub use policy::Policy;
pub use proof::HashReader;
pub use receipt::Receipt;
pub use resource::Resource;
pub use signed::SignedCheckpoint;
pub use tile::{BundleId, TileId};
pub use tiles::{TileHashes, TileSource};
pub use tree::Frontier;
pub use verifier::LogVerifier;
