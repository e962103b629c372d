//! The module's file: what it is before it is loaded, loading it once, and running it for one group of exchanges.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11},
    error::{Error, RvError},
};

use super::error::{MiddlewareError, TokenError};

/// Bytes of a file that tell what it is: the header of a Windows library stands behind a DOS program of some hundred
/// bytes.
const HEAD: u64 = 4096;

/// Modules that were loaded. One stays loaded until the program ends: unloading is what modules are least tested in, and
/// their own threads and exit handlers would be left in the air. The lock is also what lets one part of the program use
/// a module at a time: starting and ending it concern the whole process.
static MODULES: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

/// Starts the module, does the work, and ends the module whatever came of it.
pub(super) fn running<R>(path: &Path, work: impl FnOnce(&Pkcs11) -> Result<R, TokenError>) -> Result<R, TokenError> {
    // What a panic left is a started module at most, and that is met below.
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    let module = match modules.get(path) {
        Some(known) => known.clone(),
        None => {
            let loaded = load(path)?;
            modules.insert(path.to_owned(), loaded.clone());
            loaded
        }
    };
    let running = Running::start(module, path)?;
    work(&running.0)
}

/// A started module; ended when dropped.
struct Running(Pkcs11);

impl Running {
    fn start(module: Pkcs11, path: &Path) -> Result<Self, MiddlewareError> {
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Started before and not ended, which does no harm.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, Function::Initialize)) => Ok(Self(module)),
            Err(error) => {
                let answer = match error {
                    Error::Pkcs11(answer, _) => format!("{answer:?}"),
                    other => other.to_string(),
                };
                Err(MiddlewareError::DoesNotStart { module: path.to_owned(), answer })
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A module that does not end is found started the next time.
        let _ = self.0.clone().finalize();
    }
}

fn load(path: &Path) -> Result<Pkcs11, MiddlewareError> {
    let module = path.to_owned();
    let head = match head_of(path) {
        Ok(head) => head,
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Err(MiddlewareError::Missing { module }),
        Err(fault) => return Err(MiddlewareError::Unreadable { module, fault: fault.to_string() }),
    };
    let program = Machine::of_this_program();
    match machine(&head) {
        None => return Err(MiddlewareError::NoLibrary { module }),
        Some(made_for) if program.is_some_and(|program| program != made_for) => {
            let words = |machine: Machine| machine.to_string();
            let program = program.map(words).unwrap_or_default();
            return Err(MiddlewareError::OtherMachine { module, made_for: words(made_for), program });
        }
        Some(_) => {}
    }
    Pkcs11::new(path).map_err(|error| match error {
        Error::LibraryLoading(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            MiddlewareError::NotLoadable { module, fault: format!("{error}{cause}") }
        }
        Error::Pkcs11(answer, _) => MiddlewareError::DoesNotStart { module, answer: format!("{answer:?}") },
        _ => MiddlewareError::NoModule { module },
    })
}

fn head_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// The processor a library is made for, by its own number in the header: ELF (System V ABI, e_machine) and PE (Microsoft's
/// PE format, Machine) number them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    X86,
    X86And64,
    Arm,
    Arm64,
    Other(u16),
}

impl Machine {
    /// The one this program is made for; `None` for one that no middleware is known for.
    fn of_this_program() -> Option<Self> {
        match std::env::consts::ARCH {
            "x86" => Some(Self::X86),
            "x86_64" => Some(Self::X86And64),
            "arm" => Some(Self::Arm),
            "aarch64" => Some(Self::Arm64),
            _ => None,
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::X86 => f.write_str("32-bit"),
            Self::X86And64 => f.write_str("64-bit"),
            Self::Arm => f.write_str("32-bit ARM"),
            Self::Arm64 => f.write_str("64-bit ARM"),
            Self::Other(number) => write!(f, "other (machine {number:#06x})"),
        }
    }
}

