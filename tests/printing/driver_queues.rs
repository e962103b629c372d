//! Queues with a driver of their own: the same card as PWG raster and as PDF through Debian's Gutenprint driver, and all three
//! kinds of document to a printer that speaks IPP itself.

mod everywhere;

use std::time::Duration;

use cardwright::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::{
        magicard::{JobEncoder, JobOptions},
        page::{Document, PageEncoder},
        profile::HeadTag,
        spool::{CardUsed, IppQueue, Spool, SpoolError, Taken, TimeLimits, Word},
        virtual_printer::{Model, PrintedCard, VirtualPrinter},
    },
};

use self::everywhere::Everywhere;
use crate::{faces, print_queue::server::PrintServer};

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

/// How far each dye of the card is from the face at most, in steps of the printer's 64, and how many pixels differ at all.
fn far_from(card: &PrintedCard, planes: &Planes) -> (u8, usize) {
    let seen = &card.front.planes;
    let pairs = [(&seen.yellow, &planes.yellow), (&seen.magenta, &planes.magenta), (&seen.cyan, &planes.cyan)];
    let steps = pairs.into_iter().flat_map(|(seen, meant)| {
        seen.iter().zip(meant).map(|(seen, meant)| (seen >> 2).abs_diff(meant >> 2)).collect::<Vec<u8>>()
    });
    steps.fold((0, 0), |(most, count), step| (most.max(step), count + usize::from(step != 0)))
}

#[test]
fn a_page_goes_through_gutenprints_driver_and_comes_out_as_it_was_composed() {
    let server = PrintServer::start();
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    let device = format!("socket://127.0.0.1:{}", printer.port());
    server.add("driver", &["-v", &device, "-m", DRIVER]);
    let mut planes = faces::noise(71);
    planes.resin.fill(0);
    for document in Document::ALL {
        let page = page(&planes, document);
        let mut queue = queue(&server.queue("driver")).for_documents(document);
        let receipt = queue.send(&page).unwrap();
        assert!(matches!(receipt.taken, Taken::Queue { .. }), "{receipt:?}");
        // The queue knows that its printer has the job, and no more.
        assert!(matches!(queue.await_word(&mut |_| {}), Word::CannotSay { .. }));
        let card = printer.receive(LIMIT).unwrap().cards.unwrap().remove(0);
        let (most, differ) = far_from(&card, &planes);
        println!("{document}: {differ} of {} dye pixels differ, by {most} of 64 steps at most", 3 * WIDTH * HEIGHT);
        assert_eq!((most, differ), (0, 0), "{document}");
    }
}

#[test]
fn a_printer_that_speaks_ipp_gets_every_document_byte_by_byte_and_says_that_it_is_done() {
    let printer = Everywhere::start(&["-c", "/bin/true"]);
    let planes = faces::noise(72);
    let job = faces::job(&planes, &faces::profile(HeadTag::Kee));
    let mut finished = queue(&printer.address());
    finished.send(&job).unwrap();
    assert_eq!(finished.await_word(&mut |_| {}), Word::Done);
    assert!(printer.received(&job), "the bytes differ");
    for document in Document::ALL {
        let page = page(&planes, document);
        let mut queue = queue(&printer.address()).for_documents(document);
        queue.send(&page).unwrap();
        assert_eq!(queue.await_word(&mut |_| {}), Word::Done, "{document}");
        assert!(printer.received(&page), "{document}: the bytes differ");
    }
}

#[test]
fn a_job_that_the_printer_is_doing_is_cancelled_there_and_somebody_looks_at_the_card() {
    // Without a command it takes its time over each job.
    let printer = Everywhere::start(&[]);
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
    let printer = Everywhere::start(&[]);
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
