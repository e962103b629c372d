//! Queues with a driver of their own: the same card as PWG raster and as PDF through Debian's Gutenprint driver, and all three
//! kinds of document to a printer that speaks IPP itself.

mod everywhere;

use std::time::Duration;

use cardwright::{
    face::planes::Planes,
    printer::{
        choice::Destination,
        find::{self, Found, Places},
        magicard::{JobEncoder, JobOptions},
        page::{Document, PageEncoder},
        profile::{HeadTag, Profiles, StatusQuery},
        spool::{CardUsed, FileSpool, IppQueue, RawTcp, Spool, SpoolError, Taken, TimeLimits, Word},
        virtual_printer::{Model, VirtualPrinter},
    },
};

use self::everywhere::{Announced, Everywhere, Work};
use crate::{faces, print_queue::server::PrintServer};
#[cfg(target_os = "linux")]
use crate::{gutenprint_filter, independent_decoder as judge};

const LIMIT: Duration = Duration::from_secs(120);
const DRIVER: &str = "gutenprint.5.3://magicard-tango-2e/expert";

fn queue(address: &str) -> IppQueue {
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word: LIMIT };
    IppQueue::new(address, &faces::tango()).with_limits(limits)
}

fn page(planes: &Planes, document: Document) -> Vec<u8> {
    let encoder = PageEncoder::new(&faces::profile(HeadTag::Kee), document);
    encoder.encode(planes, &JobOptions::one_card(1_795_000_000)).unwrap()
}

/// A card of both sides as one document.
fn turned(front: &Planes, back: &Planes, document: Document) -> Vec<u8> {
    let options = JobOptions { back: Some(back), ..JobOptions::one_card(1_795_000_000) };
    PageEncoder::new(&faces::turning(HeadTag::Kee), document).encode(front, &options).unwrap()
}

/// Compares what the queue's printer gets with our own job of the same card: resin bit by bit, dyes in steps of the printer's
/// 64. Ghostscript, which CUPS has draw the page, puts all of it one line of the head (0.085 mm) further on, whatever the page
/// says of its size: line 0 stays empty there and our last line is lost.
#[cfg(target_os = "linux")]
fn the_same_but_one_line_further(theirs: &judge::Page, ours: &judge::Page, what: &str) {
    for letter in ['B', 'G', 'R', 'K'] {
        let (theirs, ours) = (&theirs.planes[&letter], &ours.planes[&letter]);
        assert!(theirs[0].iter().all(|pixel| *pixel == 0), "{what}: {letter} begins at line 0");
        let mut most = 0;
        for (line, (theirs, ours)) in theirs.iter().skip(1).zip(ours).enumerate() {
            for (theirs, ours) in theirs.iter().zip(ours) {
                most = most.max(theirs.abs_diff(*ours));
            }
            assert!(letter != 'K' || theirs == ours, "{what}: resin of line {line}");
        }
        println!("{what}: {letter} differs by {most} of 64 steps at most");
        // A black of dyes beside resin is told from it by one step (`src/printer/page.rs`).
        assert!(most <= 1, "{what}: {letter} differs by {most}");
    }
}

/// What a driver of Windows draws: another program reads the same pixels, the way round that they leave the printer.
#[test]
fn a_page_for_a_driver_of_windows_is_a_bitmap_of_the_same_pixels() {
    let planes = faces::noise(75);
    let folder = tempfile::tempdir().unwrap();
    let (bitmap, pixels) = (folder.path().join("page.bmp"), folder.path().join("page.ppm"));
    std::fs::write(&bitmap, page(&planes, Document::Bitmap)).unwrap();
    let read = std::process::Command::new("convert").args([&bitmap, &pixels]).status().expect("ImageMagick is there");
    assert!(read.success());
    let read = std::fs::read(&pixels).unwrap();
    let head = b"P6\n642 1016\n255\n";
    assert!(read.starts_with(head), "{:?}", String::from_utf8_lossy(&read[..32]));
    // A PDF has the pixels as they are, in the stream of its image.
    let pdf = page(&planes, Document::Pdf);
    let image = pdf.windows(14).position(|bytes| bytes == b"/Subtype /Imag").expect("an image");
    let begin = image + pdf[image..].windows(7).position(|bytes| bytes == b"stream\n").expect("its stream") + 7;
    let pixels = &read[head.len()..];
    assert!(pdf[begin..begin + pixels.len()] == *pixels, "the pixels differ");
}

