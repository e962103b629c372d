//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    domain::{CancelReason, CardSerial, OfficerId},
    printer::choice::Destination,
};

/// Issues and prints NHS smartcards at the Registration Authority desk, without a window.
#[derive(Debug, Parser)]
#[command(name = "cardwright", version, about, max_term_width = 110, disable_help_subcommand = true)]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// The command.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Folder of the journal and of everything training keeps
    #[arg(long, global = true, value_name = "DIR", env = "CARDWRIGHT_DATA")]
    pub data: Option<PathBuf>,
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE", env = "CARDWRIGHT_CONFIG")]
    pub config: Option<PathBuf>,
    /// 12-digit number of the invented officer who signs in for training
    #[arg(long, global = true, value_name = "NUMBER")]
    pub officer: Option<OfficerId>,
    /// Reader with the officer's own card, who signs in with it; its passcode is asked for, or is the first line of
    /// standard input where there is no keyboard
    #[arg(long, global = true, value_name = "READER", conflicts_with = "officer")]
    pub sign_in_card: Option<String>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Issues and prints two training cards, unattended, and leaves everything they produced in a folder
    Tour(Tour),
    /// Shows every reader and the card in it: whose it is, how it stands, and what may be done with it
    Cards(Cards),
    /// Issues a blank card to a holder
    Issue(Issue),
    /// Gives a card a new passcode: in a reader here, in a reader with no gateway, or at another desk by telephone
    Unlock(Unlock),
    /// Brings a damaged card back: new keys and certificates on the same chip
    Repair(Repair),
    /// Renews a card's certificates, with its holder's own passcode
    Renew(Renew),
    /// Empties a card for reuse; its certificates end at once
    Clear(Clear),
    /// Ends a card for good; its certificates end at once
    Cancel(Cancel),
    /// Changes the passcode of a card whose holder knows it
    Passcode(Passcode),
    /// Prints the face of an issued card
    Print(Print),
    /// Judges a photo before it goes on a record
    Photo(Photo),
    /// Shows the printers of this desk and how they are; finds others, and finds out which language one takes
    Printers(Printers),
    /// Shows the print queue of this desk
    Queue(Queue),
    /// Finishes or undoes work that was cut off
    Resume(Resume),
    /// The record of everything that was done
    Audit(Audit),
    /// For holders, without an officer: change the passcode, renew or unlock their own card; in a window of its own when
    /// nothing more is said
    SelfService(SelfService),
    /// Serves the training gateway to other computers or programs, until it is stopped
    Gateway(Gateway),
    /// Offers a virtual card to the smart card service through a vpcd reader, or puts a new one into a training reader
    TrainingCard(TrainingCard),
    /// Shows the configuration that holds here
    Config(Config),
}

