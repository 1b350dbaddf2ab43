//! `model.toml`: what the people who took a model in know about it and its own files leave out.
//! Everything in it is a statement of theirs.

use super::strict::{Invalid, Reading};

/// The file's name, in the model's folder.
pub const FILE: &str = "model.toml";

/// What `model.toml` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// What the model is called.
    pub name: Option<String>,
    /// Where it was fetched from: `pkg:huggingface/OWNER/NAME`, `OWNER/NAME` or an address.
    pub origin: Option<String>,
    /// The exact revision that was fetched.
    pub revision: Option<String>,
    /// The models it was made from; an empty list states that there is none.
    pub parents: Option<Vec<String>>,
}

impl Note {
    /// Reads `model.toml`.
    ///
    /// # Errors
    /// When anything in it is unknown, of the wrong sort or incomplete: all of it, by line.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, Invalid> {
        Reading::all(path, bytes, |root| {
            let origin = root.text("origin");
            if origin.as_deref().is_some_and(|origin| origin.contains('@') && origin.contains("://")) {
                root.fault_at("origin", "write the address without a user name or password");
            }
            Some(Self {
                name: root.text("name"),
                origin,
                revision: root.text("revision"),
                parents: root.has("parents").then(|| root.texts("parents")),
            })
        })
    }
}
