//! Changes of the body: by decision, but a stolen key is stopped at once.

use crate::{
    act::upkeep::Revocation,
    entry::Logged,
    refused::{Refused, incomplete},
    register::Register,
};

impl Register {
    pub(super) fn revoke(&mut self, logged: &Logged, it: &Revocation) -> Result<(), Refused> {
        if !it.reason.is_given() {
            return Err(incomplete("say why the key is revoked"));
        }
        let Some((holder, key)) = self.body.holder_of(&it.key) else {
            return Err(crate::body::InvalidBody::NoSuchKey(it.key.chars().take(80).collect()).into());
        };
        if key.revoked {
            return Err(Refused::NotNow(format!("the key {} is revoked already", it.key)));
        }
        let by = self.person(&logged.by)?;
        if holder != logged.by && !by.has_any(&["chair", "security"]) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!("a key is revoked by its holder ({holder}), the chair or security"),
            });
        }
        Ok(self.body.revoke(&it.key)?)
    }
}
