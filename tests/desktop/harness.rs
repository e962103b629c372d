//! A window with real workers on a training workplace of its own, and pure windows for what needs none.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use cardwright::{
    bench::Workers,
    desktop::{
        model::{Model, settings},
        preferences::Preferences,
        window::Window,
    },
    domain::eligibility::Realm,
    workplace::{Configuration, Places, Readers, Workplace},
};
use eframe::egui::accesskit::Role;
use egui_kittest::{
    Harness,
    kittest::{By, NodeT, Queryable},
};
use tempfile::TempDir;

/// Long enough for anything a training desk does, also on a machine that is busy.
pub const LIMIT: Duration = Duration::from_secs(120);
/// The RA Agent of training, who may do everything at a desk.
pub const RA_AGENT: &str = "555000000003";

/// Rings when the workers told something.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    ringing: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().expect("no panic") = true;
        self.ringing.notify_all();
    }

    /// Waits until it rings, no longer than this.
    fn wait(&self, limit: Duration) {
        let rung = self.rung.lock().expect("no panic");
        let (mut rung, _) = self.ringing.wait_timeout_while(rung, limit, |rung| !*rung).expect("no panic");
        *rung = false;
    }
}

/// A window under test.
pub struct TestWindow {
    /// The window, as kittest drives it.
    pub harness: Harness<'static, Window>,
    /// The workplace behind it.
    pub workplace: Option<Arc<Workplace>>,
    bell: Arc<Bell>,
    /// Data folder; goes last.
    pub folder: TempDir,
}

impl TestWindow {
    /// A window on a fresh training workplace, nobody signed in.
    pub fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::open_in(folder, (1280.0, 800.0), Preferences::default())
    }

    /// The same in this folder, of this size and with these choices.
    pub fn open_in(folder: TempDir, size: (f32, f32), preferences: Preferences) -> Self {
        Self::configured_in(folder, Configuration::default(), size, preferences)
    }

    /// The same with this configuration, e.g. with printers on the network.
    pub fn configured_in(
        folder: TempDir,
        configuration: Configuration,
        size: (f32, f32),
        preferences: Preferences,
    ) -> Self {
        Self::open_with(folder, size, preferences, configuration, Readers::TrainingOnly, |_| {})
    }

    /// The same with this configuration, these readers, and parts that the test changes before anybody works with them.
    pub fn open_with(
        folder: TempDir,
        size: (f32, f32),
        preferences: Preferences,
        configuration: Configuration,
        readers: Readers,
        change: impl FnOnce(&mut Workplace),
    ) -> Self {
        // A configuration file of the folder is the one that the window changes; there is no other.
        let file = folder.path().join("cardwright.toml");
        let file = file.is_file().then_some(file);
        let places = Places::new(Some(folder.path().to_owned()), file).expect("places");
        let mut model = Model::new(Realm::Training, configuration.client_software(), preferences);
        model.settings.configured = Some(settings::Configured::new(&places, &configuration));
        let mut workplace = Workplace::unattended(&places, configuration, readers).expect("a workplace");
        change(&mut workplace);
        let workplace = Arc::new(workplace);
        let bell = Arc::new(Bell::default());
        let ringer = Arc::clone(&bell);
        let workers = Workers::start(Arc::clone(&workplace), move || ringer.ring()).expect("workers");
        let mut window = Window::new(model);
        window.employ(Box::new(workers));
        Self { harness: harness(window, size), workplace: Some(workplace), bell, folder }
    }

    /// A window on a fresh training workplace with the RA Agent signed in and everything told.
    pub fn signed_in() -> Self {
        let mut window = Self::open();
        window.sign_in(RA_AGENT);
        window
    }

    /// Signs an officer in, as a click on their name would.
    pub fn sign_in(&mut self, officer: &str) {
        self.wait_for("officers to choose from", |model| !model.session.officers.is_empty());
        let officer = officer.parse().expect("a number");
        let name = self.model().session.officers.iter().find(|known| known.officer.id == officer);
        let name = name.expect("an officer of training").officer.name.clone();
        // Not by its place: in a small window it may have to be scrolled to.
        self.harness.get(By::new().role(Role::Button).label_contains(&name)).click_accesskit();
        self.wait_for("the officer at work", |model| model.officer().is_some());
    }

    /// What the window knows.
    pub fn model(&self) -> &Model {
        &self.harness.state().model
    }

    /// Draws until nothing changes by itself.
    pub fn run(&mut self) {
        self.harness.run();
    }

    /// Draws as the workers tell things until this is so.
    pub fn wait_for(&mut self, what: &str, is_so: impl Fn(&Model) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.harness.run();
            if is_so(self.model()) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited too long for {what}: {}", self.spoken());
            self.bell.wait(left);
        }
    }

    /// Draws as the workers tell things until something with this label is there.
    pub fn wait_for_label(&mut self, label: &str) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.harness.run();
            if self.harness.query_all_by_label_contains(label).next().is_some() {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited too long for “{label}”: {}", self.spoken());
            self.bell.wait(left);
        }
    }

    /// Draws as the workers tell things until a button with this name can be pressed.
    pub fn wait_for_button(&mut self, name: &str) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.harness.run();
            let mut found = self.harness.query_all_by_role_and_label(Role::Button, name);
            if found.any(|button| !button.accesskit_node().is_disabled()) {
                return;
            }
            drop(found);
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited too long for the button “{name}”: {}", self.spoken());
            self.bell.wait(left);
        }
    }

    /// Clicks the button with this name and draws what comes of it.
    pub fn click(&mut self, name: &str) {
        self.harness.get_by_role_and_label(Role::Button, name).click();
        self.harness.run();
    }

    /// Everything a screen reader could say, one line a node.
    pub fn spoken(&self) -> String {
        spoken(&self.harness)
    }
}

/// A window that has no workers, for what needs none.
pub fn pure(model: Model, size: (f32, f32)) -> Harness<'static, Window> {
    harness(Window::new(model), size)
}

fn harness(window: Window, size: (f32, f32)) -> Harness<'static, Window> {
    let preferences = window.model.preferences.clone();
    let mut harness = Harness::builder()
        .with_size(size)
        .with_max_steps(64)
        .with_render_cursor(false)
        .with_context_setup(move |context| Window::set_up(context, &preferences))
        .build_ui_state(
            |ui, window: &mut Window| {
                window.logic(ui.ctx());
                window.ui(ui);
            },
            window,
        );
    harness.run();
    harness
}

/// Role, label, value and description of every node of the accessibility tree.
pub fn spoken(harness: &Harness<'_, Window>) -> String {
    fn walk(node: egui_kittest::Node<'_>, all: &mut String) {
        use std::fmt::Write;
        let accessible = node.accesskit_node();
        let _ = writeln!(
            all,
            "{:?} {:?} {:?} {:?}",
            accessible.role(),
            accessible.label(),
            accessible.value(),
            accessible.description()
        );
        for child in node.children() {
            walk(child, all);
        }
    }
    let mut all = String::new();
    walk(harness.root(), &mut all);
    all
}
