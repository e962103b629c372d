//! Hair, scarf, turban and glasses.

use tiny_skia::{FillRule, PathBuilder, Stroke, Transform};

use crate::{brush::*, canvas::Canvas, people::*};

impl Canvas {
    pub fn hair_in_front(&mut self, person: &Person) {
        let hair = person.hair_colour;
        let tint = downwards(120.0, 330.0, shade(hair, 0.16), shade(hair, -0.22));
        let strand = solid(shade(hair, 0.35), 0.3);
        match person.hair {
            Hair::Short => {
                self.fill_broad(
                    symmetric(
                        150.0,
                        &[
                            [(372.0, 146.0), (430.0, 196.0), (430.0, 322.0)],
                            [(424.0, 330.0), (416.0, 322.0), (414.0, 316.0)],
                            [(412.0, 270.0), (396.0, 236.0), (372.0, 226.0)],
                            [(350.0, 218.0), (326.0, 220.0), (300.0, 220.0)],
                        ],
                    ),
                    &tint,
                );
                for step in 0..7 {
                    let x = 222.0 + step as f32 * 24.0;
                    self.line([(x, 204.0), (x + 4.0, 192.0), (x + 12.0, 180.0), (x + 22.0, 172.0)], 2.5, &strand);
                }
            }
            Hair::SidePart => {
                self.fill_broad(
                    outline(
                        (170.0, 326.0),
                        &[
                            [(160.0, 210.0), (216.0, 136.0), (312.0, 134.0)],
                            [(404.0, 134.0), (440.0, 214.0), (430.0, 326.0)],
                            [(424.0, 330.0), (418.0, 320.0), (414.0, 310.0)],
                            [(414.0, 262.0), (400.0, 240.0), (384.0, 222.0)],
                            [(330.0, 244.0), (268.0, 236.0), (236.0, 206.0)],
                            [(206.0, 236.0), (190.0, 270.0), (186.0, 312.0)],
                            [(182.0, 322.0), (176.0, 330.0), (170.0, 326.0)],
                        ],
                    ),
                    &tint,
                );
                for step in 0..6 {
                    let y = 158.0 + step as f32 * 9.0;
                    self.line([(246.0, 192.0), (280.0, y + 14.0), (336.0, y), (392.0, y + 34.0)], 2.5, &strand);
                }
            }
            Hair::Long | Hair::Bob => {
                let end = if person.hair == Hair::Long { 560.0 } else { 486.0 };
                self.fill_broad(
                    outline(
                        (286.0, 184.0),
                        &[
                            [(230.0, 204.0), (196.0, 262.0), (190.0, 340.0)],
                            [(186.0, 420.0), (192.0, 470.0), (176.0, end)],
                            [(146.0, end), (136.0, 480.0), (140.0, 400.0)],
                            [(128.0, 230.0), (190.0, 116.0), (300.0, 116.0)],
                            [(410.0, 116.0), (472.0, 230.0), (460.0, 400.0)],
                            [(464.0, 480.0), (454.0, end), (424.0, end)],
                            [(408.0, 470.0), (414.0, 420.0), (410.0, 340.0)],
                            [(404.0, 262.0), (350.0, 216.0), (286.0, 184.0)],
                        ],
                    ),
                    &downwards(120.0, end, shade(hair, 0.16), shade(hair, -0.18)),
                );
                for step in 0..5 {
                    let shift = step as f32 * 9.0;
                    self.line(
                        [
                            (280.0, 150.0 + shift / 2.0),
                            (200.0, 176.0 + shift),
                            (160.0 + shift, 280.0),
                            (152.0 + shift, end - 60.0),
                        ],
                        2.5,
                        &strand,
                    );
                    self.line(
                        [
                            (300.0, 150.0 + shift / 2.0),
                            (392.0, 176.0 + shift),
                            (440.0 - shift, 280.0),
                            (448.0 - shift, end - 60.0),
                        ],
                        2.5,
                        &strand,
                    );
                }
            }
            Hair::Curls => {
                for (x, y, r) in FRINGE {
                    let ball = glow(
                        x - r * 0.3,
                        y - r * 0.4,
                        r * 1.5,
                        colour(shade(hair, 0.2), 1.0),
                        colour(shade(hair, -0.2), 1.0),
                    );
                    self.fill(oval(x, y, r, r), &ball);
                }
            }
            Hair::Bun => {
                self.fill_broad(
                    symmetric(
                        152.0,
                        &[
                            [(390.0, 150.0), (438.0, 220.0), (426.0, 326.0)],
                            [(420.0, 328.0), (416.0, 322.0), (414.0, 312.0)],
                            [(408.0, 256.0), (370.0, 214.0), (300.0, 208.0)],
                        ],
                    ),
                    &tint,
                );
                for step in 0..7 {
                    let x = 204.0 + step as f32 * 32.0;
                    self.line(
                        [
                            (x, 236.0 - (x - 300.0).abs().mul_add(-0.25, 30.0)),
                            (x + (300.0 - x) * 0.3, 196.0),
                            (x + (300.0 - x) * 0.6, 172.0),
                            (300.0 + (x - 300.0) * 0.2, 158.0),
                        ],
                        2.2,
                        &strand,
                    );
                }
            }
            Hair::Receding => {
                for mirror in [false, true] {
                    let pieces = [
                        [(378.0, 172.0), (432.0, 214.0), (432.0, 326.0)],
                        [(426.0, 334.0), (416.0, 326.0), (414.0, 318.0)],
                        [(412.0, 276.0), (400.0, 244.0), (372.0, 214.0)],
                        [(364.0, 196.0), (352.0, 186.0), (336.0, 170.0)],
                    ];
                    let flip = |p: (f32, f32)| if mirror { (600.0 - p.0, p.1) } else { p };
                    self.fill_broad(outline(flip((336.0, 170.0)), &pieces.map(|piece| piece.map(flip))), &tint);
                }
                self.fill_broad(
                    symmetric(
                        166.0,
                        &[
                            [(330.0, 166.0), (352.0, 172.0), (366.0, 190.0)],
                            [(346.0, 182.0), (322.0, 178.0), (300.0, 180.0)],
                        ],
                    ),
                    &tint,
                );
            }
            Hair::Scarf => self.scarf(hair),
            Hair::Turban => self.turban(hair),
        }
    }

