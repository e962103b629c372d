//! Queues of the spooler, and finished jobs through them (data type `RAW`: no driver changes a byte).

use std::{ffi::c_void, fmt, io, ptr};

use windows_sys::Win32::{
    Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER},
    Graphics::Printing::{
        AbortPrinter, ClosePrinter, DOC_INFO_1W, EndDocPrinter, EndPagePrinter, EnumPrintersW, GetJobW, GetPrinterW,
        JOB_CONTROL_DELETE, JOB_CONTROL_PAUSE, JOB_INFO_1W, OpenPrinterW, PRINTER_ENUM_CONNECTIONS, PRINTER_ENUM_LOCAL,
        PRINTER_HANDLE, PRINTER_INFO_2W, ReadPrinter, SetJobW, StartDocPrinterW, StartPagePrinter, WritePrinter,
    },
};

use crate::{
    JobState, QueueState,
    text::{read, wide},
};

/// One queue of this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueListed {
    /// Its name.
    pub name: String,
    /// Name of its driver, which names the model.
    pub driver: String,
    /// Its port.
    pub port: String,
}

/// An open queue. It is closed when it is dropped.
pub struct Queue(PRINTER_HANDLE);

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queue")
    }
}

// A handle of the spooler is not bound to the thread that opened it.
// SAFETY: every use of it takes the queue by reference, and closing it takes the queue itself.
unsafe impl Send for Queue {}

/// All queues of this computer and those it is connected to.
///
/// # Errors
/// The spooler's own, as when its service is stopped.
pub fn queues() -> io::Result<Vec<QueueListed>> {
    let mut count = 0;
    let infos = grown(|bytes, length, needed| {
        // SAFETY: `bytes` has `length` bytes, aligned for the structures that are written there.
        unsafe {
            let flags = PRINTER_ENUM_LOCAL | PRINTER_ENUM_CONNECTIONS;
            EnumPrintersW(flags, ptr::null(), 2, bytes, length, needed, &mut count)
        }
    })?;
    let first = infos.as_ptr().cast::<PRINTER_INFO_2W>();
    let listed = |at| {
        // SAFETY: the spooler wrote `count` of these structures, whose texts are in the same memory.
        unsafe {
            let info = &*first.add(at);
            QueueListed { name: read(info.pPrinterName), driver: read(info.pDriverName), port: read(info.pPortName) }
        }
    };
    Ok((0..count as usize).map(listed).collect())
}

impl Queue {
    /// Opens the queue of this name.
    ///
    /// # Errors
    /// There is none, or this person may not use it.
    pub fn open(name: &str) -> io::Result<Self> {
        Self::open_wide(&wide(name))
    }

    /// The same, of a name that ends with a zero.
    pub(crate) fn open_wide(name: &[u16]) -> io::Result<Self> {
        let mut handle = PRINTER_HANDLE::default();
        // SAFETY: the name ends with a zero and outlives the call; no defaults is a null pointer.
        succeeded(unsafe { OpenPrinterW(name.as_ptr(), &mut handle, ptr::null()) })?;
        Ok(Self(handle))
    }

    pub(crate) fn handle(&self) -> PRINTER_HANDLE {
        self.0
    }

    /// What the queue says of itself.
    ///
    /// # Errors
    /// The spooler's own.
    pub fn state(&self) -> io::Result<QueueState> {
        self.asked(|info| QueueState { status: info.Status, attributes: info.Attributes })
    }

    /// What the spooler says of a job; `None` once it is no longer in the queue.
    ///
    /// # Errors
    /// The spooler's own.
    pub fn job(&self, job: u32) -> io::Result<Option<JobState>> {
        let info = grown(|bytes, length, needed| {
            // SAFETY: `bytes` has `length` bytes, aligned for the structure that is written there.
            unsafe { GetJobW(self.0, job, 1, bytes, length, needed) }
        });
        match info {
            // SAFETY: the spooler wrote one such structure at the beginning.
            Ok(info) => Ok(Some(JobState(unsafe { &*info.as_ptr().cast::<JOB_INFO_1W>() }.Status))),
            Err(error) if error.raw_os_error() == Some(ERROR_INVALID_PARAMETER.cast_signed()) => Ok(None),
            // Not every spooler names that error (Wine's names none), but a queue without jobs has not got this one.
            Err(error) => {
                if self.asked(|info| info.cJobs)? == 0 {
                    Ok(None)
                } else {
                    Err(error)
                }
            }
        }
    }

    /// Reads something that the queue says of itself.
    fn asked<T>(&self, what: impl FnOnce(&PRINTER_INFO_2W) -> T) -> io::Result<T> {
        let info = grown(|bytes, length, needed| {
            // SAFETY: `bytes` has `length` bytes, aligned for the structure that is written there.
            unsafe { GetPrinterW(self.0, 2, bytes, length, needed) }
        })?;
        // SAFETY: the spooler wrote one such structure at the beginning.
        Ok(what(unsafe { &*info.as_ptr().cast::<PRINTER_INFO_2W>() }))
    }

