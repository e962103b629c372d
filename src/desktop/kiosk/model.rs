//! What a kiosk shows and why: pure.

use std::time::Duration;

use crate::{
    desktop::dialogs::{Digit, Digits},
    domain::{HolderId, NhsCode, Operation, Passcode, PasscodeRules, Secret, eligibility::Refusal},
    operations::{Step, self_service::not_the_code},
};

/// After this time of nothing, whoever stood here is gone; unless the configuration says another.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Digits of a one-time code.
const CODE_DIGITS: usize = 6;

/// The card in the reader, as anybody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSeen {
    /// Whose it is by its certificate; `None` when there is none that can be read.
    pub holder: Option<HolderId>,
    /// Whole days its certificates are still good; negative when they have ended, `None` when there are none.
    pub days_left: Option<i64>,
    /// Tries left of its passcode; `None` when it does not tell.
    pub tries_left: Option<u8>,
    /// What a passcode of this card looks like.
    pub rules: PasscodeRules,
    /// What may be done with it today, and why the rest may not.
    pub choices: Vec<Choice>,
    /// What its holder began on it and what was interrupted: nothing else is offered before that is settled.
    pub unfinished: Option<Unfinished>,
}

impl CardSeen {
    /// Whether this would go on with what was interrupted.
    #[must_use]
    pub fn goes_on_with(&self, operation: Operation) -> bool {
        self.unfinished.as_ref().is_some_and(|unfinished| unfinished.operation == operation)
    }

    /// The fields to fill in. What was interrupted asks for the passcode the card has; an unlock for a new code.
    #[must_use]
    pub fn fields(&self, operation: Operation) -> &'static [Field] {
        match operation {
            Operation::Unlock => &[Field::Code, Field::New, Field::Again],
            Operation::ChangePasscode if !self.goes_on_with(operation) => &[Field::Own, Field::New, Field::Again],
            _ => &[Field::Own],
        }
    }
}

/// What is told to a holder: words, and the code the NHS publishes for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What is so, and what to do.
    pub words: String,
    /// The code, where there is one: holders read it to a help desk.
    pub nhs_code: Option<NhsCode>,
}

impl Told {
    /// Words with no code.
    #[must_use]
    pub fn plainly(words: impl Into<String>) -> Self {
        Self { words: words.into(), nhs_code: None }
    }
}

/// Something a holder could do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What.
    pub operation: Operation,
    /// Why not, where not.
    pub refused: Option<Refusal>,
}

/// What was interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// What.
    pub operation: Operation,
    /// How the card is meanwhile, in words for its holder.
    pub words: String,
}

/// How far the work is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// The steps that are over, in order, each once.
    pub over: Vec<Step>,
    /// The one that runs.
    pub running: Option<Step>,
}

impl Steps {
    fn begin(&mut self, step: Step) {
        if self.running != Some(step) {
            self.end();
        }
        self.over.retain(|over| *over != step);
        self.running = Some(step);
    }

    fn end(&mut self) {
        self.over.extend(self.running.take());
    }
}

/// A place for digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The code of the message.
    Code,
    /// The passcode the card has.
    Own,
    /// The new one.
    New,
    /// The new one again.
    Again,
}

/// What is being typed.
#[derive(Debug, Clone)]
pub struct Entry {
    /// By [`Field`], in its order.
    digits: [Digits; 4],
    /// Where the keys on the screen type: the field that had the keyboard last.
    pub at: Field,
    /// Why what was typed cannot be used; nothing was sent.
    pub trouble: Option<String>,
}

impl Entry {
    /// Nothing yet, in these fields.
    fn new(fields: &[Field]) -> Self {
        let at = fields.first().copied().unwrap_or(Field::Own);
        Self { digits: Default::default(), at, trouble: None }
    }

    /// The digits of a field.
    #[must_use]
    pub fn of(&self, field: Field) -> &Digits {
        match (field, &self.digits) {
            (Field::Code, [code, ..]) => code,
            (Field::Own, [_, own, ..]) => own,
            (Field::New, [_, _, new, _]) => new,
            (Field::Again, [.., again]) => again,
        }
    }

    fn of_mut(&mut self, field: Field) -> &mut Digits {
        match (field, &mut self.digits) {
            (Field::Code, [code, ..]) => code,
            (Field::Own, [_, own, ..]) => own,
            (Field::New, [_, _, new, _]) => new,
            (Field::Again, [.., again]) => again,
        }
    }
}

