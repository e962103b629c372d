//! Opening a window on any computer: one renderer after the other, and a message that can be read where none works.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, mpsc},
};

use eframe::{NativeOptions, Renderer, egui};

use super::{
    model::{Model, session, settings},
    preferences::Preferences,
    window::Window,
};
use crate::{
    bench::{Workers, WorkersError},
    workplace::{Configuration, Places, Readers, Workplace, WorkplaceError},
};

#[cfg_attr(windows, path = "start/windows.rs")]
#[cfg_attr(not(windows), path = "start/unix.rs")]
mod system;

/// Names the renderer to use, `glow` or `wgpu`, instead of trying them in the usual order.
const RENDERER_VARIABLE: &str = "CARDWRIGHT_RENDERER";
/// Size of the window at its first opening, in points.
const FIRST_SIZE: [f32; 2] = [1280.0, 800.0];
/// Smallest size, in points.
const SMALLEST_SIZE: [f32; 2] = [640.0, 400.0];

/// Why no window opened.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No renderer works here.
    #[error(
        "no window can be opened on this computer ({}): start Cardwright from a desktop session, or use it without a \
         window. The commands are tour, cards, issue, print, printers, resume, audit, gateway, training-card and config; \
         “cardwright --help” explains them",
        .0.join("; ")
    )]
    NoWindow(Vec<String>),
    /// The variable names no renderer.
    #[error("{RENDERER_VARIABLE} is “{0}”: set it to glow or wgpu, or remove it")]
    UnknownRenderer(String),
}

/// Opens the window and returns when it was closed.
///
/// # Errors
/// No window can be opened here.
pub fn open(places: &Places, configuration: &Configuration) -> Result<(), WindowError> {
    let mut faults = Vec::new();
    for renderer in renderers()? {
        // A missing system library ends in a panic inside the window library, not in an error.
        let attempt = catch_unwind(AssertUnwindSafe(|| run(renderer, places, configuration)));
        match attempt {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(fault)) => faults.push(format!("{renderer}: {fault}")),
            Err(panic) => faults.push(format!("{renderer}: {}", words_of(&*panic))),
        }
    }
    Err(WindowError::NoWindow(faults))
}

fn renderers() -> Result<Vec<Renderer>, WindowError> {
    match std::env::var(RENDERER_VARIABLE) {
        Err(_) => Ok(system::RENDERERS.to_vec()),
        Ok(name) => match name.as_str() {
            "glow" => Ok(vec![Renderer::Glow]),
            "wgpu" => Ok(vec![Renderer::Wgpu]),
            _ => Err(WindowError::UnknownRenderer(name)),
        },
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().cloned();
    words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default()
}

fn run(renderer: Renderer, places: &Places, configuration: &Configuration) -> Result<(), eframe::Error> {
    let preferences = Preferences::read(places.data());
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Cardwright")
        .with_app_id("cardwright")
        .with_min_inner_size(SMALLEST_SIZE)
        .with_inner_size(FIRST_SIZE)
        .with_maximized(preferences.maximised);
    if let Some([left, top, width, height]) = preferences.window {
        viewport = viewport.with_position([left, top]).with_inner_size([width, height]);
    }
    let options = NativeOptions { viewport, renderer, persist_window: false, ..NativeOptions::default() };
    let (places, configuration) = (places.clone(), configuration.clone());
    eframe::run_native(
        "cardwright",
        options,
        Box::new(move |creation| {
            Window::set_up(&creation.egui_ctx, &preferences);
            Ok(Box::new(App::new(creation.egui_ctx.clone(), places, configuration, preferences)))
        }),
    )
}

/// What eframe drives.
struct App {
    window: Window,
    opening: Option<mpsc::Receiver<Result<Workers, String>>>,
    data: PathBuf,
}

impl App {
    /// The first frame is drawn while the workstation is still being put together.
    fn new(context: egui::Context, places: Places, configuration: Configuration, preferences: Preferences) -> Self {
        let model = Model::new(configuration.realm, configuration.client_software(), preferences);
        let configured = settings::Configured::new(&places, &configuration);
        let (sender, opening) = mpsc::sync_channel(1);
        let data = places.data().to_owned();
        let mut window = Window::new(model);
        window.model.settings.configured = Some(configured);
        let work = move || {
            let wake = context.clone();
            let opened = put_together(&places, configuration, context);
            // The window may be closed already; then nobody asks.
            let _ = sender.send(opened.map_err(|error| error.to_string()));
            wake.request_repaint();
        };
        if let Err(fault) = std::thread::Builder::new().name("opening".to_owned()).spawn(work) {
            window.model.update(session::Intent::OpeningFailed(fault.to_string()).into());
        }
        Self { window, opening: Some(opening), data }
    }

    fn keep_preferences(&mut self) {
        if std::mem::take(&mut self.window.model.preferences_changed) {
            // Choices that cannot be kept are no reason to stop anybody's work.
            let _ = self.window.model.preferences.write(&self.data);
        }
    }

    /// Remembers where the window is.
    fn remember_place(&mut self, context: &egui::Context) {
        let (place, maximised) = context.input(|input| {
            let viewport = input.viewport();
            let inner = viewport.inner_rect;
            let outer = viewport.outer_rect;
            let place =
                inner.zip(outer).map(|(inner, outer)| [outer.left(), outer.top(), inner.width(), inner.height()]);
            (place, viewport.maximized.unwrap_or(false))
        });
        // Points of the window are scaled by the text size; the file keeps them unscaled.
        let zoom = context.zoom_factor();
        self.window.model.prefer(|p| {
            p.maximised = maximised;
            if !maximised && let Some(place) = place {
                p.window = Some(place.map(|side| side * zoom));
            }
        });
    }
}

fn put_together(
    places: &Places,
    configuration: Configuration,
    context: egui::Context,
) -> Result<Workers, OpeningError> {
    let workplace = Workplace::unattended(places, configuration, Readers::AsConfigured)?;
    Ok(Workers::start(Arc::new(workplace), move || context.request_repaint())?)
}

#[derive(Debug, thiserror::Error)]
enum OpeningError {
    #[error("{0}")]
    Workplace(#[from] WorkplaceError),
    #[error("{0}")]
    Workers(#[from] WorkersError),
}

impl eframe::App for App {
    fn logic(&mut self, context: &egui::Context, _: &mut eframe::Frame) {
        if let Some(opened) = self.opening.as_ref().and_then(|opening| opening.try_recv().ok()) {
            self.opening = None;
            match opened {
                Ok(workers) => self.window.employ(Box::new(workers)),
                Err(why) => self.window.model.update(session::Intent::OpeningFailed(why).into()),
            }
        }
        self.window.logic(context);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        self.window.ui(ui);
        if ui.ctx().input(|input| input.viewport().close_requested()) {
            self.remember_place(ui.ctx());
        }
        self.keep_preferences();
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}
