//! The photo on a holder's record: read, framed, turned, made brighter, shown as it will print, and saved.
//!
//! Nothing here is lost by accident: an error keeps the photo in work, every step can be taken back, and leaving with
//! changes that are not saved asks first.

pub mod camera;
pub mod frame;

use std::{path::PathBuf, sync::Arc};

use image::RgbaImage;

use self::frame::{Canvas, Frame};
use super::{Model, NoticeKind, NoticeText};
use crate::{
    bench::{Event, FaceWanted, Looked, Order, PhotoEdit, Ticket, Trouble},
    desktop::{
        dialogs::{Confirm, Dialog, PhotoReason},
        intent::Intent as Wish,
        route::Route,
    },
    domain::{HolderId, Role},
    face::{Photo, photo::Verdict},
};

/// Steps that can be taken back.
const MOST_STEPS: usize = 50;
/// How far one press of an arrow moves the frame, as a part of its height.
pub const NUDGE: f32 = 0.02;
/// How much one press makes the frame larger.
pub const GROWTH: f32 = 1.05;

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// Whose photo.
    pub holder: Option<HolderId>,
    /// What is typed as the location of a file.
    pub path: String,
    /// The photo in work.
    pub current: Option<InWork>,
    /// The camera, while it is open or what was taken with it is looked at.
    pub camera: Option<camera::State>,
    /// Why no photo could be read; what was in work is still there.
    pub trouble: Option<Trouble>,
    /// Why it could not be saved.
    pub save_trouble: Option<Trouble>,
    /// The face with this photo.
    pub proof: Option<Shown>,
    /// Why there is no face with this photo.
    pub proof_trouble: Option<Trouble>,
    /// Whether it was saved and nothing was changed since.
    pub saved: bool,
    reading: Option<(Ticket, From)>,
    saving: Option<Ticket>,
    /// Saving waits for the checks of the photo as it is now.
    save_wanted: bool,
    asked: Option<(Ticket, Arc<Photo>, PhotoEdit)>,
    steps: Vec<InWork>,
    newest: Option<Kind>,
}

/// A photo in work.
#[derive(Debug, Clone)]
pub struct InWork {
    /// As it was read.
    pub photo: Arc<Photo>,
    /// A picture of it.
    pub picture: Arc<RgbaImage>,
    /// What was done to it.
    pub edit: PhotoEdit,
    /// Whether it is the one on record.
    pub on_record: bool,
    /// Width over height of its place on the card face.
    proportion: f32,
}

/// A face that was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its picture.
    pub front: Arc<RgbaImage>,
    /// What the officer should look at.
    pub advice: Vec<String>,
    /// What was found in the photo.
    pub looked: Looked,
    photo: Arc<Photo>,
    edit: PhotoEdit,
}

/// Where a photo that is being read comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The holder's record.
    Record,
    /// The system's dialogue; it may be open for long.
    Dialogue,
    /// A file or the clipboard.
    Elsewhere,
}

/// What a step did, so that many little ones are taken back at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Frame,
    Size,
    Brightness,
}

impl InWork {
    fn new(photo: &Arc<Photo>, picture: &Arc<RgbaImage>, on_record: bool, proportion: f32) -> Self {
        let (photo, picture) = (Arc::clone(photo), Arc::clone(picture));
        let mut new = Self { photo, picture, edit: PhotoEdit::default(), on_record, proportion };
        new.edit.crop = Some(new.canvas().largest());
        new
    }

    /// The photo as it is turned, and the frame's proportion.
    #[must_use]
    pub fn canvas(&self) -> Canvas {
        let (width, height) = (self.photo.width() as f32, self.photo.height() as f32);
        let lying = self.edit.quarter_turns % 2 == 1;
        let (width, height) = if lying { (height, width) } else { (width, height) };
        Canvas { width, height, proportion: self.proportion }
    }

    /// The frame.
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.edit.crop.unwrap_or_else(|| self.canvas().largest())
    }

    fn changed(&self) -> bool {
        let untouched = Self::new(&self.photo, &self.picture, self.on_record, self.proportion);
        !self.on_record || self.edit != untouched.edit
    }
}

