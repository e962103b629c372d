//! The key this workstation shares with its gateway: made once at the gateway, kept in a private file of the data folder.

use std::path::{Path, PathBuf};

use crate::{
    domain::{
        Secret, sha256_hex,
        telephone::{WorkstationKey, WorkstationNumber},
    },
    gateway::{GatewayError, private_file},
    operations::{Desk, OperationError},
};

/// Folder of the keys inside the data folder.
const FOLDER: &str = "workstation";

/// How this workstation is known at a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Its number there.
    pub number: WorkstationNumber,
    /// The key they share.
    pub key: WorkstationKey,
}

impl Enrolment {
    /// The enrolment at this gateway, if there is one. `gateway` is the name the desk keeps it under.
    ///
    /// # Errors
    /// Its file cannot be read, or is damaged.
    pub fn read(data: &Path, gateway: &str) -> Result<Option<Self>, OperationError> {
        let file = file(data, gateway);
        match std::fs::read(&file).map(Secret::new) {
            Ok(content) => Self::from_bytes(&content).map(Some).ok_or_else(|| damaged(&file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OperationError::WorkstationKey(format!("{}: {error}", file.display()))),
        }
    }

    /// Keeps it. Where another process was first, its enrolment counts.
    fn keep(self, data: &Path, gateway: &str) -> Result<Self, OperationError> {
        let failed = |error: GatewayError| match error {
            GatewayError::File { path, source } => {
                OperationError::WorkstationKey(format!("{}: {source}", path.display()))
            }
            other => OperationError::WorkstationKey(other.to_string()),
        };
        private_file::folder(&data.join(FOLDER)).map_err(failed)?;
        let file = file(data, gateway);
        let kept = private_file::read_or_make(&file, || Ok(self.to_bytes())).map_err(failed)?;
        Self::from_bytes(&kept).ok_or_else(|| damaged(&file))
    }

    /// Number (2 bytes, big-endian), then the key.
    fn to_bytes(&self) -> Secret {
        Secret::new([self.number.get().to_be_bytes().as_slice(), self.key.expose()].concat())
    }

    fn from_bytes(bytes: &Secret) -> Option<Self> {
        let (number, key) = bytes.expose().split_first_chunk::<2>()?;
        let number = u16::from_be_bytes(*number).try_into().ok()?;
        Some(Self { number, key: WorkstationKey::new(Secret::new(key.to_vec()))? })
    }
}

fn damaged(file: &Path) -> OperationError {
    OperationError::WorkstationKey(format!("{} is damaged", file.display()))
}

/// Each gateway has a file of its own: a key is of no use elsewhere.
fn file(data: &Path, gateway: &str) -> PathBuf {
    let name = sha256_hex(gateway.as_bytes());
    data.join(FOLDER).join(format!("{}.key", &name[..16]))
}

impl Desk<'_> {
    /// Enrols this workstation at its gateway, once: later calls find the file and ask nothing.
    ///
    /// # Errors
    /// The gateway does not answer or refuses, or the file cannot be kept.
    pub fn enrol(&self, gateway: &str) -> Result<Enrolment, OperationError> {
        let data = self.journal.folder();
        if let Some(known) = Enrolment::read(data, gateway)? {
            return Ok(known);
        }
        let enrolled = self.service.enrol_workstation()?;
        let key = WorkstationKey::new(enrolled.key.0).ok_or_else(|| {
            OperationError::Service(crate::cis2::ServiceError::Contract {
                reason: "the key of this workstation has the wrong length".to_owned(),
            })
        })?;
        Enrolment { number: enrolled.number, key }.keep(data, gateway)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enrolment(byte: u8) -> Enrolment {
        let key = WorkstationKey::new(Secret::new(vec![byte; WorkstationKey::LENGTH])).expect("32 bytes");
        Enrolment { number: u16::from(byte).try_into().expect("a number"), key }
    }

    #[test]
    fn each_gateway_has_its_own_and_the_first_one_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path();
        assert_eq!(Enrolment::read(data, "embedded").expect("nothing"), None);
        assert_eq!(enrolment(7).keep(data, "embedded").expect("kept"), enrolment(7));
        assert_eq!(enrolment(8).keep(data, "embedded").expect("the other was first"), enrolment(7));
        assert_eq!(Enrolment::read(data, "embedded").expect("read"), Some(enrolment(7)));
        assert_eq!(Enrolment::read(data, "https://gateway.example").expect("nothing"), None);
    }

    #[test]
    fn a_damaged_file_is_told_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path();
        enrolment(7).keep(data, "embedded").expect("kept");
        for wrong in [&b""[..], &[0; 34], &[1; 33], &[1; 35]] {
            std::fs::write(file(data, "embedded"), wrong).expect("written");
            let error = Enrolment::read(data, "embedded").expect_err("damaged").to_string();
            assert!(error.contains("damaged"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        enrolment(7).keep(folder.path(), "embedded").expect("kept");
        for (path, mode) in [(file(folder.path(), "embedded"), 0o600), (folder.path().join(FOLDER), 0o700)] {
            let metadata = std::fs::metadata(&path).expect("it is there");
            assert_eq!(metadata.permissions().mode() & 0o777, mode, "{}", path.display());
        }
    }
}
