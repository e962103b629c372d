//! Twelve invented people.

/// One colour as 0xRRGGBB.
pub type Rgb = u32;

#[derive(Clone, Copy, PartialEq)]
pub enum Hair {
    Short,
    SidePart,
    Long,
    Bob,
    Curls,
    Bun,
    Receding,
    Scarf,
    Turban,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Beard {
    None,
    Stubble,
    Full,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Top {
    Scrubs,
    Shirt,
    Crew,
    Blazer,
    Polo,
}

pub struct Person {
    pub skin: Rgb,
    pub hair: Hair,
    pub hair_colour: Rgb,
    pub eyes: Rgb,
    pub lips: Rgb,
    pub beard: Beard,
    pub glasses: bool,
    pub top: Top,
    pub cloth: Rgb,
    pub backdrop: Rgb,
    /// Face width in relation to the common face.
    pub breadth: f32,
    /// Age lines, 0 none to 1 clear.
    pub lines: f32,
}

#[rustfmt::skip]
pub const PEOPLE: [Person; 12] = [
    Person { skin: 0xF0C8AC, hair: Hair::Long, hair_colour: 0x6B4226, eyes: 0x4C7A5A, lips: 0xC4706C, beard: Beard::None, glasses: false, top: Top::Scrubs, cloth: 0x2F6F9F, backdrop: 0xDDE2E6, breadth: 0.96, lines: 0.0 },
    Person { skin: 0x7A4A30, hair: Hair::Short, hair_colour: 0x17110E, eyes: 0x2E1C12, lips: 0x7E4238, beard: Beard::Stubble, glasses: false, top: Top::Shirt, cloth: 0xC9D8EA, backdrop: 0xE4E2DC, breadth: 1.03, lines: 0.1 },
    Person { skin: 0xC98F67, hair: Hair::Scarf, hair_colour: 0x2A4B6E, eyes: 0x3B2414, lips: 0xB2625A, beard: Beard::None, glasses: false, top: Top::Crew, cloth: 0x35465A, backdrop: 0xE6E6E4, breadth: 0.97, lines: 0.0 },
    Person { skin: 0xEBBE9F, hair: Hair::Receding, hair_colour: 0xA9A6A2, eyes: 0x5B7F9C, lips: 0xB9736A, beard: Beard::None, glasses: true, top: Top::Blazer, cloth: 0x37414E, backdrop: 0xDCE0E0, breadth: 1.05, lines: 1.0 },
    Person { skin: 0xE6BE94, hair: Hair::Bob, hair_colour: 0x1B1718, eyes: 0x2C1A12, lips: 0xC26A68, beard: Beard::None, glasses: true, top: Top::Blazer, cloth: 0x5B3A4E, backdrop: 0xE2E4E8, breadth: 0.99, lines: 0.1 },
    Person { skin: 0x5C3826, hair: Hair::Curls, hair_colour: 0x1D1411, eyes: 0x26160E, lips: 0x874A48, beard: Beard::None, glasses: false, top: Top::Scrubs, cloth: 0x2E7D74, backdrop: 0xE5E1DA, breadth: 0.98, lines: 0.0 },
    Person { skin: 0xB87E55, hair: Hair::Turban, hair_colour: 0x7C2F36, eyes: 0x2F1D12, lips: 0x98584C, beard: Beard::Full, glasses: false, top: Top::Shirt, cloth: 0xE6E6E2, backdrop: 0xD9DEE2, breadth: 1.02, lines: 0.3 },
    Person { skin: 0xF4D3BE, hair: Hair::SidePart, hair_colour: 0xB5713C, eyes: 0x4F86A8, lips: 0xC87E76, beard: Beard::Full, glasses: false, top: Top::Polo, cloth: 0x3F6B4F, backdrop: 0xE3E5E6, breadth: 1.02, lines: 0.1 },
    Person { skin: 0xEFC6A8, hair: Hair::Bun, hair_colour: 0xCFCBC6, eyes: 0x5E7F6B, lips: 0xBD6B66, beard: Beard::None, glasses: true, top: Top::Crew, cloth: 0x7A5C86, backdrop: 0xE4E3DF, breadth: 1.0, lines: 0.9 },
    Person { skin: 0xDDAE83, hair: Hair::Short, hair_colour: 0x161314, eyes: 0x27180F, lips: 0xB06A5E, beard: Beard::None, glasses: false, top: Top::Scrubs, cloth: 0x4A5C8C, backdrop: 0xE0E4E2, breadth: 1.0, lines: 0.0 },
    Person { skin: 0xF3CDB4, hair: Hair::Long, hair_colour: 0xD8B26A, eyes: 0x4E7FA6, lips: 0xCB7472, beard: Beard::None, glasses: true, top: Top::Shirt, cloth: 0xD9E6E0, backdrop: 0xDFE1E6, breadth: 0.97, lines: 0.0 },
    Person { skin: 0x9A643F, hair: Hair::SidePart, hair_colour: 0x1A1311, eyes: 0x2B1A10, lips: 0x8F5046, beard: Beard::Stubble, glasses: false, top: Top::Blazer, cloth: 0x2C3A58, backdrop: 0xE2E2E0, breadth: 1.01, lines: 0.3 },
];
