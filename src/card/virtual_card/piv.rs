//! The PIV application of the virtual card (SP 800-73-4 part 2, 3).

use zeroize::Zeroizing;

use super::{
    Pace,
    behaviour::{ChannelWanted, Emptying, Misshapen, SelectAgain, SettingCodes, TryAnswer},
    cipher::encipher,
    keys::{CardKey, random},
    objects,
    sealed::Sealed,
    state::{Application, CardMemory, Compared, ManagementStatus, PasscodeStatus, Session},
    status,
};
use crate::card::{
    algorithm::KeyAlgorithm,
    apdu::{Command, StatusWord},
    tlv::{self, Tag, Writer},
};

const OBJECT: Tag = Tag::known(0x53);
const TAG_LIST: Tag = Tag::known(0x5C);
const DYNAMIC_TEMPLATE: Tag = Tag::known(0x7C);
const WITNESS: Tag = Tag::known(0x80);
const CHALLENGE: Tag = Tag::known(0x81);
const ANSWER: Tag = Tag::known(0x82);

/// P2 of the management key.
const MANAGEMENT_SLOT: u8 = 0x9B;
/// P2 of the digital signature key, which wants the passcode each time.
const SIGNING_SLOT: u8 = 0x9C;
/// P2 of the card authentication key, which wants none.
const CARD_AUTHENTICATION_SLOT: u8 = 0x9E;

/// What a command gives: data with 9000, or a status word alone.
pub(super) type Outcome = Result<Vec<u8>, StatusWord>;

/// One command's view of the card.
pub(super) struct Piv<'a> {
    pub(super) memory: &'a mut CardMemory,
    pub(super) session: &'a mut Session,
    pub(super) pace: &'a mut dyn Pace,
}

