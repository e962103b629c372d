//! Everything that has a name in the palette or a shortcut.

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Opens the palette.
    Palette,
    /// Goes to the search.
    Find,
    /// Goes to servicing a card.
    Service,
    /// Unlocks the next card that is put in.
    UnlockNext,
    /// Goes to the print queue.
    Queue,
    /// Goes to unfinished work.
    Unfinished,
    /// Goes to activity.
    Activity,
    /// Goes to the settings.
    Settings,
    /// Help for the page shown.
    Help,
    /// The list of shortcuts.
    Shortcuts,
    /// One place back.
    Back,
    /// One place forward.
    Forward,
    /// The main action of the page shown.
    MainAction,
    /// Signs out.
    SignOut,
    /// Locks the window.
    Lock,
    /// Larger text.
    TextLarger,
    /// Smaller text.
    TextSmaller,
    /// The next colour scheme.
    NextScheme,
}

impl Command {
    /// All, in the order of the palette.
    pub const ALL: [Self; 18] = [
        Self::MainAction,
        Self::Find,
        Self::Service,
        Self::UnlockNext,
        Self::Queue,
        Self::Unfinished,
        Self::Activity,
        Self::Settings,
        Self::Help,
        Self::Shortcuts,
        Self::Palette,
        Self::Back,
        Self::Forward,
        Self::TextLarger,
        Self::TextSmaller,
        Self::NextScheme,
        Self::Lock,
        Self::SignOut,
    ];

    /// Key of its name.
    #[must_use]
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Palette => "command-palette",
            Self::Find => "command-find",
            Self::Service => "command-service",
            Self::UnlockNext => "command-unlock-next",
            Self::Queue => "command-queue",
            Self::Unfinished => "command-unfinished",
            Self::Activity => "command-activity",
            Self::Settings => "command-settings",
            Self::Help => "command-help",
            Self::Shortcuts => "command-shortcuts",
            Self::Back => "command-back",
            Self::Forward => "command-forward",
            Self::MainAction => "command-main-action",
            Self::SignOut => "command-sign-out",
            Self::Lock => "command-lock",
            Self::TextLarger => "command-text-larger",
            Self::TextSmaller => "command-text-smaller",
            Self::NextScheme => "command-theme",
        }
    }

    /// Its shortcut.
    #[must_use]
    pub const fn shortcut(self) -> KeyboardShortcut {
        const CTRL: Modifiers = Modifiers::COMMAND;
        const ALT: Modifiers = Modifiers::ALT;
        let (modifiers, key) = match self {
            Self::Palette => (CTRL, Key::K),
            Self::Find => (CTRL, Key::F),
            Self::Service => (ALT, Key::Num1),
            Self::UnlockNext => (CTRL, Key::U),
            Self::Queue => (ALT, Key::Num2),
            Self::Unfinished => (ALT, Key::Num3),
            Self::Activity => (ALT, Key::Num4),
            Self::Settings => (ALT, Key::Num5),
            Self::Help => (Modifiers::NONE, Key::F1),
            Self::Shortcuts => (CTRL, Key::Slash),
            Self::Back => (ALT, Key::ArrowLeft),
            Self::Forward => (ALT, Key::ArrowRight),
            Self::MainAction => (CTRL, Key::Enter),
            Self::SignOut => (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::O),
            Self::Lock => (CTRL, Key::L),
            Self::TextLarger => (CTRL, Key::Plus),
            Self::TextSmaller => (CTRL, Key::Minus),
            Self::NextScheme => (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::T),
        };
        KeyboardShortcut::new(modifiers, key)
    }

    /// Its shortcut as it is written on the keys.
    #[must_use]
    pub fn keys(self, context: &Context) -> String {
        context.format_shortcut(&self.shortcut()).replace("Slash", "/")
    }

    /// Whether it works while a dialogue is in front.
    #[must_use]
    pub const fn works_in_dialogues(self) -> bool {
        matches!(self, Self::Help | Self::TextLarger | Self::TextSmaller)
    }

    /// Whether it needs nobody to be signed in.
    #[must_use]
    pub const fn works_signed_out(self) -> bool {
        matches!(
            self,
            Self::Help | Self::Shortcuts | Self::TextLarger | Self::TextSmaller | Self::NextScheme | Self::Palette
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shortcut_is_given_twice() {
        for (place, one) in Command::ALL.iter().enumerate() {
            for other in &Command::ALL[place + 1..] {
                assert_ne!(one.shortcut(), other.shortcut(), "{one:?} and {other:?}");
            }
        }
    }
}
