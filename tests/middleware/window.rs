//! A Series 8 card at the real window: everything its middleware can do is done by role and name, and what it cannot do
//! stays, with its reason.

use std::path::Path;

use cardwright::{
    bench::WorkEnd,
    desktop::{model::service, preferences::Preferences},
    domain::{CardState, Series},
    gateway::{Gateway, GatewayConfig},
    training,
    workplace::{Configuration, Readers},
};
use eframe::egui::{Event, accesskit::Role};
use egui_kittest::kittest::Queryable;

use crate::{
    child::is_child,
    command_line::{Counter, with_card},
    harness::{RA_AGENT, TestWindow},
    soft_token::{PASSCODE, SOFTHSM, judge},
};

/// Types into these fields and ends the dialogue.
fn types(window: &mut TestWindow, fields: &[(&str, &str)], done: &str) {
    for (field, digits) in fields {
        window.harness.get_by_role_and_label(Role::PasswordInput, field).click();
        window.run();
        window.harness.event(Event::Text((*digits).to_owned()));
        window.run();
    }
    let said = format!("{} {:?}", window.spoken(), window.model().dialogs);
    assert!(fields.iter().all(|(_, digits)| !said.contains(digits)), "a passcode is told: {said}");
    window.click(done);
}

/// Waits for the end of all work, which must be good, and for the card as it is then.
#[track_caller]
fn is_done(window: &mut TestWindow, says: &str) {
    window.wait_for("the end of the work", |model| model.work.all.values().all(|piece| piece.end.is_some()));
    let end = window.model().work.all.values().next_back().and_then(|piece| piece.end.clone());
    assert_eq!(end, Some(WorkEnd::Done { queued: None }), "{}", window.spoken());
    assert!(window.spoken().contains(says), "{says} is not in: {}", window.spoken());
    serve(window);
}

/// Comes to the page of the card.
fn serve(window: &mut TestWindow) {
    window.click("Service a card");
    window.wait_for("the card on its page", |model| {
        service::here(model).is_some_and(|(_, card)| card.state() == Some(CardState::Active) && card.holder.is_some())
    });
}

#[test]
fn everything_a_series_8_card_can_do_is_done_at_the_window() {
    if !is_child() {
        return with_card("window::everything_a_series_8_card_can_do_is_done_at_the_window");
    }
    let counter = Counter::new();
    let data = counter.desk.path().join("data/gateway");
    let config = GatewayConfig::training(&data, training::people().expect("invented"));
    let gateway = Gateway::start(config).expect("a gateway");
    let text = std::fs::read_to_string(&counter.configuration).expect("written");
    let configuration = format!("gateway.url = \"{}\"\n{text}", gateway.url());
    let configuration = Configuration::parse(&configuration, "desk.toml").expect("sound");
    let folder = tempfile::tempdir().expect("a folder");
    let size = (1280.0, 800.0);
    let mut window =
        TestWindow::open_with(folder, size, Preferences::default(), configuration, Readers::AsConfigured, |_| {});
    window.sign_in(RA_AGENT);
    let reader = counter.bench.reader_name(0);
    window.wait_for("the card", |model| model.bench.cards().any(|(at, _)| at.name == reader));
    serve(&mut window);
    let (_, card) = service::here(window.model()).expect("the card");
    assert_eq!(card.series, Series::Series8);
    let said = window.spoken();
    for part in
        ["Series 8 of", "A Series 8 card cannot repair", "A Series 8 card cannot clear", "Issue a Series 10 card"]
    {
        assert!(said.contains(part), "{part} is not in: {said}");
    }

    window.click("Change the passcode");
    let new = [("Your new passcode", "904261"), ("The same again", "904261")];
    types(&mut window, &[&[("The passcode you have now", PASSCODE)], &new[..]].concat(), "Use the new passcode");
    is_done(&mut window, "passcode");

    window.click("Unlock: a new passcode");
    types(&mut window, &[("Your passcode", "640182"), ("The same again", "640182")], "Use this passcode");
    is_done(&mut window, "The card is unlocked");

    window.click("Renew the certificates");
    types(&mut window, &[("The passcode you have now", "640182")], "Renew the card");
    is_done(&mut window, "The card is renewed");

    let configuration = std::env::var_os("SOFTHSM2_CONF").expect("set by the parent");
    let words = ["--module", SOFTHSM, "--token-label", "Holder", "--login", "--pin", "640182", "--list-objects"];
    let listed = judge("pkcs11-tool", &words, Path::new(&configuration));
    assert_eq!(listed.matches("Certificate Object").count(), 2, "{listed}");
    assert!(listed.contains("NHS signing") && !listed.contains("older system"), "{listed}");
}
