//! What drawing may see, and the one way back: intents.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, Weak},
};

use eframe::egui::{self, ColorImage, TextureHandle, TextureOptions};
use image::RgbaImage;
use time::OffsetDateTime;

use super::{intent::Intent, model::Model, text::Texts, theme::Theme};

/// Everything a screen draws from. Nothing here can be changed by drawing.
pub struct View<'a> {
    /// What is so.
    pub model: &'a Model,
    /// How it looks.
    pub theme: Theme,
    /// How it is said.
    pub texts: &'a Texts,
    /// Pictures on their way to the screen.
    pub pictures: &'a Pictures,
    /// The time of this frame.
    pub now: OffsetDateTime,
    intents: RefCell<Vec<Intent>>,
}

impl<'a> View<'a> {
    /// A view of the model.
    #[must_use]
    pub fn new(model: &'a Model, texts: &'a Texts, pictures: &'a Pictures, now: OffsetDateTime) -> Self {
        let theme = Theme::new(model.preferences.scheme);
        Self { model, theme, texts, pictures, now, intents: RefCell::default() }
    }

    /// The officer wants this.
    pub fn send(&self, intent: impl Into<Intent>) {
        self.intents.borrow_mut().push(intent.into());
    }

    /// What the officer wanted, in order.
    #[must_use]
    pub fn into_intents(self) -> Vec<Intent> {
        self.intents.into_inner()
    }
}

/// Pictures that were handed to the graphics card, by the picture they were made from.
#[derive(Default)]
pub struct Pictures {
    textures: RefCell<HashMap<usize, (Weak<RgbaImage>, TextureHandle)>>,
}

impl Pictures {
    /// The texture of a picture, handed over at its first use and freed after the picture is gone.
    pub fn texture(&self, context: &egui::Context, picture: &Arc<RgbaImage>) -> TextureHandle {
        let mut textures = self.textures.borrow_mut();
        let key = Arc::as_ptr(picture) as usize;
        // The address of a picture that is gone may be another picture's now.
        if let Some((known, texture)) = textures.get(&key)
            && known.strong_count() > 0
        {
            return texture.clone();
        }
        textures.retain(|_, (picture, _)| picture.strong_count() > 0);
        let size = [picture.width() as usize, picture.height() as usize];
        let pixels = ColorImage::from_rgba_unmultiplied(size, picture.as_raw());
        let texture = context.load_texture("picture", pixels, TextureOptions::LINEAR);
        textures.insert(key, (Arc::downgrade(picture), texture.clone()));
        texture
    }
}
