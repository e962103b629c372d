//! Unlock by telephone: both desks of it, on one real workplace. That the service is silent is told to the window as the
//! workers would tell it; challenge, response and the work on the card are real.

use cardwright::{
    bench::{CardInReader, Event, Trouble},
    desktop::{
        model::{offline, session, telephone, unfinished},
        route::Route,
    },
    domain::{CardState, Passcode, PasscodeRules, Secret},
};

use super::{Camera, harness::RA_AGENT};

/// Every look of it. The card that was issued locked is in a reader, and is unlocked at the end.
pub fn tour(camera: &mut Camera) {
    let locked = |card: &CardInReader| card.state() == Some(CardState::Locked);
    let issued = camera.window.model().bench.cards().find(|(_, card)| locked(card));
    let serial = issued.expect("the issued card").1.serial.clone();
    silent(camera);
    camera.shoot("sign-in-silent");
    camera.wish(offline::Intent::Show);
    camera.wish(offline::Intent::Choose(serial));
    camera.shoot("by-telephone-begin");
    camera.wish(offline::Intent::Begin);
    camera.window.wait_for("a challenge", |model| model.offline.open.is_some());
    camera.shoot("by-telephone");
    let begun = camera.window.model().offline.open.as_ref().expect("it is open").begun.clone();
    // The officer whose service answers.
    sign_in(camera);
    camera.wish(telephone::Intent::Begin(begun.holder.clone(), begun.serial.clone()));
    camera.wish(telephone::Intent::Challenge(begun.challenge.to_string()));
    camera.wish(telephone::Intent::Ask);
    camera.window.wait_for("the question for the delivery", |model| {
        model.telephone.open.as_ref().is_some_and(|open| open.need.is_some())
    });
    camera.wish(telephone::Intent::Delivered(true));
    camera.wish(telephone::Intent::Ask);
    camera
        .window
        .wait_for("the response", |model| model.telephone.open.as_ref().is_some_and(|open| open.begun.is_some()));
    camera.shoot("telephone");
    let officer = camera.window.model().telephone.open.clone().expect("it is open");
    let response = officer.begun.expect("begun").response.to_string();
    // The desk with the card again.
    silent(camera);
    camera.wish(offline::Intent::Show);
    camera.wish(offline::Intent::Response("0000 0000 0000".to_owned()));
    camera.wish(offline::Intent::Check);
    camera.window.wait_for("what does not fit", at(offline::Stage::Misheard));
    camera.shoot("by-telephone-misheard");
    camera.wish(offline::Intent::Response(response));
    camera.wish(offline::Intent::Check);
    camera.window.wait_for("what fits", at(offline::Stage::Heard));
    camera.shoot("by-telephone-fits");
    camera.wish(offline::Intent::Passcode);
    camera.shoot("by-telephone-passcode");
    camera.close_dialogues();
    let work = camera.window.model().offline.open.as_ref().expect("it is open").work;
    let passcode = Passcode::shaped(Secret::new(b"738164".to_vec()), PasscodeRules::default()).expect("a passcode");
    offline::typed(&mut camera.window.harness.state_mut().model, work, Some(passcode));
    camera
        .window
        .wait_for("its end", |model| model.offline.open.as_ref().is_some_and(|open| offline::is_over(model, open)));
    camera.shoot("by-telephone-done");
    camera.wish(offline::Intent::Close);
    camera.window.wait_for("the code", |model| !model.offline.untold.is_empty());
    camera.shoot("by-telephone-codes");
    camera.wish(offline::Intent::Leave);
    // The service answers again, and is told.
    sign_in(camera);
    camera.wish(Route::Unfinished);
    camera.window.wait_for("the job to be told", |model| model.unfinished.count() == 1);
    camera.shoot("unfinished-by-telephone");
    let job = camera.window.model().unfinished.jobs[0].job.clone();
    camera.wish(unfinished::Intent::GoOn(job));
    camera.window.wait_for("nothing unfinished", |model| model.unfinished.count() == 0 && !model.work.is_running());
}

fn at(stage: offline::Stage) -> impl Fn(&cardwright::desktop::model::Model) -> bool {
    move |model| model.offline.open.as_ref().is_some_and(|open| open.stage == stage)
}

/// Nobody is signed in, and the service does not answer.
fn silent(camera: &mut Camera) {
    camera.wish(session::Intent::SignOut);
    camera.window.wait_for("officers", |model| model.officer().is_none() && model.session.trouble.is_none());
    let words = "the gateway does not answer (no connection): check the network, then try again";
    let trouble = Trouble { silent: true, ..Trouble::unchanged(words) };
    camera.tell(&Event::Officers(Err(trouble)));
}

fn sign_in(camera: &mut Camera) {
    camera.wish(session::Intent::SignIn(RA_AGENT.parse().expect("a number")));
    camera.window.wait_for("the officer at work", |model| model.officer().is_some());
}
