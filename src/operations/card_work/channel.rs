//! The exchanges of a secure channel: the card proves its keys, the channel is opened, new keys are put on the domain.

use super::{Trouble, end_channel, in_channel, profile, with_card};
use crate::{
    card::{
        apdu::Command,
        piv::Piv,
        profile::ChannelSettings,
        secure_channel::{ChannelError, authenticated, initialize_update, put_key_answered, select_domain},
    },
    cis2::wire::ChannelCommand,
    operations::{
        card_work::{Opened, RemoteChannel},
        effect::{Outcome, Place},
        pocket::Pocket,
        runner::{Desk, JobPlan},
    },
};

/// The channel of the card's profile.
fn settings(pocket: &Pocket) -> Result<&ChannelSettings, Trouble> {
    profile(pocket)?.secure_channel.as_ref().ok_or(Trouble::Missing("the secure channel of the card's profile"))
}

/// The card's half of opening a channel: it proves its keys.
pub fn prove_card(desk: &Desk<'_>, pocket: &mut Pocket, place: Place) -> Result<Vec<u8>, Trouble> {
    let challenge = pocket.host_challenge.ok_or(Trouble::Missing("the gateway's challenge"))?;
    // Selecting ends whatever channel there was.
    end_channel(desk, pocket)?;
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
pub fn open_channel(plan: &JobPlan, pocket: &mut Pocket) -> Result<Outcome, Trouble> {
    let proof = pocket.channel_proof.take().ok_or(Trouble::Missing("the gateway's proof"))?;
    let command = Command::parse(&proof.external_authenticate.0);
    let command = command.map_err(|_| Trouble::Missing("a proof of the gateway that can be sent"))?;
    let level = settings(pocket)?.level;
    let status = with_card(pocket, |card, _| Ok(card.exchange(&command).map_err(ChannelError::Transport)?.status))?;
    match authenticated(status) {
        Ok(()) => {
            pocket.channel = Some(RemoteChannel::new(plan.job().clone(), level));
            Ok(Outcome::ChannelOpen)
        }
        Err(ChannelError::WrongKeys) => Ok(Outcome::ChannelRefused),
        Err(error) => Err(error.into()),
    }
}

/// Puts the prepared keys on the domain that the channel is open to; gives the check values the card answers.
pub fn put_keys(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<Vec<u8>, Trouble> {
    let keys = pocket.prepared_keys.take().ok_or(Trouble::Missing("the prepared keys"))?;
    in_channel(desk, pocket, Opened::AtOnce, |domain, _| {
        let response = domain.perform(ChannelCommand::PutKeys, Opened::AtOnce).map_err(ChannelError::Transport)?;
        Ok(put_key_answered(&response, &keys.check_values.0)?)
    })
}
