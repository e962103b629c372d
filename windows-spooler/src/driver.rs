//! Pages through the vendor's own driver (GDI), which speaks the printer's language whatever that is.

use std::{ffi::c_void, io, mem, ptr};

use windows_sys::Win32::{
    Graphics::{
        Gdi::{
            BI_RGB, BITMAPINFO, BITMAPINFOHEADER, CreateDCW, DEVMODEW, DIB_RGB_COLORS, DM_DUPLEX, DM_IN_BUFFER,
            DM_ORIENTATION, DM_OUT_BUFFER, DMDUP_SIMPLEX, DMDUP_VERTICAL, DMORIENT_PORTRAIT, DeleteDC, GetDeviceCaps,
            HALFTONE, HDC, LOGPIXELSX, LOGPIXELSY, PHYSICALOFFSETX, PHYSICALOFFSETY, SRCCOPY, SetStretchBltMode,
            StretchDIBits,
        },
        Printing::DocumentPropertiesW,
    },
    Storage::Xps::{AbortDoc, DOCINFOW, EndDoc, EndPage, StartDocW, StartPage},
};

use crate::{Queue, text::wide};

/// One side of a card.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Pixels of a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Dots an inch, both ways.
    pub dpi: u32,
    /// Blue, green and red of each pixel; the lowest line first, each filled up to a multiple of four bytes, as a Windows
    /// bitmap has them.
    pub lines: &'a [u8],
}

impl Page<'_> {
    /// Bytes of all its lines.
    fn length(&self) -> usize {
        (self.width as usize * 3).next_multiple_of(4) * self.height as usize
    }
}

/// A drawing surface of a printer.
struct Surface(HDC);

impl Drop for Surface {
    fn drop(&mut self) {
        // SAFETY: the surface was made here and is used by nobody after this.
        unsafe { DeleteDC(self.0) };
    }
}

/// Prints these pages as one job of this title, each at its own size and place; two are the two sides of one card. Gives
/// the number of the job.
///
/// # Errors
/// No such queue, a page whose bytes are not as many as its size says, or the driver's own error. A job that was begun is
/// aborted then.
pub fn print_pages(queue: &str, title: &str, pages: &[Page<'_>]) -> io::Result<u32> {
    if pages.is_empty() || pages.iter().any(|page| page.length() == 0 || page.length() != page.lines.len()) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (name, title, driver) = (wide(queue), wide(title), wide("WINSPOOL"));
    let settings = settings(&name, pages.len() > 1)?;
    // SAFETY: the texts end with a zero; the settings begin with the driver's own DEVMODEW and have its whole length.
    let surface =
        unsafe { CreateDCW(driver.as_ptr(), name.as_ptr(), ptr::null(), settings.as_ptr().cast::<DEVMODEW>()) };
    if surface.is_null() {
        return Err(io::Error::last_os_error());
    }
    let surface = Surface(surface);
    let about = DOCINFOW {
        cbSize: i32::try_from(mem::size_of::<DOCINFOW>()).unwrap_or(0),
        lpszDocName: title.as_ptr(),
        ..DOCINFOW::default()
    };
    // SAFETY: the title ends with a zero and outlives the call.
    let job = unsafe { StartDocW(surface.0, &about) };
    let job = u32::try_from(job).ok().filter(|job| *job != 0).ok_or_else(io::Error::last_os_error)?;
    let drawn = pages.iter().try_for_each(|page| draw(&surface, page)).and_then(|()| {
        // SAFETY: the document was begun on this surface.
        positive(unsafe { EndDoc(surface.0) })
    });
    if drawn.is_err() {
        // SAFETY: as above; what the spooler has of the job is thrown away.
        unsafe { AbortDoc(surface.0) };
    }
    drawn.map(|()| job)
}

/// The driver's settings of this queue, upright and with as many sides as there are pages. What they are besides (ribbon,
/// overcoat, chip hole) the desk has chosen in the settings of the queue.
fn settings(name: &[u16], two_sides: bool) -> io::Result<Vec<u64>> {
    let queue = Queue::open_wide(name)?;
    let ask = |out: *mut DEVMODEW, given: *const DEVMODEW, mode| {
        // SAFETY: without a mode only the length is told; else `out` has as many bytes as were told.
        unsafe { DocumentPropertiesW(ptr::null_mut(), queue.handle(), name.as_ptr(), out, given, mode) }
    };
    let length = ask(ptr::null_mut(), ptr::null(), 0);
    let length = usize::try_from(length).ok().filter(|length| *length >= mem::size_of::<DEVMODEW>());
    let length = length.ok_or_else(io::Error::last_os_error)?;
    let mut memory = vec![0u64; length.div_ceil(8)];
    let mode = memory.as_mut_ptr().cast::<DEVMODEW>();
    accepted(ask(mode, ptr::null(), DM_OUT_BUFFER))?;
    // SAFETY: the driver wrote one such structure at the beginning; nothing else refers to it here.
    let wanted = unsafe { &mut *mode };
    wanted.dmFields |= DM_ORIENTATION | DM_DUPLEX;
    wanted.Anonymous1.Anonymous1.dmOrientation = i16::try_from(DMORIENT_PORTRAIT).unwrap_or(1);
    wanted.dmDuplex = if two_sides { DMDUP_VERTICAL } else { DMDUP_SIMPLEX };
    accepted(ask(mode, mode, DM_IN_BUFFER | DM_OUT_BUFFER))?;
    Ok(memory)
}

/// One page, at the place where its own edge is the card's.
fn draw(surface: &Surface, page: &Page<'_>) -> io::Result<()> {
    // SAFETY: the document was begun on this surface.
    positive(unsafe { StartPage(surface.0) })?;
    let size = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    // SAFETY: the surface is open.
    let of_the_printer = |index: u32| unsafe { GetDeviceCaps(surface.0, index.cast_signed()) };
    let scaled = |pixels: u32, dots: u32| {
        let dots = u64::try_from(of_the_printer(dots)).unwrap_or(0).max(1);
        i32::try_from(u64::from(pixels) * dots / u64::from(page.dpi.max(1))).unwrap_or(i32::MAX)
    };
    let about = BITMAPINFO {
        bmiHeader: BITMAPINFOHEADER {
            biSize: u32::try_from(mem::size_of::<BITMAPINFOHEADER>()).unwrap_or(0),
            biWidth: size(page.width),
            biHeight: size(page.height),
            biPlanes: 1,
            biBitCount: 24,
            biCompression: BI_RGB,
            ..BITMAPINFOHEADER::default()
        },
        ..BITMAPINFO::default()
    };
    // SAFETY: the lines have as many bytes as width and height say, which was checked before the job was begun.
    let copied = unsafe {
        SetStretchBltMode(surface.0, HALFTONE);
        StretchDIBits(
            surface.0,
            -of_the_printer(PHYSICALOFFSETX),
            -of_the_printer(PHYSICALOFFSETY),
            scaled(page.width, LOGPIXELSX),
            scaled(page.height, LOGPIXELSY),
            0,
            0,
            size(page.width),
            size(page.height),
            page.lines.as_ptr().cast::<c_void>(),
            &about,
            DIB_RGB_COLORS,
            SRCCOPY,
        )
    };
    positive(copied)?;
    // SAFETY: the page was begun on this surface.
    positive(unsafe { EndPage(surface.0) })
}

/// GDI's calls say 0 or less where they fail.
fn positive(answer: i32) -> io::Result<()> {
    if answer > 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// `IDOK`, 1, is what `DocumentProperties` says when it took the settings.
fn accepted(answer: i32) -> io::Result<()> {
    if answer == 1 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
