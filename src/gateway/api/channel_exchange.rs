//! The open channel of a job's card: what the card is to do is wrapped here and what it answered is opened here, so that the
//! keys of the session never leave.
//!
//! A forged client gets nothing wrapped but what the operation of its job has to do on the card. A passcode is never among it:
//! VERIFY and RESET RETRY COUNTER are not wrapped at all, and CHANGE REFERENCE DATA only for the unlock code, with codes that
//! the gateway itself puts in.

use super::{
    Answer, Call, Desk,
    cards::{Secret as CardSecret, job_for},
    secure_channel::{channel, detail, session_of},
};
use crate::{
    card::{
        apdu::{Command, Response},
        piv::{change_of_unlock_code, replacement_of_unlock_code},
        secure_channel::put_key_command,
        transport::pieces,
    },
    cis2::wire::{self, ChannelCommand, SecretBase64},
    domain::{Operation, Secret},
    gateway::{
        issuances::Job,
        problem::Fault,
        secure_channels::{self, OpenChannel},
        unlock_codes,
    },
};

/// Opens the answers to the last batch and wraps the next command.
pub fn exchange(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::ExchangeOnChannel = call.json()?;
    let job = job_for(desk, call, CardSecret::Channel)?;
    let id = &job.public.job;
    let found = secure_channels::find_open(desk.store, &desk.core.seal, id, desk.now)?;
    let (mut open, until) = found.ok_or_else(|| closed("no protected connection is open, or its time is over"))?;
    // Whoever else is signed in does not disturb the one that works on the card.
    if !open.is_of(&session_of(call)?) {
        return Err(closed("it was opened from another sign-in"));
    }
    let answer = match opened(&mut open, &request.answers)? {
        Ok(answer) => answer,
        Err(why) => return refused(desk, &job, "card.secure-channel.broken", closed(why)),
    };
    let commands = match &request.command {
        None => Vec::new(),
        Some(wanted) => match wanted_command(desk, &job, &mut open, wanted)? {
            Some(command) => wrapped(&mut open, &command, request.longest_piece)?,
            None => return refused(desk, &job, "card.secure-channel.not-wrapped", not_wrapped()),
        },
    };
    secure_channels::keep_open(desk.store, &desk.core.seal, id, &open, until)?;
    Answer::json(&wire::ChannelExchanged { answer, commands })
}

/// A channel that met something it must not meet is over, and the audit says so.
fn refused(desk: &Desk<'_>, job: &Job, event: &str, fault: Fault) -> Result<Answer, Fault> {
    let channel = channel(desk, job)?;
    secure_channels::close(desk.store, &job.public.job)?;
    desk.audit(event, &detail(job, &channel.key_set, channel.proved.map(|(version, _)| version)))?;
    Err(fault.kept())
}

fn closed(why: &str) -> Fault {
    Fault::new(
        409,
        "secure-channel-closed",
        "The protected connection to the card is closed",
        "Take the card out, put it back and resume the job: it begins a new one",
    )
    .detail(why)
}

fn not_wrapped() -> Fault {
    Fault::new(
        403,
        "not-wrapped",
        "This job has no such thing to do on its card",
        "Check that this program and the gateway have the same version",
    )
}

/// The last answer, opened; the ones before it, of the pieces of one command, say nothing but that the next may come.
fn opened(
    open: &mut OpenChannel,
    answers: &[SecretBase64],
) -> Result<Result<Option<SecretBase64>, &'static str>, Fault> {
    const NOT_GENUINE: &str = "an answer is not the card's own, or the card closed it";
    const NOT_FITTING: &str = "the answers do not fit what was sent";
    let awaited = open.awaited();
    let Some(channels) = open.answered(answers.len())? else { return Ok(Err(NOT_FITTING)) };
    let mut last = None;
    for (mut channel, answer) in channels.into_iter().zip(answers) {
        if last.as_ref().is_some_and(|earlier: &Response| !earlier.status.is_ok()) {
            return Ok(Err("an answer follows a refusal"));
        }
        let response = Response::parse(answer.0.expose()).ok().and_then(|response| channel.unwrap(response).ok());
        let Some(response) = response else { return Ok(Err(NOT_GENUINE)) };
        last = Some(response);
    }
    if answers.len() < awaited && last.as_ref().is_none_or(|last| last.status.is_ok()) {
        return Ok(Err(NOT_FITTING));
    }
    Ok(Ok(last.map(|response| SecretBase64(Secret::new(response.encode().to_vec())))))
}

