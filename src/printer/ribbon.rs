//! Whether the ribbon in a printer fits the card that is to be printed: told before anything is sent.

use super::{
    magicard::{self, status::Status},
    profile::{JobFormat, Panels, Profile, Switch},
};
use crate::face::planes::Planes;

/// Why a card is not printed with the ribbon that is in the printer. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ribbon in the printer is “{found}”, which has no {missing}, and this card needs it; nothing was sent: put in {fitting}, \
     then print again"
)]
pub struct WrongRibbon {
    /// What the printer calls it.
    pub found: String,
    /// The panel in words.
    pub missing: &'static str,
    /// Ribbons that fit, by name, or what they must have.
    pub fitting: String,
}

/// What is known of the ribbon in a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RibbonWord {
    /// It fits, or the printer does not name it.
    Fits,
    /// The profile does not know it: the officer is told, and printing goes on.
    Unknown(String),
}

/// Compares the ribbon that the printer names with what the profile knows and what the card needs.
///
/// # Errors
/// [`WrongRibbon`]: it is known, and lacks a panel.
pub fn check(
    profile: &Profile,
    status: &Status,
    front: &Planes,
    back: Option<&Planes>,
) -> Result<RibbonWord, WrongRibbon> {
    let found = status.film.trim();
    let same = |name: &String| name.trim().eq_ignore_ascii_case(found);
    if found.is_empty() || profile.ribbon.names.is_empty() {
        return Ok(RibbonWord::Fits);
    }
    let needed = needed(profile, front, back);
    let Some((_, holds)) = profile.ribbon.holds.iter().find(|(name, _)| same(name)) else {
        return Ok(match profile.ribbon.names.iter().any(same) {
            true => RibbonWord::Fits,
            false => RibbonWord::Unknown(unknown(found)),
        });
    };
    let lacks = |panel: &&char| !holds.contains(**panel);
    let Some(missing) = needed.iter().find(lacks) else { return Ok(RibbonWord::Fits) };
    let fits = |holds: &&String| needed.iter().all(|panel| holds.contains(*panel));
    let fitting: Vec<&str> =
        profile.ribbon.holds.iter().filter(|(_, holds)| fits(holds)).map(|(name, _)| name.as_str()).collect();
    let fitting = match fitting.as_slice() {
        [] => format!("one with {}", needed.iter().collect::<String>()),
        names => names.join(" or "),
    };
    Err(WrongRibbon { found: found.to_owned(), missing: words(*missing), fitting })
}

/// What the officer is told of a ribbon that the profile does not name.
fn unknown(found: &str) -> String {
    format!(
        "the printer's ribbon “{found}” is not in its profile, so nobody checked that it has every panel; look at the printed \
         card with care"
    )
}

/// The panels a job uses.
fn needed(profile: &Profile, front: &Planes, back: Option<&Planes>) -> Vec<char> {
    let (mut dyes, mut resin) = match (profile.job_format, profile.ribbon.panels) {
        // A job of format 1 carries every panel of its profile, whatever is on the card.
        (JobFormat::Format1, panels) => (panels != Panels::K, panels != Panels::Ymc),
        (JobFormat::Format2, panels) => {
            let sides = || std::iter::once(front).chain(back);
            let resin = sides().any(|side| magicard::has_ink(&side.resin));
            let composite = panels == Panels::Ymc && resin;
            (composite || sides().any(magicard::has_dye), resin && !composite)
        }
    };
    if let (JobFormat::Format1, Some(back)) = (profile.job_format, back) {
        dyes |= profile.ribbon.panels != Panels::K && magicard::has_dye(back);
        resin |= profile.ribbon.panels != Panels::Ymc && magicard::has_ink(&back.resin);
    }
    let coat = profile.overcoat.panel == Switch::On;
    [('Y', dyes), ('M', dyes), ('C', dyes), ('K', resin), ('O', coat)]
        .into_iter()
        .filter_map(|(panel, used)| used.then_some(panel))
        .collect()
}

fn words(panel: char) -> &'static str {
    match panel {
        'K' => "black resin panel",
        'O' => "clear coat",
        _ => "colour panels",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::{profile::Profiles, test_card};

    fn told(film: &str, change: impl FnOnce(&mut Profile)) -> Result<RibbonWord, WrongRibbon> {
        let line = format!(
            "\x01STA$$0,M,0,S,H,B,1.0,0,No,5,0,0,0,0,0,700,50,50,50,0:0,0,300,0,{film},0,0,0,0,0,d,V,V,0,0\x03"
        );
        let status = Status::parse(line.as_bytes()).expect("a status");
        let mut profile = Profiles::bundled().unwrap().find("magicard-doh-300-v2").unwrap().clone();
        change(&mut profile);
        check(&profile, &status, &test_card::draw(&profile), None)
    }

    #[test]
    fn a_ribbon_that_lacks_a_panel_is_refused_with_those_that_fit() {
        for film in ["MC300YMCKO", "mc300ymcko", "MC250YMCKOK", ""] {
            assert_eq!(told(film, |_| {}), Ok(RibbonWord::Fits), "{film}");
        }
        let wrong = told("MC600KO", |_| {}).expect_err("no colour").to_string();
        assert!(wrong.contains("colour panels") && wrong.contains("MC300YMCKO"), "{wrong}");
        assert!(!wrong.contains("put in MA1000K"), "{wrong}");
        let mono = |profile: &mut Profile| profile.ribbon.panels = Panels::K;
        assert_eq!(told("MC600KO", mono), Ok(RibbonWord::Fits));
        assert_eq!(told("MA1000K", mono).expect_err("no coat").missing, "clear coat");
        let bare = |profile: &mut Profile| {
            profile.ribbon.panels = Panels::K;
            profile.overcoat.panel = Switch::Off;
        };
        assert_eq!(told("MA1000K", bare), Ok(RibbonWord::Fits));
    }

    #[test]
    fn an_unknown_ribbon_is_told_and_used() {
        assert!(matches!(told("OTHER500", |_| {}), Ok(RibbonWord::Unknown(words)) if words.contains("OTHER500")));
        assert_eq!(told("OTHER500", |profile| profile.ribbon.names.clear()), Ok(RibbonWord::Fits));
        // Named, and nothing said of its panels.
        assert_eq!(told("MC600KO", |profile| profile.ribbon.holds.clear()), Ok(RibbonWord::Fits));
    }
}