/// What the head of a file says of itself; `None` when it is no library of Linux or Windows.
fn machine(head: &[u8]) -> Option<Machine> {
    if head.starts_with(b"\x7FELF") {
        let number = two_bytes(head, 18)?;
        // Byte 5 is 2 where the most significant byte comes first.
        let number = if head.get(5) == Some(&2) { number.swap_bytes() } else { number };
        return Some(match number {
            3 => Machine::X86,
            40 => Machine::Arm,
            62 => Machine::X86And64,
            183 => Machine::Arm64,
            other => Machine::Other(other),
        });
    }
    if head.starts_with(b"MZ") {
        let low = usize::from(two_bytes(head, 0x3C)?);
        let high = usize::from(two_bytes(head, 0x3E)?);
        let header = head.get((high << 16) + low..)?;
        if !header.starts_with(b"PE\0\0") {
            return None;
        }
        return Some(match two_bytes(header, 4)? {
            0x014C => Machine::X86,
            0x01C4 => Machine::Arm,
            0x8664 => Machine::X86And64,
            0xAA64 => Machine::Arm64,
            other => Machine::Other(other),
        });
    }
    None
}

/// Two bytes, the least significant first.
fn two_bytes(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(pair.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn elf(machine: [u8; 2], order: u8) -> Vec<u8> {
        let mut head = b"\x7FELF\x02".to_vec();
        head.push(order);
        head.resize(18, 0);
        head.extend(machine);
        head
    }

    fn windows(machine: u16) -> Vec<u8> {
        let mut head = b"MZ".to_vec();
        head.resize(0x3C, 0);
        head.extend(0x80_u32.to_le_bytes());
        head.resize(0x80, 0);
        head.extend(b"PE\0\0");
        head.extend(machine.to_le_bytes());
        head
    }

    #[test]
    fn libraries_say_which_machine_they_are_made_for() {
        assert_eq!(machine(&elf([62, 0], 1)), Some(Machine::X86And64));
        assert_eq!(machine(&elf([0, 3], 2)), Some(Machine::X86));
        assert_eq!(machine(&elf([183, 0], 1)), Some(Machine::Arm64));
        assert_eq!(machine(&windows(0x8664)), Some(Machine::X86And64));
        assert_eq!(machine(&windows(0x014C)), Some(Machine::X86));
        assert_eq!(machine(b"#!/bin/sh\n"), None);
        assert_eq!(machine(b"MZ"), None);
        assert_eq!(machine(b""), None);
        let here = std::env::current_exe().expect("this test is a program");
        assert_eq!(machine(&head_of(&here).expect("it can be read")), Machine::of_this_program());
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named_with_the_reason() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("written");
            path
        };
        let fault = |path: &Path| load(path).expect_err("it is no module");
        assert!(matches!(fault(&folder.path().join("none.so")), MiddlewareError::Missing { .. }));
        assert!(matches!(fault(folder.path()), MiddlewareError::Unreadable { .. }));
        assert!(matches!(fault(&file("text.so", b"not a library")), MiddlewareError::NoLibrary { .. }));
        let other = if cfg!(target_arch = "x86_64") { [183, 0] } else { [62, 0] };
        let other = fault(&file("other.so", &elf(other, 1)));
        assert!(
            matches!(&other, MiddlewareError::OtherMachine { .. }) && other.to_string().contains("64-bit"),
            "{other}"
        );
        let here = head_of(&std::env::current_exe().expect("this test")).expect("it can be read");
        let broken = fault(&file("broken.so", here.get(..64).expect("a header")));
        assert!(matches!(broken, MiddlewareError::NotLoadable { .. }), "{broken}");
    }

    proptest! {
        #[test]
        fn any_head_is_judged(head in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
            let _ = machine(&head);
            for sample in [elf([62, 0], 1), windows(0x8664)] {
                let _ = machine(sample.get(..cut).unwrap_or(&sample));
            }
        }
    }
}
