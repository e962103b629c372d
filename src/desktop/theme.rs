//! The look, as tokens: no screen names a colour, a size or a distance of its own.

mod fonts;
mod tokens;

pub use tokens::{Colours, DARK, HIGH_CONTRAST, LIGHT, Pair, contrast_ratio};

use eframe::egui::{
    self, Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Vec2, style::Selection, vec2,
};
use serde::{Deserialize, Serialize};

use crate::domain::eligibility::Realm;

/// A colour scheme the officer chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Dark words on light ground.
    #[default]
    Light,
    /// Light words on dark ground.
    Dark,
    /// Black, white and strong lines.
    HighContrast,
}

impl Scheme {
    /// All, in the order of the settings.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::HighContrast];

    /// The next one, for the command that walks through them.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::HighContrast,
            Self::HighContrast => Self::Light,
        }
    }
}

/// Distances in points.
pub mod space {
    /// Between things that belong together.
    pub const SMALL: f32 = 6.0;
    /// Between things of one group.
    pub const MEDIUM: f32 = 12.0;
    /// Between groups, and around a page.
    pub const LARGE: f32 = 20.0;
    /// Width of the navigation.
    pub const NAVIGATION: f32 = 196.0;
    /// Height of an entry of the navigation.
    pub const ENTRY: f32 = 44.0;
    /// Width and height of a drawn sign.
    pub const SIGN: f32 = 18.0;
    /// Thickness of the bar that marks the place shown.
    pub const BAR: f32 = 4.0;
    /// Width of the list of topics beside the one that is read.
    pub const TOPICS: f32 = 260.0;
    /// Rounding of corners.
    pub const CORNER: f32 = 6.0;
    /// Height of the strip with the pattern of the world.
    pub const PATTERN: f32 = 7.0;
    /// Smallest height of something to click or touch (WCAG 2.2, 2.5.8 asks for 24).
    pub const TARGET: f32 = 38.0;
    /// Height of a table row.
    pub const ROW: f32 = 34.0;
    /// Widest a column of words is set.
    pub const COLUMN: f32 = 640.0;
    /// Width of a dialogue.
    pub const DIALOGUE: f32 = 520.0;
    /// Narrowest a column beside another is.
    pub const BESIDE: f32 = 360.0;
    /// Narrowest one of several choices in a row is.
    pub const CHOICE: f32 = 168.0;
    /// Highest a card is drawn where the page has one column.
    pub const CARD_ABOVE: f32 = 240.0;
    /// Height of a field in which a passcode is typed, and side of a key of its pad.
    pub const KEY: f32 = 44.0;
    /// Radius of the dot that stands for a digit.
    pub const DOT: f32 = 7.0;
    /// Diameter of the circle before a choice.
    pub const CIRCLE: f32 = 18.0;
    /// Width of the details beside a list.
    pub const DETAILS: f32 = 330.0;
    /// Width from which a page has two columns.
    pub const TWO_COLUMNS: f32 = 760.0;
    /// Smallest height of a list inside a page that scrolls.
    pub const LIST: f32 = 220.0;
    /// Width of a slider.
    pub const SLIDER: f32 = 180.0;
    /// Smallest and largest height of a photo that is worked on.
    pub const PHOTO: [f32; 2] = [190.0, 460.0];
    /// Widest a card is shown beside other things.
    pub const CARD: f32 = 430.0;
    /// Half the side of a handle that is pulled with the mouse.
    pub const HANDLE: f32 = 12.0;
    /// Height of a portrait in a tile of the bench.
    pub const PORTRAIT: f32 = 54.0;
    /// Width and height of the photo on a profile, where the page is wide.
    pub const FACE: [f32; 2] = [168.0, 210.0];
    /// The same where it is narrow.
    pub const FACE_NARROW: [f32; 2] = [96.0, 120.0];
    /// Width of a tile of the bench.
    pub const TILE: f32 = 268.0;
    /// Height of a tile of the bench, where the window is not low.
    pub const TILE_HEIGHT: f32 = 92.0;
    /// Narrowest a tile of the bench is made so that all stand in sight.
    pub const TILE_LEAST: f32 = 176.0;
    /// Between lines that are read one after the other, where there is little room.
    pub const CLOSE: f32 = 2.0;
}

/// The theme in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    /// Which scheme.
    pub scheme: Scheme,
    /// Its colours.
    pub colours: &'static Colours,
}

impl Theme {
    /// The theme of a scheme.
    #[must_use]
    pub fn new(scheme: Scheme) -> Self {
        let colours = match scheme {
            Scheme::Light => &LIGHT,
            Scheme::Dark => &DARK,
            Scheme::HighContrast => &HIGH_CONTRAST,
        };
        Self { scheme, colours }
    }

    /// Ground and words of the banner that says which world this is.
    #[must_use]
    pub fn realm(&self, realm: Realm) -> Pair {
        match realm {
            Realm::Training => self.colours.training,
            Realm::Integration => self.colours.integration,
            Realm::Live => self.colours.live,
        }
    }