    pub fn scarf(&mut self, cloth: Rgb) {
        // An outer outline and, wound the other way, the opening for the face.
        let mut builder = PathBuilder::new();
        builder.move_to(300.0, 126.0);
        builder.cubic_to(420.0, 126.0, 462.0, 220.0, 458.0, 340.0);
        builder.cubic_to(456.0, 450.0, 478.0, 520.0, 500.0, 606.0);
        builder.cubic_to(440.0, 672.0, 360.0, 690.0, 300.0, 690.0);
        builder.cubic_to(240.0, 690.0, 160.0, 672.0, 100.0, 606.0);
        builder.cubic_to(122.0, 520.0, 144.0, 450.0, 142.0, 340.0);
        builder.cubic_to(138.0, 220.0, 180.0, 126.0, 300.0, 126.0);
        builder.close();
        builder.move_to(300.0, 204.0);
        builder.cubic_to(228.0, 204.0, 186.0, 268.0, 188.0, 350.0);
        builder.cubic_to(190.0, 440.0, 236.0, 530.0, 300.0, 532.0);
        builder.cubic_to(364.0, 530.0, 410.0, 440.0, 412.0, 350.0);
        builder.cubic_to(414.0, 268.0, 372.0, 204.0, 300.0, 204.0);
        builder.close();
        if let Some(path) = builder.finish() {
            let fabric = downwards(126.0, 690.0, shade(cloth, 0.2), shade(cloth, -0.2));
            self.pixels.fill_path(&path, &fabric, FillRule::EvenOdd, Transform::identity(), None);
        }
        let fold = solid(shade(cloth, -0.35), 0.55);
        let light = solid(shade(cloth, 0.4), 0.3);
        self.lines([(300.0, 204.0), (372.0, 204.0), (414.0, 268.0), (412.0, 350.0)], 4.0, &fold);
        self.lines([(412.0, 350.0), (410.0, 440.0), (364.0, 530.0), (300.0, 532.0)], 4.0, &fold);
        self.line([(188.0, 420.0), (230.0, 560.0), (330.0, 590.0), (470.0, 560.0)], 3.5, &fold);
        self.line([(170.0, 470.0), (226.0, 600.0), (330.0, 640.0), (470.0, 610.0)], 3.5, &fold);
        self.line([(430.0, 240.0), (446.0, 330.0), (432.0, 430.0), (400.0, 520.0)], 3.0, &fold);
        self.line([(168.0, 250.0), (152.0, 330.0), (160.0, 420.0), (182.0, 500.0)], 3.0, &light);
        self.line([(236.0, 160.0), (280.0, 144.0), (330.0, 144.0), (374.0, 162.0)], 3.0, &light);
    }

