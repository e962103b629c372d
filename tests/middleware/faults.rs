//! Middleware that is not there, or is none.

use std::path::Path;

use cardwright::card::pkcs11::{Middleware, MiddlewareError, TokenError};

fn fault(module: &Path) -> MiddlewareError {
    match Middleware::new(module).tokens() {
        Err(TokenError::Middleware(fault)) => {
            let told = fault.to_string();
            assert!(told.contains(&module.display().to_string()), "it names the file: {told}");
            assert!(told.contains("no card was touched") && told.contains("IT"), "state and next action: {told}");
            fault
        }
        other => panic!("{} is no middleware, and yet: {other:?}", module.display()),
    }
}

#[test]
fn what_is_no_middleware_is_named_for_what_it_is() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let missing = folder.path().join("none.so");
    assert!(matches!(fault(&missing), MiddlewareError::Missing { .. }));
    let text = folder.path().join("notes.so");
    std::fs::write(&text, "where is the middleware?").expect("written");
    assert!(matches!(fault(&text), MiddlewareError::NoLibrary { .. }));
    // A library that is really there, is for this machine and loads: the system's own smart card library.
    let library = Path::new("/usr/lib/x86_64-linux-gnu/libpcsclite.so.1");
    let library = if library.exists() { library.to_owned() } else { compiled(folder.path(), "int nothing;") };
    assert!(matches!(fault(&library), MiddlewareError::NoModule { .. }));
}

/// A module that refuses to begin, as one does whose licence or configuration is missing.
#[test]
fn a_module_that_does_not_start_is_told_with_its_answer() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let source = "typedef unsigned long rv;\n\
                  static rv refuse(void *arguments) { (void)arguments; return 0x30; /* CKR_DEVICE_ERROR */ }\n\
                  static struct { unsigned char version[2]; rv (*first)(void *); void *others[67]; } list =\n\
                      { { 2, 40 }, refuse, { 0 } };\n\
                  rv C_GetFunctionList(void **out) { *out = &list; return 0; }\n";
    let module = compiled(folder.path(), source);
    let MiddlewareError::DoesNotStart { answer, .. } = fault(&module) else { panic!("it loads and does not start") };
    assert_eq!(answer, "DeviceError");
}

/// A library made from this text; the C compiler is there wherever this program is built.
fn compiled(folder: &Path, source: &str) -> std::path::PathBuf {
    let (text, library) = (folder.join("module.c"), folder.join("module.so"));
    std::fs::write(&text, source).expect("written");
    let made = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&text).status();
    assert!(made.expect("a C compiler").success());
    library
}
