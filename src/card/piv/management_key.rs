//! The management-key authentication, relayed: the key never is on this computer. The card gives a witness that only
//! the key's holder can read, the gateway reads it and adds a challenge, and the card answers that
//! (SP 800-73-4 part 2, 3.2.4 and appendix A.1).

use super::{
    Piv, PivError,
    error::Doing,
    status::{self, Verdict},
};
use crate::{
    card::{
        apdu::Command,
        tlv::{self, Tag, Writer},
    },
    domain::Secret,
};

/// Key reference of the management key (SP 800-73-4 part 1, table 4).
const MANAGEMENT_KEY: u8 = 0x9B;

/// Dynamic authentication template and what it holds (SP 800-73-4 part 2, table 7).
pub(super) const TEMPLATE: Tag = Tag::known(0x7C);
const WITNESS: Tag = Tag::known(0x80);
pub(super) const CHALLENGE: Tag = Tag::known(0x81);
pub(super) const RESPONSE: Tag = Tag::known(0x82);

impl Piv<'_> {
    /// Asks the card for its encrypted witness: one cipher block, 8 or 16 bytes.
    ///
    /// # Errors
    /// The card has no management key of the profile's kind, or the answer cannot be read.
    pub fn management_key_witness(&mut self) -> Result<Vec<u8>, PivError> {
        let request = Writer::new().nest(TEMPLATE, |w| w.put(WITNESS, &[])).finish();
        let response = self.exchange(&self.management_command(request))?;
        match status::command(response.status) {
            Verdict::Done => self.block_in(&response.data, WITNESS),
            _ => Err(status::refusal(Doing::ManagementKey, response.status)),
        }
    }

    /// Gives the card the witness in the clear and the gateway's challenge; returns the challenge as the card encrypted
    /// it, which the gateway checks. From here on the card takes writes until it is selected again or reset.
    ///
    /// # Errors
    /// [`PivError::WrongManagementKey`], or the answer cannot be read.
    pub fn management_key_response(&mut self, witness: &Secret, challenge: &[u8]) -> Result<Vec<u8>, PivError> {
        let answer =
            Writer::new().nest(TEMPLATE, |w| w.put(WITNESS, witness.expose()).put(CHALLENGE, challenge)).finish();
        let response = self.exchange(&self.management_command(answer))?;
        if status::is_wrong_management_key(response.status) {
            return Err(PivError::WrongManagementKey);
        }
        match status::command(response.status) {
            Verdict::Done => self.block_in(&response.data, RESPONSE),
            _ => Err(status::refusal(Doing::ManagementKey, response.status)),
        }
    }

    fn management_command(&self, data: Vec<u8>) -> Command {
        let algorithm = self.profile.management_key.algorithm.reference();
        Command::new(0x00, 0x87, algorithm, MANAGEMENT_KEY).with_data(data).expecting_data()
    }

    fn block_in(&self, answer: &[u8], tag: Tag) -> Result<Vec<u8>, PivError> {
        let block = tlv::find(answer, TEMPLATE).ok().flatten().and_then(|inside| tlv::find(inside, tag).ok().flatten());
        block
            .filter(|block| block.len() == self.profile.management_key.algorithm.block_bytes())
            .map(<[u8]>::to_vec)
            .ok_or(PivError::Garbled { doing: Doing::ManagementKey })
    }
}