    pub fn turban(&mut self, cloth: Rgb) {
        let fabric = downwards(90.0, 290.0, shade(cloth, 0.18), shade(cloth, -0.25));
        self.fill_broad(
            symmetric(
                88.0,
                &[
                    [(404.0, 84.0), (456.0, 160.0), (440.0, 286.0)],
                    [(420.0, 292.0), (404.0, 276.0), (396.0, 262.0)],
                    [(370.0, 240.0), (338.0, 214.0), (300.0, 206.0)],
                ],
            ),
            &fabric,
        );
        let fold = solid(shade(cloth, -0.4), 0.6);
        for step in 0..5 {
            let lift = step as f32 * 20.0;
            self.lines(
                [
                    (300.0, 204.0 - lift),
                    (346.0, 212.0 - lift),
                    (396.0, 236.0 - lift),
                    (436.0 - lift * 0.2, 272.0 - lift),
                ],
                3.0,
                &fold,
            );
        }
    }

    pub fn glasses(&mut self) {
        let frame = solid(0x2B2A2E, 0.95);
        let stroke = Stroke { width: 5.5, ..Stroke::default() };
        for x in [240.0, 360.0] {
            let lens = outline(
                (x - 46.0, 330.0),
                &[
                    [(x - 46.0, 302.0), (x - 30.0, 300.0), (x, 300.0)],
                    [(x + 30.0, 300.0), (x + 46.0, 302.0), (x + 46.0, 330.0)],
                    [(x + 44.0, 368.0), (x + 28.0, 378.0), (x, 378.0)],
                    [(x - 28.0, 378.0), (x - 44.0, 368.0), (x - 46.0, 330.0)],
                ],
            );
            if let Some(lens) = lens {
                self.fill(Some(lens.clone()), &solid(0xFFFFFF, 0.08));
                self.pixels.stroke_path(&lens, &frame, &stroke, Transform::identity(), None);
            }
        }
        self.line([(286.0, 326.0), (294.0, 316.0), (306.0, 316.0), (314.0, 326.0)], 5.5, &frame);
        self.lines([(406.0, 322.0), (412.0, 322.0), (418.0, 324.0), (424.0, 328.0)], 5.5, &frame);
    }
}

/// Locks behind the head, right half: x, y, radius.
pub const CURLS: [(f32, f32, f32); 12] = [
    (300.0, 130.0, 52.0),
    (352.0, 136.0, 50.0),
    (398.0, 160.0, 50.0),
    (434.0, 200.0, 48.0),
    (454.0, 250.0, 48.0),
    (462.0, 304.0, 48.0),
    (462.0, 358.0, 46.0),
    (454.0, 408.0, 44.0),
    (440.0, 452.0, 40.0),
    (330.0, 180.0, 60.0),
    (400.0, 230.0, 60.0),
    (420.0, 320.0, 54.0),
];

/// Locks over the forehead.
pub const FRINGE: [(f32, f32, f32); 11] = [
    (184.0, 282.0, 26.0),
    (194.0, 244.0, 30.0),
    (220.0, 212.0, 32.0),
    (256.0, 192.0, 32.0),
    (300.0, 184.0, 34.0),
    (344.0, 192.0, 32.0),
    (380.0, 212.0, 32.0),
    (406.0, 244.0, 30.0),
    (416.0, 282.0, 26.0),
    (278.0, 170.0, 30.0),
    (324.0, 170.0, 30.0),
];
