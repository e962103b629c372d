//! Every kind of damage: the look or the diagnosis before a repair says it, the repair mends it on the same chip, and
//! OpenSSL finds the new pair good afterwards.

use std::process::Command;

use cardwright::{
    card::piv::ObjectName,
    cis2::{Service, wire::Base64},
    domain::CertificateSlot::{Authentication, Signing},
    operations::{
        AuthenticationFault, CardStanding, Ending, OperationError, diagnosis::Finding, issue::PasscodeChoice,
    },
};

use super::{
    Bench, Task, card, digits,
    judge::{self, Stands},
    new_passcode, run,
    tampering::{Victim, header},
};
use crate::{
    desk::{self, Make},
    kills::Sweep,
    promise::{Chip, GatewayRecord},
};

/// Objects by the last byte of their tag.
const AUTHENTICATION: u8 = 0x05;
const SIGNING: u8 = 0x0A;
const IDENTIFIER: u8 = 0x02;
const CONTAINER: u8 = 0x07;
const PRINTED: u8 = 0x09;

/// Something that is no row of data objects.
const GARBAGE: [u8; 5] = [0xDE, 0xAD, 0xBE, 0xEF, 0x99];

/// What a kind of damage is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FoundBy {
    /// Every look at the card.
    Look,
    /// The diagnosis before a repair, which reads more.
    Diagnosis,
    /// The passcode of the card, with which its keys are tried and more is shown.
    Passcode,
}
use FoundBy::{Diagnosis, Look, Passcode};

/// One kind of damage.
struct Damage {
    name: &'static str,
    /// Does it to the first card; the second is another holder's, in order.
    harm: fn(Victim<'_>, Victim<'_>),
    found: &'static [Finding],
    by: FoundBy,
    /// The makes of card that have the object, and can be told apart without it.
    makes: &'static [Make],
}

const EVERY_MAKE: &[Make] = &[Make::Virtual, Make::Series9, Make::Independent];

const fn damage(
    name: &'static str,
    by: FoundBy,
    found: &'static [Finding],
    harm: fn(Victim<'_>, Victim<'_>),
) -> Damage {
    Damage { name, harm, found, by, makes: EVERY_MAKE }
}

const fn of(makes: &'static [Make], damage: Damage) -> Damage {
    Damage { makes, ..damage }
}

/// The first part of an object's content, as a write that was cut off leaves it.
fn half_written(victim: Victim<'_>, tag: u8) {
    let whole = victim.read(tag);
    victim.write(tag, &whole[..whole.len() / 2]);
}

/// A certificate object around these bytes.
fn as_certificate(der: &[u8]) -> Vec<u8> {
    [header(0x70, der.len()).as_slice(), der, &[0x71, 1, 0, 0xFE, 0]].concat()
}

/// A certificate for the first holder that no authority of ours made.
fn by_another_issuer() -> Vec<u8> {
    let mut parameters = rcgen::CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, format!("{} TRAINING", desk::holder(1)));
    let key = rcgen::KeyPair::generate().expect("a key");
    parameters.self_signed(&key).expect("a certificate").der().to_vec()
}

