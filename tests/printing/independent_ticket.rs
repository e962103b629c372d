//! A reader of format 2 written from the published facts alone. It uses nothing of the program: it looks for tags by their
//! text, and its checksum is another crate's CRC-32, which is the same sum with every bit turned round.

/// A job as its parts.
#[derive(Debug)]
pub struct Job {
    /// The ticket, without line ends and tabs.
    pub ticket: String,
    /// For each side its letters and planes of 1013 lines of 642 bytes.
    pub sides: Vec<Vec<(char, Vec<u8>)>>,
}

/// CRC-32/BZIP2 by way of the ordinary CRC-32 (zip, PNG): bits of each byte, and of the sum, the other way round.
pub fn crc(bytes: &[u8]) -> u32 {
    let turned: Vec<u8> = bytes.iter().map(|byte| byte.reverse_bits()).collect();
    crc32fast::hash(&turned).reverse_bits()
}

/// What stands between two tags, first match.
pub fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let rest = &text[text.find(open)? + open.len()..];
    Some(&rest[..rest.find(close)?])
}

/// Takes a job apart, or says the first thing that is wrong.
pub fn read(job: &[u8]) -> Result<Job, String> {
    let zero = job.iter().position(|byte| *byte == 0).ok_or("no zero byte")?;
    let text = std::str::from_utf8(&job[..zero]).map_err(|e| e.to_string())?;
    if !text.starts_with("<?xml") || !text.ends_with("</prn>\r") || text.contains('\n') {
        return Err("a ticket that begins or ends otherwise".into());
    }
    let ticket = text.replace(['\r', '\t'], "");
    let size: usize =
        between(&ticket, "<binary-size>", "</binary-size>").and_then(|n| n.parse().ok()).ok_or("no size")?;
    if job.len() != zero + 1 + size + 4 {
        return Err(format!("{} bytes after the ticket, not {}", job.len() - zero - 1, size + 4));
    }
    let (covered, sum) = job.split_at(job.len() - 4);
    if sum != crc(covered).to_le_bytes() {
        return Err("checksum".into());
    }
    let mut rest = &covered[zero + 1..];
    let mut sides = Vec::new();
    for side in ticket.split("<side-options side=\"").skip(1) {
        let mut planes = Vec::new();
        for letter in ['y', 'm', 'c', 'k'] {
            if side.contains(&format!("panel=\"{letter}\"")) {
                let (plane, after) = rest.split_at_checked(650_346).ok_or("too few planes")?;
                planes.push((letter, plane.to_vec()));
                rest = after;
            }
        }
        sides.push(planes);
    }
    if rest.is_empty() { Ok(Job { ticket, sides }) } else { Err("more planes than panels".into()) }
}

#[test]
fn the_published_check_value_comes_out() {
    assert_eq!(crc(b"123456789"), 0xFC89_1918);
}