/// Where a kiosk stands.
#[derive(Debug, Clone, Default)]
pub enum Stage {
    /// The workstation is being put together.
    #[default]
    Opening,
    /// It could not be; why, and what to do.
    OpeningFailed(String),
    /// No card is in.
    Waiting,
    /// A card is in that cannot be worked with; why, and what to do.
    NotUsable(Told),
    /// What is to be done with it?
    Choose(CardSeen),
    /// A code is being sent.
    Sending(CardSeen),
    /// Digits are being typed.
    Enter {
        /// The card.
        card: CardSeen,
        /// What for.
        operation: Operation,
        /// Where the code went, with most of it hidden.
        sent_to: Option<String>,
        /// What stands there so far.
        entry: Entry,
    },
    /// The card is being worked on: it must stay in.
    Working {
        /// What is being done.
        operation: Operation,
        /// How far it is.
        steps: Steps,
    },
    /// It is over.
    Ended {
        /// What was done, or why not and what to do.
        told: Told,
        /// Whether it was done.
        done: bool,
    },
    /// Nobody did anything for a minute.
    Abandoned,
}

impl Stage {
    /// Whether the next move is the holder's.
    #[must_use]
    pub fn waits_for_the_holder(&self) -> bool {
        matches!(self, Self::NotUsable(_) | Self::Choose(_) | Self::Enter { .. } | Self::Ended { .. })
    }
}

/// What the worker is to do.
#[derive(Debug)]
pub enum Order {
    /// Have a code sent.
    SendCode,
    /// Change the passcode.
    Change {
        /// The one the card has.
        own: Passcode,
        /// The new one.
        new: Passcode,
    },
    /// Renew.
    Renew {
        /// The one the card has.
        own: Passcode,
    },
    /// Go on with what was interrupted.
    GoOn {
        /// The one the card has.
        own: Passcode,
    },
    /// Unlock.
    Unlock {
        /// The code of the message.
        code: Secret,
        /// The new passcode.
        new: Passcode,
    },
    /// Whoever was here is gone: sign them out.
    Forget,
    /// A reader changed. The worker tells itself this; no window does.
    Readers(crate::card::reader::ReaderEvent),
}

/// What the worker tells.
#[derive(Debug, Clone)]
pub enum Event {
    /// The workstation is put together, or could not be.
    Opened(Result<(), String>),
    /// A card is in.
    CardIn(CardSeen),
    /// A card is in that cannot be worked with.
    NotUsable(Told),
    /// The card was taken out.
    CardOut,
    /// A code is on its way to this address, most of which is hidden.
    CodeSent(String),
    /// It was not the code that was sent, and so many tries are left: the card is unchanged.
    NotTheCode(u32),
    /// A step of the work begins.
    Step(Step),
    /// It is over.
    Ended {
        /// What was done, or why not and what to do.
        told: Told,
        /// Whether it was done.
        done: bool,
    },
}

/// What the holder does.
#[derive(Debug)]
pub enum Intent {
    /// Chooses.
    Choose(Operation),
    /// The keyboard is at this field.
    At(Field),
    /// Types a digit.
    Type(Field, Digit),
    /// Takes one back.
    Erase(Field),
    /// Has typed everything.
    GoOn,
    /// Does not want it after all.
    Back,
}

/// A kiosk.
#[derive(Debug)]
pub struct Model {
    /// Where it stands.
    pub stage: Stage,
    /// After this time of nothing, whoever stood here is gone.
    pub patience: Duration,
    orders: Vec<Order>,
    /// The card a code was typed for and where it went, until it is known to be right.
    asked: Option<(CardSeen, Option<String>)>,
}

impl Default for Model {
    fn default() -> Self {
        Self::new(PATIENCE)
    }
}

impl Model {
    /// A kiosk that is being opened; after `patience` of nothing it forgets who stands there.
    #[must_use]
    pub fn new(patience: Duration) -> Self {
        Self { stage: Stage::default(), patience, orders: Vec::new(), asked: None }
    }

