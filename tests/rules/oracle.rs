//! What the tables of [`super::page`] say of one situation: which reasons to refuse it, by name. It knows the tables and
//! nothing of the rules it judges.

use std::collections::HashMap;

use cardwright::domain::{
    CardState, HolderState, Operation, Role, Series,
    eligibility::{
        Address, Certificates, ClientSoftware, Delivery, Photo, Realm, Situation, SoftwarePart, Subject, Task, Version,
    },
};
use time::{Date, macros::date};

use super::{
    page::{self, Table},
    why::{Why, Whys},
};

/// Every series, as the tables name them.
pub const SERIES: [Series; 8] = [
    Series::Series4,
    Series::Series5,
    Series::Series6,
    Series::Series8,
    Series::Series9,
    Series::Series10,
    Series::GenericPiv,
    Series::Unknown,
];

/// Every state with its column.
pub const STATES: [(CardState, &str); 6] = [
    (CardState::Blank, "blank"),
    (CardState::InWork, "in work"),
    (CardState::Active, "active"),
    (CardState::Locked, "locked"),
    (CardState::Unfinished, "unfinished"),
    (CardState::Cancelled, "cancelled"),
];

/// Every role with its column.
pub const ROLES: [(Role, &str); 6] = [
    (Role::RaManager, "RAM"),
    (Role::AdvancedRaAgent, "RAA(A)"),
    (Role::RaAgent, "RAA"),
    (Role::IdChecker, "IDC"),
    (Role::Sponsor, "S"),
    (Role::LocalSmartcardAdministrator, "LSA"),
];

/// The last day of Identity Agent (section 0).
const THE_END: Date = date!(2027 - 02 - 28);