    /// Has a job wait: the spooler begins no paused one. Whether it was begun before, [`Queue::job`] tells.
    ///
    /// # Errors
    /// It is no longer there, or belongs to somebody else.
    pub fn pause(&self, job: u32) -> io::Result<()> {
        self.control(job, JOB_CONTROL_PAUSE)
    }

    /// Takes a job back. Whether it is gone then, [`Queue::job`] tells.
    ///
    /// # Errors
    /// It is no longer there, or belongs to somebody else.
    pub fn take_back(&self, job: u32) -> io::Result<()> {
        self.control(job, JOB_CONTROL_DELETE)
    }

    fn control(&self, job: u32, command: u32) -> io::Result<()> {
        // SAFETY: level 0 takes no structure.
        succeeded(unsafe { SetJobW(self.0, job, 0, ptr::null(), command) })
    }

    /// Begins a finished job of this title.
    ///
    /// # Errors
    /// The queue takes none.
    pub fn begin(&self, title: &str) -> io::Result<RawJob<'_>> {
        let (mut title, mut kind) = (wide(title), wide("RAW"));
        let document =
            DOC_INFO_1W { pDocName: title.as_mut_ptr(), pOutputFile: ptr::null_mut(), pDatatype: kind.as_mut_ptr() };
        // SAFETY: the texts end with a zero and outlive the call.
        let id = unsafe { StartDocPrinterW(self.0, 1, &document) };
        if id == 0 {
            return Err(io::Error::last_os_error());
        }
        let job = RawJob { queue: self, id, open: true };
        // SAFETY: the document was begun on this handle.
        succeeded(unsafe { StartPagePrinter(self.0) })?;
        Ok(job)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nothing has it after this.
        unsafe { ClosePrinter(self.0) };
    }
}

/// A job that is being handed to the spooler. Dropped before its end it is aborted.
#[derive(Debug)]
pub struct RawJob<'a> {
    queue: &'a Queue,
    id: u32,
    open: bool,
}

impl RawJob<'_> {
    /// Its number in the queue.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Hands over some bytes; tells how many the spooler took.
    ///
    /// # Errors
    /// The spooler's own.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let mut written = 0;
        // SAFETY: there are at least `length` bytes.
        succeeded(unsafe { WritePrinter(self.queue.0, bytes.as_ptr().cast::<c_void>(), length, &mut written) })?;
        Ok(written as usize)
    }

    /// Reads what the printer answered, where the port carries answers; 0 bytes where there is nothing yet.
    ///
    /// # Errors
    /// The port carries none, or the spooler's own.
    pub fn read(&mut self, answer: &mut [u8]) -> io::Result<usize> {
        let length = u32::try_from(answer.len()).unwrap_or(u32::MAX);
        let mut got = 0;
        // SAFETY: there is room for `length` bytes.
        succeeded(unsafe { ReadPrinter(self.queue.0, answer.as_mut_ptr().cast::<c_void>(), length, &mut got) })?;
        Ok(got as usize)
    }

    /// Ends the job: the spooler has all of it.
    ///
    /// # Errors
    /// The spooler's own; the job is aborted then.
    pub fn end(mut self) -> io::Result<()> {
        // SAFETY: page and document were begun on this handle.
        succeeded(unsafe { EndPagePrinter(self.queue.0) })?;
        // SAFETY: as above.
        succeeded(unsafe { EndDocPrinter(self.queue.0) })?;
        self.open = false;
        Ok(())
    }
}

impl Drop for RawJob<'_> {
    fn drop(&mut self) {
        if self.open {
            // SAFETY: the document was begun on this handle. What follows tells whether anything of it was printed.
            unsafe { AbortPrinter(self.queue.0) };
        }
    }
}

/// What a call said: its own error where it gave nothing.
fn succeeded(truth: i32) -> io::Result<()> {
    if truth == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Memory that is as large as a call wants it, in units that are aligned for every structure.
fn grown(mut call: impl FnMut(*mut u8, u32, &mut u32) -> i32) -> io::Result<Vec<u64>> {
    let mut memory: Vec<u64> = Vec::new();
    // The list may grow between two calls.
    for _ in 0..8 {
        let (mut needed, length) = (0, u32::try_from(memory.len() * 8).unwrap_or(u32::MAX));
        match succeeded(call(memory.as_mut_ptr().cast(), length, &mut needed)) {
            Ok(()) if !memory.is_empty() => return Ok(memory),
            // An empty list needs no memory; there is some all the same, for whoever reads a structure at its beginning.
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(ERROR_INSUFFICIENT_BUFFER.cast_signed()) => {}
            Err(error) => return Err(error),
        }
        memory.resize((needed as usize).div_ceil(8).max(memory.len()).max(32), 0);
    }
    Err(io::ErrorKind::OutOfMemory.into())
}
