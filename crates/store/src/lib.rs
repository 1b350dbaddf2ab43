//! Where bytes are kept: files that survive a crash, blobs known by their digest, private texts that
//! can be erased.
//!
//! This crate decides *how* something is written so that a crash leaves either the old or the new:
//! which file is synced when, and what is renamed. It refuses to know what the bytes mean, when
//! something is written, and by whom: no clock, no randomness, no environment. Everything goes through
//! the trait [`Files`], so that a test can put a file system that forgets ([`Forgetful`]) in the place
//! of the disk.
//!
//! Databases come here later; until then nothing but files.

pub mod blobs;
pub mod disk;
pub mod files;
pub mod forgetful;
pub mod private;
pub mod replace;

pub use blobs::{BlobError, Blobs};
pub use disk::Disk;
pub use files::{Files, FilesError, Held, Readers, ToSync};
pub use forgetful::{Forgetful, Loss, Step};
pub use private::{Private, PrivateError, PrivateText, SALT_BYTES};
pub use replace::replace;