/// `tour`.
#[derive(Debug, Args)]
pub struct Tour {
    /// Folder that receives what the tour leaves: new, empty, or of an earlier tour
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `self-service`.
#[derive(Debug, Args)]
pub struct SelfService {
    /// What is done to the card.
    #[command(subcommand)]
    pub action: Option<SelfServiceAction>,
}

/// What a holder may do to their own card.
#[derive(Debug, Subcommand)]
pub enum SelfServiceAction {
    /// A new passcode, with the old one
    ChangePasscode(OwnCard),
    /// New certificates, within 90 days before the old ones end
    Renew(OwnCard),
    /// A new passcode for a locked card, with a code that is sent to the holder
    Unlock(OwnCard),
}

/// The holder's card.
#[derive(Debug, Args)]
pub struct OwnCard {
    /// Reader with the card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// Read passcodes and code, a line each in the order they are asked for, from standard input
    #[arg(long)]
    pub passcode_stdin: bool,
}

/// `issue`.
#[derive(Debug, Args)]
pub struct Issue {
    /// Holder's 12-digit number
    #[arg(long, value_name = "NUMBER")]
    pub holder: String,
    /// Reader with the blank card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// Read the passcode, one line, from standard input instead of asking for it twice
    #[arg(long)]
    pub passcode_stdin: bool,
    /// Leave the card locked: it gets its passcode when it is unlocked in front of its holder
    #[arg(long, conflicts_with = "passcode_stdin")]
    pub locked: bool,
    /// Print the card afterwards, on this printer
    #[arg(long, value_name = "NAME")]
    pub print: Option<String>,
    /// Encode and print in one go: the printer named with --print feeds a card to its chip station, and puts it out printed
    #[arg(long, requires = "print", conflicts_with = "reader")]
    pub in_printer: bool,
}

/// `cards`.
#[derive(Debug, Args)]
pub struct Cards {
    /// Only this reader
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// Ask no gateway: tell only what stands on the cards
    #[arg(long)]
    pub offline: bool,
    /// Instead: let the card in this reader sign in with its holder's passcode, which proves that it works
    #[arg(long = "try", value_name = "READER", conflicts_with_all = ["reader", "offline"])]
    pub try_reader: Option<String>,
    /// Read the passcode, one line, from standard input instead of asking for it
    #[arg(long, requires = "try_reader")]
    pub passcode_stdin: bool,
}

/// `unlock`.
#[derive(Debug, Args)]
pub struct Unlock {
    /// Reader with the card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME", conflicts_with = "telephone")]
    pub reader: Option<String>,
    /// The holder has the card in hand: asked for before a card that was issued locked is unlocked
    #[arg(long)]
    pub delivered: bool,
    /// Read the new passcode, one line, from standard input instead of asking for it twice. With --offline the response
    /// comes in a line before it; with --telephone the challenge and then the completion code come so
    #[arg(long)]
    pub passcode_stdin: bool,
    /// No gateway answers here: shows a challenge for an officer who has one, and takes the response
    #[arg(long, conflicts_with_all = ["telephone", "delivered"])]
    pub offline: bool,
    /// The card is at another desk with no gateway: takes its challenge and gives the response to read back
    #[arg(long, requires_all = ["holder", "card"])]
    pub telephone: bool,
    /// With --telephone: the holder's 12-digit number
    #[arg(long, value_name = "NUMBER", requires = "telephone")]
    pub holder: Option<String>,
    /// With --telephone: the serial of the holder's card
    #[arg(long, value_name = "SERIAL", requires = "telephone")]
    pub card: Option<CardSerial>,
    /// A second officer at this desk who approves it, where the gateway asks for one (training sign-in)
    #[arg(long, value_name = "NUMBER", conflicts_with = "offline")]
    pub second_officer: Option<OfficerId>,
    /// Reader with the card of a second officer, who approves it with its passcode (asked for, or a line of standard input)
    #[arg(long, value_name = "READER", conflicts_with_all = ["offline", "telephone", "second_officer"])]
    pub second_officer_card: Option<String>,
}

/// `repair`.
#[derive(Debug, Args)]
pub struct Repair {
    /// Reader with the card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// Read the new passcode, one line, from standard input instead of asking for it twice
    #[arg(long)]
    pub passcode_stdin: bool,
    /// Leave the card locked: its holder is not here
    #[arg(long, conflicts_with = "passcode_stdin")]
    pub locked: bool,
    /// Only say what is wrong with the card and change nothing. With --passcode-stdin the passcode it has now is read, and
    /// both its keys are tried with it
    #[arg(long, conflicts_with = "locked")]
    pub diagnose: bool,
}

/// `renew`.
#[derive(Debug, Args)]
pub struct Renew {
    /// Reader with the card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// Read the holder's passcode, one line, from standard input instead of asking for it
    #[arg(long)]
    pub passcode_stdin: bool,
}

/// What both ways to end a card take.
#[derive(Debug, Args)]
pub struct Ending {
    /// Do not ask first whether it is meant
    #[arg(long)]
    pub yes: bool,
    /// A second officer at this desk who approves it, where the gateway asks for one and believes a name
    #[arg(long, value_name = "NUMBER")]
    pub second_officer: Option<OfficerId>,
    /// Reader with the card of a second officer, who approves it with its passcode (asked for, or a line of standard input)
    #[arg(long, value_name = "READER", conflicts_with = "second_officer")]
    pub second_officer_card: Option<String>,
}

impl Ending {
    /// Who is to approve it: a name, or the reader with a card.
    #[must_use]
    pub fn second(&self) -> (Option<&OfficerId>, Option<&str>) {
        (self.second_officer.as_ref(), self.second_officer_card.as_deref())
    }

