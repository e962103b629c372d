//! The card face templates of a workstation: the built-in one, and the organisation's own in a folder.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use super::{Configuration, Places};
use crate::face::{
    Template, TemplateError,
    template::{self, BUILT_IN, BUILT_IN_TEXT, LONGEST},
};

/// Folder of the organisation's templates inside the data folder, where none is configured.
const FOLDER: &str = "card-faces";
/// Letters, digits and hyphens of a name, at most.
const LONGEST_NAME: usize = 40;

/// Why a card face cannot be read or saved. Nothing was printed or changed.
#[derive(Debug, thiserror::Error)]
pub enum CardFaceError {
    /// The template has a mistake.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The name is not one a file may have.
    #[error("“{0}” is no name for a card face: use 1 to 40 small letters, digits and hyphens; nothing was saved")]
    Name(String),
    /// The built-in template stays as it is.
    #[error("“{0}” is the built-in card face and stays as it is: save yours under another name; nothing was saved")]
    BuiltIn(String),
    /// There is no such template.
    #[error("there is no card face “{name}” in {folder}: put {name}.toml there, or correct printing.card-face")]
    Unknown {
        /// Its name.
        name: String,
        /// The folder.
        folder: String,
    },
    /// The picture cannot be used.
    #[error(
        "the picture {0} was not taken: use a PNG or JPEG picture, or an SVG drawing whose text is turned into paths"
    )]
    Picture(String),
    /// The file cannot be written.
    #[error(
        "{file} cannot be written ({source}): check that you may write there and that there is room; nothing was changed"
    )]
    Write {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
}

/// The templates, and the one that cards are printed with.
pub struct CardFaces {
    folder: PathBuf,
    chosen: String,
    in_use: RwLock<Arc<Template>>,
}

impl CardFaces {
    /// Opens the folder and reads the template in use.
    ///
    /// # Errors
    /// The one that is configured is not there or has a mistake.
    pub fn open(places: &Places, configuration: &Configuration) -> Result<Self, CardFaceError> {
        let folder = configuration.printing.card_faces.clone().unwrap_or_else(|| places.data().join(FOLDER));
        let chosen = configuration.printing.card_face.clone().unwrap_or_else(|| BUILT_IN.to_owned());
        let template = read(&folder, &chosen)?;
        Ok(Self { folder, chosen, in_use: RwLock::new(Arc::new(template)) })
    }

    /// The template cards are printed with.
    #[must_use]
    pub fn in_use(&self) -> Arc<Template> {
        self.in_use.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Name of the template cards are printed with.
    #[must_use]
    pub fn name_in_use(&self) -> &str {
        &self.chosen
    }

    /// The organisation's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Names of all templates: the built-in one, then the organisation's by name.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let toml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
        let stem = |path: PathBuf| path.file_stem()?.to_str().map(str::to_owned);
        let mut names: Vec<String> = files.filter(toml).filter_map(stem).filter(|name| is_name(name)).collect();
        names.retain(|name| name != BUILT_IN);
        names.sort();
        names.insert(0, BUILT_IN.to_owned());
        names
    }

    /// The text of a template.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn text(&self, name: &str) -> Result<String, CardFaceError> {
        text(&self.folder, name)
    }

    /// Writes a template into the organisation's folder, whole or not at all. When it is the one in use, cards are printed
    /// with it from now on.
    ///
    /// # Errors
    /// Its name is not free, it has a mistake, or it cannot be written. What was there stays.
    pub fn save(&self, name: &str, text: &str) -> Result<PathBuf, CardFaceError> {
        if name == BUILT_IN {
            return Err(CardFaceError::BuiltIn(name.to_owned()));
        }
        if !is_name(name) {
            return Err(CardFaceError::Name(name.to_owned()));
        }
        let file = self.folder.join(format!("{name}.toml"));
        let template =
            Template::parse_in(text, &self.folder).map_err(|error| error.in_file(&file.display().to_string()))?;
        let aside = self.folder.join(format!(".{name}.toml.new"));
        fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&aside, text))
            .and_then(|()| fs::rename(&aside, &file))
            .map_err(|source| CardFaceError::Write { file: file.display().to_string(), source })?;
        if name == self.chosen {
            *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(template);
        }
        Ok(file)
    }

    /// Takes a picture of the organisation into the folder, beside the templates that name it, and says its name there. One
    /// that is there already stays as it is; another of the same name is never written over.
    ///
    /// # Errors
    /// It is no picture that a template can use, or it cannot be written. What was there stays.
    pub fn take_picture(&self, file: &Path) -> Result<String, CardFaceError> {
        let bytes = template::artwork(file).map_err(CardFaceError::Picture)?;
        let name = plain_name(file);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "png"));
        let names = (1..=MOST_OF_A_NAME).map(|number| match number {
            1 => format!("{stem}.{extension}"),
            number => format!("{stem}-{number}.{extension}"),
        });
        let write =
            |name: &str, source| CardFaceError::Write { file: self.folder.join(name).display().to_string(), source };
        fs::create_dir_all(&self.folder).map_err(|source| write(&name, source))?;
        for name in names {
            let place = self.folder.join(&name);
            match File::create_new(&place).and_then(|mut file| file.write_all(&bytes)) {
                Ok(()) => return Ok(name),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if template::artwork(&place).is_ok_and(|there| there == bytes) {
                        return Ok(name);
                    }
                }
                Err(source) => {
                    // A part of a picture is none.
                    let _ = fs::remove_file(&place);
                    return Err(write(&name, source));
                }
            }
        }
        Err(write(&name, io::ErrorKind::AlreadyExists.into()))
    }
}

/// Pictures that may have one name, told apart by a number.
const MOST_OF_A_NAME: u32 = 99;

