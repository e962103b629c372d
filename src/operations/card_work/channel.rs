//! The exchanges of a secure channel: the card proves its keys, the channel is opened, new keys are put on the domain.

use super::{Trouble, profile, with_card};
use crate::{
    card::{
        piv::Piv,
        profile::ChannelSettings,
        secure_channel::{
            Channel, ChannelError, ChannelKey, SessionKeys, external_authenticate, initialize_update, put_key,
            select_domain,
        },
    },
    cis2::wire::SecretBase64,
    operations::{
        effect::{Outcome, Place},
        pocket::Pocket,
    },
};

/// The channel of the card's profile.
fn settings(pocket: &Pocket) -> Result<&ChannelSettings, Trouble> {
    profile(pocket)?.secure_channel.as_ref().ok_or(Trouble::Missing("the secure channel of the card's profile"))
}

/// The card's half of opening a channel: it proves its keys.
pub fn prove_card(pocket: &mut Pocket, place: Place) -> Result<Vec<u8>, Trouble> {
    let challenge = pocket.host_challenge.ok_or(Trouble::Missing("the gateway's challenge"))?;
    // Selecting ends whatever channel there was.
    pocket.channel = None;
    let answer = with_card(pocket, |card, profile| {
        match place {
            Place::Application => {
                Piv::select(card, profile)?;
            }
            Place::Domain => select_domain(card)?,
        }
        Ok(initialize_update(card, challenge)?)
    })?;
    let settings = settings(pocket)?;
    if !answer.supports(settings.level) {
        return Err(ChannelError::Level.into());
    }
    if !settings.knows(answer.key_version) {
        return Err(ChannelError::UnknownKeys { version: answer.key_version }.into());
    }
    Ok(answer.bytes())
}

/// The host's half: the channel is open when the card takes the gateway's proof. A refusal is an answer here, because the
/// gateway must learn of it.
pub fn open_channel(pocket: &mut Pocket) -> Result<Outcome, Trouble> {
    let keys = pocket.channel_keys.take().ok_or(Trouble::Missing("the keys of the session"))?;
    let key = |bytes: SecretBase64| ChannelKey::new(bytes.0).ok_or(Trouble::Missing("a key of the session"));
    let session = SessionKeys {
        encryption: key(keys.encryption)?,
        command_mac: key(keys.command_mac)?,
        answer_mac: key(keys.answer_mac)?,
    };
    let cryptogram = keys.host_cryptogram.0.as_slice().try_into();
    let cryptogram: [u8; 8] = cryptogram.map_err(|_| Trouble::Missing("the gateway's proof"))?;
    let settings = settings(pocket)?;
    let mut channel = Channel::new(session, settings.level);
    match with_card(pocket, |card, _| Ok(external_authenticate(card, &mut channel, &cryptogram)?)) {
        Ok(()) => {
            pocket.channel = Some(channel);
            Ok(Outcome::ChannelOpen)
        }
        Err(Trouble::Channel(ChannelError::WrongKeys)) => Ok(Outcome::ChannelRefused),
        Err(trouble) => Err(trouble),
    }
}

/// Puts the prepared keys on the domain that the channel is open to; gives the check values the card answers.
pub fn put_keys(pocket: &mut Pocket) -> Result<Vec<u8>, Trouble> {
    let keys = pocket.prepared_keys.take().ok_or(Trouble::Missing("the prepared keys"))?;
    with_card(pocket, |domain, _| Ok(put_key(domain, keys.replaced_version, &keys.key_set.0, &keys.check_values.0)?))
}
