//! The bundled fonts. Nothing is taken from the system, so a card looks the same on every workstation.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use parley::{
    FontContext, LayoutContext,
    fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, FontWeight, SourceCache},
};

use super::template::Typeface;

/// One bundled font file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Font {
    /// Liberation Sans Regular (OFL): Latin, Greek, Cyrillic, Hebrew; as wide as Arial.
    LatinRegular,
    /// Liberation Sans Bold (OFL).
    LatinBold,
    /// Noto Sans Arabic Regular (OFL).
    ArabicRegular,
    /// Noto Sans Arabic Bold (OFL).
    ArabicBold,
    /// Droid Sans Fallback (Apache-2.0): Chinese, Japanese, Korean. There is one weight.
    Han,
}

impl Font {
    /// Every bundled font.
    pub const ALL: [Self; 5] = [Self::LatinRegular, Self::LatinBold, Self::ArabicRegular, Self::ArabicBold, Self::Han];

    /// The font file (TrueType).
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::LatinRegular => include_bytes!("../../assets/fonts/LiberationSans-Regular.ttf"),
            Self::LatinBold => include_bytes!("../../assets/fonts/LiberationSans-Bold.ttf"),
            Self::ArabicRegular => include_bytes!("../../assets/fonts/NotoSansArabic-Regular.ttf"),
            Self::ArabicBold => include_bytes!("../../assets/fonts/NotoSansArabic-Bold.ttf"),
            Self::Han => include_bytes!("../../assets/fonts/DroidSansFallback.ttf"),
        }
    }

    /// Short name without spaces, used as the font's name inside the proof.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::LatinRegular => "LiberationSans",
            Self::LatinBold => "LiberationSansBold",
            Self::ArabicRegular => "NotoSansArabic",
            Self::ArabicBold => "NotoSansArabicBold",
            Self::Han => "DroidSansFallback",
        }
    }

    fn family(self) -> &'static str {
        match self {
            Self::LatinRegular | Self::LatinBold => LATIN,
            Self::ArabicRegular | Self::ArabicBold => ARABIC,
            Self::Han => HAN,
        }
    }

    fn weight(self) -> FontWeight {
        match self {
            Self::LatinBold | Self::ArabicBold => FontWeight::BOLD,
            Self::LatinRegular | Self::ArabicRegular | Self::Han => FontWeight::NORMAL,
        }
    }
}

/// Family names under which the fonts are registered, in the order they are tried.
pub(super) const LATIN: &str = "card latin";
pub(super) const ARABIC: &str = "card arabic";
pub(super) const HAN: &str = "card han";

impl Typeface {
    pub(super) fn weight(self) -> FontWeight {
        match self {
            Self::SansRegular => FontWeight::NORMAL,
            Self::SansBold => FontWeight::BOLD,
        }
    }
}

/// The shaping engine with the bundled fonts, and which blob is which font.
pub(super) struct Shelf {
    pub(super) fonts: FontContext,
    pub(super) scratch: LayoutContext<()>,
    blobs: Vec<(u64, Font)>,
}

impl Shelf {
    fn new() -> Self {
        let options = CollectionOptions { shared: false, system_fonts: false };
        let mut fonts = FontContext { collection: Collection::new(options), source_cache: SourceCache::default() };
        let mut blobs = Vec::new();
        for font in Font::ALL {
            let blob = Blob::new(Arc::new(font.bytes()));
            blobs.push((blob.id(), font));
            let names = FontInfoOverride {
                family_name: Some(font.family()),
                weight: Some(font.weight()),
                ..FontInfoOverride::default()
            };
            fonts.collection.register_fonts(blob, Some(names));
        }
        Self { fonts, scratch: LayoutContext::new(), blobs }
    }

    /// Which bundled font a blob of the engine is.
    pub(super) fn font(&self, blob: u64) -> Option<Font> {
        self.blobs.iter().find(|(id, _)| *id == blob).map(|(_, font)| *font)
    }
}

/// The one shelf of the process: reading 5 MB of font tables once is enough.
pub(super) fn shelf() -> MutexGuard<'static, Shelf> {
    static SHELF: LazyLock<Mutex<Shelf>> = LazyLock::new(|| Mutex::new(Shelf::new()));
    // The engine's scratch space is cleared at the start of each layout, so a panic elsewhere leaves nothing harmful.
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}