const DAMAGES: &[Damage] = &[
    damage("no identifier", Look, &[Finding::IdentifierMissing], |card, _| card.write(IDENTIFIER, &[])),
    damage("garbage for an identifier", Look, &[Finding::IdentifierUnreadable], |card, _| {
        card.write(IDENTIFIER, &GARBAGE);
    }),
    damage("an identifier half written", Look, &[Finding::IdentifierUnreadable], |card, _| {
        half_written(card, IDENTIFIER);
    }),
    damage("the identifier of another card", Look, &[Finding::IdentifierNotOnRecord], |card, other| {
        card.write(IDENTIFIER, &other.read(IDENTIFIER));
    }),
    damage("an identifier of another day", Look, &[Finding::IdentifierOfAnotherDay], |card, _| {
        let mut content = card.read(IDENTIFIER);
        let day = content.windows(2).position(|tag| tag == [0x35, 8]).expect("its last day");
        content[day + 2..day + 10].copy_from_slice(b"20300101");
        card.write(IDENTIFIER, &content);
    }),
    damage("no certificate", Look, &[Finding::CertificateMissing { slot: Signing }], |card, _| {
        card.write(SIGNING, &[]);
    }),
    damage(
        "a certificate object half written",
        Look,
        &[Finding::CertificateDamaged { slot: Authentication }],
        |card, _| {
            half_written(card, AUTHENTICATION);
        },
    ),
    damage("a truncated certificate", Look, &[Finding::CertificateDamaged { slot: Signing }], |card, other| {
        let der = Chip::read(other.readers, desk::READER).certificates[1].clone().expect("a certificate");
        card.write(SIGNING, &as_certificate(&der[..der.len() - 9]));
    }),
    damage(
        "a certificate of another holder",
        Look,
        &[Finding::CertificateOfAnotherHolder { slot: Authentication }],
        |card, other| card.write(AUTHENTICATION, &other.read(AUTHENTICATION)),
    ),
    damage(
        "both of another issuer",
        Look,
        &[
            Finding::CertificateOfAnotherIssuer { slot: Authentication },
            Finding::CertificateOfAnotherIssuer { slot: Signing },
        ],
        |card, _| {
            for tag in [AUTHENTICATION, SIGNING] {
                card.write(tag, &as_certificate(&by_another_issuer()));
            }
        },
    ),
    damage("certificates swapped", Look, &[Finding::CertificatesSwapped], |card, _| {
        let (authentication, signing) = (card.read(AUTHENTICATION), card.read(SIGNING));
        card.write(AUTHENTICATION, &signing);
        card.write(SIGNING, &authentication);
    }),
    damage(
        "the authentication key replaced",
        Passcode,
        &[Finding::KeyDoesNotFit { slot: Authentication }],
        |card, _| {
            card.make_another_key(0x9A);
        },
    ),
    damage("the signing key replaced", Passcode, &[Finding::KeyDoesNotFit { slot: Signing }], |card, _| {
        card.make_another_key(0x9C);
    }),
    of(
        &[Make::Virtual, Make::Series9],
        damage(
            "no capability container",
            Diagnosis,
            &[Finding::ObjectMissing { object: ObjectName::CardCapabilityContainer }],
            |card, _| card.write(CONTAINER, &[]),
        ),
    ),
    of(
        &[Make::Virtual, Make::Series9],
        damage(
            "a capability container half written",
            Diagnosis,
            &[Finding::ObjectDamaged { object: ObjectName::CardCapabilityContainer }],
            |card, _| half_written(card, CONTAINER),
        ),
    ),
    of(
        &[Make::Virtual],
        damage(
            "garbage for a discovery object",
            Diagnosis,
            &[Finding::ObjectDamaged { object: ObjectName::Discovery }],
            |card, _| card.write_discovery(&GARBAGE),
        ),
    ),
    of(
        &[Make::Virtual, Make::Series9],
        damage(
            "no certificate, and garbage for a capability container",
            Look,
            &[
                Finding::CertificateMissing { slot: Signing },
                Finding::ObjectDamaged { object: ObjectName::CardCapabilityContainer },
            ],
            |card, _| {
                card.write(SIGNING, &[]);
                card.write(CONTAINER, &GARBAGE);
            },
        ),
    ),
    of(
        &[Make::Virtual],
        damage(
            "no printed information",
            Passcode,
            &[Finding::ObjectMissing { object: ObjectName::PrintedInformation }],
            |card, _| card.write(PRINTED, &[]),
        ),
    ),
    of(
        &[Make::Virtual, Make::Independent],
        damage(
            "garbage for printed information",
            Passcode,
            &[Finding::ObjectDamaged { object: ObjectName::PrintedInformation }],
            |card, _| card.write(PRINTED, &GARBAGE),
        ),
    ),
    of(
        &[Make::Virtual, Make::Independent],
        damage(
            "printed information of somebody else",
            Passcode,
            &[Finding::ObjectNotOnRecord { object: ObjectName::PrintedInformation }],
            |card, _| card.write(PRINTED, &[&[1, 7][..], b"Another", &[4, 9], b"2030JAN01", &[0xFE, 0]].concat()),
        ),
    ),
];