/// What the tables say, read once: the words of a cell behind the number of its row and column.
pub struct Oracle {
    software: Vec<(&'static str, ClientSoftware)>,
    words: HashMap<(&'static str, &'static str, &'static str), &'static str>,
}

impl Oracle {
    /// Reads the tables.
    pub fn new() -> Self {
        let mut words = HashMap::new();
        let tables = [
            ("roles", page::ROLES),
            ("roles", page::MORE_ROLES),
            ("software", page::SOFTWARE),
            ("states", page::STATES),
            ("series", page::SERIES),
            ("self-service", page::SELF_SERVICE),
            ("record", page::RECORD),
        ];
        for (name, text) in tables {
            let table = Table::read(text);
            for row in table.rows() {
                for column in table.columns() {
                    words.insert((name, row, *column), table.at(row, column));
                }
            }
        }
        let software = Table::read(page::SOFTWARE).rows().map(|row| (row, software(row))).collect();
        Self { software, words }
    }

    /// Every client software the tables speak of, with its row.
    pub fn software(&self) -> &[(&'static str, ClientSoftware)] {
        &self.software
    }

    fn at(&self, table: &'static str, row: &'static str, column: &'static str) -> &'static str {
        self.words.get(&(table, row, column)).unwrap_or_else(|| panic!("no cell {table} / {row} / {column}"))
    }

    /// What the tables say of this situation.
    pub fn expected(&self, s: &Situation<'_>) -> Whys {
        let mut whys = Whys::default();
        self.by_series(s, &mut whys);
        self.by_software(s, &mut whys);
        let state = STATES.iter().find(|(state, _)| *state == s.card).expect("a column").1;
        match s.task {
            Task::Desk(operation) => {
                let row = name(operation);
                whys.add_if(s.subject == Subject::Own, Why::OwnRecord);
                self.by_role(s, operation, &mut whys);
                self.by_record(s, row, &mut whys);
                // When it is due is no question about a card that was cancelled for good.
                if operation == Operation::Renew && s.card != CardState::Cancelled {
                    whys.add_if(s.certificates == Certificates::None, Why::NothingToRenew);
                    whys.add_if(days_left(s).is_some_and(|days| days > 90), Why::NotDue);
                }
                whys.add_if(self.at("states", row, state) == "no", Why::State);
            }
            Task::SelfService(operation) => {
                let row = name(operation);
                if self.at("self-service", row, "without an officer") == "no" {
                    whys.add(Why::NotSelfService);
                    return whys;
                }
                whys.add_if(s.holder == HolderState::Closed, Why::ProfileClosed);
                self.by_self_service(s, row, &mut whys);
                let wrong = if s.card == CardState::Locked { Why::State } else { Why::StateNeedsDesk };
                whys.add_if(self.at("states", row, state) == "no", wrong);
            }
            Task::Authenticate => {
                whys.add_if(s.holder == HolderState::Closed, Why::ProfileClosed);
                let fits = self.at("states", "authenticate", state) == "yes";
                whys.add_if(!fits, Why::CannotAuthenticate);
                whys.add_if(days_left(s).is_some_and(|days| days < 0), Why::ExpiredNeedsDesk);
                whys.add_if(fits && s.certificates == Certificates::None, Why::EmptyNeedsDesk);
            }
        }
        whys
    }

    fn by_series(&self, s: &Situation<'_>, whys: &mut Whys) {
        let row = match s.task {
            Task::Desk(operation) => name(operation),
            Task::SelfService(_) => "self-service",
            Task::Authenticate => "authenticate",
        };
        match self.at("series", row, column(s.series)) {
            "yes" => {}
            "in training" => whys.add_if(s.realm != Realm::Training, Why::NotNhsStock),
            "blocked" => whys.add(Why::SeriesBlocked),
            "cannot" => whys.add(Why::SeriesCannot),
            "unknown" => whys.add(Why::SeriesUnknown),
            other => panic!("what is “{other}”?"),
        }
    }

    fn by_software(&self, s: &Situation<'_>, whys: &mut Whys) {
        let column = match (s.series, s.task) {
            (Series::Series10, Task::Authenticate) => "Series 10, authentication",
            (Series::Series10, _) => "Series 10, management",
            (Series::Series9, _) => "Series 9",
            _ => "Series 8",
        };
        let agent = matches!(s.software, ClientSoftware::IdentityAgent { .. });
        if agent && s.today > THE_END {
            return whys.add(Why::AgentEnded);
        }
        let row = self.software.iter().find(|(_, software)| software == s.software).expect("a row").0;
        match self.at("software", row, column) {
            "yes" | "until the end" => {}
            "too old" => whys.add(Why::SoftwareTooOld),
            "only signs in" => whys.add(Why::AgentOnlySignsIn),
            "retired" => whys.add(Why::AgentRetired),
            "silent" => whys.add(Why::SoftwareSilent),
            "missing" => whys.add(Why::SoftwareMissing),
            other => panic!("what is “{other}”?"),
        }
    }

    fn by_role(&self, s: &Situation<'_>, operation: Operation, whys: &mut Whys) {
        let expired = days_left(s).is_some_and(|days| days < 0);
        let row = match operation {
            Operation::Issue => "Issue a smartcard",
            Operation::Print => "Print a smartcard",
            Operation::Unlock => "Unlock a smartcard",
            Operation::Repair => "Repair a smartcard",
            Operation::Renew if expired => "Renew, certificates already expired",
            Operation::Renew => "Renew, certificates due within 90 days",
            Operation::Clear => "Clear a smartcard for reuse",
            Operation::Cancel => "Cancel a smartcard",
            Operation::ChangePasscode => "Change a passcode",
        };
        let column = ROLES.iter().find(|(role, _)| *role == s.role).expect("a column").1;
        if self.at("roles", row, column) == "no" {
            let due = self.at("roles", "Renew, certificates due within 90 days", column) == "yes";
            let lapsed = operation == Operation::Renew && due;
            whys.add(if lapsed { Why::RoleForExpired } else { Why::Role });
        }
    }

    fn by_record(&self, s: &Situation<'_>, row: &'static str, whys: &mut Whys) {
        let needed = |column| self.at("record", row, column) == "needed";
        whys.add_if(needed("open profile") && s.holder == HolderState::Closed, Why::ProfileClosed);
        whys.add_if(needed("photo") && s.photo == Photo::Missing, Why::PhotoMissing);
        let alone = match self.at("record", row, "no other card in use") {
            "needed" => true,
            "if unfinished" => s.card == CardState::Unfinished,
            _ => false,
        };
        whys.add_if(alone && s.other_card.is_some(), Why::OtherCard);
        if needed("printer") {
            whys.add_if(s.printer.is_none(), Why::PrinterMissing);
            let other = s.printer.is_some_and(|printer| printer != "magicard-doh-300-v2");
            whys.add_if(s.series == Series::Series10 && other, Why::PrinterModel);
        }
    }

    fn by_self_service(&self, s: &Situation<'_>, row: &'static str, whys: &mut Whys) {
        let says = |column, word| self.at("self-service", row, column) == word;
        let days = days_left(s);
        whys.add_if(says("expired certificates", "desk") && days.is_some_and(|d| d < 0), Why::ExpiredNeedsDesk);
        whys.add_if(says("no certificates", "desk") && days.is_none(), Why::EmptyNeedsDesk);
        whys.add_if(row == "renew" && days.is_some_and(|d| d > 90), Why::NotDue);
        whys.add_if(says("address", "needed") && s.address == Address::Missing, Why::NoAddress);
        whys.add_if(says("delivered", "needed") && s.delivery == Delivery::Awaited, Why::NotDelivered);
    }
}

/// Days from today to the last day of the certificates: 0 on that day itself.
fn days_left(s: &Situation<'_>) -> Option<i64> {
    match s.certificates {
        Certificates::None => None,
        Certificates::LastDay(last) => Some((last - s.today).whole_days()),
    }
}

/// The client software a row is named after.
fn software(row: &str) -> ClientSoftware {
    let version = |text: &str| text.parse::<Version>().expect("a version");
    let agent = row.strip_prefix("Identity Agent ").and_then(|rest| rest.split_once(" with Credential Management "));
    match (row.strip_prefix("Smartcard Connect "), agent) {
        (Some(connect), _) => ClientSoftware::SmartcardConnect(version(connect)),
        (None, Some((agent, credential_management))) => ClientSoftware::IdentityAgent {
            agent: version(agent),
            credential_management: version(credential_management),
        },
        (None, None) if row.contains("Port Service is silent") => ClientSoftware::Silent(SoftwarePart::PortService),
        (None, None) if row.contains("Management is silent") => {
            ClientSoftware::Silent(SoftwarePart::CredentialManagement)
        }
        (None, None) => ClientSoftware::NotFound,
    }
}

fn name(operation: Operation) -> &'static str {
    match operation {
        Operation::Issue => "issue",
        Operation::Print => "print",
        Operation::Unlock => "unlock",
        Operation::Repair => "repair",
        Operation::Renew => "renew",
        Operation::Clear => "clear",
        Operation::Cancel => "cancel",
        Operation::ChangePasscode => "change passcode",
    }
}

fn column(series: Series) -> &'static str {
    match series {
        Series::Series4 => "Series 4",
        Series::Series5 => "Series 5",
        Series::Series6 => "Series 6",
        Series::Series8 => "Series 8",
        Series::Series9 => "Series 9",
        Series::Series10 => "Series 10",
        Series::GenericPiv => "generic PIV card",
        Series::Unknown => "unknown card",
    }
}