/// What the card is to do, where the job may have it done.
fn wanted_command(
    desk: &Desk<'_>,
    job: &Job,
    open: &mut OpenChannel,
    wanted: &ChannelCommand,
) -> Result<Option<Command>, Fault> {
    let operation = job.public.operation;
    let long = |_| Fault::internal("an unlock code of more than eight bytes");
    let codes = || match job.codes_released && CardSecret::UnlockCode.is_for(operation) {
        true => unlock_codes::released(desk.store, &desk.core.seal, &job.public.serial).map(Some),
        false => Ok(None),
    };
    Ok(match wanted {
        ChannelCommand::Plain { apdu } => {
            let command = Command::parse(apdu.0.expose()).map_err(|fault| Fault::malformed(fault.to_string()))?;
            Some(command).filter(|command| may_be_wrapped(operation, command))
        }
        // Old and new code are data of the command, and with a message code alone they would go over in clear.
        ChannelCommand::ChangeUnlockCode { .. } if !open.level().encrypts_commands() => None,
        ChannelCommand::ChangeUnlockCode { from } => {
            let Some(codes) = codes()? else { return Ok(None) };
            Some(change_of_unlock_code(codes.held(*from), &codes.next).map_err(long)?)
        }
        ChannelCommand::ReplaceUnlockCode => {
            let replaces = matches!(operation, Operation::Repair | Operation::Clear);
            if !(replaces && open.level().encrypts_commands()) {
                return Ok(None);
            }
            let Some(codes) = codes()? else { return Ok(None) };
            Some(replacement_of_unlock_code(&codes.next).map_err(long)?)
        }
        ChannelCommand::PutKeys => {
            open.take_prepared().map(|(replaced, keys)| put_key_command(replaced, keys.0.expose()))
        }
    })
}

/// Whether a workstation may have this command wrapped for a job of this operation: the proof of the management key
/// (GENERAL AUTHENTICATE with key 9B), PUT DATA and GET DATA for whatever writes; GENERATE for whatever makes keys (SP
/// 800-73-4 part 2, 3.1.2, 3.2.4, 3.3.1 and 3.3.2).
fn may_be_wrapped(operation: Operation, command: &Command) -> bool {
    let makes_keys = match operation {
        Operation::Issue | Operation::Repair | Operation::Renew | Operation::Clear => true,
        Operation::Cancel => false,
        Operation::Unlock | Operation::ChangePasscode | Operation::Print => return false,
    };
    match (command.cla, command.ins, command.p1, command.p2) {
        (0x00, 0x87, _, 0x9B) | (0x00, 0xDB | 0xCB, 0x3F, 0xFF) => true,
        (0x00, 0x47, 0x00, 0x9A | 0x9C) => makes_keys,
        _ => false,
    }
}

/// The command in pieces, each wrapped by itself.
fn wrapped(open: &mut OpenChannel, command: &Command, longest_piece: u8) -> Result<Vec<SecretBase64>, Fault> {
    let too_long = || Fault::malformed("the command does not fit into pieces of this length");
    if longest_piece == 0 {
        return Err(too_long());
    }
    let longest = open.level().longest_piece().min(longest_piece.into());
    let mut channel = open.now()?;
    let mut sent = Vec::new();
    for piece in pieces(command, longest) {
        let bytes = channel.wrap(&piece).map_err(|_| too_long())?.encode().map_err(|_| too_long())?;
        open.wrapped(channel.position());
        sent.push(SecretBase64(Secret::new(bytes.to_vec())));
    }
    Ok(sent)
}
