//! What the window shows, and the way back.

use crate::{
    bench::WorkId,
    domain::{CardSerial, HolderId},
};

/// A place in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Find a holder.
    Find,
    /// One holder's profile.
    Holder(HolderId),
    /// The photo on a holder's record.
    Photo(HolderId),
    /// Prepare a card for a holder.
    Issue(HolderId),
    /// Servicing the card in a reader.
    Service,
    /// A piece of card work that was begun: its steps, and what came of it.
    Work(WorkId),
    /// A holder's card that is unlocked at another desk, over the telephone.
    Telephone(HolderId, CardSerial),
    /// A card here that is unlocked by telephone, because the service is silent.
    Offline,
    /// The print queue.
    Queue,
    /// Unfinished work.
    Unfinished,
    /// The audit.
    Activity,
    /// Settings.
    Settings,
    /// The editor of card faces.
    CardFace,
    /// A printer is added to this desk.
    AddPrinter,
    /// One printer of this desk.
    Printer(String),
    /// The colours of a printer.
    Calibration(String),
    /// Help, at this topic.
    Help(String),
}

impl Route {
    /// The entry of the navigation this place belongs to.
    #[must_use]
    pub fn section(&self) -> Section {
        match self {
            Self::Find | Self::Holder(_) | Self::Photo(_) | Self::Issue(_) | Self::Telephone(..) | Self::Work(_) => {
                Section::Find
            }
            Self::Service | Self::Offline => Section::Service,
            Self::Queue => Section::Queue,
            Self::Unfinished => Section::Unfinished,
            Self::Activity => Section::Activity,
            Self::Settings | Self::CardFace | Self::AddPrinter | Self::Printer(_) | Self::Calibration(_) => {
                Section::Settings
            }
            Self::Help(_) => Section::Help,
        }
    }
}

/// An entry of the navigation, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// Holders and their cards.
    Find,
    /// Servicing a card.
    Service,
    /// The print queue.
    Queue,
    /// Unfinished work.
    Unfinished,
    /// The audit.
    Activity,
    /// Settings.
    Settings,
    /// Help.
    Help,
}

impl Section {
    /// All, in the order of the navigation.
    pub const ALL: [Self; 7] =
        [Self::Find, Self::Service, Self::Queue, Self::Unfinished, Self::Activity, Self::Settings, Self::Help];

    /// Where it leads.
    #[must_use]
    pub fn route(self) -> Route {
        match self {
            Self::Find => Route::Find,
            Self::Service => Route::Service,
            Self::Queue => Route::Queue,
            Self::Unfinished => Route::Unfinished,
            Self::Activity => Route::Activity,
            Self::Settings => Route::Settings,
            Self::Help => Route::Help("start".to_owned()),
        }
    }

    /// Key of its word.
    #[must_use]
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Find => "nav-find",
            Self::Service => "nav-service",
            Self::Queue => "nav-queue",
            Self::Unfinished => "nav-unfinished",
            Self::Activity => "nav-activity",
            Self::Settings => "nav-settings",
            Self::Help => "nav-help",
        }
    }
}

/// Where the officer was.
#[derive(Debug, Clone)]
pub struct History {
    places: Vec<Route>,
    here: usize,
}

/// Places that are remembered.
const MOST_PLACES: usize = 50;

impl Default for History {
    fn default() -> Self {
        Self { places: vec![Route::Find], here: 0 }
    }
}

impl History {
    /// The place shown.
    #[must_use]
    pub fn here(&self) -> &Route {
        // `here` stays inside `places`, which is never empty.
        &self.places[self.here]
    }

    /// Goes to a place; what was ahead is forgotten.
    pub fn go(&mut self, route: Route) {
        if *self.here() == route {
            return;
        }
        self.places.truncate(self.here + 1);
        self.places.push(route);
        if self.places.len() > MOST_PLACES {
            self.places.remove(0);
        }
        self.here = self.places.len() - 1;
    }

    /// Shows another place instead of this one, so that Back does not come here again.
    pub fn replace(&mut self, route: Route) {
        self.places.truncate(self.here + 1);
        self.places[self.here] = route;
    }

    /// One place back; whether there was one.
    pub fn back(&mut self) -> bool {
        let can = self.can_go_back();
        self.here -= usize::from(can);
        can
    }

    /// One place forward; whether there was one.
    pub fn forward(&mut self) -> bool {
        let can = self.here + 1 < self.places.len();
        self.here += usize::from(can);
        can
    }

    /// The place that Back shows.
    #[must_use]
    pub fn behind(&self) -> Option<&Route> {
        self.places.get(self.here.checked_sub(1)?)
    }

    /// The place that Forward shows.
    #[must_use]
    pub fn ahead(&self) -> Option<&Route> {
        self.places.get(self.here + 1)
    }

    /// Whether there is a place to go back to.
    #[must_use]
    pub fn can_go_back(&self) -> bool {
        self.here > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_and_forward_follow_the_way() {
        let mut history = History::default();
        history.go(Route::Queue);
        history.go(Route::Queue);
        history.go(Route::Settings);
        assert!(history.back() && *history.here() == Route::Queue);
        assert!(history.back() && *history.here() == Route::Find);
        assert!(history.behind().is_none() && !history.back());
        assert_eq!(history.ahead(), Some(&Route::Queue));
        assert!(history.forward() && *history.here() == Route::Queue);
        history.go(Route::Activity);
        assert!(!history.forward());
        for _ in 0..2 * MOST_PLACES {
            history.go(Route::Queue);
            history.go(Route::Find);
        }
        assert_eq!(history.places.len(), MOST_PLACES);
    }
}
