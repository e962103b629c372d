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
use crate::{faces, gutenprint_filter, independent_decoder as judge, print_queue::server::PrintServer};

const LIMIT: Duration = Duration::from_secs(120);
const DRIVER: &str = "gutenprint.5.3://magicard-tango-2e/expert";

fn queue(address: &str) -> IppQueue {
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word: LIMIT };
    IppQueue::new(address, &faces::profile(HeadTag::Kee)).with_limits(limits)
}

fn page(planes: &Planes, document: Document) -> Vec<u8> {
    let encoder = PageEncoder::new(&faces::profile(HeadTag::Kee), document);
    encoder.encode(planes, &JobOptions::one_card(1_795_000_000)).unwrap()
}

/// How far the filter's job is from the face, in steps of the printer's 64: on average and at most. `ours` is our own job of
/// the same face in the layout of that head.
fn far_from(theirs: &[u8], ours: &[u8]) -> (f64, u8) {
    let ours = judge::pages(ours).unwrap().remove(0);
    let planes = gutenprint_filter::filtered_planes(theirs);
    let (mut sum, mut most, mut count) = (0_u64, 0, 0_u64);
    for (letter, plane) in planes {
        for (line, pixels) in plane.chunks_exact(672).enumerate() {
            for (place, value) in pixels.iter().enumerate() {
                let step = ours.planes[&letter][line][place].abs_diff(value >> 2);
                (sum, most, count) = (sum + u64::from(step), most.max(step), count + 1);
            }
        }
    }
    (sum as f64 / count as f64, most)
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

/// CUPS makes a PDF of the raster, a raster of the PDF, and manages its colours on the way: the picture stays, not the bits.
#[test]
fn a_page_goes_through_gutenprints_driver_and_comes_out_as_it_was_composed() {
    let server = PrintServer::start();
    let folder = tempfile::tempdir().unwrap();
    let mut planes = faces::test_card();
    planes.resin.fill(0);
    let ours = faces::job(&planes, &faces::profile(HeadTag::Kee));
    for document in Document::OF_IPP {
        let (name, file) = (document.word(), folder.path().join(document.word()));
        server.add(name, &["-v", &format!("file://{}", file.display()), "-m", DRIVER]);
        let page = page(&planes, document);
        let mut queue = queue(&server.queue(name)).for_documents(document);
        let receipt = queue.send(&page).unwrap();
        assert!(matches!(receipt.taken, Taken::Queue { .. }), "{receipt:?}");
        // The queue knows that its printer has the job, and no more.
        assert!(matches!(queue.await_word(&mut |_| {}), Word::CannotSay { .. }));
        let (mean, most) = far_from(&std::fs::read(&file).unwrap(), &ours);
        println!("{document}: the dyes differ by {mean:.3} of 64 steps on average, by {most} at most");
        // Another way round, or another colour for a dye, is more than ten steps away.
        assert!(mean < 2.0, "{document}: {mean:.3}");
    }
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
