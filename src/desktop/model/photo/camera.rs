//! A photo taken with the camera at the desk: a picture that moves, one that is kept, and the photo it becomes.
//!
//! The camera is in use only while this page is shown to the officer who opened it.

use std::sync::Arc;

use image::RgbaImage;

use super::{InWork, ask_proof, remember};
use crate::{
    bench::{CameraOrder, CameraTold, Event, Order, Ticket, Trouble},
    desktop::{model::Model, route::Route},
    face::Photo,
};

/// The camera, from the wish for it until it is closed.
#[derive(Debug)]
pub struct State {
    /// What is seen.
    pub stage: Stage,
    /// The camera's name, once it is open.
    pub name: Option<String>,
    /// All cameras there are.
    pub all: Vec<String>,
    ticket: Ticket,
}

/// What is seen of the camera.
#[derive(Debug)]
pub enum Stage {
    /// It is being opened, or has given no picture yet.
    Opening,
    /// It is in use; this is what it saw last.
    Live(Arc<RgbaImage>),
    /// A photo is being made of this.
    Taking(Arc<RgbaImage>),
    /// A photo was taken. The camera is released.
    Taken(Arc<Photo>, Arc<RgbaImage>),
    /// There is no picture. The camera is released.
    Failed(Trouble),
}

/// What an officer wants of the camera.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Open the first camera, or the one that was used last, and show what it sees.
    Open,
    /// Use this camera in place of the one that is open.
    Choose(String),
    /// Keep what is seen now.
    Take,
    /// Make a photo in work of what was taken.
    Use,
    /// Close the camera, and leave what was taken.
    Close,
}

impl State {
    /// Whether something was taken that is not used yet.
    #[must_use]
    pub fn has_taken(&self) -> bool {
        matches!(self.stage, Stage::Taken(..))
    }
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Open => {
            let used = model.photo.camera.as_ref().and_then(|camera| camera.name.clone());
            open(model, used);
        }
        Intent::Choose(camera) => open(model, Some(camera)),
        Intent::Take => {
            let Some(camera) = &mut model.photo.camera else { return };
            let Stage::Live(picture) = &camera.stage else { return };
            camera.stage = Stage::Taking(Arc::clone(picture));
            let ticket = camera.ticket;
            model.order(Order::Camera { ticket, order: CameraOrder::Take });
        }
        Intent::Use => {
            let taken = model.photo.camera.take_if(|camera| camera.has_taken());
            let Some(State { stage: Stage::Taken(photo, picture), .. }) = taken else { return };
            remember(&mut model.photo, None);
            model.photo.saved = false;
            model.photo.current = Some(InWork::new(&photo, &picture, false, model.photo_proportion));
            ask_proof(model);
        }
        Intent::Close => close(model),
    }
}

fn open(model: &mut Model, wanted: Option<String>) {
    if super::busy_with_dialogue(model) {
        return;
    }
    let ticket = model.new_ticket();
    let all = model.photo.camera.take().map(|camera| camera.all).unwrap_or_default();
    model.photo.trouble = None;
    model.photo.camera = Some(State { stage: Stage::Opening, name: wanted.clone(), all, ticket });
    model.order(Order::Camera { ticket, order: CameraOrder::Open(wanted) });
}

/// Closes the camera, if one is open.
pub fn close(model: &mut Model) {
    if let Some(camera) = model.photo.camera.take() {
        model.order(Order::Camera { ticket: camera.ticket, order: CameraOrder::Close });
    }
}

/// Releases the camera when its page is not shown any more, whatever led away from it: another place, another holder, the
/// lock of the screen, the end of the session.
pub fn release_unseen(model: &mut Model) {
    let Some(camera) = &model.photo.camera else { return };
    let here = matches!(model.history.here(), Route::Photo(holder) if model.photo.holder.as_ref() == Some(holder));
    let kept = match &camera.stage {
        // No camera is in use any more. What was taken outlasts the lock and a look at the help, as every change does.
        Stage::Taken(..) => here || matches!(model.history.here(), Route::Help(_)),
        _ => here && model.officer().is_some(),
    };
    if !kept {
        close(model);
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    let Event::Camera { ticket, result } = event else { return };
    let Some(camera) = model.photo.camera.as_mut().filter(|camera| camera.ticket == *ticket) else { return };
    match result {
        Ok(CameraTold::Open { camera: name, all }) => {
            camera.name = Some(name.clone());
            camera.all.clone_from(all);
            model.order(Order::Camera { ticket: *ticket, order: CameraOrder::Next });
        }
        // One that was under way when the photo was taken is not shown: what was seen then is what is kept.
        Ok(CameraTold::Frame(picture)) if matches!(camera.stage, Stage::Opening | Stage::Live(_)) => {
            camera.stage = Stage::Live(Arc::clone(picture));
            model.order(Order::Camera { ticket: *ticket, order: CameraOrder::Next });
        }
        Ok(CameraTold::Frame(_)) => {}
        Ok(CameraTold::Taken(photo, picture)) => camera.stage = Stage::Taken(Arc::clone(photo), Arc::clone(picture)),
        Err(trouble) => camera.stage = Stage::Failed(trouble.clone()),
    }
}
