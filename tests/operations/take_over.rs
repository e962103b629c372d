//! A workstation that never comes back: its card is brought back to blank at another one.

use std::{sync::Arc, time::Duration};

use cardwright::{
    card::transport::Moment,
    gateway::{Gateway, ManualClock},
    journal::Journal,
    operations::{Ending, Resumption, issue::PasscodeChoice},
};
use time::OffsetDateTime;

use crate::{
    desk::{self, Make, READER},
    promise::{self, Ended},
};

#[test]
fn another_workstation_cleans_the_card_and_the_first_one_accepts_it() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        let folder = desk::quick_folder();
        let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
        let data = folder.path().join("gateway");
        let mut config = desk::gateway_config(&data);
        config.clock = clock.clone();
        config.session_life = Duration::from_secs(24 * 60 * 60);
        let gateway = Gateway::start(config).expect("a gateway");
        let (service, profiles) = (desk::signed_in(&gateway.url()), desk::quick_profiles());
        let journal = |name: &str| Journal::open(&folder.path().join(name)).expect("a journal");
        let (lost, other) = (journal("lost"), journal("other"));
        let (readers, tear) = desk::tearing(desk::card(make, 1));
        let serial = desk::serial(make, 1);

        // Cut late enough that both certificates are on hold and objects are on the card.
        tear.arm(20, Moment::AfterEffect);
        let lost_desk = desk::desk(&service, &readers, &profiles, &lost);
        let report = desk::issue(&lost_desk, desk::holder(1), PasscodeChoice::LeftLocked).expect("prepared");
        assert!(matches!(report.ending, Ending::Unfinished { .. }), "{:?}", report.ending);
        tear.put_back();

        // Within its time the job is the other workstation's, and nothing is taken over.
        let other_desk = desk::desk(&service, &readers, &profiles, &other);
        assert_eq!(other_desk.take_over_all(&mut |_| {}).expect("asks"), []);
        clock.advance(Duration::from_secs(16 * 60));
        let taken = other_desk.take_over_all(&mut |_| {}).expect("takes over");
        assert!(matches!(&taken[..], [one] if matches!(one.resumption, Resumption::Undone { .. })), "{taken:?}");
        assert_eq!(promise::held(&data, &readers, READER, &serial, "taken over"), Ended::Blank);

        // The first workstation comes back after all: it finds the card settled and leaves it alone.
        let issued = desk::issue(&other_desk, desk::holder(2), PasscodeChoice::ChosenByHolder).expect("prepared");
        assert_eq!(issued.ending, Ending::Done);
        let resumed = desk::resume(&lost_desk);
        assert!(matches!(&resumed[..], [one] if matches!(one.resumption, Resumption::Undone { .. })), "{resumed:?}");
        assert_eq!(promise::held(&data, &readers, READER, &serial, "issued meanwhile"), Ended::Issued);
    }
}
