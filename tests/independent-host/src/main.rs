//! A GlobalPlatform host that nobody here wrote (crate `scll`), at the card in a PC/SC reader: it opens channels to the
//! security domain and to the PIV application, puts a new key set on and takes the old one away.
//!
//! Standard input: the reader's name, then the version and the three keys of the set the card holds and of the new one, a
//! line each: `30 KEY KEY KEY`, hexadecimal. Standard output: what was seen, a line each; an error ends it with 1.

use std::{error::Error, io};

use rand_core::OsRng;
use scll::{
    CardManager,
    backend::{KeyBackend, KeyKind},
    backend_rustcrypto::RustCryptoBackend,
    model::ScpVariant,
    report::ScpTargetKind,
    transport_pcsc::PcscTransport,
    workflow::{NewKeyset, OpenScpArgs, PutSdKeysArgs, SdKeys},
};

const ISSUER_SECURITY_DOMAIN: [u8; 8] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00];
const PIV: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];

type Host = CardManager<PcscTransport, RustCryptoBackend<OsRng>>;
type Outcome<T> = Result<T, Box<dyn Error>>;

/// A key set as it stands on a line.
struct Set {
    version: u8,
    kind: KeyKind,
    keys: [Vec<u8>; 3],
}

fn main() -> Outcome<()> {
    let mut lines = io::stdin().lines();
    let mut line = || -> Outcome<String> { Ok(lines.next().ok_or("a line is missing")??) };
    let reader = line()?;
    let (held, new) = (set(&line()?)?, set(&line()?)?);
    let transport = PcscTransport::connect(&reader).map_err(|error| format!("the reader: {error:?}"))?;
    let mut host = CardManager::new(transport, RustCryptoBackend::new(OsRng));

    let card = host.discover(None).map_err(|error| format!("discovery: {error:?}"))?;
    println!("default protocol: {:?}", card.scp_default);
    for keys in &card.isd_keysets {
        println!("key set: {:?}", keys);
    }
    let advertised = card.scp_supported.as_slice();

    let held_keys = import(&host, &held)?;
    for level in [0x01, 0x03, 0x13, 0x33] {
        open(&mut host, advertised, &ISSUER_SECURITY_DOMAIN, held_keys, held.version, level)?;
        println!("domain at level {level:02X}: {}", key_information(&mut host)?);
    }
    open(&mut host, advertised, &PIV, held_keys, held.version, 0x33)?;
    println!("application: {}", show(&mut host, &[0x00, 0xCB, 0x3F, 0xFF, 0x03, 0x5C, 0x01, 0x7E, 0x00])?);
    println!("tries: {}", show(&mut host, &[0x00, 0x20, 0x00, 0x80])?);

    open(&mut host, advertised, &ISSUER_SECURITY_DOMAIN, held_keys, held.version, 0x33)?;
    let new_keys = import(&host, &new)?;
    let put = PutSdKeysArgs {
        dek: held_keys.dek,
        new_keys: NewKeyset { enc: new_keys.enc, mac: new_keys.mac, dek: new_keys.dek, kind: new.kind },
        new_kvn: new.version,
        target_sd_aid: &ISSUER_SECURITY_DOMAIN,
    };
    host.put_sd_keys(&put).map_err(|error| format!("PUT KEY: {error:?}"))?;
    open(&mut host, advertised, &ISSUER_SECURITY_DOMAIN, new_keys, new.version, 0x33)?;
    println!("with the new keys: {}", key_information(&mut host)?);
    let old = [0x80, 0xE4, 0x00, 0x00, 0x03, 0xD2, 0x01, held.version];
    println!("the old ones deleted: {}", show(&mut host, &old)?);
    println!("and then: {}", key_information(&mut host)?);

    let refused = open(&mut host, advertised, &ISSUER_SECURITY_DOMAIN, held_keys, 0, 0x33);
    println!("the old keys: {}", refused.err().map_or_else(|| "taken".into(), |error| error.to_string()));
    Ok(())
}

fn set(line: &str) -> Outcome<Set> {
    let mut parts = line.split(' ').map(bytes);
    let mut part = || parts.next().ok_or("a part of the line is missing")?;
    let version = *part()?.first().ok_or("no version")?;
    let keys = [part()?, part()?, part()?];
    let kind = match keys[0].len() {
        16 => KeyKind::Aes128,
        24 => KeyKind::Aes192,
        _ => KeyKind::Aes256,
    };
    Ok(Set { version, kind, keys })
}

fn bytes(digits: &str) -> Result<Vec<u8>, String> {
    let pair = |at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..digits.len()).step_by(2).map(pair).collect::<Option<_>>().ok_or_else(|| "not hexadecimal".to_owned())
}

fn import(host: &Host, set: &Set) -> Outcome<SdKeys> {
    let key = |n: usize| {
        let imported = host.backend().import_key(set.kind, &set.keys[n]);
        imported.map_err(|error| format!("a key: {error:?}"))
    };
    Ok(SdKeys { enc: key(0)?, mac: key(1)?, dek: key(2)? })
}

fn open(host: &mut Host, advertised: &[ScpVariant], to: &[u8], keys: SdKeys, version: u8, level: u8) -> Outcome<()> {
    let target_kind = if to == PIV { ScpTargetKind::ApplicationAid } else { ScpTargetKind::SecurityDomainAid };
    let wanted = OpenScpArgs {
        target_aid: to,
        target_kind,
        sd_keys: keys,
        advertised,
        force_scp: None,
        kvn: version,
        requested_level: level,
    };
    let opened = host.open_scp(&wanted).map_err(|error| format!("{error:?}"))?;
    if opened.security_level_effective != level || (version != 0 && opened.kvn_effective != version) {
        let (version, level) = (opened.kvn_effective, opened.security_level_effective);
        return Err(format!("opened with version {version:02X} at level {level:02X}").into());
    }
    Ok(())
}

fn key_information(host: &mut Host) -> Outcome<String> {
    show(host, &[0x80, 0xCA, 0x00, 0xE0, 0x00])
}

fn show(host: &mut Host, command: &[u8]) -> Outcome<String> {
    let report = host.transmit(command).map_err(|error| format!("inside the channel: {error:?}"))?;
    let data: String = report.rapdu.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(format!("{data} {:04X}", report.sw))
}