/// CUPS makes a PDF of the raster, and a raster of the PDF, for the driver; its backend makes the job for the head.
#[cfg(target_os = "linux")]
#[test]
fn a_card_of_both_sides_comes_out_of_gutenprints_driver_as_one_with_its_resin() {
    let server = PrintServer::start();
    let folder = tempfile::tempdir().unwrap();
    let (front, back) = (faces::with_resin(34), faces::with_resin(35));
    let ours = judge::pages(&faces::both_sides(&front, &back)).unwrap();
    for document in Document::OF_IPP {
        let (name, file) = (document.word(), folder.path().join(document.word()));
        // The driver is set to one side, and to print pure black with resin.
        let options = ["-m", DRIVER, "-o", "Duplex=None", "-o", "StpBlackType=Resin"];
        server.add(name, &[&["-v", &format!("file://{}", file.display())][..], &options].concat());
        let mut queue = queue(&server.queue(name)).for_documents(document);
        let receipt = queue.send(&turned(&front, &back, document)).unwrap();
        assert!(matches!(receipt.taken, Taken::Queue { .. }), "{receipt:?}");
        // The queue knows that its printer has the job, and no more.
        assert!(matches!(queue.await_word(&mut |_| {}), Word::CannotSay { .. }));
        let theirs = judge::pages(&gutenprint_filter::converted(&std::fs::read(&file).unwrap())).unwrap();
        assert_eq!(theirs.len(), 2, "{document}");
        for ((page, ours), side) in theirs.iter().zip(&ours).zip(["PAG1", "PAG2"]) {
            assert!(page.says("DPXON") && page.says(side), "{document}: {:?}", page.commands);
            the_same_but_one_line_further(page, ours, &format!("{document}, {side}"));
        }
    }
}

/// Two cards of one side each would be one card of two sides on a queue that is set to turn cards.
#[cfg(target_os = "linux")]
#[test]
fn cards_of_one_side_stay_so_on_a_queue_that_is_set_to_turn_them() {
    let server = PrintServer::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("turns");
    let device = format!("file://{}", file.display());
    server.add("turns", &["-v", &device, "-m", DRIVER, "-o", "Duplex=DuplexTumble", "-o", "StpBlackType=Resin"]);
    let front = faces::with_resin(36);
    let options = JobOptions { copies: 2, ..JobOptions::one_card(1_795_000_000) };
    let encoder = PageEncoder::new(&faces::profile(HeadTag::Kee), Document::PwgRaster);
    let mut queue = queue(&server.queue("turns")).for_documents(Document::PwgRaster);
    queue.send(&encoder.encode(&front, &options).unwrap()).unwrap();
    let theirs = judge::pages(&gutenprint_filter::converted(&std::fs::read(&file).unwrap())).unwrap();
    assert_eq!(theirs.len(), 2);
    for page in &theirs {
        assert!(page.says("DPXOFF") && page.says("PAG1"), "{:?}", page.commands);
    }
}

