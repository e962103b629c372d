//! A photo of 12 megapixels to the finished job of a card with two sides, beside the CUPS path of a like card (the same photo
//! in the same place, and lines of text on both sides, as a PDF):
//! `taskset -c 0 cargo bench --bench whole_path` holds both to one core.
//!
//! The other path is a print server of its own with Gutenprint's Magicard driver: from a PDF of both sides given to `lp`
//! to the job in the printer's file. Its largest parts, Ghostscript (or Poppler) from the PDF to pixels and Gutenprint's
//! filter from those to a job, are timed alone besides; ours ends with the bytes of the job in memory. Where they are not installed (`scripts/packages test`), only our
//! side is measured.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

#[cfg(target_os = "linux")]
#[path = "../tests/printing/print_queue/server.rs"]
// It is a part of the tests, where a failure may panic.
#[allow(dead_code, clippy::unwrap_used)]
mod server;

use cardwright::{
    face::{Face, FaceData, Photo, Purpose, Template, template::BUILT_IN_TEXT},
    printer::{
        magicard::{JobEncoder, JobOptions, encoder},
        profile::{PrintableSides, Profiles},
    },
};
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder, imageops};

const RUNS: usize = 15;
const DRIVER: &str = "/usr/lib/cups/driver/gutenprint.5.3";
const FILTER: &str = "/usr/lib/cups/filter/rastertogutenprint.5.3";

/// Median of the milliseconds of some runs.
fn median<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}

/// Kilobytes of this line of the kernel's account of this process; `None` on systems without one.
fn memory(line: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|text| text.strip_prefix(line)?.trim_end_matches("kB").trim().parse().ok())
}

/// The most memory that some work takes above what was held before, in megabytes.
fn memory_of<T>(work: impl FnOnce() -> T) -> Option<f64> {
    // 5 sets the peak back to what is held now (man 5 proc).
    fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = memory("VmRSS:")?;
    std::hint::black_box(work());
    Some((memory("VmHWM:")?.saturating_sub(before)) as f64 / 1024.0)
}

/// A drawn portrait of 3,000 x 4,000 pixels, as a camera's file.
fn large_photo() -> Vec<u8> {
    let small = image::load_from_memory(include_bytes!("../assets/training/photos/photo-01.jpg")).expect("a photo");
    let large = imageops::resize(&small.into_rgb8(), 3000, 4000, imageops::FilterType::CatmullRom);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 92)
        .write_image(large.as_raw(), 3000, 4000, ExtendedColorType::Rgb8)
        .expect("it encodes");
    jpeg
}

fn data(photo: Photo) -> FaceData {
    FaceData {
        name: "Siân Llŷr-Gwyndaf".into(),
        number: "555000000017".parse().expect("a training number"),
        photo,
        purpose: Purpose::Training,
        organisation: "A1B".parse().expect("a code"),
        card: None,
        today: time::macros::date!(2026 - 11 - 23),
    }
}

/// The built-in front, and a back with what cards carry there: lines of text and a code.
const BACK: &str = r#"
[[back]]
id = "returned"
kind = "text"
text = "If found, please return this card to any NHS hospital. {organisation}, {printed}."
area = { left = 6.0, top = 6.0, width = 73.6, height = 12.0 }
font = "plain"
size = 8.0
minimum-size = 6.0
lines = 3
align = "left"

[[back]]
id = "code"
kind = "code-128"
text = "{digits}"
module = 3
area = { left = 20.0, top = 34.0, width = 45.6, height = 12.0 }
"#;

fn job(template: &Template, data: &FaceData, encoder: &dyn JobEncoder) -> Vec<u8> {
    let face = Face::compose(template, data).expect("a face");
    assert!(face.back_planes().is_some(), "both sides are printed");
    let options = JobOptions { back: face.back_planes(), ..JobOptions::one_card(1) };
    encoder.encode(face.planes(), &options).expect("a job")
}

fn main() {
    let template = Template::parse(&format!("{BUILT_IN_TEXT}{BACK}")).expect("sound");
    let profiles = Profiles::bundled().expect("sound");
    let mut profile = profiles.find("magicard-doh-300-v2").expect("bundled").clone();
    profile.sides.printable = PrintableSides::FrontAndBack;
    let encoder = encoder(&profile);
    let file = large_photo();
    println!("Both sides of a card, photo of 3,000 x 4,000 pixels ({} KB); medians of {RUNS} runs", file.len() / 1024);

    let large = data(Photo::decode(&file).expect("a photo"));
    // Before anything else: memory that was given back is taken again without being counted.
    let held = memory_of(|| job(&template, &large, encoder.as_ref()));
    let (width, height) = template.portrait();
    let small = large.photo.scaled(width, height).expect("large enough");
    let small = Photo::from_pixels(image::DynamicImage::ImageRgb8(small).into_rgba8()).expect("large enough");
    let small = data(small);
    let whole = median(RUNS, || job(&template, &data(Photo::decode(&file).expect("a photo")), encoder.as_ref()));
    let decoded = median(RUNS, || job(&template, &large, encoder.as_ref()));
    let scaled = median(RUNS, || job(&template, &small, encoder.as_ref()));
    let bytes = job(&template, &large, encoder.as_ref()).len();
    println!("from the file to {bytes} bytes of job      {whole:8.1} ms");
    println!("from the decoded photo              {decoded:8.1} ms   (target 45)");
    println!("from the photo at the card's size   {scaled:8.1} ms   (target 15)");
    match held {
        Some(megabytes) => println!("memory above the decoded photo      {megabytes:8.1} MB   (target 64)"),
        None => println!("memory above the decoded photo      not told by this system"),
    }
    beside(&file, whole);
}

