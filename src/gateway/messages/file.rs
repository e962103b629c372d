//! Messages as files: what training reads instead of a mailbox.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Message, Messages, NotSent, Recipient};
use crate::gateway::{GatewayError, private_file, random};

/// A folder with one file a message, readable by its owner alone.
pub struct FileMessages {
    folder: PathBuf,
}

impl FileMessages {
    /// Messages into this folder, which is made when it is missing.
    pub fn open(folder: &Path) -> Result<Self, GatewayError> {
        private_file::folder(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }
}

impl Messages for FileMessages {
    fn send(&self, message: &Message) -> Result<(), NotSent> {
        let failed = |why: &dyn std::fmt::Display| NotSent::File(why.to_string());
        let unique: [u8; 8] = random::bytes().map_err(|fault| failed(&fault.problem.title))?;
        let address = match &message.to {
            Recipient::Email(address) | Recipient::Mobile(address) => address,
        };
        let text = format!("To: {address}\nSubject: {}\n\n{}\n", message.subject, *message.text);
        // Written beside and renamed, so that whoever watches the folder finds whole messages.
        let name = crate::domain::hex(&unique);
        let beside = self.folder.join(format!("{name}.new"));
        private_file::write_new(&beside, text.as_bytes()).map_err(|error| failed(&error))?;
        fs::rename(&beside, self.folder.join(format!("{name}.txt"))).map_err(|error| failed(&error))
    }
}