impl Piv<'_> {
    /// SELECT of the application: the answer is its property template (SP 800-73-4 part 2, table 3).
    pub(super) fn select(&mut self) -> Outcome {
        let again = self.session.selected == Application::Piv;
        if !again || self.memory.behaviour.select_again == SelectAgain::Clears {
            self.session.lock();
        }
        self.session.selected = Application::Piv;
        let label = self.memory.behaviour.label.as_bytes();
        let management = self.memory.management_key().ok_or(status::MEMORY_FAILURE)?.algorithm().reference();
        let algorithms = |w: Writer| {
            let all = KeyAlgorithm::ALL.map(KeyAlgorithm::reference);
            let references = all.into_iter().chain([management]);
            references.fold(w, |w, reference| w.put(Tag::known(0x80), &[reference])).put(Tag::known(0x06), &[0])
        };
        Ok(Writer::new()
            .nest(Tag::known(0x61), |w| {
                w.put(Tag::known(0x4F), objects::PIV_AID.get(5..).unwrap_or_default())
                    .nest(Tag::known(0x79), |w| w.put(Tag::known(0x4F), objects::PIV_AID.get(..5).unwrap_or_default()))
                    .put(Tag::known(0x50), label)
                    .nest(Tag::known(0xAC), algorithms)
            })
            .finish())
    }

    /// Any other command.
    pub(super) fn perform(&mut self, command: &Command) -> Outcome {
        let just_verified = self.session.passcode == PasscodeStatus::JustVerified;
        if just_verified {
            self.session.passcode = PasscodeStatus::Verified;
        }
        if self.memory.behaviour.secure_channel.wanted_for == ChannelWanted::Writes
            && matches!((command.ins, command.p2), (0xDB | 0x47, _) | (0x24, 0x81))
            && !self.session.channel.is_open()
        {
            return Err(status::NOT_ALLOWED);
        }
        match (command.cla, command.ins, command.p1, command.p2) {
            (0x00, 0xCB, 0x3F, 0xFF) => self.get_data(&command.data),
            (0x00, 0xDB, 0x3F, 0xFF) => self.put_data(&command.data),
            (0x00, 0x20, p1 @ (0x00 | 0xFF), 0x80) => self.verify(p1, &command.data),
            (0x00, 0x24, 0x00, reference @ (0x80 | 0x81)) => self.change_reference(reference, &command.data),
            (0x00, 0x24, 0xFF, reference @ (0x80 | 0x81))
                if self.memory.behaviour.secure_channel.setting_codes == SettingCodes::InsideChannel =>
            {
                self.set_reference(reference, &command.data)
            }
            (0x00, 0x2C, 0x00, 0x80) => self.reset_retry_counter(&command.data),
            (0x00, 0x47, 0x00, slot) => self.generate(slot, &command.data),
            (0x00, 0x87, algorithm, MANAGEMENT_SLOT) => self.authenticate(algorithm, &command.data),
            (0x00, 0x87, algorithm, slot) => self.sign(algorithm, slot, &command.data, just_verified),
            (0x00, 0x20 | 0x24 | 0x2C, _, 0x81..) => Err(status::REFERENCE_NOT_FOUND),
            (0x00, 0x20 | 0x24 | 0x2C | 0x47 | 0xCB | 0xDB, _, _) => Err(status::WRONG_P1_P2),
            (0x00, _, _, _) => Err(status::INSTRUCTION_UNKNOWN),
            _ => Err(status::CLASS_UNKNOWN),
        }
    }

    fn get_data(&self, data: &[u8]) -> Outcome {
        let tag = requested_tag(data).ok_or(status::WRONG_DATA)?.number();
        if !objects::is_known(tag) {
            return Err(self.memory.behaviour.unknown_tag.0);
        }
        if objects::needs_passcode(tag) && !self.session.passcode.is_verified() {
            return Err(status::NOT_ALLOWED);
        }
        let value = self.memory.objects.get(&tag).ok_or(status::OBJECT_NOT_FOUND)?;
        if value.is_empty() && self.memory.behaviour.write.emptying == Emptying::ReadsNothing {
            return Ok(Vec::new());
        }
        let wrapping = if objects::is_its_own_wrapping(tag) { Tag::new(tag).unwrap_or(OBJECT) } else { OBJECT };
        Ok(Writer::new().put(wrapping, value).finish())
    }

    fn put_data(&mut self, data: &[u8]) -> Outcome {
        if self.session.management != ManagementStatus::Unlocked {
            return Err(status::NOT_ALLOWED);
        }
        let mut parts = tlv::read(data);
        let first = parts.next().and_then(Result::ok).ok_or(status::WRONG_DATA)?;
        let (tag, value) = if objects::is_its_own_wrapping(first.tag.number()) {
            (first.tag.number(), first.value)
        } else {
            let tag = requested_tag(data).ok_or(status::WRONG_DATA)?.number();
            let object = parts.next().and_then(Result::ok).filter(|o| o.tag == OBJECT).ok_or(status::WRONG_DATA)?;
            (tag, object.value)
        };
        let rules = &self.memory.behaviour.write;
        if !objects::is_known(tag) {
            return Err(status::OBJECT_NOT_FOUND);
        }
        if let Some(code) = rules.refused_objects.filter(|_| objects::is_often_refused(tag)) {
            return Err(code.0);
        }
        if let Some(code) = rules.refused_discovery.filter(|_| tag == objects::DISCOVERY) {
            return Err(code.0);
        }
        if value.len() > rules.max_object_bytes {
            return Err(rules.too_large.0);
        }
        match rules.emptying {
            Emptying::Fails if value.is_empty() => return Err(status::EMPTYING_FAILED),
            Emptying::RemovesIt if value.is_empty() => drop(self.memory.objects.remove(&tag)),
            _ => drop(self.memory.objects.insert(tag, value.to_vec())),
        }
        Ok(Vec::new())
    }

    fn verify(&mut self, p1: u8, data: &[u8]) -> Outcome {
        let blocked = self.memory.behaviour.passcode_blocked;
        if p1 == 0xFF {
            self.session.passcode = PasscodeStatus::NotVerified;
            return if data.is_empty() { Ok(Vec::new()) } else { Err(status::WRONG_DATA) };
        }
        let passcode = &mut self.memory.passcode;
        if data.is_empty() {
            return if self.session.passcode.is_verified() {
                Ok(Vec::new())
            } else if passcode.is_blocked() {
                Err(blocked.query.0)
            } else {
                Err(status::tries_left(passcode.tries_left()))
            };
        }
        if !is_passcode(data) {
            return match self.memory.behaviour.misshapen_passcode {
                Misshapen::Refused => Err(status::WRONG_DATA),
                Misshapen::CostsATry if passcode.is_blocked() => Err(blocked.verify.0),
                Misshapen::CostsATry => {
                    self.session.passcode = PasscodeStatus::NotVerified;
                    passcode.lose_a_try();
                    Err(status::tries_left(passcode.tries_left()))
                }
            };
        }
        self.session.passcode = PasscodeStatus::NotVerified;
        match passcode.compare(data) {
            Compared::Right => {
                self.session.passcode = PasscodeStatus::JustVerified;
                Ok(Vec::new())
            }
            Compared::Wrong { tries_left } => Err(status::tries_left(tries_left)),
            Compared::Blocked => Err(blocked.verify.0),
        }
    }

    fn change_reference(&mut self, reference: u8, data: &[u8]) -> Outcome {
        let (old, new) = data.split_at_checked(8).filter(|(_, new)| new.len() == 8).ok_or(status::WRONG_DATA)?;
        let is_passcode_change = reference == 0x80;
        if is_passcode_change && !is_passcode(new) {
            return Err(status::WRONG_DATA);
        }
        let changed = if is_passcode_change { &mut self.memory.passcode } else { &mut self.memory.unlock_code };
        match changed.compare(old) {
            Compared::Right => changed.set(new),
            Compared::Wrong { tries_left } => {
                return Err(match self.memory.behaviour.wrong_old_value {
                    TryAnswer::Counted => status::tries_left(tries_left),
                    TryAnswer::Uncounted => status::VERIFICATION_FAILED,
                });
            }
            Compared::Blocked if is_passcode_change => return Err(self.memory.behaviour.passcode_blocked.change.0),
            Compared::Blocked => return Err(self.memory.behaviour.unlock_blocked.0),
        }
        if is_passcode_change {
            // SP 800-73-4 part 2, 3.2.2: knowing the old value is as good as VERIFY.
            self.session.passcode = PasscodeStatus::JustVerified;
        }
        Ok(Vec::new())
    }

    /// CHANGE REFERENCE DATA with P1 = FF: one code of eight bytes, without the old one, its tries full again.
    fn set_reference(&mut self, reference: u8, new: &[u8]) -> Outcome {
        if !self.session.channel.encrypts_commands() {
            return Err(status::NOT_ALLOWED);
        }
        let is_passcode_change = reference == 0x80;
        if new.len() != 8 || (is_passcode_change && !is_passcode(new)) {
            return Err(status::WRONG_DATA);
        }
        let changed = if is_passcode_change { &mut self.memory.passcode } else { &mut self.memory.unlock_code };
        changed.set(new);
        self.session.passcode = PasscodeStatus::NotVerified;
        Ok(Vec::new())
    }

    fn reset_retry_counter(&mut self, data: &[u8]) -> Outcome {
        let (code, new) = data.split_at_checked(8).filter(|(_, new)| is_passcode(new)).ok_or(status::WRONG_DATA)?;
        match self.memory.unlock_code.compare(code) {
            Compared::Right => {
                self.memory.passcode.set(new);
                self.session.passcode = PasscodeStatus::NotVerified;
                Ok(Vec::new())
            }
            Compared::Wrong { tries_left } => Err(status::tries_left(tries_left)),
            Compared::Blocked => Err(self.memory.behaviour.unlock_blocked.0),
        }
    }

    fn generate(&mut self, slot: u8, data: &[u8]) -> Outcome {
        if self.session.management != ManagementStatus::Unlocked {
            return Err(status::NOT_ALLOWED);
        }
        if !matches!(slot, 0x9A | SIGNING_SLOT..=CARD_AUTHENTICATION_SLOT | 0x82..=0x95) {
            return Err(self.memory.behaviour.unsupported_slot.0);
        }
        let wanted = find(data, Tag::known(0xAC)).and_then(|template| find(template, Tag::known(0x80)));
        let algorithm = match wanted {
            Some([reference]) => {
                KeyAlgorithm::ALL.into_iter().find(|a| a.reference() == *reference).ok_or(status::WRONG_DATA)?
            }
            _ => return Err(status::WRONG_DATA),
        };
        self.pace.before_key_generation(algorithm);
        let key = CardKey::generate(algorithm).map_err(|_| status::MEMORY_FAILURE)?;
        let public = key.public_template().map_err(|_| status::MEMORY_FAILURE)?;
        self.memory.keys.insert(slot, key);
        Ok(public)
    }

    fn sign(&mut self, algorithm: u8, slot: u8, data: &[u8], just_verified: bool) -> Outcome {
        let key = self.memory.keys.get(&slot).ok_or(status::REFERENCE_NOT_FOUND)?;
        if key.algorithm().reference() != algorithm {
            return Err(status::WRONG_P1_P2);
        }
        let allowed = match slot {
            CARD_AUTHENTICATION_SLOT => true,
            SIGNING_SLOT => just_verified,
            _ => self.session.passcode.is_verified(),
        };
        if !allowed {
            return Err(status::NOT_ALLOWED);
        }
        let template = find(data, DYNAMIC_TEMPLATE).ok_or(status::WRONG_DATA)?;
        let input = find(template, CHALLENGE).ok_or(status::WRONG_DATA)?;
        let signature = key.sign(input).map_err(|_| status::MEMORY_FAILURE)?.ok_or(status::WRONG_DATA)?;
        Ok(answer(ANSWER, &signature))
    }

    /// Authentication with the management key: mutual (witness, then challenge) or external (challenge alone).
    fn authenticate(&mut self, algorithm: u8, data: &[u8]) -> Outcome {
        let key = self.memory.management_key().ok_or(status::MEMORY_FAILURE)?;
        let reference = key.algorithm().reference();
        // 00 stands for 03 (SP 800-78-4, table 6-2).
        if algorithm != reference && !(algorithm == 0x00 && reference == 0x03) {
            return Err(status::WRONG_P1_P2);
        }
        let begun = std::mem::take(&mut self.session.management);
        let template = find(data, DYNAMIC_TEMPLATE).ok_or(status::WRONG_DATA)?;
        let (witness, challenge, response) =
            (find(template, WITNESS), find(template, CHALLENGE), find(template, ANSWER));
        let cipher = |block: &[u8]| encipher(&key, block).ok_or(status::WRONG_DATA);
        let fresh = || random(key.algorithm().block_bytes()).map(Sealed::new).map_err(|_| status::MEMORY_FAILURE);
        let wrong_key = self.memory.behaviour.wrong_management_key.0;
        match (begun, witness, challenge, response) {
            (_, Some([]), None, None) => {
                let witness = fresh()?;
                let enciphered = cipher(witness.expose())?;
                self.session.management = ManagementStatus::WitnessGiven(witness);
                Ok(answer(WITNESS, &enciphered))
            }
            (_, None, Some([]), None) => {
                let challenge = fresh()?;
                let shown = answer(CHALLENGE, challenge.expose());
                self.session.management = ManagementStatus::ChallengeGiven(challenge);
                Ok(shown)
            }
            (ManagementStatus::WitnessGiven(expected), Some(witness), Some(challenge), _) => {
                if *expected.secret() != *Sealed::new(witness.to_vec()).secret() {
                    return Err(wrong_key);
                }
                let enciphered = cipher(challenge)?;
                self.session.management = ManagementStatus::Unlocked;
                Ok(answer(ANSWER, &enciphered))
            }
            (ManagementStatus::ChallengeGiven(challenge), None, None, Some(response)) => {
                let expected = Sealed::new(cipher(challenge.expose())?);
                if *expected.secret() != *Sealed::new(response.to_vec()).secret() {
                    return Err(wrong_key);
                }
                self.session.management = ManagementStatus::Unlocked;
                Ok(Vec::new())
            }
            (_, None, None, None) => Err(status::WRONG_DATA),
            _ => Err(status::CONDITIONS_NOT_MET),
        }
    }
}

/// 7C { tag value }.
fn answer(tag: Tag, value: &[u8]) -> Vec<u8> {
    Writer::new().nest(DYNAMIC_TEMPLATE, |w| w.put(tag, value)).finish()
}

fn find(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    tlv::find(bytes, tag).ok().flatten()
}

/// The tag that 5C asks for: exactly one, whole.
fn requested_tag(data: &[u8]) -> Option<Tag> {
    let bytes = find(data, TAG_LIST).filter(|bytes| (1..=3).contains(&bytes.len()))?;
    Tag::new(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// SP 800-73-4 part 2, 2.4.3: 6 to 8 digits, filled up with FF to 8 bytes.
fn is_passcode(data: &[u8]) -> bool {
    let data = Zeroizing::new(data.to_vec());
    let digits = data.iter().take_while(|b| b.is_ascii_digit()).count();
    data.len() == 8 && digits >= 6 && data.iter().skip(digits).all(|b| *b == 0xFF)
}