impl State {
    /// Whether there is something that saving would put on record.
    #[must_use]
    pub fn unsaved(&self) -> bool {
        self.current.as_ref().is_some_and(InWork::changed)
    }

    /// Where a photo is being read from.
    #[must_use]
    pub fn reading(&self) -> Option<From> {
        self.reading.map(|(_, from)| from)
    }

    /// Whether it is being saved.
    #[must_use]
    pub fn saving(&self) -> bool {
        self.saving.is_some() || self.save_wanted
    }

    /// Whether the proof shown is of an earlier edit.
    #[must_use]
    pub fn proof_is_old(&self) -> bool {
        let Some(current) = &self.current else { return false };
        !self.proof.as_ref().is_some_and(|shown| same(&shown.photo, &shown.edit, current))
    }

    /// What was found in the photo in work, as it is turned; the frame may have moved since.
    #[must_use]
    pub fn looked(&self) -> Option<&Looked> {
        let (current, shown) = (self.current.as_ref()?, self.proof.as_ref()?);
        let same = Arc::ptr_eq(&shown.photo, &current.photo) && shown.edit.quarter_turns == current.edit.quarter_turns;
        same.then_some(&shown.looked)
    }

    /// The frame that is proposed, unless it is there already.
    #[must_use]
    pub fn proposed(&self) -> Option<Frame> {
        let proposed = self.looked()?.proposed?;
        let now = self.current.as_ref()?.frame();
        let near = proposed.iter().zip(now).all(|(one, other)| (one - other).abs() < 0.004);
        (!near).then_some(proposed)
    }

    /// Whether there is a step to take back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.steps.is_empty()
    }
}

impl Shown {
    /// What there is to look at, in words.
    fn look_at(&self) -> Vec<String> {
        let verdicts = self.looked.checks.iter().map(|check| check.verdict);
        verdicts
            .filter_map(|verdict| match verdict {
                Verdict::LookAt(advice) => Some(advice.to_string()),
                Verdict::Good | Verdict::NotJudged => None,
            })
            .collect()
    }
}

fn same(photo: &Arc<Photo>, edit: &PhotoEdit, current: &InWork) -> bool {
    Arc::ptr_eq(photo, &current.photo) && *edit == current.edit
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Choose a file in the system's dialogue.
    Choose,
    /// Take the picture in the clipboard.
    Paste,
    /// This was typed as the location of a file.
    Path(String),
    /// Read the file that was typed.
    ReadPath,
    /// A file was dropped on the window.
    Dropped(PathBuf),
    /// Something about the camera.
    Camera(camera::Intent),
    /// Read the photo on record again.
    Reload,
    /// A drag or a slide begins: what it does is taken back at once.
    Begin,
    /// The frame stands here.
    Frame(Frame),
    /// The frame moves, by parts of its height to the right and down.
    Move(f32, f32),
    /// The frame grows this many times.
    Grow(f32),
    /// The frame is this large, from the smallest (0) to the largest (1).
    Size(f32),
    /// The frame that is proposed.
    UseProposed,
    /// A quarter to the right, or to the left.
    Turn {
        /// To the right.
        right: bool,
    },
    /// This bright, from -100 to 100.
    Brightness(i8),
    /// Take the newest step back.
    Undo,
    /// As it was when the page was opened.
    StartAgain,
    /// Save it to the record.
    Save,
    /// Save it although there is something to look at, for this reason.
    SaveWith(String),
    /// Throw the changes away and do this.
    Leave(Box<Wish>),
}

/// Why this officer may not change this photo; the key of a text.
#[must_use]
pub fn refused(model: &Model, holder: &HolderId) -> Option<&'static str> {
    let officer = model.officer()?;
    // As the service decides (`facts/nhs.md` 1.2); it has the last word.
    if !matches!(officer.role, Role::RaManager | Role::AdvancedRaAgent | Role::RaAgent | Role::IdChecker) {
        Some("photo-refused-role")
    } else if officer.id.as_str() == holder.as_str() {
        Some("photo-refused-own")
    } else {
        None
    }
}