/// A queue of CUPS without a driver file, in front of a printer that speaks IPP. The printer's own defaults are grey and
/// letters, as those of printers of the office are.
#[test]
fn a_queue_in_front_of_a_printer_of_ipp_asks_it_for_a_card_in_colour_and_both_sides() {
    let server = PrintServer::start();
    let printer = Everywhere::start(Work::AsAnOffice);
    server.add("everywhere", &["-v", &printer.address(), "-m", "everywhere"]);
    server.wait_for_driver("everywhere");
    let (front, back) = (faces::noise(76), faces::noise(77));
    let mut queue = queue(&server.queue("everywhere")).for_documents(Document::PwgRaster);
    // What the printer takes by itself goes on byte by byte.
    let page = turned(&front, &back, Document::PwgRaster);
    queue.send(&page).unwrap();
    assert!(printer.received(&page), "the bytes differ");
    // What it does not take is drawn for it by CUPS.
    let mut queue = queue.for_documents(Document::Pdf);
    queue.send(&turned(&front, &back, Document::Pdf)).unwrap();
    let drawn = printer.rasters().into_iter().find(|raster| *raster != page).expect("a second raster");
    let number = |at: usize| u32::from_be_bytes(drawn[4 + at..8 + at].try_into().unwrap());
    // PWG 5102.4, 4.3: both sides about the short edge; CR80 of 300 dots an inch; sRGB of 24 bits.
    assert_eq!((number(272), number(368)), (1, 1));
    assert_eq!((number(372), number(376)), (638, 1011));
    assert_eq!((number(388), number(400)), (24, 19));
}

#[test]
fn a_printer_that_speaks_ipp_gets_every_document_byte_by_byte_and_says_that_it_is_done() {
    let printer = Everywhere::start(Work::Quick);
    let planes = faces::noise(72);
    let job = faces::job(&planes, &faces::profile(HeadTag::Kee));
    let mut finished = queue(&printer.address());
    finished.send(&job).unwrap();
    assert_eq!(finished.await_word(&mut |_| {}), Word::Done);
    assert!(printer.received(&job), "the bytes differ");
    for document in Document::OF_IPP {
        let page = page(&planes, document);
        let mut queue = queue(&printer.address()).for_documents(document);
        queue.send(&page).unwrap();
        assert_eq!(queue.await_word(&mut |_| {}), Word::Done, "{document}");
        assert!(printer.received(&page), "{document}: the bytes differ");
    }
}

/// One card, every way to a printer at once: straight, through a raw queue, through a queue with Gutenprint's driver, to a
/// printer that speaks IPP itself, into a file.
#[test]
fn the_same_card_goes_through_every_kind_of_queue_byte_by_byte() {
    let server = PrintServer::start();
    let everywhere = Everywhere::start(Work::Quick);
    let folder = tempfile::tempdir().unwrap();
    let job = faces::job(&faces::noise(75), &faces::profile(HeadTag::Kee));
    let printers: Vec<VirtualPrinter> = (0..3).map(|_| VirtualPrinter::start(Model::default()).unwrap()).collect();
    let device = |printer: &VirtualPrinter| format!("socket://127.0.0.1:{}", printer.port());
    server.add("raw", &["-v", &device(&printers[1]), "-m", "raw"]);
    server.add("driver", &["-v", &device(&printers[2]), "-m", DRIVER]);
    let mut profile = faces::profile(HeadTag::Kee);
    profile.identity.status = StatusQuery::None;
    RawTcp::new("127.0.0.1", printers[0].port(), &profile).send(&job).unwrap();
    for address in [server.queue("raw"), server.queue("driver"), everywhere.address()] {
        queue(&address).send(&job).unwrap();
    }
    let file = folder.path().join("job.prn");
    FileSpool::new(&file).send(&job).unwrap();
    for (way, printer) in ["straight", "raw queue", "driver queue"].into_iter().zip(&printers) {
        let received = printer.receive(LIMIT).unwrap();
        assert!(received.job == job, "{way}: the bytes differ");
        assert!(received.cards.is_ok(), "{way}");
        assert!(printer.receive(Duration::from_millis(10)).is_err(), "{way}: printed twice");
    }
    assert!(everywhere.received(&job), "the printer of its own: the bytes differ");
    assert!(std::fs::read(&file).unwrap() == job, "the file differs");
    assert_eq!(server.jobs(), "");
}

