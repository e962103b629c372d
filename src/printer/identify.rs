//! Which language a printer takes: the wizard of `facts/magicard.md` 12, on the officer's own printer.
//!
//! Three witnesses, the surest first: a job that the vendor's driver made for it, its own answer to a status request, and a
//! test card that came out. The verdict is kept as a profile of this desk, which goes before the built-in one.

use std::{fmt, io, path::Path, path::PathBuf};

use toml::{Table, Value};

use super::{
    choice::{Confirmed, Destination, Printer, PrinterChoice, Through},
    decoder::after_requests,
    former,
    magicard::status::Status,
    profile::{HeadTag, JobFormat, Profile, ProfileError, Profiles, StatusQuery, check_description},
    spool::{IppQueue, SpoolError},
};
use crate::domain::Series;

/// Lead-in of a job in format 1: as many bytes of 5 (`facts/magicard.md` 3).
const LEAD_IN: usize = 64;
/// Longest header that is looked for its end.
const LONGEST_HEADER: usize = 64 * 1024;

/// What a witness said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The language of its jobs.
    pub format: JobFormat,
    /// The layout of its planes, where it was said.
    pub head: Option<HeadTag>,
    /// Who said it.
    pub witness: Witness,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// A job that was captured from another driver.
    CapturedJob,
    /// The printer, asked how it is.
    Status,
    /// A card that came out as it should.
    TestCard,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CapturedJob => "a job of the vendor's driver",
            Self::Status => "the printer's own answer",
            Self::TestCard => "a test card that came out well",
        })
    }
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyError {
    /// Neither language.
    #[error(
        "this is a job in neither of the two languages (it begins with {begins}): capture one with the printer's port set to \
         a file, and look at it with “cardwright print inspect”"
    )]
    NeitherLanguage {
        /// Its first bytes in hexadecimal.
        begins: String,
    },
    /// Nothing that could be asked.
    #[error(
        "this printer cannot be asked ({why}): take a captured job (--job FILE), or let it print a test card (--test-card)"
    )]
    CannotBeAsked {
        /// Why.
        why: String,
    },
    /// It is the first generation, under the profile of the second.
    #[error(
        "the printer says it is a “{found}”, which is the model of the profile “{other}”, and “{profile}” was chosen: Series \
         10 is printed on the DoH 300 v2 alone, because the published rules name no other; nothing was kept: choose the \
         profile “{other}” for this printer, and another printer for Series 10"
    )]
    OtherModel {
        /// What it calls itself.
        found: String,
        /// Profile of the printer.
        profile: String,
        /// Profile that knows this name.
        other: String,
    },
    /// It gives itself the name of a model that the chosen one is built on.
    #[error(
        "the printer says it is a “{found}”, and a {name} may call itself so too; nothing was kept: look at the label on the \
         printer, and where it is a {name}, confirm that with a reason when the printer is added; otherwise choose the profile \
         “{other}” for it"
    )]
    Unconfirmed {
        /// What it calls itself.
        found: String,
        /// Name of the printer's profile.
        name: String,
        /// Profile of the other model.
        other: String,
    },
    /// An officer's word that does not hold, or that nothing needs.
    #[error("{0}; nothing was kept")]
    Confirmation(String),
    /// The profile that was to be kept.
    #[error("{0}")]
    Profile(#[from] ProfileError),
    /// The file that was to be kept.
    #[error("the verdict cannot be kept in {file} ({source}): check that the folder may be written to")]
    Keep {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
}

/// What a captured job says. Total: any bytes give a verdict or an error.
///
/// # Errors
/// [`IdentifyError::NeitherLanguage`].
pub fn of_job(job: &[u8]) -> Result<Verdict, IdentifyError> {
    // A driver that polls asks for the status first (`facts/magicard.md` 3).
    let rest = after_requests(job);
    let witness = Witness::CapturedJob;
    if rest.starts_with(b"<?xml") {
        return Ok(Verdict { format: JobFormat::Format2, head: Some(HeadTag::Bytes), witness });
    }
    let lead = rest.iter().take_while(|byte| **byte == 5).count();
    if lead == LEAD_IN && rest.get(lead..lead + 2) == Some(&[0x01, b',']) {
        let header = rest.get(lead + 2..).unwrap_or_default();
        let end = header.iter().take(LONGEST_HEADER).position(|byte| *byte == 0x1C).unwrap_or(0);
        let words = header.get(..end).unwrap_or_default();
        let tag = words.split(|byte| *byte == b',').find_map(head_tag);
        return Ok(Verdict { format: JobFormat::Format1, head: tag, witness });
    }
    let begins = rest.iter().take(8).map(|byte| format!("{byte:02X} ")).collect::<String>();
    Err(IdentifyError::NeitherLanguage { begins: begins.trim_end().to_owned() })
}

fn head_tag(word: &[u8]) -> Option<HeadTag> {
    let known = [
        (&b"KGE2"[..], HeadTag::Kge2),
        (b"KEE1", HeadTag::Kee1),
        (b"KEE4", HeadTag::Kee4),
        (b"KGE", HeadTag::Kge),
        (b"KEE", HeadTag::Kee),
    ];
    known.into_iter().find(|(name, _)| *name == word).map(|(_, tag)| tag)
}

/// Asks the printer in both dialects, whatever its profile says, and whatever it calls itself.
///
/// # Errors
/// [`IdentifyError::CannotBeAsked`].
pub fn by_asking(printer: &Printer) -> Result<(Verdict, Status), IdentifyError> {
    let mut why = String::from("nothing answers questions there");
    if matches!(
        printer.choice.destination,
        Destination::Tcp { .. } | Destination::Usb(_) | Destination::Windows { through: Through::Raw, .. }
    ) {
        for (query, format) in [(StatusQuery::Inf, JobFormat::Format1), (StatusQuery::Xml, JobFormat::Format2)] {
            let mut asked = printer.clone();
            asked.profile.identity.status = query;
            asked.profile.identity.model_names.clear();
            match asked.spool().status() {
                Ok(Some(status)) => {
                    let head = if format == JobFormat::Format2 { Some(HeadTag::Bytes) } else { status.head_type };
                    return Ok((Verdict { format, head, witness: Witness::Status }, status));
                }
                Ok(None) => {}
                // Nobody is there: the other dialect would find nobody either.
                Err(
                    error @ (SpoolError::NoConnection { .. } | SpoolError::Address { .. } | SpoolError::NoCable { .. }),
                ) => {
                    return Err(IdentifyError::CannotBeAsked { why: error.to_string() });
                }
                Err(error) => why = error.to_string(),
            }
        }
    }
    Err(IdentifyError::CannotBeAsked { why })
}

/// What the queue of a printer is described as, the surest first; `None` where it is no queue of IPP, or nobody answers.
#[must_use]
pub fn described(printer: &Printer) -> Option<Vec<String>> {
    match &printer.choice.destination {
        Destination::Ipp(address) | Destination::Driver { address, .. } => {
            IppQueue::new(address, &printer.profile).descriptions().ok()
        }
        _ => None,
    }
}

/// What the description of a queue says of its printer's model, in words. It is no witness: a queue knows what it was told.
/// What was confirmed of it has to stand there.
fn by_description(
    profile: &Profile,
    described: &[String],
    confirmed: Option<&Confirmed>,
    all: &Profiles,
) -> Result<String, IdentifyError> {
    for words in described {
        match check_description(profile, words, all) {
            Ok(Some(name)) => {
                if let Some(confirmed) = confirmed {
                    confirmed.holds_for(name)?;
                }
                return Ok(format!(
                    "Its queue is described as a “{words}”; the printer itself cannot be asked through a queue."
                ));
            }
            Ok(None) => {}
            Err((other, _)) => {
                return Err(IdentifyError::OtherModel {
                    found: words.clone(),
                    profile: profile.id.clone(),
                    other: other.id.clone(),
                });
            }
        }
    }
    if confirmed.is_some() {
        return Err(nothing_to_confirm());
    }
    Ok("The model is not known, because its queue does not say it: look at the printer, and print a test card before the \
        first card of a holder."
        .to_owned())
}

impl PrinterChoice {
    /// Asks a printer that is about to be added who it is, where it can be asked; what came of it in words.
    ///
    /// # Errors
    /// [`IdentifyError`]: there is no such profile, or it says that it is another model than that.
    pub fn meet(&self, profiles: &Profiles) -> Result<String, IdentifyError> {
        let mut profile = profiles.find(&self.profile)?.clone();
        let series_10 = match profile.may_print(Series::Series10) {
            true => "",
            false => " Series 10 cards are not printed on it: the published rules name the DoH 300 v2 alone.",
        };
        if let Some(confirmed) = &self.confirmed {
            confirmed.check(&profile, profiles).map_err(IdentifyError::Confirmation)?;
            // A queue may be described by this name, too.
            profile.identity.model_names.push(confirmed.model.trim().to_owned());
        }
        let printer = Printer { choice: self.clone(), profile };
        if let Some(described) = described(&printer) {
            return Ok(format!(
                "{}{series_10}",
                by_description(&printer.profile, &described, self.confirmed.as_ref(), profiles)?
            ));
        }
        let answer = match by_asking(&printer) {
            Ok((verdict, status)) => {
                let known = match &self.confirmed {
                    Some(confirmed) => {
                        confirmed.holds_for(&status.model)?;
                        format!(
                            " It was confirmed that it is a {} ({}).",
                            printer.profile.name,
                            confirmed.reason.trim()
                        )
                    }
                    None => {
                        check_model(&printer.profile, &status.model, profiles)?;
                        String::new()
                    }
                };
                let other = match verdict.format == printer.profile.job_format {
                    true => "",
                    false => " It takes another language than its profile says: have it asked for it before it prints.",
                };
                format!("It says it is a “{}”.{known}{other}", status.model)
            }
            Err(_) if self.confirmed.is_some() => {
                return Err(nothing_to_confirm());
            }
            Err(_) => "It did not say who it is: print a test card before the first card of a holder.".to_owned(),
        };
        Ok(format!("{answer}{series_10}"))
    }
}

fn nothing_to_confirm() -> IdentifyError {
    IdentifyError::Confirmation(
        "the printer did not say what it is, so there is nothing to confirm: add it without, or once it answers"
            .to_owned(),
    )
}

impl Confirmed {
    /// Whether this is what the printer calls itself.
    fn holds_for(&self, told: &str) -> Result<(), IdentifyError> {
        if self.model.trim().eq_ignore_ascii_case(told.trim()) {
            return Ok(());
        }
        let why = format!(
            "the printer says it is a “{told}”, and “{}” was confirmed: look which is right",
            self.model.trim()
        );
        Err(IdentifyError::Confirmation(why))
    }
}

/// Whether the name it gives itself is that of another model than its profile's.
///
/// # Errors
/// [`IdentifyError::OtherModel`], or [`IdentifyError::Unconfirmed`] where an officer may say that it is this model.
pub fn check_model(profile: &Profile, model: &str, all: &Profiles) -> Result<(), IdentifyError> {
    let is = |name: &String| name.trim().eq_ignore_ascii_case(model.trim());
    if model.is_empty() || profile.identity.model_names.iter().any(is) {
        return Ok(());
    }
    match all.iter().find(|other| other.id != profile.id && other.identity.model_names.iter().any(is)) {
        None => Ok(()),
        Some(other) if profile.may_say(model, all) => Err(IdentifyError::Unconfirmed {
            found: model.trim().to_owned(),
            name: profile.name.clone(),
            other: other.id.clone(),
        }),
        Some(other) => Err(IdentifyError::OtherModel {
            found: model.to_owned(),
            profile: profile.id.clone(),
            other: other.id.clone(),
        }),
    }
}

/// The profile with the verdict in it, as the text of a file. `base` is the text of the profile as it is now.
///
/// # Errors
/// [`IdentifyError::Profile`]: the text is no profile, or would be none.
pub fn profile_text(base: &str, verdict: Verdict, model: Option<&str>) -> Result<String, IdentifyError> {
    let syntax = |detail: String| ProfileError::Syntax { file: "(text)".to_owned(), detail };
    let mut table: Table = toml::from_str(base).map_err(|e| syntax(e.to_string()))?;
    let text = |value: &str| Value::String(value.to_owned());
    let now = Profile::parse(base)?;
    let set = |table: &mut Table, part: &str, key: &str, value: Value| {
        if let Some(Value::Table(inside)) = table.get_mut(part) {
            inside.insert(key.to_owned(), value);
        }
    };
    let boxed = |sides: [i64; 4]| Value::Array(sides.map(Value::Integer).into());
    match verdict.format {
        JobFormat::Format1 => {
            if now.job_format == JobFormat::Format2 {
                return Err(syntax(
                    "this profile is of format 2 and has no table [job]: choose one of format 1".to_owned(),
                )
                .into());
            }
            if let Some(head) = verdict.head {
                set(&mut table, "head", "tag", text(&format!("{head:?}").to_uppercase()));
            }
        }
        JobFormat::Format2 => {
            table.insert("job-format".to_owned(), text("format-2"));
            table.remove("job");
            let none = || Value::Integer(0);
            table.entry("ticket").or_insert_with(|| {
                Value::Table(Table::from_iter([("x-adjust".to_owned(), none()), ("y-adjust".to_owned(), none())]))
            });
            // The image of format 2, and the vendor's areas in it (`facts/magicard.md` 7).
            for (key, value) in [("lines", 1013), ("width", 642), ("line", 642)] {
                set(&mut table, "head", key, Value::Integer(value));
            }
            set(&mut table, "head", "tag", text("BYTES"));
            if now.job_format == JobFormat::Format1 {
                set(&mut table, "overcoat", "area", boxed([0, 0, 1013, 642]));
                set(&mut table, "overcoat", "chip-normal", boxed([106, 310, 242, 422]));
                set(&mut table, "overcoat", "chip-large", boxed([96, 288, 258, 432]));
                set(&mut table, "holokote", "turn", Value::Integer(0));
            }
        }
    }
    if verdict.witness == Witness::Status {
        let dialect = if verdict.format == JobFormat::Format1 { "inf" } else { "xml" };
        set(&mut table, "identity", "status", text(dialect));
    } else if verdict.format == JobFormat::Format2 && now.identity.status == StatusQuery::Inf {
        // The other dialect is of the other language.
        set(&mut table, "identity", "status", text("none"));
    }
    // What one printer was confirmed to call itself is kept with that printer alone.
    let its_own = |model: &&str| !model.is_empty() && !now.identity.may_be_called.iter().any(|name| name == *model);
    if let Some(model) = model.filter(its_own) {
        let mut names = now.identity.model_names.clone();
        if !names.iter().any(|name| name.eq_ignore_ascii_case(model)) {
            names.push(model.to_owned());
        }
        set(&mut table, "identity", "model-names", Value::Array(names.into_iter().map(Value::String).collect()));
    }
    let body = toml::to_string(&table).map_err(|e| syntax(e.to_string()))?;
    let bundled = Profiles::bundled().ok();
    let built_in = bundled.as_ref().and_then(|all| all.iter().find(|profile| profile.id == now.id));
    let explained = match built_in {
        Some(built_in) if built_in.job_format == verdict.format => {
            "The built-in profile of the same id explains every key.\n# Delete this file to go back to it.".to_owned()
        }
        Some(_) => {
            "The built-in profile of the same id explains most keys, and “magicard-rio-pro-360” those\n# of format 2. Delete this \
             file to go back to the built-in one."
                .to_owned()
        }
        None => "No built-in profile has this id; “magicard-doh-300-v2” and “magicard-rio-pro-360”\n# explain the keys.".to_owned(),
    };
    let whole =
        format!("# {}: written by the language wizard after {}.\n# {explained}\n\n{body}", now.name, verdict.witness);
    Profile::parse(&whole)?;
    Ok(whole)
}

/// Keeps the verdict in the folder of this desk's own profiles, and says in which file.
///
/// # Errors
/// [`IdentifyError::Profile`], [`IdentifyError::Keep`].
pub fn keep(folder: &Path, profile: &Profile, verdict: Verdict, model: Option<&str>) -> Result<PathBuf, IdentifyError> {
    let file = folder.join(format!("{}.toml", profile.id));
    let fault = |source| IdentifyError::Keep { file: file.display().to_string(), source };
    let base = match std::fs::read_to_string(&file) {
        // An earlier verdict took out what the other language needs.
        Ok(text) if Profile::parse(&text).is_ok_and(|kept| kept.job_format != verdict.format) => {
            Profiles::bundled_text(&profile.id).map_or(text, str::to_owned)
        }
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Profiles::bundled_text(&profile.id)?.to_owned(),
        Err(error) => return Err(fault(error)),
    };
    let text = profile_text(&base, verdict, model)?;
    former::change(&file, &text).map_err(fault)?;
    Ok(file)
}

/// Takes the last verdict on this profile back; whether there was one.
///
/// # Errors
/// [`IdentifyError::Keep`].
pub fn take_back(folder: &Path, profile: &Profile) -> Result<bool, IdentifyError> {
    let file = folder.join(format!("{}.toml", profile.id));
    let fault = |source| IdentifyError::Keep { file: file.display().to_string(), source };
    former::go_back(&file).map_err(fault)
}

/// The printer as it would be if it took this language, for a test card.
///
/// # Errors
/// [`IdentifyError::Profile`]: its profile says nothing of jobs in this language.
pub fn in_language(printer: &Printer, format: JobFormat) -> Result<Printer, IdentifyError> {
    if printer.profile.job_format == format {
        return Ok(printer.clone());
    }
    let base = Profiles::bundled_text(&printer.profile.id)?;
    let verdict = Verdict { format, head: None, witness: Witness::TestCard };
    let mut tried = printer.clone();
    tried.profile = Profile::parse(&profile_text(base, verdict, None)?)?;
    // How it is asked stays as it was found to be.
    tried.profile.identity.clone_from(&printer.profile.identity);
    Ok(tried)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::printer::magicard::status::REQUEST;

    fn headed(header: &str) -> Vec<u8> {
        [&[5; LEAD_IN][..], b"\x01,", header.as_bytes(), b"\x1C"].concat()
    }

    #[test]
    fn a_captured_job_says_its_language_and_its_head() {
        let vendor = "NOC1,VER1.0-,LANENG,RSPDEF,COEH,KGE2,DPXOFF,PAG1,IMFBGRK,SZB585216";
        let verdict = of_job(&headed(vendor)).unwrap();
        assert_eq!((verdict.format, verdict.head), (JobFormat::Format1, Some(HeadTag::Kge2)));
        // Polled first, and of the Rio class.
        let polled = [REQUEST, REQUEST, headed("NOC1,KEE,RT2").as_slice()].concat();
        assert_eq!(of_job(&polled).unwrap().head, Some(HeadTag::Kee));
        let asked = [&[5; 8][..], b"\x01,REQ,STA,MDL,\x1C\x03", headed("NOC1,KGE").as_slice()].concat();
        assert_eq!(of_job(&asked).unwrap().head, Some(HeadTag::Kge));
        assert_eq!(of_job(b"<?xml version=\"1.0\"?>\r<prn>").unwrap().format, JobFormat::Format2);
        for other in [&b"%PDF-1.4"[..], &[5; 63], b"", b"\x1b%-12345X@PJL"] {
            assert!(matches!(of_job(other), Err(IdentifyError::NeitherLanguage { .. })));
        }
    }

    #[test]
    fn every_verdict_on_every_profile_gives_a_profile() {
        for profile in Profiles::bundled().unwrap().iter() {
            let base = Profiles::bundled_text(&profile.id).unwrap();
            let second = Verdict { format: JobFormat::Format2, head: Some(HeadTag::Bytes), witness: Witness::Status };
            let kept = Profile::parse(&profile_text(base, second, Some("DoH 300 v2")).unwrap()).unwrap();
            assert_eq!((kept.job_format, kept.identity.status), (JobFormat::Format2, StatusQuery::Xml));
            assert!(kept.identity.model_names.contains(&"DoH 300 v2".to_owned()));
            assert_eq!((kept.id.as_str(), &kept.prints_series), (profile.id.as_str(), &profile.prints_series));
            for head in HeadTag::ALL {
                let first = Verdict { format: JobFormat::Format1, head: Some(head), witness: Witness::CapturedJob };
                match profile_text(base, first, None) {
                    Ok(text) => assert_eq!(Profile::parse(&text).unwrap().head.tag, head),
                    Err(_) => assert_eq!(profile.job_format, JobFormat::Format2),
                }
            }
        }
    }

    #[test]
    fn a_first_generation_printer_is_refused_under_the_profile_of_the_second() {
        let all = Profiles::bundled().unwrap();
        let v2 = all.find("magicard-doh-300-v2").unwrap();
        let v1 = all.find("magicard-doh-300-v1").unwrap();
        let name = &v1.identity.model_names[0];
        let error = check_model(v2, name, &all).unwrap_err().to_string();
        assert!(error.contains("Series 10") && error.contains("magicard-doh-300-v1"), "{error}");
        check_model(v2, "DoH 300 v2", &all).unwrap();
        check_model(v2, "a name of its own", &all).unwrap();
    }

    #[test]
    fn a_name_that_the_second_generation_may_have_too_is_asked_about_and_kept_for_that_printer_alone() {
        let all = Profiles::bundled().unwrap();
        let v2 = all.find("magicard-doh-300-v2").unwrap();
        let error = check_model(v2, "Magicard 300", &all).unwrap_err();
        assert!(matches!(error, IdentifyError::Unconfirmed { .. }), "{error}");
        let words = error.to_string();
        assert!(words.contains("look at the label") && words.contains("“magicard-300”"), "{words}");
        check_model(all.find("magicard-300").unwrap(), "Magicard 300", &all).unwrap();
        let v1 = all.find("magicard-doh-300-v1").unwrap();
        assert!(matches!(check_model(v1, "Magicard 300", &all), Err(IdentifyError::OtherModel { .. })));
        // Its language is kept for every printer of the profile, and its name for none but itself.
        let verdict = Verdict { format: JobFormat::Format1, head: None, witness: Witness::Status };
        let kept = profile_text(Profiles::bundled_text(&v2.id).unwrap(), verdict, Some("Magicard 300")).unwrap();
        assert_eq!(Profile::parse(&kept).unwrap().identity.model_names, ["DoH 300 v2"]);
    }

    #[test]
    fn what_is_confirmed_of_a_queue_stands_in_its_description() {
        let all = Profiles::bundled().unwrap();
        let mut v2 = all.find("magicard-doh-300-v2").unwrap().clone();
        let confirmed = Confirmed { model: "Magicard 300".to_owned(), reason: "its label says DoH 300 v2".to_owned() };
        v2.identity.model_names.push(confirmed.model.clone());
        let told = |words: &[&str], confirmed: Option<&Confirmed>| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            by_description(&v2, &words, confirmed, &all).map_err(|error| error.to_string())
        };
        told(&["Local Raw Printer", "Magicard 300 at the desk"], Some(&confirmed)).unwrap();
        for silent in [&[][..], &["Local Raw Printer", "Desk 4"]] {
            told(silent, None).unwrap();
            let why = told(silent, Some(&confirmed)).unwrap_err();
            assert!(why.contains("there is nothing to confirm"), "{why}");
        }
        told(&["DoH 300 v2"], None).unwrap();
        let why = told(&["DoH 300 v2"], Some(&confirmed)).unwrap_err();
        assert!(why.contains("look which is right"), "{why}");
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_verdict_or_an_error(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), lead in any::<bool>()) {
            if lead {
                bytes = [&[5; LEAD_IN][..], &bytes].concat();
            }
            let _ = of_job(&bytes);
        }
    }
}