/// The page is shown. Changes that are not saved are still there after a look at the help.
pub fn arrived(model: &mut Model, holder: &HolderId) {
    super::queue::ask_names(model, std::slice::from_ref(holder));
    let taken = model.photo.camera.as_ref().is_some_and(camera::State::has_taken);
    if model.photo.holder.as_ref() == Some(holder) && (model.photo.unsaved() || model.photo.saving() || taken) {
        return;
    }
    camera::close(model);
    model.photo = State { holder: Some(holder.clone()), ..State::default() };
    load(model, holder.clone());
}

fn load(model: &mut Model, holder: HolderId) {
    let ticket = model.new_ticket();
    model.photo.reading = Some((ticket, From::Record));
    model.order(Order::LoadPhoto { ticket, holder });
}

/// Asks whether changes may be thrown away before `wish` is done; whether it asked.
pub fn asks_first(model: &mut Model, to: Option<&Route>, wish: Wish) -> bool {
    let here = model.history.here();
    let stays = match to {
        Some(Route::Help(_)) => true,
        Some(Route::Photo(holder)) => model.photo.holder.as_ref() == Some(holder),
        _ => false,
    };
    let taken = model.photo.camera.as_ref().is_some_and(camera::State::has_taken);
    if stays || !(model.photo.unsaved() || taken) || !matches!(here, Route::Photo(_) | Route::Help(_)) {
        return false;
    }
    model.dialogs.push_back(Dialog::Confirm(Confirm {
        title: "photo-leave-title",
        body: vec!["photo-leave-body"],
        words: Vec::new(),
        action: "photo-leave-action",
        destructive: true,
        then: Box::new(Wish::Photo(Intent::Leave(Box::new(wish)))),
    }));
    true
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    if let Intent::Leave(wish) = intent {
        camera::close(model);
        model.photo = State::default();
        model.update(*wish);
        return;
    }
    // What is on its way to the record is not changed under way.
    if model.photo.saving() {
        return;
    }
    match intent {
        Intent::Choose => read(model, From::Dialogue, |ticket| Order::ChoosePhoto { ticket }),
        Intent::Paste => read(model, From::Elsewhere, |ticket| Order::PastePhoto { ticket }),
        Intent::Path(path) => model.photo.path = path,
        Intent::ReadPath => {
            let path = typed_path(&model.photo.path);
            if !path.as_os_str().is_empty() {
                read(model, From::Elsewhere, |ticket| Order::ReadPhoto { ticket, file: path });
            }
        }
        Intent::Dropped(file) => read(model, From::Elsewhere, |ticket| Order::ReadPhoto { ticket, file }),
        Intent::Camera(wish) => camera::update(model, wish),
        Intent::Reload => {
            if let Some(holder) = model.photo.holder.clone() {
                model.photo.trouble = None;
                load(model, holder);
            }
        }
        Intent::Begin => model.photo.newest = None,
        Intent::Frame(frame) => change(model, Some(Kind::Frame), |work| work.edit.crop = Some(frame)),
        Intent::Move(right, down) => change(model, Some(Kind::Frame), |work| {
            work.edit.crop = Some(work.canvas().moved(work.frame(), right, down));
        }),
        Intent::Grow(times) => change(model, Some(Kind::Size), |work| {
            work.edit.crop = Some(work.canvas().resized(work.frame(), times));
        }),
        Intent::Size(size) => change(model, Some(Kind::Size), |work| {
            work.edit.crop = Some(work.canvas().of_size(work.frame(), size));
        }),
        Intent::UseProposed => {
            if let Some(proposed) = model.photo.proposed() {
                change(model, None, |work| work.edit.crop = Some(proposed));
            }
        }
        Intent::Turn { right } => change(model, None, |work| {
            let (_, frame) = work.canvas().turned(work.frame(), right);
            work.edit.quarter_turns = (work.edit.quarter_turns + if right { 1 } else { 3 }) % 4;
            work.edit.crop = Some(frame);
        }),
        Intent::Brightness(by) => {
            change(model, Some(Kind::Brightness), |work| work.edit.brightness = by.clamp(-100, 100));
        }
        Intent::Undo => {
            if let Some(before) = model.photo.steps.pop() {
                model.photo.current = Some(before);
                model.photo.newest = None;
                ask_proof(model);
            }
        }
        Intent::StartAgain => start_again(model),
        Intent::Save => save(model),
        Intent::SaveWith(reason) => put(model, Some(reason)),
        Intent::Leave(_) => {}
    }
}