/// The other path, step by step.
fn beside(photo: &[u8], ours: f64) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (pdf, raster, ppd) = (place("card.pdf"), place("card.ras"), place("tango.ppd"));
    fs::write(&pdf, two_sides(photo)).expect("written");
    let raster_out = format!("-sOutputFile={raster}");
    let ghostscript = timed(
        "gs",
        &[
            "-q",
            "-dSAFER",
            "-dNOPAUSE",
            "-dBATCH",
            "-sDEVICE=cups",
            "-r300",
            "-g642x1016",
            "-dcupsBitsPerColor=8",
            "-dcupsColorOrder=0",
            "-dcupsColorSpace=1",
            &raster_out,
            &pdf,
        ],
        &[],
    );
    let poppler = timed("pdftoppm", &["-r", "300", &pdf, &place("pixels")], &[]);
    let described = Command::new(DRIVER).args(["cat", "gutenprint.5.3://magicard-tango-2e/expert"]).output();
    let filter = described.ok().filter(|output| output.status.success()).and_then(|output| {
        fs::write(&ppd, output.stdout).ok()?;
        let words = ["1", "user", "title", "1", "StpBlackType=Resin Duplex=DuplexNoTumble", raster.as_str()];
        timed(FILTER, &words, &[("PPD", ppd.as_str())])
    });
    for (name, time) in [("Ghostscript", ghostscript), ("Poppler", poppler), ("Gutenprint's filter", filter)] {
        match time {
            Some(time) => println!("{name:35} {time:8.1} ms"),
            None => println!("{name:35} not here"),
        }
    }
    match queue(&pdf) {
        Some(theirs) => {
            println!(
                "their whole path, lp to printer     {theirs:8.1} ms   {:.1} times ours (target 10)",
                theirs / ours
            );
        }
        None => println!("their whole path, lp to printer     not here"),
    }
}

/// From `lp` until the printer has the last byte of both sides, through a print server that does nothing else.
#[cfg(target_os = "linux")]
fn queue(pdf: &str) -> Option<f64> {
    use std::{io::Read, net::TcpListener};

    if !Path::new("/usr/sbin/cupsd").exists() || !Path::new(FILTER).exists() {
        return None;
    }
    let server = server::PrintServer::start();
    let printer = TcpListener::bind("127.0.0.1:0").expect("a port");
    let device = format!("socket://{}", printer.local_addr().expect("bound"));
    server.add("card", &["-v", &device, "-m", "gutenprint.5.3://magicard-tango-2e/expert"]);
    // CUPS holds the line for seconds after the last byte: the printer has its job when that byte has come.
    let print = || {
        let begun = Instant::now();
        server.run("lp", &["-d", "card", "-o", "StpBlackType=Resin", "-o", "Duplex=DuplexNoTumble", pdf]);
        let (mut line, _) = printer.accept().expect("the queue calls");
        let (mut piece, mut bytes, mut taken) = (vec![0; 1 << 16], 0, begun.elapsed());
        while let Ok(read @ 1..) = line.read(&mut piece) {
            bytes += read;
            taken = begun.elapsed();
        }
        assert!(bytes > 1_000_000, "both sides came");
        taken.as_secs_f64() * 1000.0
    };
    print();
    let mut times: Vec<f64> = (0..5).map(|_| print()).collect();
    times.sort_by(f64::total_cmp);
    Some(times[2])
}

#[cfg(not(target_os = "linux"))]
fn queue(_: &str) -> Option<f64> {
    None
}

fn timed(program: &str, words: &[&str], environment: &[(&str, &str)]) -> Option<f64> {
    let run = || {
        Command::new(program)
            .args(words)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if Path::new(program).is_absolute() && !Path::new(program).exists() || !run() {
        return None;
    }
    Some(median(7, run))
}

/// A PDF of two portrait pages of 642 x 1016 pixels: the photo and lines of text on the first, text on the second.
fn two_sides(photo: &[u8]) -> Vec<u8> {
    let text = "BT /F1 9 Tf 20 60 Td (Sian Llyr-Gwyndaf) Tj 0 -14 Td (555 000 000 017) Tj ET";
    let front = format!("q 66.8 0 0 83.5 40 120 cm /Photo Do Q {text}");
    let page = |content: u32| {
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 154.08 243.84] /Contents {content} 0 R /Resources << /XObject \
             << /Photo 7 0 R >> /Font << /F1 8 0 R >> >> >>"
        )
    };
    let stream = |head: &str, bytes: &[u8]| {
        let mut object = format!("<< {head} /Length {} >>\nstream\n", bytes.len()).into_bytes();
        object.extend_from_slice(bytes);
        object.extend_from_slice(b"\nendstream");
        object
    };
    let picture = "/Type /XObject /Subtype /Image /Width 3000 /Height 4000 /ColorSpace /DeviceRGB /BitsPerComponent 8 \
                   /Filter /DCTDecode";
    let objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>".to_vec(),
        page(5).into_bytes(),
        page(6).into_bytes(),
        stream("", front.as_bytes()),
        stream("", text.as_bytes()),
        stream(picture, photo),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>".to_vec(),
    ];
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", index + 1).bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let start = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| pdf.extend(format!("{place:010} 00000 n \n").bytes()));
    pdf.extend(format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).bytes());
    pdf
}