    /// Whether somebody is to approve it.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.second_officer.is_some() || self.second_officer_card.is_some()
    }
}

/// `clear`.
#[derive(Debug, Args)]
pub struct Clear {
    /// Reader with the card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// What every ending takes.
    #[command(flatten)]
    pub ending: Ending,
}

/// `cancel`.
#[derive(Debug, Args)]
pub struct Cancel {
    /// Why: lost, stolen, damaged, left, misprinted or other
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub reason: CancelReason,
    /// More about it for the record, in at most 200 characters and without a name
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The card is not here: its chip's serial
    #[arg(long, value_name = "SERIAL", requires = "holder", conflicts_with = "reader")]
    pub card: Option<CardSerial>,
    /// The card is not here: its holder's 12-digit number
    #[arg(long, value_name = "NUMBER", requires = "card")]
    pub holder: Option<String>,
    /// Reader with the card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// What every ending takes.
    #[command(flatten)]
    pub ending: Ending,
}

/// `passcode`.
#[derive(Debug, Args)]
pub struct Passcode {
    /// Reader with the card; may be left out when only one reader has a card
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// Read the current and the new passcode, two lines, from standard input instead of asking for them
    #[arg(long)]
    pub passcode_stdin: bool,
}

/// `resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// Read passcodes of holders, a line a job, from standard input: a renewal that was cut off goes forward with the one
    /// its holder has; a repair with a new one they choose, and is left locked where no line comes. The holder is asked
    /// where somebody is at the keyboard
    #[arg(long)]
    pub passcode_stdin: bool,
}

/// The reason of a cancel, in the word of the contract.
fn reason(word: &str) -> Result<CancelReason, String> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|_| "say lost, stolen, damaged, left, misprinted or other".to_owned())
}

/// `print`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Print {
    /// Instead of printing.
    #[command(subcommand)]
    pub action: Option<PrintAction>,
    /// Holder's 12-digit number
    #[arg(long, value_name = "NUMBER", required = true)]
    pub holder: Option<String>,
    /// Which of the holder's cards, by its chip's serial; may be left out when only one is in use
    #[arg(long, value_name = "SERIAL")]
    pub card: Option<CardSerial>,
    /// Printer; may be left out when there is only one
    #[arg(long, value_name = "NAME")]
    pub printer: Option<String>,
    /// Also keep the proof, as PDF
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
    /// Also keep what the job prints: each side as a picture, and each panel of the ribbon alone
    #[arg(long, value_name = "FOLDER")]
    pub planes: Option<PathBuf>,
}

/// What `print` does beside printing.
#[derive(Debug, Subcommand)]
pub enum PrintAction {
    /// Says how a card came out whose printer does not say it, which ends its print
    Confirm(ConfirmPrint),
    /// Stops a print that another program of this computer carries out, and takes the job back where that can be done
    Stop(StopPrint),
    /// Shows what is in a print job, ours or one captured from another driver: its headers, and each panel as a picture
    Inspect(Inspect),
    /// Prints a card of colour patches, or enters what was seen on it, so that the printer's colours come out as asked
    Calibration(Calibration),
}

/// `print calibration`.
#[derive(Debug, Args)]
pub struct Calibration {
    /// Printer; may be left out when there is only one
    #[arg(long, value_name = "NAME")]
    pub printer: Option<String>,
    /// Patches that vanish in the three bands of yellow, weakest band first, such as 4,5,5.5
    #[arg(long, value_name = "A,B,C", requires_all = ["magenta", "cyan"])]
    pub yellow: Option<String>,
    /// The same of magenta
    #[arg(long, value_name = "A,B,C", requires_all = ["yellow", "cyan"])]
    pub magenta: Option<String>,
    /// The same of cyan
    #[arg(long, value_name = "A,B,C", requires_all = ["yellow", "magenta"])]
    pub cyan: Option<String>,
    /// The patch that is as grey as the lines around it, such as C3; left out, the grey balance stays as it was
    #[arg(long, value_name = "PATCH", requires = "yellow")]
    pub grey: Option<String>,
    /// Cards to print, 1 to 10: a card of a holder is always one, these are nobody's
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10))]
    pub copies: u16,
    /// Draw the card to a file, PNG, and print nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["yellow", "forget"])]
    pub picture: Option<PathBuf>,
    /// Forget what was entered: the printer prints by its profile again
    #[arg(long, conflicts_with = "yellow")]
    pub forget: bool,
}