/// A way as people paste it: in quotation marks, or as the address of a file.
#[must_use]
pub fn typed_path(typed: &str) -> PathBuf {
    let typed = typed.trim().trim_matches(['"', '\'']);
    let Some(address) = typed.strip_prefix("file://") else { return PathBuf::from(typed) };
    // An address has a slash in front of the drive's letter that its path has not: file:///C:/Pictures.
    let drive = address.strip_prefix('/').filter(|path| path.as_bytes().get(1) == Some(&b':'));
    PathBuf::from(drive.unwrap_or(address).replace("%20", " "))
}

fn read(model: &mut Model, from: From, order: impl FnOnce(Ticket) -> Order) {
    // The system's dialogue stays open until the officer closes it: a second one would only confuse.
    if from == From::Dialogue && busy_with_dialogue(model) {
        return;
    }
    camera::close(model);
    let ticket = model.new_ticket();
    model.photo.reading = Some((ticket, from));
    model.photo.trouble = None;
    model.order(order(ticket));
}

/// Whether the system's own dialogue is open.
fn busy_with_dialogue(model: &Model) -> bool {
    model.photo.reading() == Some(From::Dialogue)
}

fn remember(state: &mut State, kind: Option<Kind>) {
    let goes_on = kind.is_some() && state.newest == kind;
    if let Some(current) = &state.current
        && !goes_on
    {
        state.steps.push(current.clone());
        if state.steps.len() > MOST_STEPS {
            state.steps.remove(0);
        }
    }
    state.newest = kind;
}

fn change(model: &mut Model, kind: Option<Kind>, edit: impl FnOnce(&mut InWork)) {
    let Some(before) = &model.photo.current else { return };
    let mut after = before.clone();
    edit(&mut after);
    if after.edit == before.edit {
        return;
    }
    remember(&mut model.photo, kind);
    model.photo.current = Some(after);
    model.photo.saved = false;
    ask_proof(model);
}

fn start_again(model: &mut Model) {
    let first = model.photo.steps.iter().find(|step| step.on_record).or(model.photo.steps.first()).cloned();
    if let Some(first) = first {
        remember(&mut model.photo, None);
        model.photo.current = Some(InWork::new(&first.photo, &first.picture, first.on_record, first.proportion));
        model.photo.save_trouble = None;
        ask_proof(model);
    }
}

/// At most one question is open: the next is asked when it is answered and the photo looks different by then.
fn ask_proof(model: &mut Model) {
    let state = &model.photo;
    let (Some(holder), Some(current), None) = (&state.holder, &state.current, &state.asked) else { return };
    if !state.proof_is_old() {
        return;
    }
    let (holder, photo, edit) = (holder.clone(), Arc::clone(&current.photo), current.edit);
    let ticket = model.new_ticket();
    model.photo.asked = Some((ticket, Arc::clone(&photo), edit));
    model.order(Order::Proof { ticket, wanted: FaceWanted { holder, photo: Some((photo, edit)), printer: None } });
}