/// A bench with two cards that are in order, and one damage after the other done to the first.
fn every_damage(make: Make, sweep: Sweep) {
    let bench = Bench::new(Task::RepairWithHolder);
    let (other, other_serial) = card(make, 2);
    bench.ready(Task::RepairWithHolder, 2, &*other);
    let other = Victim { readers: &*other, make, serial: &other_serial };
    let mut damages = 0;
    let of_make = DAMAGES.iter().filter(|damage| damage.makes.contains(&make));
    for (_, damage) in (0..).zip(of_make).filter(|(place, _)| sweep.stops_at(*place)) {
        let number = 10 + damages;
        let what = format!("{}, {make:?}", damage.name);
        let (readers, serial) = card(make, number);
        bench.ready(Task::RepairWithHolder, number, &*readers);
        let workplace = bench.desk(&*readers);
        assert_eq!(workplace.look_at_card(None).expect("looked at").standing, CardStanding::InOrder, "{what}: before");
        (damage.harm)(Victim { readers: &*readers, make, serial: &serial }, other);

        let look = workplace.look_at_card(None).expect("looked at");
        let seen = if damage.by == Look { damage.found } else { &[] };
        assert_eq!(look.diagnosis, seen, "{what}");
        assert_eq!(look.standing == CardStanding::Faulty, damage.by == Look, "{what}");
        let mut preflight = workplace.prepare_recertify(&super::wish(Task::RepairWithHolder)).expect(&what);
        let diagnosed = if damage.by == Passcode { &[] } else { damage.found };
        assert_eq!(preflight.diagnosis, diagnosed, "{what}");
        let certificates_are_readable = !diagnosed.iter().any(Finding::is_of_the_pair);
        if certificates_are_readable {
            preflight.try_keys(&desk::passcode()).expect(&what);
            assert_eq!(preflight.diagnosis, damage.found, "{what}: with the passcode");
        }
        drop(preflight);
        trial(&bench, &*readers, damage, &what);

        let tries = judge::tries_of(&*readers);
        let preflight = workplace.prepare_recertify(&super::wish(Task::RepairWithHolder)).expect(&what);
        let report = workplace.repair(preflight, Some(new_passcode()), &mut |_| {}).expect(&what);
        assert_eq!(report.ending, Ending::Done, "{what}");
        let keys: Vec<Finding> =
            damage.found.iter().filter(|found| matches!(found, Finding::KeyDoesNotFit { .. })).copied().collect();
        if certificates_are_readable {
            assert_eq!(report.found, keys, "{what}: asked once the passcode was set");
        }
        assert_eq!(judge::held(&bench, &*readers, &serial, &desk::holder(number), &what), Stands::New, "{what}");
        assert_eq!(judge::tries_of(&*readers), tries, "{what}: no try was lost");
        let mended = workplace.look_at_card(None).expect("looked at");
        assert_eq!((mended.standing, mended.diagnosis.as_slice()), (CardStanding::InOrder, [].as_slice()), "{what}");
        let mut again = workplace.prepare_recertify(&super::wish(Task::RepairWithHolder)).expect(&what);
        again.try_keys(&new_passcode()).expect(&what);
        assert_eq!(again.diagnosis, [], "{what}: mended");
        drop(again);
        assert_eq!(workplace.try_card(None, &new_passcode()).expect(&what).findings, [], "{what}");
        openssl_agrees(&bench, &Chip::read(&*readers, desk::READER), &what);
        damages += 1;
    }
    crate::report!("{damages} kinds of damage, {make:?}: each was said, and mended on the same chip");
}

/// Does the card work? What keeps it from working is said, and what does not is said beside.
fn trial(bench: &Bench, readers: &dyn cardwright::card::reader::CardReaders, damage: &Damage, what: &str) {
    let tried = bench.desk(readers).try_card(None, &desk::passcode());
    let is_of_the_pair = damage.found.iter().any(Finding::is_of_the_pair);
    match tried {
        Ok(tried) => {
            // Whether an identifier is on record, nobody asks who is not signed in.
            let unseen = |finding: &Finding| *finding == Finding::IdentifierNotOnRecord;
            let seen: Vec<Finding> = damage.found.iter().filter(|found| !unseen(found)).copied().collect();
            assert!(!is_of_the_pair, "{what}: it does not work");
            assert_eq!(tried.findings, seen, "{what}");
        }
        Err(OperationError::Faulty { findings, .. }) => {
            assert!(is_of_the_pair && findings.iter().any(Finding::is_of_the_pair), "{what}: {findings:?}");
            if damage.by == Passcode {
                assert_eq!(findings, damage.found, "{what}");
            }
        }
        Err(error) => assert!(is_of_the_pair && error.to_string().contains("certificate"), "{what}: {error}"),
    }
}

