//! The embedded fonts: every Latin alphabet of Britain and Europe, Greek, Cyrillic, Hebrew and Arabic, on any computer.

use std::{collections::BTreeMap, sync::Arc};

use eframe::egui::{FontData, FontDefinitions, FontFamily};

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/LiberationSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/LiberationSans-Bold.ttf");
const ARABIC: &[u8] = include_bytes!("../../../assets/fonts/NotoSansArabic-Regular.ttf");
const FALLBACK: &[u8] = include_bytes!("../../../assets/fonts/DroidSansFallback.ttf");

/// Family of words that matter.
#[must_use]
pub fn bold() -> FontFamily {
    FontFamily::Name("bold".into())
}

/// Our fonts first, then what egui brings for signs.
#[must_use]
pub fn definitions() -> FontDefinitions {
    let mut definitions = FontDefinitions::default();
    for (name, bytes) in [("regular", REGULAR), ("bold", BOLD), ("arabic", ARABIC), ("fallback", FALLBACK)] {
        definitions.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let signs = definitions.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| {
        let own = [first, "arabic"].into_iter().map(str::to_owned);
        own.chain(signs.iter().cloned()).chain(["fallback".to_owned()]).collect::<Vec<_>>()
    };
    let mut families = BTreeMap::new();
    families.insert(FontFamily::Proportional, family("regular"));
    families.insert(bold(), family("bold"));
    let monospace = definitions.families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
    families.insert(FontFamily::Monospace, monospace.into_iter().chain(["regular".to_owned()]).collect());
    definitions.families = families;
    definitions
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use skrifa::{FontRef, MetadataProvider};

    use super::*;

    fn check(folder: &Path, fonts: &[FontRef<'_>]) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                check(&path, fonts);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a text");
            let drawn_part = text.split("#[cfg(test)]").next().unwrap_or_default();
            for sign in drawn_part.chars().filter(|sign| !sign.is_ascii()) {
                let drawn = fonts.iter().all(|font| font.charmap().map(sign).is_some());
                assert!(drawn, "{}: no embedded font has “{sign}”", path.display());
            }
        }
    }

    /// A sign that no font has would be drawn as a box.
    #[test]
    fn every_sign_of_the_window_is_in_the_embedded_fonts() {
        let fonts = [REGULAR, BOLD].map(|bytes| FontRef::new(bytes).expect("a font"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in
            ["src/desktop/screens", "src/desktop/dialogs", "src/desktop/widgets", "assets/text", "assets/help"]
        {
            check(&root.join(folder), &fonts);
        }
    }
}