    /// What the worker is to do now.
    pub fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// Takes an event.
    pub fn on_event(&mut self, event: Event) {
        self.stage = match event {
            Event::Opened(Ok(())) => Stage::Waiting,
            Event::Opened(Err(why)) => Stage::OpeningFailed(why),
            Event::CardIn(card) => Stage::Choose(card),
            Event::NotUsable(why) => Stage::NotUsable(why),
            Event::CardOut => {
                self.orders.push(Order::Forget);
                // What came of the work is read to its end, also with the card in hand.
                if matches!(self.stage, Stage::Ended { .. }) { return } else { Stage::Waiting }
            }
            Event::CodeSent(sent_to) => match std::mem::take(&mut self.stage) {
                Stage::Sending(card) => {
                    let operation = Operation::Unlock;
                    let entry = Entry::new(card.fields(operation));
                    Stage::Enter { card, operation, sent_to: Some(sent_to), entry }
                }
                other => other,
            },
            Event::NotTheCode(left) => match self.asked.take() {
                Some((card, sent_to)) if matches!(self.stage, Stage::Working { .. }) => {
                    let operation = Operation::Unlock;
                    let mut entry = Entry::new(card.fields(operation));
                    entry.trouble = Some(not_the_code(left));
                    Stage::Enter { card, operation, sent_to, entry }
                }
                _ => return,
            },
            Event::Step(step) => {
                if let Stage::Working { steps, .. } = &mut self.stage {
                    steps.begin(step);
                }
                return;
            }
            Event::Ended { told, done } => Stage::Ended { told, done },
        };
    }

    /// Takes a wish.
    pub fn update(&mut self, intent: Intent) {
        match intent {
            Intent::Choose(operation) => self.choose(operation),
            Intent::At(field) => {
                if let Stage::Enter { entry, .. } = &mut self.stage {
                    entry.at = field;
                }
            }
            Intent::Type(field, digit) => {
                if let Stage::Enter { entry, .. } = &mut self.stage {
                    entry.of_mut(field).push(&digit);
                    entry.trouble = None;
                }
            }
            Intent::Erase(field) => {
                if let Stage::Enter { entry, .. } = &mut self.stage {
                    entry.of_mut(field).pop();
                    entry.trouble = None;
                }
            }
            Intent::GoOn => self.go_on(),
            Intent::Back => match std::mem::take(&mut self.stage) {
                Stage::Enter { card, .. } => self.stage = Stage::Choose(card),
                Stage::Ended { .. } => self.stage = Stage::Abandoned,
                other => self.stage = other,
            },
        }
    }

    /// Nobody did anything for this long.
    pub fn idle_for(&mut self, time: Duration) {
        if time >= self.patience && self.stage.waits_for_the_holder() {
            self.stage = Stage::Abandoned;
            self.orders.push(Order::Forget);
        }
    }

    fn choose(&mut self, operation: Operation) {
        let Stage::Choose(card) = &self.stage else { return };
        if !card.choices.iter().any(|choice| choice.operation == operation && choice.refused.is_none()) {
            return;
        }
        let card = card.clone();
        self.stage = if operation == Operation::Unlock {
            self.orders.push(Order::SendCode);
            Stage::Sending(card)
        } else {
            let entry = Entry::new(card.fields(operation));
            Stage::Enter { card, operation, sent_to: None, entry }
        };
    }

    fn go_on(&mut self) {
        let Stage::Enter { card, operation, entry, sent_to } = &mut self.stage else { return };
        match order(card, *operation, entry) {
            Ok(order) => {
                let operation = *operation;
                self.asked = (operation == Operation::Unlock).then(|| (card.clone(), sent_to.take()));
                self.orders.push(order);
                // What was typed is gone from here: the order alone has it.
                self.stage = Stage::Working { operation, steps: Steps::default() };
            }
            Err(trouble) => {
                for field in [Field::New, Field::Again] {
                    entry.of_mut(field).clear();
                }
                let fields = card.fields(*operation);
                let again = if fields.contains(&Field::New) { Some(&Field::New) } else { fields.first() };
                entry.at = again.copied().unwrap_or(Field::Own);
                entry.trouble = Some(trouble);
            }
        }
    }
}

/// What is typed as an order, or why it cannot be one.
fn order(card: &CardSeen, operation: Operation, entry: &Entry) -> Result<Order, String> {
    let number = card.holder.as_ref().map_or("", HolderId::as_str);
    let own = || Passcode::shaped(entry.of(Field::Own).secret(), card.rules).map_err(|fault| fault.to_string());
    let new = || {
        if !entry.of(Field::New).same_as(entry.of(Field::Again)) {
            return Err(crate::domain::PasscodeFault::Mismatch.to_string());
        }
        Passcode::choose(entry.of(Field::New).secret(), card.rules, number).map_err(|fault| fault.to_string())
    };
    Ok(match operation {
        Operation::ChangePasscode | Operation::Renew if card.goes_on_with(operation) => Order::GoOn { own: own()? },
        Operation::ChangePasscode => Order::Change { own: own()?, new: new()? },
        Operation::Unlock => {
            let code = entry.of(Field::Code);
            if code.len() != CODE_DIGITS {
                return Err("the code of the message has six digits: type all of them".to_owned());
            }
            Order::Unlock { code: code.secret(), new: new()? }
        }
        _ => Order::Renew { own: own()? },
    })
}
