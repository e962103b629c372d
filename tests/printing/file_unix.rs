//! What a file system of Unix may hold at the place of a job: links, pipes and sockets. All in a folder of the test's own.

use std::{
    fs,
    os::unix::{
        fs::{FileTypeExt, symlink},
        net::UnixListener,
    },
    process::Command,
};

use cardwright::printer::spool::{CardUsed, FileSpool, Spool, SpoolError};

/// Asks and sends: both refuse, name the path, and say what to do.
#[track_caller]
fn refused(path: &std::path::Path, what: &str) {
    let mut spool = FileSpool::new(path);
    for error in [spool.status().unwrap_err(), spool.send(b"job").unwrap_err()] {
        assert!(matches!(error, SpoolError::NotAFile { .. }), "{error}");
        assert_eq!(error.card_used(), CardUsed::No);
        let message = error.to_string();
        for word in [path.to_str().unwrap(), what, "nothing was written", "name another file"] {
            assert!(message.contains(word), "{message}");
        }
    }
}

#[test]
fn a_pipe_a_socket_and_links_to_them_are_refused_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    let _listener = UnixListener::bind(path("socket")).unwrap();
    symlink(path("pipe"), path("link-to-pipe")).unwrap();
    symlink(path("nothing"), path("link-to-nothing")).unwrap();
    for name in ["pipe", "socket", "link-to-pipe"] {
        refused(&path(name), "a device or a pipe");
    }
    refused(&path("link-to-nothing"), "a link to a file that is not there");
    let kind = |name: &str| fs::symlink_metadata(path(name)).unwrap().file_type();
    assert!(kind("pipe").is_fifo() && kind("socket").is_socket());
    assert!(kind("link-to-pipe").is_symlink() && kind("link-to-nothing").is_symlink());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "something was left beside");
}

#[test]
fn a_link_to_a_file_stays_a_link_and_the_job_goes_where_it_leads() {
    let folder = tempfile::tempdir().unwrap();
    let jobs = folder.path().join("jobs");
    fs::create_dir(&jobs).unwrap();
    fs::write(jobs.join("real.prn"), "before").unwrap();
    let link = folder.path().join("link.prn");
    symlink("jobs/real.prn", &link).unwrap();
    FileSpool::new(&link).send(b"job").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(jobs.join("real.prn")).unwrap(), b"job");
    assert_eq!(fs::read_dir(&jobs).unwrap().count(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
