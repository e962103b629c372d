//! The colours of each scheme. Every pair of ground and words keeps AA contrast (WCAG 2.2, 1.4.3: 4.5 to 1; 1.4.11:
//! 3 to 1 for lines that say something); the tests below compute it.

use eframe::egui::Color32;

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// A ground, and the words that stand on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Ground.
    pub ground: Color32,
    /// Words and signs on it.
    pub words: Color32,
}

const fn pair(ground: u32, words: u32) -> Pair {
    Pair { ground: rgb(ground), words: rgb(words) }
}

/// All colours of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colours {
    /// Whether the ground is dark.
    pub dark: bool,
    /// The page.
    pub page: Pair,
    /// Tiles, dialogues and bars raised from the page.
    pub raised: Pair,
    /// Fields to type in.
    pub field: Pair,
    /// Ordinary buttons.
    pub button: Pair,
    /// The one main action of a page.
    pub main: Pair,
    /// An action that cannot be undone.
    pub destructive: Pair,
    /// A button that cannot be used now; its reason stands on it, so it is readable too.
    pub refused: Pair,
    /// The chosen row or place.
    pub selected: Pair,
    /// Ground of words that are marked in a field, with the words of `field`.
    pub marked: Color32,
    /// Good news.
    pub good: Pair,
    /// Look here.
    pub warning: Pair,
    /// Something failed.
    pub danger: Pair,
    /// For your information.
    pub note: Pair,
    /// Words of second rank, on page, raised and field.
    pub weak: Color32,
    /// Links, on page and raised.
    pub link: Color32,
    /// Lines between things.
    pub line: Color32,
    /// The line around what has the keyboard or the pointer.
    pub focus: Color32,
    /// Ground of a button under the pointer, with the words of `button`.
    pub hovered: Color32,
    /// Banner of the training realm.
    pub training: Pair,
    /// Banner of the integration realm.
    pub integration: Pair,
    /// Banner of the live realm.
    pub live: Pair,
}

/// Dark words on light ground; blues, greens, reds and greys of the NHS palette (`facts/platform.md` 7).
pub const LIGHT: Colours = Colours {
    dark: false,
    page: pair(0xFFFFFF, 0x212B32),
    raised: pair(0xF0F4F5, 0x212B32),
    field: pair(0xFFFFFF, 0x212B32),
    button: pair(0xE3EAEE, 0x212B32),
    main: pair(0x005EB8, 0xFFFFFF),
    destructive: pair(0xB3231A, 0xFFFFFF),
    refused: pair(0xF0F4F5, 0x4C6272),
    selected: pair(0xD2E4F5, 0x12283A),
    marked: rgb(0xB5D4F0),
    good: pair(0xE2F1E7, 0x00562B),
    warning: pair(0xFFF4CC, 0x5A4300),
    danger: pair(0xFBE4E2, 0x8A1A12),
    note: pair(0xE4EEF8, 0x0B3A66),
    weak: rgb(0x4C6272),
    link: rgb(0x005EB8),
    line: rgb(0x768692),
    focus: rgb(0x003087),
    hovered: rgb(0xD5DFE5),
    training: pair(0xFFB81C, 0x212B32),
    integration: pair(0x330072, 0xFFFFFF),
    live: pair(0x003087, 0xFFFFFF),
};

/// Light words on dark ground.
pub const DARK: Colours = Colours {
    dark: true,
    page: pair(0x15191D, 0xEEF2F4),
    raised: pair(0x20272D, 0xEEF2F4),
    field: pair(0x0F1316, 0xEEF2F4),
    button: pair(0x333D45, 0xEEF2F4),
    main: pair(0x7CBBFF, 0x081B2E),
    destructive: pair(0xFF9A91, 0x2B0603),
    refused: pair(0x20272D, 0xA9B6BF),
    selected: pair(0x1E4468, 0xF2F8FF),
    marked: rgb(0x1E4468),
    good: pair(0x123524, 0xA8E6C1),
    warning: pair(0x3D3000, 0xFFE08A),
    danger: pair(0x451511, 0xFFC2BC),
    note: pair(0x16324C, 0xC6E0FA),
    weak: rgb(0xB2BEC7),
    link: rgb(0x8CC4FF),
    line: rgb(0x7D8C98),
    focus: rgb(0xFFEB3B),
    hovered: rgb(0x404C56),
    training: pair(0xFFB81C, 0x212B32),
    integration: pair(0xC9A8FF, 0x1D0040),
    live: pair(0x7CBBFF, 0x081B2E),
};

