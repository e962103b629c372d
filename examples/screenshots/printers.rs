//! The pages of printers: one that is added, one that is looked after, and its colours.

use cardwright::{
    bench::{Event, PrinterModel},
    desktop::{
        model::{
            calibration,
            printers::{Intent, Language, Looked, Proved, Step},
        },
        route::Route,
    },
    printer::{
        find::Found,
        profile::{JobFormat, Profiles},
    },
};

use crate::{Camera, PRINTER};

pub fn tour(camera: &mut Camera) {
    camera.wish(Route::AddPrinter);
    camera.window.wait_for("what is there", |model| matches!(model.printers.found, Looked::Found(_)));
    let profiles = Profiles::bundled().expect("profiles");
    let model = |profile: &cardwright::printer::profile::Profile| PrinterModel {
        id: profile.id.clone(),
        name: profile.name.clone(),
        series: profile.prints_series.clone(),
    };
    camera.tell(&Event::PrinterModels(profiles.iter().map(model).collect()));
    let one = |name: &str, place: &str, says: &str, profile: &str| Found {
        name: name.to_owned(),
        destination: place.parse().expect("a destination"),
        model: says.to_owned(),
        serial: String::new(),
        profiles: vec![profile.to_owned()],
    };
    camera.tell(&Event::PrintersFound(Ok(vec![
        one("Reception cards", "tcp:10.0.0.9:9100", "DoH 300 v2", "magicard-doh-300-v2"),
        one("Store room", "ipp://localhost/printers/store", "DoH 300", "magicard-doh-300-v1"),
    ])));
    camera.shoot("add-printer");
    camera.wish(Intent::Choose(None));
    camera.wish(Route::Printer(PRINTER.to_owned()));
    camera.shoot("printer");
    let language = Language { format: JobFormat::Format1, without: Vec::new(), step: Step::Look };
    let state = &mut camera.window.harness.state_mut().model.printers;
    state.languages.insert(PRINTER.to_owned(), language);
    camera.shoot("printer-language");
    let state = &mut camera.window.harness.state_mut().model.printers;
    state.languages.clear();
    camera.wish(Route::Calibration(PRINTER.to_owned()));
    camera.window.wait_for("what holds", |model| model.calibration.learnt.is_some());
    camera.wish(calibration::Intent::Print);
    camera.window.wait_for("the card", |model| matches!(model.printers.proved.get(PRINTER), Some(Proved::Ended(..))));
    for (dye, patch) in [(0, 6.5), (1, 4.0), (2, 5.5)] {
        for band in 0..3 {
            camera.wish(calibration::Intent::Band { dye, band, patch });
        }
    }
    camera.shoot("calibration");
}
