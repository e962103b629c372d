//! Reasons by name, so that those that were given can be held against those the tables ask for.

use cardwright::domain::eligibility::Reason;

/// Why the answer is no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    SeriesBlocked,
    SeriesUnknown,
    SeriesCannot,
    NotNhsStock,
    SoftwareMissing,
    SoftwareSilent,
    SoftwareTooOld,
    AgentRetired,
    AgentEnded,
    AgentOnlySignsIn,
    OwnRecord,
    Role,
    RoleForExpired,
    ProfileClosed,
    PhotoMissing,
    OtherCard,
    PrinterMissing,
    PrinterModel,
    State,
    NothingToRenew,
    NotDue,
    ExpiredNeedsDesk,
    EmptyNeedsDesk,
    NotSelfService,
    NotDelivered,
    NoAddress,
    StateNeedsDesk,
    CannotAuthenticate,
}

const ALL: [Why; 28] = [
    Why::SeriesBlocked,
    Why::SeriesUnknown,
    Why::SeriesCannot,
    Why::NotNhsStock,
    Why::SoftwareMissing,
    Why::SoftwareSilent,
    Why::SoftwareTooOld,
    Why::AgentRetired,
    Why::AgentEnded,
    Why::AgentOnlySignsIn,
    Why::OwnRecord,
    Why::Role,
    Why::RoleForExpired,
    Why::ProfileClosed,
    Why::PhotoMissing,
    Why::OtherCard,
    Why::PrinterMissing,
    Why::PrinterModel,
    Why::State,
    Why::NothingToRenew,
    Why::NotDue,
    Why::ExpiredNeedsDesk,
    Why::EmptyNeedsDesk,
    Why::NotSelfService,
    Why::NotDelivered,
    Why::NoAddress,
    Why::StateNeedsDesk,
    Why::CannotAuthenticate,
];

impl Why {
    /// The name of a reason that was given.
    pub fn of(reason: &Reason) -> Self {
        match reason {
            Reason::OwnRecord => Self::OwnRecord,
            Reason::Role { expired: true, .. } => Self::RoleForExpired,
            Reason::Role { .. } => Self::Role,
            Reason::SeriesBlocked { .. } => Self::SeriesBlocked,
            Reason::SeriesUnknown => Self::SeriesUnknown,
            Reason::SeriesCannot { .. } => Self::SeriesCannot,
            Reason::NotNhsStock => Self::NotNhsStock,
            Reason::SoftwareMissing => Self::SoftwareMissing,
            Reason::SoftwareSilent { .. } => Self::SoftwareSilent,
            Reason::SoftwareTooOld { .. } => Self::SoftwareTooOld,
            Reason::IdentityAgentRetired { .. } => Self::AgentRetired,
            Reason::IdentityAgentEnded => Self::AgentEnded,
            Reason::IdentityAgentCannotManage => Self::AgentOnlySignsIn,
            Reason::HolderClosed => Self::ProfileClosed,
            Reason::PhotoMissing => Self::PhotoMissing,
            Reason::HolderHasCard { .. } => Self::OtherCard,
            Reason::PrinterMissing => Self::PrinterMissing,
            Reason::PrinterModel { .. } => Self::PrinterModel,
            Reason::CardState { .. } => Self::State,
            Reason::NothingToRenew => Self::NothingToRenew,
            Reason::RenewalNotDue { .. } => Self::NotDue,
            Reason::ExpiredNeedsDesk => Self::ExpiredNeedsDesk,
            Reason::EmptyNeedsDesk => Self::EmptyNeedsDesk,
            Reason::NotSelfService { .. } => Self::NotSelfService,
            Reason::DeliveryAwaited => Self::NotDelivered,
            Reason::NoAddress => Self::NoAddress,
            Reason::CardNeedsDesk { .. } => Self::StateNeedsDesk,
            Reason::CannotAuthenticate { .. } => Self::CannotAuthenticate,
        }
    }
}

/// A set of reasons; none means yes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Whys(u32);

impl Whys {
    /// Adds one; adding it twice is a fault of whoever gave the reasons.
    pub fn add(&mut self, why: Why) {
        let bit = 1 << why as u32;
        assert!(self.0 & bit == 0, "{why:?} is given twice");
        self.0 |= bit;
    }

    /// Adds one if it stands in the way.
    pub fn add_if(&mut self, holds: bool, why: Why) {
        if holds {
            self.add(why);
        }
    }

    /// Of reasons that were given.
    pub fn of(reasons: &[Reason]) -> Self {
        let mut whys = Self::default();
        reasons.iter().for_each(|reason| whys.add(Why::of(reason)));
        whys
    }

    /// Whether the answer is yes.
    pub fn is_yes(self) -> bool {
        self.0 == 0
    }
}

impl std::fmt::Debug for Whys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(ALL.iter().filter(|why| self.0 & (1 << **why as u32) != 0)).finish()
    }
}