/// Black, white and strong lines.
pub const HIGH_CONTRAST: Colours = Colours {
    dark: true,
    page: pair(0x000000, 0xFFFFFF),
    raised: pair(0x000000, 0xFFFFFF),
    field: pair(0x000000, 0xFFFFFF),
    button: pair(0x000000, 0xFFFFFF),
    main: pair(0xFFEB3B, 0x000000),
    destructive: pair(0xFFFFFF, 0x8A0000),
    refused: pair(0x000000, 0xC8C8C8),
    selected: pair(0xFFFFFF, 0x000000),
    marked: rgb(0x005EB8),
    good: pair(0x000000, 0x7CFFB0),
    warning: pair(0x000000, 0xFFEB3B),
    danger: pair(0x000000, 0xFFB0A8),
    note: pair(0x000000, 0x9CD0FF),
    weak: rgb(0xE0E0E0),
    link: rgb(0x9CD0FF),
    line: rgb(0xFFFFFF),
    focus: rgb(0xFFEB3B),
    hovered: rgb(0x303030),
    training: pair(0xFFB81C, 0x000000),
    integration: pair(0xE3CCFF, 0x000000),
    live: pair(0xFFFFFF, 0x000000),
};

/// Contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio).
#[must_use]
pub fn contrast_ratio(one: Color32, other: Color32) -> f32 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance (WCAG 2.2, definition).
fn luminance(colour: Color32) -> f32 {
    let linear = |channel: u8| {
        let part = f32::from(channel) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, 1.4.3 for words.
    const WORDS: f32 = 4.5;
    /// WCAG 2.2, 1.4.11 for lines.
    const LINES: f32 = 3.0;

    #[test]
    fn the_measure_is_the_standards() {
        assert!((contrast_ratio(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        assert!((contrast_ratio(rgb(0x767676), Color32::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn everything_can_be_read_in_every_scheme() {
        for (scheme, c) in [("light", LIGHT), ("dark", DARK), ("high contrast", HIGH_CONTRAST)] {
            let pairs = [
                c.page,
                c.raised,
                c.field,
                c.button,
                c.main,
                c.destructive,
                c.refused,
                c.selected,
                c.good,
                c.warning,
                c.danger,
                c.note,
                c.training,
                c.integration,
                c.live,
            ];
            for (place, pair) in pairs.into_iter().enumerate() {
                let ratio = contrast_ratio(pair.ground, pair.words);
                assert!(ratio >= WORDS, "{scheme}, pair {place}: {ratio:.2}");
            }
            for ground in [c.page.ground, c.raised.ground, c.field.ground] {
                for words in [c.weak, c.link, c.page.words] {
                    assert!(contrast_ratio(ground, words) >= WORDS, "{scheme}: {words:?} on {ground:?}");
                }
                for line in [c.line, c.focus] {
                    assert!(contrast_ratio(ground, line) >= LINES, "{scheme}: line {line:?} on {ground:?}");
                }
            }
            assert!(contrast_ratio(c.hovered, c.button.words) >= WORDS, "{scheme}: hovered button");
            for ground in [c.main.ground, c.destructive.ground] {
                assert!(
                    contrast_ratio(c.page.ground, ground) >= LINES,
                    "{scheme}: {ground:?} stands out from the page"
                );
            }
            assert!(contrast_ratio(c.marked, c.field.words) >= WORDS, "{scheme}: marked words");
        }
    }

    #[test]
    fn the_worlds_cannot_be_mistaken() {
        for c in [LIGHT, DARK, HIGH_CONTRAST] {
            assert!(c.training.ground != c.integration.ground && c.integration.ground != c.live.ground);
            assert!(c.training.ground != c.live.ground);
        }
    }
}