/// The name of a picture's file with nothing in it that another system would take for a folder or a drive.
fn plain_name(file: &Path) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let part = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().chars().map(plain).collect());
    let stem: String = part(file.file_stem()).unwrap_or_default();
    let stem: String = stem.chars().take(LONGEST_NAME).collect();
    let stem = if stem.is_empty() { "picture" } else { &stem };
    let extension: Option<String> = part(file.extension());
    // What is no drawing is told by what is in it.
    let extension = extension.map(|extension| extension.to_lowercase()).filter(|extension| !extension.is_empty());
    format!("{stem}.{}", extension.as_deref().unwrap_or("png"))
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain)
}

fn text(folder: &Path, name: &str) -> Result<String, CardFaceError> {
    if name == BUILT_IN {
        return Ok(BUILT_IN_TEXT.to_owned());
    }
    let unknown = || CardFaceError::Unknown { name: name.to_owned(), folder: folder.display().to_string() };
    if !is_name(name) {
        return Err(unknown());
    }
    let mut text = String::new();
    // One byte more than a template has: a longer file is refused by the reader, and never held whole.
    let file = File::open(folder.join(format!("{name}.toml"))).map_err(|_| unknown())?;
    file.take(LONGEST as u64 + 1).read_to_string(&mut text).map_err(|_| unknown())?;
    Ok(text)
}

fn read(folder: &Path, name: &str) -> Result<Template, CardFaceError> {
    let text = text(folder, name)?;
    let file = format!("{name}.toml");
    let file = if name == BUILT_IN { file } else { folder.join(file).display().to_string() };
    Ok(Template::parse_in(&text, folder).map_err(|error| error.in_file(&file))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faces(folder: &Path, configuration: &Configuration) -> Result<CardFaces, CardFaceError> {
        let places = Places::new(Some(folder.to_owned()), None).expect("a folder was named");
        CardFaces::open(&places, configuration)
    }

    #[test]
    fn the_built_in_face_is_used_and_never_written_over() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let faces = faces(folder.path(), &Configuration::default()).expect("opens");
        assert_eq!((faces.name_in_use(), faces.names()), (BUILT_IN, vec![BUILT_IN.to_owned()]));
        for name in [BUILT_IN, "", "../x", "Ours", "a b"] {
            let error = faces.save(name, BUILT_IN_TEXT).expect_err(name);
            assert!(matches!(error, CardFaceError::BuiltIn(_) | CardFaceError::Name(_)), "{error}");
        }
        assert!(!faces.folder().exists());
        let mut configuration = Configuration::default();
        configuration.printing.card_face = Some("ours".into());
        let error = self::faces(folder.path(), &configuration).err().expect("not there").to_string();
        assert!(error.contains("ours.toml"), "{error}");
    }

    #[test]
    fn what_is_saved_is_printed_with_when_it_is_in_use() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let usual = faces(folder.path(), &Configuration::default()).expect("opens");
        let file = usual.save("ours", BUILT_IN_TEXT).expect("saved");
        assert_eq!(fs::read_to_string(file).expect("a file"), BUILT_IN_TEXT);
        assert_eq!(usual.names(), [BUILT_IN, "ours"]);
        let mut configuration = Configuration::default();
        configuration.printing.card_face = Some("ours".into());
        let ours = faces(folder.path(), &configuration).expect("opens");
        assert_eq!(ours.in_use().title, "NHS Care Identity card");
        ours.save("ours", &BUILT_IN_TEXT.replace("NHS Care Identity card\"", "Ours\"")).expect("saved");
        assert_eq!(ours.in_use().title, "Ours");
        let error = ours.save("ours", &BUILT_IN_TEXT.replace("size = 9.5", "size = 1.0")).expect_err("a mistake");
        assert!(error.to_string().contains("number.size") && error.to_string().contains("ours.toml"), "{error}");
        assert_eq!(ours.in_use().title, "Ours");
    }

    #[test]
    fn a_picture_is_taken_once_and_never_over_another() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let faces = faces(folder.path(), &Configuration::default()).expect("opens");
        let picture = |place: &str, red: u8| {
            let file = folder.path().join(place);
            let pixels = image::RgbImage::from_pixel(30, 20, image::Rgb([red, 0, 0]));
            pixels.save_with_format(&file, image::ImageFormat::Png).expect("a picture");
            file
        };
        let ours = picture("Our logo (new).PNG", 10);
        assert_eq!(faces.take_picture(&ours).expect("taken"), "Our-logo--new-.png");
        assert_eq!(faces.take_picture(&ours).expect("there already"), "Our-logo--new-.png");
        let other = picture("Our logo (new).png", 20);
        assert_eq!(faces.take_picture(&other).expect("taken beside it"), "Our-logo--new--2.png");
        let there = faces.folder().join("Our-logo--new-.png");
        assert_eq!(fs::read(&there).expect("there"), fs::read(&ours).expect("ours"), "it stays as it was");
        assert_eq!(faces.take_picture(&there).expect("in the folder already"), "Our-logo--new-.png");
        assert_eq!(faces.take_picture(&picture("no ending", 30)).expect("told by its bytes"), "no-ending.png");
        for (name, bytes) in [("words.png", "no picture"), ("words.svg", "<svg"), ("none.png", "")] {
            let file = folder.path().join(name);
            fs::write(&file, bytes).expect("a file");
            let error = faces.take_picture(&file).expect_err(name).to_string();
            assert!(error.contains(name) && error.contains("was not taken"), "{error}");
        }
        assert!(faces.take_picture(&folder.path().join("gone.png")).is_err());
        assert_eq!(fs::read_dir(faces.folder()).expect("there").count(), 3, "nothing else was written");
    }
}
