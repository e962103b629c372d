//! Opening a window on any computer: one renderer after the other, and a message that can be read where none works.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, mpsc},
};

use eframe::{NativeOptions, Renderer, egui, egui_wgpu, wgpu};

use super::{
    kiosk::{self, Kiosk},
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
        "no window can be opened on this computer. Start Cardwright from a desktop session, ask IT for OpenGL, Vulkan or \
         DirectX on it, or use it without a window: the commands are tour, cards, issue, print, printers, queue, resume, \
         audit, gateway, training-card and config; “cardwright --help” explains them. What was tried: {}",
        .0.join("; ")
    )]
    NoWindow(Vec<String>),
    /// The variable names no renderer.
    #[error("{RENDERER_VARIABLE} is “{0}”: set it to glow, wgpu or software, or remove it")]
    UnknownRenderer(String),
}

/// Which window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// An officer's.
    Desk,
    /// A holder's, without an officer.
    Kiosk,
}

/// A way to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// OpenGL.
    Glow,
    /// DirectX, Vulkan or OpenGL, whichever the graphics card has.
    Wgpu,
    /// The processor alone, through the system's own software renderer (WARP, lavapipe).
    Software,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Glow => "glow",
            Self::Wgpu => "wgpu",
            Self::Software => "software",
        }
    }
}

/// Opens the window and returns when it was closed.
///
/// # Errors
/// No window can be opened here.
pub fn open(which: Which, places: &Places, configuration: &Configuration) -> Result<(), WindowError> {
    let mut faults = Vec::new();
    for way in ways()? {
        // A missing system library ends in a panic inside the window library, not in an error.
        let attempt = catch_unwind(AssertUnwindSafe(|| run(way, which, places, configuration)));
        let fault = match attempt {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(fault)) => fault.to_string(),
            Err(panic) => words_of(&*panic),
        };
        faults.push(format!("{}: {}", way.name(), shortened(&fault)));
        if !system::has_a_screen() {
            break;
        }
    }
    Err(WindowError::NoWindow(faults))
}

fn ways() -> Result<Vec<Way>, WindowError> {
    match std::env::var(RENDERER_VARIABLE) {
        Err(_) => Ok(system::WAYS.to_vec()),
        Ok(name) => [Way::Glow, Way::Wgpu, Way::Software]
            .into_iter()
            .find(|way| way.name() == name)
            .map(|way| vec![way])
            .ok_or(WindowError::UnknownRenderer(name)),
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().cloned();
    words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default()
}

/// Longest cause that is told of one way to draw, in characters: what the libraries say can be a whole data structure.
const LONGEST_CAUSE: usize = 140;

/// A cause without the places in source files that libraries put before it, and cut where it becomes a listing.
fn shortened(fault: &str) -> String {
    let words: Vec<&str> = fault.split_whitespace().filter(|word| !word.contains(".rs:")).collect();
    let plain = words.join(" ");
    let plain = plain.split_once('{').map_or(plain.as_str(), |(before, _)| before).trim();
    if plain.chars().count() <= LONGEST_CAUSE {
        return plain.to_owned();
    }
    plain.chars().take(LONGEST_CAUSE).chain(['…']).collect()
}

fn run(way: Way, which: Which, places: &Places, configuration: &Configuration) -> Result<(), eframe::Error> {
    let preferences = Preferences::read(places.data());
    // The size is remembered and the place is not: a screen that was there yesterday may be unplugged today.
    let viewport = egui::ViewportBuilder::default()
        .with_title("Cardwright")
        .with_app_id("cardwright")
        .with_min_inner_size(SMALLEST_SIZE)
        .with_inner_size(preferences.window.unwrap_or(FIRST_SIZE))
        .with_clamp_size_to_monitor_size(true)
        .with_maximized(preferences.maximised);
    let renderer = if way == Way::Glow { Renderer::Glow } else { Renderer::Wgpu };
    let mut options = NativeOptions { viewport, renderer, persist_window: false, ..NativeOptions::default() };
    if way == Way::Software
        && let egui_wgpu::WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup
    {
        setup.native_adapter_selector = Some(Arc::new(software_adapter));
    }
    let (places, configuration) = (places.clone(), configuration.clone());
    eframe::run_native(
        "cardwright",
        options,
        Box::new(move |creation| {
            let context = creation.egui_ctx.clone();
            if which == Which::Kiosk {
                Kiosk::set_up(&context, &preferences);
                return Ok(Box::new(KioskApp(start_kiosk(&context, places, configuration, &preferences))));
            }
            Window::set_up(&context, &preferences);
            Ok(Box::new(App::new(context, places, configuration, preferences)))
        }),
    )
}

fn software_adapter(all: &[wgpu::Adapter], surface: Option<&wgpu::Surface<'_>>) -> Result<wgpu::Adapter, String> {
    let draws = |adapter: &&wgpu::Adapter| surface.is_none_or(|surface| adapter.is_surface_supported(surface));
    let found = all.iter().filter(|adapter| adapter.get_info().device_type == wgpu::DeviceType::Cpu).find(draws);
    found.cloned().ok_or_else(|| "this computer has no software renderer".to_owned())
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

    /// Remembers how large the window is.
    fn remember_size(&mut self, context: &egui::Context) {
        let (inner, maximised) = context.input(|input| {
            let viewport = input.viewport();
            (viewport.inner_rect, viewport.maximized.unwrap_or(false))
        });
        // Points of the window are scaled by the text size; the file keeps them unscaled.
        let zoom = context.zoom_factor();
        self.window.model.prefer(|p| {
            p.maximised = maximised;
            if !maximised && let Some(inner) = inner {
                p.window = Some([inner.width() * zoom, inner.height() * zoom]);
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

/// A kiosk whose worker puts the workstation together first.
fn start_kiosk(
    context: &egui::Context,
    places: Places,
    configuration: Configuration,
    preferences: &Preferences,
) -> Kiosk {
    let (orders, received) = mpsc::sync_channel(kiosk::WAITING);
    let (told, events) = mpsc::sync_channel(kiosk::WAITING);
    let kiosk =
        Kiosk::new(preferences, configuration.realm, configuration.self_service.patience(), orders.clone(), events);
    let (wake, failed, waking) = (context.clone(), told.clone(), context.clone());
    let work = move || match Workplace::unattended(&places, configuration, Readers::AsConfigured) {
        Ok(workplace) => {
            kiosk::worker::run(&Arc::new(workplace), &received, orders, told, move || wake.request_repaint());
        }
        Err(error) => {
            // The window may be closed already; then nobody asks.
            let _ = told.send(kiosk::model::Event::Opened(Err(error.to_string())));
            wake.request_repaint();
        }
    };
    if let Err(fault) = std::thread::Builder::new().name("kiosk".to_owned()).spawn(work) {
        let _ = failed.send(kiosk::model::Event::Opened(Err(fault.to_string())));
        waking.request_repaint();
    }
    kiosk
}

/// What eframe drives for a kiosk.
struct KioskApp(Kiosk);

impl eframe::App for KioskApp {
    fn logic(&mut self, context: &egui::Context, _: &mut eframe::Frame) {
        self.0.logic(context);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        self.0.ui(ui);
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
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
            self.remember_size(ui.ctx());
        }
        self.keep_preferences();
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}
