//! A card that was printed wrongly is ended by an officer whose sign-in is not old; where it is, the window asks at once who they
//! are and goes on.

use std::{sync::Arc, time::Duration};

use cardwright::{
    bench::{IssueOrder, Order, PrintWish, PrinterCondition, WorkId},
    cis2::Service,
    desktop::preferences::Preferences,
    domain::CardState,
    gateway::{Gateway, GatewayConfig, ManualClock},
    journal::QueueState,
    training,
    workplace::Configuration,
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::{By, Queryable};
use time::OffsetDateTime;

use crate::harness::{RA_AGENT, TestWindow};

const PRINTER: &str = "Virtual printer";

#[test]
fn an_old_sign_in_is_proved_again_before_a_spoilt_card_is_ended_and_without_it_the_card_stays() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let data = tempfile::tempdir().expect("a folder");
    let mut config = GatewayConfig::training(data.path(), training::people().expect("the invented people"));
    config.clock = clock.clone();
    let gateway = Gateway::start(config).expect("a gateway");
    let mut configuration = Configuration::default();
    configuration.gateway.url = Some(gateway.url());
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = TestWindow::configured_in(folder, configuration, (1280.0, 800.0), Preferences::default());
    window.sign_in(RA_AGENT);
    window.wait_for("a recognised card", |model| model.bench.cards().any(|(_, card)| card.record.is_ok()));
    let reader = window.model().bench.cards().next().expect("a card").0.name.clone();
    let holder = "555000000017".parse().expect("a number");
    let print = PrintWish::Later { printer: PRINTER.to_owned() };
    let issue = Box::new(IssueOrder { holder, reader, passcode: None, print });
    window.harness.state_mut().model.order(Order::Issue { work: WorkId(9_000_000), issue });
    let stands = |window: &mut TestWindow, state: QueueState| {
        window.wait_for(&state.to_string(), |model| model.queue.entries.iter().any(|entry| entry.state == state));
    };
    stands(&mut window, QueueState::Waiting);
    window.click("Print queue (1)");
    window.wait_for("a ready printer", |model| {
        matches!(model.bench.printer(PRINTER).map(|printer| &printer.condition), Some(PrinterCondition::Ready { .. }))
    });
    window.click("Print now");
    stands(&mut window, QueueState::Printed);
    let serial = window.model().queue.chosen().expect("it is chosen").serial.clone();
    let workplace = Arc::clone(window.workplace.as_ref().expect("it runs"));
    let state = || workplace.service.card(&serial).expect("known").state;
    clock.advance(Duration::from_secs(6 * 60));

    let spoil = |window: &mut TestWindow| {
        window.click("Printed wrongly…");
        window.click("Smudged or faded");
        window.click("End this card");
        window.wait_for_label("Prove that it is you");
        assert!(window.spoken().contains(&format!("End the spoilt card {serial}")), "{}", window.spoken());
    };
    spoil(&mut window);
    window.harness.key_press(Key::Escape);
    window.wait_for("why it was not ended", |model| model.queue.troubles.values().any(|why| !why.signed_out));
    window.run();
    assert!(window.spoken().contains("so the card was not ended"), "{}", window.spoken());
    assert_eq!(state(), CardState::Locked);

    spoil(&mut window);
    let me = By::new().role(Role::Button).label_contains("I am ");
    window.harness.get(me).click_accesskit();
    stands(&mut window, QueueState::Spoiled);
    assert_eq!(state(), CardState::Cancelled);
    assert!(window.model().work.all.is_empty() && window.model().dialogs.is_empty(), "nothing waits any more");
}