/// Avahi and its own tools tell of the printers; ours is the only question. It goes straight to Avahi on the loopback
/// interface, which takes no multicast: the answer is that of RFC 6762, 6.7 all the same.
#[test]
fn printers_that_avahi_tells_of_are_found_with_name_place_and_what_they_are() {
    let profiles = Profiles::bundled().unwrap();
    let cards = VirtualPrinter::start(Model::default()).unwrap();
    let office = VirtualPrinter::start(Model::default()).unwrap();
    let raw = "_pdl-datastream._tcp";
    let _cards = Announced::service(
        "Cards “Süd” 3.1",
        raw,
        cards.port(),
        &["ty=Magicard DoH 300", "usb_MDL=Magicard DoH 300 v2"],
    );
    let _office = Announced::service("Office", raw, office.port(), &["ty=LaserJet 300"]);
    let everywhere = Everywhere::announced("Store room", "Magicard", "DoH 300 v2");
    let places = Places { server: None, network: Some(([127, 0, 0, 1], 5353).into()), limit: Duration::from_secs(1) };
    let begun = std::time::Instant::now();
    let of = |found: &[Found], name: &str| found.iter().find(|found| found.name == name).cloned();
    // What was announced a moment ago may not be answered for at the first question.
    let found = loop {
        let found = find::find(places, &profiles);
        if ["Cards “Süd” 3.1", "Office", "Store room"].iter().all(|name| of(&found, name).is_some()) {
            break found;
        }
        assert!(begun.elapsed() < LIMIT, "{found:?}");
    };
    let tcp = |port| Destination::Tcp { host: "127.0.0.1".to_owned(), port: Some(port) };
    // It was asked who it is, and said so itself.
    let known = of(&found, "Cards “Süd” 3.1").unwrap();
    assert_eq!((&known.destination, known.model.as_str()), (&tcp(cards.port()), "DoH 300 v2"), "{known:?}");
    assert_eq!((known.serial.as_str(), known.profiles[0].as_str()), ("VIRTUAL0001", "magicard-doh-300-v2"));
    // A printer of another make is told of, and asked nothing.
    let other = of(&found, "Office").unwrap();
    assert_eq!((&other.destination, other.model.as_str()), (&tcp(office.port()), "LaserJet 300"));
    assert_eq!((other.serial.as_str(), other.profiles.len()), ("", 0));
    // One that speaks IPP says what it is in the announcement alone.
    let queue = of(&found, "Store room").unwrap();
    let address = format!("ipp://127.0.0.1:{}/ipp/print", everywhere.port());
    assert_eq!((queue.destination.to_string(), queue.model.as_str()), (address, "Magicard DoH 300 v2"));
    assert_eq!(queue.profiles.first().map(String::as_str), Some("magicard-doh-300-v2"));
}

#[test]
fn a_job_that_the_printer_is_doing_is_cancelled_there_and_somebody_looks_at_the_card() {
    let printer = Everywhere::start(Work::Slow);
    let mut queue = queue(&printer.address()).for_documents(Document::PwgRaster);
    let (cancel, page) = (queue.cancel(), page(&faces::noise(73), Document::PwgRaster));
    let sender = std::thread::spawn(move || queue.send(&page));
    printer.wait_until_it_prints();
    cancel.now();
    let error = sender.join().unwrap().unwrap_err();
    assert!(matches!(error, SpoolError::QueueUnsure { .. } | SpoolError::TakenBack { .. }), "{error}");
    assert!(error.to_string().contains("cancelled at this desk"), "{error}");
}

#[test]
fn a_printer_that_goes_in_the_middle_is_not_taken_for_done() {
    let printer = Everywhere::start(Work::Slow);
    let limits =
        TimeLimits { connect: LIMIT, send: Duration::from_secs(2), hang_up: LIMIT, word: Duration::from_secs(1) };
    let mut queue = queue(&printer.address()).for_documents(Document::Pdf).with_limits(limits);
    let page = page(&faces::noise(74), Document::Pdf);
    let sender = std::thread::spawn(move || {
        let error = queue.send(&page).unwrap_err();
        (error, queue.await_word(&mut |_| {}))
    });
    printer.wait_until_it_prints();
    drop(printer);
    let (error, word) = sender.join().unwrap();
    assert_eq!(error.card_used(), CardUsed::Perhaps, "{error}");
    assert!(matches!(word, Word::CannotSay { .. }), "{word:?}");
}
