//! Printers at USB plugs, as Linux lists them for the USB printer class.

use std::{fs, path::Path};

use super::{Found, model_of_plug};
use crate::printer::{choice::Destination, profile::Profiles};

/// Where Linux lists them.
const CLASS: &str = "/sys/class/usbmisc";
/// Where their devices are.
const DEVICES: &str = "/dev/usb";

/// All of them.
pub(super) fn find(profiles: &Profiles) -> Vec<Found> {
    listed(Path::new(CLASS), profiles)
}

fn listed(class: &Path, profiles: &Profiles) -> Vec<Found> {
    let mut names: Vec<String> = fs::read_dir(class)
        .map(|entries| entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
        .unwrap_or_default();
    names.retain(|name| name.starts_with("lp"));
    names.sort();
    names.iter().map(|name| one(class, name, profiles)).collect()
}

fn one(class: &Path, name: &str, profiles: &Profiles) -> Found {
    let device = class.join(name).join("device");
    let id = fs::read_to_string(device.join("ieee1284_id")).unwrap_or_default();
    let plug = |file: &str| {
        let text = fs::read_to_string(device.join("..").join(file)).unwrap_or_default();
        clean(&text)
    };
    let path = Path::new(DEVICES).join(name);
    let (vendor, product) = (plug("idVendor"), plug("idProduct"));
    // Some plugs give no device id, or one without a model.
    let model = Some(model(&id)).filter(|said| !said.is_empty());
    Found {
        name: format!("USB {vendor}:{product} at {}", path.display()),
        destination: Destination::Usb(path),
        model: model.unwrap_or_else(|| model_of_plug(&vendor, &product, profiles)),
        serial: plug("serial"),
        profiles: Vec::new(),
    }
}

/// `MDL` of a device id, `MFG:Magicard ; CMD:PCL,MPL;MDL:RioTango2D` (IEEE 1284; `facts/magicard.md` 2).
fn model(id: &str) -> String {
    let value = |wanted: &[&str]| {
        id.split(';')
            .filter_map(|part| part.split_once(':'))
            .find(|(key, _)| wanted.contains(&key.trim()))
            .map(|(_, value)| clean(value))
    };
    value(&["MDL", "MODEL"]).unwrap_or_default()
}

fn clean(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_id_says_the_model() {
        assert_eq!(model("MFG:Magicard ; CMD:PCL,MPL;MDL:RioTango2D"), "RioTango2D");
        assert_eq!(model("MFG:DoH ;MDL:DoH"), "DoH");
        assert_eq!(model(""), "");
    }

    #[test]
    fn a_listed_plug_is_a_printer_with_its_device() {
        let class = tempfile::tempdir().unwrap();
        let plug = class.path().join("plug");
        fs::create_dir_all(plug.join("interface")).unwrap();
        fs::write(plug.join("idVendor"), "0c1f\n").unwrap();
        fs::write(plug.join("idProduct"), "1800\n").unwrap();
        fs::write(plug.join("interface/ieee1284_id"), "MFG:Magicard ;MDL:RioTango2D\n").unwrap();
        fs::create_dir(class.path().join("lp0")).unwrap();
        std::os::unix::fs::symlink(plug.join("interface"), class.path().join("lp0/device")).unwrap();
        fs::create_dir(class.path().join("hiddev0")).unwrap();
        let profiles = Profiles::bundled().unwrap();
        let found = listed(class.path(), &profiles);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].model.as_str(), found[0].destination.to_string()),
            ("RioTango2D", "usb:/dev/usb/lp0".into())
        );
        assert!(found[0].name.contains("0c1f:1800"), "{}", found[0].name);
        assert!(listed(&class.path().join("none"), &profiles).is_empty());
        // Without a device id its numbers say what it is.
        for id in ["", "MFG:Magicard ;CLS:PRINTER\n"] {
            fs::write(plug.join("interface/ieee1284_id"), id).unwrap();
            assert_eq!(listed(class.path(), &profiles)[0].model, "RioTango2D", "{id}");
        }
        fs::remove_file(plug.join("interface/ieee1284_id")).unwrap();
        assert_eq!(listed(class.path(), &profiles)[0].model, "RioTango2D");
    }
}