fn save(model: &mut Model) {
    let (Some(holder), Some(current)) = (model.photo.holder.clone(), model.photo.current.clone()) else { return };
    // The checks may come in after the officer has left.
    if !current.changed() || model.officer().is_none() || refused(model, &holder).is_some() {
        return;
    }
    // What there is to look at is asked about before, not after: the checks of the photo as it is now come first.
    if model.photo.asked.is_some() {
        model.photo.save_wanted = true;
        return;
    }
    let shown = model.photo.proof.as_ref().filter(|_| !model.photo.proof_is_old());
    let advice = shown.map(|shown| shown.look_at()).unwrap_or_default();
    if advice.is_empty() {
        put(model, None);
    } else {
        model.dialogs.push_back(Dialog::PhotoReason(PhotoReason::new(advice)));
    }
}

fn put(model: &mut Model, reason: Option<String>) {
    let (Some(holder), Some(current)) = (model.photo.holder.clone(), model.photo.current.clone()) else { return };
    if !current.changed() || refused(model, &holder).is_some() {
        return;
    }
    let ticket = model.new_ticket();
    model.photo.saving = Some(ticket);
    model.photo.save_trouble = None;
    model.order(Order::SavePhoto { ticket, holder, photo: current.photo, edit: current.edit, reason });
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    camera::on_event(model, event);
    match event {
        Event::FaceInUse { portrait } => model.photo_proportion = frame::proportion_of(*portrait),
        Event::PhotoRead { ticket, result } if model.photo.reading.is_some_and(|(asked, _)| asked == *ticket) => {
            let on_record = model.photo.reading() == Some(From::Record);
            model.photo.reading = None;
            match result {
                Ok(Some((photo, picture))) => {
                    if on_record {
                        model.photo.steps.clear();
                        model.photo.newest = None;
                    } else {
                        remember(&mut model.photo, None);
                        model.photo.saved = false;
                    }
                    model.photo.trouble = None;
                    model.photo.current = Some(InWork::new(photo, picture, on_record, model.photo_proportion));
                    ask_proof(model);
                }
                Ok(None) => {}
                Err(trouble) => failed(model, trouble, |state, trouble| state.trouble = Some(trouble)),
            }
        }
        Event::Proof { ticket, result } if model.photo.asked.as_ref().is_some_and(|(asked, ..)| asked == ticket) => {
            let Some((_, photo, edit)) = model.photo.asked.take() else { return };
            match result {
                Ok(proof) => {
                    model.photo.proof_trouble = None;
                    let front = Arc::clone(&proof.front);
                    let (advice, looked) = (proof.advice.clone(), proof.looked.clone());
                    model.photo.proof = Some(Shown { front, advice, looked, photo, edit });
                    ask_proof(model);
                }
                Err(trouble) => {
                    model.photo.proof = None;
                    let moved_on = model.photo.current.as_ref().is_some_and(|now| !same(&photo, &edit, now));
                    failed(model, trouble, |state, trouble| state.proof_trouble = Some(trouble));
                    // The same question again would have the same answer.
                    if moved_on {
                        ask_proof(model);
                    }
                }
            }
            if model.photo.save_wanted && model.photo.asked.is_none() {
                model.photo.save_wanted = false;
                save(model);
            }
        }
        Event::PhotoSaved { ticket, result, .. } if model.photo.saving == Some(*ticket) => {
            model.photo.saving = None;
            match result {
                Ok(()) => saved(model),
                Err(trouble) => failed(model, trouble, |state, trouble| state.save_trouble = Some(trouble)),
            }
        }
        _ => {}
    }
}

fn saved(model: &mut Model) {
    let Some(holder) = model.photo.holder.clone() else { return };
    // What is on record now is shown, as every other page will show it.
    model.photo.steps.clear();
    model.photo.saved = true;
    if let Some(current) = &mut model.photo.current {
        *current = InWork::new(&current.photo, &current.picture, true, current.proportion);
    }
    model.notify(NoticeKind::Good, NoticeText::Key("photo-saved"));
    model.order(Order::Portrait { holder: holder.clone() });
    load(model, holder);
}

fn failed(model: &mut Model, trouble: &Trouble, keep: impl FnOnce(&mut State, Trouble)) {
    keep(&mut model.photo, trouble.clone());
    if trouble.signed_out {
        model.report(trouble);
    }
}
