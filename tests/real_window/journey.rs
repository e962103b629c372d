//! From sign-in to the printed card.

use crate::desktop_session::DesktopSession;

#[test]
fn the_window_opens_and_is_heard() {
    let mut session = DesktopSession::start();
    let data = session.folder().join("data");
    session.open(&["--data", &data.display().to_string()]);
    let before = session.spoken();
    println!("{before}");
    session.click("push button", "Tomos Llewelyn-Pryce");
    session.wait("push button", "Sign out");
    println!("{}", session.spoken());
}