/// `print confirm`.
#[derive(Debug, Args)]
pub struct ConfirmPrint {
    /// The print, as its first answer or `cardwright resume` names it; its beginning is enough
    #[arg(value_name = "JOB")]
    pub job: String,
    /// How the card came out
    #[arg(value_name = "HOW")]
    pub card: HowItCameOut,
}

/// `print stop`.
#[derive(Debug, Args)]
pub struct StopPrint {
    /// The print, as “cardwright resume” or the queue names it; its beginning is enough
    #[arg(value_name = "JOB")]
    pub job: String,
}

/// How a card came out of its printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HowItCameOut {
    /// Printed as it should be
    Well,
    /// Printed, and it cannot be handed over
    Spoilt,
    /// No card came out, or one without a face
    Nothing,
}

/// `printers`.
#[derive(Debug, Args)]
pub struct Printers {
    /// Instead of showing them.
    #[command(subcommand)]
    pub action: Option<PrintersAction>,
}

/// What else is done with printers.
#[derive(Debug, Subcommand)]
pub enum PrintersAction {
    /// Looks for printers at USB plugs, in the queues of this computer and on the network, and asks them who they are
    Find,
    /// Adds a printer to the configuration, after it was asked who it is; comments and all other keys stay
    Add(AddPrinter),
    /// Takes a printer out of the configuration
    Remove {
        /// Its name
        #[arg(value_name = "PRINTER")]
        printer: String,
    },
    /// Finds out which of the two job languages a printer takes, and keeps the verdict as its profile at this desk
    Identify(IdentifyPrinter),
    /// Prints a card that shows whether the printer understood its job
    TestCard {
        /// The printer; may be left out when there is only one
        #[arg(value_name = "PRINTER")]
        printer: Option<String>,
        /// Cards to print, 1 to 10
        #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10))]
        copies: u16,
    },
}

/// `printers add`.
#[derive(Debug, Args)]
pub struct AddPrinter {
    /// The name that officers know it by
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Where it is, as `printers find` or `config --explain` writes it; without it, the only new one that is found
    #[arg(long, value_name = "DESTINATION")]
    pub destination: Option<Destination>,
    /// Its model; without it, what it says it is
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Confirms that a printer which calls itself so is of this profile all the same; needs --reason
    #[arg(long, value_name = "NAME", requires_all = ["reason", "profile"])]
    pub confirm_model: Option<String>,
    /// How you know which model it is
    #[arg(long, value_name = "TEXT", requires = "confirm_model")]
    pub reason: Option<String>,
}

/// `printers identify`.
#[derive(Debug, Args)]
pub struct IdentifyPrinter {
    /// The printer; may be left out when there is only one
    #[arg(value_name = "PRINTER")]
    pub printer: Option<String>,
    /// A job that the vendor's driver made for it, with its port set to a file
    #[arg(long, value_name = "FILE", conflicts_with = "test_card")]
    pub job: Option<PathBuf>,
    /// Print a test card in one language after the other, until one comes out well
    #[arg(long)]
    pub test_card: bool,
}

/// `queue`.
#[derive(Debug, Args)]
pub struct Queue {
    /// Instead of showing it.
    #[command(subcommand)]
    pub action: Option<QueueAction>,
}

/// What else is done with the queue.
#[derive(Debug, Subcommand)]
pub enum QueueAction {
    /// Takes a card out of the queue; one that is being printed at this moment is stopped
    Cancel {
        /// Its number in the queue
        #[arg(value_name = "NUMBER")]
        entry: i64,
    },
}

