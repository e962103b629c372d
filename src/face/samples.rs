//! Sample holders for the editor of card faces: names that are hard to set. All are invented.

use image::{Rgb, RgbImage, RgbaImage};
use time::Date;

use super::{
    CardFacts, FaceData, Photo, PhotoError, Purpose,
    template::{Answer, CardCondition, Condition},
};
use crate::domain::{OrganisationCode, Series};

/// Names from plain to the longest, one each of what tests a template: length, marks, scripts, direction.
pub const NAMES: [&str; 8] = [
    "Anna Lee",
    "Bartholomew Featherstonehaugh-Cholmondeley",
    "Maximiliana Wolfeschlegelstein-Featherstonehaugh de la Cholmondeley-Marjoribanks Montgomery",
    "Nguyễn Thị Hằng-Ǻngström Ḗlodié",
    "Олександра Ґжицька-Їжакевич",
    "محمد عبد الرحمن بن عبد العزيز",
    "שלמה בן־דוד הלוי",
    "歐陽王小明",
];

/// The organisation of a sample holder, where no other is asked for.
const ORGANISATION: &str = "A1B";

/// A sample holder, and the card they are to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Which of [`NAMES`].
    pub holder: usize,
    /// A training card or one for use.
    pub purpose: Purpose,
    /// Whether the card is handed over locked.
    pub locked: bool,
    /// The card's series.
    pub series: Series,
    /// The holder's organisation; `None` for the usual one.
    pub organisation: Option<OrganisationCode>,
}

impl Default for Sample {
    fn default() -> Self {
        Self { holder: 0, purpose: Purpose::Training, locked: false, series: Series::Series10, organisation: None }
    }
}

impl Sample {
    /// Whether what has this condition stands on this card.
    #[must_use]
    pub fn shows(&self, condition: &Condition) -> bool {
        let organisation = self.organisation.as_ref().map_or(ORGANISATION, OrganisationCode::as_str);
        condition.answer(self.purpose, organisation, Some((self.locked, self.series))) == Answer::Yes
    }

    /// The same holder with a card on which what has this condition stands, where there can be one.
    #[must_use]
    pub fn showing(mut self, condition: &Condition) -> Self {
        self.purpose = condition.purpose.unwrap_or(self.purpose);
        self.locked = condition.card.map_or(self.locked, |card| card == CardCondition::Locked);
        if let Some(first) = condition.series.iter().flatten().next()
            && !condition.series.iter().flatten().any(|series| *series == self.series)
        {
            self.series = *first;
        }
        if let Some(first) = condition.organisation.iter().flatten().next()
            && !self.shows(&Condition { organisation: condition.organisation.clone(), ..Condition::default() })
        {
            self.organisation = Some(first.clone());
        }
        self
    }

    /// What is on the face.
    ///
    /// # Errors
    /// Never with the picture drawn here; the type is that of every photo.
    pub fn data(&self, today: Date) -> Result<FaceData, PhotoError> {
        let place = self.holder % NAMES.len();
        let number = format!("55500000{place:04}");
        let serial = format!("C0FFEE00{place:08}");
        let organisation = match &self.organisation {
            Some(code) => code.clone(),
            None => ORGANISATION.parse().map_err(|_| PhotoError::NotAPicture)?,
        };
        Ok(FaceData {
            name: NAMES[place].to_owned(),
            // Training numbers and serials of the form their types ask for; a test makes every one.
            number: number.parse().map_err(|_| PhotoError::NotAPicture)?,
            organisation,
            photo: Photo::from_pixels(portrait())?,
            purpose: self.purpose,
            card: Some(CardFacts {
                serial: serial.parse().map_err(|_| PhotoError::NotAPicture)?,
                series: self.series,
                locked: self.locked,
                expires: today.replace_year(today.year() + 2).ok(),
            }),
            today,
        })
    }
}

/// A drawn head and shoulders: nobody's face.
fn portrait() -> RgbaImage {
    const WIDE: u32 = 480;
    const HIGH: u32 = 600;
    let oval = |x: u32, y: u32, (middle, down): (f32, f32), (across, tall): (f32, f32)| {
        let (dx, dy) = ((x as f32 - middle) / across, (y as f32 - down) / tall);
        dx * dx + dy * dy <= 1.0
    };
    let picture = RgbImage::from_fn(WIDE, HIGH, |x, y| {
        Rgb(if oval(x, y, (240.0, 250.0), (115.0, 150.0)) {
            [0xC9, 0xA1, 0x86]
        } else if oval(x, y, (240.0, 620.0), (230.0, 200.0)) {
            [0x41, 0x6A, 0x8F]
        } else if oval(x, y, (240.0, 225.0), (135.0, 160.0)) {
            [0x4A, 0x3B, 0x33]
        } else {
            [0xDD, 0xE3, 0xE8]
        })
    });
    image::DynamicImage::ImageRgb8(picture).into_rgba8()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{Face, Template};

    #[test]
    fn every_sample_holder_stands_on_the_built_in_face() {
        let template = Template::nhs_care_identity().expect("built in");
        for (holder, name) in NAMES.iter().enumerate() {
            let sample = Sample { holder, ..Sample::default() };
            let data = sample.data(time::macros::date!(2026 - 11 - 26)).expect("a sample");
            Face::compose(&template, &data).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    #[test]
    fn a_sample_card_is_found_for_every_condition_that_a_card_can_fulfil() {
        let first = Sample { holder: 3, ..Sample::default() };
        let list = |words: &[&str]| words.iter().map(|word| word.parse().expect("a code")).collect::<Vec<_>>();
        for purpose in [None, Some(Purpose::Live), Some(Purpose::Training)] {
            for card in [None, Some(CardCondition::Locked), Some(CardCondition::Active)] {
                for series in [None, Some(vec![Series::Series8, Series::Series9])] {
                    for organisation in [None, Some(list(&["X99", "A1B"])), Some(list(&["X99"]))] {
                        let organisation = organisation.clone();
                        let condition = Condition { purpose, card, series: series.clone(), organisation };
                        let sample = first.clone().showing(&condition);
                        assert!(sample.shows(&condition), "{condition:?}: {sample:?}");
                        assert_eq!(sample.holder, 3);
                        let data = sample.data(time::macros::date!(2026 - 11 - 26)).expect("a sample");
                        assert_eq!(condition.holds(&data), Answer::Yes);
                        let unchanged = first.shows(&condition);
                        assert!(!unchanged || sample == first, "what is shown already stays as it is");
                    }
                }
            }
        }
        let never = Condition { series: Some(Vec::new()), ..Condition::default() };
        assert!(!first.clone().showing(&never).shows(&never));
    }
}
