//! Every code that the NHS publishes says in the window what failed, how the card is and what to do: heard by accessible
//! name wherever a code stands.

use cardwright::{
    bench::{Event, ReaderCondition, Trouble},
    desktop::{dialogs::Dialog, model::session},
    domain::NhsCode,
};
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use crate::{
    bench_bar::reader,
    harness::{pure, spoken},
    samples,
};

fn sentences(code: NhsCode) -> [String; 3] {
    [code.what_failed(), code.card_state(), code.next_action()].map(|words| format!("{words}."))
}

#[test]
fn every_code_says_all_three_beside_the_words_it_stands_for() {
    for code in NhsCode::ALL {
        let [failed, state, next] = sentences(code);
        // Below words of its own, as a link that says all of it.
        let mut model = samples::signed_in();
        let why = "something of this desk".to_owned();
        model.dialogs.push_back(Dialog::Explain { name: "Left".into(), why, nhs_code: Some(code) });
        let window = pure(model, samples::SIZES[0]);
        let link = format!("NHS code {code}: {failed} {state} {next} Explain it");
        window.get_by_role_and_label(Role::Link, &link);

        // On a tile of the bench, whose words are one sentence.
        let mut model = samples::signed_in();
        let condition = ReaderCondition::Unknown { why: "it broke off".into(), nhs_code: Some(code) };
        model.on_event(&reader("Left", condition));
        let window = pure(model, samples::SIZES[0]);
        window.get_by_label_contains(&format!("it broke off, NHS code {code}: {failed} {state} {next}"));

        // In words that take no link; what they say already is not said again.
        let mut model = samples::model();
        model.update(session::Intent::Opened.into());
        model.on_event(&Event::Officers(Ok(samples::officers())));
        let message = format!("{}. {}", code.what_failed(), code.next_action());
        model.session.card_trouble = Some(Trouble { nhs_code: Some(code), ..Trouble::unchanged(message.clone()) });
        let said = spoken(&pure(model, samples::SIZES[0]));
        assert!(said.contains(&format!("{message}. (NHS code {code}: {state})")), "{said}");
    }
}
