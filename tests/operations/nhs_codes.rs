//! Published codes stand beside the errors that really mean the same, and beside no others.

use cardwright::{
    card::{
        reader::{CardReaders, ReaderError},
        recognise::NotRecognised,
        transport::Moment,
        virtual_card::VirtualReaders,
    },
    cis2::{Service, ServiceError, wire},
    domain::{
        JobId, NhsCode, Operation, Series,
        eligibility::{ClientSoftware, SoftwarePart},
    },
    operations::{Ending, OperationError, issue::PasscodeChoice},
};

use crate::desk::{self, Make, READER, TestDesk};

/// What an issue that does not begin is told with.
fn refused(desk: &cardwright::operations::Desk<'_>) -> OperationError {
    desk::issue(desk, desk::holder(1), PasscodeChoice::LeftLocked).expect_err("it does not begin")
}

#[test]
fn a_card_that_cannot_be_read_is_err1002() {
    let bench = TestDesk::new();
    for readers in [VirtualReaders::new([""; 0]), VirtualReaders::new([READER])] {
        let error = refused(&bench.desk(&readers));
        assert!(matches!(error, OperationError::NoReader | OperationError::NoCard), "{error:?}");
        assert_eq!(error.nhs_code(), Some(NhsCode::CardUnreadable), "{error}");
    }
    let (readers, tear) = desk::tearing(desk::card(Make::Virtual, 1));
    tear.arm(0, Moment::BOTH[0]);
    let error = refused(&bench.desk(&readers));
    assert_eq!(error.nhs_code(), Some(NhsCode::CardUnreadable), "{error}");
    assert!(!error.to_string().contains("ERR1002"), "the code is beside the words, not in them: {error}");

    // A card that was read, and is of no use here, is another matter.
    let not_ours = [NotRecognised::Unknown, NotRecognised::Blocked(Series::Series6)];
    assert!(not_ours.iter().all(|why| why.nhs_code().is_none()));
    assert_eq!(NotRecognised::NoSerial { name: "test".into() }.nhs_code(), Some(NhsCode::CardUnreadable));
    let nobody = readers.connect("Reader 9", cardwright::card::reader::Access::Shared).err();
    assert!(
        nobody.is_none_or(|error| error.nhs_code().is_none() == matches!(error, ReaderError::UnknownReader { .. }))
    );
}

#[test]
fn a_service_that_cannot_give_the_unlock_code_is_err1009() {
    let bench = TestDesk::new();
    let job = JobId::from_random([7; 16]);
    let request = wire::Reserve {
        job: job.clone(),
        holder: desk::holder(1),
        serial: desk::serial(Make::Virtual, 1),
        series: Series::Series10,
        profile: "a stock nobody described".into(),
        client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
        locked: true,
        operation: Operation::Issue,
        keys: wire::KeysWanted::New,
    };
    let error = bench.service.reserve(&job, &request).expect_err("it has no keys for it");
    assert_eq!(error.nhs_code(), Some(NhsCode::NoUnlockCode), "{error}");
    assert_eq!(OperationError::from(error).nhs_code(), Some(NhsCode::NoUnlockCode));
    let silent = ServiceError::Unreachable { reason: "no connection".into() };
    assert_eq!(silent.nhs_code(), None, "a silent gateway says nothing of the card");
}

#[test]
fn work_that_ends_for_want_of_the_unlock_code_keeps_its_code() {
    let mut bench = TestDesk::new();
    let mut strange = bench.profiles.all().iter().find(|profile| profile.id == "training").expect("bundled").clone();
    strange.management_key.scheme = "a stock nobody described".into();
    bench.profiles.add(strange);
    let readers = desk::card(Make::Virtual, 1);
    let report = desk::issue(&bench.desk(&*readers), desk::holder(1), PasscodeChoice::LeftLocked).expect("it begins");
    assert!(matches!(report.ending, Ending::Undone { by_policy: false, .. }), "{:?}", report.ending);
    assert_eq!(report.ending.nhs_code(), Some(NhsCode::NoUnlockCode));
    let document = serde_json::to_value(&report.ending).expect("JSON");
    assert_eq!(document["nhs_code"], "ERR1009", "{document}");
}

#[test]
fn work_that_was_cut_off_is_err5022() {
    let bench = TestDesk::new();
    let (readers, tear) = desk::tearing(desk::card(Make::Virtual, 1));
    tear.arm(12, Moment::BOTH[0]);
    let report = desk::issue(&bench.desk(&readers), desk::holder(1), PasscodeChoice::LeftLocked).expect("it begins");
    assert!(tear.is_torn() && matches!(report.ending, Ending::Unfinished { .. }), "{:?}", report.ending);
    assert_eq!(report.ending.nhs_code(), Some(NhsCode::NotCompleted));
    assert_eq!(Ending::Done.nhs_code(), None);
}

#[test]
fn smartcard_software_that_does_not_answer_has_a_code_for_each_part() {
    let bench = TestDesk::new();
    for (software, code) in [
        (ClientSoftware::NotFound, NhsCode::SoftwareNotFound),
        (ClientSoftware::Silent(SoftwarePart::PortService), NhsCode::PortServiceSilent),
        (ClientSoftware::Silent(SoftwarePart::CredentialManagement), NhsCode::CredentialManagementSilent),
    ] {
        let readers = desk::card(Make::Virtual, 1);
        let error = refused(&cardwright::operations::Desk { software: software.clone(), ..bench.desk(&*readers) });
        assert!(matches!(error, OperationError::Refused(_)), "{error:?}");
        assert_eq!(error.nhs_code(), Some(code), "{error}");

        // A client that skips the check hears the same from the gateway.
        let job = JobId::from_random([8; 16]);
        let request = wire::Reserve {
            job: job.clone(),
            holder: desk::holder(1),
            serial: desk::serial(Make::Virtual, 1),
            series: Series::Series10,
            profile: "training".into(),
            client_software: software,
            locked: true,
            operation: Operation::Issue,
            keys: wire::KeysWanted::New,
        };
        let error = bench.service.reserve(&job, &request).expect_err("refused");
        assert_eq!(error.nhs_code(), Some(code), "{error}");
    }
}