    /// Makes egui draw with these tokens. `text_percent` is 100 to 200.
    pub fn apply(&self, context: &egui::Context, text_percent: u16) {
        let mut style = egui::Style {
            visuals: self.visuals(),
            // Nothing moves by itself: an idle window draws nothing, and nobody waits for a movement.
            animation_time: 0.0,
            ..egui::Style::default()
        };
        let font = |size: f32, family| FontId::new(size, family);
        style.text_styles = [
            (TextStyle::Small, font(13.0, FontFamily::Proportional)),
            (TextStyle::Body, font(15.0, FontFamily::Proportional)),
            (TextStyle::Button, font(15.0, FontFamily::Proportional)),
            (TextStyle::Heading, font(26.0, fonts::bold())),
            (TextStyle::Monospace, font(14.0, FontFamily::Monospace)),
            (Self::subheading(), font(17.0, fonts::bold())),
            (Self::strong(), font(15.0, fonts::bold())),
            (Self::large(), font(19.0, FontFamily::Proportional)),
            (Self::large_strong(), font(19.0, fonts::bold())),
        ]
        .into();
        style.spacing.item_spacing = vec2(space::SMALL, space::SMALL);
        style.spacing.button_padding = vec2(14.0, 8.0);
        style.spacing.interact_size = Vec2::new(40.0, space::TARGET);
        style.spacing.text_edit_width = 320.0;
        style.interaction.selectable_labels = false;
        style.interaction.show_tooltips_only_when_still = false;
        style.wrap_mode = None;
        context.set_theme(if self.colours.dark { egui::Theme::Dark } else { egui::Theme::Light });
        context.set_style_of(egui::Theme::Dark, style.clone());
        context.set_style_of(egui::Theme::Light, style);
        context.set_zoom_factor(f32::from(text_percent.clamp(100, 200)) / 100.0);
    }

    /// Gives egui the embedded fonts; once, at the start.
    pub fn install_fonts(context: &egui::Context) {
        context.set_fonts(fonts::definitions());
    }

    /// Style of a heading inside a page.
    #[must_use]
    pub fn subheading() -> TextStyle {
        TextStyle::Name("subheading".into())
    }

    /// Style of words that matter, in running size.
    #[must_use]
    pub fn strong() -> TextStyle {
        TextStyle::Name("strong".into())
    }

    /// Style of words that are read from two metres, e.g. the steps of card work.
    #[must_use]
    pub fn large() -> TextStyle {
        TextStyle::Name("large".into())
    }

    /// The same where they matter most.
    #[must_use]
    pub fn large_strong() -> TextStyle {
        TextStyle::Name("large strong".into())
    }

    /// The line around what has the keyboard.
    #[must_use]
    pub fn focus(&self) -> Stroke {
        Stroke::new(3.0, self.colours.focus)
    }

    fn visuals(&self) -> egui::Visuals {
        let colours = self.colours;
        let mut visuals = if colours.dark { egui::Visuals::dark() } else { egui::Visuals::light() };
        let corner = CornerRadius::same(6);
        visuals.override_text_color = None;
        visuals.panel_fill = colours.page.ground;
        visuals.window_fill = colours.raised.ground;
        visuals.window_stroke = Stroke::new(1.0, colours.line);
        visuals.extreme_bg_color = colours.field.ground;
        visuals.text_edit_bg_color = Some(colours.field.ground);
        visuals.faint_bg_color = colours.raised.ground;
        visuals.weak_text_color = Some(colours.weak);
        visuals.hyperlink_color = colours.link;
        visuals.warn_fg_color = colours.warning.words;
        visuals.error_fg_color = colours.danger.words;
        visuals.selection =
            // The stroke is also the frame of a field that has the keyboard.
            Selection { bg_fill: colours.marked, stroke: Stroke::new(2.5, colours.focus) };
        visuals.disabled_alpha = 1.0;
        visuals.striped = false;
        // A cursor that blinks draws the window twice a second, also where nobody types.
        visuals.text_cursor.blink = false;
        let widgets = &mut visuals.widgets;
        for (state, ground, line) in [
            (&mut widgets.noninteractive, colours.raised.ground, Stroke::new(1.0, colours.line)),
            (&mut widgets.inactive, colours.button.ground, Stroke::new(1.0, colours.line)),
            (&mut widgets.hovered, colours.hovered, Stroke::new(2.0, colours.focus)),
            (&mut widgets.active, colours.hovered, Stroke::new(3.0, colours.focus)),
            (&mut widgets.open, colours.button.ground, Stroke::new(2.0, colours.focus)),
        ] {
            state.bg_fill = ground;
            state.weak_bg_fill = ground;
            state.bg_stroke = line;
            state.corner_radius = corner;
            state.fg_stroke = Stroke::new(1.5, colours.page.words);
            state.expansion = 0.0;
        }
        visuals
    }
}

/// Room around the words of a page.
#[must_use]
pub fn page_margin() -> Margin {
    Margin::symmetric(20, 14)
}

/// Drawn over the parts of a photo that will not be printed.
#[must_use]
pub fn shade() -> Color32 {
    Color32::from_black_alpha(150)
}

/// Lines over a photo: a light one inside a dark one is seen on any photo.
#[must_use]
pub fn guides() -> [Stroke; 2] {
    [Stroke::new(3.0, Color32::from_black_alpha(160)), Stroke::new(1.5, Color32::WHITE)]
}

/// Lines around what was found in a photo: yellow inside dark is seen on any photo and is not the white of the guides.
#[must_use]
pub fn found() -> [Stroke; 2] {
    [Stroke::new(3.5, Color32::from_black_alpha(170)), Stroke::new(1.8, Color32::from_rgb(0xFF, 0xEB, 0x3B))]
}

/// Colour of a ground that is drawn under pictures with transparency.
#[must_use]
pub fn clear() -> Color32 {
    Color32::TRANSPARENT
}