/// OpenSSL, with the chain and the lists of this moment: both certificates on the card are good.
fn openssl_agrees(bench: &Bench, chip: &Chip, what: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("chain.pem", &bench.service.chain_pem().expect("a chain"));
    write("crl.pem", &bench.service.crl_pem().expect("revocation lists"));
    for (name, der) in ["authentication.pem", "signing.pem"].into_iter().zip(&chip.certificates) {
        let der = Base64(der.clone().unwrap_or_else(|| panic!("{what}: a certificate")));
        let text = serde_json::to_value(der).expect("text");
        let lines: Vec<&str> = text
            .as_str()
            .expect("text")
            .as_bytes()
            .chunks(64)
            .map(|line| str::from_utf8(line).expect("ASCII"))
            .collect();
        write(name, &format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n")));
    }
    let output = Command::new("openssl")
        .args(["verify", "-CAfile", "chain.pem", "-CRLfile", "crl.pem", "-crl_check_all"])
        .args(["authentication.pem", "signing.pem"])
        .current_dir(folder.path())
        .output()
        .expect("openssl");
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_damage_of_the_virtual_card_is_said_and_mended() {
    every_damage(Make::Virtual, Sweep::Everywhere);
}

#[test]
fn every_damage_of_a_series_9_card_is_said_and_mended() {
    every_damage(Make::Series9, Sweep::of_few(1));
}

#[test]
fn every_damage_of_the_independent_card_is_said_and_mended() {
    // It works ten times slower than ours.
    every_damage(Make::Independent, Sweep::of_many(1));
}

#[test]
fn keys_are_tried_with_one_try_of_the_passcode() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        let bench = Bench::new(Task::RepairWithHolder);
        let (readers, _) = card(make, 1);
        bench.ready(Task::RepairWithHolder, 1, &*readers);
        let workplace = bench.desk(&*readers);
        let before = GatewayRecord::open(&bench.data()).everything();
        let whole = judge::tries_of(&*readers);
        let mut preflight = workplace.prepare_recertify(&super::wish(Task::RepairWithHolder)).expect("prepared");
        let wrong = preflight.try_keys(&digits(b"000000"));
        let Err(OperationError::Authentication(AuthenticationFault::WrongPasscode { tries_left: Some(left) })) = wrong
        else {
            panic!("{make:?}: {wrong:?}")
        };
        assert_eq!(u16::from(left), whole - 1, "{make:?}: one try");
        assert_eq!(preflight.try_keys(&desk::passcode()).map_err(|error| error.to_string()), Ok(()), "{make:?}");
        assert_eq!(preflight.diagnosis, [], "{make:?}");
        drop(preflight);
        judge::lock_with_wrong_tries(&*readers);
        let mut preflight = workplace.prepare_recertify(&super::wish(Task::RepairWithHolder)).expect("prepared");
        assert_eq!(preflight.diagnosis, [Finding::PasscodeLocked], "{make:?}");
        let locked = preflight.try_keys(&desk::passcode());
        assert!(
            matches!(locked, Err(OperationError::Authentication(AuthenticationFault::Locked))),
            "{make:?}: {locked:?}"
        );
        drop(preflight);
        assert_eq!(GatewayRecord::open(&bench.data()).everything(), before, "{make:?}: nothing on record has changed");
    }
}

/// A card that was issued by a desk which told no identifier: none is missed.
#[test]
fn a_card_from_before_identifiers_were_told_is_in_order() {
    let bench = Bench::new(Task::RepairWithHolder);
    let (readers, serial) = card(Make::Virtual, 1);
    bench.ready(Task::RepairWithHolder, 1, &*readers);
    GatewayRecord::forget_identifiers(&bench.data());
    let workplace = bench.desk(&*readers);
    assert_eq!(workplace.look_at_card(None).expect("looked at").standing, CardStanding::InOrder);
    assert!(bench.service.card(&serial).expect("on record").identifier.is_none());
    assert_eq!(run(&workplace, Task::RepairWithHolder).expect("prepared").ending, Ending::Done);
    assert!(bench.service.card(&serial).expect("on record").identifier.is_some(), "told with its new certificates");
    let left = desk::issue(&workplace, desk::holder(1), PasscodeChoice::ChosenByHolder).map(drop);
    assert!(left.is_err(), "it is in use");
}
