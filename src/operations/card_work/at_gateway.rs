//! The workstation's end of a secure channel: what the card is to do goes to the gateway and comes back wrapped, what the card
//! answers goes there to be opened. No key of the channel is ever here.
//!
//! Each command of any length is one call: the gateway cuts it into pieces, and the answers to them go along with the next
//! call. The contents of an answer, or the proof that it is the card's own, cost one more where they are wanted at once.

use crate::{
    card::{
        apdu::{Command, Response},
        reader::CardConnection,
        secure_channel::{ChannelFault, SecurityLevel, is_protected_answer},
        transport::{Collecting, ExchangeRecord, Recorder, Transport, TransportError},
    },
    cis2::{
        Service, ServiceError,
        wire::{ChannelCommand, ChannelExchanged, ExchangeOnChannel, SecretBase64},
    },
    domain::{JobId, Secret},
    operations::{gateway_call::fresh_key, pocket::Spent},
};

/// A channel that is open between the card and the gateway.
pub struct RemoteChannel {
    job: JobId,
    level: SecurityLevel,
    /// Answers of the card that the gateway has not opened yet.
    answers: Vec<SecretBase64>,
    broken: Option<ChannelFault>,
}

/// When it is looked at whether an answer without contents is the card's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// Before anything else is done.
    AtOnce,
    /// With the next call of this channel, or when it ends: for what is read back before anything relies on it.
    Later,
}

/// Why the gateway did not go on with a channel.
pub enum Stopped {
    /// It said no, or nothing.
    Service(ServiceError),
    /// It could not even be asked, or its answer makes no sense.
    Transport(TransportError),
}

impl RemoteChannel {
    /// A channel that both sides have just opened.
    pub fn new(job: JobId, level: SecurityLevel) -> Self {
        Self { job, level, answers: Vec::new(), broken: None }
    }

    /// One call: the answers of the last batch, and what the card is to do next.
    fn call(
        &mut self,
        service: &dyn Service,
        spent: &mut Spent,
        command: Option<ChannelCommand>,
        longest_piece: u8,
    ) -> Result<ChannelExchanged, Stopped> {
        let key = fresh_key(&self.job, "channel-exchange")
            .map_err(|what| Stopped::Transport(TransportError::Other(what.to_owned())))?;
        let request = ExchangeOnChannel { answers: std::mem::take(&mut self.answers), command, longest_piece };
        spent.gateway_calls = spent.gateway_calls.saturating_add(1);
        service.exchange_on_channel(&self.job, &key, &request).map_err(|error| {
            self.broken = Some(ChannelFault::NotGoneOnWith);
            Stopped::Service(error)
        })
    }

    /// Has the answers looked at that are left over when the channel ends.
    pub fn end(mut self, service: &dyn Service, spent: &mut Spent) -> Result<(), Stopped> {
        if self.broken.is_none() && self.level.protects_answers() && !self.answers.is_empty() {
            self.call(service, spent, None, u8::MAX)?;
        }
        Ok(())
    }
}

/// A card as it is reached through its channel.
pub struct InChannel<'a> {
    pub service: &'a dyn Service,
    pub connection: &'a mut dyn CardConnection,
    pub record: &'a ExchangeRecord,
    pub longest_piece: u8,
    pub channel: &'a mut RemoteChannel,
    pub spent: &'a mut Spent,
    pub opened: Opened,
    /// What the gateway said when it did not go on.
    pub refusal: Option<ServiceError>,
}

impl InChannel<'_> {
    /// Has the gateway wrap this, carries it to the card, and gives the answer as the card meant it.
    pub fn perform(&mut self, wanted: ChannelCommand, opened: Opened) -> Result<Response, TransportError> {
        if let Some(fault) = self.channel.broken {
            return Err(fault.into());
        }
        let exchanged = self.call(Some(wanted))?;
        // No transaction waits for the gateway: the card is open for this program alone, and a transaction in which
        // nothing is sent for five seconds ends on some systems with a reset of the card.
        let last = self.carry(&exchanged.commands).inspect_err(|_| {
            self.channel.broken.get_or_insert(ChannelFault::OutOfStep);
        })?;
        if !is_protected_answer(last.status) {
            // Nothing vouches for data beside a refusal.
            return Ok(Response::new(Vec::new(), last.status));
        }
        if !self.channel.level.protects_answers() {
            return Ok(last);
        }
        if opened == Opened::Later {
            return Ok(Response::new(Vec::new(), last.status));
        }
        let answer = self.call(None)?.answer.ok_or(TransportError::Garbled)?;
        Response::parse(answer.0.expose()).map_err(|_| TransportError::Garbled)
    }

    fn call(&mut self, command: Option<ChannelCommand>) -> Result<ChannelExchanged, TransportError> {
        self.channel.call(self.service, self.spent, command, self.longest_piece).map_err(|stopped| match stopped {
            Stopped::Transport(error) => error,
            Stopped::Service(error) => {
                self.refusal = Some(error);
                ChannelFault::NotGoneOnWith.into()
            }
        })
    }

    /// Sends wrapped commands one after another until one is refused; gives the last answer as it came.
    fn carry(&mut self, commands: &[SecretBase64]) -> Result<Response, TransportError> {
        let (answers, record) = (&mut self.channel.answers, self.record);
        let mut last = Err(TransportError::Garbled);
        self.connection.transact(&mut |card| {
            let mut card = Collecting::new(Recorder::new(card, record.clone()));
            for command in commands {
                last = Command::parse(command.0.expose())
                    .map_err(|_| TransportError::Garbled)
                    .and_then(|command| card.exchange(&command));
                let Ok(response) = &last else { return };
                answers.push(SecretBase64(Secret::new(response.encode().to_vec())));
                if !response.status.is_ok() {
                    return;
                }
            }
        })?;
        last
    }
}

impl Transport for InChannel<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let apdu = command.encode().map_err(|_| TransportError::TooLong)?;
        let opened = if command.expects_data { Opened::AtOnce } else { self.opened };
        self.perform(ChannelCommand::Plain { apdu: SecretBase64(Secret::new(apdu.to_vec())) }, opened)
    }
}