/// `print inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The job
    #[arg(value_name = "FILE")]
    pub job: PathBuf,
    /// Folder that receives the pictures, PNG
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Head position of the printer that the job is for, 0 to 100, in format 1
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub head_position: u8,
}

/// `photo`.
#[derive(Debug, Args)]
pub struct Photo {
    /// What to do with it.
    #[command(subcommand)]
    pub action: PhotoAction,
}

/// What `photo` does.
#[derive(Debug, Subcommand)]
pub enum PhotoAction {
    /// Says what should be looked at: face, head, eyes, sharpness, light, glare, background, resolution
    Check(PhotoCheck),
    /// Takes a photo with the camera, writes it to a file and says what should be looked at
    Take(PhotoTake),
}

/// `photo take`.
#[derive(Debug, Args)]
pub struct PhotoTake {
    /// The file to write, JPEG
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The camera to use; the first when left out
    #[arg(long, value_name = "NAME")]
    pub camera: Option<String>,
    /// Write the proposed frame around the head, and not the largest part of the card's shape
    #[arg(long)]
    pub proposed: bool,
}

/// `photo check`.
#[derive(Debug, Args)]
pub struct PhotoCheck {
    /// The photo, JPEG or PNG
    #[arg(value_name = "FILE")]
    pub photo: PathBuf,
    /// Judge the proposed frame around the head, and not the largest part of the card's shape
    #[arg(long)]
    pub proposed: bool,
    /// Write the part that was judged to a file, JPEG
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// What to do with it.
    #[command(subcommand)]
    pub action: AuditAction,
}

/// What to do with the audit.
#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// Checks that no row of the gateway's audit or of this desk's journal was changed or taken out
    Verify,
    /// Writes every row of the gateway's audit, one JSON object a line
    Export {
        /// File to write; standard output when left out
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// `gateway`.
#[derive(Debug, Args)]
pub struct Gateway {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8040")]
    pub listen: std::net::SocketAddr,
    /// Instead of serving: allow the administration keys that proved wrong for this card to be tried on it once more
    #[arg(long, value_name = "SERIAL", conflicts_with = "listen")]
    pub allow_keys_of: Option<CardSerial>,
}

/// `training-card`.
#[derive(Debug, Args)]
pub struct TrainingCard {
    /// Where the vpcd reader listens
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:35963")]
    pub vpcd: String,
    /// File that keeps the card; a new card is made when it is missing. By default it lives as long as this command
    #[arg(long, value_name = "FILE")]
    pub card: Option<PathBuf>,
    /// Instead of vpcd: put a new blank card into this training reader, and end
    #[arg(long, value_name = "NAME", conflicts_with_all = ["vpcd", "card"])]
    pub reader: Option<String>,
    /// A card that takes writes over a secure channel (SCP03) only
    #[arg(long, conflicts_with = "series")]
    pub secure_channel: bool,
    /// Series a new card stands in for; a card that is kept in a file stays what it is
    #[arg(long, value_name = "SERIES", default_value = "10")]
    pub series: TrainingSeries,
}

/// Series that training stock stands in for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum TrainingSeries {
    /// Series 9
    #[value(name = "9")]
    Series9,
    /// Series 10
    #[value(name = "10")]
    Series10,
}

/// `config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Explain every key instead
    #[arg(long)]
    pub explain: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together_and_takes_no_secret() {
        let command = Arguments::command();
        command.clone().debug_assert();
        for command in command.get_subcommands() {
            for argument in command.get_arguments() {
                let takes_a_value = argument.get_action().takes_values();
                let name = argument.get_id().as_str();
                assert!(!(takes_a_value && name.contains("passcode")), "{} takes {name}", command.get_name());
            }
        }
    }

    #[test]
    fn every_reason_of_a_cancel_has_its_word() {
        for expected in CancelReason::ALL {
            let word = serde_json::to_value(expected).expect("a word");
            assert_eq!(reason(word.as_str().expect("text")), Ok(expected));
        }
        assert!(reason("gone").expect_err("no reason").contains("misprinted"));
    }
}
