//! Pictures of the kiosk, on its real worker and a gateway whose clock is set.

use std::path::Path;

use cardwright::desktop::{kiosk::model::Stage, preferences::Preferences};
use eframe::egui::Key;

use crate::{Look, MARGIN, stand::Stand};

/// A holder with an e-mail address, and one without.
const HOLDERS: [&str; 2] = ["555000000017", "555000000019"];
/// The passcode that cards of [`Stand`] are issued with.
const PASSCODE: &str = "738164";

struct Camera<'a> {
    stand: Stand,
    folder: &'a Path,
    look: &'static str,
    margin: u32,
}

impl<'a> Camera<'a> {
    /// A kiosk, and a card with so many days left.
    fn new((look, size, text_percent, scheme): Look, folder: &'a Path, holder: &str, days_left: i64) -> Self {
        let preferences = Preferences { scheme, text_percent, ..Preferences::default() };
        let dots = f32::from(text_percent.max(130)) / 100.0;
        let points = (size.0 / dots + 2.0 * MARGIN, size.1 / dots + 2.0 * MARGIN);
        let stand = Stand::open(points, preferences, holder, days_left);
        let mut camera = Self { stand, folder, look, margin: (MARGIN * dots) as u32 };
        camera.stand.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
        camera
    }

    fn shoot(&mut self, name: &str) {
        let picture = self.stand.harness.render().expect("a picture");
        // The harness draws its own margin around the window.
        let margin = self.margin;
        let (width, height) = (picture.width() - 2 * margin, picture.height() - 2 * margin);
        let picture = image::imageops::crop_imm(&picture, margin, margin, width, height).to_image();
        picture.save(self.folder.join(format!("kiosk-{name}-{}.png", self.look))).expect("written");
    }

    fn shoot_at(&mut self, name: &str, so: impl Fn(&Stage) -> bool) {
        self.stand.until(name, so);
        self.shoot(name);
    }

    fn card_in(&mut self, name: &str) {
        self.stand.put_in();
        self.shoot_at(name, |stage| matches!(stage, Stage::Choose(_)));
    }
}

/// Every screen of the kiosk.
pub fn tour(look: Look, folder: &Path) {
    let over = |stage: &Stage| matches!(stage, Stage::Ended { .. });
    let mut new = Camera::new(look, folder, HOLDERS[0], 3 * 365);
    new.shoot("welcome");
    new.card_in("choices-not-due");
    new.stand.press_button("Change my passcode");
    new.stand.fill("Your passcode", PASSCODE);
    new.stand.press(Key::Tab);
    new.stand.fill("New passcode", "295183");
    new.stand.press(Key::Tab);
    new.stand.fill("New passcode again", "295184");
    new.stand.press(Key::Enter);
    new.shoot("change");
    new.stand.press_button("Back");
    new.stand.press_button("Unlock my card with a code");
    new.shoot_at("unlock", |stage| matches!(stage, Stage::Enter { .. }));

    let mut expired = Camera::new(look, folder, HOLDERS[0], -1);
    expired.card_in("choices-expired");

    let mut due = Camera::new(look, folder, HOLDERS[0], 30);
    due.card_in("choices-due");
    due.stand.press_button("Renew my card");
    due.stand.fill("Your passcode", PASSCODE);
    due.shoot("renew");
    *due.stand.pull.lock().expect("no panic") = Some(5);
    due.stand.press(Key::Enter);
    due.shoot_at("cut-off", over);
    due.stand.press_button("Close");
    due.card_in("interrupted");
    due.stand.press_button("Finish renewing my card");
    due.stand.fill("Your passcode", PASSCODE);
    due.stand.press(Key::Enter);
    due.shoot_at(
        "working",
        |stage| matches!(stage, Stage::Working { steps, .. } if steps.over.len() > 3 && steps.running.is_some()),
    );
    due.shoot_at("done", over);

    let mut unreachable = Camera::new(look, folder, HOLDERS[1], 3 * 365);
    unreachable.stand.put_in();
    unreachable.stand.until("the card is seen", |stage| matches!(stage, Stage::Choose(_)));
    unreachable.stand.press_button("Unlock my card with a code");
    unreachable.shoot_at("refused", over);
}
